"""The page of the description: the bundled YAML line by line, where every place has its JSON pointer as its anchor.

Beside each place that a requirement names stands that requirement's id, as a link.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from tests.docs.bundle import place_in_bundle
from tests.docs.catalogue import operation_link, place_link, rule_link
from tests.docs.layout import DESCRIPTION, layout
from tests.harness.contract import YAML, escaped, requirements
from tests.harness.exchange import OPERATIONS, OperationId
from tests.harness.reports.markup import Markup, join, tag


@dataclass
class Line:
    """What is known of one line: the places that begin there, and where in it a key or a reference stands."""

    places: list[str] = field(default_factory=list)
    spans: list[tuple[int, int, str]] = field(default_factory=list)
    """From column, to column, and what is there: `key`, or the place that a $ref leads to."""
    operation: OperationId | None = None


def page(text: str, version: str) -> str:
    """The page of a bundled description, given as YAML text. Raises ValueError where that is empty."""
    rules = _rules_by_place()
    lines = read(text)
    shown = (_line(number, content, lines[number], rules) for number, content in enumerate(text.splitlines()))
    words = join(
        "All of ",
        tag("code", "openapi.yaml"),
        ", line by line. The address of each place is its JSON pointer, and beside what a requirement names stands its "
        "id.",
    )
    listing = tag("div", *shown, class_="listing", role="group", aria_label="openapi.yaml")
    return layout(DESCRIPTION, tag("h1", "Description"), tag("p", words, class_="lead"), listing, version=version)


def read(text: str) -> dict[int, Line]:
    """What stands on each line, counted from 0, of a description in YAML. Raises ValueError where that is empty."""
    node = yaml.compose(text, YAML)
    if node is None:
        raise ValueError("the description is empty")
    found: dict[int, Line] = defaultdict(Line)
    _walk(node, "#", found)
    return found


def _walk(node: yaml.Node, place: str, found: dict[int, Line]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = f"{place}/{escaped(key.value)}"
            line = found[key.start_mark.line]
            line.places.append(inner)
            line.spans.append((key.start_mark.column, key.end_mark.column, "key"))
            if key.value == "$ref" and isinstance(value, yaml.ScalarNode):
                line.spans.append((value.start_mark.column, value.end_mark.column, value.value))
            if key.value == "operationId":
                line.operation = next((name for name in OPERATIONS if name == value.value), None)
            _walk(value, inner, found)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            found[value.start_mark.line].places.append(f"{place}/{number}")
            _walk(value, f"{place}/{number}", found)


def _rules_by_place() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for rule in requirements().values():
        for pointer in rule.pointers:
            found[place_in_bundle(pointer)].append(rule.id)
    return found


def _line(number: int, text: str, line: Line, rules: dict[str, list[str]]) -> Markup:
    """One line: its number, which links to it, its text, and the requirements that it states."""
    anchors = [place.removeprefix("#") for place in line.places]
    first, others = (anchors[0], anchors[1:]) if anchors else (None, [])
    counted = tag(
        "a",
        href=place_link(line.places[0]).removeprefix(DESCRIPTION) if first else None,
        class_="number",
        tabindex="-1",
        aria_hidden="true",
        data_number=number + 1,
    )
    links = [tag("a", id, href=rule_link(id), class_="mark") for place in line.places for id in rules.get(place, [])]
    if line.operation:
        links.append(tag("a", "reference", href=operation_link(line.operation), class_="mark"))
    beside = tag("span", *(part for link in links for part in (" ", link)), class_="rules") if links else ""
    indent = len(text) - len(text.lstrip(" -"))
    inner = (tag("a", id=anchor) for anchor in others)
    code = tag("code", *inner, *_colored(text, line), class_=f"in{min(indent // 2, 12)}")
    return tag("div", counted, code, beside, "\n", id=first, class_="row")


def _colored(text: str, line: Line) -> Iterator[str]:
    end = 0
    for start, stop, kind in sorted(line.spans):
        yield text[end:start]
        part = text[start:stop]
        yield tag("b", part) if kind == "key" else tag("a", part, href=place_link(kind).removeprefix(DESCRIPTION))
        end = stop
    yield text[end:]
