"""QUALITY-1 to QUALITY-11: what the update of a quality process answers, and what it leaves alone."""

from typing import Any

import pytest

from tests.harness.exchange import Json
from tests.harness.target import QualityProcessRef
from tests.reference.data import HEIDI, JOSE
from tests.suite.checks.judgement import Judgement, breaks, judged, keeps, leaves_open
from tests.suite.exchanges import (
    EVENT,
    FOREIGN_PROCESS,
    OTHER_PROCESS,
    PROCESS,
    answered,
    done,
    get,
    put,
    put_body,
    read,
    refused,
    shown,
    without,
)

MARKED = shown(PROCESS, True)
STEP = MARKED["postEvent"]["currentStep"]
either_value = pytest.mark.parametrize("value", [True, False], ids=["true", "false"])
of_every_form = pytest.mark.parametrize(
    "ref", [PROCESS, OTHER_PROCESS, FOREIGN_PROCESS], ids=["workflow", "edit", "creation"]
)


# QUALITY-1: the documented object


@pytest.mark.parametrize("body", [b"", b"true", b"[]", b"null", b"<ok/>"])
@breaks("QUALITY-1")
def test_a_success_without_an_object_breaks_quality_1(body: bytes) -> Judgement:
    return judged(answered(put(PROCESS), 200, body))


@pytest.mark.parametrize("name", ["preEvent", "postEvent"])
@breaks("QUALITY-1")
def test_a_missing_watched_attribute_breaks_quality_1(name: str) -> Judgement:
    return judged(answered(put(PROCESS), 200, without(MARKED, name)))


@either_value
@pytest.mark.parametrize("status", [201, 202, 204, 409])
@breaks("QUALITY-1")
def test_another_status_for_a_valid_request_breaks_quality_1(value: bool, status: int) -> Judgement:
    return judged(answered(put(PROCESS, value), status, {"status": status, "errors": [{"code": 1, "message": ""}]}))


@either_value
@of_every_form
@keeps("QUALITY-1", "QUALITY-2", "QUALITY-3", "QUALITY-6")
def test_every_form_of_a_quality_process_keeps_every_rule(ref: QualityProcessRef, value: bool) -> Judgement:
    return judged(done(ref, value, number="CAPA-7", url={"api": "https://api.example/q"}))


@leaves_open("QUALITY-1", "QUALITY-2", "QUALITY-3", "QUALITY-4", "QUALITY-5", "QUALITY-6")
def test_a_refused_request_needs_no_object() -> Judgement:
    return judged(refused(put_body(PROCESS, {})))


# QUALITY-2: the flag


@breaks("QUALITY-2")
def test_the_opposite_of_the_value_asked_for_breaks_quality_2() -> Judgement:
    return judged(answered(put(PROCESS, False), 200, without(MARKED, "reconciledDatetime", "reconciledUser")))


@pytest.mark.parametrize("flag", ["true", 1])
@breaks("QUALITY-2", "QUALITY-1")
def test_a_flag_of_another_type_breaks_quality_2(flag: Json) -> Judgement:
    return judged(done(PROCESS, True, reconciled=flag))


@breaks("QUALITY-2")
def test_a_mark_that_a_read_does_not_show_breaks_quality_2() -> Judgement:
    return judged(done(PROCESS, True), read(PROCESS, False))


@either_value
@keeps("QUALITY-2")
def test_a_read_shows_what_was_set(value: bool) -> Judgement:
    return judged(done(PROCESS, value), read(PROCESS, value))


@leaves_open("QUALITY-2")
def test_a_read_of_what_was_never_set_is_not_compared() -> Judgement:
    return judged(read(PROCESS, True))


# QUALITY-3: the GUID


@pytest.mark.parametrize("guid", [OTHER_PROCESS.quality_process, PROCESS.event, PROCESS.integration])
@breaks("QUALITY-3")
def test_another_guid_than_the_paths_breaks_quality_3(guid: str) -> Judgement:
    return judged(done(PROCESS, guid=guid))


@breaks("QUALITY-3", "QUALITY-1")
def test_a_missing_guid_breaks_quality_3() -> Judgement:
    return judged(answered(put(PROCESS), 200, without(MARKED, "guid")))


@keeps("QUALITY-3")
def test_each_quality_process_is_answered_with_its_own_guid() -> Judgement:
    return judged(done(PROCESS), done(OTHER_PROCESS))


