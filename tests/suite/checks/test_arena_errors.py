"""ARENA-ERROR-1 to ARENA-ERROR-9: how a wrong request is refused."""

import pytest

from tests.harness.callers import Ref, flag_of
from tests.harness.exchange import Json
from tests.reference.data import JOSE
from tests.suite.checks.judgement import Judgement, breaks, judged, keeps, leaves_open
from tests.suite.exchanges import (
    EVENT,
    FOREIGN_EVENT,
    FOREIGN_PROCESS,
    INVALID_GUID,
    OTHER_EVENT,
    PROCESS,
    SYNTAX_MESSAGE,
    UNKNOWN_GUID,
    UNKNOWN_SESSION,
    answered,
    arena_target,
    done,
    get,
    put,
    put_body,
    put_to,
    read,
    refusal,
    refused,
    shown,
    without,
)

NOT_JSON = b'{"itemsReconciled": tru'
at_both_endpoints = pytest.mark.parametrize("ref", [EVENT, PROCESS], ids=["event", "quality process"])


def not_valid(guid: str) -> str:
    """The documented message of code 3011."""
    return f'The guid "{guid}" is not valid.'


# ARENA-ERROR-1: the envelope


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"errors": refusal()["errors"]}, id="no status"),
        pytest.param(refusal() | {"status": "400"}, id="status a text"),
        pytest.param(refusal(status=401), id="another status than HTTP's"),
        pytest.param({"status": 400}, id="no errors"),
        pytest.param(refusal() | {"errors": []}, id="errors empty"),
        pytest.param(refusal() | {"errors": refusal()["errors"][0]}, id="errors an object"),
        pytest.param(refusal() | {"errors": ["not valid"]}, id="an error that is a text"),
        pytest.param(refusal() | {"errors": [*refusal()["errors"], {"code": 400}]}, id="an error without message"),
        pytest.param(refusal() | {"errors": [*refusal()["errors"], {"message": "?"}]}, id="an error without code"),
        pytest.param({"status": 400, "errors": [{"code": "400", "message": ""}]}, id="a code that is a text"),
        pytest.param({"status": 400, "errors": [{"code": 400, "message": None}]}, id="a message that is null"),
        pytest.param([refusal()], id="no object"),
        pytest.param(b"<h1>400 Bad Request</h1>", id="no JSON"),
        pytest.param(b"", id="no body"),
    ],
)
@breaks("ARENA-ERROR-1")
def test_a_refusal_without_the_envelope_breaks_error_1(body: bytes | Json) -> Judgement:
    return judged(answered(put(EVENT, session=""), 400, body))


@at_both_endpoints
@breaks("ARENA-ERROR-1")
def test_a_refusal_that_is_not_400_needs_the_envelope_too(ref: Ref) -> Judgement:
    return judged(answered(put(ref, session=""), 401, {"error": "unauthorized"}))


@at_both_endpoints
@keeps("ARENA-ERROR-1", "ARENA-ERROR-8")
def test_an_envelope_may_hold_more_than_is_documented(ref: Ref) -> Judgement:
    error = {"code": 401, "message": "", "field": None}
    body = {"status": 401, "errors": [error, error], "requestId": "b7"}

    return judged(answered(put(ref, session=""), 401, body, {"Content-Type": "application/json;charset=UTF-8"}))


@leaves_open("ARENA-ERROR-1")
def test_a_success_is_no_refusal() -> Judgement:
    return judged(done(EVENT))


@leaves_open("ARENA-ERROR-1")
def test_the_refusal_of_another_method_has_no_documented_body() -> Judgement:
    return judged(answered(get(EVENT, "DELETE"), 405, b"", {"Allow": "GET, PUT"}))


# ARENA-ERROR-2: a body that is not JSON


