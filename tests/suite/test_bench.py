"""The benchmark: how it counts, pairs and compares, and that each of its measurements measures something."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.callers import minimal
from tests.harness.contract import dereferenced, requirements
from tests.harness.exchange import RECONCILE_EVENT, Exchange, Json, Request, Response
from tests.harness.options import Options
from tests.harness.run import Run
from tests.harness.target import reference_target
from tests.reference.faults import FAULTS
from tests.suite import bench
from tests.suite.bench import (
    Complaint,
    Contestant,
    OwnTime,
    Performance,
    Sent,
    Server,
    Spread,
    Trial,
)

ASK_TWICE = """
import json, sys, urllib.error, urllib.request
for _ in range(2):
    try:
        urllib.request.urlopen(sys.argv[1] + "/events-batch")
    except urllib.error.HTTPError as error:
        status = error.code
failure = {"title": f"answered {status}", "operations": ["GET /events-batch"]}
with open("report.json", "w") as report:
    json.dump({"failures": [failure], "errors": []}, report)
sys.exit(1)
"""
"""A tool that sends two requests and complains of what came back."""
TOOL = Contestant("tool", lambda url, folder: [sys.executable, "-c", ASK_TWICE, url], None)
REFUSED: Complaint = ("answered 405", "GET /events-batch")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The reference implementation in another process."""
    with bench.serving() as server:
        yield server


