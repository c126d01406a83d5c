"""Edited copies of values, for tests that show what is found in them."""

from __future__ import annotations

import copy

from tests.harness.exchange import Json

DELETED = object()
"""In place of a new value: what stands there is taken away."""

Change = tuple[tuple[str | int, ...], Json]


def changed(value: Json, *changes: Change) -> Json:
    """A copy of the value with another one at each path; DELETED takes what stands there away."""
    result = copy.deepcopy(value)
    for path, new in changes:
        place = result
        for token in path[:-1]:
            place = place[token]
        if new is DELETED:
            del place[path[-1]]
        else:
            place[path[-1]] = new
    return result
