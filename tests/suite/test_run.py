"""A run: what it sends and never sends, what it waits for, what it blames on the target, and when it stops."""

from __future__ import annotations

import datetime
import itertools
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import unquote

import pytest

from tests.harness import summary
from tests.harness.callers import Ref, minimal
from tests.harness.contract import requirements
from tests.harness.delivery import retry_after
from tests.harness.exchange import PUT_EVENTS_BATCH, Exchange, Json
from tests.harness.exchange import Request as SentRequest
from tests.harness.exchange import Response as AnsweredResponse
from tests.harness.options import Options
from tests.harness.oracle import Verdict as EntityVerdict
from tests.harness.oracle import read, read_entity
from tests.harness.run import Run
from tests.harness.runner import run_contract
from tests.harness.scenario import Api, Scenario, ScenarioFunction
from tests.harness.target import ConfigurationError, Target, reference_target
from tests.harness.verdict import EXIT_INCOMPLETE, EXIT_NONCONFORMING, EXIT_STOPPED, EXIT_SUITE_FAILED, Verdict, decide
from tests.harness.wire import Wire
from tests.reference import arena, parts
from tests.reference.app import build_app
from tests.reference.arena import ArenaError, Call
from tests.reference.data import EVENTS, QUALITY_PROCESSES
from tests.reference.message import Request, Response, json_response
from tests.reference.parts import Handler, Modifier, VbaParts, around, in_arena, in_vba
from tests.reference.server import running
from tests.reference.state import State
from tests.reference.vba import Outcome, VbaError
from tests.suite.servers import Answer, End, answer, played

ANSWER_SECONDS = 10.0
PATIENCE = 20.0
"""Seconds that a run waits for what is over soon; a test of what is never over gives less."""
SEEDED = Options(seed=1)
GENEROUS = 15.0
"""Seconds within which anything bounded is over, even on a busy machine."""

Interfere = Callable[[int, Request], Response | None]
"""The answer to the request of this number, from 1 on, in place of the right one; None leaves the right one."""


@dataclass
class Record:
    """What a server received, in order, with the time of each, and the state that it had in the end."""

    requests: list[Request] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    state: State | None = None


def recording(record: Record, interfere: Interfere | None = None) -> Modifier:
    """A modifier that records every request, and answers some otherwise."""

    async def middleware(request: Request, state: State, handler: Handler) -> Response:
        record.requests.append(request)
        record.times.append(time.monotonic())
        record.state = state
        other = interfere(len(record.requests), request) if interfere else None
        return await handler(request, state) if other is None else other

    return around(middleware)


def status(code: int, *headers: tuple[str, str]) -> Response:
    """An answer with a status and no body."""
    return Response(code, (*headers, ("Content-Length", "0")), b"")


def cut() -> Response:
    """An answer that ends before its Content-Length: the server cuts the connection."""
    return Response(200, (("Content-Length", "617"),), b"{")


def arena_error(code: int, number: int) -> Response:
    """A refusal in Arena's envelope."""
    return json_response(code, {"status": code, "errors": [{"code": number, "message": "no"}]})


@contextmanager
def run_at(
    url: str, *, options: Options = SEEDED, patience: float = PATIENCE, apis: Sequence[Api] = ("arena",)
) -> Iterator[Run]:
    """A run against a server that has the reference implementation's data, after its first requests."""
    run = Run(reference_target(url), options, Wire(ANSWER_SECONDS), patience)
    try:
        run.first_requests(apis)
        yield run
    finally:
        run.close()


@contextmanager
def run_against(
    interfere: Interfere | None = None,
    *modifiers: Modifier,
    record: Record | None = None,
    options: Options = SEEDED,
    patience: float = PATIENCE,
    apis: Sequence[Api] = ("arena",),
) -> Iterator[Run]:
    """A run against the reference implementation, after its first requests; only then the server is interfered with.

    The record holds what came after them too, and the requests are numbered from there.
    """
    record = record or Record()
    begun = False

    def interfere_later(number: int, request: Request) -> Response | None:
        return interfere(number, request) if begun and interfere else None

    with (
        running(build_app(*modifiers, recording(record, interfere_later))) as url,
        run_at(url, options=options, patience=patience, apis=apis) as run,
    ):
        begun = True
        record.requests.clear()
        record.times.clear()
        yield run


