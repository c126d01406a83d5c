"""The model of the target's state: what the exchanges so far let the suite know of each object.

There is no reading in the contract. An event or a quality process is known by the last answer that showed it, an
entity of the batch by what the last answer for its id said. What an exchange leaves uncertain (no answer, a 5xx, a
request that was sent twice) is unknown until the next answer, and nothing is concluded from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from tests.harness import batch
from tests.harness.contract import requirement_at, response_schema, schema_errors
from tests.harness.exchange import NOT_JSON, PUT_EVENTS_BATCH, RECONCILE_EVENT, Exchange, Json, OperationId, Request
from tests.harness.oracle import FLAGS, Reading, Verdict, read
from tests.harness.projection import documented
from tests.harness.target import Target

SHOWN = 200
"""Characters of a value that a message shows."""
NAMED = 20
"""Earlier requests that are remembered as the possible cause of a change."""
ObjectKey = tuple[OperationId, tuple[str, ...]]


class Presence(StrEnum):
    """Whether an entity is in the target's database."""

    ABSENT = "absent"
    EXISTS = "exists"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ObjectState:
    """What is known of an event or a quality process."""

    shown: Json
    """The documented fields of the object, as the last answer showed them."""
    flag: bool | None
    """The flag's value, None where requests with different values were under way at once."""
    by_put: bool
    """The last answer was that of a PUT (and not of a GET)."""
    settled: bool
    """What is shown is what the object has: not where updates were under way together of which any may be the last."""
    refused_since: tuple[int, ...] = ()
    """Numbers of refused requests since that answer, to whichever path."""
    others_since: tuple[int, ...] = ()
    """Numbers of updates of other objects of the same kind since that answer."""
    marked: tuple[float, Json] | None = None
    """When the last marking that the run made had ended, and the time that its answer gave for it."""
    put_at: float = 0.0
    """When the last PUT that showed it had been answered, in seconds of the epoch."""
    put_by: int = 0
    """The number of that PUT."""


@dataclass(frozen=True)
class EntityState:
    """What is known of an entity of the batch."""

    presence: Presence
    since: int = 0
    """The number of the exchange that this is known from."""
    together: int = 0
    """How many entities its batch had."""
    failed_beside: bool = False
    """That exchange reported errors for other entities of its batch."""
    suspects: tuple[str, ...] = ()
    """The requirements that a refused request since then would break, had it been carried out."""


@dataclass(frozen=True, eq=False)
class Judged:
    """An exchange with its reading: what a check looks at. It is equal to itself alone."""

    exchange: Exchange
    reading: Reading
    burst: tuple[Exchange, ...] = ()
    """Every exchange that was under way at the same time, this one included; empty for one on its own."""
    contested: frozenset[int] = frozenset()
    """The ids that more than one of the batches under way together names."""

    @property
    def put(self) -> bool:
        """The request has the method of the contract."""
        return self.exchange.request.method == "PUT"

    @cached_property
    def results(self) -> list[Json] | None:
        """The results of the answer to a batch, None where it is no envelope."""
        return batch.results(self.exchange.json)

    @cached_property
    def matched(self) -> list[Json | None]:
        """For each entity of the batch its result, None where there is none."""
        return batch.match(self.reading.entities, self.results or [])

    @cached_property
    def schema_errors(self) -> dict[str, list[str]]:
        """What the documented schema of this status says against the body, by the requirement that it breaks."""
        exchange = self.exchange
        operation = exchange.request.operation
        documented_as = {200: "200", 207: "207"}.get(exchange.status, "400")
        found: dict[str, list[str]] = {}
        if exchange.json is NOT_JSON:
            return found
        for error in schema_errors(response_schema(operation, documented_as), exchange.json):
            place = "/".join(str(part) for part in error.path) or "the body"
            requirement = requirement_at(error.location, operation)
            if requirement is not None:
                value = json.dumps(error.value, ensure_ascii=False)[:SHOWN]
                found.setdefault(requirement, []).append(f"{place} is {value}: {error.message[:SHOWN]}")
        return found


