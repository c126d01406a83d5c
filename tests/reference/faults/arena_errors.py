"""How Arena refuses: the envelope, the body, the flag, the media type (ARENA-ERROR-1, -2, -4, -5, -7, -8)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.reference import arena
from tests.reference.arena import RECONCILE_EVENT, ArenaError, Call, Operation
from tests.reference.data import Json
from tests.reference.faults.edits import (
    coercing,
    edit,
    edit_body,
    edit_json,
    edit_request,
    editing_refusal,
    is_arena,
    is_json,
    reading_flag,
    refused,
    without,
)
from tests.reference.faults.fault import Fault
from tests.reference.message import Request, Response
from tests.reference.parts import ArenaParts, Modifier, in_arena

_NOT_JSON = 400


_GUID = 3011


def _each_error(change: Callable[[Json], Any]) -> Modifier:
    return edit_json(
        refused(is_arena),
        lambda document: document | {"errors": [change(error) for error in document["errors"]]},
    )


def _no_json(*, status: int = 400, code: int = 400, message: str = arena.NOT_JSON_MESSAGE) -> Modifier:
    """Refuse what is not JSON with another status, code or message."""
    return editing_refusal(_NOT_JSON, lambda refusal: replace(refusal, status=status, code=code, message=message))


def _flag_refusal(change: Callable[[ArenaError], ArenaError]) -> Modifier:
    def both(parts: ArenaParts) -> ArenaParts:
        def read_flag(operation: Operation, document: object) -> bool:
            try:
                return parts.read_flag(operation, document)
            except ArenaError as refusal:
                raise change(refusal) from None

        return replace(parts, read_flag=read_flag)

    return in_arena(both)


def _reading_where_the_flag_is_wrong(parts: ArenaParts) -> ArenaParts:
    async def reconcile(rules: ArenaParts, call: Call) -> Response:
        try:
            return await parts.reconcile(rules, call)
        except ArenaError as refusal:
            if refusal.code != call.operation.bad_flag_code:
                raise
            return rules.render(call.operation, rules.load(call))

    return replace(parts, reconcile=reconcile)


def _echoing_the_session(parts: ArenaParts) -> ArenaParts:
    async def reconcile(rules: ArenaParts, call: Call) -> Response:
        try:
            return await parts.reconcile(rules, call)
        except ArenaError as refusal:
            session = call.request.header("arena_session_id") or "none"
            raise replace(refusal, message=f"{refusal.message} (session {session})") from None

    return replace(parts, reconcile=reconcile)


def _first_value(body: bytes) -> bytes:
    """The body up to the end of its first JSON value, all of it where it does not begin with one."""
    try:
        text = body.decode()
        return text[: json.JSONDecoder().raw_decode(text)[1]].encode()
    except (ValueError, RecursionError):
        return body


def _closed(body: bytes) -> bytes:
    return body + b"}" if body.startswith(b"{") and not is_json(body) and is_json(body + b"}") else body


def _quoted_names(body: bytes) -> bytes:
    return re.sub(rb"([{,]\s*)([A-Za-z_]\w*)\s*:", rb'\1"\2":', body)


def _without_comments(body: bytes) -> bytes:
    return re.sub(rb"/\*.*?\*/", b"", body, flags=re.DOTALL)


def _declared_as_json(request: Request) -> Request:
    headers = tuple((name, value) for name, value in request.headers if name.lower() != "content-type")
    return replace(request, headers=(*headers, ("Content-Type", "application/json")))


def _unwrapped(_operation: Operation, document: object) -> object:
    return document[0] if isinstance(document, list) and len(document) == 1 else document


def _bare(operation: Operation, document: object) -> object:
    return {operation.flag: document} if isinstance(document, bool) else document


def _defaulted(operation: Operation, document: object) -> object:
    return {operation.flag: False} | document if isinstance(document, dict) else document


def _object_instead(operation: Operation, document: object) -> object:
    return document if isinstance(document, dict) else {operation.flag: False}


def _from_text(value: object) -> object:
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


def _from_any_text(value: object) -> object:
    return value.lower() == "true" if isinstance(value, str) else value


def _from_number(value: object) -> object:
    return value != 0 if isinstance(value, int | float) else value


_ENVELOPE = (
    Fault(
        "error-status-is-a-text",
        "ARENA-ERROR-1",
        "The serializer writes the field from a type that holds texts.",
        edit_json(refused(is_arena), lambda document: document | {"status": str(document["status"])}),
    ),
    Fault(
        "error-status-is-missing",
        "ARENA-ERROR-1",
        "The author thought that the status line says it already.",
        edit_json(refused(is_arena), lambda document: without(document, "status")),
    ),
    Fault(
        "error-status-is-always-400",
        "ARENA-ERROR-1",
        "The envelope is a constant of the error handler, while the status line follows the exception.",
        edit_json(refused(is_arena), lambda document: document | {"status": 400}),
    ),
    Fault(
        "error-status-names-the-reason",
        "ARENA-ERROR-1",
        "An enumeration of statuses is serialized by its name.",
        edit_json(refused(is_arena), lambda document: document | {"status": "BAD_REQUEST"}),
    ),
    Fault(
        "error-list-is-empty",
        "ARENA-ERROR-1",
        "Errors that are thrown, rather than collected, never get into the list.",
        edit_json(refused(is_arena), lambda document: document | {"errors": []}),
    ),
    Fault(
        "error-list-is-missing",
        "ARENA-ERROR-1",
        "The handler of last resort knows of the status only.",
        edit_json(refused(is_arena), lambda document: without(document, "errors")),
    ),
    Fault(
        "error-list-is-an-object",
        "ARENA-ERROR-1",
        "The XML-to-JSON converter writes a list of one element as the element.",
        edit_json(refused(is_arena), lambda document: document | {"errors": document["errors"][0]}),
    ),
    Fault(
        "errors-are-texts",
        "ARENA-ERROR-1",
        "The list holds messages, since codes came later.",
        _each_error(lambda error: error["message"]),
    ),
    Fault(
        "error-code-is-a-text",
        "ARENA-ERROR-1",
        "Codes are keys of a file of messages, and keys are texts.",
        _each_error(lambda error: error | {"code": str(error["code"])}),
    ),
    Fault(
        "error-code-is-null-for-sessions",
        "ARENA-ERROR-1",
        "The filter that checks sessions runs before the codes are loaded.",
        edit_json(
            refused(is_arena, 401),
            lambda document: document | {"errors": [error | {"code": None} for error in document["errors"]]},
        ),
    ),
    Fault(
        "error-message-is-missing",
        "ARENA-ERROR-1",
        "In production messages are switched off.",
        _each_error(lambda error: without(error, "message")),
    ),
    Fault(
        "error-message-is-null",
        "ARENA-ERROR-1",
        "There is no message in the caller's language.",
        edit_json(
            refused(is_arena, 401, 403),
            lambda document: document | {"errors": [error | {"message": None} for error in document["errors"]]},
        ),
    ),
    Fault(
        "error-message-is-a-list",
        "ARENA-ERROR-1",
        "A validator gathers several messages for each field.",
        _each_error(lambda error: error | {"message": [error["message"]]}),
    ),
    Fault(
        "error-is-a-problem-document",
        "ARENA-ERROR-1",
        "The framework's new version renders its own exceptions as problem details.",
        edit_json(
            refused(is_arena, 401, 403, 415),
            lambda document: {"type": "about:blank", "title": "Refused", "status": document["status"]},
        ),
    ),
    Fault(
        "error-is-a-plain-text",
        "ARENA-ERROR-1",
        "The controller returns a message, and nothing turns it into the envelope.",
        edit(
            refused(is_arena, 400),
            lambda response: response.with_body(json.loads(response.body)["errors"][0]["message"].encode()),
        ),
    ),
    Fault(
        "error-is-a-page",
        "ARENA-ERROR-1",
        "The gateway puts its own page in the place of any answer to a caller without rights.",
        edit(
            refused(is_arena, 401, 403),
            lambda response: response.with_body(b"<html><h1>Forbidden</h1></html>").with_header(
                "Content-Type", "text/html"
            ),
        ),
    ),
    Fault(
        "error-without-a-session-has-no-body",
        "ARENA-ERROR-1",
        "The filter in front of the application answers by status alone.",
        edit(refused(is_arena, 401), lambda response: response.with_body(b"")),
    ),
)


_BODIES = (
    Fault(
        "text-behind-the-body-is-accepted",
        "ARENA-ERROR-2",
        "The parser reads one value from a stream, and nobody looks whether the stream is at its end.",
        edit_body(is_arena, _first_value),
    ),
    Fault(
        "truncated-body-is-completed",
        "ARENA-ERROR-2",
        "A tolerant parser closes what is open at the end of the body.",
        edit_body(is_arena, _closed),
    ),
    Fault(
        "names-without-quotes-are-accepted",
        "ARENA-ERROR-2",
        "The parser is set to accept names without quotes, for the web application's sake.",
        edit_body(is_arena, _quoted_names),
    ),
    Fault(
        "comments-in-the-body-are-accepted",
        "ARENA-ERROR-2",
        "The parser is the one for configuration files, and it skips comments.",
        edit_body(is_arena, _without_comments),
    ),
    Fault(
        "empty-body-is-an-empty-object",
        "ARENA-ERROR-2",
        "The framework gives the handler an empty object where there is no body.",
        edit_body(is_arena, lambda body: body.strip() or b"{}"),
    ),
    Fault(
        "empty-body-answers-200",
        "ARENA-ERROR-2",
        "A body is only parsed where there is one, and without a flag there is nothing to do.",
        edit_request(
            lambda request: is_arena(request) and request.method == "PUT" and not request.body,
            lambda request: replace(request, method="GET"),
        ),
    ),
    Fault(
        "body-that-is-not-json-answers-422",
        "ARENA-ERROR-2",
        "The framework treats a body that it cannot parse as one that breaks the schema.",
        _no_json(status=422),
    ),
    Fault(
        "body-that-is-not-json-has-code-0",
        "ARENA-ERROR-2",
        "The exception comes from the framework and carries no code of the application.",
        _no_json(code=0),
    ),
    Fault(
        "body-that-is-not-json-has-the-parsers-message",
        "ARENA-ERROR-2",
        "The exception's own message is passed on.",
        _no_json(message="Expecting property name enclosed in double quotes: line 1 column 2"),
    ),
    Fault(
        "body-that-is-not-json-has-no-words",
        "ARENA-ERROR-2",
        "The file of messages has an empty line for this code.",
        _no_json(message=""),
    ),
)


_FLAGS = (
    Fault(
        "flag-null-is-false",
        "ARENA-ERROR-4",
        "The deserializer sets a primitive boolean, which has no null.",
        coercing(lambda value: False if value is None else value),
    ),
    Fault(
        "flag-as-a-text-is-taken",
        "ARENA-ERROR-4",
        "The deserializer turns texts into booleans where they look like one.",
        coercing(_from_text),
    ),
    Fault(
        "flag-as-any-text-is-false",
        "ARENA-ERROR-4",
        "The flag is read by a function that takes every text but 'true' for false.",
        coercing(_from_any_text),
    ),
    Fault(
        "flag-as-a-number-is-taken",
        "ARENA-ERROR-4",
        "In the language of the server 0 and 1 are booleans too.",
        coercing(_from_number),
    ),
    Fault(
        "flag-as-a-list-or-an-object-is-taken",
        "ARENA-ERROR-4",
        "The flag is tested for being empty, not for its type.",
        coercing(lambda value: bool(value) if isinstance(value, list | dict) else value),
    ),
    Fault(
        "missing-flag-is-false",
        "ARENA-ERROR-4",
        "The field of the request's class has a default.",
        reading_flag(_defaulted),
    ),
    Fault(
        "missing-flag-of-a-quality-process-is-true",
        "ARENA-ERROR-4",
        "The endpoint marks as reconciled, so the flag was thought to be a formality.",
        reading_flag(
            lambda operation, document: (
                {operation.flag: True} | document
                if isinstance(document, dict) and operation is not RECONCILE_EVENT
                else document
            )
        ),
    ),
    Fault(
        "list-of-one-object-is-taken",
        "ARENA-ERROR-4",
        "The deserializer unwraps a list of one element.",
        reading_flag(_unwrapped),
    ),
    Fault(
        "bare-flag-is-taken",
        "ARENA-ERROR-4",
        "A class with one field is read from its value too.",
        reading_flag(_bare),
    ),
    Fault(
        "body-that-is-no-object-is-false",
        "ARENA-ERROR-4",
        "The binder ignores a body that is no object and gives the handler an empty request.",
        reading_flag(_object_instead),
    ),
    Fault(
        "wrong-flag-answers-422",
        "ARENA-ERROR-4",
        "The framework's validation has its own status.",
        _flag_refusal(lambda refusal: replace(refusal, status=422)),
    ),
    Fault(
        "wrong-flag-is-ignored-with-200",
        "ARENA-ERROR-4",
        "A field that does not bind is skipped, and a request without fields updates nothing.",
        in_arena(_reading_where_the_flag_is_wrong),
    ),
    Fault(
        "flag-codes-are-swapped",
        "ARENA-ERROR-5",
        "The constants of the two codes were mixed up when the second endpoint was added.",
        _flag_refusal(lambda refusal: replace(refusal, code={4320: 4321, 4321: 4320}[refusal.code])),
    ),
    Fault(
        "wrong-flag-has-the-code-of-a-guid",
        "ARENA-ERROR-5",
        "All refusals of an argument share one exception, whose code is that of GUIDs.",
        _flag_refusal(lambda refusal: replace(refusal, code=3011)),
    ),
    Fault(
        "wrong-flag-has-code-0",
        "ARENA-ERROR-5",
        "The validation's exception carries no code.",
        _flag_refusal(lambda refusal: replace(refusal, code=0)),
    ),
)


_REST = (
    Fault(
        "any-content-type-is-taken",
        "ARENA-ERROR-7",
        "The body is parsed as JSON, whatever it is said to be.",
        edit_request(is_arena, _declared_as_json),
    ),
    Fault(
        "plain-text-is-taken-as-json",
        "ARENA-ERROR-7",
        "The converter for JSON was registered for text/plain too, for some old client.",
        edit_request(lambda request: is_arena(request) and request.media_type == "text/plain", _declared_as_json),
    ),
    Fault(
        "other-content-type-answers-406",
        "ARENA-ERROR-7",
        "The media type of the request was mixed up with the one that is asked for.",
        editing_refusal(415, lambda refusal: replace(refusal, status=406, code=406)),
    ),
    Fault(
        "error-shows-a-stack-trace",
        "ARENA-ERROR-8",
        "The debug mode of the framework is on in production.",
        edit_json(
            refused(is_arena),
            lambda document: (
                document
                | {
                    "trace": "Traceback (most recent call last):\n"
                    '  File "/srv/arena/app/handlers/reconcile.py", line 118, in handle\n'
                    "    body = parse(request)\nValueError: refused"
                }
            ),
        ),
    ),
    Fault(
        "error-shows-a-java-trace",
        "ARENA-ERROR-8",
        "The message of an error is the exception with all its frames.",
        _each_error(
            lambda error: (
                error
                | {
                    "message": error["message"]
                    + "\n\tat com.arena.rest.EventResource.put(EventResource.java:212)"
                    + "\n\tat java.base/java.lang.Thread.run(Thread.java:833)"
                }
            )
        ),
    ),
    Fault(
        "error-shows-the-query",
        "ARENA-ERROR-8",
        "The message of the database's exception is passed on.",
        editing_refusal(
            _GUID,
            lambda refusal: replace(
                refusal,
                message=refusal.message + " SELECT e.id FROM outbound_event e WHERE e.guid = ? returned no rows",
            ),
        ),
    ),
    Fault(
        "error-shows-a-file",
        "ARENA-ERROR-8",
        "The template engine names the file in which it failed.",
        _each_error(lambda error: error | {"message": error["message"] + " [/opt/arena/lib/rest/errors.tmpl:41]"}),
    ),
    Fault(
        "error-shows-the-session",
        "ARENA-ERROR-8",
        "Messages carry the session so that the support finds the request.",
        in_arena(_echoing_the_session),
    ),
)


FAULTS = _ENVELOPE + _BODIES + _FLAGS + _REST
