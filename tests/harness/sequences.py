"""Sequences of requests over several objects: drawn, held against the model, and cut to the shortest that fails.

The model is the history, and the checks are what holds an answer against it: a machine only draws which request comes
next. It is drawn as a whole before anything is sent, so what a target answers, or that it is gone, never changes it.
What was found is sent again with steps left out. That is done here and not by hypothesis: its shrinker works on the
choices behind the steps, and takes more requests than a run has for it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, ClassVar, Literal, Protocol, get_args

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.harness.callers import (
    OBJECTS,
    Kind,
    Ref,
    body_of,
    body_of_batch,
    flag_of,
    full,
    minimal,
    replace_guid,
)
from tests.harness.contract import requirements
from tests.harness.exchange import Exchange, Finding, Json, Request
from tests.harness.generators import Broken, broken_entities, valid_entities
from tests.harness.ids import BULK
from tests.harness.run import Run
from tests.harness.target import ArenaTarget, EventRef

SEQUENCES = 2
"""Sequences that are drawn for each API, of requests that may find nothing new."""
ARENA_STEPS = 7
"""Requests that are drawn for a sequence; its two objects are read before, where need be, and after them."""
BATCH_STEPS = 10
"""Batches that are drawn for a sequence; one more shows what they left."""
SHRINKING = 120
"""Requests for each API that may be spent on finding the shortest sequence."""
IDS = 5
"""Entities of a sequence: the first is one that every run writes again, the others are new."""
BODY = 1500
"""Characters of a drawn entity: its curl line has to stay one that can be pasted."""

Refusal = Literal[
    "no session",
    "an unknown session",
    "another user",
    "an unknown GUID",
    "another parent",
    "no JSON",
    "no flag",
    "another media type",
]
Caller = Literal["all credentials", "no API key", "no token", "no database"]
UNKNOWN_SESSION = "0123456789ABCDEF01234567"
UNKNOWN_GUID = "X9TCV8TK7AT1KZNA8V1Q"
WITHOUT: dict[Caller, dict[str, Any]] = {
    "all credentials": {},
    "no API key": {"api_key": ""},
    "no token": {"authorization": ""},
    "no database": {"database": ""},
}


Place = tuple[Kind, int]
"""One of the objects of a kind."""


@dataclass
class Names:
    """What the steps of one sequence stand for at the target."""

    run: Run
    ids: dict[int, int] = field(default_factory=dict)

    def ref(self, place: Place) -> Ref:
        """One of the named objects: of the kind, where one is named."""
        kind, index = place
        named = self.run.arena.named(kind) or self.run.arena.objects
        return named[index % len(named)]

    def id(self, place: int) -> int:
        """The id of an entity, the same for the same place: a new one, but for the first place."""
        if place not in self.ids:
            new = next(self.run.vba.spare, None) if place else None
            self.ids[place] = self.run.vba.existing(BULK)[-1 - place] if new is None else new
            if new is None:
                self.run.history.forget_entities([self.ids[place]])
        return self.ids[place]


class Step(Protocol):
    """One request of a sequence."""

    @property
    def place(self) -> Place | None:
        """Which of Arena's objects it is about."""

    def request(self, names: Names) -> Request | None:
        """The request; None where the target lacks what it takes."""


@dataclass(frozen=True)
class ArenaStep:
    """Set the object's flag, or, where no value is given, read it; with a refusal, a request that must be refused."""

    place: Place
    value: bool | None
    refusal: Refusal | None = None

    def request(self, names: Names) -> Request | None:
        """The request; None for a reading or a refusal that the target does not give the means for."""
        ref, arena = names.ref(self.place), names.run.arena
        if self.value is None:
            return arena.request(ref, method="GET") if arena.target.read_back else None
        right = body_of(ref, self.value)
        match self.refusal:
            case "no session":
                return arena.request(ref, right, session="")
            case "an unknown session":
                return arena.request(ref, right, session=UNKNOWN_SESSION)
            case "another user":
                other = arena.target.non_admin_session_id
                return None if other is None else arena.request(ref, right, session=other)
            case "an unknown GUID":
                return arena.request(ref, right, guids=replace_guid(ref, -1, UNKNOWN_GUID))
            case "another parent":
                parent = _another_parent(arena.target, ref)
                return None if parent is None else arena.request(ref, right, guids=replace_guid(ref, 0, parent))
            case "no JSON":
                return arena.request(ref, right + b"}")
            case "no flag":
                return arena.request(ref, json.dumps({flag_of(ref): str(self.value).lower()}).encode())
            case "another media type":
                return arena.request(ref, right, content_type="text/plain")
        return arena.request(ref, right)


