"""Servers that conform and yet differ from the reference implementation, for tests that no check is too strict."""

from __future__ import annotations

from tests.reference.variants.arena_answers import ARENA_ANSWERS
from tests.reference.variants.arena_refusals import ARENA_REFUSALS
from tests.reference.variants.batch import BATCH
from tests.reference.variants.combinations import COMBINATIONS
from tests.reference.variants.connection import CONNECTION
from tests.reference.variants.model import Variant
from tests.reference.variants.wire import WIRE

__all__ = ["VARIANTS", "Variant"]

VARIANTS: tuple[Variant, ...] = (*WIRE, *CONNECTION, *ARENA_REFUSALS, *ARENA_ANSWERS, *BATCH, *COMBINATIONS)
