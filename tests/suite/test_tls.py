"""TLS: private authorities, client certificates, and that each refusal is told in a line that says what to change."""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from tests.harness import route
from tests.harness.delivery import Delivery, StoppedError
from tests.harness.evidence import curl
from tests.harness.exchange import RECONCILE_EVENT, Failure, Request, Response, Trouble
from tests.harness.options import Options
from tests.harness.redact import redactor
from tests.harness.route import Routes
from tests.harness.run import Run
from tests.harness.target import ConfigurationError, load_target, reference_target
from tests.harness.tls import Tls, told_in_http
from tests.harness.unreachable import UnreachableError
from tests.harness.wire import Wire
from tests.reference.app import build_app
from tests.reference.data import ADMIN_SESSION
from tests.reference.parts import Modifier
from tests.reference.server import running
from tests.suite.certificates import YESTERDAY, Authority, authority
from tests.suite.servers import Answer, End, Played, answer, http, played, saying
from tests.suite.test_command import ARENA, ONE_EVENT, ROOT, SECONDS, Command, any_server, refused, texts_of

GENEROUS = 10.0
"""Seconds within which anything bounded is over, even on a busy machine."""
SHORT = 0.3
BOTH = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]
"""A refused client certificate shows in the handshake of the one, and only at the first read of the other."""


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that the target.toml of these tests names."""
    return authority(tmp_path_factory.mktemp("private") / "authority")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that nobody names."""
    return authority(tmp_path_factory.mktemp("other") / "authority")


def put(url: str, body: bytes = b"{}") -> Request:
    """A request to exactly this URL."""
    return Request(RECONCILE_EVENT, "PUT", url, (), body)


@contextmanager
def speaking(tls: Tls, seconds: float = GENEROUS) -> Iterator[Wire]:
    """A transport with these files."""
    with closing(Wire(seconds, Routes(tls))) as wire:
        yield wire


def refusal(server: Played, tls: Tls) -> UnreachableError:
    """How a server that refuses TLS, or that the suite refuses, is told."""
    with speaking(tls) as wire, pytest.raises(UnreachableError) as caught:
        wire.send(put(server.url + "/a"))
    return caught.value


# What works


@pytest.mark.parametrize("version", BOTH)
def test_a_server_of_the_authority_in_ca_file_is_trusted_and_its_connection_kept(
    private: Authority, version: ssl.TLSVersion
) -> None:
    with (
        played([answer(), answer()], tls=private.server(version=version)) as server,
        speaking(Tls(private.file)) as wire,
    ):
        sent = [wire.send(put(server.url + "/a")) for _ in range(2)]
    assert [(isinstance(found, Response) and found.status, times) for found, times in sent] == [(200, 1)] * 2
    assert server.connections == 1


