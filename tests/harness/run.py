"""One run: it sends what scenarios ask for, has every exchange judged, and keeps what was found.

Trouble that does not pass is only blamed on a request when a known good one is answered meanwhile; else the run stops.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from tests.harness.callers import Arena, Ref, Vba, body_of, minimal
from tests.harness.checks.arena import errors
from tests.harness.checks.headers import remaining
from tests.harness.checks.registry import judge
from tests.harness.contract import requirements
from tests.harness.delivery import PASSING, PATIENCE, BudgetError, Delivery, StoppedError, passing
from tests.harness.exchange import (
    NOT_JSON,
    PUT_EVENTS_BATCH,
    Exchange,
    Failure,
    Finding,
    Mismatch,
    Request,
    Response,
    Trouble,
)
from tests.harness.history import History
from tests.harness.ids import UsedUpError
from tests.harness.options import Options
from tests.harness.oracle import ANY_DOCUMENTED, read
from tests.harness.route import origin_of
from tests.harness.scenario import Api, Need, Scenario
from tests.harness.target import ArenaTarget, ConfigurationError, Target
from tests.harness.tls import told_in_http
from tests.harness.together import together
from tests.harness.unreachable import NO_SERVER, UnreachableError
from tests.harness.wire import Wire

QUOTA_RESERVE = 2
"""Requests of Arena's quota that a run leaves: the vendor asks callers to stop at 0."""
FINDINGS_KEPT = 5
ASKS_FOR_A_CERTIFICATE = "Or does it ask for a client certificate (tls.client_certificate)?"
"""Some servers that miss one close the connection without a word."""
MAY_BE_DROPPED = (
    ", or see that nothing before the target drops the header arena_session_id: many servers drop what has underscores"
)
NO_CREDENTIALS = {"ARENA-AUTH-1", "ARENA-AUTH-2", "BATCH-AUTH-1", "BATCH-AUTH-2"}
INTERRUPTED = "the run was interrupted"
REMEMBERED = 2000
REST_REQUESTS, REST_SECONDS = 70, 5.0
"""What a deep run keeps for the scenarios that look at what it left."""
TOGETHER = 64
"""Independent requests at most that are given to the workers at once."""
RETURNS = 2
"""How often a request is sent again because the target was away meanwhile, after which it is what drives it away."""
NO_READING = (404, 405, 501)
"""Statuses by which a target says that it does not answer GET."""
HANGS = 3
"""Requests that were never answered, after which a run stops: each costs minutes."""


