"""Variants in what Arena answers: the quota's header fields and the objects."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from itertools import count
from typing import Any

from tests.reference import arena
from tests.reference.arena import Call, User
from tests.reference.data import JOSE, Json
from tests.reference.message import Headers, Request, Response
from tests.reference.parts import ArenaParts, Modifier, Parts, in_arena
from tests.reference.state import State
from tests.reference.variants.model import Variant
from tests.reference.variants.tools import answering, editing, is_batch, with_extras

WINDOW_SECONDS = 3
SLIDING_HOURS = 24
RESET = "X-Arena-Next-Request-Limit-Reset"
REMAINING = "X-Arena-Requests-Remaining"
NODE = "https://arena.example"


def resets(write: Callable[[datetime], str]) -> Modifier:
    """The modifier that writes the time of the next reset in its own form."""

    def headers(state: State) -> Headers:
        kept = tuple(pair for pair in arena.headers(state) if pair[0] != RESET)
        return (*kept, (RESET, write(state.reset_at)))

    return in_arena(lambda parts: replace(parts, headers=headers))


def vendor_form(hours: int, zone: str) -> Callable[[datetime], str]:
    """The writer of Arena's own form of a date, in a zone so many hours from UTC."""

    def write(time: datetime) -> str:
        local = time.astimezone(timezone(timedelta(hours=hours)))
        day, number, month, year, clock, offset = format_datetime(local).split()
        return f"{day} {number}-{month}-{year} {clock} GMT{offset} ({zone})"

    return write


def _spend_and_slide(state: State) -> None:
    arena.spend(state)
    state.reset_at = state.now() + timedelta(hours=SLIDING_HOURS)


