"""In which order scenarios run: computed from what each found of the seeded faults, and for how many requests.

`python -m tests.suite.order ROWS.json` takes the rows that `make faults` measured in the standard profile, counts the
requests of each scenario in a run against the reference implementation, and writes tests/contract/order.json. A
scenario comes the earlier, the more faults it shows that none before it did, for each of its requests. The quick
profile is as much of that order as its two limits hold, with a scenario for each requirement.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.harness.contract import requirements
from tests.harness.options import Options
from tests.harness.runner import run_contract
from tests.harness.scenario import ORDER_FILE, Api, Order, scenarios
from tests.harness.target import reference_target
from tests.reference.app import build_app
from tests.reference.server import running

QUICK_REQUESTS = 140
QUICK_ARENA_REQUESTS = 80
"""What the quick profile is filled to: below its limits of 150 and 90, as another order sends some requests more."""
FIRST_REQUESTS: dict[Api, int] = {"arena": 3, "vba": 2}
"""What a run sends before its scenarios: the reading of what is named, a known good request, the claim of new ids."""
CHEAP = 12
"""Requests that a scenario of the quick profile takes at most."""


@dataclass(frozen=True)
class Worth:
    """One scenario: what it shows, and what it takes."""

    name: str
    api: Api
    shows: frozenset[str]
    """Faults (MUST first of all), and the requirements that it is for."""
    requests: int
    drawn: bool = False


def computed(worths: Sequence[Worth], needed: frozenset[str]) -> Order:
    """The order of the scenarios: those of the quick profile, which show what is `needed`, and the rest."""
    left = {worth.name: worth for worth in worths}
    quick: list[Worth] = []
    shown: set[str] = set()
    for fault in sorted(needed):
        if fault not in shown:
            able = [worth for worth in left.values() if fault in worth.shows and _fits(worth, quick)]
            if able:
                best = max(able, key=lambda worth: _rank(worth, shown))
                shown |= best.shows
                quick.append(left.pop(best.name))
    while found := [worth for worth in left.values() if _fits(worth, quick) and worth.shows - shown]:
        best = max(found, key=lambda worth: _rank(worth, shown))
        shown |= best.shows
        quick.append(left.pop(best.name))
    then: list[Worth] = []
    while found := [worth for worth in left.values() if worth.shows - shown]:
        best = max(found, key=lambda worth: _rank(worth, shown))
        shown |= best.shows
        then.append(left.pop(best.name))
    return Order(tuple(worth.name for worth in _greedily(quick)), (*(worth.name for worth in then), *left))


def _greedily(worths: Sequence[Worth]) -> list[Worth]:
    """The same scenarios, those that show most for their requests first."""
    left, ordered = list(worths), []
    shown: set[str] = set()
    while left:
        best = max(left, key=lambda worth: _rank(worth, shown))
        shown |= best.shows
        left.remove(best)
        ordered.append(best)
    return ordered


def _rank(worth: Worth, shown: set[str]) -> float:
    return len(worth.shows - shown) / max(1, worth.requests)


def _fits(worth: Worth, chosen: Sequence[Worth]) -> bool:
    """Whether a scenario is cheap, generates nothing, and leaves the quick profile within its limits."""
    of_arena = FIRST_REQUESTS["arena"] + sum(one.requests for one in (*chosen, worth) if one.api == "arena")
    every = sum(FIRST_REQUESTS.values()) + sum(one.requests for one in (*chosen, worth))
    return not worth.drawn and worth.requests <= CHEAP and of_arena <= QUICK_ARENA_REQUESTS and every <= QUICK_REQUESTS


def costs() -> Counter[str]:
    """The requests of each scenario in a standard run against the reference implementation."""
    with running(build_app()) as url:
        run, _ = run_contract(reference_target(url), Options(seed=1))
    return Counter(exchange.scenario for exchange in run.exchanges)


def worths(rows: Sequence[Mapping[str, object]], requests: Mapping[str, int]) -> list[Worth]:
    """What each scenario shows (the names of the faults of MUST requirements, and requirements), and its requests."""
    shows: dict[str, set[str]] = {}
    for row in rows:
        if row["kind"] == "fault" and requirements()[str(row["requirement"])].level == "MUST":
            scenarios_of = row["scenarios"]
            assert isinstance(scenarios_of, list)
            for name in scenarios_of:
                shows.setdefault(name, set()).add(str(row["name"]))
    return [
        Worth(
            one.name, one.api, frozenset(shows.get(one.name, set()) | one.requirements), requests[one.name], one.drawn
        )
        for one in scenarios()
        if one.phase != "deep"
    ]


def main(arguments: list[str] | None = None) -> int:
    """Write the order that the rows give. Gives 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.suite.order", description=__doc__)
    parser.add_argument("rows", type=Path, help="what make faults wrote with --json")
    options = parser.parse_args(arguments)
    rows = json.loads(options.rows.read_text("utf-8"))
    found = computed(worths(rows, costs()), frozenset(requirements()))
    ORDER_FILE.write_text(json.dumps({"quick": found.quick, "then": found.then}, indent=1) + "\n", "utf-8")
    print(f"{ORDER_FILE.name}: {len(found.quick)} scenarios in the quick profile, {len(found.then)} more")
    return 0


if __name__ == "__main__":
    sys.exit(main())
