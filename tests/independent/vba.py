"""The VBA operation: Create or Update Batch Event. A batch with one bad entity is refused whole."""

from __future__ import annotations

import hmac
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from werkzeug import Request, Response

from tests.independent.entity import entity_faults, stored_form
from tests.independent.replies import UnreadableBodyError, is_encoded, json_response, read_json
from tests.independent.store import BatchStore
from tests.reference.data import API_KEY, BEARER_TOKEN, DATABASE, Json

_OFFERED = ("text/plain", "application/json", "text/json")
_CHALLENGES = {401: {"WWW-Authenticate": "Bearer"}, 405: {"Allow": "PUT"}}
_FAULTS_NAMED = 10


class _RefusalError(Exception):
    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class VbaApi:
    """The batch endpoint over one store."""

    def __init__(self) -> None:
        self._store = BatchStore()

    def respond(self, request: Request, segments: list[str]) -> Response:
        """Answer any request that is not Arena's, in the documented envelope."""
        activity = str(uuid4())
        media_type = _negotiated(request)
        body: Json = {"data": None, "error": None, "debug": {"activityID": activity}}
        try:
            status, body["data"] = 207, self._put_batch(request, segments, media_type)
        except _RefusalError as refusal:
            status = refusal.status
            body["error"] = {
                "type": "about:blank",
                "title": HTTPStatus(status).phrase,
                "status": status,
                "detail": refusal.detail,
                "instance": f"urn:uuid:{activity}",
            }
        headers = {"Vary": "Accept", **_CHALLENGES.get(status, {})}
        return json_response(request, status, f"{media_type or 'application/json'}; charset=utf-8", body, headers)

    def _put_batch(self, request: Request, segments: list[str], media_type: str | None) -> list[Json]:
        if segments != ["events-batch"]:
            raise _RefusalError(404, "There is no such endpoint.")
        if request.method != "PUT":
            raise _RefusalError(405, "Only PUT is supported.")
        if not request.headers.get("User-Agent", "").strip():
            raise _RefusalError(403, "The User-Agent header is required.")
        if not _authenticated(request):
            raise _RefusalError(401, "A valid API key and a valid bearer token are required.")
        if request.headers.get("vbasoftware-database", "") != DATABASE:
            raise _RefusalError(400, "The vbasoftware-database header must name an existing database.")
        if media_type is None:
            raise _RefusalError(406, f"The response is available as {', '.join(_OFFERED)}.")
        if not _is_json(request.mimetype) or is_encoded(request):
            raise _RefusalError(415, "The request must be uncompressed JSON.")
        try:
            entities = _valid_entities(read_json(request))
        except UnreadableBodyError as error:
            raise _RefusalError(error.status, "The body is incomplete, too large or not valid JSON.") from error
        created = self._store.put_all(entities)
        return [_result(entity["event_ID"], new) for entity, new in zip(entities, created, strict=True)]


def _valid_entities(body: Any) -> list[Json]:
    if not isinstance(body, list):
        raise _RefusalError(400, "The request body must be an array of events.")
    faults = [f"[{index}]: {fault}" for index, entity in enumerate(body) for fault in entity_faults(entity)]
    if faults:
        raise _RefusalError(400, f"Nothing was saved. Faults: {len(faults)}. {'; '.join(faults[:_FAULTS_NAMED])}")
    return [stored_form(entity) for entity in body]


def _result(event_id: int, created: bool) -> Json:
    status, message = (201, "Created") if created else (200, "Updated")
    return {"id": [{"key": "event_ID", "value": str(event_id)}], "status": status, "body": message}


def _authenticated(request: Request) -> bool:
    """Return whether both the API key and the bearer token are right; the document names both schemes."""
    key = request.headers.get("x-api-key", "")
    authorization = request.authorization
    token = (authorization.token or "") if authorization and authorization.type == "bearer" else ""
    key_matches = hmac.compare_digest(key.encode(), API_KEY.encode())
    return hmac.compare_digest(token.encode(), BEARER_TOKEN.encode()) and key_matches


def _is_json(mimetype: str) -> bool:
    is_suffixed = mimetype.startswith("application/") and mimetype.endswith("+json")
    return mimetype in ("application/json", "text/json") or is_suffixed


def _negotiated(request: Request) -> str | None:
    """Return the response type that `Accept` prefers, the first one offered on a tie, or None when it takes none."""
    ranges = [(value.partition(";")[0].strip().lower(), quality) for value, quality in request.accept_mimetypes]

    def quality_of(offered: str) -> float:
        for pattern in (offered, f"{offered.partition('/')[0]}/*", "*/*"):
            qualities = [quality for value, quality in ranges if value == pattern]
            if qualities:
                return max(qualities)
        return 0.0 if ranges else 1.0

    best = max(_OFFERED, key=quality_of)
    return best if quality_of(best) > 0 else None
