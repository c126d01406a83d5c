"""The pages that make docs writes: whole, quiet, linked to the end, and usable by everybody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
import yaml

from tests.docs import node, reference, source
from tests.docs.bundle import NAMES, place_in_bundle
from tests.docs.catalogue import of_operation, operation_link, place_link, rule_link
from tests.docs.folder import build
from tests.docs.layout import DESCRIPTION, INDEX, REFERENCE, REQUIREMENTS, TITLES
from tests.harness.contract import escaped, path_of, requirements
from tests.harness.exchange import OPERATIONS, Json, OperationId
from tests.openapi.marks import needs_node
from tests.reference import pages
from tests.reference.app import build_app
from tests.reference.server import running
from tests.suite.chromium import Browser
from tests.suite.websites import website

pytestmark = needs_node

STATIC = [name for name in TITLES if name != REFERENCE]
"""The pages that are whole without a script."""
SHOWN = "[...document.querySelectorAll('.requirement')].filter(one => one.offsetParent).map(one => one.id)"


FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
REFUSED = """
new Promise((done) => {
  addEventListener("securitypolicyviolation", (event) => done(event.blockedURI));
  fetch("https://elsewhere.invalid/").then(() => done("loaded"), () => {});
})
"""


class _Outline(HTMLParser):
    """The anchors and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what a tag names and where it leads."""
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name in ("href", "src") and value:
                self.links.append(value)


@cache
def outline(page: Path) -> _Outline:
    """The anchors and links of a page in a file, read once."""
    return _Outline(page.read_text("utf-8"))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that a file server shows, with the pages some way below it."""
    found = tmp_path_factory.mktemp("site")
    build(found / "some" / "path")
    return found


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    """The folder of the pages."""
    return root / "some" / "path"


@pytest.fixture(scope="module")
def site(root: Path) -> Iterator[str]:
    """The address of the pages, below a path, on a file server."""
    with website(root) as url:
        yield f"{url}/some/path/"


def section_of(operation: OperationId) -> str:
    """The JavaScript expression for an operation's part of the reference; its own id ends in the deep link's."""
    return f"document.querySelector('#reference [id$=\"/{operation_link(operation).partition('#')[2]}\"]')"


def open_page(browser: Browser, url: str) -> None:
    """Open a page, and wait for what its script makes of it."""
    browser.open(url)
    if REFERENCE in url:
        for operation in OPERATIONS:
            browser.until(section_of(operation))
        browser.settle()


def noise(browser: Browser) -> list[str]:
    """What stands in the console but the renderer's line with its version."""
    return [text for text in browser.complaints() if '"type": "info"' not in text]


def outside(browser: Browser, base: str) -> list[str]:
    """What a page asked for that does not stand below an address."""
    return [url for url in browser.requested() if not url.startswith((base, "data:", "blob:"))]


# What is in the folder


def test_the_downloads_are_the_bundle(folder: Path, bundle_folder: Path) -> None:
    for name in NAMES:
        assert (folder / name).read_bytes() == (bundle_folder / name).read_bytes()


@pytest.mark.parametrize("page", TITLES)
def test_a_page_has_each_anchor_once(folder: Path, page: str) -> None:
    ids = outline(folder / page).ids

    assert len(ids) == len(set(ids)) > 0


@pytest.mark.parametrize("page", TITLES)
def test_every_link_of_a_page_leads_somewhere_in_the_folder(folder: Path, page: str) -> None:
    links = set(outline(folder / page).links)
    assert links

    for link in links:
        assert leads_somewhere(folder, page, link), link


def leads_somewhere(folder: Path, page: str, link: str) -> bool:
    """Whether a link on a page names a file of the folder, and an anchor or state that its page has."""
    name, _, fragment = link.partition("#")
    target = folder / (name or page)
    if "/" in name or not target.is_file():
        return False
    if not fragment:
        return True
    if target.name == REFERENCE and fragment != "main":
        return link in map(operation_link, OPERATIONS)
    if target.name == REQUIREMENTS and fragment.startswith("operation="):
        return fragment.removeprefix("operation=") in OPERATIONS
    return unquote(fragment) in outline(target).ids


