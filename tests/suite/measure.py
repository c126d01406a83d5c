"""How good the suite is: the contract against every seeded fault and every conforming variant.

`python -m tests.suite.measure` prints a row for each and the two figures that decide the suite's worth: faults found,
each by the requirement that it breaks, and variants refused.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests.harness.contract import requirements
from tests.harness.options import Options, Profile, read_only, read_profile
from tests.harness.run import Run
from tests.harness.runner import run_contract
from tests.harness.target import ConfigurationError, Target, reference_target
from tests.harness.verdict import Verdict
from tests.harness.wire import Wire
from tests.independent import server as independent
from tests.reference.app import build_app
from tests.reference.faults import FAULTS, Fault
from tests.reference.server import running
from tests.reference.variants import VARIANTS, Variant

HANGING_SECONDS = 2.0
"""How long a fault is waited for, as some hang: the servers here are on this machine and answer in milliseconds."""
ANSWER_SECONDS = 30.0
"""How long any other is waited for: long, as this machine may be busy."""
PATIENCE = 10.0
GARBAGE = 100_000
"""Objects that a process makes before it looks for garbage."""
REFERENCE = "reference-implementation"
INDEPENDENT = "independent-implementation"
CONFORMING = (REFERENCE, INDEPENDENT)
"""Beside the variants: what conforms without being one."""
SHOWN_BY_READING_ALONE = ("EVENT-8", "QUALITY-8")


@dataclass(frozen=True)
class Row:
    """What one run showed. `at` is the request that first showed the fault, 0 where none did."""

    kind: str
    name: str
    requirement: str
    seed: int
    verdict: str
    failed: tuple[str, ...]
    at: int
    requests: int
    seconds: float
    note: str = ""
    scenarios: tuple[str, ...] = ()
    """The scenarios that showed the fault."""

    @property
    def found(self) -> bool:
        """The fault's own requirement is among those that failed."""
        return self.requirement in self.failed

    @property
    def as_it_should_be(self) -> bool:
        """A fault is found; of a variant nothing is found and nothing but what it lacks is unverified."""
        return self.found if self.kind == "fault" else not self.failed and not self.note


@dataclass(frozen=True)
class Job:
    """One run to make."""

    kind: str
    name: str
    seed: int
    profile: Profile
    only: tuple[str, ...] = ()


def faults_by_name() -> dict[str, Fault]:
    """The seeded faults."""
    return {fault.name: fault for fault in FAULTS}


def variants_by_name() -> dict[str, Variant]:
    """The conforming variants."""
    return {variant.name: variant for variant in VARIANTS}


def measure(job: Job) -> Row:
    """Make one run and tell what it showed."""
    if job.kind == "fault":
        fault = faults_by_name()[job.name]
        with running(build_app(fault.modifier)) as url:
            return _run(job, fault.requirement, reference_target(url))
    if job.name in CONFORMING:
        with running(build_app()) if job.name == REFERENCE else independent.running() as url:
            return _run(job, "", reference_target(url))
    variant = variants_by_name()[job.name]
    with running(variant.wrap(build_app(variant.modifier, prefix=variant.prefix))) as url:
        target = reference_target(url + variant.prefix)
        assert target.arena is not None
        return _run(job, "", replace(target, arena=replace(target.arena, read_back=variant.read_back)))


def _run(job: Job, requirement: str, target: Target) -> Row:
    options = Options(seed=job.seed, profile=job.profile, only=job.only)
    started = time.monotonic()
    try:
        wire = Wire(HANGING_SECONDS if job.kind == "fault" else ANSWER_SECONDS)
        run, verdict = run_contract(target, options, wire, PATIENCE)
    except ConfigurationError as error:
        seconds = time.monotonic() - started
        return Row(job.kind, job.name, requirement, job.seed, "refused at the start", (), 0, 0, seconds, str(error))
    tally = run.tallies.get(requirement)
    at = tally.findings[0].exchange.number if tally and tally.findings else 0
    failed = tuple(result.requirement.id for result in verdict.having("fail"))
    seconds = time.monotonic() - started
    note = run.stopped or _unverified(target, verdict) or (_refused(run) if job.kind == "variant" else "")
    showed = tuple(sorted(tally.scenarios)) if tally else ()
    return Row(job.kind, job.name, requirement, job.seed, verdict.name, failed, at, run.sent, seconds, note, showed)


def _refused(run: Run) -> str:
    """The first finding, with its exchange: why a variant was refused."""
    findings = [finding for tally in run.tallies.values() for finding in tally.findings]
    if not findings:
        return ""
    first = min(findings, key=lambda finding: finding.exchange.number)
    return f"exchange {first.exchange.number}: expected {first.mismatch.expected}, came {first.mismatch.actual}"