@at_both_endpoints
@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        pytest.param(400, 4320, SYNTAX_MESSAGE, id="another code"),
        pytest.param(400, 400, "Bad Request", id="another message"),
        pytest.param(422, 400, SYNTAX_MESSAGE, id="another status"),
    ],
)
@breaks("ARENA-ERROR-2")
def test_another_refusal_of_what_is_not_json_breaks_error_2(
    ref: Ref, status: int, code: int, message: str
) -> Judgement:
    return judged(refused(put_body(ref, NOT_JSON), status, code, message))


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"itemsReconciled": true} x', b"{itemsReconciled: true}", b"<a/>", b"{'a': 1}"]
)
@breaks("ARENA-ERROR-2")
def test_an_update_by_what_is_not_json_breaks_error_2(body: bytes) -> Judgement:
    return judged(answered(put_body(EVENT, body), 200, shown(EVENT, True)))


@at_both_endpoints
@keeps("ARENA-ERROR-2")
def test_the_documented_error_may_stand_among_others(ref: Ref) -> Judgement:
    body = {"status": 400, "errors": [{"code": 4399, "message": "Line 1"}, *refusal()["errors"]]}

    return judged(answered(put_body(ref, NOT_JSON), 400, body))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'\xef\xbb\xbf{"itemsReconciled": true}', id="a byte order mark"),
        pytest.param(b'{"itemsReconciled": NaN}', id="NaN"),
        pytest.param(b"[" * 40 + b"]" * 40, id="deep"),
        pytest.param(b'{"itemsReconciled": true, "itemsReconciled": false}', id="a repeated key"),
        pytest.param('{"itemsReconciled": true}'.encode("utf-16"), id="another encoding"),
    ],
)
@leaves_open("ARENA-ERROR-2", "ARENA-ERROR-4")
def test_what_some_parsers_take_for_json_is_left_open(body: bytes) -> Judgement:
    return judged(answered(put_body(EVENT, body), 413, b"too large"))


# ARENA-ERROR-3: a GUID that is not valid


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        pytest.param(404, INVALID_GUID, not_valid(UNKNOWN_GUID), id="another status"),
        pytest.param(400, 3012, not_valid(UNKNOWN_GUID), id="another code"),
        pytest.param(400, INVALID_GUID, "The guid is not valid.", id="no GUID in the message"),
        pytest.param(400, INVALID_GUID, not_valid(EVENT.event), id="another GUID in the message"),
    ],
)
@breaks("ARENA-ERROR-3")
def test_another_refusal_of_an_unknown_guid_breaks_error_3(status: int, code: int, message: str) -> Judgement:
    return judged(refused(put_to(EVENT, UNKNOWN_GUID, EVENT.event), status, code, message))


@pytest.mark.parametrize(
    "guids",
    [
        pytest.param((UNKNOWN_GUID, PROCESS.event, PROCESS.quality_process), id="integration"),
        pytest.param((PROCESS.integration, UNKNOWN_GUID, PROCESS.quality_process), id="event"),
        pytest.param((PROCESS.integration, PROCESS.event, UNKNOWN_GUID), id="quality process"),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(shown(PROCESS, True), id="an object"),
        pytest.param(shown(PROCESS, False, guid="UCWFYBWNADWSBUDWPF9Z", preEvent=None), id="an object of no rule"),
        pytest.param([], id="no object"),
    ],
)
@breaks("ARENA-ERROR-3")
def test_an_update_below_an_unknown_guid_breaks_error_3_alone(guids: tuple[str, ...], body: Json) -> Judgement:
    return judged(answered(put_to(PROCESS, *guids), 200, body))


@pytest.mark.parametrize("guid", [UNKNOWN_GUID, "unknown0unknown0unkn", "4M6P8L6XK", "4M6P8L6X*NY4N5LLP1T3", "-1"])
@keeps("ARENA-ERROR-3", "ARENA-ERROR-1")
def test_unknown_and_malformed_guids_are_refused_alike(guid: str) -> Judgement:
    return judged(refused(put_to(EVENT, EVENT.integration, guid), 400, INVALID_GUID, not_valid(guid)))


@pytest.mark.parametrize("named", ["NOT1", "NOT2", "NOT1, NOT2"])
@keeps("ARENA-ERROR-3")
def test_any_of_several_invalid_guids_may_be_named(named: str) -> Judgement:
    return judged(refused(put_to(EVENT, "NOT1", "NOT2"), 400, INVALID_GUID, not_valid(named)))


