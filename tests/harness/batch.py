"""How the answer to a batch is read: its results, and which of them stands for which entity.

The documents leave open how an id is written (the key's letters, number or text, further pairs beside it) and in what
order results come; the functions here read every such form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.harness.exchange import Json
from tests.harness.oracle import EntityReading


def results(envelope: Json) -> list[Json] | None:
    """The results of an answer, none for `data` null or absent; None where the answer is no envelope."""
    if not isinstance(envelope, dict):
        return None
    data = envelope.get("data")
    if data is None:
        return []
    return data if isinstance(data, list) else None


def activity_id(envelope: Json) -> str | None:
    """The answer's debug.activityID, None where it is not there or no text."""
    debug = envelope.get("debug") if isinstance(envelope, dict) else None
    value = debug.get("activityID") if isinstance(debug, dict) else None
    return value if isinstance(value, str) else None


def status(result: Json) -> int | None:
    """The status of a result, None where it is not there or no integer."""
    value = result.get("status") if isinstance(result, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def done(result: Json) -> bool:
    """Whether a result reports its entity as created or updated."""
    found = status(result)
    return found is not None and found < 400


def names(result: Json, id: int) -> bool:
    """Whether the id of a result names the entity `id`: by a pair whose key is event_ID, else by any pair's value."""
    pairs = result.get("id") if isinstance(result, dict) else None
    if not isinstance(pairs, list):
        return False
    objects = [pair for pair in pairs if isinstance(pair, dict)]
    keyed = [pair for pair in objects if _is_event_id(pair.get("key"))]
    return any(_is(pair.get("value"), id) for pair in keyed or objects)


def match(entities: Sequence[EntityReading], found: Sequence[Json]) -> list[Json | None]:
    """For each entity its result, None where there is none.

    An entity with an id takes the next result that names it; one without takes, in order, what no id claims. Where an
    id stands in the batch more often than results name it, its last result stands for the rest (BATCH-14).
    """
    left = list(found)
    matched: list[Json | None] = [None] * len(entities)
    last: dict[int, Json] = {}
    for index, entity in enumerate(entities):
        if entity.id is None:
            continue
        position = next((place for place, result in enumerate(left) if names(result, entity.id)), None)
        if position is not None:
            last[entity.id] = left.pop(position)
        matched[index] = last.get(entity.id)
    for index, entity in enumerate(entities):
        if entity.id is None and left:
            matched[index] = left.pop(0)
    return matched


def _is_event_id(key: Json) -> bool:
    return isinstance(key, str) and re.sub(r"[^a-z]", "", key.lower()) == "eventid"


def _is(value: Json, id: int) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, str):
        return value.strip() == str(id)
    return isinstance(value, int | float) and value == id
