"""Getting one answer to one request from a target as it is: busy, rate-limited, restarting, behind a bad line.

Trouble that passes (a connection cut once, 429, 502 to 504 for a while) is waited for and never judged.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable

from tests.harness.checks.headers import parse_moment
from tests.harness.exchange import Failure, Request, Response, Trouble
from tests.harness.route import Origin, origin_of
from tests.harness.unreachable import UnreachableError
from tests.harness.wire import Wire

PATIENCE = 65.0
"""Seconds that a run waits for a target that is away or asks it to wait: a little more than the commonest limit's."""
QUOTA_CODE = 4084
PASSING = (502, 503, 504)
REPEATS = {Trouble.CUT: 2, Trouble.TIMEOUT: 1}
BACKOFF = (0.2, 0.8)
"""Seconds before the first and the second repetition."""
BUSY_BACKOFF = (*BACKOFF, 2.0, 4.0)
"""The same where the answer is 502 to 504: load that a target sheds passes."""
BUSY_ANSWERS = 3
"""Requests that were answered so each time, after which that is the target's way with them and not its load."""
BUSY_SECONDS = 5.0
"""What a Retry-After beside such an answer may ask for: it is no reason to end the run."""
BROKEN_ANSWERS = 3
"""Answers that broke off each time they were asked for, after which that is the target's way and not the line's."""


class BudgetError(Exception):
    """MAX_REQUESTS or MAX_TIME is reached, as the text says: the scenario ends here."""


class StoppedError(Exception):
    """The target could not be tested to an end; the text says why."""


