"""The SARIF log is one that other tools read, and says what the report says."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs

from tests.harness.contract import requirements
from tests.harness.exchange import Json
from tests.harness.reports.answer import Report
from tests.harness.reports.places import place_of
from tests.harness.reports.sarif import sarif
from tests.suite.reports.samples import WAIVED, finding, report, requirement

SCHEMA = Path(__file__).parents[1] / "data" / "sarif.schema.json"


def run_of(told: Report) -> Json:
    """The run of the log, which is held against the schema."""
    log = json.loads(json.dumps(sarif(told)))
    validator = jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")), validate_formats=True)
    assert [error.message for error in validator.iter_errors(log)] == []
    (run,) = log["runs"]
    return run


def test_a_real_run_gives_a_valid_log(faulty: Report) -> None:
    found = run_of(faulty)["results"]

    assert len(found) == sum(len(one["findings"]) for one in faulty["requirements"]) > 0


def test_every_requirement_is_a_rule_with_its_level_and_source() -> None:
    rules = {rule["id"]: rule for rule in run_of(report())["tool"]["driver"]["rules"]}

    assert list(rules) == list(requirements())
    for id, one in requirements().items():
        assert rules[id]["fullDescription"]["text"] == one.statement
        assert one.source in rules[id]["help"]["text"]
        assert rules[id]["defaultConfiguration"]["level"] == {"MUST": "error", "SHOULD": "warning"}[one.level]


def test_a_finding_stands_at_the_line_of_its_rule_with_its_level_and_exchange() -> None:
    run = run_of(report(requirement("EVENT-3", "fail"), requirement("HTTP-3", "fail")))

    must, should = run["results"]
    place = place_of("EVENT-3")
    location = must["locations"][0]["physicalLocation"]
    assert (must["ruleId"], must["level"], must["message"]["text"]) == (
        "EVENT-3",
        "error",
        "Expected HTTP 401; came HTTP 500.",
    )
    assert (location["artifactLocation"]["uri"], location["region"]["startLine"]) == (place.file, place.line)
    assert run["tool"]["driver"]["rules"][must["ruleIndex"]]["id"] == "EVENT-3"
    assert must["webRequest"]["headers"]["arena_session_id"] == "$ARENA_SESSION_ID"
    assert must["webResponse"]["statusCode"] == 500
    assert (should["ruleId"], should["level"]) == ("HTTP-3", "warning")


def test_a_waived_finding_is_suppressed_with_its_reason() -> None:
    (result,) = run_of(report(requirement("EVENT-3", "waived")))["results"]

    assert result["suppressions"] == [{"kind": "external", "status": "accepted", "justification": WAIVED}]


def test_an_answer_that_did_not_come_is_said_to_be_none() -> None:
    cut = finding("EVENT-3", response={"failure": "the connection was cut"})

    (result,) = run_of(report(requirement("EVENT-3", "fail", cut)))["results"]

    assert result["webResponse"] == {"noResponseReceived": True, "reasonPhrase": "the connection was cut"}


def test_a_header_that_comes_twice_keeps_both_values() -> None:
    twice = finding("EVENT-3", response={"status": 405, "headers": [["Allow", "GET"], ["Allow", "PUT"]], "body": ""})

    (result,) = run_of(report(requirement("EVENT-3", "fail", twice)))["results"]

    assert result["webResponse"]["headers"] == {"Allow": "GET, PUT"}


def test_the_same_finding_of_a_later_run_has_the_same_fingerprint() -> None:
    early, late, other = (
        run_of(report(requirement("EVENT-3", "fail", one)))["results"][0]["partialFingerprints"]
        for one in (finding("EVENT-3"), finding("EVENT-3", exchange=99), finding("EVENT-3", actual="HTTP 200"))
    )

    assert early == late != other


def test_a_run_that_was_stopped_did_not_succeed() -> None:
    (invocation,) = run_of(report(exit_code=7, stopped="the session ended"))["invocations"]

    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "the session ended"
