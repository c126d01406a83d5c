"""What every page of the folder has: the head with its policy, the bar with the way to the other pages, the footer."""

from __future__ import annotations

from collections.abc import Iterable

from tests.docs.bundle import NAMES
from tests.harness.reports.markup import Markup, tag

INDEX, REFERENCE, REQUIREMENTS, DESCRIPTION, CHANGES, VENDORS = (
    f"{name}.html" for name in ("index", "reference", "requirements", "description", "changes", "vendors")
)
TITLES = {
    INDEX: "Overview",
    REFERENCE: "Reference",
    REQUIREMENTS: "Requirements",
    DESCRIPTION: "Description",
    CHANGES: "Changes",
    VENDORS: "For vendors",
}
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
"""A page loads what stands beside it and nothing else, whatever is in it."""


def layout(
    name: str, *main: str, version: str, style: str = "style.css", scripts: Iterable[str] = (), policy: str = POLICY
) -> str:
    """A whole page: `name` is its file, `main` what is its own, `version` the one of the description."""
    title = "Events contract" if name == INDEX else f"{TITLES[name]} (events contract)"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("link", rel="icon", type="image/svg+xml", href="icon.svg"),
        tag("link", rel="stylesheet", href=style),
    )
    loaded = (tag("script", src=script) for script in scripts)
    skip = tag("a", "Skip to the content", href="#main", class_="skip")
    body = tag("body", skip, _bar(name), tag("main", *main, id="main", tabindex="-1"), _footer(version), *loaded)
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def section(id: str, title: str, *content: str) -> Markup:
    """A part of a page under a heading of its own, which `#id` leads to."""
    return tag("section", tag("h2", title, id=f"title-{id}"), *content, id=id, aria_labelledby=f"title-{id}")


def _bar(current: str) -> Markup:
    links = (
        tag("li", tag("a", title, href=name, aria_current="page" if name == current else None))
        for name, title in TITLES.items()
        if name != INDEX
    )
    home = tag("a", "Events contract", href=INDEX, class_="home", aria_current="page" if current == INDEX else None)
    return tag("header", tag("nav", home, tag("ul", *links), aria_label="Pages"), class_="pages")


def _footer(version: str) -> Markup:
    yaml_file, json_file = (tag("a", name, href=name, download=True) for name in NAMES)
    return tag("footer", tag("p", f"Events contract {version}. Download: ", yaml_file, ", ", json_file))
