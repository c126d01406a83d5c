"""The sandbox: the reference implementation with the pages beside it, and with a fault by its name."""

from __future__ import annotations

import http.client
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.harness.contract import requirements
from tests.reference.__main__ import NO_PAGES, introduction, main
from tests.reference.app import build_app
from tests.reference.data import ADMIN_SESSION, EVENTS
from tests.reference.faults import FAULTS, Fault
from tests.reference.pages import read, with_pages
from tests.reference.server import running

ROOT = Path(__file__).resolve().parents[2]
PAGES = {"index.html": b"<h1>first</h1>", "style.css": b"h1 {}", "openapi.json": b"{}"}
EVENT = "/outboundintegrations/{}/events/{}".format(EVENTS[0][0], EVENTS[0][1]["guid"])
Answer = tuple[int, dict[str, str], bytes]


def ask(url: str, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
    """One request with a path as it stands, and its answer: status, headers in lower case, body."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    """A server with three pages below a prefix."""
    with running(with_pages(build_app(prefix="/some/path"), PAGES, "/some/path")) as url:
        yield url


@pytest.fixture(scope="module")
def plain() -> Iterator[str]:
    """The same server without pages."""
    with running(build_app(prefix="/some/path")) as url:
        yield url


@pytest.mark.parametrize(
    ("name", "body", "media_type"),
    [
        ("", PAGES["index.html"], "text/html; charset=utf-8"),
        ("index.html", PAGES["index.html"], "text/html; charset=utf-8"),
        ("style.css", PAGES["style.css"], "text/css; charset=utf-8"),
        ("openapi.json", PAGES["openapi.json"], "application/json"),
    ],
)
def test_a_page_is_served_below_the_prefix(sandbox: str, name: str, body: bytes, media_type: str) -> None:
    status, headers, found = ask(sandbox, f"/some/path/docs/{name}")

    assert (status, found, headers["content-type"]) == (200, body, media_type)


@pytest.mark.parametrize("path", ["/some/path", "/some/path/", "/some/path/docs"])
def test_the_root_leads_to_the_pages(sandbox: str, path: str) -> None:
    status, headers, _ = ask(sandbox, path)

    assert (status, headers["location"]) == (302, "/some/path/docs/")


@pytest.mark.parametrize(
    "name",
    [
        "../pyproject.toml",
        "..%2f..%2fpyproject.toml",
        "%2e%2e/pyproject.toml",
        "/etc/passwd",
        "//etc/passwd",
        "..\\pyproject.toml",
        "index.html/../../pyproject.toml",
        "./index.html",
        "index.html%00",
        "nothing.html",
    ],
)
def test_nothing_but_a_page_can_be_had(sandbox: str, name: str) -> None:
    status, _, body = ask(sandbox, f"/some/path/docs/{name}")

    assert (status, body) == (404, b"There is no such page.\n")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/some/path/docs/index.html"),
        ("DELETE", "/some/path/docs/"),
        ("POST", "/some/path/"),
        ("OPTIONS", f"/some/path{EVENT}"),
        ("GET", f"/some/path{EVENT}"),
        ("PUT", f"/some/path{EVENT}"),
        ("GET", "/docs/index.html"),
        ("GET", "/"),
        ("GET", "/some/pathdocs/"),
        ("GET", "/elsewhere"),
    ],
)
def test_what_is_no_page_is_answered_as_without_pages(sandbox: str, plain: str, method: str, path: str) -> None:
    shown = {"arena_session_id": ADMIN_SESSION, "Content-Type": "application/json"}
    body = b'{"itemsReconciled": true}'

    status, headers, found = ask(sandbox, path, method, body, **shown)

    expected_status, expected_headers, expected = ask(plain, path, method, body, **shown)
    assert (status, found) == (expected_status, expected)
    volatile = ("date", "x-arena-requests-remaining")
    assert {name: value for name, value in headers.items() if name not in volatile} == {
        name: value for name, value in expected_headers.items() if name not in volatile
    }


def test_no_answer_lets_a_page_of_another_origin_in(sandbox: str) -> None:
    for path in ("/some/path/docs/", f"/some/path{EVENT}"):
        _, headers, _ = ask(sandbox, path, Origin="https://elsewhere.test")
        assert [name for name in headers if name.startswith("access-control-")] == []


def test_without_a_folder_of_pages_there_are_none(tmp_path: Path) -> None:
    assert read(tmp_path) == {}
    assert read(tmp_path / "nothing") == {}


# What the command says and takes


def test_the_introduction_says_where_the_pages_are_or_how_to_have_them() -> None:
    assert "http://127.0.0.1:8000/p/docs/" in introduction("http://127.0.0.1:8000/p", True, None)
    assert NO_PAGES in introduction("http://127.0.0.1:8000/p", False, None)
    assert "/docs/" not in introduction("http://127.0.0.1:8000/p", False, None)


@pytest.mark.parametrize("fault", FAULTS[:3], ids=lambda fault: fault.name)
def test_the_introduction_says_what_a_fault_breaks_and_how_servers_come_to_have_it(fault: Fault) -> None:
    lines = introduction("http://127.0.0.1:8000", False, fault)

    rule = requirements()[fault.requirement]
    assert f"Fault: {fault.name}" in lines
    assert f"{rule.id} ({rule.level}): {rule.statement}" in lines
    assert fault.cause in lines


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("event-status-swapped", "did you mean event-status-is-swapped"),
        ("0000", "tests/reference/faults has them all"),
    ],
)
def test_an_unknown_fault_is_refused_in_one_line(name: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        main(["--fault", name])

    said = capsys.readouterr().err
    assert refusal.value.code == 4
    assert said.count("\n") == 1
    assert f"there is no fault {name!r}; {hint}" in said


def test_a_fault_by_its_name_is_in_the_server() -> None:
    words = [sys.executable, "-m", "tests.reference", "--port", "0", "--fault", "event-status-is-swapped"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split()[-1]
            shown = {"arena_session_id": ADMIN_SESSION, "Content-Type": "application/json"}
            _, _, body = ask(url, EVENT, "PUT", b'{"itemsReconciled": true}', **shown)
        finally:
            server.terminate()

    assert b'"status": "NEEDS_UPDATE"' in body
