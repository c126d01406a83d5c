"""The description as one file: what people download, and what other tools read."""

from __future__ import annotations

from pathlib import Path

from tests.docs import node
from tests.harness.contract import ENTRY, ROOT

NAMES = ("openapi.yaml", "openapi.json")


class BundleError(Exception):
    """The bundler refused the description."""


def bundle(folder: Path) -> tuple[Path, ...]:
    """Write the description to a folder as one openapi.yaml and one openapi.json, every part of it where it is named.

    Raises BundleError with what the bundler says when it does not like the description.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = tuple(folder / name for name in NAMES)
    for path in written:
        done = node.run("redocly", "bundle", ROOT / ENTRY, "--output", path)
        if done.returncode != 0:
            raise BundleError(done.stdout + done.stderr)
    return written
