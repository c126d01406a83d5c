"""The reports of real runs: what conformance.json and junit.xml hold, and what they never hold."""

from __future__ import annotations

import datetime
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.harness.contract import requirements
from tests.harness.exchange import Exchange, Failure, Finding, Json, Mismatch, Response, Trouble
from tests.harness.options import Options
from tests.harness.report import conformance, write
from tests.harness.reports.files import SCHEMA
from tests.harness.reports.junit import junit
from tests.harness.run import Run
from tests.harness.runner import run_contract
from tests.harness.target import Target, Waiver, reference_target
from tests.harness.verdict import Verdict, decide
from tests.reference.app import build_app
from tests.reference.arena import User
from tests.reference.message import Request
from tests.reference.message import Response as Answer
from tests.reference.parts import Handler, Modifier, around, in_arena
from tests.reference.server import running
from tests.reference.state import State
from tests.suite.exchanges import EVENT, TARGET, done, put

LATER = datetime.date(2999, 1, 31)


@dataclass(frozen=True)
class Reported:
    """A run that has ended, and its reports as texts."""

    run: Run
    verdict: Verdict
    json: str
    xml: str

    @property
    def document(self) -> dict[str, Json]:
        found: dict[str, Json] = json.loads(self.json)
        return found

    def requirement(self, id: str) -> dict[str, Json]:
        found: dict[str, Json] = next(one for one in self.document["requirements"] if one["id"] == id)
        return found

    def case(self, id: str) -> ElementTree.Element:
        return next(case for case in ElementTree.fromstring(self.xml).iter("testcase") if case.get("name") == id)


def a_wrong_status(event: Json, flag: bool, user: User, now: datetime.datetime) -> Json:
    """A fault: the status stays NEEDS_UPDATE whatever the flag."""
    return {**event, "itemsReconciled": flag, "status": "NEEDS_UPDATE"}


async def echo_the_request(request: Request, state: State, handler: Handler) -> Answer:
    """A fault: every answer quotes the headers of its request, in a header and in the body."""
    answer = await handler(request, state)
    quoted = json.dumps(dict(request.headers))
    return answer.with_header("X-Echo", quoted).with_body(answer.body[:-1] + b', "echo": ' + quoted.encode() + b"}")


FAULTS: dict[str, tuple[Modifier, ...]] = {
    "none": (),
    "status": (in_arena(lambda parts: replace(parts, update_event=a_wrong_status)),),
    "status and echo": (
        in_arena(lambda parts: replace(parts, update_event=a_wrong_status)),
        around(echo_the_request),
    ),
}


@cache
def real(fault: str, waived: tuple[str, ...] = (), only: tuple[str, ...] = ("EVENT",)) -> Reported:
    """The reports of a real run against a reference implementation with a fault."""
    waivers = tuple(Waiver(id, "known & <accepted>", LATER) for id in waived)
    with running(build_app(*FAULTS[fault])) as url:
        target = replace(reference_target(url), waivers=waivers)
        return reported(*run_contract(target, Options(only=only, seed=7)))


def reported(run: Run, verdict: Verdict) -> Reported:
    document = conformance(run, verdict)
    return Reported(run, verdict, json.dumps(document, ensure_ascii=False), junit(document))


def by_hand(*findings: Finding, target: Target = TARGET, change: Callable[[Run], None] = lambda run: None) -> Reported:
    """The reports of a run in which these findings were made, and nothing else."""
    run = Run(target, Options(seed=7))
    for finding in findings:
        tally = run.tallies[finding.requirement]
        tally.exchanges += 1
        tally.broken += 1
        tally.findings.append(finding)
    change(run)
    return reported(run, decide(run))


def schema_says(document: Json) -> list[str]:
    validator = jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")), validate_formats=True)
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(document)]


RUNS: dict[str, Callable[[], Reported]] = {
    "a conforming target": lambda: real("none"),
    "a faulty target": lambda: real("status"),
    "a target that quotes requests": lambda: real("status and echo"),
    "a waived failure": lambda: real("status", waived=("EVENT-3", "EVENT-9")),
    "a stale waiver": lambda: real("none", waived=("EVENT-4",)),
}
EACH = pytest.mark.parametrize("name", RUNS)


@EACH
def test_conformance_json_keeps_its_schema(name: str) -> None:
    assert schema_says(RUNS[name]().document) == []


def test_the_schema_of_conformance_json_is_a_schema_and_closed() -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))

    jsonschema_rs.meta.validate(schema)
    assert schema_says(real("none").document | {"more": 1})
    assert schema_says({name: value for name, value in real("none").document.items() if name != "verdict"})


