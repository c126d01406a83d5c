"""Proxies of the environment: what is asked of them, what is told of them, and that their password stays theirs."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.harness import route
from tests.harness.delivery import Delivery, StoppedError
from tests.harness.exchange import RECONCILE_EVENT, Request, Response
from tests.harness.options import Options
from tests.harness.proxies import proxy_of, through_proxies
from tests.harness.route import Origin, Proxy, Routes, origin_of
from tests.harness.run import Run
from tests.harness.target import ConfigurationError, reference_target
from tests.harness.tls import Tls
from tests.harness.unreachable import UnreachableError
from tests.harness.verdict import EXIT_STOPPED, decide
from tests.harness.wire import Wire
from tests.suite.certificates import Authority, authority
from tests.suite.servers import Answer, End, Played, Received, answer, played, refusing, saying
from tests.suite.test_command import ENVIRONMENT, Command, any_server, refused, serving, texts_of

GENEROUS = 10.0
"""Seconds within which anything bounded is over, even on a busy machine."""
SHORT = 0.3
PASSWORD = "open/sesame:of the@proxy"
IN_A_URL = "open%2Fsesame%3Aof%20the%40proxy"
AUTHORIZATION = "Basic " + base64.b64encode(f"me:{PASSWORD}".encode()).decode()
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
TARGET = "http://target.test:8001"
SECURE = "https://target.test:8001"


@pytest.fixture(autouse=True)
def no_proxy_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each test name its own proxies."""
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority of the targets behind the proxies."""
    return authority(tmp_path_factory.mktemp("private") / "authority")


def put(url: str, *headers: tuple[str, str]) -> Request:
    """A request to exactly this URL."""
    return Request(RECONCILE_EVENT, "PUT", url, headers, b"{}")


def proxy_at(url: str, variable: str = "http_proxy", user: str = "", password: str = "") -> Proxy:
    """The proxy that is played at a URL."""
    parts = urlsplit(url)
    return Proxy(variable, parts.hostname or "", parts.port or 80, user, password)


@contextmanager
def through(proxy: Proxy, *targets: str, tls: Tls | None = None) -> Iterator[Wire]:
    """A transport that reaches the targets through the proxy."""
    routes = Routes(tls or Tls(), {origin_of(target): proxy for target in targets or (TARGET, SECURE)})
    with closing(Wire(GENEROUS, routes)) as wire:
        yield wire


def blamed(proxy: Proxy, target: str) -> UnreachableError:
    """What is told of a proxy through which the target cannot be reached."""
    with through(proxy) as wire, pytest.raises(UnreachableError) as caught:
        wire.send(put(target + "/a"))
    return caught.value


# Which proxy


@pytest.mark.parametrize(
    ("variables", "url", "found"),
    [
        ({}, "http://a.test/v1", None),
        ({"http_proxy": "http://p.test:3128"}, "http://a.test/v1", Proxy("http_proxy", "p.test", 3128)),
        ({"http_proxy": "http://p.test:3128"}, "https://a.test/v1", None),
        ({"https_proxy": "http://p.test:3128/"}, "https://a.test/v1", Proxy("https_proxy", "p.test", 3128)),
        ({"HTTPS_PROXY": "http://p.test:3128"}, "https://a.test/v1", Proxy("HTTPS_PROXY", "p.test", 3128)),
        (
            {"HTTPS_PROXY": "http://q.test:1", "https_proxy": "http://p.test:2"},
            "https://a.test",
            Proxy("https_proxy", "p.test", 2),
        ),
        ({"http_proxy": "p.test:3128"}, "http://a.test", Proxy("http_proxy", "p.test", 3128)),
        ({"http_proxy": "http://p.test"}, "http://a.test", Proxy("http_proxy", "p.test", 80)),
        ({"http_proxy": "http://[::1]:3128"}, "http://a.test", Proxy("http_proxy", "::1", 3128)),
        (
            {"http_proxy": f"http://me:{IN_A_URL}@p.test:3128"},
            "http://a.test",
            Proxy("http_proxy", "p.test", 3128, "me", PASSWORD),
        ),
        ({"http_proxy": "http://p.test:3128"}, "http://127.0.0.1:8000", Proxy("http_proxy", "p.test", 3128)),
        ({"http_proxy": "http://p.test:3128", "no_proxy": "127.0.0.1"}, "http://127.0.0.1:8000", None),
        ({"http_proxy": "http://p.test:3128", "NO_PROXY": "b.test, a.test"}, "http://a.test", None),
        ({"http_proxy": "http://p.test:3128", "no_proxy": ".test"}, "http://a.test/v1", None),
        ({"http_proxy": "http://p.test:3128", "no_proxy": "*"}, "http://a.test", None),
        ({"http_proxy": "http://p.test:3128", "no_proxy": "::1"}, "http://[::1]:8000", None),
        (
            {"http_proxy": "http://p.test:3128", "no_proxy": "a.test:81"},
            "http://a.test:80",
            Proxy("http_proxy", "p.test", 3128),
        ),
        ({"http_proxy": ""}, "http://a.test", None),
    ],
)
def test_the_environment_names_the_proxy_of_a_url(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], url: str, found: Proxy | None
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert proxy_of(url) == found


@pytest.mark.parametrize(
    "named",
    [
        f"socks5://me:{IN_A_URL}@p.test:1080",
        f"https://me:{IN_A_URL}@p.test",
        f"http://me:{IN_A_URL}@",
        f"http://me:{IN_A_URL}@p.test:many",
        f"http://me:{IN_A_URL}@p.test:0",
        f"http://me:{IN_A_URL}@p test:3128",
        f"http://me:{PASSWORD}@p.test:3128",
        f"http://[me:{IN_A_URL}@p.test:3128",
    ],
)
def test_what_is_no_url_of_a_proxy_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("https_proxy", named)
    with pytest.raises(ConfigurationError, match=r"^https_proxy: .*http://host:port") as caught:
        proxy_of("https://a.test")
    assert "sesame" not in str(caught.value)


def test_each_api_has_the_proxy_of_its_own_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://p.test:1")
    monkeypatch.setenv("https_proxy", "http://p.test:2")
    target = reference_target("http://a.test/v1")
    assert target.vba is not None
    target = replace(target, vba=replace(target.vba, url="https://b.test"), routes=Routes(Tls(Path("ca.pem"))))
    assert through_proxies(target).routes == Routes(
        Tls(Path("ca.pem")),
        {
            Origin(False, "a.test", 80): Proxy("http_proxy", "p.test", 1),
            Origin(True, "b.test", 443): Proxy("https_proxy", "p.test", 2),
        },
    )


def test_the_credentials_of_a_proxy_are_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://me:{IN_A_URL}@p.test")
    found = through_proxies(reference_target(TARGET)).secrets
    assert {PASSWORD, AUTHORIZATION.removeprefix("Basic ")} <= set(found.values())
    assert set(reference_target(TARGET).secrets.items()) <= set(found.items())


def test_a_user_without_a_password_is_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://a-token-of-the-proxy@p.test")
    assert "a-token-of-the-proxy" in through_proxies(reference_target(TARGET)).secrets.values()


def test_a_proxy_shows_no_credentials_of_its_own_accord() -> None:
    shown = repr(Proxy("http_proxy", "p.test", 80, "me", PASSWORD))
    assert not any(secret in shown for secret in ("'me'", PASSWORD, AUTHORIZATION))


# What is asked of it


def test_a_request_of_http_goes_to_the_proxy_with_the_whole_url() -> None:
    with played([answer(), answer()]) as proxy, through(proxy_at(proxy.url)) as wire:
        sent = [wire.send(put(TARGET + path, ("X-Own", "1"))) for path in ("/a/../b%2F", "/?x=1")]
    assert [isinstance(found, Response) and (found.status, times) for found, times in sent] == [(200, 1)] * 2
    assert [one.line for one in proxy.requests] == [
        f"PUT {TARGET}/a/../b%2F HTTP/1.1",
        f"PUT {TARGET}/?x=1 HTTP/1.1",
    ]
    assert proxy.requests[0].headers == [("Host", "target.test:8001"), ("X-Own", "1"), ("Content-Length", "2")]
    assert proxy.connections == 1


def test_a_proxy_of_http_gets_its_credentials_with_each_request() -> None:
    with played([answer(), answer()]) as proxy, through(proxy_at(proxy.url, user="me", password=PASSWORD)) as wire:
        for _ in range(2):
            wire.send(put(TARGET + "/a"))
    assert [dict(one.headers).get("Proxy-Authorization") for one in proxy.requests] == [AUTHORIZATION] * 2


def test_a_request_of_https_goes_through_a_tunnel_and_the_proxys_credentials_stay_outside(private: Authority) -> None:
    with played([answer(), answer()], tls=private.server("target.test")) as target:
        tunnel = Answer((ESTABLISHED,), tunnel=target.url)
        with (
            played([tunnel]) as proxy,
            through(proxy_at(proxy.url, user="me", password=PASSWORD), tls=Tls(private.file)) as wire,
        ):
            sent = [wire.send(put(SECURE + "/a")) for _ in range(2)]
    assert [isinstance(found, Response) and (found.status, times) for found, times in sent] == [(200, 1)] * 2
    [asked] = proxy.requests
    assert asked.line == "CONNECT target.test:8001 HTTP/1.1"
    assert asked.headers == [("Host", "target.test:8001"), ("Proxy-Authorization", AUTHORIZATION)]
    assert [one.line for one in target.requests] == ["PUT /a HTTP/1.1"] * 2
    assert not any(AUTHORIZATION.encode() in one.head for one in target.requests)


def test_a_tunnel_to_an_ipv6_address_names_it_in_brackets() -> None:
    with (
        played([answer(status="403 Forbidden")]) as proxy,
        through(proxy_at(proxy.url), "https://[::1]:8001") as wire,
        pytest.raises(UnreachableError),
    ):
        wire.send(put("https://[::1]:8001/a"))
    assert proxy.requests[0].line == "CONNECT [::1]:8001 HTTP/1.1"


def test_the_certificate_behind_a_tunnel_is_the_targets_and_not_the_proxys(private: Authority) -> None:
    with (
        played(tls=private.server("proxy.test")) as target,
        played([Answer((ESTABLISHED,), tunnel=target.url)]) as proxy,
        through(proxy_at(proxy.url), tls=Tls(private.file)) as wire,
        pytest.raises(UnreachableError, match=r"^target\.test:8001: its certificate is for another host"),
    ):
        wire.send(put(SECURE + "/a"))


def test_a_tunnel_may_be_announced_by_interim_answers_and_other_2xx(private: Authority) -> None:
    announced = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 204 Tunnel\r\nVia: p\r\n\r\n"
    with (
        played([answer()], tls=private.server("target.test")) as target,
        played([Answer((announced,), tunnel=target.url)]) as proxy,
        through(proxy_at(proxy.url), tls=Tls(private.file)) as wire,
    ):
        found, _ = wire.send(put(SECURE + "/a"))
    assert isinstance(found, Response)


def test_a_target_that_has_no_proxy_is_reached_straight() -> None:
    with played([answer()]) as target, played() as proxy, through(proxy_at(proxy.url)) as wire:
        found, _ = wire.send(put(target.url + "/a"))
    assert isinstance(found, Response)
    assert target.requests[0].line == "PUT /a HTTP/1.1"
    assert proxy.connections == 0


# What is told of it


@pytest.mark.parametrize("target", [TARGET, SECURE])
def test_a_proxy_that_is_not_there_is_blamed(target: str) -> None:
    with refusing() as url:
        found = blamed(proxy_at(url), target)
    assert (found.key, str(found)) == ("http_proxy", f"the proxy {url[7:]}: Connection refused")


@pytest.mark.parametrize("target", [TARGET, SECURE])
@pytest.mark.parametrize(
    ("user", "says"), [("", "it asks for a user and a password"), ("me", "it refuses the user and password")]
)
def test_a_proxy_that_answers_407_is_blamed(target: str, user: str, says: str) -> None:
    asks = answer(b"", 'Proxy-Authenticate: Basic realm="p"', status="407 Proxy Authentication Required")
    with played([asks]) as proxy:
        found = blamed(proxy_at(proxy.url, user=user, password=PASSWORD if user else ""), target)
    assert (found.key, says in str(found), "HTTP 407" in str(found)) == ("http_proxy", True, True)
    assert PASSWORD not in str(found) + found.remedy


def test_a_407_of_a_target_that_has_no_proxy_is_its_own_answer() -> None:
    with played([answer(status="407 Proxy Authentication Required")]) as server, closing(Wire(GENEROUS)) as wire:
        found, _ = wire.send(put(server.url + "/a"))
    assert isinstance(found, Response)
    assert found.status == 407


@pytest.mark.parametrize("status", ["403 Forbidden", "502 Bad Gateway", "301 Moved Permanently", "400 Bad Request"])
def test_a_proxy_that_refuses_a_tunnel_is_blamed(status: str) -> None:
    with played([answer(b"<html>no</html>", status=status)]) as proxy:
        found = blamed(proxy_at(proxy.url), SECURE)
    assert found.key == "http_proxy"
    assert f"it answers HTTP {status[:3]} to CONNECT target.test:8001" in str(found)
    assert "no_proxy" in found.remedy


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH_9.6\r\n\r\n", b"HTTP/1.1 200 OK\r\nVia: p", b"HTTP/1.1 20"])
def test_what_answers_connect_like_no_proxy_is_blamed(said: bytes) -> None:
    with saying(said) as there:
        found = blamed(proxy_at(f"http://{there}"), SECURE)
    assert (found.key, "no answer to CONNECT" in str(found)) == ("http_proxy", True)


@pytest.mark.parametrize("interim", [b"", b"HTTP/1.1 102 Processing\r\n\r\n"], ids=["silent", "interim-without-end"])
def test_a_proxy_that_lets_connect_wait_is_left_after_a_while(monkeypatch: pytest.MonkeyPatch, interim: bytes) -> None:
    monkeypatch.setattr(route, "CONNECT_SECONDS", SHORT)
    without_end = Answer(iter(lambda: interim, None), pause=0.01)
    with played([without_end]) as proxy:
        found = blamed(proxy_at(proxy.url), SECURE)
    assert (found.key, "no answer to CONNECT" in str(found)) == ("http_proxy", True)


# Runs


def begun(url: str, proxy: Proxy) -> Run:
    """A run after its first request to the events of a target behind the proxy."""
    target = replace(reference_target(url), routes=Routes(proxies={origin_of(url): proxy}))
    assert target.arena is not None
    run = Run(replace(target, arena=replace(target.arena, read_back=False)), Options(seed=1))
    try:
        run.first_requests(["arena"])
    finally:
        run.close()
    return run


@pytest.mark.parametrize(
    ("target", "status"), [(TARGET, "407 Asked"), (SECURE, "407 Asked"), (SECURE, "403 Forbidden"), (SECURE, "502 Bad")]
)
def test_no_run_begins_through_a_proxy_that_refuses(target: str, status: str) -> None:
    with (
        played(lambda _: answer(status=status)) as proxy,
        pytest.raises(ConfigurationError, match=rf"^http_proxy: the proxy 127\.0\.0\.1:\d+: .*HTTP {status[:3]}"),
    ):
        begun(target, proxy_at(proxy.url))


def test_a_gateways_status_of_the_proxy_stops_the_run_and_names_it() -> None:
    with played(lambda _: answer(b"", status="503 Service Unavailable", end=End.CLOSE)) as proxy:
        run = begun(TARGET, proxy_at(proxy.url))
    assert run.stopped is not None
    assert "HTTP 503" in run.stopped
    assert "the proxy that http_proxy names" in run.stopped
    assert decide(run).exit_code == EXIT_STOPPED


def test_a_403_through_a_proxy_may_be_the_proxys() -> None:
    with (
        played(lambda _: answer(b"<html>denied</html>", status="403 Forbidden")) as proxy,
        pytest.raises(
            ConfigurationError, match=r"^arena\.session_id: .*\(or see to the proxy that http_proxy names\)$"
        ),
    ):
        begun(TARGET, proxy_at(proxy.url))


@pytest.mark.parametrize("target", [TARGET, SECURE])
def test_a_proxy_that_refuses_only_midway_is_waited_for(private: Authority, target: str) -> None:
    refuses = answer(b"", status="407 Proxy Authentication Required", end=End.CLOSE)
    with played([answer(end=End.CLOSE), answer()], tls=private.server("target.test")) as behind:
        lets_through = (
            answer(end=End.CLOSE) if target == TARGET else Answer((ESTABLISHED,), tunnel=behind.url, end=End.CLOSE)
        )
        with (
            played([lets_through, refuses, refuses, lets_through]) as proxy,
            through(proxy_at(proxy.url), tls=Tls(private.file)) as wire,
        ):
            delivery = Delivery(wire, GENEROUS, None, None)
            found = [delivery.deliver(put(target + "/a"))[0] for _ in range(2)]
    assert [isinstance(one, Response) and one.status for one in found] == [200, 200]
    assert len(proxy.requests) == 4


def test_a_proxy_that_refuses_from_some_moment_on_stops_the_run_and_is_named() -> None:
    def refusing_later(received: Received) -> Answer:
        return answer() if len(proxy.requests) == 1 else answer(status="407 Proxy Authentication Required")

    with played(refusing_later) as proxy, through(proxy_at(proxy.url)) as wire:
        delivery = Delivery(wire, SHORT, None, None)
        delivery.deliver(put(TARGET + "/a"))
        with pytest.raises(StoppedError, match=r"^http_proxy: the proxy 127\.0\.0\.1:\d+: .*HTTP 407"):
            delivery.deliver(put(TARGET + "/a"))


# The command


@contextmanager
def forwarding(url: str) -> Iterator[Played]:
    """A proxy that knows the target under another address. It shows in its answers what it was sent."""
    wire = Wire(GENEROUS)

    def forward(received: Received) -> Answer:
        method, asked, _ = received.line.split(" ")
        own = ("host", "proxy-authorization")
        headers = tuple(pair for pair in received.headers if pair[0].lower() not in own)
        path = asked.removeprefix(TARGET)
        found, _ = wire.send(Request(RECONCILE_EVENT, method, url + path, headers, received.body))
        assert isinstance(found, Response)
        shown = dict(received.headers).get("Proxy-Authorization", "")
        head = [f"HTTP/1.1 {found.status} Forwarded", f"X-Seen: {shown}"]
        head += [f"{name}: {value}" for name, value in found.headers]
        return Answer(("\r\n".join([*head, "", ""]).encode("latin-1") + found.body,))

    with closing(wire), played(forward) as proxy:
        yield proxy


def test_a_target_behind_a_proxy_is_tested_and_the_proxys_password_shows_nowhere(tmp_path: Path) -> None:
    with serving(any_server()) as (url, requests), forwarding(url) as proxy:
        named = f"http://me:{IN_A_URL}@{proxy.url.removeprefix('http://')}"
        done = Command(tmp_path)(
            f"--target-url={TARGET}",
            "--only=ARENA-HEADER-4,EVENT-3",
            environment={**ENVIRONMENT, "http_proxy": named},
        )
    assert (done.code, done.having("fail"), done.having("pass")) == (1, ["ARENA-HEADER-4"], ["EVENT-3"]), done.err
    assert requests
    assert {dict(one.headers)["Proxy-Authorization"] for one in proxy.requests} == {AUTHORIZATION}
    secrets = (PASSWORD, IN_A_URL, AUTHORIZATION.removeprefix("Basic "))
    assert not any(secret in text for text in texts_of(done) for secret in secrets)
    assert any("${http_proxy_AUTHORIZATION}" in text for text in texts_of(done))


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "403 Forbidden", "502 Bad Gateway"])
def test_a_proxy_that_refuses_is_one_line_and_exit_code_4(tmp_path: Path, status: str) -> None:
    with played(lambda _: answer(status=status)) as proxy:
        named = f"http://me:{IN_A_URL}@{proxy.url.removeprefix('http://')}"
        done = Command(tmp_path)(f"--target-url={SECURE}", environment={**ENVIRONMENT, "HTTPS_PROXY": named})
    line = refused(done, f"HTTPS_PROXY: the proxy {proxy.url.removeprefix('http://')}: ")
    assert f"HTTP {status[:3]}" in line
    assert PASSWORD not in line


def test_a_proxy_that_is_not_there_is_one_line_and_exit_code_4(tmp_path: Path) -> None:
    with refusing() as url:
        done = Command(tmp_path)(f"--target-url={TARGET}", environment={**ENVIRONMENT, "http_proxy": url})
    refused(done, "http_proxy: the proxy 127.0.0.1:")


def test_what_is_no_url_of_a_proxy_is_one_line_and_exit_code_4(tmp_path: Path) -> None:
    named = f"socks5://me:{IN_A_URL}@127.0.0.1:1080"
    done = Command(tmp_path)(f"--target-url={TARGET}", environment={**ENVIRONMENT, "http_proxy": named})
    assert IN_A_URL not in refused(done, "http_proxy: a proxy of socks5:// is not supported")


def test_the_embedded_reference_is_reached_straight(tmp_path: Path) -> None:
    with refusing() as url:
        done = Command(tmp_path)("--only=EVENT-3", environment={**ENVIRONMENT, "http_proxy": url})
    assert (done.code, done.having("pass")) == (0, ["EVENT-3"])