def first_requests() -> int:
    """How many requests a run sends to Arena before its scenarios."""
    with run_against() as run:
        return run.sent


def of_the_scenario(run: Run) -> list[Exchange]:
    """The exchanges after the first requests."""
    return [one for one in run.exchanges if one.scenario == "a scenario"]


def perform(run: Run, function: ScenarioFunction, *requirements: str) -> str | None:
    """Run a function as a scenario on which these requirements rest."""
    return run.perform(Scenario("a scenario", function, "arena", frozenset(requirements or ("EVENT-2",)), ()))


def set_event(times: int = 1) -> ScenarioFunction:
    """A scenario that sends the documented request so many times."""

    def function(run: Run) -> None:
        for _ in range(times):
            run.arena.set(run.arena.events[0], True)

    return function


def set_event_at_once(times: int) -> ScenarioFunction:
    """A scenario that sends the documented request so many times at the same moment."""

    def function(run: Run) -> None:
        request = run.arena.request(run.arena.events[0], b'{"itemsReconciled": true}')
        run.burst([request] * times)

    return function


def failed(verdict: Verdict) -> list[str]:
    """The requirements that failed."""
    return [result.requirement.id for result in verdict.having("fail")]


# The budget and the pace


@pytest.mark.parametrize("limit", [60, 137])
def test_max_requests_is_never_exceeded_and_what_it_cuts_off_is_unverified(limit: int) -> None:
    record = Record()
    with running(build_app(recording(record))) as url:
        run, verdict = run_contract(reference_target(url), Options(seed=1, max_requests=limit))
    assert len(record.requests) <= limit
    assert run.sent == len(record.requests)
    assert (failed(verdict), verdict.name, verdict.exit_code) == ([], "incomplete", EXIT_INCOMPLETE)
    reasons = {result.requirement.id: result.reason for result in verdict.having("unverified")}
    assert reasons["BATCH-16"] == f"MAX_REQUESTS={limit} was reached"
    assert reasons["EVENT-9"] == f"MAX_REQUESTS={limit} was reached"


def test_requests_that_are_repeated_count_toward_max_requests() -> None:
    first, record = first_requests(), Record()
    options = Options(seed=1, max_requests=first + 2)
    with run_against(lambda *_: status(503), record=record, options=options) as run:
        reason = perform(run, set_event())
    assert reason == f"MAX_REQUESTS={first + 2} was reached"
    assert len(record.requests) == 2


def test_a_burst_that_the_budget_has_no_room_for_is_not_begun() -> None:
    limit, record = first_requests() + 7, Record()
    with run_against(record=record, options=Options(seed=1, max_requests=limit)) as run:
        reason = perform(run, set_event_at_once(8))
    assert reason == f"MAX_REQUESTS={limit} was reached"
    assert record.requests == []


@pytest.mark.parametrize("scenario", [set_event(8), set_event_at_once(8)], ids=["in-turn", "at-once"])
def test_rate_spaces_the_requests_out(scenario: ScenarioFunction) -> None:
    record = Record()
    with run_against(record=record, options=Options(seed=1, rate=20)) as run:
        perform(run, scenario)
    assert len(record.times) == 8
    assert 7 / 20 * 0.9 <= record.times[-1] - record.times[0] < GENEROUS


# Trouble that passes


@pytest.mark.parametrize(
    ("headers", "least"),
    [((), 0.4), ((("Retry-After", "1"),), 0.9), ((("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"),), 0.0)],
    ids=["alone", "seconds", "date"],
)
def test_429_is_waited_for_and_repeated_and_is_no_finding(headers: tuple[tuple[str, str], ...], least: float) -> None:
    record = Record()
    with run_against(lambda number, _: status(429, *headers) if number == 1 else None, record=record) as run:
        reason = perform(run, set_event())
    assert reason is None
    assert least <= record.times[1] - record.times[0] < GENEROUS
    assert [(one.status, one.attempts) for one in of_the_scenario(run)] == [(200, 2)]
    assert failed(decide(run)) == []


