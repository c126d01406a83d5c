"""Faults that the suite once missed: their authors had not seen its checks. Each guards what was mended for it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NoReturn

from tests.reference import arena
from tests.reference.arena import ArenaError, Call, Operation, User
from tests.reference.data import ADMIN_SESSION, Json
from tests.reference.faults.edits import (
    Apply,
    answered,
    applying_batch,
    changing_guid_check,
    edit,
    edit_body,
    edit_header,
    editing_refusal,
    flag_in,
    is_arena,
    is_batch,
    is_done,
    is_event,
    is_json,
    reading_flag,
    refused,
    remembering,
    writing_early,
)
from tests.reference.faults.fault import Fault
from tests.reference.message import NotJsonError, Request, Response, parse_json
from tests.reference.parts import ArenaParts, Handler, Modifier, VbaParts, around, in_arena, in_vba
from tests.reference.state import State
from tests.reference.vba import EntityError, Outcome, VbaError, as_int32

_TEXT = rb'"(?:[^"\\]++|\\.)*+"'
_EXPONENT = re.compile(_TEXT + rb"|(-?[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]+)", re.DOTALL)
_LENIENCE = re.compile(_TEXT + rb"|(/\*.*?\*/|//[^\n]*|,(?=\s*[\]}]))", re.DOTALL)
_PORTION = 20
"""Entities that are written in one transaction."""
_RACE_SECONDS = 0.02
_WEST = timedelta(hours=8)


def _changes_nothing(call: Call) -> bool:
    """Whether a request asks for the value that its object has."""
    record = arena.records(call).get(call.guids)
    flag = flag_in(call.operation, call.request.body)
    return call.request.method == "PUT" and record is not None and record[call.operation.flag] is flag


def _before_login(parts: ArenaParts) -> ArenaParts:
    async def reconcile(rules: ArenaParts, call: Call) -> Response:
        if call.request.header("arena_session_id") and _changes_nothing(call):
            rules = replace(rules, authenticate=lambda _request: arena.SESSIONS[ADMIN_SESSION])
        return await parts.reconcile(rules, call)

    return replace(parts, reconcile=reconcile)


def _parsing(rule: Callable[[Request, Callable[[Request], object]], object]) -> Modifier:
    """Read the body of Arena's requests by `rule`, which is given the right rule too."""
    return in_arena(lambda parts: replace(parts, parse=lambda request: rule(request, parts.parse)))


def _blank_is_null(request: Request, right: Callable[[Request], object]) -> object:
    return None if request.body and not request.body.strip() else right(request)


def _with_raw_line_breaks(request: Request, right: Callable[[Request], object]) -> object:
    try:
        return right(request)
    except ArenaError:
        try:
            return json.loads(request.body.decode(), strict=False, parse_constant=_refuse)
        except (ValueError, RecursionError):
            pass
        raise


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _abbreviated(refusal: ArenaError) -> ArenaError:
    message = re.sub(r'"(.{29}).{4,}"', r'"\1..."', refusal.message, flags=re.DOTALL)
    return ArenaError(refusal.status, refusal.code, message)


def _remembered_as_missing() -> Modifier:
    missing: set[tuple[str, ...]] = set()

    def rule(call: Call, right: Callable[[Call], None]) -> None:
        beginnings = [(call.operation.flag, *call.guids[:length]) for length in range(1, len(call.guids) + 1)]
        if not missing.isdisjoint(beginnings):
            raise ArenaError(404, 404, "Not found.")
        try:
            right(call)
        except ArenaError as refusal:
            missing.update(guids for guids in beginnings if f'"{guids[-1]}"' in refusal.message)
            raise

    return changing_guid_check(rule)


def _decoded_again(_operation: Operation, document: object) -> object:
    if not isinstance(document, str):
        return document
    try:
        return parse_json(document.encode("utf-8", "replace"))
    except NotJsonError:
        return document


def _forms_too(parts: ArenaParts) -> ArenaParts:
    def check(request: Request) -> None:
        if request.media_type != "application/x-www-form-urlencoded":
            parts.check_media_type(request)

    return replace(parts, check_media_type=check)