def test_every_page_can_be_reached_from_every_page(folder: Path) -> None:
    for page in TITLES:
        assert set(TITLES) <= set(outline(folder / page).links)


# The requirements, and back


def test_every_requirement_stands_under_its_id_in_the_catalogues_order(folder: Path) -> None:
    ids = outline(folder / REQUIREMENTS).ids

    assert [id for id in ids if id in requirements()] == list(requirements())


def test_a_requirement_shows_its_level_its_statement_and_its_source(folder: Path) -> None:
    text = (folder / REQUIREMENTS).read_text("utf-8")
    for rule in requirements().values():
        [article] = re.findall(rf'<article id="{rule.id}".*?</article>', text, re.DOTALL)
        words = " ".join(re.sub(r"<[^>]*>", " ", article).split())
        assert f"{rule.id} {rule.level} " in words
        assert rule.source.replace("'", "&#x27;") in words
        assert rule.statement.split("`")[0].strip().replace("'", "&#x27;") in words


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_lists_the_requirements_that_hold_for_it(folder: Path, operation: OperationId) -> None:
    text = (folder / REQUIREMENTS).read_text("utf-8")
    [article] = re.findall(rf'<article id="{operation}".*?</article>', text, re.DOTALL)

    listed = [link[1:] for link in _Outline(article).links if link[1:] in requirements()]

    assert listed == [rule.id for rule in of_operation(operation)]


def test_a_requirement_leads_to_its_places_and_each_place_leads_back(folder: Path) -> None:
    catalogue = (folder / REQUIREMENTS).read_text("utf-8")
    description = (folder / DESCRIPTION).read_text("utf-8")
    rows = {row.partition('"')[0]: row for row in description.split('<div id="')[1:]}
    for rule in requirements().values():
        [article] = re.findall(rf'<article id="{rule.id}".*?</article>', catalogue, re.DOTALL)
        for pointer in rule.pointers:
            place = place_in_bundle(pointer)
            assert place_link(place) in _Outline(article).links
            assert rule_link(rule.id) in _Outline(rows[place.removeprefix("#")]).links, (rule.id, place)


# The description line by line


def test_the_description_is_shown_as_it_is_downloaded(browser: Browser, folder: Path) -> None:
    browser.open((folder / DESCRIPTION).as_uri())

    shown = browser.evaluate("[...document.querySelectorAll('.row code')].map(one => one.textContent).join('\\n')")

    assert shown == (folder / "openapi.yaml").read_text("utf-8").rstrip("\n")


def test_every_place_of_the_description_has_its_pointer_as_its_anchor(folder: Path) -> None:
    ids = set(outline(folder / DESCRIPTION).ids)

    assert set(pointers(json.loads((folder / "openapi.json").read_text("utf-8")))) <= ids


def pointers(value: Json, above: str = "") -> Iterator[str]:
    """The JSON pointer of everything in a document."""
    keyed = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in keyed:
        here = f"{above}/{escaped(str(key))}"
        yield here
        yield from pointers(inner, here)


def test_a_key_that_stands_where_an_item_begins_keeps_both_anchors() -> None:
    lines = source.read("servers:\n  - url: here\n")

    assert lines[1].places == ["#/servers/0", "#/servers/0/url"]


def test_an_empty_description_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        source.read("")


