"""What a seeded fault is."""

from __future__ import annotations

from dataclasses import dataclass

from tests.reference.parts import Modifier


@dataclass(frozen=True)
class Fault:
    """One way in which a server breaks one requirement.

    `name` says what is wrong, `requirement` is the id of what it breaks first of all, `cause` says how a real server
    comes to have it, and `modifier` puts it into the reference implementation. `chance` is true where it shows only by
    chance or by a race between requests.
    """

    name: str
    requirement: str
    cause: str
    modifier: Modifier
    chance: bool = False
