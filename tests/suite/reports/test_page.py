"""The page as text: everything is in it, in order, escaped, and nothing of it comes from elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from tests.harness.contract import requirements
from tests.harness.reports.answer import Report
from tests.harness.reports.markup import VOID
from tests.harness.reports.page import differing, page, pretty
from tests.suite.reports.samples import finding, report, requirement

ATTACKS = (
    "</script><script>document.title='owned'</script>",
    "</pre></code><img src=x onerror=\"document.title='owned'\">",
    '\'"><a href="javascript:alert(1)">&lt;b&gt;',
    "<!--",
    "<style>*{display:none}</style>",
)


@dataclass
class Element:
    """An element as a browser reads it; `text` is all the text inside."""

    name: str
    attributes: dict[str, str | None]
    text: str = ""


@dataclass
class Document(HTMLParser):
    """The elements of a page, in order. A tag that is closed wrongly, or not at all, is an AssertionError."""

    source: str
    elements: list[Element] = field(default_factory=list)
    opened: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)
        self.feed(self.source)
        self.close()
        assert not self.opened, f"never closed: {self.opened}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in VOID:
            self.opened.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened[-1].name == tag, f"</{tag}> closes <{self.opened[-1].name}>"
        self.opened.pop()

    def handle_data(self, data: str) -> None:
        for element in self.opened:
            element.text += data

    def named(self, *names: str) -> list[Element]:
        return [element for element in self.elements if element.name in names]

    def with_id(self, id: str) -> Element:
        return next(element for element in self.elements if element.attributes.get("id") == id)


@pytest.fixture(scope="module")
def mixed() -> Report:
    """A report with every outcome in it."""
    return report(
        requirement("EVENT-3", "fail", finding("EVENT-3"), finding("EVENT-3", exchange=32)),
        requirement("HTTP-3", "fail"),
        requirement("EVENT-8", "unverified", reason="arena.read_back is not given"),
        requirement("ARENA-HEADER-4", "waived"),
        *(requirement(id, "out-of-scope") for id in requirements() if id.startswith("BATCH-")),
    )


def test_every_requirement_stands_with_its_level_statement_source_and_outcome(mixed: Report) -> None:
    document = Document(page(mixed))

    for one in mixed["requirements"]:
        card = document.with_id(one["id"])
        statement = one["statement"].replace("`", "")
        assert card.name == "article"
        assert card.attributes["data-outcome"] == one["outcome"]
        for text in (one["id"], one["level"], statement, one["source"], one["reason"]):
            assert text in card.text, f"{one['id']} does not show {text!r}"


def test_a_failure_shows_both_sides_the_exchange_and_the_commands(mixed: Report) -> None:
    card = Document(page(mixed)).with_id("EVENT-3").text

    request = f"PUT {finding('EVENT-3')['request']['url']}\nContent-Type: application/json\n"
    for text in ("HTTP 401", "HTTP 500", request, '\n  "itemsReconciled": true\n', '\n  "status": 500\n'):
        assert text in card
    for text in (finding("EVENT-3")["curl"], "make test ONLY=EVENT-3 SEED=7", "exchange 31", "exchange 32"):
        assert text in card


def test_a_real_run_is_shown_whole(faulty: Report) -> None:
    document = Document(page(faulty))

    assert {"EVENT-3", "HTTP-3"} <= {one["id"] for one in faulty["requirements"] if one["outcome"] == "fail"}
    assert "DONE</script><img src=x onerror=alert(1)>" in document.with_id("EVENT-3").text
    assert len(document.named("article")) == len(requirements())


@pytest.mark.parametrize("attack", ATTACKS)
def test_texts_of_the_target_are_only_text(attack: str) -> None:
    plain = Document(page(report(requirement("EVENT-3", "fail"))))
    told = finding(
        "EVENT-3",
        expected=attack,
        actual=attack,
        scenario=attack,
        curl=attack,
        request={"method": attack, "url": attack, "headers": [[attack, attack]], "body": attack},
        response={"status": 200, "headers": [[attack, attack]], "body": attack},
    )
    hostile = report(
        requirement("EVENT-3", "fail", told),
        requirement("EVENT-8", "unverified", reason=attack),
        requirement("EVENT-7", "waived", finding("EVENT-7", response={"failure": attack}), reason=attack),
        target={"name": attack, "arena": attack, "vba": attack},
        stopped=attack,
    )

    document = Document(page(hostile))

    names = {element.name for element in document.elements}
    assert names <= {element.name for element in plain.elements} | {"mark", "h3", "ul", "li"}
    assert [len(document.named(name)) for name in ("script", "style", "img")] == [1, 1, 0]
    assert document.with_id("EVENT-3").text.count(attack) >= 9
    assert not [name for element in document.elements for name in element.attributes if name.startswith("on")]


def test_nothing_comes_from_elsewhere(mixed: Report) -> None:
    text = page(mixed)
    document = Document(text)

    links = [value for one in document.elements for key, value in one.attributes.items() if key in ("href", "src")]
    policy = next(one for one in document.named("meta") if "http-equiv" in one.attributes).attributes["content"]
    assert links
    assert all(link is not None and link.startswith("#") for link in links)
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest", text)
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_headings_follow_one_another_and_parts_are_landmarks(mixed: Report) -> None:
    document = Document(page(mixed))

    levels = [int(element.name[1]) for element in document.named("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert [len(document.named(name)) for name in ("header", "main", "footer")] == [1, 1, 1]
    assert document.named("html")[0].attributes["lang"] == "en"


def test_ids_are_unique_and_every_link_leads_somewhere(mixed: Report) -> None:
    document = Document(page(mixed))

    ids = Counter(element.attributes["id"] for element in document.elements if "id" in element.attributes)
    named = [
        value
        for element in document.elements
        for key in ("aria-labelledby", "for")
        if (value := element.attributes.get(key))
    ]
    links = [link.removeprefix("#") for element in document.named("a") if (link := element.attributes["href"])]
    assert max(ids.values()) == 1
    assert set(named) | {link for link in links if "=" not in link} <= set(ids)


def test_every_field_and_button_has_a_name(mixed: Report) -> None:
    document = Document(page(mixed))

    labelled = {element.attributes.get("for") for element in document.named("label")}
    for element in document.named("input", "select"):
        assert element.attributes.get("type") == "checkbox" or element.attributes["id"] in labelled
    for element in document.named("button"):
        assert element.text or element.attributes.get("aria-label")


def test_what_decides_the_verdict_is_listed_first() -> None:
    failed = report(requirement("ARENA-ERROR-5", "fail"), requirement("EVENT-3", "fail"))

    text = Document(page(failed)).with_id("failed").text

    assert text.index("EVENT-3") < text.index("ARENA-ERROR-5")
    assert "1 of 2 decide the verdict" in text


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (report(), ("conforming", "keeps every requirement of level MUST.", "Nothing has to be done")),
        (report(only=["EVENT"]), ("conforming", "of what ONLY=EVENT selects", "Nothing has to be done")),
        (report(requirement("EVENT-3", "fail")), ("nonconforming", "breaks 1 requirement of", "Start with EVENT-3")),
        (report(requirement("HTTP-3", "fail")), ("conforming", "level MUST", "failed SHOULD")),
        (report(requirement("HTTP-3", "fail"), strict=True), ("nonconforming", "MUST or SHOULD", "HTTP-3")),
        (report(requirement("EVENT-3", "waived")), ("conforming", "but for 1 waived failure", "Nothing")),
        (report(requirement("EVENT-3", "unverified")), ("incomplete", "could not be verified", "Give the target")),
        (
            report(*(requirement(id, "out-of-scope") for id in requirements())),
            ("incomplete", "Nothing was judged", "Give the target"),
        ),
        (report(exit_code=7, stopped="it went away"), ("not tested to an end", "it went away", "run again")),
        (report(exit_code=4, stale_waivers=["EVENT-3"]), ("conforming", "EVENT-3", "Take these waivers")),
        (report(exit_code=3), ("no answer", "The suite itself failed", "traceback")),
    ],
)
def test_the_verdict_comes_first_with_its_meaning_and_the_next_step(changed: Report, words: tuple[str, ...]) -> None:
    header = Document(page(changed)).named("header")[0].text

    for text in words:
        assert text in header


def test_the_figures_stand_at_the_top(mixed: Report) -> None:
    header = Document(page(mixed)).named("header")[0].text

    for text in ("740", "3.2", "7", "standard", "acme sandbox", "https://acme.test/v1", "https://acme.test/vba"):
        assert text in header


def test_the_matrix_shows_each_requirement_at_its_operations(mixed: Report) -> None:
    text = page(mixed)
    matrix = text[text.index('id="matrix"') :]

    for one in requirements().values():
        assert matrix.count(f'href="#{one.id}"') == len(one.operations)


def test_the_matrix_says_what_the_target_does_not_claim() -> None:
    lacking = report(target={"name": "acme", "arena": None, "vba": "https://acme.test/vba"})

    assert "not claimed" in Document(page(lacking)).with_id("matrix").text


def test_what_is_unverified_stands_together_with_what_lacks_the_same() -> None:
    reason = "arena.read_back is not given"
    lacking = report(*(requirement(id, "unverified", reason=reason) for id in ("EVENT-8", "QUALITY-8")))

    text = Document(page(lacking)).with_id("open").text

    assert text.count(reason) == 1
    assert "EVENT-8, QUALITY-8" in text


def test_what_differs_is_marked_on_both_sides() -> None:
    assert differing("HTTP 401", "HTTP 500") == ("HTTP <mark>401</mark>", "HTTP <mark>500</mark>")


def test_texts_without_anything_in_common_are_not_marked() -> None:
    assert differing("the documented object", "[1, 2]") == ("the documented object", "[1, 2]")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('{"a":1}', '{\n  "a": 1\n}'),
        ('{"a": [1, 2]}', '{\n  "a": [\n    1,\n    2\n  ]\n}'),
        ('{"a": 1, "a": 2}', '{"a": 1, "a": 2}'),
        ('{"a": 1.0e5}', '{"a": 1.0e5}'),
        ('{ "a": 1}', '{ "a": 1}'),
        ("<html>", "<html>"),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_json_is_indented_only_where_nothing_else_is_changed_by_it(body: str, shown: str) -> None:
    assert pretty(body) == shown
