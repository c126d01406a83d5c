"""Things are done at once, in their order, and an interruption ends them."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.harness.together import together

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60

ENDLESS = """
import threading
from tests.harness.together import together

def work(number):
    if number:
        print("under way", flush=True)
    threading.Event().wait()

together(2, 2, work)
"""


@pytest.mark.parametrize("workers", [1, 3, 50])
def test_results_come_in_the_order_of_their_numbers(workers: int) -> None:
    assert together(20, workers, lambda number: number**2) == [number**2 for number in range(20)]


def test_nothing_to_do_is_done_at_once() -> None:
    assert together(0, 8, lambda number: number) == []


def test_so_many_are_under_way_at_once() -> None:
    meeting = threading.Barrier(4)

    places = together(8, 4, lambda number: meeting.wait(SECONDS))

    assert sorted(places) == [0, 0, 1, 1, 2, 2, 3, 3]


def test_the_first_failure_is_raised_and_nothing_is_begun_after_it() -> None:
    begun = []

    def work(number: int) -> None:
        begun.append(number)
        if number >= 2:
            raise ValueError(number)

    with pytest.raises(ValueError, match="2"):
        together(10, 1, work)

    assert begun == [0, 1, 2]


def test_what_is_under_way_has_ended_when_a_failure_is_raised() -> None:
    failed, ended = threading.Event(), threading.Event()

    def work(number: int) -> None:
        if number == 1:
            failed.set()
            raise ValueError(number)
        assert failed.wait(SECONDS)
        ended.set()

    with pytest.raises(ValueError, match="1"):
        together(2, 2, work)

    assert ended.is_set()


def test_an_interrupted_process_does_not_wait_for_what_never_ends() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", f"import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n{ENDLESS}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "under way\n"
            process.send_signal(signal.SIGINT)

            _, errors = process.communicate(timeout=SECONDS)
        finally:
            process.kill()

    assert errors.endswith("KeyboardInterrupt\n")
