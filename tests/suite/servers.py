"""Played servers: they answer on loopback what a test has written down, byte for byte, however wrong it is."""

from __future__ import annotations

import select
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from urllib.parse import urlsplit

POLL_SECONDS = 0.01
READ_SIZE = 256 * 1024
OK_BODY = b'{"ok": true}'


class End(Enum):
    """What the server does with the connection after an answer."""

    KEEP = auto()
    CLOSE = auto()
    RESET = auto()
    HOLD = auto()
    """Nothing more comes, and the connection stays open until the client or the server ends."""


@dataclass(frozen=True)
class Answer:
    """One answer: `pieces` are written in turn, `pause` seconds apart, without an end where the iterable has none."""

    pieces: Iterable[bytes] = ()
    end: End = End.KEEP
    pause: float = 0.0
    tunnel: str | None = None
    """The base URL of a server with which the client is connected behind the pieces, as a proxy does on CONNECT."""


@dataclass(frozen=True)
class Received:
    """One request as it came: its head's bytes, its body, and the number of the connection that it came over."""

    head: bytes
    body: bytes
    connection: int

    @property
    def line(self) -> str:
        """The request line."""
        return self.head.split(b"\r\n", 1)[0].decode("latin-1")

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The header fields, in their order and with their names as sent."""
        rows = self.head.decode("latin-1").split("\r\n")[1:]
        return [(name, value.strip()) for name, _, value in (row.partition(":") for row in rows if row)]


Script = Iterable[Answer] | Callable[[Received], Answer]
"""The answers in turn (a connection past the last one is closed), or a function that gives the one to a request."""


def http(
    body: bytes = OK_BODY, *headers: str, status: str = "200 OK", length: int | None = -1, version: str = "HTTP/1.1"
) -> bytes:
    """An answer's bytes. `length` is what Content-Length says: the body's own by default, no header with None."""
    lines = [f"{version} {status}", "Content-Type: application/json", *headers]
    if length is not None:
        lines.append(f"Content-Length: {len(body) if length < 0 else length}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def answer(body: bytes = OK_BODY, *headers: str, end: End = End.KEEP, status: str = "200 OK") -> Answer:
    """A right answer, written at once."""
    return Answer((http(body, *headers, status=status),), end)


@dataclass
class Played:
    """A played server that runs: its base URL, and what it has received."""

    url: str
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    closed: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Released each time the server has ended a connection."""


@contextmanager
def played(
    script: Script = (), *, host: str = "127.0.0.1", early: bool = False, tls: ssl.SSLContext | None = None
) -> Iterator[Played]:
    """Serve the script on a free port while the context lasts; `early` answers before it reads a request's body."""
    server = _Server(script, host, early, tls)
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield server.shown
    finally:
        server.stopping.set()
        server.shutdown()
        thread.join()
        server.end_connections()
        server.server_close()


@contextmanager
def refusing() -> Iterator[str]:
    """The base URL of a port that is taken, and refuses every connection, while the context lasts."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{holder.getsockname()[1]}"


@contextmanager
def saying(data: bytes) -> Iterator[str]:
    """Host and port of a server that speaks no HTTP while the context lasts: it says this to any word, and closes."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self.request.recv(READ_SIZE)
                self.request.sendall(data)

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = False
    request_queue_size = 64

    def __init__(self, script: Script, host: str, early: bool, tls: ssl.SSLContext | None) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, 0), _Connection)
        shown_host = f"[{host}]" if ":" in host else host
        self.shown = Played(f"{'https' if tls else 'http'}://{shown_host}:{self.server_address[1]}")
        self.early = early
        self.tls = tls
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.open: set[socket.socket] = set()
        self._script = script if callable(script) else iter(script)

    def next_answer(self, received: Received) -> Answer | None:
        with self.lock:
            self.shown.requests.append(received)
            return self._script(received) if callable(self._script) else next(self._script, None)

    def end_connections(self) -> None:
        with self.lock:
            for connection in self.open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Connection(socketserver.BaseRequestHandler):
    server: _Server
    request: socket.socket

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.server.tls is not None:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True, do_handshake_on_connect=False)
        self.buffer = b""
        with self.server.lock:
            self.server.shown.connections += 1
            self.number = self.server.shown.connections
            self.server.open.add(self.request)

    def handle(self) -> None:
        try:
            if isinstance(self.request, ssl.SSLSocket):
                self.request.do_handshake()
            while not self.server.stopping.is_set() and self.serve_one():
                pass
        except OSError:
            # The client has gone, as clients do that have seen enough.
            return

    def finish(self) -> None:
        with self.server.lock:
            self.server.open.discard(self.request)
        self.request.close()
        self.server.shown.closed.release()

    def serve_one(self) -> bool:
        """Read a request and play its answer; false where the connection has ended."""
        head = self.read_head()
        if head is None:
            return False
        length = content_length(head)
        body = b"" if self.server.early else self.read(length)
        answer = self.server.next_answer(Received(head, body, self.number))
        if answer is None:
            return False
        for count, piece in enumerate(answer.pieces):
            if count and self.server.stopping.wait(answer.pause):
                return False
            self.request.sendall(piece)
        if answer.tunnel is not None:
            self.connect_with(answer.tunnel)
            return False
        if answer.end is End.RESET:
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if answer.end is End.HOLD:
            self.server.stopping.wait()
        if answer.end is End.KEEP and self.server.early:
            self.read(length)
        return answer.end is End.KEEP

    def connect_with(self, url: str) -> None:
        """Pass on what the client and the server at the URL say, until one of them ends."""
        parts = urlsplit(url)
        with socket.create_connection((parts.hostname or "", parts.port or 80)) as upstream:
            upstream.sendall(self.buffer)
            to = {self.request: upstream, upstream: self.request}
            while not self.server.stopping.is_set():
                for ready in select.select(list(to), [], [], POLL_SECONDS)[0]:
                    data = ready.recv(READ_SIZE)
                    if not data:
                        return
                    to[ready].sendall(data)

    def read_head(self) -> bytes | None:
        while b"\r\n\r\n" not in self.buffer:
            if not self.read_more():
                return None
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        return head

    def read(self, length: int) -> bytes:
        while len(self.buffer) < length and self.read_more():
            pass
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return body

    def read_more(self) -> bool:
        data = self.request.recv(READ_SIZE)
        self.buffer += data
        return bool(data)


def content_length(head: bytes) -> int:
    """What a request's head says of the length of its body, 0 where it says nothing."""
    lengths = [value for name, value in Received(head, b"", 0).headers if name.lower() == "content-length"]
    return int(lengths[0]) if lengths else 0
