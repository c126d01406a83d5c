"""The tools that npm sets up in .node/: the renderer of the pages, and what others build on a description with."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / ".node"
MODULES = FOLDER / "node_modules"
LACKING = "needs Node.js 20.19 or from 22.12 on, with npm: install it, and make sets up the rest"
SECONDS = 300
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1", "CI": "true"}
"""No tool reports home of its use."""


@cache
def present() -> bool:
    """Whether the tools are set up, which make does wherever Node.js is, and whether Node.js is there to run them."""
    if not (MODULES / ".ready").exists() or shutil.which("node") is None:
        return False
    return subprocess.run(["node", str(FOLDER / "here.mjs")], check=False).returncode == 0


def tool(name: str) -> Path:
    """The command that a package of .node/package.json brings."""
    return MODULES / ".bin" / name


def run(name: str, *arguments: str | Path, folder: Path = FOLDER.parent) -> subprocess.CompletedProcess[str]:
    """Run such a command in a folder to its end, and give what it printed."""
    command = [str(tool(name)), *map(str, arguments)]
    return subprocess.run(
        command, cwd=folder, env=os.environ | QUIET, capture_output=True, text=True, timeout=SECONDS, check=False
    )
