"""The files of the reports: every one that is made of conformance.json, and reading conformance.json again."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import jsonschema_rs

from tests.harness.contract import requirements
from tests.harness.exchange import Json
from tests.harness.reports.answer import Report
from tests.harness.reports.badge import badge
from tests.harness.reports.junit import junit
from tests.harness.reports.markdown import markdown
from tests.harness.reports.page import page
from tests.harness.reports.sarif import sarif

SCHEMA = Path(__file__).resolve().parents[1] / "conformance.schema.json"


class ReportError(Exception):
    """A file that is no conformance.json; the text is one line that says which and why."""


def write(report: Report, folder: Path) -> None:
    """Write conformance.json and all that is made of it. Raises OSError where the folder cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "conformance.json": _json(report),
        "index.html": page(report),
        "junit.xml": junit(report),
        "contract.sarif": _json(sarif(report)),
        "summary.md": markdown(report),
        "badge.json": _json(badge(report)),
    }
    for name, text in contents.items():
        # Halves of surrogate pairs, which a target may send, are no characters that UTF-8 has.
        (folder / name).write_bytes(text.encode("utf-8", "backslashreplace"))


def add_to_step_summary(report: Report) -> None:
    """Add the summary to the file that $GITHUB_STEP_SUMMARY names, if any. Raises OSError where that cannot be."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(markdown(report))


def read(path: Path) -> Report:
    """The report in a file. Raises ReportError for one that is absent, no JSON, or not as the schema says."""
    try:
        report: Report = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ReportError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError) as error:
        raise ReportError(f"{path}: is not JSON ({str(error).splitlines()[0]})") from None
    wrong = next(iter(_validator().iter_errors(report)), None)
    if wrong is not None:
        place = "/".join(str(part) for part in wrong.instance_path) or "the whole"
        what = wrong.message if len(wrong.message) < 200 else f"{wrong.message[:200]} ..."
        raise ReportError(f"{path}: is no conformance.json of this version ({place}: {_one_line(what)})")
    unknown = [one["id"] for one in report["requirements"] if one["id"] not in requirements()]
    if unknown:
        raise ReportError(f"{path}: {unknown[0]} is not in the catalogue; the file is of another version of the suite")
    return report


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())
