"""Sequences over several objects, drawn: what one request leaves shows in the answers to those that follow."""

from tests.harness.run import Run
from tests.harness.scenario import scenario
from tests.harness.sequences import ArenaSequences, BatchSequences, perform_sequences

EVENT = tuple(f"EVENT-{number}" for number in range(1, 9))
QUALITY = tuple(f"QUALITY-{number}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 10))
BATCH = tuple(f"BATCH-{number}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 17, 19))
CALLERS = ("BATCH-AUTH-1", "BATCH-AUTH-2", "BATCH-AUTH-3")


@scenario("arena", *EVENT, *QUALITY, "ARENA-ERROR-1", drawn=True)
def test_sequences_at_arena(run: Run) -> None:
    """Two objects at a time are set, read, and named in requests that must be refused, in any order."""
    perform_sequences(run, ArenaSequences)


@scenario("vba", *BATCH, *CALLERS, drawn=True)
def test_sequences_at_vba(run: Run) -> None:
    """Batches of the same few ids, valid ones and such as must be refused, in any order."""
    perform_sequences(run, BatchSequences)
