"""VBA: what breaks the schema is never reported as done, and what is refused is not applied (Request fields)."""

from collections.abc import Callable

from tests.harness.callers import body_of_batch, full, minimal
from tests.harness.contract import entity_schema, resolve
from tests.harness.exchange import Json, Request
from tests.harness.oracle import entity_properties
from tests.harness.run import Run
from tests.harness.scenario import parts, scenario

NOT_DATE_TIMES = ("yesterday", "2024-13-01T00:00:00Z", "2024-02-30T00:00:00Z", "10:30")
NO_BATCHES: dict[str, Json] = {
    "null": None,
    "true": True,
    "a number": 3,
    "a text": "batch",
    "null in it": [None],
    "a number in it": [1],
    "a text in it": ["entity"],
    "an array in it": [[]],
}
Change = Callable[[bytes], bytes]
NOT_JSON: dict[str, Change] = {
    "empty": lambda right: b"",
    "without its end": lambda right: right[:-1],
    "cut in an entity": lambda right: right[:-2],
    "trailing text": lambda right: right + b" and more",
    "twice": lambda right: right + right,
    "an unquoted key": lambda right: right.replace(b'"reminder"', b"reminder"),
    "a trailing comma": lambda right: right[:-1] + b",]",
    "a comment": lambda right: b"/**/" + right,
    "XML": lambda right: b"<batch/>",
}
MANY = 100
PLACES = {"first": 0, "between": 1, "last": 2}


@scenario("vba", "BATCH-7")
def test_an_entity_that_breaks_the_schema(run: Run) -> None:
    """Each required field absent, each field with each wrong type, null where none is allowed."""
    run.vba.put_each_invalid(invalid_entities(run.vba.existing(1)[0]))


@scenario("vba", "BATCH-7", independent=True, parts=parts(body=NO_BATCHES))
def test_a_batch_that_breaks_the_schema(run: Run, body: Json) -> list[Request]:
    """What stands in place of the array, or of an entity in it."""
    return [run.vba.request(body_of_batch(body))]


@scenario("vba", "BATCH-8", "BATCH-7", parts=parts(place=PLACES))
def test_an_invalid_entity_beside_valid_ones(run: Run, place: int) -> None:
    """An invalid entity first, between and last: afterwards each new id is there, or not, as was reported."""
    ids = run.vba.new(3)
    entities: list[dict[str, Json]] = [minimal(id) for id in ids]
    del entities[place]["reminder"]
    run.vba.put(entities)
    run.vba.put([minimal(id) for id in ids])


@scenario("vba", "BATCH-8", "BATCH-7", parts=parts(value={"a text": "yes", "null": None, "a number": 1}))
def test_an_invalid_new_entity_beside_an_existing_one(run: Run, value: Json) -> None:
    """A new entity with a wrong value, behind a valid existing one: at the end, it does not exist."""
    new, existing = run.vba.new(1)[0], run.vba.existing(1)[0]
    run.vba.put([minimal(existing), minimal(new) | {"claim_Audit_Event": value}])


@scenario("vba", "BATCH-8", "BATCH-7", phase="last")
def test_an_invalid_entity_behind_many_new_ones(run: Run) -> None:
    """An entity without its required fields behind a hundred: what a server that writes in portions finds too late."""
    ids = run.vba.ids.left(MANY)
    run.vba.put([*(minimal(id) for id in ids), {"event_ID": run.vba.existing(1)[0]}])
    run.vba.put([minimal(id) for id in ids])


@scenario("vba", "BATCH-16")
def test_values_past_a_fields_format(run: Run) -> None:
    """Date fields with texts that are no date-times, and integers past int32."""
    id = run.vba.existing(1)[0]
    dates = [name for name, schema in entity_properties().items() if schema.get("format") == "date-time"]
    integers = [
        name for name, schema in entity_properties().items() if "integer" in schema["type"] and name != "event_ID"
    ]
    texts = {name: NOT_DATE_TIMES[index % len(NOT_DATE_TIMES)] for index, name in enumerate(dates)}
    entities = [minimal(id) | {name: text} for name, text in texts.items()]
    entities += [minimal(id) | {"due_Date": text} for text in NOT_DATE_TIMES]
    entities += [minimal(id) | {name: value} for name in integers for value in (2**31, 2**53)]
    run.vba.put_each_invalid(entities)


@scenario("vba", "BATCH-11", "BATCH-8", independent=True, parts=parts(change=NOT_JSON))
def test_a_body_that_is_not_json(run: Run, change: Change) -> list[Request]:
    """Malformed, truncated, with trailing text, empty: refused."""
    right = body_of_batch([minimal(run.vba.new(1)[0])])
    return [run.vba.request(change(right))]


def invalid_entities(id: int) -> list[dict[str, Json]]:
    """Entities with one broken rule each. Where the id itself is wrong, it stays within what it would be taken for."""
    properties = entity_properties()
    required = list(resolve(entity_schema())["required"])
    absent = [{key: value for key, value in full(id).items() if key != name} for name in required]
    wrong = []
    for name, schema in properties.items():
        wrong += [full(id) | {name: value} for value in _wrong_values(id if name == "event_ID" else 7, schema)]
    return absent + wrong


def _wrong_values(number: int, schema: Json) -> list[Json]:
    kinds = schema["type"]
    null: list[Json] = [] if "null" in kinds else [None]
    if "boolean" in kinds:
        return [*null, "true", 1]
    if "integer" in kinds:
        return [*null, str(number), number + 0.5]
    if "number" in kinds:
        return [*null, "62.5", True]
    return [*null, 20240305]
