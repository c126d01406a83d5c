"""EVENT-1 to EVENT-9: what the update of an event answers, and what it leaves alone."""

from typing import Any

import pytest

from tests.harness.exchange import Json, Trouble
from tests.reference.data import JOSE
from tests.suite.checks.judgement import Judgement, breaks, judged, keeps, leaves_open
from tests.suite.exchanges import (
    EVENT,
    FOREIGN_EVENT,
    OTHER_EVENT,
    PROCESS,
    answered,
    done,
    failed,
    get,
    put,
    put_body,
    put_to,
    read,
    refused,
    shown,
    without,
)

SAMPLE = shown(EVENT, True)
either_value = pytest.mark.parametrize("value", [True, False], ids=["true", "false"])


def changed(**fields: Json) -> dict[str, Json]:
    """Fields of the sample's change with others in their place, as fields of the event."""
    return {"change": SAMPLE["change"] | fields}


# EVENT-1: the documented object


@pytest.mark.parametrize(
    "body",
    [
        *(pytest.param(without(SAMPLE, name), id=f"no {name}") for name in ("creationDateTime", "creator", "change")),
        pytest.param(without(SAMPLE, "eventType"), id="no eventType"),
        pytest.param(SAMPLE | {"creator": "Heidi Walker"}, id="creator a text"),
        pytest.param(SAMPLE | {"creator": without(SAMPLE["creator"], "email")}, id="a creator without email"),
        pytest.param(SAMPLE | {"creator": JOSE | {"email": "nobody"}}, id="an email that is none"),
        pytest.param(SAMPLE | {"creationDateTime": "2020-03-13"}, id="a day for a date-time"),
        pytest.param(SAMPLE | {"creationDateTime": 1584139656}, id="a number for a date-time"),
        pytest.param(SAMPLE | {"change": None}, id="change null"),
        pytest.param(SAMPLE | changed(category="ECO"), id="category a text"),
        pytest.param(SAMPLE | changed(number=23), id="a number for the change's number"),
        pytest.param(SAMPLE | changed(approvedOnDateTime="Fri, 13 Mar 2020 22:47:34 GMT"), id="an HTTP date"),
        pytest.param(SAMPLE | {"change": without(SAMPLE["change"], "title")}, id="a change without title"),
        pytest.param(SAMPLE | {"eventType": "change"}, id="eventType in lower case"),
    ],
)
@breaks("EVENT-1")
def test_another_object_than_the_documented_breaks_event_1(body: Json) -> Judgement:
    return judged(answered(put(EVENT), 200, body))


@breaks("EVENT-1")
def test_a_revisioning_event_without_its_detail_breaks_event_1() -> Judgement:
    return judged(answered(put(FOREIGN_EVENT), 200, without(shown(FOREIGN_EVENT, True), "revisioningEvent")))


@pytest.mark.parametrize("body", [b"", b"OK", b"[]", b"null", b'"RECONCILED"'])
@breaks("EVENT-1")
def test_a_success_without_an_object_breaks_event_1(body: bytes) -> Judgement:
    return judged(answered(put(EVENT), 200, body))


@either_value
@pytest.mark.parametrize("status", [201, 202, 204, 304, 404])
@breaks("EVENT-1")
def test_another_status_for_a_valid_request_breaks_event_1(value: bool, status: int) -> Judgement:
    return judged(answered(put(EVENT, value), status, {"status": status, "errors": [{"code": 1, "message": ""}]}))


@breaks("EVENT-1", "HTTP-1")
def test_a_valid_request_without_an_answer_breaks_event_1() -> Judgement:
    return judged(failed(put(EVENT), Trouble.TIMEOUT))