@dataclass
class Tally:
    """What a run knows of one requirement."""

    exchanges: int = 0
    broken: int = 0
    findings: list[Finding] = field(default_factory=list)
    """The first few."""
    latest: Finding | None = None
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
        self.exchanges: deque[Exchange] = deque(maxlen=REMEMBERED)
        """The last ones."""
        self.stopped: str | None = None
        self.crashed: list[str] = []
        self.interrupted = False
        self.round = 0
        """How often what is drawn was drawn anew, in a deep run."""
        self.to_perform: list[Scenario] = []
        """What the run is to perform: a scenario that it does not get to leaves its requirements unverified."""
        self.started = time.monotonic()
        self.seconds = 0.0
        self._wire = Wire(routes=target.routes) if wire is None else wire
        self._delivery = Delivery(self._wire, patience, options.rate, options.max_requests, options.max_time)
        self._scenario = "the first request"
        self._performed: set[str] = set()
        self._sent_ahead: set[str] = set()
        self._sent_before: set[int] = set()
        self._numbered = 0
        self._established = False
        self._alone = threading.Lock()
        self._hangs = 0
        self._reading: str = Need.READ_BACK.value
        """What scenarios that read need of the target, for a person."""
        self._bursts = 0

    @cached_property
    def arena(self) -> Arena:
        """The caller of the Arena endpoints. Raises ValueError where the target does not claim them."""
        if self.target.arena is None:
            raise ValueError("the target does not claim Arena")
        return Arena(self.target.arena, self.send, self.history)

    @cached_property
    def vba(self) -> Vba:
        """The caller of the batch endpoint. Raises ValueError where the target does not claim it."""
        if self.target.vba is None:
            raise ValueError("the target does not claim VBA")
        return Vba(self.target.vba, self.send, self.history, random.Random(f"{self.options.seed}:ids"))

    @property
    def sent(self) -> int:
        """Requests sent so far, repeated ones included."""
        return self._delivery.sent

    @property
    def rng(self) -> random.Random:
        """The scenario's own randomness, from its start each time: the same SEED gives the same requests."""
        return random.Random(f"{self.options.seed}:{self._scenario}")

    @property
    def drawn(self) -> int:
        """A seed for what the scenario draws: another one in each round of a deep run."""
        return self.rng.randrange(2**32) + self.round

    def was_sent(self, request: Request) -> bool:
        """Whether the very same request was sent before in this run."""
        return hash(request) in self._sent_before

    def send(self, request: Request) -> Exchange:
        """Send one request and have its exchange judged.

        Raises BudgetError when MAX_REQUESTS is reached and StoppedError when the target cannot be tested further.
        """
        exchange = self._exchange(request, self._numbers(1)[0])
        self._taken([exchange])
        return exchange

    @property
    def broken(self) -> frozenset[str]:
        """The requirements that were broken so far."""
        return frozenset(id for id, tally in self.tallies.items() if tally.broken)

    def found_in(self, exchange: Exchange) -> list[Finding]:
        """What the checks found in the exchange that was judged last, in the catalogue's order."""
        latest = [tally.latest for tally in self.tallies.values()]
        found = [finding for finding in latest if finding is not None and finding.exchange is exchange]
        return sorted(found, key=lambda finding: list(requirements()).index(finding.requirement))

    def show(self, finding: Finding, since: int) -> None:
        """Keep a finding in place of those of its requirement in exchanges with a number above `since`."""
        tally = self.tallies[finding.requirement]
        tally.findings = [*(one for one in tally.findings if one.exchange.number <= since), finding]

    def burst(self, requests: Sequence[Request]) -> list[Exchange]:
        """Send requests at the same moment, each over its own connection, and have them judged together."""
        barrier = threading.Barrier(len(requests))
        return self._together([(self._scenario, request) for request in requests], len(requests), barrier.wait)

    def _together(
        self, requests: Sequence[tuple[str, Request]], workers: int, begin: Callable[[], object] | None = None
    ) -> list[Exchange]:
        """Send requests, each with its scenario's name, over so many connections at once, and have them judged.

        Each leaves when the one before it has left, unless `begin` says when. Connections are closed before and after:
        a server with fewer workers than there are connections gets to them all, one after the other.
        """
        numbers = self._numbers(len(requests))
        self._wire.close()
        self._bursts += 1
        burst = self._bursts
        left = [threading.Event() for _ in range(len(requests) + 1)]
        left[0].set()

        def send(place: int) -> Exchange:
            name, request = requests[place]
            closing = replace(request, headers=(*request.headers, ("Connection", "close")))
            try:
                if begin is None:
                    left[place].wait()
                else:
                    begin()
                exchange = self._exchange(closing, numbers[place], left[place + 1].set, begin is None)
            finally:
                left[place + 1].set()
            return replace(exchange, scenario=name, burst=burst)

        try:
            exchanges = together(len(requests), workers, send)
        except BaseException as error:
            if not isinstance(error, Exception):
                self.interrupt()
            for _, request in requests:
                self.history.lost(request)
            raise
        self._taken(exchanges)
        return exchanges

    def interrupt(self) -> None:
        """Note that someone ended the run before its end. Nothing is sent any more, from whatever thread."""
        self.interrupted = True
        self.stopped = INTERRUPTED
        self._delivery.end(INTERRUPTED)

    def wait_until(self, moment: float) -> None:
        """Let time pass until a moment, in seconds of the epoch."""
        time.sleep(max(0.0, moment - time.time()))

    def first_requests(self, apis: Sequence[Api]) -> None:
        """Send one known good request to each API: is it there, and does it take the credentials and the data?

        Raises ConfigurationError, with the key to change, where it does not.
        """
        for api in apis:
            try:
                if api == "arena":
                    self._read_everything()
                exchange = self._exchange(self._known_good(api), self._numbers(1)[0])
                if api == "vba" and exchange.status == 406:
                    # A finding of BATCH-1, and no reason to see nothing else of the target.
                    self._judge([exchange])
                    self.vba = replace(self.vba, accept=ANY_DOCUMENTED)
                    exchange = self._exchange(self._known_good(api), self._numbers(1)[0])
                self._accepted(api, exchange)
                self._judge([exchange])
            except UnreachableError as error:
                raise ConfigurationError(f"{error.key or self._url_key(api)}: {error}; {error.remedy}") from None
            except BudgetError:
                # Each scenario will meet the same, and say so.
                return
            except StoppedError as error:
                self.stopped = str(error)
        self._established = True

    def _read_everything(self) -> None:
        """What can be read is read before anything is changed: the first update already shows what it touches.

        A quick run begins with one object of each kind.
        """
        quick = self.options.profile == "quick"
        refs = self.arena.one_of_each if quick else self.arena.objects
        for place, ref in enumerate(refs if self.arena.target.read_back else ()):
            exchange = self._exchange(self.arena.request(ref, method="GET"), self._numbers(1)[0])
            if exchange.status in NO_READING and place == 0:
                self._do_without_reading(self.arena.target, exchange.status)
            if exchange.status != 200:
                return
            self._judge([exchange])

    def _do_without_reading(self, arena: ArenaTarget, status: int) -> None:
        """Send no more GET requests to a target that answers none, though it is said to: each counts toward a quota."""
        without = replace(arena, read_back=False)
        self.target = replace(self.target, arena=without)
        self.arena = replace(self.arena, target=without)
        self._reading = f"GET on its path to answer with the object, where it answers HTTP {status}"

    def perform(self, scenario: Scenario) -> str | None:
        """Run a scenario; the reason why it did not come to its end, None where it did.

        What it did not get to makes its requirements unverified. An exception of the suite's own passes through.
        """
        self._scenario = scenario.name
        self._performed.add(scenario.name)
        missing = scenario.missing(self.target)
        reason: str | None = "the suite itself failed, or was interrupted"
        rest_on = scenario.requirements
        try:
            if self.stopped:
                raise StoppedError(self.stopped)
            if missing:
                reason = "needs " + " and ".join(
                    self._reading if need is Need.READ_BACK else need.value for need in missing
                )
                rest_on = scenario.resting_on(missing)
            else:
                self._perform(scenario)
                reason = None
        except BudgetError as error:
            reason = str(error)
        except UsedUpError:
            reason = "needs vba.event_ids that no earlier run has used; give another range"
        except StoppedError as error:
            self.stopped = str(error)
            reason = f"the run stopped: {error}"
        finally:
            if reason is not None:
                self._unverified(rest_on, reason)
        return reason

    def _perform(self, scenario: Scenario) -> None:
        """Have a scenario send its requests; the independent ones that follow an independent one go with it."""
        if scenario.name in self._sent_ahead:
            return
        requests = [(scenario.name, request) for request in scenario.perform(self)]
        if requests:
            for following in self._following(scenario):
                self._scenario = following.name
                try:
                    requests += [(following.name, request) for request in following.perform(self)]
                except (BudgetError, UsedUpError):
                    # It meets the same on its own when its turn comes; the others are not to blame for it.
                    continue
            self._scenario = scenario.name
        if len(requests) > 1:
            self._together(requests, self.options.workers)
            self._sent_ahead.update(name for name, _ in requests)
        elif requests:
            self.send(requests[0][1])

    def _following(self, scenario: Scenario) -> list[Scenario]:
        """The scenarios right behind an independent one that can be sent together with it."""
        place = self.to_perform.index(scenario) if scenario in self.to_perform else len(self.to_perform)
        found: list[Scenario] = []
        for one in self.to_perform[place + 1 : place + self._room(TOGETHER)]:
            if not one.independent or one.missing(self.target):
                break
            found.append(one)
        return found

    def _room(self, most: int) -> int:
        """How many requests may be under way together: no more than the budget and the quota leave."""
        quota = self.history.quota
        left = remaining(quota.response) if quota and quota.response else None
        room = most if left is None else min(most, left - QUOTA_RESERVE)
        return min(room, self._delivery.left)

    def draw_until_the_end(self, api: Api) -> None:
        """Perform what is drawn for an API again and again, with other requests each time, until its share is used.

        The deep scenarios share what MAX_REQUESTS and MAX_TIME leave, but for a rest that the last scenarios need.
        """
        name = self._scenario
        drawn = [one for one in self.to_perform if one.drawn and one.api == api and not one.missing(self.target)]
        sharing = [one for one in self.to_perform if one.phase == "deep" and one.name not in self._performed]
        end = self._delivery.share(len(sharing) + 1, REST_REQUESTS, REST_SECONDS)
        while drawn and not end():
            one = drawn[self.round % len(drawn)]
            self.round += 1
            self._scenario = name
            for request in one.perform(self):
                if not self.was_sent(request):
                    self.send(request)

    def broken_in(self, scenario: Scenario) -> list[str]:
        """The requirements that exchanges of a scenario broke."""
        return sorted(id for id, tally in self.tallies.items() if scenario.name in tally.scenarios)

    def close(self) -> None:
        """End the run: its time is taken, its connections are closed."""
        for scenario in self.to_perform:
            if scenario.name not in self._performed:
                self._unverified(scenario.requirements, "not all of its scenarios were run")
        self.seconds = time.monotonic() - self.started
        self._wire.close()

    def _numbers(self, count: int) -> range:
        self._delivery.reserve(count)
        first = self._numbered + 1
        self._numbered += count
        return range(first, first + count)

    def _exchange(
        self, request: Request, number: int, sent: Callable[[], None] = lambda: None, beside_others: bool = False
    ) -> Exchange:
        started = time.time()
        try:
            answer, attempts = self._answer(request, sent, beside_others)
        except BudgetError:
            raise
        except BaseException:
            self.history.lost(request)
            raise
        return Exchange(number, request, answer, self._scenario, started, time.time(), attempts)

    def _answer(
        self, request: Request, sent: Callable[[], None], beside_others: bool
    ) -> tuple[Response | Failure, int]:
        answer, attempts = self._delivery.deliver(request, sent)
        for times in range(RETURNS):
            if not (self._established and self._doubtful(request, answer)):
                break
            # One at a time: a request that drives the target away takes those with it that are under way beside it.
            with self._alone:
                beside = beside_others and times == 0 and passing(answer) and not _hangs(answer)
                if not (self._was_away(request) or beside):
                    break
                answer, again = self._delivery.deliver(request)
            attempts += again
        if isinstance(answer, Response) and answer.status in PASSING:
            self._delivery.note_turned_away()
        return answer, attempts

    def _taken(self, exchanges: Sequence[Exchange]) -> None:
        """Have exchanges judged, and stop the run where the target should be left alone."""
        self._judge(exchanges)
        self._hangs += sum(_hangs(exchange.answer) for exchange in exchanges)
        if self._hangs >= HANGS:
            raise StoppedError(f"{self._hangs} requests were never answered")
        for exchange in exchanges:
            left = remaining(exchange.response) if exchange.response and self._counts(exchange.request) else None
            if left is not None and left <= QUOTA_RESERVE:
                raise StoppedError(f"the quota of Arena is nearly used up ({left} requests left)")

    def _counts(self, request: Request) -> bool:
        """Whether a request counts down the quota of the administrator's workspace."""
        return self.target.arena is not None and request.header("arena_session_id") == [self.target.arena.session_id]

    def _doubtful(self, request: Request, answer: Response | Failure) -> bool:
        """Whether an answer may come of a target that is away, or of a session that ended, and not of its request."""
        if isinstance(answer, Response) and answer.status in (401, 403):
            defects = read(request, self.target).defects
            another_user = "ARENA-AUTH-3" in defects and answer.status == 403
            return not (another_user or defects & NO_CREDENTIALS)
        return passing(answer)

    def _was_away(self, request: Request) -> bool:
        """Whether a known good request, too, was not answered as at the start; it is waited for until it is again.

        Raises StoppedError where it is refused, or not answered for too long.
        """
        api: Api = "vba" if request.operation == PUT_EVENTS_BATCH else "arena"
        known_good = self._known_good(api)
        self.history.forget_object(known_good)
        deadline = time.monotonic() + self._delivery.patience
        away = False
        while True:
            answer, _ = self._delivery.once(known_good)
            if isinstance(answer, Response) and answer.status in (401, 403):
                raise StoppedError(
                    f"{self._credentials(api)} was accepted before and is refused now: the session ended"
                )
            if not passing(answer):
                return away
            if time.monotonic() > deadline:
                raise StoppedError("the target does not answer any more")
            away = True
            time.sleep(min(1.0, self._delivery.patience / 10))

    def _judge(self, exchanges: Sequence[Exchange]) -> None:
        try:
            judged = self.history.judged(exchanges)
            for one in judged:
                for id, mismatches in judge(one, self.history).items():
                    if id in self.tallies:
                        self._tally(self.tallies[id], id, one.exchange, mismatches)
        except BaseException:
            # An interruption: what the exchanges changed is not recorded yet, and yet is changed.
            for exchange in exchanges:
                self.history.lost(exchange.request)
            raise
        self.history.record(judged)
        self.exchanges.extend(exchanges)
        self._sent_before.update(hash(exchange.request) for exchange in exchanges)

    def _tally(self, tally: Tally, id: str, exchange: Exchange, mismatches: Sequence[Mismatch]) -> None:
        tally.exchanges += 1
        if mismatches:
            tally.broken += 1
            tally.scenarios.add(exchange.scenario)
            tally.latest = Finding(id, mismatches[0], exchange)
            if len(tally.findings) < FINDINGS_KEPT:
                tally.findings.append(tally.latest)

    def _unverified(self, requirements: frozenset[str], reason: str) -> None:
        for id in requirements & self.selected:
            if reason not in self.tallies[id].unverified:
                self.tallies[id].unverified.append(reason)

    def _known_good(self, api: Api) -> Request:
        if api == "arena":
            ref: Ref = self.arena.one_of_each[0]
            return self.arena.request(ref, body_of(ref, True))
        anchor = self.vba.existing(1)[0]
        return self.vba.request(json.dumps([minimal(anchor)]).encode())

    def _accepted(self, api: Api, exchange: Exchange) -> None:
        answer, url = exchange.answer, self._url_key(api)
        if isinstance(answer, Failure):
            if answer.partial is not None:
                return
            silent = answer.trouble is Trouble.CUT and exchange.request.url.startswith("https:")
            hint = f" {ASKS_FOR_A_CERTIFICATE}" if silent else ""
            raise ConfigurationError(f"{url}: {answer.trouble} ({answer.detail}); {NO_SERVER}{hint}")
        status = answer.status
        path = exchange.request.url
        proxy = self._answering_proxy(exchange.request)
        if passing(answer):
            raise StoppedError(f"{url}: HTTP {status} to the first request; run it when the target is up{proxy}")
        of_tls = told_in_http(answer.body) if 400 <= status < 500 else None
        if of_tls is not None:
            raise ConfigurationError(f"{of_tls.key or url}: HTTP {status}: {of_tls}; {of_tls.remedy}")
        if status in (401, 403):
            key = self._credentials(api)
            raise ConfigurationError(
                f"{key}: the target refuses it (HTTP {status}); give one that is valid now"
                f"{proxy or (MAY_BE_DROPPED if api == 'arena' else '')}"
            )
        html = exchange.json is NOT_JSON and (
            answer.media_type == "text/html" or answer.body[:15].lower().startswith(b"<!doctype")
        )
        if status in (404, 405, 501) or 300 <= status < 400 or (status < 500 and html):
            raise ConfigurationError(
                f"{url}: PUT {path} answers HTTP {status}, so this is some other server; mend the base URL{proxy}"
            )
        if api == "arena" and any(error.get("code") == 3011 for error in errors(exchange)):
            named = ", ".join(str(error.get("message")) for error in errors(exchange))
            key = "arena.events" if self.arena.events else "arena.quality_processes"
            raise ConfigurationError(f"{key}: the target does not know the first one ({named}); name one that it has")

    def _answering_proxy(self, request: Request) -> str:
        """A hint for where a proxy may have answered in the target's place: it can for http://, not in a tunnel."""
        origin = origin_of(request.url)
        proxy = self.target.routes.proxies.get(origin)
        return "" if proxy is None or origin.secure else f" (or see to the proxy that {proxy.variable} names)"

    def _credentials(self, api: Api) -> str:
        return "arena.session_id" if api == "arena" else "vba.api_key or vba.bearer_token"

    def _url_key(self, api: Api) -> str:
        claimed = self.target.arena if api == "arena" else self.target.vba
        url = claimed.url if claimed else ""
        return "TARGET_URL" if url == self.options.target_url else f"{api}.url"


def _hangs(answer: Response | Failure) -> bool:
    return isinstance(answer, Failure) and answer.trouble is Trouble.TIMEOUT