@EACH
def test_conformance_json_has_each_requirement_once(name: str) -> None:
    found = RUNS[name]().document["requirements"]

    assert [one["id"] for one in found] == list(requirements())
    assert {one["id"]: one["level"] for one in found} == {id: one.level for id, one in requirements().items()}


@pytest.mark.parametrize(
    ("name", "verdict", "exit_code"),
    [
        ("a conforming target", "conforming", 0),
        ("a faulty target", "nonconforming", 1),
        ("a waived failure", "conforming", 0),
        ("a stale waiver", "conforming", 4),
    ],
)
def test_conformance_json_has_the_answer_of_the_run(name: str, verdict: str, exit_code: int) -> None:
    document = RUNS[name]().document

    assert (document["verdict"], document["exit_code"]) == (verdict, exit_code)
    assert (document["profile"], document["seed"], document["strict"], document["only"]) == (
        "standard",
        7,
        False,
        ["EVENT"],
    )
    assert document["stopped"] is None


def test_conformance_json_counts_what_was_sent() -> None:
    one = real("none")

    assert one.document["requests"] == one.run.sent >= len(one.run.exchanges) > 20
    assert 0 < one.document["seconds"] < 60


def test_conformance_json_names_the_target() -> None:
    one = real("none")

    arena = one.run.target.arena
    assert arena is not None
    assert one.document["target"] == {
        "name": "the reference implementation",
        "arena": arena.url,
        "vba": arena.url,
    }


def test_an_api_that_is_not_claimed_is_null() -> None:
    document = by_hand(target=replace(TARGET, vba=None)).document

    assert document["target"]["vba"] is None
    assert schema_says(document) == []


def test_what_passes_has_no_findings() -> None:
    one = real("none").requirement("EVENT-3")

    assert (one["outcome"], one["reason"], one["broken"], one["findings"]) == ("pass", "", 0, [])
    assert one["exchanges"] > 5


def test_what_only_left_out_is_out_of_scope() -> None:
    one = real("none").requirement("BATCH-1")

    assert (one["outcome"], one["exchanges"]) == ("out-of-scope", 0)
    assert one["reason"]


def test_a_fault_fails_its_requirement_and_its_finding_shows_the_exchange() -> None:
    one = real("status").requirement("EVENT-3")

    assert one["outcome"] == "fail"
    assert one["broken"] >= len(one["findings"]) > 0
    finding = one["findings"][0]
    assert finding["message"].startswith("EVENT-3: expected ")
    assert "RECONCILED" in finding["expected"]
    assert "NEEDS_UPDATE" in finding["actual"]
    assert finding["request"]["method"] == "PUT"
    assert finding["request"]["body"] == '{"itemsReconciled": true}'
    assert finding["response"]["status"] == 200
    assert json.loads(finding["response"]["body"])["status"] == "NEEDS_UPDATE"
    assert finding["curl"].startswith("curl ")
    assert finding["request"]["url"] in finding["curl"]
    assert finding["scenario"]


def test_the_number_of_a_finding_is_that_of_its_exchange() -> None:
    one = real("status")

    numbered = {exchange.number: exchange for exchange in one.run.exchanges}
    for finding in one.requirement("EVENT-3")["findings"]:
        assert numbered[finding["exchange"]].request.url == finding["request"]["url"]


def test_a_waived_failure_keeps_its_findings_and_says_why() -> None:
    one = RUNS["a waived failure"]().requirement("EVENT-3")

    assert (one["outcome"], one["reason"]) == ("waived", "known & <accepted>")
    assert one["findings"]


def test_a_stale_waiver_is_named() -> None:
    assert real("none", waived=("EVENT-4",)).document["stale_waivers"] == ["EVENT-4"]


def test_a_run_that_stopped_says_why_without_secrets() -> None:
    def stop(run: Run) -> None:
        run.stopped = f"refused: {TARGET.secrets['ARENA_SESSION_ID']}"

    document = by_hand(change=stop).document

    assert document["stopped"] == "refused: ${ARENA_SESSION_ID}"
    assert schema_says(document) == []


@EACH
def test_junit_has_a_case_for_each_requirement(name: str) -> None:
    root = ElementTree.fromstring(RUNS[name]().xml)
    cases = list(root.iter("testcase"))

    assert [case.get("name") for case in cases] == list(requirements())
    assert root.get("tests") == str(len(cases))
    assert root.get("failures") == str(len(list(root.iter("failure"))))
    assert root.get("skipped") == str(len(list(root.iter("skipped"))))
    assert {case.get("classname") for case in cases} == {f"contract.{id.partition('-')[0]}" for id in requirements()}