@pytest.mark.parametrize("version", BOTH)
def test_an_answer_that_takes_longer_than_one_wait_is_waited_for_through_tls(
    private: Authority, version: ssl.TLSVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.harness.wire.HEEDED_SECONDS", 0.02)
    halves = Answer((http()[:30], http()[30:]), pause=0.2)
    with (
        played([halves, halves], tls=private.server(version=version)) as server,
        speaking(Tls(private.file)) as wire,
    ):
        sent = [wire.send(put(server.url + "/a")) for _ in range(2)]
    assert [(isinstance(found, Response) and found.status, times) for found, times in sent] == [(200, 1)] * 2


def test_the_authorities_of_ssl_cert_file_are_trusted_and_those_of_ca_file_beside_them(
    private: Authority, other: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(other.file))
    with (
        played([answer()], tls=other.server()) as of_the_machine,
        played([answer()], tls=private.server()) as of_the_file,
        speaking(Tls(private.file)) as wire,
    ):
        found = [wire.send(put(server.url + "/a"))[0] for server in (of_the_machine, of_the_file)]
    assert [isinstance(one, Response) and one.status for one in found] == [200, 200]


@pytest.mark.parametrize("version", BOTH)
def test_a_client_certificate_is_shown_to_the_server_that_asks_for_one(
    private: Authority, version: ssl.TLSVersion
) -> None:
    certificate, key = private.client()
    with (
        played([answer()], tls=private.server(clients=private, version=version)) as server,
        speaking(Tls(private.file, certificate, key)) as wire,
    ):
        found, _ = wire.send(put(server.url + "/a"))
    assert isinstance(found, Response)
    assert found.status == 200


def test_the_key_may_be_in_the_file_of_the_certificate(private: Authority) -> None:
    certificate, key = private.client()
    both = private.folder / "both.pem"
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    with (
        played([answer()], tls=private.server(clients=private)) as server,
        speaking(Tls(private.file, both)) as wire,
    ):
        found, _ = wire.send(put(server.url + "/a"))
    assert isinstance(found, Response)


@pytest.mark.parametrize("version", BOTH)
def test_a_large_request_is_sent_whole_though_tls_has_messages_of_its_own_meanwhile(
    private: Authority, version: ssl.TLSVersion
) -> None:
    body = b"x" * (4 * 1024 * 1024)
    with (
        played([answer()], tls=private.server(version=version)) as server,
        speaking(Tls(private.file)) as wire,
    ):
        found, _ = wire.send(put(server.url + "/a", body))
    assert isinstance(found, Response), found
    assert len(server.requests[0].body) == len(body)


def test_an_answer_that_comes_before_a_large_request_was_sent_is_taken(private: Authority) -> None:
    early = Answer((http(b"", status="413 Content Too Large"),), End.HOLD)
    with (
        played([early], early=True, tls=private.server()) as server,
        speaking(Tls(private.file)) as wire,
    ):
        found, _ = wire.send(put(server.url + "/a", b"x" * (24 * 1024 * 1024)))
    assert isinstance(found, Response), found
    assert found.status == 413


def test_an_answer_without_a_length_is_whole_where_the_server_just_closes(private: Authority) -> None:
    with (
        played([Answer((http(length=None),), End.CLOSE)], tls=private.server()) as server,
        speaking(Tls(private.file)) as wire,
    ):
        found, _ = wire.send(put(server.url + "/a"))
    assert isinstance(found, Response), found
    assert not found.surplus


def test_bytes_past_an_answers_length_show_through_tls_too(private: Authority) -> None:
    said = http(b'{"ok": true}xy', length=12)
    with (
        played([Answer((said,))], tls=private.server()) as server,
        speaking(Tls(private.file)) as wire,
    ):
        found, _ = wire.send(put(server.url + "/a"))
    assert isinstance(found, Response), found
    assert found.surplus


# What is refused


def test_an_authority_that_nobody_names_is_not_trusted(private: Authority, other: Authority) -> None:
    with played([answer()], tls=other.server()) as server:
        found = refusal(server, Tls(private.file))
    assert (found.key, "an authority that is not known" in str(found)) == ("tls.ca_file", True)
    assert "tls.ca_file" in found.remedy
    assert "SSL_CERT_FILE" in found.remedy
    assert server.requests == []


@pytest.mark.parametrize("host", ["elsewhere.test", "192.0.2.1"])
def test_a_certificate_of_another_host_is_refused(private: Authority, host: str) -> None:
    with played([answer()], tls=private.server(host)) as server:
        found = refusal(server, Tls(private.file))
    assert (found.key, "its certificate is for another host" in str(found)) == (None, True)
    assert "'127.0.0.1'" in str(found)
    assert server.requests == []


def test_a_certificate_that_is_out_of_date_is_refused(private: Authority) -> None:
    with played([answer()], tls=private.server(not_after=YESTERDAY)) as server:
        found = refusal(server, Tls(private.file))
    assert (found.key, "its certificate is out of date" in str(found)) == (None, True)
    assert server.requests == []


@pytest.mark.parametrize("version", BOTH)
def test_a_client_certificate_that_is_asked_for_and_absent_is_named(
    private: Authority, version: ssl.TLSVersion
) -> None:
    with played(tls=private.server(clients=private, version=version)) as server:
        found = refusal(server, Tls(private.file))
    assert found.key == "tls.client_certificate"
    assert "asks for a client certificate and got none" in str(found)


@pytest.mark.parametrize("version", BOTH)
def test_a_client_certificate_that_the_server_does_not_accept_is_named(
    private: Authority, other: Authority, version: ssl.TLSVersion
) -> None:
    certificate, key = other.client()
    with played(tls=private.server(clients=private, version=version)) as server:
        found = refusal(server, Tls(private.file, certificate, key))
    assert found.key == "tls.client_certificate"
    assert "refuses the client certificate" in str(found)


def test_a_refusal_that_comes_with_the_first_read_counts_the_request_as_sent(private: Authority) -> None:
    with played(tls=private.server(clients=private, version=ssl.TLSVersion.TLSv1_3)) as server:
        assert refusal(server, Tls(private.file)).sent == 1
    with played(tls=private.server(clients=private, version=ssl.TLSVersion.TLSv1_2)) as server:
        assert refusal(server, Tls(private.file)).sent == 0


@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_a_server_that_speaks_no_tls_is_told(said: bytes) -> None:
    with (
        saying(said) as there,
        speaking(Tls()) as wire,
        pytest.raises(UnreachableError, match="speaks no TLS there") as caught,
    ):
        wire.send(put(f"https://{there}/a"))
    assert "http:// in place of https://" in caught.value.remedy


def test_a_server_that_closes_in_the_handshake_is_unreachable() -> None:
    with saying(b"") as there, speaking(Tls()) as wire, pytest.raises(UnreachableError, match=f"^{there}: "):
        wire.send(put(f"https://{there}/a"))


def test_a_server_that_is_silent_in_the_handshake_is_left_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "CONNECT_SECONDS", SHORT)
    with (
        played() as server,
        speaking(Tls()) as wire,
        pytest.raises(UnreachableError, match="no answer to the handshake of TLS"),
    ):
        wire.send(put(server.url.replace("http:", "https:") + "/a"))


