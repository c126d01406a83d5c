"""Variants in the exchange itself: connections, versions, interim answers, time, rate limits."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from http import HTTPStatus
from itertools import count

from tests.reference.app import WRITE_RAW, App, Message, Receive, Scope, Send
from tests.reference.message import Headers, Request, Response
from tests.reference.parts import Handler, Middleware, Modifier, around
from tests.reference.state import State, utc_now
from tests.reference.variants.model import Variant
from tests.reference.variants.tools import answering, asking, edited, fresh, is_batch

IDLE_SECONDS = 0.002
LATENCY_SECONDS = (0.003, 0.008)
FIRST_ANSWER_SECONDS = 0.7
MOST_UNDER_WAY = 5
REQUESTS_TO_A_REFUSAL = 40
MOST_REFUSALS = 8
INTERIM = b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"

CLOSING = answering(lambda _, __, response: response.with_header("Connection", "close"))


def _some_closing() -> Middleware:
    numbers = count(1)

    async def middleware(request: Request, state: State, handler: Handler) -> Response:
        response = await handler(request, state)
        return response.with_header("Connection", "close") if next(numbers) % 5 == 0 else response

    return middleware


def idle_closing(app: App) -> App:
    """The application on a server that closes every third connection soon after an answer, without saying so."""
    numbers = count(1)
    requests: dict[asyncio.Transport, int] = {}

    def close(transport: asyncio.Transport, number: int) -> None:
        if requests.get(transport) == number:  # No other request has come meanwhile.
            del requests[transport]
            transport.close()

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        transport = _transport(scope)
        number = requests[transport] = next(numbers)
        await app(scope, receive, send)
        if number % 3 == 0:
            asyncio.get_running_loop().call_later(IDLE_SECONDS, close, transport, number)
        else:
            requests.pop(transport, None)

    return wrapped


def _transport(scope: Scope) -> asyncio.Transport:
    transport: asyncio.Transport = scope["state"][WRITE_RAW].__self__
    return transport


def interim_answers(app: App) -> App:
    """The application with two interim answers before each final one, for clients of HTTP/1.1."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_after_interim(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["http_version"] == "1.1":
                scope["state"][WRITE_RAW](INTERIM)
            await send(message)

        await app(scope, receive, send_after_interim)

    return wrapped