@either_value
@keeps("EVENT-1", "EVENT-2", "EVENT-3", "EVENT-4")
def test_the_documents_samples_keep_every_rule(value: bool) -> Judgement:
    return judged(done(EVENT, value))


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"url": {"api": "https://api.example/e", "app": "https://app.example/e"}}, id="url"),
        pytest.param({"url": None}, id="url null"),
        pytest.param({"url": "https://api.example/e"}, id="url a text"),
        pytest.param({"creationDateTime": "0001-01-01T00:00:00+01:00"}, id="a time before the first year in UTC"),
        pytest.param({"revisioningEvent": None}, id="the other detail null"),
        pytest.param({"transferType": {"name": "AUTOMATIC"}}, id="an unknown field"),
        pytest.param({"creator": JOSE | {"email": "josé@exämple.com"}}, id="an address outside ASCII"),
        pytest.param({"creationDateTime": "2020-03-13T15:47:36.000-07:00"}, id="another offset"),
        pytest.param(changed(effectivityType="TEMPORARY", owner=None), id="another effectivity"),
        pytest.param({"creator": JOSE | {"guid": "short"}}, id="a GUID in another form"),
    ],
)
@keeps("EVENT-1")
def test_what_real_servers_add_keeps_event_1(more: dict[str, Any]) -> Judgement:
    return judged(done(EVENT, **more))


@either_value
@keeps("EVENT-1")
def test_a_revisioning_event_stands_in_the_place_of_a_change(value: bool) -> Judgement:
    return judged(done(FOREIGN_EVENT, value, change=None))


@leaves_open("EVENT-1", "EVENT-2", "EVENT-3", "EVENT-4")
def test_a_refused_request_needs_no_object() -> Judgement:
    return judged(refused(put_body(EVENT, {})))


# EVENT-2: the flag


@either_value
@breaks("EVENT-2", "EVENT-3")
def test_the_opposite_of_the_value_asked_for_breaks_event_2(value: bool) -> Judgement:
    return judged(answered(put(EVENT, value), 200, shown(EVENT, not value)))


@pytest.mark.parametrize("flag", ["true", 1, None])
@breaks("EVENT-2", "EVENT-1")
def test_a_flag_of_another_type_breaks_event_2(flag: Json) -> Judgement:
    return judged(done(EVENT, True, itemsReconciled=flag))


@breaks("EVENT-2", "EVENT-1")
def test_a_missing_flag_breaks_event_2() -> Judgement:
    return judged(answered(put(EVENT), 200, without(SAMPLE, "itemsReconciled")))


@breaks("EVENT-2")
def test_a_flag_that_a_read_does_not_show_breaks_event_2() -> Judgement:
    return judged(done(EVENT, True), read(EVENT, False, status="RECONCILED"))


@either_value
@keeps("EVENT-2", "EVENT-3")
def test_a_read_shows_what_was_set(value: bool) -> Judgement:
    return judged(done(EVENT, not value), done(EVENT, value), read(EVENT, value))


@leaves_open("EVENT-2")
def test_a_read_of_what_was_never_set_is_not_compared() -> Judgement:
    return judged(read(EVENT, False))


@leaves_open("EVENT-2", "EVENT-6")
def test_nothing_is_known_after_an_answer_that_was_cut() -> Judgement:
    return judged(done(EVENT, True), failed(put(EVENT, False)), read(EVENT, False))


# EVENT-3: the status


@pytest.mark.parametrize(
    ("value", "status"),
    [(True, "NEEDS_UPDATE"), (True, "UP_TO_DATE"), (False, "RECONCILED"), (False, "UPDATES_QUEUED"), (True, "")],
)
@breaks("EVENT-3")
def test_a_status_that_does_not_follow_the_flag_breaks_event_3(value: bool, status: str) -> Judgement:
    return judged(done(EVENT, value, status=status))


@breaks("EVENT-3", "EVENT-1")
def test_a_missing_status_breaks_event_3() -> Judgement:
    return judged(answered(put(EVENT), 200, without(SAMPLE, "status")))


@breaks("EVENT-3", "EVENT-2")
def test_an_update_that_is_answered_but_not_made_breaks_event_3() -> Judgement:
    return judged(done(EVENT, False), done(EVENT, True), read(EVENT, False))


@either_value
@pytest.mark.parametrize("status", ["UPDATES_QUEUED", "NEEDS_ATTENTION", "IN_PROCESS", "UP_TO_DATE"])
@keeps("EVENT-3", "EVENT-2")
def test_an_event_may_move_on_by_itself_before_it_is_read(value: bool, status: str) -> Judgement:
    return judged(done(EVENT, value), read(EVENT, value, status=status))


