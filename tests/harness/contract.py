"""The contract as openapi/ states it: the description's schemas and the catalogue of requirements.

Every file of openapi/ is held in one document, so that a place in it has one name: the file below openapi/ and a JSON
pointer in that file (`components/arena/schemas.yaml#/ArenaEvent`). The catalogue uses these names, and so do the errors
of validation: that is how an error finds the requirement that it breaks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

import jsonschema_rs
import yaml

from tests.harness.exchange import Json, OperationId

ROOT = Path(__file__).resolve().parents[2] / "openapi"
ENTRY = "openapi.yaml"
YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C where PyYAML has it: each run of the suite begins with reading these files."""

Level = Literal["MUST", "SHOULD"]
Pointer = tuple[str, ...]
"""A place in openapi/: the file, then the JSON pointer's tokens."""


@dataclass(frozen=True)
class Requirement:
    """One rule of the catalogue: `pointers` are the places of the description that state it."""

    id: str
    level: Level
    operations: tuple[OperationId, ...]
    statement: str
    source: str
    pointers: tuple[str, ...]


@dataclass(frozen=True)
class SchemaError:
    """A value that breaks a schema: where in the value, which keyword, and where that keyword stands in openapi/."""

    path: tuple[str | int, ...]
    value: Json
    keyword: str
    message: str
    location: Pointer


@cache
def files() -> dict[str, Json]:
    """Every YAML file of the description by its path below openapi/, the catalogue left out."""
    paths = sorted(path for path in ROOT.rglob("*.yaml") if "requirements" not in path.relative_to(ROOT).parts)
    return {path.relative_to(ROOT).as_posix(): _loaded(path) for path in paths}


@cache
def requirements() -> dict[str, Requirement]:
    """The catalogue, by id, in the order of its files and lines."""
    found: dict[str, Requirement] = {}
    for name in ("arena", "event", "quality", "batch", "http"):
        for entry in _loaded(ROOT / "requirements" / f"{name}.yaml"):
            source = ", ".join(str(text) for text in entry["source"].values())
            found[entry["id"]] = Requirement(
                id=entry["id"],
                level=entry["level"],
                operations=tuple(entry["operations"]),
                statement=" ".join(entry["statement"].split()),
                source=source,
                pointers=tuple(entry["pointers"]),
            )
    return found


def _loaded(path: Path) -> Json:
    """What a YAML file holds."""
    return yaml.load(path.read_text("utf-8"), Loader=YAML)


def parse_pointer(text: str) -> Pointer:
    """A place written as `file#/a/b~1c` as the tuple (file, "a", "b/c")."""
    file, _, fragment = text.partition("#")
    tokens = fragment.split("/")[1:]
    return (file, *(unquote(token).replace("~1", "/").replace("~0", "~") for token in tokens))


def resolve(pointer: Pointer) -> Json:
    """What stands at a place of openapi/. Raises KeyError, IndexError or TypeError where there is nothing."""
    value: Any = files()[pointer[0]]
    for token in pointer[1:]:
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value


def follow(pointer: Pointer) -> Pointer:
    """The place that `pointer` leads to when every $ref that stands there is followed."""
    value = resolve(pointer)
    while isinstance(value, dict) and isinstance(value.get("$ref"), str):
        pointer = target_of(pointer[0], value["$ref"])
        value = resolve(pointer)
    return pointer


@cache
def operation(operation_id: OperationId) -> Pointer:
    """The place of the operation with this operationId. Raises KeyError where the description has none."""
    for path in files()[ENTRY]["paths"]:
        item = follow((ENTRY, "paths", path))
        for method, value in resolve(item).items():
            if isinstance(value, dict) and value.get("operationId") == operation_id:
                return (*item, method)
    raise KeyError(operation_id)


@cache
def path_of(operation_id: OperationId) -> str:
    """The path template of an operation, such as /events-batch."""
    paths: list[str] = list(files()[ENTRY]["paths"])
    return next(path for path in paths if follow((ENTRY, "paths", path)) == operation(operation_id)[:-1])


