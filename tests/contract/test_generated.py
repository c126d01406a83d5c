"""Requests that are generated from the description: schemathesis' coverage phase, then its fuzzing phase."""

import json

from tests.harness.callers import Ref, operation_of
from tests.harness.contract import entity_schema, schema_errors
from tests.harness.exchange import PUT_EVENTS_BATCH, Json
from tests.harness.generated import coverage_bodies, fuzzed_bodies, within
from tests.harness.run import Run
from tests.harness.scenario import Need, scenario

BATCH = 40
"""Valid generated entities that share one batch; an invalid one has a batch of its own."""
FUZZED = {"quick": 0, "standard": 25, "deep": 500}


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
    bodies = list(coverage_bodies(operation_of(ref)))
    for positive in (True, False):
        count = FUZZED[run.options.profile]
        bodies += fuzzed_bodies(operation_of(ref), run.options.seed, count, positive=positive)
    sent: set[bytes] = set()
    for body in bodies:
        written = json.dumps(body).encode()
        if written not in sent:
            sent.add(written)
            run.arena.put(ref, written)


def _send(run: Run, entities: list[Json]) -> None:
    """Valid entities together, each with an id of its own; every other one alone, so that each has to be refused."""
    ids = run.vba.existing(BATCH)
    valid: list[dict[str, Json]] = []
    sent: set[str] = set()
    for entity in entities:
        left = [ids[len(valid) % len(ids)]]
        moved = within(left, entity)
        written = json.dumps(moved, sort_keys=True)
        if moved is None or written in sent:
            continue
        sent.add(written)
        if isinstance(moved, dict) and not any(schema_errors(entity_schema(), moved)):
            valid.append(moved)
        else:
            run.vba.put([moved])
        if len(valid) == len(ids):
            run.vba.put_each(valid)
            valid = []
    if valid:
        run.vba.put_each(valid)
