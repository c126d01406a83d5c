"""HTTP-1 to HTTP-3: what holds for every request to the three paths."""

import pytest

from tests.harness.callers import Ref
from tests.harness.exchange import Exchange, Request, Trouble
from tests.suite.checks.judgement import Judgement, breaks, judged, keeps, leaves_open
from tests.suite.exchanges import (
    EVENT,
    PROCESS,
    answered,
    batch,
    done,
    failed,
    get,
    put,
    put_batch,
    put_batch_body,
    put_body,
    put_to,
    read,
)

OPTIONS, DELETE = get(EVENT, "OPTIONS"), get(PROCESS, "DELETE")
POST = put_batch_body(b"[]", method="POST")
with_another_method = pytest.mark.parametrize(
    "sent", [OPTIONS, DELETE, POST], ids=["OPTIONS event", "DELETE quality process", "POST batch"]
)
odd = pytest.mark.parametrize(
    "sent",
    [
        pytest.param(put_body(EVENT, b"[" * 10_000), id="a deep body"),
        pytest.param(put_body(PROCESS, b" " * 300_000), id="a large body"),
        pytest.param(put_to(EVENT, "%00", "../.."), id="GUIDs that need encoding"),
        pytest.param(put(EVENT, session="x" * 6000), id="a long session"),
        pytest.param(put(EVENT, content_type="x"), id="a Content-Type that is none"),
        pytest.param(put_batch_body(b"\xff\xfe"), id="a body in no encoding"),
        pytest.param(put_batch({"event_ID": 1, "subject": "\0"}, accept="x"), id="an Accept that is none"),
    ],
)


@odd
@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 599])
@breaks("HTTP-1")
def test_a_server_error_to_an_odd_request_breaks_http_1(sent: Request, status: int) -> Judgement:
    return judged(answered(sent, status, b""))


@odd
@pytest.mark.parametrize("trouble", list(Trouble))
@breaks("HTTP-1")
def test_an_odd_request_without_a_whole_answer_breaks_http_1(sent: Request, trouble: Trouble) -> Judgement:
    return judged(failed(sent, trouble))


@breaks("HTTP-1", "EVENT-1")
def test_a_server_error_to_a_later_valid_request_breaks_http_1() -> Judgement:
    return judged(done(EVENT, True), answered(put(EVENT, False), 503, b""))


@breaks("HTTP-1", "BATCH-1", "BATCH-12")
def test_a_server_error_to_a_valid_batch_breaks_http_1() -> Judgement:
    return judged(answered(put_batch(), 500, b""))


@odd
@pytest.mark.parametrize("status", [302, 400, 404, 405, 413, 414, 415, 431])
@keeps("HTTP-1")
def test_any_refusal_of_an_odd_request_keeps_http_1(sent: Request, status: int) -> Judgement:
    return judged(answered(sent, status, b"<h1>no</h1>", {"Content-Type": "text/html", "Server": "gateway"}))


@pytest.mark.parametrize("exchange", [done(EVENT), done(PROCESS), batch({})], ids=["event", "quality process", "batch"])
@keeps("HTTP-1")
def test_a_success_keeps_http_1(exchange: Exchange) -> Judgement:
    return judged(exchange)


@leaves_open("HTTP-1")
def test_another_method_is_the_business_of_http_2() -> Judgement:
    return judged(answered(OPTIONS, 500, b""))


@with_another_method
@pytest.mark.parametrize("status", [500, 501, 503])
@breaks("HTTP-2")
def test_a_server_error_to_another_method_breaks_http_2(sent: Request, status: int) -> Judgement:
    return judged(answered(sent, status, b""))


@with_another_method
@breaks("HTTP-2")
def test_another_method_without_an_answer_breaks_http_2(sent: Request) -> Judgement:
    return judged(failed(sent))


@with_another_method
@pytest.mark.parametrize("status", [200, 204, 302, 401, 404])
@keeps("HTTP-2", "HTTP-3")
def test_another_method_may_be_answered_in_any_way(sent: Request, status: int) -> Judgement:
    return judged(answered(sent, status, b""))


@pytest.mark.parametrize("ref", [EVENT, PROCESS], ids=["event", "quality process"])
@keeps("HTTP-2", "HTTP-3")
def test_a_target_may_answer_get(ref: Ref) -> Judgement:
    return judged(read(ref, True))


@leaves_open("HTTP-2", "HTTP-3")
def test_the_method_of_the_contract_is_no_other() -> Judgement:
    return judged(answered(put_body(EVENT, b" " * 300_000), 405, b""))


@with_another_method
@pytest.mark.parametrize("allow", [None, "", "GET", "GET, HEAD", "PUTS", "INPUT"])
@breaks("HTTP-3")
def test_a_405_that_does_not_name_put_breaks_http_3(sent: Request, allow: str | None) -> Judgement:
    return judged(answered(sent, 405, b"", {"Allow": allow}))


@with_another_method
@pytest.mark.parametrize("allow", ["PUT", "GET,PUT", "GET, HEAD , PUT"])
@keeps("HTTP-3")
def test_a_405_may_name_put_among_others(sent: Request, allow: str) -> Judgement:
    return judged(answered(sent, 405, b"", {"allow": allow}))


@leaves_open("HTTP-3")
def test_an_answer_that_never_came_names_nothing() -> Judgement:
    return judged(failed(OPTIONS))
