"""Whether a schema takes less than another one, shown on small schemas."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.exchange import Json
from tests.openapi.narrowing import Side, narrowings, properties_of

TEXT = {"type": "string"}
A = {"required": ["a"]}
B = {"required": ["b"]}
DOCUMENT = {"components": {"schemas": {"Text": TEXT, "Short": TEXT | {"maxLength": 5}}}}
SHORT = {"$ref": "#/components/schemas/Short"}


def found(old: Json, new: Json) -> list[tuple[str, str]]:
    return list(narrowings(Side(DOCUMENT, old), Side(DOCUMENT, new)))


@pytest.mark.parametrize(
    ("old", "new", "path", "text"),
    [
        ({}, TEXT, "", "takes no null and no boolean"),
        ({"type": ["string", "null"]}, TEXT, "", "takes no null"),
        ({"type": "number"}, {"type": "integer"}, "", "takes no number"),
        (TEXT, {"enum": ["a"]}, "", "takes only ['a']"),
        ({"enum": ["a", "b"]}, {"enum": ["a"]}, "", "takes no ['b']"),
        ({"enum": ["a", "b"]}, {"const": "b"}, "", "takes no ['a']"),
        ({"minimum": 1}, {"minimum": 2}, "", "minimum is 2"),
        ({}, {"exclusiveMaximum": 2}, "", "exclusiveMaximum is 2"),
        ({"maxLength": 3}, {"maxLength": 2}, "", "maxLength is 2"),
        ({}, {"minLength": 1}, "", "minLength is 1"),
        ({}, {"pattern": "a"}, "", "pattern is a"),
        ({"pattern": "b"}, {"pattern": "a"}, "", "pattern is a"),
        ({}, {"uniqueItems": True}, "", "uniqueItems is True"),
        ({}, A, ".a", "is required"),
        ({"properties": {"a": {}}}, {"properties": {"a": TEXT}}, ".a", "takes no null"),
        ({"properties": {"a": {"items": {}}}}, {"properties": {"a": {"items": A}}}, ".a[].a", "is required"),
        ({}, {"items": TEXT}, "[]", "takes no null"),
        ({}, {"additionalProperties": False}, ".*", "takes only []"),
        ({"additionalProperties": {}}, {"additionalProperties": TEXT}, ".*", "takes no null"),
        (True, False, "", "takes only []"),
        ({"allOf": [A]}, {"allOf": [A, B]}, "", "allOf has one rule more"),
        ({"allOf": [A, {"maxLength": 3}]}, {"allOf": [{"maxLength": 2}, A]}, "", "maxLength is 2"),
        ({"anyOf": [A, B]}, {"anyOf": [B]}, "", "anyOf has one choice fewer"),
        ({}, {"oneOf": [A]}, "", "oneOf is there"),
        ({"if": A}, {"if": A, "then": B}, ".b", "is required"),
        ({"if": A, "else": {}}, {"if": A, "else": B}, ".b", "is required"),
        ({"if": A, "then": B}, {"if": B, "then": B}, "", "a condition is another one"),
        ({}, {"if": A, "then": B}, "", "a condition is there"),
        ({}, {"dependentSchemas": {"a": B}}, ".b", "is required"),
        ({"dependentSchemas": {"a": {}}}, {"dependentSchemas": {"a": B}}, ".b", "is required"),
        ({"oneOf": [A]}, {"oneOf": [A, B]}, "", "oneOf has one choice more"),
        ({}, {"not": A}, "", "not differs"),
        ({"not": SHORT}, {"not": {"$ref": "#/components/schemas/Text"}}, "", "not differs"),
        ({"$ref": "#/components/schemas/Text"}, SHORT, "", "maxLength is 5"),
        (SHORT, SHORT | {"maxLength": 4}, "", "maxLength is 4"),
    ],
)
def test_what_takes_less_is_found(old: Json, new: Json, path: str, text: str) -> None:
    assert [(place, words[: len(text)]) for place, words in found(old, new)] == [(path, text)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (TEXT, {}),
        (TEXT, TEXT | {"description": "words", "title": "Text", "examples": ["a"], "default": "a", "x-more": 1}),
        ({"type": "integer"}, {"type": "number"}),
        ({"const": "a"}, {"enum": ["a", "b"]}),
        ({"minimum": 2}, {"minimum": 1}),
        ({}, {"minItems": 0}),
        (A, {}),
        ({"additionalProperties": False}, {}),
        (False, True),
        ({"allOf": [A, B]}, {"allOf": [B]}),
        ({"anyOf": [A]}, {"anyOf": [B, A]}),
        ({"anyOf": [A, B]}, {"anyOf": [B, {}]}),
        ({"anyOf": [A]}, {}),
        ({"if": A, "then": B}, {}),
        ({"if": A, "then": B}, {"if": A}),
        ({"dependentSchemas": {"a": B}}, {}),
        (SHORT, TEXT | {"maxLength": 5}),
        (TEXT | {"maxLength": 5}, SHORT),
    ],
)
def test_what_takes_as_much_or_more_is_let_through(old: Json, new: Json) -> None:
    assert found(old, new) == []


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_a_property_is_found_wherever_a_schema_names_it(keyword: str) -> None:
    named: dict[str, Any] = {"properties": {"a": {"items": {"properties": {"b": {}}}}}}
    wrapped = {keyword: [{"if": {}, "then": {"dependentSchemas": {"c": named}}}]}

    assert properties_of(Side({}, wrapped)) == {".a", ".a[].b"}


def test_a_property_that_only_one_schema_names_takes_no_less() -> None:
    """An object that names one more field took any value there before; nobody sends that."""
    assert found({"properties": {"a": TEXT}}, {"properties": {"a": TEXT, "b": TEXT}}) == []
    assert found({"properties": {"a": TEXT}}, {"properties": {}}) == []