@cache
def response_schema(operation_id: OperationId, status: str, media_type: str = "application/json") -> Pointer:
    """The place of the schema of one documented response. Raises KeyError where none is documented."""
    response = follow((*operation(operation_id), "responses", status))
    return follow((*response, "content", media_type, "schema"))


@cache
def entity_schema() -> Pointer:
    """The place of the schema of one entity of the batch."""
    body = follow((*operation("putEventsBatch"), "requestBody"))
    array = follow((*body, "content", "application/json", "schema"))
    return follow((*array, "items"))


@cache
def request_example(operation_id: OperationId, name: str) -> Json:
    """The value of a named example of an operation's JSON request body."""
    body = follow((*operation(operation_id), "requestBody"))
    return resolve((*follow((*body, "content", "application/json", "examples", name)), "value"))


def schema_errors(schema: Pointer, value: Json) -> Iterator[SchemaError]:
    """Every error of `value` under the schema at this place, formats included."""
    for error in _validator(schema).iter_errors(value):
        location = tuple(str(token) for token in error.schema_path[1:])
        keyword = str(error.schema_path[-1])
        yield SchemaError(tuple(error.instance_path), error.instance, keyword, error.message, location)


@cache
def requirement_at(location: Pointer, operation_id: OperationId) -> str | None:
    """The requirement that states the rule at `location`: the operation's with the longest pointer above it."""
    best: tuple[int, str] | None = None
    for requirement in requirements().values():
        if operation_id not in requirement.operations:
            continue
        for text in requirement.pointers:
            pointer = parse_pointer(text)
            if location[: len(pointer)] == pointer and (best is None or len(pointer) > best[0]):
                best = (len(pointer), requirement.id)
    return best[1] if best else None


@cache
def _validator(schema: Pointer) -> jsonschema_rs.Draft202012Validator:
    document = {"$ref": "#/files/" + "/".join(escaped(token) for token in schema), "files": _absolute_files()}
    # An address with letters outside ASCII is one; what is no address has no @.
    formats = {"email": lambda text: "@" in text}
    return jsonschema_rs.Draft202012Validator(document, validate_formats=True, formats=formats)


@cache
def _absolute_files() -> dict[str, Json]:
    return {name: _absolute(name, content) for name, content in files().items()}


def _absolute(file: str, value: Json) -> Json:
    if isinstance(value, dict):
        return {
            key: "#/files/" + "/".join(escaped(token) for token in target_of(file, item))
            if key == "$ref" and isinstance(item, str)
            else _absolute(file, item)
            for key, item in value.items()
        }
    return [_absolute(file, item) for item in value] if isinstance(value, list) else value


@cache
def dereferenced() -> dict[str, Json]:
    """The whole description as one document without any $ref, for tools that read one document best."""
    document: dict[str, Json] = _dereferenced(ENTRY, files()[ENTRY])
    return document


def _dereferenced(file: str, value: Json) -> Json:
    if isinstance(value, dict) and isinstance(value.get("$ref"), str):
        place = target_of(file, value["$ref"])
        return _dereferenced(place[0], resolve(place))
    if isinstance(value, dict):
        return {key: _dereferenced(file, item) for key, item in value.items()}
    return [_dereferenced(file, item) for item in value] if isinstance(value, list) else value


def target_of(file: str, reference: str) -> Pointer:
    """The place that a $ref in a file of openapi/ names."""
    path, _, fragment = reference.partition("#")
    if path:
        resolved = (ROOT / file).parent.joinpath(path).resolve()
        file = resolved.relative_to(ROOT.resolve()).as_posix()
    return parse_pointer(f"{file}#{fragment}")


def escaped(token: str) -> str:
    """A token as a JSON pointer writes it."""
    return token.replace("~", "~0").replace("/", "~1")