# QUALITY-4: the marking


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(without(MARKED, "reconciledDatetime"), id="no time"),
        pytest.param(without(MARKED, "reconciledUser"), id="no user"),
        pytest.param(without(MARKED, "reconciledDatetime", "reconciledUser"), id="neither"),
        pytest.param(MARKED | {"reconciledDatetime": None}, id="time null"),
        pytest.param(MARKED | {"reconciledUser": None}, id="user null"),
        pytest.param(MARKED | {"reconciledDatetime": "2026-03-13"}, id="a day for a time"),
        pytest.param(MARKED | {"reconciledDatetime": "13.03.2026 12:00"}, id="a time in another form"),
        pytest.param(MARKED | {"reconciledDatetime": 1773403200}, id="a number for a time"),
        pytest.param(MARKED | {"reconciledUser": "Heidi Walker"}, id="a name for a user"),
        *(pytest.param(MARKED | {"reconciledUser": without(HEIDI, name)}, id=f"no {name}") for name in HEIDI),
        pytest.param(MARKED | {"reconciledUser": HEIDI | {"email": "hwalker"}}, id="an email that is none"),
        pytest.param(
            without(MARKED, "reconciledDatetime") | {"reconciledDateTime": "2026-03-13T12:00:00Z"}, id="a capital T"
        ),
    ],
)
@breaks("QUALITY-4")
def test_an_incomplete_marking_breaks_quality_4(body: Json) -> Judgement:
    return judged(answered(put(PROCESS), 200, body))


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"reconciledDatetime": "2026-03-13T05:00:00.123-07:00"}, id="another offset"),
        pytest.param({"reconciledUser": JOSE | {"phone": None}}, id="more about the user"),
        pytest.param({"reconciledUser": JOSE | {"fullName": "", "guid": "u1"}}, id="a user without a name"),
    ],
)
@keeps("QUALITY-4")
def test_a_marking_may_be_written_in_other_ways(fields: dict[str, Any]) -> Judgement:
    return judged(done(PROCESS, True, **fields))


@leaves_open("QUALITY-4", "QUALITY-9")
def test_what_is_not_marked_needs_no_marking() -> Judgement:
    return judged(done(PROCESS, False))


# QUALITY-5 and QUALITY-10: no marking


@pytest.mark.parametrize(
    "left",
    [
        pytest.param({"reconciledDatetime": "2026-03-13T12:00:00Z", "reconciledUser": HEIDI}, id="both"),
        pytest.param({"reconciledDatetime": "2026-03-13T12:00:00Z"}, id="time"),
        pytest.param({"reconciledUser": HEIDI}, id="user"),
    ],
)
@breaks("QUALITY-5", "QUALITY-10")
def test_a_marking_that_stays_when_it_is_taken_back_breaks_quality_5(left: dict[str, Any]) -> Judgement:
    return judged(done(PROCESS, True), done(PROCESS, False, **left))


@breaks("QUALITY-5", "QUALITY-10")
def test_empty_values_are_not_none() -> Judgement:
    return judged(done(PROCESS, False, reconciledDatetime="", reconciledUser={}))


@keeps("QUALITY-5", "QUALITY-10")
def test_the_documents_sample_has_no_marking() -> Judgement:
    return judged(done(PROCESS, True), done(PROCESS, False))


@breaks("QUALITY-10")
def test_null_keeps_quality_5_and_breaks_quality_10() -> Judgement:
    return judged(done(PROCESS, False, reconciledDatetime=None, reconciledUser=None))


@leaves_open("QUALITY-5", "QUALITY-10")
def test_what_is_marked_has_its_marking() -> Judgement:
    return judged(done(PROCESS, True))


# QUALITY-6: the watched attributes


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"preEvent": None}, id="a step after nothing"),
        pytest.param({"preEvent": {}}, id="nothing watched"),
        pytest.param({"postEvent": {"guid": "Q1"}}, id="two forms"),
        pytest.param({"postEvent": {"currentStep": "Corrective Action"}}, id="a step that is a text"),
        pytest.param({"postEvent": {"currentStep": without(STEP, "name")}}, id="a step without a name"),
    ],
)
@breaks("QUALITY-6", "QUALITY-1")
def test_attributes_of_no_documented_form_break_quality_6_and_the_documented_object(
    fields: dict[str, Any],
) -> Judgement:
    return judged(done(PROCESS, True, **fields))