@pytest.mark.parametrize(("value", "status"), [(True, "NEEDS_UPDATE"), (False, "RECONCILED")])
@breaks("EVENT-3")
def test_the_other_flags_status_in_a_read_breaks_event_3(value: bool, status: str) -> Judgement:
    return judged(done(EVENT, value), read(EVENT, value, status=status))


@leaves_open("EVENT-3", "EVENT-2")
def test_any_status_of_an_events_life_may_be_read_before_an_update() -> Judgement:
    return judged(read(EVENT, False, status="NEEDS_ATTENTION"))


@keeps("EVENT-3", "EVENT-6")
def test_an_update_leads_out_of_any_status() -> Judgement:
    return judged(read(EVENT, False, status="IN_PROCESS"), done(EVENT, True))


# EVENT-4: the GUID


@pytest.mark.parametrize("guid", [OTHER_EVENT.event, EVENT.integration, SAMPLE["change"]["guid"], EVENT.event.lower()])
@breaks("EVENT-4")
def test_another_guid_than_the_paths_breaks_event_4(guid: str) -> Judgement:
    return judged(done(EVENT, guid=guid))


@breaks("EVENT-4", "EVENT-1")
def test_a_missing_guid_breaks_event_4() -> Judgement:
    return judged(answered(put(EVENT), 200, without(SAMPLE, "guid")))


@keeps("EVENT-4")
def test_each_event_is_answered_with_its_own_guid() -> Judgement:
    return judged(done(EVENT), done(OTHER_EVENT))


# EVENT-5: the value that is already set


@either_value
@breaks("EVENT-5", "EVENT-6")
def test_a_time_taken_anew_for_a_value_already_set_breaks_event_5(value: bool) -> Judgement:
    return judged(done(EVENT, value), done(EVENT, value, creationDateTime="2026-03-13T12:00:01Z"))


@breaks("EVENT-5", "EVENT-1")
def test_a_refusal_of_a_value_already_set_breaks_event_5() -> Judgement:
    return judged(done(EVENT, True), refused(put(EVENT, True), 400, 4399, "Nothing to do."))


@breaks("EVENT-5", "EVENT-3")
def test_the_other_flags_status_for_a_value_already_set_breaks_event_5() -> Judgement:
    return judged(done(EVENT, True), done(EVENT, True, status="NEEDS_UPDATE"))


@breaks("EVENT-3")
def test_a_status_of_another_kind_for_a_value_already_set_is_event_3s_alone() -> Judgement:
    return judged(done(EVENT, True), done(EVENT, True, status="UP_TO_DATE"))


@breaks("EVENT-5", "EVENT-6")
def test_a_read_between_two_updates_leaves_event_5_to_be_judged() -> Judgement:
    return judged(done(EVENT, False), read(EVENT, False), done(EVENT, False, creator=JOSE))


@breaks("EVENT-5", "EVENT-6")
def test_a_value_that_was_only_read_is_already_set_too() -> Judgement:
    return judged(read(EVENT, True), done(EVENT, True, creator=JOSE))


@either_value
@keeps("EVENT-5")
def test_the_value_that_a_read_showed_may_be_set_again(value: bool) -> Judgement:
    return judged(done(EVENT, value), read(EVENT, value), done(EVENT, value))


@keeps("EVENT-5", "EVENT-6")
def test_a_status_that_had_moved_on_before_the_same_value_is_no_change() -> Judgement:
    return judged(read(EVENT, False, status="UPDATES_QUEUED"), done(EVENT, False))


@keeps("EVENT-5", "EVENT-6")
def test_the_url_that_newer_servers_add_may_differ() -> Judgement:
    return judged(done(EVENT, url={"api": "https://a.example"}), done(EVENT, url={"api": "https://b.example"}))


@either_value
@keeps("EVENT-5")
def test_the_same_instant_in_another_form_is_no_change(value: bool) -> Judgement:
    again = done(EVENT, value, creationDateTime="2020-03-13T23:47:36.000+01:00", requestId="7")

    return judged(done(EVENT, value), again)


