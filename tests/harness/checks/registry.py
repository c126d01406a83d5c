"""The register of checks, one for each requirement, and the judgement of an exchange by all that apply."""

from __future__ import annotations

from collections.abc import Callable

from tests.harness.contract import requirements
from tests.harness.exchange import Mismatch
from tests.harness.history import History, Judged

Check = Callable[[Judged, History], list[Mismatch] | None]
CHECKS: dict[str, Check] = {}


def check(*ids: str) -> Callable[[Check], Check]:
    """Register a function as the check of these requirements, which demand the same of different operations."""

    def register(function: Check) -> Check:
        for id in ids:
            if id in CHECKS or id not in requirements():
                raise ValueError(f"{id} has a check already, or is not in the catalogue")
            CHECKS[id] = function
        return function

    return register


def judge(judged: Judged, past: History) -> dict[str, list[Mismatch]]:
    """What each requirement that applies to the exchange says of it: nothing where it is kept."""
    found: dict[str, list[Mismatch]] = {}
    for id, function in CHECKS.items():
        if judged.exchange.request.operation in requirements()[id].operations:
            mismatches = function(judged, past)
            if mismatches is not None:
                found[id] = mismatches
    return found


def expect(kept: bool, expected: str, actual: object) -> list[Mismatch]:
    """No mismatch where the rule is kept, else the one."""
    return [] if kept else [Mismatch(expected, str(actual))]


def answer(judged: Judged) -> str:
    """The answer of an exchange in a few words: its status, or why there is none."""
    exchange = judged.exchange
    if exchange.response is not None:
        return f"HTTP {exchange.status}"
    return f"no answer: {getattr(exchange.answer, 'trouble', '')}"
