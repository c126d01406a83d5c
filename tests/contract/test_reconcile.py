"""Arena: what an update answers, repeats, and leaves alone (PUT Event; PUT Outbound-Event Event Quality Reconcile)."""

import time
from collections.abc import Sequence

from tests.harness.callers import Ref
from tests.harness.run import Run
from tests.harness.scenario import Need, scenario

ANSWERS = ("EVENT-1", "EVENT-2", "EVENT-3", "EVENT-4", "QUALITY-1", "QUALITY-2", "QUALITY-3")
MARKS = ("QUALITY-4", "QUALITY-5", "QUALITY-9", "QUALITY-10")
HEADERS = tuple(f"ARENA-HEADER-{number}" for number in range(1, 8))
CLOCK_STEP = 1.05
"""Seconds after which a time that was wrongly taken anew differs: the documents' times have whole seconds."""


@scenario("arena", *ANSWERS, *MARKS, *HEADERS, "EVENT-5", "EVENT-6", "QUALITY-6", needs=[Need.EVENT])
def test_an_event_follows_the_flag(run: Run) -> None:
    """The documents' samples on one event: true and false, each again, and true once more, read after each change."""
    _set_in_turn(run, run.arena.events[0])


@scenario("arena", *ANSWERS[4:], *MARKS, "QUALITY-6", needs=[Need.QUALITY_PROCESS])
def test_a_quality_process_follows_the_flag(run: Run) -> None:
    """The documents' samples on one quality process, in turn, and a marking after it was taken back."""
    _set_in_turn(run, run.arena.quality_processes[0])


@scenario("arena", *ANSWERS, *MARKS, *HEADERS, "EVENT-5", "EVENT-6", "QUALITY-6")
def test_every_named_object_answers(run: Run) -> None:
    """Each other named event and quality process, whatever its form and creator, is set to true twice and to false."""
    for ref in _both(run, slice(1, None)):
        run.arena.read(ref)
        for value in (True, True, False):
            run.arena.set(ref, value)


@scenario("arena", "EVENT-7", needs=[Need.SECOND_EVENT])
def test_an_event_is_left_alone_by_another(run: Run) -> None:
    """One event is set, another to both values, and the first is read and then set as it was."""
    _isolated(run, run.arena.events)


@scenario("arena", "QUALITY-7", needs=[Need.SECOND_QUALITY_PROCESS])
def test_a_quality_process_is_left_alone_by_another(run: Run) -> None:
    """One quality process is marked, another marked and taken back, and the first is read and then set as it was."""
    _isolated(run, run.arena.quality_processes)


@scenario("arena", "EVENT-5", "EVENT-6", "QUALITY-6", "QUALITY-9")
def test_an_update_a_second_later(run: Run) -> None:
    """A second later a time that was wrongly taken anew would differ, and so does the time of a new marking.

    Another object's marking comes in between: what it leaves of the first shows that time too.
    """
    pairs = [refs[:2] for refs in (run.arena.events, run.arena.quality_processes) if refs]
    for first, *others in pairs:
        for value in (False, True):
            run.arena.set(first, value)
        for other in others:
            run.arena.set(other, False)
    time.sleep(CLOCK_STEP)
    for first, *others in pairs:
        for other in others:
            run.arena.set(other, True)
            run.arena.read(first)
        for value in (True, False, True):
            run.arena.set(first, value)


def _set_in_turn(run: Run, ref: Ref) -> None:
    for value in (True, True, False, False, True):
        run.arena.set(ref, value)
        run.arena.read(ref)


def _isolated(run: Run, refs: Sequence[Ref]) -> None:
    """The first two objects, and the third with the first: neighbors, and objects under different parents."""
    first, second, *others = refs
    for kept, changed, value in [(first, second, True), *((other, first, False) for other in others[:1])]:
        run.arena.set(kept, value)
        for change in (not value, value):
            run.arena.set(changed, change)
            run.arena.read(kept)
        run.arena.set(kept, value)


def _both(run: Run, which: slice) -> tuple[Ref, ...]:
    return (*run.arena.events[which], *run.arena.quality_processes[which])