def _unverified(target: Target, verdict: Verdict) -> str:
    """What is unverified though the target has all that it takes."""
    lacking = [result.requirement.id for result in verdict.having("unverified")]
    if target.arena is not None and not target.arena.read_back:
        lacking = [id for id in lacking if id not in SHOWN_BY_READING_ALONE]
    return f"unverified: {', '.join(lacking)}" if lacking else ""


def measure_all(jobs: Sequence[Job], workers: int) -> Iterator[Row]:
    """The rows of all jobs, in their order, from that many processes."""
    if workers == 1:
        yield from map(measure, jobs)
        return
    # The modules are far more than what a run leaves: searching them for garbage takes a sixth of the time.
    gc.freeze()
    gc.set_threshold(GARBAGE)
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(measure, jobs)


def jobs_for(names: Iterable[str], seeds: Sequence[int], profile: Profile, only: tuple[str, ...] = ()) -> list[Job]:
    """A job for each seed and each fault and variant (all without names): what a seed generates is generated once.

    "faults", "variants" and "chance" name all of a kind; `only` are the requirements whose scenarios are run. Raises
    ConfigurationError for another name.
    """
    wanted = set(names)
    known = {**dict.fromkeys(faults_by_name(), "fault"), **dict.fromkeys([*CONFORMING, *variants_by_name()], "variant")}
    chance = {fault.name for fault in FAULTS if fault.chance} if "chance" in wanted else set()
    wanted = wanted - {"chance"} | chance
    for name in wanted:
        if name not in known and name not in ("faults", "variants"):
            raise ConfigurationError(f"{name!r} is no fault and no variant; see tests/reference/faults and variants")
    return [
        Job(kind, name, seed, profile, only)
        for seed in seeds
        for name, kind in known.items()
        if not wanted or name in wanted or f"{kind}s" in wanted
    ]


def read_seeds(text: str) -> range:
    """The seeds of `10`, which are 1 to 10, or of `11-20`. Raises ConfigurationError for what names none."""
    named = re.fullmatch(r"(?:(\d{1,9})-)?(\d{1,9})", text, re.ASCII)
    seeds = range(int(named[1] or 1), int(named[2]) + 1) if named else range(0)
    if not seeds:
        raise ConfigurationError(f"SEEDS: {text!r} names no seed; give how many, from 1 on, or the first and the last")
    return seeds


def figures(rows: Sequence[Row]) -> list[str]:
    """The two figures, in words."""
    found = []
    for level in ("MUST", "SHOULD"):
        of_level = [row for row in rows if row.kind == "fault" and requirements()[row.requirement].level == level]
        found.append(f"{sum(row.found for row in of_level)} of {len(of_level)} {level}")
    variants = [row for row in rows if row.kind == "variant"]
    refused = sum(not row.as_it_should_be for row in variants)
    return [f"faults found: {', '.join(found)}", f"variants refused: {refused} of {len(variants)}"]


def line(row: Row) -> str:
    """A row of the table."""
    if row.kind == "fault":
        state = "found" if row.found else "MISSED"
        where = f"at {row.at:>4}" if row.found else " " * 7
    else:
        state, where = ("passed" if row.as_it_should_be else "REFUSED"), " " * 7
    others = " ".join(id for id in row.failed if id != row.requirement)
    measured = f"{row.requests:>5} requests {row.seconds:>5.1f} s"
    return f"{row.name:<58} {row.requirement:<15} {state:<8}{where} {measured}  {others} {row.note}".rstrip()


def main(arguments: list[str] | None = None) -> int:
    """Measure what the arguments name and print it. Gives 0 where all is as it should be, 1 where not, 4 for usage."""
    parser = argparse.ArgumentParser(prog="python -m tests.suite.measure", description=__doc__)
    parser.add_argument("names", nargs="*", help="faults and variants, or all of 'faults', 'variants' or 'chance'")
    parser.add_argument("--profile", default="standard", help="quick, standard or deep")
    parser.add_argument("--seeds", default="1", help="how many seeds, from 1 on, or from-to")
    parser.add_argument("--only", default="", help="the requirements whose scenarios are run, in a list with commas")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", type=Path, help="write the rows there too")
    options = parser.parse_args(arguments)
    try:
        seeds = read_seeds(options.seeds)
        jobs = jobs_for(options.names, seeds, read_profile(options.profile), read_only(options.only))
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 4
    rows = []
    for row in measure_all(jobs, options.workers):
        rows.append(row)
        if len(seeds) == 1 or not row.as_it_should_be:
            print(line(row) if len(seeds) == 1 else f"seed {row.seed}: {line(row)}", flush=True)
    print()
    for text in figures(rows):
        print(text)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", "utf-8")
    return 0 if all(row.as_it_should_be for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
