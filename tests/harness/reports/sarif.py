"""The findings of a run in SARIF 2.1.0, for tools that show findings beside the text of openapi/."""

from __future__ import annotations

import hashlib

from tests.harness.contract import Requirement, requirements
from tests.harness.exchange import Json
from tests.harness.reports.answer import Report, group
from tests.harness.reports.places import Place, place_of
from tests.harness.verdict import EXIT_INTERRUPTED, EXIT_STOPPED, EXIT_SUITE_FAILED

VERSION = "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"MUST": "error", "SHOULD": "warning"}
FINGERPRINT = "findingHash/v1"


def sarif(report: Report) -> dict[str, Json]:
    """One SARIF log with one run: a rule for each requirement of the catalogue, a result for each finding kept.

    A result stands at the line of openapi/ that states the rule. One of a waived requirement is suppressed.
    """
    rules = list(requirements())
    results = [
        _result(requirement, finding, rules.index(requirement["id"]))
        for requirement in report["requirements"]
        for finding in requirement["findings"]
    ]
    run = {
        "tool": {"driver": {"name": "events-contract", "rules": [_rule(one) for one in requirements().values()]}},
        "invocations": [_invocation(report)],
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {name: report[name] for name in ("verdict", "profile", "strict", "only", "seed", "target")},
    }
    return {"$schema": SCHEMA, "version": VERSION, "runs": [run]}


def _rule(requirement: Requirement) -> dict[str, Json]:
    place = place_of(requirement.id)
    told = f"{requirement.statement}\n\nSource: {requirement.source}.\nStated in {place.file}, line {place.line}."
    return {
        "id": requirement.id,
        "shortDescription": {"text": f"{requirement.id} ({requirement.level})"},
        "fullDescription": {"text": requirement.statement},
        "help": {"text": told},
        "defaultConfiguration": {"level": LEVELS[requirement.level]},
        "properties": {"tags": [requirement.level, group(requirement.id), *requirement.operations]},
    }


def _invocation(report: Report) -> dict[str, Json]:
    invocation: dict[str, Json] = {
        "executionSuccessful": report["exit_code"] not in (EXIT_SUITE_FAILED, EXIT_STOPPED, EXIT_INTERRUPTED),
        "exitCode": report["exit_code"],
    }
    if report["stopped"]:
        notice = {"level": "error", "message": {"text": report["stopped"]}}
        invocation["toolExecutionNotifications"] = [notice]
    return invocation


def _result(requirement: Report, finding: Report, index: int) -> dict[str, Json]:
    result = {
        "ruleId": requirement["id"],
        "ruleIndex": index,
        "kind": "fail",
        "level": LEVELS[requirement["level"]],
        "message": {"text": f"Expected {finding['expected']}; came {finding['actual']}."},
        "locations": [_location(place_of(requirement["id"]))],
        "partialFingerprints": {FINGERPRINT: _fingerprint(requirement, finding)},
        "webRequest": _web_request(finding["request"]),
        "webResponse": _web_response(finding["response"]),
        "properties": {name: finding[name] for name in ("scenario", "exchange", "curl")},
    }
    if requirement["outcome"] == "waived":
        accepted = {"kind": "external", "status": "accepted", "justification": requirement["reason"]}
        result["suppressions"] = [accepted]
    return result


def _location(place: Place) -> dict[str, Json]:
    artifact = {"uri": place.file, "uriBaseId": "%SRCROOT%"}
    return {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": place.line}}}


def _fingerprint(requirement: Report, finding: Report) -> str:
    """The same for the same finding of a later run, so that a tool knows it again."""
    parts = (requirement["id"], finding["scenario"], finding["expected"], finding["actual"])
    return hashlib.sha256("\n".join(parts).encode("utf-8", "backslashreplace")).hexdigest()


def _web_request(request: Report) -> dict[str, Json]:
    return {
        "protocol": "http",
        "method": request["method"],
        "target": request["url"],
        "headers": _headers(request["headers"]),
        "body": {"text": request["body"]},
    }


def _web_response(response: Report) -> dict[str, Json]:
    if "failure" in response:
        return {"noResponseReceived": True, "reasonPhrase": response["failure"]}
    return {
        "statusCode": response["status"],
        "headers": _headers(response["headers"]),
        "body": {"text": response["body"]},
    }


def _headers(pairs: list[list[str]]) -> dict[str, str]:
    """Headers by name, as SARIF has them; the values of one that comes twice are joined as HTTP joins them."""
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
