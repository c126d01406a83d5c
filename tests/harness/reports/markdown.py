"""The answer of a run as Markdown, for the summary page of a CI job."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.harness.reports.answer import (
    Report,
    counted,
    failures,
    having,
    meaning,
    next_step,
    standing,
)

CELL = 300
"""Characters of a text in a table."""
COMMAND = 4000
"""Characters of a curl line; a CI's summary page takes a mebibyte in all."""
MARKS = re.compile(r"[\\`*_{}\[\]<>#!|&~$@:]|(?<=www)\.", re.IGNORECASE)
"""What begins something in Markdown, HTML or a CI's own dialect: a mention, an issue, an address."""
LINE_BREAK = re.compile(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")


def markdown(report: Report) -> str:
    """The verdict, the counts, a table of the failures with their curl lines, and what is unverified or waived.

    Texts of the target are written so that no character of theirs is taken for Markdown or HTML.
    """
    return "\n".join(_lines(report)) + "\n"


def plain(text: str) -> str:
    """A text for one cell of a table: marks as character references, line breaks as <br>, long texts cut."""
    cut = text if len(text) <= CELL else text[:CELL] + " ..."
    lines = LINE_BREAK.split(cut)
    return "<br>".join(MARKS.sub(lambda found: f"&#{ord(found[0])};", line) for line in lines)


def fenced(text: str) -> str:
    """A text as a block of code, within a fence that is longer than every row of backticks in it."""
    longest = max((len(row) for row in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}sh\n{text}\n{fence}"


def _lines(report: Report) -> Iterator[str]:
    yield f"## Contract: {standing(report)}"
    yield ""
    yield f"**{plain(report['target']['name'])}**: {counted(report)}."
    yield ""
    yield f"{plain(meaning(report))} {plain(next_step(report))}"
    yield ""
    yield (
        f"{report['requests']} requests, {report['seconds']:.1f} s, profile {report['profile']}, SEED={report['seed']}"
        f"{', STRICT=1' if report['strict'] else ''}{', ONLY=' + ','.join(report['only']) if report['only'] else ''}"
    )
    failed = failures(report)
    if failed:
        yield from ("", "### Failed", "", "| requirement | level | expected | came |", "|---|---|---|---|")
        yield from (_row(requirement) for requirement in failed)
        yield ""
        for requirement in failed:
            yield from _curl(requirement)
    for title, outcome in (("Unverified", "unverified"), ("Waived", "waived")):
        found = having(report, outcome)
        if found:
            yield from ("", f"### {title}", "", "| requirement | level | reason |", "|---|---|---|")
            yield from (f"| {one['id']} | {one['level']} | {plain(one['reason'])} |" for one in found)


def _row(requirement: Report) -> str:
    finding = requirement["findings"][0]
    cells = (requirement["id"], requirement["level"], plain(finding["expected"]), plain(finding["actual"]))
    return f"| {' | '.join(cells)} |"


def _curl(requirement: Report) -> Iterator[str]:
    command = requirement["findings"][0]["curl"]
    yield f"<details><summary>{requirement['id']}: {plain(requirement['statement'])}</summary>"
    yield ""
    yield fenced(command) if len(command) <= COMMAND else "The curl line is long: see conformance.json or index.html."
    yield ""
    yield "</details>"
    yield ""
