"""The rules of VBA's batch operation, each a plain function; parts.py puts them together.

Source: "VBA, Create or Update Batch Event"; what it leaves open follows the vendor's developer portal. Every rule that
refuses the whole request raises VbaError.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from email.utils import format_datetime
from http import HTTPStatus
from typing import Literal
from urllib.parse import unquote
from uuid import uuid4

from tests.reference.data import API_KEY, BEARER_TOKEN, DATABASE, Json
from tests.reference.message import (
    MAX_BODY,
    Headers,
    NotJsonError,
    Request,
    Response,
    json_response,
    negotiate,
    parse_json,
)
from tests.reference.state import State

PATH = "/events-batch"
MEDIA_TYPES = ("text/plain", "application/json", "text/json")
CHALLENGE = ("WWW-Authenticate", "Bearer")
INT32 = (-(2**31), 2**31 - 1)


@dataclass(eq=False)
class VbaError(Exception):
    """A refusal of the whole request: the HTTP status, why, and headers of its own."""

    status: int
    detail: str
    headers: Headers = ()


@dataclass(eq=False)
class EntityError(Exception):
    """A refusal of one entity, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one entity: its event_ID (None if it has none), an HTTP status and a message."""

    event_id: int | None
    status: int
    body: str


def matches(path: str) -> bool:
    """Whether `path` is the operation's."""
    return path.startswith("/") and unquote(path[1:]) == PATH[1:]


def check_method(request: Request) -> None:
    """Raises 405, with PUT in Allow, for any other method (HTTP-2, HTTP-3)."""
    if request.method != "PUT":
        raise VbaError(405, "The endpoint takes PUT only.", (("Allow", "PUT"),))


def check_api_key(request: Request) -> None:
    """Raises 401 without the API key or with an unknown one (BATCH-AUTH-1)."""
    if request.header("x-api-key") != API_KEY:
        raise VbaError(401, "The API key is missing or not valid.", (CHALLENGE,))