@pytest.mark.parametrize("version", BOTH)
def test_a_connection_that_is_cut_is_no_refusal_of_tls(private: Authority, version: ssl.TLSVersion) -> None:
    with (
        played([Answer(end=End.CLOSE)], tls=private.server(version=version)) as server,
        speaking(Tls(private.file)) as wire,
    ):
        found, _ = wire.send(put(server.url + "/a"))
    assert isinstance(found, Failure)
    assert found.trouble is Trouble.CUT


@pytest.mark.parametrize(
    ("said", "key", "remedy"),
    [
        (b"<center>No required SSL certificate was sent</center>", "tls.client_certificate", "tls.client_key"),
        (b"<center>The SSL certificate error</center>", "tls.client_certificate", "tls.client_key"),
        (b"<center>The plain HTTP request was sent to HTTPS port</center>", None, "https://"),
        (b"Client sent an HTTP request to an HTTPS server.", None, "https://"),
    ],
)
def test_what_a_server_says_of_tls_in_http_is_told(said: bytes, key: str | None, remedy: str) -> None:
    found = told_in_http(said)
    assert found is not None
    assert (found.key, remedy in found.remedy) == (key, True)


def test_an_answer_that_says_nothing_of_tls_is_none_of_them() -> None:
    assert told_in_http(b'{"status": 400, "errors": [{"code": 400, "message": "no"}]}') is None


# Runs


def begun(url: str, tls: Tls, vba: str | None = None) -> Run:
    """A run after its first request to the events, and to the batch where a URL is given for it."""
    target = reference_target(url)
    assert target.arena is not None
    assert target.vba is not None
    target = replace(
        target,
        arena=replace(target.arena, read_back=False),
        vba=replace(target.vba, url=vba or url),
        routes=Routes(tls),
    )
    run = Run(target, Options(seed=1))
    try:
        run.first_requests(["arena"] if vba is None else ["arena", "vba"])
    finally:
        run.close()
    return run


@pytest.mark.parametrize("version", BOTH)
def test_no_run_begins_without_the_client_certificate_and_nothing_is_found(
    private: Authority, version: ssl.TLSVersion
) -> None:
    with (
        played(tls=private.server(clients=private, version=version)) as server,
        pytest.raises(
            ConfigurationError, match=r"^tls\.client_certificate: 127\.0\.0\.1:\d+: the server .* tls\.client_key$"
        ),
    ):
        begun(server.url, Tls(private.file))


def test_no_run_begins_where_the_certificate_is_out_of_date(private: Authority) -> None:
    with (
        played(tls=private.server(not_after=YESTERDAY)) as server,
        pytest.raises(ConfigurationError, match=r"^arena\.url: 127\.0\.0\.1:\d+: its certificate is out of date"),
    ):
        begun(server.url, Tls(private.file))


def test_each_api_is_told_of_at_its_own_first_request(private: Authority, other: Authority) -> None:
    with (
        played([answer(b"{}")], tls=private.server()) as server,
        played(tls=other.server()) as of_the_batch,
        pytest.raises(ConfigurationError, match=rf"^tls\.ca_file: {of_the_batch.url[8:]}: "),
    ):
        begun(server.url, Tls(private.file), of_the_batch.url)


def test_a_server_that_refuses_the_certificate_in_http_is_told(private: Authority) -> None:
    said = answer(b"<html>No required SSL certificate was sent</html>", status="400 Bad Request")
    with (
        played([said], tls=private.server()) as server,
        pytest.raises(ConfigurationError, match=r"^tls\.client_certificate: HTTP 400: the server asks"),
    ):
        begun(server.url, Tls(private.file))


