"""Shards of a run give the report that one run would have given."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

from tests.harness.contract import requirements
from tests.harness.exchange import Json
from tests.harness.options import Options
from tests.harness.reports.answer import Report, having
from tests.harness.reports.files import SCHEMA, ReportError, read
from tests.harness.reports.merge import main, merge, remarks
from tests.suite.reports.samples import finding, report, requirement, shard


def outcome(merged: Report, id: str) -> str:
    """The outcome of one requirement."""
    return next(str(one["outcome"]) for one in merged["requirements"] if one["id"] == id)


def together(*shards: Report) -> Report:
    """The merged report of shards that have all that was wanted between them."""
    return merge(shards, Options(only=tuple(term for told in shards for term in told["only"])))


def halves() -> tuple[Report, Report]:
    """Two shards that have the whole catalogue between them."""
    ids = list(requirements())
    return shard(*ids[:30]), shard(*ids[30:])


def test_an_answer_in_scope_stands_before_one_that_was_not_selected() -> None:
    merged = together(shard("EVENT-3"), shard(only={"EVENT-4": "fail"}))

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
    assert together(shard("EVENT-3"), shard("EVENT-4"))["only"] == ["EVENT-3", "EVENT-4"]


def test_what_each_shard_left_changed_is_told_once() -> None:
    same = shard("EVENT-3")
    other = shard("EVENT-4") | {"left": ["4 entities were created or overwritten: event_ID 5 to 8"]}

    assert together(same, same, other)["left"] == [*same["left"], *other["left"]]


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
    merged = together(*shards)

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


# Shards that are missing, or that do not fit together


@pytest.mark.parametrize(
    ("shards", "verdict", "code"),
    [
        ([halves()[0]], "incomplete", 7),
        ([shard("EVENT-3"), shard(only={"EVENT-4": "fail"})], "nonconforming", 1),
        ([shard("EVENT-3", exit_code=3)], "incomplete", 3),
        ([shard(*[id for id in requirements() if id != "EVENT-8"])], "conforming", 7),
    ],
)
def test_a_requirement_that_no_shard_answers_for_is_never_taken_for_kept(
    shards: list[Report], verdict: str, code: int
) -> None:
    merged = merge(shards)

    assert (merged["verdict"], merged["exit_code"]) == (verdict, code)
    answered = {id for told in shards for id in told["only"]}
    open_ones = having(merged, "unverified")
    assert {one["id"] for one in open_ones} == set(requirements()) - answered
    assert {one["reason"] for one in open_ones} == {"no shard answers for it"}


def test_what_no_shard_answers_for_is_named_by_groups_where_all_of_one_is_missing() -> None:
    present = [id for id in requirements() if not id.startswith("BATCH") and id != "EVENT-9"]

    assert merge([shard(*present)])["stopped"] == "no shard answers for EVENT-9, BATCH-AUTH, BATCH"


def test_a_requirement_of_an_api_that_is_not_claimed_is_not_missed() -> None:
    arena = [id for id in requirements() if not id.startswith("BATCH")]

    merged = merge([shard(*arena, target={"name": "acme", "arena": "https://acme.test", "vba": None})])

    assert (merged["exit_code"], merged["stopped"]) == (0, None)


def test_a_requirement_that_a_report_does_not_have_is_missed() -> None:
    told = report(requirements=[requirement(id) for id in requirements() if id != "EVENT-3"])

    assert outcome(merge([told]), "EVENT-3") == "unverified"


@pytest.mark.parametrize(
    ("told", "code"), [(report(), 7), (report(requirement("EVENT-3", "fail")), 1), (report(exit_code=3), 3)]
)
def test_a_shard_without_a_report_leaves_the_run_without_an_end(told: Report, code: int) -> None:
    merged = merge([told], missing=["shards/2: has no conformance.json"])

    assert (merged["exit_code"], merged["stopped"]) == (code, "shards/2: has no conformance.json")


def test_what_shards_answer_twice_and_where_they_differ_is_told() -> None:
    copies = [{"name": "acme", "arena": f"https://{name}.test", "vba": None} for name in ("a", "b")]

    lines = remarks([shard("EVENT-3", "EVENT-4", target=copies[0]), shard("EVENT-3", target=copies[1])])

    assert lines == [
        "the shards tested several arena URLs: https://a.test, https://b.test",
        "several shards answer for EVENT-3: the worst outcome stands, and counts are added",
    ]
    assert remarks(halves()) == []


# The command


def saved(path: Path, told: Report) -> str:
    """The path of a file with this report."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told), "utf-8")
    return str(path)


def test_the_command_writes_every_report_and_gives_the_exit_code(tmp_path: Path) -> None:
    paths = [
        saved(tmp_path / f"{index}.json", told)
        for index, told in enumerate((shard("EVENT-3"), shard(only={"EVENT-4": "fail"})))
    ]

    code = main(["--only=EVENT-3,EVENT-4", str(tmp_path / "out"), *paths])

    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert code == 1
    assert written == {"conformance.json", "index.html", "junit.xml", "contract.sarif", "summary.md", "badge.json"}
    merged = read(tmp_path / "out" / "conformance.json")
    assert [outcome(merged, id) for id in ("EVENT-3", "EVENT-4", "EVENT-5")] == ["pass", "fail", "out-of-scope"]


def test_a_folder_stands_for_every_report_in_it_but_the_merged_one(tmp_path: Path) -> None:
    for name, told in zip(("one", "two"), halves(), strict=True):
        saved(tmp_path / name / "reports" / "conformance.json", told)

    codes = [main([str(tmp_path), str(tmp_path)]) for _ in range(2)]

    assert codes == [0, 0]
    assert read(tmp_path / "conformance.json")["requests"] == 2 * report()["requests"]


@pytest.mark.parametrize("absent", ["absent.json", "empty", "half.json"])
def test_the_command_merges_what_is_there_where_a_shard_left_nothing_to_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], absent: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "half.json").write_text('{"verdict": "conform', "utf-8")

    code = main([str(tmp_path / "out"), saved(tmp_path / "one.json", report()), str(tmp_path / absent)])

    assert code == 7
    assert read(tmp_path / "out" / "conformance.json")["stopped"].startswith(str(tmp_path / absent))
    assert f"STOPPED     {tmp_path / absent}" in capsys.readouterr().out


def test_the_command_tells_what_shards_answer_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path / "one.json", shard("EVENT-3"))

    code = main(["--only=EVENT-3", str(tmp_path / "out"), path, path])

    assert code == 0
    assert "NOTE        several shards answer for EVENT-3: " in capsys.readouterr().out


def test_the_command_adds_to_the_summary_of_a_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "job.md"))
    (tmp_path / "job.md").write_text("before\n", "utf-8")

    main([str(tmp_path / "out"), saved(tmp_path / "one.json", report())])

    assert (tmp_path / "job.md").read_text("utf-8").startswith("before\n## Contract: conforming\n")


def test_the_command_refuses_what_it_cannot_read_or_write_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = saved(tmp_path / "one.json", report())
    other = saved(tmp_path / "other.json", report(seed=8))
    out = str(tmp_path / "out")

    codes = [
        main([]),
        main([out]),
        main([out, "no-such-file"]),
        main([told, told]),
        main([out, told, other]),
        main(["--only=EVNT", out, told]),
    ]

    assert codes == [4] * 6
    assert len(capsys.readouterr().err.splitlines()) == 6
