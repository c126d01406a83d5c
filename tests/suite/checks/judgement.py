"""How a test of a check is written: it gives a judgement, and its decorator says what must stand in it.

The decorators are the assertion and the register at once, so that a requirement counts as tested only where a test
that names it has seen it: tests/suite/checks/test_register.py holds the register against the catalogue.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import ParamSpec

from tests.harness.checks import judge
from tests.harness.exchange import Exchange, Mismatch
from tests.harness.history import History
from tests.suite.exchanges import TARGET

Judgement = dict[str, list[Mismatch]]
"""What each requirement that applies says of an exchange: nothing where it is kept."""
Parameters = ParamSpec("Parameters")
Judging = Callable[Parameters, Judgement]
Test = Callable[Parameters, None]

SEEN_BROKEN: set[str] = set()
SEEN_KEPT: set[str] = set()


def judged(*steps: Exchange | Sequence[Exchange], absent: Iterable[int] = ()) -> Judgement:
    """The judgement of the last step after the ones before were recorded, as a run does it.

    A step is an exchange, or several that were under way at once: their mismatches come together. Exchanges are
    numbered in their order. `absent` are ids of entities that are known not to exist at the start.
    """
    history = History(TARGET)
    history.assume_absent(absent)
    found: Judgement = {}
    number = 0
    for step in steps:
        together = [step] if isinstance(step, Exchange) else list(step)
        numbered = [replace(exchange, number=number + place) for place, exchange in enumerate(together, 1)]
        number += len(together)
        readings = history.judged(numbered)
        found = {}
        for one in readings:
            for id, mismatches in judge(one, history).items():
                found.setdefault(id, []).extend(mismatches)
        history.record(readings)
    return found


def breaks(*ids: str) -> Callable[[Judging[Parameters]], Test[Parameters]]:
    """The test's exchange breaks these requirements and no other."""
    SEEN_BROKEN.update(ids)

    def asserted(found: Judgement) -> None:
        broken = {id: mismatches for id, mismatches in found.items() if mismatches}
        assert set(broken) == set(ids), f"{', '.join(ids)} alone had to be broken, but broken were {broken or 'none'}"

    return _asserting(asserted)


def keeps(*ids: str) -> Callable[[Judging[Parameters]], Test[Parameters]]:
    """The test's exchange is judged by these requirements, and breaks none at all."""
    SEEN_KEPT.update(ids)

    def asserted(found: Judgement) -> None:
        broken = {id: mismatches for id, mismatches in found.items() if mismatches}
        assert not broken, f"nothing had to be broken, but broken were {broken}"
        assert set(ids) <= set(found), f"{', '.join(set(ids) - set(found))} did not judge the exchange"

    return _asserting(asserted)


def leaves_open(*ids: str) -> Callable[[Judging[Parameters]], Test[Parameters]]:
    """The test's exchange is none of which these requirements speak."""

    def asserted(found: Judgement) -> None:
        assert not set(ids) & set(found), f"{', '.join(set(ids) & set(found))} judged what the documents leave open"

    return _asserting(asserted)


def _asserting(asserted: Callable[[Judgement], None]) -> Callable[[Judging[Parameters]], Test[Parameters]]:
    def decorate(judging: Judging[Parameters]) -> Test[Parameters]:
        @functools.wraps(judging)
        def test(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
            asserted(judging(*args, **kwargs))

        return test

    return decorate
