"""Which event_IDs a run uses, so that it knows which of them did not exist before.

There is no reading in the contract, and earlier runs have left entities behind. So `event_ids` is cut into blocks,
and a run reserves one by creating its first id: 201 means that no earlier run had the block, and that none of its
other ids exists. The last ids of each block are witnesses, which no run uses but to tell a range that is used up
(a witness is created) from a target that never answers 201 (a witness "exists").
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

BLOCK = 250
"""Ids of a block. It does not divide a power of two, so the first ids of two blocks never agree in their low bits."""
WITNESSES = 8
BULK = 1000
ASKED = 24
"""Witnesses that are asked when no tried block is free: runs that meet a range which is used up create them in time."""
UPDATED = 200
CLAIMS = 12
"""Blocks that are tried before the range counts as used up."""


class UsedUpError(Exception):
    """No block of event_ids is free any more."""


@dataclass(frozen=True)
class Plan:
    """The parts of event_ids: `blocks` of ids to create, and `bulk`, ids that every run may write again."""

    blocks: tuple[range, ...]
    bulk: range


@cache
def plan(event_ids: range) -> Plan:
    """Cut a range into blocks; a small one has smaller and fewer blocks."""
    bulk = min(BULK, len(event_ids) // 4)
    rest = event_ids[: len(event_ids) - bulk]
    size = min(BLOCK, max(len(rest) // 4, min(len(rest), BLOCK // 2)))
    starts = range(rest.start, rest.stop - size + 1, size)
    return Plan(tuple(range(start, start + size) for start in starts), event_ids[len(rest) :])


class FreshIds:
    """Gives ids that did not exist. `create` sends one entity and tells its status: 201 where it was created."""

    def __init__(
        self,
        event_ids: range,
        rng: random.Random,
        create: Callable[[int], int | None],
        assume_absent: Callable[[range], None],
    ) -> None:
        self._blocks = list(plan(event_ids).blocks)
        rng.shuffle(self._blocks)
        self._rng = rng
        self._create = create
        self._assume_absent = assume_absent
        self._left: list[int] = []

    def take(self, count: int) -> list[int]:
        """`count` ids that did not exist, in rising order. Raises UsedUpError when no block is free."""
        while len(self._left) < count:
            self._left += self._claim()
        taken, self._left = self._left[:count], self._left[count:]
        return taken

    def left(self, most: int) -> list[int]:
        """Up to `most` ids that did not exist, of the blocks that the run has reserved already."""
        return self.take(min(most, len(self._left)))

    def take_pair(self, distance: int) -> tuple[int, int] | None:
        """Two ids that did not exist and lie `distance` apart; None where the range has no such free blocks."""
        for _ in range(CLAIMS):
            pair = self._pair(distance)
            if pair is None:
                return None
            (block, first), (other, second) = pair
            self._blocks.remove(block)
            self._blocks.remove(other)
            if all(self._create(one[0]) != UPDATED for one in (block, other)):
                self._assume_absent(_usable(block))
                self._assume_absent(_usable(other))
                return first, second
        return None

    def _pair(self, distance: int) -> tuple[tuple[range, int], tuple[range, int]] | None:
        """Two blocks that were not tried yet, each with the id of it that lies `distance` from the other's."""
        for block in self._blocks:
            first = block[len(block) // 2]
            for other in self._blocks:
                if first + distance in _usable(other):
                    return (block, first), (other, first + distance)
        return None

    def _claim(self) -> list[int]:
        tried: list[range] = []
        while self._blocks and len(tried) < CLAIMS:
            block = self._blocks.pop()
            tried.append(block)
            # What is neither created nor updated is no sign of an earlier run: the checks judge what comes of it.
            if self._create(block[0]) != UPDATED:
                return self._claimed(block)
        witnesses = [id for block in tried for id in block[-WITNESSES:]]
        witnesses = self._rng.sample(witnesses, min(ASKED, len(witnesses)))
        if witnesses and all(self._create(witness) == UPDATED for witness in witnesses):
            return self._claimed(tried[-1])
        raise UsedUpError

    def _claimed(self, block: range) -> list[int]:
        usable = _usable(block)
        self._assume_absent(usable)
        return list(usable)


def _usable(block: range) -> range:
    """A block without its first id, which reserves it, and without its witnesses."""
    return block[1 : len(block) - WITNESSES]
