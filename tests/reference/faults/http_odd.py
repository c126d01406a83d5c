"""What odd requests do to a server (HTTP-1)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_to_bytes

from tests.reference.arena import ArenaError, Call
from tests.reference.data import Json
from tests.reference.faults.edits import (
    Of,
    cut,
    fail,
    hang,
    is_any,
    is_arena,
    is_batch,
    is_json,
    is_put,
    is_quality_process,
)
from tests.reference.faults.fault import Fault
from tests.reference.message import Request, Response
from tests.reference.parts import ArenaParts, Modifier, VbaParts, in_arena, in_vba
from tests.reference.state import State
from tests.reference.vba import INT32, Outcome, VbaError

_BUFFER = 64 * 1024


_NESTING = 1000


def _in(of: Of, body: Callable[[bytes], bool]) -> Of:
    """The PUT requests among `of` with such a body."""
    return lambda request: of(request) and is_put(request) and body(request.body)


def _document(body: bytes) -> Any:
    """The JSON value of a body, the empty object where it is none."""
    return json.loads(body) if is_json(body) else {}


def _is_deep(body: bytes) -> bool:
    return body.count(b"[") > _NESTING or body.count(b"{") > _NESTING


def _is_no_object(body: bytes) -> bool:
    return not isinstance(_document(body), dict)


def _flag_is(kind: type) -> Callable[[bytes], bool]:
    def found(body: bytes) -> bool:
        document = _document(body)
        values = document.values() if isinstance(document, dict) else ()
        return any(isinstance(value, kind) for value in values)

    return found


def _has_texts(wrong: Callable[[str], bool]) -> Callable[[bytes], bool]:
    """Bodies with a text, or a name, of a kind; a body that is not JSON has none."""
    return lambda body: any(isinstance(scalar, str) and wrong(scalar) for scalar in _scalars(_document(body)))


def _is_past_int32(body: bytes) -> bool:
    return any(isinstance(scalar, int) and not INT32[0] <= scalar <= INT32[1] for scalar in _scalars(_document(body)))


def _scalars(value: Any) -> list[Any]:
    """The names, texts, numbers and constants in a JSON value, however deep."""
    found: list[Any] = []
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, list):
            left += one
        elif isinstance(one, dict):
            left += [*one, *one.values()]
        else:
            found.append(one)
    return found


def _is_surrogate(text: str) -> bool:
    return any(0xD800 <= ord(letter) <= 0xDFFF for letter in text)


def _is_not_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return True
    return False


def _repeats_a_name(body: bytes) -> bool:
    repeated: list[bool] = []

    def pairs(found: list[tuple[str, Any]]) -> Json:
        repeated.append(len(found) != len(dict(found)))
        return dict(found)

    try:
        json.loads(body, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return False
    return any(repeated)


def _path_has(pattern: bytes) -> Of:
    """Requests whose decoded path has something of this pattern."""
    return lambda request: is_put(request) and re.search(pattern, unquote_to_bytes(request.path)) is not None


def _header_is(name: str, wrong: Callable[[str], bool]) -> Of:
    return lambda request: is_put(request) and wrong(request.header(name) or "")


def _repeated(request: Request, name: str) -> bool:
    return sum(key.lower() == name for key, _ in request.headers) > 1


def _is_long(text: str) -> bool:
    return len(text) > 4096


def _failing_refusals(code: int) -> Modifier:
    """Answer Arena's refusals with this code with 500 instead."""

    def change(parts: ArenaParts) -> ArenaParts:
        async def reconcile(rules: ArenaParts, call: Call) -> Response:
            try:
                return await parts.reconcile(rules, call)
            except ArenaError as refusal:
                raise ArenaError(500, 500, "An internal error occurred.") if refusal.code == code else refusal from None

        return replace(parts, reconcile=reconcile)

    return in_arena(change)


