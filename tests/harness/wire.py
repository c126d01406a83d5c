"""The transport: one HTTP/1.1 request out, one whole answer or the reason why there is none.

It is built on h11, which shows the wire as it is: header names in their own case, the body's length as sent, bytes
past Content-Length. Clients made for convenience hide all three. Redirects are not followed: credentials go to the
configured origin alone. How a connection is made is in route.py.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

import h11

from tests.harness.exchange import Failure, Headers, Request, Response, Trouble
from tests.harness.route import MAX_HEAD, STRAIGHT, Origin, Routes, origin_of
from tests.harness.tls import is_alert
from tests.harness.together import HEEDED_SECONDS
from tests.harness.unreachable import UnreachableError

ANSWER_SECONDS = 30.0
MAX_BODY = 32 * 1024 * 1024
READ_SIZE = 256 * 1024
SEND_SIZE = 64 * 1024
SURPLUS_SECONDS = 0.01
"""How long a connection that is to be closed is read on: its end comes at once, or bytes that nobody counted."""
QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""Linux: acknowledge at once. A server that writes head and body apart waits 40 ms for that otherwise."""
NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
"""How a socket without a time limit says that it would have to wait."""


class Wire:
    """Sends requests over connections that it keeps open; safe to use from several threads."""

    def __init__(self, answer_seconds: float = ANSWER_SECONDS, routes: Routes = STRAIGHT) -> None:
        self._answer_seconds = answer_seconds
        self._routes = routes
        self._idle: dict[Origin, list[_Connection]] = {}
        self._lock = threading.Lock()

    def send(
        self,
        request: Request,
        before_repeating: Callable[[], None] = lambda: None,
        sent: Callable[[], None] = lambda: None,
    ) -> tuple[Response | Failure, int]:
        """The answer and how often the request was sent: twice when a kept connection had just been closed.

        `before_repeating` is called before the second time, `sent` as soon as the request has left. Raises
        UnreachableError when no connection can be made, and whatever `before_repeating` raises.
        """
        origin = origin_of(request.url)
        kept = self._take(origin)
        if kept is not None:
            answer = self._over(kept, request, sent)
            if not (isinstance(answer, Failure) and kept.spoiled(answer)):
                return answer, 1
            before_repeating()
        swallowed = 0 if kept is None else 1
        try:
            answer = self._over(_Connection(origin, self._routes), request, sent)
        except UnreachableError as error:
            error.sent += swallowed
            raise
        return answer, 1 + swallowed

    def close(self) -> None:
        """Close every kept connection."""
        with self._lock:
            for connections in self._idle.values():
                for connection in connections:
                    connection.close()
            self._idle.clear()

    def _take(self, origin: Origin) -> _Connection | None:
        with self._lock:
            connections = self._idle.get(origin, [])
            while connections:
                connection = connections.pop()
                if connection.quiet():
                    return connection
                connection.close()
        return None

    def _over(self, connection: _Connection, request: Request, sent: Callable[[], None]) -> Response | Failure:
        """The answer over this connection, which is kept where it can take another request."""
        try:
            return connection.exchange(request, self._answer_seconds, sent)
        finally:
            if connection.reusable:
                with self._lock:
                    self._idle.setdefault(connection.origin, []).append(connection)
            else:
                connection.close()


