"""Scenarios: functions that send requests for some requirements, and what they need of target.toml.

A scenario only makes requests. The decorator names the requirements that stay unverified while the scenario has not
run to its end; which of them an exchange verifies or breaks is the checks' business.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal

from tests.harness.contract import requirements
from tests.harness.target import Target

if TYPE_CHECKING:
    from tests.harness.run import Run

Api = Literal["arena", "vba"]
ScenarioFunction = Callable[["Run"], None]

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
)
"""The modules of tests/contract/ in the order in which their scenarios run."""


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


@dataclass(frozen=True)
class Scenario:
    """A registered scenario."""

    name: str
    function: ScenarioFunction
    api: Api
    requirements: frozenset[str]
    needs: tuple[Need, ...]

    def missing(self, target: Target) -> tuple[Need, ...]:
        """What the target does not give it."""
        return tuple(need for need in self.needs if not need.met_by(target))

    def concerns(self, target: Target) -> bool:
        """Whether the target claims the API of this scenario."""
        return (target.arena if self.api == "arena" else target.vba) is not None


_SCENARIOS: dict[str, Scenario] = {}


def scenario(api: Api, *ids: str, needs: Iterable[Need] = ()) -> Callable[[ScenarioFunction], ScenarioFunction]:
    """Register a scenario of an API that these requirements rest on."""

    def register(function: ScenarioFunction) -> ScenarioFunction:
        unknown = [id for id in ids if id not in requirements()]
        name = f"{function.__module__.rpartition('.')[2]}::{function.__name__}"
        if unknown or not ids or not function.__doc__:
            raise ValueError(f"{name}: {unknown or 'no requirement, or no docstring'}")
        _SCENARIOS[name] = Scenario(name, function, api, frozenset(ids), tuple(needs))
        return function

    return register


def scenarios() -> list[Scenario]:
    """Every scenario of tests/contract/, in the order in which they run."""
    for module in MODULES:
        importlib.import_module(module)
    order = {module.rpartition(".")[2]: index for index, module in enumerate(MODULES)}
    return sorted(_SCENARIOS.values(), key=lambda one: order[one.name.partition("::")[0]])


def of_function(function: object) -> Scenario | None:
    """The scenario that a function was registered as."""
    return next((one for one in _SCENARIOS.values() if one.function is function), None)
