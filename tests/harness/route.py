"""The way to a target: straight or through a proxy, plain or in TLS."""

from __future__ import annotations

import base64
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

import h11

from tests.harness.tls import Tls, client_context, refusal
from tests.harness.unreachable import UnreachableError

CONNECT_SECONDS = 10.0
"""For each of: a connection, what a proxy says to CONNECT, the handshake of TLS."""
MAX_HEAD = 1024 * 1024
READ_SIZE = 4096


@dataclass(frozen=True)
class Origin:
    """Where requests go in the end."""

    secure: bool
    host: str
    port: int

    @property
    def authority(self) -> str:
        """Host and port as CONNECT names them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def origin_of(url: str) -> Origin:
    """The origin of an absolute URL of http or https."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    return Origin(secure, parts.hostname or "", parts.port or (443 if secure else 80))


@dataclass(frozen=True)
class Proxy:
    """A proxy that an environment variable names, with the credentials of its URL."""

    variable: str
    host: str
    port: int
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def authorization(self) -> str | None:
        """The value of Proxy-Authorization (RFC 7617), None without credentials."""
        if not self.user and not self.password:
            return None
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode("ascii")

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers that are for the proxy alone."""
        return [] if self.authorization is None else [("Proxy-Authorization", self.authorization)]

    def blamed(self, text: str, remedy: str, sent: int = 0) -> UnreachableError:
        """That the proxy is why there is no connection."""
        where = f"[{self.host}]" if ":" in self.host else self.host
        return UnreachableError(f"the proxy {where}:{self.port}: {text}", key=self.variable, remedy=remedy, sent=sent)

    def unauthorized(self, sent: int = 0) -> UnreachableError:
        """That the proxy answers 407."""
        if self.authorization is None:
            text, remedy = "it asks for a user and a password", "write them into it, as http://user:password@host:port"
        else:
            text, remedy = "it refuses the user and password that it got", "write ones into it that the proxy accepts"
        return self.blamed(f"{text} (HTTP 407)", remedy, sent)


@dataclass(frozen=True)
class Routes:
    """How to reach each origin; one without a proxy is reached straight."""

    tls: Tls = field(default_factory=Tls)
    proxies: Mapping[Origin, Proxy] = field(default_factory=dict)

    @cached_property
    def context(self) -> ssl.SSLContext:
        """What TLS is spoken with. Raises UnreachableError, with the key, where a file of `tls` cannot serve."""
        return client_context(self.tls)

    def connect(self, origin: Origin) -> socket.socket:
        """A connection that is ready for requests to the origin. Raises UnreachableError."""
        proxy = self.proxies.get(origin)
        connection = _opened(origin.host, origin.port) if proxy is None else _to_proxy(proxy)
        try:
            if proxy is not None and origin.secure:
                _tunnel(connection, proxy, origin)
            if origin.secure:
                return self._encrypted(connection, origin)
        except UnreachableError:
            connection.close()
            raise
        return connection

    def refused(self, origin: Origin, error: ssl.SSLError, sent: int = 0) -> UnreachableError:
        """What an error of TLS means, with the origin that it came from."""
        why = refusal(error, self.tls)
        text = f"{origin.host}:{origin.port}: {why}"
        return UnreachableError(text, key=why.key, remedy=why.remedy, sent=sent)

    def _encrypted(self, connection: socket.socket, origin: Origin) -> ssl.SSLSocket:
        connection.settimeout(CONNECT_SECONDS)
        try:
            return self.context.wrap_socket(connection, server_hostname=origin.host)
        except TimeoutError:
            raise UnreachableError(f"{origin.host}:{origin.port}: no answer to the handshake of TLS") from None
        except ssl.SSLError as error:
            raise self.refused(origin, error) from None
        except (OSError, ValueError) as error:
            raise UnreachableError(f"{origin.host}:{origin.port}: {_reason(error)} in the handshake of TLS") from None


STRAIGHT = Routes()


def _opened(host: str, port: int) -> socket.socket:
    try:
        connection = socket.create_connection((host, port), CONNECT_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except (OSError, UnicodeError) as error:
        raise UnreachableError(f"{host}:{port}: {_reason(error)}") from None
    return connection


def _to_proxy(proxy: Proxy) -> socket.socket:
    try:
        return _opened(proxy.host, proxy.port)
    except UnreachableError as error:
        why = str(error).removeprefix(f"{proxy.host}:{proxy.port}: ")
        raise proxy.blamed(why, "is this variable right, and does the proxy run?") from None


def _tunnel(connection: socket.socket, proxy: Proxy, origin: Origin) -> None:
    """Have the proxy open a tunnel to the origin (RFC 9110, section 9.3.6). Raises UnreachableError."""
    try:
        status = _asked(connection, proxy, origin)
    except (OSError, EOFError, h11.RemoteProtocolError) as error:
        asked = f"no answer to CONNECT {origin.authority} ({_reason(error)})"
        raise proxy.blamed(asked, "is this variable right, and is that a proxy?") from None
    if status == 407:
        raise proxy.unauthorized()
    if not 200 <= status < 300:
        remedy = "have it let this host through, or name the host in no_proxy"
        raise proxy.blamed(f"it answers HTTP {status} to CONNECT {origin.authority}", remedy)


def _asked(connection: socket.socket, proxy: Proxy, origin: Origin) -> int:
    """The status with which the proxy answers CONNECT."""
    http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
    headers = [("Host", origin.authority), *proxy.headers]
    request = h11.Request(method="CONNECT", target=origin.authority, headers=headers)
    deadline = time.monotonic() + CONNECT_SECONDS
    connection.sendall((http.send(request) or b"") + (http.send(h11.EndOfMessage()) or b""))
    while True:
        event = http.next_event()
        if isinstance(event, h11.Response):
            return event.status_code
        if isinstance(event, h11.ConnectionClosed):
            raise EOFError("closed without an answer")
        if event is h11.NEED_DATA:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            connection.settimeout(left)
            # The target waits for the first word of TLS, so nothing of its own follows the proxy's answer.
            data = connection.recv(READ_SIZE)
            if not data:
                raise EOFError("closed without an answer")
            http.receive_data(data)


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
