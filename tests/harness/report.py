"""What a run leaves in REPORT_DIR: conformance.json, what is made of it, and junit.xml."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from tests.harness.evidence import curl, request_shown, response_shown
from tests.harness.exchange import Finding, Json
from tests.harness.redact import Redact, redactor
from tests.harness.reports import files
from tests.harness.reports.markdown import markdown
from tests.harness.run import Run
from tests.harness.target import Target
from tests.harness.verdict import Result, Verdict, gates


def write(run: Run, verdict: Verdict, folder: Path) -> None:
    """Write the reports of a run that has ended. Raises OSError where the folder cannot be written.

    Where $GITHUB_STEP_SUMMARY names a file, the summary is added to it too.
    """
    report = conformance(run, verdict)
    files.write(report, folder)
    junit(run, verdict).write(folder / "junit.xml", "utf-8", xml_declaration=True)
    step_summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if step_summary:
        with Path(step_summary).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(markdown(report))


def conformance(run: Run, verdict: Verdict) -> dict[str, Json]:
    """The whole answer of a run as one JSON object; conformance.schema.json describes it."""
    redact = redactor(run.target.secrets)
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
        "target": _target(run.target, redact),
        "requirements": [_requirement(result, redact) for result in verdict.results],
        "stale_waivers": [waiver.requirement for waiver in verdict.stale_waivers],
    }


def junit(run: Run, verdict: Verdict) -> ElementTree.ElementTree[ElementTree.Element]:
    """A test case for each requirement: one that fails the gate is a failure, one that is not answered is skipped."""
    redact = redactor(run.target.secrets)
    failed = {result.requirement.id for result in verdict.having("fail") if gates(run, result.requirement.id)}
    left_out = [result for result in verdict.results if result.outcome not in ("pass", "fail")]
    counts = {"tests": len(verdict.results), "failures": len(failed), "errors": 0, "skipped": len(left_out)}
    suite = ElementTree.Element("testsuite", {"name": "contract", "time": f"{run.seconds:.3f}"})
    for name, count in counts.items():
        suite.set(name, str(count))
    for result in verdict.results:
        requirement = result.requirement
        group = requirement.id.partition("-")[0]
        case = ElementTree.SubElement(
            suite, "testcase", {"classname": f"contract.{group}", "name": requirement.id, "time": "0"}
        )
        if result.outcome == "fail":
            texts = "\n\n".join(_words(finding, redact) for finding in result.findings)
            tag = "failure" if requirement.id in failed else "system-out"
            element = ElementTree.SubElement(case, tag)
            element.text = _xml(f"{requirement.level} {requirement.id}: {requirement.statement}\n\n{texts}")
            if tag == "failure":
                element.set("message", _xml(redact(result.findings[0].mismatch.actual)))
        elif result.outcome != "pass":
            reason = result.waiver.reason if result.outcome == "waived" and result.waiver else result.reason
            ElementTree.SubElement(case, "skipped", {"message": _xml(redact(f"{result.outcome}: {reason}"))})
    return ElementTree.ElementTree(suite)


def _target(target: Target, redact: Redact) -> dict[str, Json]:
    return {
        "name": redact(target.name),
        "arena": target.arena and redact(target.arena.url),
        "vba": target.vba and redact(target.vba.url),
    }


def _requirement(result: Result, redact: Redact) -> dict[str, Json]:
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
        "findings": [_finding(finding, redact) for finding in result.findings],
    }


def _finding(finding: Finding, redact: Redact) -> dict[str, Json]:
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
        "curl": curl(exchange.request, redact),
    }


def _words(finding: Finding, redact: Redact) -> str:
    shown = _finding(finding, redact)
    return f"expected: {shown['expected']}\ncame:     {shown['actual']}\nagain:    {shown['curl']}"


def _xml(text: str) -> str:
    """The text without the characters that XML 1.0 does not have."""
    return "".join(
        char if char in "\t\n" or 0x20 <= ord(char) < 0xD800 or 0xE000 <= ord(char) < 0xFFFE else "?" for char in text
    )
