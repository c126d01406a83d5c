"""How scenarios speak to a target: the requests of each API, made of the target's own data and credentials."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle
from typing import Any, Literal, get_args
from urllib.parse import quote

from tests.harness import batch
from tests.harness.exchange import (
    PUT_EVENTS_BATCH,
    RECONCILE_EVENT,
    RECONCILE_QUALITY_PROCESS,
    Exchange,
    Headers,
    Json,
    OperationId,
    Request,
)
from tests.harness.history import History, ObjectState
from tests.harness.ids import FreshIds, plan
from tests.harness.oracle import FLAGS
from tests.harness.target import ArenaTarget, EventRef, QualityProcessRef, VbaTarget

JSON = "application/json"
USER_AGENT = "events-contract/1.0"
TOGETHER = 80
"""Entities of one batch where a scenario has many to send."""
SPARE = 100
"""New ids in a run for scenarios that may be repeated without end: the range of a target is not."""
OBJECTS = 3
"""How many of the named events and of the quality processes a run works with: more would show nothing new."""

Kind = Literal["event", "quality_process"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Ref = EventRef | QualityProcessRef
Send = Callable[[Request], Exchange]
Burst = Callable[[Sequence[Request]], list[Exchange]]
Guids = tuple[tuple[str, str], ...]
PATHS: dict[OperationId, tuple[str, ...]] = {
    RECONCILE_EVENT: ("outboundintegrations", "events"),
    RECONCILE_QUALITY_PROCESS: ("outboundevents", "events", "qualityprocesses"),
}


def operation_of(ref: Ref) -> OperationId:
    """The operation that updates the object."""
    return RECONCILE_EVENT if isinstance(ref, EventRef) else RECONCILE_QUALITY_PROCESS


def flag_of(ref: Ref) -> str:
    """The name of the object's flag in a request."""
    return FLAGS[operation_of(ref)]


def body_of(ref: Ref, value: bool) -> bytes:
    """The documented body that sets the object's flag."""
    return json.dumps({flag_of(ref): value}).encode()


def replace_guid(ref: Ref, position: int, guid: str) -> Guids:
    """The path's GUIDs with another one in a place, counted from the end where it is negative."""
    place = position % len(ref.guids)
    return tuple((name, guid if index == place else text) for index, (name, text) in enumerate(ref.guids))


def nearly(secret: str) -> tuple[str, ...]:
    """Secrets that were never issued and resemble one that was: without its end, without its beginning, and longer."""
    return tuple(text for text in (secret[:-1], secret[1:], secret + "0") if text)


def body_of_batch(entities: Json) -> bytes:
    """The body of a batch."""
    return json.dumps(entities).encode()


