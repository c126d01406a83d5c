"""What a run leaves changed at its target: the flags that differ from what was first read, and the written entities."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.harness.history import History, Presence
from tests.harness.oracle import FLAGS


@dataclass(frozen=True)
class ChangedObject:
    """An event or a quality process. `before` is None where nobody read it first, `now` where nobody knows."""

    guids: tuple[str, ...]
    flag: str
    before: bool | None
    now: bool | None

    @property
    def words(self) -> str:
        """For a person."""
        was = "was not read before" if self.before is None else f"was {str(self.before).lower()}"
        now = "may have changed" if self.now is None else f"is {str(self.now).lower()}"
        return f"{'/'.join(self.guids)}: {self.flag} {now}, {was}"


@dataclass(frozen=True)
class Left:
    """What a run has left changed."""

    objects: tuple[ChangedObject, ...]
    entities: tuple[range, ...]
    """The event_IDs that were created or overwritten, or may have been."""

    @property
    def words(self) -> list[str]:
        """A line for each object, and one for the entities."""
        found = [one.words for one in self.objects]
        count = sum(map(len, self.entities))
        if count:
            ranges = [str(ids[0]) if len(ids) == 1 else f"{ids[0]} to {ids[-1]}" for ids in self.entities]
            found.append(f"{count} entities were created or overwritten: event_ID {', '.join(ranges)}")
        return found


def left_changed(history: History) -> Left:
    """What the exchanges so far have changed, as far as their answers show."""
    arena = history.target.arena
    named: set[tuple[str, ...]] = set()
    for refs in (arena.events, arena.quality_processes) if arena else ():
        named.update(tuple(guid for _, guid in ref.guids) for ref in refs)
    objects = []
    for key, before in history.begun.items():
        if key[1] not in named:
            continue
        state = history.objects.get(key)
        now = state.flag if state else None
        if key in history.updated and (before is None or now is not before):
            objects.append(ChangedObject(key[1], FLAGS[key[0]], before, now))
    written = [id for id, state in history.entities.items() if state.presence is not Presence.ABSENT]
    return Left(tuple(objects), tuple(_ranges(written)))


def _ranges(ids: Iterable[int]) -> list[range]:
    """The same ids as ranges, in rising order."""
    found: list[range] = []
    for id in sorted(ids):
        if found and id == found[-1].stop:
            found[-1] = range(found[-1].start, id + 1)
        else:
            found.append(range(id, id + 1))
    return found
