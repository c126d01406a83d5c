"""Variants in how Arena refuses: statuses, codes, messages, the order of its checks, what else it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from tests.reference import arena
from tests.reference.arena import ArenaError, Call, Operation, User
from tests.reference.data import Json
from tests.reference.message import Request, Response, json_response
from tests.reference.parts import ArenaParts, Modifier, in_arena
from tests.reference.variants.connection import other_methods_answer
from tests.reference.variants.model import Variant
from tests.reference.variants.tools import all_of, editing, is_batch

T = TypeVar("T")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
SMALL_BODY = 1024 * 1024


def refusing_sessions(status: int, code: int) -> Modifier:
    """The modifier that refuses a missing or unknown session with another status and code."""

    def authenticate(request: Request) -> User:
        try:
            return arena.authenticate(request)
        except ArenaError as refusal:
            headers = refusal.headers if status == 401 else ()
            raise ArenaError(status, code, "Log in first.", headers) from None

    return in_arena(lambda parts: replace(parts, authenticate=authenticate))


def refusing_users(status: int, code: int) -> Modifier:
    """The modifier that refuses a user who is no administrator with another status and code."""

    def authorize(user: User) -> None:
        if not user.administrator:
            raise ArenaError(status, code, "The object does not exist, or you may not do this.")

    return in_arena(lambda parts: replace(parts, authorize=authorize))


def refusing_media_types(status: int) -> Modifier:
    """The modifier that refuses an unsupported content type with another status."""

    def check_media_type(request: Request) -> None:
        if request.media_type != "application/json":
            raise ArenaError(status, status, "This content type is not supported.")

    return in_arena(lambda parts: replace(parts, check_media_type=check_media_type))


def _read_flag_400(operation: Operation, document: object) -> bool:
    try:
        return arena.read_flag(operation, document)
    except ArenaError:
        raise ArenaError(400, 400, arena.NOT_JSON_MESSAGE) from None


def _read_flag_alone(operation: Operation, document: object) -> bool:
    flag = arena.read_flag(operation, document)
    if isinstance(document, dict) and document.keys() != {operation.flag}:
        raise ArenaError(400, 400, arena.NOT_JSON_MESSAGE)
    return flag


def _parse_after_mark(request: Request) -> object:
    return arena.parse(replace(request, body=request.body.removeprefix(BYTE_ORDER_MARK)))


def _parse_small(request: Request) -> object:
    if len(request.body) > SMALL_BODY:
        raise ArenaError(413, 413, "The request is too large.")
    return arena.parse(request)


def _parse_any_size(request: Request) -> object:
    """As arena.parse, but 400 for a body that is too long, so that every refusal of a body has one status."""
    try:
        return arena.parse(request)
    except ArenaError:
        raise ArenaError(400, 400, arena.NOT_JSON_MESSAGE) from None


def _parse_first_of_a_name(request: Request) -> object:
    document = arena.parse(request)
    return _reread(request, lambda pairs: dict(reversed(pairs))) if isinstance(document, dict) else document


def _parse_names_once(request: Request) -> object:
    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        names = dict(pairs)
        if len(names) < len(pairs):
            raise ArenaError(400, 400, arena.NOT_JSON_MESSAGE)
        return names

    document = arena.parse(request)
    return _reread(request, once) if isinstance(document, dict) else document


def _reread(request: Request, make_object: Callable[[list[tuple[str, object]]], object]) -> object:
    """The body, which is known to be JSON, with its objects made by `make_object`; numbers do not matter here."""
    try:
        return json.loads(request.body, object_pairs_hook=make_object, parse_int=float, parse_float=float)
    except RecursionError:
        raise ArenaError(400, 400, arena.NOT_JSON_MESSAGE) from None


def _parse_without_surrogates(request: Request) -> object:
    document = arena.parse(request)
    if has_surrogate(document):
        raise ArenaError(400, 400, arena.NOT_JSON_MESSAGE)
    return document


def has_surrogate(document: object) -> bool:
    """Whether a text or a key of the document has a surrogate without its partner, which is no character.

    A document that is nested too deep to be looked at counts as one that has.
    """
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return True
    return False


def _body_type_optional(request: Request) -> None:
    if request.header("Content-Type") is not None:
        arena.check_media_type(request)


def _no_query(request: Request) -> Request:
    if request.query:
        raise ArenaError(400, 400, arena.NOT_JSON_MESSAGE)
    return request


def _check_media_type_and_query(request: Request) -> None:
    arena.check_media_type(_no_query(request))


@dataclass(eq=False)
class SeveralError(ArenaError):
    """A refusal with more errors than its first."""

    others: tuple[ArenaError, ...] = ()


def _render_refusals(refusal: ArenaError) -> Response:
    others = refusal.others if isinstance(refusal, SeveralError) else ()
    errors = [{"code": error.code, "message": error.message} for error in (refusal, *others)]
    return json_response(refusal.status, {"status": refusal.status, "errors": errors})


def _render_with_another(refusal: ArenaError) -> Response:
    another = ArenaError(refusal.status, 1099, "Nothing was changed.")
    errors = SeveralError(refusal.status, refusal.code, refusal.message, others=(another,))
    return _render_refusals(errors)


def guid_errors(call: Call) -> list[ArenaError]:
    """A refusal for each GUID of the path that is not valid on its own, or for the first that is not its parent's."""
    known = arena.records(call)
    unknown = [guid for place, guid in enumerate(call.guids) if not any(key[place] == guid for key in known)]
    if unknown:
        return [arena.invalid_guid(guid) for guid in unknown]
    return [refusal for refusal in [_refusal(arena.check_guids, call)] if refusal]


