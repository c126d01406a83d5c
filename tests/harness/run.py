"""One run: it sends what scenarios ask for, has every exchange judged, and keeps what was found.

Trouble that passes (a connection cut once, 429, 502 to 504 for a while) is waited for and never judged. What does not
pass is only blamed on the request when a known good request is answered meanwhile; else the run stops.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property

from tests.harness.callers import Arena, Ref, Vba, body_of, minimal
from tests.harness.checks.arena import errors
from tests.harness.checks.headers import remaining
from tests.harness.checks.registry import judge
from tests.harness.exchange import NOT_JSON, Exchange, Failure, Finding, Request, Response, Trouble
from tests.harness.history import History
from tests.harness.ids import UsedUpError
from tests.harness.options import Options
from tests.harness.oracle import read
from tests.harness.scenario import Api, Scenario
from tests.harness.target import ConfigurationError, Target
from tests.harness.wire import UnreachableError, Wire

QUOTA_CODE = 4084
QUOTA_RESERVE = 2
"""Requests of Arena's quota that a run leaves: the vendor asks callers to stop at 0."""
PASSING = (502, 503, 504)
PATIENCE = 60.0
"""Seconds that a run waits for a target that is away or asks it to wait."""
FINDINGS_KEPT = 5


class BudgetError(Exception):
    """MAX_REQUESTS is reached: the scenario ends here."""


class StoppedError(Exception):
    """The target could not be tested to an end; the text says why."""


@dataclass
class Tally:
    """What a run knows of one requirement."""

    exchanges: int = 0
    broken: int = 0
    findings: list[Finding] = field(default_factory=list)
    """The first few."""
    scenarios: set[str] = field(default_factory=set)
    """The scenarios in which it was broken."""
    unverified: list[str] = field(default_factory=list)


