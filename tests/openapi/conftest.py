"""What several tests of the description share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.bundle import bundle
from tests.suite.chromium import browser, chromium

__all__ = ["browser", "chromium"]


@pytest.fixture(scope="session")
def bundle_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the bundled description, openapi.yaml and openapi.json, made once for all tests."""
    folder = tmp_path_factory.mktemp("bundle")
    bundle(folder)
    return folder
