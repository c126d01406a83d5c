"""What goes to a target and what comes back: the values that scenarios make and checks judge."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, get_args

Json = Any
Headers = tuple[tuple[str, str], ...]
OperationId = Literal["reconcileEvent", "reconcileQualityProcess", "putEventsBatch"]

RECONCILE_EVENT: OperationId = "reconcileEvent"
RECONCILE_QUALITY_PROCESS: OperationId = "reconcileQualityProcess"
PUT_EVENTS_BATCH: OperationId = "putEventsBatch"
OPERATIONS: tuple[OperationId, ...] = get_args(OperationId)
ARENA_OPERATIONS: tuple[OperationId, ...] = (RECONCILE_EVENT, RECONCILE_QUALITY_PROCESS)

MAX_DEPTH = 64
"""Levels of nesting up to which an answer is read; the documents have four."""
_LONE_SURROGATES = re.compile(r"\\u[dD][89a-fA-F]")
NOT_JSON = object()
"""What `Response.json` gives for a body that is not JSON (None is a JSON value)."""


@dataclass(frozen=True)
class Request:
    """One HTTP request. Headers are the ones that the scenario chose; the transport adds Host and Content-Length."""

    operation: OperationId
    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""
    guids: tuple[tuple[str, str], ...] = ()
    """The path's GUIDs by the name of their parameter, percent-decoded, in the order of the path."""

    def header(self, name: str) -> list[str]:
        """Every value of the header `name`, whatever the case of its letters."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


@dataclass(frozen=True)
class Response:
    """One HTTP response, whole. `body` is decoded (gzip), `sent_length` counts the body's bytes on the wire."""

    status: int
    headers: Headers
    body: bytes
    sent_length: int
    chunked: bool = False
    surplus: bool = False
    """Bytes followed the body that Content-Length does not count."""

    def header(self, name: str) -> list[str]:
        """Every value of the header `name`, whatever the case of its letters."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def media_type(self) -> str:
        """The media type without its parameters, in lower case; empty without a Content-Type."""
        return next(iter(self.header("content-type")), "").split(";")[0].strip().lower()

    @cached_property
    def json(self) -> Json:
        """The body as JSON, whatever its media type says; NOT_JSON where it is none, or nested past all reason.

        Halves of surrogate pairs, which no text has, stand as question marks.
        """
        try:
            text = self.body.decode("utf-8")
            value = json.loads(text, parse_constant=_no_constant)
            if _LONE_SURROGATES.search(text):
                value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
            return value if _depth(value) <= MAX_DEPTH else NOT_JSON
        except (ValueError, RecursionError):
            return NOT_JSON


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _depth(value: Json) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


class Trouble(StrEnum):
    """Why a request that reached the target brought no whole answer."""

    TIMEOUT = "no whole answer in time"
    UNREACHABLE = "no connection can be made"
    CUT = "the connection was cut before the answer was whole"
    GARBLED = "what came is not HTTP"
    TOO_LARGE = "the answer is larger than the suite reads"


@dataclass(frozen=True)
class Failure:
    """An answer that did not come whole: what was wrong, and what had come by then."""

    trouble: Trouble
    detail: str
    partial: Response | None = None


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, numbered in the order of sending. Times are seconds of the epoch."""

    number: int
    request: Request
    answer: Response | Failure
    scenario: str = ""
    started: float = 0.0
    ended: float = 0.0
    attempts: int = 1
    """How often the request was sent; above 1, the target may have carried it out more than once."""
    burst: int | None = None
    """Exchanges with the same number here were under way at the same time."""

    @property
    def response(self) -> Response | None:
        """The whole response, or None where none came."""
        return self.answer if isinstance(self.answer, Response) else None

    @property
    def status(self) -> int:
        """The response's status, 0 where none came."""
        return self.answer.status if isinstance(self.answer, Response) else 0

    @property
    def json(self) -> Json:
        """The response's body as JSON, NOT_JSON where there is none."""
        return self.answer.json if isinstance(self.answer, Response) else NOT_JSON


@dataclass(frozen=True)
class Mismatch:
    """What a check found: what the rule expects and what came, each in words for a reader."""

    expected: str
    actual: str


@dataclass(frozen=True)
class Finding:
    """A requirement that an exchange breaks."""

    requirement: str
    mismatch: Mismatch
    exchange: Exchange
    steps: tuple[Exchange, ...] = ()
    """The exchanges that led there, this one the last, where it takes more than the one to show it."""