@leaves_open("ARENA-ERROR-3")
def test_the_order_of_checks_is_left_open() -> Judgement:
    guids = put_to(EVENT, UNKNOWN_GUID, EVENT.event).guids

    return judged(refused(put_body(EVENT, NOT_JSON, guids=guids)))


@leaves_open("ARENA-ERROR-3", "ARENA-ERROR-6")
def test_the_guid_of_another_kind_of_object_is_left_open() -> Judgement:
    return judged(refused(put_to(EVENT, EVENT.integration, PROCESS.event), 404, 3012))


@leaves_open("ARENA-ERROR-3", "ARENA-ERROR-1")
def test_what_the_syntax_of_paths_treats_in_its_own_way_is_left_open() -> Judgement:
    return judged(answered(put_to(EVENT, "..", EVENT.event), 404, b"not found"))


@pytest.mark.parametrize("guid", [UNKNOWN_GUID, EVENT.event.lower()], ids=["unknown", "in lower case"])
@leaves_open("EVENT-5", "EVENT-6", "EVENT-7", "EVENT-8")
def test_which_event_an_accepted_invalid_guid_set_nobody_knows(guid: str) -> Judgement:
    accepted = answered(put_to(EVENT, EVENT.integration, guid), 200, shown(EVENT, True))

    return judged(done(EVENT, False), done(OTHER_EVENT, False), accepted, read(OTHER_EVENT, True, creator=JOSE))


@breaks("EVENT-6")
def test_what_an_accepted_invalid_guid_left_is_known_again_from_the_next_answer() -> Judgement:
    accepted = answered(put_to(EVENT, EVENT.integration, UNKNOWN_GUID), 200, shown(EVENT, True))

    return judged(accepted, done(EVENT, False), done(EVENT, True, creator=JOSE))


@breaks("QUALITY-6")
def test_an_accepted_invalid_guid_of_an_event_leaves_what_is_known_of_quality_processes() -> Judgement:
    accepted = answered(put_to(EVENT, EVENT.integration, UNKNOWN_GUID), 200, shown(EVENT, True))

    return judged(done(PROCESS, False), accepted, done(PROCESS, True, postEvent=shown(PROCESS, True)["preEvent"]))


# ARENA-ERROR-4 and ARENA-ERROR-5: a body without the flag


@pytest.mark.parametrize("body", [{}, {"itemsReconciled": None}, {"itemsReconciled": "true"}, None, True, []])
@breaks("ARENA-ERROR-4")
def test_an_update_by_a_body_without_the_flag_breaks_error_4(body: Json) -> Judgement:
    return judged(answered(put_body(EVENT, body), 200, shown(EVENT, True)))


@breaks("ARENA-ERROR-4")
def test_what_was_to_be_refused_and_was_accepted_is_held_to_no_answer() -> Judgement:
    return judged(done(EVENT, False), answered(put_body(EVENT, {}), 200, {"itemsReconciled": None}))


@at_both_endpoints
@pytest.mark.parametrize("status", [404, 415, 422])
@breaks("ARENA-ERROR-4")
def test_another_status_for_a_missing_flag_breaks_error_4(ref: Ref, status: int) -> Judgement:
    return judged(refused(put_body(ref, {}), status, 400))


@at_both_endpoints
@pytest.mark.parametrize("value", [None, "true", "", 1, 0, 1.0, [], {}], ids=repr)
@keeps("ARENA-ERROR-4", "ARENA-ERROR-5")
def test_a_flag_that_is_neither_true_nor_false_may_be_told_with_code_400(ref: Ref, value: Json) -> Judgement:
    return judged(refused(put_body(ref, {flag_of(ref): value}), 400, 400, "Not a boolean."))


@pytest.mark.parametrize(("ref", "code"), [(EVENT, 4320), (PROCESS, 4321)], ids=["event", "quality process"])
@keeps("ARENA-ERROR-4", "ARENA-ERROR-5")
def test_a_missing_flag_may_be_told_with_the_vendors_own_code(ref: Ref, code: int) -> Judgement:
    return judged(refused(put_body(ref, {}), 400, code, "The value must be true or false."))