@leaves_open("EVENT-5")
def test_the_first_update_sets_nothing_again() -> Judgement:
    return judged(done(EVENT, True))


@leaves_open("EVENT-5")
def test_the_other_value_is_not_already_set() -> Judgement:
    return judged(done(EVENT, True), done(EVENT, False))


# EVENT-6: the rest of the event


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"creator": JOSE}, id="creator"),
        pytest.param({"creationDateTime": "2026-03-13T12:00:01Z"}, id="creation time"),
        pytest.param(changed(title="Another title"), id="title of the change"),
        pytest.param(changed(effectiveDateTime="2026-03-13T12:00:01Z"), id="effective time"),
        pytest.param(changed(category=SAMPLE["change"]["category"] | {"guid": "0"}), id="category"),
    ],
)
@breaks("EVENT-6")
def test_an_update_that_changes_more_than_the_flag_breaks_event_6(fields: dict[str, Json]) -> Judgement:
    return judged(done(EVENT, True), done(EVENT, False, **fields))


@breaks("EVENT-6")
def test_a_first_update_that_changes_what_was_read_before_breaks_event_6() -> Judgement:
    return judged(read(EVENT, False), done(EVENT, True, creator=JOSE))


@keeps("EVENT-6")
def test_fields_that_are_not_documented_may_change() -> Judgement:
    return judged(done(EVENT, True, requestId="1"), done(EVENT, False, requestId="2", lastModified="today"))


@keeps("EVENT-6")
def test_null_and_absent_are_the_same() -> Judgement:
    return judged(done(FOREIGN_EVENT, True, change=None), done(FOREIGN_EVENT, False))


# EVENT-7: other events


@breaks("EVENT-7", "EVENT-8")
def test_an_update_that_sets_another_event_too_breaks_event_7() -> Judgement:
    return judged(done(EVENT, False), done(OTHER_EVENT, True), read(EVENT, True))


@breaks("EVENT-7")
def test_an_update_that_changes_the_rest_of_another_event_breaks_event_7() -> Judgement:
    return judged(done(EVENT, False), done(OTHER_EVENT, True), done(EVENT, True, creator=JOSE))


@pytest.mark.parametrize("through", ["its GUID in lower case", "another integration"])
@leaves_open("EVENT-7")
def test_an_event_is_no_other_event_for_being_named_in_another_way(through: str) -> Judgement:
    guids = {
        "its GUID in lower case": (FOREIGN_EVENT.integration, FOREIGN_EVENT.event.lower()),
        "another integration": (EVENT.integration, FOREIGN_EVENT.event),
    }
    accepted = answered(put_to(FOREIGN_EVENT, *guids[through]), 200, shown(FOREIGN_EVENT, True))

    return judged(done(FOREIGN_EVENT, False), accepted, read(FOREIGN_EVENT, True))


@keeps("EVENT-7", "EVENT-8")
def test_another_events_status_may_move_on_by_itself() -> Judgement:
    return judged(done(EVENT, False), done(OTHER_EVENT), read(EVENT, False, status="UPDATES_QUEUED"))


@breaks("EVENT-8")
def test_a_refused_request_that_was_carried_out_is_not_blamed_on_another_events_update() -> Judgement:
    refusal = refused(put(EVENT, True, session=""), 401)

    return judged(done(EVENT, False), done(OTHER_EVENT), refusal, read(EVENT, True))


@breaks("EVENT-7")
def test_an_update_shows_what_anothers_changed_even_where_refusals_came_between() -> Judgement:
    refusal = refused(put(EVENT, True, session=""), 401)

    return judged(done(EVENT, False), done(OTHER_EVENT), refusal, done(EVENT, True, creator=JOSE))


@keeps("EVENT-7", "EVENT-8")
def test_an_event_is_as_it_was_after_anothers_update() -> Judgement:
    return judged(done(EVENT, True), done(OTHER_EVENT, False), done(FOREIGN_EVENT, False), read(EVENT, True))


@keeps("EVENT-7")
def test_an_event_may_be_set_after_anothers_update() -> Judgement:
    return judged(done(EVENT, True), done(OTHER_EVENT, False), done(EVENT, False))