@dataclass(frozen=True)
class Arena:
    """The two endpoints of Arena at a target."""

    target: ArenaTarget
    send: Send
    history: History

    @property
    def events(self) -> tuple[EventRef, ...]:
        """The events that a run works with."""
        return self.target.events[:OBJECTS]

    @property
    def quality_processes(self) -> tuple[QualityProcessRef, ...]:
        """The quality processes that a run works with."""
        return self.target.quality_processes[:OBJECTS]

    @property
    def objects(self) -> tuple[Ref, ...]:
        """The events and quality processes that a run works with."""
        return (*self.events, *self.quality_processes)

    @property
    def one_of_each(self) -> tuple[Ref, ...]:
        """An event and a quality process, as far as they are named."""
        return (*self.events[:1], *self.quality_processes[:1])

    def request(
        self,
        ref: Ref,
        body: bytes = b"",
        *,
        guids: Guids | None = None,
        session: str | None = None,
        content_type: str | None = "application/json",
        method: str = "PUT",
        more: Headers = (),
    ) -> Request:
        """A request to the object's path. An empty `session` sends no such header; None sends the administrator's."""
        guids = ref.guids if guids is None else guids
        operation = operation_of(ref)
        path = "".join(f"/{kind}/{encode(guid)}" for kind, (_, guid) in zip(PATHS[operation], guids, strict=True))
        session = self.target.session_id if session is None else session
        headers = [("arena_session_id", session)] if session else []
        if content_type is not None and method != "GET":
            headers.append(("Content-Type", content_type))
        headers += [("Accept", "application/json"), ("User-Agent", USER_AGENT), *more]
        return Request(operation, method, self.target.url + path, tuple(headers), body, guids)

    def named(self, kind: Kind) -> tuple[Ref, ...]:
        """The objects of a kind that a run works with."""
        return self.events if kind == "event" else self.quality_processes

    def first(self, kind: Kind) -> Ref:
        """The first named object of a kind, which most scenarios work with."""
        return self.named(kind)[0]

    def set(self, ref: Ref, value: bool) -> Exchange:
        """Send the documented request; what requests that were refused since have left is read before."""
        state = self._state(ref)
        if state is not None and state.refused_since:
            self.read(ref)
        return self.send(self.request(ref, body_of(ref, value)))

    def ensure(self, ref: Ref, value: bool) -> None:
        """Set the flag where it is not known to have this value; what other requests left is read before."""
        if self._flag(ref) is not value:
            self.refresh(ref)
            self.set(ref, value)

    def refresh(self, ref: Ref) -> None:
        """Read the object where no answer has shown it, or requests that should leave it alone were sent since one."""
        state = self._state(ref)
        if state is None or state.refused_since or state.others_since:
            self.read(ref)

    def other(self, ref: Ref) -> bool:
        """The value that the flag does not have: a refused request that asks for it would show if it were applied."""
        if self._flag(ref) is None:
            self.set(ref, False)
        return not self._flag(ref)

    def put_at(self, ref: Ref) -> float:
        """When the last update of the object was answered, in seconds of the epoch; 0 where none was."""
        state = self._state(ref)
        return state.put_at if state else 0.0

    def longest_unchanged(self, kind: Kind) -> list[Ref]:
        """The objects of a kind that a run works with: those that are set first, and of these the one set longest."""

        def rank(ref: Ref) -> tuple[bool, int]:
            state = self._state(ref)
            return self._flag(ref) is not True, state.put_by if state else 0

        return sorted(self.named(kind), key=rank)

    def _flag(self, ref: Ref) -> bool | None:
        state = self._state(ref)
        return state.flag if state else None

    def _state(self, ref: Ref) -> ObjectState | None:
        return self.history.objects.get((operation_of(ref), tuple(guid for _, guid in ref.guids)))

    def put(self, ref: Ref, body: bytes, **more: Any) -> Exchange:
        """Send a PUT with any body; `more` as in `request`."""
        return self.send(self.request(ref, body, **more))

    def read(self, ref: Ref) -> Exchange | None:
        """Read the object where the target answers GET, else send nothing."""
        return self.send(self.request(ref, method="GET")) if self.target.read_back else None


