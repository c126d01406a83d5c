"""The linters of others over the description: Redocly over its files, Spectral over the bundle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tests.docs import node
from tests.harness.contract import ENTRY, ROOT

REDOCLY = node.FOLDER / "redocly.yaml"
SPECTRAL = node.FOLDER / "spectral.yaml"


@dataclass(frozen=True)
class Problem:
    """What a linter does not like: its rule, and its words."""

    rule: str
    message: str


class LintError(Exception):
    """A linter did not run to its end, so its silence would say nothing."""


def redocly(entry: Path = ROOT / ENTRY, rules: Path = REDOCLY) -> set[Problem]:
    """What Redocly says of a description in files. Raises LintError when it could not look at it."""
    printed = _printed("redocly", "lint", entry, "--config", rules, "--format=json")
    return {Problem(found["ruleId"], found["message"]) for found in json.loads(printed)["problems"]}


def spectral(document: Path, rules: Path = SPECTRAL) -> set[Problem]:
    """What Spectral says of a bundled description, hints included. Raises LintError when it could not look at it."""
    printed = _printed("spectral", "lint", document, "--ruleset", rules, "--format=json", "--quiet")
    return {Problem(found["code"], found["message"]) for found in json.loads(printed)}


def _printed(tool: str, *arguments: str | Path) -> str:
    """What a linter printed as JSON. It ends with 0 or, where it found errors, with 1."""
    done = node.run(tool, *arguments)
    if done.returncode not in (0, 1) or not done.stdout.startswith(("{", "[")):
        raise LintError(done.stdout + done.stderr)
    return done.stdout
