"""What a batch does: create, update, refuse (BATCH-3 to -5, -8, -11, -12, -14, -18, -19)."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import count

from tests.reference.data import Json
from tests.reference.faults.edits import (
    Apply,
    applying_batch,
    done,
    edit,
    edit_body,
    edit_json,
    editing_outcome,
    editing_outcomes,
    is_batch,
    is_created,
    is_done,
    is_json,
    refused,
    remembering,
    upserting,
)
from tests.reference.faults.fault import Fault
from tests.reference.message import Request, Response
from tests.reference.parts import Modifier, VbaParts, in_vba
from tests.reference.state import State
from tests.reference.vba import EntityError, Outcome, VbaError

_DONE = done(is_batch)


_PAGE = 200


_BULK = 100


def _done_like(outcome: Outcome, model: Outcome) -> Outcome:
    return replace(outcome, status=model.status, body=model.body) if is_done(outcome) else outcome


def _status_of_the(choose: Callable[[list[Outcome]], Outcome]) -> Modifier:
    """Report every entity that is done as one of them is reported."""

    def change(outcomes: list[Outcome]) -> list[Outcome]:
        those = [outcome for outcome in outcomes if is_done(outcome)]
        return [_done_like(outcome, choose(those)) for outcome in outcomes] if those else outcomes

    return editing_outcomes(change)


def _majority(outcomes: list[Outcome]) -> Outcome:
    created = [outcome for outcome in outcomes if is_created(outcome)]
    updated = [outcome for outcome in outcomes if not is_created(outcome)]
    return created[0] if len(created) > len(updated) else updated[0]


def _statuses_created_first(outcomes: list[Outcome]) -> list[Outcome]:
    """The statuses come from two bulk statements, the ids from the batch."""
    statuses = sorted(outcomes, key=lambda outcome: not is_created(outcome))
    return [replace(one, status=other.status, body=other.body) for one, other in zip(outcomes, statuses, strict=True)]


def _upserted_as(new: Outcome | None = None, known: Outcome | None = None) -> Modifier:
    """Report created, or updated, entities in another way."""

    def change(outcome: Outcome) -> Outcome:
        model = new if outcome.status == 201 else known if outcome.status == 200 else None
        return replace(outcome, status=model.status, body=model.body) if model else outcome

    return editing_outcome(change)


def _stored_under(key: Callable[[int], int]) -> Modifier:
    """Keep each entity under a key that is made of its id."""

    def rule(state: State, entity: Json, right: Callable[[State, Json], Outcome]) -> Outcome:
        event_id = int(entity["event_ID"])
        return replace(right(state, entity | {"event_ID": key(event_id)}), event_id=event_id)

    return upserting(rule)


def _never_kept(state: State, entity: Json, right: Callable[[State, Json], Outcome]) -> Outcome:
    outcome = right(state, entity)
    if outcome.status == 201:
        del state.entities[int(entity["event_ID"])]
    return outcome


def _two_workers() -> Modifier:
    """Every other request is served by a worker that has entities of its own."""
    second: dict[int, Json] = {}
    turns = count()

    async def rule(parts: VbaParts, state: State, entities: list[object], apply: Apply) -> list[Outcome]:
        if next(turns) % 2 == 0:
            return await apply(entities)
        first, state.entities = state.entities, second
        try:
            return await apply(entities)
        finally:
            state.entities = first

    return applying_batch(rule)


def _forgetful_cache() -> Modifier:
    """What exists is known by a cache of the last thirty ids."""
    cache: dict[int, None] = {}

    def rule(state: State, entity: Json, right: Callable[[State, Json], Outcome]) -> Outcome:
        event_id = int(entity["event_ID"])
        known = event_id in cache
        cache.pop(event_id, None)
        cache[event_id] = None
        if len(cache) > 30:
            del cache[next(iter(cache))]
        right(state, entity)
        return Outcome(event_id, 200, "Updated") if known else Outcome(event_id, 201, "Created")

    return upserting(rule)


def _not_modified(state: State, entity: Json, right: Callable[[State, Json], Outcome]) -> Outcome:
    known = state.entities.get(int(entity["event_ID"]))
    outcome = right(state, entity)
    same = known is not None and known | entity == known
    return replace(outcome, status=304, body="Not Modified") if same else outcome


async def _twice(_parts: VbaParts, _state: State, entities: list[object], apply: Apply) -> list[Outcome]:
    await apply(entities)
    return await apply(entities)


async def _first_hundred(_parts: VbaParts, state: State, entities: list[object], apply: Apply) -> list[Outcome]:
    before = dict(state.entities)
    outcomes = await apply(entities[:_BULK])
    kept = state.entities
    state.entities = dict(before)
    outcomes += await apply(entities[_BULK:])
    state.entities = kept
    return outcomes


def _refusing_batches(wrong: Callable[[list[object]], bool], status: int, detail: str) -> Modifier:
    async def rule(_parts: VbaParts, _state: State, entities: list[object], apply: Apply) -> list[Outcome]:
        if wrong(entities):
            raise VbaError(status, detail)
        return await apply(entities)

    return applying_batch(rule)


def _repeats(entities: list[object]) -> bool:
    ids = [entity["event_ID"] for entity in entities if isinstance(entity, dict) and "event_ID" in entity]
    return len(ids) != len({json.dumps(id) for id in ids})


def _valid(parts: VbaParts, entity: object) -> bool:
    try:
        parts.read_entity(entity)
    except EntityError:
        return False
    return True


async def _aborted_and_done(parts: VbaParts, _state: State, entities: list[object], apply: Apply) -> list[Outcome]:
    """The loop ends at the first failure; those behind it are reported as if they had been done."""
    failure = next((place for place, one in enumerate(entities) if not _valid(parts, one)), len(entities))
    outcomes = await apply(entities[: failure + 1])
    for entity in entities[failure + 1 :]:
        if _valid(parts, entity) and isinstance(entity, dict):
            outcomes.append(Outcome(int(entity["event_ID"]), 201, "Created"))
        else:
            outcomes += await apply([entity])
    return outcomes


async def _rolled_back(parts: VbaParts, state: State, entities: list[object], apply: Apply) -> list[Outcome]:
    before = dict(state.entities)
    outcomes = await apply(entities)
    if not all(_valid(parts, entity) for entity in entities):
        state.entities = before
    return outcomes


async def _refused_midway(parts: VbaParts, _state: State, entities: list[object], apply: Apply) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for entity in entities:
        if not _valid(parts, entity):
            raise VbaError(400, "An event breaks the schema.")
        outcomes += await apply([entity])
    return outcomes


async def _refused_after_all(parts: VbaParts, _state: State, entities: list[object], apply: Apply) -> list[Outcome]:
    outcomes = await apply(entities)
    if not all(_valid(parts, entity) for entity in entities):
        raise VbaError(422, "An event breaks the schema.")
    return outcomes


async def _failed_but_stored(_parts: VbaParts, state: State, entities: list[object], apply: Apply) -> list[Outcome]:
    outcomes = await apply(entities)
    for entity, outcome in zip(entities, outcomes, strict=True):
        if outcome.status >= 400 and outcome.event_id is not None and isinstance(entity, dict):
            state.entities.setdefault(outcome.event_id, entity)
    return outcomes


def _applied_while_parsed(parts: VbaParts) -> VbaParts:
    async def put_batch(rules: VbaParts, request: Request, state: State) -> Response:
        if not is_json(request.body):
            for text in re.findall(rb"\{[^{}]*\}", request.body):
                entity = json.loads(text) if is_json(text) else None
                if _valid(rules, entity):
                    rules.upsert(state, rules.read_entity(entity))
        return await parts.put_batch(rules, request, state)

    return replace(parts, put_batch=put_batch)


def _first_array(body: bytes) -> bytes:
    try:
        text = body.decode()
        return text[: json.JSONDecoder().raw_decode(text)[1]].encode()
    except (ValueError, RecursionError):
        return body


def _closed(body: bytes) -> bytes:
    if not body.startswith(b"[") or is_json(body):
        return body
    return next((body + end for end in (b"]", b"}]") if is_json(body + end)), body)


async def _created_behind_a_wait(_parts: VbaParts, state: State, entities: list[object], apply: Apply) -> list[Outcome]:
    """Whether an entity exists is read first, then time passes, then it is written."""
    known = set(state.entities)
    await asyncio.sleep(0.005)
    outcomes = []
    for outcome in await apply(entities):
        created = is_done(outcome) and outcome.event_id not in known
        outcomes.append(replace(outcome, status=201, body="Created") if created else outcome)
        known.add(outcome.event_id or 0)
    return outcomes


FAULTS = (
    Fault(
        "new-entity-answers-200",
        "BATCH-3",
        "The statement merges and does not tell an insert from an update.",
        _upserted_as(new=Outcome(None, 200, "Updated")),
    ),
    Fault(
        "new-entity-answers-202",
        "BATCH-3",
        "Creation is a job in the background.",
        _upserted_as(new=Outcome(None, 202, "Accepted")),
    ),
    Fault(
        "new-entity-answers-404",
        "BATCH-3",
        "The endpoint updates, and what it does not find it does not create.",
        upserting(
            lambda state, entity, right: (
                right(state, entity)
                if int(entity["event_ID"]) in state.entities
                else Outcome(int(entity["event_ID"]), 404, "Not found")
            )
        ),
    ),
    Fault(
        "batch-is-applied-twice",
        "BATCH-3",
        "The client of the database retries a statement that had succeeded, and the second outcome is shown.",
        applying_batch(_twice),
    ),
    Fault(
        "entities-are-known-by-the-beginning-of-their-id",
        "BATCH-3",
        "Ids are compared as texts of five characters.",
        _stored_under(lambda event_id: event_id // 10),
    ),
    Fault(
        "entities-are-stored-by-an-id-of-8-bits",
        "BATCH-3",
        "The hash of the cache is used as its key.",
        _stored_under(lambda event_id: event_id & 0xFF),
    ),
    Fault(
        "existing-entity-answers-201",
        "BATCH-4",
        "The framework answers every upsert with Created.",
        _upserted_as(known=Outcome(None, 201, "Created")),
    ),
    Fault(
        "existing-entity-answers-409",
        "BATCH-4",
        "The statement inserts, and a key that is there is a conflict.",
        _upserted_as(known=Outcome(None, 409, "The event exists already.")),
    ),
    Fault(
        "existing-entity-answers-204",
        "BATCH-4",
        "An update has nothing to show.",
        _upserted_as(known=Outcome(None, 204, "")),
    ),
    Fault(
        "existing-entity-without-a-change-answers-304",
        "BATCH-4",
        "The statement counts the rows that it changed.",
        upserting(_not_modified),
    ),
    Fault(
        "created-entity-is-not-kept",
        "BATCH-4",
        "The transaction is never committed.",
        upserting(_never_kept),
    ),
    Fault(
        "each-worker-knows-its-own-entities",
        "BATCH-4",
        "Two workers keep what they created in memory, and requests alternate between them.",
        remembering(_two_workers),
    ),
    Fault(
        "entities-are-forgotten-after-a-while",
        "BATCH-4",
        "Whether an entity exists is asked of a cache that keeps the last thirty.",
        remembering(_forgetful_cache),
    ),
    Fault(
        "mixed-batch-has-the-status-of-its-first",
        "BATCH-5",
        "Whether to insert or to update is decided once for the batch.",
        _status_of_the(lambda outcomes: outcomes[0]),
    ),
    Fault(
        "mixed-batch-has-the-status-of-its-last",
        "BATCH-5",
        "The status is a variable outside of the loop.",
        _status_of_the(lambda outcomes: outcomes[-1]),
    ),
    Fault(
        "mixed-batch-has-the-status-of-most",
        "BATCH-5",
        "The count of inserted rows decides for the batch.",
        _status_of_the(_majority),
    ),
    Fault(
        "mixed-batch-lists-statuses-created-first",
        "BATCH-5",
        "Inserts and updates are two statements, and their outcomes are put beside the ids in that order.",
        editing_outcomes(_statuses_created_first),
    ),
    Fault(
        "entities-behind-a-failure-are-reported-but-not-applied",
        "BATCH-8",
        "The loop ends with the first failure, and the results were made before it.",
        applying_batch(_aborted_and_done),
    ),
    Fault(
        "failure-rolls-back-what-is-reported-as-done",
        "BATCH-8",
        "The batch is one transaction, and its results are gathered before it is rolled back.",
        applying_batch(_rolled_back),
    ),
    Fault(
        "refused-batch-is-applied-up-to-the-failure",
        "BATCH-8",
        "Each entity is validated when its turn comes, and the first failure refuses the whole.",
        applying_batch(_refused_midway),
    ),
    Fault(
        "refused-batch-is-applied-around-the-failure",
        "BATCH-8",
        "The batch is saved first, and a failure found in it makes the answer a refusal.",
        applying_batch(_refused_after_all),
    ),
    Fault(
        "failed-entity-is-stored",
        "BATCH-8",
        "The mapper writes before it validates.",
        applying_batch(_failed_but_stored),
    ),
    Fault(
        "batch-is-applied-while-it-is-parsed",
        "BATCH-8",
        "A streaming parser hands on each entity before the body's end is seen.",
        in_vba(_applied_while_parsed),
    ),
    Fault(
        "batch-that-is-not-json-is-an-empty-batch",
        "BATCH-11",
        "The binder gives the handler null for a body that it cannot parse, and null counts as empty.",
        edit_body(is_batch, lambda body: body if is_json(body) else b"[]"),
    ),
    Fault(
        "empty-body-is-an-empty-batch",
        "BATCH-11",
        "A body is only parsed where there is one.",
        edit_body(is_batch, lambda body: body.strip() or b"[]"),
    ),
    Fault(
        "text-behind-a-batch-is-accepted",
        "BATCH-11",
        "The parser reads one value from a stream, and nobody looks whether the stream is at its end.",
        edit_body(is_batch, _first_array),
    ),
    Fault(
        "truncated-batch-is-completed",
        "BATCH-11",
        "A tolerant parser closes what is open at the end of the body.",
        edit_body(is_batch, _closed),
    ),
    Fault(
        "batch-that-is-not-json-answers-200",
        "BATCH-11",
        "The error handler renders the problem but forgets to set the status of the response.",
        edit(
            lambda request, response: refused(is_batch, 400)(request, response) and not is_json(request.body),
            lambda response: replace(response, status=200),
        ),
    ),
    Fault(
        "hundred-entities-are-applied-and-the-rest-reported",
        "BATCH-12",
        "The bulk statement takes a hundred rows, and the rest is dropped.",
        applying_batch(_first_hundred),
    ),
    Fault(
        "results-end-at-a-page",
        "BATCH-12",
        "Every list of the API is cut to a page.",
        editing_outcomes(lambda outcomes: outcomes[:_PAGE]),
    ),
    Fault(
        "hundreds-of-entities-answer-500",
        "BATCH-12",
        "The statement has more parameters than the database takes.",
        _refusing_batches(lambda entities: len(entities) > _BULK, 500, "Too many parameters."),
    ),
    Fault(
        "hundreds-of-entities-answer-400",
        "BATCH-12",
        "The binder of the framework takes a limited number of values.",
        _refusing_batches(lambda entities: len(entities) > _BULK, 400, "Too many values."),
    ),
    Fault(
        "empty-batch-answers-400",
        "BATCH-12",
        "A list without elements counts as missing.",
        _refusing_batches(lambda entities: not entities, 400, "The batch is required."),
    ),
    Fault(
        "empty-batch-answers-500",
        "BATCH-12",
        "The first entity is looked at, to find the table.",
        _refusing_batches(lambda entities: not entities, 500, "Sequence contains no elements"),
    ),
    Fault(
        "empty-batch-has-a-result",
        "BATCH-12",
        "The answer has a default result that the first one replaces.",
        editing_outcomes(lambda outcomes: outcomes or [Outcome(None, 200, "Nothing to do")]),
    ),
    Fault(
        "batch-of-one-answers-an-object",
        "BATCH-12",
        "The serializer writes a list of one element as the element.",
        edit_json(
            _DONE,
            lambda envelope: envelope | {"data": envelope["data"][0]} if len(envelope["data"]) == 1 else envelope,
        ),
    ),
    Fault(
        "concurrent-batches-create-twice",
        "BATCH-18",
        "Whether an entity exists is read before the transaction that writes it.",
        applying_batch(_created_behind_a_wait),
        chance=True,
    ),
    Fault(
        "result-bodies-are-swapped",
        "BATCH-19",
        "The two texts were mixed up.",
        _upserted_as(Outcome(None, 201, "Updated"), Outcome(None, 200, "Created")),
    ),
    Fault(
        "result-body-is-always-ok",
        "BATCH-19",
        "The text is the reason phrase of the whole.",
        _upserted_as(Outcome(None, 201, "OK"), Outcome(None, 200, "OK")),
    ),
    Fault(
        "result-body-of-an-update-is-created",
        "BATCH-19",
        "The text is a constant of the handler.",
        _upserted_as(known=Outcome(None, 200, "Created")),
    ),
    Fault(
        "result-body-is-empty",
        "BATCH-19",
        "There is no text in the caller's language.",
        _upserted_as(Outcome(None, 201, ""), Outcome(None, 200, "")),
    ),
    Fault(
        "repeated-id-answers-500",
        "BATCH-14",
        "The object-mapper cannot track two objects with one key.",
        _refusing_batches(_repeats, 500, "An object with the same key is already being tracked."),
    ),
)
