"""The page of the requirements: what holds for each operation, and each rule with the places that state it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from urllib.parse import quote

from tests.docs.bundle import place_in_bundle
from tests.docs.layout import DESCRIPTION, REFERENCE, REQUIREMENTS, layout, section
from tests.harness.contract import Requirement, path_of, requirements
from tests.harness.exchange import ARENA_OPERATIONS, OPERATIONS, OperationId
from tests.harness.reports.answer import group
from tests.harness.reports.filter import LEVELS, choice, form
from tests.harness.reports.markup import Markup, join, prose, tag
from tests.harness.reports.page import GROUPS

SAFE = "/~*+.-_"
"""What a pointer may have in an address as it stands; the rest is percent-encoded."""


def page(version: str) -> str:
    """The page. Every requirement has its id as its anchor, and so has every operation."""
    rules = requirements().values()
    must = sum(rule.level == "MUST" for rule in rules)
    words = (
        f"{len(rules)} rules: {must} MUST, which fail the gate, and {len(rules) - must} SHOULD, which are reported and "
        "fail it only under STRICT. Each has an id that reports, waivers and tests name."
    )
    head = (tag("h1", "Requirements"), tag("p", words, class_="lead"))
    operations = section("operations", "By operation", *(_of_operation(operation) for operation in OPERATIONS))
    narrowed = form(
        choice("operation", "Operation", {"": "all", **{operation: operation for operation in OPERATIONS}}),
        choice("level", "Level", LEVELS),
    )
    none = tag("p", "No requirement is like that. ", tag("a", "Show all", href="#rules"), id="none", hidden=True)
    groups = [tuple(ones) for _, ones in groupby(rules, key=lambda rule: group(rule.id))]
    all_rules = section("rules", "All of them", narrowed, *(_group(ones) for ones in groups), none)
    return layout(REQUIREMENTS, *head, operations, all_rules, version=version, scripts=["requirements.js"])


def of_operation(operation: OperationId) -> tuple[Requirement, ...]:
    """The requirements that speak of an operation, in the catalogue's order."""
    return tuple(rule for rule in requirements().values() if operation in rule.operations)


def rule_link(id: str) -> str:
    """The address of a requirement."""
    return f"{REQUIREMENTS}#{id}"


def place_link(place: str) -> str:
    """The address of a place of the bundled description, which is given as `#` and a JSON pointer."""
    return f"{DESCRIPTION}#{quote(place.removeprefix('#'), safe=SAFE)}"


def operation_link(operation: OperationId) -> str:
    """The address of an operation in the reference. It stays while the operation and its API keep their names."""
    return f"{REFERENCE}#tag/{_api(operation).lower()}/{operation}"


def place_name(place: str) -> str:
    """A place of the bundle for people: `schemas > ArenaEvent`, `PUT /events-batch > description`."""
    kind, *tokens = (token.replace("~1", "/").replace("~0", "~") for token in place.removeprefix("#/").split("/"))
    if kind == "paths" and len(tokens) > 1:
        tokens = [f"{tokens[1].upper()} {tokens[0]}", *tokens[2:]]
    return " > ".join(tokens if kind in ("paths", "components") else [kind, *tokens])


def _api(operation: OperationId) -> str:
    return "Arena" if operation in ARENA_OPERATIONS else "VBA"


def _of_operation(operation: OperationId) -> Markup:
    """The ids of what holds for an operation, in their groups."""
    rows = (
        tag("div", tag("dt", GROUPS.get(name, name)), tag("dd", *_marks(ones)))
        for name, ones in groupby(of_operation(operation), key=lambda rule: group(rule.id))
    )
    links = (
        tag("a", "Reference", href=operation_link(operation)),
        tag("a", f"Show these {len(of_operation(operation))} alone", href=f"#operation={operation}"),
    )
    heading = tag("h3", tag("a", operation, href=f"#{operation}"), " ", tag("code", f"PUT {path_of(operation)}"))
    where = tag("p", links[0], " · ", links[1])
    return tag("article", heading, where, tag("dl", *rows), id=operation, class_="operation")


def _marks(rules: Iterable[Requirement]) -> Iterator[str]:
    for rule in rules:
        text = join(rule.id, tag("span", f" ({rule.level})", class_="aside")) if rule.level == "SHOULD" else rule.id
        yield tag("a", text, href=f"#{rule.id}", class_=f"mark {rule.level.lower()}")
        yield " "


def _group(rules: tuple[Requirement, ...]) -> Markup:
    name = group(rules[0].id)
    title = tag("h3", tag("span", GROUPS.get(name, name), id=f"group-{name}"), " ", tag("code", name))
    return tag("section", title, *(_rule(rule) for rule in rules), class_="group", aria_labelledby=f"group-{name}")


def _rule(rule: Requirement) -> Markup:
    places = [place_in_bundle(pointer) for pointer in rule.pointers]
    return tag(
        "article",
        tag(
            "div",
            tag("h4", tag("a", rule.id, href=f"#{rule.id}", id=f"title-{rule.id}")),
            tag("span", rule.level, class_=f"level {rule.level.lower()}"),
            class_="line",
        ),
        tag("p", *prose(rule.statement), class_="statement"),
        tag(
            "dl",
            _fact("Source", rule.source),
            _fact("Holds for", *_listed((operation, operation_link(operation)) for operation in rule.operations)),
            _fact("Stated at", *_listed((place_name(place), place_link(place)) for place in places)),
            class_="facts",
        ),
        id=rule.id,
        class_="requirement",
        aria_labelledby=f"title-{rule.id}",
        data_level=rule.level,
        data_operations=" ".join(rule.operations),
    )


def _fact(name: str, *content: str) -> Markup:
    return tag("div", tag("dt", name), tag("dd", *content))


def _listed(links: Iterable[tuple[str, str]]) -> Iterator[str]:
    for number, (text, address) in enumerate(links):
        yield ", " if number else ""
        yield tag("a", text, href=address)
