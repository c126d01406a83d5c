"""The page for vendors: its commands are run as they stand, against a sandbox at the address that it names."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import MARKDOWN, vendors
from tests.harness.target import load_target
from tests.reference.app import build_app
from tests.reference.data import ADMIN_SESSION, API_KEY, BEARER_TOKEN, USER_SESSION
from tests.reference.faults import FAULTS
from tests.reference.server import running

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
SANDBOX = "http://127.0.0.1:8000"
"""The address of the page's sandbox; the tests take a free port in its place."""


def blocks(language: str) -> list[str]:
    """The page's blocks in a language, in their order."""
    return re.findall(rf"```{language}\n(.*?)```", MARKDOWN.read_text("utf-8"), re.DOTALL)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines()]
EXPORTED = {line.partition("=")[0].split()[1]: line.partition("=")[2] for line in COMMANDS if line.startswith("export")}


def run(command: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a line of the shell in a folder, with the page's variables and without a proxy."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment |= {"no_proxy": "*", **EXPORTED, **variables}
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_credentials_are_the_sandboxs() -> None:
    assert set(EXPORTED.values()) == {ADMIN_SESSION, USER_SESSION, API_KEY, BEARER_TOKEN}


@pytest.mark.parametrize("command", [line for line in COMMANDS if "make " in line])
def test_a_command_of_make_names_a_target_and_variables_that_there_are(command: str) -> None:
    _, target, *variables = command.split()

    assert re.search(rf"^{target}: ", MAKEFILE, re.MULTILINE)
    for variable in variables:
        name = variable.partition("=")[0]
        assert re.search(rf"\$\$?[({{]{name}\b|\"\$\$?\(?{name}\b", MAKEFILE), name


def test_every_variable_that_the_page_speaks_of_is_one_of_make() -> None:
    named = re.findall(r"\b([A-Z][A-Z_]+)=", re.sub(r"export .*", "", MARKDOWN.read_text("utf-8")))

    assert {"TARGET_URL", "FAULT", "PROFILE"} <= set(named)
    assert [name for name in named if not re.search(rf"\b{name}\b", MAKEFILE)] == []


def test_every_fault_that_the_page_names_is_one() -> None:
    [name] = set(re.findall(r"FAULT=(\S+)", "\n".join(COMMANDS)))

    [fault] = [one for one in FAULTS if one.name == name]
    assert f"ONLY={fault.requirement} " in "\n".join(COMMANDS)


def test_every_file_that_the_page_names_is_there() -> None:
    named = re.findall(r"`(\.[a-z]+/[A-Za-z./-]+)`", MARKDOWN.read_text("utf-8"))

    assert len(named) >= 4
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_gate_of_the_page_is_green(tmp_path: Path) -> None:
    config = blocks("toml")[0]
    [gate] = [line for line in COMMANDS if line.endswith(".ci/contract")]
    with running(build_app()) as url:
        (tmp_path / "target.toml").write_text(config.replace(SANDBOX, url), "utf-8")
        command = gate.replace(".ci/contract", shlex.quote(str(ROOT / ".ci" / "contract")))
        done = run(command, tmp_path, CONTRACT_PYTHON=sys.executable)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "CONFORMING: the sandbox, " in done.stdout
    assert "UNVERIFIED" not in done.stdout
    assert "CONTRACT_VERDICT=conforming" in (tmp_path / "reports" / "contract.env").read_text("utf-8")


def test_the_waiver_of_the_page_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in EXPORTED.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "target.toml"
    path.write_text("\n".join(blocks("toml")), "utf-8")

    target = load_target(path, None)

    assert [waiver.requirement for waiver in target.waivers] == ["ARENA-HEADER-4"]


def test_the_curl_line_of_the_page_shows_the_failure_that_it_tells_of(tmp_path: Path) -> None:
    [curl] = [line for line in COMMANDS if line.startswith("curl ")]
    [fault] = [one for one in FAULTS if one.name == "event-status-is-swapped"]

    with running(build_app(fault.modifier)) as url:
        done = run(curl.replace(SANDBOX, url), tmp_path)

    assert '"itemsReconciled": true' in done.stdout
    assert '"status": "NEEDS_UPDATE"' in done.stdout


def test_the_failure_that_the_page_shows_is_the_one_of_its_command(tmp_path: Path) -> None:
    [shown] = blocks("text")
    [fault] = [one for one in FAULTS if one.name == "event-status-is-swapped"]
    with running(build_app(fault.modifier)) as url:
        options = f"--target-url={url} --only=EVENT-3 --seed=7 --report-dir={shlex.quote(str(tmp_path))}"
        done = run(f"{shlex.quote(sys.executable)} -m pytest -q tests/contract {options}", ROOT)

    for line in shown.splitlines():
        start = line.removesuffix(" ...")
        assert start in done.stdout or line.strip().startswith("seen "), line


def test_html_in_the_page_would_be_shown_as_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hostile = tmp_path / "vendors.md"
    hostile.write_text("# A title\n\n<script>alert(1)</script>\n", "utf-8")
    monkeypatch.setattr("tests.docs.pages.MARKDOWN", hostile)

    page = vendors("1.0.0")

    assert '<h1 id="a-title">' in page
    assert "<script>alert" not in page
