"""ARENA-HEADER-1 to ARENA-HEADER-7: the documented headers of a 200 and of a 400."""

from dataclasses import replace

import pytest

from tests.harness.callers import Ref
from tests.harness.exchange import Exchange, Response, Trouble
from tests.suite.checks.judgement import Judgement, breaks, judged, keeps, leaves_open
from tests.suite.exchanges import (
    EVENT,
    OTHER_EVENT,
    PROCESS,
    UNKNOWN_SESSION,
    answered,
    failed,
    get,
    put,
    put_body,
    refusal,
    refused,
    shown,
)

ALL = tuple(f"ARENA-HEADER-{number}" for number in range(1, 8))
REMAINING = "X-Arena-Requests-Remaining"
RESET = "X-Arena-Next-Request-Limit-Reset"
at_both_endpoints = pytest.mark.parametrize("ref", [EVENT, PROCESS], ids=["event", "quality process"])


def with_headers(ref: Ref = EVENT, **changes: str | None) -> Exchange:
    """A success with headers changed: underscores stand for hyphens, None takes a header out."""
    headers = {name.replace("_", "-"): value for name, value in changes.items()}
    return answered(put(ref), 200, shown(ref, True), headers)


def refused_with_header(name: str, value: str | None, status: int = 400) -> Exchange:
    """A refusal with one header changed, None takes it out."""
    return answered(put(EVENT, session=""), status, refusal(status), {name: value})


def counted(remaining: int, reset: str = "Sat, 14 Mar 2026 07:00:00 GMT") -> Exchange:
    """A success that tells the quota."""
    return answered(put(EVENT), 200, shown(EVENT, True), {REMAINING: str(remaining), RESET: reset})


# All of them


@at_both_endpoints
@keeps(*ALL)
def test_names_of_headers_may_be_in_lower_case(ref: Ref) -> Judgement:
    exchange = with_headers(ref)
    assert exchange.response is not None
    lower = tuple((name.lower(), value) for name, value in exchange.response.headers)

    return judged(replace(exchange, answer=replace(exchange.response, headers=lower)))


@at_both_endpoints
@keeps(*ALL)
def test_a_refusal_with_400_has_the_headers_of_a_success(ref: Ref) -> Judgement:
    return judged(refused(put_body(ref, b"{")))


@pytest.mark.parametrize("status", [401, 403])
@leaves_open(*ALL)
def test_the_headers_of_another_refusal_are_not_documented(status: int) -> Judgement:
    return judged(answered(put(EVENT, session=""), status, refusal(status), {"Server": "gateway", REMAINING: None}))


@leaves_open(*ALL)
def test_the_headers_of_a_read_are_not_documented() -> Judgement:
    return judged(answered(get(EVENT), 200, shown(EVENT, True), {"Server": "cache"}))


@leaves_open(*(id for id in ALL if id != "ARENA-HEADER-2"))
def test_the_headers_of_an_answer_to_what_is_left_open_are_not_judged() -> Judgement:
    return judged(answered(put(EVENT, content_type=None), 400, b"", {"Server": "gateway"}))


@breaks("ARENA-HEADER-2")
def test_a_wrong_content_length_is_wrong_whatever_the_request_was() -> Judgement:
    return judged(answered(put(EVENT, content_type=None), 400, b"{}", {"Content-Length": "3"}))


@leaves_open("ARENA-HEADER-2")
def test_an_answer_to_what_is_left_open_may_be_chunked() -> Judgement:
    return judged(answered(put(EVENT, content_type=None), 400, b"{}", {"Content-Length": None}))


# ARENA-HEADER-1: Content-Type


@pytest.mark.parametrize(
    "value", [None, "text/html", "text/json", "application/json-patch", "application/hal+json", ""]
)
@breaks("ARENA-HEADER-1")
def test_another_content_type_breaks_header_1(value: str | None) -> Judgement:
    return judged(with_headers(Content_Type=value))


@breaks("ARENA-HEADER-1")
def test_a_refusal_under_another_content_type_breaks_header_1() -> Judgement:
    return judged(refused_with_header("Content-Type", "application/problem+json"))


