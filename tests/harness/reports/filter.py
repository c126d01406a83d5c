"""The form that filters requirements on a page. It is hidden until the page's script, which makes it work, is there."""

from __future__ import annotations

from collections.abc import Mapping

from tests.harness.reports.markup import Markup, tag

LEVELS = {"": "both", "MUST": "MUST", "SHOULD": "SHOULD"}


def form(*fields: str) -> Markup:
    """The form: words to search for, the fields of its page, and how many requirements are shown."""
    words = tag("input", type="search", name="q", placeholder="status, 4xx, EVENT-3", autocomplete="off", id="q")
    return tag(
        "form",
        tag("div", tag("label", "Search ", tag("kbd", "/"), for_="q"), words, class_="field wide"),
        *fields,
        tag("p", tag("output", id="shown", for_="q"), " ", tag("button", "Show all", type="reset"), class_="state"),
        id="filter",
        role="search",
        aria_label="Filter the requirements",
        hidden=True,
    )


def choice(name: str, title: str, options: Mapping[str, str]) -> Markup:
    """A field of the form with one of several values: what each is called, by what the address says for it."""
    listed = (tag("option", text, value=value) for value, text in options.items())
    select = tag("select", *listed, id=f"choice-{name}", name=name)
    return tag("div", tag("label", title, for_=f"choice-{name}"), select, class_="field")
