"""Requests that are generated: by schemathesis from the description, and by the suite's own generators.

The generators know what each input deserves, and every answer is judged like that of a request written by hand.
"""

import json
from dataclasses import replace

from hypothesis import strategies as st

from tests.harness.callers import (
    KINDS,
    Kind,
    body_of,
    body_of_batch,
    encode,
    flag_of,
    minimal,
    operation_of,
    replace_guid,
)
from tests.harness.contract import entity_schema, schema_errors
from tests.harness.exchange import PUT_EVENTS_BATCH, Json, OperationId, Request
from tests.harness.generated import NOT_SENT, coverage_bodies, fuzzed_bodies, within
from tests.harness.generators import (
    draw,
    drawn_broken,
    drawn_valid,
    misshapen_bodies,
    odd_bodies,
    odd_entities,
    odd_guids,
    odd_header_values,
)
from tests.harness.run import Run
from tests.harness.scenario import in_turn, parts, scenario

FUZZED = 5
"""Bodies of schemathesis' fuzzing phase for each operation, of each mode."""
DRAWN = 25
"""Entities that are drawn to go in one batch."""
ODD = 1
"""Odd inputs that are drawn for each kind at once."""
ALONE = 20
"""Invalid entities that go one by one to a target that refuses batches whole."""


@scenario("arena", "ARENA-ERROR-4", "HTTP-1", drawn=True, parts=parts(kind=KINDS))
def test_generated_bodies(run: Run, kind: Kind) -> None:
    """What schemathesis makes of the schema of the request."""
    ref = run.arena.first(kind)
    # Either endpoint gets its half at first: the two schemas differ in the flag's name alone.
    bodies = _bodies(run, operation_of(ref))[0 if run.round else KINDS.index(kind) :: 1 if run.round else 2]
    for body in dict.fromkeys(json.dumps(body) for body in bodies):
        request = run.arena.request(ref, body.encode())
        if not run.was_sent(request):
            run.send(request)


@scenario("vba", "BATCH-6", "BATCH-7", "HTTP-1", drawn=True)
def test_generated_entities(run: Run) -> None:
    """The entities that schemathesis makes, valid and invalid."""
    bodies = _bodies(run, PUT_EVENTS_BATCH)
    _send(run, [entity for body in bodies if isinstance(body, list) for entity in body])


@scenario("vba", "BATCH-6", "BATCH-1", drawn=True)
def test_drawn_entities_that_are_valid(run: Run) -> None:
    """Entities with any of the optional fields, each null or with any ordinary value."""
    run.vba.put_each(drawn_valid(run.vba.existing(1)[0], run.drawn, DRAWN))


@scenario("vba", "BATCH-7", "BATCH-16", drawn=True)
def test_drawn_entities_with_one_broken_rule(run: Run) -> None:
    """Valid entities but for one rule: a required field absent, a wrong type or format, a number past its type."""
    broken = drawn_broken(run.vba.existing(1)[0], run.drawn, DRAWN)
    run.vba.put_each_invalid([one.entity for one in broken], alone=ALONE)


@scenario("arena", "ARENA-ERROR-4", independent=True, drawn=True, parts=parts(kind=KINDS))
def test_drawn_bodies_without_the_flag(run: Run, kind: Kind) -> list[Request]:
    """JSON of any shape that has no true or false at the flag."""
    ref = run.arena.first(kind)
    bodies = draw(misshapen_bodies(flag_of(ref)), run.drawn, ODD)
    return [run.arena.request(ref, json.dumps(body).encode()) for body in bodies]


@scenario(
    "arena", "HTTP-1", independent=True, drawn=True, parts=in_turn(kind=KINDS, input=["bodies", "GUIDs", "sessions"])
)
def test_drawn_odd_requests_at_arena(run: Run, kind: Kind, input: str) -> list[Request]:
    """Bodies, GUIDs and sessions of which the documents say nothing."""
    ref = run.arena.first(kind)
    right = run.arena.request(ref, body_of(ref, run.arena.other(ref)))

    def with_guid(guid: str) -> Request:
        url = right.url.removesuffix(ref.guids[-1][1]) + encode(guid)
        return replace(right, url=url, guids=replace_guid(ref, -1, guid))

    made: dict[str, st.SearchStrategy[Request]] = {
        "bodies": odd_bodies(right.body).map(lambda body: replace(right, body=body)),
        "GUIDs": odd_guids(ref.guids[-1][1]).map(with_guid),
        "sessions": odd_header_values().map(lambda text: run.arena.request(ref, right.body, session=text or "0")),
    }
    return draw(made[input], run.drawn, ODD)


@scenario(
    "vba", "HTTP-1", independent=True, drawn=True, parts=parts(input=["bodies", "entities", "databases", "media types"])
)
def test_drawn_odd_requests_at_vba(run: Run, input: str) -> list[Request]:
    """Bodies, values and headers of which the documents say nothing."""
    id = run.vba.another()
    body = body_of_batch([minimal(id)])
    vba = run.vba
    made: dict[str, st.SearchStrategy[Request]] = {
        "bodies": odd_bodies(body).map(vba.request),
        "entities": odd_entities(id).map(lambda text: vba.request(b"[" + text + b"]")),
        "databases": odd_header_values().map(lambda text: vba.request(body, database=text or "0")),
        "media types": odd_header_values().map(lambda text: vba.request(body, accept=text)),
    }
    return draw(made[input], run.drawn, ODD)


def _bodies(run: Run, operation: OperationId) -> tuple[Json, ...]:
    """The coverage phase, which is the same each time; in the further rounds of a deep run, the fuzzing phase."""
    if run.round == 0:
        return coverage_bodies(operation)
    right, wrong = (fuzzed_bodies(operation, run.drawn, FUZZED, positive=positive) for positive in (True, False))
    return right + wrong


def _send(run: Run, entities: list[Json]) -> None:
    """Valid entities in batches, and invalid ones so that each has to be refused; none twice."""
    valid: list[dict[str, Json]] = []
    invalid: list[Json] = []
    sent: set[str] = set()
    for entity in entities:
        moved = within(run.vba.another(), entity)
        written = json.dumps(moved, sort_keys=True)
        if moved is not NOT_SENT and written not in sent:
            sent.add(written)
            keeps = isinstance(moved, dict) and not any(schema_errors(entity_schema(), moved))
            (valid if keeps else invalid).append(moved)
    run.vba.put_each(valid)
    run.vba.put_each_invalid(invalid, alone=ALONE)
