"""When one JSON schema takes less than another: the question behind every change of a body, a parameter or a header.

Where it cannot be told (a pattern against another one, a condition against another one), the answer is yes in both
directions, so that such a change is never let through unseen. Schemas are those of OpenAPI 3.1 (JSON Schema 2020-12),
and none contains itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.harness.contract import parse_pointer
from tests.harness.exchange import Json

TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")
WORDS = {"$comment", "default", "deprecated", "description", "example", "examples", "externalDocs", "summary", "title"}
"""Keywords that refuse no value."""
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains")
NOTHING_LESS = {"minLength": 0, "minItems": 0, "minProperties": 0}
UNORDERED = ("pattern", "format", "multipleOf", "uniqueItems")
"""Keywords whose values are only ever equal, absent or not comparable."""
KNOWN = {*LOWER, *UPPER, *UNORDERED, *WORDS, "type", "enum", "const", "required", "properties", "items"}
KNOWN |= {"additionalProperties", "allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas"}


@dataclass(frozen=True)
class Side:
    """A schema in the document that its $refs are looked up in."""

    document: Json
    schema: Json

    @property
    def keywords(self) -> dict[str, Json]:
        """The schema as an object, with what a $ref in it leads to; `false` is an object that takes nothing."""
        schema = self.schema
        if isinstance(schema, bool):
            return {} if schema else {"enum": []}
        if "$ref" not in schema:
            return dict(schema)
        own = {key: value for key, value in schema.items() if key != "$ref"}
        return self.at(_found(self.document, schema["$ref"])).keywords | own

    def at(self, schema: Json) -> Side:
        """Another schema of the same document."""
        return Side(self.document, schema)

    def rules(self) -> Json:
        """The schema without words and with every $ref followed, to compare it as a whole."""
        return _rules(self)


def narrowings(old: Side, new: Side) -> Iterator[tuple[str, str]]:
    """Why a value that the old schema takes may be refused by the new one: where in the value, and what is narrower.

    A property that only one of them names, in whatever part of it, is left to `properties_of`.
    """
    return _narrowings(old, new, "", properties_of(old) & properties_of(new))


def properties_of(side: Side, path: str = "") -> set[str]:
    """Every property that a schema names, by its place in the value."""
    schema = side.keywords
    found: set[str] = set()
    for name, value in schema.get("properties", {}).items():
        found |= {f"{path}.{name}"} | properties_of(side.at(value), f"{path}.{name}")
    if "items" in schema:
        found |= properties_of(side.at(schema["items"]), f"{path}[]")
    branches = [branch for keyword in ("allOf", "anyOf", "oneOf") for branch in schema.get(keyword, ())]
    branches += [schema[keyword] for keyword in ("then", "else") if keyword in schema]
    branches += schema.get("dependentSchemas", {}).values()
    return found.union(*(properties_of(side.at(branch), path) for branch in branches))


def _narrowings(old: Side, new: Side, path: str, known: set[str]) -> Iterator[tuple[str, str]]:
    """As `narrowings`, at a place in the value; `known` are the properties that both whole schemas name."""
    before, after = old.keywords, new.keywords
    yield from ((path, text) for text in _narrower_values(before, after))
    for name in sorted(set(after.get("required", ())) - set(before.get("required", ()))):
        yield f"{path}.{name}", "is required"
    inner: list[tuple[str, Json, Json]] = [
        (f"{path}.{name}", before.get("properties", {}).get(name, True), after.get("properties", {}).get(name, True))
        for name in sorted(before.get("properties", {}).keys() | after.get("properties", {}).keys())
        if f"{path}.{name}" in known
    ]
    inner += [
        (path + place, before.get(keyword, True), after.get(keyword, True))
        for keyword, place in (("items", "[]"), ("additionalProperties", ".*"))
    ]
    dependent = before.get("dependentSchemas", {}), after.get("dependentSchemas", {})
    inner += [
        (path, dependent[0].get(name, True), dependent[1].get(name, True)) for name in {**dependent[0], **dependent[1]}
    ]
    for place, one, other in inner:
        if one is not True or other is not True:
            yield from _narrowings(old.at(one), new.at(other), place, known)
    yield from _narrower_choices(old, new, path, known)
    yield from _narrower_conditions(old, new, path, known)
    rules = [found if isinstance(found := side.rules(), dict) else {} for side in (old, new)]
    for keyword in sorted((before.keys() | after.keys()) - KNOWN):
        if not keyword.startswith("x-") and rules[0].get(keyword) != rules[1].get(keyword):
            yield path, f"{keyword} differs"


def _narrower_values(before: dict[str, Json], after: dict[str, Json]) -> Iterator[str]:
    """The keywords that say of one value, whatever it holds, whether it is taken."""
    lost = _types(before) - _types(after)
    if lost:
        yield f"takes no {' and no '.join(type for type in TYPES if type in lost)}"
    allowed = _values(after)
    if allowed is not None:
        known = _values(before)
        if known is None:
            yield f"takes only {allowed}"
        elif any(value not in allowed for value in known):
            yield f"takes no {[value for value in known if value not in allowed]}"
    floor = NOTHING_LESS | before
    for keyword in LOWER:
        if keyword in after and (keyword not in floor or floor[keyword] < after[keyword]):
            yield f"{keyword} is {after[keyword]}"
    for keyword in UPPER:
        if keyword in after and (keyword not in before or before[keyword] > after[keyword]):
            yield f"{keyword} is {after[keyword]}"
    for keyword in UNORDERED:
        if after.get(keyword) and before.get(keyword) != after[keyword]:
            yield f"{keyword} is {after[keyword]}"


def _narrower_choices(old: Side, new: Side, path: str, known: set[str]) -> Iterator[tuple[str, str]]:
    """allOf, anyOf and oneOf: branches that are the same go in pairs, the others by their order."""
    for keyword in ("allOf", "anyOf", "oneOf"):
        before = [old.at(branch) for branch in old.keywords.get(keyword, ())]
        after = [new.at(branch) for branch in new.keywords.get(keyword, ())]
        if not before and not after:
            continue
        if keyword != "allOf" and not before:
            yield path, f"{keyword} is there"
            continue
        if keyword != "allOf" and not after:
            continue
        left = [side for side in before if side.rules() not in [other.rules() for other in after]]
        come = [side for side in after if side.rules() not in [other.rules() for other in before]]
        for one, other in zip(left, come, strict=False):
            yield from _narrowings(one, other, path, known)
        # One more rule that holds with the others takes less; so does one choice fewer.
        if keyword == "allOf" and len(come) > len(left):
            yield path, "allOf has one rule more"
        if keyword != "allOf" and len(left) > len(come):
            yield path, f"{keyword} has one choice fewer"
        # What fits two choices of oneOf is refused.
        if keyword == "oneOf" and len(come) > len(left):
            yield path, "oneOf has one choice more"


def _narrower_conditions(old: Side, new: Side, path: str, known: set[str]) -> Iterator[tuple[str, str]]:
    """if, then and else: with the same condition, what follows from it is compared."""
    before, after = old.keywords, new.keywords
    if "if" not in after:
        return
    if "if" not in before or old.at(before["if"]).rules() != new.at(after["if"]).rules():
        yield path, "a condition is another one" if "if" in before else "a condition is there"
        return
    for keyword in ("then", "else"):
        yield from _narrowings(old.at(before.get(keyword, True)), new.at(after.get(keyword, True)), path, known)


def _types(schema: dict[str, Json]) -> set[str]:
    named = schema.get("type", TYPES)
    types = {named} if isinstance(named, str) else set(named)
    return types | {"integer"} if "number" in types else types


def _values(schema: dict[str, Json]) -> list[Json] | None:
    """The values that a schema allows one by one; None where it does not say."""
    if "const" in schema:
        return [schema["const"]]
    found: list[Json] | None = schema.get("enum")
    return found


def _rules(side: Side) -> Json:
    if isinstance(side.schema, bool):
        return side.schema
    found: dict[str, Any] = {}
    for key, value in side.keywords.items():
        if key in WORDS:
            continue
        if key in ("properties", "dependentSchemas"):
            found[key] = {name: _rules(side.at(inner)) for name, inner in value.items()}
        elif isinstance(value, dict):
            found[key] = _rules(side.at(value))
        elif key in ("allOf", "anyOf", "oneOf"):
            found[key] = [_rules(side.at(inner)) for inner in value]
        else:
            found[key] = value
    return found


def _found(document: Json, pointer: str) -> Json:
    for token in parse_pointer(pointer)[1:]:
        document = document[int(token)] if isinstance(document, list) else document[token]
    return document
