"""Fresh event_IDs: that a run gets ones that did not exist, and knows when there are none left."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest

from tests.harness.ids import BLOCK, BULK, CLAIMS, WITNESSES, FreshIds, UsedUpError, plan
from tests.harness.target import MIN_EVENT_IDS

LARGE = range(900_000, 1_000_000)


@dataclass
class Server:
    """Answers as a target does: 201 for a new id, 200 for one that exists; or always with `always`."""

    always: int | None = None
    existing: set[int] = field(default_factory=set)
    asked: list[int] = field(default_factory=list)
    assumed: list[range] = field(default_factory=list)

    def create(self, id: int) -> int | None:
        self.asked.append(id)
        known = id in self.existing
        self.existing.add(id)
        return self.always if self.always is not None else 200 if known else 201

    def ids(self, event_ids: range, seed: int = 1) -> FreshIds:
        """The ids of one run against this server."""
        return FreshIds(event_ids, random.Random(seed), self.create, self.assumed.append)

    def run(self, event_ids: range, count: int, seed: int = 1) -> list[int]:
        """One run that takes ids and creates them all."""
        taken = self.ids(event_ids, seed).take(count)
        self.existing |= set(taken)
        return taken


def everything_of(ids: FreshIds) -> list[int]:
    """All that can be taken until the range is used up."""
    taken: list[int] = []
    try:
        while True:
            taken += ids.take(1)
    except UsedUpError:
        return taken


@pytest.mark.parametrize("size", [MIN_EVENT_IDS, 51, 99, 128, 300, 511, 1000, 4096, 100_000])
def test_a_plan_cuts_the_range_into_parts_that_do_not_overlap(size: int) -> None:
    event_ids = range(7, 7 + size)

    parts = plan(event_ids)

    used = [id for block in parts.blocks for id in block] + list(parts.bulk)
    assert len(used) == len(set(used))
    assert set(used) <= set(event_ids)
    assert parts.blocks
    assert all(WITNESSES + 2 <= len(block) <= BLOCK for block in parts.blocks)
    assert 0 < len(parts.bulk) <= BULK


def test_a_large_range_has_many_blocks_and_a_whole_bulk() -> None:
    parts = plan(LARGE)

    assert len(parts.bulk) == BULK
    assert len(parts.blocks) == (len(LARGE) - BULK) // BLOCK


@pytest.mark.parametrize("count", [1, 5, 200, 1000])
def test_ids_that_did_not_exist_are_given_in_rising_order_and_once(count: int) -> None:
    server = Server()

    taken = server.ids(LARGE).take(count)

    assert len(set(taken)) == count
    assert not set(taken) & set(server.asked)
    assert taken[:200] == sorted(taken[:200])


def test_ids_are_given_once_over_many_takes() -> None:
    ids = Server().ids(LARGE)

    taken = [id for _ in range(100) for id in ids.take(7)]

    assert len(set(taken)) == 700


def test_what_is_left_is_of_reserved_blocks_alone() -> None:
    server = Server()
    ids = server.ids(LARGE)

    before = ids.left(10)
    taken = ids.take(1)
    asked = list(server.asked)
    left = ids.left(BLOCK)

    assert before == []
    assert left == list(range(taken[0] + 1, taken[0] + BLOCK - WITNESSES - 1))
    assert server.asked == asked
    assert ids.left(1) == []


def test_a_later_run_gets_other_ids() -> None:
    server = Server()
    first = server.run(LARGE, 300, seed=1)

    second = server.run(LARGE, 300, seed=1)

    assert not set(first) & set(second)


def test_a_block_that_an_earlier_run_had_is_passed_over() -> None:
    server = Server(existing=set(plan(LARGE).blocks[0]))

    taken = [Server(existing=set(server.existing)).run(LARGE, 50, seed) for seed in range(50)]

    assert all(not set(ids) & server.existing for ids in taken)


@pytest.mark.parametrize("size", [MIN_EVENT_IDS, 120, 1000, 100_000])
@pytest.mark.parametrize("seed", range(5))
def test_no_id_outside_the_range_is_ever_sent_or_given(size: int, seed: int) -> None:
    event_ids = range(2**31 - size, 2**31)
    server = Server()
    ids = server.ids(event_ids, seed)

    taken = everything_of(ids)

    assert set(server.asked) | set(taken) <= set(event_ids)
    assert not set(taken) & set(plan(event_ids).bulk)


@pytest.mark.parametrize("size", [MIN_EVENT_IDS, 120, 1000])
def test_witnesses_are_never_given_out(size: int) -> None:
    event_ids = range(size)

    taken = everything_of(Server().ids(event_ids))

    witnesses = {id for block in plan(event_ids).blocks for id in block[-WITNESSES:]}
    assert taken
    assert not witnesses & set(taken)


def test_what_is_given_was_noted_as_absent_before() -> None:
    server = Server()

    taken = server.ids(LARGE).take(300)

    assert set(taken) <= {id for assumed in server.assumed for id in assumed}


def test_the_same_seed_gives_the_same_ids() -> None:
    assert Server().ids(LARGE, 5).take(600) == Server().ids(LARGE, 5).take(600)


def test_another_seed_gives_other_ids() -> None:
    assert Server().ids(LARGE, 5).take(10) != Server().ids(LARGE, 6).take(10)


@pytest.mark.parametrize("size", [MIN_EVENT_IDS, 400, 1000])
def test_a_range_that_is_used_up_is_told(size: int) -> None:
    event_ids = range(size)
    server = Server()
    for block in plan(event_ids).blocks:
        server.existing |= set(block[:-WITNESSES])

    with pytest.raises(UsedUpError):
        server.ids(event_ids).take(1)


def test_a_range_that_runs_used_up_is_told_to_the_next() -> None:
    event_ids = range(1000)
    server = Server()
    for seed in range(len(plan(event_ids).blocks)):
        server.run(event_ids, 20, seed)

    with pytest.raises(UsedUpError):
        server.run(event_ids, 20, seed=99)


@pytest.mark.parametrize(("size", "later"), [(MIN_EVENT_IDS, 5), (1000, 10), (4000, 50), (20_000, 200)])
def test_a_used_up_range_stays_told_from_one_in_which_nothing_is_ever_created(size: int, later: int) -> None:
    """Each run that tells it creates a witness itself, and the next one must still find one that does not exist."""
    event_ids = range(7, 7 + size)
    server = Server()
    told = 0
    for seed in range(size):
        try:
            taken = server.ids(event_ids, seed).take(20)
        except UsedUpError:
            told += 1
        else:
            # Blocks are tried at random: where many are used up, one that is free may still be found.
            assert not server.existing & set(taken)
            server.existing |= set(taken)
        if told > later:
            break

    assert told == later + 1
    assert set(server.asked) <= set(event_ids)


@pytest.mark.parametrize("size", [MIN_EVENT_IDS, 1000, 20_000])
def test_a_target_that_calls_every_id_existing_is_given_ids_in_every_run(size: int) -> None:
    server = Server(always=200)

    for seed in range(50):
        taken = server.run(range(size), 20, seed)
        assert len(set(taken)) == 20
        assert set(taken) <= set(range(size))


def test_a_used_up_range_costs_few_requests() -> None:
    server = Server()
    for block in plan(LARGE).blocks:
        server.existing.add(block[0])

    with pytest.raises(UsedUpError):
        server.ids(LARGE).take(1)

    assert len(server.asked) <= CLAIMS + 1


def test_a_target_that_calls_every_id_existing_is_given_ids() -> None:
    """Whether it may answer 200 to a new id is for the checks to say: the suite must not stop for want of ids."""
    server = Server(always=200)

    taken = server.ids(LARGE).take(10)

    assert len(taken) == 10
    assert not set(taken) & set(server.asked)


@pytest.mark.parametrize("always", [400, 500, 204])
def test_a_target_that_answers_otherwise_is_given_ids(always: int) -> None:
    assert len(Server(always=always).ids(LARGE).take(300)) == 300


def test_a_target_without_a_result_is_given_ids() -> None:
    ids = FreshIds(LARGE, random.Random(1), lambda _: None, lambda _: None)

    assert len(ids.take(10)) == 10


@pytest.mark.parametrize("distance", [2**16, 1000, 255])
@pytest.mark.parametrize("seed", range(5))
def test_a_pair_lies_as_far_apart_as_asked_for_and_did_not_exist(distance: int, seed: int) -> None:
    server = Server()

    pair = server.ids(LARGE, seed).take_pair(distance)

    assert pair is not None
    assert pair[1] - pair[0] == distance
    assert set(pair) <= set(LARGE)
    assert not set(pair) & set(server.asked)
    assert set(pair) <= {id for assumed in server.assumed for id in assumed}


def test_a_pair_is_not_given_out_again() -> None:
    ids = Server().ids(range(10_000))
    pair = ids.take_pair(2000)

    taken = everything_of(ids)

    assert pair is not None
    assert taken
    assert not set(pair) & set(taken)


def test_a_pair_avoids_what_exists() -> None:
    server = Server(existing=set(range(900_000, 950_000)))

    pair = server.ids(LARGE).take_pair(1000)

    assert pair is None or not set(pair) & set(range(900_000, 950_000))


@pytest.mark.parametrize("size", [MIN_EVENT_IDS, 1000, 60_000])
def test_a_range_that_is_too_small_has_no_pair(size: int) -> None:
    assert Server().ids(range(size)).take_pair(2**16) is None
