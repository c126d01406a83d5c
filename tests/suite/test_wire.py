"""The transport against played servers: what came is told as it came, and no server can hold it up or fill it up."""

from __future__ import annotations

import gzip
import itertools
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.harness import wire as wire_module
from tests.harness.exchange import RECONCILE_EVENT, Failure, Headers, Request, Response, Trouble
from tests.harness.unreachable import UnreachableError
from tests.harness.wire import Wire
from tests.suite.servers import OK_BODY, Answer, End, answer, http, played, refusing

SHORT = 0.3
"""Seconds after which an impatient transport gives up."""
GENEROUS = 10.0
"""Seconds within which anything bounded is over, even on a busy machine."""
LIMIT = 1024 * 1024
"""Bytes of the longest body that a test with `small_limit` takes."""
LARGE = 8 * LIMIT
"""Bytes that no buffer between client and server holds."""


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A transport that waits long enough for any server that answers at all."""
    wire = Wire(GENEROUS)
    yield wire
    wire.close()


@pytest.fixture
def impatient() -> Iterator[Wire]:
    """A transport that gives up after SHORT."""
    wire = Wire(SHORT)
    yield wire
    wire.close()


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the transport take bodies of LIMIT bytes, so that a test of the limit need not move much more."""
    monkeypatch.setattr(wire_module, "MAX_BODY", LIMIT)


def put(url: str, *, body: bytes = b"{}", headers: Headers = (), method: str = "PUT") -> Request:
    """A request to exactly this URL."""
    return Request(RECONCILE_EVENT, method, url, headers, body)


def whole(sent: tuple[Response | Failure, int]) -> Response:
    """The answer, which must have come whole."""
    found = sent[0]
    assert isinstance(found, Response), found
    return found


def failure(sent: tuple[Response | Failure, int]) -> Failure:
    """Why no whole answer came; there must be a reason."""
    found = sent[0]
    assert isinstance(found, Failure), found
    return found


# Connections


def test_a_connection_is_kept_for_the_next_request(wire: Wire) -> None:
    with played([answer(), answer(), answer()]) as server:
        sent = [wire.send(put(server.url + "/a")) for _ in range(3)]
    assert [(whole(one).status, one[1]) for one in sent] == [(200, 1)] * 3
    assert server.connections == 1


def test_a_kept_connection_that_was_seen_to_close_is_not_used(wire: Wire) -> None:
    with played([answer(end=End.CLOSE), answer()]) as server:
        wire.send(put(server.url + "/a"))
        server.closed.acquire()
        second = wire.send(put(server.url + "/b"))
    assert (whole(second).status, second[1]) == (200, 1)
    assert [one.line for one in server.requests] == ["PUT /a HTTP/1.1", "PUT /b HTTP/1.1"]


@pytest.mark.parametrize("end", [End.CLOSE, End.RESET])
def test_a_request_that_a_kept_connection_swallowed_is_repeated_and_counts_twice(wire: Wire, end: End) -> None:
    with played([answer(), Answer(end=end), answer()]) as server:
        wire.send(put(server.url + "/a"))
        second = wire.send(put(server.url + "/b"))
    assert (whole(second).status, second[1]) == (200, 2)
    assert [(one.line, one.connection) for one in server.requests] == [
        ("PUT /a HTTP/1.1", 1),
        ("PUT /b HTTP/1.1", 1),
        ("PUT /b HTTP/1.1", 2),
    ]


def test_a_request_that_a_kept_connection_began_to_answer_is_not_repeated(wire: Wire) -> None:
    with played([answer(), Answer((b"HTTP/1.1 200 OK\r\nContent-Le",), End.CLOSE), answer()]) as server:
        wire.send(put(server.url + "/a"))
        second = wire.send(put(server.url + "/b"))
    assert (failure(second).trouble, second[1]) == (Trouble.CUT, 1)