@pytest.mark.parametrize("value", ["application/json;charset=UTF-8", "Application/JSON ; profile=x"])
@keeps("ARENA-HEADER-1")
def test_a_content_type_may_have_parameters_and_capitals(value: str) -> Judgement:
    return judged(with_headers(Content_Type=value))


# ARENA-HEADER-2: Content-Length


@at_both_endpoints
@pytest.mark.parametrize("value", [None, "1", "999999", "many", ""])
@breaks("ARENA-HEADER-2")
def test_a_missing_or_wrong_content_length_breaks_header_2(ref: Ref, value: str | None) -> Judgement:
    return judged(with_headers(ref, Content_Length=value))


@breaks("ARENA-HEADER-2")
def test_a_body_sent_in_chunks_breaks_header_2() -> Judgement:
    headers = {"Content-Length": None, "Transfer-Encoding": "chunked"}

    return judged(answered(put(EVENT), 200, shown(EVENT, True), headers, chunked=True))


@breaks("ARENA-HEADER-2")
def test_bytes_behind_the_body_break_header_2() -> Judgement:
    return judged(answered(put(EVENT), 200, shown(EVENT, True), surplus=True))


@breaks("ARENA-HEADER-2")
def test_characters_are_not_bytes() -> Judgement:
    message = "Die GUID ist ungültig: 漢字"
    body = f'{{"status": 400, "errors": [{{"code": 401, "message": "{message}"}}]}}'

    return judged(answered(put(EVENT, session=""), 400, body.encode(), {"Content-Length": str(len(body))}))


@breaks("ARENA-HEADER-2", "EVENT-1", "HTTP-1")
def test_a_body_shorter_than_its_content_length_breaks_header_2() -> Judgement:
    partial = Response(200, (("Content-Length", "617"),), b"{", 1)

    return judged(failed(put(EVENT), Trouble.CUT, partial))


@pytest.mark.parametrize(
    "body",
    [
        '{"status": 400, "errors": [{"code": 3011, "message": "The guid \\"é\\" is not valid."}]',
        '{"status": 400, "errors": [{"code": 3011, "message": "The guid \\"漢\\" is not val',
        '{"status": 400, "errors": [{"code": 3011, "message":',
        '{"status": 400, "errors": tru',
        '{"status": -',
        "[",
    ],
)
@breaks("ARENA-HEADER-2")
def test_a_body_that_ends_within_its_json_is_longer_than_its_content_length(body: str) -> Judgement:
    return judged(answered(put(EVENT, content_type=None), 400, body.encode()))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("", "application/json"),
        (" \n", "application/json"),
        ("Bad Request", "application/json"),
        ("<p>Bad Request</p>", "application/json"),
        ('{"status": 400}}', "application/json"),
        ('{"path": "C:\\"}', "application/json"),
        ("[", "text/plain"),
    ],
)
@keeps("ARENA-HEADER-2")
def test_a_body_that_is_no_beginning_of_json_is_as_long_as_it_says(body: str, content_type: str) -> Judgement:
    return judged(answered(put(EVENT, content_type=None), 400, body.encode(), {"Content-Type": content_type}))


@leaves_open("ARENA-HEADER-2")
def test_what_is_larger_than_the_suite_reads_is_not_counted() -> Judgement:
    partial = Response(200, (("Content-Length", "90000000"),), b"{", 1)

    return judged(failed(put(EVENT), Trouble.TOO_LARGE, partial))


@breaks("ARENA-HEADER-2", "HTTP-1")
def test_an_answer_shorter_than_its_content_length_breaks_header_2_whatever_the_request_was() -> Judgement:
    partial = Response(400, (("Content-Length", "617"),), b"{", 1)

    return judged(failed(put(EVENT, content_type=None), Trouble.CUT, partial))


@keeps("ARENA-HEADER-2")
def test_a_content_length_counts_the_compressed_body() -> Judgement:
    return judged(answered(put(EVENT), 200, shown(EVENT, True), {"Content-Encoding": "gzip"}, sent_length=311))


@leaves_open("ARENA-HEADER-2")
def test_an_answer_that_never_came_has_no_length() -> Judgement:
    return judged(failed(put(EVENT), Trouble.TIMEOUT))