@leaves_open("EVENT-7", "EVENT-8")
def test_the_update_of_a_quality_process_is_no_update_of_another_event() -> Judgement:
    return judged(done(EVENT, True), done(PROCESS, False), read(EVENT, True))


# EVENT-8: refused requests


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(refused(put(EVENT, True, session=""), 401), id="no session"),
        pytest.param(refused(put(EVENT, True, content_type="text/plain"), 415), id="another content type"),
        pytest.param(refused(put_body(EVENT, b'{"itemsReconciled": true}}')), id="text behind the JSON"),
        pytest.param(refused(put_body(OTHER_EVENT, {"itemsReconciled": "true"})), id="to another event"),
    ],
)
@breaks("EVENT-8")
def test_a_refused_request_that_was_carried_out_breaks_event_8(refusal: Any) -> Judgement:
    return judged(done(EVENT, False), refusal, read(EVENT, True))


@breaks("EVENT-8")
def test_a_refused_request_that_changed_anything_breaks_event_8() -> Judgement:
    return judged(read(EVENT, False), refused(put_body(EVENT, {})), read(EVENT, False, creator=JOSE))


@keeps("EVENT-8")
def test_a_status_that_moves_on_after_a_refusal_is_no_change() -> Judgement:
    return judged(done(EVENT, False), refused(put_body(EVENT, {})), read(EVENT, False, status="NEEDS_ATTENTION"))


@either_value
@keeps("EVENT-8")
def test_what_is_read_after_refusals_is_what_was_set(value: bool) -> Judgement:
    none = refused(put(EVENT, not value, session=""), 401)

    return judged(done(EVENT, value), none, refused(put_body(EVENT, b"")), none, read(EVENT, value, seen="today"))


@leaves_open("EVENT-8")
def test_an_update_shows_nothing_of_what_a_refused_request_left() -> Judgement:
    return judged(done(EVENT, False), refused(put_body(EVENT, {})), done(EVENT, True))


@leaves_open("EVENT-8")
def test_a_target_that_does_not_answer_get_shows_nothing() -> Judgement:
    return judged(done(EVENT, False), refused(put_body(EVENT, {})), answered(get(EVENT), 405, b"", {"Allow": "PUT"}))


@leaves_open("EVENT-8", "EVENT-7")
def test_after_a_server_error_nothing_is_known() -> Judgement:
    return judged(done(EVENT, False), answered(put(EVENT, True), 500, b""), read(EVENT, True))


# EVENT-9: concurrent requests


@pytest.mark.parametrize(
    "swapped",
    [
        pytest.param(shown(OTHER_EVENT, True), id="another event's answer"),
        pytest.param(shown(EVENT, False), id="the answer to the other value"),
        pytest.param(shown(EVENT, True) | {"guid": OTHER_EVENT.event}, id="another event's GUID"),
    ],
)
@breaks("EVENT-9")
def test_a_concurrent_request_that_gets_the_answer_of_another_breaks_event_9(swapped: Json) -> Judgement:
    return judged([answered(put(EVENT, True), 200, swapped), done(OTHER_EVENT, False)])


@breaks("EVENT-9")
def test_a_concurrent_request_with_a_mixed_answer_breaks_event_9() -> Judgement:
    return judged([done(EVENT, True, status="NEEDS_UPDATE"), done(OTHER_EVENT, False)])


@breaks("EVENT-9", "EVENT-1")
def test_a_concurrent_request_that_is_refused_breaks_event_9() -> Judgement:
    return judged([refused(put(EVENT), 409), done(OTHER_EVENT)])


@keeps("EVENT-9", "EVENT-1")
def test_concurrent_requests_may_be_carried_out_in_any_order() -> Judgement:
    return judged(done(EVENT, True), [done(EVENT, False), done(EVENT, True), done(OTHER_EVENT, True)])


@leaves_open("EVENT-9")
def test_a_request_on_its_own_is_not_concurrent() -> Judgement:
    return judged(done(EVENT))


@leaves_open("EVENT-5", "EVENT-2")
def test_the_value_after_concurrent_requests_with_different_values_is_left_open() -> Judgement:
    return judged([done(EVENT, True), done(EVENT, False)], read(EVENT, True))
