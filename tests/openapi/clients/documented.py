"""The commands that README.md gives to those who build on the contract: the tests run these and no others."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from tests.docs import node

README = node.FOLDER.parent / "README.md"
DESCRIPTION = "build/docs/openapi.yaml"


def command(tool: str, *, description: Path, output: Path | None = None) -> list[str]:
    """README's command that runs the tool, for another description and another place for what it writes.

    Raises LookupError where README has no such command, or more than one.
    """
    text = README.read_text("utf-8").replace("\\\n", "")
    found = [line.strip() for line in text.splitlines() if line.startswith("    .") and f"/{tool} " in line]
    if len(found) != 1:
        raise LookupError(f"README.md has {len(found)} commands of {tool}")
    words = shlex.split(found[0], comments=True)
    program = node.tool(tool) if words[0].startswith(".node/") else Path(sys.executable).parent / tool
    elsewhere = {DESCRIPTION: description, **({words[-1]: output} if output else {})}
    return [str(program), *(str(elsewhere.get(word, word)) for word in words[1:])]