def _length_in_characters(response: Response) -> Response:
    return response.with_header("Content-Length", str(len(response.body.decode())))


def _day_before(date: str) -> str:
    days = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
    return days[parsedate_to_datetime(date).weekday()] + date[3:]


def _is_no_json_of_the_administrator(request: Request) -> bool:
    granted = request.header("arena_session_id") == ADMIN_SESSION and request.media_type == "application/json"
    return is_event(request) and granted and not is_json(request.body)


def _flag_of_the_first_value(operation: Operation, body: bytes) -> bool | None:
    try:
        document, _ = json.JSONDecoder().raw_decode(body.decode().lstrip())
    except (ValueError, RecursionError):
        return None
    return flag_in(operation, json.dumps(document).encode())


def _read_in_another_zone(parts: ArenaParts) -> ArenaParts:
    async def apply(rules: ArenaParts, call: Call, flag: bool, user: User) -> Json:
        before = arena.records(call)[call.guids]
        record = await parts.apply(rules, call, flag, user)
        if not flag or not before.get("reconciled"):
            return record
        time = datetime.fromisoformat(record["reconciledDatetime"]) - _WEST
        return record | {"reconciledDatetime": time.strftime("%Y-%m-%dT%H:%M:%SZ")}

    return replace(parts, apply=apply)


def _replayed() -> Modifier:
    answers: dict[tuple[bytes, str | None], Response] = {}

    async def middleware(request: Request, state: State, handler: Handler) -> Response:
        response = await handler(request, state)
        if not (is_batch(request) and response.status == 207):
            return response
        return answers.setdefault((hashlib.sha256(request.body).digest(), request.header("Accept")), response)

    return around(middleware)


def _without_exponents(parts: VbaParts) -> VbaParts:
    def parse(request: Request) -> list[object]:
        if is_json(request.body) and any(found[1] for found in _EXPONENT.finditer(request.body)):
            raise VbaError(400, "The JSON value could not be converted to a decimal.")
        return parts.parse(request)

    return replace(parts, parse=parse)


def _applied_before_its_media_type_is_looked_at(parts: VbaParts) -> VbaParts:
    async def put_batch(rules: VbaParts, request: Request, state: State) -> Response:
        try:
            return await parts.put_batch(rules, request, state)
        except VbaError as refusal:
            if refusal.status == 415:
                await rules.apply(rules, state, rules.parse(request))
            raise

    return replace(parts, put_batch=put_batch)


async def _in_portions(parts: VbaParts, state: State, entities: list[object], _apply: Apply) -> list[Outcome]:
    outcomes = []
    for start in range(0, len(entities), _PORTION):
        try:
            read = [parts.read_entity(entity) for entity in entities[start : start + _PORTION]]
        except EntityError as refusal:
            raise VbaError(400, refusal.reason) from None
        outcomes += [parts.upsert(state, entity) for entity in read]
    return outcomes


async def _key_first(_parts: VbaParts, state: State, entities: list[object], apply: Apply) -> list[Outcome]:
    outcomes = await apply(entities)
    for entity, outcome in zip(entities, outcomes, strict=True):
        id = as_int32(entity.get("event_ID")) if isinstance(entity, dict) else None
        if id is not None and not is_done(outcome) and isinstance(entity, dict) and None in entity.values():
            state.entities.setdefault(id, {"event_ID": id})
    return outcomes


def _leniently(body: bytes) -> bytes:
    if is_json(body):
        return body
    cleaned = _LENIENCE.sub(lambda found: b"" if found[1] else found[0], body)
    return cleaned if is_json(cleaned) else body


async def _lost_race(_parts: VbaParts, state: State, entities: list[object], apply: Apply) -> list[Outcome]:
    known = set(state.entities)
    await asyncio.sleep(_RACE_SECONDS)
    made_meanwhile = set(state.entities) - known
    return [
        replace(outcome, status=409) if is_done(outcome) and outcome.event_id in made_meanwhile else outcome
        for outcome in await apply(entities)
    ]


