"""The command as people run it: what it prints, what it leaves behind and how it exits, in a process of its own."""

from __future__ import annotations

import datetime
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import jsonschema_rs
import pytest

from tests.harness.exchange import Json
from tests.reference.app import build_app
from tests.reference.data import (
    ADMIN_SESSION,
    API_KEY,
    BEARER_TOKEN,
    DATABASE,
    EVENTS,
    QUALITY_PROCESSES,
    USER_SESSION,
)
from tests.reference.message import Request, Response
from tests.reference.parts import Handler, Modifier, around, in_arena, in_vba
from tests.reference.server import running
from tests.reference.state import State
from tests.suite.servers import Answer, answer, played, refusing

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "tests" / "harness" / "conformance.schema.json"
SECONDS = 120
"""After which a command has hung."""
SECRETS = (ADMIN_SESSION, USER_SESSION, API_KEY, BEARER_TOKEN)
A_YEAR_FROM_NOW = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=365)
YESTERDAY = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=1)

ENVIRONMENT = {
    "TEST_SESSION": ADMIN_SESSION,
    "TEST_USER_SESSION": USER_SESSION,
    "TEST_API_KEY": API_KEY,
    "TEST_TOKEN": BEARER_TOKEN,
}
"""The variables that the target.toml of these tests takes its secrets from."""

VBA = f"""
[vba]
api_key = "${{TEST_API_KEY}}"
bearer_token = "${{TEST_TOKEN}}"
database = "{DATABASE}"
event_ids = {{ first = 900000, last = 999999 }}
"""
ARENA = """
[arena]
session_id = "${TEST_SESSION}"
"""
ONE_EVENT = f"""
[[arena.events]]
integration = "{EVENTS[0][0]}"
event = "{EVENTS[0][1]["guid"]}"
"""
ONE_QUALITY_PROCESS = f"""
[[arena.quality_processes]]
integration = "{QUALITY_PROCESSES[0][0]}"
event = "{QUALITY_PROCESSES[0][1]}"
quality_process = "{QUALITY_PROCESSES[0][2]["guid"]}"
"""


@dataclass(frozen=True)
class Done:
    """A command that has ended: its exit code, what it printed, and where it put its reports."""

    code: int
    out: str
    err: str
    reports: Path

    @property
    def conformance(self) -> Json:
        """The report for programs."""
        return json.loads((self.reports / "conformance.json").read_text("utf-8"))

    def outcome(self, requirement: str) -> str:
        """The outcome of a requirement."""
        outcomes: dict[str, str] = {row["id"]: row["outcome"] for row in self.conformance["requirements"]}
        return outcomes[requirement]

    def having(self, outcome: str) -> list[str]:
        """The requirements with this outcome."""
        return [row["id"] for row in self.conformance["requirements"] if row["outcome"] == outcome]

    @property
    def lines(self) -> list[str]:
        """The lines of the output, those that go on further in put together."""
        return re.sub(r"\n {12,}", " ", self.out).splitlines()

    def line(self, start: str) -> str:
        """The one line of the output that starts so, with single spaces."""
        [found] = [line for line in self.lines if line.startswith(start)]
        return " ".join(found.split())


@dataclass(frozen=True)
class Command:
    """The command, with a folder of its own for what it reads and writes."""

    folder: Path

    def __call__(self, *options: str, config: str | None = None, environment: dict[str, str] | None = None) -> Done:
        """Run the contract with these options, and with this text as its target.toml."""
        reports = self.folder / "reports"
        words = [sys.executable, "-m", "pytest", "-q", "tests/contract", f"--report-dir={reports}", *options]
        if config is not None:
            path = self.folder / "target.toml"
            path.write_text(config, "utf-8")
            words.append(f"--target-config={path}")
        variables = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTEST", "TEST_")) and not name.lower().endswith("_proxy")
        }
        variables |= ENVIRONMENT if environment is None else environment
        ended = subprocess.run(words, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=SECONDS)
        return Done(ended.returncode, ended.stdout, ended.stderr, reports)


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """The command."""
    return Command(tmp_path)


@contextmanager
def serving(*modifiers: Modifier, prefix: str = "") -> Iterator[tuple[str, list[Request]]]:
    """The reference implementation, changed by the modifiers: its base URL, and the requests that it gets."""
    requests: list[Request] = []

    async def middleware(request: Request, state: State, handler: Handler) -> Response:
        requests.append(request)
        return await handler(request, state)

    with running(build_app(*modifiers, around(middleware), prefix=prefix)) as url:
        yield url + prefix, requests