def test_a_server_that_just_closes_may_do_so_for_want_of_a_client_certificate(private: Authority) -> None:
    with (
        played(lambda _: Answer(end=End.CLOSE), tls=private.server()) as server,
        pytest.raises(ConfigurationError, match=r"^arena\.url: the connection was cut .*tls\.client_certificate"),
    ):
        begun(server.url, Tls(private.file))


def test_a_certificate_that_is_wrong_only_midway_is_waited_for_and_then_stops_the_run(
    private: Authority, other: Authority
) -> None:
    context = private.server()
    with (
        played([answer(end=End.CLOSE)], tls=context) as server,
        speaking(Tls(private.file)) as wire,
    ):
        delivery = Delivery(wire, SHORT, None, None)
        first, _ = delivery.deliver(put(server.url + "/a"))
        server.closed.acquire()
        other.ca.issue_cert("127.0.0.1").configure_cert(context)
        with pytest.raises(StoppedError, match=r"^tls\.ca_file: 127\.0\.0\.1:\d+: its certificate is from"):
            delivery.deliver(put(server.url + "/a"))
    assert isinstance(first, Response)


# target.toml


CONFIG = """
[arena]
url = "https://acme.example"
session_id = "the-session"
[[arena.events]]
integration = "I1"
event = "E1"
[tls]
"""


def configured(folder: Path, tls: str) -> Tls:
    """What a target.toml in this folder says of TLS."""
    path = folder / "target.toml"
    path.write_text(CONFIG + tls, "utf-8")
    return load_target(path, None, {"FOLDER": str(folder)}).routes.tls


