"""A request and a response as values, and the JSON in their bodies."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from decimal import Context
from typing import NoReturn

Headers = tuple[tuple[str, str], ...]

MAX_BODY = 16 * 1024 * 1024
"""The longest request body that is looked at, in bytes; a longer one is cut to one byte more and answers 413."""

_MAX_DIGITS = 4000
_ROUNDING = Context(prec=40, traps=[])


class NotJsonError(Exception):
    """The bytes are not one JSON value in UTF-8."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, read whole. `path` is as sent (percent-encoded, without the prefix), header texts are Latin-1."""

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of the header `name` in any case, None without it; several are one list (RFC 9110, 5.3)."""
        return _header(self.headers, name)

    @property
    def media_type(self) -> str:
        """The Content-Type without its parameters, in lower case; empty without one."""
        return (self.header("Content-Type") or "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Response:
    """One response, sent as it stands.

    Bytes past its Content-Length follow the message on the connection, a body that is shorter cuts the connection, and
    without a Content-Length the body is chunked.
    """

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of the header `name` in any case, None without it."""
        return _header(self.headers, name)

    def with_header(self, name: str, value: str) -> Response:
        """The same response with the header `name` set to `value`, in place of any that it had."""
        return replace(self, headers=(*self.without_header(name).headers, (name, value)))

    def without_header(self, name: str) -> Response:
        """The same response without the header `name`."""
        wanted = name.lower()
        return replace(self, headers=tuple(pair for pair in self.headers if pair[0].lower() != wanted))

    def with_body(self, body: bytes) -> Response:
        """The same response with another body and its Content-Length."""
        return replace(self, body=body).with_header("Content-Length", str(len(body)))


def json_response(status: int, document: object, media_type: str = "application/json") -> Response:
    """The response whose body is `document` as JSON, with its Content-Type and Content-Length."""
    body = render_json(document)
    return Response(status, (("Content-Type", media_type), ("Content-Length", str(len(body)))), body)


def render_json(document: object) -> bytes:
    """`document` as JSON in UTF-8; a lone surrogate, which UTF-8 cannot hold, becomes its JSON escape."""
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "backslashreplace")


def parse_json(body: bytes) -> object:
    """The JSON value in `body`: one value (RFC 8259), in UTF-8, nested no deeper than the interpreter's stack.

    Raises NotJsonError for anything else, NaN and Infinity included.
    """
    try:
        value: object = json.loads(
            body.decode("utf-8"), parse_int=_integer, parse_float=_real, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError) as error:
        raise NotJsonError from error
    return value


def _integer(text: str) -> int | float:
    return int(text) if len(text) <= _MAX_DIGITS else _long_number(text)


def _real(text: str) -> float:
    return float(text) if len(text) <= _MAX_DIGITS else _long_number(text)


def _long_number(text: str) -> float:
    # A number of any length is JSON, but int and float read only so many digits; beyond them rounding loses nothing.
    return float(_ROUNDING.create_decimal(text))


def _refuse_constant(name: str) -> NoReturn:
    raise NotJsonError(name)


def _header(headers: Headers, name: str) -> str | None:
    wanted = name.lower()
    values = [value for key, value in headers if key.lower() == wanted]
    return ", ".join(values) if values else None


_QUALITY = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


def negotiate(accept: str | None, offered: tuple[str, ...]) -> str:
    """The media type of `offered` that the Accept header prefers (RFC 9110, 12.5.1); the first if none is acceptable.

    Of two that are equally welcome, the one that is named more exactly wins, then the one that is named first.
    """
    ranges = [parsed for text in (accept or "*/*").split(",") if (parsed := _media_range(text))]
    best, best_rank = offered[0], (0.0, 0, 0)
    for media_type in offered:
        rank = _rank(media_type, ranges)
        if rank[0] > 0 and rank > best_rank:
            best, best_rank = media_type, rank
    return best


def _media_range(text: str) -> tuple[str, float] | None:
    name, *parameters = (piece.strip().lower() for piece in text.split(";"))
    quality = "1"
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            quality = value.strip()
    return (name, float(quality)) if _QUALITY.fullmatch(quality) else None


def _rank(media_type: str, ranges: list[tuple[str, float]]) -> tuple[float, int, int]:
    """How welcome `media_type` is: its quality by the most exact range, how exact that is, how early it stands."""
    patterns = ("*/*", media_type.partition("/")[0] + "/*", media_type)
    found = (0, 0, 0.0)
    for position, (name, quality) in enumerate(ranges):
        if name in patterns:
            found = max(found, (patterns.index(name) + 1, -position, quality))
    exactness, place, quality = found
    return quality, exactness, place