def test_a_request_that_a_kept_connection_never_answers_is_not_repeated(impatient: Wire) -> None:
    with played([answer(), Answer(end=End.HOLD), answer()]) as server:
        impatient.send(put(server.url + "/a"))
        second = impatient.send(put(server.url + "/b"))
    assert (failure(second).trouble, second[1]) == (Trouble.TIMEOUT, 1)


def test_a_new_connection_that_is_closed_without_an_answer_is_not_tried_again(wire: Wire) -> None:
    with played([Answer(end=End.CLOSE), answer()]) as server:
        sent = wire.send(put(server.url + "/a"))
    assert (failure(sent).trouble, sent[1]) == (Trouble.CUT, 1)
    assert failure(sent).partial is None


def test_bytes_that_nobody_asked_for_end_a_kept_connection(wire: Wire) -> None:
    answered, more_sent = threading.Event(), threading.Event()

    def one_and_later_another() -> Iterator[bytes]:
        yield http()
        answered.wait(GENEROUS)
        yield http(b'{"late": true}')
        more_sent.set()

    with played([Answer(one_and_later_another()), answer()]) as server:
        first = wire.send(put(server.url + "/a"))
        answered.set()
        more_sent.wait(GENEROUS)
        second = wire.send(put(server.url + "/b"))
    assert whole(first).body == whole(second).body == OK_BODY
    assert (second[1], server.connections) == (1, 2)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(http(OK_BODY, "Connection: close"), id="connection-close"),
        pytest.param(http(OK_BODY, version="HTTP/1.0"), id="http-1.0"),
        pytest.param(http(OK_BODY, length=None, version="HTTP/1.0"), id="http-1.0-without-length"),
        pytest.param(http(OK_BODY, length=None), id="no-length-at-all"),
    ],
)
def test_an_answer_that_ends_its_connection_is_whole_and_the_next_request_has_another(wire: Wire, said: bytes) -> None:
    with played([Answer((said,), End.CLOSE)] * 2) as server:
        sent = [wire.send(put(server.url + "/a")) for _ in range(2)]
    assert [(whole(one).body, one[1]) for one in sent] == [(OK_BODY, 1)] * 2
    assert not any(whole(one).surplus for one in sent)
    assert server.connections == 2


def test_many_threads_each_get_their_own_answer(wire: Wire) -> None:
    with played(lambda received: answer(received.body)) as server:
        bodies = [b'{"number": %d}' % number for number in range(80)]
        with ThreadPoolExecutor(8) as pool:
            sent = list(pool.map(lambda body: wire.send(put(server.url + "/a", body=body)), bodies))
    assert [whole(one).body for one in sent] == bodies
    assert server.connections <= 8


def test_a_port_that_refuses_is_unreachable(wire: Wire) -> None:
    with refusing() as url, pytest.raises(UnreachableError, match=url.removeprefix("http://")):
        wire.send(put(url + "/a"))


def test_a_host_that_has_no_address_is_unreachable(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*args: object, **kwargs: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(UnreachableError, match=r"no-such-host\.test:80: Name or service not known"):
        wire.send(put("http://no-such-host.test/a"))


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".test"])
def test_a_host_that_no_name_server_could_know_is_unreachable(wire: Wire, host: str) -> None:
    with pytest.raises(UnreachableError, match="80: "):
        wire.send(put(f"http://{host}/a"))


def test_an_ipv6_address_is_reached_and_named_in_brackets(wire: Wire) -> None:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError as error:
        pytest.skip(f"this machine has no IPv6 loopback: {error}")
    with played([answer()], host="::1") as server:
        sent = wire.send(put(server.url + "/a"))
    assert whole(sent).status == 200
    assert ("Host", server.url.removeprefix("http://")) in server.requests[0].headers


# Requests


def test_a_request_is_sent_with_its_own_headers_and_nothing_but_host_and_length_beside_them(wire: Wire) -> None:
    headers = (("X-Api-KEY", "a b"), ("accept", "text/plain"), ("X-Twice", "1"), ("X-Twice", "2"), ("X-Empty", ""))
    with played([answer()]) as server:
        wire.send(put(server.url + "/a", body="é".encode(), headers=headers))
    host = ("Host", server.url.removeprefix("http://"))
    assert server.requests[0].headers == [host, *headers, ("Content-Length", "2")]
    assert server.requests[0].body == "é".encode()