def body_in_pieces(app: App) -> App:
    """The application with every body sent in pieces, a little later than its head."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_pieces(message: Message) -> None:
            if message["type"] != "http.response.body":
                await send(message)
                return
            body: bytes = message["body"]
            size = max(7, len(body) // 5)
            for start in range(0, len(body), size):
                await asyncio.sleep(0.0005)
                await send({"type": message["type"], "body": body[start : start + size], "more_body": True})
            await send({"type": message["type"], "body": b""})

        await app(scope, receive, send_pieces)

    return wrapped


Write = Callable[[int, list[tuple[bytes, bytes]], bytes], bytes]
"""The bytes of an answer from its status, its header fields and its body (empty where none may be sent)."""


def written(write: Write) -> Callable[[App], App]:
    """The wrapper that writes each answer as `write` says, past the HTTP of the server, and closes the connection."""

    def wrap(app: App) -> App:
        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            messages: list[Message] = []

            async def keep(message: Message) -> None:
                messages.append(message)

            await app(scope, receive, keep)
            if not messages:  # The client has gone.
                return
            body = b"".join(message["body"] for message in messages[1:])
            headers = [*messages[0]["headers"], (b"Connection", b"close")]
            transport = _transport(scope)
            transport.write(write(messages[0]["status"], headers, b"" if scope["method"] == "HEAD" else body))
            transport.close()
            # The server takes the request for answered only when it has seen the connection's end.
            while (await receive())["type"] != "http.disconnect":
                pass

        return wrapped

    return wrap


def _head(first_line: str, headers: list[tuple[bytes, bytes]]) -> bytes:
    fields = b"".join(b"%b: %b\r\n" % pair for pair in headers)
    return first_line.encode("ascii") + b"\r\n" + fields + b"\r\n"


def _odd_phrases(status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> bytes:
    phrase = {200: "Ja, gern", 207: "", 400: "OK"}.get(status, "whatever")
    return _head(f"HTTP/1.1 {status} {phrase}", headers) + body


def _old_version(status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> bytes:
    return _head(f"HTTP/1.0 {status} {HTTPStatus(status).phrase}", headers) + body


def _padded_headers(status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> bytes:
    padded = [(name, b" \t" + value + b"\t  ") for name, value in headers]
    return _head(f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", padded) + body


def _odd_chunks(status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> bytes:
    """Arena's answers keep their Content-Length; VBA's come in chunks with extensions and a trailer."""
    is_arena = any(name.lower() == b"x-arena-requests-remaining" for name, _ in headers)
    first_line = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"
    if is_arena or not body:
        return _head(first_line, headers) + body
    kept = [pair for pair in headers if pair[0].lower() != b"content-length"]
    chunks = b"".join(
        b"00%X;part=%d\r\n%b\r\n" % (len(piece), start, piece)
        for start in range(0, len(body), 11)
        if (piece := body[start : start + 11])
    )
    return (
        _head(first_line, [*kept, (b"Transfer-Encoding", b"Chunked")]) + chunks + b"000\r\nServer-Timing: all\r\n\r\n"
    )


async def _jitter(request: Request, state: State, handler: Handler) -> Response:
    await asyncio.sleep(random.uniform(*LATENCY_SECONDS) / 2)
    response = await handler(request, state)
    await asyncio.sleep(random.uniform(*LATENCY_SECONDS) / 2)
    return response


JITTER = around(_jitter)


def _shedding() -> Middleware:
    under_way = 0

    async def middleware(request: Request, state: State, handler: Handler) -> Response:
        nonlocal under_way
        if under_way == MOST_UNDER_WAY:
            return Response(503, (("Content-Length", "0"),), b"")
        under_way += 1
        try:
            return await _jitter(request, state, handler)
        finally:
            under_way -= 1

    return middleware


def _slow_start() -> Middleware:
    waiting = [FIRST_ANSWER_SECONDS]

    async def middleware(request: Request, state: State, handler: Handler) -> Response:
        if waiting:
            await asyncio.sleep(waiting.pop())
        return await handler(request, state)

    return middleware


def rate_limit(retry_after: Callable[[], Headers]) -> Modifier:
    """The modifier that now and then answers a batch 429, with the header fields that `retry_after` gives.

    The request after a refusal is taken again, and there are few refusals, so that a run does not get long.
    """

    def limiter() -> Middleware:
        numbers = count(1)

        async def middleware(request: Request, state: State, handler: Handler) -> Response:
            number = next(numbers) if is_batch(request) else 0
            if number == 0 or number % REQUESTS_TO_A_REFUSAL or number > MOST_REFUSALS * REQUESTS_TO_A_REFUSAL:
                return await handler(request, state)
            headers = (("Content-Type", "text/plain"), ("Date", format_datetime(state.now(), usegmt=True)))
            return Response(429, headers + retry_after(), b"").with_body(b"Too many requests.")

        return middleware

    return fresh(limiter)


def clock_off_by(seconds: int) -> Modifier:
    """The modifier whose server has a clock that is `seconds` ahead."""

    async def middleware(request: Request, state: State, handler: Handler) -> Response:
        state.now = lambda: utc_now() + timedelta(seconds=seconds)
        return await handler(request, state)

    return around(middleware)


async def _head_like_get(request: Request, state: State, handler: Handler) -> Response:
    if request.method != "HEAD" or is_batch(request):
        return await handler(request, state)
    return await handler(replace(request, method="GET"), state)


async def _options_204(request: Request, state: State, handler: Handler) -> Response:
    response = await handler(request, state)
    if request.method != "OPTIONS" or response.status != 405:
        return response
    bare = replace(response, status=204, body=b"").without_header("Content-Length").without_header("Content-Type")
    return bare.with_header("Allow", "PUT, OPTIONS").with_header("Access-Control-Allow-Methods", "PUT")


def other_methods_answer(status: int) -> Modifier:
    """The modifier that refuses every method but PUT with `status`, in place of 405."""

    def change(request: Request, _: State, response: Response) -> Response:
        if response.status != 405:
            return response
        refused = replace(response, status=status).without_header("Allow")
        if is_batch(request):
            return edited(request, refused, lambda _, __, envelope: envelope | {"error": {"status": status}})
        errors = [{"code": status, "message": "There is nothing here for this method."}]
        return edited(request, refused, lambda _, __, ___: {"status": status, "errors": errors})

    return answering(change)


def _any_case_path(request: Request) -> Request:
    segments = request.path.split("/")
    # The words stand at the odd places; a GUID keeps its case, which matters.
    words = [segment.lower() if place % 2 else segment for place, segment in enumerate(segments)]
    slash_too_many = words[-1] == "" and len(words) in (3, 6, 8)
    return replace(request, path="/".join(words[:-1] if slash_too_many else words))


def _retry_date() -> Headers:
    return (("Retry-After", format_datetime(utc_now(), usegmt=True)),)


IN_PIECES = body_in_pieces
HEAD_LIKE_GET = around(_head_like_get)
OPTIONS_204 = around(_options_204)
ANY_CASE_PATHS = asking(_any_case_path)
RATE_LIMIT = rate_limit(lambda: (("Retry-After", "0"),))

_PERSISTENCE = "A server may end a connection after any answer (RFC 9112, 9.3)."
_RATE = "VBA's portal limits the rate and asks callers to back off on 429."
_METHODS = "The documents say nothing of other methods on these paths, and siblings need not exist."
_PHRASE = "The reason phrase means nothing to a client and may be empty (RFC 9112, 4)."

CONNECTION = (
    Variant("connection-close-after-each-answer", ("HTTP-1", "EVENT-9", "QUALITY-11"), _PERSISTENCE, CLOSING),
    Variant("connection-close-after-every-fifth-answer", ("HTTP-1",), _PERSISTENCE, fresh(_some_closing)),
    Variant(
        "idle-connections-close-unannounced",
        ("HTTP-1", "EVENT-9", "QUALITY-11"),
        "Either side may close an idle connection at any time; the client opens another (RFC 9112, 9.5).",
        wrap=idle_closing,
    ),
    Variant(
        "interim-answers",
        ("HTTP-1", "EVENT-1", "QUALITY-1", "BATCH-1"),
        "A client takes any number of 1xx answers before the final one, expected or not (RFC 9110, 15.2).",
        wrap=interim_answers,
    ),
    Variant(
        "body-in-pieces",
        ("HTTP-1", "ARENA-HEADER-2"),
        "Where TCP cuts a message means nothing to HTTP.",
        wrap=IN_PIECES,
    ),
    Variant("odd-reason-phrases", ("HTTP-1", "EVENT-1", "BATCH-1"), _PHRASE, wrap=written(_odd_phrases)),
    Variant(
        "http-1-0-answers",
        ("HTTP-1", "ARENA-HEADER-2"),
        "An old server behind the address answers in its own version (RFC 9110, 2.5).",
        wrap=written(_old_version),
    ),
    Variant(
        "header-values-between-white-space",
        ("ARENA-HEADER-1", "ARENA-HEADER-2", "ARENA-HEADER-4", "ARENA-HEADER-5", "ARENA-HEADER-6"),
        "White space around a field's value is no part of it (RFC 9112, 5.1).",
        wrap=written(_padded_headers),
    ),
    Variant(
        "chunks-with-extensions-and-a-trailer",
        ("BATCH-1", "HTTP-1"),
        "Chunks may have extensions, leading zeros and a trailer after them (RFC 9112, 7.1).",
        wrap=written(_odd_chunks),
    ),
    Variant(
        "jittered-latency",
        ("EVENT-9", "QUALITY-11", "BATCH-18", "QUALITY-9"),
        "No document says how fast an answer is, nor in which order those to concurrent requests come.",
        JITTER,
    ),
    Variant(
        "more-than-five-at-once-are-shed",
        ("HTTP-1", "EVENT-9", "QUALITY-11", "BATCH-1"),
        "A server that is busy may ask for another attempt with 503 (RFC 9110, 15.6.4), and 503 is backed off from.",
        fresh(_shedding),
    ),
    Variant("slow-first-answer", ("HTTP-1",), "No document says how fast the first answer is.", fresh(_slow_start)),
    Variant("rate-limit-with-retry-after", ("BATCH-1", "BATCH-AUTH-1", "HTTP-1"), _RATE, RATE_LIMIT),
    Variant(
        "rate-limit-with-retry-date",
        ("BATCH-1", "BATCH-12"),
        "Retry-After is a number of seconds or a date (RFC 9110, 10.2.3).",
        rate_limit(_retry_date),
    ),
    Variant("rate-limit-without-retry-after", ("BATCH-1", "BATCH-5"), _RATE, rate_limit(tuple)),
    Variant(
        "clock-behind",
        ("ARENA-HEADER-3", "QUALITY-9"),
        "The date is now within a tolerance; two clocks are never the same.",
        clock_off_by(-3),
    ),
    Variant(
        "clock-ahead",
        ("ARENA-HEADER-3", "QUALITY-9"),
        "The date is now within a tolerance; two clocks are never the same.",
        clock_off_by(3),
    ),
    Variant(
        "head-like-get", ("HTTP-2", "ARENA-HEADER-2"), "HEAD answers as GET does (RFC 9110, 9.3.2).", HEAD_LIKE_GET
    ),
    Variant(
        "options-204-with-allow",
        ("HTTP-2", "HTTP-3", "ARENA-HEADER-1", "ARENA-HEADER-2"),
        "OPTIONS may answer without content; a 204 has no Content-Length (RFC 9110, 8.6 and 9.3.7).",
        OPTIONS_204,
    ),
    Variant("other-methods-400", ("HTTP-2", "HTTP-3"), _METHODS, other_methods_answer(400)),
    Variant("other-methods-404", ("HTTP-2", "HTTP-3"), _METHODS, other_methods_answer(404)),
    Variant(
        "path-prefix",
        ("HTTP-2",),
        "The documents give paths, not where they start; the vendors' own servers have prefixes.",
        prefix="/gateway/v1",
    ),
    Variant(
        "paths-in-any-case-and-a-last-slash",
        ("HTTP-2", "ARENA-ERROR-9"),
        "No document says what other paths answer.",
        ANY_CASE_PATHS,
    ),
)