def check_bearer_token(request: Request) -> None:
    """Raises 401 without the bearer token, with an unknown one or under another scheme (BATCH-AUTH-2)."""
    scheme, _, token = (request.header("Authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or token.strip(" ") != BEARER_TOKEN:
        raise VbaError(401, "The bearer token is missing or not valid.", (CHALLENGE,))


def check_database(request: Request) -> None:
    """Raises 400 without the database's name or with an unknown one (BATCH-AUTH-3, BATCH-AUTH-4)."""
    if request.header("vbasoftware-database") != DATABASE:
        raise VbaError(400, "The header vbasoftware-database is missing or names no database.")


def check_user_agent(request: Request) -> None:
    """Raises 403 without a User-Agent."""
    if not request.header("User-Agent"):
        raise VbaError(403, "The header User-Agent is missing.")


def check_media_type(request: Request) -> None:
    """Raises 415 for a body that is not said to be JSON."""
    if not re.fullmatch(r"(application|text)/json|application/[^/\s]+\+json", request.media_type):
        raise VbaError(415, "The content type must be application/json, text/json or application/*+json.")


def parse(request: Request) -> list[object]:
    """The batch's entities. Raises 400 for a body that is not JSON or no array (BATCH-11), 413 if it is too long."""
    if len(request.body) > MAX_BODY:
        raise VbaError(413, "The request is too large.")
    try:
        document = parse_json(request.body)
    except NotJsonError:
        raise VbaError(400, "The body is not valid JSON.") from None
    if not isinstance(document, list):
        raise VbaError(400, "The body must be an array of events.")
    return document


@dataclass(frozen=True, slots=True)
class Field:
    """What a field of an entity takes. `max_length` counts characters (code points)."""

    kind: Literal["integer", "number", "boolean", "text", "date-time"]
    required: bool = False
    nullable: bool = False
    max_length: int | None = None


def _text(max_length: int) -> Field:
    return Field("text", nullable=True, max_length=max_length)


_REQUIRED_FLAG = Field("boolean", required=True)
_INTEGER = Field("integer", nullable=True)
_DATE_TIME = Field("date-time", nullable=True)
_DATE_TIME_NOT_NULL = Field("date-time")

FIELDS = {
    "event_ID": Field("integer", required=True),
    "claim_Audit_Event": _REQUIRED_FLAG,
    "completion_Date": _DATE_TIME,
    "completion_Percent": Field("number", nullable=True),
    "due_Date": _DATE_TIME,
    "end_Date": _DATE_TIME,
    "entry_Date": _DATE_TIME_NOT_NULL,
    "entry_User": _text(20),
    "event_Processor": _text(64),
    "event_Type": _text(32),
    "meta_Data": _text(512),
    "next_Scheduled_Date": _DATE_TIME,
    "next_Scheduled_Time": _DATE_TIME,
    "priority": _text(32),
    "process_Automation_Event": _REQUIRED_FLAG,
    "reminder": _REQUIRED_FLAG,
    "reminder_Event_ID": _INTEGER,
    "reportSeries_Key": _INTEGER,
    "start_Date": _DATE_TIME,
    "status": _text(32),
    "subject": _text(256),
    "update_Date": _DATE_TIME_NOT_NULL,
    "update_User": _text(20),
    "userGroup_Key": _INTEGER,
    "user_ID": _text(16),
}


def read_entity(entity: object) -> Json:
    """The documented fields of `entity`. Raises EntityError for the first that breaks the schema (BATCH-7)."""
    if not isinstance(entity, dict):
        raise EntityError("The event must be an object.")
    for name, field in FIELDS.items():
        if name in entity:
            problem = _problem(field, entity[name])
            if problem is not None:
                raise EntityError(f"{name} {problem}.")
        elif field.required:
            raise EntityError(f"{name} is required.")
    return {name: entity[name] for name in FIELDS if name in entity}


def _problem(field: Field, value: object) -> str | None:
    if value is None:
        return None if field.nullable else "must not be null"
    match field.kind:
        case "boolean":
            return None if isinstance(value, bool) else "must be a boolean"
        case "integer":
            return None if as_int32(value) is not None else "must be an integer of 32 bits"
        case "number":
            return None if isinstance(value, int | float) and not isinstance(value, bool) else "must be a number"
        case "date-time":
            return None if isinstance(value, str) and is_date_time(value) else "must be a date-time"
        case "text":
            if not isinstance(value, str):
                return "must be a text"
            too_long = field.max_length is not None and len(value) > field.max_length
            return f"must have at most {field.max_length} characters" if too_long else None


def as_int32(value: object) -> int | None:
    """The integer that a JSON value is, if 32 bits hold it, else None: 5.0 is the integer 5, true is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if INT32[0] <= value <= INT32[1] and value == int(value) else None


_DATE_TIME_FORM = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)


def is_date_time(text: str) -> bool:
    """Whether `text` is an RFC 3339 date-time: a day of the calendar, a second 60 only where UTC has one (BATCH-16)."""
    form = _DATE_TIME_FORM.fullmatch(text)
    if form is None:
        return False
    year, month, day, hour, minute, second = (int(part) for part in form.groups()[:6])
    sign, offset_hour, offset_minute = form[7] or "+", int(form[8] or 0), int(form[9] or 0)
    if not (1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]):
        return False
    if hour > 23 or minute > 59 or second > 60 or offset_hour > 23 or offset_minute > 59:
        return False
    offset = (offset_hour * 60 + offset_minute) * (1 if sign == "+" else -1)
    return second < 60 or (hour * 60 + minute - offset) % (24 * 60) == 23 * 60 + 59


def upsert(state: State, entity: Json) -> Outcome:
    """Create the entity, or update it if its event_ID exists (BATCH-3, BATCH-4, BATCH-19)."""
    event_id = int(entity["event_ID"])
    known = state.entities.get(event_id)
    state.entities[event_id] = entity if known is None else known | entity
    return Outcome(event_id, 201, "Created") if known is None else Outcome(event_id, 200, "Updated")


def refuse_entity(entity: object, reason: str) -> Outcome:
    """The outcome of an entity that breaks the schema; it names the integer that was sent as event_ID, if any."""
    event_id = entity.get("event_ID") if isinstance(entity, dict) else None
    sent_integer = isinstance(event_id, int) and not isinstance(event_id, bool)
    return Outcome(event_id if sent_integer else as_int32(event_id), 400, reason)


def render_result(outcome: Outcome) -> Json:
    """One result of the answer (BATCH-2, BATCH-9)."""
    return {
        "id": [{"key": "event_ID", "value": outcome.event_id}],
        "status": outcome.status,
        "body": outcome.body,
    }


def debug() -> Json:
    """The part of the envelope that names the request (BATCH-10, BATCH-15)."""
    return {"activityID": str(uuid4())}


def problem(refusal: VbaError) -> Json:
    """The part of the envelope that says why the whole request is refused (BATCH-17)."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "detail": refusal.detail,
        "instance": PATH,
    }


def response_media_type(request: Request) -> str:
    """One of the documented media types, by Accept (BATCH-1)."""
    return negotiate(request.header("Accept"), MEDIA_TYPES)


def render(media_type: str, status: int, envelope: Json) -> Response:
    """The answer, as JSON whichever media type it has (BATCH-1)."""
    return json_response(status, envelope, f"{media_type}; charset=utf-8")


def headers(state: State) -> Headers:
    """The headers of every answer, beside those of its body."""
    return (("Date", format_datetime(state.now(), usegmt=True)),)