@dataclass(frozen=True)
class BatchStep:
    """Send a batch. In `entities` an event_ID is the place of an id; `whole` is false for a body that is cut."""

    entities: tuple[Json, ...]
    caller: Caller = "all credentials"
    whole: bool = True
    place: None = None

    def request(self, names: Names) -> Request:
        """The request, with the ids of this sequence."""
        body = body_of_batch([self._named(entity, names) for entity in self.entities])
        return names.run.vba.request(body if self.whole else body[:-1], **WITHOUT[self.caller])

    def _named(self, entity: dict[str, Json], names: Names) -> dict[str, Json]:
        place = entity.get("event_ID")
        return entity | {"event_ID": names.id(place)} if isinstance(place, int) else entity


def _drawn_first(places: list[int], entity: dict[str, Json]) -> BatchStep:
    first, *others = places
    return BatchStep((entity | {"event_ID": first}, *map(minimal, others)))


def _with_a_broken_one(places: list[int], broken: Broken, behind: bool) -> BatchStep:
    first, *others = places
    wrong = broken.entity if broken.field == "event_ID" else broken.entity | {"event_ID": first}
    valid = tuple(map(minimal, others))
    return BatchStep((*valid, wrong) if behind else (wrong, *valid))


Action = Literal["set", "be refused", "read"]
ACTIONS: tuple[Action, ...] = ("set", "set", "be refused", "be refused", "read")
REFUSALS = st.sampled_from(get_args(Refusal))
PAIRS: tuple[tuple[Kind, Kind], ...] = (
    ("event", "event"),
    ("quality_process", "quality_process"),
    ("event", "quality_process"),
)
INDEXES = st.lists(st.integers(0, OBJECTS - 1), min_size=2, max_size=2, unique=True)
PLACES = st.lists(st.integers(0, IDS - 1), min_size=1, max_size=3, unique=True)
VALID = valid_entities(0).filter(lambda entity: len(json.dumps(entity)) <= BODY)
BROKEN = broken_entities(0).filter(lambda broken: len(json.dumps(broken.entity)) <= BODY)
BATCHES: st.SearchStrategy[BatchStep] = st.one_of(
    PLACES.map(lambda places: BatchStep(tuple(map(minimal, places)))),
    PLACES.map(lambda places: BatchStep(tuple(map(full, places)))),
    st.builds(_drawn_first, PLACES, VALID),
    st.builds(_with_a_broken_one, PLACES, BROKEN, st.booleans()),
    PLACES.map(lambda places: BatchStep(tuple(map(minimal, [*places, places[0]])))),
    st.tuples(PLACES, st.sampled_from(get_args(Caller)[1:])).map(
        lambda drawn: BatchStep(tuple(map(minimal, drawn[0])), drawn[1])
    ),
    PLACES.map(lambda places: BatchStep(tuple(map(minimal, places)), whole=False)),
)


