"""Sequences: what they find, how short they become, what they cost, and that what is shown can be sent again."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import jsonschema_rs
import pytest

from tests.harness import report, summary
from tests.harness.callers import OBJECTS
from tests.harness.exchange import Exchange, Finding, Json
from tests.harness.options import Options
from tests.harness.run import Run
from tests.harness.scenario import Api, Scenario, scenarios
from tests.harness.sequences import (
    ARENA_STEPS,
    BATCH_STEPS,
    SEQUENCES,
    SHRINKING,
    UNKNOWN_GUID,
    ArenaSequences,
    ArenaStep,
    BatchSequences,
    BatchStep,
    Drawing,
    draw_sequences,
)
from tests.harness.target import Target, reference_target
from tests.harness.verdict import decide
from tests.harness.wire import Wire
from tests.reference.app import build_app
from tests.reference.faults.edits import remembering
from tests.reference.message import Request, Response, render_json
from tests.reference.parts import Handler, Modifier, around
from tests.reference.server import running
from tests.reference.state import State

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "tests" / "harness" / "conformance.schema.json"
MACHINES: dict[Api, type[Drawing]] = {"arena": ArenaSequences, "vba": BatchSequences}
APIS: tuple[Api, ...] = ("arena", "vba")
REQUESTS = 24
"""What a scenario may send at most where it finds nothing new."""
SEEDS = range(100)
"""Seeds that are tried until one draws a sequence that shows a fault."""
ANSWER_SECONDS = 10.0
PATIENCE = 5.0
SHELL_SECONDS = 60


# What to perform, and what came of it


def scenario_of(api: Api) -> Scenario:
    """The scenario that sends sequences to an API."""
    return next(one for one in scenarios() if one.function.__name__ == f"test_sequences_at_{api}")


@dataclass(frozen=True)
class Performed:
    """A run of nothing but the sequences for one API."""

    run: Run
    reason: str | None
    sent: int
    """Requests of the scenario."""

    @property
    def shown(self) -> list[Finding]:
        """What is shown by a sequence, the shortest first."""
        findings = [finding for tally in self.run.tallies.values() for finding in tally.findings if finding.steps]
        return sorted(findings, key=lambda finding: (len(finding.steps), finding.requirement))

    @property
    def requests(self) -> list[tuple[str, str, object, bytes]]:
        """The requests of the scenario, in their order, wherever the server was."""
        sent = [exchange.request for exchange in self.run.exchanges][-self.sent :]
        return [(one.method, one.url.split("/", 3)[3], one.headers, one.body) for one in sent]


def perform(url: str, api: Api, seed: int, options: Options | None = None, target: Target | None = None) -> Performed:
    """Send the sequences of a seed to a server, after the first requests."""
    run = Run(target or reference_target(url), options or Options(seed=seed), Wire(ANSWER_SECONDS), PATIENCE)
    run.to_perform = [scenario_of(api)]
    try:
        run.first_requests([api])
        before = run.sent
        reason = run.perform(scenario_of(api))
    finally:
        run.close()
    return Performed(run, reason, run.sent - before)


def perform_with(fault: Modifier, api: Api, seed: int, options: Options | None = None) -> Performed:
    """Send the sequences of a seed to a server of its own that has a fault."""
    with running(build_app(fault)) as url:
        return perform(url, api, seed, options)


# Faults that take more than one request


def third_update_in_a_row_is_lost(times: float = float("inf")) -> Modifier:
    """Of updates of one object that nothing comes between, the third is answered with the object as it was.

    That happens so many times, and then no more.
    """

    def make() -> Modifier:
        row: list[str] = []
        lost: list[str] = []

        async def middleware(request: Request, state: State, handler: Handler) -> Response:
            before = dict(state.events), dict(state.quality_processes)
            response = await handler(request, state)
            if request.method != "PUT" or response.status != 200 or row[-1:] != [request.path]:
                row.clear()
            if request.method != "PUT" or response.status != 200:
                return response
            row.append(request.path)
            if len(row) < 3:
                return response
            row.clear()
            after = state.events, state.quality_processes
            if after == before or len(lost) >= times:
                return response
            lost.append(request.path)
            state.events, state.quality_processes = before
            return await handler(replace(request, method="GET", body=b""), state)

        return around(middleware)

    return remembering(make)


def flag_is_shared_after_a_refusal() -> Modifier:
    """An event's update that follows a refusal sets the event that was updated before it, too."""

    def make() -> Modifier:
        updated: list[tuple[str, ...]] = []
        refused: list[str] = []

        async def middleware(request: Request, state: State, handler: Handler) -> Response:
            response = await handler(request, state)
            if response.status >= 400:
                refused.append(request.path)
            elif request.method == "PUT" and "/outboundintegrations/" in request.path:
                guids = tuple(request.path.split("/")[2::2])
                if refused and updated:
                    now = state.events[guids]
                    state.events[updated[-1]] |= {name: now[name] for name in ("itemsReconciled", "status")}
                updated.append(guids)
                refused.clear()
            return response

        return around(middleware)

    return remembering(make)