def test_the_date_of_retry_after_is_waited_for_by_the_targets_own_clock() -> None:
    sent, until = "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:02 GMT"
    busy, record = status(429, ("Date", sent), ("Retry-After", until)), Record()
    with run_against(lambda number, _: busy if number == 1 else None, record=record) as run:
        reason = perform(run, set_event())
    assert reason is None
    assert 1.9 <= record.times[1] - record.times[0] < GENEROUS


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("7", None, 7),
        ("0", None, 0),
        ("Sat, 21 Nov 2026 12:00:09 GMT", None, 9),
        ("Sat, 21 Nov 2026 12:00:09 GMT", "Sat, 21 Nov 2026 12:00:06 GMT", 3),
        ("Sat, 21 Nov 2026 12:00:09 GMT", "no date", 9),
        ("Sat, 21 Nov 2026 11:59:59 GMT", None, 0.5),
        ("Sat, 99 Nov 2026 12:00:09 GMT", None, 0.5),
        ("soon", None, 0.5),
        ("-3", None, 0.5),
        ("1.5", None, 0.5),
        ("", None, 0.5),
        (None, None, 0.5),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str | None, date: str | None, seconds: float) -> None:
    noon = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC).timestamp()
    headers = [("Retry-After", value), ("Date", date)]
    answered = AnsweredResponse(429, tuple((name, text) for name, text in headers if text is not None), b"", 0)
    assert retry_after(answered, noon, default=0.5) == seconds


def test_a_pause_that_is_longer_than_a_run_makes_is_told_and_not_made() -> None:
    record = Record()
    with run_against(lambda *_: status(429, ("Retry-After", "3600")), record=record) as run:
        perform(run, set_event())
    assert run.stopped == "HTTP 429 asks to wait for 3600 s; lower RATE, or run it later"
    assert len(record.requests) == 1


def test_another_429_of_arena_than_the_quotas_is_waited_for() -> None:
    with run_against(lambda number, _: arena_error(429, 429) if number <= 2 else None) as run:
        reason = perform(run, set_event())
    assert (reason, run.stopped, failed(decide(run))) == (None, None, [])


@pytest.mark.parametrize("code", [502, 503, 504])
def test_a_gateways_status_for_two_requests_is_waited_for_and_is_no_finding(code: int) -> None:
    with run_against(lambda number, _: status(code) if number <= 2 else None) as run:
        reason = perform(run, set_event())
    assert reason is None
    assert [(one.status, one.attempts) for one in of_the_scenario(run)] == [(200, 3)]
    assert failed(decide(run)) == []


def test_a_connection_that_is_cut_once_is_no_finding() -> None:
    with run_against(lambda number, _: cut() if number == 1 else None) as run:
        reason = perform(run, set_event())
    assert reason is None
    assert [(one.status, one.attempts) for one in of_the_scenario(run)] == [(200, 2)]
    assert failed(decide(run)) == []


def test_what_a_repeated_batch_applied_is_not_held_against_the_target() -> None:
    cuts: list[bytes] = []

    async def apply_and_cut(request: Request, state: State, handler: Handler) -> Response:
        right = await handler(request, state)
        if b"cut me" not in request.body or cuts:
            return right
        cuts.append(request.body)
        return cut()

    def create(run: Run) -> None:
        [id] = run.vba.new(1)
        run.vba.put([minimal(id) | {"subject": "cut me"}])
        run.vba.put([minimal(id)])

    with run_against(None, around(apply_and_cut), apis=("vba",)) as run:
        perform(run, create)
    assert [one.attempts for one in of_the_scenario(run)][-2:] == [2, 1]
    assert len(cuts) == 1
    assert failed(decide(run)) == []


# Trouble that stays


def test_429_for_ever_stops_the_run_and_nothing_more_is_sent() -> None:
    record = Record()
    with run_against(lambda *_: status(429), record=record, patience=1) as run:
        reason = perform(run, set_event())
        so_far = len(record.requests)
        later = perform(run, set_event())
    assert run.stopped is not None
    assert "429 for more than 1 s" in run.stopped
    assert reason == later == f"the run stopped: {run.stopped}"
    assert len(record.requests) == so_far
    assert (failed(decide(run)), decide(run).exit_code) == ([], EXIT_STOPPED)


