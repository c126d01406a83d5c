"""The verdict: what a run knows of each requirement as outcomes, and the run's answer as an exit code."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from tests.harness.contract import requirements
from tests.harness.exchange import Finding, Mismatch
from tests.harness.options import Options
from tests.harness.run import Run
from tests.harness.scenario import scenarios
from tests.harness.target import Target, Waiver
from tests.harness.verdict import (
    EXIT_CONFIGURATION,
    EXIT_CONFORMING,
    EXIT_INCOMPLETE,
    EXIT_NONCONFORMING,
    EXIT_STOPPED,
    EXIT_SUITE_FAILED,
    Outcome,
    Result,
    Verdict,
    decide,
    gates,
    in_scope,
)
from tests.suite.exchanges import EVENT, TARGET, done

MUST, SHOULD = "EVENT-3", "EVENT-8"
LATER = datetime.date(2999, 1, 31)


def run_of(
    *,
    target: Target = TARGET,
    strict: bool = False,
    only: tuple[str, ...] = (),
    waived: tuple[str, ...] = (),
    broken: tuple[str, ...] = (),
    unverified: tuple[str, ...] = (),
    unseen: tuple[str, ...] = (),
) -> Run:
    """A run that has ended, in which every requirement was kept but for those named."""
    waivers = tuple(Waiver(id, "known", LATER) for id in waived)
    run = Run(replace(target, waivers=waivers), Options(strict=strict, only=only))
    for id, tally in run.tallies.items():
        tally.exchanges = 0 if id in unseen else 3
        if id in broken:
            tally.broken = 1
            tally.findings.append(Finding(id, Mismatch("this", "that"), done(EVENT)))
        if id in unverified:
            tally.unverified += ["needs more", "and more"]
    return run


def result_of(verdict: Verdict, id: str) -> Result:
    return next(result for result in verdict.results if result.requirement.id == id)


def answer(run: Run) -> tuple[str, int]:
    verdict = decide(run)
    return verdict.name, verdict.exit_code


CONFORMING = ("conforming", 0)
NONCONFORMING = ("nonconforming", 1)
INCOMPLETE = ("incomplete", 6)


def test_exit_codes_are_the_documented_ones() -> None:
    codes = (EXIT_CONFORMING, EXIT_NONCONFORMING, EXIT_SUITE_FAILED, EXIT_CONFIGURATION, EXIT_INCOMPLETE, EXIT_STOPPED)

    assert codes == (0, 1, 3, 4, 6, 7)


def test_what_keeps_everything_conforms() -> None:
    verdict = decide(run_of())

    assert (verdict.name, verdict.exit_code) == CONFORMING
    assert {result.outcome for result in verdict.results} == {"pass"}
    assert verdict.stale_waivers == ()


def test_every_requirement_has_one_result_in_the_catalogues_order() -> None:
    assert [result.requirement.id for result in decide(run_of()).results] == list(requirements())


def test_a_broken_must_makes_the_target_nonconforming() -> None:
    run = run_of(broken=(MUST,))

    assert answer(run) == NONCONFORMING
    result = result_of(decide(run), MUST)
    assert (result.outcome, result.exchanges, result.broken, len(result.findings)) == ("fail", 3, 1, 1)


def test_a_broken_should_is_reported_and_passes_the_gate() -> None:
    run = run_of(broken=(SHOULD,))

    assert answer(run) == CONFORMING
    assert result_of(decide(run), SHOULD).outcome == "fail"


def test_under_strict_a_broken_should_makes_the_target_nonconforming() -> None:
    assert answer(run_of(broken=(SHOULD,), strict=True)) == NONCONFORMING


@pytest.mark.parametrize("strict", [False, True])
def test_an_unverified_must_makes_the_run_incomplete(strict: bool) -> None:
    run = run_of(unverified=(MUST,), strict=strict)

    assert answer(run) == INCOMPLETE
    result = result_of(decide(run), MUST)
    assert (result.outcome, result.reason) == ("unverified", "needs more; and more")


def test_an_unverified_should_leaves_the_run_conforming() -> None:
    run = run_of(unverified=(SHOULD,))

    assert answer(run) == CONFORMING
    assert result_of(decide(run), SHOULD).outcome == "unverified"


def test_a_must_that_no_exchange_showed_is_unverified() -> None:
    run = run_of(unseen=(MUST,))

    assert answer(run) == INCOMPLETE
    assert result_of(decide(run), MUST).reason


def test_what_was_broken_fails_even_where_its_scenario_did_not_end() -> None:
    run = run_of(broken=(MUST,), unverified=(MUST,))

    assert result_of(decide(run), MUST).outcome == "fail"
    assert answer(run) == NONCONFORMING


def test_a_failure_counts_more_than_what_is_unverified() -> None:
    assert answer(run_of(broken=(MUST,), unverified=("EVENT-4",))) == NONCONFORMING


@pytest.mark.parametrize("id", [MUST, SHOULD])
@pytest.mark.parametrize("strict", [False, True])
def test_a_waived_failure_passes_the_gate(id: str, strict: bool) -> None:
    run = run_of(broken=(id,), waived=(id,), strict=strict)

    assert answer(run) == CONFORMING
    result = result_of(decide(run), id)
    assert result.outcome == "waived"
    assert result.waiver is not None
    assert len(result.findings) == 1


def test_a_waiver_covers_its_own_requirement_alone() -> None:
    assert answer(run_of(broken=(MUST, "EVENT-4"), waived=(MUST,))) == NONCONFORMING


def test_a_waiver_of_what_passes_is_stale_and_fails_the_run() -> None:
    verdict = decide(run_of(waived=(MUST,)))

    assert [waiver.requirement for waiver in verdict.stale_waivers] == [MUST]
    assert (verdict.name, verdict.exit_code) == ("conforming", EXIT_CONFIGURATION)
    assert result_of(verdict, MUST).outcome == "pass"


def test_a_stale_waiver_hides_no_failure() -> None:
    assert answer(run_of(waived=(MUST,), broken=("EVENT-4",))) == NONCONFORMING


@pytest.mark.parametrize("kind", ["unverified", "unseen", "not selected", "out of scope"])
def test_a_waiver_of_what_is_not_answered_is_not_stale(kind: str) -> None:
    runs = {
        "unverified": run_of(waived=(MUST,), unverified=(MUST,)),
        "unseen": run_of(waived=(MUST,), unseen=(MUST,)),
        "not selected": run_of(waived=(MUST,), only=("BATCH",)),
        "out of scope": run_of(waived=(MUST,), target=replace(TARGET, arena=None)),
    }

    assert decide(runs[kind]).stale_waivers == ()


def test_a_waiver_does_not_verify_a_must() -> None:
    assert answer(run_of(waived=(MUST,), unverified=(MUST,))) == INCOMPLETE


@pytest.mark.parametrize(
    ("missing", "left", "out"),
    [
        ("arena", {"BATCH", "HTTP"}, {"ARENA", "EVENT", "QUALITY"}),
        ("vba", {"ARENA", "EVENT", "QUALITY", "HTTP"}, {"BATCH"}),
    ],
)
def test_an_api_that_is_not_claimed_is_out_of_scope(missing: str, left: set[str], out: set[str]) -> None:
    target = replace(TARGET, arena=None) if missing == "arena" else replace(TARGET, vba=None)
    verdict = decide(run_of(target=target, unseen=tuple(requirements())))

    def groups(outcome: Outcome) -> set[str]:
        return {result.requirement.id.partition("-")[0] for result in verdict.having(outcome)}

    assert groups("out-of-scope") == out
    assert groups("unverified") == left


def test_what_is_out_of_scope_neither_fails_nor_leaves_a_run_incomplete() -> None:
    run = run_of(target=replace(TARGET, vba=None), broken=("BATCH-1",), unverified=("BATCH-2",))

    assert answer(run) == CONFORMING


def test_a_requirement_of_http_is_in_scope_with_either_api() -> None:
    http = requirements()["HTTP-1"]

    assert in_scope(http, replace(TARGET, arena=None))
    assert in_scope(http, replace(TARGET, vba=None))
    assert not in_scope(http, replace(TARGET, arena=None, vba=None))


def test_what_only_does_not_select_is_out_of_scope() -> None:
    verdict = decide(run_of(only=("EVENT",)))

    assert {result.requirement.id.partition("-")[0] for result in verdict.having("pass")} == {"EVENT"}
    assert (verdict.name, verdict.exit_code) == CONFORMING
    assert len(verdict.results) == len(requirements())
    assert result_of(verdict, "BATCH-1").reason == "not selected by ONLY"


def test_under_only_nothing_but_the_selected_decides() -> None:
    assert answer(run_of(only=("EVENT-4",), unseen=("EVENT-4",))) == INCOMPLETE
    assert answer(run_of(only=(MUST,), broken=(MUST,))) == NONCONFORMING


def test_where_nothing_was_judged_the_run_is_never_conforming() -> None:
    assert answer(run_of(unseen=tuple(requirements()))) == INCOMPLETE
    assert answer(run_of(only=(SHOULD,), unseen=(SHOULD,))) == INCOMPLETE
    assert answer(run_of(target=replace(TARGET, arena=None), only=("EVENT",))) == INCOMPLETE


def test_a_run_that_stopped_says_so() -> None:
    run = run_of(unverified=(MUST,))
    run.stopped = "the target does not answer any more"

    assert answer(run) == ("incomplete", EXIT_STOPPED)


def test_a_run_that_stopped_after_a_failure_is_nonconforming() -> None:
    run = run_of(broken=(MUST,))
    run.stopped = "the target does not answer any more"

    assert answer(run) == NONCONFORMING


@pytest.mark.parametrize("broken", [(), (MUST,)])
def test_a_crash_of_the_suite_is_never_the_targets_verdict(broken: tuple[str, ...]) -> None:
    run = run_of(broken=broken, waived=("EVENT-4",))
    run.crashed.append("a scenario")
    run.stopped = "too"

    assert decide(run).exit_code == EXIT_SUITE_FAILED


@pytest.mark.parametrize(
    ("id", "strict", "waived", "expected"),
    [
        (MUST, False, (), True),
        (MUST, True, (), True),
        (SHOULD, False, (), False),
        (SHOULD, True, (), True),
        (MUST, True, (MUST,), False),
        (MUST, False, (SHOULD,), True),
    ],
)
def test_a_gate_is_a_must_or_under_strict_a_should_that_is_not_waived(
    id: str, strict: bool, waived: tuple[str, ...], expected: bool
) -> None:
    assert gates(run_of(strict=strict, waived=waived), id) is expected


def test_a_scenario_that_the_run_did_not_get_to_leaves_its_requirements_unverified() -> None:
    run = Run(TARGET, Options())
    run.to_perform = [one for one in scenarios() if one.name.startswith("test_http::test_odd_headers_at_vba")]
    run.tallies["HTTP-1"].exchanges = 1

    run.close()

    [result] = [result for result in decide(run).results if result.requirement.id == "HTTP-1"]
    assert (result.outcome, result.reason) == ("unverified", "not all of its scenarios were run")
