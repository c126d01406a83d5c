"""The rules of Arena's two operations, each a plain function; parts.py puts them together.

Sources: "Arena, PUT Event" and "Arena, PUT Outbound-Event Event Quality Reconcile"; what they leave open follows the
vendor's public REST documentation. Every rule that refuses a request raises ArenaError.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import unquote

from tests.reference.data import ADMIN_SESSION, HEIDI, JOSE, USER_SESSION, Json
from tests.reference.message import MAX_BODY, Headers, NotJsonError, Request, Response, json_response, parse_json
from tests.reference.state import Guids, State, next_reset

QUOTA = 1_000_000
"""How many requests may be made from one reset to the next."""

METHODS = ("GET", "PUT")
NOT_JSON_MESSAGE = "The format of the request is not valid. Please check the syntax."
CHALLENGE = ("WWW-Authenticate", 'ArenaSession realm="arena"')


Update = Callable[[Json, bool, "User", datetime], Json]
"""How an object follows from the one before, the flag asked for, who asks and when."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What tells the two operations apart: the path's words (a GUID follows each), the flag, a bad flag's code."""

    words: tuple[str, ...]
    flag: str
    bad_flag_code: int


RECONCILE_EVENT = Operation(("outboundintegrations", "events"), "itemsReconciled", 4320)
RECONCILE_QUALITY_PROCESS = Operation(("outboundevents", "events", "qualityprocesses"), "reconciled", 4321)
OPERATIONS = (RECONCILE_EVENT, RECONCILE_QUALITY_PROCESS)


@dataclass(frozen=True, slots=True)
class User:
    """Who owns a session: the person as Arena shows it, and whether they administrate the integrations."""

    person: Json
    administrator: bool


SESSIONS = {ADMIN_SESSION: User(HEIDI, administrator=True), USER_SESSION: User(JOSE, administrator=False)}


@dataclass(frozen=True, slots=True)
class Call:
    """A request to one of the operations: its GUIDs are percent-decoded, in the order of the path."""

    request: Request
    state: State
    operation: Operation
    guids: Guids


@dataclass(eq=False)
class ArenaError(Exception):
    """A refusal: the HTTP status, the code and message of its one error, and headers of its own."""

    status: int
    code: int
    message: str
    headers: Headers = ()


def match(path: str) -> tuple[Operation, Guids] | None:
    """The operation that `path` names and its GUIDs, percent-decoded; None if it names none.

    A segment is split off before it is decoded, so an encoded slash is a part of its GUID.
    """
    segments = tuple(unquote(segment) for segment in path.split("/"))
    for operation in OPERATIONS:
        if segments[0] == "" and len(segments) == 1 + 2 * len(operation.words) and segments[1::2] == operation.words:
            return operation, segments[2::2]
    return None


def spend(state: State) -> None:
    """Count a request, refused ones too (ARENA-HEADER-5, ARENA-HEADER-7). Raises 429, code 4084, when none is left."""
    if state.now() >= state.reset_at:
        state.remaining, state.reset_at = state.quota, next_reset(state.now())
    if state.remaining == 0:
        raise ArenaError(429, 4084, "The limit of requests is used up until the next reset.")
    state.remaining -= 1


def not_found() -> ArenaError:
    """The refusal of a path that is no operation's."""
    return ArenaError(404, 404, "There is no such endpoint.")


def check_method(methods: tuple[str, ...], request: Request) -> None:
    """Raises 405, with the `methods` that the path takes in Allow, for any other (HTTP-2, HTTP-3)."""
    if request.method not in methods:
        raise ArenaError(405, 405, "The endpoint does not take this method.", (("Allow", ", ".join(methods)),))


def authenticate(request: Request) -> User:
    """The user of the session. Raises 401, code 401, without a session or with an unknown one (ARENA-AUTH-1, -2)."""
    user = SESSIONS.get(request.header("arena_session_id") or "")
    if user is None:
        raise ArenaError(401, 401, "The session is missing or not valid.", (CHALLENGE,))
    return user


