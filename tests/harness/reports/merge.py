"""One report of a run that was made in shards, each with an ONLY of its own.

`python -m tests.harness.reports.merge [--only=TERMS] OUT IN...` reads each IN, a conformance.json or a folder with such
files at any depth, and writes the merged reports into the folder OUT. It gives the exit code of the merged run.

What is missing is never taken for kept: a shard that left no report, and a requirement that no shard answers for, make
the run one that did not come to its end (7) unless what there is fails it (1). TERMS, as in ONLY, name what the shards
have together where that is less than everything. Files that are not of one run give 4, and so does no file at all.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.harness.contract import Requirement, requirements
from tests.harness.exchange import PUT_EVENTS_BATCH
from tests.harness.options import Options, read_options
from tests.harness.reports.answer import NOT_SELECTED, Report, counted, gating, group, having, standing
from tests.harness.reports.files import ReportError, add_to_step_summary, read, write
from tests.harness.run import FINDINGS_KEPT
from tests.harness.target import ConfigurationError
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
NO_SHARD = "no shard answers for it"
USAGE = (
    "usage: python -m tests.harness.reports.merge [--only=TERMS] OUT IN..., "
    "a folder to write, and conformance.json files or folders that have them"
)


def merge(reports: Sequence[Report], expected: Options | None = None, missing: Sequence[str] = ()) -> Report:
    """The report that one run of everything that is expected would have given.

    `expected` says with its ONLY what the shards have together, the whole catalogue where there is none. `missing`
    tells of each shard that left no report. Of each requirement, an answer in scope stands before one out of scope,
    and then the worst. Counts and seconds are added. Verdict and exit code follow from that as they do in one run.
    Raises ReportError for reports of runs that are not one: of other targets, or with another SEED, PROFILE or STRICT.
    """
    _check_alike(reports)
    options = expected or Options()
    first = reports[0]
    target = {"name": first["target"]["name"], "arena": _url(reports, "arena"), "vba": _url(reports, "vba")}
    found = [_requirement(one, reports, one.id in options.selected, target) for one in requirements().values()]
    absent = [one["id"] for one in found if one["reason"] == NO_SHARD]
    stops = [*missing, *(report["stopped"] for report in reports)]
    stops += [f"no shard answers for {_named(absent)}"] if absent else []
    merged: Report = {
        "verdict": "conforming",
        "exit_code": EXIT_CONFORMING,
        "profile": first["profile"],
        "strict": first["strict"],
        "only": [],
        "seed": first["seed"],
        "requests": sum(report["requests"] for report in reports),
        "seconds": round(sum(report["seconds"] for report in reports), 3),
        "stopped": "; ".join(_distinct(stops)) or None,
        "left": _distinct(line for report in reports for line in report.get("left", [])),
        "target": target,
        "requirements": found,
        "stale_waivers": [],
    }
    if any(one["reason"] == NOT_SELECTED for one in having(merged, "out-of-scope")):
        merged["only"] = _distinct([*options.only, *(term for report in reports for term in report["only"])])
    passed = {one["id"] for one in having(merged, "pass")}
    stale = _distinct(id for report in reports for id in report["stale_waivers"])
    merged["stale_waivers"] = [id for id in stale if id in passed]
    merged["verdict"] = _verdict(merged)
    crashed = any(report["exit_code"] == EXIT_SUITE_FAILED for report in reports)
    merged["exit_code"] = EXIT_SUITE_FAILED if crashed else _exit_code(merged)
    return merged


def remarks(reports: Sequence[Report]) -> list[str]:
    """What a reader of the merged report should know of how the shards fit together, in a line each."""
    answered = [one["id"] for report in reports for one in report["requirements"] if one["outcome"] != "out-of-scope"]
    twice = [id for id in requirements() if answered.count(id) > 1]
    urls = {api: _distinct(report["target"][api] for report in reports) for api in ("arena", "vba")}
    lines = [f"the shards tested several {api} URLs: {', '.join(urls[api])}" for api in urls if len(urls[api]) > 1]
    if twice:
        lines.append(f"several shards answer for {_named(twice)}: the worst outcome stands, and counts are added")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Merge the files that the arguments name, write the reports, and give the merged run's exit code."""
    given = [text for text in (sys.argv[1:] if arguments is None else arguments) if text]
    only = "".join(text.removeprefix("--only=") for text in given if text.startswith("--only="))
    names = [text for text in given if not text.startswith("--only=")]
    if len(names) < 2:
        print(USAGE, file=sys.stderr)
        return EXIT_CONFIGURATION
    folder, *sources = (Path(text) for text in names)
    try:
        expected = read_options({"ONLY": only, "REPORT_DIR": str(folder)})
        reports, missing = _read(sources, folder)
        merged = merge(reports, expected, missing)
        write(merged, folder)
        add_to_step_summary(merged)
    except (ConfigurationError, ReportError) as error:
        print(error, file=sys.stderr)
        return EXIT_CONFIGURATION
    except OSError as error:
        print(f"{folder}: cannot be written ({error.strerror})", file=sys.stderr)
        return EXIT_CONFIGURATION
    for line in remarks(reports):
        print(f"NOTE        {line}")
    if merged["stopped"]:
        print(f"STOPPED     {merged['stopped']}")
    print(f"{standing(merged).upper()}: {merged['target']['name']}, {counted(merged)}; reports in {folder}/")
    return int(merged["exit_code"])


