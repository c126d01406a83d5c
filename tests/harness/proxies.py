"""The proxies that the environment names: http_proxy, https_proxy and no_proxy, as the standard library reads them."""

from __future__ import annotations

import os
import re
import urllib.request
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from tests.harness.route import Origin, Proxy, origin_of
from tests.harness.target import ConfigurationError, Target

EXAMPLE = "write it as http://host:port, or http://user:password@host:port with %xx for what is no letter or digit"


def through_proxies(target: Target) -> Target:
    """The target, reached through the proxies that are named for its URLs.

    Their passwords join its secrets. Raises ConfigurationError for what is no URL of a proxy, without showing it.
    """
    proxies: dict[Origin, Proxy] = {}
    secrets = dict(target.secrets)
    for api in (target.arena, target.vba):
        proxy = None if api is None else proxy_of(api.url)
        if api is not None and proxy is not None:
            proxies[origin_of(api.url)] = proxy
            secrets |= _secrets(proxy)
    return replace(target, secrets=secrets, routes=replace(target.routes, proxies=proxies))


def proxy_of(url: str) -> Proxy | None:
    """The proxy for a URL; None where none is named, or no_proxy holds its host."""
    parts = urlsplit(url)
    named = urllib.request.getproxies().get(parts.scheme)
    hosts = {parts.netloc, parts.hostname or ""}
    if not named or any(urllib.request.proxy_bypass(host) for host in hosts):
        return None
    return _read(_variable(parts.scheme, named), named)


def _variable(scheme: str, named: str) -> str:
    """The name of the variable that holds this proxy: that in small letters goes first."""
    names = [name for name, value in os.environ.items() if name.lower() == f"{scheme}_proxy" and value == named]
    return max(names, default="the proxy of this machine's settings")


def _read(variable: str, named: str) -> Proxy:
    url = named if "://" in named else f"http://{named}"
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname
    except ValueError:
        raise ConfigurationError(f"{variable}: is not the URL of a proxy; {EXAMPLE}") from None
    if parts.scheme != "http":
        raise ConfigurationError(f"{variable}: a proxy of {parts.scheme}:// is not supported; {EXAMPLE}")
    if not host or port == 0 or not re.fullmatch(r"[A-Za-z0-9._:-]+", host):
        raise ConfigurationError(f"{variable}: is not the URL of a proxy; {EXAMPLE}")
    return Proxy(variable, host, port or 80, unquote(parts.username or ""), unquote(parts.password or ""))


def _secrets(proxy: Proxy) -> dict[str, str]:
    """What must not be shown: the header's value, the password, or the user where there is no password."""
    if proxy.authorization is None:
        return {}
    name = "".join(char if char.isalnum() else "_" for char in proxy.variable)
    encoded = proxy.authorization.removeprefix("Basic ")
    return {f"{name}_AUTHORIZATION": encoded, f"{name}_PASSWORD": proxy.password or proxy.user}
