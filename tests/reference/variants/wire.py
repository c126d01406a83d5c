"""Variants in how the header fields and the body of an answer are written."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.reference.message import Request, Response, negotiate
from tests.reference.parts import Modifier, in_vba
from tests.reference.state import State
from tests.reference.variants.model import Variant
from tests.reference.variants.tools import adding_headers, all_of, answering, dumping, is_batch


def header_names(spell: Callable[[str], str]) -> Modifier:
    """The modifier that spells the name of every header field in its own way."""

    def change(_: Request, __: State, response: Response) -> Response:
        return replace(response, headers=tuple((spell(name), value) for name, value in response.headers))

    return answering(change)


def mixed_case(name: str) -> str:
    """`name` with small and capital letters in turn."""
    return "".join(letter.upper() if place % 2 else letter.lower() for place, letter in enumerate(name))


def _reversed_headers(_: Request, __: State, response: Response) -> Response:
    return replace(response, headers=response.headers[::-1])


def media_types(spell: Callable[[str], str]) -> Modifier:
    """The modifier that writes the media type of every answer in its own way; it gets the type without parameters."""

    def change(_: Request, __: State, response: Response) -> Response:
        sent = response.header("Content-Type")
        return response if sent is None else response.with_header("Content-Type", spell(sent.partition(";")[0]))

    return answering(change)


def batch_media_type(media_type: str) -> Modifier:
    """The modifier that answers batches as `media_type`, whatever Accept says."""
    return in_vba(lambda parts: replace(parts, response_media_type=lambda _: media_type))


def reordered(document: Any, order: Callable[[list[str]], list[str]]) -> Any:
    """The document with the keys of every object in another order."""
    if isinstance(document, list):
        return [reordered(value, order) for value in document]
    if isinstance(document, dict):
        return {key: reordered(document[key], order) for key in order(list(document))}
    return document


def _compact(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def _pretty(document: Any) -> bytes:
    return json.dumps(document, indent=4).replace("\n", "\r\n").encode("ascii")


def ascii_only(document: Any) -> bytes:
    """The document as JSON in ASCII, with capital letters in its escapes."""
    text = json.dumps(document)
    return re.sub(r"\\\\|\\u[0-9a-f]{4}", lambda m: m[0][:2] + m[0][2:].upper(), text).encode("ascii")


def _escaped_slashes(document: Any) -> bytes:
    return ascii_only(document).replace(b"/", b"\\/")


def _all_escaped(document: Any) -> bytes:
    """Every character of every text and key as an escape; no other bytes are letters but true, false and null."""
    if isinstance(document, str):
        units = document.encode("utf-16-be", "surrogatepass")
        pairs = (units[place : place + 2].hex() for place in range(0, len(units), 2))
        return b'"' + "".join("\\u" + pair for pair in pairs).encode("ascii") + b'"'
    if isinstance(document, list):
        return b"[" + b",".join(_all_escaped(value) for value in document) + b"]"
    if isinstance(document, dict):
        members = (_all_escaped(key) + b":" + _all_escaped(value) for key, value in document.items())
        return b"{" + b",".join(members) + b"}"
    return json.dumps(document).encode("ascii")


def _in_white_space(document: Any) -> bytes:
    return b"\r\n\t " + ascii_only(document) + b" \t\r\n\n"


def _takes_gzip(request: Request) -> bool:
    """Whether Accept-Encoding allows gzip; without the header every coding is welcome (RFC 9110, 12.5.3)."""
    accepted = request.header("Accept-Encoding")
    if accepted is None:
        return True
    # The two codings are made media types, which negotiate() can choose between.
    ranges = ",".join("*/*" if item.strip()[:1] == "*" else "coding/" + item.strip() for item in accepted.split(","))
    return negotiate(ranges, ("coding/identity", "coding/gzip")) == "coding/gzip"


def _gzipped_when_named(request: Request, state: State, response: Response) -> Response:
    return response if request.header("Accept-Encoding") is None else _gzipped(request, state, response)


def _gzipped(request: Request, _: State, response: Response) -> Response:
    if not response.body or not _takes_gzip(request):
        return response
    zipped = response.with_body(gzip.compress(response.body, mtime=0))
    return zipped.with_header("Content-Encoding", "gzip").with_header("Vary", "Accept, Accept-Encoding")


GZIP = answering(_gzipped)


def chunked_batch(refusals: bool) -> Modifier:
    """The modifier that sends VBA's refusals, or its other answers, without a Content-Length."""

    def change(request: Request, _: State, response: Response) -> Response:
        chunked = is_batch(request) and (response.status >= 400) is refusals
        return response.without_header("Content-Length") if chunked else response

    return answering(change)


GATEWAY_HEADERS = adding_headers(
    ("Set-Cookie", "route=a1b2; Path=/; Secure; HttpOnly"),
    ("Set-Cookie", "stage=blue; Path=/"),
    ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "*"),
    ("Vary", "Origin"),
    ("Vary", "Accept"),
    ("Cache-Control", "no-store"),
    ("Via", "1.1 edge"),
    ("Alt-Svc", 'h3=":443"; ma=86400'),
    ("Content-Language", "en"),
    ("Keep-Alive", "timeout=30"),
)

UPPER_HEADERS = header_names(str.upper)
ALPHABETICAL_KEYS = dumping(lambda document: _compact(reordered(document, sorted)))
REVERSED_KEYS = dumping(lambda document: _compact(reordered(document, lambda keys: keys[::-1])))
PRETTY = dumping(_pretty)
ALL_ESCAPED = dumping(_all_escaped)
CAPITAL_MEDIA_TYPES = media_types(lambda name: name.title() + ' ;CharSet="UTF-8"')

