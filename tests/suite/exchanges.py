"""Exchanges made by hand: requests to `TARGET`, and the answers that a conforming server could give.

Every builder gives what is right; a test changes the one thing that it is about. Nothing is sent anywhere.
"""

from __future__ import annotations

import datetime
import email.utils
import itertools
import json
import random
from collections.abc import Mapping
from typing import Any

from tests.harness.callers import Arena, Ref, Vba, body_of, flag_of, minimal
from tests.harness.exchange import PUT_EVENTS_BATCH, Exchange, Failure, Json, Request, Response, Trouble
from tests.harness.history import History
from tests.harness.target import ArenaTarget, EventRef, VbaTarget, reference_target
from tests.reference.data import EVENTS, HEIDI, QUALITY_PROCESSES

TARGET = reference_target("http://target.test")
NOW = datetime.datetime(2026, 3, 13, 12, tzinfo=datetime.UTC).timestamp()
"""When every exchange takes place, in seconds of the epoch."""
MARKED_AT = "2026-03-13T12:00:00Z"
"""The same moment as an answer of Arena writes it."""

UNKNOWN_GUID = "X9TCV8TK7AT1KZNA8V1Q"
UNKNOWN_SESSION = "0123456789ABCDEF01234567"
SYNTAX_MESSAGE = "The format of the request is not valid. Please check the syntax."
INVALID_GUID = 3011
ONE, TWO, THREE = 950_001, 950_002, 950_003
"""Ids of entities. Nothing is known of them until an exchange tells it, or a test assumes them absent."""

ARENA_HEADERS: Mapping[str, str | None] = {
    "Content-Type": "application/json",
    "Date": email.utils.formatdate(NOW, usegmt=True),
    "Server": "ArenaSolutions",
    "X-Arena-Next-Request-Limit-Reset": "Sat, 14 Mar 2026 07:00:00 GMT",
    "X-Arena-Requests-Remaining": "9871",
}
"""The documented headers of Arena's answers; Content-Length is counted for each."""
VBA_HEADERS: Mapping[str, str | None] = {"Content-Type": "application/json"}

_ACTIVITIES = itertools.count(1)


def arena_target() -> ArenaTarget:
    """The Arena part of `TARGET`."""
    assert TARGET.arena is not None
    return TARGET.arena


def vba_target() -> VbaTarget:
    """The VBA part of `TARGET`."""
    assert TARGET.vba is not None
    return TARGET.vba


EVENT, OTHER_EVENT, FOREIGN_EVENT = arena_target().events[:3]
"""Two events of one integration, and one of another integration, which has `revisioningEvent`."""
PROCESS, OTHER_PROCESS, FOREIGN_PROCESS = arena_target().quality_processes[:3]
"""Two quality processes of one event (a workflow's step, an edit), and one of another integration (a creation)."""


def _never_sent(request: Request) -> Exchange:
    raise AssertionError(f"{request.method} {request.url} was to be built, not sent")


_ARENA = Arena(arena_target(), _never_sent, History(TARGET))
_VBA = Vba(vba_target(), _never_sent, History(TARGET), random.Random(0))


def put(ref: Ref, value: bool = True, **more: Any) -> Request:
    """The documented request that sets the flag; `more` as in `Arena.request`."""
    return _ARENA.request(ref, body_of(ref, value), **more)


def put_body(ref: Ref, body: bytes | Json, **more: Any) -> Request:
    """A PUT with any body, bytes as they are and anything else as JSON; `more` as in `Arena.request`."""
    return _ARENA.request(ref, body if isinstance(body, bytes) else json.dumps(body).encode(), **more)


def put_to(ref: Ref, *guids: str) -> Request:
    """The documented request with other GUIDs in the path, in its order."""
    named = tuple((name, guid) for (name, _), guid in zip(ref.guids, guids, strict=True))
    return _ARENA.request(ref, body_of(ref, True), guids=named)


def get(ref: Ref, method: str = "GET") -> Request:
    """A request that reads the object, or one with another method."""
    return _ARENA.request(ref, method=method)


