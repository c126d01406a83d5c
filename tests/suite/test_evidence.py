"""Evidence: the curl line of a finding sends, from a real shell, the very request that was sent."""

from __future__ import annotations

import http.server
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from tests.harness.callers import body_of
from tests.harness.evidence import SHOWN, curl, request_shown, response_shown
from tests.harness.exchange import PUT_EVENTS_BATCH, Exchange, Failure, Headers, Request, Response, Trouble
from tests.harness.options import Options
from tests.harness.redact import redactor
from tests.harness.run import Run
from tests.harness.scenario import scenarios
from tests.harness.target import reference_target
from tests.reference.app import build_app
from tests.reference.server import running
from tests.suite.exchanges import EVENT, FOREIGN_PROCESS, ONE, PROCESS, TARGET, get, put, put_batch, put_batch_body

REDACT = redactor(TARGET.secrets)
SESSION, TOKEN = TARGET.secrets["ARENA_SESSION_ID"], TARGET.secrets["VBA_TOKEN"]
PLAIN = (("Content-Type", "application/json"), ("Accept", "*/*"), ("User-Agent", "suite"))
LARGE = 300_000
METHODS = ("GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE")


@dataclass
class Recorder:
    """What a server was sent: the request line's method and path, the headers and the body, byte by byte."""

    url: str
    seen: list[tuple[str, str, Headers, bytes]] = field(default_factory=list)


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    if shutil.which("curl") is None or shutil.which("bash") is None:
        pytest.skip("curl or bash is not on this machine, so no line can be run")

    class Handler(http.server.BaseHTTPRequestHandler):
        def record(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            method, path, _ = self.requestline.split(" ")
            recorded.seen.append((method, path, tuple(self.headers.items()), body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Print nothing."""

    for name in METHODS:
        setattr(Handler, f"do_{name}", Handler.record)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    recorded = Recorder(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield recorded
    server.shutdown()
    thread.join()
    server.server_close()


def sent_by_shell(recorder: Recorder, requests: list[Request]) -> list[tuple[str, str, Headers, bytes]]:
    """What arrives when the requests' curl lines are run one after the other."""
    recorder.seen.clear()
    lines = [curl(request, REDACT) for request in requests]
    for line in lines:
        assert "\n" not in line
        assert not [part for secret in TARGET.secrets.values() for part in (secret[:-1], secret[1:]) if part in line]
    script = "\n".join(f"{line} --silent --show-error --output /dev/null" for line in lines)
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", **TARGET.secrets}
    ran = subprocess.run(
        ["bash", "--norc", "-s"],
        input=script.encode(),
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ran.stderr == b""
    return list(recorder.seen)


def there(request: Request, url: str) -> Request:
    """The same request to the server at `url`."""
    return replace(request, url=url + "/" + request.url.split("://", 1)[1].partition("/")[2])


def assert_same(request: Request, seen: tuple[str, str, Headers, bytes], recorder: Recorder) -> None:
    method, path, headers, body = seen
    own = ("host", "content-length")
    assert method == request.method
    assert recorder.url + path == request.url
    assert [pair for pair in headers if pair[0].lower() not in own] == list(request.headers)
    assert body == request.body


def with_body(body: bytes) -> Request:
    return Request(PUT_EVENTS_BATCH, "PUT", "http://x/events-batch", PLAIN, body)


def with_headers(*headers: tuple[str, str]) -> Request:
    return Request(PUT_EVENTS_BATCH, "PUT", "http://x/events-batch", headers, b"[]")


def to_path(path: str) -> Request:
    return Request(PUT_EVENTS_BATCH, "PUT", f"http://x/{path}", PLAIN, b"[]")


DOCUMENTED = {
    "event": put(EVENT),
    "quality process": put(PROCESS, False),
    "creation": put(FOREIGN_PROCESS),
    "no session": put(EVENT, session=""),
    "unknown session": put(EVENT, session='it\'s "unknown"'),
    "no Content-Type": put(EVENT, content_type=None),
    "empty Content-Type": put(EVENT, content_type=""),
    "batch": put_batch({"event_ID": ONE, "subject": "März & 'Co' \"x\" `ls` $HOME \\ !"}),
    "no key": put_batch({"event_ID": ONE}, api_key=""),
    "no Accept": put_batch({"event_ID": ONE}, accept=None),
    "empty Accept": put_batch({"event_ID": ONE}, accept=""),
    "token under another scheme": put_batch({"event_ID": ONE}, authorization=f"Token {TOKEN}"),
    "token alone": put_batch({"event_ID": ONE}, authorization=TOKEN),
    "a session without its end": put(EVENT, session=SESSION[:-1]),
    "a session without its beginning": put(EVENT, session=SESSION[1:]),
    "a session with a digit more": put(EVENT, session=f"{SESSION}0"),
    "a key with letters around it": put_batch({"event_ID": ONE}, api_key=f"x{TARGET.secrets['VBA_API_KEY']}_y"),
    "a token without its end": put_batch({"event_ID": ONE}, authorization=f"Bearer {TOKEN[:-1]}"),
    "a token beside dollars": put_batch({"event_ID": ONE}, authorization=f"$HOME $(id) {TOKEN} $$ $1 $"),
    "a token beside quotes": put_batch({"event_ID": ONE}, authorization=f'`id` "it\'s" {TOKEN} \\ \\\\ !x'),
    "GET": get(EVENT),
    "HEAD": get(EVENT, "HEAD"),
    "OPTIONS": get(PROCESS, "OPTIONS"),
    "DELETE": get(EVENT, "DELETE"),
    "POST without a body": get(EVENT, "POST"),
    "PATCH": replace(put(EVENT), method="PATCH"),
    "GET with a body": replace(put_batch({"event_ID": ONE}), method="GET"),
}
BODIES = {
    "empty": b"",
    "a quote": b"it's",
    "double quotes": b'{"a": "b"}',
    "a backtick": b"`touch x`",
    "a dollar": b"$HOME ${HOME} $(id) $$ $1",
    "an exclamation mark": b"!! !x",
    "a backslash": rb"\ \\ \n \x41 \0",
    "a percent sign": b"%s %d %% %n",
    "a newline": b"a\nb\n",
    "only newlines": b"\n\n",
    "a carriage return": b"a\r\nb",
    "a tab": b"a\tb",
    "a NUL": b"a\0b",
    "only a NUL": b"\0",
    "an at sign first": b"@/etc/hostname",
    "a minus first": b"-d x",
    "a space first and last": b" a ",
    "text outside ASCII": "Grüße 漢字 🙂".encode(),
    "bytes that are not UTF-8": b"\xff\xfe\x80",
    "all bytes": bytes(range(256)),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": "{}".encode("utf-16"),
    "a line separator": "a\u2028b\u200bc".encode(),
    "a right-to-left mark": "a\u202eb".encode(),
    "globs and braces": b"* ? [a-z] {1,2} ~ # ; & | < > ( )",
    "as much as is shown": b"x" * SHOWN,
    "spaces in number": b" " * LARGE,
    "one letter in number": b"x" * LARGE,
    "brackets in number": b"[" * LARGE,
    "quotes in number": b"'" * LARGE,
    "5000 NULs": b"\0" * 5000,
    "5000 bytes 0xff": b"\xff" * 5000,
    "5000 backslashes": b"\\" * 5000,
    "5000 newlines": b"\n" * 5000,
    "5000 minus signs": b"-" * 5000,
    "5000 digits": b"7" * 5000,
    "a session beside dollars": f'$HOME $(id) `id` {SESSION}0 \\ "x"'.encode(),
}
HEADERS: dict[str, Headers] = {
    "none": (),
    "one alone": (("X-One", "1"),),
    "an empty one": (("X-Empty", ""), *PLAIN),
    "a repeated one": (("X-Twice", "1"), *PLAIN, ("X-Twice", "2")),
    "one with quotes": (*PLAIN, ("X-Quotes", 'it\'s "quoted"')),
    "one for shells": (*PLAIN, ("X-Shell", "`id` $HOME $(id) \\ ! * ; & | #")),
    "one with a colon": (*PLAIN, ("X-Colon", "a: b: c")),
    "one with an at sign": (*PLAIN, ("X-At", "@file")),
    "one with a semicolon last": (*PLAIN, ("X-Last", "a;")),
    "one that is long": (*PLAIN, ("X-Long", "x" * 6000)),
    "one in Latin-1": (*PLAIN, ("X-Latin", "\xe9t\xe9 \xff\xa0x")),
    "one in Latin-1 for shells": (*PLAIN, ("X-Shell", "\xe9 'it' \"is\" \\ \\x41 $HOME $(id) `id` !x")),
    "one of UTF-8's bytes": (*PLAIN, ("X-Bytes", "漢字".encode().decode("latin-1").replace("\x85", ""))),
    "names in odd letters": (("cOnTeNt-TyPe", "application/json"), ("ACCEPT", "*/*"), ("user-agent", "suite")),
}
PATHS = [
    "",
    "a/../b",
    "./a",
    "a//b",
    "%2E%2E/%2F",
    "a%20b",
    "a'b",
    "$HOME",
    "a&b;c",
    "~x",
    "*",
    "a?b=c&d=%7B",
    "a%00b",
    "(a)",
    "{}",
    "{a,b}",
    "[1-3]",
    "a[0]=%7B{x}",
    "events/$(id)",
]


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_line_sends_a_request_of_the_suite_again(recorder: Recorder, name: str) -> None:
    request = there(DOCUMENTED[name], recorder.url)

    [seen] = sent_by_shell(recorder, [request])

    assert_same(request, seen, recorder)


@pytest.mark.parametrize("name", BODIES)
def test_a_line_sends_a_body_byte_by_byte(recorder: Recorder, name: str) -> None:
    request = there(with_body(BODIES[name]), recorder.url)

    [seen] = sent_by_shell(recorder, [request])

    assert_same(request, seen, recorder)


@pytest.mark.parametrize("name", HEADERS)
def test_a_line_sends_the_headers_and_no_others(recorder: Recorder, name: str) -> None:
    request = there(with_headers(*HEADERS[name]), recorder.url)

    [seen] = sent_by_shell(recorder, [request])

    assert_same(request, seen, recorder)


@pytest.mark.parametrize("path", PATHS)
def test_a_line_sends_the_path_as_it_is(recorder: Recorder, path: str) -> None:
    request = there(to_path(path), recorder.url)

    [seen] = sent_by_shell(recorder, [request])

    assert_same(request, seen, recorder)


def test_the_lines_of_odd_requests_send_them_again(recorder: Recorder) -> None:
    """The requests of the scenarios about HTTP."""
    with running(build_app()) as url:
        run = Run(reference_target(url), Options(seed=1))
        for scenario in scenarios():
            if scenario.name.startswith("test_http::"):
                run.perform(scenario)
        run.close()
    lines = {curl(exchange.request, REDACT): exchange.request for exchange in run.exchanges}
    again = [there(request, recorder.url) for request in lines.values()]

    seen = sent_by_shell(recorder, again)

    assert len(again) > 80
    for request, one in zip(again, seen, strict=True):
        assert_same(request, one, recorder)


@pytest.mark.parametrize("body", [b"ab" * LARGE, b'{"a":' * LARGE, bytes(range(256)) * 20, b"[" * SHOWN + b"]" * SHOWN])
def test_a_large_body_is_packed_and_sent_whole(recorder: Recorder, body: bytes) -> None:
    request = there(with_body(body), recorder.url)

    [seen] = sent_by_shell(recorder, [request])

    assert_same(request, seen, recorder)
    assert len(curl(request, REDACT)) < SHOWN


def test_a_secret_stands_as_its_variable_in_a_line() -> None:
    line = curl(put_batch({"event_ID": ONE}), REDACT)

    assert '"x-api-key: ${VBA_API_KEY}"' in line
    assert '"Authorization: Bearer ${VBA_TOKEN}"' in line


@pytest.mark.parametrize(
    ("session", "written"),
    [
        (f"{SESSION}0", "${ARENA_SESSION_ID}0"),
        (SESSION[:-1], "${ARENA_SESSION_ID%?}"),
        (SESSION[1:], "${ARENA_SESSION_ID#?}"),
    ],
)
def test_a_session_that_is_nearly_right_stands_as_its_variable_in_a_line(session: str, written: str) -> None:
    assert f'"arena_session_id: {written}"' in curl(put(EVENT, session=session), REDACT)


def test_a_request_is_shown_whole_but_for_its_secrets() -> None:
    shown = request_shown(put(EVENT), REDACT)

    assert shown["method"] == "PUT"
    assert shown["url"] == put(EVENT).url
    assert shown["headers"][0] == ["arena_session_id", "${ARENA_SESSION_ID}"]
    assert shown["body"] == body_of(EVENT, True).decode()


@pytest.mark.parametrize(
    ("body", "text"),
    [(b"", ""), (b"\xff{", "\\xff{"), ("é\n".encode(), "é\n"), (b"\0", "\0"), (b"x" * SHOWN, "x" * SHOWN)],
)
def test_a_body_is_shown_as_text(body: bytes, text: str) -> None:
    assert request_shown(put_batch_body(body), REDACT)["body"] == text


def test_a_long_body_is_cut_and_says_so() -> None:
    text = request_shown(put_batch_body(b"x" * LARGE), REDACT)["body"]

    assert text == "x" * SHOWN + f"... ({LARGE} bytes in all)"


def test_a_secret_at_the_cut_is_not_shown_in_part() -> None:
    secret = TARGET.secrets["VBA_TOKEN"]
    body = b"x" * (SHOWN - 5) + secret.encode() + b"x" * SHOWN

    assert secret[:5] not in request_shown(put_batch_body(body), REDACT)["body"]


def test_a_response_is_shown_without_the_secrets_that_it_quotes() -> None:
    secret = TARGET.secrets["ARENA_SESSION_ID"]
    answer = Response(400, (("X-Echo", secret),), f'{{"session": "{secret}"}}'.encode(), 0)

    shown = response_shown(Exchange(1, put(EVENT), answer), REDACT)

    assert shown == {
        "status": 400,
        "headers": [["X-Echo", "${ARENA_SESSION_ID}"]],
        "body": '{"session": "${ARENA_SESSION_ID}"}',
    }


def test_the_name_of_a_header_that_holds_a_secret_is_shown_without_it() -> None:
    answer = Response(400, ((f"X-{SESSION}", "1"),), b"", 0)

    assert response_shown(Exchange(1, put(EVENT), answer), REDACT) == {
        "status": 400,
        "headers": [["X-${ARENA_SESSION_ID}", "1"]],
        "body": "",
    }


def test_an_answer_that_did_not_come_is_shown_with_the_reason() -> None:
    secret = TARGET.secrets["ARENA_SESSION_ID"]
    exchange = Exchange(1, put(EVENT), Failure(Trouble.GARBLED, f"illegal line {secret}"))

    assert response_shown(exchange, REDACT) == {"failure": "what came is not HTTP: illegal line ${ARENA_SESSION_ID}"}
