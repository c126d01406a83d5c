"""Reading request bodies and building JSON responses, for both APIs."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import Any, NoReturn

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException

MAX_BODY_BYTES = 8 * 1024 * 1024
_GZIP_FROM_BYTES = 256


class UnreadableBodyError(Exception):
    """The body is not one JSON text in UTF-8 (status 400), is cut short (400) or is too large (413)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def read_json(request: Request) -> Any:
    """Return the parsed body; raise UnreadableBodyError for anything that is not strict JSON."""
    try:
        return json.loads(request.get_data().decode("utf-8"), parse_constant=_refuse_constant)
    except HTTPException as error:
        raise UnreadableBodyError(error.code or 400) from error
    except (ValueError, RecursionError) as error:
        # ValueError covers bad UTF-8, bad syntax and integers beyond the interpreter's digit limit.
        raise UnreadableBodyError(400) from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def is_encoded(request: Request) -> bool:
    """Return whether the request body is compressed; neither vendor accepts that."""
    return request.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity")


def json_response(request: Request, status: int, content_type: str, body: Any, headers: dict[str, str]) -> Response:
    """Return a pretty-printed response, compressed when it is worth it and the client asks for gzip."""
    # Escapes keep the body in ASCII: its number of characters is its number of bytes.
    raw = json.dumps(body, indent=2).encode("ascii")
    response = Response(raw, status=status, content_type=content_type, headers=headers)
    response.date = datetime.now(UTC)
    response.vary.add("Accept-Encoding")
    accepted = request.accept_encodings
    if len(raw) >= _GZIP_FROM_BYTES and accepted["gzip"] > 0 and accepted["gzip"] >= accepted["identity"]:
        response.set_data(gzip.compress(raw))
        response.headers["Content-Encoding"] = "gzip"
    return response
