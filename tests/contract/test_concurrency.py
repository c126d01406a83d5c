"""Requests that are under way at once: each gets its own answer, and none meddles with another."""

import json

from tests.harness.callers import Kind, body_of, full, minimal
from tests.harness.run import Run
from tests.harness.scenario import Need, parts, scenario

AT_ONCE = 5
ROUNDS = {"once": 0, "once more": 1}
VALUES = ["one for each object", "both for one object"]


@scenario("arena", "EVENT-9", needs=[Need.EVENT], parts=parts(kind=["event"], values=VALUES))
def test_events_at_once(run: Run, kind: Kind, values: str) -> None:
    """Many updates of the named events at once, with one value for each event, or with both for one."""
    _at_once(run, kind, values)


@scenario("arena", "QUALITY-11", needs=[Need.QUALITY_PROCESS], parts=parts(kind=["quality_process"], values=VALUES))
def test_quality_processes_at_once(run: Run, kind: Kind, values: str) -> None:
    """Many updates of the named quality processes at once, with one value for each, or with both for one."""
    _at_once(run, kind, values)


@scenario("vba", "BATCH-15", "BATCH-2", parts=parts(turn=ROUNDS))
def test_batches_at_once(run: Run, turn: int) -> None:
    """Many batches with entities of their own at once: each is answered as its own."""
    ids = run.vba.new(AT_ONCE * 2)
    batches = [[full(one), minimal(other)] for one, other in zip(ids[::2], ids[1::2], strict=True)]
    run.burst([run.vba.request(_json(batch)) for batch in batches])


@scenario("vba", "BATCH-18", parts=parts(turn=ROUNDS))
def test_one_new_id_in_batches_at_once(run: Run, turn: int) -> None:
    """The same new ids in many batches at once: each is created once."""
    ids = run.vba.new(3)
    run.burst([run.vba.request(_json([minimal(id) for id in ids])) for _ in range(AT_ONCE)])


def _at_once(run: Run, kind: Kind, values: str) -> None:
    refs = run.arena.named(kind)
    if values == "both for one object":
        ref = refs[0]
        run.burst([run.arena.request(ref, body_of(ref, index % 2 == 0)) for index in range(AT_ONCE)])
        # Which of them came last, nobody knows: what follows shall not hang on that.
        run.arena.set(ref, True)
    else:
        chosen = [index % len(refs) for index in range(AT_ONCE)]
        run.burst([run.arena.request(refs[place], body_of(refs[place], place % 2 == 0)) for place in chosen])


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
