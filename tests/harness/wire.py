"""The transport: one HTTP/1.1 request out, one whole answer or the reason why there is none.

It is built on h11, which shows the wire as it is: header names in their own case, the body's length as sent, bytes
past Content-Length. Clients made for convenience hide all three. Redirects are not followed: credentials go to the
configured origin alone.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

from tests.harness.exchange import Failure, Headers, Request, Response, Trouble

ANSWER_SECONDS = 30.0
CONNECT_SECONDS = 10.0
MAX_BODY = 32 * 1024 * 1024
MAX_HEAD = 1024 * 1024
READ_SIZE = 256 * 1024
SEND_SIZE = 64 * 1024
SURPLUS_SECONDS = 0.01
"""How long a connection that is to be closed is read on: its end comes at once, or bytes that nobody counted."""
QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""Linux: acknowledge at once. A server that writes head and body apart waits 40 ms for that otherwise."""


class UnreachableError(Exception):
    """No connection to the target could be made; the text says why.

    `sent` is 1 where a kept connection had taken the request before it was closed, else 0.
    """

    def __init__(self, text: str, sent: int = 0) -> None:
        super().__init__(text)
        self.sent = sent


@dataclass(frozen=True)
class Origin:
    """Where connections go."""

    secure: bool
    host: str
    port: int


class Wire:
    """Sends requests over connections that it keeps open; safe to use from several threads."""

    def __init__(self, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._answer_seconds = answer_seconds
        self._idle: dict[Origin, list[_Connection]] = {}
        self._lock = threading.Lock()

    def send(
        self, request: Request, before_repeating: Callable[[], None] = lambda: None
    ) -> tuple[Response | Failure, int]:
        """The answer and how often the request was sent: twice when a kept connection had just been closed.

        `before_repeating` is called before the second time. Raises UnreachableError when no connection can be made,
        and whatever `before_repeating` raises.
        """
        parts = urlsplit(request.url)
        secure = parts.scheme == "https"
        origin = Origin(secure, parts.hostname or "", parts.port or (443 if secure else 80))
        kept = self._take(origin)
        if kept is not None:
            answer = kept.exchange(request, self._answer_seconds)
            if not (isinstance(answer, Failure) and kept.spoiled(answer)):
                self._keep(kept)
                return answer, 1
            kept.close()
            before_repeating()
        try:
            fresh = _Connection(origin)
        except UnreachableError as error:
            raise UnreachableError(str(error), 0 if kept is None else 1) from None
        answer = fresh.exchange(request, self._answer_seconds)
        self._keep(fresh)
        return answer, 1 if kept is None else 2

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

    def _keep(self, connection: _Connection) -> None:
        if not connection.reusable:
            connection.close()
            return
        with self._lock:
            self._idle.setdefault(connection.origin, []).append(connection)


class _Connection:
    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.reusable = False
        self.heard = False
        try:
            self._socket = socket.create_connection((origin.host, origin.port), CONNECT_SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if origin.secure:
                context = ssl.create_default_context()
                self._socket = context.wrap_socket(self._socket, server_hostname=origin.host)
        except (OSError, UnicodeError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise UnreachableError(f"{origin.host}:{origin.port}: {reason}") from None
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
        return failure.trouble is Trouble.GARBLED or (failure.trouble is Trouble.CUT and not self.heard)

    def close(self) -> None:
        self._socket.close()

    def exchange(self, request: Request, seconds: float) -> Response | Failure:
        self.reusable = self.heard = False
        received = _Received()
        deadline = time.monotonic() + seconds
        try:
            self._send(request, deadline)
            self._receive(received, deadline)
        except TimeoutError:
            return received.failure(Trouble.TIMEOUT, f"{seconds:g} s passed")
        except (OSError, EOFError) as error:
            return received.failure(Trouble.CUT, str(error) or type(error).__name__)
        except h11.RemoteProtocolError as error:
            cut = self._http.trailing_data[1]
            return received.failure(Trouble.CUT if cut else Trouble.GARBLED, str(error))
        except OverflowError as error:
            return received.failure(Trouble.TOO_LARGE, str(error))
        trailing, closed = self._http.trailing_data
        done = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        received.surplus = bool(trailing) or ((not done or not self.quiet()) and self._more())
        if done and not received.surplus and not closed:
            self._http.start_next_cycle()
            self.reusable = True
        return received.response()

    def _send(self, request: Request, deadline: float) -> None:
        parts = urlsplit(request.url)
        target = request.url.split("://", 1)[1].partition("/")
        host = f"[{self.origin.host}]" if ":" in self.origin.host else self.origin.host
        if parts.port:
            host += f":{parts.port}"
        headers = [("Host", host), *request.headers]
        if not request.header("content-length") and (request.body or request.method in ("PUT", "POST", "PATCH")):
            headers.append(("Content-Length", str(len(request.body))))
        head = h11.Request(
            method=request.method,
            target="/" + target[2],
            headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        )
        payload = self._http.send(head) or b""
        if request.body:
            payload += self._http.send(h11.Data(request.body)) or b""
        payload += self._http.send(h11.EndOfMessage()) or b""
        left = memoryview(payload)
        while left:
            seconds = deadline - time.monotonic()
            ready = self._ready(select.POLLIN | select.POLLOUT, seconds) if seconds > 0 else 0
            if not ready:
                raise TimeoutError
            if ready & select.POLLIN:
                # A server may refuse a large body before it has read it all: its answer is there to be read.
                return
            self._socket.settimeout(seconds)
            try:
                left = left[self._socket.send(left[:SEND_SIZE]) :]
            except TimeoutError:
                raise
            except OSError:
                return

    def _receive(self, received: _Received, deadline: float) -> None:
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                self._socket.settimeout(left)
                if QUICKACK is not None:
                    self._socket.setsockopt(socket.IPPROTO_TCP, QUICKACK, 1)
                data = self._socket.recv(READ_SIZE)
                self.heard = self.heard or bool(data)
                if not data and not self.heard:
                    raise EOFError("closed without an answer")
                self._http.receive_data(data)
            elif isinstance(event, h11.Response):
                received.start(event)
            elif isinstance(event, h11.Data):
                received.add(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                return
            elif isinstance(event, h11.ConnectionClosed) or event is h11.PAUSED:
                raise EOFError("closed before the answer was whole")

    def _more(self) -> bool:
        self._socket.settimeout(SURPLUS_SECONDS)
        try:
            return bool(self._socket.recv(1))
        except OSError:
            return False


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
