"""Scenarios and their parts: what each needs and answers for, in which order they run, and what goes out together."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from tests.harness.delivery import BudgetError, Delivery
from tests.harness.exchange import Headers, Request
from tests.harness.ids import UsedUpError
from tests.harness.options import Options, Profile
from tests.harness.run import Run
from tests.harness.runner import chosen_scenarios, run_contract
from tests.harness.scenario import MODULES, Need, Scenario, in_turn, modules_of, order, parts, scenarios
from tests.harness.target import Target, reference_target
from tests.harness.verdict import Verdict
from tests.harness.wire import Wire
from tests.reference.app import build_app
from tests.reference.message import Request as Received
from tests.reference.message import Response
from tests.reference.parts import Handler, Middleware
from tests.reference.server import running
from tests.reference.state import State
from tests.reference.variants.tools import fresh
from tests.suite.exchanges import TARGET
from tests.suite.order import Room, Worth, computed
from tests.suite.test_run import Record, failed, recording, run_against

LATENCY = 0.03


def without_quality_processes(target: Target) -> Target:
    """The target with its events alone."""
    assert target.arena is not None
    return replace(target, arena=replace(target.arena, quality_processes=()))


def part_named(name: str) -> Scenario:
    """The part with this name."""
    return next(one for one in scenarios() if one.name == name)


@cache
def quick_run() -> tuple[Run, Verdict]:
    """A quick run against the reference implementation."""
    return run_at(Options(profile="quick", seed=1))


def run_at(options: Options, latency: float = 0.0, record: Record | None = None) -> tuple[Run, Verdict]:
    """A run against a reference implementation of this latency."""
    modifiers = [fresh(lambda: waiting(latency))] if latency else []
    with running(build_app(*modifiers, recording(record or Record()))) as url:
        return run_contract(reference_target(url), options)


def waiting(seconds: float) -> Middleware:
    """Every answer takes so long; other requests are answered meanwhile."""

    async def middleware(request: Received, state: State, handler: Handler) -> Response:
        await asyncio.sleep(seconds)
        return await handler(request, state)

    return middleware


# Parts


def test_a_part_is_made_of_each_combination_and_named_by_its_labels() -> None:
    made = parts(kind=["event"], body={"empty": b"", "text": b"x"})

    assert made == {"event-empty": {"kind": "event", "body": b""}, "event-text": {"kind": "event", "body": b"x"}}


def test_values_in_turn_meet_the_others_each_once() -> None:
    made = in_turn(kind=["event", "quality_process"], body=["a", "b", "c"])

    assert list(made) == ["event-a", "quality_process-b", "event-c"]
    assert made["quality_process-b"] == {"kind": "quality_process", "body": "b"}


def test_a_part_about_one_kind_of_object_answers_for_no_requirement_of_the_other() -> None:
    part = part_named("test_reconcile::test_a_value_is_set_and_set_again[event-true]")

    assert "EVENT-2" in part.requirements
    assert not [id for id in part.requirements if id.startswith("QUALITY-")]


def test_where_a_kind_of_object_is_not_named_only_its_own_requirements_are_left_unverified() -> None:
    part = part_named("test_reconcile::test_a_value_is_set_and_set_again[quality_process-true]")

    missing = part.missing(without_quality_processes(TARGET))

    assert missing == (Need.QUALITY_PROCESS,)
    assert "ARENA-HEADER-4" in part.requirements
    assert {id.partition("-")[0] for id in part.resting_on(missing)} == {"QUALITY"}


def test_where_anything_else_is_missing_all_its_requirements_are_left_unverified() -> None:
    part = part_named("test_arena_access::test_a_user_who_is_no_administrator[event]")

    assert part.resting_on((Need.USER_SESSION,)) == part.requirements == {"ARENA-AUTH-3"}


# Profiles


def test_the_order_names_every_scenario_once_and_no_other() -> None:
    counted = Counter(order().names)

    assert counted == Counter(one.name for one in scenarios() if one.phase != "deep")


def test_what_looks_at_what_others_left_runs_last_and_deep_runs_before_it() -> None:
    phases = [one.phase for one in scenarios()]

    assert list(dict.fromkeys(phases)) == ["first", "main", "deep", "last"]
    assert phases == sorted(phases, key=("first", "main", "deep", "last").index)


@pytest.mark.parametrize(("profile", "deep"), [("quick", False), ("standard", False), ("deep", True)])
def test_only_a_deep_run_draws_without_end(profile: Profile, deep: bool) -> None:
    chosen = chosen_scenarios(TARGET, Options(profile=profile))

    assert any(one.phase == "deep" for one in chosen) is deep


def test_a_quick_run_imports_no_module_that_generates() -> None:
    assert "tests.contract.test_generated" in set(MODULES) - set(modules_of("quick"))


def test_a_quick_run_sends_at_most_150_requests_of_which_at_most_90_go_to_arena() -> None:
    run, _ = quick_run()

    arena = [one for one in run.exchanges if one.request.operation != "putEventsBatch"]
    assert run.sent <= 150
    assert len(arena) <= 90


def test_a_quick_run_verifies_every_requirement() -> None:
    _, verdict = quick_run()

    assert verdict.name == "conforming"
    assert [result.requirement.id for result in verdict.having("unverified")] == []


def test_a_standard_run_sends_at_most_600_requests_of_which_at_most_300_go_to_arena() -> None:
    run, _ = run_at(Options(seed=1))

    arena = [one for one in run.exchanges if one.request.operation != "putEventsBatch"]
    assert run.sent <= 600
    assert len(arena) <= 300


def test_a_deep_run_sends_new_requests_until_its_budget_is_used() -> None:
    record = Record()
    run, verdict = run_at(Options(profile="deep", seed=1, max_requests=1200), record=record)

    assert 1100 < run.sent <= 1200
    assert verdict.name == "conforming"
    drawn = [one for one in run.exchanges if one.scenario.startswith("test_deep")]
    assert len({(one.request.url, one.request.headers, one.request.body) for one in drawn}) > len(drawn) * 0.5


def test_each_deep_scenario_has_its_share_of_the_time_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    over = Delivery(Wire(), 1.0, None, None, seconds=65.0).share(2, rest_requests=0, rest_seconds=5.0)

    now = 129.9
    assert not over()
    now = 130.0
    assert over()


def test_each_deep_scenario_has_its_share_of_the_requests_that_are_left() -> None:
    delivery = Delivery(Wire(), 1.0, None, 240)
    over = delivery.share(2, rest_requests=40, rest_seconds=0.0)

    delivery.sent = 99
    assert not over()
    delivery.sent = 100
    assert over()


# The order


def worth(name: str, shows: str, requests: int, drawn: bool = False) -> Worth:
    return Worth(name, "vba", frozenset(shows.split()), requests, drawn)


def test_what_shows_most_for_its_requests_comes_first() -> None:
    worths = [worth("dear", "a b c", 6), worth("cheap", "a b", 1), worth("rest", "c", 1)]

    found = computed(worths, frozenset(), Room(130, 80))

    assert found.quick == ("cheap", "rest")
    assert found.then == ("dear",)


def test_what_a_requirement_needs_is_in_the_quick_profile_however_little_it_shows() -> None:
    worths = [worth("much", "a b c d", 1), worth("little", "EVENT-1", 9)]

    found = computed(worths, frozenset({"EVENT-1"}), Room(130, 80))

    assert found.quick == ("much", "little")


def test_what_is_generated_or_dear_is_not_in_the_quick_profile() -> None:
    worths = [worth("drawn", "a", 1, drawn=True), worth("dear", "b", 13)]

    found = computed(worths, frozenset(), Room(130, 80))

    assert found.quick == ()
    assert set(found.then) == {"drawn", "dear"}


def test_the_quick_profile_ends_at_its_limit() -> None:
    worths = [worth(f"{number}", f"fault-{number}", 10) for number in range(20)]

    found = computed(worths, frozenset(), Room(130, 80))

    assert len(found.quick) == 13


# Requests that are under way together


def test_independent_requests_are_under_way_together() -> None:
    run, verdict = run_at(Options(seed=1, only=("ARENA-ERROR-2", "BATCH-11")), LATENCY)

    spans = [(one.started, one.ended) for one in run.exchanges if one.scenario.startswith("test_arena_errors::")]
    assert verdict.name == "conforming"
    assert any(begun < ended for (_, ended), (begun, _) in pairwise(spans))


def test_one_worker_sends_one_request_after_the_other() -> None:
    run, _ = run_at(Options(seed=1, only=("ARENA-ERROR-2",), workers=1), LATENCY)

    spans = [(one.started, one.ended) for one in run.exchanges if one.scenario.startswith("test_arena_errors::")]
    assert all(ended <= begun for (_, ended), (begun, _) in pairwise(spans))


@pytest.mark.parametrize("error", [UsedUpError, BudgetError])
def test_a_scenario_that_lacks_something_takes_nothing_from_one_that_it_goes_with(error: type[Exception]) -> None:
    def leading(run: Run) -> list[Request]:
        return [run.arena.request(run.arena.events[0], b'{"itemsReconciled": true}')]

    def lacking(run: Run) -> list[Request]:
        raise error("no ids")

    leader = Scenario("leader", leading, "arena", frozenset({"EVENT-1"}), (), independent=True)
    follower = Scenario("follower", lacking, "vba", frozenset({"BATCH-1"}), (), independent=True)
    with run_against() as run:
        run.to_perform = [leader, follower]

        reasons = run.perform(leader), run.perform(follower)

    assert reasons[0] is None
    assert reasons[1] is not None
    assert [one.scenario for one in run.exchanges][-1] == "leader"


@pytest.mark.parametrize("workers", [1, 8])
def test_requests_that_go_together_leave_in_their_order(workers: int) -> None:
    record = Record()
    options = Options(seed=1, only=("ARENA-ERROR-2", "ARENA-AUTH", "BATCH-11", "BATCH-AUTH"), workers=workers)

    run, _ = run_at(options, LATENCY, record)

    assert [one.request.body for one in run.exchanges] == [one.body for one in record.requests]


def test_neither_latency_nor_workers_change_a_request() -> None:
    def sent(run: Run) -> list[tuple[str, str, Headers, bytes]]:
        return [
            (one.scenario, urlsplit(one.request.url).path, one.request.headers, one.request.body)
            for one in run.exchanges
        ]

    (quick, one), (slow, other) = run_at(Options(seed=1)), run_at(Options(seed=1, workers=2), LATENCY / 10)

    assert sent(quick) == sent(slow)
    assert [result.outcome for result in one.results] == [result.outcome for result in other.results]


@pytest.mark.parametrize("limit", [60, 75])
def test_requests_together_keep_within_max_requests(limit: int) -> None:
    record = Record()
    run, verdict = run_at(Options(seed=1, max_requests=limit), LATENCY, record)

    assert len(record.requests) == run.sent <= limit
    assert (failed(verdict), verdict.name) == ([], "incomplete")