class _Connection:
    """One connection. Its exchanges raise UnreachableError where TLS or a proxy refuses it only then."""

    def __init__(self, origin: Origin, routes: Routes) -> None:
        self.origin = origin
        self.reusable = False
        self.heard = False
        self._fresh = True
        self._early: h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED] | None = None
        self._routes = routes
        # A proxy reads requests of http:// itself; those of https:// pass it unread.
        self._proxy = None if origin.secure else routes.proxies.get(origin)
        self._socket = routes.connect(origin)
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)

    def quiet(self) -> bool:
        """Whether nothing came in since the last answer: neither an end nor bytes that nobody asked for."""
        return not self._ready(select.POLLIN, 0)

    def _ready(self, events: int, seconds: float) -> int:
        """Which of the events (select.POLLIN, select.POLLOUT) the socket is ready for within so many seconds."""
        poll = select.poll()
        poll.register(self._socket, events)
        found = poll.poll(seconds * 1000)
        return found[0][1] if found else 0

    def spoiled(self, failure: Failure) -> bool:
        """Whether the failure is the kept connection's: closed meanwhile, or with bytes left of the answer before."""
        nothing_read = failure.trouble is Trouble.GARBLED and failure.partial is None
        return nothing_read or (failure.trouble is Trouble.CUT and not self.heard)

    def close(self) -> None:
        self._socket.close()

    def exchange(self, request: Request, seconds: float, sent: Callable[[], None]) -> Response | Failure:
        fresh, self._fresh = self._fresh, False
        self.reusable = self.heard = False
        received = _Received()
        deadline = time.monotonic() + seconds
        try:
            sent_whole = self._send(request, deadline)
            sent()
            self._receive(received, deadline)
        except TimeoutError:
            return received.failure(Trouble.TIMEOUT, f"{seconds:g} s passed")
        except (OSError, EOFError) as error:
            if fresh and not self.heard and isinstance(error, ssl.SSLError) and is_alert(error):
                # In TLS 1.3 a server that does not take the client's certificate says so only now.
                raise self._routes.refused(self.origin, error, sent=1) from None
            return received.failure(Trouble.CUT, str(error) or type(error).__name__)
        except h11.RemoteProtocolError as error:
            cut = self._http.trailing_data[1]
            return received.failure(Trouble.CUT if cut else Trouble.GARBLED, str(error))
        except OverflowError as error:
            return received.failure(Trouble.TOO_LARGE, str(error))
        trailing, closed = self._http.trailing_data
        done = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        received.surplus = bool(trailing) or ((not done or not self.quiet()) and self._more())
        if done and sent_whole and not received.surplus and not closed:
            self._http.start_next_cycle()
            self.reusable = True
        if self._proxy is not None and received.status == 407:
            self.reusable = False
            raise self._proxy.unauthorized(sent=1)
        return received.response()

    def _send(self, request: Request, deadline: float) -> bool:
        """Send the request; false where its answer came before it was sent whole."""
        left = memoryview(self._written(request))
        while left:
            ready = self._ready(select.POLLIN | select.POLLOUT, _next_wait(deadline))
            # A server may refuse a large body before it has read it all: its answer is there to be read.
            if ready & select.POLLIN and self._heard_now() and self._answered():
                return False
            try:
                left = left[self._sent_now(left[:SEND_SIZE]) :]
            except OSError:
                # What the server said before it closed the connection may still be there.
                return False
        return True

    def _answered(self) -> bool:
        """Whether what was heard so far is the answer, and not an interim one (1xx), after which the body is due."""
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                return False
            if not isinstance(event, h11.InformationalResponse):
                self._early = event
                return True

    def _written(self, request: Request) -> bytes:
        """The request as bytes."""
        parts = urlsplit(request.url)
        path = "/" + request.url.split("://", 1)[1].partition("/")[2]
        host = f"[{self.origin.host}]" if ":" in self.origin.host else self.origin.host
        if parts.port:
            host += f":{parts.port}"
        headers = [("Host", host), *request.headers]
        if not request.header("content-length") and (request.body or request.method in ("PUT", "POST", "PATCH")):
            headers.append(("Content-Length", str(len(request.body))))
        if self._proxy is not None:
            path = f"http://{host}{path}"
            headers += self._proxy.headers
        head = h11.Request(
            method=request.method,
            target=path,
            headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        )
        payload = self._http.send(head) or b""
        if request.body:
            payload += self._http.send(h11.Data(request.body)) or b""
        return payload + (self._http.send(h11.EndOfMessage()) or b"")

    def _sent_now(self, data: memoryview) -> int:
        """How many of the bytes can be sent without waiting."""
        self._socket.settimeout(0)
        try:
            return self._socket.send(data)
        except NOT_NOW:
            return 0

    def _heard_now(self) -> bool:
        """Whether a piece of the answer, or its end, is there already. TLS has messages of its own, which are none."""
        self._socket.settimeout(0)
        try:
            self._take_in(self._socket.recv(READ_SIZE))
        except NOT_NOW:
            return False
        return True

    def _receive(self, received: _Received, deadline: float) -> None:
        while True:
            event, self._early = self._early or self._http.next_event(), None
            if event is h11.NEED_DATA:
                self._socket.settimeout(_next_wait(deadline))
                if QUICKACK is not None:
                    self._socket.setsockopt(socket.IPPROTO_TCP, QUICKACK, 1)
                with suppress(TimeoutError):
                    self._take_in(self._socket.recv(READ_SIZE))
            elif isinstance(event, h11.Response):
                received.start(event)
            elif isinstance(event, h11.Data):
                received.add(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                return
            elif isinstance(event, h11.ConnectionClosed) or event is h11.PAUSED:
                raise EOFError("closed before the answer was whole")

    def _take_in(self, data: bytes) -> None:
        self.heard = self.heard or bool(data)
        if not data and not self.heard:
            raise EOFError("closed without an answer")
        self._http.receive_data(data)

    def _more(self) -> bool:
        self._socket.settimeout(SURPLUS_SECONDS)
        try:
            return bool(self._socket.recv(1))
        except OSError:
            return False


def _next_wait(deadline: float) -> float:
    """Seconds to wait before looking again. Raises TimeoutError when the deadline (time.monotonic) is reached."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return min(left, HEEDED_SECONDS)


class _Received:
    """What has come of an answer so far."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: Headers = ()
        self.chunks: list[bytes] = []
        self.length = 0
        self.surplus = False

    def start(self, event: h11.Response) -> None:
        self.status = event.status_code
        items = event.headers.raw_items()
        self.headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in items)

    def add(self, data: bytes) -> None:
        self.length += len(data)
        if self.length > MAX_BODY:
            raise OverflowError(f"more than {MAX_BODY} bytes")
        self.chunks.append(data)

    def failure(self, trouble: Trouble, detail: str) -> Failure:
        return Failure(trouble, detail, self._whole(b"".join(self.chunks)) if self.status else None)

    def response(self) -> Response | Failure:
        raw = b"".join(self.chunks)
        plain = self._whole(raw)
        coding = ", ".join(plain.header("content-encoding")).strip().lower()
        if coding in ("", "identity") or not raw:
            return plain
        if coding not in ("gzip", "x-gzip", "deflate"):
            return Failure(Trouble.GARBLED, f"the content coding {coding!r} was not asked for", plain)
        try:
            body = _inflate(raw)
        except zlib.error as error:
            return Failure(Trouble.GARBLED, f"the body is not {coding}: {error}", plain)
        if body is None:
            return Failure(Trouble.TOO_LARGE, f"the body inflates to more than {MAX_BODY} bytes", plain)
        return self._whole(body)

    def _whole(self, body: bytes) -> Response:
        chunked = any(name.lower() == "transfer-encoding" for name, _ in self.headers)
        return Response(self.status, self.headers, body, self.length, chunked, self.surplus)


def _inflate(data: bytes) -> bytes | None:
    """The decoded body (gzip or zlib), or None past MAX_BODY. Raises zlib.error when it is broken or cut short."""
    body = b""
    while data:
        decoder = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        body += decoder.decompress(data, MAX_BODY + 1 - len(body))
        if len(body) > MAX_BODY:
            return None
        if not decoder.eof:
            raise zlib.error("cut short")
        # gzip may have several members, one behind the other.
        data = decoder.unused_data
    return body