def _refusal(check: Callable[[T], object], argument: T) -> ArenaError | None:
    try:
        check(argument)
    except ArenaError as refusal:
        return refusal
    return None


def _check_last_guid_first(call: Call) -> None:
    errors = guid_errors(call)
    if errors:
        raise errors[-1]


async def _all_errors(parts: ArenaParts, call: Call) -> Response:
    """Every GUID and the body are looked at before the request is refused, with all that is wrong."""
    user = parts.authenticate(call.request)
    parts.authorize(user)
    errors = guid_errors(call)
    flag = False
    if call.request.method == "PUT":
        parts.check_media_type(call.request)
        try:
            flag = parts.read_flag(call.operation, _parse_any_size(call.request))
        except ArenaError as refusal:
            errors.append(refusal)
    if errors:
        raise SeveralError(400, errors[0].code, errors[0].message, others=tuple(errors[1:]))
    if call.request.method == "GET":
        return parts.render(call.operation, parts.load(call))
    return parts.render(call.operation, await parts.apply(parts, call, flag, user))


async def _guids_first(parts: ArenaParts, call: Call) -> Response:
    user = parts.authenticate(call.request)
    parts.authorize(user)
    parts.check_guids(call)
    return await parts_reconcile(parts, call)


async def _media_type_first(parts: ArenaParts, call: Call) -> Response:
    if call.request.method == "PUT":
        parts.check_media_type(call.request)
    return await parts_reconcile(parts, call)


async def _access_last(parts: ArenaParts, call: Call) -> Response:
    """Whoever asks is looked at last; all that is refused before has a status that stands for no access as well."""
    if call.request.method == "PUT":
        parts.check_media_type(call.request)
        parts.read_flag(call.operation, _parse_any_size(call.request))
    parts.check_guids(call)
    return await parts_reconcile(parts, call)


parts_reconcile = ArenaParts().reconcile


def _german(_: Request, __: Response, envelope: Json) -> Json:
    return envelope | {"errors": [error | {"message": _in_german(error)} for error in envelope["errors"]]}


