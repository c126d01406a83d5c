"""The description as one file: nothing of it is lost, and nothing is called by another name."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

from tests.docs.bundle import BundleError, bundle, document, place_in_bundle
from tests.harness.contract import ENTRY, ROOT, files, parse_pointer, requirements, resolve
from tests.harness.exchange import Json
from tests.openapi.marks import needs_node

COMPONENTS = [
    f"{name}#/{component}"
    for name, content in files().items()
    if name.startswith("components/")
    for component in content
]
CATALOGUE = sorted({pointer for requirement in requirements().values() for pointer in requirement.pointers})


def found_at(value: Json, pointer: str) -> Json:
    """What stands at a JSON pointer of a document. Raises KeyError, IndexError or TypeError where there is nothing."""
    for token in parse_pointer(pointer)[1:]:
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value


def without_references(value: Json) -> Json:
    """A value without the places that its $refs name, which differ between the files and the bundle."""
    if isinstance(value, dict):
        return {key: None if key == "$ref" else without_references(item) for key, item in value.items()}
    return [without_references(item) for item in value] if isinstance(value, list) else value


@needs_node
def test_both_files_of_the_bundler_hold_what_the_description_says(bundle_folder: Path) -> None:
    assert json.loads((bundle_folder / "openapi.json").read_text("utf-8")) == document()
    assert yaml.safe_load((bundle_folder / "openapi.yaml").read_text("utf-8")) == document()


@needs_node
def test_no_reference_leaves_the_file(bundle_folder: Path) -> None:
    text = (bundle_folder / "openapi.yaml").read_text("utf-8")

    assert "$ref: " in text
    assert "$ref: '#/" in text
    assert ".yaml" not in text


def test_every_reference_leads_somewhere_in_the_bundle() -> None:
    bundled = document()

    found = set(re.findall(r'"\$ref": "(#[^"]*)"', json.dumps(bundled)))

    assert len(found) > 50
    assert [pointer for pointer in found if not found_at(bundled, pointer)] == []


def test_every_component_is_there_under_its_own_name_and_says_the_same() -> None:
    bundled = document()

    for pointer in COMPONENTS:
        found = found_at(bundled, place_in_bundle(pointer))
        assert without_references(found) == without_references(resolve(parse_pointer(pointer))), pointer
    places = {f"#/components/{kind}/{name}" for kind, named in bundled["components"].items() for name in named}
    of_the_entry = {place for place in places if place.startswith("#/components/securitySchemes/")}
    assert places - of_the_entry == {place_in_bundle(pointer) for pointer in COMPONENTS}
    assert len(of_the_entry) == len(files()[ENTRY]["components"]["securitySchemes"])


def test_every_place_that_a_requirement_names_is_found_in_the_bundle() -> None:
    bundled = document()

    for pointer in CATALOGUE:
        found = found_at(bundled, place_in_bundle(pointer))
        assert without_references(found) == without_references(resolve(parse_pointer(pointer))), pointer
    assert len(CATALOGUE) > 60


@needs_node
def test_two_components_of_one_kind_and_name_are_refused(tmp_path: Path) -> None:
    """Generated clients have these names, and a suffix that the bundler makes up would be a name of a class."""
    copy = tmp_path / "openapi"
    shutil.copytree(ROOT, copy)
    for file in ("components/arena/schemas.yaml", "components/arena/responses.yaml"):
        path = copy / file
        path.write_text(path.read_text("utf-8").replace("ArenaError", "Problem"), "utf-8")

    with pytest.raises(BundleError, match="Problem"):
        bundle(tmp_path / "bundle", copy / ENTRY)


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        ("openapi.yaml#/info/description", "#/info/description"),
        ("components/arena/schemas.yaml#/Guid/minLength", "#/components/schemas/Guid/minLength"),
        ("components/vba/requests.yaml#/EventBatch", "#/components/requestBodies/EventBatch"),
        ("components/http/headers.yaml#/Allow", "#/components/headers/Allow"),
        ("paths/events-batch.yaml#/put/description", "#/paths/~1events-batch/put/description"),
        ("paths/event.yaml", "#/paths/~1outboundintegrations~1{integration}~1events~1{event}"),
    ],
)
def test_a_place_in_the_files_has_one_in_the_bundle(pointer: str, place: str) -> None:
    assert place_in_bundle(pointer) == place


@pytest.mark.parametrize(
    "pointer", ["components/arena/schemas.yaml", "components/none/schemas.yaml#/A", "nothing.yaml"]
)
def test_a_place_that_is_no_part_of_the_bundle_is_an_error(pointer: str) -> None:
    with pytest.raises(KeyError):
        place_in_bundle(pointer)