# The reference


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_deep_link_shows_its_operation_with_the_way_to_its_requirements(
    browser: Browser, folder: Path, operation: OperationId
) -> None:
    open_page(browser, f"{folder.as_uri()}/{operation_link(operation)}")
    part = section_of(operation)

    browser.until(f"{part}.textContent.includes('Requirements:')")
    browser.until(f"Math.abs({part}.getBoundingClientRect().top) < innerHeight / 2")

    description = yaml.safe_load((folder / "openapi.yaml").read_text("utf-8"))
    assert description["paths"][path_of(operation)]["put"]["summary"] in browser.evaluate(f"{part}.textContent")
    links = browser.evaluate(f"[...{part}.querySelectorAll('a[href]')].map(one => one.getAttribute('href'))")
    assert {rule_link(rule.id) for rule in of_operation(operation)} <= set(links)
    assert [link for link in links if not leads_somewhere(folder, REFERENCE, link)] == []
    words = browser.evaluate("document.body.innerText").lower()
    assert [offer for offer in ("test request", "ask ai", "mcp", "developer tools") if offer in words] == []
    assert noise(browser) == []
    assert outside(browser, f"{folder.as_uri()}/") == []


def test_no_text_of_a_description_ends_the_element_that_holds_it() -> None:
    hostile = {"info": {"title": "</script><script>alert(1)</script>", "version": "1"}, "paths": {}}

    page = reference.page(hostile)

    assert "</script><script>alert" not in page
    held = re.findall(r'<script type="application/json" id="description">(.*?)</script>', page, re.DOTALL)
    assert json.loads(held[0]) == hostile


def test_each_operation_names_its_servers_for_the_renderer(folder: Path) -> None:
    description = json.loads((folder / "openapi.json").read_text("utf-8"))

    shown = reference.rendered(description)

    for path, item in shown["paths"].items():
        assert item["put"]["servers"] == description["paths"][path]["servers"] != []
    assert all("servers" not in item["put"] for item in description["paths"].values())


# As people use it


@pytest.mark.parametrize("page", TITLES)
def test_a_page_on_a_file_server_is_quiet_and_can_load_nothing_from_outside_its_folder(
    browser: Browser, site: str, page: str
) -> None:
    open_page(browser, site + page)

    assert noise(browser) == []
    assert outside(browser, site) == []
    assert browser.evaluate(REFUSED).startswith("https://elsewhere.invalid")


@pytest.mark.parametrize("page", STATIC)
def test_a_page_opened_as_a_file_is_quiet_and_asks_for_nothing_outside_its_folder(
    browser: Browser, folder: Path, page: str
) -> None:
    browser.open((folder / page).as_uri())

    assert noise(browser) == []
    assert outside(browser, f"{folder.as_uri()}/") == []


@pytest.mark.parametrize("page", TITLES)
def test_a_page_can_be_read_on_narrow_and_wide_screens_in_both_schemes(
    browser: Browser, folder: Path, page: str
) -> None:
    open_page(browser, (folder / page).as_uri())

    for width in (320, 420, 1400):
        browser.look(width)
        browser.settle()
        assert browser.evaluate(FITS), width
    for scheme in ("light", "dark"):
        browser.look(scheme=scheme)
        browser.settle()
        assert browser.faint_texts() == [], scheme


@pytest.mark.parametrize("page", [INDEX, REFERENCE])
def test_the_first_key_leads_past_the_bar(browser: Browser, folder: Path, page: str) -> None:
    open_page(browser, (folder / page).as_uri())

    browser.press("Tab")

    assert browser.evaluate("document.activeElement.hash") == "#main"
    assert browser.evaluate("document.activeElement.getBoundingClientRect().left >= 0")


@pytest.mark.parametrize("page", TITLES)
def test_a_page_has_one_title_and_names_its_language_and_itself(folder: Path, page: str) -> None:
    text = (folder / page).read_text("utf-8")

    assert text.count("<h1") == 1
    assert '<html lang="en">' in text
    assert text.count('aria-current="page"') == 1


