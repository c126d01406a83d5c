"""The measurement of the suite: which runs it makes, and what it says of them."""

from __future__ import annotations

import pytest

from tests.harness.target import ConfigurationError
from tests.reference.faults import FAULTS
from tests.reference.variants.model import Variant
from tests.suite import measure
from tests.suite.measure import CONFORMING, Job, Row, jobs_for, main, read_seeds, variants_by_name

FAULT = next(fault for fault in FAULTS if fault.requirement == "EVENT-3" and not fault.chance)


def row(name: str, *failed: str, kind: str = "variant", requirement: str = "", note: str = "") -> Row:
    return Row(kind, name, requirement, 1, "conforming", failed, 0, 500, 2.0, note)


def test_without_names_every_fault_and_every_conforming_server_is_run() -> None:
    jobs = jobs_for([], [1], "standard")

    names = {*CONFORMING, *variants_by_name()}
    assert {job.name for job in jobs if job.kind == "fault"} == {fault.name for fault in FAULTS}
    assert {job.name for job in jobs if job.kind == "variant"} == names
    assert len(jobs) == len(FAULTS) + len(names)


def test_all_of_a_kind_is_run_by_the_name_of_the_kind() -> None:
    chance = [job.name for job in jobs_for(["chance"], [1], "standard")]

    assert {job.kind for job in jobs_for(["variants"], [1], "standard")} == {"variant"}
    assert {job.kind for job in jobs_for(["faults"], [1], "standard")} == {"fault"}
    assert chance == [fault.name for fault in FAULTS if fault.chance] != []


def test_every_run_of_a_seed_comes_before_the_next_seed() -> None:
    jobs = jobs_for(["chance", "reference-implementation"], range(3, 5), "quick", ("EVENT-9",))

    assert [job.seed for job in jobs] == sorted(job.seed for job in jobs)
    assert {job.seed for job in jobs} == {3, 4}
    assert {(job.profile, job.only) for job in jobs} == {("quick", ("EVENT-9",))}


def test_a_name_that_is_nothing_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="'no-such-fault' is no fault and no variant"):
        jobs_for(["no-such-fault"], [1], "standard")


@pytest.mark.parametrize(("text", "seeds"), [("1", [1]), ("3", [1, 2, 3]), ("11-12", [11, 12]), ("7-7", [7])])
def test_seeds_are_told_by_how_many_or_by_the_first_and_the_last(text: str, seeds: list[int]) -> None:
    assert list(read_seeds(text)) == seeds


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-fault"],
        ["faults", "--only", "EVNT-3"],
        ["--profile", "fast"],
        *(["--seeds", text] for text in ("0", "5-2", "many", "1-", "1.5")),
    ],
)
def test_a_wrong_argument_is_one_line_and_exit_code_4(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = main(arguments)

    printed = capsys.readouterr()
    assert code == 4
    assert printed.out == ""
    assert printed.err.count("\n") == 1


def test_a_variant_that_is_refused_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Variant("not-conforming", (FAULT.requirement,), "It breaks a rule.", FAULT.modifier)
    monkeypatch.setattr(measure, "variants_by_name", lambda: {broken.name: broken})

    found = measure.measure(Job("variant", broken.name, 1, "standard", (FAULT.requirement,)))

    assert not found.as_it_should_be
    assert found.failed == (FAULT.requirement,)
    assert found.note.startswith("exchange ")
    assert "expected status RECONCILED" in found.note
    assert found.note in measure.line(found)


def test_the_figures_count_a_fault_as_found_by_its_own_requirement_alone() -> None:
    rows = [
        row("a", "EVENT-3", kind="fault", requirement="EVENT-3"),
        row("b", "EVENT-1", kind="fault", requirement="EVENT-3"),
        row("c", "EVENT-8", kind="fault", requirement="EVENT-8"),
        row("d"),
        row("e", "HTTP-1"),
        row("f", note="unverified: HTTP-1"),
    ]

    assert measure.figures(rows) == ["faults found: 1 of 2 MUST, 1 of 1 SHOULD", "variants refused: 2 of 3"]