def test_a_quota_that_is_used_up_stops_the_run_at_once() -> None:
    record = Record()
    with run_against(lambda *_: arena_error(429, 4084), record=record) as run:
        perform(run, set_event(3))
    assert run.stopped == "the quota of Arena is used up (HTTP 429, code 4084)"
    assert len(record.requests) == 1
    assert (failed(decide(run)), decide(run).exit_code) == ([], EXIT_STOPPED)


def test_a_run_leaves_the_last_requests_of_a_quota() -> None:
    quota, record = first_requests() + 10, Record()
    with run_against(None, in_arena(lambda rules: replace(rules, quota=quota)), record=record) as run:
        perform(run, set_event(20))
    assert run.stopped == "the quota of Arena is nearly used up (2 requests left)"
    assert len(record.requests) == 8
    assert (failed(decide(run)), decide(run).exit_code) == ([], EXIT_STOPPED)


def test_a_quota_that_is_at_0_stops_the_run_at_once() -> None:
    record = Record()
    empty = arena_error(400, 400).with_header("X-Arena-Requests-Remaining", "0")
    with run_against(lambda *_: empty, record=record) as run:
        perform(run, set_event(3))
    assert run.stopped == "the quota of Arena is nearly used up (0 requests left)"
    assert len(record.requests) == 1


def test_a_redirect_is_judged_as_it_is_and_no_credentials_go_elsewhere() -> None:
    with played() as elsewhere:
        moved = status(307, ("Location", f"{elsewhere.url}/stolen"))
        with run_against(lambda number, _: moved if number == 1 else None) as run:
            reason = perform(run, set_event(2))
    assert (reason, run.stopped) == (None, None)
    assert "EVENT-1" in failed(decide(run))
    assert elsewhere.connections == 0


def test_a_500_is_a_finding_at_once() -> None:
    record = Record()
    with run_against(lambda number, _: status(500) if number == 1 else None, record=record) as run:
        reason = perform(run, set_event(2))
    assert reason is None
    assert len(record.requests) == 2
    assert "HTTP-1" in failed(decide(run))
    assert run.tallies["HTTP-1"].broken == 1


@pytest.mark.parametrize("answered", [cut(), status(503)], ids=["cut", "503"])
def test_what_one_body_always_brings_about_is_a_finding_and_the_run_goes_on(answered: Response) -> None:
    poison = b'{"itemsReconciled": "poison"}'

    def scenario(run: Run) -> None:
        run.arena.put(run.arena.events[0], poison)
        run.arena.set(run.arena.events[0], True)

    with run_against(lambda _, request: answered if request.body == poison else None) as run:
        reason = perform(run, scenario)
    assert (reason, run.stopped) == (None, None)
    assert run.tallies["HTTP-1"].broken == 1
    assert run.tallies["HTTP-1"].findings[0].exchange.request.body == poison
    assert decide(run).exit_code == EXIT_NONCONFORMING


@pytest.mark.parametrize(
    "silence",
    [
        Answer(end=End.HOLD),
        Answer(itertools.chain([b"HTTP/1.1 200 OK\r\nX-Long: "], itertools.repeat(b"x")), pause=0.05),
    ],
    ids=["no-answer", "a-byte-at-a-time"],
)
def test_what_one_body_leaves_without_an_answer_is_a_finding_and_after_three_the_target_is_left_alone(
    silence: Answer,
) -> None:
    def scenario(run: Run) -> None:
        for number in range(5):
            run.arena.put(run.arena.events[0], b'{"itemsReconciled": "poison %d"}' % number)

    with played(lambda received: silence if b"poison" in received.body else answer(b"{}")) as server:
        run = Run(reference_target(server.url), SEEDED, Wire(0.3), PATIENCE)
        run.first_requests(["arena"])
        perform(run, scenario)
        run.close()
    assert run.stopped == "3 requests were never answered"
    assert run.tallies["HTTP-1"].findings[0].exchange.request.body == b'{"itemsReconciled": "poison 0"}'
    assert {one.body for one in server.requests if b"poison" in one.body} == {
        b'{"itemsReconciled": "poison %d"}' % number for number in range(3)
    }


