"""The version of the description against the last release."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.docs.bundle import document
from tests.harness.contract import ENTRY, files
from tests.harness.exchange import Json
from tests.openapi import release
from tests.openapi.edits import DELETED, changed
from tests.openapi.release import CHANGELOG, problem, raised, released, version_of

SUBJECT = ("components", "schemas", "VbaEvent", "properties", "subject")
MAJOR = (SUBJECT, DELETED)
MINOR = ((*SUBJECT, "maxLength"), 512)
PATCH = ((*SUBJECT, "description"), "What it is about.")


def released_as(version: str) -> Json:
    """The present description under another version."""
    return changed(document(), (("info", "version"), version))


def test_the_description_has_the_version_that_its_changes_need() -> None:
    wrong = problem(released(), document())

    assert wrong is None, wrong


def test_the_changelog_has_an_entry_for_this_version_and_for_the_last_release() -> None:
    entries = re.findall(r"^## (.+)$", CHANGELOG.read_text("utf-8"), re.MULTILINE)

    assert entries[0] == files()[ENTRY]["info"]["version"]
    assert released()["info"]["version"] in entries
    assert entries == sorted(entries, key=lambda text: [int(number) for number in text.split(".")], reverse=True)


@pytest.mark.parametrize(
    ("change", "right", "wrong"),
    [
        (MAJOR, ["2.0.0"], ["1.2.3", "1.2.4", "1.3.0", "3.0.0", "2.1.0", "0.9.0"]),
        (MINOR, ["1.3.0", "2.0.0"], ["1.2.3", "1.2.4", "1.4.0"]),
        (PATCH, ["1.2.4", "1.3.0", "2.0.0"], ["1.2.3", "1.2.5", "1.2.2"]),
        ((("info", "title"), document()["info"]["title"]), ["1.2.3"], ["1.2.4", "2.0.0"]),
    ],
)
def test_a_change_needs_the_next_version_of_its_level(
    change: tuple[tuple[str, ...], Json], right: list[str], wrong: list[str]
) -> None:
    old = released_as("1.2.3")

    for version in right:
        assert problem(old, changed(released_as(version), change)) is None, version
    for version in wrong:
        assert problem(old, changed(released_as(version), change)) is not None, version


def test_the_problem_says_what_to_do() -> None:
    found = problem(released_as("1.2.3"), changed(released_as("1.2.3"), MINOR))

    assert found is not None
    assert "it is 1.2.3, and has to be 1.3.0 or 2.0.0." in found
    assert "Set info.version in openapi/openapi.yaml, and say what changed in openapi/CHANGELOG.md" in found
    assert "minor: PUT /events-batch, request, media type application/json, [].subject" in found


def test_raising_a_part_sets_those_behind_it_to_zero() -> None:
    assert [raised((1, 2, 3), level) for level in ("major", "minor", "patch")] == [(2, 0, 0), (1, 3, 0), (1, 2, 4)]


@pytest.mark.parametrize("version", ["1.0", "one", "1.0.0-rc1"])
def test_a_version_of_another_form_is_an_error(version: str) -> None:
    with pytest.raises(ValueError, match=r"values to unpack|invalid literal"):
        version_of(released_as(version))


@pytest.fixture
def last_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the last release in a folder of its own, with the present description under an older version."""
    path = tmp_path / "openapi" / "released.json"
    path.parent.mkdir()
    major, minor, patch = version_of(document())
    monkeypatch.setattr(release, "RELEASED", path)
    monkeypatch.setattr(release, "document", lambda: changed(released_as(f"{major}.{minor}.{patch + 1}"), PATCH))
    path.write_text(json.dumps(document()), "utf-8")
    return path


def test_the_command_lists_the_changes(last_release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = last_release.read_text("utf-8")

    assert release.main([]) == 0
    assert capsys.readouterr().out == "patch: the description: words or values of examples differ\n"
    assert last_release.read_text("utf-8") == before


def test_the_command_makes_a_release(last_release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main(["--make"]) == 0
    assert json.loads(last_release.read_text("utf-8")) == changed(
        released_as(json.loads(last_release.read_text("utf-8"))["info"]["version"]), PATCH
    )
    assert release.main([]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("openapi/released.json is ")


def test_the_command_makes_no_release_under_a_wrong_version(
    last_release: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(release, "document", lambda: changed(document(), PATCH))
    before = last_release.read_text("utf-8")

    assert release.main(["--make"]) == 1
    assert "has to be" in capsys.readouterr().err
    assert last_release.read_text("utf-8") == before


def test_the_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main(["--help"]) == 4
    assert "usage: python -m tests.openapi.release" in capsys.readouterr().err
