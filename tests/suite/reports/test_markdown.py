"""The summary in Markdown says what matters, and no text of a target breaks it."""

from __future__ import annotations

import re

import pytest

from tests.harness.contract import requirements
from tests.harness.reports.answer import Report
from tests.harness.reports.markdown import fenced, markdown, plain
from tests.suite.reports.samples import finding, report, requirement

ATTACKS = (
    "a | b",
    "a\nb",
    "a\r\n\r\n# b",
    "`c`",
    "</td></table><img src=x>",
    "[x](http://e.test)",
    "@all #1",
    "\\|",
    "```",
)


def test_the_verdict_comes_first_with_its_counts_and_figures() -> None:
    lines = markdown(report(requirement("EVENT-3", "fail"))).splitlines()

    assert lines[0] == "## Contract: nonconforming"
    assert "acme sandbox" in lines[2]
    assert "1 failed, 64 passed" in lines[2]
    assert "740 requests, 3.2 s, profile standard, SEED=7" in lines


def test_a_conforming_run_has_no_tables() -> None:
    assert "|" not in markdown(report())


def test_a_failure_has_a_row_and_its_curl_line() -> None:
    text = markdown(report(requirement("EVENT-3", "fail")))

    assert "| EVENT-3 | MUST | HTTP 401 | HTTP 500 |" in text
    assert f"```sh\n{finding('EVENT-3')['curl']}\n```" in text


def test_what_is_unverified_or_waived_has_its_reason() -> None:
    text = markdown(
        report(
            requirement("EVENT-8", "unverified", reason="not given"), requirement("EVENT-7", "waived", reason="known")
        )
    )

    assert "| EVENT-8 | SHOULD | not given |" in text
    assert "| EVENT-7 | MUST | known |" in text


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_text_of_the_target_stays_in_its_cell(attack: str) -> None:
    cell = plain(attack)

    assert not re.search(r"[|\n\r`<>\[\]@\\](?!r>)", cell.replace("<br>", ""))
    row = next(
        line
        for line in markdown(report(requirement("EVENT-3", "fail", finding("EVENT-3", actual=attack)))).splitlines()
        if line.startswith("| EVENT-3")
    )
    assert row == f"| EVENT-3 | MUST | HTTP 401 | {cell} |"


def test_a_curl_line_cannot_end_its_block() -> None:
    assert fenced("echo '\n```\n# title'").startswith("````sh\n")
    assert fenced("echo").startswith("```sh\n")


def test_the_summary_of_the_worst_run_fits_the_page_of_a_ci() -> None:
    long = finding("EVENT-3", expected="e" * 9000, actual="|" * 9000, curl="c" * 9000)
    worst: Report = report(*(requirement(id, "fail", *[long] * 5) for id in requirements()))

    assert len(markdown(worst).encode()) < 1 << 20
