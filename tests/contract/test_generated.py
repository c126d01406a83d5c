"""Requests that are generated from the description: schemathesis' coverage phase, then its fuzzing phase."""

import json

from tests.harness.callers import Ref, operation_of
from tests.harness.contract import entity_schema, schema_errors
from tests.harness.exchange import PUT_EVENTS_BATCH, Json
from tests.harness.generated import NOT_SENT, coverage_bodies, fuzzed_bodies, within
from tests.harness.run import Run
from tests.harness.scenario import Need, scenario

FUZZED = {"quick": 0, "standard": 6, "deep": 500}
"""Bodies of the fuzzing phase for each operation, of each mode."""
ALONE = {"quick": 5, "standard": 20, "deep": 500}
"""Invalid entities that go one by one to a target that refuses batches whole."""


@scenario("arena", "ARENA-ERROR-4", "HTTP-1", needs=[Need.EVENT])
def test_generated_bodies_for_an_event(run: Run) -> None:
    """What the generators make of the schema of the event's request."""
    _generated(run, run.arena.events[0])


@scenario("arena", "ARENA-ERROR-4", "HTTP-1", needs=[Need.QUALITY_PROCESS])
def test_generated_bodies_for_a_quality_process(run: Run) -> None:
    """What the generators make of the schema of the quality process' request."""
    _generated(run, run.arena.quality_processes[0])


@scenario("vba", "BATCH-6", "BATCH-7", "HTTP-1")
def test_generated_entities_at_their_boundaries(run: Run) -> None:
    """The entities of the coverage phase."""
    entities = [entity for body in coverage_bodies(PUT_EVENTS_BATCH) if isinstance(body, list) for entity in body]
    _send(run, entities)


@scenario("vba", "BATCH-6", "BATCH-7", "HTTP-1")
def test_generated_batches(run: Run) -> None:
    """The entities of the fuzzing phase, valid and invalid."""
    for positive in (True, False):
        bodies = fuzzed_bodies(PUT_EVENTS_BATCH, run.options.seed, FUZZED[run.options.profile], positive=positive)
        _send(run, [entity for body in bodies if isinstance(body, list) for entity in body])


def _generated(run: Run, ref: Ref) -> None:
    """The bodies that no scenario before has sent."""
    bodies = [*coverage_bodies(operation_of(ref))]
    for positive in (True, False):
        count = FUZZED[run.options.profile]
        bodies += fuzzed_bodies(operation_of(ref), run.options.seed, count, positive=positive)
    path = run.arena.request(ref).url
    sent = {exchange.request.body for exchange in run.exchanges if exchange.request.url == path}
    for body in bodies:
        written = json.dumps(body).encode()
        if written not in sent:
            sent.add(written)
            run.arena.put(ref, written)


def _send(run: Run, entities: list[Json]) -> None:
    """Valid entities in batches, and invalid ones so that each has to be refused; none twice."""
    valid: list[dict[str, Json]] = []
    invalid: list[Json] = []
    sent: set[str] = set()
    for entity in entities:
        moved = within(run.vba.existing(1)[0], entity)
        written = json.dumps(moved, sort_keys=True)
        if moved is not NOT_SENT and written not in sent:
            sent.add(written)
            keeps = isinstance(moved, dict) and not any(schema_errors(entity_schema(), moved))
            (valid if keeps else invalid).append(moved)
    run.vba.put_each(valid)
    run.vba.put_each_invalid(invalid, alone=ALONE[run.options.profile])
