"""The reference implementation as an ASGI application, without a framework."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from tests.reference.message import MAX_BODY, Request, Response
from tests.reference.parts import Modifier, Parts, handler_of
from tests.reference.state import new_state

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

WRITE_RAW = "reference.write_raw"
"""Under this name the server puts, in scope["state"], a function that writes bytes to the connection as they are."""

_ORIGIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/]*")


def build_app(*modifiers: Modifier, prefix: str = "") -> App:
    """The application with fresh state, its parts changed by the `modifiers` in turn; every path begins with `prefix`.

    `prefix` is empty, or begins with a slash and does not end with one.
    """
    parts = Parts()
    for modify in modifiers:
        parts = modify(parts)
    handler = handler_of(parts)
    state = new_state(parts.arena.quota)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise NotImplementedError(f"only HTTP is served, not {scope['type']}")
        body = await _read_body(receive)
        if body is None:
            return
        response = await handler(_request(scope, body, prefix), state)
        await _send_response(response, scope, send)

    return app


async def _read_body(receive: Receive) -> bytes | None:
    """The whole body, cut to a byte more than MAX_BODY; None if the client has gone.

    A longer body is read to its end all the same, so that a client that writes first and reads then gets its answer.
    """
    chunks: list[bytes] = []
    room = MAX_BODY + 1
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunk: bytes = message.get("body", b"")[:room]
        chunks.append(chunk)
        room -= len(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _request(scope: Scope, body: bytes, prefix: str) -> Request:
    target = scope["raw_path"].decode("latin-1")
    origin = _ORIGIN.match(target)  # A client may send the whole URL in place of the path (RFC 9112, 3.2.2).
    path = target[origin.end() :] if origin else target
    inside = path.startswith(prefix + "/")
    return Request(
        method=scope["method"],
        path=path[len(prefix) :] if inside else "",  # An empty path names nothing.
        query=scope["query_string"].decode("latin-1"),
        headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]),
        body=body,
    )


async def _send_response(response: Response, scope: Scope, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    declared = response.header("Content-Length")
    length = len(response.body) if declared is None else int(declared)
    await send({"type": "http.response.body", "body": response.body[:length]})
    if length < len(response.body) and scope["method"] != "HEAD":
        scope["state"][WRITE_RAW](response.body[length:])