def test_junit_has_a_failure_for_what_fails_the_gate() -> None:
    failure = real("status").case("EVENT-3").find("failure")

    assert failure is not None
    assert "NEEDS_UPDATE" in failure.get("message", "")
    assert requirements()["EVENT-3"].statement in (failure.text or "")
    assert "curl " in (failure.text or "")


def test_junit_has_no_failure_for_what_passes() -> None:
    assert list(real("status").case("EVENT-4")) == []


@pytest.mark.parametrize(
    ("name", "id", "says"),
    [
        ("a waived failure", "EVENT-3", "waived: known & <accepted>"),
        ("a conforming target", "BATCH-1", "out-of-scope: "),
    ],
)
def test_junit_skips_what_is_not_answered(name: str, id: str, says: str) -> None:
    skipped = RUNS[name]().case(id).find("skipped")

    assert skipped is not None
    assert skipped.get("message", "").startswith(says)


def test_junit_shows_a_failed_should_without_failing() -> None:
    one = by_hand(Finding("EVENT-8", Mismatch("this", "that"), done(EVENT)))

    case = one.case("EVENT-8")
    assert case.find("failure") is None
    output = case.find("system-out")
    assert output is not None
    assert "that" in (output.text or "")


@EACH
def test_no_report_holds_a_secret(name: str) -> None:
    one = RUNS[name]()

    for secret in one.run.target.secrets.values():
        for part in (secret, secret[:-1], secret[1:]):
            assert part not in one.json
            assert part not in one.xml


def test_what_a_target_quotes_of_secrets_stands_as_variables() -> None:
    finding = real("status and echo").requirement("EVENT-3")["findings"][0]

    assert json.loads(finding["response"]["body"])["echo"]["arena_session_id"] == "${ARENA_SESSION_ID}"
    assert '"${ARENA_SESSION_ID}"' in dict(finding["response"]["headers"])["X-Echo"]


ODD_TEXTS = ["a\0b", "\x1b[31m", "\ud800", "\ufffe\uffff", "]]>", "<&\"'>", "🙂", "\r\n\t", "\x85\u2028", "\x7f"]


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_any_text_of_a_target_can_be_reported(text: str, tmp_path: Path) -> None:
    body = json.dumps({"status": text}).encode()
    exchange = Exchange(1, put(EVENT), Response(200, (("X-Text", "ok"),), body, len(body)))
    finding = Finding("EVENT-3", Mismatch("RECONCILED", f"status {text}"), exchange)
    run = Run(TARGET, Options(seed=7))
    run.tallies["EVENT-3"].broken = 1
    run.tallies["EVENT-3"].findings.append(finding)

    write(run, decide(run), tmp_path / "new" / "folder")

    document: dict[str, Any] = json.loads((tmp_path / "new" / "folder" / "conformance.json").read_text("utf-8"))
    assert schema_says(document) == []
    root = ElementTree.parse(tmp_path / "new" / "folder" / "junit.xml").getroot()
    assert len(list(root.iter("failure"))) == 1


@pytest.mark.parametrize("trouble", Trouble)
def test_an_answer_that_did_not_come_can_be_reported(trouble: Trouble) -> None:
    exchange = Exchange(3, put(EVENT), Failure(trouble, "closed"))

    document = by_hand(Finding("HTTP-1", Mismatch("an answer", "none"), exchange)).document

    assert schema_says(document) == []
    found = next(one for one in document["requirements"] if one["id"] == "HTTP-1")
    assert found["findings"][0]["response"] == {"failure": f"{trouble}: closed"}


def test_the_reports_are_written_into_their_folder(tmp_path: Path) -> None:
    one = real("status")

    write(one.run, one.verdict, tmp_path)

    assert json.loads((tmp_path / "conformance.json").read_text("utf-8")) == one.document
    xml = (tmp_path / "junit.xml").read_text("utf-8")
    assert xml.startswith("<?xml")
    assert ElementTree.fromstring(xml.encode()).get("failures") == str(one.xml.count("<failure"))


def test_new_reports_take_the_place_of_old_ones(tmp_path: Path) -> None:
    (tmp_path / "conformance.json").write_text("x" * 10**6)
    one = real("none")

    write(one.run, one.verdict, tmp_path)

    assert json.loads((tmp_path / "conformance.json").read_text("utf-8"))["verdict"] == "conforming"


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    one = real("none")

    with pytest.raises(OSError, match="file"):
        write(one.run, one.verdict, tmp_path / "file")