def shown(ref: Ref, value: bool, **changes: Json) -> dict[str, Json]:
    """The object with its flag at `value`, as the documents' samples have it, with fields changed or added."""
    if isinstance(ref, EventRef):
        found = next(event for _, event in EVENTS if event["guid"] == ref.event)
        mark: dict[str, Json] = {"status": "RECONCILED" if value else "NEEDS_UPDATE"}
    else:
        found = next(process for _, _, process in QUALITY_PROCESSES if process["guid"] == ref.quality_process)
        mark = {"reconciledDatetime": MARKED_AT, "reconciledUser": HEIDI} if value else {}
    return found | mark | {flag_of(ref): value} | changes


def without(value: Mapping[str, Json], *names: str) -> dict[str, Json]:
    """A JSON object without some of its fields."""
    return {name: item for name, item in value.items() if name not in names}


def answered(
    request: Request,
    status: int,
    body: bytes | Json,
    headers: Mapping[str, str | None] | None = None,
    **more: Any,
) -> Exchange:
    """An exchange with this answer. `headers` change those of a conforming answer, None takes one out.

    `body` is sent as it is where it is bytes, else as JSON. `more` are fields of `Response`.
    """
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = more.pop("sent_length", len(content))
    usual = VBA_HEADERS if request.operation == PUT_EVENTS_BATCH else ARENA_HEADERS
    named = {**usual, "Content-Length": str(sent), **(headers or {})}
    pairs = tuple((name, value) for name, value in named.items() if value is not None)
    return _exchange(request, Response(status, pairs, content, sent, **more))


def failed(request: Request, trouble: Trouble = Trouble.CUT, partial: Response | None = None) -> Exchange:
    """An exchange whose answer did not come whole."""
    return _exchange(request, Failure(trouble, "a test says so", partial))


def done(ref: Ref, value: bool = True, **changes: Json) -> Exchange:
    """The flag is set and the object answered, with fields of the answer changed or added."""
    return answered(put(ref, value), 200, shown(ref, value, **changes))


def read(ref: Ref, value: bool, **changes: Json) -> Exchange:
    """The object is read and has the flag at `value`, with fields of the answer changed or added."""
    return answered(get(ref), 200, shown(ref, value, **changes))


def refusal(status: int = 400, code: int = 400, message: str = SYNTAX_MESSAGE) -> dict[str, Json]:
    """The body of a refusal of Arena."""
    return {"status": status, "errors": [{"code": code, "message": message}]}


def refused(request: Request, status: int = 400, code: int | None = None, message: str = SYNTAX_MESSAGE) -> Exchange:
    """A request to Arena is refused; the code is the status where none is given."""
    return answered(request, status, refusal(status, status if code is None else code, message))


def put_batch(*entities: Json, **more: Any) -> Request:
    """A batch of these entities; `more` as in `Vba.request`."""
    return _VBA.request(json.dumps(entities).encode(), **more)


def put_batch_body(body: bytes, **more: Any) -> Request:
    """A request to the batch with any body; `more` as in `Vba.request`."""
    return _VBA.request(body, **more)


def result(id: int, /, status: int = 201, **changes: Json) -> dict[str, Json]:
    """The result of an entity, with fields changed."""
    body = {201: "Created", 200: "Updated"}.get(status, "The entity is not valid.")
    return {"id": [{"key": "event_ID", "value": id}], "status": status, "body": body} | changes


def envelope(*results: Json, **changes: Json) -> dict[str, Json]:
    """The body of a 207, with an activityID that no other has, and with fields changed or added."""
    return {"data": list(results), "error": None, "debug": {"activityID": f"a-{next(_ACTIVITIES)}"}} | changes


def batch(statuses: Mapping[int, int], **more: Any) -> Exchange:
    """A batch of the smallest entities is answered 207: each id with its status. `more` as in `Vba.request`."""
    return processed(put_batch(*map(minimal, statuses), **more), *(result(id, to) for id, to in statuses.items()))


def processed(request: Request, *results: Json, **changes: Json) -> Exchange:
    """A batch is answered 207 with these results, with fields of the envelope changed or added."""
    return answered(request, 207, envelope(*results, **changes))


def batch_refused(request: Request, status: int = 400) -> Exchange:
    """A request to the batch is refused whole, with the body that most servers send."""
    problem = {"type": "about:blank", "title": "Refused", "status": status, "detail": None, "instance": None}
    return answered(request, status, envelope(data=None, error=problem))


def _exchange(request: Request, answer: Response | Failure) -> Exchange:
    return Exchange(0, request, answer, "by hand", started=NOW, ended=NOW + 0.1)