@pytest.mark.parametrize("name", ["preEvent", "postEvent"])
@breaks("QUALITY-6")
def test_an_update_that_changes_the_watched_attributes_breaks_quality_6(name: str) -> Judgement:
    return judged(done(PROCESS, True), done(PROCESS, False, **{name: {"currentStep": STEP | {"name": "Closed"}}}))


@breaks("QUALITY-6")
def test_a_first_update_that_swaps_the_attributes_breaks_quality_6() -> Judgement:
    swapped = {"preEvent": MARKED["postEvent"], "postEvent": MARKED["preEvent"]}

    return judged(read(PROCESS, False), done(PROCESS, True, **swapped))


@of_every_form
@keeps("QUALITY-6")
def test_attributes_of_every_form_may_hold_more(ref: QualityProcessRef) -> Judgement:
    after = shown(ref, True)["postEvent"] | {"owner": {"guid": "U1"}}

    return judged(done(ref, False), done(ref, True, postEvent=after))


@keeps("QUALITY-6")
def test_one_instant_in_two_forms_is_no_change() -> Judgement:
    before = shown(OTHER_PROCESS, True)["postEvent"]
    now = before | {"targetCompletionDateTime": "2021-12-01T01:00:00.000+01:00"}

    return judged(done(OTHER_PROCESS, True), done(OTHER_PROCESS, False, postEvent=now))


# QUALITY-7: other quality processes


@breaks("QUALITY-7", "QUALITY-8")
def test_an_update_that_marks_another_quality_process_too_breaks_quality_7() -> Judgement:
    return judged(done(PROCESS, False), done(OTHER_PROCESS, True), read(PROCESS, True))


@breaks("QUALITY-7", "QUALITY-8")
def test_an_update_that_takes_anothers_marking_anew_breaks_quality_7() -> Judgement:
    anew = read(PROCESS, True, reconciledUser=JOSE, reconciledDatetime="2026-03-13T12:00:03Z")

    return judged(done(PROCESS, True), done(OTHER_PROCESS, True), anew)


@breaks("QUALITY-7")
def test_an_update_that_changes_anothers_attributes_breaks_quality_7() -> Judgement:
    after = {"currentStep": STEP | {"name": "Closed"}}

    return judged(done(PROCESS, False), done(OTHER_PROCESS, True), done(PROCESS, True, postEvent=after))


@breaks("QUALITY-8")
def test_a_refused_marking_that_was_carried_out_is_not_blamed_on_anothers_update() -> Judgement:
    refusal = refused(put(PROCESS, True, session=""), 401)

    return judged(done(PROCESS, False), done(OTHER_PROCESS), refusal, read(PROCESS, True))


@keeps("QUALITY-7", "QUALITY-8")
def test_a_quality_process_is_as_it_was_after_anothers_update() -> Judgement:
    return judged(done(PROCESS, True), done(OTHER_PROCESS, True), done(FOREIGN_PROCESS, False), read(PROCESS, True))


@leaves_open("QUALITY-7", "QUALITY-8")
def test_the_update_of_an_event_is_no_update_of_another_quality_process() -> Judgement:
    return judged(done(PROCESS, True), done(EVENT, False), read(PROCESS, True))


# QUALITY-8: refused requests


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(refused(put(PROCESS, True, session=""), 401), id="no session"),
        pytest.param(refused(put_body(PROCESS, b'{"reconciled": true} x')), id="text behind the JSON"),
        pytest.param(refused(put_body(OTHER_PROCESS, {"reconciled": 1})), id="to another quality process"),
    ],
)
@breaks("QUALITY-8")
def test_a_refused_request_that_was_carried_out_breaks_quality_8(refusal: Any) -> Judgement:
    return judged(done(PROCESS, False), refusal, read(PROCESS, True))


@breaks("QUALITY-8")
def test_a_refused_marking_that_takes_the_time_anew_breaks_quality_8() -> Judgement:
    refusal = refused(put(PROCESS, True, session=""), 401)

    return judged(done(PROCESS, True), refusal, read(PROCESS, True, reconciledDatetime="2026-03-13T12:00:02Z"))


@leaves_open("QUALITY-7")
def test_the_time_of_the_last_of_several_markings_at_once_is_not_known() -> Judgement:
    markings = [done(PROCESS, True), done(PROCESS, True, reconciledDatetime="2026-03-13T12:00:01Z")]

    return judged(markings, read(PROCESS, True))


