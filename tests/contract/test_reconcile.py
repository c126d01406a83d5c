"""Arena: what an update answers, repeats, and leaves alone (PUT Event; PUT Outbound-Event Event Quality Reconcile)."""

from tests.harness.callers import KINDS, Kind
from tests.harness.run import Run
from tests.harness.scenario import Need, parts, scenario

ANSWERS = ("EVENT-1", "EVENT-2", "EVENT-3", "EVENT-4", "QUALITY-1", "QUALITY-2", "QUALITY-3")
MARKS = ("QUALITY-4", "QUALITY-5", "QUALITY-9", "QUALITY-10")
UNTOUCHED = ("EVENT-5", "EVENT-6", "QUALITY-6")
HEADERS = tuple(f"ARENA-HEADER-{number}" for number in range(1, 8))
VALUES = {"true": True, "false": False}
CLOCK_STEP = 1.05
"""Seconds after which a time that was wrongly taken anew differs: the documents' times have whole seconds."""


@scenario("arena", *ANSWERS, *MARKS, *UNTOUCHED, *HEADERS, phase="first", parts=parts(kind=KINDS, value=VALUES))
def test_a_value_is_set_and_set_again(run: Run, kind: Kind, value: bool) -> None:
    """The documents' samples: the flag gets a value that it does not have, then the same again, and is read."""
    ref = run.arena.first(kind)
    run.arena.ensure(ref, not value)
    for _ in range(3 if value else 2):
        run.arena.set(ref, value)
    run.arena.read(ref)


@scenario(
    "arena",
    *ANSWERS,
    *MARKS,
    *UNTOUCHED,
    *HEADERS,
    phase="first",
    parts=parts(
        kind=KINDS,
        steps={"second": (1, (True, True, False, False)), "third": (2, (False, True))},
    ),
)
def test_every_named_object_answers(run: Run, kind: Kind, steps: tuple[int, tuple[bool, ...]]) -> None:
    """Another named object, whatever its form and creator, is set to true and to false."""
    place, values = steps
    for ref in run.arena.named(kind)[place : place + 1]:
        run.arena.refresh(ref)
        for value in values:
            run.arena.set(ref, value)


@scenario(
    "arena",
    "EVENT-7",
    needs=[Need.SECOND_EVENT],
    phase="first",
    parts=parts(kind=["event"], kept=["first", "third"]),
)
def test_an_event_is_left_alone_by_another(run: Run, kind: Kind, kept: str) -> None:
    """One event is set, another to both values, and the first is read after each and then set as it was."""
    _isolated(run, kind, kept)


@scenario(
    "arena",
    "QUALITY-7",
    needs=[Need.SECOND_QUALITY_PROCESS],
    phase="first",
    parts=parts(kind=["quality_process"], kept=["first", "third"]),
)
def test_a_quality_process_is_left_alone_by_another(run: Run, kind: Kind, kept: str) -> None:
    """One quality process is set, another to both values, and the first is read after each and then set as it was."""
    _isolated(run, kind, kept)


@scenario("arena", "EVENT-5", "EVENT-6", "QUALITY-6", "QUALITY-9", phase="last")
def test_an_update_a_second_later(run: Run) -> None:
    """A second later a time that was wrongly taken anew would differ, and so does the time of a new marking.

    Another object's marking comes in between: what it leaves of the first shows that time too.
    """
    pairs = [run.arena.longest_unchanged(kind)[:2] for kind in KINDS if run.arena.named(kind)]
    for first, *_ in pairs:
        run.arena.ensure(first, True)
    run.wait_until(max(run.arena.put_at(first) for first, *_ in pairs) + CLOCK_STEP)
    for first, *others in pairs:
        for other in others:
            run.arena.set(other, run.arena.other(other))
            run.arena.read(first)
        for value in (True, False, True):
            run.arena.set(first, value)


def _isolated(run: Run, kind: Kind, kept: str) -> None:
    """The first object is kept and its neighbor changed; or the third, under another parent perhaps, and the first."""
    named = run.arena.named(kind)
    if kept == "third" and len(named) < 3:
        return
    kept_ref, changed = (named[0], named[1]) if kept == "first" else (named[2], named[0])
    run.arena.ensure(kept_ref, True)
    other = run.arena.other(changed)
    for value in (other, not other):
        run.arena.set(changed, value)
        run.arena.read(kept_ref)
    if kept == "first":
        run.arena.set(kept_ref, True)
