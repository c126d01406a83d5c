"""Prism, a mock server that answers as a description says, on a port of its own."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Thread

from tests.docs import node

READY = "Prism is listening on "
START_SECONDS = 60
STOP_SECONDS = 10


class MockError(Exception):
    """The mock server did not start; what it printed tells why."""


@contextmanager
def mocking(command: list[str]) -> Iterator[str]:
    """Run the command of a mock server while the context lasts, and give the base URL that it says it listens on.

    Raises MockError with what it printed where it ends, or says no URL in START_SECONDS.
    """
    process = subprocess.Popen(
        [*command, "--port", "0"],
        cwd=node.FOLDER.parent,
        env=os.environ | node.QUIET,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    lines: SimpleQueue[str] = SimpleQueue()
    # Read to the end, so that the server never waits for room in the pipe.
    reader = Thread(target=_read, args=(process, lines), daemon=True)
    reader.start()
    try:
        yield _listening(lines)
    finally:
        # All of its group: a Node.js that a package brings may be a program that starts the real one.
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        reader.join()


def _read(process: subprocess.Popen[str], lines: SimpleQueue[str]) -> None:
    assert process.stdout is not None
    with process.stdout as stream:
        for line in stream:
            lines.put(line)
    lines.put("")


def _listening(lines: SimpleQueue[str]) -> str:
    printed = ""
    while True:
        try:
            line = lines.get(timeout=START_SECONDS)
        except Empty:
            raise MockError(f"the mock server does not start:\n{printed}") from None
        printed += line
        if READY in line:
            return line.partition(READY)[2].strip()
        if not line:
            raise MockError(f"the mock server has ended:\n{printed}")
