"""The contract as the suite reads it: places of openapi/, validation, and the requirement behind an error."""

from __future__ import annotations

import json

import pytest

from tests.harness.contract import (
    ENTRY,
    Pointer,
    dereferenced,
    entity_schema,
    files,
    follow,
    operation,
    parse_pointer,
    path_of,
    request_example,
    requirement_at,
    requirements,
    resolve,
    response_schema,
    schema_errors,
)
from tests.harness.exchange import PUT_EVENTS_BATCH, RECONCILE_EVENT, RECONCILE_QUALITY_PROCESS, Json, OperationId
from tests.suite.exchanges import EVENT, PROCESS, envelope, result, shown

ARENA = "components/arena/schemas.yaml"
VBA = "components/vba/schemas.yaml"
EVENT_SCHEMA = response_schema(RECONCILE_EVENT, "200")


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("openapi.yaml", ("openapi.yaml",)),
        ("openapi.yaml#", ("openapi.yaml",)),
        ("a/b.yaml#/c/0/d", ("a/b.yaml", "c", "0", "d")),
        ("a.yaml#/paths/~1events-batch/put", ("a.yaml", "paths", "/events-batch", "put")),
        ("a.yaml#/a~0b", ("a.yaml", "a~b")),
        ("a.yaml#/a~01b", ("a.yaml", "a~1b")),
        ("a.yaml#/%7Bevent%7D", ("a.yaml", "{event}")),
    ],
)
def test_a_place_is_read_as_a_file_and_a_json_pointer(text: str, pointer: Pointer) -> None:
    assert parse_pointer(text) == pointer


def test_every_file_has_one_name() -> None:
    assert ENTRY in files()
    assert {ARENA, VBA} <= set(files())
    assert not [name for name in files() if name.startswith(("requirements", "/")) or ".." in name]


def test_a_place_gives_what_stands_there() -> None:
    assert resolve((ENTRY, "openapi")) == "3.1.1"
    assert resolve((ARENA, "ArenaEvent", "required", "0")) == "creationDateTime"


@pytest.mark.parametrize("pointer", [(ENTRY, "nothing"), ("nothing.yaml",), (ARENA, "ArenaEvent", "required", "99")])
def test_a_place_where_nothing_stands_is_an_error(pointer: Pointer) -> None:
    with pytest.raises((KeyError, IndexError)):
        resolve(pointer)


def test_references_are_followed_over_files() -> None:
    assert follow((ENTRY, "paths", "/events-batch")) == ("paths/events-batch.yaml",)
    assert follow(("paths/event.yaml", "put", "responses", "200")) == (
        "components/arena/responses.yaml",
        "EventUpdated",
    )


def test_references_are_followed_within_a_file() -> None:
    rules = (ARENA, "ArenaEvent", "dependentSchemas", "itemsReconciled", "allOf")

    assert follow((*rules, "0")) == (ARENA, "StatusFollowsFlag")


def test_a_place_without_a_reference_is_itself() -> None:
    assert follow((ARENA, "ArenaEvent")) == (ARENA, "ArenaEvent")


@pytest.mark.parametrize(
    ("operation_id", "file"),
    [
        (RECONCILE_EVENT, "paths/event.yaml"),
        (RECONCILE_QUALITY_PROCESS, "paths/quality-process.yaml"),
        (PUT_EVENTS_BATCH, "paths/events-batch.yaml"),
    ],
)
def test_an_operation_is_found_by_its_id(operation_id: OperationId, file: str) -> None:
    assert operation(operation_id) == (file, "put")
    assert follow((ENTRY, "paths", path_of(operation_id))) == (file,)


def test_the_schemas_of_answers_and_of_the_entity_are_found() -> None:
    assert follow(EVENT_SCHEMA) == (ARENA, "ArenaEvent")
    assert follow(response_schema(RECONCILE_EVENT, "400")) == (ARENA, "ArenaError")
    assert follow(response_schema(PUT_EVENTS_BATCH, "207", "text/plain")) == (VBA, "BatchResponse")
    assert entity_schema() == (VBA, "VbaEvent")


@pytest.mark.parametrize(("status", "media_type"), [("500", "application/json"), ("200", "text/html")])
def test_an_answer_that_is_not_documented_has_no_schema(status: str, media_type: str) -> None:
    with pytest.raises(KeyError):
        response_schema(RECONCILE_EVENT, status, media_type)


def test_an_example_is_found_by_its_name() -> None:
    assert request_example(RECONCILE_EVENT, "takeBack") == {"itemsReconciled": False}
    with pytest.raises(KeyError):
        request_example(RECONCILE_EVENT, "nothing")


def test_a_value_that_keeps_its_schema_has_no_errors() -> None:
    assert list(schema_errors(EVENT_SCHEMA, shown(EVENT, True))) == []
    assert list(schema_errors(response_schema(PUT_EVENTS_BATCH, "207"), envelope(result(7)))) == []


def test_an_error_says_where_in_the_value_and_where_in_openapi() -> None:
    value = shown(EVENT, True, creator={"email": "a@b", "fullName": "A B", "guid": 7})

    [error] = schema_errors(EVENT_SCHEMA, value)

    assert error.path == ("creator", "guid")
    assert error.value == 7
    assert error.keyword == "type"
    assert error.location == (ARENA, "ArenaEvent", "properties", "creator", "properties", "guid", "type")
    assert "7" in error.message