def any_server() -> Modifier:
    """Every answer of Arena names another Server (ARENA-HEADER-4)."""
    return in_arena(
        lambda rules: replace(
            rules,
            headers=lambda state: tuple(
                (name, "nginx" if name == "Server" else value) for name, value in rules.headers(state)
            ),
        )
    )


def any_api_key() -> Modifier:
    """The API key is not looked at (BATCH-AUTH-1)."""
    return in_vba(lambda rules: replace(rules, check_api_key=lambda request: None))


def waiver(requirement: str, expires: datetime.date = A_YEAR_FROM_NOW) -> str:
    """A table of target.toml that waives a requirement."""
    return f'\n[[waivers]]\nrequirement = "{requirement}"\nreason = "our gateway"\nexpires = {expires}\n'


def texts_of(done: Done) -> Iterator[str]:
    """All that a command printed, and every file that it left."""
    yield done.out
    yield done.err
    for path in done.reports.rglob("*"):
        if path.is_file():
            yield path.read_text("utf-8")


# Runs that come to their end


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """The command without a target: the whole contract against the embedded reference implementation."""
    return Command(tmp_path_factory.mktemp("embedded"))("--seed=4711")


def test_the_embedded_reference_conforms_with_nothing_unverified(embedded: Done) -> None:
    assert (embedded.code, embedded.err) == (0, "")
    assert {row["outcome"] for row in embedded.conformance["requirements"]} == {"pass"}
    assert embedded.conformance["verdict"] == "conforming"
    line = embedded.line("CONFORMING: the reference implementation, Arena and VBA at http://")
    assert line.endswith(f": {len(embedded.having('pass'))} passed")


def test_the_seed_is_taken_and_shown(embedded: Done) -> None:
    assert embedded.conformance["seed"] == 4711
    assert "profile standard, SEED=4711;" in embedded.out


def test_the_reports_are_there_and_keep_their_schema(embedded: Done) -> None:
    assert {path.name for path in embedded.reports.iterdir()} >= {"conformance.json", "junit.xml"}
    jsonschema_rs.validator_for(json.loads(SCHEMA.read_text("utf-8"))).validate(embedded.conformance)
    cases = ElementTree.parse(embedded.reports / "junit.xml").getroot().iter("testcase")
    assert [case.get("name") for case in cases] == [row["id"] for row in embedded.conformance["requirements"]]


def test_a_run_that_conforms_shows_no_secret(embedded: Done) -> None:
    assert not any(secret in text for text in texts_of(embedded) for secret in SECRETS)


@pytest.mark.parametrize("prefix", ["", "/some/path"])
def test_a_server_in_another_process_is_tested_at_its_url(command: Command, prefix: str) -> None:
    words = [sys.executable, "-m", "tests.reference", "--port", "0", "--prefix", prefix]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split()[-1]
            done = command(f"--target-url={url}", "--only=EVENT-3,BATCH-3")
        finally:
            server.terminate()
    assert (done.code, done.err) == (0, "")
    assert url.endswith(prefix)
    assert done.having("pass") == ["EVENT-3", "BATCH-3"]
    assert f"at {url}: " in done.out


def test_only_answers_for_what_it_names_alone(command: Command) -> None:
    done = command("--only=QUALITY,EVENT-3 BATCH-15")
    assert done.code == 0
    passed = [f"QUALITY-{number}" for number in range(1, 12)]
    assert set(done.having("pass")) == {*passed, "EVENT-3", "BATCH-15"}
    assert set(done.having("out-of-scope")) == {
        row["id"] for row in done.conformance["requirements"] if row["outcome"] != "pass"
    }


def test_an_api_that_is_not_claimed_is_out_of_scope(command: Command) -> None:
    with serving() as (url, requests):
        done = command(f"--target-url={url}", config=VBA)
    assert (done.code, done.err) == (0, "")
    assert {one.path for one in requests} == {"/events-batch"}
    arena_alone = [id for id in done.having("out-of-scope") if id.startswith(("ARENA", "EVENT", "QUALITY"))]
    assert arena_alone == done.having("out-of-scope")
    assert len(arena_alone) + len(done.having("pass")) == len(done.conformance["requirements"])
    assert f", VBA at {url}: " in done.out