def test_a_put_without_a_body_says_so_and_a_get_says_nothing(wire: Wire) -> None:
    with played([answer(), answer()]) as server:
        wire.send(put(server.url + "/a", body=b""))
        wire.send(put(server.url + "/a", body=b"", method="GET"))
    lengths = [[value for name, value in one.headers if name == "Content-Length"] for one in server.requests]
    assert lengths == [["0"], []]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/a%2Fb/c",
        "/a/../b/./c/",
        "/%2e%2E/%C3%A9",
        "//a//b",
        "/a;b=c/*~'()",
        "/a%00b%20c%25",
        "/a?x=%2F&y=/",
    ],
)
def test_a_path_is_sent_exactly_as_it_is_given(wire: Wire, path: str) -> None:
    with played([answer()]) as server:
        wire.send(put(server.url + path))
    assert server.requests[0].line == f"PUT {path} HTTP/1.1"


def test_a_redirect_is_an_answer_and_is_not_followed(wire: Wire) -> None:
    with played([answer()]) as other:
        moved = answer(b"", f"Location: {other.url}/stolen", status="307 Temporary Redirect")
        with played([moved]) as server:
            sent = wire.send(put(server.url + "/a", headers=(("arena_session_id", "secret"),)))
    assert whole(sent).status == 307
    assert other.connections == 0


# Answers


def test_header_names_keep_their_letters_their_order_and_their_repetitions(wire: Wire) -> None:
    rows = ["sErVeR: ArenaSolutions", "X-ARENA-Requests-Remaining: 5", "x-twice: 1", "X-Twice: 2", "X-Empty:"]
    said = "\r\n".join(["HTTP/1.1 200 OK", *rows, "Content-LENGTH: 0", "", ""]).encode()
    with played([Answer((said,))]) as server:
        found = whole(wire.send(put(server.url + "/a")))
    assert found.headers == (
        ("sErVeR", "ArenaSolutions"),
        ("X-ARENA-Requests-Remaining", "5"),
        ("x-twice", "1"),
        ("X-Twice", "2"),
        ("X-Empty", ""),
        ("Content-LENGTH", "0"),
    )
    assert found.header("X-TWICE") == ["1", "2"]


def test_an_answer_that_takes_longer_than_one_wait_is_waited_for(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire_module, "HEEDED_SECONDS", 0.02)
    halves = Answer((http()[:30], http()[30:]), pause=0.2)
    with played([halves]) as server:
        found, times = wire.send(put(server.url + "/a"))
    assert (isinstance(found, Response) and found.status, times) == (200, 1)


def test_a_chunked_answer_is_put_together_and_marked(wire: Wire) -> None:
    head = http(b"", "Transfer-Encoding: chunked", length=None)
    pieces = (head, b'3\r\n{"o\r\n', b'5;name=x\r\nk": 1\r\n1\r', b"\n}\r\n0\r\nX-Trailer: 1\r\n\r\n")
    with played([Answer(pieces, pause=0.02), answer()]) as server:
        found = whole(wire.send(put(server.url + "/a")))
        wire.send(put(server.url + "/b"))
    assert (found.body, found.sent_length, found.chunked) == (b'{"ok": 1}', 9, True)
    assert server.connections == 1


def test_the_answer_to_head_has_no_body_whatever_length_it_tells(wire: Wire) -> None:
    with played([Answer((http(b"", length=617),)), answer()]) as server:
        found = whole(wire.send(put(server.url + "/a", body=b"", method="HEAD")))
        second = wire.send(put(server.url + "/b"))
    assert (found.body, found.header("content-length"), found.surplus) == (b"", ["617"], False)
    assert (whole(second).body, server.connections) == (OK_BODY, 1)


