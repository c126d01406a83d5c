"""Doing several things at once in a way that an interruption ends.

The workers are daemon threads: a pool's threads are waited for before the process may exit, however long their answers
take, and the one who pressed Ctrl-C with them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

HEEDED_SECONDS = 1.0
"""How long is waited in one go: a signal that comes right before a wait is only heeded after it."""


def together(count: int, workers: int, work: Callable[[int], Result]) -> list[Result]:
    """What `work` gives for each number below `count`, begun in their order by so many workers at once.

    Raises the first exception of `work`, by its number, when what was under way has ended; nothing is begun after it.
    A KeyboardInterrupt passes at once and leaves what is under way to itself.
    """
    waiting = deque(range(count))
    results: dict[int, Result] = {}
    failures: dict[int, BaseException] = {}

    def take() -> None:
        while True:
            try:
                number = waiting.popleft()
            except IndexError:
                return
            try:
                results[number] = work(number)
            except BaseException as error:
                failures[number] = error
                waiting.clear()

    crew = [threading.Thread(target=take, daemon=True) for _ in range(min(workers, count))]
    try:
        for worker in crew:
            worker.start()
        for worker in crew:
            while worker.is_alive():
                worker.join(HEEDED_SECONDS)
    finally:
        waiting.clear()
    if failures:
        raise failures[min(failures)]
    return [results[number] for number in range(count)]
