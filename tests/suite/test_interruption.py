"""A run that is interrupted still writes its reports, and says what it left changed."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.harness.delivery import StoppedError
from tests.harness.exchange import Json
from tests.harness.history import EntityState, History, Presence
from tests.harness.left import left_changed
from tests.reference.app import build_app
from tests.reference.message import Request, Response
from tests.reference.parts import Handler, Middleware
from tests.reference.server import running
from tests.reference.state import State
from tests.reference.variants.tools import fresh
from tests.suite.exchanges import EVENT, TARGET
from tests.suite.test_run import run_against

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60
ONE_UNDER_WAY, SEVERAL_UNDER_WAY = 40, 120
"""Requests that a run has sent when it waits for one answer alone, and for several at once."""


def telling_at(number: int, reached: threading.Event) -> Middleware:
    """Tells when so many requests have come, and answers none of those that follow."""
    seen = 0

    async def middleware(request: Request, state: State, handler: Handler) -> Response:
        nonlocal seen
        seen += 1
        if seen >= number:
            reached.set()
            await asyncio.sleep(SECONDS)
        return await handler(request, state)

    return middleware


UNHEARD = """
import os, signal, socket, threading, time
from tests.harness.exchange import Request
from tests.harness.together import together
from tests.harness.wire import Wire

server = socket.create_server(("127.0.0.1", 0))

def interrupt():
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    os.kill(os.getpid(), signal.SIGINT)

def leave_unanswered():
    connection, _ = server.accept()
    connection.recv(65536)
    time.sleep(0.3)
    interrupt()
    threading.Event().wait()

def wait_for_an_answer():
    threading.Thread(target=leave_unanswered, daemon=True).start()
    Wire().send(Request("reconcileEvent", "PUT", "http://127.0.0.1:%d/" % server.getsockname()[1]))

def wait_for_workers():
    together(1, 1, lambda number: (time.sleep(0.3), interrupt(), threading.Event().wait()))

signal.signal(signal.SIGINT, signal.default_int_handler)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
"""
"""A process whose signal does not cut its wait short, as when it comes in the instant before: a thread takes it."""

HEARING = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""A program that becomes another one that hears Ctrl-C, which a shell's job in the background would not."""


@contextmanager
def run_under_way(sent: int, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A run in a process of its own that waits for an answer once it has sent so many requests."""
    reached = threading.Event()
    with running(build_app(fresh(lambda: telling_at(sent, reached)))) as url:
        options = ["--target-url", url, "--seed", "1", "--report-dir", str(folder)]
        command = [sys.executable, "-c", HEARING, sys.executable, "-m", "pytest", "-q", "tests/contract", *options]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            assert reached.wait(SECONDS)
            yield process
        finally:
            process.kill()
            process.wait()


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((signal.SIGINT, ONE_UNDER_WAY), id="Ctrl-C"),
        pytest.param((signal.SIGTERM, ONE_UNDER_WAY), id="SIGTERM"),
        pytest.param((signal.SIGTERM, SEVERAL_UNDER_WAY), id="SIGTERM-several-under-way"),
    ],
)
def interrupted(request: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str, Json]:
    """Exit code, output and report of a run that was interrupted."""
    number, sent = request.param
    folder = tmp_path_factory.mktemp("reports")
    with run_under_way(sent, folder) as process:
        process.send_signal(number)
        output, _ = process.communicate(timeout=SECONDS / 3)
    return process.returncode, output, json.loads((folder / "conformance.json").read_text("utf-8"))


def test_an_interrupted_run_ends_with_2_and_says_so_in_its_report(interrupted: tuple[int, str, Json]) -> None:
    code, _, report = interrupted

    assert (code, report["exit_code"], report["stopped"]) == (2, 2, "the run was interrupted")


def test_an_interrupted_run_says_what_it_left_changed(interrupted: tuple[int, str, Json]) -> None:
    _, output, report = interrupted

    assert any("itemsReconciled" in line for line in report["left"])
    assert "LEFT        " in output


def test_what_an_interrupted_run_did_not_get_to_is_unverified(interrupted: tuple[int, str, Json]) -> None:
    _, _, report = interrupted

    outcomes = {one["id"]: one["outcome"] for one in report["requirements"]}
    assert report["verdict"] == "incomplete"
    assert outcomes["BATCH-12"] == "unverified"


def test_an_object_that_differs_from_what_was_first_read_is_left_changed() -> None:
    with run_against() as run:
        before = run.history.begun[("reconcileEvent", tuple(guid for _, guid in EVENT.guids))]
        run.arena.set(EVENT, not before)

        [left] = [one for one in left_changed(run.history).objects if one.guids[-1] == EVENT.event]

    assert (left.before, left.now) == (before, not before)


def test_an_object_that_has_its_first_value_again_is_not_left_changed() -> None:
    with run_against() as run:
        before = run.history.begun[("reconcileEvent", tuple(guid for _, guid in EVENT.guids))]
        assert before is not None
        run.arena.set(EVENT, not before)
        run.arena.set(EVENT, before)

        assert [one for one in left_changed(run.history).objects if one.guids[-1] == EVENT.event] == []


def test_a_request_whose_answer_was_not_waited_for_may_have_changed_its_object() -> None:
    with run_against() as run:
        run.history.lost(run.arena.request(EVENT, b'{"itemsReconciled": true}'))

        [left] = [one for one in left_changed(run.history).objects if one.guids[-1] == EVENT.event]

    assert left.now is None
    assert "may have changed" in left.words


@pytest.mark.parametrize("wait", ["wait_for_an_answer()", "wait_for_workers()"])
def test_an_interruption_in_the_instant_before_a_wait_is_heeded(wait: str) -> None:
    command = [sys.executable, "-c", UNHEARD + wait]

    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS / 3)

    assert process.stderr.endswith("KeyboardInterrupt\n")


def test_an_interrupted_run_sends_nothing_more() -> None:
    with run_against() as run:
        sent = run.sent
        run.interrupt()

        with pytest.raises(StoppedError, match="the run was interrupted"):
            run.send(run.arena.request(EVENT, b'{"itemsReconciled": true}'))

        assert run.sent == sent


def test_what_an_answer_that_is_not_judged_any_more_changed_may_have_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with run_against() as run:
        monkeypatch.setattr("tests.harness.run.judge", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run.arena.set(EVENT, True)

        assert [one.now for one in left_changed(run.history).objects if one.guids[-1] == EVENT.event] == [None]


def test_what_no_object_has_for_a_guid_is_not_left_changed() -> None:
    with run_against() as run:
        odd = (EVENT.guids[0], (EVENT.guids[1][0], "A" * 500))
        run.history.lost(run.arena.request(EVENT, b'{"itemsReconciled": true}', guids=odd))

        assert all(len(one.guids[-1]) == 20 for one in left_changed(run.history).objects)


def test_written_entities_are_told_as_ranges() -> None:
    with run_against() as run:
        for id in (7, 5, 6, 9):
            run.history.entities[id] = EntityState(Presence.EXISTS)
        run.history.entities[8] = EntityState(Presence.ABSENT)

        left = left_changed(run.history)

    assert left.entities == (range(5, 8), range(9, 10))
    assert left.words[-1] == "4 entities were created or overwritten: event_ID 5 to 7, 9"


def test_a_run_that_has_sent_nothing_leaves_nothing_changed() -> None:
    assert left_changed(History(TARGET)).words == []
