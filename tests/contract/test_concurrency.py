"""Requests that are under way at once: each gets its own answer, and none meddles with another."""

import json
from collections.abc import Sequence

from tests.harness.callers import Ref, body_of, full, minimal
from tests.harness.run import Run
from tests.harness.scenario import Need, scenario

AT_ONCE = 8
ROUNDS = 2


@scenario("arena", "EVENT-9", needs=[Need.EVENT])
def test_events_at_once(run: Run) -> None:
    """Many updates of the named events at once: one event always with one value, so that no order is right or wrong."""
    _at_once(run, run.arena.events)


@scenario("arena", "QUALITY-11", needs=[Need.QUALITY_PROCESS])
def test_quality_processes_at_once(run: Run) -> None:
    """Many updates of the named quality processes at once, one always with one value."""
    _at_once(run, run.arena.quality_processes)


@scenario("vba", "BATCH-15", "BATCH-2")
def test_batches_at_once(run: Run) -> None:
    """Many batches with entities of their own at once: each is answered as its own."""
    for _ in range(ROUNDS):
        ids = run.vba.new(AT_ONCE * 2)
        batches = [[full(one), minimal(other)] for one, other in zip(ids[::2], ids[1::2], strict=True)]
        run.burst([run.vba.request(_json(batch)) for batch in batches])


@scenario("vba", "BATCH-18")
def test_one_new_id_in_batches_at_once(run: Run) -> None:
    """The same new ids in many batches at once: each is created once."""
    for _ in range(ROUNDS):
        ids = run.vba.new(3)
        run.burst([run.vba.request(_json([minimal(id) for id in ids])) for _ in range(AT_ONCE)])


def _at_once(run: Run, refs: Sequence[Ref]) -> None:
    for turn in range(ROUNDS):
        chosen = [refs[index % len(refs)] for index in range(AT_ONCE)]
        values = {ref: (index + turn) % 2 == 0 for index, ref in enumerate(refs)}
        run.burst([run.arena.request(ref, body_of(ref, values[ref])) for ref in chosen])


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