def refused_batch_is_applied_after_a_failure() -> Modifier:
    """A request that is refused right after a batch that failed in part is applied all the same."""

    def make() -> Modifier:
        failed: list[bool] = [False]

        async def middleware(request: Request, state: State, handler: Handler) -> Response:
            response = await handler(request, state)
            if 400 <= response.status < 500 and failed[-1]:
                body = request.body if request.body.endswith(b"]") else request.body + b"]"
                state.entities.update({entity["event_ID"]: entity for entity in json.loads(body)})
            results = json.loads(response.body)["data"] or []
            failed.append(any(result["status"] >= 400 for result in results))
            return response

        return around(middleware)

    return remembering(make)


@dataclass(frozen=True)
class Case:
    """A fault, the requirements that may show it, and the steps of the shortest sequence that does."""

    fault: Callable[[], Modifier]
    api: Api
    requirements: tuple[str, ...]
    steps: int


CASES = {
    "the third update in a row is lost": Case(third_update_in_a_row_is_lost, "arena", ("EVENT-2", "QUALITY-2"), 3),
    "a flag is shared after a refusal": Case(flag_is_shared_after_a_refusal, "arena", ("EVENT-7", "EVENT-8"), 4),
    "a refused batch is applied after a failure": Case(
        refused_batch_is_applied_after_a_failure,
        "vba",
        ("BATCH-8", "BATCH-AUTH-1", "BATCH-AUTH-2", "BATCH-AUTH-3"),
        3,
    ),
}


@cache
def found(name: str) -> Performed:
    """The first seed's sequences that show a fault of CASES, at a server of its own."""
    case = CASES[name]
    for seed in SEEDS:
        performed = perform_with(case.fault(), case.api, seed)
        if performed.shown:
            return performed
    raise AssertionError(f"{name}: no sequence of {len(SEEDS)} seeds shows it")


def conformance(performed: Performed) -> dict[str, Json]:
    """conformance.json of a run."""
    return report.conformance(performed.run, decide(performed.run))


def lines_of(performed: Performed, requirement: str) -> str:
    """The curl lines that conformance.json shows of a requirement."""
    rows = conformance(performed)["requirements"]
    return str(next(row for row in rows if row["id"] == requirement)["findings"][0]["curl"])


def pasted(lines: str, target: Target) -> list[tuple[int, Json]]:
    """The status and the body of each answer that a shell shows, into which the lines are pasted."""
    if shutil.which("curl") is None or shutil.which("bash") is None:
        pytest.skip("curl or bash is not on this machine, so no line can be run")
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "no_proxy": "*"}
    ran = subprocess.run(
        ["bash", "--norc", "-s"],
        input=lines.encode(),
        env={**environment, **target.secrets},
        capture_output=True,
        timeout=SHELL_SECONDS,
        check=True,
    )
    answers = [part.partition(b"\r\n\r\n") for part in ran.stdout.split(b"HTTP/1.1 ")[1:]]
    return [(int(head[:3]), json.loads(body)) for head, _, body in answers]


# What is drawn


@pytest.mark.parametrize("api", APIS)
def test_the_same_seed_draws_the_same_sequences_and_another_draws_others(api: Api) -> None:
    first, again, other = (draw_sequences(MACHINES[api], seed, SEQUENCES) for seed in (1, 1, 2))

    assert first == again
    assert first != other
    assert first[0] != first[1]


@pytest.mark.parametrize(("api", "length"), [("arena", ARENA_STEPS + 2), ("vba", BATCH_STEPS + 1)])
def test_every_sequence_has_its_full_length(api: Api, length: int) -> None:
    assert {len(steps) for seed in range(8) for steps in draw_sequences(MACHINES[api], seed, SEQUENCES)} == {length}


