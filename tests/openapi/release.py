"""The description's version against the last release: `python -m tests.openapi.release` says which one is needed.

The last release is kept as openapi/released.json. So the comparison works in a shallow clone and in an unpacked
archive, where there is no history to look the last release up in, and shows in a review when it is replaced.
With --make, the present description becomes the last release.
"""

from __future__ import annotations

import json
import sys

from tests.docs.bundle import document
from tests.harness.contract import ENTRY, ROOT
from tests.harness.exchange import Json
from tests.openapi.changes import LEVELS, Level, changes

RELEASED = ROOT / "released.json"
CHANGELOG = ROOT / "CHANGELOG.md"
MAKE = "--make"
Version = tuple[int, int, int]


def released() -> Json:
    """The description as it was released last."""
    return json.loads(RELEASED.read_text("utf-8"))


def version_of(description: Json) -> Version:
    """The version of a description as three numbers. Raises ValueError where it is written otherwise."""
    major, minor, patch = (int(number) for number in description["info"]["version"].split("."))
    return major, minor, patch


def raised(version: Version, level: Level) -> Version:
    """The next version with this part raised."""
    major, minor, patch = version
    return {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0), "patch": (major, minor, patch + 1)}[level]


def problem(old: Json, new: Json) -> str | None:
    """What is wrong with the version of a description after a release, and what to do; None where it is right."""
    found = changes(old, new)
    last, present = version_of(old), version_of(new)
    if not found:
        return None if present == last else f"Nothing changed since {_text(last)}: set info.version back to it."
    needed = found[0].level
    enough = [raised(last, level) for level in LEVELS[: LEVELS.index(needed) + 1]]
    if present in enough:
        return None
    lines = [str(change) for change in found if change.level == needed]
    choice = " or ".join(_text(version) for version in reversed(enough))
    return "\n".join(
        [
            f"The description changed since its release {_text(last)}: it is {_text(present)}, and has to be {choice}.",
            f"Set info.version in {ROOT.name}/{ENTRY}, and say what changed in {ROOT.name}/{CHANGELOG.name}:",
            *(f"  {line}" for line in lines),
        ]
    )


def _text(version: Version) -> str:
    return ".".join(str(number) for number in version)


def main(arguments: list[str]) -> int:
    """Print what changed since the last release and what is wrong with the version; with --make, release."""
    if arguments not in ([], [MAKE]):
        print(f"usage: python -m tests.openapi.release [{MAKE}]", file=sys.stderr)
        return 4
    old, new = released(), document()
    for change in changes(old, new):
        print(change)
    wrong = problem(old, new)
    if wrong is not None:
        print(wrong, file=sys.stderr)
        return 1
    if arguments:
        RELEASED.write_text(json.dumps(new, indent=2, ensure_ascii=False) + "\n", "utf-8")
        print(f"{ROOT.name}/{RELEASED.name} is {_text(version_of(new))} now.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
