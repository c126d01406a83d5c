"""The description as one file: nothing of it is lost, and nothing is called by another name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.bundle import BundleError, bundle, place_in_bundle
from tests.harness.contract import (
    ENTRY,
    ROOT,
    Pointer,
    escaped,
    files,
    parse_pointer,
    requirements,
    resolve,
    target_of,
)
from tests.harness.exchange import Json
from tests.openapi.marks import needs_node

COMPONENTS = [
    f"{name}#/{component}"
    for name, content in files().items()
    if name.startswith("components/")
    for component in content
]
CATALOGUE = sorted({pointer for requirement in requirements().values() for pointer in requirement.pointers})


@pytest.fixture(scope="module")
def document(bundle_folder: Path) -> Json:
    return json.loads((bundle_folder / "openapi.json").read_text("utf-8"))


def bundled(file: str, value: Json) -> Json:
    """What a file of openapi/ says, with each $ref as the bundle has to write it."""
    if isinstance(value, dict):
        return {
            key: place_in_bundle(written(target_of(file, item)))
            if key == "$ref" and isinstance(item, str)
            else bundled(file, item)
            for key, item in value.items()
        }
    return [bundled(file, item) for item in value] if isinstance(value, list) else value


def written(place: Pointer) -> str:
    """A place as the catalogue writes it."""
    return place[0] + "#" + "".join(f"/{escaped(token)}" for token in place[1:])


def found_at(document: Json, pointer: str) -> Json:
    """What stands at a JSON pointer of a document."""
    value: Any = document
    for token in parse_pointer(pointer)[1:]:
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value


@needs_node
def test_both_files_hold_the_same(bundle_folder: Path, document: Json) -> None:
    assert yaml.safe_load((bundle_folder / "openapi.yaml").read_text("utf-8")) == document


@needs_node
def test_no_reference_leaves_the_file(bundle_folder: Path) -> None:
    text = (bundle_folder / "openapi.yaml").read_text("utf-8")

    assert "$ref: " in text
    assert "$ref: '#/" in text
    assert ".yaml" not in text


@needs_node
@pytest.mark.parametrize("pointer", COMPONENTS)
def test_a_component_is_there_under_its_own_name_and_says_the_same(document: Json, pointer: str) -> None:
    place = parse_pointer(pointer)

    assert found_at(document, place_in_bundle(pointer)) == bundled(place[0], resolve(place))


@needs_node
def test_there_is_no_other_component(document: Json) -> None:
    found = {f"#/components/{kind}/{name}" for kind, named in document["components"].items() for name in named}

    of_the_entry = {name for name in found if name.startswith("#/components/securitySchemes/")}
    assert found - of_the_entry == {place_in_bundle(pointer) for pointer in COMPONENTS}
    assert len(of_the_entry) == len(files()[ENTRY]["components"]["securitySchemes"])


@needs_node
@pytest.mark.parametrize("pointer", CATALOGUE)
def test_a_place_that_a_requirement_names_is_found_in_the_bundle(document: Json, pointer: str) -> None:
    place = parse_pointer(pointer)

    assert found_at(document, place_in_bundle(pointer)) == bundled(place[0], resolve(place))


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