@dataclass(frozen=True)
class Vba:
    """The batch endpoint at a target."""

    target: VbaTarget
    send: Send
    history: History
    rng: random.Random
    accept: str = JSON
    """What is asked for where a scenario asks for JSON."""

    @cached_property
    def ids(self) -> FreshIds:
        """The ids that a run may create."""

        def create(id: int) -> int | None:
            found = batch.results(self.put([minimal(id)]).json)
            return batch.status(found[0]) if found else None

        return FreshIds(self.target.event_ids, self.rng, create, self.history.assume_absent)

    def new(self, count: int) -> list[int]:
        """`count` ids that did not exist before the run."""
        return self.ids.take(count)

    @cached_property
    def spare(self) -> Iterator[int]:
        """Ids that did not exist before the run, one by one, until SPARE of them are used up."""
        return (self.new(1)[0] for _ in range(SPARE))

    def another(self) -> int:
        """An id that every run writes again, another one than the last time: requests under way together share none."""
        return next(self._others)

    @cached_property
    def _others(self) -> Iterator[int]:
        return cycle(plan(self.target.event_ids).bulk)

    def existing(self, count: int) -> list[int]:
        """Up to `count` ids that every run writes again: they exist once they have been sent."""
        return list(plan(self.target.event_ids).bulk[:count])

    def request(
        self,
        body: bytes,
        *,
        api_key: str | None = None,
        authorization: str | None = None,
        database: str | None = None,
        content_type: str | None = "application/json",
        accept: str | None = JSON,
        method: str = "PUT",
        more: Headers = (),
    ) -> Request:
        """A request to the batch. An empty credential sends no such header; None sends the right one."""
        credentials = [
            ("x-api-key", self.target.api_key if api_key is None else api_key),
            ("Authorization", f"Bearer {self.target.bearer_token}" if authorization is None else authorization),
            ("vbasoftware-database", self.target.database if database is None else database),
        ]
        headers = [(name, value) for name, value in credentials if value]
        headers += [("Content-Type", content_type)] if content_type is not None else []
        if accept is not None:
            headers.append(("Accept", self.accept if accept == JSON else accept))
        headers += [("User-Agent", USER_AGENT), *more]
        return Request(PUT_EVENTS_BATCH, method, self.target.url + "/events-batch", tuple(headers), body)

    def put(self, entities: Json, **more: Any) -> Exchange:
        """Send a batch; `more` as in `request`."""
        return self.send(self.request(body_of_batch(entities), **more))

    def put_raw(self, body: bytes, **more: Any) -> Exchange:
        """Send any body; `more` as in `request`."""
        return self.send(self.request(body, **more))

    def put_each(self, entities: Sequence[dict[str, Json]]) -> None:
        """Send valid entities as batches, and one by one where a batch is refused whole: which of them was it?

        Each gets an id that every run writes again.
        """
        for chunk in _chunks(entities, self.existing(TOGETHER)):
            if self.put(chunk).status != 207:
                for entity in chunk:
                    self.put([entity])

    def put_each_invalid(self, entities: Sequence[Json], *, alone: int | None = None) -> None:
        """Send invalid entities in batches with a valid one, and one by one where that shows nothing of each.

        It does when the valid one is done: then each was judged for itself. An entity whose id is what is wrong goes
        alone, as its result could be taken for another's. At most `alone` of those that need it are sent one by one.
        """
        valid, *ids = self.existing(TOGETHER)
        left = [entity for entity in entities if not _has_an_id(entity)]
        for chunk in _chunks([entity for entity in entities if _has_an_id(entity)], ids):
            middle = len(chunk) // 2
            answer = self.put([*chunk[:middle], minimal(valid), *chunk[middle:]])
            results = batch.results(answer.json) or []
            if not any(batch.names(result, valid) and batch.done(result) for result in results):
                left += chunk
        chosen = left if alone is None or len(left) <= alone else self.rng.sample(left, alone)
        for entity in chosen:
            self.put([entity])


def _chunks(entities: Sequence[dict[str, Json]], ids: Sequence[int]) -> Iterator[list[dict[str, Json]]]:
    """The entities, as many at once as there are ids, each with one of them."""
    for start in range(0, len(entities), len(ids)):
        pairs = zip(ids, entities[start : start + len(ids)], strict=False)
        yield [entity | {"event_ID": id} for id, entity in pairs]


def _has_an_id(entity: Json) -> bool:
    return isinstance(entity, dict) and isinstance(entity.get("event_ID"), int) and entity["event_ID"] is not True


def encode(guid: str) -> str:
    """A GUID as a segment of a path: what is not plain is percent-encoded."""
    return quote(guid, safe="*-._~")


def minimal(id: int) -> dict[str, Json]:
    """The smallest entity: the four required fields."""
    return {"event_ID": id, "claim_Audit_Event": False, "process_Automation_Event": False, "reminder": False}


def full(id: int) -> dict[str, Json]:
    """An entity with all 25 fields, each with a value that a real one could have."""
    return {
        "event_ID": id,
        "claim_Audit_Event": True,
        "completion_Date": "2024-03-05T10:30:00Z",
        "completion_Percent": 62.5,
        "due_Date": "2024-03-08T00:00:00Z",
        "end_Date": "2024-03-09T17:00:00Z",
        "entry_Date": "2024-03-01T08:00:00Z",
        "entry_User": "jlindqvist",
        "event_Processor": "ClaimAudit",
        "event_Type": "AUDIT",
        "meta_Data": '{"claims": [10482, 10483]}',
        "next_Scheduled_Date": "2024-03-06T09:00:00Z",
        "next_Scheduled_Time": "2024-03-06T09:15:00Z",
        "priority": "HIGH",
        "process_Automation_Event": False,
        "reminder": True,
        "reminder_Event_ID": id,
        "reportSeries_Key": 3,
        "start_Date": "2024-03-02T08:00:00Z",
        "status": "OPEN",
        "subject": "Audit of the claims of February",
        "update_Date": "2024-03-04T16:20:00Z",
        "update_User": "hwalker",
        "userGroup_Key": 12,
        "user_ID": "hwalker",
    }
