"""Two runs are told apart requirement by requirement, and the exit code says whether something got worse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.harness.reports.answer import Report
from tests.harness.reports.compare import changes, compare, got_worse, main
from tests.suite.reports.samples import report, requirement, shard


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("pass", "pass", "same"),
        ("pass", "fail", "worse"),
        ("pass", "waived", "worse"),
        ("pass", "unverified", "worse"),
        ("unverified", "fail", "worse"),
        ("fail", "pass", "better"),
        ("waived", "pass", "better"),
        ("unverified", "pass", "better"),
        ("fail", "waived", "changed"),
        ("fail", "unverified", "changed"),
        ("waived", "fail", "changed"),
        ("out-of-scope", "fail", "new"),
        ("pass", "out-of-scope", "gone"),
    ],
)
def test_a_requirement_changes_from_one_outcome_to_another(before: str, after: str, kind: str) -> None:
    found = changes(report(requirement("EVENT-8", before)), report(requirement("EVENT-8", after)))

    assert [change.kind for change in found if change.id == "EVENT-8"] == [kind]
    assert {change.kind for change in found if change.id != "EVENT-8"} == {"same"}


def test_the_lines_name_the_change_its_reason_and_both_verdicts() -> None:
    lines = compare(
        report(requirement("EVENT-4", "fail"), requirement("EVENT-8", "fail"), requirement("BATCH-1", "out-of-scope")),
        report(requirement("EVENT-3", "fail"), requirement("EVENT-8", "fail"), requirement("HTTP-3", "out-of-scope")),
    )

    assert lines == [
        "before: nonconforming, acme sandbox: 2 failed, 62 passed, 1 out of scope (profile standard, SEED=7)",
        "after:  nonconforming, acme sandbox: 2 failed, 62 passed, 1 out of scope (profile standard, SEED=7)",
        "",
        "WORSE    MUST   EVENT-3         pass -> fail: expected HTTP 401; came HTTP 500",
        "BETTER   MUST   EVENT-4         fail -> pass",
        "NEW      MUST   BATCH-1         not in scope -> pass",
        "GONE     SHOULD HTTP-3          pass -> not in scope",
        "STILL    broken in both: EVENT-8",
    ]


def test_nothing_changed_is_said_in_a_line() -> None:
    assert compare(report(), report())[-1] == "no requirement changed"


def test_a_change_of_the_verdict_is_the_last_line() -> None:
    assert compare(report(), report(requirement("EVENT-3", "fail")))[-1] == "VERDICT  conforming -> nonconforming"


def test_a_new_requirement_that_fails_is_worse_where_it_changes_the_verdict() -> None:
    before = report(requirement("EVENT-3", "out-of-scope"))

    assert got_worse(before, report(requirement("EVENT-3", "fail")))
    assert not got_worse(before, report())


def test_a_waiver_that_ended_is_worse_where_it_changes_the_verdict() -> None:
    assert got_worse(report(requirement("EVENT-3", "waived")), report(requirement("EVENT-3", "fail")))


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (report(), report(), 0),
        (report(requirement("EVENT-3", "fail")), report(), 0),
        (report(), report(requirement("HTTP-3", "fail")), 1),
        (report(), shard("EVENT-3"), 0),
    ],
)
def test_the_exit_code_says_whether_something_got_worse(
    tmp_path: Path, before: Report, after: Report, code: int
) -> None:
    paths = [tmp_path / "before.json", tmp_path / "after.json"]
    for path, told in zip(paths, (before, after), strict=True):
        path.write_text(json.dumps(told), "utf-8")

    assert main([str(path) for path in paths]) == code


@pytest.mark.parametrize("arguments", [[], [""], ["one.json"], ["a", "b", "c"], ["no-such-file.json", "other.json"]])
def test_wrong_arguments_are_one_line_and_exit_4(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 4

    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