class Delivery:
    """Sends requests within a budget and a rate, and waits for what passes. Safe to use from several threads."""

    def __init__(
        self, wire: Wire, patience: float, rate: float | None, limit: int | None, seconds: float | None = None
    ) -> None:
        self.sent = 0
        self._seconds = seconds
        self._begun = time.monotonic()
        self.patience = patience
        self._wire = wire
        self._interval = 0.0 if rate is None else 1 / rate
        self._limit = limit
        self._lock = threading.Lock()
        self._next_start = 0.0
        self._heard: set[Origin] = set()
        self._broken = 0
        self._busy = 0
        self._ended: str | None = None

    @property
    def left(self) -> int:
        """How many requests more the budget has."""
        return sys.maxsize if self._limit is None else self._limit - self.sent

    def share(self, shares: int, rest_requests: int, rest_seconds: float) -> Callable[[], bool]:
        """Tells whether one of so many equal shares of what is left of the budget, but for a rest, is used up."""
        now = time.monotonic()
        last = self.sent + (self.left - rest_requests) // shares
        until = sys.maxsize if self._seconds is None else self._begun + self._seconds - rest_seconds
        moment = now + (until - now) / shares
        return lambda: self.sent >= last or time.monotonic() >= moment

    def note_turned_away(self) -> None:
        """Note a request that is turned away (502 to 504) though others are not: that is the target's way with it."""
        with self._lock:
            self._busy += 1

    def end(self, reason: str) -> None:
        """Send nothing from now on: each request that is still to be sent raises StoppedError with this reason."""
        self._ended = reason

    def reserve(self, count: int) -> None:
        """See that `count` requests more can be sent. Raises BudgetError or StoppedError where they cannot."""
        if self._ended is not None:
            raise StoppedError(self._ended)
        if self._limit is not None and self.sent + count > self._limit:
            raise BudgetError(f"MAX_REQUESTS={self._limit} was reached")
        if self._seconds is not None and time.monotonic() > self._begun + self._seconds:
            raise BudgetError(f"MAX_TIME={self._seconds:g} was reached")

    def deliver(self, request: Request, sent: Callable[[], None] = lambda: None) -> tuple[Response | Failure, int]:
        """The answer once passing trouble is over, and how often the request was sent.

        `sent` is called as soon as the request has left for the first time.

        Raises BudgetError and StoppedError, and UnreachableError where the origin has never answered yet.
        """
        attempts, repeats = 0, 0
        cut = False
        deadline = time.monotonic() + self.patience
        while True:
            answer, times = self.once(request, sent)
            attempts += times
            pause = self._pause(answer, repeats)
            if pause is None:
                self._broken += _broke_off(answer)
                return answer, attempts
            cut = cut or (isinstance(answer, Failure) and answer.trouble is Trouble.CUT)
            if time.monotonic() + pause > deadline:
                if isinstance(answer, Response) and answer.status in PASSING:
                    # A gateway that waits long for what is behind it: whether the target is away, others will show.
                    return answer, attempts
                what = f"{request.method} {request.url}, or what was under way with it,"
                after = f"{what} was cut off, and then " if cut else ""
                raise StoppedError(after + self._impatience(answer, pause))
            repeats += 1
            time.sleep(pause)

    def once(self, request: Request, sent: Callable[[], None] = lambda: None) -> tuple[Response | Failure, int]:
        """The answer to one attempt; that no connection can be made is an answer where there were some before."""
        self._start()
        try:
            answer, times = self._wire.send(request, self._start, sent)
        except UnreachableError as error:
            if origin_of(request.url) not in self._heard:
                raise
            blamed = f"{error.key}: {error}" if error.key else str(error)
            return Failure(Trouble.UNREACHABLE, blamed), error.sent
        self._heard.add(origin_of(request.url))
        return answer, times

    def _start(self) -> None:
        """Count a request that is about to be sent, and keep its pace."""
        self._pace()
        with self._lock:
            self.reserve(1)
            self.sent += 1

    def _pause(self, answer: Response | Failure, repeats: int) -> float | None:
        """Seconds to wait before the request is sent again; None where the answer stands."""
        growing = 2.0 ** min(repeats, 5)
        if isinstance(answer, Failure):
            if answer.trouble is Trouble.UNREACHABLE:
                return 0.2 * growing
            known_way = _broke_off(answer) and self._broken >= BROKEN_ANSWERS
            return None if known_way or repeats >= REPEATS.get(answer.trouble, 0) else BACKOFF[repeats]
        if answer.status == 429:
            if QUOTA_CODE in _codes(answer):
                raise StoppedError(f"the quota of Arena is used up (HTTP 429, code {QUOTA_CODE})")
            return max(0.1, retry_after(answer, time.time(), default=0.5 * growing))
        pauses = BUSY_BACKOFF if self._busy < BUSY_ANSWERS else BACKOFF
        if answer.status not in PASSING or repeats >= len(pauses):
            return None
        asked = retry_after(answer, time.time(), default=pauses[repeats])
        return max(pauses[repeats], min(BUSY_SECONDS, asked))

    def _impatience(self, answer: Response | Failure, pause: float) -> str:
        """Why the run stops: this answer had come for too long, or asks for a longer pause than the run makes."""
        if isinstance(answer, Failure):
            return f"{answer.detail}: {answer.trouble} for more than {self.patience:g} s"
        if pause > self.patience:
            return f"HTTP {answer.status} asks to wait for {pause:.0f} s; lower RATE, or run it later"
        return f"HTTP {answer.status} for more than {self.patience:g} s; lower RATE, or run it later"

    def _pace(self) -> None:
        if not self._interval:
            return
        with self._lock:
            now = time.monotonic()
            start = max(now, self._next_start)
            self._next_start = start + self._interval
        time.sleep(start - now)


def passing(answer: Response | Failure) -> bool:
    """Whether an answer may be a sign that the target is away: none at all, or a gateway's status."""
    if isinstance(answer, Failure):
        return answer.partial is None and answer.trouble in (Trouble.CUT, Trouble.TIMEOUT, Trouble.UNREACHABLE)
    return answer.status in PASSING


def _broke_off(answer: Response | Failure) -> bool:
    return isinstance(answer, Failure) and answer.partial is not None


def _codes(answer: Response) -> list[object]:
    body = answer.json if isinstance(answer.json, dict) else {}
    errors = body.get("errors")
    return [error.get("code") for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def retry_after(answer: Response, now: float, default: float) -> float:
    """The seconds that Retry-After asks to wait (RFC 9110, section 10.2.3), as a number or as an HTTP date.

    A date counts from the answer's own Date, so a target's clock may be wrong; from `now`, in seconds of the epoch,
    where there is none. `default` stands in for what is absent, past or no date.
    """
    value = next(iter(answer.header("retry-after")), "")
    if value.isascii() and value.isdigit():
        return float(value)
    at = parse_moment(value.strip())
    sent = parse_moment(next(iter(answer.header("date")), "").strip())
    left = 0.0 if at is None else at - (now if sent is None else sent)
    return left if left > 0 else default
