"""The description itself: valid OpenAPI, complete in its references, and exact about every documented field."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from openapi_spec_validator import validate
from openapi_spec_validator.readers import read_from_filename

from tests.harness.contract import (
    ENTRY,
    ROOT,
    Pointer,
    dereferenced,
    entity_schema,
    files,
    follow,
    operation,
    path_of,
    resolve,
    response_schema,
)
from tests.harness.exchange import ARENA_OPERATIONS, OPERATIONS, PUT_EVENTS_BATCH, Json, OperationId

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
INT32 = {"format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1}
DATE_TIME = {"format": "date-time"}


def text(length: int) -> dict[str, int]:
    """What the schema of a text says beside its type."""
    return {"maxLength": length}


# Each field of the entity: its type, whether it takes null, whether it is required, and what else limits it.
ENTITY: dict[str, tuple[str, bool, bool, dict[str, Json]]] = {
    "event_ID": ("integer", False, True, INT32),
    "claim_Audit_Event": ("boolean", False, True, {}),
    "completion_Date": ("string", True, False, DATE_TIME),
    "completion_Percent": ("number", True, False, {}),
    "due_Date": ("string", True, False, DATE_TIME),
    "end_Date": ("string", True, False, DATE_TIME),
    "entry_Date": ("string", False, False, DATE_TIME),
    "entry_User": ("string", True, False, text(20)),
    "event_Processor": ("string", True, False, text(64)),
    "event_Type": ("string", True, False, text(32)),
    "meta_Data": ("string", True, False, text(512)),
    "next_Scheduled_Date": ("string", True, False, DATE_TIME),
    "next_Scheduled_Time": ("string", True, False, DATE_TIME),
    "priority": ("string", True, False, text(32)),
    "process_Automation_Event": ("boolean", False, True, {}),
    "reminder": ("boolean", False, True, {}),
    "reminder_Event_ID": ("integer", True, False, INT32),
    "reportSeries_Key": ("integer", True, False, INT32),
    "start_Date": ("string", True, False, DATE_TIME),
    "status": ("string", True, False, text(32)),
    "subject": ("string", True, False, text(256)),
    "update_Date": ("string", False, False, DATE_TIME),
    "update_User": ("string", True, False, text(20)),
    "userGroup_Key": ("integer", True, False, INT32),
    "user_ID": ("string", True, False, text(16)),
}


def nodes(place: Pointer) -> Iterator[tuple[Pointer, Json]]:
    """Every value below a place of openapi/, with its own place; references are not followed."""
    value = resolve(place)
    yield place, value
    if isinstance(value, dict | list):
        keys = value if isinstance(value, dict) else range(len(value))
        for key in keys:
            yield from nodes((*place, str(key)))


def references() -> list[Pointer]:
    """Every place of openapi/ that holds a $ref."""
    return [
        place
        for name in files()
        for place, value in nodes((name,))
        if isinstance(value, dict) and isinstance(value.get("$ref"), str)
    ]


def test_it_is_valid_under_the_openapi_specification() -> None:
    document, base_uri = read_from_filename(str(ROOT / ENTRY))

    validate(document, base_uri=base_uri)


def test_it_is_valid_as_one_document_too() -> None:
    validate(dereferenced())


def test_its_version_is_openapi_3_1() -> None:
    assert files()[ENTRY]["openapi"].startswith("3.1.")


def test_every_reference_leads_somewhere() -> None:
    found = references()

    for place in found:
        assert follow(place) != place, "/".join(place)
    assert len(found) > 50


def test_every_file_of_components_and_paths_is_used() -> None:
    used = {follow(place)[0] for place in references()} | {ENTRY}

    assert used == set(files())


def test_every_component_is_used() -> None:
    used = {follow(place)[:2] for place in references()}
    first_steps = {resolve(place)["$ref"].partition("#/")[2].split("/")[0] for place in references()}
    unused = [
        f"{name}#/{component}"
        for name, content in files().items()
        if name.startswith("components/")
        for component in content
        if (name, component) not in used and component not in first_steps
    ]

    assert unused == []


def test_it_describes_the_three_operations_and_no_other() -> None:
    found = {
        value["operationId"]: (path, method)
        for path in files()[ENTRY]["paths"]
        for method, value in resolve(follow((ENTRY, "paths", path))).items()
        if method in METHODS
    }

    assert found == {
        "reconcileEvent": ("/outboundintegrations/{integration}/events/{event}", "put"),
        "reconcileQualityProcess": (
            "/outboundevents/{integration}/events/{event}/qualityprocesses/{qualityProcess}",
            "put",
        ),
        "putEventsBatch": ("/events-batch", "put"),
    }
    assert set(found) == set(OPERATIONS)


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_an_operation_is_documented(operation_id: OperationId) -> None:
    described = resolve(operation(operation_id))

    assert all(described[key].strip() for key in ("summary", "description"))
    assert described["tags"] == (["VBA"] if operation_id == PUT_EVENTS_BATCH else ["Arena"])
    assert set(described["tags"]) <= {tag["name"] for tag in files()[ENTRY]["tags"]}
    assert described["requestBody"]
    assert resolve(follow((*operation(operation_id), "requestBody")))["required"] is True


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_parameter_of_a_path_is_described_and_required(operation_id: OperationId) -> None:
    item = operation(operation_id)[:-1]
    found = [resolve(follow((*item, "parameters", str(index)))) for index in range(len(resolve((*item, "parameters"))))]

    in_path = [parameter["name"] for parameter in found if parameter["in"] == "path"]
    assert [f"{{{name}}}" for name in in_path] == [part for part in path_of(operation_id).split("/") if "{" in part]
    assert all(parameter["required"] and parameter["description"] for parameter in found)


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_no_5xx_is_documented(operation_id: OperationId) -> None:
    statuses = resolve((*operation(operation_id), "responses"))

    assert not [status for status in statuses if status.startswith("5") or status == "default"]


def test_every_documented_status_stands() -> None:
    documented: dict[OperationId, set[str]] = {
        "reconcileEvent": {"200", "400"},
        "reconcileQualityProcess": {"200", "400"},
        "putEventsBatch": {"207", "401"},
    }

    for operation_id, statuses in documented.items():
        assert statuses <= set(resolve((*operation(operation_id), "responses")))


@pytest.mark.parametrize("operation_id", ARENA_OPERATIONS)
@pytest.mark.parametrize("status", ["200", "400"])
def test_arena_answers_have_the_documented_headers(operation_id: OperationId, status: str) -> None:
    response = follow((*operation(operation_id), "responses", status))
    names = resolve((*response, "headers"))

    # Content-Type is the key of `content`: OpenAPI ignores a header object of that name.
    assert set(names) == {
        "Content-Length",
        "Date",
        "Server",
        "X-Arena-Next-Request-Limit-Reset",
        "X-Arena-Requests-Remaining",
    }
    assert all(resolve(follow((*response, "headers", name)))["required"] is True for name in names)
    assert list(resolve((*response, "content"))) == ["application/json"]


def test_the_batch_answers_in_three_media_types_with_one_schema() -> None:
    response = follow((*operation(PUT_EVENTS_BATCH), "responses", "207"))
    content = resolve((*response, "content"))

    assert set(content) == {"text/plain", "application/json", "text/json"}
    assert len({follow((*response, "content", media_type, "schema")) for media_type in content}) == 1


def test_the_security_of_each_api_stands() -> None:
    schemes = files()[ENTRY]["components"]["securitySchemes"]

    assert {name: (scheme["type"], scheme.get("in"), scheme.get("name")) for name, scheme in schemes.items()} == {
        "arenaSession": ("apiKey", "header", "arena_session_id"),
        "apiKeyAuth": ("apiKey", "header", "x-api-key"),
        "bearerAuth": ("http", None, None),
    }
    assert schemes["bearerAuth"]["scheme"] == "bearer"
    for operation_id in ARENA_OPERATIONS:
        assert resolve(operation(operation_id))["security"] == [{"arenaSession": []}]
    # One object with both names: each request needs both.
    assert resolve(operation(PUT_EVENTS_BATCH))["security"] == [{"apiKeyAuth": [], "bearerAuth": []}]


def test_the_database_is_a_required_header() -> None:
    item = operation(PUT_EVENTS_BATCH)[:-1]
    parameter = resolve(follow((*item, "parameters", "0")))

    assert (parameter["name"], parameter["in"], parameter["required"]) == ("vbasoftware-database", "header", True)


def test_the_entity_has_its_25_fields_in_the_documents_order() -> None:
    schema = resolve(entity_schema())

    assert list(schema["properties"]) == list(ENTITY)
    assert len(ENTITY) == 25
    assert set(schema["required"]) == {name for name, (_, _, required, _) in ENTITY.items() if required}


@pytest.mark.parametrize("name", ENTITY)
def test_a_field_of_the_entity_has_its_type_nullability_and_limits(name: str) -> None:
    kind, nullable, _, limits = ENTITY[name]

    schema = dict(resolve(follow((*entity_schema(), "properties", name))))

    assert schema.pop("description").strip()
    assert schema == {"type": [kind, "null"] if nullable else kind, **limits}


def test_the_envelope_of_the_batch_has_the_documented_fields() -> None:
    envelope = response_schema(PUT_EVENTS_BATCH, "207")

    def fields(place: Pointer) -> dict[str, Json]:
        schema = resolve(follow(place))
        return {
            name: resolve(follow((*follow(place), "properties", name))).get("type") for name in schema["properties"]
        }

    result = follow((*envelope, "properties", "data", "items"))
    pair = (*result, "properties", "id", "items")
    assert fields(envelope) == {"data": ["array", "null"], "error": ["object", "null"], "debug": "object"}
    assert fields(result) == {"id": "array", "status": "integer", "body": "string"}
    assert fields(pair) == {"key": ["string", "null"], "value": None}
    assert fields((*envelope, "properties", "debug")) == {"activityID": "string"}
    assert fields((*envelope, "properties", "error")) == {
        "type": ["string", "null"],
        "title": ["string", "null"],
        "status": "integer",
        "detail": ["string", "null"],
        "instance": ["string", "null"],
    }
    assert resolve(result)["required"] == ["id", "status", "body"]
    assert resolve(follow((*envelope, "properties", "debug")))["required"] == ["activityID"]


@pytest.mark.parametrize("operation_id", ARENA_OPERATIONS)
def test_objects_of_answers_are_open(operation_id: OperationId) -> None:
    """Real servers add fields, so no schema of an answer may forbid them."""
    schemas = [follow(response_schema(operation_id, status)) for status in ("200", "400")]

    for schema in schemas:
        for place, value in nodes(schema):
            assert not (isinstance(value, dict) and value.get("additionalProperties") is False), "/".join(place)
