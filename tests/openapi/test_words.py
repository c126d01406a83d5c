"""The words of the description: nothing is without any, and none only says its own name again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.harness.contract import ENTRY, Pointer, files, follow, operation, resolve
from tests.harness.exchange import OPERATIONS

STOP_WORDS = {
    "a",
    "an",
    "and",
    "as",
    "be",
    "by",
    "for",
    "has",
    "in",
    "is",
    "it",
    "its",
    "of",
    "or",
    "that",
    "the",
    "to",
}
STOP_WORDS |= {"this", "was", "when", "which", "who", "with", "one", "value", "field", "object", "list"}
NEW_WORDS = 3
"""So many words of a description have to be more than its name and the names around it."""


@dataclass(frozen=True)
class Described:
    """A part of the description that has to have words: what it is, where it stands, and the keys that hold them."""

    kind: str
    place: Pointer
    keys: tuple[str, ...] = ("description",)

    @property
    def lacks(self) -> list[str]:
        """The keys without words."""
        value = resolve(self.place)
        return [key for key in self.keys if not isinstance(value.get(key), str) or not value[key].strip()]


def parts() -> dict[Pointer, Described]:
    """Every part of the description that a reader may look up, by its place; references are followed."""
    entry = files()[ENTRY]
    found = [Described("description", (ENTRY, "info"), ("title", "summary", "description"))]
    found += [Described("tag", (ENTRY, "tags", str(index))) for index in range(len(entry["tags"]))]
    schemes = entry["components"]["securitySchemes"]
    found += [Described("security scheme", (ENTRY, "components", "securitySchemes", name)) for name in schemes]
    for operation_id in OPERATIONS:
        found += _operation(operation(operation_id))
    return {part.place: part for part in found}


def _operation(place: Pointer) -> Iterator[Described]:
    item = place[:-1]
    yield Described("path item", item, ("summary",))
    yield Described("operation", place, ("summary", "description"))
    for index in range(len(resolve(item)["servers"])):
        yield Described("server", (*item, "servers", str(index)))
    for index in range(len(resolve(item)["parameters"])):
        yield from _parameter("parameter", follow((*item, "parameters", str(index))))
    yield from _body("request body", follow((*place, "requestBody")))
    for status in resolve(place)["responses"]:
        response = follow((*place, "responses", status))
        yield from _body("response", response)
        for name in resolve(response).get("headers", {}):
            yield from _parameter("header", follow((*response, "headers", name)))


def _parameter(kind: str, place: Pointer) -> Iterator[Described]:
    yield Described(kind, place)
    if "$ref" in resolve(place)["schema"]:
        yield from _schema(follow((*place, "schema")))


def _body(kind: str, place: Pointer) -> Iterator[Described]:
    yield Described(kind, place)
    for media_type, content in resolve(place)["content"].items():
        yield from _schema(follow((*place, "content", media_type, "schema")))
        for name in content.get("examples", {}):
            example = follow((*place, "content", media_type, "examples", name))
            yield Described("example", example, ("summary", "description"))


def _schema(place: Pointer) -> Iterator[Described]:
    """A schema and those below it; if, then and else belong to the words of the schema that they stand in."""
    yield Described("schema", place)
    schema = resolve(place)
    for name in schema.get("properties", {}):
        inner = (*place, "properties", name)
        words_of_its_own = "description" in resolve(inner) or "$ref" not in resolve(inner)
        yield from _property(inner) if words_of_its_own else _schema(follow(inner))
    if "items" in schema:
        yield from _schema(follow((*place, "items")))
    for name in schema.get("dependentSchemas", {}):
        for index in range(len(schema["dependentSchemas"][name]["allOf"])):
            yield from _schema(follow((*place, "dependentSchemas", name, "allOf", str(index))))
    for key in ("allOf", "anyOf", "oneOf"):
        for index, branch in enumerate(schema.get(key, [])):
            inner = (*place, key, str(index))
            if "description" in branch:
                yield Described("schema", inner)
            elif "$ref" in branch:
                yield from _schema(follow(inner))
            # A branch chooses among schemas, which have their words where they stand.
            for name, value in branch.get("properties", {}).items():
                if "$ref" in value:
                    yield from _schema(follow((*inner, "properties", name)))


def _property(place: Pointer) -> Iterator[Described]:
    for part in _schema(place):
        yield Described("property", place) if part.place == place else part


PARTS = parts()
SAYING_MORE = {"property", "parameter", "header", "schema", "response", "request body", "tag", "security scheme"}


def words(text: str) -> set[str]:
    """The words of a text or of a name such as entry_User or postEvent, in lower case."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", text)}


def new_words(place: Pointer, text: str) -> set[str]:
    """What a description says beyond the names that lead to it."""
    return words(text) - {word for token in place[1:] for word in words(token)} - STOP_WORDS


def test_every_part_has_words() -> None:
    without = {"/".join(place): part.lacks for place, part in PARTS.items() if part.lacks}

    assert without == {}


def test_a_description_says_more_than_the_name() -> None:
    thin = {
        "/".join(place): resolve(place)["description"]
        for place, part in PARTS.items()
        if part.kind in SAYING_MORE and len(new_words(place, resolve(place)["description"])) < NEW_WORDS
    }

    assert thin == {}


def test_a_part_without_words_is_found() -> None:
    schema = ("components/arena/schemas.yaml", "StatusFollowsFlag", "if")

    assert Described("schema", schema).lacks == ["description"]


def test_a_description_that_only_says_the_name_again_is_found() -> None:
    place = ("file", "ArenaEvent", "properties", "change", "properties", "title")

    assert len(new_words(place, "The title of the change.")) < NEW_WORDS
    assert len(new_words(place, "What the change is about, in a line by its author.")) >= NEW_WORDS


def test_parts_of_every_kind_are_visited() -> None:
    """A walk that misses a kind of part would find nothing wrong there."""
    counts = {
        kind: sum(part.kind == kind for part in PARTS.values()) for kind in {part.kind for part in PARTS.values()}
    }
    at_least = {"description": 1, "tag": 2, "security scheme": 3, "path item": 3, "operation": 3, "server": 7}
    at_least |= {"parameter": 6, "request body": 3, "response": 16, "header": 8, "schema": 25, "property": 65}
    at_least |= {"example": 40}

    assert set(counts) == set(at_least)
    assert {kind: count for kind, count in counts.items() if count < at_least[kind]} == {}


def test_every_component_is_visited() -> None:
    visited = {place[:2] for place in PARTS}
    components = {(name, key) for name, content in files().items() if name.startswith("components/") for key in content}

    assert components - visited == set()