@dataclass(eq=False)
class History:
    """What the exchanges so far have shown. Only `record` adds to it. It is equal to itself alone."""

    target: Target
    objects: dict[ObjectKey, ObjectState] = field(default_factory=dict)
    entities: dict[int, EntityState] = field(default_factory=dict)
    begun: dict[ObjectKey, bool | None] = field(default_factory=dict)
    """The flag of each named object as it was before the run changed it, None where nothing showed it."""
    updated: set[ObjectKey] = field(default_factory=set)
    """The named objects that a request has changed, or may have changed."""
    activity_ids: dict[str, int] = field(default_factory=dict)
    quota: Exchange | None = None
    """The last answer of Arena that counted down the administrator's quota."""

    def judged(self, exchanges: Sequence[Exchange]) -> list[Judged]:
        """The exchanges (one, or a burst) with their readings."""
        readings = [read(exchange.request, self.target) for exchange in exchanges]
        burst = tuple(exchanges) if len(exchanges) > 1 else ()
        contested = _contested(readings)
        return [
            Judged(exchange, reading, burst, contested) for exchange, reading in zip(exchanges, readings, strict=True)
        ]

    def object(self, exchange: Exchange) -> ObjectState | None:
        """What is known of the event or quality process that the exchange names."""
        return self.objects.get(_key(exchange.request))

    def entity(self, id: int) -> EntityState:
        """What is known of an entity of the batch."""
        return self.entities.get(id, EntityState(Presence.UNKNOWN))

    def doubtful(self) -> list[int]:
        """Entities that requests were refused for, or whose batch failed in part, and that nothing has shown since."""
        return [
            id
            for id, state in self.entities.items()
            if (state.presence is Presence.ABSENT and state.suspects)
            or (state.presence is Presence.EXISTS and state.failed_beside)
        ]

    def forget_object(self, request: Request) -> None:
        """Nothing is known any more of the event or quality process that the request names."""
        self.objects.pop(_key(request), None)

    def lost(self, request: Request) -> None:
        """Note that a request was sent whose answer nobody waited for: what it names may have changed."""
        reading = read(request, self.target)
        if request.operation == PUT_EVENTS_BATCH:
            named = [entity.id for entity in reading.entities if entity.id is not None]
            self.forget_entities([*named, *reading.mentioned])
        elif request.method == "PUT" and not reading.invalid_guids:
            self.begun.setdefault(_key(request), None)
            self.updated.add(_key(request))
            self.forget_object(request)

    def forget_entities(self, ids: Iterable[int]) -> None:
        """Nothing is known any more of these entities of the batch."""
        for id in ids:
            self.entities[id] = EntityState(Presence.UNKNOWN)

    def assume_absent(self, ids: Iterable[int]) -> None:
        """Note that nobody can have created these ids: they were reserved by creating one beside them."""
        for id in ids:
            self.entities.setdefault(id, EntityState(Presence.ABSENT))

    def record(self, judged: Sequence[Judged]) -> None:
        """Take in exchanges that were under way together (or one alone), in the order of their numbers."""
        for one in judged:
            if one.exchange.request.operation == PUT_EVENTS_BATCH:
                self._record_batch(one)
            else:
                self._record_object(one, judged)

    def _record_object(self, judged: Judged, together: Sequence[Judged]) -> None:
        exchange = judged.exchange
        number = exchange.number
        key = _key(exchange.request)
        if exchange.response and exchange.response.header("x-arena-requests-remaining"):
            self.quota = exchange
        if exchange.request.method not in ("PUT", "GET"):
            return
        if judged.put and not judged.reading.invalid_guids and (exchange.status == 0 or exchange.status < 300):
            self.begun.setdefault(key, None)
            self.updated.add(key)
        shown = exchange.json if exchange.status == 200 and isinstance(exchange.json, dict) else None
        if shown is None:
            if exchange.status == 0 or exchange.status >= 500:
                self.objects.pop(key, None)
            elif exchange.status >= 400 and judged.put:
                self._note(refused=number)
            return
        if judged.put and judged.reading.invalid_guids:
            # Which object a path that names none was taken for, nobody knows.
            self.objects = {known: state for known, state in self.objects.items() if known[0] != key[0]}
            return
        if judged.put:
            self._note(other=number, operation=key[0], but=key)
        before = self.objects.get(key)
        marked = before.marked if before else None
        if judged.put and before and before.flag is False and judged.reading.value is True:
            marked = (exchange.ended, shown.get("reconciledDatetime"))
        updates = [one.reading.value for one in together if one.put and _key(one.exchange.request) == key]
        flag = shown.get(FLAGS[key[0]])
        if not judged.put and isinstance(flag, bool):
            self.begun.setdefault(key, flag)
        self.objects[key] = ObjectState(
            shown=documented(key[0], shown),
            flag=flag if isinstance(flag, bool) and len(set(updates)) <= 1 else None,
            settled=isinstance(flag, bool) and _settled(key, updates),
            by_put=judged.put,
            marked=marked,
            put_at=exchange.ended if judged.put or before is None else before.put_at,
            put_by=number if judged.put or before is None else before.put_by,
        )

    def _note(
        self, *, refused: int | None = None, other: int | None = None, operation: str = "", but: ObjectKey | None = None
    ) -> None:
        for key, state in self.objects.items():
            if refused is not None:
                self.objects[key] = replace(state, refused_since=(*state.refused_since[-NAMED:], refused))
            elif other is not None and key[0] == operation and key != but:
                self.objects[key] = replace(state, others_since=(*state.others_since[-NAMED:], other))

    def _record_batch(self, judged: Judged) -> None:
        exchange, reading = judged.exchange, judged.reading
        activity = batch.activity_id(exchange.json)
        if activity is not None:
            self.activity_ids.setdefault(activity, exchange.number)
        ids = [entity.id for entity in reading.entities if entity.id is not None]
        if not judged.put:
            return
        if exchange.status == 0 or exchange.status >= 500:
            self.forget_entities(ids)
            return
        if exchange.status >= 400:
            callers = sorted(id for id in reading.defects if id.startswith("BATCH-AUTH"))
            for id in (*ids, *reading.mentioned):
                self._suspect(id, callers or ["BATCH-8"])
            return
        self.forget_entities(reading.mentioned)
        if judged.results is None:
            self.forget_entities(ids)
            return
        matched = judged.matched
        failed = any(result is None or not batch.done(result) for result in matched)
        for entity, result in zip(reading.entities, matched, strict=True):
            if entity.id is None:
                continue
            if result is None:
                self.forget_entities([entity.id])
            elif batch.done(result):
                self.entities[entity.id] = EntityState(Presence.EXISTS, exchange.number, len(reading.entities), failed)
            elif entity.id in judged.contested:
                self.forget_entities([entity.id])
            elif entity.verdict is Verdict.INVALID and entity.requirement:
                self._suspect(entity.id, ["BATCH-8", entity.requirement])
            else:
                self._suspect(entity.id, ["BATCH-8"])

    def _suspect(self, id: int, blamed: Sequence[str]) -> None:
        state = self.entity(id)
        self.entities[id] = replace(state, suspects=tuple(dict.fromkeys((*state.suspects, *blamed))))


def _settled(key: ObjectKey, updates: Sequence[bool | None]) -> bool:
    """Whether the answer to one of these updates, which were under way together, shows what the object is now.

    Where they ask for one value, an event has it; a quality process has the time and the user of one of them.
    """
    return len(updates) <= 1 or (key[0] == RECONCILE_EVENT and len(set(updates)) == 1)


def _contested(readings: Sequence[Reading]) -> frozenset[int]:
    seen: set[int] = set()
    twice: set[int] = set()
    for reading in readings:
        ids = {entity.id for entity in reading.entities if entity.id is not None}
        twice |= seen & ids
        seen |= ids
    return frozenset(twice)


def _key(request: Request) -> ObjectKey:
    return (request.operation, tuple(guid for _, guid in request.guids))
