"""Variants of VBA's batch operation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tests.reference import vba
from tests.reference.data import EVENT_IDS, Json
from tests.reference.message import Headers, Request, Response, render_json
from tests.reference.parts import Modifier, Parts, VbaParts, in_vba
from tests.reference.state import State
from tests.reference.variants.arena_refusals import BYTE_ORDER_MARK, has_surrogate
from tests.reference.variants.model import Variant
from tests.reference.variants.tools import all_of, answering, asking, edited, editing, is_batch, with_extras
from tests.reference.vba import EntityError, Outcome, VbaError

LARGEST_BATCH = 200


def refusing_batches(status: int) -> Modifier:
    """The modifier that refuses the whole batch with `status` when one entity breaks the schema."""

    async def apply(parts: VbaParts, state: State, entities: list[object]) -> list[Outcome]:
        try:
            checked = [parts.read_entity(entity) for entity in entities]
        except EntityError as refusal:
            raise VbaError(status, refusal.reason) from None
        return [parts.upsert(state, entity) for entity in checked]

    return in_vba(lambda parts: replace(parts, apply=apply))


def all_or_nothing(status: int) -> Modifier:
    """The modifier that applies nothing when one entity breaks the schema, and reports the others with `status`."""

    async def apply(parts: VbaParts, state: State, entities: list[object]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        checked: list[Json] = []
        for entity in entities:
            try:
                checked.append(parts.read_entity(entity))
            except EntityError as refusal:
                outcomes.append(parts.refuse_entity(entity, refusal.reason))
            else:
                outcomes.append(Outcome(int(checked[-1]["event_ID"]), status, "Not done: another event is not valid."))
        if len(checked) < len(entities):
            return outcomes
        return [parts.upsert(state, entity) for entity in checked]

    return in_vba(lambda parts: replace(parts, apply=apply))


def refusing_entities(status: int) -> Modifier:
    """The modifier that reports an entity that breaks the schema with `status`."""

    def refuse_entity(entity: object, reason: str) -> Outcome:
        return replace(vba.refuse_entity(entity, reason), status=status)

    return in_vba(lambda parts: replace(parts, refuse_entity=refuse_entity))


async def _known_before(parts: VbaParts, state: State, entities: list[object]) -> list[Outcome]:
    """What existed is looked up once, before the first entity is applied."""
    known = set(state.entities)
    outcomes = []
    for entity in entities:
        try:
            event_id = parts.upsert(state, parts.read_entity(entity)).event_id
        except EntityError as refusal:
            outcomes.append(parts.refuse_entity(entity, refusal.reason))
        else:
            status, body = (200, "Updated") if event_id in known else (201, "Created")
            outcomes.append(Outcome(event_id, status, body))
    return outcomes


async def _from_the_end(parts: VbaParts, state: State, entities: list[object]) -> list[Outcome]:
    return (await VbaParts().apply(parts, state, entities[::-1]))[::-1]


def _parse_at_most(request: Request) -> list[object]:
    entities = vba.parse(request)
    if len(entities) > LARGEST_BATCH:
        raise VbaError(413, f"A batch has at most {LARGEST_BATCH} events.")
    return entities


def reading(change: Callable[[object], object]) -> Modifier:
    """The modifier that changes each entity, or refuses it with EntityError, before it is held to the schema."""
    return in_vba(lambda parts: replace(parts, read_entity=lambda entity: vba.read_entity(change(entity))))


def _refuse_unknown_fields(entity: object) -> object:
    for name in entity if isinstance(entity, dict) else ():
        if name not in vba.FIELDS:
            raise EntityError("There is a field that events do not have.")
    return entity


def _refuse_surrogates(entity: object) -> object:
    if has_surrogate(entity):
        raise EntityError("A text has a surrogate without its partner.")
    return entity


def _refuse_other_ids(entity: object) -> object:
    event_id = vba.as_int32(entity.get("event_ID")) if isinstance(entity, dict) else None
    if event_id is not None and not EVENT_IDS[0] <= event_id <= EVENT_IDS[1]:
        raise EntityError("You may not change this event.")
    return entity


def _cut_texts(entity: object) -> object:
    if not isinstance(entity, dict):
        return entity
    limits = {name: field.max_length for name, field in vba.FIELDS.items()}
    return {name: value[: limits.get(name)] if isinstance(value, str) else value for name, value in entity.items()}


def _any_length(entity: object) -> Json:
    """The entity with its texts as long as they are; all else is held to the schema."""
    checked = vba.read_entity(_cut_texts(entity))
    sent: Json = entity if isinstance(entity, dict) else {}
    return {name: sent[name] for name in checked}


def refusing_databases(missing: int, unknown: int) -> Modifier:
    """The modifier that refuses a missing and an unknown database with these statuses."""

    def check_database(request: Request) -> None:
        try:
            vba.check_database(request)
        except VbaError:
            absent = request.header("vbasoftware-database") is None
            status = missing if absent else unknown
            raise VbaError(status, "Which database?", (vba.CHALLENGE,) if status == 401 else ()) from None

    return in_vba(lambda parts: replace(parts, check_database=check_database))


def refusing_media_types(status: int) -> Modifier:
    """The modifier that refuses an unsupported content type of a batch with another status."""

    def check_media_type(request: Request) -> None:
        try:
            vba.check_media_type(request)
        except VbaError as refusal:
            raise VbaError(status, refusal.detail) from None

    return in_vba(lambda parts: replace(parts, check_media_type=check_media_type))


async def _access_first(parts: VbaParts, request: Request, state: State) -> Response:
    parts.check_bearer_token(request)
    parts.check_api_key(request)
    return await VbaParts().put_batch(parts, request, state)


def refusals(statuses: tuple[int, ...], media_type: str | None, body: bytes) -> Modifier:
    """The modifier that sends refusals of a batch with one of `statuses` with the same body; None: without a type."""

    def change(request: Request, _: State, response: Response) -> Response:
        if not is_batch(request) or response.status not in statuses:
            return response
        bare = response.without_header("Content-Type").with_body(body)
        return bare if media_type is None else bare.with_header("Content-Type", media_type)

    return answering(change)


def _as_problem(request: Request, _: State, response: Response) -> Response:
    """The problem alone, without the envelope (RFC 9457), as newer frameworks send it."""
    if not is_batch(request) or response.status < 400:
        return response

    def problem(_: Request, __: Response, envelope: Json) -> Json:
        error: Json = envelope["error"]
        return {
            **error,
            "instance": None,
            "traceId": envelope["debug"]["activityID"],
            "errors": {"$": [error["detail"]]},
        }

    changed = edited(request, response, problem)
    if changed is response:
        return response
    return changed.with_header("Content-Type", "application/problem+json; charset=utf-8")


def editing_envelopes(change: Callable[[Request, Json], Json]) -> Modifier:
    """The modifier that changes the envelope of every answer to a batch."""
    return editing(lambda request, _, document: change(request, document) if is_batch(request) else document)


def _without_null_error(_: Request, envelope: Json) -> Json:
    return {name: value for name, value in envelope.items() if name != "error" or value is not None}


def _no_list_for_none(_: Request, envelope: Json) -> Json:
    return envelope | {"data": envelope["data"] or None}


BATCH_EXTRAS: Json = {"links": [], "note": None, "culture": {"name": "en-US", "calendar": "Gregorian"}}
"""Fields that no document has, and that never change."""


def _extra_fields(_: Request, envelope: Json) -> Json:
    extended: Json = with_extras(envelope, BATCH_EXTRAS)
    return extended


def _changing_fields(parts: Parts) -> Parts:
    numbers = count(1)

    def change(_: Request, envelope: Json) -> Json:
        number = next(numbers)
        moment = {"requestId": f"r-{number:08d}", "serverTime": datetime.now(UTC).isoformat(), "version": number}
        results = None if envelope["data"] is None else [result | moment for result in envelope["data"]]
        error = None if envelope["error"] is None else envelope["error"] | moment
        return {"data": results, "error": error, "debug": envelope["debug"] | moment} | moment

    return editing_envelopes(change)(parts)


def ids(change: Callable[[Any], list[Json]]) -> Modifier:
    """The modifier that writes the id of each result otherwise, given the event_ID."""

    def render_result(outcome: Outcome) -> Json:
        return vba.render_result(outcome) | {"id": change(outcome.event_id)}

    return in_vba(lambda parts: replace(parts, render_result=render_result))


def _text_id(event_id: int | None) -> list[Json]:
    return [{"key": "event_ID", "value": None if event_id is None else str(event_id)}]


def _composite_id(event_id: int | None) -> list[Json]:
    return [
        {"key": "database", "value": "reference"},
        {"key": "event_ID", "value": event_id},
        {"key": "partition", "value": None},
        {"key": None, "value": None},
    ]


def _numbered_activities(parts: VbaParts) -> VbaParts:
    numbers = count(1)
    return replace(parts, debug=lambda: {"activityID": f"|7f.{next(numbers):X}. (web/3)"})


def _both_spellings() -> Json:
    debug = vba.debug()
    return debug | {"activityId": debug["activityID"]}


def _long_reason(entity: object, reason: str) -> Outcome:
    refused = vba.refuse_entity(entity, reason)
    sentences = f"Fehler: das Ereignis wurde nicht übernommen.\r\n\t{reason}\n" + "Bitte prüfen. " * 40
    return replace(refused, body=sentences)


def _no_reason(entity: object, reason: str) -> Outcome:
    return replace(vba.refuse_entity(entity, reason), body="")


def _without_mark(request: Request) -> Request:
    unmarked = replace(request, body=request.body.removeprefix(BYTE_ORDER_MARK))
    return unmarked if is_batch(request) else request


def _other_server(state: State) -> Headers:
    return (*vba.headers(state), ("Server", "Kestrel"), ("X-Powered-By", "ASP.NET"), ("Request-Context", "appId="))


NO_ERROR_FIELD = editing_envelopes(_without_null_error)
NULL_FOR_EMPTY = editing_envelopes(_no_list_for_none)
EXTRA_FIELDS = editing_envelopes(_extra_fields)
COMPOSITE_IDS = ids(_composite_id)
TEXT_IDS = ids(_text_id)
NUMBERED_ACTIVITIES = in_vba(_numbered_activities)
PROBLEMS = answering(_as_problem)
UNKNOWN_FIELDS_REFUSED = reading(_refuse_unknown_fields)
SURROGATES_REFUSED = reading(_refuse_surrogates)
CUT_TEXTS = reading(_cut_texts)
OTHER_SERVER = in_vba(lambda parts: replace(parts, headers=_other_server))
AT_MOST_200 = in_vba(lambda parts: replace(parts, parse=_parse_at_most))
FROM_THE_END = in_vba(lambda parts: replace(parts, apply=_from_the_end))
KNOWN_BEFORE = in_vba(lambda parts: replace(parts, apply=_known_before))
ACCESS_FIRST = in_vba(lambda parts: replace(parts, put_batch=_access_first))
EMPTY_401 = refusals((401,), None, b"")
HTML_REFUSALS = refusals(
    (400, 401, 403, 404, 405, 413, 415, 422), "text/html", b"<!DOCTYPE html>\n<title>Error</title>\n<h1>Error</h1>\n"
)

_BAD = ("BATCH-7", "BATCH-8")
_WHOLE = "What one bad entity does to the batch is not published: a whole refusal and errors in a 207 both conform."
_BODY = "No document says what the body of 400 and 401 is."
_NULLS = "The document allows null and says nothing of an empty list."
_ID = "The document has a list of key/value pairs of any value, and no name for the keys."
_ACTIVITY = "The document says that it is a text, no more."
_LENGTHS = "The document names no length; those of the portal bind no server to a refusal."
_REPEATED = "How a repeated id is reported is not published, but that each gets its result."
_HEADER = "The document requires the header and names no status."
_FIELDS = "No document closes its objects, and real servers add fields."

BATCH = (
    Variant("bad-entity-refuses-batch-400", (*_BAD, "BATCH-17"), _WHOLE, refusing_batches(400)),
    Variant("bad-entity-refuses-batch-422", (*_BAD, "BATCH-17"), _WHOLE, refusing_batches(422)),
    Variant("bad-entity-refuses-batch-409", _BAD, _WHOLE, refusing_batches(409)),
    Variant("bad-entity-status-422", ("BATCH-7", "BATCH-9"), _WHOLE, refusing_entities(422)),
    Variant(
        "bad-entity-status-500",
        ("BATCH-7", "BATCH-9", "HTTP-1", "BATCH-16"),
        "The document itself has 500 among the statuses of a result.",
        refusing_entities(500),
    ),
    Variant("bad-entity-fails-the-others-424", ("BATCH-3", "BATCH-5", *_BAD), _WHOLE, all_or_nothing(424)),
    Variant("bad-entity-fails-the-others-400", ("BATCH-3", "BATCH-5", *_BAD), _WHOLE, all_or_nothing(400)),
    Variant(
        "long-german-reasons",
        ("BATCH-9", "BATCH-7"),
        "The message of an error is any text.",
        in_vba(lambda parts: replace(parts, refuse_entity=_long_reason)),
    ),
    Variant(
        "empty-reasons",
        ("BATCH-9", "BATCH-7"),
        "The message of an error is any text, an empty one too.",
        in_vba(lambda parts: replace(parts, refuse_entity=_no_reason)),
    ),
    Variant("no-error-field-when-nothing-failed", ("BATCH-1", "BATCH-17"), "`error` is not required.", NO_ERROR_FIELD),
    Variant("null-for-an-empty-batch", ("BATCH-12", "BATCH-1", "BATCH-2"), _NULLS, NULL_FOR_EMPTY),
    Variant("extra-fields-at-every-level-of-batches", ("BATCH-1", "BATCH-9", "BATCH-10"), _FIELDS, EXTRA_FIELDS),
    Variant("changing-fields-at-every-level-of-batches", ("BATCH-1", "BATCH-4"), _FIELDS, _changing_fields),
    Variant("composite-ids", ("BATCH-2", "BATCH-9"), _ID, COMPOSITE_IDS),
    Variant("id-values-as-texts", ("BATCH-2",), _ID, TEXT_IDS),
    Variant(
        "id-values-with-a-fraction-of-zero",
        ("BATCH-2",),
        "The value is of any type, and 5.0 is the number 5.",
        ids(lambda event_id: [{"key": "event_ID", "value": None if event_id is None else float(event_id)}]),
    ),
    Variant(
        "id-key-in-capitals",
        ("BATCH-2", "BATCH-9"),
        _ID,
        ids(lambda event_id: [{"key": "Event_ID", "value": event_id}]),
    ),
    Variant(
        "id-key-null",
        ("BATCH-2", "BATCH-9"),
        "The document allows null for the key.",
        ids(lambda event_id: [{"key": None, "value": event_id}]),
    ),
    Variant("activities-are-no-uuids", ("BATCH-10", "BATCH-15"), _ACTIVITY, NUMBERED_ACTIVITIES),
    Variant(
        "activity-in-both-spellings",
        ("BATCH-10", "BATCH-15"),
        "The portal's prose spells it otherwise than the document; a server may send both.",
        in_vba(lambda parts: replace(parts, debug=_both_spellings)),
    ),
    Variant("at-most-200-events", ("BATCH-12", "BATCH-6"), "The limit of a batch is not published.", AT_MOST_200),
    Variant(
        "unknown-fields-refused-by-vba",
        ("BATCH-6", "BATCH-7"),
        "Other fields are not documented.",
        all_of(refusing_batches(400), UNKNOWN_FIELDS_REFUSED),
    ),
    Variant(
        "lone-surrogates-refused-by-vba",
        ("BATCH-6", "BATCH-8"),
        "What a surrogate without its partner means is unpredictable (RFC 8259, 8.2).",
        SURROGATES_REFUSED,
    ),
    Variant(
        "ids-of-others-refused",
        ("BATCH-3", "BATCH-7"),
        "The suite may write the ids that it was given, and no others.",
        reading(_refuse_other_ids),
    ),
    Variant("long-texts-cut", ("BATCH-7", "BATCH-6"), _LENGTHS, CUT_TEXTS),
    Variant(
        "long-texts-taken",
        ("BATCH-7", "BATCH-6"),
        _LENGTHS,
        in_vba(lambda parts: replace(parts, read_entity=_any_length)),
    ),
    Variant("repeated-new-ids-all-created", ("BATCH-14", "BATCH-3", "BATCH-19"), _REPEATED, KNOWN_BEFORE),
    Variant("batch-applied-from-its-end", ("BATCH-14", "BATCH-13", "BATCH-3"), _REPEATED, FROM_THE_END),
    Variant("database-404", ("BATCH-AUTH-3", "BATCH-AUTH-4"), _HEADER, refusing_databases(400, 404)),
    Variant("database-403", ("BATCH-AUTH-3", "BATCH-AUTH-4"), _HEADER, refusing_databases(422, 403)),
    Variant("database-401", ("BATCH-AUTH-3", "BATCH-AUTH-4"), _HEADER, refusing_databases(401, 401)),
    Variant(
        "content-type-of-batches-refused-with-400",
        ("BATCH-11",),
        "No document says how another content type is refused.",
        refusing_media_types(400),
    ),
    Variant(
        "byte-order-mark-taken-by-vba",
        ("BATCH-11",),
        "A reader may pass over a byte order mark (RFC 8259, 8.1).",
        asking(_without_mark),
    ),
    Variant(
        "batch-access-before-method",
        ("HTTP-2", "HTTP-3", "BATCH-AUTH-1", "BATCH-AUTH-2"),
        "No document says which of two faults in one request is named.",
        ACCESS_FIRST,
    ),
    Variant("batch-401-empty", ("BATCH-AUTH-1", "BATCH-AUTH-2"), _BODY, EMPTY_401),
    Variant(
        "batch-401-in-words",
        ("BATCH-AUTH-1", "BATCH-AUTH-2", "BATCH-1"),
        _BODY,
        refusals((401,), "text/plain", b"Who are you?\n"),
    ),
    Variant(
        "batch-401-of-a-gateway",
        ("BATCH-AUTH-1", "BATCH-AUTH-2", "BATCH-17"),
        _BODY,
        refusals((401,), "application/json", render_json({"message": "Unauthorized", "error": None})),
    ),
    Variant(
        "batch-refusals-in-html",
        ("BATCH-7", "BATCH-11", "BATCH-AUTH-3", "BATCH-17"),
        _BODY,
        all_of(refusing_batches(400), HTML_REFUSALS),
    ),
    Variant(
        "batch-refusals-as-problems",
        ("BATCH-7", "BATCH-11", "BATCH-AUTH-3", "BATCH-17"),
        _BODY,
        all_of(refusing_batches(400), PROBLEMS),
    ),
    Variant("batches-of-another-server", ("ARENA-HEADER-4",), "Only Arena's documents name a Server.", OTHER_SERVER),
)
