"""The folder of pages: one static folder, for any file server, below any path, and for a browser alone."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from tests.docs import catalogue, pages, reference, source
from tests.docs.bundle import bundle
from tests.docs.layout import CHANGES, DESCRIPTION, INDEX, REFERENCE, REQUIREMENTS, VENDORS
from tests.harness.exchange import Json
from tests.harness.reports import page as report

FOLDER = Path(__file__).resolve().parents[2] / "build" / "docs"
STATIC = Path(__file__).with_name("static")
REPORT = Path(report.__file__).parent


def build(folder: Path) -> None:
    """Write every page to a folder, in place of what it held.

    Raises BundleError where the bundler refuses the description, and OSError where the folder cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Made beside it first, so that what is there is never half of one and half of the other.
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}-", dir=folder.parent) as made:
        whole = Path(made) / folder.name
        yaml_file, json_file = bundle(whole)
        _write(whole, yaml_file.read_text("utf-8"), json.loads(json_file.read_text("utf-8")))
        if folder.exists():
            folder.rename(Path(made) / "before")
        whole.rename(folder)


def _write(folder: Path, text: str, description: Json) -> None:
    version = description["info"]["version"]
    colors, bar = (REPORT / "colors.css").read_text("utf-8"), (STATIC / "bar.css").read_text("utf-8")
    look = (REPORT / "page.css").read_text("utf-8")
    written = {
        INDEX: pages.overview(description),
        REFERENCE: reference.page(description),
        REQUIREMENTS: catalogue.page(version),
        DESCRIPTION: source.page(text, version),
        CHANGES: pages.changes(version),
        VENDORS: pages.vendors(version),
        "style.css": "\n".join((colors, look, bar, (STATIC / "docs.css").read_text("utf-8"))),
        "reference.css": "\n".join((colors, bar, (STATIC / "reference.css").read_text("utf-8"))),
    }
    for name, content in written.items():
        (folder / name).write_text(content, "utf-8")
    for name in ("reference.js", "requirements.js", "icon.svg"):
        shutil.copyfile(STATIC / name, folder / name)
    shutil.copyfile(reference.renderer(), folder / "scalar.js")