def test_interim_answers_are_passed_over(wire: Wire) -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    with played([Answer((interim, http()), pause=0.02), answer()]) as server:
        found = whole(wire.send(put(server.url + "/a")))
        wire.send(put(server.url + "/b"))
    assert (found.status, found.body, found.header("link")) == (200, OK_BODY, [])
    assert server.connections == 1


def test_a_large_body_is_sent_whole_though_an_interim_answer_comes_meanwhile(wire: Wire) -> None:
    received = 0

    def answer_in_two_parts(listener: socket.socket) -> None:
        nonlocal received
        connection, _ = listener.accept()
        with connection:
            head = connection.recv(1000)
            connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
            time.sleep(0.05)
            received = len(head.partition(b"\r\n\r\n")[2])
            while received < LARGE:
                received += len(connection.recv(LARGE))
            connection.sendall(http())

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer_in_two_parts, args=(listener,), daemon=True)
        thread.start()
        found = whole(wire.send(put(f"http://127.0.0.1:{listener.getsockname()[1]}/a", body=b"x" * LARGE)))
        thread.join(GENEROUS)

    assert (found.status, received) == (200, LARGE)


@pytest.mark.parametrize(
    ("coding", "coded"),
    [
        ("gzip", gzip.compress(OK_BODY, mtime=0)),
        ("x-gzip", gzip.compress(OK_BODY, mtime=0)),
        ("GZIP", gzip.compress(OK_BODY, mtime=0)),
        ("deflate", zlib.compress(OK_BODY)),
        ("identity", OK_BODY),
    ],
)
def test_a_coded_body_is_decoded_and_its_length_is_that_on_the_wire(wire: Wire, coding: str, coded: bytes) -> None:
    with played([answer(coded, f"Content-Encoding: {coding}")]) as server:
        found = whole(wire.send(put(server.url + "/a")))
    assert (found.body, found.sent_length) == (OK_BODY, len(coded))


@pytest.mark.parametrize(
    ("coding", "coded"),
    [
        ("gzip", b"no gzip at all"),
        ("gzip", gzip.compress(OK_BODY, mtime=0)[:-3]),
        ("gzip", gzip.compress(OK_BODY, mtime=0)[:-8] + b"\0" * 8),
        ("deflate", zlib.compress(OK_BODY)[:-1]),
        ("compress", b"\x1f\x9d"),
    ],
)
def test_a_body_that_its_coding_cannot_read_is_garbled_and_shown_as_it_came(
    wire: Wire, coding: str, coded: bytes
) -> None:
    with played([answer(coded, f"Content-Encoding: {coding}")]) as server:
        found = failure(wire.send(put(server.url + "/a")))
    assert found.trouble is Trouble.GARBLED
    assert coding in found.detail
    assert found.partial is not None
    assert (found.partial.status, found.partial.body) == (200, coded)


def test_a_body_that_its_coding_cannot_read_is_not_asked_for_again_over_a_kept_connection(wire: Wire) -> None:
    broken = answer(b"no gzip at all", "Content-Encoding: gzip")
    with played([answer(), broken]) as server:
        wire.send(put(server.url + "/a"))
        second = wire.send(put(server.url + "/b"))
    assert (failure(second).trouble, second[1]) == (Trouble.GARBLED, 1)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("chunks", "trouble"),
    [
        (b"3\r\nabcdef\r\n0\r\n\r\n", Trouble.GARBLED),
        (b"-1\r\na\r\n0\r\n\r\n", Trouble.GARBLED),
        (b"\r\n0\r\n\r\n", Trouble.GARBLED),
        (b"3\r\nabc\r\n", Trouble.CUT),
        (b"ff\r\nabc", Trouble.CUT),
        (b"", Trouble.CUT),
    ],
    ids=["longer-than-said", "negative", "no-size", "no-last-one", "shorter-than-said", "none"],
)
def test_broken_chunks_are_no_answer(wire: Wire, chunks: bytes, trouble: Trouble) -> None:
    head = http(b"", "Transfer-Encoding: chunked", length=None)
    with played([Answer((head, chunks), End.CLOSE)]) as server:
        found = failure(wire.send(put(server.url + "/a")))
    assert found.trouble is trouble
    assert found.partial is not None