@pytest.mark.parametrize("code", [401, 403])
def test_a_session_that_ends_midway_stops_the_run_and_is_no_finding(code: int) -> None:
    with run_against(lambda number, _: arena_error(code, code) if number > 2 else None) as run:
        perform(run, set_event(5))
    assert run.stopped == "arena.session_id was accepted before and is refused now: the session ended"
    assert (failed(decide(run)), decide(run).exit_code) == ([], EXIT_STOPPED)


def test_a_valid_request_that_alone_is_refused_is_a_finding_and_the_run_goes_on() -> None:
    def scenario(run: Run) -> None:
        run.arena.set(run.arena.events[0], False)
        run.arena.set(run.arena.events[0], True)

    with run_against(lambda _, request: arena_error(403, 4303) if b"false" in request.body else None) as run:
        reason = perform(run, scenario)
    assert (reason, run.stopped) == (None, None)
    assert "EVENT-1" in failed(decide(run))


def test_credentials_of_the_batch_that_end_midway_stop_the_run_and_are_no_finding() -> None:
    def put_batches(run: Run) -> None:
        for _ in range(4):
            run.vba.put([minimal(999_999)])

    with run_against(lambda number, _: json_response(401, {}) if number > 2 else None, apis=("vba",)) as run:
        perform(run, put_batches)
    assert run.stopped == "vba.api_key or vba.bearer_token was accepted before and is refused now: the session ended"
    assert (failed(decide(run)), decide(run).exit_code) == ([], EXIT_STOPPED)


def test_a_target_that_dies_midway_stops_the_run_and_is_no_finding() -> None:
    with ExitStack() as server, run_at(server.enter_context(running(build_app())), patience=0.5) as run:

        def dying(run: Run) -> None:
            run.arena.set(run.arena.events[0], True)
            server.close()
            run.arena.set(run.arena.events[0], True)

        reason = perform(run, dying)
    assert run.stopped is not None
    assert reason == f"the run stopped: {run.stopped}"
    assert (failed(decide(run)), decide(run).exit_code) == ([], EXIT_STOPPED)


@pytest.mark.parametrize("code", [404, 405, 501])
def test_a_target_that_turns_out_not_to_answer_get_is_not_asked_again(code: int) -> None:
    record = Record()
    no_get = recording(record, lambda _, request: status(code) if request.method == "GET" else None)
    with running(build_app(no_get)) as url:
        run, verdict = run_contract(reference_target(url), Options(seed=1, only=("EVENT",)), Wire(ANSWER_SECONDS))

    [reading] = [result for result in verdict.results if result.requirement.id == "EVENT-8"]
    assert [request.method for request in record.requests].count("GET") == 1
    assert reading.outcome == "unverified"
    assert f"where it answers HTTP {code}" in reading.reason
    assert failed(verdict) == []
    assert run.stopped is None


def test_a_target_that_answers_get_for_events_alone_is_read_there() -> None:
    def interfere(_number: int, request: Request) -> Response | None:
        return status(405) if request.method == "GET" and "qualityprocesses" in request.path else None

    with running(build_app(recording(Record(), interfere))) as url:
        _, verdict = run_contract(reference_target(url), Options(seed=1, only=("EVENT",)), Wire(ANSWER_SECONDS))

    assert {result.outcome for result in verdict.results if result.requirement.id == "EVENT-8"} == {"pass"}


def test_a_target_that_has_not_json_alone_is_asked_for_any_documented_media_type() -> None:
    def plain_alone(_number: int, request: Request) -> Response | None:
        return None if "text/plain" in (request.header("Accept") or "") else status(406)

    with running(build_app(recording(Record(), plain_alone))) as url, run_at(url, apis=("vba",)) as run:
        answered = run.vba.put([minimal(run.vba.existing(1)[0])])

    assert answered.status == 207
    assert run.stopped is None
    assert failed(decide(run)) == ["BATCH-1"]