def authorize(user: User) -> None:
    """Raises 403, code 4303, for a user who is not an integration administrator (ARENA-AUTH-3)."""
    if not user.administrator:
        raise ArenaError(403, 4303, "You do not have permission to mark this as reconciled.")


def check_media_type(request: Request) -> None:
    """Raises 415 for a body that is not said to be JSON (ARENA-ERROR-7)."""
    if request.media_type != "application/json":
        raise ArenaError(415, 415, "The content type must be application/json.")


def parse(request: Request) -> object:
    """The JSON value of the body. Raises 400, code 400, if it is none (ARENA-ERROR-2), and 413 if it is too long."""
    if len(request.body) > MAX_BODY:
        raise ArenaError(413, 413, "The request is too large.")
    try:
        return parse_json(request.body)
    except NotJsonError:
        raise ArenaError(400, 400, NOT_JSON_MESSAGE) from None


def invalid_guid(guid: str) -> ArenaError:
    """The refusal of a GUID: 400, code 3011, and a message that quotes it (ARENA-ERROR-3)."""
    return ArenaError(400, 3011, f'The guid "{guid}" is not valid.')


def check_guids(call: Call) -> None:
    """Raises the refusal of the path's first GUID that names nothing under its parent (ARENA-ERROR-3, -6)."""
    known = records(call)
    for count, guid in enumerate(call.guids, start=1):
        if not any(key[:count] == call.guids[:count] for key in known):
            raise invalid_guid(guid)


def read_flag(operation: Operation, document: object) -> bool:
    """The flag in the body; other fields are ignored. Raises 400, code 4320 or 4321 (ARENA-ERROR-4, -5)."""
    flag = document.get(operation.flag) if isinstance(document, dict) else None
    if not isinstance(flag, bool):
        raise ArenaError(400, operation.bad_flag_code, f"{operation.flag} must be either true or false.")
    return flag


def records(call: Call) -> dict[Guids, Json]:
    """The objects of the call's operation, by their path's GUIDs."""
    return call.state.events if call.operation is RECONCILE_EVENT else call.state.quality_processes


def load(call: Call) -> Json:
    """The object that the call's GUIDs name; they are known to be valid."""
    return records(call)[call.guids]


def store(call: Call, record: Json) -> None:
    """Put `record` in place of the object that the call's GUIDs name."""
    records(call)[call.guids] = record


def update_event(event: Json, flag: bool, user: User, now: datetime) -> Json:
    """The event with the flag set and the status that follows from it; the same object if it is set (EVENT-2 to -6)."""
    if event["itemsReconciled"] is flag:
        return event
    return {**event, "itemsReconciled": flag, "status": "RECONCILED" if flag else "NEEDS_UPDATE"}


def update_quality_process(process: Json, flag: bool, user: User, now: datetime) -> Json:
    """The quality process with the flag set, and with true who set it and when (QUALITY-2, -4, -5, -9, -10).

    The same object if the flag is set already: the time and the user of the first marking stay.
    """
    if process["reconciled"] is flag:
        return process
    kept = {name: process[name] for name in ("guid", "postEvent", "preEvent")}
    marking = {"reconciledDatetime": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "reconciledUser": user.person}
    return {**kept, "reconciled": flag, **(marking if flag else {})}


def render_record(record: Json) -> Json:
    """An event or a quality process as the answer shows it: all of it."""
    return record


def render_refusal(refusal: ArenaError) -> Response:
    """The error envelope (ARENA-ERROR-1)."""
    errors = [{"code": refusal.code, "message": refusal.message}]
    return json_response(refusal.status, {"status": refusal.status, "errors": errors})


def headers(state: State) -> Headers:
    """The headers of every answer, beside those of its body (ARENA-HEADER-3 to -7)."""
    return (
        ("Date", format_datetime(state.now(), usegmt=True)),
        ("Server", "ArenaSolutions"),
        ("X-Arena-Requests-Remaining", str(state.remaining)),
        ("X-Arena-Next-Request-Limit-Reset", format_datetime(state.reset_at, usegmt=True)),
    )
