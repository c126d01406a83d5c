"""Generated bodies: the same for the same seed, of both kinds, and never an event_ID that the run may not write."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from tests.harness import generated
from tests.harness.callers import Ref, flag_of, full, minimal, operation_of
from tests.harness.contract import entity_schema, schema_errors
from tests.harness.exchange import OPERATIONS, PUT_EVENTS_BATCH, Json, OperationId
from tests.harness.generated import A_DATE_TIME, NOT_SENT, coverage_bodies, fuzzed_bodies, within
from tests.suite.exchanges import EVENT, PROCESS

ALLOWED = 950_001
SEEDS = (1, 2)
COUNT = 20


@cache
def fuzzed(operation_id: OperationId, seed: int, positive: bool) -> tuple[Json, ...]:
    return fuzzed_bodies(operation_id, seed, COUNT, positive=positive)


@cache
def entities() -> list[Json]:
    """Every entity that coverage and fuzzing make for several seeds, in both modes."""
    bodies = list(coverage_bodies(PUT_EVENTS_BATCH))
    bodies += [
        body for seed in SEEDS for positive in (True, False) for body in fuzzed(PUT_EVENTS_BATCH, seed, positive)
    ]
    return [entity for body in bodies if isinstance(body, list) for entity in body]


def moved() -> list[Json]:
    """The entities as they are sent."""
    found = [within(ALLOWED, entity) for entity in entities()]
    return [entity for entity in found if entity is not NOT_SENT]


def numbers(value: Json) -> set[int]:
    """Each integer that a lenient server could read out of a value."""
    if isinstance(value, str):
        try:
            return {int(float(value.strip()))}
        except (ValueError, OverflowError):
            return set()
    if isinstance(value, int | float):
        return {int(value)} if abs(value) < 1e300 else set()
    if isinstance(value, list):
        return {number for item in value for number in numbers(item)}
    return set()


def test_no_event_id_but_the_allowed_one_is_ever_sent() -> None:
    sent = [entity for entity in moved() if isinstance(entity, dict) and "event_ID" in entity]

    assert {number for entity in sent for number in numbers(entity["event_ID"])} == {ALLOWED}
    assert len(sent) > 200


def test_an_integer_becomes_the_allowed_id() -> None:
    assert within(ALLOWED, minimal(7)) == minimal(ALLOWED)
    assert within(ALLOWED, minimal(-(2**70))) == minimal(ALLOWED)


@pytest.mark.parametrize("value", [True, False, 5.0, 1e3, "5", " 7", "٧", "0x1", "1e2", "²"])
def test_an_entity_whose_id_a_lenient_server_could_take_is_not_sent(value: Json) -> None:
    assert within(ALLOWED, minimal(1) | {"event_ID": value}) is NOT_SENT


@pytest.mark.parametrize("value", [None, "", "abc", [], {}])
def test_an_entity_whose_id_is_no_number_to_anyone_is_sent_as_it_is(value: Json) -> None:
    assert within(ALLOWED, minimal(1) | {"event_ID": value}) == minimal(1) | {"event_ID": value}


def test_an_entity_without_an_id_is_sent_as_it_is() -> None:
    assert within(ALLOWED, {"reminder": True}) == {"reminder": True}


@pytest.mark.parametrize("value", [None, 1, "entity", True, [], [1]])
def test_what_is_no_object_is_sent_as_it_is(value: Json) -> None:
    assert within(ALLOWED, value) == value


def test_dates_become_date_times_and_the_rest_stays() -> None:
    entity = full(1) | {"due_Date": "", "start_Date": None, "end_Date": 7, "subject": ""}

    found = within(ALLOWED, entity)

    assert (found["due_Date"], found["completion_Date"]) == (A_DATE_TIME, A_DATE_TIME)
    assert (found["start_Date"], found["end_Date"], found["subject"]) == (None, 7, "")
    assert found["event_ID"] == ALLOWED


def test_the_entity_that_is_given_is_left_as_it_was() -> None:
    entity = full(1)

    within(ALLOWED, entity)

    assert entity == full(1)


@pytest.mark.parametrize("operation_id", OPERATIONS)
@pytest.mark.parametrize("positive", [True, False])
def test_the_same_seed_gives_the_same_bodies(operation_id: OperationId, positive: bool) -> None:
    again = fuzzed_bodies(operation_id, SEEDS[0], COUNT, positive=positive)

    assert json.dumps(fuzzed(operation_id, SEEDS[0], positive)) == json.dumps(again)


@pytest.mark.parametrize("positive", [True, False])
def test_another_seed_gives_other_bodies(positive: bool) -> None:
    written = {json.dumps(fuzzed(PUT_EVENTS_BATCH, seed, positive)) for seed in SEEDS}

    assert len(written) == len(SEEDS)


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_coverage_gives_the_same_bodies_each_time_and_each_once(operation_id: OperationId) -> None:
    first, second = ([json.dumps(body) for body in coverage_bodies(operation_id)] for _ in range(2))

    assert first == second
    assert len(set(first)) == len(first) > 5


def test_valid_entities_exist_in_number() -> None:
    valid = [one for one in moved() if isinstance(one, dict) and not any(schema_errors(entity_schema(), one))]

    assert len({json.dumps(one, sort_keys=True) for one in valid}) > 100


def test_invalid_entities_exist_in_number() -> None:
    invalid = [one for one in moved() if any(schema_errors(entity_schema(), one))]

    assert len({json.dumps(one, sort_keys=True) for one in invalid}) > 100


def test_every_field_of_the_entity_is_varied() -> None:
    values: dict[str, set[str]] = {name: set() for name in full(1)}
    for entity in moved():
        if isinstance(entity, dict):
            for name in values.keys() & entity.keys():
                values[name].add(json.dumps(entity[name], sort_keys=True))

    assert {name: len(found) for name, found in values.items() if len(found) < 2 and name != "event_ID"} == {}


@pytest.mark.parametrize("ref", [EVENT, PROCESS], ids=["event", "quality process"])
def test_the_flag_is_generated_right_and_wrong(ref: Ref) -> None:
    operation_id, flag = operation_of(ref), flag_of(ref)
    bodies = [*coverage_bodies(operation_id), *fuzzed(operation_id, 1, True), *fuzzed(operation_id, 1, False)]

    flags = [body[flag] for body in bodies if isinstance(body, dict) and flag in body]
    assert any(value is True for value in flags)
    assert any(value is False for value in flags)
    assert any(not isinstance(value, bool) for value in flags)
    assert any(not isinstance(body, dict) or flag not in body for body in bodies)


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_body_can_be_written_as_json_in_utf_8(operation_id: OperationId) -> None:
    bodies = [*coverage_bodies(operation_id), *fuzzed(operation_id, 1, True), *fuzzed(operation_id, 1, False)]

    for body in bodies:
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8")


@pytest.mark.parametrize("operation_id", OPERATIONS)
@pytest.mark.parametrize("positive", [True, False])
def test_a_count_of_0_gives_no_bodies(operation_id: OperationId, positive: bool) -> None:
    assert fuzzed_bodies(operation_id, 1, 0, positive=positive) == ()


@pytest.mark.parametrize("count", [1, 5])
def test_the_count_bounds_the_bodies(count: int) -> None:
    assert 0 < len(fuzzed_bodies(PUT_EVENTS_BATCH, 1, count, positive=True)) <= count


def test_coverage_that_was_kept_is_what_was_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generated, "KEPT", tmp_path / "coverage")
    made = coverage_bodies.__wrapped__(PUT_EVENTS_BATCH)

    monkeypatch.setattr(generated, "_coverage_bodies", lambda operation: pytest.fail("it was made anew"))

    assert coverage_bodies.__wrapped__(PUT_EVENTS_BATCH) == made
    assert len(list((tmp_path / "coverage").iterdir())) == 1


def test_coverage_that_was_kept_broken_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generated, "KEPT", tmp_path)
    made = coverage_bodies.__wrapped__(PUT_EVENTS_BATCH)
    [kept] = tmp_path.iterdir()
    kept.write_text("[1, ", "utf-8")

    assert coverage_bodies.__wrapped__(PUT_EVENTS_BATCH) == made


def test_coverage_is_made_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(generated, "KEPT", tmp_path / "file" / "coverage")

    assert len(coverage_bodies.__wrapped__(PUT_EVENTS_BATCH)) > 5
