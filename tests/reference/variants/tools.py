"""What the variants are made of: changes to answers and to the JSON in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.reference import vba
from tests.reference.data import Json
from tests.reference.message import Request, Response, render_json
from tests.reference.parts import Handler, Middleware, Modifier, Parts, around
from tests.reference.state import State

ChangeResponse = Callable[[Request, State, Response], Response]
ChangeDocument = Callable[[Request, Response, Any], Any]


def all_of(*modifiers: Modifier) -> Modifier:
    """The modifier that makes the changes of all of them; where two meet, the later one is the outer one."""

    def modify(parts: Parts) -> Parts:
        for modifier in modifiers:
            parts = modifier(parts)
        return parts

    return modify


def fresh(make: Callable[[], Middleware]) -> Modifier:
    """The modifier that sets a middleware of its own around each server, so what it remembers is that server's."""
    return lambda parts: around(make())(parts)


def answering(change: ChangeResponse) -> Modifier:
    """The modifier that changes every answer."""

    async def middleware(request: Request, state: State, handler: Handler) -> Response:
        return change(request, state, await handler(request, state))

    return around(middleware)


def asking(change: Callable[[Request], Request]) -> Modifier:
    """The modifier that changes every request before it is looked at."""

    async def middleware(request: Request, state: State, handler: Handler) -> Response:
        return await handler(change(request), state)

    return around(middleware)


def editing(change: ChangeDocument) -> Modifier:
    """The modifier that changes the JSON document in every answer that has one."""
    return answering(lambda request, _, response: edited(request, response, change))


def edited(request: Request, response: Response, change: ChangeDocument) -> Response:
    """The answer with its JSON document changed; as it is when its body is no JSON, or empty."""
    try:
        document = json.loads(response.body)
    except ValueError:
        return response
    return response.with_body(render_json(change(request, response, document)))


def dumping(dump: Callable[[Any], bytes]) -> Modifier:
    """The modifier that writes the JSON of every answer in another way."""

    def change(_: Request, __: State, response: Response) -> Response:
        try:
            document = json.loads(response.body)
        except ValueError:
            return response
        return response.with_body(dump(document))

    return answering(change)


def adding_headers(*pairs: tuple[str, str]) -> Modifier:
    """The modifier that adds header fields to every answer."""
    return answering(lambda _, __, response: replace(response, headers=response.headers + pairs))


def is_batch(request: Request) -> bool:
    """Whether the request goes to VBA's operation; all others are Arena's."""
    return vba.matches(request.path)


def with_extras(document: Any, extras: Json) -> Any:
    """The document with the fields of `extras` in every object, but not in the key/value pairs of an id."""
    if isinstance(document, list):
        return [with_extras(value, extras) for value in document]
    if not isinstance(document, dict) or document.keys() == {"key", "value"}:
        return document
    return {name: with_extras(value, extras) for name, value in document.items()} | extras