def _in_german(error: Json) -> str:
    message: str = error["message"]
    if error["code"] == 3011:
        return f"Die GUID {message.removeprefix('The guid ').removesuffix(' is not valid.')} ist ungültig."
    texts = {
        401: "Die Sitzung fehlt oder ist ungültig.",
        415: "Dieser Inhaltstyp wird nicht unterstützt.",
        4303: "Sie dürfen dies nicht als abgeglichen kennzeichnen.",
        4320: "„itemsReconciled“ muss true oder false sein.",
        4321: "„reconciled“ muss true oder false sein.",
    }
    return texts.get(error["code"], message)


def _longer(_: Request, __: Response, envelope: Json) -> Json:
    def longer(error: Json) -> Json:
        if error["code"] != 3011:
            return error
        return error | {
            "message": f"Request refused.\nReason: {error['message']} See the list of integrations, please."
        }

    return envelope | {"errors": [longer(error) for error in envelope["errors"]]}


def editing_refusals(change: Callable[[Request, Response, Json], Json]) -> Modifier:
    """The modifier that changes the envelope of Arena's refusals."""

    def edit(request: Request, response: Response, document: Json) -> Json:
        return change(request, response, document) if response.status >= 400 and not is_batch(request) else document

    return editing(edit)


GERMAN = editing_refusals(_german)
LONGER_MESSAGES = editing_refusals(_longer)
FLAG_400 = in_arena(lambda parts: replace(parts, read_flag=_read_flag_400))
FLAG_ALONE = in_arena(lambda parts: replace(parts, read_flag=_read_flag_alone))
ANOTHER_ERROR = in_arena(lambda parts: replace(parts, render_refusal=_render_with_another))
ACCESS_LAST = all_of(
    refusing_media_types(400),
    in_arena(lambda parts: replace(parts, reconcile=_access_last)),
)
ALL_ERRORS = in_arena(lambda parts: replace(parts, reconcile=_all_errors, render_refusal=_render_refusals))
NO_GET = in_arena(lambda parts: replace(parts, methods=("PUT",)))

_SESSION = "Arena's documents name 400 for every failure, its public pages 401 and 403 for this one."
_USER = "Arena's documents name 400 for every failure, its public pages 403 and several codes for this one."
_FLAG = "Arena's documents show code 400 for a wrong format, its public pages 4320 and 4321 for the flag."
_TYPE = "Arena's documents name 400 for every failure, its public pages 415 for this one."
_ORDER = "No document says which of two faults in one request is named."
_MORE = "No document says whether other fields may stand in the body."
_GET = "The documents describe PUT alone."
_NAMES = "What a name that stands twice in an object means is left to the reader (RFC 8259, 4)."

