"""Targets that are away, ended sessions, quotas and secrets, as they were once taken for something else."""

from __future__ import annotations

import base64
import time
from contextlib import closing
from dataclasses import replace

import pytest

from tests.harness import report, summary
from tests.harness.delivery import Delivery, StoppedError
from tests.harness.exchange import RECONCILE_EVENT, Failure, Trouble
from tests.harness.exchange import Request as Sent
from tests.harness.exchange import Response as Came
from tests.harness.options import Options
from tests.harness.run import Run
from tests.harness.runner import run_contract
from tests.harness.scenario import Scenario
from tests.harness.target import reference_target
from tests.harness.unreachable import UnreachableError
from tests.harness.verdict import EXIT_STOPPED, decide
from tests.harness.wire import Wire
from tests.reference import arena, vba
from tests.reference.app import build_app
from tests.reference.arena import User
from tests.reference.data import ADMIN_SESSION
from tests.reference.message import Request, Response
from tests.reference.parts import Modifier, in_arena, in_vba
from tests.reference.server import running
from tests.suite.servers import Answer, End, Received, answer, http, played
from tests.suite.test_run import (
    ANSWER_SECONDS,
    GENEROUS,
    PATIENCE,
    Record,
    arena_error,
    failed,
    perform,
    recording,
    run_against,
    run_at,
    set_event,
    status,
)


def test_retry_after_0_is_waited_for_all_the_same() -> None:
    record = Record()
    at_once = status(429, ("Retry-After", "0"))
    with run_against(lambda *_: at_once, record=record, patience=1) as run:
        perform(run, set_event())
    assert run.stopped is not None
    assert len(record.requests) < 20


def test_a_target_that_is_away_for_a_while_is_waited_for_and_is_no_finding() -> None:
    with run_against(lambda number, _: status(503) if number < 8 else None) as run:
        reason = perform(run, set_event(2))
    assert (reason, run.stopped, failed(decide(run))) == (None, None, [])


def test_a_request_that_a_busy_target_turns_away_for_seconds_is_no_finding() -> None:
    turned_away = 4

    def busy(_number: int, request: Request) -> Response | None:
        nonlocal turned_away
        if b"false" not in request.body or not turned_away:
            return None
        turned_away -= 1
        return status(503)

    with run_against(busy, patience=GENEROUS) as run:
        reason = perform(run, lambda run: run.arena.set(run.arena.events[0], False) and None)

    assert (reason, run.stopped, failed(decide(run)), turned_away) == (None, None, [], 0)


def test_what_a_target_always_turns_away_is_waited_for_three_times_at_most() -> None:
    record = Record()

    def scenario(run: Run) -> None:
        for number in range(5):
            run.arena.put(run.arena.events[0], b'{"itemsReconciled": %d}' % number)

    def never(_number: int, request: Request) -> Response | None:
        return status(503, ("Retry-After", "3600")) if b"true" not in request.body else None

    with run_against(never, record=record, patience=GENEROUS) as run:
        run.options = replace(run.options, only=("HTTP-1",))
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("tests.harness.delivery.BUSY_BACKOFF", (0.01,) * 4)
            patched.setattr("tests.harness.delivery.BUSY_SECONDS", 0.01)
            reason = perform(run, scenario)

    sent = [sum(b": %d}" % number in one.body for one in record.requests) for number in range(5)]
    assert (reason, run.stopped, sent) == (None, None, [5, 5, 5, 3, 3])
    assert run.tallies["HTTP-1"].broken == 5


def test_what_a_busy_target_asks_to_wait_is_waited() -> None:
    record = Record()
    busy = status(503, ("Retry-After", "1"))
    with run_against(lambda number, _: busy if number == 1 else None, record=record, patience=GENEROUS) as run:
        perform(run, set_event())

    assert record.times[1] - record.times[0] >= 1