FAULTS: tuple[Fault, ...] = (
    Fault(
        "update-that-changes-nothing-needs-no-session",
        "ARENA-AUTH-2",
        "A shortcut for requests that change nothing stands in front of the filter that looks up the session.",
        in_arena(_before_login),
    ),
    Fault(
        "blank-body-is-null",
        "ARENA-ERROR-2",
        "The mapper gives null for a body without a token, and only a body of length 0 is looked at before.",
        _parsing(_blank_is_null),
    ),
    Fault(
        "raw-line-breaks-are-accepted",
        "ARENA-ERROR-2",
        "Control characters in texts were allowed for an old client that pastes comments.",
        _parsing(_with_raw_line_breaks),
    ),
    Fault(
        "long-guid-is-quoted-abbreviated",
        "ARENA-ERROR-3",
        "Values are cut to 32 characters before they go into a message, to keep the lines of the log short.",
        editing_refusal(3011, _abbreviated),
    ),
    Fault(
        "unknown-guid-answers-404-from-the-second-time",
        "ARENA-ERROR-3",
        "A cache of what is missing stands before the lookup, and a hit in it is answered as a plain not-found.",
        remembering(_remembered_as_missing),
    ),
    Fault(
        "json-within-a-text-is-taken",
        "ARENA-ERROR-4",
        "A client encodes its bodies twice, and the server was made to decode them twice.",
        reading_flag(_decoded_again),
    ),
    Fault(
        "form-is-taken-as-json",
        "ARENA-ERROR-7",
        "What curl sends by default was let through for the sake of customers' scripts.",
        in_arena(_forms_too),
    ),
    Fault(
        "content-length-of-a-refusal-counts-characters",
        "ARENA-HEADER-2",
        "The filter that writes errors takes the length of the text before it is encoded.",
        edit(refused(is_arena, 400), _length_in_characters),
    ),
    Fault(
        "date-names-another-weekday",
        "ARENA-HEADER-3",
        "The formatter was written by hand: its days begin with Sunday, the calendar's numbers with Monday.",
        edit_header(answered(is_arena), "Date", _day_before),
    ),
    Fault(
        "event-is-written-before-the-text-behind-its-body-is-seen",
        "EVENT-8",
        "The body is bound as it streams in, and the text behind it is found only when the stream is closed.",
        writing_early(_is_no_json_of_the_administrator, _flag_of_the_first_value),
    ),
    Fault(
        "mark-time-is-read-in-another-zone",
        "QUALITY-9",
        "The column has no zone: the time is written as UTC, read back as that of the west coast, and ends with a Z.",
        in_arena(_read_in_another_zone),
    ),
    Fault(
        "answer-to-equal-bytes-is-replayed",
        "BATCH-4",
        "A gateway that protects from retries replays the stored answer wherever it knows the body's hash.",
        remembering(_replayed),
    ),
    Fault(
        "exponents-are-refused",
        "BATCH-6",
        "Numbers are parsed as decimals without the style that allows an exponent.",
        in_vba(_without_exponents),
    ),
    Fault(
        "batch-is-applied-before-its-media-type-is-looked-at",
        "BATCH-8",
        "The media type is checked by a filter that runs after the handler.",
        in_vba(_applied_before_its_media_type_is_looked_at),
    ),
    Fault(
        "refused-batch-is-applied-in-portions",
        "BATCH-8",
        "Each portion of 20 is a transaction of its own, and a failure rolls back no more than its portion.",
        applying_batch(_in_portions),
    ),
    Fault(
        "entity-with-a-null-flag-leaves-its-key",
        "BATCH-8",
        "The row is inserted with its key first, and the update that brings the flags fails on NOT NULL.",
        applying_batch(_key_first),
    ),
    Fault(
        "comments-and-last-commas-in-a-batch-are-accepted",
        "BATCH-11",
        "The JSON library is lenient by default.",
        edit_body(is_batch, _leniently),
    ),
    Fault(
        "concurrent-batches-conflict",
        "BATCH-18",
        "Existence is read before the write, and the loser of the race meets the primary key.",
        applying_batch(_lost_race),
        chance=True,
    ),
)