class Run:
    """The state of one run against one target."""

    def __init__(self, target: Target, options: Options, wire: Wire | None = None, patience: float = PATIENCE) -> None:
        self.target = target
        self.options = options
        self.selected = options.selected
        self.history = History(target)
        self.tallies: dict[str, Tally] = {id: Tally() for id in self.selected}
        self.exchanges: list[Exchange] = []
        self.sent = 0
        self.stopped: str | None = None
        self.crashed: list[str] = []
        self.started = time.monotonic()
        self.seconds = 0.0
        self._wire = Wire() if wire is None else wire
        self._patience = patience
        self._scenario = "the first request"
        self._lock = threading.Lock()
        self._established = False
        self._next_start = 0.0
        self._bursts = 0

    @cached_property
    def arena(self) -> Arena:
        """The caller of the Arena endpoints. Raises ValueError where the target does not claim them."""
        if self.target.arena is None:
            raise ValueError("the target does not claim Arena")
        return Arena(self.target.arena, self.send)

    @cached_property
    def vba(self) -> Vba:
        """The caller of the batch endpoint. Raises ValueError where the target does not claim it."""
        if self.target.vba is None:
            raise ValueError("the target does not claim VBA")
        return Vba(self.target.vba, self.send, self.history, random.Random(f"{self.options.seed}:ids"))

    @property
    def rng(self) -> random.Random:
        """The scenario's own randomness, from its start each time: the same SEED gives the same requests."""
        return random.Random(f"{self.options.seed}:{self._scenario}")

    def send(self, request: Request) -> Exchange:
        """Send one request and have its exchange judged.

        Raises BudgetError when MAX_REQUESTS is reached and StoppedError when the target cannot be tested further.
        """
        exchange = self._exchange(request, self._number(1)[0])
        self._judge([exchange])
        return exchange

    def burst(self, requests: Sequence[Request]) -> list[Exchange]:
        """Send requests at the same moment, each over its own connection, and have them judged together."""
        numbers = self._number(len(requests))
        self._bursts += 1
        barrier = threading.Barrier(len(requests))

        def send(request: Request, number: int) -> Exchange:
            barrier.wait()
            return replace(self._exchange(request, number), burst=self._bursts)

        with ThreadPoolExecutor(len(requests)) as pool:
            exchanges = list(pool.map(send, requests, numbers))
        self._judge(exchanges)
        return exchanges

    def first_requests(self, apis: Sequence[Api]) -> None:
        """Send one known good request to each API: is it there, and does it take the credentials and the data?

        Raises ConfigurationError, with the key to change, where it does not.
        """
        for api in apis:
            request = self._known_good(api)
            try:
                exchange = self._exchange(request, self._number(1)[0])
            except StoppedError as error:
                raise ConfigurationError(
                    f"{self._url_key(api)}: {error}; is the URL right, and does the server run?"
                ) from None
            self._accepted(api, exchange)
            self._judge([exchange])
        self._established = True

    def perform(self, scenario: Scenario) -> str | None:
        """Run a scenario; the reason why it did not come to its end, None where it did.

        What it did not get to makes its requirements unverified. An exception of the suite's own passes through.
        """
        self._scenario = scenario.name
        missing = scenario.missing(self.target)
        reason: str | None = "the suite itself failed, or was interrupted"
        try:
            if self.stopped:
                raise StoppedError(self.stopped)
            if missing:
                reason = "needs " + " and ".join(need.value for need in missing)
            else:
                scenario.function(self)
                reason = None
        except BudgetError:
            reason = f"MAX_REQUESTS={self.options.max_requests} was reached"
        except UsedUpError:
            reason = "needs vba.event_ids that no earlier run has used; give another range"
        except StoppedError as error:
            self.stopped = str(error)
            reason = f"the run stopped: {error}"
        finally:
            if reason is not None:
                self._unverified(scenario, reason)
        return reason

    def broken_in(self, scenario: Scenario) -> list[str]:
        """The requirements that exchanges of a scenario broke."""
        return sorted(id for id, tally in self.tallies.items() if scenario.name in tally.scenarios)

    def close(self) -> None:
        """End the run: its time is taken, its connections are closed."""
        self.seconds = time.monotonic() - self.started
        self._wire.close()

    def _number(self, count: int) -> range:
        limit = self.options.max_requests
        with self._lock:
            if limit is not None and self.sent + count > limit:
                raise BudgetError
            first = self.sent + 1
            self.sent += count
        return range(first, first + count)

    def _exchange(self, request: Request, number: int) -> Exchange:
        started = time.time()
        answer, attempts = self._deliver(request)
        exchange = Exchange(number, request, answer, self._scenario, started, time.time(), attempts)
        self._still_there(exchange)
        return exchange

    def _deliver(self, request: Request) -> tuple[Response | Failure, int]:
        """The answer once passing trouble is over, and how often the request was sent."""
        attempts, waited, repeats = 0, 0.0, 0
        while True:
            self._pace()
            try:
                answer, sent = self._wire.send(request)
            except UnreachableError as error:
                if not self._established or waited > self._patience:
                    raise StoppedError(str(error)) from None
                answer, sent = Failure(Trouble.CUT, str(error)), 0
                repeats = 0
            attempts += sent
            if isinstance(answer, Response) and answer.status == 429:
                if QUOTA_CODE in _codes(request, answer):
                    raise StoppedError(f"the quota of Arena is used up (HTTP 429, code {QUOTA_CODE})")
                pause = _retry_after(answer, default=min(8.0, 0.5 * 2**repeats))
                repeats += 1
                if waited + pause > self._patience:
                    raise StoppedError(f"HTTP 429 for more than {self._patience:g} s; lower RATE, or run it later")
            elif repeats < 2 and _passing(answer):
                pause = 0.2 * 4**repeats
                repeats += 1
            else:
                return answer, attempts
            waited += pause
            time.sleep(pause)
            with self._lock:
                self.sent += 1

    def _still_there(self, exchange: Exchange) -> None:
        """Tell a fault of this request from a target that went away or a session that ended meanwhile.

        Raises StoppedError where a known good request is not answered as it was at the start.
        """
        api: Api = "vba" if exchange.request.operation == "putEventsBatch" else "arena"
        remaining_calls = None if exchange.response is None else remaining(exchange.response)
        if api == "arena" and remaining_calls is not None and remaining_calls <= QUOTA_RESERVE:
            raise StoppedError(f"the quota of Arena is nearly used up ({remaining_calls} requests left)")
        refused = exchange.status in (401, 403) and read(exchange.request, self.target).valid
        if not self._established or not (refused or _passing(exchange.answer)):
            return
        deadline = time.monotonic() + self._patience
        known_good = self._known_good(api)
        self.history.forget_object(known_good)
        while True:
            try:
                answer, _ = self._wire.send(known_good)
            except UnreachableError as error:
                answer = Failure(Trouble.CUT, str(error))
            with self._lock:
                self.sent += 1
            if isinstance(answer, Response) and answer.status in (401, 403):
                raise StoppedError(
                    f"{self._credentials(api)} was accepted before and is refused now: the session ended"
                )
            if not _passing(answer):
                return
            if time.monotonic() > deadline:
                raise StoppedError("the target does not answer any more")
            time.sleep(min(1.0, self._patience / 10))

    def _judge(self, exchanges: Sequence[Exchange]) -> None:
        judged = self.history.judged(exchanges)
        for one in judged:
            for id, mismatches in judge(one, self.history).items():
                tally = self.tallies.get(id)
                if tally is None:
                    continue
                tally.exchanges += 1
                if mismatches:
                    tally.broken += 1
                    tally.scenarios.add(one.exchange.scenario)
                    if len(tally.findings) < FINDINGS_KEPT:
                        tally.findings.append(Finding(id, mismatches[0], one.exchange))
        self.history.record(judged)
        self.exchanges.extend(exchanges)

    def _unverified(self, scenario: Scenario, reason: str) -> None:
        for id in scenario.requirements & self.selected:
            if reason not in self.tallies[id].unverified:
                self.tallies[id].unverified.append(reason)

    def _pace(self) -> None:
        if self.options.rate is None:
            return
        with self._lock:
            now = time.monotonic()
            start = max(now, self._next_start)
            self._next_start = start + 1 / self.options.rate
        time.sleep(start - now)

    def _known_good(self, api: Api) -> Request:
        if api == "arena":
            ref: Ref = self.arena.one_of_each[0]
            return self.arena.request(ref, body_of(ref, True))
        anchor = self.vba.existing(1)[0]
        return self.vba.request(json.dumps([minimal(anchor)]).encode())

    def _accepted(self, api: Api, exchange: Exchange) -> None:
        answer, url = exchange.answer, self._url_key(api)
        if isinstance(answer, Failure):
            raise ConfigurationError(
                f"{url}: {answer.trouble} ({answer.detail}); is the URL right, and does the server run?"
            )
        status = answer.status
        path = exchange.request.url
        if status in (401, 403):
            key = self._credentials(api)
            raise ConfigurationError(f"{key}: the target refuses it (HTTP {status}); give one that is valid now")
        html = exchange.json is NOT_JSON and (
            answer.media_type == "text/html" or answer.body[:15].lower().startswith(b"<!doctype")
        )
        if status in (404, 405, 501) or 300 <= status < 400 or (status < 500 and html):
            raise ConfigurationError(
                f"{url}: PUT {path} answers HTTP {status}, so this is some other server; mend the base URL"
            )
        if api == "arena" and any(error.get("code") == 3011 for error in errors(exchange)):
            named = ", ".join(str(error.get("message")) for error in errors(exchange))
            key = "arena.events" if self.arena.events else "arena.quality_processes"
            raise ConfigurationError(f"{key}: the target does not know the first one ({named}); name one that it has")

    def _credentials(self, api: Api) -> str:
        return "arena.session_id" if api == "arena" else "vba.api_key or vba.bearer_token"

    def _url_key(self, api: Api) -> str:
        claimed = self.target.arena if api == "arena" else self.target.vba
        url = claimed.url if claimed else ""
        return "TARGET_URL" if url == self.options.target_url else f"{api}.url"


def _codes(request: Request, answer: Response) -> list[object]:
    return [error.get("code") for error in errors(Exchange(0, request, answer))]


def _passing(answer: Response | Failure) -> bool:
    """Whether an answer is of a kind that may pass: a gateway's status, a cut connection, no answer in time."""
    if isinstance(answer, Failure):
        return answer.trouble in (Trouble.CUT, Trouble.TIMEOUT)
    return answer.status in PASSING


def _retry_after(answer: Response, default: float) -> float:
    value = next(iter(answer.header("retry-after")), "")
    return float(value) if value.isascii() and value.isdigit() else default