def _failing_batch_refusals(of: Of) -> Modifier:
    """Answer the refusals of these batches with 500 instead."""

    def change(parts: VbaParts) -> VbaParts:
        async def put_batch(rules: VbaParts, request: Request, state: State) -> Response:
            try:
                return await parts.put_batch(rules, request, state)
            except VbaError as refusal:
                raise VbaError(500, "An internal error occurred.") if of(request) else refusal from None

        return replace(parts, put_batch=put_batch)

    return in_vba(change)


def _failing_entities(parts: VbaParts) -> VbaParts:
    async def apply(rules: VbaParts, state: State, entities: list[object]) -> list[Outcome]:
        if any(not isinstance(entity, dict) for entity in entities):
            raise VbaError(500, "Object reference not set to an instance of an object.")
        return await parts.apply(rules, state, entities)

    return replace(parts, apply=apply)


_ODD_ARENA = (
    Fault(
        "missing-session-fails",
        "HTTP-1",
        "The session's text is worked on before it is tested for being there.",
        fail(lambda request: is_arena(request) and request.header("arena_session_id") is None),
    ),
    Fault(
        "unknown-session-fails",
        "HTTP-1",
        "The user of a session that was not found is null.",
        _failing_refusals(401),
    ),
    Fault(
        "user-without-the-role-fails",
        "HTTP-1",
        "The exception of the check of rights is not mapped to a status.",
        _failing_refusals(4303),
    ),
    Fault(
        "body-that-is-not-json-fails",
        "HTTP-1",
        "The exception of the parser is not mapped to a status.",
        _failing_refusals(400),
    ),
    Fault(
        "unknown-guid-fails",
        "HTTP-1",
        "The object that was not found is null.",
        _failing_refusals(3011),
    ),
    Fault(
        "body-that-is-no-object-fails",
        "HTTP-1",
        "A field is read from a value that has none.",
        fail(_in(is_arena, _is_no_object)),
    ),
    Fault(
        "flag-that-is-null-fails",
        "HTTP-1",
        "A null is unboxed.",
        fail(_in(is_arena, _flag_is(type(None)))),
    ),
    Fault(
        "flag-that-is-an-object-fails",
        "HTTP-1",
        "The converter of the flag knows scalars only.",
        fail(_in(is_arena, _flag_is(dict))),
    ),
    Fault(
        "flag-that-is-a-list-hangs",
        "HTTP-1",
        "The converter of the flag walks a list and never advances.",
        hang(_in(is_quality_process, _flag_is(list))),
    ),
    Fault(
        "empty-body-fails",
        "HTTP-1",
        "The first byte of the body is read without a look at its length.",
        fail(_in(is_arena, lambda body: not body)),
    ),
    Fault(
        "missing-content-type-fails",
        "HTTP-1",
        "The header's text is split before it is tested for being there.",
        fail(lambda request: is_arena(request) and is_put(request) and request.header("Content-Type") is None),
    ),
    Fault(
        "other-content-type-fails",
        "HTTP-1",
        "There is no reader for the media type, and the framework's exception is not mapped.",
        _failing_refusals(415),
    ),
    Fault(
        "long-guid-fails",
        "HTTP-1",
        "The GUID is too long for the column of the audit table.",
        fail(lambda request: is_arena(request) and is_put(request) and len(request.path) > 400),
    ),
    Fault(
        "percent-sign-in-the-path-fails",
        "HTTP-1",
        "The path is decoded twice.",
        fail(_path_has(rb"%(?![0-9A-Fa-f]{2})")),
    ),
    Fault(
        "letters-beyond-ascii-in-the-path-fail",
        "HTTP-1",
        "The GUID is written into a header of a request to another service.",
        fail(_path_has(rb"[\x80-\xff]")),
    ),
    Fault(
        "nul-in-the-path-fails",
        "HTTP-1",
        "The database takes no text with a NUL.",
        fail(_path_has(rb"\x00")),
    ),
    Fault(
        "quote-in-the-path-fails",
        "HTTP-1",
        "The query is put together as a text.",
        fail(_path_has(rb"'")),
    ),
    Fault(
        "encoded-slash-in-the-path-fails",
        "HTTP-1",
        "The path is decoded before it is split, and the route has a variable too many.",
        fail(lambda request: is_put(request) and "%2f" in request.path.lower()),
    ),
    Fault(
        "dots-in-the-path-cut-the-connection",
        "HTTP-1",
        "The gateway takes dots for an attack and drops the connection.",
        cut(_path_has(rb"/\.\.(/|$)")),
    ),
    Fault(
        "long-session-fails",
        "HTTP-1",
        "The session is too long for the key of the cache.",
        fail(lambda request: is_arena(request) and _is_long(request.header("arena_session_id") or "")),
    ),
    Fault(
        "letters-beyond-ascii-in-the-session-fail",
        "HTTP-1",
        "Headers are decoded as ASCII.",
        fail(lambda request: is_arena(request) and not (request.header("arena_session_id") or "").isascii()),
    ),
    Fault(
        "repeated-session-fails",
        "HTTP-1",
        "A header that stands twice is a list, where a text is expected.",
        fail(lambda request: is_arena(request) and _repeated(request, "arena_session_id")),
    ),
    Fault(
        "unknown-charset-fails",
        "HTTP-1",
        "The body is decoded as the Content-Type says, and the two do not agree.",
        fail(_header_is("Content-Type", lambda value: "utf-16" in value.lower())),
    ),
)


