"""Serves the pages of the contract beside the reference implementation, so that a browser can try it out.

It stands around the application, for people alone: a server under test never has it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tests.docs import reference
from tests.docs.bundle import NAMES
from tests.docs.layout import INDEX, REFERENCE, TITLES
from tests.reference.app import App, Receive, Scope, Send
from tests.reference.data import ADMIN_SESSION, API_KEY, BEARER_TOKEN

PLACE = "/docs/"
CREDENTIALS = {"arenaSession": ADMIN_SESSION, "apiKeyAuth": API_KEY, "bearerAuth": BEARER_TOKEN}
"""What the page of the reference has filled in, by the names of the description's security schemes."""
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".yaml": "application/yaml; charset=utf-8",
}


def read(folder: Path) -> dict[str, bytes]:
    """The pages in a folder by their names, with the reference made ready to try out; empty where not all are built.

    Raises OSError where the folder is there but cannot be read.
    """
    if not all((folder / name).is_file() for name in (*TITLES, *NAMES)):
        return {}
    found = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in TYPES}
    description = json.loads(found["openapi.json"])
    return found | {REFERENCE: reference.page(description, CREDENTIALS).encode()}


def with_pages(app: App, pages: Mapping[str, bytes], prefix: str = "") -> App:
    """The application with the pages at `prefix`/docs/, and the way there from `prefix`/; all else is its own.

    A name that is no page is answered with 404. No path of the machine is looked up, so none can be reached.
    """

    async def around(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["raw_path"].decode("latin-1") if scope["type"] == "http" else ""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await app(scope, receive, send)
        elif path in (prefix, f"{prefix}/", f"{prefix}/docs"):
            await _answer(send, 302, b"", (b"location", f"{prefix}{PLACE}".encode()))
        elif path.startswith(prefix + PLACE):
            name = path.removeprefix(prefix + PLACE) or INDEX
            body = pages.get(name)
            if body is None:
                await _answer(send, 404, b"There is no such page.\n", (b"content-type", b"text/plain"))
            else:
                await _answer(send, 200, body, (b"content-type", TYPES[Path(name).suffix].encode()))
        else:
            await app(scope, receive, send)

    return around


async def _answer(send: Send, status: int, body: bytes, header: tuple[bytes, bytes]) -> None:
    headers = [header, (b"content-length", str(len(body)).encode()), (b"cache-control", b"no-cache")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