def test_a_body_of_exactly_the_limit_is_taken(wire: Wire, small_limit: None) -> None:
    exactly = gzip.compress(b" " * LIMIT)
    with played([answer(b" " * LIMIT), answer(exactly, "Content-Encoding: gzip")]) as server:
        found = [whole(wire.send(put(server.url + "/a"))) for _ in range(2)]
    assert [len(one.body) for one in found] == [LIMIT, LIMIT]


def test_a_body_that_inflates_without_end_is_too_large_and_takes_little_memory(wire: Wire, small_limit: None) -> None:
    bomb = gzip.compress(b"\0" * (64 * LIMIT))
    with played([answer(bomb, "Content-Encoding: gzip")]) as server:
        tracemalloc.start()
        found = failure(wire.send(put(server.url + "/a")))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert found.trouble is Trouble.TOO_LARGE
    assert peak < 8 * LIMIT


@pytest.mark.parametrize("framing", ["Content-Length: 99999999999", "Transfer-Encoding: chunked", "Connection: close"])
def test_a_body_without_end_is_too_large_and_takes_little_memory(wire: Wire, small_limit: None, framing: str) -> None:
    chunk = b"x" * 65536
    piece = b"10000\r\n" + chunk + b"\r\n" if "chunked" in framing else chunk
    endless = itertools.chain([http(b"", framing, length=None)], itertools.repeat(piece))
    with played([Answer(endless)]) as server:
        tracemalloc.start()
        found = failure(wire.send(put(server.url + "/a")))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert found.trouble is Trouble.TOO_LARGE
    assert found.partial is not None
    assert found.partial.status == 200
    assert peak < 8 * LIMIT


def test_headers_of_100_kb_are_taken(wire: Wire) -> None:
    with played([answer(OK_BODY, *(f"X-{number}: {'x' * 1000}" for number in range(100)))]) as server:
        found = whole(wire.send(put(server.url + "/a")))
    assert (len(found.headers), found.body) == (102, OK_BODY)


def test_headers_without_end_are_garbled(wire: Wire) -> None:
    endless = itertools.chain([b"HTTP/1.1 200 OK\r\n"], itertools.repeat(b"X-More: " + b"x" * 65536 + b"\r\n"))
    with played([Answer(endless)]) as server:
        found = failure(wire.send(put(server.url + "/a")))
    assert found.trouble is Trouble.GARBLED


# Lengths


@pytest.mark.parametrize("end", [End.CLOSE, End.RESET])
def test_a_body_shorter_than_its_length_is_cut(wire: Wire, end: End) -> None:
    with played([Answer((http(length=len(OK_BODY) + 1),), end)]) as server:
        found = failure(wire.send(put(server.url + "/a")))
    assert found.trouble is Trouble.CUT


def test_what_came_of_a_cut_answer_is_kept(wire: Wire) -> None:
    with played([Answer((http(length=617),), End.CLOSE)]) as server:
        found = failure(wire.send(put(server.url + "/a")))
    assert found.partial is not None
    assert (found.partial.status, found.partial.body, found.partial.sent_length) == (200, OK_BODY, len(OK_BODY))


def test_a_body_shorter_than_its_length_on_a_connection_that_stays_open_times_out(impatient: Wire) -> None:
    with played([Answer((http(length=617),), End.HOLD)]) as server:
        found = failure(impatient.send(put(server.url + "/a")))
    assert found.trouble is Trouble.TIMEOUT
    assert found.partial is not None
    assert found.partial.body == OK_BODY


