"""Where a requirement stands in openapi/: file and line, for tools that show a finding beside the text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import yaml

from tests.harness.contract import ROOT, YAML, Pointer, parse_pointer, requirements


@dataclass(frozen=True)
class Place:
    """A line, counted from 1, of a file whose path begins at the project's root."""

    file: str
    line: int


def place_of(requirement: str) -> Place:
    """The place of the rule: the requirement's first pointer, its entry in the catalogue where that has no line.

    Raises KeyError for an id that the catalogue does not have.
    """
    for text in requirements()[requirement].pointers[:1]:
        pointer = parse_pointer(text)
        line = line_of(pointer)
        if line is not None:
            return Place(f"{ROOT.name}/{pointer[0]}", line)
    return _entries()[requirement]


def line_of(pointer: Pointer) -> int | None:
    """The line of the key or item that a pointer names; None where the file has no such place."""
    if not (ROOT / pointer[0]).is_file():
        return None
    node = _composed(pointer[0])
    mark = node.start_mark
    for token in pointer[1:]:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == token), None)
            if found is None:
                return None
            mark, node = found[0].start_mark, found[1]
        elif isinstance(node, yaml.SequenceNode) and token.isdigit() and int(token) < len(node.value):
            node = node.value[int(token)]
            mark = node.start_mark
        else:
            return None
    return mark.line + 1


@cache
def _composed(file: str) -> yaml.Node:
    node = yaml.compose((ROOT / file).read_text("utf-8"), YAML)
    if node is None:
        raise ValueError(f"{file} is empty")
    return node


@cache
def _entries() -> dict[str, Place]:
    found = {}
    for path in sorted((ROOT / "requirements").glob("*.yaml")):
        file = path.relative_to(ROOT).as_posix()
        for entry in _composed(file).value:
            id = next(value.value for key, value in entry.value if key.value == "id")
            found[id] = Place(f"{ROOT.name}/{file}", entry.start_mark.line + 1)
    return found
