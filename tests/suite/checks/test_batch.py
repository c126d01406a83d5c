"""BATCH-1 to BATCH-19: what a batch answers for each of its entities, and what was applied."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.harness.callers import full, minimal
from tests.harness.exchange import MAX_DEPTH, Json
from tests.suite.checks.judgement import Judgement, breaks, judged, keeps, leaves_open
from tests.suite.exchanges import (
    ONE,
    THREE,
    TWO,
    answered,
    batch,
    batch_refused,
    envelope,
    processed,
    put_batch,
    put_batch_body,
    result,
    without,
)

MANY = dict.fromkeys(range(ONE, ONE + 250), 201)
NOT_ALLOWED = minimal(TWO) | {"reminder": "yes"}
NOT_A_DATE_TIME = minimal(TWO) | {"due_Date": "yesterday"}
JUST_ONE = put_batch(minimal(ONE))
ONE_AND_TWO = put_batch(minimal(ONE), minimal(TWO))
ONE_AND_INVALID = put_batch(minimal(ONE), NOT_ALLOWED)


def named(id: Json, *more: Json, key: str | None = "event_ID") -> dict[str, Json]:
    """A result of `ONE` or another that names its entity in this way."""
    return result(ONE, id=[{"key": key, "value": id}, *more])


# BATCH-1: 207 and the envelope


@pytest.mark.parametrize("status", [200, 201, 202, 204, 302])
@breaks("BATCH-1")
def test_another_success_than_207_breaks_batch_1(status: int) -> Judgement:
    return judged(answered(ONE_AND_TWO, status, envelope(result(ONE), result(TWO))))


@pytest.mark.parametrize("media_type", ["text/html", "application/xml", "application/problem+json", None])
@breaks("BATCH-1")
def test_another_media_type_breaks_batch_1(media_type: str | None) -> Judgement:
    return judged(answered(JUST_ONE, 207, envelope(result(ONE)), {"Content-Type": media_type}))


@pytest.mark.parametrize("body", [b"", b"Created", b"<ok/>", b'{"data": ['])
@breaks("BATCH-1")
def test_a_text_that_is_not_json_breaks_batch_1(body: bytes) -> Judgement:
    return judged(answered(ONE_AND_TWO, 207, body, {"Content-Type": "text/plain"}))


@pytest.mark.parametrize("body", [[result(ONE)], None, "Created"])
@breaks("BATCH-1")
def test_json_that_is_no_envelope_breaks_batch_1(body: Json) -> Judgement:
    return judged(answered(ONE_AND_TWO, 207, body))


@breaks("BATCH-1")
def test_data_that_is_no_list_breaks_batch_1() -> Judgement:
    return judged(processed(ONE_AND_TWO, data={"950001": result(ONE)}))


@pytest.mark.parametrize(
    "media_type", ["text/plain", "text/plain; charset=utf-8", "application/json;charset=UTF-8", "Text/JSON"]
)
@keeps("BATCH-1", "BATCH-2", "BATCH-9", "BATCH-10")
def test_the_envelope_may_come_as_any_of_three_media_types(media_type: str) -> Judgement:
    return judged(answered(JUST_ONE, 207, envelope(result(ONE)), {"Content-Type": media_type}))


@keeps("BATCH-1", "BATCH-9", "BATCH-10", "BATCH-17")
def test_the_envelope_may_hold_more_and_leave_out_error() -> Judgement:
    more = result(ONE, warnings=[]) | {"id": [{"key": "event_ID", "value": ONE, "type": "int"}]}
    body = without(envelope(more), "error") | {"debug": {"activityID": "", "activityId": 7}, "meta": None}

    return judged(answered(JUST_ONE, 207, body, {"content-type": "application/json"}))


@pytest.mark.parametrize("size", [10, 40, 250])
@leaves_open("BATCH-1", "BATCH-6", "BATCH-12")
def test_ten_entities_and_more_may_be_too_many(size: int) -> Judgement:
    return judged(batch_refused(put_batch(*map(minimal, range(ONE, ONE + size))), 413))


@pytest.mark.parametrize("size", [2, 9])
@breaks("BATCH-1", "BATCH-6")
def test_a_few_entities_are_never_too_many(size: int) -> Judgement:
    return judged(batch_refused(put_batch(*map(minimal, range(ONE, ONE + size))), 413))


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
@breaks("BATCH-1")
def test_numbers_that_json_does_not_have_break_batch_1(number: bytes) -> Judgement:
    body = json.dumps(envelope(result(ONE), result(TWO))).encode()

    return judged(answered(ONE_AND_TWO, 207, body[:-1] + b', "elapsed": ' + number + b"}"))


@breaks("BATCH-1")
def test_an_envelope_nested_past_all_reason_breaks_batch_1() -> Judgement:
    more = b', "meta": ' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}"

    return judged(answered(ONE_AND_TWO, 207, json.dumps(envelope(result(ONE), result(TWO))).encode()[:-1] + more))


@keeps("BATCH-1", "BATCH-2")
def test_an_envelope_may_hold_what_is_nested_within_reason() -> Judgement:
    nested = json.loads("[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1))

    return judged(processed(ONE_AND_TWO, result(ONE), result(TWO), meta=nested))


@leaves_open("BATCH-1", "BATCH-6")
def test_no_documented_media_type_is_accepted() -> Judgement:
    return judged(batch_refused(put_batch(minimal(ONE), accept="text/html"), 406))


@pytest.mark.parametrize("accept", ["text/plain", "application/json", "text/json", "*/*"])
@breaks("BATCH-1")
def test_a_documented_media_type_that_is_not_served_breaks_batch_1_alone(accept: str) -> Judgement:
    return judged(batch_refused(put_batch(minimal(ONE), accept=accept), 406))


@leaves_open("BATCH-1", "BATCH-6", "BATCH-7", "BATCH-12")
def test_one_entity_without_its_batch_is_left_open() -> Judgement:
    return judged(batch_refused(put_batch_body(b'{"event_ID": 950001}')))


# BATCH-2: one result for each entity


@pytest.mark.parametrize(
    "results",
    [
        pytest.param([result(ONE)], id="too few"),
        pytest.param([result(ONE), result(TWO), result(THREE)], id="too many"),
        pytest.param([], id="none"),
    ],
)
@breaks("BATCH-2")
def test_results_that_are_not_one_for_each_entity_break_batch_2(results: list[Json]) -> Judgement:
    return judged(processed(ONE_AND_TWO, *results))


@breaks("BATCH-2", "BATCH-13")
def test_a_result_of_another_entity_breaks_batch_2() -> Judgement:
    return judged(processed(ONE_AND_TWO, result(ONE), result(THREE)))


@breaks("BATCH-2", "BATCH-14")
def test_more_results_than_entities_break_batch_2_for_a_repeated_id_too() -> Judgement:
    twice = put_batch(minimal(ONE), minimal(ONE))

    return judged(processed(twice, result(ONE), result(ONE, 200), result(ONE, 200)))


@breaks("BATCH-2", "BATCH-13")
def test_true_does_not_name_the_entity_1() -> Judgement:
    return judged(processed(put_batch(minimal(1)), result(1, id=[{"key": "event_ID", "value": True}])))


@breaks("BATCH-2", "BATCH-13", "BATCH-3", "BATCH-4", "BATCH-5")
def test_results_that_name_one_anothers_entities_break_batch_2() -> Judgement:
    swapped = processed(ONE_AND_TWO, result(TWO, 200), result(ONE, 201))

    return judged(batch({ONE: 201}), swapped, absent=[ONE, TWO])


@keeps("BATCH-2", "BATCH-3", "BATCH-4")
def test_results_out_of_order_that_name_their_own_entities_keep_batch_2() -> Judgement:
    return judged(batch({ONE: 201}), processed(ONE_AND_TWO, result(ONE, 200), result(TWO, 201)), absent=[ONE, TWO])


@keeps("BATCH-2", "BATCH-14")
def test_a_thousand_results_in_another_order_are_matched_each_with_its_entity() -> Judgement:
    """Every id stands in the batch twice, and the results come from the last to the first."""
    ids = [*range(ONE, ONE + 500), *range(ONE, ONE + 500)]
    results = [result(id, 201 if place < 500 else 200) for place, id in enumerate(ids)]

    found = judged(processed(put_batch(*map(minimal, ids)), *reversed(results)))

    assert found.pop("BATCH-13")
    return found


@breaks("BATCH-2")
def test_the_one_result_that_a_thousand_entities_lack_is_named() -> Judgement:
    ids = range(ONE, ONE + 1000)
    results = [result(id) for id in ids if id != ONE + 700]

    found = judged(processed(put_batch(*map(minimal, ids)), *results, *results[:1]))

    assert f"event_ID {ONE + 700}" in found["BATCH-2"][0].expected
    assert found.pop("BATCH-13")
    return found


@breaks("BATCH-2")
def test_data_that_is_null_breaks_batch_2() -> Judgement:
    return judged(processed(ONE_AND_TWO, data=None))


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param([{"key": "event_ID", "value": 1}, {"key": "user", "value": ONE}], id="another event_ID"),
        pytest.param([{"key": "event_ID", "value": None}], id="null"),
        pytest.param([{"key": "event_ID", "value": True}], id="true"),
        pytest.param([{"key": "event_ID", "value": f"{ONE}0"}], id="a longer text"),
        pytest.param([{"key": "event_ID", "value": ONE + 0.5}], id="a fraction"),
        pytest.param([{}], id="empty"),
    ],
)
@breaks("BATCH-2", "BATCH-13")
def test_an_id_that_does_not_name_the_entity_breaks_batch_2(wrong: list[Json]) -> Judgement:
    return judged(processed(put_batch(minimal(ONE), minimal(TWO)), result(ONE, id=wrong), result(TWO)))


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(named(str(ONE)), id="a text"),
        pytest.param(named(float(ONE)), id="a decimal number"),
        pytest.param(named(ONE, key="eventId"), id="another case"),
        pytest.param(named(ONE, key="Event ID"), id="words"),
        pytest.param(named(ONE, key=None), id="no key"),
        pytest.param(named(ONE, key="id"), id="another key"),
        pytest.param(named(ONE, {"key": "database", "value": "reference"}), id="composite"),
        pytest.param(
            result(ONE, id=[{"key": None, "value": None}, {"key": "EVENT_ID", "value": ONE}]), id="composite with null"
        ),
    ],
)
@keeps("BATCH-2", "BATCH-9", "BATCH-13")
def test_an_entity_may_be_named_in_many_ways(found: Json) -> Judgement:
    return judged(processed(JUST_ONE, found))


@keeps("BATCH-2", "BATCH-7")
def test_an_entity_without_an_id_has_a_result_too() -> Judgement:
    without_id = without(minimal(TWO), "event_ID")

    return judged(processed(put_batch(without_id, minimal(ONE)), result(0, 400), result(ONE)))


@leaves_open("BATCH-2", "BATCH-13", "BATCH-14")
def test_a_whole_refusal_has_no_results() -> Judgement:
    return judged(batch_refused(ONE_AND_INVALID))


# BATCH-3: created


@pytest.mark.parametrize("status", [200, 202, 204])
@breaks("BATCH-3")
def test_a_new_entity_with_another_status_breaks_batch_3(status: int) -> Judgement:
    return judged(batch({ONE: status, TWO: 201, THREE: 201}), absent=[ONE, TWO, THREE])


@pytest.mark.parametrize("status", [404, 409, 500])
@breaks("BATCH-3", "BATCH-6")
def test_a_new_entity_that_fails_breaks_batch_3(status: int) -> Judgement:
    return judged(batch({ONE: status, TWO: 201}), absent=[ONE, TWO])


@keeps("BATCH-3")
def test_a_new_entity_is_created_beside_one_that_fails() -> Judgement:
    return judged(processed(ONE_AND_INVALID, result(ONE), result(TWO, 422)), absent=[ONE, TWO])


@keeps("BATCH-3")
def test_new_entities_are_created_alone_and_together() -> Judgement:
    return judged(batch({ONE: 201}), batch({TWO: 201, THREE: 201}), absent=[ONE, TWO, THREE])


@leaves_open("BATCH-3", "BATCH-4", "BATCH-5")
def test_an_entity_of_which_nothing_is_known_may_have_existed() -> Judgement:
    return judged(batch({ONE: 200}))


@leaves_open("BATCH-3", "BATCH-4")
def test_what_was_sent_twice_may_have_been_created_by_the_first_time() -> Judgement:
    return judged(replace(batch({ONE: 200}), attempts=2), absent=[ONE])


@leaves_open("BATCH-3", "BATCH-4", "BATCH-8")
def test_nothing_is_known_after_a_server_error() -> Judgement:
    return judged(answered(JUST_ONE, 500, b""), batch({ONE: 200}), absent=[ONE])


# BATCH-4: updated


@pytest.mark.parametrize("status", [201, 202, 204])
@breaks("BATCH-4")
def test_an_existing_entity_with_another_status_breaks_batch_4(status: int) -> Judgement:
    return judged(batch({ONE: 201, TWO: 201}), batch({ONE: status, TWO: 200}))


@breaks("BATCH-4", "BATCH-6")
def test_an_existing_entity_that_fails_breaks_batch_4() -> Judgement:
    return judged(batch({ONE: 201, TWO: 201}), batch({ONE: 409, TWO: 200}))


@keeps("BATCH-4")
def test_a_batch_that_is_sent_again_updates() -> Judgement:
    return judged(batch({ONE: 201, TWO: 201}), batch({ONE: 200, TWO: 200}), batch({TWO: 200, ONE: 200}))


@keeps("BATCH-4")
def test_what_existed_before_the_run_is_updated_again() -> Judgement:
    return judged(batch({ONE: 200}), processed(put_batch(full(ONE)), result(ONE, 200)))


@leaves_open("BATCH-3", "BATCH-4", "BATCH-5")
def test_a_repeated_id_may_be_created_and_updated_in_one_batch() -> Judgement:
    twice = put_batch(minimal(ONE), minimal(ONE))

    return judged(processed(twice, result(ONE, 201), result(ONE, 200)), absent=[ONE])


# BATCH-5: both


@pytest.mark.parametrize("statuses", [{ONE: 201, TWO: 201}, {ONE: 200, TWO: 201}], ids=["all created", "swapped"])
@breaks("BATCH-4", "BATCH-5")
def test_new_and_existing_entities_that_are_answered_alike_break_batch_5(statuses: dict[int, int]) -> Judgement:
    return judged(batch({ONE: 201}), batch({TWO: statuses[TWO], ONE: 201}), absent=[ONE, TWO])


@breaks("BATCH-3", "BATCH-5")
def test_a_new_entity_that_is_updated_beside_an_existing_one_breaks_batch_5() -> Judgement:
    return judged(batch({ONE: 201}), batch({ONE: 200, TWO: 200}), absent=[ONE, TWO])


@keeps("BATCH-5", "BATCH-3", "BATCH-4")
def test_each_of_new_and_existing_is_answered_as_its_own() -> Judgement:
    return judged(batch({ONE: 201}), batch({THREE: 201, ONE: 200, TWO: 201}), absent=[ONE, TWO, THREE])


@leaves_open("BATCH-5")
def test_a_batch_of_new_entities_alone_is_not_mixed() -> Judgement:
    return judged(batch({ONE: 201, TWO: 201}), absent=[ONE, TWO])


# BATCH-6: every valid value

VALID = [
    pytest.param({}, id="nothing optional"),
    pytest.param(dict.fromkeys(set(full(ONE)) - set(minimal(ONE)) - {"entry_Date", "update_Date"}), id="all null"),
    pytest.param({"completion_Percent": 0}, id="percent 0"),
    pytest.param({"completion_Percent": 33.33}, id="percent a fraction"),
    pytest.param({"userGroup_Key": 2147483647}, id="the largest int32"),
    pytest.param({"subject": ""}, id="an empty text"),
    pytest.param({"subject": "é" * 256}, id="a text of full length"),
    pytest.param({"subject": "漢字 🙂 שלום"}, id="Unicode"),
    pytest.param({"due_Date": "2024-06-01T12:00:00+02:00"}, id="an offset"),
]


@pytest.mark.parametrize("fields", VALID)
@breaks("BATCH-6", "BATCH-1", "BATCH-12")
def test_a_whole_refusal_of_a_valid_value_breaks_batch_6(fields: dict[str, Any]) -> Judgement:
    return judged(batch_refused(put_batch(minimal(ONE) | fields), 422))


@pytest.mark.parametrize("fields", VALID)
@breaks("BATCH-6")
def test_an_error_for_a_valid_value_breaks_batch_6(fields: dict[str, Any]) -> Judgement:
    return judged(processed(put_batch(minimal(ONE) | fields), result(ONE, 400)))


@pytest.mark.parametrize("fields", VALID)
@keeps("BATCH-6")
def test_a_valid_value_that_is_taken_keeps_batch_6(fields: dict[str, Any]) -> Judgement:
    return judged(processed(put_batch(minimal(ONE) | fields), result(ONE, 200)))


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"unknown_Field": 1}, id="an unknown field"),
        pytest.param({"subject": "x" * 257}, id="a text past its length"),
        pytest.param({"subject": "\0"}, id="a control character"),
        pytest.param({"completion_Percent": -1}, id="a percentage below 0"),
        pytest.param({"due_Date": "0001-01-01T00:00:00Z"}, id="the first year"),
        pytest.param({"userGroup_Key": -1}, id="a negative key"),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
@leaves_open("BATCH-6", "BATCH-7", "BATCH-16")
def test_values_that_the_documents_say_nothing_of_are_left_open(fields: dict[str, Any], status: int) -> Judgement:
    return judged(processed(put_batch(minimal(ONE) | fields), result(ONE, status)))


# BATCH-7: what breaks the schema

INVALID = [
    *(
        pytest.param(without(minimal(TWO), name), id=f"no {name}")
        for name in ("claim_Audit_Event", "process_Automation_Event", "reminder")
    ),
    pytest.param(minimal(TWO) | {"reminder": None}, id="a required field null"),
    pytest.param(minimal(TWO) | {"reminder": 1}, id="1 for true"),
    pytest.param(minimal(TWO) | {"subject": 7}, id="a number for a text"),
    pytest.param(minimal(TWO) | {"completion_Percent": "62.5"}, id="a text for a number"),
    pytest.param(minimal(TWO) | {"userGroup_Key": 12.5}, id="a fraction for an integer"),
    pytest.param(minimal(TWO) | {"update_Date": None}, id="null where none is allowed"),
    pytest.param(minimal(TWO) | {"due_Date": 20240305}, id="a number for a date-time"),
]


@pytest.mark.parametrize("entity", INVALID)
@breaks("BATCH-7")
def test_an_invalid_entity_that_is_done_breaks_batch_7(entity: Json) -> Judgement:
    return judged(processed(put_batch(minimal(ONE), entity), result(ONE), result(TWO, 200)))


@pytest.mark.parametrize("entity", [without(minimal(TWO), "event_ID"), minimal(TWO) | {"event_ID": str(TWO)}, None, []])
@breaks("BATCH-7")
def test_an_entity_without_a_right_id_that_is_done_breaks_batch_7(entity: Json) -> Judgement:
    return judged(processed(put_batch(minimal(ONE), entity), result(ONE), result(TWO)))


@breaks("BATCH-7")
def test_an_invalid_entity_that_is_done_breaks_no_rule_for_new_entities() -> Judgement:
    return judged(processed(ONE_AND_INVALID, result(ONE), result(TWO, 200)), absent=[ONE, TWO])


@pytest.mark.parametrize("body", [b"7", b'"events"', b"true", b"null"])
@breaks("BATCH-7")
def test_a_body_that_is_no_array_and_is_processed_breaks_batch_7(body: bytes) -> Judgement:
    return judged(processed(put_batch_body(body)))


@pytest.mark.parametrize("status", [200, 204])
@breaks("BATCH-7")
def test_another_success_for_an_invalid_entity_breaks_batch_7(status: int) -> Judgement:
    return judged(answered(ONE_AND_INVALID, status, b""))


@pytest.mark.parametrize("entity", INVALID)
@keeps("BATCH-7")
def test_an_invalid_entity_may_fail_alone(entity: Json) -> Judgement:
    return judged(processed(put_batch(minimal(ONE), entity), result(ONE), result(TWO, 400)))


@pytest.mark.parametrize("entity", INVALID)
@keeps("BATCH-7")
def test_an_invalid_entity_may_fail_the_whole_batch(entity: Json) -> Judgement:
    return judged(answered(put_batch(minimal(ONE), entity), 422, b"", {"Content-Type": None}))


@keeps("BATCH-7")
def test_one_invalid_entity_may_fail_the_others_of_its_batch() -> Judgement:
    return judged(processed(ONE_AND_INVALID, result(ONE, 424), result(TWO, 500)))


@keeps("BATCH-7")
def test_a_body_that_is_no_array_is_refused() -> Judgement:
    return judged(batch_refused(put_batch_body(b"7")))


@leaves_open("BATCH-3", "BATCH-4")
def test_a_new_entity_that_fails_beside_an_invalid_one_tells_nothing_of_new_entities() -> Judgement:
    return judged(processed(ONE_AND_INVALID, result(ONE, 424), result(TWO, 400)), absent=[ONE, TWO])


@keeps("BATCH-7")
def test_which_of_two_results_for_one_id_is_the_invalid_entitys_is_left_open() -> Judgement:
    both = put_batch(NOT_ALLOWED, minimal(TWO))

    return judged(processed(both, result(TWO), result(TWO, 400)))


@leaves_open("BATCH-7", "BATCH-16")
def test_a_valid_batch_has_no_invalid_entity() -> Judgement:
    return judged(batch({ONE: 201}))


# BATCH-8: what was applied


@breaks("BATCH-8")
def test_a_batch_that_was_refused_whole_and_yet_applied_breaks_batch_8() -> Judgement:
    return judged(batch_refused(ONE_AND_INVALID), batch({ONE: 200}), absent=[ONE, TWO])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(json.dumps([minimal(ONE)]).encode()[:-1], id="cut"),
        pytest.param(json.dumps([minimal(ONE)]).encode() + b"]", id="text behind it"),
        pytest.param(json.dumps(minimal(ONE)).encode(), id="no array"),
    ],
)
@breaks("BATCH-8")
def test_an_entity_of_a_refused_body_that_is_no_batch_and_was_yet_applied_breaks_batch_8(body: bytes) -> Judgement:
    return judged(batch_refused(put_batch_body(body)), batch({ONE: 200}), absent=[ONE])


@breaks("BATCH-8")
def test_a_batch_that_was_too_large_and_yet_applied_breaks_batch_8() -> Judgement:
    return judged(batch_refused(put_batch(*map(minimal, MANY)), 413), batch({ONE: 200}), absent=MANY)


@breaks("BATCH-8")
def test_an_entity_that_was_applied_though_its_result_says_not_breaks_batch_8() -> Judgement:
    partly = processed(ONE_AND_TWO, result(ONE), result(TWO, 400))

    return judged(partly, batch({TWO: 200}), absent=[ONE, TWO])


@breaks("BATCH-8")
def test_an_entity_that_is_lost_beside_an_invalid_one_breaks_batch_8() -> Judgement:
    partly = processed(ONE_AND_INVALID, result(ONE), result(TWO, 400))

    return judged(partly, batch({ONE: 201}), absent=[ONE, TWO])


@breaks("BATCH-8")
def test_an_invalid_entity_that_was_applied_though_its_result_says_not_breaks_batch_8() -> Judgement:
    partly = processed(ONE_AND_INVALID, result(ONE), result(TWO, 400))

    return judged(partly, batch({ONE: 200, TWO: 200}), absent=[ONE, TWO])


@keeps("BATCH-8", "BATCH-3")
def test_what_a_whole_refusal_held_is_new_afterwards() -> Judgement:
    return judged(batch_refused(ONE_AND_INVALID), batch({ONE: 201, TWO: 201}), absent=[ONE, TWO])


@keeps("BATCH-8", "BATCH-3", "BATCH-4")
def test_beside_a_failed_entity_the_others_exist_and_it_does_not() -> Judgement:
    partly = processed(ONE_AND_INVALID, result(ONE), result(TWO, 400))

    return judged(partly, batch({ONE: 200, TWO: 201}), absent=[ONE, TWO])


@leaves_open("BATCH-8")
def test_where_nothing_was_refused_nothing_shows_of_refusals() -> Judgement:
    return judged(batch({ONE: 201}), batch({ONE: 200}))


@leaves_open("BATCH-8")
def test_a_refused_update_of_what_exists_does_not_show() -> Judgement:
    return judged(batch({ONE: 201}), batch_refused(ONE_AND_INVALID))


# BATCH-9: the fields of a result


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(result(ONE, body=None), id="body null"),
        pytest.param(result(ONE, body={"message": "Created"}), id="body an object"),
        pytest.param(without(result(ONE), "body"), id="no body"),
    ],
)
@breaks("BATCH-9", "BATCH-19")
def test_a_result_without_a_text_for_its_body_breaks_batch_9(wrong: Json) -> Judgement:
    return judged(processed(ONE_AND_TWO, wrong, result(TWO)))


@pytest.mark.parametrize("status", ["201", None, 201.5, True], ids=repr)
@breaks("BATCH-9", "BATCH-6")
def test_a_status_that_is_no_integer_breaks_batch_9(status: Json) -> Judgement:
    return judged(processed(JUST_ONE, result(ONE) | {"status": status}))


@pytest.mark.parametrize("status", [0, 99])
@breaks("BATCH-9")
def test_a_status_that_http_does_not_have_breaks_batch_9(status: int) -> Judgement:
    return judged(batch({ONE: status}))


@breaks("BATCH-9", "BATCH-2", "BATCH-13")
def test_an_empty_id_breaks_batch_9() -> Judgement:
    return judged(processed(JUST_ONE, result(ONE, id=[])))


@pytest.mark.parametrize("id", [ONE, {"event_ID": ONE}, [ONE], None], ids=["integer", "object", "integers", "null"])
@breaks("BATCH-9", "BATCH-2", "BATCH-13")
def test_an_id_that_is_no_list_of_pairs_breaks_batch_9(id: Json) -> Judgement:
    return judged(processed(JUST_ONE, result(ONE, id=id)))


@keeps("BATCH-9", "BATCH-19")
def test_a_failed_entity_may_have_any_message() -> Judgement:
    return judged(processed(ONE_AND_INVALID, result(ONE), result(TWO, 599, body="")))


@leaves_open("BATCH-9", "BATCH-19")
def test_an_empty_batch_has_no_results() -> Judgement:
    return judged(batch({}))


# BATCH-10: debug.activityID


@pytest.mark.parametrize(
    "debug",
    [
        pytest.param({"activityID": 7}, id="a number"),
        pytest.param({"activityID": None}, id="null"),
        pytest.param({"activityId": "a-0"}, id="another case"),
        pytest.param({}, id="absent"),
    ],
)
@breaks("BATCH-10")
def test_an_activity_id_that_is_no_text_breaks_batch_10(debug: Json) -> Judgement:
    return judged(processed(JUST_ONE, result(ONE), debug=debug))


@breaks("BATCH-10", "BATCH-1")
def test_a_missing_debug_breaks_batch_10() -> Judgement:
    return judged(answered(JUST_ONE, 207, without(envelope(result(ONE)), "debug")))


@keeps("BATCH-10")
def test_debug_may_hold_more() -> Judgement:
    return judged(processed(JUST_ONE, result(ONE), debug={"activityID": "4bf92f", "elapsed": 3}))


@leaves_open("BATCH-10", "BATCH-15")
def test_a_refusal_needs_no_debug() -> Judgement:
    return judged(answered(put_batch(minimal(ONE), api_key=""), 401, b""))


# BATCH-11: a body that is not JSON


@pytest.mark.parametrize("body", [b"", b"[", b"[{'a': 1}]", b"event_ID=1", b"<events/>", b"[] []"])
@breaks("BATCH-11")
def test_a_body_that_is_not_json_and_is_processed_breaks_batch_11(body: bytes) -> Judgement:
    return judged(processed(put_batch_body(body)))


@breaks("BATCH-11", "HTTP-1")
def test_a_server_error_is_no_refusal_of_what_is_not_json() -> Judgement:
    return judged(answered(put_batch_body(b"["), 500, b""))


@pytest.mark.parametrize("status", [400, 415, 422])
@keeps("BATCH-11")
def test_what_is_not_json_may_be_refused_with_any_4xx(status: int) -> Judgement:
    return judged(answered(put_batch_body(b"["), status, b"", {"Content-Type": None}))


@leaves_open("BATCH-11", "BATCH-7")
def test_what_some_parsers_take_for_json_is_left_open() -> Judgement:
    return judged(batch_refused(put_batch_body(b"[NaN]")))


# BATCH-12: the size


@pytest.mark.parametrize("size", [100, 249])
@breaks("BATCH-12", "BATCH-2")
def test_hundreds_of_entities_with_fewer_results_break_batch_12(size: int) -> Judgement:
    return judged(processed(put_batch(*map(minimal, MANY)), *(result(id) for id in list(MANY)[:size])))


@pytest.mark.parametrize("status", [400, 422])
@breaks("BATCH-12", "BATCH-1", "BATCH-6")
def test_a_refusal_of_hundreds_of_entities_is_413_or_breaks_batch_12(status: int) -> Judgement:
    return judged(batch_refused(put_batch(*map(minimal, MANY)), status))


@pytest.mark.parametrize("status", [400, 413])
@breaks("BATCH-12", "BATCH-1")
def test_a_refusal_of_an_empty_batch_breaks_batch_12(status: int) -> Judgement:
    return judged(batch_refused(put_batch(), status))


@breaks("BATCH-12", "BATCH-1", "BATCH-6")
def test_one_entity_is_never_too_many() -> Judgement:
    return judged(batch_refused(JUST_ONE, 413))


@breaks("BATCH-12", "BATCH-4")
def test_an_entity_that_is_lost_though_an_answer_for_hundreds_reports_it_breaks_batch_12() -> Judgement:
    return judged(batch(MANY), batch({ONE: 201}), absent=MANY)


@breaks("BATCH-4")
def test_an_entity_that_is_lost_among_a_few_is_not_blamed_on_the_size() -> Judgement:
    few = dict.fromkeys(range(ONE, ONE + 99), 201)

    return judged(batch(few), batch({ONE: 201, TWO: 200}), absent=few)


@keeps("BATCH-12", "BATCH-4")
def test_what_an_answer_for_hundreds_reports_is_there_afterwards() -> Judgement:
    return judged(batch(MANY), batch({ONE: 200}), absent=MANY)


@pytest.mark.parametrize("statuses", [{}, {ONE: 201}, MANY], ids=["none", "one", "hundreds"])
@keeps("BATCH-12", "BATCH-1", "BATCH-2")
def test_batches_of_every_size_are_answered_completely(statuses: dict[int, int]) -> Judgement:
    return judged(batch(statuses))


@keeps("BATCH-12", "BATCH-2")
def test_the_answer_to_no_entities_may_have_no_list() -> Judgement:
    return judged(processed(put_batch(), data=None))


# BATCH-13: the order


@breaks("BATCH-13")
def test_results_in_another_order_break_batch_13() -> Judgement:
    return judged(processed(ONE_AND_TWO, result(TWO), result(ONE)))


@keeps("BATCH-13")
def test_results_in_the_order_of_the_entities_keep_batch_13() -> Judgement:
    return judged(batch({THREE: 201, ONE: 200, TWO: 201}))


# BATCH-14: a repeated id


@breaks("BATCH-14")
def test_one_result_for_an_id_that_stands_twice_breaks_batch_14() -> Judgement:
    twice = put_batch(minimal(ONE), minimal(TWO), full(ONE))

    return judged(processed(twice, result(ONE), result(TWO)))


@pytest.mark.parametrize("statuses", [(201, 200), (200, 200), (201, 201)])
@keeps("BATCH-14", "BATCH-2")
def test_an_id_that_stands_twice_has_two_results(statuses: tuple[int, int]) -> Judgement:
    twice = put_batch(minimal(ONE), full(ONE))

    return judged(processed(twice, *(result(ONE, status) for status in statuses)), absent=[ONE])


@breaks("BATCH-14")
def test_a_refusal_of_a_batch_for_a_repeated_id_breaks_batch_14() -> Judgement:
    return judged(batch_refused(put_batch(minimal(ONE), full(ONE))))


@leaves_open("BATCH-14", "BATCH-1", "BATCH-6")
def test_ten_entities_may_be_too_many_where_an_id_is_repeated_too() -> Judgement:
    return judged(batch_refused(put_batch(*[minimal(ONE)] * 10), 413))


@leaves_open("BATCH-14")
def test_the_results_of_an_invalid_entity_that_is_repeated_are_left_open() -> Judgement:
    twice = put_batch(minimal(ONE), NOT_ALLOWED, NOT_ALLOWED)

    return judged(processed(twice, result(ONE), result(TWO, 400), result(TWO, 409)))


@leaves_open("BATCH-14")
def test_ids_that_differ_are_not_repeated() -> Judgement:
    return judged(batch({ONE: 201, TWO: 201}))


# BATCH-15: the activityID of each request


@breaks("BATCH-15")
def test_an_activity_id_that_was_there_before_breaks_batch_15() -> Judgement:
    debug = {"activityID": "a-0"}

    return judged(processed(JUST_ONE, result(ONE), debug=debug), processed(JUST_ONE, result(ONE, 200), debug=debug))


@breaks("BATCH-15")
def test_one_activity_id_for_concurrent_requests_breaks_batch_15() -> Judgement:
    debug = {"activityID": "a-0"}

    return judged([processed(put_batch(minimal(id)), result(id), debug=debug) for id in (ONE, TWO)])


@keeps("BATCH-15")
def test_each_request_has_an_activity_id_of_its_own() -> Judgement:
    return judged(batch({ONE: 201}), [batch({ONE: 200}), batch({TWO: 201})])


# BATCH-16: date-times and int32

OUT_OF_RANGE = [
    *(
        pytest.param({"due_Date": text}, id=text or "an empty text")
        for text in ("yesterday", "", "10:30", "2024-13-01T00:00:00Z", "2024-02-30T00:00:00Z")
    ),
    pytest.param({"entry_Date": "never"}, id="entry_Date"),
    pytest.param({"userGroup_Key": 2**31}, id="past int32"),
    pytest.param({"reminder_Event_ID": -(2**31) - 1}, id="below int32"),
]


@pytest.mark.parametrize("fields", OUT_OF_RANGE)
@breaks("BATCH-16")
def test_a_value_out_of_its_range_that_is_done_breaks_batch_16(fields: dict[str, Any]) -> Judgement:
    return judged(processed(put_batch(minimal(ONE) | fields), result(ONE)))


@pytest.mark.parametrize("fields", OUT_OF_RANGE)
@keeps("BATCH-16")
def test_a_value_out_of_its_range_may_fail_alone(fields: dict[str, Any]) -> Judgement:
    return judged(processed(put_batch(minimal(ONE) | fields), result(ONE, 422)))


@keeps("BATCH-16", "BATCH-7")
def test_what_breaks_two_rules_is_refused_once() -> Judgement:
    return judged(batch_refused(put_batch(NOT_A_DATE_TIME, NOT_ALLOWED | {"event_ID": ONE}), 422))


# BATCH-17: error


@pytest.mark.parametrize("error", ["", {}, {"status": 200}], ids=["text", "empty", "problem"])
@breaks("BATCH-17")
def test_an_error_where_nothing_failed_breaks_batch_17(error: Json) -> Judgement:
    return judged(processed(JUST_ONE, result(ONE), error=error))


@breaks("BATCH-17")
def test_a_problem_with_another_status_than_https_breaks_batch_17() -> Judgement:
    body = envelope(data=None, error={"type": "about:blank", "title": "Refused", "status": 500})

    return judged(answered(put_batch_body(b"["), 400, body))


@pytest.mark.parametrize("error", ["failed", {"title": 7}, {"status": "207"}])
@breaks("BATCH-17")
def test_a_problem_of_another_form_breaks_batch_17(error: Json) -> Judgement:
    return judged(processed(ONE_AND_INVALID, result(ONE), result(TWO, 400), error=error))


@pytest.mark.parametrize(
    "error", [None, {}, {"type": None, "title": "Partly failed", "status": 207, "detail": None, "errors": [1]}]
)
@keeps("BATCH-17")
def test_a_failed_entity_may_or_may_not_have_a_problem_beside_it(error: Json) -> Judgement:
    return judged(processed(ONE_AND_INVALID, result(ONE), result(TWO, 400), error=error))


@keeps("BATCH-17")
def test_a_problem_may_stand_where_no_result_says_that_all_was_done() -> Judgement:
    found = judged(processed(JUST_ONE, data=None, error={"status": 207, "title": "Failed"}))

    assert found.pop("BATCH-2")
    assert found.pop("BATCH-12")
    return found


@keeps("BATCH-17")
def test_the_problem_of_a_refusal_repeats_its_status() -> Judgement:
    return judged(batch_refused(put_batch_body(b"["), 400))


@pytest.mark.parametrize(
    "body", [b"", b'{"title": "Bad Request", "status": 400}', b'{"error": "bad"}', b"<h1>Bad</h1>"]
)
@leaves_open("BATCH-17")
def test_the_body_of_a_refusal_is_left_open(body: bytes) -> Judgement:
    return judged(answered(put_batch_body(b"["), 400, body))


# BATCH-18: concurrent batches with the same new id


@pytest.mark.parametrize("statuses", [(201, 201), (200, 200), (201, 409), (409, 500)])
@breaks("BATCH-18")
def test_a_new_id_that_is_not_created_once_and_then_updated_breaks_batch_18(statuses: tuple[int, int]) -> Judgement:
    return judged([batch({ONE: status}) for status in statuses], absent=[ONE])


@pytest.mark.parametrize("statuses", [(200, 201, 200), (201, 200, 200)])
@keeps("BATCH-18")
def test_any_of_concurrent_batches_may_create_a_new_id(statuses: tuple[int, ...]) -> Judgement:
    return judged([batch({ONE: status}) for status in statuses], absent=[ONE])


@breaks("BATCH-18")
def test_a_batch_that_loses_a_race_for_a_new_id_and_is_refused_whole_breaks_batch_18_alone() -> Judgement:
    return judged([batch({ONE: 201}), batch_refused(put_batch(minimal(ONE)), 409)], absent=[ONE])


@breaks("BATCH-1", "BATCH-6", "BATCH-12", "BATCH-18")
def test_of_batches_that_race_for_a_new_id_one_is_carried_out() -> Judgement:
    return judged([batch_refused(put_batch(minimal(ONE)), 409) for _ in range(2)], absent=[ONE])


@breaks("BATCH-6")
def test_a_refusal_of_an_entity_that_exists_is_no_race() -> Judgement:
    return judged(batch({ONE: 201}), [batch({ONE: 200}), batch({ONE: 409})], absent=[ONE])


@leaves_open("BATCH-18")
def test_an_id_of_which_nothing_is_known_may_have_existed_before_concurrent_batches() -> Judgement:
    return judged([batch({ONE: 200}), batch({ONE: 200})])


@leaves_open("BATCH-18")
def test_a_concurrent_batch_that_was_sent_twice_may_have_created_the_id_the_first_time() -> Judgement:
    return judged([replace(batch({ONE: 200}), attempts=2), batch({ONE: 200})], absent=[ONE])


@leaves_open("BATCH-18")
def test_concurrent_batches_with_ids_of_their_own_do_not_contend() -> Judgement:
    return judged([batch({ONE: 201}), batch({TWO: 201})], absent=[ONE, TWO])


# BATCH-19: the body of a result


@pytest.mark.parametrize(("status", "body"), [(201, "Updated"), (200, "Created"), (201, "OK"), (200, "")])
@breaks("BATCH-19")
def test_a_body_that_does_not_follow_the_status_breaks_batch_19(status: int, body: str) -> Judgement:
    return judged(processed(JUST_ONE, result(ONE, status, body=body)))


@pytest.mark.parametrize(("status", "body"), [(201, "created"), (200, " UPDATED ")])
@keeps("BATCH-19")
def test_a_body_may_be_written_in_other_letters(status: int, body: str) -> Judgement:
    return judged(processed(JUST_ONE, result(ONE, status, body=body)))


@leaves_open("BATCH-19")
def test_a_batch_of_failures_has_messages_of_its_own() -> Judgement:
    return judged(processed(put_batch(NOT_ALLOWED), result(TWO, 400)))
