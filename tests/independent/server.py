"""A threaded HTTP server around the application, on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from tests.independent.application import create_application

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

HOST = "127.0.0.1"


class QuietHandler(WSGIRequestHandler):
    """Passes the application's headers on, with lower-case names as many gateways do, and logs nothing."""

    protocol_version = "HTTP/1.1"
    timeout = 10.0  # seconds that a half-sent request may hold a thread

    def make_environ(self) -> WSGIEnvironment:
        """Return the environment with `arena_session_id`; Werkzeug drops header names with an underscore."""
        environ = super().make_environ()
        environ.pop("HTTP_ARENA_SESSION_ID", None)
        sessions = self.headers.get_all("arena_session_id")
        if sessions:
            environ["HTTP_ARENA_SESSION_ID"] = ",".join(sessions)
        return environ

    def run_wsgi(self) -> None:
        """Answer one request; a target that is no URI gets 400 instead of a dropped connection."""
        try:
            urlsplit(self.path)
        except ValueError:
            self.send_error(400, "Bad request target")
        else:
            super().run_wsgi()

    def handle_expect_100(self) -> bool:
        """Leave `100 Continue` to Werkzeug, which would send it a second time."""
        return True

    def send_response(self, code: int, message: str | None = None) -> None:
        """Write the status line alone: Server and Date are the application's."""
        self.send_response_only(code, message)

    def send_header(self, keyword: str, value: str) -> None:
        """Write one header with its name in lower case."""
        super().send_header(keyword.lower(), value)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse a message that is not HTTP/1.x; the fault is the client's, so never with 5xx."""
        self.request_version = self.protocol_version  # without a version there would be no status line
        super().send_error(code if code < 500 else 400, message, explain)

    def log(self, type: str, message: str, *args: object) -> None:
        """Log nothing."""


def open_server(port: int = 0) -> BaseWSGIServer:
    """Return a bound server with fresh state; port 0 takes a free one."""
    return make_server(HOST, port, create_application(), threaded=True, request_handler=QuietHandler)


@contextmanager
def running(port: int = 0) -> Iterator[str]:
    """Serve in a thread for the length of the block; yield the base URL, without a slash at its end."""
    server = open_server(port)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.port}"
    finally:
        server.shutdown()
        thread.join()
