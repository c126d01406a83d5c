"""What a run leaves in REPORT_DIR: conformance.json, and what is made of it."""

from __future__ import annotations

from pathlib import Path

from tests.harness.evidence import commands, request_shown, response_shown
from tests.harness.exchange import Finding, Json
from tests.harness.left import left_changed
from tests.harness.redact import Redact, redactor
from tests.harness.reports import files
from tests.harness.run import Run
from tests.harness.target import Target
from tests.harness.tls import Tls
from tests.harness.verdict import Result, Verdict


def write(run: Run, verdict: Verdict, folder: Path) -> None:
    """Write the reports of a run that has ended. Raises OSError where the folder cannot be written.

    Where $GITHUB_STEP_SUMMARY names a file, the summary is added to it too.
    """
    report = conformance(run, verdict)
    files.write(report, folder)
    files.add_to_step_summary(report)


def conformance(run: Run, verdict: Verdict) -> dict[str, Json]:
    """The whole answer of a run as one JSON object; conformance.schema.json describes it."""
    redact, tls = redactor(run.target.secrets), run.target.routes.tls
    return {
        "verdict": verdict.name,
        "exit_code": verdict.exit_code,
        "profile": run.options.profile,
        "strict": run.options.strict,
        "only": list(run.options.only),
        "seed": run.options.seed,
        "requests": run.sent,
        "seconds": round(run.seconds, 3),
        "stopped": run.stopped and redact(run.stopped),
        "left": [redact(line) for line in left_changed(run.history).words],
        "target": _target(run.target, redact),
        "requirements": [_requirement(result, redact, tls) for result in verdict.results],
        "stale_waivers": [waiver.requirement for waiver in verdict.stale_waivers],
    }


def _target(target: Target, redact: Redact) -> dict[str, Json]:
    return {
        "name": redact(target.name),
        "arena": target.arena and redact(target.arena.url),
        "vba": target.vba and redact(target.vba.url),
    }


def _requirement(result: Result, redact: Redact, tls: Tls) -> dict[str, Json]:
    requirement = result.requirement
    return {
        "id": requirement.id,
        "level": requirement.level,
        "outcome": result.outcome,
        "reason": redact(result.waiver.reason if result.outcome == "waived" and result.waiver else result.reason),
        "statement": requirement.statement,
        "source": requirement.source,
        "exchanges": result.exchanges,
        "broken": result.broken,
        "findings": [_finding(finding, redact, tls) for finding in result.findings],
    }


def _finding(finding: Finding, redact: Redact, tls: Tls) -> dict[str, Json]:
    exchange = finding.exchange
    expected, actual = redact(finding.mismatch.expected), redact(finding.mismatch.actual)
    return {
        "message": f"{finding.requirement}: expected {expected}; came {actual}",
        "expected": expected,
        "actual": actual,
        "scenario": exchange.scenario,
        "exchange": exchange.number,
        "request": request_shown(exchange.request, redact),
        "response": response_shown(exchange, redact),
        "curl": commands(finding, redact, tls),
    }