def test_what_target_toml_does_not_give_is_unverified_and_its_keys_are_named(command: Command) -> None:
    with serving() as (url, _):
        done = command(f"--target-url={url}", config=ARENA + ONE_EVENT + ONE_QUALITY_PROCESS)
    assert (done.code, done.conformance["verdict"], done.err) == (6, "incomplete", "")
    needs = {
        "ARENA-AUTH-3": "needs arena.non_admin_session_id",
        "EVENT-7": "needs a second [[arena.events]]",
        "QUALITY-7": "needs a second [[arena.quality_processes]]",
        "ARENA-ERROR-6": "needs an event or a quality process under a second integration",
        "EVENT-8": "needs arena.read_back = true",
    }
    assert set(needs) <= set(done.having("unverified"))
    unverified = [line for line in done.lines if line.startswith("UNVERIFIED")]
    for requirement, need in needs.items():
        assert [line for line in unverified if re.search(rf"\b{requirement}\b.*: {re.escape(need)}", line)], done.out
    assert re.search(r"^INCOMPLETE: ", done.out, re.MULTILINE)
    assert done.having("fail") == []


# Bad input


def refused(done: Done, key: str) -> str:
    """The one line that a command refused its input with; nothing else may have come, and no report."""
    errors = [line for line in done.err.splitlines() if line]
    assert done.code == 4, done.out + done.err
    assert len(errors) == 1, done.err
    assert errors[0].startswith("ERROR: ")
    assert key in errors[0]
    assert "Traceback" not in done.out + done.err
    assert "INTERNALERROR" not in done.out + done.err
    assert not (done.reports / "conformance.json").exists()
    assert not any(secret in done.out + done.err for secret in SECRETS)
    return errors[0]


@pytest.mark.parametrize(
    ("option", "key"),
    [
        ("--profile=slow", "PROFILE: 'slow'"),
        ("--only=EVNT-3", "ONLY: 'EVNT-3' names no requirement; did you mean EVENT-3?"),
        ("--max-requests=0", "MAX_REQUESTS: '0'"),
        ("--report-dir=/proc/no/such/folder", "REPORT_DIR: /proc/no/such/folder"),
        ("--target-config=no-such.toml", "TARGET_CONFIG: no-such.toml does not exist"),
        ("--target-url=127.0.0.1:8000", "TARGET_URL: '127.0.0.1:8000' has no scheme"),
    ],
)
def test_a_wrong_option_is_refused_in_one_line_and_nothing_is_sent(command: Command, option: str, key: str) -> None:
    with serving() as (url, requests):
        given = (option,) if "--target-url" in option else (f"--target-url={url}", option)
        refused(command(*given), key)
    assert requests == []


@pytest.mark.parametrize(
    ("config", "key"),
    [
        ("name =", "target.toml: not TOML"),
        ('name = "x"', "target.toml: arena: neither [arena] nor [vba]"),
        (VBA.replace("api_key", "apikey"), "target.toml: vba.apikey: there is no such key; did you mean api_key?"),
        (VBA.replace("TEST_TOKEN", "TEST_NONE"), "vba.bearer_token: the environment variable TEST_NONE is not set"),
        (VBA + waiver("BATCH-3", YESTERDAY), "target.toml: waivers[0].expires: BATCH-3 was waived until"),
    ],
)
def test_a_wrong_target_toml_is_refused_in_one_line_and_nothing_is_sent(
    command: Command, config: str, key: str
) -> None:
    with serving() as (url, requests):
        refused(command(f"--target-url={url}", config=config), key)
    assert requests == []


def test_a_target_toml_without_any_url_is_refused(command: Command) -> None:
    refused(command(config=VBA), "target.toml: vba.url: is not there; add it, or set TARGET_URL")


def test_a_target_toml_and_options_that_leave_nothing_to_do_are_refused(command: Command) -> None:
    with serving() as (url, requests):
        refused(command(f"--target-url={url}", "--only=EVENT", config=VBA), "ONLY: ")
    assert requests == []


def test_a_port_that_refuses_is_named(command: Command) -> None:
    with refusing() as url:
        line = refused(command(f"--target-url={url}"), "TARGET_URL: ")
    assert url.removeprefix("http://") in line


class SimpleServer(http.server.BaseHTTPRequestHandler):
    """The server of the standard library, which takes no PUT."""

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


def test_a_server_of_another_kind_is_told(command: Command) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), SimpleServer) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        done = command(f"--target-url=http://127.0.0.1:{server.server_address[1]}")
        server.shutdown()
    assert "HTTP 501, so this is some other server" in refused(done, "TARGET_URL: PUT http://")