@keeps("QUALITY-8")
def test_refused_requests_after_several_markings_at_once_show_nothing_of_their_time() -> Judgement:
    markings = [done(PROCESS, True), done(PROCESS, True, reconciledDatetime="2026-03-13T12:00:01Z")]
    refusal = refused(put(PROCESS, True, session=""), 401)

    return judged(markings, refusal, read(PROCESS, True))


@either_value
@keeps("QUALITY-8")
def test_what_is_read_after_refusals_is_what_was_set(value: bool) -> Judgement:
    return judged(done(PROCESS, value), refused(put_body(PROCESS, b"{")), read(PROCESS, value, seen="today"))


@leaves_open("QUALITY-8")
def test_a_target_that_does_not_answer_get_shows_nothing() -> Judgement:
    return judged(done(PROCESS), refused(put_body(PROCESS, {})), answered(get(PROCESS), 405, b"", {"Allow": "PUT"}))


# QUALITY-9: the time of the marking


@pytest.mark.parametrize("time", ["2021-09-11T01:06:50Z", "2026-03-13T12:10:00Z", "2026-03-13T12:00:00-07:00"])
@breaks("QUALITY-9")
def test_another_time_than_that_of_the_marking_breaks_quality_9(time: str) -> Judgement:
    return judged(done(PROCESS, False), done(PROCESS, True, reconciledDatetime=time))


@breaks("QUALITY-9", "QUALITY-4")
def test_a_marking_without_time_breaks_quality_9() -> Judgement:
    return judged(done(PROCESS, False), done(PROCESS, True, reconciledDatetime=None))


@pytest.mark.parametrize("time", ["2026-03-13T11:56:00Z", "2026-03-13T12:04:00Z", "2026-03-13T05:00:00-07:00"])
@keeps("QUALITY-9")
def test_clocks_may_differ_by_minutes(time: str) -> Judgement:
    return judged(read(PROCESS, False), done(PROCESS, True, reconciledDatetime=time))


@keeps("QUALITY-9")
def test_the_time_of_a_marking_before_the_run_may_stay() -> Judgement:
    return judged(done(PROCESS, True), done(PROCESS, True, reconciledDatetime="2021-09-11T01:06:50Z"))


@pytest.mark.parametrize("time", ["2026-03-13T11:56:00Z", "2026-03-13T12:00:00Z", "2026-03-13T12:04:00Z"])
@keeps("QUALITY-9")
def test_a_marking_sent_again_has_its_time_or_takes_it_anew(time: str) -> Judgement:
    return judged(done(PROCESS, False), done(PROCESS, True), done(PROCESS, True, reconciledDatetime=time))


@pytest.mark.parametrize("time", ["2026-03-13T04:00:00Z", "2026-03-13T20:00:00Z"])
@breaks("QUALITY-9")
def test_a_marking_sent_again_with_a_time_of_another_zone_breaks_quality_9(time: str) -> Judgement:
    return judged(done(PROCESS, False), done(PROCESS, True), done(PROCESS, True, reconciledDatetime=time))


@breaks("QUALITY-9")
def test_a_marking_that_lies_ahead_breaks_quality_9() -> Judgement:
    return judged(done(PROCESS, True), done(PROCESS, True, reconciledDatetime="2026-03-13T12:10:00Z"))


@leaves_open("QUALITY-9")
def test_a_marking_of_what_may_have_been_marked_before_has_any_time() -> Judgement:
    return judged(done(PROCESS, True, reconciledDatetime="2021-09-11T01:06:50Z"))


# QUALITY-11: concurrent requests


@pytest.mark.parametrize(
    "swapped",
    [
        pytest.param(MARKED | {"guid": OTHER_PROCESS.quality_process}, id="another's GUID"),
        pytest.param(MARKED | {"reconciled": False}, id="the other value"),
    ],
)
@breaks("QUALITY-11")
def test_a_concurrent_request_that_gets_the_answer_of_another_breaks_quality_11(swapped: dict[str, Json]) -> Judgement:
    return judged([answered(put(PROCESS, True), 200, swapped), done(OTHER_PROCESS, False)])


@breaks("QUALITY-11", "QUALITY-1")
def test_a_concurrent_request_that_is_refused_breaks_quality_11() -> Judgement:
    return judged([done(PROCESS), refused(put(OTHER_PROCESS), 409)])


@keeps("QUALITY-11", "QUALITY-1")
def test_concurrent_requests_may_be_carried_out_in_any_order() -> Judgement:
    return judged([done(PROCESS, True), done(PROCESS, False), done(OTHER_PROCESS, False), done(PROCESS, True)])
