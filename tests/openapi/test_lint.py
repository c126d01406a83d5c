"""The linters of others have nothing to say of the description, and would say what is wrong with a broken one."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import yaml

from tests.docs import node
from tests.harness.contract import ENTRY, ROOT
from tests.openapi.lint import REDOCLY, SPECTRAL, LintError, Problem, redocly, spectral
from tests.openapi.marks import needs_node

pytestmark = needs_node
OFF = "off"


def without_exceptions(rules: Path, folder: Path) -> tuple[Path, set[str]]:
    """A copy of a linter's configuration with the rules on that it turns off, and their names."""
    content = yaml.load(rules.read_text("utf-8"), Loader=yaml.BaseLoader)
    exceptions = {rule for rule, severity in content["rules"].items() if severity == OFF}
    content["rules"] |= dict.fromkeys(exceptions, "error")
    copy = folder / rules.name
    copy.write_text(yaml.safe_dump(content), "utf-8")
    return copy, exceptions


def test_redocly_says_nothing() -> None:
    assert redocly() == set()


def test_spectral_says_nothing(bundle_folder: Path) -> None:
    assert spectral(bundle_folder / "openapi.yaml") == set()


def test_redocly_finds_what_is_wrong_and_each_exception_again(tmp_path: Path) -> None:
    """A linter that does not look cannot pass, and an exception that the description no longer needs has to go."""
    copy = tmp_path / "openapi"
    shutil.copytree(ROOT, copy)
    path = copy / "paths" / "event.yaml"
    path.write_text(path.read_text("utf-8").replace("  summary: Reconcile all items of an event\n", ""), "utf-8")
    examples = copy / "components" / "arena" / "examples.yaml"
    examples.write_text(examples.read_text("utf-8").replace("itemsReconciled: true", 'itemsReconciled: "yes"'), "utf-8")
    rules, exceptions = without_exceptions(REDOCLY, tmp_path)

    found = {problem.rule for problem in redocly(copy / ENTRY, rules)}

    assert exceptions
    assert found == exceptions | {"operation-summary", "no-invalid-media-type-examples"}


def test_spectral_finds_what_is_wrong_and_each_exception_again(bundle_folder: Path, tmp_path: Path) -> None:
    document = json.loads((bundle_folder / "openapi.json").read_text("utf-8"))
    del document["paths"]["/events-batch"]["put"]["operationId"]
    document["components"]["examples"]["Created"]["value"]["data"] = "nothing"
    broken = tmp_path / "openapi.json"
    broken.write_text(json.dumps(document), "utf-8")
    rules, exceptions = without_exceptions(SPECTRAL, tmp_path)

    found = {problem.rule for problem in spectral(broken, rules)}

    assert exceptions
    assert found == exceptions | {"operation-operationId", "oas3-valid-media-example"}


@pytest.mark.parametrize("linter", [redocly, partial(spectral, Path("openapi.yaml"))])
@pytest.mark.parametrize(("code", "printed"), [(2, "[]"), (0, ""), (1, "Error: no such file")])
def test_a_linter_that_did_not_look_does_not_pass(
    monkeypatch: pytest.MonkeyPatch, linter: Callable[[], set[Problem]], code: int, printed: str
) -> None:
    monkeypatch.setattr(node, "run", lambda *_: subprocess.CompletedProcess([], code, printed, ""))

    with pytest.raises(LintError):
        linter()
