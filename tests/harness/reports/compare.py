"""Two runs side by side: what got better or worse, requirement by requirement.

`python -m tests.harness.reports.compare BEFORE AFTER` prints it and gives 0 where nothing got worse, 1 where something
did, 4 for files that are no conformance.json.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.harness.reports.answer import Report, counted
from tests.harness.reports.files import ReportError, read
from tests.harness.verdict import EXIT_CONFIGURATION

Kind = Literal["worse", "better", "changed", "new", "gone", "same"]
VERDICTS = ("conforming", "incomplete", "nonconforming")
"""From best to worst."""
BROKEN = ("fail", "waived")
"""A waiver changes what a failure means for the gate, not what the target does."""
USAGE = "usage: python -m tests.harness.reports.compare BEFORE AFTER, each the path of a conformance.json"


@dataclass(frozen=True)
class Change:
    """One requirement in both runs; an outcome is None where the run did not have it in scope."""

    kind: Kind
    id: str
    level: str
    before: str | None
    after: str | None


def changes(before: Report, after: Report) -> list[Change]:
    """Every requirement that one of the runs had in scope, in the order of the later run."""
    old, new = _in_scope(before), _in_scope(after)
    ids = [*new, *(id for id in old if id not in new)]
    found = []
    for id in ids:
        outcome = old[id]["outcome"] if id in old else None
        later = new[id]["outcome"] if id in new else None
        level = (new.get(id) or old[id])["level"]
        found.append(Change(_kind(outcome, later), id, level, outcome, later))
    return found


def got_worse(before: Report, after: Report) -> bool:
    """Whether a requirement, or the verdict, is worse in the later run."""
    verdict = VERDICTS.index(after["verdict"]) > VERDICTS.index(before["verdict"])
    return verdict or any(change.kind == "worse" for change in changes(before, after))


def compare(before: Report, after: Report) -> list[str]:
    """The comparison, line by line: both runs, then what changed, what is new, what is gone, and what still fails.

    Worse is what was kept or open and is broken now, or was kept and is unverified now. Better is what is kept now.
    """
    found = changes(before, after)
    lines = [f"before: {_run(before)}", f"after:  {_run(after)}", ""]
    kinds: tuple[Kind, ...] = ("worse", "better", "changed", "new", "gone")
    for kind in kinds:
        for change in found:
            if change.kind == kind:
                went = f"{change.before or 'not in scope'} -> {change.after or 'not in scope'}"
                lines.append(f"{kind.upper():<8} {change.level:<6} {change.id:<15} {went}{_why(after, change)}")
    still = [change.id for change in found if change.kind == "same" and change.after in BROKEN]
    if still:
        lines.append(f"STILL    broken in both: {', '.join(still)}")
    if len(lines) == 3:
        lines.append("no requirement changed")
    if before["verdict"] != after["verdict"]:
        lines.append(f"VERDICT  {before['verdict']} -> {after['verdict']}")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare the two files that the arguments name; the exit code is the answer."""
    paths = [text for text in (sys.argv[1:] if arguments is None else arguments) if text]
    if len(paths) != 2:
        print(USAGE, file=sys.stderr)
        return EXIT_CONFIGURATION
    try:
        before, after = (read(Path(path)) for path in paths)
    except ReportError as error:
        print(error, file=sys.stderr)
        return EXIT_CONFIGURATION
    for line in compare(before, after):
        print(line)
    return 1 if got_worse(before, after) else 0


def _in_scope(report: Report) -> dict[str, Report]:
    return {one["id"]: one for one in report["requirements"] if one["outcome"] != "out-of-scope"}


def _kind(before: str | None, after: str | None) -> Kind:
    if before == after:
        return "same"
    if before is None:
        return "new"
    if after is None:
        return "gone"
    if after == "pass":
        return "better"
    return "changed" if before in BROKEN else "worse"


def _why(after: Report, change: Change) -> str:
    if change.after not in ("fail", "unverified"):
        return ""
    requirement = _in_scope(after)[change.id]
    if change.after == "unverified":
        return f": {requirement['reason']}"
    finding = requirement["findings"][0]
    text = " ".join(f": expected {finding['expected']}; came {finding['actual']}".split())
    return text if len(text) <= 160 else f"{text[:160]} ..."


def _run(report: Report) -> str:
    how = f"profile {report['profile']}, SEED={report['seed']}" + (", STRICT=1" if report["strict"] else "")
    only = f", ONLY={','.join(report['only'])}" if report["only"] else ""
    return f"{report['verdict']}, {report['target']['name']}: {counted(report)} ({how}{only})"


if __name__ == "__main__":
    sys.exit(main())
