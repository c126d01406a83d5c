"""The examples: each keeps its schema, those of the documents stand as they are, and a correct server agrees."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.harness import batch
from tests.harness.callers import USER_AGENT, Arena, body_of
from tests.harness.contract import Pointer, follow, operation, request_example, resolve, schema_errors
from tests.harness.exchange import (
    OPERATIONS,
    PUT_EVENTS_BATCH,
    RECONCILE_EVENT,
    RECONCILE_QUALITY_PROCESS,
    Exchange,
    Json,
    OperationId,
    Request,
    Response,
)
from tests.harness.history import History
from tests.harness.target import reference_target
from tests.harness.wire import Wire
from tests.reference.app import build_app
from tests.reference.data import API_KEY, BEARER_TOKEN, DATABASE
from tests.reference.server import running

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


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(build_app()) as found:
        yield found


def put(request: Request) -> Exchange:
    wire = Wire()
    answer, _ = wire.send(request)
    wire.close()
    assert isinstance(answer, Response)
    return Exchange(1, request, answer)


def put_batch(url: str, entities: Json, content_type: str = "application/json") -> Exchange:
    headers = (
        ("x-api-key", API_KEY),
        ("Authorization", f"Bearer {BEARER_TOKEN}"),
        ("vbasoftware-database", DATABASE),
        ("User-Agent", USER_AGENT),
        ("Content-Type", content_type),
    )
    return put(Request(PUT_EVENTS_BATCH, "PUT", f"{url}/events-batch", headers, json.dumps(entities).encode()))


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


@pytest.mark.parametrize(
    ("operation_id", "request_name", "answer_name"),
    [
        (RECONCILE_EVENT, "reconcile", "reconciled"),
        (RECONCILE_EVENT, "takeBack", "needsUpdate"),
        (RECONCILE_QUALITY_PROCESS, "reconcile", "reconciled"),
        (RECONCILE_QUALITY_PROCESS, "takeBack", "notReconciled"),
    ],
)
def test_a_correct_server_answers_an_arena_example_with_the_matching_one(
    url: str, operation_id: OperationId, request_name: str, answer_name: str
) -> None:
    whole = reference_target(url)
    target = whole.arena
    assert target is not None
    ref = target.events[0] if operation_id == RECONCILE_EVENT else target.quality_processes[0]
    body = json.dumps(request_example(operation_id, request_name)).encode()

    found = put(Arena(target, put, History(whole)).request(ref, body))

    expected = answer_example(operation_id, "200", answer_name)
    # The time of the marking is the present one, so it alone differs from the document's sample.
    both = {"reconciledDatetime"} & {*expected, *found.json}
    assert found.status == 200
    assert found.json == expected | {name: found.json[name] for name in both}


@pytest.mark.parametrize("operation_id", [RECONCILE_EVENT, RECONCILE_QUALITY_PROCESS])
def test_a_correct_server_refuses_as_the_examples_do(url: str, operation_id: OperationId) -> None:
    whole = reference_target(url)
    target = whole.arena
    assert target is not None
    ref = target.events[0] if operation_id == RECONCILE_EVENT else target.quality_processes[0]
    caller = Arena(target, put, History(whole))
    unknown = (*ref.guids[:-1], (ref.guids[-1][0], "X9TCV8TK7AT1KZNA8V1Q"))

    not_json = put(caller.request(ref, b'{"itemsReconciled": '))
    invalid_guid = put(caller.request(ref, body_of(ref, True), guids=unknown))
    no_session = put(caller.request(ref, body_of(ref, True), session=""))
    not_allowed = put(caller.request(ref, body_of(ref, True), session=target.non_admin_session_id))
    not_supported = put(caller.request(ref, body_of(ref, True), content_type="text/plain"))

    assert (not_json.status, not_json.json) == (400, NOT_JSON)
    assert (invalid_guid.status, invalid_guid.json) == (400, INVALID_GUID)
    for exchange, status in ((no_session, 401), (not_allowed, 403), (not_supported, 415)):
        name = {401: "noSession", 403: "notAdministrator", 415: "unsupportedContentType"}[status]
        example = answer_example(operation_id, str(status), name)
        assert exchange.status == status == example["status"]
        assert exchange.json["errors"][0]["code"] == example["errors"][0]["code"]


def test_a_correct_server_answers_the_batch_examples_with_the_matching_ones() -> None:
    """In the order in which the examples' descriptions tell their story, on a server that knows none of the ids."""
    story = [
        ("minimal", "created"),
        ("minimal", "updated"),
        ("several", "createdAndUpdated"),
        ("empty", "nothingToDo"),
    ]
    with running(build_app()) as url:
        for request_name, answer_name in story:
            found = put_batch(url, request_example(PUT_EVENTS_BATCH, request_name))

            expected = answer_example(PUT_EVENTS_BATCH, "207", answer_name)
            assert found.status == 207
            assert found.json["data"] == expected["data"]
            assert found.json.get("error") is expected.get("error") is None


@pytest.mark.parametrize("name", ["minimal", "full", "nulls", "several", "empty"])
def test_a_correct_server_carries_out_every_batch_example(url: str, name: str) -> None:
    entities = request_example(PUT_EVENTS_BATCH, name)

    found = put_batch(url, entities)

    assert found.status == 207
    assert len(found.json["data"]) == len(entities)
    assert all(batch.done(result) for result in found.json["data"])


@pytest.mark.parametrize("content_type", ["text/json", "application/vnd.events+json"])
def test_a_correct_server_takes_the_batch_under_each_documented_media_type(url: str, content_type: str) -> None:
    assert put_batch(url, request_example(PUT_EVENTS_BATCH, "minimal"), content_type).status == 207


def test_the_full_example_has_every_field_of_the_entity() -> None:
    [entity] = request_example(PUT_EVENTS_BATCH, "full")

    assert len(entity) == 25
    assert None not in entity.values()