def test_a_target_that_answers_nothing_from_some_moment_on_stops_the_run_and_is_no_finding() -> None:
    silent = False

    def fall_silent(run: Run) -> None:
        nonlocal silent
        run.arena.set(run.arena.events[0], True)
        silent = True
        run.arena.set(run.arena.events[0], True)

    options = Options(seed=1, only=("HTTP-1",))
    with (
        played(lambda _: Answer(end=End.CLOSE) if silent else answer(b"{}")) as server,
        run_at(server.url, options=options, patience=2) as run,
    ):
        perform(run, fall_silent)
    assert run.stopped == "the target does not answer any more"
    assert (failed(decide(run)), decide(run).exit_code) == ([], EXIT_STOPPED)


def test_without_an_answer_to_its_first_request_no_run_begins() -> None:
    with (
        played(lambda _: Answer(end=End.CLOSE)) as server,
        pytest.raises(ConfigurationError, match=r"^vba\.url: the connection was cut"),
        run_at(server.url, apis=("vba",)),
    ):
        pass


# The suite's own faults


def test_a_crash_in_a_scenario_is_the_suites_and_leaves_its_requirements_unverified() -> None:
    def crashing(run: Run) -> None:
        run.arena.set(run.arena.events[0], True)
        raise ZeroDivisionError

    with run_against() as run:
        with pytest.raises(ZeroDivisionError):
            perform(run, crashing, "EVENT-2", "EVENT-3")
        run.crashed.append("a scenario")
    verdict = decide(run)
    assert (failed(verdict), verdict.exit_code) == ([], EXIT_SUITE_FAILED)
    unverified = {result.requirement.id: result.reason for result in verdict.having("unverified")}
    assert unverified["EVENT-2"] == unverified["EVENT-3"] == "the suite itself failed, or was interrupted"
    assert any(line.startswith("SUITE ERROR in a scenario: ") for line in summary.lines(run, verdict))


def test_a_run_that_judged_nothing_is_not_conforming() -> None:
    with running(build_app()) as url:
        run = Run(reference_target(url), Options(seed=1, only=("EVENT-9",)), Wire(ANSWER_SECONDS))
        run.close()
    assert (decide(run).name, decide(run).exit_code) == ("incomplete", EXIT_INCOMPLETE)


# What a whole run sends


@dataclass(frozen=True)
class Whole:
    """A whole run against two servers, one for each API, of whose objects the target names some."""

    run: Run
    verdict: Verdict
    target: Target
    arena: Record
    vba: Record


def whole_run(seed: int) -> Whole:
    """Make such a run. Each server has the endpoints of both APIs, so a request to the wrong one would be taken."""
    records = Record(), Record()
    with running(build_app(recording(records[0]))) as one, running(build_app(recording(records[1]))) as other:
        target = reference_target(one)
        assert target.arena is not None
        assert target.vba is not None
        some = replace(
            target.arena, events=target.arena.events[:3:2], quality_processes=target.arena.quality_processes[:2]
        )
        target = replace(target, arena=some, vba=replace(target.vba, url=other, event_ids=range(910_000, 930_000)))
        run, verdict = run_contract(target, Options(seed=seed), Wire(ANSWER_SECONDS), PATIENCE)
    return Whole(run, verdict, target, *records)


@pytest.fixture(scope="module")
def whole() -> Whole:
    """The whole run that the following tests look at."""
    return whole_run(7)


def test_the_whole_run_came_to_its_end(whole: Whole) -> None:
    assert whole.verdict.name == "conforming"
    assert len(whole.arena.requests) + len(whole.vba.requests) == whole.run.sent


def test_each_secret_goes_to_its_own_origin_alone(whole: Whole) -> None:
    def bytes_of(request: Request) -> str:
        return repr((request.path, request.query, request.headers, request.body))

    for_arena = {whole.target.secrets[name] for name in ("ARENA_SESSION_ID", "ARENA_USER_SESSION_ID")}
    for_vba = {whole.target.secrets[name] for name in ("VBA_API_KEY", "VBA_TOKEN")}
    assert not [one for one in whole.arena.requests if any(secret in bytes_of(one) for secret in for_vba)]
    assert not [one for one in whole.vba.requests if any(secret in bytes_of(one) for secret in for_arena)]
    assert {one.path for one in whole.vba.requests} == {"/events-batch"}
    assert "/events-batch" not in {one.path for one in whole.arena.requests}


