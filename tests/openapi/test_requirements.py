"""The catalogue: ids, levels, sources, and the places of the description that state each rule."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import yaml

from tests.harness.contract import (
    ROOT,
    Pointer,
    entity_schema,
    follow,
    parse_pointer,
    requirement_at,
    requirements,
    resolve,
    response_schema,
    schema_errors,
)
from tests.harness.exchange import (
    ARENA_OPERATIONS,
    OPERATIONS,
    PUT_EVENTS_BATCH,
    RECONCILE_EVENT,
    RECONCILE_QUALITY_PROCESS,
    Json,
    OperationId,
)
from tests.openapi.edits import DELETED, changed
from tests.openapi.test_examples import (
    EVENT_RECONCILED,
    NOT_JSON,
    QUALITY_PROCESS_NOT_RECONCILED,
    QUALITY_PROCESS_RECONCILED,
)

GROUPS = {
    "arena": ("ARENA-AUTH", "ARENA-ERROR", "ARENA-HEADER"),
    "event": ("EVENT",),
    "quality": ("QUALITY",),
    "batch": ("BATCH-AUTH", "BATCH"),
    "http": ("HTTP",),
}
SHOULDS = {
    *(f"ARENA-ERROR-{number}" for number in (5, 6, 7, 8, 9)),
    "ARENA-HEADER-7",
    "EVENT-8",
    *(f"QUALITY-{number}" for number in (8, 9, 10)),
    "BATCH-AUTH-4",
    *(f"BATCH-{number}" for number in (13, 14, 15, 16, 17, 18, 19)),
    "HTTP-3",
}
# How many ids of each group reports and waivers may name already: none of them may go.
COUNTS = {
    "ARENA-AUTH": 3,
    "ARENA-ERROR": 9,
    "ARENA-HEADER": 7,
    "EVENT": 9,
    "QUALITY": 11,
    "BATCH-AUTH": 4,
    "BATCH": 19,
    "HTTP": 3,
}
KEYWORDS = ("type", "required", "enum", "const", "format", "minimum", "maximum", "minLength", "maxLength", "minItems")

REVISIONING_EVENT = {
    "creationDateTime": "2021-01-20T17:00:02Z",
    "creator": EVENT_RECONCILED["creator"],
    "eventType": "REVISIONING_EVENT",
    "guid": "6O8RAN8ZMPA6P7NNR3V5",
    "itemsReconciled": True,
    "revisioningEvent": {
        "guid": "BI2L4H2TGJ25O6MMQ3BC",
        "number": "REV-000007",
        "performedOnDateTime": "2021-01-20T17:00:00Z",
    },
    "status": "RECONCILED",
}
ENVELOPE = {
    "data": [{"id": [{"key": "event_ID", "value": 7}], "status": 201, "body": "Created"}],
    "error": {"type": None, "title": None, "status": 500, "detail": None, "instance": None},
    "debug": {"activityID": "a"},
}
ENTITY = {"event_ID": 7, "claim_Audit_Event": True, "process_Automation_Event": False, "reminder": True}


def schema_nodes(place: Pointer, seen: set[Pointer]) -> Iterator[Pointer]:
    """The places of all schemas that a value under this schema may be held against, references followed."""
    place = follow(place)
    if place in seen:
        return
    seen.add(place)
    yield place
    schema = resolve(place)
    for key in ("if", "then", "else", "items"):
        if isinstance(schema.get(key), dict):
            yield from schema_nodes((*place, key), seen)
    for key in ("properties", "dependentSchemas"):
        for name in schema.get(key, {}):
            yield from schema_nodes((*place, key, name), seen)
    for key in ("allOf", "anyOf", "oneOf"):
        for index in range(len(schema.get(key, []))):
            yield from schema_nodes((*place, key, str(index)), seen)


def broken(operation_id: OperationId, schema: Pointer, value: Json) -> set[str | None]:
    return {requirement_at(error.location, operation_id) for error in schema_errors(schema, value)}


@pytest.mark.parametrize("name", GROUPS)
def test_a_file_of_the_catalogue_holds_its_groups_and_each_id_once(name: str) -> None:
    ids = [entry["id"] for entry in yaml.safe_load((ROOT / "requirements" / f"{name}.yaml").read_text("utf-8"))]

    assert len(set(ids)) == len(ids)
    assert {id.rpartition("-")[0] for id in ids} == set(GROUPS[name])


def test_no_file_of_the_catalogue_is_left_out() -> None:
    assert {path.stem for path in (ROOT / "requirements").iterdir()} == set(GROUPS)
    entries = [yaml.safe_load((ROOT / "requirements" / f"{name}.yaml").read_text("utf-8")) for name in GROUPS]

    assert sum(len(entry) for entry in entries) == len(requirements())


def test_every_id_that_was_ever_given_is_there() -> None:
    expected = {f"{group}-{number}" for group, count in COUNTS.items() for number in range(1, count + 1)}

    assert expected <= set(requirements())


def test_each_requirement_has_its_level() -> None:
    assert {id for id, requirement in requirements().items() if requirement.level == "SHOULD"} == SHOULDS
    assert {requirement.level for requirement in requirements().values()} == {"MUST", "SHOULD"}


@pytest.mark.parametrize("id", requirements())
def test_a_requirement_is_whole(id: str) -> None:
    requirement = requirements()[id]

    assert re.fullmatch(r"[A-Z]+(-[A-Z]+)?-[1-9][0-9]*", id)
    assert requirement.statement.endswith(".")
    assert len(requirement.statement) > 30
    assert requirement.source.strip()
    assert requirement.pointers
    assert requirement.operations
    assert set(requirement.operations) <= set(OPERATIONS)


@pytest.mark.parametrize("id", requirements())
def test_a_requirement_speaks_of_the_operations_of_its_group(id: str) -> None:
    expected: dict[str, tuple[OperationId, ...]] = {
        "ARENA": ARENA_OPERATIONS,
        "EVENT": (RECONCILE_EVENT,),
        "QUALITY": (RECONCILE_QUALITY_PROCESS,),
        "BATCH": (PUT_EVENTS_BATCH,),
        "HTTP": OPERATIONS,
    }

    assert requirements()[id].operations == expected[id.partition("-")[0]]


@pytest.mark.parametrize("id", requirements())
def test_the_pointers_of_a_requirement_lead_somewhere(id: str) -> None:
    for text in requirements()[id].pointers:
        assert resolve(parse_pointer(text)) is not None, text


def test_no_two_requirements_claim_one_schema() -> None:
    """An error of validation leads to one requirement, so of two with the same place one would never be named."""
    claimed = [
        (operation_id, pointer)
        for requirement in requirements().values()
        for operation_id in requirement.operations
        for pointer in requirement.pointers
        if "schemas.yaml#" in pointer and not pointer.endswith("/description")
    ]

    assert len(claimed) == len(set(claimed))


@pytest.mark.parametrize(
    ("operation_id", "status"),
    [(RECONCILE_EVENT, "200"), (RECONCILE_QUALITY_PROCESS, "200"), (PUT_EVENTS_BATCH, "207")]
    + [(operation_id, "400") for operation_id in ARENA_OPERATIONS],
)
def test_every_rule_of_an_answers_schema_belongs_to_a_requirement(operation_id: OperationId, status: str) -> None:
    places = list(schema_nodes(response_schema(operation_id, status), set()))
    rules = [(*place, key) for place in places for key in KEYWORDS if key in resolve(place)]

    assert [rule for rule in rules if requirement_at(rule, operation_id) is None] == []
    assert len(rules) > 5


def test_every_rule_of_the_entity_belongs_to_a_requirement() -> None:
    places = list(schema_nodes(entity_schema(), set()))
    rules = [(*place, key) for place in places for key in KEYWORDS if key in resolve(place)]

    found = {requirement_at(rule, PUT_EVENTS_BATCH) for rule in rules}
    assert found == {"BATCH-6", "BATCH-7", "BATCH-16"}


@pytest.mark.parametrize(
    ("value", "requirement"),
    [
        (changed(EVENT_RECONCILED, (("status",), "NEEDS_UPDATE")), "EVENT-3"),
        (changed(EVENT_RECONCILED, (("status",), "reconciled")), "EVENT-3"),
        (changed(EVENT_RECONCILED, (("itemsReconciled",), False)), "EVENT-3"),
        (changed(EVENT_RECONCILED, (("itemsReconciled",), "true")), "EVENT-1"),
        (changed(EVENT_RECONCILED, (("itemsReconciled",), DELETED)), "EVENT-1"),
        (changed(EVENT_RECONCILED, (("status",), DELETED)), "EVENT-1"),
        (changed(EVENT_RECONCILED, (("guid",), "")), "EVENT-1"),
        (changed(EVENT_RECONCILED, (("guid",), 7)), "EVENT-1"),
        (changed(EVENT_RECONCILED, (("creator",), DELETED)), "EVENT-1"),
        (changed(EVENT_RECONCILED, (("creator", "email"), "Heidi")), "EVENT-1"),
        (changed(EVENT_RECONCILED, (("creator", "fullName"), None)), "EVENT-1"),
        (changed(EVENT_RECONCILED, (("creationDateTime",), "2020-03-13")), "EVENT-1"),
        (changed(EVENT_RECONCILED, (("creationDateTime",), 1584139656)), "EVENT-1"),
        (changed(EVENT_RECONCILED, (("eventType",), "OTHER")), "EVENT-1"),
        (changed(EVENT_RECONCILED, (("eventType",), "REVISIONING_EVENT")), "EVENT-1"),
        (changed(EVENT_RECONCILED, (("change",), DELETED)), "EVENT-1"),
        (changed(EVENT_RECONCILED, (("change",), None)), "EVENT-1"),
        (changed(EVENT_RECONCILED, (("change", "category"), "Engineering Change Order")), "EVENT-1"),
        (changed(EVENT_RECONCILED, (("change", "category", "guid"), DELETED)), "EVENT-1"),
        (changed(EVENT_RECONCILED, (("revisioningEvent",), REVISIONING_EVENT["revisioningEvent"])), "EVENT-1"),
        (changed(REVISIONING_EVENT, (("revisioningEvent",), DELETED)), "EVENT-1"),
        (changed(REVISIONING_EVENT, (("revisioningEvent", "performedOnDateTime"), "then")), "EVENT-1"),
        (changed(REVISIONING_EVENT, (("change",), EVENT_RECONCILED["change"])), "EVENT-1"),
        ([EVENT_RECONCILED], "EVENT-1"),
        (None, "EVENT-1"),
    ],
)
def test_what_is_wrong_with_an_event_leads_to_its_requirement(value: Json, requirement: str) -> None:
    assert broken(RECONCILE_EVENT, response_schema(RECONCILE_EVENT, "200"), value) == {requirement}


@pytest.mark.parametrize(
    ("value", "requirement"),
    [
        (changed(QUALITY_PROCESS_RECONCILED, (("reconciledUser",), DELETED)), "QUALITY-4"),
        (changed(QUALITY_PROCESS_RECONCILED, (("reconciledUser",), None)), "QUALITY-4"),
        (changed(QUALITY_PROCESS_RECONCILED, (("reconciledUser", "email"), DELETED)), "QUALITY-4"),
        (changed(QUALITY_PROCESS_RECONCILED, (("reconciledUser", "guid"), "")), "QUALITY-4"),
        (changed(QUALITY_PROCESS_RECONCILED, (("reconciledDatetime",), DELETED)), "QUALITY-4"),
        (changed(QUALITY_PROCESS_RECONCILED, (("reconciledDatetime",), None)), "QUALITY-4"),
        (changed(QUALITY_PROCESS_RECONCILED, (("reconciledDatetime",), "yesterday")), "QUALITY-4"),
        (changed(QUALITY_PROCESS_NOT_RECONCILED, (("reconciledDatetime",), "2021-09-11T01:06:50Z")), "QUALITY-5"),
        (
            changed(
                QUALITY_PROCESS_NOT_RECONCILED, (("reconciledUser",), QUALITY_PROCESS_RECONCILED["reconciledUser"])
            ),
            "QUALITY-5",
        ),
        (changed(QUALITY_PROCESS_RECONCILED, (("preEvent",), {"currentStep": {"guid": "A"}})), "QUALITY-6"),
        (changed(QUALITY_PROCESS_RECONCILED, (("preEvent",), None)), "QUALITY-6"),
        (changed(QUALITY_PROCESS_RECONCILED, (("postEvent",), {})), "QUALITY-6"),
        (changed(QUALITY_PROCESS_RECONCILED, (("postEvent",), "Corrective Action")), "QUALITY-6"),
        (changed(QUALITY_PROCESS_RECONCILED, (("reconciled",), "true")), "QUALITY-1"),
        (changed(QUALITY_PROCESS_RECONCILED, (("guid",), DELETED)), "QUALITY-1"),
        (changed(QUALITY_PROCESS_RECONCILED, (("preEvent",), DELETED)), "QUALITY-1"),
        ({}, "QUALITY-1"),
        (7, "QUALITY-1"),
    ],
)
def test_what_is_wrong_with_a_quality_process_leads_to_its_requirement(value: Json, requirement: str) -> None:
    schema = response_schema(RECONCILE_QUALITY_PROCESS, "200")

    assert broken(RECONCILE_QUALITY_PROCESS, schema, value) == {requirement}


@pytest.mark.parametrize("operation_id", ARENA_OPERATIONS)
@pytest.mark.parametrize(
    "value",
    [
        changed(NOT_JSON, (("status",), "400")),
        changed(NOT_JSON, (("status",), DELETED)),
        changed(NOT_JSON, (("status",), 200)),
        changed(NOT_JSON, (("errors",), [])),
        changed(NOT_JSON, (("errors",), DELETED)),
        changed(NOT_JSON, (("errors",), {"code": 400, "message": "no list"})),
        changed(NOT_JSON, (("errors", 0, "code"), "400")),
        changed(NOT_JSON, (("errors", 0, "code"), DELETED)),
        changed(NOT_JSON, (("errors", 0, "message"), None)),
        "The format of the request is not valid.",
    ],
)
def test_what_is_wrong_with_a_refusal_leads_to_arena_error_1(operation_id: OperationId, value: Json) -> None:
    assert broken(operation_id, response_schema(operation_id, "400"), value) == {"ARENA-ERROR-1"}


@pytest.mark.parametrize(
    ("value", "requirement"),
    [
        (changed(ENVELOPE, (("data", 0, "status"), "201")), "BATCH-9"),
        (changed(ENVELOPE, (("data", 0, "status"), 0)), "BATCH-9"),
        (changed(ENVELOPE, (("data", 0, "status"), DELETED)), "BATCH-9"),
        (changed(ENVELOPE, (("data", 0, "body"), None)), "BATCH-9"),
        (changed(ENVELOPE, (("data", 0, "body"), DELETED)), "BATCH-9"),
        (changed(ENVELOPE, (("data", 0, "id"), [])), "BATCH-9"),
        (changed(ENVELOPE, (("data", 0, "id"), 7)), "BATCH-9"),
        (changed(ENVELOPE, (("data", 0, "id", 0, "key"), 7)), "BATCH-9"),
        (changed(ENVELOPE, (("data", 0), "Created")), "BATCH-9"),
        (changed(ENVELOPE, (("debug", "activityID"), DELETED)), "BATCH-10"),
        (changed(ENVELOPE, (("debug", "activityID"), 7)), "BATCH-10"),
        (changed(ENVELOPE, (("debug",), {"activityId": "a"})), "BATCH-10"),
        (changed(ENVELOPE, (("debug",), None)), "BATCH-10"),
        (changed(ENVELOPE, (("debug",), DELETED)), "BATCH-1"),
        (changed(ENVELOPE, (("data",), {})), "BATCH-1"),
        (changed(ENVELOPE, (("error",), "none")), "BATCH-17"),
        (changed(ENVELOPE, (("error", "status"), "500")), "BATCH-17"),
        (changed(ENVELOPE, (("error", "title"), 7)), "BATCH-17"),
        ([], "BATCH-1"),
    ],
)
def test_what_is_wrong_with_a_batchs_answer_leads_to_its_requirement(value: Json, requirement: str) -> None:
    assert broken(PUT_EVENTS_BATCH, response_schema(PUT_EVENTS_BATCH, "207"), value) == {requirement}


@pytest.mark.parametrize(
    ("value", "requirement"),
    [
        (changed(ENTITY, (("due_Date",), "yesterday")), "BATCH-16"),
        (changed(ENTITY, (("userGroup_Key",), 2**31)), "BATCH-16"),
        (changed(ENTITY, (("reminder",), DELETED)), "BATCH-7"),
        ([ENTITY], "BATCH-7"),
    ],
)
def test_what_is_wrong_with_an_entity_leads_to_its_requirement(value: Json, requirement: str) -> None:
    assert broken(PUT_EVENTS_BATCH, entity_schema(), value) == {requirement}


@pytest.mark.parametrize(
    "value",
    [
        ENVELOPE,
        changed(ENVELOPE, (("data",), DELETED)),
        changed(ENVELOPE, (("data",), None), (("error",), DELETED)),
        changed(ENVELOPE, (("error",), None)),
        changed(ENVELOPE, (("data", 0, "id"), [{}])),
        changed(ENVELOPE, (("data", 0, "id", 0, "value"), {"any": ["thing"]})),
        changed(ENVELOPE, (("more",), 1), (("debug", "more"), 1)),
    ],
)
def test_what_the_document_allows_of_an_envelope_is_taken(value: Json) -> None:
    assert not list(schema_errors(response_schema(PUT_EVENTS_BATCH, "207"), value))


@pytest.mark.parametrize(
    "value",
    [
        EVENT_RECONCILED,
        REVISIONING_EVENT,
        changed(REVISIONING_EVENT, (("change",), None)),
        changed(EVENT_RECONCILED, (("url",), {"api": "https://a.example", "app": "https://b.example"})),
        changed(EVENT_RECONCILED, (("url",), None)),
        changed(EVENT_RECONCILED, (("url",), "https://a.example")),
        changed(EVENT_RECONCILED, (("url",), {"api": None, "more": [1]})),
        changed(EVENT_RECONCILED, (("change", "effectivityType"), "TEMPORARY"), (("change", "more"), [1])),
        changed(EVENT_RECONCILED, (("creationDateTime",), "2020-03-13T22:47:36.123+02:00")),
        changed(EVENT_RECONCILED, (("creator", "email"), "josé@everyroadgps.com")),
    ],
)
def test_what_real_servers_answer_of_an_event_is_taken(value: Json) -> None:
    assert not list(schema_errors(response_schema(RECONCILE_EVENT, "200"), value))


@pytest.mark.parametrize(
    "value",
    [
        QUALITY_PROCESS_RECONCILED,
        QUALITY_PROCESS_NOT_RECONCILED,
        changed(QUALITY_PROCESS_NOT_RECONCILED, (("reconciledDatetime",), None), (("reconciledUser",), None)),
        changed(QUALITY_PROCESS_NOT_RECONCILED, (("preEvent",), None), (("postEvent",), {"guid": "A"})),
        changed(
            QUALITY_PROCESS_NOT_RECONCILED,
            (("preEvent",), {"name": "a", "description": "", "targetCompletionDateTime": None}),
            (("postEvent",), {"name": "b", "description": "c", "targetCompletionDateTime": "2021-12-01T00:00:00Z"}),
        ),
    ],
)
def test_what_real_servers_answer_of_a_quality_process_is_taken(value: Json) -> None:
    assert not list(schema_errors(response_schema(RECONCILE_QUALITY_PROCESS, "200"), value))