def _read(sources: Sequence[Path], folder: Path) -> tuple[list[Report], list[str]]:
    """The reports, and of each source without one, why. Raises ReportError where there is none at all.

    A report that an earlier merge left in `folder` is no shard.
    """
    merged = (folder / "conformance.json").resolve()
    reports, missing = [], []
    for source in sources:
        paths = sorted(source.rglob("conformance.json")) if source.is_dir() else [source]
        shards = [path for path in paths if not source.is_dir() or path.resolve() != merged]
        missing += [] if shards else [f"{source}: has no conformance.json"]
        for path in shards:
            try:
                reports.append(read(path))
            except ReportError as error:
                missing.append(str(error))
    if not reports:
        raise ReportError(f"there is no report to merge: {'; '.join(missing)}")
    return reports, missing


def _check_alike(reports: Sequence[Report]) -> None:
    names = _distinct(report["target"]["name"] for report in reports)
    if len(names) > 1:
        raise ReportError(f"the reports are of different targets: {', '.join(names)}")
    for key, variable in ALIKE.items():
        values = _distinct(str(report[key]) for report in reports)
        if len(values) > 1:
            raise ReportError(
                f"the reports differ in {key} ({', '.join(values)}); give every shard the same {variable}"
            )


def _requirement(requirement: Requirement, reports: Sequence[Report], expected: bool, target: Report) -> Report:
    """What the shards say of a requirement together; `expected` where one of them should have answered for it."""
    parts = [one for report in reports for one in report["requirements"] if one["id"] == requirement.id]
    selected = [one for one in parts if one["reason"] != NOT_SELECTED]
    if not selected and expected and _claims(target, requirement):
        return _unanswered(requirement, "unverified", NO_SHARD)
    if not parts:
        return _unanswered(requirement, "out-of-scope", NOT_SELECTED)
    worst = min(selected or parts, key=lambda one: WORST_FIRST.index(one["outcome"]))
    alike = [one for one in selected or parts if one["outcome"] == worst["outcome"]]
    return {
        **worst,
        "reason": "; ".join(_distinct(one["reason"] for one in alike)),
        "exchanges": sum(one["exchanges"] for one in parts),
        "broken": sum(one["broken"] for one in parts),
        "findings": [finding for one in parts for finding in one["findings"]][:FINDINGS_KEPT],
    }


def _unanswered(requirement: Requirement, outcome: str, reason: str) -> Report:
    return {
        "id": requirement.id,
        "level": requirement.level,
        "outcome": outcome,
        "reason": reason,
        "statement": requirement.statement,
        "source": requirement.source,
        "exchanges": 0,
        "broken": 0,
        "findings": [],
    }


def _claims(target: Report, requirement: Requirement) -> bool:
    """Whether a shard of the target claims an API of which the requirement speaks."""
    batch = PUT_EVENTS_BATCH in requirement.operations
    arena = requirement.operations != (PUT_EVENTS_BATCH,)
    return bool((batch and target["vba"]) or (arena and target["arena"]))


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


def _named(ids: Sequence[str]) -> str:
    """The ids, a group of which all are among them by the group's name."""
    whole = {group(id) for id in ids} - {group(id) for id in requirements() if id not in ids}
    return ", ".join(_distinct(group(id) if group(id) in whole else id for id in ids))


def _distinct(texts: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


if __name__ == "__main__":
    sys.exit(main())
