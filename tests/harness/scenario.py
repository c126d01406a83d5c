"""Scenarios: functions that send requests for some requirements, and what they need of target.toml.

A scenario only makes requests. The decorator names the requirements that stay unverified while the scenario has not
run to its end; which of them an exchange verifies or breaks is the checks' business. A scenario of many requests that
do not rest on each other is cut into parts, so that what finds most can run first.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from tests.harness.callers import KINDS, Kind
from tests.harness.contract import requirements
from tests.harness.exchange import Request
from tests.harness.options import Profile
from tests.harness.target import Target

if TYPE_CHECKING:
    from tests.harness.run import Run

Api = Literal["arena", "vba"]
Phase = Literal["first", "main", "deep", "last"]
PHASES: tuple[Phase, ...] = get_args(Phase)
"""When a scenario runs: `first` while nothing was refused yet, which could be to blame for what another request did;
`deep` in deep runs alone, until they are over; `last` looks at what others left behind."""
ScenarioFunction = Callable[..., "list[Request] | None"]
ORDER_FILE = Path(__file__).parents[1] / "contract" / "order.json"

MODULES = (
    "tests.contract.test_reconcile",
    "tests.contract.test_arena_access",
    "tests.contract.test_arena_errors",
    "tests.contract.test_batch",
    "tests.contract.test_batch_access",
    "tests.contract.test_batch_invalid",
    "tests.contract.test_concurrency",
    "tests.contract.test_http",
    "tests.contract.test_generated",
    "tests.contract.test_sequences",
    "tests.contract.test_deep",
)
"""The modules of tests/contract/."""


class Need(Enum):
    """What a scenario needs of a target: how to tell, and the key of target.toml that gives it."""

    EVENT = "arena.events"
    QUALITY_PROCESS = "arena.quality_processes"
    SECOND_EVENT = "a second [[arena.events]]"
    SECOND_QUALITY_PROCESS = "a second [[arena.quality_processes]]"
    OTHER_PARENT = "an event or a quality process under a second integration"
    USER_SESSION = "arena.non_admin_session_id"
    READ_BACK = "arena.read_back = true"

    def met_by(self, target: Target) -> bool:
        """Whether the target has it."""
        arena = target.arena
        if arena is None:
            return False
        parents = [{ref.integration for ref in refs} for refs in (arena.events, arena.quality_processes)]
        return {
            Need.EVENT: len(arena.events) >= 1,
            Need.QUALITY_PROCESS: len(arena.quality_processes) >= 1,
            Need.SECOND_EVENT: len(arena.events) >= 2,
            Need.SECOND_QUALITY_PROCESS: len(arena.quality_processes) >= 2,
            Need.OTHER_PARENT: any(len(integrations) >= 2 for integrations in parents),
            Need.USER_SESSION: arena.non_admin_session_id is not None,
            Need.READ_BACK: arena.read_back,
        }[self]


NEED_OF: dict[Kind, Need] = {"event": Need.EVENT, "quality_process": Need.QUALITY_PROCESS}
"""What a part that is about a kind of object needs."""
OWN: dict[Kind, str] = {"event": "EVENT-", "quality_process": "QUALITY-"}
"""How the ids of the requirements begin that only this kind of object can show."""


@dataclass(frozen=True)
class Scenario:
    """A registered scenario, or one part of it."""

    name: str
    function: ScenarioFunction
    api: Api
    requirements: frozenset[str]
    needs: tuple[Need, ...]
    arguments: Mapping[str, object] = field(default_factory=dict, compare=False)
    """What the function takes beside the run: what this part of it sends."""
    independent: bool = False
    """The function only makes requests, and no answer depends on the others': they may be under way together."""
    drawn: bool = False
    """Its requests are drawn: performed again, it sends others."""
    phase: Phase = "main"

    @property
    def kind(self) -> Kind | None:
        """The kind of object that a part is about."""
        return next((kind for kind in KINDS if kind == self.arguments.get("kind")), None)

    def missing(self, target: Target) -> tuple[Need, ...]:
        """What the target does not give it."""
        needs = self.needs if self.kind is None else (*self.needs, NEED_OF[self.kind])
        return tuple(need for need in dict.fromkeys(needs) if not need.met_by(target))

    def resting_on(self, missing: Sequence[Need]) -> frozenset[str]:
        """The requirements that stay unverified for want of these: a kind's own where only its object is not named."""
        if self.kind is None or list(missing) != [NEED_OF[self.kind]]:
            return self.requirements
        return frozenset(id for id in self.requirements if id.startswith(OWN[self.kind]))

    def concerns(self, target: Target) -> bool:
        """Whether the target claims the API of this scenario."""
        return (target.arena if self.api == "arena" else target.vba) is not None

    def perform(self, run: Run) -> list[Request]:
        """Run the function. It sends its requests itself, or, where it is independent, gives them to be sent."""
        return self.function(run, **self.arguments) or []


