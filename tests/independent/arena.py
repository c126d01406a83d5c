"""The Arena operations: PUT Event and PUT Outbound-Event Event Quality Reconcile, and GET on both paths."""

from __future__ import annotations

from werkzeug import Request, Response

from tests.independent.replies import UnreadableBodyError, is_encoded, json_response, read_json
from tests.independent.store import ArenaStore, DailyQuota, Guids, UnknownGuidError
from tests.reference.data import ADMIN_SESSION, USER_SESSION, Json

ROOTS = ("outboundintegrations", "outboundevents")
DAILY_CALLS = 50_000
_ADMINISTRATOR = {ADMIN_SESSION: True, USER_SESSION: False}
_METHODS = ("GET", "HEAD", "PUT")
_BAD_FORMAT = "The format of the request is not valid. Please check the syntax."


class _RefusalError(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"status": status, "errors": [{"code": code, "message": message}]}


class ArenaApi:
    """Both operations over one store and one daily quota."""

    def __init__(self) -> None:
        self._store = ArenaStore()
        self._quota = DailyQuota(DAILY_CALLS)

    def respond(self, request: Request, segments: list[str]) -> Response:
        """Answer a request whose path starts with one of ROOTS, with the headers that both documents list."""
        administrator = _ADMINISTRATOR.get(request.headers.get("arena_session_id", ""))
        # A call without a valid session belongs to no workspace, so it is not counted.
        allowed, remaining, reset = self._quota.count(0 if administrator is None else 1)
        try:
            guids = _guids(segments)
            if request.method not in _METHODS:
                raise _RefusalError(405, 405, "The method is not supported for this resource.")
            if administrator is None:
                raise _RefusalError(401, 401, "The request requires a valid session. Please log in.")
            if not allowed:
                raise _RefusalError(429, 4084, "The number of requests of this workspace is used up for today.")
            status, body = 200, self._perform(request, guids, administrator)
        except _RefusalError as refusal:
            status, body = refusal.status, refusal.body
        except UnknownGuidError as unknown:
            status, body = 400, _RefusalError(400, 3011, f'The guid "{unknown.args[0]}" is not valid.').body
        headers = {
            "Server": "ArenaSolutions",
            "X-Arena-Next-Request-Limit-Reset": reset.strftime("%a, %d-%b-%Y %H:%M:%S GMT%z (%Z)"),
            "X-Arena-Requests-Remaining": str(remaining),
            **({"Allow": ", ".join(_METHODS)} if status == 405 else {}),
        }
        return json_response(request, status, "application/json;charset=UTF-8", body, headers)

    def _perform(self, request: Request, guids: Guids, administrator: bool) -> Json:
        """Read or reconcile. The order: GUIDs, privilege, media type, syntax, value."""
        found = self._store.read(guids)
        if request.method != "PUT":
            if not administrator:
                raise _RefusalError(403, 3024, "You do not have the privilege, or the object does not exist.")
        elif not administrator:
            raise _RefusalError(403, 4303, "You do not have permission to mark this as reconciled.")
        elif len(guids) == 2:
            found = self._store.reconcile_items(guids, _desired(request, "itemsReconciled", 4320))
        else:
            found = self._store.reconcile_process(guids, _desired(request, "reconciled", 4321))
        return _with_url(found, guids) if len(guids) == 2 else found


def _guids(segments: list[str]) -> Guids:
    match segments:
        case ["outboundintegrations", integration, "events", event]:
            return integration, event
        case ["outboundevents", integration, "events", event, "qualityprocesses", process]:
            return integration, event, process
    raise _RefusalError(404, 404, "There is no such endpoint.")


def _desired(request: Request, name: str, code: int) -> bool:
    """Return the Boolean that the body carries under `name`; `code` is Arena's error code for another value."""
    if request.mimetype != "application/json" or is_encoded(request):
        raise _RefusalError(415, 415, "The content type must be application/json without compression.")
    try:
        body = read_json(request)
    except UnreadableBodyError as error:
        raise _RefusalError(error.status, error.status, _BAD_FORMAT) from error
    if not isinstance(body, dict):
        raise _RefusalError(400, 400, _BAD_FORMAT)
    value = body.get(name)
    if not isinstance(value, bool):
        raise _RefusalError(400, code, f"The attribute {name} must be either true or false.")
    return value


def _with_url(event: Json, guids: Guids) -> Json:
    path = "outboundintegrations/{}/events/{}".format(*guids)
    return {**event, "url": {"api": f"https://api.example.com/v1/{path}", "app": f"https://app.example.com/{path}"}}
