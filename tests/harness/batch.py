"""How the answer to a batch is read: its results, and which of them stands for which entity.

The documents leave open how an id is written (the key's letters, number or text, further pairs beside it) and in what
order results come; the functions here read every such form.
"""

from __future__ import annotations

import re
from collections import deque
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
    return id in _named(result)


def match(entities: Sequence[EntityReading], found: Sequence[Json]) -> list[Json | None]:
    """For each entity its result, None where there is none.

    An entity with an id takes the next result that names it; one without takes, in order, what no id claims. Where an
    id stands in the batch more often than results name it, its last result stands for the rest (BATCH-14).
    """
    places: dict[int, deque[int]] = {}
    for place, result in enumerate(found):
        for id in _named(result):
            places.setdefault(id, deque()).append(place)
    taken: set[int] = set()
    matched: list[Json | None] = [None] * len(entities)
    last: dict[int, Json] = {}
    for index, entity in enumerate(entities):
        if entity.id is None:
            continue
        free = places.get(entity.id, deque())
        while free and free[0] in taken:
            free.popleft()
        if free:
            taken.add(free[0])
            last[entity.id] = found[free[0]]
        matched[index] = last.get(entity.id)
    left = deque(place for place in range(len(found)) if place not in taken)
    for index, entity in enumerate(entities):
        if entity.id is None and left:
            matched[index] = found[left.popleft()]
    return matched


def _named(result: Json) -> set[int]:
    """The integers that the id of a result names, in whichever way it is written."""
    pairs = result.get("id") if isinstance(result, dict) else None
    if not isinstance(pairs, list):
        return set()
    objects = [pair for pair in pairs if isinstance(pair, dict)]
    keyed = [pair for pair in objects if _is_event_id(pair.get("key"))]
    values = [_integer(pair.get("value")) for pair in keyed or objects]
    return {value for value in values if value is not None}


def _is_event_id(key: Json) -> bool:
    return isinstance(key, str) and re.sub(r"[^a-z]", "", key.lower()) == "eventid"


def _integer(value: Json) -> int | None:
    """The integer that a value writes, as a number or as a text."""
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"\s*-?[0-9]{1,20}\s*", value) else None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
