"""VBA: what a valid batch answers (Create or Update Batch Event: introduction, Request fields, Response 207 fields)."""

from tests.harness.callers import body_of_batch, full, minimal
from tests.harness.exchange import Json, Request
from tests.harness.oracle import entity_properties
from tests.harness.run import Run
from tests.harness.scenario import parts, scenario

ENVELOPE = ("BATCH-1", "BATCH-2", "BATCH-9", "BATCH-10", "BATCH-13", "BATCH-15", "BATCH-17", "BATCH-19")
ACCEPTED = {
    "JSON": "application/json",
    "plain text": "text/plain",
    "JSON as text": "text/json",
    "anything": "*/*",
    "nothing said": None,
}
SIZES = {"none": 0, "250": 250, "999": 999}
LOW_BITS = 2**16
TEXTS = (
    "",
    " ",
    "x",
    "é",
    "Ωμέγα",
    "漢字かな",
    "שלום עולם",
    "a\u0301",
    "🙂",
    "'; --",
    "<b>&amp;</b>",
    "tab\tand\nline",
    '"quoted" \\ back',
)


@scenario("vba", *ENVELOPE, "BATCH-3", "BATCH-4", parts=parts(count={"one": 1, "four": 4}))
def test_a_batch_is_created_and_then_updated(run: Run, count: int) -> None:
    """New entities are created; sent again, as they were and changed, they are updated."""
    ids = run.vba.new(count)
    run.vba.put([minimal(id) for id in ids])
    run.vba.put([minimal(id) for id in ids])
    run.vba.put([full(id) for id in ids])


@scenario("vba", *ENVELOPE, "BATCH-3", "BATCH-4")
def test_a_full_entity_is_created(run: Run) -> None:
    """A new entity with every field is created, and then updated with the required ones alone."""
    id = run.vba.new(1)[0]
    run.vba.put([full(id)])
    run.vba.put([minimal(id)])


@scenario("vba", *ENVELOPE, "BATCH-5", parts=parts(first=["existing", "new"]))
def test_new_and_existing_in_one_batch(run: Run, first: str) -> None:
    """New and existing entities in one batch, in mixed order, each beginning."""
    made, made_too, new, another = run.vba.new(4)
    run.vba.put([minimal(made), minimal(made_too)])
    mixed = (new, made, another, made_too) if first == "new" else (made, new, made_too, another)
    run.vba.put([minimal(id) for id in mixed])


@scenario("vba", "BATCH-6", "BATCH-1")
def test_every_field_may_be_absent_or_null(run: Run) -> None:
    """Each optional field absent, each alone with the required, each nullable one null, and all of them at once."""
    properties = entity_properties()
    required = set(minimal(0))
    optional = [name for name in properties if name not in required]
    nullable = [name for name in optional if "null" in properties[name]["type"]]
    id = run.vba.existing(1)[0]
    absent = [{key: value for key, value in full(id).items() if key != name} for name in optional]
    alone = [minimal(id) | {name: full(id)[name]} for name in optional]
    null = [full(id) | {name: None} for name in nullable]
    run.vba.put_each([*absent, *alone, *null, full(id) | dict.fromkeys(nullable), minimal(id)])


@scenario("vba", "BATCH-6", "BATCH-1")
def test_every_type_takes_its_whole_range(run: Run) -> None:
    """Boundaries of every field: int32, fractions, empty texts, texts of full length, all of Unicode, date-times."""
    base = minimal(run.vba.existing(1)[0])
    entities: list[dict[str, Json]] = []
    for name, schema in entity_properties().items():
        for value in _boundaries(name, schema):
            entities.append(base | {name: value})
    entities += [base | {"subject": text, "meta_Data": text} for text in TEXTS]
    run.vba.put_each(entities)


@scenario("vba", "BATCH-6", independent=True)
def test_a_number_with_an_exponent(run: Run) -> list[Request]:
    """A percentage in the form that JSON has for any number: 1e1."""
    body = body_of_batch([minimal(run.vba.another()) | {"completion_Percent": 77}])
    return [run.vba.request(body.replace(b"77", b"1e1"))]


@scenario("vba", "BATCH-12", "BATCH-2", parts=parts(size=SIZES))
def test_batches_of_none_and_hundreds(run: Run, size: int) -> None:
    """The smallest batch and two of hundreds, the ids falling: results keep the order, they do not make one."""
    run.vba.put([minimal(id) for id in reversed(run.vba.existing(size))])


@scenario("vba", "BATCH-2", "BATCH-3")
def test_ids_that_agree_in_some_digits_are_different_entities(run: Run) -> None:
    """Ids one apart, and one that begins as another does: each is created and updated as itself."""
    ids = run.vba.new(12)
    run.vba.put([minimal(id) for id in (ids[0], ids[11])])
    run.vba.put([minimal(ids[1])])
    run.vba.put([minimal(id) for id in ids])


@scenario("vba", "BATCH-3")
def test_ids_that_agree_in_their_low_bits_are_different_entities(run: Run) -> None:
    """An id that is another one plus 2**16: a server that keeps 16 bits takes it for the same."""
    pair = run.vba.ids.take_pair(LOW_BITS)
    if pair is not None:
        for id in pair:
            run.vba.put([minimal(id)])


@scenario("vba", "BATCH-14", parts=parts(repeated=["existing", "new"]))
def test_a_repeated_id(run: Run, repeated: str) -> None:
    """An id that stands in the batch more than once: an existing one, or a new one beside another new one."""
    if repeated == "existing":
        existing = run.vba.existing(1)[0]
        run.vba.put([minimal(existing), minimal(existing)])
        return
    new, other = run.vba.new(2)
    run.vba.put([minimal(new), minimal(other), full(new)])
    run.vba.put([minimal(new), minimal(other)])


@scenario("vba", "BATCH-1", "BATCH-10", independent=True, parts=parts(accept=ACCEPTED))
def test_each_media_type(run: Run, accept: str | None) -> list[Request]:
    """The envelope as each documented media type, as any, and with no Accept."""
    return [run.vba.request(body_of_batch([full(run.vba.another())]), accept=accept)]


def _boundaries(name: str, schema: Json) -> list[Json]:
    kinds = schema["type"]
    if name == "event_ID":
        return []
    if "boolean" in kinds:
        return [True, False]
    if "integer" in kinds:
        return [0, 1, schema["maximum"]]
    if "number" in kinds:
        return [0, 100, 0.5, 33.33, 0.25, 99.99]
    if schema.get("format") == "date-time":
        return ["2024-02-29T23:59:59Z", "1999-12-31T00:00:00Z", "2024-06-01T12:00:00.123Z", "2024-06-01T12:00:00+02:00"]
    longest = schema["maxLength"]
    return ["", "x" * longest, "é" * longest, "x" * (longest - 1)]
