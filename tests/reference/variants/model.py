"""What a conforming variant is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tests.reference.app import App
from tests.reference.parts import Modifier

T = TypeVar("T")


def identity(value: T) -> T:
    """The same value: what a variant leaves as it is."""
    return value


@dataclass(frozen=True)
class Variant:
    """A server that keeps every requirement, SHOULD included, and yet differs from the reference implementation.

    `tempts` names the requirements whose careless check would refuse it, `why` says what leaves the difference open.
    Build it with wrap(build_app(modifier, prefix=prefix)). Without `read_back`, GET does not answer the object.
    """

    name: str
    tempts: tuple[str, ...]
    why: str
    modifier: Modifier = identity
    wrap: Callable[[App], App] = identity
    prefix: str = ""
    read_back: bool = True