def _spend_in_short_windows(state: State) -> None:
    seconds = (int(state.now().timestamp()) // WINDOW_SECONDS + 1) * WINDOW_SECONDS
    reset = datetime.fromtimestamp(seconds, UTC)
    if state.reset_at != reset:
        state.remaining, state.reset_at = state.quota, reset
    arena.spend(state)


def _spend_more(state: State) -> None:
    arena.spend(state)
    state.remaining = max(0, state.remaining - 6)


def _remaining_in_tens(state: State) -> Headers:
    shown = str(state.remaining // 10 * 10)
    return tuple((name, shown if name == REMAINING else value) for name, value in arena.headers(state))


def _quota_on_documented_statuses(request: Request, _: State, response: Response) -> Response:
    if is_batch(request) or response.status in (200, 400):
        return response
    return response.without_header(RESET).without_header(REMAINING)


def date_times(ending: str) -> Modifier:
    """The modifier that writes the end of the date-times in Arena's objects otherwise: `ending` in place of Z."""

    def change(value: Any) -> Any:
        if isinstance(value, list):
            return [change(item) for item in value]
        if isinstance(value, dict):
            return {
                name: item[:-1] + ending
                if name.lower().endswith("datetime") and isinstance(item, str) and item.endswith("Z")
                else change(item)
                for name, item in value.items()
            }
        return value

    return editing(lambda request, _, document: document if is_batch(request) else change(document))


def rewriting_records(event: Callable[[Json], Json], process: Callable[[Json], Json]) -> Modifier:
    """The modifier that starts with other objects: each is rewritten when it is first asked for."""

    def change(parts: ArenaParts) -> ArenaParts:
        seen: set[tuple[str, ...]] = set()

        def load(call: Call) -> Json:
            key = (call.operation.flag, *call.guids)
            if key not in seen:
                seen.add(key)
                rewrite = event if call.operation is arena.RECONCILE_EVENT else process
                arena.store(call, rewrite(arena.load(call)))
            return arena.load(call)

        return replace(parts, load=load)

    return in_arena(change)


def _same(record: Json) -> Json:
    return record


def _as_revisioning(event: Json) -> Json:
    kept = {name: value for name, value in event.items() if name != "change"}
    number = re.sub(r"\D", "", event.get("change", {}).get("number", "7"))
    revisioning = {
        "guid": "BI2L4H2TGJ25" + event["guid"][-8:],
        "number": f"REV-{number}",
        "performedOnDateTime": event["creationDateTime"],
    }
    return {"revisioningEvent": revisioning, **kept, "eventType": "REVISIONING_EVENT"}


def _temporary(event: Json) -> Json:
    if "change" not in event:
        return event
    return {**event, "change": {**event["change"], "effectivityType": "Temporary (until superseded)"}}


def _as_edit(process: Json) -> Json:
    before = {"name": "CAPA „Süd“", "description": "Solder joints:\n\tcheck", "targetCompletionDateTime": None}
    after = {"name": "CAPA 东", "description": "", "targetCompletionDateTime": "2027-02-28T23:59:59Z"}
    return {**process, "preEvent": before, "postEvent": after}


def _as_create(process: Json) -> Json:
    return {**process, "preEvent": None, "postEvent": {"guid": process["guid"]}}


def _reconciled_event(event: Json) -> Json:
    return {**event, "itemsReconciled": True, "status": "RECONCILED"}


def _reconciled_process(process: Json) -> Json:
    marking = {"reconciledDatetime": "2021-09-11T01:06:50Z", "reconciledUser": JOSE}
    return {**process, "reconciled": True, **marking}


def _mark_again(process: Json, flag: bool, user: User, now: datetime) -> Json:
    return arena.update_quality_process({**process, "reconciled": not flag}, flag, user, now)


def _mark_again_precisely(process: Json, flag: bool, user: User, now: datetime) -> Json:
    marked = _mark_again(process, flag, user, now)
    return marked | {"reconciledDatetime": f"{now:%Y-%m-%dT%H:%M:%S.%fZ}"} if flag else marked


def _with_url(request: Request, response: Response, document: Json) -> Json:
    if is_batch(request) or response.status != 200:
        return document
    return document | {"url": {"api": NODE + request.path, "app": f"{NODE}/app?guid={document['guid']}"}}


ARENA_EXTRAS: Json = {
    "revisionNumber": 3,
    "externalReference": None,
    "tags": [],
    "displaySettings": {"color": "#aabbcc", "flags": [True, 0.5, None]},
}
"""Fields that no document has, and that never change."""


def _extra_fields(request: Request, response: Response, document: Json) -> Json:
    extended: Json = document if is_batch(request) else with_extras(document, ARENA_EXTRAS)
    return extended


def _answer_fields(parts: Parts) -> Parts:
    """What belongs to the answer, not to the object, stands beside the object's fields."""
    numbers = count(1)

    def change(request: Request, response: Response, document: Json) -> Json:
        if is_batch(request):
            return document
        return document | {"requestId": f"r-{next(numbers):08d}", "serverTime": datetime.now(UTC).isoformat()}

    return editing(change)(parts)


def _error_fields(parts: Parts) -> Parts:
    numbers = count(1)

    def change(request: Request, response: Response, document: Json) -> Json:
        if is_batch(request) or response.status < 400:
            return document
        number = next(numbers)
        errors = [error | {"field": None, "severity": "ERROR", "number": number} for error in document["errors"]]
        return document | {"errors": errors, "requestId": f"r-{number:08d}", "version": number}

    return editing(change)(parts)


RESET_VENDOR = resets(vendor_form(-8, "PST"))
RESET_ISO = resets(lambda time: time.strftime("%Y-%m-%dT%H:%M:%SZ"))
SLIDING_RESET = in_arena(lambda parts: replace(parts, spend=_spend_and_slide))
SHORT_WINDOWS = in_arena(lambda parts: replace(parts, spend=_spend_in_short_windows))
SPEND_MORE = in_arena(lambda parts: replace(parts, spend=_spend_more))
QUOTA_ON_DOCUMENTED_STATUSES = answering(_quota_on_documented_statuses)
MILLISECONDS = date_times(".000Z")
URL = editing(_with_url)
EXTRA_FIELDS = editing(_extra_fields)
MARK_AGAIN = in_arena(lambda parts: replace(parts, update_quality_process=_mark_again))
MARK_AGAIN_PRECISELY = in_arena(lambda parts: replace(parts, update_quality_process=_mark_again_precisely))
STARTS_RECONCILED = rewriting_records(_reconciled_event, _reconciled_process)

_RESET = ("ARENA-HEADER-6", "ARENA-HEADER-7")
_ANY_DATE = "The documents say no more than that the field is a date."
_QUOTA = "The documents do not say how the quota is counted, nor when it is filled again."
_DATE_TIMES = "The documents show one form in samples; any RFC 3339 date-time in UTC is the same moment."
_FORMS = "The attributes before and after have three forms, by the trigger's action."
_FIELDS = "No document closes its objects, and real servers add fields."

ARENA_ANSWERS = (
    Variant("reset-in-the-vendors-form", _RESET, "It is the form of Arena's own sample.", RESET_VENDOR),
    Variant(
        "reset-in-the-vendors-form-elsewhere",
        _RESET,
        "It is the form of Arena's own sample, and the zone is the server's.",
        resets(vendor_form(2, "CEST")),
    ),
    Variant("reset-in-iso-8601", _RESET, _ANY_DATE, RESET_ISO),
    Variant(
        "reset-in-iso-8601-with-offset",
        _RESET,
        _ANY_DATE,
        resets(lambda time: time.astimezone(timezone(timedelta(hours=-8))).isoformat(timespec="milliseconds")),
    ),
    Variant("reset-that-slides", _RESET, _QUOTA, SLIDING_RESET),
    Variant("reset-every-three-seconds", ("ARENA-HEADER-5", *_RESET), _QUOTA, SHORT_WINDOWS),
    Variant("quota-falls-by-seven", ("ARENA-HEADER-5", "ARENA-HEADER-7"), _QUOTA, SPEND_MORE),
    Variant(
        "quota-shown-in-tens",
        ("ARENA-HEADER-5", "ARENA-HEADER-7"),
        _QUOTA,
        in_arena(lambda parts: replace(parts, headers=_remaining_in_tens)),
    ),
    Variant(
        "quota-only-with-documented-statuses",
        ("ARENA-HEADER-5", "ARENA-HEADER-6"),
        "The documents name the statuses 200 and 400, and the quota's fields for these.",
        QUOTA_ON_DOCUMENTED_STATUSES,
    ),
    Variant("date-times-with-milliseconds", ("EVENT-1", "QUALITY-1", "QUALITY-4"), _DATE_TIMES, MILLISECONDS),
    Variant("date-times-with-an-offset", ("EVENT-1", "QUALITY-1", "QUALITY-4"), _DATE_TIMES, date_times("+00:00")),
    Variant(
        "every-event-a-revisioning-event",
        ("EVENT-1", "EVENT-6"),
        "Arena's public pages know two types of event.",
        rewriting_records(_as_revisioning, _same),
    ),
    Variant(
        "other-effectivity-type",
        ("EVENT-1", "EVENT-6"),
        "The values of effectivityType differ between Arena's pages.",
        rewriting_records(_temporary, _same),
    ),
    Variant(
        "every-quality-process-edited",
        ("QUALITY-1", "QUALITY-6"),
        _FORMS,
        rewriting_records(_same, _as_edit),
    ),
    Variant(
        "every-quality-process-created",
        ("QUALITY-1", "QUALITY-6"),
        _FORMS,
        rewriting_records(_same, _as_create),
    ),
    Variant(
        "everything-reconciled-at-the-start",
        ("EVENT-5", "EVENT-8", "QUALITY-4", "QUALITY-9"),
        "No document says which state objects are in before; a marking that is there stays another user's.",
        STARTS_RECONCILED,
    ),
    Variant(
        "marking-again-renews-the-time",
        ("QUALITY-4", "QUALITY-9", "QUALITY-7"),
        "Only the event's document says that the same value performs nothing.",
        MARK_AGAIN,
    ),
    Variant(
        "marking-again-renews-the-time-to-the-microsecond",
        ("QUALITY-7", "QUALITY-8", "QUALITY-9", "QUALITY-11"),
        "Of several markings at once, nobody knows which was the last, and so whose time stays.",
        MARK_AGAIN_PRECISELY,
    ),
    Variant("url-in-arena-objects", ("EVENT-1", "QUALITY-1"), "Newer servers add `url`.", URL),
    Variant(
        "extra-fields-at-every-level-of-arena",
        ("EVENT-1", "EVENT-6", "QUALITY-1", "QUALITY-6", "ARENA-ERROR-1", "QUALITY-5", "QUALITY-10"),
        _FIELDS,
        EXTRA_FIELDS,
    ),
    Variant(
        "changing-fields-beside-those-of-arena-objects",
        ("EVENT-5", "EVENT-7", "EVENT-8", "QUALITY-7", "QUALITY-8"),
        "What describes the answer is no part of the object, which stays unchanged.",
        _answer_fields,
    ),
    Variant("changing-fields-in-arena-errors", ("ARENA-ERROR-1", "ARENA-ERROR-5"), _FIELDS, _error_fields),
)