@pytest.mark.parametrize("page", [name for name in TITLES if name != REFERENCE])
def test_without_javascript_a_page_is_whole_but_for_its_filter(browser: Browser, folder: Path, page: str) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open((folder / page).as_uri())
        assert browser.evaluate("[...document.querySelectorAll('#filter')].every(one => !one.offsetParent)")
        assert page != REQUIREMENTS or browser.evaluate(SHOWN) == list(requirements())
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("operation=putEventsBatch&level=SHOULD", lambda rule: "putEventsBatch" in rule.operations),
        ("level=SHOULD", lambda rule: True),
    ],
)
def test_the_address_says_which_requirements_are_shown(browser: Browser, folder: Path, state: str, shown: Json) -> None:
    browser.open(f"{(folder / REQUIREMENTS).as_uri()}#{state}")

    expected = [rule.id for rule in requirements().values() if rule.level == "SHOULD" and shown(rule)]
    assert browser.evaluate(SHOWN) == expected
    assert browser.evaluate("document.getElementById('shown').value").startswith(f"{len(expected)} of ")


def test_the_filter_works_by_keyboard_and_writes_the_address(browser: Browser, folder: Path) -> None:
    browser.open((folder / REQUIREMENTS).as_uri())

    browser.press("/", "/")
    browser.type("activityID")

    assert browser.evaluate(SHOWN) == ["BATCH-10", "BATCH-15"]
    assert browser.evaluate("location.hash") == "#q=activityID"


def test_a_link_to_a_requirement_takes_away_the_filter_that_hides_it(browser: Browser, folder: Path) -> None:
    browser.open(f"{(folder / REQUIREMENTS).as_uri()}#level=SHOULD")

    browser.evaluate("document.querySelector('#reconcileEvent a[href=\"#EVENT-3\"]').click()")
    browser.until("document.getElementById('EVENT-3').offsetParent")

    assert browser.evaluate("Math.abs(document.getElementById('EVENT-3').getBoundingClientRect().top) < 200")


# The sandbox


@pytest.fixture(scope="module")
def sandbox(folder: Path) -> Iterator[str]:
    """The reference implementation below a path, with the pages beside it."""
    prefix = "/sandbox"
    with running(pages.with_pages(build_app(prefix=prefix), pages.read(folder), prefix)) as url:
        yield url + prefix


@pytest.mark.parametrize(
    ("operation", "status"), [("reconcileEvent", 200), ("reconcileQualityProcess", 200), ("putEventsBatch", 207)]
)
def test_a_request_that_is_tried_out_is_answered_by_the_sandbox(
    browser: Browser, sandbox: str, operation: OperationId, status: int
) -> None:
    open_page(browser, f"{sandbox}/docs/{operation_link(operation)}")
    button = f"[...{section_of(operation)}.querySelectorAll('button')].find(b => b.innerText.includes('Test Request'))"
    send = "[...document.querySelectorAll('[data-addressbar-action=send]')].find(one => one.offsetParent)"

    browser.until(button)
    browser.evaluate(f"{button}.click()")
    browser.until(send)
    browser.evaluate(f"{send}.click()")
    browser.until("/Status:\\s+[0-9]{3} /.test(document.querySelector('[role=dialog]').innerText)")

    answers = [event["params"]["response"] for event in browser.events if event["method"] == "Network.responseReceived"]
    [answer] = [answer for answer in answers if "/docs/" not in answer["url"]]
    assert answer["status"] == status
    assert answer["url"].startswith(f"{sandbox}/")
    assert noise(browser) == []


def test_the_root_of_the_sandbox_leads_to_its_pages(browser: Browser, sandbox: str) -> None:
    browser.open(f"{sandbox}/")

    assert browser.evaluate("location.href") == f"{sandbox}/docs/"
    assert noise(browser) == []
    for link in browser.evaluate("[...document.querySelectorAll('a')].map(one => one.getAttribute('href'))"):
        assert urlsplit(urljoin(f"{sandbox}/docs/", link)).path.startswith("/sandbox/docs/")


def test_make_asks_for_the_same_node_js_as_the_line_that_tests_are_skipped_with() -> None:
    wanted = node.LACKING.removeprefix("needs ").partition(":")[0]

    assert f"NODE_LACKS = {wanted}, is not here" in (node.FOLDER.parent / "Makefile").read_text("utf-8")