ARENA_REFUSALS = (
    Variant("session-refused-with-400", ("ARENA-AUTH-1", "ARENA-AUTH-2"), _SESSION, refusing_sessions(400, 400)),
    Variant("session-refused-with-403", ("ARENA-AUTH-1", "ARENA-AUTH-2"), _SESSION, refusing_sessions(403, 3024)),
    Variant("session-refused-with-401-of-its-own-code", ("ARENA-AUTH-1",), _SESSION, refusing_sessions(401, 3024)),
    Variant("user-refused-with-400", ("ARENA-AUTH-3",), _USER, refusing_users(400, 4303)),
    Variant("user-refused-with-400-of-privilege", ("ARENA-AUTH-3",), _USER, refusing_users(400, 3024)),
    Variant("user-refused-with-403-of-privilege", ("ARENA-AUTH-3",), _USER, refusing_users(403, 3024)),
    Variant("bad-flag-with-code-400", ("ARENA-ERROR-4", "ARENA-ERROR-5"), _FLAG, FLAG_400),
    Variant("content-type-refused-with-400", ("ARENA-ERROR-7",), _TYPE, refusing_media_types(400)),
    Variant(
        "content-type-may-be-absent",
        ("ARENA-ERROR-7",),
        "A server may take a body without a type for what it expects (RFC 9110, 8.3).",
        in_arena(lambda parts: replace(parts, check_media_type=_body_type_optional)),
    ),
    Variant("unknown-fields-refused-by-arena", ("EVENT-1", "QUALITY-1"), _MORE, FLAG_ALONE),
    Variant(
        "queries-refused-by-arena",
        ("EVENT-1", "QUALITY-1"),
        "The documents name no query parameters, nor what one does.",
        in_arena(lambda parts: replace(parts, check_media_type=_check_media_type_and_query)),
    ),
    Variant(
        "first-of-a-repeated-name-counts",
        ("EVENT-2", "QUALITY-2"),
        _NAMES,
        in_arena(lambda parts: replace(parts, parse=_parse_first_of_a_name)),
    ),
    Variant(
        "repeated-names-refused",
        ("EVENT-1", "QUALITY-1"),
        _NAMES,
        in_arena(lambda parts: replace(parts, parse=_parse_names_once)),
    ),
    Variant(
        "byte-order-mark-taken-by-arena",
        ("ARENA-ERROR-2",),
        "A reader may pass over a byte order mark (RFC 8259, 8.1).",
        in_arena(lambda parts: replace(parts, parse=_parse_after_mark)),
    ),
    Variant(
        "lone-surrogates-refused-by-arena",
        ("EVENT-1", "QUALITY-1"),
        "What a surrogate without its partner means is unpredictable (RFC 8259, 8.2).",
        in_arena(lambda parts: replace(parts, parse=_parse_without_surrogates)),
    ),
    Variant(
        "arena-bodies-up-to-a-mebibyte",
        ("HTTP-1",),
        "A server may limit what it reads, and answers 413 past that (RFC 9110, 15.5.14).",
        in_arena(lambda parts: replace(parts, parse=_parse_small)),
    ),
    Variant(
        "guids-before-the-body",
        ("ARENA-ERROR-2", "ARENA-ERROR-7"),
        _ORDER,
        in_arena(lambda parts: replace(parts, reconcile=_guids_first)),
    ),
    Variant(
        "content-type-before-access",
        ("ARENA-AUTH-1", "ARENA-ERROR-7"),
        _ORDER,
        all_of(refusing_media_types(400), in_arena(lambda parts: replace(parts, reconcile=_media_type_first))),
    ),
    Variant("access-after-all-else", ("ARENA-AUTH-1", "ARENA-AUTH-2", "ARENA-AUTH-3", "EVENT-8"), _ORDER, ACCESS_LAST),
    Variant(
        "last-bad-guid-named",
        ("ARENA-ERROR-3", "ARENA-ERROR-6"),
        _ORDER,
        in_arena(lambda parts: replace(parts, check_guids=_check_last_guid_first)),
    ),
    Variant("all-errors-in-one-envelope", ("ARENA-ERROR-1", "ARENA-ERROR-3", "ARENA-ERROR-5"), _ORDER, ALL_ERRORS),
    Variant(
        "another-error-in-each-envelope",
        ("ARENA-ERROR-1", "ARENA-ERROR-2", "ARENA-ERROR-3", "ARENA-ERROR-5"),
        "`errors` is a list, and no document limits it to one.",
        ANOTHER_ERROR,
    ),
    Variant(
        "more-text-around-the-guid",
        ("ARENA-ERROR-3", "ARENA-ERROR-8"),
        "The message has to quote the GUID; its other words come from one sample.",
        LONGER_MESSAGES,
    ),
    Variant(
        "messages-in-german",
        ("ARENA-ERROR-1", "ARENA-ERROR-3", "ARENA-ERROR-4", "ARENA-AUTH-3"),
        "But for the format's, no message is documented word for word.",
        GERMAN,
    ),
    Variant("no-get-405", ("HTTP-2", "HTTP-3", "EVENT-8", "QUALITY-8"), _GET, NO_GET, read_back=False),
    Variant(
        "no-get-404",
        ("HTTP-2", "HTTP-3", "EVENT-8", "QUALITY-8"),
        _GET,
        all_of(NO_GET, other_methods_answer(404)),
        read_back=False,
    ),
)