_CASE = "Header names are the same in any case (RFC 9110, 5.1)."
_ORDER = "The order of header fields with different names means nothing (RFC 9110, 5.3)."
_PARAMETER = "The parameters of a media type are the server's to add, in any case and quoted or not (RFC 9110, 8.3.1)."
_OBJECTS = "The members of a JSON object have no order (RFC 8259, 4)."
_SPACE = "White space around the tokens of JSON means nothing (RFC 8259, 2)."
_ESCAPES = "JSON lets any character be written as an escape (RFC 8259, 7)."
_BATCH_TYPES = (
    "VBA's document names text/plain, its portal two more types, and what Accept does is the server's choice."
)
_ANY_HEADER = tuple(f"ARENA-HEADER-{number}" for number in range(1, 7))
_ANY_BODY = ("EVENT-1", "QUALITY-1", "ARENA-ERROR-1", "BATCH-1")

WIRE = (
    Variant("header-names-in-lower-case", _ANY_HEADER, _CASE, header_names(str.lower)),
    Variant("header-names-in-upper-case", _ANY_HEADER, _CASE, UPPER_HEADERS),
    Variant("header-names-in-mixed-case", _ANY_HEADER, _CASE, header_names(mixed_case)),
    Variant("headers-in-reverse-order", ("ARENA-HEADER-1",), _ORDER, answering(_reversed_headers)),
    Variant(
        "charset-without-a-space",
        ("ARENA-HEADER-1", "BATCH-1"),
        _PARAMETER,
        media_types(lambda name: name + ";charset=UTF-8"),
    ),
    Variant(
        "charset-in-quotes",
        ("ARENA-HEADER-1", "BATCH-1"),
        _PARAMETER,
        media_types(lambda name: name + '; charset="utf-8"'),
    ),
    Variant(
        "media-type-in-capitals",
        ("ARENA-HEADER-1", "BATCH-1"),
        "Media types are the same in any case, and white space may stand before a semicolon (RFC 9110, 8.3.1).",
        CAPITAL_MEDIA_TYPES,
    ),
    Variant(
        "media-type-with-a-quoted-semicolon",
        ("ARENA-HEADER-1", "BATCH-1"),
        _PARAMETER,
        media_types(lambda name: name + ';odata.metadata=minimal; profile="a;b, c"'),
    ),
    Variant(
        "media-type-without-parameters",
        ("BATCH-1",),
        "JSON is UTF-8 without being said to be (RFC 8259, 8.1).",
        media_types(lambda name: name),
    ),
    Variant(
        "ascii-json-said-to-be-ascii",
        ("BATCH-1", "ARENA-HEADER-1"),
        "JSON in escapes is ASCII, and ASCII is UTF-8.",
        all_of(dumping(ascii_only), media_types(lambda name: name + "; charset=us-ascii")),
    ),
    Variant("keys-in-alphabetical-order", _ANY_BODY, _OBJECTS, ALPHABETICAL_KEYS),
    Variant("keys-in-reverse-order", _ANY_BODY, _OBJECTS, REVERSED_KEYS),
    Variant("pretty-printed-json", _ANY_BODY, _SPACE, PRETTY),
    Variant(
        "compact-json-in-raw-utf-8", _ANY_BODY, "Any character may stand as itself (RFC 8259, 7).", dumping(_compact)
    ),
    Variant("json-in-ascii-escapes", (*_ANY_BODY, "EVENT-6"), _ESCAPES, dumping(ascii_only)),
    Variant("json-with-escaped-slashes", _ANY_BODY, _ESCAPES, dumping(_escaped_slashes)),
    Variant(
        "json-with-everything-escaped",
        (*_ANY_BODY, "ARENA-ERROR-2", "ARENA-ERROR-3", "EVENT-3", "EVENT-4", "QUALITY-3"),
        _ESCAPES,
        ALL_ESCAPED,
    ),
    Variant("json-between-white-space", (*_ANY_BODY, "ARENA-HEADER-2"), _SPACE, dumping(_in_white_space)),
    Variant("batch-always-text-plain", ("BATCH-1",), _BATCH_TYPES, batch_media_type("text/plain")),
    Variant("batch-always-application-json", ("BATCH-1",), _BATCH_TYPES, batch_media_type("application/json")),
    Variant("batch-always-text-json", ("BATCH-1",), _BATCH_TYPES, batch_media_type("text/json")),
    Variant(
        "gzip-when-it-is-asked-for",
        ("ARENA-HEADER-2", "EVENT-1", "BATCH-1"),
        "Arena's pages say that answers may be gzip; Content-Length counts the bytes as sent (RFC 9110, 8.6).",
        answering(_gzipped_when_named),
    ),
    Variant(
        "gzip-unless-it-is-refused",
        ("ARENA-HEADER-2", "EVENT-1", "ARENA-ERROR-1", "BATCH-1"),
        "A client that does not send Accept-Encoding takes any coding (RFC 9110, 12.5.3).",
        GZIP,
    ),
    Variant(
        "chunked-207",
        ("BATCH-1", "BATCH-12"),
        "VBA's document names no Content-Length, and HTTP/1.1 has chunks for that (RFC 9112, 7.1).",
        chunked_batch(refusals=False),
    ),
    Variant(
        "chunked-refusals-of-batches",
        ("BATCH-AUTH-1", "BATCH-11"),
        "VBA's document names no Content-Length, and HTTP/1.1 has chunks for that (RFC 9112, 7.1).",
        chunked_batch(refusals=True),
    ),
    Variant(
        "headers-of-a-gateway",
        ("ARENA-HEADER-4", "ARENA-HEADER-7"),
        "No document limits the header fields, and some may stand twice (RFC 9110, 5.3).",
        GATEWAY_HEADERS,
    ),
)
