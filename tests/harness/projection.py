"""An object cut down to what the documents name, so that two answers can be compared.

Fields that the documents do not name may differ from answer to answer (a request id, a URL), and one instant may be
written in two ways.
"""

from __future__ import annotations

import datetime
from functools import cache

from tests.harness.contract import Pointer, follow, resolve, response_schema
from tests.harness.exchange import Json, OperationId

NOT_IN_THE_DOCUMENTS = ("url",)
"""Described, because servers send it, but by no document: it may come and go."""


def documented(operation: OperationId, value: Json) -> Json:
    """The documented part of the 200 response of an Arena operation, its date-times as UTC instants."""
    return _project(_with_branches(response_schema(operation, "200")), value)


def _project(schemas: tuple[Pointer, ...], value: Json) -> Json:
    if isinstance(value, dict):
        fields = _fields(schemas)
        return (
            {name: _project(fields[name], value[name]) for name in sorted(value) if name in fields} if fields else value
        )
    if isinstance(value, str) and any(resolve(schema).get("format") == "date-time" for schema in schemas):
        return _instant(value)
    return value


@cache
def _fields(schemas: tuple[Pointer, ...]) -> dict[str, tuple[Pointer, ...]]:
    """For each field of an object that these schemas describe together, the schemas of its value."""
    found: dict[str, tuple[Pointer, ...]] = {}
    for schema in schemas:
        for name, item in resolve(schema).get("properties", {}).items():
            if isinstance(item, dict) and name not in NOT_IN_THE_DOCUMENTS:
                found[name] = (*found.get(name, ()), *_with_branches((*schema, "properties", name)))
    return found


@cache
def _with_branches(place: Pointer) -> tuple[Pointer, ...]:
    """A schema with all those that it is composed of."""
    place = follow(place)
    schema = resolve(place)
    branches = [(*place, key) for key in ("if", "then", "else") if isinstance(schema.get(key), dict)]
    for key in ("allOf", "anyOf", "oneOf"):
        branches += [(*place, key, str(index)) for index in range(len(schema.get(key, ())))]
    branches += [(*place, "dependentSchemas", name) for name in schema.get("dependentSchemas", ())]
    return (place, *(schema for branch in branches for schema in _with_branches(branch)))


def _instant(text: str) -> str:
    try:
        moment = datetime.datetime.fromisoformat(text)
        return text if moment.tzinfo is None else moment.astimezone(datetime.UTC).isoformat()
    except (ValueError, OverflowError):
        return text
