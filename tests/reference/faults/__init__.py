"""Faults of real servers, each of which breaks one requirement of the reference implementation.

`FAULTS` has them all; build_app(fault.modifier) is the server with the fault.
"""

from __future__ import annotations

from tests.reference.faults import (
    arena_access,
    arena_errors,
    arena_guids,
    arena_headers,
    batch,
    batch_access,
    batch_answer,
    batch_values,
    event,
    http,
    http_odd,
    missed,
    quality,
)
from tests.reference.faults.fault import Fault

__all__ = ["FAULTS", "Fault"]

FAULTS: tuple[Fault, ...] = (
    *arena_access.FAULTS,
    *arena_errors.FAULTS,
    *arena_guids.FAULTS,
    *arena_headers.FAULTS,
    *event.FAULTS,
    *quality.FAULTS,
    *batch_access.FAULTS,
    *batch_answer.FAULTS,
    *batch.FAULTS,
    *batch_values.FAULTS,
    *http.FAULTS,
    *http_odd.FAULTS,
    *missed.FAULTS,
)