_SCENARIOS: dict[str, Scenario] = {}


def parts(**axes: Mapping[str, Any] | Sequence[str]) -> dict[str, dict[str, object]]:
    """A part for each combination of the values of the axes, by a name made of their labels.

    An axis is the name of an argument with its values: labels that stand for themselves, or values by label.
    """
    labelled = [axis if isinstance(axis, Mapping) else {label: label for label in axis} for axis in axes.values()]
    return {
        "-".join(label for label, _ in chosen): dict(zip(axes, (value for _, value in chosen), strict=True))
        for chosen in product(*(axis.items() for axis in labelled))
    }


def in_turn(**axes: Mapping[str, Any] | Sequence[str]) -> dict[str, dict[str, object]]:
    """As `parts`, but the values of the last axis meet the others in turn: each once, with one of them."""
    name, *_ = reversed(axes)
    values = axes.pop(name)
    others = list(parts(**axes).items())
    labelled = values.items() if isinstance(values, Mapping) else [(value, value) for value in values]
    found: dict[str, dict[str, object]] = {}
    for index, (label, value) in enumerate(labelled):
        other, arguments = others[index % len(others)]
        found[f"{other}-{label}"] = {**arguments, name: value}
    return found


def scenario(
    api: Api,
    *ids: str,
    needs: Iterable[Need] = (),
    independent: bool = False,
    drawn: bool = False,
    phase: Phase = "main",
    parts: Mapping[str, Mapping[str, object]] | None = None,
) -> Callable[[ScenarioFunction], ScenarioFunction]:
    """Register a scenario of an API that these requirements rest on, in parts that run each on their own."""

    def register(function: ScenarioFunction) -> ScenarioFunction:
        unknown = [id for id in ids if id not in requirements()]
        name = _name(function)
        if unknown or not ids or not function.__doc__:
            raise ValueError(f"{name}: {unknown or 'no requirement, or no docstring'}")
        for label, arguments in (parts or {"": {}}).items():
            kind = arguments.get("kind")
            others = tuple(own for other, own in OWN.items() if kind in KINDS and other != kind)
            rest_on = frozenset(id for id in ids if not id.startswith(others))
            full = f"{name}[{label}]" if label else name
            _SCENARIOS[full] = Scenario(
                full, function, api, rest_on, tuple(needs), arguments, independent, drawn, phase
            )
        return function

    return register


@cache
def scenarios(modules: tuple[str, ...] = MODULES) -> tuple[Scenario, ...]:
    """Every scenario of these modules of tests/contract/, part by part, in the order in which they run."""
    for name in modules:
        importlib.import_module(name)
    place = {name: index for index, name in enumerate(order().names)}

    def rank(one: Scenario) -> tuple[int, int, int]:
        return PHASES.index(one.phase), place.get(one.name, len(place)), modules.index(one.function.__module__)

    return tuple(sorted((one for one in _SCENARIOS.values() if one.function.__module__ in modules), key=rank))


def modules_of(profile: Profile) -> tuple[str, ...]:
    """The modules that a profile runs: quick runs do without those that generate, which take long to import."""
    if profile != "quick":
        return MODULES
    named = {name.partition("::")[0] for name in order().quick}
    return tuple(module for module in MODULES if module.rpartition(".")[2] in named)


@dataclass(frozen=True)
class Order:
    """In which order scenarios run: what finds most for its requests comes first; `quick` are those of that profile."""

    quick: tuple[str, ...]
    then: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.quick, *self.then)


@cache
def order() -> Order:
    """The order that was computed from measurements; `make order` writes it anew."""
    found = json.loads(ORDER_FILE.read_text("utf-8"))
    return Order(tuple(found["quick"]), tuple(found["then"]))


def named(name: str) -> Scenario | None:
    """The scenario, or the part of one, with this name."""
    return _SCENARIOS.get(name)


def parts_of(function: object) -> list[Scenario]:
    """The parts that a function was registered with: one without arguments where it has none."""
    return [one for one in _SCENARIOS.values() if one.function is function]


def _name(function: ScenarioFunction) -> str:
    return f"{function.__module__.rpartition('.')[2]}::{function.__name__}"
