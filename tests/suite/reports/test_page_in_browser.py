"""The page as people use it, in a Chromium without a window. Skipped on a machine that has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.contract import requirements
from tests.harness.reports.answer import Report
from tests.harness.reports.files import write
from tests.suite.chromium import Browser
from tests.suite.reports.samples import answering, finding, report, requirement

ATTACK = "</script><script>window.owned = true</script><img src=x onerror='window.owned = true'>"
SHOWN = "[...document.querySelectorAll('.requirement')].filter(one => one.offsetParent).map(one => one.id)"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a page with every outcome and an attack in it."""
    folder = tmp_path_factory.mktemp("reports")
    mixed = report(
        requirement("EVENT-3", "fail", answering(ATTACK, actual=ATTACK), finding("EVENT-3", curl="x" * 5000)),
        requirement("BATCH-1", "fail", finding("BATCH-1", response={"failure": "no whole answer in time"})),
        requirement("HTTP-3", "fail"),
        requirement("EVENT-8", "unverified"),
        requirement("ARENA-HEADER-4", "waived"),
        requirement("BATCH-19", "out-of-scope"),
        target={"name": ATTACK, "arena": "https://acme.test/" + "v" * 300, "vba": None},
    )
    write(mixed, folder)
    return (folder / "index.html").as_uri()


def test_a_page_of_a_real_run_is_quiet_and_asks_for_nothing(browser: Browser, faulty: Report, tmp_path: Path) -> None:
    write(faulty, tmp_path)
    page = (tmp_path / "index.html").as_uri()

    browser.open(page)

    assert browser.complaints() == []
    assert browser.requested() == [page]
    assert browser.evaluate(SHOWN) == list(requirements())


def test_texts_of_the_target_run_nothing(browser: Browser, url: str) -> None:
    browser.open(url)

    assert browser.evaluate("window.owned === undefined && document.images.length === 0")
    assert browser.complaints() == []
    assert browser.requested() == [url]


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("outcome=fail", ["EVENT-3", "BATCH-1", "HTTP-3"]),
        ("outcome=unverified,waived", ["ARENA-HEADER-4", "EVENT-8"]),
        ("outcome=fail&level=SHOULD", ["HTTP-3"]),
        ("outcome=fail&group=BATCH", ["BATCH-1"]),
        ("group=ARENA-AUTH", ["ARENA-AUTH-1", "ARENA-AUTH-2", "ARENA-AUTH-3"]),
        ("group=HTTP&level=MUST", ["HTTP-1", "HTTP-2"]),
        ("q=whole%20answer%20TIME", ["BATCH-1"]),
        ("q=nothing-has-this", []),
        ("group=no-such-group&outcome=fail", ["EVENT-3", "BATCH-1", "HTTP-3"]),
    ],
)
def test_the_address_says_what_is_shown(browser: Browser, url: str, state: str, shown: list[str]) -> None:
    browser.open(f"{url}#{state}")

    assert browser.evaluate(SHOWN) == shown
    assert browser.evaluate("document.getElementById('shown').value") == f"{len(shown)} of 65 requirements shown"
    assert browser.evaluate("document.getElementById('none').hidden") is bool(shown)


def test_the_filter_works_by_keyboard_and_writes_the_address(browser: Browser, url: str) -> None:
    browser.open(url)

    browser.press("/", "/")
    browser.type("status")
    for _ in range(3):
        browser.press("Tab")
    browser.press(" ", " ")

    assert browser.evaluate("document.activeElement.value") == "fail"
    assert browser.evaluate("location.hash") == "#outcome=fail&q=status"
    assert "EVENT-3" in browser.evaluate(SHOWN)
    assert "EVENT-1" not in browser.evaluate(SHOWN)


def test_the_first_key_leads_past_the_header_and_the_focus_is_seen(browser: Browser, url: str) -> None:
    browser.open(url)

    browser.press("Tab")

    assert browser.evaluate("document.activeElement.hash") == "#requirements"
    assert browser.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    assert browser.evaluate("document.activeElement.getBoundingClientRect().left >= 0")


def test_a_link_to_a_requirement_takes_away_the_filter_that_hides_it(browser: Browser, url: str) -> None:
    browser.open(f"{url}#outcome=fail")

    browser.evaluate("document.querySelector('#matrix a[href=\"#QUALITY-2\"]').click()")
    browser.settle()

    assert len(browser.evaluate(SHOWN)) == len(requirements())
    assert browser.evaluate("location.hash") == "#QUALITY-2"
    assert browser.evaluate("Math.abs(document.getElementById('QUALITY-2').getBoundingClientRect().top) < 200")


def test_a_link_to_a_requirement_that_is_shown_keeps_the_filter(browser: Browser, url: str) -> None:
    browser.open(f"{url}#outcome=fail")

    browser.evaluate("document.querySelector('#failed a[href=\"#HTTP-3\"]').click()")
    browser.settle()

    assert browser.evaluate(SHOWN) == ["EVENT-3", "BATCH-1", "HTTP-3"]


def test_show_all_takes_the_filter_away(browser: Browser, url: str) -> None:
    browser.open(f"{url}#outcome=fail&q=status")

    browser.evaluate("document.querySelector('#filter button').click()")
    browser.settle()

    assert len(browser.evaluate(SHOWN)) == len(requirements())
    assert browser.evaluate("location.hash") == ""


def test_the_counts_at_the_top_lead_to_what_they_count(browser: Browser, url: str) -> None:
    browser.open(url)

    browser.evaluate("document.querySelector('a[href=\"#outcome=waived\"]').click()")
    browser.settle()

    assert browser.evaluate(SHOWN) == ["ARENA-HEADER-4"]


def test_a_command_is_copied_as_it_stands(browser: Browser, url: str) -> None:
    browser.open(url)
    browser.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text }")

    browser.evaluate("document.querySelector('#HTTP-3 .copy').click()")
    browser.settle()

    assert browser.evaluate("window.copied") == finding("HTTP-3")["curl"]
    assert browser.evaluate("document.querySelector('#HTTP-3 .copy').textContent") == "Copied"


def test_a_browser_without_a_clipboard_selects_the_command(browser: Browser, url: str) -> None:
    browser.open(url)
    browser.evaluate("navigator.clipboard.writeText = async () => { throw new Error('not here') }")

    browser.evaluate("document.querySelector('#HTTP-3 .copy').click()")
    browser.settle()

    assert browser.evaluate("getSelection().toString()") == finding("HTTP-3")["curl"]


def test_without_javascript_all_is_there_but_the_filter(browser: Browser, url: str) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(f"{url}#outcome=fail")
        assert len(browser.evaluate(SHOWN)) == len(requirements())
        assert browser.evaluate("[...document.querySelectorAll('#filter, .copy')].every(one => !one.offsetParent)")
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)


@pytest.mark.parametrize("width", [320, 360, 768, 1400])
def test_nothing_reaches_over_the_side(browser: Browser, url: str, width: int) -> None:
    browser.look(width)
    browser.open(url)

    browser.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")

    assert browser.evaluate("innerWidth") == width
    assert browser.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(browser: Browser, url: str, scheme: str) -> None:
    browser.look(scheme=scheme)
    browser.open(url)

    browser.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")

    assert browser.faint_texts() == []
    assert browser.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") is (scheme == "dark")