@leaves_open("ARENA-ERROR-4", "EVENT-2")
def test_a_body_with_unknown_fields_is_left_open() -> Judgement:
    return judged(refused(put_body(EVENT, {"itemsReconciled": True, "note": "x"}), 422))


@pytest.mark.parametrize(
    ("ref", "code"),
    [(EVENT, 4321), (EVENT, 3011), (PROCESS, 4320)],
    ids=["the quality process's code", "the GUID's code", "the event's code"],
)
@breaks("ARENA-ERROR-5")
def test_another_code_for_a_missing_flag_breaks_error_5(ref: Ref, code: int) -> Judgement:
    return judged(refused(put_body(ref, {}), 400, code, "The value must be true or false."))


# ARENA-ERROR-6: a GUID under another parent


@breaks("ARENA-ERROR-6")
def test_an_update_of_an_event_through_another_integration_breaks_error_6() -> Judgement:
    through_another = put_to(FOREIGN_EVENT, EVENT.integration, FOREIGN_EVENT.event)

    return judged(answered(through_another, 200, shown(FOREIGN_EVENT, True)))


@breaks("ARENA-ERROR-6")
def test_a_quality_process_that_another_event_does_not_have_is_not_just_missing() -> Judgement:
    below_another = put_to(PROCESS, PROCESS.integration, PROCESS.event, FOREIGN_PROCESS.quality_process)

    return judged(refused(below_another, 404, 3012, "The object was not found."))


@keeps("ARENA-ERROR-6")
def test_the_guid_below_a_parent_that_is_not_its_own_is_named() -> Judgement:
    guid = FOREIGN_PROCESS.event

    return judged(
        refused(
            put_to(PROCESS, PROCESS.integration, guid, FOREIGN_PROCESS.quality_process),
            400,
            INVALID_GUID,
            not_valid(guid),
        )
    )


# ARENA-ERROR-7: an unsupported Content-Type


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
@breaks("ARENA-ERROR-7")
def test_an_update_under_an_unsupported_content_type_breaks_error_7(content_type: str) -> Judgement:
    return judged(answered(put(EVENT, content_type=content_type), 200, shown(EVENT, True)))


@at_both_endpoints
@pytest.mark.parametrize("status", [403, 406, 422])
@breaks("ARENA-ERROR-7")
def test_another_status_for_a_content_type_breaks_error_7(ref: Ref, status: int) -> Judgement:
    return judged(refused(put(ref, content_type="text/plain"), status))


@at_both_endpoints
@pytest.mark.parametrize("status", [400, 415])
@keeps("ARENA-ERROR-7")
def test_a_content_type_may_be_refused_with_400_or_415(ref: Ref, status: int) -> Judgement:
    return judged(refused(put(ref, content_type="application/xml"), status))


@pytest.mark.parametrize("content_type", [None, "application/json; charset=utf-8", "text/json", "application/hal+json"])
@leaves_open("ARENA-ERROR-7", "ARENA-ERROR-1")
def test_what_may_pass_for_json_is_left_open(content_type: str | None) -> Judgement:
    return judged(answered(put(EVENT, content_type=content_type), 415, b""))


# ARENA-ERROR-8: the server's inside


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("at com.acme.Events.put(Events.java:42)", id="a Java stack trace"),
        pytest.param("Traceback (most recent call last):", id="a Python stack trace"),
        pytest.param("Error\n    at put (events.js:42:13)", id="a JavaScript stack trace"),
        pytest.param("   at Acme.Events.Put(String id) in Events.cs:line 42", id="a .NET stack trace"),
        pytest.param("at java.base/java.lang.Thread.run(Thread.java:833)", id="a Java module's stack trace"),
        pytest.param("goroutine 17 [running]:", id="a Go stack trace"),
        pytest.param("cannot open /app/events/store.rb", id="a path of a container"),
        pytest.param("System.NullReferenceException: Object reference not set", id="a .NET exception"),
        pytest.param("select * from events where guid = 'x'", id="SQL in lower case"),
        pytest.param("insert into events (guid) values ('x')", id="an INSERT in lower case"),
        pytest.param("update events set status = 'x'", id="an UPDATE in lower case"),
        pytest.param("java.lang.NullPointerException: event", id="an exception"),
        pytest.param("cannot open /var/lib/arena/events.db", id="a path"),
        pytest.param("cannot open C:\\Arena\\data\\events.mdb", id="a Windows path"),
        pytest.param("SELECT * FROM events WHERE guid = ?", id="SQL"),
        pytest.param('ERROR: syntax error at or near "WHERE"', id="an error of the database"),
        pytest.param(f"no session {UNKNOWN_SESSION}", id="the session"),
    ],
)
@breaks("ARENA-ERROR-8")
def test_an_error_that_shows_the_inside_breaks_error_8(message: str) -> Judgement:
    return judged(refused(put(EVENT, session=UNKNOWN_SESSION), 401, 401, message))