@pytest.mark.parametrize(
    "other",
    [
        answer(b"<!DOCTYPE html><h1>It works!</h1>", status="200 OK"),
        answer(b"{}", status="404 Not Found"),
        answer(b"", "Location: https://elsewhere.test/", status="301 Moved Permanently"),
    ],
    ids=["a-page", "404", "301"],
)
def test_the_url_of_some_other_server_is_told(command: Command, other: Answer) -> None:
    with played(lambda _: other) as server:
        refused(command(f"--target-url={server.url}", "--only=EVENT-3"), "TARGET_URL: PUT http://")


def test_a_server_that_speaks_no_http_is_told(command: Command) -> None:
    with played(lambda _: Answer((b"SSH-2.0-OpenSSH_9.6\r\n\r\n",))) as server:
        refused(command(f"--target-url={server.url}", "--only=EVENT-3"), "TARGET_URL: what came is not HTTP")


@pytest.mark.parametrize(
    ("variable", "key"),
    [
        ("TEST_SESSION", "arena.session_id"),
        ("TEST_TOKEN", "vba.api_key or vba.bearer_token"),
    ],
)
def test_a_credential_that_the_target_refuses_is_named(command: Command, variable: str, key: str) -> None:
    wrong = "no-such-credential-0000000000000"
    with serving() as (url, _):
        done = command(
            f"--target-url={url}", config=VBA + ARENA + ONE_EVENT, environment={**ENVIRONMENT, variable: wrong}
        )
    line = refused(done, f"{key}: the target refuses it (HTTP 401)")
    assert wrong not in line
    assert ("underscores" in line) == (key == "arena.session_id")


def test_an_event_that_the_target_does_not_know_is_named(command: Command) -> None:
    config = ARENA + ONE_EVENT.replace(EVENTS[0][1]["guid"], "X9TCV8TK7AT1KZNA8V1Q")
    with serving() as (url, requests):
        line = refused(command(f"--target-url={url}", config=config), "arena.events: ")
    assert "X9TCV8TK7AT1KZNA8V1Q" in line
    assert len(requests) == 1


# Targets with faults


def test_a_fault_is_shown_with_what_was_expected_what_came_and_how_to_see_it_again(command: Command) -> None:
    with serving(any_api_key()) as (url, _):
        done = command(f"--target-url={url}", "--only=BATCH-AUTH,BATCH-1", "--seed=5", config=VBA)
        assert (done.code, done.conformance["verdict"], done.err) == (1, "nonconforming", "")
        assert done.having("fail") == ["BATCH-AUTH-1"]
        shown = done.out[done.out.index("FAIL MUST   BATCH-AUTH-1: ") :]
        assert re.search(r"^     expected  .*401", shown, re.MULTILINE)
        assert re.search(r"^     came      HTTP 207", shown, re.MULTILINE)
        sent_again = re.search(r"^     send it   (curl .*)$", shown, re.MULTILINE)
        assert sent_again
        assert re.search(r'"Authorization: Bearer \$\{?TEST_TOKEN\}?"', sent_again[1])
        assert sent_again[1].endswith(f" {url}/events-batch")
        variables = dict(word.split("=", 1) for word in done.line("again, one alone: make test ").split()[5:])
        assert variables == {
            "ONLY": "BATCH-AUTH-1",
            "SEED": "5",
            "TARGET_URL": url,
            "TARGET_CONFIG": str(command.folder / "target.toml"),
        }
        alone = command(f"--target-url={url}", "--only=BATCH-AUTH-1", "--seed=5", config=VBA)
    assert (alone.code, alone.having("fail")) == (1, ["BATCH-AUTH-1"])
    assert "Traceback" not in done.out


def test_a_run_that_finds_faults_shows_no_secret(command: Command) -> None:
    with serving(any_server(), any_api_key()) as (url, _):
        config = VBA + ARENA + ONE_EVENT
        done = command(f"--target-url={url}", "--only=BATCH-AUTH,ARENA-HEADER,ARENA-AUTH", config=config)
    assert done.code == 1
    assert {"ARENA-HEADER-4", "BATCH-AUTH-1"} <= set(done.having("fail"))
    assert not any(secret in text for text in texts_of(done) for secret in SECRETS)
    assert any("TEST_API_KEY" in text for text in texts_of(done))


