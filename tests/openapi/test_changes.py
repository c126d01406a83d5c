"""A description that changed needs the version it has: each kind of change is found, and its part of the version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.docs.bundle import document
from tests.harness.exchange import Json
from tests.openapi.changes import Level, changes
from tests.openapi.edits import DELETED, changed

PRESENT = document()
BATCH = ("paths", "/events-batch")
EVENT = ("paths", "/outboundintegrations/{integration}/events/{event}")
SCHEMAS = ("components", "schemas")
ENTITY = (*SCHEMAS, "VbaEvent")
FIELDS = (*ENTITY, "properties")
ANSWER = (*SCHEMAS, "ArenaEvent")
CHANGE = (*ANSWER, "properties", "change")
RESULT = (*SCHEMAS, "BatchResult")
HEADERS = ("components", "headers")
TRACE = {"name": "trace", "in": "header", "schema": {"type": "string"}}


def at(*path: Any) -> Json:
    """What stands at a place of the present description."""
    value = PRESENT
    for token in path:
        value = value[token]
    return value


def without(value: dict[str, Json] | list[Json], *names: str) -> Json:
    """An object or a list without some of its names."""
    if isinstance(value, dict):
        return {name: item for name, item in value.items() if name not in names}
    return [item for item in value if item not in names]


@dataclass(frozen=True)
class Edit:
    """A place of the description, what stands there instead, and what has to be found."""

    path: tuple[Any, ...]
    value: Json
    found: str

    def applied(self, description: Json = PRESENT) -> Json:
        """A copy of a description with this edit."""
        return changed(description, (self.path, self.value))


def edit(*path: Any, value: Json = DELETED, found: str = "") -> Edit:
    """An edit that sets a value, or takes away what stands there."""
    return Edit(path, value, found)


def renamed() -> Json:
    """The schemas with Debug under another name, and the $ref to it."""
    schemas = changed(at(*SCHEMAS), (("BatchResponse", "properties", "debug", "$ref"), "#/components/schemas/Trace"))
    return without(schemas, "Debug") | {"Trace": schemas["Debug"]}


EXAMPLES = ("components", "responses", "BatchRefused", "content", "application/json", "examples")
MAJOR = {
    "operation gone": edit(*BATCH, "put", found="PUT /events-batch: is gone"),
    "path gone": edit(*BATCH, found="PUT /events-batch: is gone"),
    "operation called otherwise": edit(
        *BATCH, "put", "operationId", value="upsertEvents", found="operationId is upsertEvents"
    ),
    "tag called otherwise": edit(*BATCH, "put", "tags", value=["Batch"], found="tags is ['Batch']"),
    "schema called otherwise": edit(*SCHEMAS, value=renamed(), found="schema Debug: is gone"),
    "server gone": edit(
        *EVENT, "servers", value=at(*EVENT, "servers")[:2], found="server https://api.europe.arenaplm.com/v1 is gone"
    ),
    "parameter gone": edit(*BATCH, "parameters", value=[], found="vbasoftware-database in header: is gone"),
    "parameter called otherwise": edit(
        "components",
        "parameters",
        "Database",
        "name",
        value="database",
        found="vbasoftware-database in header: is gone",
    ),
    "new required parameter": edit(
        *BATCH, "put", "parameters", value=[TRACE | {"required": True}], found="trace in header: is required"
    ),
    "parameter takes less": edit(
        "components",
        "parameters",
        "Database",
        "schema",
        "maxLength",
        value=8,
        found="vbasoftware-database in header: maxLength is 8",
    ),
    "parameter written otherwise": edit(
        "components", "parameters", "Database", "style", value="label", found="in header: style is label"
    ),
    "body written otherwise": edit(
        "components",
        "requestBodies",
        "EventBatch",
        "content",
        "application/json",
        "encoding",
        value={"event_ID": {"contentType": "text/plain"}},
        found="application/json: encoding is",
    ),
    "header written otherwise": edit(
        "components", "headers", "Date", "explode", value=True, found="header Date: explode is True"
    ),
    "callback": edit(*BATCH, "put", "callbacks", value={"done": {}}, found="callbacks is {'done': {}}"),
    "credentials of another kind": edit(
        "components", "securitySchemes", "apiKeyAuth", "name", value="api-key", found="apiKeyAuth: name is api-key"
    ),
    "one more credential": edit(
        *EVENT,
        "put",
        "security",
        value=[{"arenaSession": [], "apiKeyAuth": []}],
        found="security {'arenaSession': []} is gone",
    ),
    "media type of a request gone": edit(
        "components",
        "requestBodies",
        "EventBatch",
        "content",
        "text/json",
        found="request, media type text/json: is gone",
    ),
    "request field gone": edit(*FIELDS, "priority", found="[].priority: is gone"),
    "request field required": edit(
        *ENTITY, "required", value=[*at(*ENTITY, "required"), "subject"], found="[].subject: is required now"
    ),
    "request field takes no null": edit(*FIELDS, "subject", "type", value="string", found="[].subject: takes no null"),
    "request field of another type": edit(
        *FIELDS, "completion_Percent", "type", value=["integer", "null"], found="[].completion_Percent: takes no number"
    ),
    "request text shorter": edit(*FIELDS, "subject", "maxLength", value=255, found="[].subject: maxLength is 255"),
    "request number of a smaller range": edit(
        *FIELDS, "event_ID", "minimum", value=0, found="[].event_ID: minimum is 0"
    ),
    "request field with a new range": edit(
        *FIELDS, "completion_Percent", "maximum", value=100, found="[].completion_Percent: maximum is 100"
    ),
    "request text of a form": edit(
        *FIELDS, "priority", "pattern", value="^[A-Z]*$", found="[].priority: pattern is ^[A-Z]*$"
    ),
    "request text of a format": edit(*FIELDS, "user_ID", "format", value="email", found="[].user_ID: format is email"),
    "request of named values": edit(
        *FIELDS, "priority", "enum", value=["LOW", "HIGH", None], found="[].priority: takes only ['LOW', 'HIGH', None]"
    ),
    "request list not empty": edit(
        *SCHEMAS, "EventBatch", "minItems", value=1, found="application/json: minItems is 1"
    ),
    "request list not long": edit(
        *SCHEMAS, "EventBatch", "maxItems", value=1000, found="application/json: maxItems is 1000"
    ),
    "request object closed": edit(*ENTITY, "additionalProperties", value=False, found="[].*: takes only []"),
    "request by one rule more": edit(
        *ENTITY, "allOf", value=[{"required": ["subject"]}], found="[]: allOf has one rule more"
    ),
    "request by a condition": edit(*ENTITY, "if", value={"required": ["subject"]}, found="[]: a condition is there"),
    "request by a keyword that is not known here": edit(
        *ENTITY, "dependentRequired", value={"subject": ["status"]}, found="[]: dependentRequired differs"
    ),
    "answer gone": edit(*EVENT, "put", "responses", "200", found="answer 200: is gone"),
    "answer that no client knows": edit(
        *EVENT, "put", "responses", "500", value={"description": "Broken."}, found="answer 500: is new"
    ),
    "success that no client knows": edit(
        *EVENT, "put", "responses", "202", value={"description": "Later."}, found="answer 202: is new"
    ),
    "media type of an answer gone": edit(
        "components",
        "responses",
        "BatchProcessed",
        "content",
        "application/json",
        found="answer 207, media type application/json: is gone",
    ),
    "header of an answer gone": edit(
        "components", "responses", "EventUpdated", "headers", "Date", found="header Date: is gone"
    ),
    "header of an answer not certain": edit(
        *HEADERS, "RequestsRemaining", "required", value=False, found="header X-Arena-Requests-Remaining: may be absent"
    ),
    "header of an answer of another type": edit(
        *SCHEMAS,
        "CallsLeft",
        "type",
        value="number",
        found="header X-Arena-Requests-Remaining: no longer: takes no number",
    ),
    "header of an answer of any value": edit(
        *HEADERS, "Server", "schema", "const", found="header Server: no longer: takes only ['ArenaSolutions']"
    ),
    "answer field gone": edit(*ANSWER, "properties", "creator", found=".creator: is gone"),
    "answer field gone deeper": edit(
        *CHANGE, "properties", "category", "properties", "categoryPath", found=".change.category.categoryPath: is gone"
    ),
    "answer field not certain": edit(
        *ANSWER, "required", value=without(at(*ANSWER, "required"), "status"), found=".status: no longer: is required"
    ),
    "answer field may be null": edit(
        *RESULT, "properties", "body", "type", value=["string", "null"], found=".data[].body: no longer: takes no null"
    ),
    "answer field of any type": edit(
        *RESULT, "properties", "body", "type", found=".data[].body: no longer: takes no null and no boolean"
    ),
    "answer with one more value": edit(
        *ANSWER,
        "properties",
        "eventType",
        "enum",
        value=["CHANGE", "REVISIONING_EVENT", "NEW"],
        found=".eventType: no longer: takes no ['NEW']",
    ),
    "answer number of a larger range": edit(
        *RESULT, "properties", "status", "maximum", value=999, found=".data[].status: no longer: maximum is 599"
    ),
    "answer number without a range": edit(
        *RESULT, "properties", "status", "minimum", found=".data[].status: no longer: minimum is 100"
    ),
    "answer text of any format": edit(
        *ANSWER, "properties", "creationDateTime", "format", found=".creationDateTime: no longer: format is date-time"
    ),
    "answer list may be empty": edit(
        *RESULT, "properties", "id", "minItems", found=".data[].id: no longer: minItems is 1"
    ),
    "answer with one choice more": edit(
        *SCHEMAS,
        "QuotaReset",
        "anyOf",
        value=[*at(*SCHEMAS, "QuotaReset", "anyOf"), {"pattern": "^[0-9]+$"}],
        found="no longer: anyOf has one choice fewer",
    ),
    "answer by another condition": edit(
        *SCHEMAS,
        "StatusFollowsFlag",
        "if",
        "properties",
        "itemsReconciled",
        "const",
        value=False,
        found="no longer: a condition is another one",
    ),
    "answer by a weaker consequence": edit(
        *SCHEMAS,
        "StatusFollowsFlag",
        "then",
        "properties",
        "status",
        value={},
        found=".status: no longer: takes only ['RECONCILED']",
    ),
    "answer by no consequence": edit(
        *SCHEMAS, "StatusFollowsFlag", "then", found=".status: no longer: takes only ['RECONCILED']"
    ),
    "answer by a consequence less": edit(
        *SCHEMAS,
        "StatusFollowsFlag",
        "then",
        "properties",
        "status",
        found=".status: no longer: takes only ['RECONCILED']",
    ),
    "example gone": edit(
        *EXAMPLES,
        "notAnArray",
        found="example notAnArray: is gone",
    ),
}
MINOR = {
    "new path": edit("paths", "/health", value={"get": {"operationId": "health", "responses": {}}}),
    "new operation": edit(*BATCH, "get", value={"operationId": "readEvents", "responses": {}}),
    "operation is deprecated": edit(*BATCH, "put", "deprecated", value=True),
    "new schema": edit(*SCHEMAS, "Page", value={"type": "object"}),
    "new server": edit(*BATCH, "servers", value=[*at(*BATCH, "servers"), {"url": "https://b.example"}]),
    "new optional parameter": edit(*BATCH, "put", "parameters", value=[TRACE]),
    "parameter is optional": edit("components", "parameters", "Database", "required", value=False),
    "parameter takes more": edit("components", "parameters", "Database", "schema", "minLength"),
    "other credentials are enough": edit(
        *BATCH, "put", "security", value=[*at(*BATCH, "put", "security"), {"bearerAuth": []}]
    ),
    "new media type of a request": edit(
        "components", "requestBodies", "EventBatch", "content", "application/x-ndjson", value={"schema": True}
    ),
    "request body is optional": edit("components", "requestBodies", "EventBatch", "required", value=False),
    "new optional field of a request": edit(*FIELDS, "color", value={"type": "string"}),
    "request field is optional": edit(*ENTITY, "required", value=without(at(*ENTITY, "required"), "reminder")),
    "request field takes null": edit(*FIELDS, "entry_Date", "type", value=["string", "null"]),
    "request text longer": edit(*FIELDS, "subject", "maxLength", value=512),
    "request number of any range": edit(*FIELDS, "userGroup_Key", "maximum"),
    "status of its own for what 4XX said": edit(
        *EVENT, "put", "responses", "404", value={"$ref": "#/components/responses/ArenaOtherRefusal"}
    ),
    "new media type of an answer": edit(
        "components", "responses", "BatchProcessed", "content", "application/cbor", value={"schema": True}
    ),
    "new header of an answer": edit(
        "components", "responses", "EventUpdated", "headers", "ETag", value={"schema": {"type": "string"}}
    ),
    "header of an answer is certain": edit(*HEADERS, "Allow", "required", value=True),
    "new field of an answer": edit(*ANSWER, "properties", "color", value={"type": "string"}),
    "answer field is certain": edit(*SCHEMAS, "BatchResponse", "required", value=["data", "debug"]),
    "answer field is never null": edit(*SCHEMAS, "BatchResponse", "properties", "data", "type", value="array"),
    "answer with a value less": edit(*ANSWER, "properties", "eventType", "enum", value=["CHANGE"]),
    "answer number of a smaller range": edit(*RESULT, "properties", "status", "minimum", value=200),
    "answer by one rule more": edit(*RESULT, "allOf", value=[{"required": ["body"]}]),
}
PATCH = {
    "words of an operation": edit(*BATCH, "put", "description", value="Takes events."),
    "words of a field": edit(*FIELDS, "subject", "description", value="What it is about."),
    "words of the description": edit("info", "description", value="Three endpoints."),
    "value of an example": edit("components", "examples", "Created", "value", "debug", "activityID", value="a"),
    "new example": edit(
        *EXAMPLES,
        "empty",
        value={"value": 1},
    ),
}


def levels(new: Json) -> set[Level]:
    return {change.level for change in changes(PRESENT, new)}


def test_a_description_has_no_changes_against_itself() -> None:
    assert changes(PRESENT, document()) == []


def test_the_version_alone_is_no_change() -> None:
    assert changes(PRESENT, edit("info", "version", value="9.9.9").applied()) == []


@pytest.mark.parametrize("name", MAJOR)
def test_what_a_client_may_fail_at_is_a_major_change(name: str) -> None:
    found = [str(change) for change in changes(PRESENT, MAJOR[name].applied()) if change.level == "major"]

    assert MAJOR[name].found
    assert [text for text in found if MAJOR[name].found in text]


@pytest.mark.parametrize("name", MINOR)
def test_what_no_client_fails_at_is_a_minor_change(name: str) -> None:
    assert levels(MINOR[name].applied()) == {"minor"}


@pytest.mark.parametrize("name", PATCH)
def test_words_and_new_examples_are_a_patch(name: str) -> None:
    assert levels(PATCH[name].applied()) == {"patch"}


def test_a_schema_in_a_component_is_the_same_as_where_it_stood() -> None:
    inline = edit(*RESULT, "properties", "status", value={"$ref": "#/components/schemas/Status"}).applied()
    moved = edit(*SCHEMAS, "Status", value=at(*RESULT, "properties", "status")).applied(inline)

    assert [str(change) for change in changes(PRESENT, moved)] == ["minor: components, schema Status: is new"]


def test_a_change_says_where_it_is_and_what() -> None:
    shorter = edit(*FIELDS, "subject", "maxLength", value=100).applied()

    assert str(changes(PRESENT, shorter)[0]) == (
        "major: PUT /events-batch, request, media type application/json, [].subject: maxLength is 100"
    )


def test_the_gravest_change_comes_first() -> None:
    mixed = MAJOR["request field gone"].applied(MINOR["new optional field of a request"].applied())

    assert [change.level for change in changes(PRESENT, mixed)] == ["major"] * 3 + ["minor"] * 3
