"""The description as one file: what people download, and what other tools read."""

from __future__ import annotations

from pathlib import Path

from tests.docs import node
from tests.harness.contract import ENTRY, ROOT, Pointer, escaped, files, follow, parse_pointer, target_of
from tests.harness.exchange import Json

NAMES = ("openapi.yaml", "openapi.json")
COMPONENTS = "components"
KINDS = {"requests": "requestBodies"}
"""The files of components whose name is not OpenAPI's own name of what they hold."""


class BundleError(Exception):
    """The bundler refused the description."""


def bundle(folder: Path, entry: Path = ROOT / ENTRY) -> tuple[Path, ...]:
    """Write the description to a folder as one openapi.yaml and one openapi.json, every part of it where it is named.

    Raises BundleError with what the bundler says when it does not like the description, or when two components of one
    kind have one name, so that it would have to call one of them differently.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = tuple(folder / name for name in NAMES)
    for path in written:
        done = node.run("redocly", "bundle", entry, "--component-renaming-conflicts-severity=error", "--output", path)
        if done.returncode != 0:
            raise BundleError(done.stdout + done.stderr)
    return written


def document() -> Json:
    """The bundled description as a value, made here without the bundler, which needs Node.js.

    tests/openapi/test_bundle.py holds that both are equal.
    """
    entry: dict[str, Json] = _placed(ENTRY, files()[ENTRY])
    for path in entry["paths"]:
        (file, *_) = follow((ENTRY, "paths", path))
        entry["paths"][path] = _placed(file, files()[file])
    for file, content in files().items():
        if file.startswith(f"{COMPONENTS}/"):
            kind = KINDS.get(Path(file).stem, Path(file).stem)
            entry[COMPONENTS].setdefault(kind, {}).update(_placed(file, content))
    return entry


def _placed(file: str, value: Json) -> Json:
    """What a file says, with each $ref to the place in the bundle."""
    if isinstance(value, dict):
        return {
            key: _reference(target_of(file, item)) if key == "$ref" and isinstance(item, str) else _placed(file, item)
            for key, item in value.items()
        }
    return [_placed(file, item) for item in value] if isinstance(value, list) else value


def _reference(place: Pointer) -> str:
    return place_in_bundle(place[0] + "#" + "".join(f"/{escaped(token)}" for token in place[1:]))


def place_in_bundle(pointer: str) -> str:
    """Where a place of openapi/ stands in the bundled description, as a JSON pointer behind `#`.

    `components/vba/requests.yaml#/EventBatch/content` is `#/components/requestBodies/EventBatch/content`, and
    `paths/event.yaml#/put` is below `#/paths`; a place of openapi.yaml keeps its pointer. Raises KeyError where the
    pointer names neither a component, nor a path item, nor a place of openapi.yaml.
    """
    file, *tokens = parse_pointer(pointer)
    return "#" + "".join(f"/{escaped(token)}" for token in (*_origin(file, bool(tokens)), *tokens))


def _origin(file: str, names_a_component: bool) -> Pointer:
    """The place in the bundle of what a whole file holds."""
    if file == ENTRY:
        return ()
    folder, _, name = file.rpartition("/")
    if file in files() and folder.startswith(f"{COMPONENTS}/") and names_a_component:
        kind = name.removesuffix(".yaml")
        return (COMPONENTS, KINDS.get(kind, kind))
    for path in files()[ENTRY]["paths"]:
        if follow((ENTRY, "paths", path)) == (file,):
            return ("paths", path)
    raise KeyError(file)
