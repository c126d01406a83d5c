"""What is drawn is what the oracle says of it: the generators and the reading of a request agree on every input."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.harness.callers import body_of_batch, flag_of, minimal
from tests.harness.generators import (
    broken_entities,
    draw,
    misshapen_bodies,
    odd_bodies,
    odd_entities,
    odd_guids,
    odd_header_values,
    valid_entities,
)
from tests.harness.oracle import BodyKind, Verdict, entity_properties, parse_json, read_entity
from tests.suite.exchanges import EVENT

ID = 950_001
SEEDS = (1, 2)
MANY = 40

each_seed = pytest.mark.parametrize("seed", SEEDS)


@each_seed
def test_an_entity_drawn_as_valid_must_be_taken(seed: int) -> None:
    verdicts = Counter(read_entity(entity).verdict for entity in draw(valid_entities(ID), seed, MANY))

    assert verdicts == {Verdict.VALID: MANY}


@each_seed
def test_an_entity_drawn_as_broken_must_be_refused_for_its_rule(seed: int) -> None:
    drawn = draw(broken_entities(ID), seed, MANY)

    blamed = {"required": "BATCH-7", "type": "BATCH-7", "format": "BATCH-16", "maximum": "BATCH-16"}
    assert [read_entity(one.entity).requirement for one in drawn] == [blamed[one.rule] for one in drawn]


def test_every_rule_and_every_field_is_broken_in_time() -> None:
    drawn = [one for seed in range(8) for one in draw(broken_entities(ID), seed, 2 * MANY)]

    assert {one.rule for one in drawn} == {"required", "type", "format", "maximum"}
    assert {one.field for one in drawn} == set(entity_properties())


@each_seed
def test_no_entity_names_another_id(seed: int) -> None:
    entities = [*draw(valid_entities(ID), seed, MANY), *(one.entity for one in draw(broken_entities(ID), seed, MANY))]

    taken = [entity["event_ID"] for entity in entities if "event_ID" in entity]
    assert {value for value in taken if isinstance(value, int | float)} <= {ID}
    assert not any(char.isdigit() for value in taken if isinstance(value, str) for char in value)


@each_seed
def test_an_odd_entity_keeps_the_id_in_front(seed: int) -> None:
    texts = draw(odd_entities(ID), seed, MANY)

    start = json.dumps(minimal(ID)).encode().removesuffix(b"}")
    assert {text[: len(start)] for text in texts} == {start}


@each_seed
def test_a_misshapen_body_has_no_true_or_false_at_the_flag(seed: int) -> None:
    flag = flag_of(EVENT)

    bodies = [json.loads(json.dumps(body)) for body in draw(misshapen_bodies(flag), seed, MANY)]

    assert not any(isinstance(body, dict) and isinstance(body.get(flag), bool) for body in bodies)


@each_seed
def test_odd_bodies_are_of_every_kind(seed: int) -> None:
    kinds = {parse_json(body)[0] for body in draw(odd_bodies(body_of_batch([minimal(ID)])), seed, MANY)}

    assert kinds == set(BodyKind)


@each_seed
def test_an_odd_guid_is_not_the_known_one_in_any_letters(seed: int) -> None:
    known = EVENT.event

    guids = draw(odd_guids(known), seed, MANY)

    assert known.upper() not in {guid.upper() for guid in guids}
    assert not {"", ".", ".."} & set(guids)


@each_seed
def test_an_odd_header_value_can_be_sent(seed: int) -> None:
    values = draw(odd_header_values(), seed, MANY)

    assert all(value == value.strip() for value in values)
    assert not any(ord(char) > 0xFF or ord(char) < 0x20 for value in values for char in value)


def test_the_same_seed_draws_the_same_and_another_seed_others() -> None:
    first, again, other = (draw(valid_entities(ID), seed, 20) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_a_count_of_0_draws_nothing() -> None:
    assert draw(valid_entities(ID), 1, 0) == []
