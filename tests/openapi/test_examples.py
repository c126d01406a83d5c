"""The examples: each keeps its schema, those of the documents stand as they are, and a correct server agrees."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.contract import Pointer, follow, operation, request_example, resolve, schema_errors
from tests.harness.exchange import (
    OPERATIONS,
    PUT_EVENTS_BATCH,
    RECONCILE_EVENT,
    RECONCILE_QUALITY_PROCESS,
    Json,
    OperationId,
)

CHANGE = {
    "approvedOnDateTime": "2020-03-13T22:47:34Z",
    "category": {
        "categoryName": "Engineering Change Order",
        "categoryPath": "Change\\Change Order\\Engineering Change Order",
        "guid": "7P9SBO90NQ9J2L0778WO",
    },
    "effectiveDateTime": "2020-03-13T22:47:36Z",
    "effectivityType": "PERMANENT",
    "guid": "ZH1K3G1SFI14N5LLP1TU",
    "number": "ECO-000023",
    "title": "Critical Resistor Changes - Batch A",
}
HEIDI = {"email": "hwalker@everyroadgps.com", "fullName": "Heidi Walker", "guid": "WEYH0DYPCFWFYH0JSIPD"}
EVENT = {
    "change": CHANGE,
    "creationDateTime": "2020-03-13T22:47:36Z",
    "creator": HEIDI,
    "eventType": "CHANGE",
    "guid": "4M6P8L6XKNY4N5LLP1T3",
}
EVENT_RECONCILED = EVENT | {"itemsReconciled": True, "status": "RECONCILED"}
EVENT_NEEDS_UPDATE = EVENT | {"itemsReconciled": False, "status": "NEEDS_UPDATE"}
QUALITY_PROCESS = {
    "guid": "UCWFYBWNADWSBUDWPF1I",
    "postEvent": {"currentStep": {"guid": "ZH1K3G1SFI1XGZI1UK6H", "name": "Corrective Action"}},
    "preEvent": {"currentStep": {"guid": "YG0J2F0REH0WFYH0TJ56", "name": "Corrective Action Plan Approved?"}},
}
QUALITY_PROCESS_RECONCILED = QUALITY_PROCESS | {
    "reconciled": True,
    "reconciledDatetime": "2021-09-11T01:06:50Z",
    "reconciledUser": HEIDI,
}
QUALITY_PROCESS_NOT_RECONCILED = QUALITY_PROCESS | {"reconciled": False}
NOT_JSON = {
    "status": 400,
    "errors": [{"code": 400, "message": "The format of the request is not valid. Please check the syntax."}],
}
INVALID_GUID = {"status": 400, "errors": [{"code": 3011, "message": 'The guid "X9TCV8TK7AT1KZNA8V1Q" is not valid.'}]}

SAMPLE_ANSWERS: list[tuple[OperationId, str, str, Json]] = [
    (RECONCILE_EVENT, "200", "reconciled", EVENT_RECONCILED),
    (RECONCILE_EVENT, "200", "needsUpdate", EVENT_NEEDS_UPDATE),
    (RECONCILE_EVENT, "400", "notJson", NOT_JSON),
    (RECONCILE_EVENT, "400", "invalidGuid", INVALID_GUID),
    (RECONCILE_QUALITY_PROCESS, "200", "reconciled", QUALITY_PROCESS_RECONCILED),
    (RECONCILE_QUALITY_PROCESS, "200", "notReconciled", QUALITY_PROCESS_NOT_RECONCILED),
]
# Examples that an operation has at least: requests, answers, parameters, headers and schemas together.
AT_LEAST = {RECONCILE_EVENT: 25, RECONCILE_QUALITY_PROCESS: 25, PUT_EVENTS_BATCH: 20}


def examples(place: Pointer, seen: set[Pointer] | None = None) -> Iterator[tuple[Pointer, Pointer, Json]]:
    """Every example below a place, references followed: where it stands, its schema's place, and its value."""
    seen = set() if seen is None else seen
    place = follow(place)
    value = resolve(place)
    if place in seen or not isinstance(value, dict | list):
        return
    seen.add(place)
    items: dict[str, Json] = value if isinstance(value, dict) else {str(key): item for key, item in enumerate(value)}
    for key, item in items.items():
        here = (*place, key)
        if key == "example":
            yield here, (*place, "schema"), item
        elif key == "examples" and isinstance(item, list):
            yield from (((*here, str(index)), place, one) for index, one in enumerate(item))
        elif key == "examples":
            for name in item:
                yield (*here, name), (*place, "schema"), resolve((*follow((*here, name)), "value"))
        else:
            yield from examples(here, seen)


def answer_example(operation_id: OperationId, status: str, name: str) -> Json:
    """The value of a named example of a documented answer."""
    content = (*follow((*operation(operation_id), "responses", status)), "content", "application/json")
    return resolve((*follow((*content, "examples", name)), "value"))


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_example_keeps_its_schema(operation_id: OperationId) -> None:
    found = list(examples(operation(operation_id)[:-1]))

    wrong = [
        f"{'/'.join(place)}: {error.message}"
        for place, schema, value in found
        for error in schema_errors(schema, value)
    ]
    assert wrong == []
    assert len(found) >= AT_LEAST[operation_id]


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_examples_of_every_kind_are_visited(operation_id: OperationId) -> None:
    """A walk that misses a kind of place would find nothing wrong there."""
    places = [place for place, _, _ in examples(operation(operation_id)[:-1])]
    named = {place[0].rpartition("/")[2] for place in places}

    expected = {"requests.yaml", "responses.yaml", "parameters.yaml", "headers.yaml"}
    assert expected <= named
    if operation_id != PUT_EVENTS_BATCH:
        assert "schemas.yaml" in named


def test_a_wrong_example_would_be_found() -> None:
    place, schema, value = next(
        found for found in examples(operation(RECONCILE_EVENT)[:-1]) if found[0][-1] == "reconciled"
    )

    assert place[0] == "components/arena/responses.yaml"
    assert list(schema_errors(schema, value | {"itemsReconciled": "true"}))


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_request_and_answer_with_json_has_an_example(operation_id: OperationId) -> None:
    bodies = [follow((*operation(operation_id), "requestBody"))]
    bodies += [
        follow((*operation(operation_id), "responses", status))
        for status in resolve((*operation(operation_id), "responses"))
    ]

    for body in bodies:
        assert resolve((*body, "content", "application/json"))["examples"], "/".join(body)


@pytest.mark.parametrize(
    ("operation_id", "sample"),
    [(RECONCILE_EVENT, {"itemsReconciled": True}), (RECONCILE_QUALITY_PROCESS, {"reconciled": True})],
)
def test_the_sample_request_of_the_document_stands(operation_id: OperationId, sample: Json) -> None:
    assert request_example(operation_id, "reconcile") == sample


@pytest.mark.parametrize(("operation_id", "status", "name", "sample"), SAMPLE_ANSWERS)
def test_a_sample_answer_of_the_document_stands(
    operation_id: OperationId, status: str, name: str, sample: Json
) -> None:
    assert answer_example(operation_id, status, name) == sample


def test_the_full_example_has_every_field_of_the_entity() -> None:
    [entity] = request_example(PUT_EVENTS_BATCH, "full")

    assert len(entity) == 25
    assert None not in entity.values()
