"""From what a run knows of each requirement to outcomes, the verdict and the exit code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.harness.contract import Requirement, requirements
from tests.harness.exchange import PUT_EVENTS_BATCH, Finding
from tests.harness.run import Run
from tests.harness.target import Target, Waiver

Outcome = Literal["pass", "fail", "unverified", "waived", "out-of-scope"]
VerdictName = Literal["conforming", "nonconforming", "incomplete"]

EXIT_CONFORMING = 0
EXIT_NONCONFORMING = 1
EXIT_INTERRUPTED = 2
EXIT_SUITE_FAILED = 3
EXIT_CONFIGURATION = 4
EXIT_INCOMPLETE = 6
EXIT_STOPPED = 7


@dataclass(frozen=True)
class Result:
    """What a run says of one requirement: the exchanges that it judged, what it found, and why it is unverified."""

    requirement: Requirement
    outcome: Outcome
    exchanges: int
    broken: int
    findings: tuple[Finding, ...]
    reason: str = ""
    waiver: Waiver | None = None


@dataclass(frozen=True)
class Verdict:
    """The answer of a run."""

    name: VerdictName
    exit_code: int
    results: tuple[Result, ...]
    stale_waivers: tuple[Waiver, ...] = ()

    def having(self, outcome: Outcome) -> list[Result]:
        """The results with this outcome."""
        return [result for result in self.results if result.outcome == outcome]


def decide(run: Run) -> Verdict:
    """The verdict of a run that has ended."""
    results = tuple(_result(run, requirement) for requirement in requirements().values())
    name = _name(run, results)
    stale = tuple(result.waiver for result in results if result.waiver and result.outcome == "pass")
    return Verdict(name, _exit_code(run, name, stale), results, stale)


def in_scope(requirement: Requirement, target: Target) -> bool:
    """Whether the target claims an API of which the requirement speaks."""
    batch = PUT_EVENTS_BATCH in requirement.operations
    arena = requirement.operations != (PUT_EVENTS_BATCH,)
    return (batch and target.vba is not None) or (arena and target.arena is not None)


def _result(run: Run, requirement: Requirement) -> Result:
    waiver = next((waiver for waiver in run.target.waivers if waiver.requirement == requirement.id), None)
    tally = run.tallies.get(requirement.id)
    if tally is None:
        return Result(requirement, "out-of-scope", 0, 0, (), "not selected by ONLY", waiver)
    if not in_scope(requirement, run.target):
        return Result(requirement, "out-of-scope", 0, 0, (), "the target does not claim this API", waiver)
    counts = (tally.exchanges, tally.broken, tuple(tally.findings))
    if tally.broken:
        return Result(requirement, "waived" if waiver else "fail", *counts, waiver=waiver)
    if tally.unverified:
        return Result(requirement, "unverified", *counts, "; ".join(tally.unverified), waiver)
    if not tally.exchanges:
        return Result(requirement, "unverified", *counts, "no answer of the target showed it", waiver)
    return Result(requirement, "pass", *counts, waiver=waiver)


def gates(run: Run, requirement: str) -> bool:
    """Whether a failure of the requirement makes the target nonconforming: a MUST's, under STRICT a SHOULD's too."""
    waived = any(waiver.requirement == requirement for waiver in run.target.waivers)
    return not waived and (run.options.strict or requirements()[requirement].level == "MUST")


def _name(run: Run, results: tuple[Result, ...]) -> VerdictName:
    if any(result.outcome == "fail" and gates(run, result.requirement.id) for result in results):
        return "nonconforming"
    judged = any(result.outcome in ("pass", "fail", "waived") for result in results)
    unverified = any(result.outcome == "unverified" and result.requirement.level == "MUST" for result in results)
    return "incomplete" if unverified or not judged else "conforming"


def _exit_code(run: Run, name: VerdictName, stale: tuple[Waiver, ...]) -> int:
    if run.crashed:
        return EXIT_SUITE_FAILED
    if run.interrupted:
        return EXIT_INTERRUPTED
    if name == "nonconforming":
        return EXIT_NONCONFORMING
    if run.stopped:
        return EXIT_STOPPED
    if stale:
        return EXIT_CONFIGURATION
    return EXIT_INCOMPLETE if name == "incomplete" else EXIT_CONFORMING
