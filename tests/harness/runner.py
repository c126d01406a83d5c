"""The whole contract against one target, without pytest: for measurements that make many runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import get_args

from tests.harness.delivery import PATIENCE
from tests.harness.options import Options, Profile
from tests.harness.run import Run
from tests.harness.scenario import Api, Scenario, modules_of, order, scenarios
from tests.harness.target import ConfigurationError, Target
from tests.harness.verdict import Verdict, decide
from tests.harness.wire import Wire


def chosen_scenarios(target: Target, options: Options) -> list[Scenario]:
    """The scenarios of the profile that concern what the target claims and what ONLY selects, in their order.

    Raises ConfigurationError where there is none.
    """
    quick = frozenset(order().quick)
    of_profile: dict[Profile, Callable[[Scenario], bool]] = {
        "quick": lambda one: one.name in quick,
        "standard": lambda one: one.phase != "deep",
        "deep": lambda one: True,
    }
    chosen = [
        one
        for one in scenarios(modules_of(options.profile))
        if of_profile[options.profile](one) and one.concerns(target) and one.requirements & options.selected
    ]
    if not chosen:
        raise ConfigurationError("ONLY: nothing of it concerns an API that the target claims; name others")
    return chosen


def apis_of(chosen: Iterable[Scenario]) -> list[Api]:
    """The APIs that these scenarios speak to."""
    spoken_to = {one.api for one in chosen}
    return [api for api in get_args(Api) if api in spoken_to]


def run_contract(
    target: Target, options: Options, wire: Wire | None = None, patience: float = PATIENCE
) -> tuple[Run, Verdict]:
    """A run from its first request to its verdict. Raises ConfigurationError, and whatever the suite itself raises."""
    chosen = chosen_scenarios(target, options)
    run = Run(target, options, wire, patience)
    run.to_perform = chosen
    try:
        run.first_requests(apis_of(chosen))
        for one in chosen:
            run.perform(one)
    finally:
        run.close()
    return run, decide(run)