def test_the_paths_name_only_configured_guids_and_ones_that_are_not_valid(whole: Whole) -> None:
    assert whole.target.arena is not None
    refs: tuple[Ref, ...] = (*whole.target.arena.events, *whole.target.arena.quality_processes)
    configured = {guid for ref in refs for _, guid in ref.guids}
    existing = {event["guid"] for _, event in EVENTS} | {integration for integration, _ in EVENTS}
    existing |= {
        guid for integration, event, process in QUALITY_PROCESSES for guid in (integration, event, process["guid"])
    }
    named = {unquote(segment) for one in whole.arena.requests for segment in one.path.split("/")}
    assert configured <= named
    assert named & (existing - configured) == set()


def test_no_object_but_the_configured_ones_is_changed(whole: Whole) -> None:
    state = whole.arena.state
    assert state is not None
    assert whole.target.arena is not None
    configured = {ref.event for ref in whole.target.arena.events}
    left = [(integration, event) for integration, event in EVENTS if event["guid"] not in configured]
    assert left
    for integration, event in left:
        assert state.events[integration, event["guid"]] == event


def test_methods_that_could_do_harm_name_no_object_and_no_entity(whole: Whole) -> None:
    harmful = [one for one in whole.arena.requests if one.method not in ("PUT", "GET", "HEAD", "OPTIONS")]
    harmful_batches = [one for one in whole.vba.requests if one.method not in ("PUT", "GET", "HEAD", "OPTIONS")]
    existing = {event["guid"] for _, event in EVENTS} | {process["guid"] for *_, process in QUALITY_PROCESSES}
    assert {one.method for one in harmful} == {one.method for one in harmful_batches} == {"POST", "PATCH", "DELETE"}
    assert not [one for one in harmful if existing & set(one.path.split("/"))]
    assert {one.body for one in harmful_batches} == {b"[]"}


def test_no_entity_outside_event_ids_is_created(whole: Whole) -> None:
    state = whole.vba.state
    assert state is not None
    assert whole.target.vba is not None
    assert state.entities
    assert set(state.entities) <= set(whole.target.vba.event_ids)


def test_an_id_outside_event_ids_stands_only_where_it_must_be_refused_for_another_reason(whole: Whole) -> None:
    assert whole.target.vba is not None
    allowed = whole.target.vba.event_ids
    for one in whole.vba.requests:
        if must_be_refused(one, whole.target):
            continue
        for entity in entities_of(one.body):
            id = entity.get("event_ID")
            if id is not None and (isinstance(id, bool) or id not in allowed):
                reading = read_entity(entity)
                assert (reading.verdict, reading.requirement) == (EntityVerdict.INVALID, "BATCH-7"), entity
        for number in re.findall(rb'"event_ID"\s*:\s*"?(-?\d+)', one.body):
            assert int(number) in allowed, one.body[:500]


def must_be_refused(request: Request, target: Target) -> bool:
    """Whether the whole request has a defect that every server must refuse it for."""
    sent = SentRequest(PUT_EVENTS_BATCH, request.method, "", request.headers, request.body)
    reading = read(sent, target)
    return reading.refusable and any(requirements()[id].level == "MUST" for id in reading.defects)


def entities_of(body: bytes) -> list[dict[str, Json]]:
    """The objects of a batch, as a lenient parser would see them; none where there is no JSON at all."""
    try:
        found = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return []
    items = found if isinstance(found, list) else [found]
    return [item for item in items if isinstance(item, dict)]


def sent_by(whole: Whole) -> list[tuple[str, str, tuple[tuple[str, str], ...], bytes]]:
    """The bytes of every request, in the order of sending, without the servers' ports."""
    return [
        (one.request.method, one.request.url.split("/", 3)[3], one.request.headers, one.request.body)
        for one in whole.run.exchanges
    ]


def test_the_same_seed_sends_the_same_requests_and_another_seed_others(whole: Whole) -> None:
    again, other = whole_run(7), whole_run(8)
    assert sent_by(again) == sent_by(whole)
    assert sent_by(other) != sent_by(whole)


