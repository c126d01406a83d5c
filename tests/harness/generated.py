"""Request bodies that schemathesis generates from the description: its coverage phase and its fuzzing phase.

Only JSON bodies are taken. Paths, credentials and methods are the scenarios' business, because a target's data is real:
an event_ID is moved into the range that the run may write, and one that a lenient server could take for another
number is never sent. schemathesis is imported only where it generates.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.harness.contract import dereferenced, path_of
from tests.harness.exchange import Json, OperationId
from tests.harness.generators import draw
from tests.harness.oracle import entity_properties

KEPT = Path(__file__).parents[2] / "build" / "coverage"
NOT_SENT = "not sent"
"""Stands for an entity that is left out."""
A_DATE_TIME = "2024-03-05T10:30:00Z"


@cache
def coverage_bodies(operation: OperationId) -> tuple[Json, ...]:
    """The bodies of the coverage phase: boundary values and single broken rules. They are the same for every seed.

    They are kept in build/, as schemathesis takes a second to make them.
    """
    kept = KEPT / f"{operation}-{_made_from()}.json"
    try:
        return tuple(json.loads(kept.read_text("utf-8")))
    except (OSError, ValueError):
        made = tuple(_coverage_bodies(operation))
    with suppress(OSError):
        KEPT.mkdir(parents=True, exist_ok=True)
        written = kept.with_suffix(f".{os.getpid()}")
        written.write_text(json.dumps(made), "utf-8")
        written.replace(kept)
    return made


def _made_from() -> str:
    """What the bodies depend on, as a short text: the description, and who generates."""
    description = json.dumps(dereferenced(), sort_keys=True, default=str)
    return hashlib.sha256((version("schemathesis") + description).encode()).hexdigest()[:16]


def _coverage_bodies(operation: OperationId) -> Iterator[Json]:
    from schemathesis.core import NotSet
    from schemathesis.generation import GenerationMode

    api = _schema()
    described = api[path_of(operation)]["put"]
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    config = api.config.generation_for(operation=described)
    seen: set[str] = set()
    for case in api.iter_coverage_cases(described, generation_modes=modes, generation_config=config):
        if case.method == "PUT" and not isinstance(case.body, NotSet | bytes):
            written = json.dumps(case.body, sort_keys=True)
            if written not in seen:
                seen.add(written)
                yield case.body


@lru_cache(maxsize=16)
def fuzzed_bodies(operation: OperationId, seed: int, count: int, *, positive: bool) -> tuple[Json, ...]:
    """`count` bodies of the fuzzing phase, valid to the generator or not; the same for the same seed."""
    if count == 0:
        return ()
    from schemathesis.core import NotSet
    from schemathesis.generation import GenerationMode

    described = _schema()[path_of(operation)]["put"]
    mode = GenerationMode.POSITIVE if positive else GenerationMode.NEGATIVE
    fixed: dict[str, Any] = {
        "path_parameters": {parameter.name: "0" for parameter in described.path_parameters},
        "headers": {parameter.name: "0" for parameter in described.headers},
        "media_type": "application/json",
    }
    cases = draw(described.as_strategy(mode, **fixed), seed, count)
    return tuple(case.body for case in cases if not isinstance(case.body, NotSet | bytes))


def within(id: int, entity: Json) -> Json:
    """The entity with `id` for its own event_ID; NOT_SENT where a lenient server could take it for another's.

    Texts of date fields become a date-time: the generator calls an empty text a valid one.
    """
    if not isinstance(entity, dict):
        return entity
    properties = entity_properties()
    dated = {
        name: A_DATE_TIME if isinstance(value, str) and properties.get(name, {}).get("format") == "date-time" else value
        for name, value in entity.items()
    }
    value = dated.get("event_ID")
    if isinstance(value, int) and not isinstance(value, bool):
        return dated | {"event_ID": id}
    numeric = isinstance(value, bool | float) or (isinstance(value, str) and any(char.isdigit() for char in value))
    return NOT_SENT if numeric else dated


@cache
def _schema() -> Any:
    import schemathesis

    return schemathesis.openapi.from_dict(dereferenced())