_ODD_BODIES = (
    Fault(
        "deep-body-fails",
        "HTTP-1",
        "The parser is recursive, and its error is not caught.",
        fail(_in(is_any, _is_deep)),
    ),
    Fault(
        "deep-batch-cuts-the-connection",
        "HTTP-1",
        "The parser is recursive, and the process dies of it.",
        cut(_in(is_batch, _is_deep)),
    ),
    Fault(
        "large-body-fails",
        "HTTP-1",
        "The buffer of the gateway is full.",
        fail(_in(is_any, lambda body: len(body) > _BUFFER)),
    ),
    Fault(
        "large-arena-body-cuts-the-connection",
        "HTTP-1",
        "The gateway closes a connection that sends more than it takes.",
        cut(_in(is_arena, lambda body: len(body) > _BUFFER)),
    ),
    Fault(
        "byte-order-mark-fails",
        "HTTP-1",
        "The parser's error about the mark is of a class that nobody catches.",
        fail(_in(is_any, lambda body: body.startswith(b"\xef\xbb\xbf"))),
    ),
    Fault(
        "bytes-that-are-no-text-fail",
        "HTTP-1",
        "The body is decoded in a filter that writes the log.",
        fail(_in(is_any, _is_not_utf8)),
    ),
    Fault(
        "nul-in-a-batch-fails",
        "HTTP-1",
        "The database takes no text with a NUL.",
        fail(_in(is_batch, _has_texts(lambda text: "\0" in text))),
    ),
    Fault(
        "lone-surrogate-fails",
        "HTTP-1",
        "The text cannot be encoded when it is sent to the database.",
        fail(_in(is_any, _has_texts(_is_surrogate))),
    ),
    Fault(
        "lone-surrogate-in-a-batch-hangs",
        "HTTP-1",
        "The encoder of the log never gets past the letter.",
        hang(_in(is_batch, _has_texts(_is_surrogate))),
    ),
    Fault(
        "letters-beyond-three-bytes-fail",
        "HTTP-1",
        "The column's character set ends at three bytes, and the database's error is not mapped.",
        fail(_in(is_batch, _has_texts(lambda text: any(ord(letter) > 0xFFFF for letter in text)))),
    ),
    Fault(
        "number-past-a-double-fails",
        "HTTP-1",
        "The number becomes infinity, which cannot be written as JSON.",
        fail(_in(is_any, lambda body: re.search(rb"[0-9][eE]\+?[0-9]{3,}", body) is not None)),
    ),
    Fault(
        "number-of-many-digits-fails",
        "HTTP-1",
        "The conversion of the number is limited, and its error is not caught.",
        fail(_in(is_any, lambda body: re.search(rb"[0-9]{300,}", body) is not None)),
    ),
    Fault(
        "integer-past-32-bits-fails",
        "HTTP-1",
        "The cast to an integer is checked, and its error is not mapped.",
        fail(_in(is_batch, _is_past_int32)),
    ),
    Fault(
        "not-a-number-fails",
        "HTTP-1",
        "The parser takes NaN, and what comes after it does not.",
        fail(_in(is_any, lambda body: b"NaN" in body)),
    ),
    Fault(
        "repeated-name-fails",
        "HTTP-1",
        "The parser throws for a name that stands twice, and its error is not caught.",
        fail(_in(is_any, _repeats_a_name)),
    ),
    Fault(
        "unknown-field-fails",
        "HTTP-1",
        "Every field is set by its name, and there is none of that name.",
        fail(_in(is_batch, lambda body: b'"unknown' in body.lower())),
    ),
)