class Drawing(RuleBasedStateMachine):
    """A machine whose rules draw the next step of a sequence, and send nothing.

    All steps are drawn by one rule: hypothesis leaves some rules out of each sequence, and those here are too few.
    """

    drawn: ClassVar[list[tuple[Step, ...]]] = []
    """The sequences that were drawn, in their order."""
    length: ClassVar[int]
    """How many rules make a sequence, those that begin it included."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []

    def teardown(self) -> None:
        """Keep the sequence, with the steps that show what it left."""
        self.drawn.append((*self.steps, *self.last()))

    def last(self) -> list[Step]:
        """The steps that end the sequence."""
        return []

    @initialize(nothing=st.integers(0, 2**16))
    def begin(self, nothing: int) -> None:
        """A choice without a meaning: hypothesis never begins a second sequence as it began the first."""


class ArenaSequences(Drawing):
    """Two objects, events or quality processes, are set, read, and named in requests that must be refused."""

    length = ARENA_STEPS + 2

    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[Place] = []

    @initialize(kinds=st.sampled_from(PAIRS), indexes=INDEXES)
    def choose(self, kinds: tuple[Kind, Kind], indexes: list[int]) -> None:
        """The two objects: few, so that what is done to one meets what was done before."""
        self.chosen = list(zip(kinds, indexes, strict=True))

    @rule(side=st.sampled_from([0, 1]), value=st.booleans(), action=st.sampled_from(ACTIONS), refusal=REFUSALS)
    def send(self, side: int, value: bool, action: Action, refusal: Refusal) -> None:
        """One of the two is set to a value, is named in a request for it that must be refused, or is read."""
        place = self.chosen[side]
        if action == "read":
            self.steps.append(ArenaStep(place, None))
        else:
            self.steps.append(ArenaStep(place, value, refusal if action == "be refused" else None))

    def last(self) -> list[Step]:
        """Both objects are read."""
        return [ArenaStep(place, None) for place in self.chosen]


class BatchSequences(Drawing):
    """Batches of the same few ids, valid ones and such as must be refused, whole or in part."""

    length = BATCH_STEPS + 1

    @rule(batch=BATCHES)
    def send(self, batch: BatchStep) -> None:
        """A batch of some of the ids."""
        self.steps.append(batch)

    def last(self) -> list[Step]:
        """Every id in a valid batch."""
        return [BatchStep(tuple(minimal(place) for place in range(IDS)))]


@lru_cache(maxsize=4)
def draw_sequences(machine: type[Drawing], seed: int, count: int) -> tuple[tuple[Step, ...], ...]:
    """`count` sequences of a machine; the same seed draws the same.

    Each is drawn on its own: hypothesis makes those that follow in a run from the ones before. The first of a run is
    left out, for it is always the simplest, one step again and again. The last ones are kept, for a process that runs
    the contract on many targets.
    """
    found = []
    for number in range(count):
        machine.drawn.clear()
        settings = hypothesis.settings(
            max_examples=2,
            stateful_step_count=machine.length,
            database=None,
            deadline=None,
            derandomize=False,
            print_blob=False,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(hypothesis.seed(f"{seed}:{number}")(machine), settings=settings)
        found.append(machine.drawn[-1])
    return tuple(found)


@dataclass(frozen=True)
class Played:
    """A sequence as it was sent: up to the step that broke what was looked for, where one did."""

    steps: tuple[Step, ...]
    exchanges: tuple[Exchange, ...]
    found: tuple[Finding, ...] = ()
    """What the last step broke; nothing where no step broke what was looked for."""


def perform_sequences(run: Run, machine: type[Drawing]) -> None:
    """Send sequences, and show what breaks a requirement that was kept so far by the shortest that was found.

    A requirement that was broken before is a known fault: it ends no sequence and is not looked into again.
    Raises what `Run.send` raises.
    """
    search = Search(run)
    try:
        for steps in draw_sequences(machine, run.drawn, SEQUENCES):
            search.look_into(steps)
    finally:
        search.show()


class Search:
    """Plays sequences, and cuts those that fail, with SHRINKING requests for all that a scenario finds."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.known = run.broken
        self.left = SHRINKING
        self._begun = run.exchanges[-1].number if run.exchanges else 0
        self._shown: dict[str, Finding] = {}
        """What is new, by requirement."""

    def look_into(self, steps: tuple[Step, ...]) -> None:
        """Play a sequence; where it breaks something new, find the shortest one that does.

        Of several requirements that is the shortest for any of the most serious. A fault that does not come again,
        because it is one of chance or rests on more than the sequence, is shown by the sequence as it failed.
        """
        before = self.run.broken
        for ref in self._objects(steps):
            # What earlier requests did to it is about to be forgotten, so it has to show now.
            self.run.arena.refresh(ref)
        self.known |= self.run.broken - before
        self._forget(steps)
        first = self._play(steps, self.run.selected - self.known)
        new = [finding.requirement for finding in first.found if finding.requirement not in self.known]
        if not new:
            return
        serious = [id for id in new if requirements()[id].level == "MUST"]
        goals = frozenset(serious or new)
        shortest = self._replay(first.steps, goals)
        if shortest is not None:
            shortest = self._shortest(shortest, goals)
            self._note(shortest.found, shortest.exchanges)
        self.known |= {finding.requirement for finding in (shortest or first).found}

    def show(self) -> None:
        """Keep each new finding with its sequence, in place of all that repetitions found."""
        for finding in self._shown.values():
            self.run.show(finding, self._begun)

    def _shortest(self, failed: Played, goals: frozenset[str]) -> Played:
        """The sequence without the steps that it can do without: many are left out at once at first.

        There is no way to undo what a sequence left at the target, and a shorter one may have failed for that alone:
        it has to fail once more, unless no requests are left.
        """
        shortest = failed
        passed: list[tuple[Step, ...]] = []
        size = len(failed.steps) - 1
        while size:
            start, before = 0, len(shortest.steps)
            while start + size < len(shortest.steps):
                steps = shortest.steps[:start] + shortest.steps[start + size :]
                shorter = None if steps in passed else self._replay(steps, goals)
                if shorter is None:
                    passed.append(steps)
                    start += size
                else:
                    shortest = shorter
            # A step that had to stay may be left out once another is.
            once_more = size == 1 and len(shortest.steps) < before
            size = 1 if once_more else size // 2
        if shortest is failed or len(shortest.steps) >= self.left:
            return shortest
        return self._replay(shortest.steps, goals) or failed

    def _replay(self, steps: tuple[Step, ...], goals: frozenset[str]) -> Played | None:
        """The sequence as it failed again, None where it did not or where too few requests are left.

        An ordinary request goes before it, so that it does not go on where another one ended.
        """
        if len(steps) >= self.left:
            return None
        before = self.run.sent
        self.run.send(self._ordinary(steps))
        self._forget(steps)
        played = self._play(steps, goals)
        self.left -= self.run.sent - before
        return played if played.found else None

    def _play(self, steps: tuple[Step, ...], wanted: frozenset[str]) -> Played:
        """Send a sequence up to the first step that breaks a wanted requirement."""
        names = Names(self.run)
        exchanges: list[Exchange] = []
        for count, step in enumerate(steps, start=1):
            request = step.request(names)
            if request is None:
                continue
            exchanges.append(self.run.send(request))
            found = self.run.found_in(exchanges[-1])
            self._note([one for one in found if one.requirement not in self._shown], exchanges)
            if any(finding.requirement in wanted for finding in found):
                return Played(steps[:count], tuple(exchanges), tuple(found))
        return Played(steps, tuple(exchanges))

    def _note(self, found: Sequence[Finding], exchanges: Sequence[Exchange]) -> None:
        for finding in found:
            shown = self._shown.get(finding.requirement)
            if finding.requirement not in self.known and (shown is None or len(exchanges) < len(shown.steps)):
                self._shown[finding.requirement] = replace(finding, steps=tuple(exchanges))

    def _objects(self, steps: Sequence[Step]) -> list[Ref]:
        names = Names(self.run)
        return list(dict.fromkeys(names.ref(step.place) for step in steps if step.place is not None))

    def _forget(self, steps: Sequence[Step]) -> None:
        """Take a fresh view of Arena's objects: what is found then rests on the sequence's own requests."""
        for ref in self._objects(steps):
            self.run.history.forget_object(self.run.arena.request(ref))

    def _ordinary(self, steps: Sequence[Step]) -> Request:
        """A request that every target answers well: another object is read, or set, or an entity is updated."""
        run, own = self.run, self._objects(steps)
        if not own:
            return run.vba.request(body_of_batch([minimal(run.vba.existing(1)[0])]))
        ref = next((one for one in run.arena.objects if one not in own), own[0])
        if run.arena.target.read_back:
            return run.arena.request(ref, method="GET")
        return run.arena.request(ref, body_of(ref, True))


def _another_parent(arena: ArenaTarget, ref: Ref) -> str | None:
    """An integration that the object is not under, None where the target names none."""
    refs: tuple[Ref, ...] = arena.events if isinstance(ref, EventRef) else arena.quality_processes
    return next((other.integration for other in refs if other.integration != ref.integration), None)