@breaks("ARENA-ERROR-8", "HTTP-1", "QUALITY-1")
def test_the_page_of_a_crash_shows_the_inside_too() -> Judgement:
    page = b'<pre>Traceback (most recent call last):\n  File "/srv/arena/put.py", line 3</pre>'

    return judged(answered(put(PROCESS), 500, page, {"Content-Type": "text/html"}))


@keeps("ARENA-ERROR-8", "ARENA-ERROR-3")
def test_what_the_request_said_may_be_quoted() -> Judgement:
    guids = put_to(EVENT, "NOT1", EVENT.event).guids
    message = f"{not_valid('NOT1')} See /outboundintegrations/NOT1/events/{EVENT.event}."

    return judged(refused(put(EVENT, guids=guids), 400, INVALID_GUID, message))


@keeps("ARENA-ERROR-8", "ARENA-ERROR-4")
def test_a_path_of_the_requests_own_may_be_quoted() -> Judgement:
    text = "/etc/hosts.txt"

    return judged(refused(put_body(EVENT, {"itemsReconciled": text}), 400, 400, f"{text!r} is not a boolean."))


@keeps("ARENA-ERROR-8", "ARENA-ERROR-4")
def test_sql_of_the_requests_own_may_be_quoted() -> Judgement:
    text = "SELECT 1 FROM events "

    return judged(refused(put_body(EVENT, {"itemsReconciled": text}), 400, 400, f"{text!r} is not a boolean."))


@pytest.mark.parametrize(
    "message",
    [
        "Please select an event from the list.",
        "Select one from the list where you may act.",
        "Please update the event, set a flag.",
        "See https://api.example/home/help.html",
        "See /app/events/help.html",
        "Use true/false.",
        "at 10:30",
        "The System is down.",
    ],
)
@keeps("ARENA-ERROR-8")
def test_plain_words_show_nothing_of_the_inside(message: str) -> Judgement:
    return judged(refused(put(EVENT, session=""), 401, 401, message))


@leaves_open("ARENA-ERROR-8")
def test_a_success_is_no_error() -> Judgement:
    return judged(done(EVENT))


# ARENA-ERROR-9: a GUID in lower case


@breaks("ARENA-ERROR-9")
def test_another_code_for_a_guid_in_lower_case_breaks_error_9() -> Judgement:
    lower = PROCESS.quality_process.lower()

    return judged(refused(put_to(PROCESS, PROCESS.integration, PROCESS.event, lower), 400, 3012, not_valid(lower)))


@breaks("ARENA-ERROR-9")
def test_an_update_by_a_guid_in_lower_case_breaks_error_9_alone() -> Judgement:
    return judged(answered(put_to(EVENT, EVENT.integration, EVENT.event.lower()), 200, shown(EVENT, True)))


@keeps("ARENA-ERROR-9")
def test_a_guid_in_lower_case_is_quoted_as_it_was_sent() -> Judgement:
    lower = EVENT.event.lower()

    return judged(refused(put_to(EVENT, EVENT.integration, lower), 400, INVALID_GUID, not_valid(lower)))


@pytest.mark.parametrize("session", [arena_target().session_id, UNKNOWN_SESSION])
@leaves_open("ARENA-ERROR-9")
def test_the_documents_own_guids_are_not_in_lower_case(session: str) -> Judgement:
    return judged(answered(put(EVENT, session=session), 200, without(shown(EVENT, True))))