def test_the_spread_has_the_middle_and_the_ends() -> None:
    assert bench.spread([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0)


def test_nothing_measured_has_no_spread() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        bench.spread([])


def test_ratios_are_paired_by_round() -> None:
    assert bench.ratios([2.0, 9.0, 4.0], [1.0, 3.0, 4.0]) == Spread(2.0, 1.0, 3.0)


def test_rounds_that_are_not_paired_have_no_ratios() -> None:
    with pytest.raises(ValueError, match="zip"):
        bench.ratios([1.0, 2.0], [1.0])


@pytest.mark.parametrize(("percent", "value"), [(50, 2.0), (51, 3.0), (95, 4.0), (1, 1.0), (100, 4.0)])
def test_a_percentile_is_one_of_the_values(percent: int, value: float) -> None:
    assert bench.percentile([4.0, 1.0, 3.0, 2.0], percent) == value


def test_every_second_round_goes_backwards() -> None:
    assert list(bench.in_turn(["a", "b", "c"], 3)) == ["a", "b", "c", "c", "b", "a", "a", "b", "c"]


def test_the_sample_has_one_fault_of_each_requirement() -> None:
    assert sorted(fault.requirement for fault in bench.sample(FAULTS)) == sorted(requirements())


def test_the_sample_leaves_out_what_shows_by_chance_where_another_shows_for_certain() -> None:
    certain = {fault.requirement for fault in FAULTS if not fault.chance}

    assert not [fault.name for fault in bench.sample(FAULTS) if fault.chance and fault.requirement in certain]


def test_a_smaller_sample_is_a_part_of_the_whole_one() -> None:
    whole = bench.sample(FAULTS)

    assert bench.sample(FAULTS, 8) == whole[::8]


def test_complaints_are_failures_by_operation_and_errors() -> None:
    report: Json = {
        "failures": [{"title": "Server error", "operations": ["PUT /a", "PUT /b"]}],
        "errors": [{"title": "Network error", "count": 2}],
    }

    expected = {("Server error", "PUT /a"), ("Server error", "PUT /b"), ("Network error", "error")}
    assert bench.complaints(report) == expected


def test_a_description_with_known_ids_names_one_object_of_each_operation() -> None:
    described = bench.with_known_ids(dereferenced())

    assert named(described) == [
        {"integration": "3K5O7K5WJMX3M4KKO0S1", "event": "4M6P8L6XKNY4N5LLP1T3"},
        {
            "integration": "6N8RAN8ZMPA6P7NNR3V4",
            "event": "7O9SBO90NQB7Q8OOS4W5",
            "qualityProcess": "UCWFYBWNADWSBUDWPF1I",
        },
        {},
    ]


def test_the_description_itself_stays_as_it_is() -> None:
    before = json.dumps(dereferenced())

    bench.with_known_ids(dereferenced())

    assert json.dumps(dereferenced()) == before


@pytest.mark.parametrize("helped", [False, True])
def test_schemathesis_gets_a_url_every_credential_and_a_description_that_is_there(helped: bool, tmp_path: Path) -> None:
    command = bench.schemathesis_command(helped, "http://127.0.0.1:1", tmp_path)

    assert Path(command[0]).exists()
    assert json.loads(Path(command[2]).read_text("utf-8"))["openapi"].startswith("3.1")
    assert [f"{name}: {value}" in command for name, value in bench.HEADERS.items()] == [True] * len(bench.HEADERS)
    assert ("--continue-on-failure" in command) == helped


def test_own_time_is_what_lies_between_sendings_and_what_the_transport_computes() -> None:
    first, second = a_request(), a_request()

    own = bench.own_seconds([Sent(second, 5.0, 7.0, 0.5), Sent(first, 1.0, 3.0, 0.25)], began=0.5)

    assert own == [(first, 0.75), (second, 2.5)]


def test_sendings_of_a_burst_share_the_time_before_the_first() -> None:
    first, second, third = a_request(), a_request(), a_request()

    sent = [Sent(first, 2.0, 9.0, 0.0), Sent(second, 3.0, 4.0, 0.0), Sent(third, 10.0, 11.0, 0.0)]
    own = bench.own_seconds(sent, began=0.0)

    assert [seconds for _, seconds in own] == [2.0, 0.0, 1.0]


def test_own_time_is_told_by_the_phase_that_a_request_comes_from() -> None:
    drawn, written, probe = a_request(), a_request(), a_request()
    exchanges = [
        Exchange(1, drawn, Response(200, (), b"", 0), "test_generated::test_generated_batches"),
        Exchange(2, written, Response(200, (), b"", 0), "test_batch::test_one"),
    ]

    times = bench.phases("quick", exchanges, [(drawn, 0.002), (written, 0.001), (probe, 0.003)])

    assert times == [
        OwnTime("quick", "hand-written", 2, 2.0, 3.0, 2.0),
        OwnTime("quick", "generated", 1, 2.0, 2.0, 2.0),
        OwnTime("quick", "all", 3, 2.0, 3.0, 2.0),
    ]


def test_a_standing_sets_faults_found_against_the_requests_that_it_took() -> None:
    rounds = {
        bench.BASE: [Performance(2.0, 400, 0), Performance(4.0, 400, 0)],
        "tool": [Performance(6.0, 90, 1, frozenset({REFUSED})), Performance(4.0, 110, 1)],
    }
    tried = [
        Trial("tool", "one", "HTTP-1", True, 150, 1.0),
        Trial("tool", "two", "HTTP-2", False, 250, 300.0, given_up=True),
        Trial("standard", "one", "HTTP-1", True, 400, 1.0, at=7),
    ]

    one = bench.standing("tool", rounds, tried)

    assert (one.times_base, one.requests) == (Spread(2.0, 1.0, 3.0), Spread(100.0, 90, 110))
    assert (one.found, one.faults, one.given_up, one.per_100_requests) == (1, 2, 1, 0.25)
    assert (one.false_alarms, one.exit_codes, one.median_at) == ((REFUSED,), (1,), None)


def test_a_table_is_aligned() -> None:
    assert bench.table("T", ["", "n"], [["a", "10"], ["long", "1"]]) == "T\n         n\n  a     10\n  long   1"


def test_a_server_counts_the_requests_that_it_took(server: Server) -> None:
    before = server.requests()
    run = Run(reference_target(server.url), Options(seed=1))

    run.vba.put([minimal(run.vba.existing(1)[0])])
    run.arena.read(run.arena.events[0])
    run.close()

    assert server.requests() - before == 2


def test_a_late_server_takes_its_time() -> None:
    with bench.serving(latency=0.2) as server:
        shown = bench.perform(TOOL, server.url, server.requests)

    assert shown.seconds >= 0.4


def test_a_performance_has_requests_exit_code_and_complaints(server: Server) -> None:
    shown = bench.perform(TOOL, server.url, server.requests)

    assert (shown.requests, shown.exit_code, shown.complaints) == (2, 1, frozenset({REFUSED}))


def test_contestants_keep_what_they_compiled_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    environment = bench.warm()

    assert "PYTHONDONTWRITEBYTECODE" not in environment
    assert environment["PYTHONPYCACHEPREFIX"] == str(bench.BYTECODE)


def test_what_another_tool_says_of_the_clean_server_too_finds_no_fault() -> None:
    name = FAULTS[0].name

    assert bench.attempt(TOOL, name, frozenset()).found
    assert not bench.attempt(TOOL, name, frozenset({REFUSED})).found


def test_a_run_that_grows_sends_as_many_exchanges_as_it_says(server: Server) -> None:
    before = server.requests()

    growth = bench.grow(server.url, 30)

    assert (growth.exchanges, server.requests() - before) == (30, 30)
    assert 0 < growth.own_seconds <= growth.seconds
    assert 0 < growth.last_tenth < growth.seconds


def test_own_time_is_measured_for_each_phase_of_a_run(server: Server) -> None:
    times = bench.own_time(server.url, Options(seed=1, only=("BATCH-7",)))

    assert [one.phase for one in times] == ["hand-written", "generated", "all"]
    assert times[0].exchanges + times[1].exchanges == times[2].exchanges
    assert all(0 < one.median <= one.percentile_95 for one in times)


def a_request() -> Request:
    """A request like any other."""
    return Request(RECONCILE_EVENT, "PUT", "http://127.0.0.1/", (), b"")


def named(document: dict[str, Json]) -> list[dict[str, str]]:
    """For each path of a description its parameters that can only have one value, with this value."""
    return [
        {
            parameter["name"]: parameter["schema"]["enum"][0]
            for parameter in [*item.get("parameters", []), *item["put"].get("parameters", [])]
            if parameter["in"] == "path"
        }
        for item in document["paths"].values()
    ]