def test_sequences_mix_objects_of_each_kind_values_readings_and_every_refusal() -> None:
    drawn = [steps for seed in range(30) for steps in draw_sequences(ArenaSequences, seed, SEQUENCES)]
    steps = [step for sequence in drawn for step in sequence if isinstance(step, ArenaStep)]
    kinds = {tuple(sorted({step.place[0] for step in sequence if step.place})) for sequence in drawn}

    assert kinds == {("event",), ("quality_process",), ("event", "quality_process")}
    assert {step.place for step in steps} == {
        (kind, index) for kind in ("event", "quality_process") for index in range(OBJECTS)
    }
    assert {(step.value, step.refusal is None) for step in steps} >= {(True, True), (False, True), (None, True)}
    assert len({(step.value, step.refusal) for step in steps if step.refusal}) == 16


def test_sequences_mix_batches_of_every_kind() -> None:
    drawn = [steps for seed in range(12) for steps in draw_sequences(BatchSequences, seed, SEQUENCES)]
    steps = [step for sequence in drawn for step in sequence if isinstance(step, BatchStep)]
    ids = [[entity.get("event_ID") for entity in step.entities] for step in steps]

    assert {step.caller for step in steps} == {"all credentials", "no API key", "no token", "no database"}
    assert {step.whole for step in steps} == {True, False}
    assert {len(entity) for step in steps for entity in step.entities} >= {4, 25}
    assert any(len(set(map(str, row))) < len(row) for row in ids)
    assert any(len(row) > 1 for row in ids)


# What is found, and how it is shown


@pytest.mark.parametrize("name", CASES)
def test_a_fault_that_takes_several_requests_is_found_and_shown_by_the_shortest_sequence(name: str) -> None:
    case, performed = CASES[name], found(name)

    finding = performed.shown[0]

    assert finding.requirement in case.requirements
    assert len(finding.steps) == case.steps
    assert finding.steps[-1] is finding.exchange
    assert performed.reason is None


@pytest.mark.parametrize("name", CASES)
def test_what_a_sequence_shows_is_its_requirements_only_finding(name: str) -> None:
    performed = found(name)

    for finding in performed.shown:
        assert performed.run.tallies[finding.requirement].findings == [finding]
        numbers = [step.number for step in finding.steps]
        assert numbers[-1] == finding.exchange.number
        assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("name", CASES)
def test_the_lines_show_the_failure_again_where_they_are_pasted_into_a_shell(name: str) -> None:
    case, performed = CASES[name], found(name)
    finding = performed.shown[0]
    lines = lines_of(performed, finding.requirement)
    first_url = finding.exchange.request.url.split("/", 3)[2]

    with running(build_app(case.fault())) as url:
        answers = pasted(lines.replace(first_url, url.removeprefix("http://")), reference_target(url))

    assert [status for status, _ in answers] == [step.status for step in finding.steps]
    shown, again = finding.exchange.json, answers[-1][1]
    if case.api == "vba":
        assert finding.mismatch.actual in [str(result) for result in again["data"]]
    else:
        moving = ("reconciledDatetime",)
        assert {name: again[name] for name in again if name not in moving} == {
            name: shown[name] for name in shown if name not in moving
        }


def test_the_lines_are_numbered_and_say_what_each_request_answered() -> None:
    performed = found("a refused batch is applied after a failure")
    finding = performed.shown[0]

    lines = lines_of(performed, finding.requirement).split("\n")

    assert lines[::2] == [
        f"# {number} of 3: answers {step.status}" for number, step in enumerate(finding.steps, start=1)
    ]
    assert all(line.startswith("curl -i ") for line in lines[1::2])
    assert len(lines) == 6


@pytest.mark.parametrize("name", CASES)
def test_no_report_of_a_sequence_shows_a_secret(name: str, tmp_path: Path) -> None:
    performed = found(name)

    report.write(performed.run, decide(performed.run), tmp_path)

    texts = [path.read_text("utf-8") for path in tmp_path.iterdir()]
    texts.append("\n".join(summary.lines(performed.run, decide(performed.run))))
    assert not [secret for text in texts for secret in performed.run.target.secrets.values() if secret in text]


@pytest.mark.parametrize("file", ["conformance.json", "index.html", "junit.xml", "contract.sarif", "the terminal"])
def test_every_report_for_a_finding_shows_the_numbered_lines(file: str, tmp_path: Path) -> None:
    performed = found("the third update in a row is lost")
    verdict = decide(performed.run)

    report.write(performed.run, verdict, tmp_path)

    terminal = "\n".join(summary.lines(performed.run, verdict))
    text = terminal if file == "the terminal" else (tmp_path / file).read_text("utf-8")
    places = [text.index(f"# {number} of 3: answers 200") for number in (1, 2, 3)]
    assert places == sorted(places)
    assert text.count("curl -i ") >= 3