_ODD_BATCHES = (
    Fault(
        "batch-that-is-not-json-fails",
        "HTTP-1",
        "The exception of the parser is not mapped to a status.",
        _failing_batch_refusals(lambda request: not is_json(request.body)),
    ),
    Fault(
        "batch-that-is-no-list-fails",
        "HTTP-1",
        "The body is walked without a look at its type.",
        _failing_batch_refusals(
            lambda request: is_json(request.body) and not isinstance(_document(request.body), list)
        ),
    ),
    Fault(
        "entity-that-is-no-object-fails",
        "HTTP-1",
        "A field is read from an element that is null.",
        in_vba(_failing_entities),
    ),
    Fault(
        "missing-api-key-fails",
        "HTTP-1",
        "The key is hashed before it is tested for being there.",
        _failing_batch_refusals(lambda request: request.header("x-api-key") is None),
    ),
    Fault(
        "token-without-a-scheme-fails",
        "HTTP-1",
        "The second word of the header is read, and there is one word.",
        _failing_batch_refusals(lambda request: " " not in (request.header("Authorization") or " ")),
    ),
    Fault(
        "missing-database-fails",
        "HTTP-1",
        "There is no connection without a name.",
        _failing_batch_refusals(lambda request: request.header("vbasoftware-database") is None),
    ),
    Fault(
        "unknown-database-fails",
        "HTTP-1",
        "The error of the connection is not mapped to a status.",
        _failing_batch_refusals(lambda request: (request.header("vbasoftware-database") or "reference") != "reference"),
    ),
    Fault(
        "odd-accept-fails",
        "HTTP-1",
        "The header's quality is read as a number without a test.",
        fail(lambda request: is_batch(request) and re.search(r"q=[^0-9]", request.header("Accept") or "") is not None),
    ),
    Fault(
        "unknown-accept-fails",
        "HTTP-1",
        "No formatter is found, and the one that is called is null.",
        fail(lambda request: is_batch(request) and (request.header("Accept") or "*/*") == "text/html"),
    ),
    Fault(
        "missing-accept-fails",
        "HTTP-1",
        "The header's text is split before it is tested for being there.",
        fail(lambda request: is_batch(request) and request.header("Accept") is None),
    ),
    Fault(
        "long-header-fails",
        "HTTP-1",
        "The buffer for headers is too small behind the gateway.",
        fail(lambda request: is_batch(request) and any(_is_long(value) for _, value in request.headers)),
    ),
    Fault(
        "other-content-type-of-a-batch-fails",
        "HTTP-1",
        "There is no reader for the media type, and the framework's exception is not mapped.",
        fail(lambda request: is_batch(request) and is_put(request) and "json" not in request.media_type),
    ),
)


FAULTS = _ODD_ARENA + _ODD_BODIES + _ODD_BATCHES
