"""The pages that are words: the overview, the changes of the contract, and the page for vendors."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt

from tests.docs.bundle import NAMES
from tests.docs.catalogue import operation_link
from tests.docs.layout import CHANGES, DESCRIPTION, INDEX, REFERENCE, REQUIREMENTS, VENDORS, layout, section
from tests.harness.contract import ROOT, path_of, requirements
from tests.harness.exchange import OPERATIONS, Json
from tests.harness.reports.markup import Markup, tag

MARKDOWN = Path(__file__).with_name("vendors.md")
CHANGELOG = ROOT / "CHANGELOG.md"
WAYS = {
    REFERENCE: ("Reference", "Each operation with its parameters, bodies, answers, errors and examples."),
    REQUIREMENTS: ("Requirements", "Every rule with its id, level and source, by operation."),
    DESCRIPTION: ("Description", "The OpenAPI description line by line, with the rules that each place states."),
    CHANGES: ("Changes", "What each version of the contract changed, and what its number promises."),
    VENDORS: ("For vendors", "From nothing to a green gate: install, try, test, read the verdict, run it in CI."),
}


def overview(description: Json) -> str:
    """The first page: what this is, and the way to each of the others."""
    info = description["info"]
    ways = (tag("li", tag("a", title, href=name), tag("p", words)) for name, (title, words) in WAYS.items())
    words = tag(
        "p",
        f"{info['summary']} It is written as an OpenAPI {description['openapi']} description and a catalogue of "
        f"{len(requirements())} requirements; a test suite holds any server against both.",
        class_="lead",
    )
    head = tag(
        "thead", tag("tr", *(tag("th", name, scope="col") for name in ("Operation", "Endpoint", "What it does")))
    )
    rows = (
        tag(
            "tr",
            tag("th", tag("a", operation, href=operation_link(operation)), scope="row"),
            tag("td", tag("code", f"PUT {path_of(operation)}")),
            tag("td", _summary(description, path_of(operation))),
        )
        for operation in OPERATIONS
    )
    table = tag("table", head, tag("tbody", *rows), class_="operations")
    main = (tag("h1", info["title"]), words, tag("ul", *ways, _downloads(), class_="cards"))
    return layout(INDEX, *main, section("operations", "Operations", table), version=info["version"])


def _downloads() -> Markup:
    yaml_file, json_file = (tag("a", name, href=name, download=True) for name in NAMES)
    return tag("li", yaml_file, ", ", json_file, tag("p", "The description as one file, for tools."))


def _summary(description: Json, path: str) -> str:
    text: str = description["paths"][path]["put"]["summary"]
    return text


def vendors(version: str) -> str:
    """The page for vendors."""
    return _words(VENDORS, MARKDOWN, version)


def changes(version: str) -> str:
    """The page of the changelog."""
    return _words(CHANGES, CHANGELOG, version)


def _words(name: str, file: Path, version: str) -> str:
    """A page that is written in Markdown. Each heading has an anchor."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(file.read_text("utf-8"))
    for heading, inner in pairwise(tokens):
        if heading.type == "heading_open":
            heading.attrSet("id", slug(inner.content))
    html = Markup(parser.renderer.render(tokens, parser.options, {}))
    return layout(name, tag("div", html, class_="prose"), version=version)


def slug(title: str) -> str:
    """The anchor of a heading: its words in lower case with hyphens between them."""
    return "-".join(re.findall(r"[a-z0-9]+", title.lower()))
