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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.harness.contract import requirements
from tests.harness.options import Options, Profile
from tests.harness.runner import run_contract
from tests.harness.scenario import ORDER_FILE, Api, Order, order, scenarios
from tests.harness.target import reference_target
from tests.reference.app import build_app
from tests.reference.server import running

QUICK_REQUESTS, QUICK_ARENA_REQUESTS = 147, 87
"""What a quick run may send: a little below the limits of 150 and 90, as another seed may send a request more."""
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


@dataclass(frozen=True)
class Room:
    """How many requests the scenarios of the quick profile may take, by what they took in a standard run."""

    requests: int
    of_arena: int


def computed(worths: Sequence[Worth], needed: frozenset[str], room: Room) -> Order:
    """The order of the scenarios: those of the quick profile, which show what is `needed`, and the rest."""
    left = {worth.name: worth for worth in worths}
    quick: list[Worth] = []
    shown: set[str] = set()
    for fault in sorted(needed):
        if fault not in shown:
            able = [worth for worth in left.values() if fault in worth.shows and _fits(worth, quick, room)]
            if able:
                best = max(able, key=lambda worth: _rank(worth, shown))
                shown |= best.shows
                quick.append(left.pop(best.name))
    while found := [worth for worth in left.values() if _fits(worth, quick, room) and worth.shows - shown]:
        best = max(found, key=lambda worth: _rank(worth, shown))
        shown |= best.shows
        quick.append(left.pop(best.name))
    return Order(
        tuple(worth.name for worth in _greedily(quick)),
        tuple(
            name
            for group in _greedily(_grouped(sorted(left.values(), key=lambda worth: worth.api)), shown)
            for name in group.name.split("\n")
        ),
    )


def _grouped(worths: Iterable[Worth]) -> list[Worth]:
    """The parts of a scenario as one: what they need of an object's state is the same, and is seen to once."""
    groups: dict[str, list[Worth]] = {}
    for worth in worths:
        groups.setdefault(worth.name.partition("[")[0], []).append(worth)
    return [
        Worth(
            "\n".join(worth.name for worth in group),
            group[0].api,
            frozenset().union(*(worth.shows for worth in group)),
            sum(worth.requests for worth in group),
        )
        for group in groups.values()
    ]


def _greedily(worths: Sequence[Worth], already: Iterable[str] = ()) -> list[Worth]:
    """The same scenarios, those first that show most for their requests of what was not shown already."""
    left, ordered = list(worths), []
    shown = set(already)
    while left:
        best = max(left, key=lambda worth: _rank(worth, shown))
        shown |= best.shows
        left.remove(best)
        ordered.append(best)
    return ordered


def _rank(worth: Worth, shown: set[str]) -> float:
    return len(worth.shows - shown) / max(1, worth.requests)


def _fits(worth: Worth, chosen: Sequence[Worth], room: Room) -> bool:
    """Whether a scenario is cheap, generates nothing, and finds room in the quick profile."""
    of_arena = sum(one.requests for one in (*chosen, worth) if one.api == "arena")
    every = sum(one.requests for one in (*chosen, worth))
    return not worth.drawn and worth.requests <= CHEAP and of_arena <= room.of_arena and every <= room.requests


def costs(profile: Profile = "standard") -> Counter[str]:
    """The requests of each scenario in a run against the reference implementation."""
    with running(build_app()) as url:
        run, _ = run_contract(reference_target(url), Options(seed=1, profile=profile))
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
    found = worths(json.loads(options.rows.read_text("utf-8")), costs())
    room = Room(QUICK_REQUESTS, QUICK_ARENA_REQUESTS)
    while True:
        write(computed(found, frozenset(requirements()), room))
        # What a scenario takes depends on what ran before it: the new order is tried.
        sent = costs("quick")
        apis = {one.name: one.api for one in found}
        every = sum(sent.values())
        of_arena = every - sum(count for name, count in sent.items() if apis.get(name) == "vba")
        print(f"quick: {len(order().quick)} scenarios, {every} requests, about {of_arena} of Arena")
        room = Room(
            room.requests - max(0, every - QUICK_REQUESTS), room.of_arena - max(0, of_arena - QUICK_ARENA_REQUESTS)
        )
        if every <= QUICK_REQUESTS and of_arena <= QUICK_ARENA_REQUESTS:
            return 0


def write(found: Order) -> None:
    """Keep an order, for this process too."""
    ORDER_FILE.write_text(json.dumps({"quick": found.quick, "then": found.then}, indent=1) + "\n", "utf-8")
    order.cache_clear()
    scenarios.cache_clear()


if __name__ == "__main__":
    sys.exit(main())