def test_an_answer_that_a_gateway_gives_up_on_slowly_stands() -> None:
    class Slow(Wire):
        def send(self, *_: object) -> tuple[Came | Failure, int]:
            time.sleep(0.2)
            return Came(504, (), b"", 0), 1

    answer, _ = Delivery(Slow(), 0.3, None, None).deliver(Sent(RECONCILE_EVENT, "PUT", "http://target/x"))

    assert isinstance(answer, Came)


WORK_SECONDS = 0.05


@pytest.mark.parametrize("down_seconds", [0.04, 0.4])
def test_only_the_request_that_a_target_dies_of_is_blamed_for_it(down_seconds: float) -> None:
    deaths: list[float] = []

    def dying(received: Received) -> Answer:
        came = time.monotonic()
        if b"poison" in received.body:
            deaths.append(came)
        time.sleep(WORK_SECONDS)
        down = any(came <= death or time.monotonic() < death + down_seconds for death in deaths)
        return Answer(end=End.CLOSE) if down else answer(b"{}")

    def scenario(run: Run) -> list[Sent]:
        bodies = [b'{"itemsReconciled": "%s"}' % (b"poison" if number == 3 else b"%d" % number) for number in range(7)]
        return [run.arena.request(run.arena.events[0], body) for body in bodies]

    with played(dying) as server, run_at(server.url, patience=GENEROUS) as run:
        run.perform(Scenario("seven", scenario, "arena", frozenset({"HTTP-1"}), (), independent=True))

    findings = run.tallies["HTTP-1"].findings
    assert run.stopped is None
    assert [b"poison" in finding.exchange.request.body for finding in findings] == [True]
    assert len(deaths) < 15


def test_a_target_that_dies_of_a_request_for_good_is_told_with_it() -> None:
    class Dying(Wire):
        dead = False

        def send(self, *_: object) -> tuple[Came | Failure, int]:
            if self.dead:
                raise UnreachableError("connection refused")
            self.dead = True
            return Failure(Trouble.CUT, "closed without an answer"), 1

    with pytest.raises(StoppedError, match=r"PUT http://target/x, or .* was cut off, and then .*connection refused"):
        Delivery(Dying(), 0.5, None, None).deliver(Sent(RECONCILE_EVENT, "PUT", "http://target/x"))


def test_a_target_that_is_away_from_the_start_is_no_finding() -> None:
    with running(build_app(recording(Record(), lambda *_: status(503)))) as url, run_at(url, patience=1) as run:
        assert "503" in str(run.stopped)
        assert failed(decide(run)) == []


@pytest.mark.parametrize("last", range(40, 60, 3))
def test_a_session_that_ends_between_refused_requests_is_no_finding(last: int) -> None:
    ended = arena_error(401, 401)
    with running(build_app(recording(Record(), lambda number, _: ended if number > last else None))) as url:
        run, verdict = run_contract(
            reference_target(url), Options(seed=1, only=("ARENA",)), Wire(ANSWER_SECONDS), PATIENCE
        )
    assert run.stopped is not None
    assert (failed(verdict), verdict.exit_code) == ([], EXIT_STOPPED)


def test_the_quota_of_an_unknown_session_stops_nothing() -> None:
    def nobody(number: int, request: Request) -> Response | None:
        known = request.header("arena_session_id") == ADMIN_SESSION
        return None if known else arena_error(401, 401).with_header("X-Arena-Requests-Remaining", "0")

    def scenario(run: Run) -> None:
        run.arena.put(run.arena.events[0], b'{"itemsReconciled": true}', session="nobody")
        run.arena.set(run.arena.events[0], True)

    with run_against(nobody) as run:
        assert perform(run, scenario) is None