# Seven faults, made by hand


def status_that_ignores_the_flag(rules: parts.ArenaParts) -> parts.ArenaParts:
    """Every event shows NEEDS_UPDATE."""
    return replace(rules, render_event=lambda event: {**event, "status": "NEEDS_UPDATE"})


def wrong_guid_quoted(rules: parts.ArenaParts) -> parts.ArenaParts:
    """A refused GUID is named by the first of the path, whichever it is."""

    def check_guids(call: Call) -> None:
        try:
            rules.check_guids(call)
        except ArenaError:
            raise arena.invalid_guid(call.guids[0]) from None

    return replace(rules, check_guids=check_guids)


def applied_though_refused(rules: VbaParts) -> VbaParts:
    """A batch is applied before the caller is refused."""

    async def put_batch(inner: VbaParts, request: Request, state: State) -> Response:
        try:
            return await rules.put_batch(inner, request, state)
        except VbaError as refusal:
            if refusal.status == 401:
                await inner.apply(inner, state, inner.parse(request))
            raise

    return replace(rules, put_batch=put_batch)


def created_for_an_update(rules: VbaParts) -> VbaParts:
    """Every entity that is done is said to be created."""
    return replace(rules, upsert=lambda state, entity: replace(rules.upsert(state, entity), status=201, body="Created"))


def last_result_missing(rules: VbaParts) -> VbaParts:
    """A batch of several has no result for its last entity."""

    async def apply(inner: VbaParts, state: State, entities: list[object]) -> list[Outcome]:
        outcomes = await rules.apply(inner, state, entities)
        return outcomes[:-1] if len(outcomes) > 1 else outcomes

    return replace(rules, apply=apply)


def activity_id_in_other_letters(rules: VbaParts) -> VbaParts:
    """An answer in text/plain has activityId for activityID."""

    def render(media_type: str, code: int, envelope: dict[str, Json]) -> Response:
        if media_type == "text/plain" and code == 207:
            envelope = {**envelope, "debug": {"activityId": envelope["debug"]["activityID"]}}
        return rules.render(media_type, code, envelope)

    return replace(rules, render=render)


def any_api_key(rules: VbaParts) -> VbaParts:
    """The API key is not looked at."""
    return replace(rules, check_api_key=lambda request: None)


@pytest.mark.parametrize(
    ("fault", "requirements"),
    [
        (in_arena(status_that_ignores_the_flag), ["EVENT-3"]),
        (in_arena(wrong_guid_quoted), ["ARENA-ERROR-3"]),
        (in_vba(applied_though_refused), ["BATCH-AUTH-1", "BATCH-AUTH-2"]),
        (in_vba(created_for_an_update), ["BATCH-4"]),
        (in_vba(last_result_missing), ["BATCH-2"]),
        (in_vba(activity_id_in_other_letters), ["BATCH-10"]),
        (in_vba(any_api_key), ["BATCH-AUTH-1"]),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_fault_is_found_by_the_requirement_that_it_breaks(fault: Modifier, requirements: list[str]) -> None:
    options = Options(seed=1, only=tuple(requirements))
    with running(build_app(fault)) as url:
        run, verdict = run_contract(reference_target(url), options, Wire(ANSWER_SECONDS), PATIENCE)
    assert failed(verdict)
    assert set(failed(verdict)) <= set(requirements)
    assert (verdict.exit_code, run.stopped) == (EXIT_NONCONFORMING, None)


class _OneConnectionAtATime(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:  # the name is http.server's
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(400)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_a_burst_reaches_a_server_that_serves_one_connection_at_a_time() -> None:
    server = HTTPServer(("127.0.0.1", 0), _OneConnectionAtATime)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    run = Run(reference_target(f"http://127.0.0.1:{server.server_port}"), Options(), Wire(GENEROUS))
    event = run.arena.events[0]
    try:
        run.arena.set(event, True)
        exchanges = run.burst([run.arena.request(event, b"{}") for _ in range(4)])
    finally:
        run.close()
        server.shutdown()
        server.server_close()

    assert [exchange.status for exchange in exchanges] == [400] * 4