def test_files_are_named_from_the_folder_of_target_toml(private: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, key = private.client()
    monkeypatch.chdir("/")
    found = configured(
        private.folder,
        f'ca_file = "{private.file.name}"\nclient_certificate = "{certificate.name}"\nclient_key = "{key}"\n',
    )
    assert found == Tls(private.file, certificate, key)


def test_a_file_may_be_named_by_a_variable(private: Authority) -> None:
    assert configured(private.folder, f'ca_file = "${{FOLDER}}/{private.file.name}"') == Tls(private.file)


def test_without_a_table_there_is_nothing_but_what_the_machine_trusts(tmp_path: Path) -> None:
    path = tmp_path / "target.toml"
    path.write_text(CONFIG.replace("[tls]", ""), "utf-8")
    assert load_target(path, None).routes == Routes()


def test_the_examples_of_the_readme_are_read(private: Authority) -> None:
    certificate, key = private.client()
    readme = (ROOT / "README.md").read_text("utf-8")
    target, tls, *_ = re.findall(r"^```toml\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    path = private.folder / "target.toml"
    path.write_text(target + tls, "utf-8")
    variables = ("ARENA_SESSION_ID", "ARENA_USER_SESSION_ID", "VBA_API_KEY", "VBA_TOKEN")
    found = load_target(path, None, {name: f"the value of {name}" for name in variables})
    assert found.name == "acme sandbox"
    assert found.routes.tls == Tls(private.file, certificate, key)


@pytest.mark.parametrize(
    ("tls", "says"),
    [
        ('ca_file = "no-such.pem"', "tls.ca_file: {folder}/no-such.pem cannot be read (No such file or directory)"),
        ('ca_file = "."', "tls.ca_file: {folder} cannot be read (Is a directory)"),
        ('ca_file = "empty.pem"', "tls.ca_file: {folder}/empty.pem holds no certificate in PEM"),
        ('ca_file = "noise.pem"', "tls.ca_file: {folder}/noise.pem holds no certificate in PEM"),
        ('ca_file = "client.key"', "tls.ca_file: {folder}/client.key holds no certificate in PEM"),
        ("ca_file = 1", "tls.ca_file: is not a text"),
        ('ca_file = ""', "tls.ca_file: is empty"),
        ('cafile = "ca.pem"', "tls.cafile: there is no such key; did you mean ca_file?"),
        ("verify = false", "tls.verify: there is no such key"),
        ('client_key = "client.key"', "tls.client_certificate: is not there, but tls.client_key is; add it"),
        ('client_certificate = "no-such.pem"', "tls.client_certificate: {folder}/no-such.pem cannot be read"),
        ('client_certificate = "client.key"', "tls.client_certificate: {folder}/client.key holds no certificate"),
        ('client_certificate = "client.pem"', "tls.client_key: {folder}/client.pem holds no private key in PEM"),
        (
            'client_certificate = "client.pem"\nclient_key = "no-such.key"',
            "tls.client_key: {folder}/no-such.key cannot be read",
        ),
        (
            'client_certificate = "client.pem"\nclient_key = "noise.pem"',
            "tls.client_key: {folder}/noise.pem holds no private key in PEM",
        ),
        (
            'client_certificate = "client.pem"\nclient_key = "other.key"',
            "tls.client_key: {folder}/other.key is not the key of {folder}/client.pem",
        ),
        (
            'client_certificate = "client.pem"\nclient_key = "encrypted.key"',
            "tls.client_key: {folder}/encrypted.key is encrypted with a passphrase",
        ),
    ],
)
def test_a_file_that_cannot_serve_is_named_and_not_shown(private: Authority, tls: str, says: str) -> None:
    folder = private.folder
    _, key = private.client()
    private.client("other")
    (folder / "empty.pem").write_bytes(b"")
    (folder / "noise.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\nno-such-thing\n-----END CERTIFICATE-----\n\xff")
    (folder / "encrypted.key").write_bytes(encrypted(key.read_bytes()))
    with pytest.raises(ConfigurationError) as caught:
        configured(folder, tls)
    line = str(caught.value)
    assert line.startswith("target.toml: " + says.format(folder=folder))
    assert not any(row in line for row in key.read_text("ascii").split("\n")[1:-2])


def encrypted(key: bytes) -> bytes:
    """A private key in PEM, encrypted with a passphrase."""
    read = serialization.load_pem_private_key(key, None)
    best = serialization.BestAvailableEncryption(b"passphrase")
    return read.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, best)


# The command


def test_a_curl_line_names_the_files(private: Authority) -> None:
    line = curl(put("https://acme.example/a"), redactor({}), Tls(Path("ca.pem"), Path("it's:mine.pem"), Path("a.key")))
    assert " --cacert ca.pem --cert 'it'\"'\"'s\\:mine.pem' --key a.key " in line


def test_a_curl_line_to_http_names_no_file() -> None:
    assert "--cacert" not in curl(put("http://acme.example/a"), redactor({}), Tls(Path("ca.pem")))


@contextmanager
def serving(private: Authority, *modifiers: Modifier) -> Iterator[str]:
    """The reference implementation, which takes clients with a certificate alone: its base URL."""
    with running(build_app(*modifiers), tls=private.server(clients=private)) as url:
        yield url


def config_of(private: Authority, client: bool = True) -> str:
    """A target.toml for such a server."""
    certificate, key = private.client()
    of_the_client = f'client_certificate = "{certificate}"\nclient_key = "{key}"\n' if client else ""
    return f'{ARENA}{ONE_EVENT}\n[tls]\nca_file = "{private.file}"\n{of_the_client}'


def test_a_server_that_takes_known_clients_alone_is_tested_and_its_curl_line_works(
    private: Authority, tmp_path: Path
) -> None:
    config = config_of(private)
    key = (private.folder / "client.key").read_text("ascii").split("\n")[1:-2]
    with serving(private, any_server()) as url:
        done = Command(tmp_path)(f"--target-url={url}", "--only=ARENA-HEADER-4,EVENT-3", config=config)
        assert (done.code, done.having("fail"), done.having("pass")) == (1, ["ARENA-HEADER-4"], ["EVENT-3"]), done.err
        finding = next(row for row in done.conformance["requirements"] if row["findings"])["findings"][0]
        if shutil.which("curl"):
            ended = subprocess.run(
                ["bash", "-c", finding["curl"]],
                env={**os.environ, "TEST_SESSION": ADMIN_SESSION, "no_proxy": "*"},
                check=True,
                capture_output=True,
                timeout=SECONDS,
            )
            assert b"Server: nginx" in ended.stdout
    assert not any(row in text for text in texts_of(done) for row in key)


def test_a_missing_client_certificate_is_one_line_and_exit_code_4(private: Authority, tmp_path: Path) -> None:
    with played(tls=private.server(clients=private)) as server:
        done = Command(tmp_path)(f"--target-url={server.url}", config=config_of(private, client=False))
    assert "asks for a client certificate and got none" in refused(done, "tls.client_certificate: 127.0.0.1:")


def test_an_authority_that_is_not_known_is_one_line_and_exit_code_4(private: Authority, tmp_path: Path) -> None:
    with serving(private) as url:
        done = Command(tmp_path)(f"--target-url={url}")
    assert "SSL_CERT_FILE" in refused(done, "tls.ca_file: 127.0.0.1:")