@pytest.mark.parametrize("file", ["junit.xml", "the terminal"])
def test_where_lines_are_copied_from_plain_text_each_begins_one(file: str, tmp_path: Path) -> None:
    performed = found("the third update in a row is lost")
    verdict = decide(performed.run)

    report.write(performed.run, verdict, tmp_path)

    terminal = "\n".join(summary.lines(performed.run, verdict))
    text = terminal if file == "the terminal" else (tmp_path / file).read_text("utf-8")
    begun = re.findall(r"^ *# (\d) of 3: answers 200\n *curl -i ", text, re.MULTILINE)
    assert begun[:3] == ["1", "2", "3"]


def test_what_conformance_json_shows_of_a_sequence_keeps_its_schema() -> None:
    validator = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text("utf-8")))

    for name in CASES:
        assert not list(validator.iter_errors(conformance(found(name))))


def test_a_fault_of_a_single_request_is_shown_by_its_line_alone() -> None:
    performed = perform_with(answering_another_guid(since=5), "arena", 1)

    lines = lines_of(performed, performed.shown[0].requirement)

    assert lines.startswith("curl -i ")
    assert "\n" not in lines


# Faults of chance, known faults, and what a search costs


def answering_another_guid(since: int, until: float = float("inf")) -> Modifier:
    """The successful PUTs with these numbers, counted from 1, are answered with another guid."""

    def make() -> Modifier:
        updates: list[str] = []

        async def middleware(request: Request, state: State, handler: Handler) -> Response:
            response = await handler(request, state)
            if request.method != "PUT" or response.status != 200:
                return response
            updates.append(request.path)
            if not since <= len(updates) <= until:
                return response
            return response.with_body(render_json(json.loads(response.body) | {"guid": UNKNOWN_GUID}))

        return around(middleware)

    return remembering(make)


def by_chance(rate: float) -> Modifier:
    """Some of the answers to Arena have no Server, and some of the batches' no activityID, as the dice fall."""

    def make() -> Modifier:
        dice = random.Random(1)

        async def middleware(request: Request, state: State, handler: Handler) -> Response:
            response = await handler(request, state)
            if dice.random() > rate:
                return response
            body = json.loads(response.body)
            body.pop("debug", None)
            return response.without_header("Server").with_body(render_json(body))

        return around(middleware)

    return remembering(make)


def test_a_fault_that_does_not_come_again_is_shown_by_the_sequence_as_it_failed() -> None:
    performed = [perform_with(answering_another_guid(since=3, until=3), "arena", seed) for seed in range(4)]

    for one in performed:
        [wrong] = [
            exchange for exchange in one.run.exchanges if exchange.json == {**exchange.json, "guid": UNKNOWN_GUID}
        ]
        assert {finding.steps[-1].number for finding in one.shown} == {wrong.number}
        # It is sent again once, behind an ordinary request.
        assert one.sent <= REQUESTS + 1 + len(one.shown[0].steps)
    assert max(len(one.shown[0].steps) for one in performed) > 3


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("seed", range(4))
def test_a_conforming_target_gets_few_requests_and_breaks_nothing(api: Api, seed: int) -> None:
    performed = perform_with(lambda parts: parts, api, seed)

    assert (performed.reason, performed.run.broken) == (None, frozenset())
    assert performed.sent <= REQUESTS


def test_a_shorter_sequence_that_fails_no_more_is_not_shown() -> None:
    """The fault comes once, once more for the same sequence, and once for a shorter one."""
    seed = found("the third update in a row is lost").run.options.seed

    once, thrice = (perform_with(third_update_in_a_row_is_lost(times), "arena", seed) for times in (1, 3))

    assert len(once.shown[0].steps) > 3
    assert len(thrice.shown[0].steps) == len(once.shown[0].steps)


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_what_comes_by_chance_never_costs_more_than_the_bound(api: Api, rate: float) -> None:
    performed = [perform_with(by_chance(rate), api, seed) for seed in range(3)]

    assert any(one.run.broken for one in performed)
    assert max(one.sent for one in performed) <= REQUESTS + SHRINKING