def test_the_curl_line_sends_the_request_that_broke_the_rule(command: Command) -> None:
    with serving(any_server()) as (url, requests):
        done = command(f"--target-url={url}", "--only=ARENA-HEADER-4")
        finding = next(row for row in done.conformance["requirements"] if row["findings"])["findings"][0]
        before = len(requests)
        subprocess.run(
            ["bash", "-c", finding["curl"]],
            env={**os.environ, "ARENA_SESSION_ID": ADMIN_SESSION, "no_proxy": "*"},
            check=True,
            capture_output=True,
            timeout=SECONDS,
        )
    assert len(requests) == before + 1
    first, again = next(one for one in requests if one.method == "PUT"), requests[-1]
    assert (again.method, again.path, again.body) == (first.method, first.path, first.body)
    assert {name.lower(): value for name, value in again.headers} == {
        name.lower(): value for name, value in first.headers
    }


def same_activity() -> Modifier:
    """Every answer of the batch has one activityID (BATCH-15, a SHOULD)."""
    return in_vba(lambda rules: replace(rules, debug=lambda: {"activityID": "the-only-one"}))


@pytest.mark.parametrize(("strict", "code"), [("0", 0), ("1", 1)])
def test_a_failed_should_fails_the_gate_under_strict_alone(command: Command, strict: str, code: int) -> None:
    with serving(same_activity()) as (url, _):
        done = command(f"--target-url={url}", "--only=BATCH-15,BATCH-10", f"--strict-contract={strict}")
    assert (done.code, done.outcome("BATCH-15"), done.conformance["strict"]) == (code, "fail", strict == "1")
    assert "FAIL SHOULD BATCH-15: " in done.out


def test_a_waived_failure_does_not_fail_the_gate_and_is_shown(command: Command) -> None:
    with serving(any_server()) as (url, _):
        config = ARENA + ONE_EVENT + waiver("ARENA-HEADER-4")
        done = command(f"--target-url={url}", "--only=ARENA-HEADER-4,ARENA-HEADER-3", config=config)
    assert (done.code, done.outcome("ARENA-HEADER-4"), done.outcome("ARENA-HEADER-3")) == (0, "waived", "pass")
    assert done.line("WAIVED") == f"WAIVED ARENA-HEADER-4 until {A_YEAR_FROM_NOW}: our gateway"


def test_a_waiver_of_what_passes_is_stale_and_fails_the_run(command: Command) -> None:
    with serving() as (url, _):
        config = ARENA + ONE_EVENT + waiver("ARENA-HEADER-4")
        done = command(f"--target-url={url}", "--only=ARENA-HEADER-4", config=config)
    assert (done.code, done.conformance["stale_waivers"]) == (4, ["ARENA-HEADER-4"])
    assert "ARENA-HEADER-4 is waived but passes" in done.line("STALE")


def test_a_quota_that_runs_out_ends_with_its_own_exit_code(command: Command) -> None:
    with serving(in_arena(lambda rules: replace(rules, quota=6))) as (url, requests):
        done = command(f"--target-url={url}", "--only=EVENT-3", config=ARENA + ONE_EVENT)
    assert (done.code, done.having("fail"), len(requests)) == (7, [], 4)
    assert done.line("STOPPED") == "STOPPED the quota of Arena is nearly used up (2 requests left)"
    assert done.conformance["stopped"] == "the quota of Arena is nearly used up (2 requests left)"


def test_a_crash_of_the_suite_is_not_held_against_the_target(command: Command) -> None:
    (command.folder / "crashing.py").write_text(
        "import tests.harness.run as run\n"
        "right = run.judge\n"
        "def judge(judged, past):\n"
        "    if judged.exchange.scenario.startswith('test_concurrency'):\n"
        "        raise ZeroDivisionError('a fault of the suite')\n"
        "    return right(judged, past)\n"
        "run.judge = judge\n",
        "utf-8",
    )
    path = os.pathsep.join([str(command.folder), str(ROOT)])
    done = command("-p", "crashing", "--only=EVENT-9,EVENT-3", environment={"PYTHONPATH": path})
    assert (done.code, done.having("fail"), done.outcome("EVENT-3")) == (3, [], "pass")
    assert done.outcome("EVENT-9") == "unverified"
    assert (
        "SUITE ERROR in test_concurrency::test_events_at_once[event-one for each object]: this is a fault" in done.out
    )
    assert "ZeroDivisionError: a fault of the suite" in done.out
