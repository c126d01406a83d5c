"""What one server remembers: fresh for each, changed by one thread, lost when it stops."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.reference.data import EVENTS, QUALITY_PROCESSES, Json

Guids = tuple[str, ...]
"""The GUIDs of a path, in its order."""

RESET_HOUR = 8
"""Midnight Pacific as an hour of UTC, without the hour of summer time: no time zone data is needed."""


@dataclass(slots=True)
class State:
    """The mutable state of one server.

    `events` by (integration, event), `quality_processes` by (integration, event, quality process) and VBA's `entities`
    by event_ID; `remaining` of the `quota` Arena requests are left until `reset_at`. An object is replaced, never
    changed, so an answer that is being written stays what it was.
    """

    events: dict[Guids, Json]
    quality_processes: dict[Guids, Json]
    quota: int
    remaining: int
    reset_at: datetime
    now: Callable[[], datetime]
    entities: dict[int, Json] = field(default_factory=dict)


def new_state(quota: int, now: Callable[[], datetime] | None = None) -> State:
    """The state that a server starts with: the objects of data.py and `quota` Arena requests until the next reset."""
    clock = now or utc_now
    return State(
        events={(integration, event["guid"]): deepcopy(event) for integration, event in EVENTS},
        quality_processes={
            (integration, event, process["guid"]): deepcopy(process)
            for integration, event, process in QUALITY_PROCESSES
        },
        quota=quota,
        remaining=quota,
        reset_at=next_reset(clock()),
        now=clock,
    )


def utc_now() -> datetime:
    """The present time, in UTC."""
    return datetime.now(UTC)


def next_reset(now: datetime) -> datetime:
    """When the quota is next filled again, later than `now`."""
    reset = now.replace(hour=RESET_HOUR, minute=0, second=0, microsecond=0)
    return reset if reset > now else reset + timedelta(days=1)
