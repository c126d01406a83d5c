"""The state of one application: Arena's objects, VBA's events and the daily quota. All of it is safe for threads."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from threading import Lock
from zoneinfo import ZoneInfo

from tests.reference.data import EVENTS, HEIDI, QUALITY_PROCESSES, Json

_PACIFIC = ZoneInfo("America/Los_Angeles")
Guids = tuple[str, ...]


class UnknownGuidError(Exception):
    """A GUID names nothing at its place in the path. The argument is the first such GUID."""


class ArenaStore:
    """Events and quality processes by the GUIDs of their paths; two GUIDs name an event, three a quality process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._objects: dict[Guids, Json] = {(owner, event["guid"]): deepcopy(event) for owner, event in EVENTS}
        for owner, event_guid, process in QUALITY_PROCESSES:
            self._objects[owner, event_guid, process["guid"]] = deepcopy(process)

    def read(self, guids: Guids) -> Json:
        """Return a copy of the object; raise UnknownGuidError."""
        with self._lock:
            return deepcopy(self._find(guids))

    def reconcile_items(self, guids: Guids, desired: bool) -> Json:
        """Set an event's `itemsReconciled` (Arena, PUT Event); one that has the value already stays as it is."""
        with self._lock:
            event = self._find(guids)
            if event["itemsReconciled"] is not desired:
                event.update(itemsReconciled=desired, status="RECONCILED" if desired else "NEEDS_UPDATE")
            return deepcopy(event)

    def reconcile_process(self, guids: Guids, desired: bool) -> Json:
        """Set `reconciled` (Arena, PUT Outbound-Event Event Quality Reconcile).

        A repeated true keeps the first time and user; false removes both.
        """
        with self._lock:
            process = self._find(guids)
            if not desired:
                process.pop("reconciledDatetime", None)
                process.pop("reconciledUser", None)
            elif not process["reconciled"]:
                process["reconciledDatetime"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                process["reconciledUser"] = dict(HEIDI)  # the only administrator that can sign in
            process["reconciled"] = desired
            return deepcopy(process)

    def _find(self, guids: Guids) -> Json:
        for depth in range(1, len(guids) + 1):
            if not any(len(known) == len(guids) and known[:depth] == guids[:depth] for known in self._objects):
                raise UnknownGuidError(guids[depth - 1])
        return self._objects[guids]


class BatchStore:
    """The events of the batch endpoint, by `event_ID`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._events: dict[int, Json] = {}

    def put_all(self, entities: list[Json]) -> list[bool]:
        """Create or update valid entities in their order, as one step; return for each whether it was created."""
        created = []
        with self._lock:
            for entity in entities:
                key = entity["event_ID"]
                created.append(key not in self._events)
                self._events[key] = {**self._events.get(key, {}), **entity}
        return created


class DailyQuota:
    """Calls of one workspace per Pacific day."""

    def __init__(self, calls: int) -> None:
        self._lock = Lock()
        self._calls = calls
        self._remaining = calls
        self._reset = _next_midnight()

    def count(self, calls: int) -> tuple[bool, int, datetime]:
        """Count `calls` (0 to look only); return whether they are within the quota, the calls left, the next reset."""
        with self._lock:
            if datetime.now(UTC) >= self._reset:
                self._remaining, self._reset = self._calls, _next_midnight()
            allowed = calls <= self._remaining
            self._remaining = max(0, self._remaining - calls)
            return allowed, self._remaining, self._reset


def _next_midnight() -> datetime:
    tomorrow = datetime.now(_PACIFIC).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=_PACIFIC)
