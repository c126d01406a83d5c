"""Shards of a run give the report that one run would have given."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

from tests.harness.contract import requirements
from tests.harness.exchange import Json
from tests.harness.reports.answer import Report, having
from tests.harness.reports.files import SCHEMA, ReportError, read
from tests.harness.reports.merge import main, merge
from tests.suite.reports.samples import finding, report, requirement, shard


def outcome(merged: Report, id: str) -> str:
    """The outcome of one requirement."""
    return next(str(one["outcome"]) for one in merged["requirements"] if one["id"] == id)


def halves() -> tuple[Report, Report]:
    """Two shards that have the whole catalogue between them."""
    ids = list(requirements())
    return shard(*ids[:30]), shard(*ids[30:])


def test_an_answer_in_scope_stands_before_one_that_was_not_selected() -> None:
    merged = merge([shard("EVENT-3"), shard(only={"EVENT-4": "fail"})])

    assert [outcome(merged, id) for id in ("EVENT-3", "EVENT-4", "EVENT-5")] == ["pass", "fail", "out-of-scope"]


@pytest.mark.parametrize(
    ("one", "other", "worst"),
    [("pass", "fail", "fail"), ("unverified", "pass", "unverified"), ("waived", "unverified", "waived")],
)
def test_of_two_answers_the_worst_stands(one: str, other: str, worst: str) -> None:
    shards = [shard(only={"EVENT-3": name}) for name in (one, other)]

    assert outcome(merge(shards), "EVENT-3") == outcome(merge(shards[::-1]), "EVENT-3") == worst


def test_shards_that_cover_everything_are_a_run_of_everything() -> None:
    merged = merge(halves())

    assert (merged["verdict"], merged["exit_code"], merged["only"]) == ("conforming", 0, [])
    assert len(having(merged, "pass")) == len(requirements())


def test_shards_that_leave_something_out_say_what_they_selected() -> None:
    assert merge([shard("EVENT-3"), shard("EVENT-4")])["only"] == ["EVENT-3", "EVENT-4"]


def test_requests_seconds_exchanges_and_findings_are_added() -> None:
    first = shard(only={"EVENT-3": "fail"})
    second = report(requirement("EVENT-3", "fail", *[finding("EVENT-3", exchange=number) for number in range(1, 6)]))

    merged = merge([first, second])

    failed = having(merged, "fail")[0]
    assert (merged["requests"], merged["seconds"]) == (1480, 6.5)
    assert (failed["exchanges"], failed["broken"]) == (24, 7)
    assert [one["exchange"] for one in failed["findings"]] == [31, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("shards", "verdict", "code"),
    [
        ([shard("EVENT-3"), shard(only={"EVENT-4": "fail"})], "nonconforming", 1),
        ([shard("EVENT-3"), shard(only={"EVENT-8": "fail"})], "conforming", 0),
        ([shard("EVENT-3", strict=True), shard(only={"EVENT-8": "fail"}, strict=True)], "nonconforming", 1),
        ([shard("EVENT-3"), shard(only={"EVENT-4": "unverified"})], "incomplete", 6),
        ([shard("EVENT-3"), shard(only={"EVENT-8": "unverified"})], "conforming", 0),
        ([shard(only={"EVENT-8": "unverified"})], "incomplete", 6),
        ([shard("EVENT-3"), shard("EVENT-4", stopped="it went away", exit_code=7)], "conforming", 7),
        ([shard("EVENT-3", stale_waivers=["EVENT-3"], exit_code=4), shard("EVENT-4")], "conforming", 4),
        ([shard("EVENT-3", exit_code=3), shard(only={"EVENT-4": "fail"})], "nonconforming", 3),
        ([shard("EVENT-3", stale_waivers=["EVENT-3"]), shard(only={"EVENT-3": "waived"})], "conforming", 0),
    ],
)
def test_verdict_and_exit_code_follow_as_in_one_run(shards: list[Report], verdict: str, code: int) -> None:
    merged = merge(shards)

    assert (merged["verdict"], merged["exit_code"]) == (verdict, code)


def test_a_merged_report_is_a_conformance_json() -> None:
    merged = merge([shard("EVENT-3", stopped="it went away"), shard(only={"EVENT-4": "waived"})])

    jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(merged)


def test_an_api_that_no_shard_claims_is_said_to_be_unclaimed() -> None:
    unclaimed = requirement("BATCH-1", "out-of-scope", reason="the target does not claim this API")
    target = {"name": "acme sandbox", "arena": "https://acme.test/v1", "vba": None}

    merged = merge([report(unclaimed, target=target), shard("EVENT-3", target=target)])

    (left_out,) = having(merged, "out-of-scope")
    assert left_out["reason"] == "the target does not claim this API"
    assert merged["target"] == target


def test_copies_of_a_target_are_all_named() -> None:
    copies = [{"name": "acme", "arena": f"https://{name}.test", "vba": None} for name in ("a", "b")]

    merged = merge([shard("EVENT-3", target=target) for target in copies])

    assert merged["target"]["arena"] == "https://a.test, https://b.test"


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"seed": 8}, "SEED"),
        ({"profile": "deep"}, "PROFILE"),
        ({"strict": True}, "STRICT"),
        ({"target": {"name": "other", "arena": None, "vba": None}}, "different targets"),
    ],
)
def test_reports_of_different_runs_are_not_merged(changes: dict[str, Json], names: str) -> None:
    with pytest.raises(ReportError, match=names):
        merge([report(), report(**changes)])


def test_the_command_writes_every_report_and_gives_the_exit_code(tmp_path: Path) -> None:
    paths = [tmp_path / "one.json", tmp_path / "two.json"]
    for path, told in zip(paths, (shard("EVENT-3"), shard(only={"EVENT-4": "fail"})), strict=True):
        path.write_text(json.dumps(told), "utf-8")

    code = main([str(tmp_path / "out"), *map(str, paths)])

    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert code == 1
    assert written == {"conformance.json", "index.html", "junit.xml", "contract.sarif", "summary.md", "badge.json"}
    assert outcome(read(tmp_path / "out" / "conformance.json"), "EVENT-4") == "fail"


def test_the_command_refuses_what_it_cannot_read_or_write_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tmp_path / "one.json"
    told.write_text(json.dumps(report()), "utf-8")

    codes = [main([]), main([str(tmp_path)]), main([str(tmp_path), "no-such-file"]), main([str(told), str(told)])]

    assert codes == [4, 4, 4, 4]
    assert len(capsys.readouterr().err.splitlines()) == 4