def test_the_transports_own_repetitions_count_toward_max_requests() -> None:
    seen: dict[int, int] = {}

    def only_the_first_of_a_connection(received: Received) -> Answer:
        seen[received.connection] = seen.get(received.connection, 0) + 1
        return answer(b"{}") if seen[received.connection] == 1 else Answer(end=End.CLOSE)

    options = Options(seed=1, max_requests=30)
    with played(only_the_first_of_a_connection) as server, run_at(server.url, options=options) as run:
        perform(run, set_event(40))
    assert len(server.requests) <= 30
    assert run.sent == len(server.requests)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 300 + b"]" * 300,
        b'{"status": ' * 300 + b"1" + b"}" * 300,
        b"[" * 900 + b"]" * 900,
        b'{"status": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"status": "\xff\xfe\xc3"}',
        b"\xff\xfe{\x00}\x00",
        b"\0" * 100,
    ],
    ids=["deep-array", "deep-object", "deeper", "surrogate-value", "surrogate-key", "no-utf-8", "utf-16", "zeros"],
)
@pytest.mark.parametrize("code", [200, 207, 400, 401])
def test_no_json_of_a_target_crashes_the_suite(body: bytes, code: int) -> None:
    said = Response(code, (("Content-Type", "application/json"), ("Content-Length", str(len(body)))), body)

    def scenario(run: Run) -> None:
        run.arena.put(run.arena.events[0], b"{")
        run.arena.set(run.arena.events[0], True)
        run.vba.put([{"event_ID": 999_999}])

    with run_against(lambda *_: said) as run:
        perform(run, scenario)
        list(summary.lines(run, decide(run)))
        report.conformance(run, decide(run))


@pytest.mark.parametrize(
    "date", ["Fri, 99 Mar 2020 22:50:02 GMT", "Fri, 13 Mar 0000 22:50:02 GMT", "Fri, 13 Mar 2020 25:61:61 GMT"]
)
def test_no_date_of_a_target_crashes_the_suite(date: str) -> None:
    said = arena_error(400, 400).with_header("Date", date)
    with run_against(lambda *_: said) as run:
        perform(run, set_event())
    assert "ARENA-HEADER-3" in failed(decide(run))


def takes_any_session(request: Request) -> User:
    return arena.SESSIONS[ADMIN_SESSION] if request.header("arena_session_id") else arena.authenticate(request)


def takes_keys_nearly_right(request: Request) -> None:
    if not (request.header("x-api-key") or "").startswith("reference"):
        vba.check_api_key(request)


def takes_basic(request: Request) -> None:
    if not (request.header("Authorization") or "").startswith("Basic"):
        vba.check_bearer_token(request)


@pytest.mark.parametrize(
    ("fault", "only"),
    [
        (in_arena(lambda rules: replace(rules, authenticate=takes_any_session)), "ARENA-AUTH"),
        (in_vba(lambda rules: replace(rules, check_api_key=takes_keys_nearly_right)), "BATCH-AUTH-1"),
        (in_vba(lambda rules: replace(rules, check_bearer_token=takes_basic)), "BATCH-AUTH-2"),
    ],
    ids=["session", "key", "token"],
)
def test_what_is_nearly_a_secret_or_holds_one_coded_is_left_out_too(fault: Modifier, only: str) -> None:
    with running(build_app(fault)) as url:
        run, verdict = run_contract(
            reference_target(url), Options(seed=1, only=(only,)), Wire(ANSWER_SECONDS), PATIENCE
        )
    text = repr(report.conformance(run, verdict)) + "\n".join(summary.lines(run, verdict))
    for secret in run.target.secrets.values():
        coded = base64.b64encode(f":{secret}".encode()).decode()
        assert not any(form in text for form in (secret, secret[:-1], secret[1:], coded))


def test_an_early_answer_on_a_connection_that_is_neither_read_nor_closed_is_taken() -> None:
    held = Answer((http(b"", status="413 Content Too Large"),), End.HOLD)
    wire = Wire(GENEROUS)
    with played([held], early=True) as server, closing(wire):
        arena = Run(reference_target(server.url), Options(), wire).arena
        found, _ = wire.send(arena.request(arena.events[0], b"x" * (16 * 1024 * 1024)))
    assert not isinstance(found, Failure)
    assert found.status == 413