# ARENA-HEADER-3: Date


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="absent"),
        pytest.param("Fri, 13 Mar 2026 10:00:00 GMT", id="two hours slow"),
        pytest.param("Fri, 13 Mar 2026 12:10:00 GMT", id="ten minutes fast"),
        pytest.param("2026-03-13T12:00:00Z", id="ISO 8601"),
        pytest.param("Fri, 13 Mar 2026 12:00:00 +0000", id="an offset for GMT"),
        pytest.param("Fri, 13-Mar-2026 12:00:00 GMT", id="hyphens"),
        pytest.param("Fri, 13 Mar 2026 12:00 GMT", id="no seconds"),
        pytest.param("now", id="no date"),
        pytest.param("Thu, 13 Mar 2026 12:00:00 GMT", id="another weekday"),
        pytest.param("Fri, 31 Feb 2026 12:00:00 GMT", id="a day that this month has not"),
        pytest.param("Fri, 41 Mar 2026 12:00:00 GMT", id="a day that no month has"),
        pytest.param("Fri, 13 Mar 2026 25:00:00 GMT", id="an hour that there is not"),
        pytest.param("Fri, 13 Mar 0000 12:00:00 GMT", id="a year that there is not"),
        pytest.param("Fri, 13 Mar 9999 23:59:59 GMT", id="the last year"),
    ],
)
@breaks("ARENA-HEADER-3")
def test_what_is_no_http_date_of_now_breaks_header_3(value: str | None) -> Judgement:
    return judged(with_headers(Date=value))


@breaks("ARENA-HEADER-3")
def test_a_refusal_without_a_date_breaks_header_3() -> Judgement:
    return judged(refused_with_header("Date", None))


@pytest.mark.parametrize("value", ["Fri, 13 Mar 2026 11:56:00 GMT", "Fri, 13 Mar 2026 12:04:00 GMT"])
@keeps("ARENA-HEADER-3")
def test_clocks_may_differ_by_minutes(value: str) -> Judgement:
    return judged(with_headers(Date=value))


# ARENA-HEADER-4: Server


@pytest.mark.parametrize("value", [None, "", "nginx", "Arena Solutions", "arenasolutions", "ArenaSolutions/2.0"])
@breaks("ARENA-HEADER-4")
def test_another_server_breaks_header_4(value: str | None) -> Judgement:
    return judged(with_headers(Server=value))


@breaks("ARENA-HEADER-4")
def test_a_second_server_breaks_header_4() -> Judgement:
    exchange = with_headers()
    assert exchange.response is not None
    headers = (*exchange.response.headers, ("Server", "gateway"))

    return judged(replace(exchange, answer=replace(exchange.response, headers=headers)))


@breaks("ARENA-HEADER-4")
def test_a_refusal_by_another_server_breaks_header_4() -> Judgement:
    return judged(refused_with_header("Server", "gateway"))


@keeps("ARENA-HEADER-4")
def test_a_gateway_may_add_headers_of_its_own() -> Judgement:
    return judged(with_headers(Via="1.1 gateway", X_Request_Id="7"))


# ARENA-HEADER-5: X-Arena-Requests-Remaining


@pytest.mark.parametrize("value", [None, "", "-1", "12.5", "1e3", "many", "0x10", "9,871"])
@breaks("ARENA-HEADER-5")
def test_what_is_no_count_breaks_header_5(value: str | None) -> Judgement:
    return judged(with_headers(X_Arena_Requests_Remaining=value))


@breaks("ARENA-HEADER-5")
def test_a_refusal_that_does_not_tell_what_is_left_breaks_header_5() -> Judgement:
    return judged(refused_with_header(REMAINING, None))


@pytest.mark.parametrize("value", ["0", "1", "2147483648", "9223372036854775807", "18446744073709551615"])
@keeps("ARENA-HEADER-5")
def test_any_number_of_calls_may_be_left(value: str) -> Judgement:
    return judged(with_headers(X_Arena_Requests_Remaining=value))