def test_the_place_of_an_error_stands_in_the_description() -> None:
    wrong: list[Json] = [
        {},
        shown(EVENT, True, status="OPEN"),
        shown(EVENT, True, change=None),
        shown(EVENT, True, creationDateTime="then"),
    ]

    for value in wrong:
        errors = list(schema_errors(EVENT_SCHEMA, value))
        assert errors
        for error in errors:
            assert resolve(error.location) is not None
            assert error.location[-1] == error.keyword


def test_an_error_behind_a_reference_has_the_place_that_it_leads_to() -> None:
    [error] = schema_errors(EVENT_SCHEMA, shown(EVENT, True, status="NEEDS_UPDATE"))

    assert error.location == (ARENA, "StatusFollowsFlag", "then", "properties", "status", "const")


def test_every_error_of_a_value_is_given() -> None:
    errors = list(schema_errors(EVENT_SCHEMA, shown(EVENT, True, guid=7, eventType=7, creator=7)))

    assert {error.path for error in errors} >= {("guid",), ("eventType",), ("creator",)}


@pytest.mark.parametrize("value", ["2020-03-13", "2020-13-13T22:47:36Z", "then", ""])
def test_formats_are_held(value: str) -> None:
    [error] = schema_errors(EVENT_SCHEMA, shown(EVENT, True, creationDateTime=value))

    assert error.keyword == "format"


@pytest.mark.parametrize(
    ("email", "kept"), [("a@b", True), ("josé@büro.example", True), ("", False), ("nobody", False)]
)
def test_an_address_outside_ascii_is_one(email: str, kept: bool) -> None:
    creator = shown(EVENT, True)["creator"] | {"email": email}

    assert (not list(schema_errors(EVENT_SCHEMA, shown(EVENT, True, creator=creator)))) is kept


@pytest.mark.parametrize(
    "value", [None, True, 7, 7.5, float("nan"), float("inf"), 10**400, "text", [], [[]], {}, {"a": {}}]
)
def test_a_value_of_any_kind_can_be_validated(value: Json) -> None:
    """What a target answers is read by Python, so it may hold what JSON does not have."""
    assert list(schema_errors(EVENT_SCHEMA, value))
    list(schema_errors(EVENT_SCHEMA, shown(EVENT, True, more=value)))


def test_an_error_leads_to_the_requirement_with_the_longest_pointer() -> None:
    user = (ARENA, "QualityProcess", "properties", "reconciledUser")

    assert requirement_at((ARENA, "QualityProcess", "required"), RECONCILE_QUALITY_PROCESS) == "QUALITY-1"
    assert requirement_at((*user, "properties", "guid", "type"), RECONCILE_QUALITY_PROCESS) == "QUALITY-4"
    assert requirement_at((ARENA, "MarkFollowsFlag", "then", "required"), RECONCILE_QUALITY_PROCESS) == "QUALITY-4"
    assert requirement_at((ARENA, "MarkFollowsFlag", "if"), RECONCILE_QUALITY_PROCESS) == "QUALITY-1"


def test_a_pointer_covers_whole_steps_of_a_place() -> None:
    assert requirement_at((ARENA, "ArenaEvent"), RECONCILE_EVENT) == "EVENT-1"
    assert requirement_at((ARENA, "ArenaEventX"), RECONCILE_EVENT) is None


def test_a_requirement_of_another_operation_does_not_apply() -> None:
    assert requirement_at((ARENA, "ArenaEvent", "required"), RECONCILE_QUALITY_PROCESS) is None
    assert requirement_at((VBA, "BatchResult"), RECONCILE_EVENT) is None


def test_a_place_that_no_requirement_states_leads_to_none() -> None:
    assert requirement_at((ENTRY, "openapi"), RECONCILE_EVENT) is None


def test_the_whole_description_can_stand_without_references() -> None:
    written = json.dumps(dereferenced())

    assert '"$ref"' not in written
    assert set(dereferenced()["paths"]) == set(files()[ENTRY]["paths"])
    # Dereferencing makes a document of its own: the files stay as they are.
    assert "$ref" in resolve((ENTRY, "paths", "/events-batch"))


def test_the_catalogue_keeps_the_order_of_its_files_and_lines() -> None:
    ids = list(requirements())

    assert ids[0] == "ARENA-AUTH-1"
    assert ids[-1] == "HTTP-3"
    assert [id.partition("-")[0] for id in ids] == sorted(
        (id.partition("-")[0] for id in ids), key=["ARENA", "EVENT", "QUALITY", "BATCH", "HTTP"].index
    )


def test_a_statement_is_one_line() -> None:
    assert not [one.id for one in requirements().values() if "\n" in one.statement or "  " in one.statement]


def test_a_quality_process_of_each_form_keeps_the_schema() -> None:
    schema = response_schema(RECONCILE_QUALITY_PROCESS, "200")

    for value in (True, False):
        assert list(schema_errors(schema, shown(PROCESS, value))) == []
