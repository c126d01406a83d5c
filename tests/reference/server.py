"""Serves an application on loopback, in a thread of its own. uvicorn speaks HTTP; the thread and the socket are ours.

uvicorn's own runner looks for the end ten times a second and waits for connections to close; here both are immediate.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from tests.reference.app import WRITE_RAW, App

KEEP_ALIVE_SECONDS = 30
MAX_HEAD = 256 * 1024
LINGER_SECONDS = 1.0
BACKLOG = 1024


@contextmanager
def running(app: App, *, port: int = 0, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve `app` while the context lasts and give its base URL; port 0 takes a free one, `tls` makes it https.

    Raises OSError when the port cannot be had. At the end every connection is closed at once.
    """
    listener = socket.create_server((host, port), backlog=BACKLOG)
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(target=_run, args=(loop, app, listener, stop, tls), name="reference", daemon=True)
    # Connections wait in the listener's backlog until the thread takes them, so the URL is good at once.
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://{host}:{listener.getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def _run(
    loop: asyncio.AbstractEventLoop,
    app: App,
    listener: socket.socket,
    stop: asyncio.Event,
    tls: ssl.SSLContext | None,
) -> None:
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(_serve(app, listener, stop, tls))


async def _serve(app: App, listener: socket.socket, stop: asyncio.Event, tls: ssl.SSLContext | None) -> None:
    config = Config(
        app,
        interface="asgi3",
        http=_Protocol,
        ws="none",
        lifespan="off",
        proxy_headers=False,
        access_log=False,
        log_config=None,
        log_level=logging.CRITICAL + 1,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        h11_max_incomplete_event_size=MAX_HEAD,
    )
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Protocol(config, state, {}), sock=listener, ssl=tls)
    await stop.wait()
    server.close()
    for connection in tuple(state.connections):
        connection.transport.abort()


class _Protocol(H11Protocol):
    """uvicorn's HTTP/1.1, with three additions for which it has no setting."""

    _refused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send each write at once, and let the application write bytes past the message, as a faulty server does."""
        assert isinstance(transport, asyncio.Transport)
        super().connection_made(transport)
        # Head and body are two writes. Without this the second may wait 40 ms for the first to be acknowledged.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, WRITE_RAW: transport.write}

    def data_received(self, data: bytes) -> None:
        """Drop what follows a request that is not HTTP."""
        if not self._refused:
            super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        """Answer a request that is not HTTP, then wait a little before the connection is closed.

        Closing while bytes are unread resets the connection, and the client may lose the answer.
        """
        self._refused = True
        body = msg.encode("ascii")
        self.transport.write(
            b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)