# ARENA-HEADER-6: X-Arena-Next-Request-Limit-Reset


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="absent"),
        pytest.param("tomorrow", id="a word"),
        pytest.param("86400", id="seconds"),
        pytest.param("2026-03-14", id="a day without time"),
        pytest.param("07:00:00", id="a time without day"),
        pytest.param("03/14/2026 07:00:00", id="a form of no standard"),
        pytest.param("Sat, 41 Mar 2026 07:00:00 GMT", id="a day that there is not"),
        pytest.param("2026-13-14T07:00:00Z", id="a month that there is not"),
        pytest.param("Sat, 31-Feb-2026 07:00:00 GMT-0700 (PDT)", id="a day that this month has not"),
    ],
)
@breaks("ARENA-HEADER-6")
def test_what_is_no_date_and_time_breaks_header_6(value: str | None) -> Judgement:
    return judged(with_headers(X_Arena_Next_Request_Limit_Reset=value))


@breaks("ARENA-HEADER-6")
def test_a_refusal_that_does_not_tell_the_reset_breaks_header_6() -> Judgement:
    return judged(refused_with_header(RESET, None))


@at_both_endpoints
@pytest.mark.parametrize(
    "value",
    [
        "Sat, 14 Mar 2026 07:00:00 GMT",
        "2026-03-14T07:00:00Z",
        "2026-03-14T00:00:00.000-07:00",
        "20260314T070000Z",
        "2026-03-14t07:00:00z",
        "2026-03-14 07:00:00",
        "Sat, 14-Mar-2026 00:00:00 GMT-0700 (PDT)",
        "Sat, 14-Mar-2026 07:00:00 GMT+0000",
    ],
)
@keeps("ARENA-HEADER-6", "ARENA-HEADER-7")
def test_a_reset_may_be_written_in_three_forms(ref: Ref, value: str) -> Judgement:
    return judged(with_headers(ref, X_Arena_Next_Request_Limit_Reset=value))


# ARENA-HEADER-7: the count


@pytest.mark.parametrize(
    "value", ["Fri, 13 Mar 2026 11:00:00 GMT", "2026-03-12T12:00:00Z", "Fri, 02-May-2014 14:22:13 GMT-0700 (PDT)"]
)
@breaks("ARENA-HEADER-7")
def test_a_reset_in_the_past_breaks_header_7(value: str) -> Judgement:
    return judged(with_headers(X_Arena_Next_Request_Limit_Reset=value))


@breaks("ARENA-HEADER-7")
def test_a_count_that_grows_before_the_reset_breaks_header_7() -> Judgement:
    return judged(later(counted(10), 0), later(counted(11), 1))


@breaks("ARENA-HEADER-7")
def test_a_count_that_grows_with_a_refusal_breaks_header_7() -> Judgement:
    wrong = answered(put_body(OTHER_EVENT, b"{"), 400, refusal(), {REMAINING: "11"})

    return judged(later(counted(10), 0), later(wrong, 1))


@pytest.mark.parametrize("second", [9, 10, 3])
@keeps("ARENA-HEADER-7")
def test_others_of_the_workspace_may_use_up_the_quota_too(second: int) -> Judgement:
    return judged(later(counted(10), 0), later(counted(second), 1))


@keeps("ARENA-HEADER-7")
def test_a_new_day_has_a_new_count() -> Judgement:
    return judged(later(counted(10), 0), later(counted(1000, "Sun, 15 Mar 2026 07:00:00 GMT"), 1))


@keeps("ARENA-HEADER-7")
def test_another_session_may_have_another_quota() -> Judgement:
    other = answered(put(EVENT, session=UNKNOWN_SESSION), 400, refusal(), {REMAINING: "1000"})

    return judged(later(counted(10), 0), later(other, 1))


@keeps("ARENA-HEADER-7")
def test_concurrent_answers_may_overtake_each_other() -> Judgement:
    return judged([counted(9), counted(10)])


@keeps("ARENA-HEADER-7")
def test_an_answer_may_overtake_the_one_before() -> Judgement:
    return judged(later(counted(9), 1), counted(10))


def later(exchange: Exchange, seconds: int) -> Exchange:
    """The exchange that many seconds later."""
    return replace(exchange, started=exchange.started + seconds, ended=exchange.ended + seconds)