@pytest.mark.parametrize(
    ("more", "end"),
    [(("Connection: keep-alive",), End.KEEP), (("Connection: close",), End.CLOSE), ((), End.CLOSE), ((), End.RESET)],
    ids=["keep-alive", "close", "closed-unsaid", "reset"],
)
def test_a_body_longer_than_its_length_shows_at_once_as_surplus(wire: Wire, more: tuple[str, ...], end: End) -> None:
    with played([Answer((http(OK_BODY + b"xy", *more, length=len(OK_BODY)),), end), answer()]) as server:
        first = whole(wire.send(put(server.url + "/a")))
        second = wire.send(put(server.url + "/b"))
    assert (first.body, first.sent_length, first.surplus) == (OK_BODY, len(OK_BODY), True)
    assert (whole(second).body, whole(second).surplus, second[1]) == (OK_BODY, False, 1)
    assert server.connections == 2


def test_a_right_body_has_no_surplus(wire: Wire) -> None:
    with played([answer()]) as server:
        assert whole(wire.send(put(server.url + "/a"))).surplus is False


# Silence, garbage and early answers


def test_a_server_that_never_answers_is_left_after_the_time_given(impatient: Wire) -> None:
    with played([Answer(end=End.HOLD)]) as server:
        started = time.monotonic()
        found = failure(impatient.send(put(server.url + "/a")))
        took = time.monotonic() - started
    assert (found.trouble, found.partial) == (Trouble.TIMEOUT, None)
    assert SHORT <= took < GENEROUS


@pytest.mark.parametrize("more", [b"X-Long: ", b"Content-Length: 999999\r\n\r\n"], ids=["head", "body"])
def test_an_answer_that_drips_is_left_after_the_time_given(impatient: Wire, more: bytes) -> None:
    start = b"HTTP/1.1 200 OK\r\n" + more
    with played([Answer(itertools.chain([start], itertools.repeat(b"x")), pause=0.05)]) as server:
        started = time.monotonic()
        found = failure(impatient.send(put(server.url + "/a")))
        took = time.monotonic() - started
    assert found.trouble is Trouble.TIMEOUT
    assert SHORT <= took < GENEROUS


def test_interim_answers_without_end_are_left_after_the_time_given(impatient: Wire) -> None:
    endless = itertools.repeat(b"HTTP/1.1 102 Processing\r\n\r\n")
    with played([Answer(endless, pause=0.01)]) as server:
        found = failure(impatient.send(put(server.url + "/a")))
    assert found.trouble is Trouble.TIMEOUT


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x0a\r\n\r\n",
        b"<html>hello</html>\r\n\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX-Bad\0Name: 1\r\n\r\n",
    ],
)
def test_what_is_no_http_is_garbled(wire: Wire, garbage: bytes) -> None:
    with played([Answer((garbage,), End.HOLD)]) as server:
        found = failure(wire.send(put(server.url + "/a")))
    assert found.trouble is Trouble.GARBLED
    assert found.detail


@pytest.mark.parametrize("end", [End.KEEP, End.CLOSE])
def test_an_answer_that_comes_before_the_body_was_read_is_taken(wire: Wire, end: End) -> None:
    early = answer(b"", "Connection: close", status="413 Content Too Large", end=end)
    with played([early], early=True) as server:
        found = whole(wire.send(put(server.url + "/a", body=b"x" * (16 * LIMIT))))
    assert found.status == 413


def test_a_connection_over_which_a_request_was_not_sent_whole_takes_no_other(wire: Wire) -> None:
    with played([answer(b"", status="413 Content Too Large"), answer()], early=True) as server:
        first = whole(wire.send(put(server.url + "/a", body=b"x" * (64 * LIMIT))))
        second = wire.send(put(server.url + "/b"))
    assert (first.status, whole(second).status, second[1]) == (413, 200, 1)
    assert server.connections == 2


def test_a_server_that_reads_no_body_and_gives_no_answer_is_left_after_the_time_given(impatient: Wire) -> None:
    with played([Answer(end=End.HOLD)], early=True) as server:
        found = failure(impatient.send(put(server.url + "/a", body=b"x" * (64 * LIMIT))))
    assert found.trouble is Trouble.TIMEOUT
