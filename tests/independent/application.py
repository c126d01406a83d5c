"""The WSGI application: both APIs under one root."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug import Request

from tests.independent import arena
from tests.independent.replies import MAX_BODY_BYTES
from tests.independent.vba import VbaApi

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def create_application() -> WSGIApplication:
    """Return an application with fresh state, safe to call from many threads."""
    arena_api = arena.ArenaApi()
    vba_api = VbaApi()

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = MAX_BODY_BYTES
        segments = request.path.split("/")[1:]
        api = arena_api if segments[0] in arena.ROOTS else vba_api
        return api.respond(request, segments)(environ, start_response)

    return application
