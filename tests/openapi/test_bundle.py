"""The description as one file: nothing of it is lost, and nothing is called by another name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.docs.bundle import bundle
from tests.openapi.marks import needs_node

pytestmark = needs_node


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("bundle")
    bundle(found)
    return found


def test_both_files_hold_the_same(folder: Path) -> None:
    assert yaml.safe_load((folder / "openapi.yaml").read_text("utf-8")) == json.loads(
        (folder / "openapi.json").read_text("utf-8")
    )


def test_no_reference_leaves_the_file(folder: Path) -> None:
    text = (folder / "openapi.yaml").read_text("utf-8")

    assert "$ref: " in text
    assert "$ref: '#/" in text
    assert ".yaml" not in text
