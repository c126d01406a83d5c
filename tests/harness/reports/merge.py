"""One report of a run that was made in shards, each with an ONLY of its own.

`python -m tests.harness.reports.merge OUT IN...` reads each IN, a conformance.json, and writes the merged reports into
the folder OUT. It gives the exit code of the merged run, 4 for files that are no conformance.json or not of one run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.harness.reports.answer import NOT_SELECTED, Report, counted, gating, having
from tests.harness.reports.files import ReportError, read, write
from tests.harness.run import FINDINGS_KEPT
from tests.harness.verdict import (
    EXIT_CONFIGURATION,
    EXIT_CONFORMING,
    EXIT_INCOMPLETE,
    EXIT_NONCONFORMING,
    EXIT_STOPPED,
    EXIT_SUITE_FAILED,
)

WORST_FIRST = ("fail", "waived", "unverified", "pass", "out-of-scope")
"""The order in which one run decides too: what is broken is broken, whatever else is missing."""
ALIKE = {"seed": "SEED", "profile": "PROFILE", "strict": "STRICT"}
"""What every shard of one run has in common, and the variable that sets it."""
USAGE = "usage: python -m tests.harness.reports.merge OUT IN..., a folder and the paths of conformance.json files"


def merge(reports: Sequence[Report]) -> Report:
    """The report that one run of everything the shards selected would have given.

    Of each requirement, an answer in scope stands before one out of scope, and then the worst. Counts and seconds are
    added. Verdict and exit code follow from that as they do in one run. Raises ReportError for reports of runs that
    are not one: of other targets, or with another SEED, PROFILE or STRICT.
    """
    _check_alike(reports)
    ids = list(dict.fromkeys(one["id"] for report in reports for one in report["requirements"]))
    parts = {id: [one for report in reports for one in report["requirements"] if one["id"] == id] for id in ids}
    first = reports[0]
    merged: Report = {
        "verdict": "conforming",
        "exit_code": EXIT_CONFORMING,
        "profile": first["profile"],
        "strict": first["strict"],
        "only": [],
        "seed": first["seed"],
        "requests": sum(report["requests"] for report in reports),
        "seconds": round(sum(report["seconds"] for report in reports), 3),
        "stopped": "; ".join(_distinct(report["stopped"] for report in reports)) or None,
        "target": {"name": first["target"]["name"], "arena": _url(reports, "arena"), "vba": _url(reports, "vba")},
        "requirements": [_requirement(parts[id]) for id in ids],
        "stale_waivers": [],
    }
    if any(one["reason"] == NOT_SELECTED for one in having(merged, "out-of-scope")):
        merged["only"] = _distinct(term for report in reports for term in report["only"])
    passed = {one["id"] for one in having(merged, "pass")}
    stale = _distinct(id for report in reports for id in report["stale_waivers"])
    merged["stale_waivers"] = [id for id in stale if id in passed]
    merged["verdict"] = _verdict(merged)
    crashed = any(report["exit_code"] == EXIT_SUITE_FAILED for report in reports)
    merged["exit_code"] = EXIT_SUITE_FAILED if crashed else _exit_code(merged)
    return merged


def main(arguments: Sequence[str] | None = None) -> int:
    """Merge the files that the arguments name, write the reports, and give the merged run's exit code."""
    given = [text for text in (sys.argv[1:] if arguments is None else arguments) if text]
    if len(given) < 2:
        print(USAGE, file=sys.stderr)
        return EXIT_CONFIGURATION
    folder, *paths = (Path(text) for text in given)
    try:
        merged = merge([read(path) for path in paths])
        write(merged, folder)
    except ReportError as error:
        print(error, file=sys.stderr)
        return EXIT_CONFIGURATION
    except OSError as error:
        print(f"{folder}: cannot be written ({error.strerror})", file=sys.stderr)
        return EXIT_CONFIGURATION
    print(f"{merged['verdict'].upper()}: {merged['target']['name']}, {counted(merged)}; reports in {folder}/")
    return int(merged["exit_code"])


def _check_alike(reports: Sequence[Report]) -> None:
    if not reports:
        raise ReportError("there is no report to merge")
    names = _distinct(report["target"]["name"] for report in reports)
    if len(names) > 1:
        raise ReportError(f"the reports are of different targets: {', '.join(names)}")
    for key, variable in ALIKE.items():
        values = _distinct(str(report[key]) for report in reports)
        if len(values) > 1:
            raise ReportError(
                f"the reports differ in {key} ({', '.join(values)}); give every shard the same {variable}"
            )


def _requirement(parts: Sequence[Report]) -> Report:
    worst = min(parts, key=lambda one: WORST_FIRST.index(one["outcome"]))
    alike = [one for one in parts if one["outcome"] == worst["outcome"]]
    reasons = _distinct(one["reason"] for one in alike)
    telling = [reason for reason in reasons if reason != NOT_SELECTED]
    return {
        **worst,
        "reason": "; ".join(telling or reasons),
        "exchanges": sum(one["exchanges"] for one in parts),
        "broken": sum(one["broken"] for one in parts),
        "findings": [finding for one in parts for finding in one["findings"]][:FINDINGS_KEPT],
    }


def _verdict(report: Report) -> str:
    if gating(report):
        return "nonconforming"
    judged = any(having(report, outcome) for outcome in ("pass", "fail", "waived"))
    unverified = any(one["level"] == "MUST" for one in having(report, "unverified"))
    return "incomplete" if unverified or not judged else "conforming"


def _exit_code(report: Report) -> int:
    if report["verdict"] == "nonconforming":
        return EXIT_NONCONFORMING
    if report["stopped"]:
        return EXIT_STOPPED
    if report["stale_waivers"]:
        return EXIT_CONFIGURATION
    return EXIT_INCOMPLETE if report["verdict"] == "incomplete" else EXIT_CONFORMING


def _url(reports: Sequence[Report], api: str) -> str | None:
    """The API's base URLs: one as a rule, several where shards ran against copies of the target."""
    return ", ".join(_distinct(report["target"][api] for report in reports)) or None


def _distinct(texts: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


if __name__ == "__main__":
    sys.exit(main())
