"""What a person reads at the end of a run: the verdict, what failed, what is unverified, and what to do next."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterator

from tests.harness.evidence import commands
from tests.harness.left import left_changed
from tests.harness.redact import redactor
from tests.harness.run import Run
from tests.harness.verdict import Result, Verdict, gates

WIDTH = 118
SHOWN = 1500
"""Characters of a curl line."""


def lines(run: Run, verdict: Verdict) -> Iterator[str]:
    """The summary, line by line. Secrets are left out."""
    redact = redactor(run.target.secrets)
    for line in _lines(run, verdict):
        yield redact(line)


def _lines(run: Run, verdict: Verdict) -> Iterator[str]:
    failed = verdict.having("fail")
    gate = [result for result in failed if gates(run, result.requirement.id)]
    yield ""
    for result in gate:
        yield from _failure(run, result)
    for result in failed:
        if result not in gate:
            yield from _failure(run, result)
    yield from _unverified(verdict)
    for result in verdict.having("waived"):
        waiver = result.waiver
        if waiver:
            yield f"WAIVED      {result.requirement.id} until {waiver.expires}: {waiver.reason}"
    for waiver in verdict.stale_waivers:
        yield f"STALE       {waiver.requirement} is waived but passes: take its [[waivers]] out of target.toml"
    if run.stopped:
        yield f"STOPPED     {run.stopped}"
    if run.stopped:
        for line in left_changed(run.history).words:
            yield from textwrap.wrap(f"LEFT        {line}", WIDTH, subsequent_indent=" " * 12)
    for name in run.crashed:
        yield f"SUITE ERROR in {name}: this is a fault of the suite, not of the target; see the traceback above"
    yield ""
    yield f"{verdict.name.upper()}: {run.target.name}, {_scope(run)}{_counts(verdict)}"
    options = run.options
    yield (
        f"{run.sent} requests, {run.seconds:.1f} s, profile {options.profile}, SEED={options.seed}; "
        f"reports in {options.report_dir}/"
    )
    if failed:
        yield f"again, one alone: {_again(run, (gate or failed)[0])}"


def _failure(run: Run, result: Result) -> Iterator[str]:
    requirement, finding = result.requirement, result.findings[0]
    again = commands(finding, redactor(run.target.secrets), run.target.routes.tls).split("\n")
    yield f"FAIL {requirement.level:<6} {requirement.id}: {requirement.statement}"
    yield f"     source    {requirement.source}"
    yield from _wrapped("expected ", finding.mismatch.expected)
    yield from _wrapped("came     ", finding.mismatch.actual)
    times = f"{result.broken} of {result.exchanges} exchanges" if result.broken > 1 else "once"
    yield f"     seen      {times}; first in {finding.exchange.scenario}, exchange {finding.exchange.number}"
    elsewhere = f"too long to be shown here: it is in {run.options.report_dir}/index.html"
    cut = [line if len(line) < SHOWN else elsewhere for line in again]
    if len(cut) == 1:
        yield f"     send it   {cut[0]}"
    else:
        yield "     send them, one after the other:"
        yield from (f"     {line}" for line in cut)
    yield ""


def _wrapped(label: str, text: str) -> Iterator[str]:
    rows = textwrap.wrap(text, WIDTH - 15) or [""]
    yield f"     {label} {rows[0]}"
    yield from (f"               {row}" for row in rows[1:6])


def _unverified(verdict: Verdict) -> Iterator[str]:
    """The unverified requirements, together with those that lack the same."""
    by_reason: dict[str, list[str]] = {}
    for result in verdict.having("unverified"):
        name = result.requirement.id + ("" if result.requirement.level == "MUST" else " (SHOULD)")
        by_reason.setdefault(result.reason, []).append(name)
    for reason, names in by_reason.items():
        yield from textwrap.wrap(f"UNVERIFIED  {', '.join(names)}: {reason}", WIDTH, subsequent_indent=" " * 12)


def _scope(run: Run) -> str:
    claimed = [name for name, api in (("Arena", run.target.arena), ("VBA", run.target.vba)) if api]
    urls = sorted({api.url for api in (run.target.arena, run.target.vba) if api})
    return f"{' and '.join(claimed)} at {', '.join(urls)}: "


def _counts(verdict: Verdict) -> str:
    counts = [(name, len(verdict.having(name))) for name in ("pass", "fail", "unverified", "waived", "out-of-scope")]
    words = {"pass": "passed", "fail": "failed"}
    return ", ".join(f"{count} {words.get(name, name)}" for name, count in counts if count)


def _again(run: Run, result: Result) -> str:
    options = run.options
    parts = ["make test", f"ONLY={result.requirement.id}", f"SEED={options.seed}"]
    parts += [f"TARGET_URL={options.target_url}"] if options.target_url else []
    parts += [f"TARGET_CONFIG={options.target_config}"] if options.target_config else []
    parts += [f"PROFILE={options.profile}"] if options.profile != "standard" else []
    parts += ["STRICT=1"] if options.strict else []
    return shlex.join(parts).replace("'make test'", "make test")