@pytest.mark.parametrize("bound", [0, 15, 30])
@pytest.mark.parametrize("name", CASES)
def test_within_a_smaller_bound_the_shortest_sequence_seen_is_shown(
    name: str, bound: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, whole = CASES[name], found(name)
    monkeypatch.setattr("tests.harness.sequences.SHRINKING", bound)

    performed = perform_with(case.fault(), case.api, whole.run.options.seed)

    assert performed.sent <= REQUESTS + bound
    assert len(performed.shown[0].steps) >= len(whole.shown[0].steps)


def test_a_fault_that_was_known_before_costs_no_request() -> None:
    """The first request shows it already, so no sequence ends with it and none is sent again."""
    conforming, faulty = (perform_with(fault, "arena", 1) for fault in (lambda parts: parts, without_server()))

    assert "ARENA-HEADER-4" in faulty.run.broken
    assert faulty.requests == conforming.requests
    assert faulty.shown == []


def without_server() -> Modifier:
    """No answer names its server."""

    async def middleware(request: Request, state: State, handler: Handler) -> Response:
        return (await handler(request, state)).without_header("Server")

    return around(middleware)


@pytest.mark.parametrize("name", CASES)
def test_the_same_seed_sends_the_same_requests_in_the_same_order_whatever_is_found(name: str) -> None:
    case, performed = CASES[name], found(name)

    again = perform_with(case.fault(), case.api, performed.run.options.seed)

    assert again.requests == performed.requests


# Targets that name little


@pytest.mark.parametrize("seed", range(3))
def test_a_target_that_names_one_object_and_cannot_be_read_is_tested_too(seed: int) -> None:
    with running(build_app()) as url:
        target = reference_target(url)
        assert target.arena is not None
        little = replace(target.arena, events=target.arena.events[:1], quality_processes=(), read_back=False)
        one = replace(little, non_admin_session_id=None)
        performed = perform(url, "arena", seed, target=replace(target, arena=one))

    assert (performed.reason, performed.run.broken) == (None, frozenset())
    assert performed.requests
    assert {method for method, *_ in performed.requests} == {"PUT"}


def test_sequences_without_end_use_up_no_more_ids_than_are_spared_for_them() -> None:
    with running(build_app()) as url:
        target = reference_target(url)
        assert target.vba is not None
        small = replace(target, vba=replace(target.vba, event_ids=range(900_000, 900_160)))
        run = Run(small, Options(seed=1), Wire(ANSWER_SECONDS), PATIENCE)
        run.to_perform = [scenario_of("vba")]
        try:
            run.first_requests(["vba"])
            reasons = [run.perform(scenario_of("vba")) for _ in range(20)]
        finally:
            run.close()

    assert set(reasons) == {None}
    assert run.broken == frozenset()


# Runs that end meanwhile


def test_a_budget_that_ends_while_a_sequence_is_sent_again_leaves_what_was_found() -> None:
    name = "the third update in a row is lost"
    whole = found(name)
    seed = whole.run.options.seed
    limit = whole.shown[0].exchange.number - 1

    performed = perform_with(CASES[name].fault(), "arena", seed, Options(seed=seed, max_requests=limit))

    assert performed.reason == f"MAX_REQUESTS={limit} was reached"
    assert performed.run.sent == limit
    assert performed.shown
    assert performed.run.tallies["EVENT-7"].unverified == [performed.reason]


def test_a_target_that_ends_the_session_stops_the_run() -> None:
    performed = perform_with(ending_the_session(after=15), "arena", 1)

    assert performed.run.stopped is not None
    assert "the session ended" in performed.run.stopped
    assert performed.reason == f"the run stopped: {performed.run.stopped}"


def ending_the_session(after: int) -> Modifier:
    """After so many requests every session is unknown."""

    def make() -> Modifier:
        requests: list[str] = []

        async def middleware(request: Request, state: State, handler: Handler) -> Response:
            requests.append(request.path)
            if len(requests) > after:
                headers = tuple(pair for pair in request.headers if pair[0].lower() != "arena_session_id")
                return await handler(replace(request, headers=headers), state)
            return await handler(request, state)

        return around(middleware)

    return remembering(make)


def test_an_error_of_the_suite_itself_passes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Run, exchange: Exchange) -> list[Finding]:
        raise ZeroDivisionError

    monkeypatch.setattr(Run, "found_in", broken)

    with pytest.raises(ZeroDivisionError):
        perform_with(lambda parts: parts, "vba", 1)


SCRIPT = """
from tests.suite.test_sequences import CASES, found
for name in CASES:
    assert found(name).shown
"""


def test_nothing_is_printed_and_nothing_is_written(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-B", "-c", SCRIPT],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=SHELL_SECONDS,
        check=True,
    )

    assert (ran.stdout, ran.stderr) == (b"", b"")
    assert list(tmp_path.iterdir()) == []
