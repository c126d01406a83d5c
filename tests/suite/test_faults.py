"""The suite finds what is broken and refuses nothing that conforms: the part of `make faults` that each check runs.

For each requirement one fault, found by that requirement with ONLY it selected; each variant with the whole contract.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor

import pytest

from tests.harness.contract import requirements
from tests.reference.faults import FAULTS
from tests.suite.measure import CONFORMING, Job, Row, measure, variants_by_name

ONE_OF_EACH = {fault.requirement: fault for fault in reversed(FAULTS)}
FAULT_JOBS = [Job("fault", fault.name, 1, "standard", (id,)) for id, fault in ONE_OF_EACH.items()]
VARIANT_JOBS = [Job("variant", name, 1, "standard") for name in (*CONFORMING, *variants_by_name())]


@pytest.fixture(scope="module")
def rows() -> Iterator[dict[Job, Future[Row]]]:
    """Every run of this module, under way in as many processes as there are cores."""
    with ProcessPoolExecutor(os.cpu_count() or 1) as pool:
        yield {job: pool.submit(measure, job) for job in (*FAULT_JOBS, *VARIANT_JOBS)}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("job", FAULT_JOBS, ids=lambda job: f"{job.only[0]}-{job.name}")
def test_a_seeded_fault_is_found_by_the_requirement_that_it_breaks(job: Job, rows: dict[Job, Future[Row]]) -> None:
    row = rows[job].result()

    assert row.found, row


@pytest.mark.parametrize("job", VARIANT_JOBS, ids=lambda job: job.name)
def test_a_conforming_variant_is_not_refused(job: Job, rows: dict[Job, Future[Row]]) -> None:
    row = rows[job].result()

    assert row.as_it_should_be, row


def test_every_requirement_has_a_fault_and_every_fault_a_requirement() -> None:
    assert {fault.requirement for fault in FAULTS} == set(requirements())


def test_every_requirement_has_a_variant_that_could_tempt_its_check() -> None:
    tempted = {id for variant in variants_by_name().values() for id in variant.tempts}

    assert tempted == set(requirements())


def test_faults_and_variants_have_names_of_their_own() -> None:
    names = [fault.name for fault in FAULTS] + list(variants_by_name())

    assert len(names) == len(set(names))


def test_there_are_as_many_faults_and_variants_as_the_suite_promises() -> None:
    assert len(FAULTS) >= 150
    assert len(variants_by_name()) >= 40
