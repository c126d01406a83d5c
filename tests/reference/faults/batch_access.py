"""The batch's access: key, token, database (BATCH-AUTH)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.reference.data import API_KEY, BEARER_TOKEN
from tests.reference.faults.fault import Fault
from tests.reference.message import Request, Response
from tests.reference.parts import Modifier, Parts, VbaParts, in_vba
from tests.reference.state import State
from tests.reference.vba import VbaError

Check = Callable[[Request], None]


def _key(request: Request) -> str:
    return request.header("x-api-key") or ""


def _authorization(request: Request) -> str:
    return request.header("Authorization") or ""


def _token(request: Request) -> str:
    scheme, _, token = _authorization(request).partition(" ")
    return token.strip(" ") if scheme.lower() == "bearer" else ""


def _database(request: Request) -> str:
    return request.header("vbasoftware-database") or ""


def _lenient_key(accepts: Callable[[Request], bool]) -> Modifier:
    """Take the keys of these requests for right ones."""
    return in_vba(lambda parts: replace(parts, check_api_key=_unless(accepts, parts.check_api_key)))


def _lenient_token(accepts: Callable[[Request], bool]) -> Modifier:
    """Take the tokens of these requests for right ones."""
    return in_vba(lambda parts: replace(parts, check_bearer_token=_unless(accepts, parts.check_bearer_token)))


def _lenient_database(accepts: Callable[[Request], bool]) -> Modifier:
    """Take the databases of these requests for known ones."""
    return in_vba(lambda parts: replace(parts, check_database=_unless(accepts, parts.check_database)))


def _unless(accepts: Callable[[Request], bool], check: Check) -> Check:
    return lambda request: None if accepts(request) else check(request)


def _with_status(check: Check, status: int, of: Callable[[Request], bool]) -> Check:
    """The same check, refusing some requests with another status."""

    def changed(request: Request) -> None:
        try:
            check(request)
        except VbaError as refusal:
            raise replace(refusal, status=status) if of(request) else refusal from None

    return changed


def _key_status(status: int, of: Callable[[Request], bool]) -> Modifier:
    return in_vba(lambda parts: replace(parts, check_api_key=_with_status(parts.check_api_key, status, of)))


def _token_status(status: int, of: Callable[[Request], bool]) -> Modifier:
    return in_vba(lambda parts: replace(parts, check_bearer_token=_with_status(parts.check_bearer_token, status, of)))


def _database_status(status: int, of: Callable[[Request], bool]) -> Modifier:
    return in_vba(lambda parts: replace(parts, check_database=_with_status(parts.check_database, status, of)))


def _checked_after_the_work(check_of: Callable[[VbaParts], Check], lifted: Callable[[VbaParts], VbaParts]) -> Modifier:
    """Apply the batch with a check lifted, and make the check then."""

    def change(parts: VbaParts) -> VbaParts:
        async def put_batch(rules: VbaParts, request: Request, state: State) -> Response:
            response = await parts.put_batch(lifted(rules), request, state)
            check_of(rules)(request)
            return response

        return replace(parts, put_batch=put_batch)

    return in_vba(change)


def _pass(_request: Request) -> None:
    """Refuse nothing."""


def _either_is_enough(parts: Parts) -> Parts:
    def right(check: Check, request: Request) -> bool:
        try:
            check(request)
        except VbaError:
            return False
        return True

    key, token = parts.vba.check_api_key, parts.vba.check_bearer_token
    return replace(
        parts,
        vba=replace(
            parts.vba,
            check_api_key=_unless(lambda request: right(token, request), key),
            check_bearer_token=_unless(lambda request: right(key, request), token),
        ),
    )


FAULTS = (
    Fault(
        "api-key-is-optional",
        "BATCH-AUTH-1",
        "The gateway checks a key where there is one, for the sake of clients that have none yet.",
        _lenient_key(lambda request: not _key(request)),
    ),
    Fault(
        "any-api-key-is-accepted",
        "BATCH-AUTH-1",
        "The key is only checked for not being empty.",
        _lenient_key(lambda request: bool(_key(request))),
    ),
    Fault(
        "api-key-is-known-by-its-beginning",
        "BATCH-AUTH-1",
        "Keys are stored as a hash behind a readable beginning, and the lookup stops at the beginning.",
        _lenient_key(lambda request: _key(request)[:8] == API_KEY[:8]),
    ),
    Fault(
        "api-key-is-compared-up-to-its-own-length",
        "BATCH-AUTH-1",
        "The comparison runs over the shorter of the two texts.",
        _lenient_key(lambda request: bool(_key(request)) and API_KEY.startswith(_key(request))),
    ),
    Fault(
        "either-credential-is-enough",
        "BATCH-AUTH-1",
        "The two security schemes are listed as alternatives in the gateway's configuration.",
        _either_is_enough,
    ),
    Fault(
        "missing-api-key-answers-400",
        "BATCH-AUTH-1",
        "A missing header is found by the validation of parameters.",
        _key_status(400, lambda request: not _key(request)),
    ),
    Fault(
        "unknown-api-key-answers-403",
        "BATCH-AUTH-1",
        "The gateway answers a key that it does not know with Forbidden.",
        _key_status(403, lambda request: bool(_key(request))),
    ),
    Fault(
        "api-key-is-checked-after-the-work",
        "BATCH-AUTH-1",
        "The filter was registered behind the handler.",
        _checked_after_the_work(lambda rules: rules.check_api_key, lambda rules: replace(rules, check_api_key=_pass)),
    ),
    Fault(
        "bearer-token-is-optional",
        "BATCH-AUTH-2",
        "The middleware lets anonymous requests pass, and the endpoint does not ask for a user.",
        _lenient_token(lambda request: not _authorization(request)),
    ),
    Fault(
        "any-bearer-token-is-accepted",
        "BATCH-AUTH-2",
        "The token is decoded, but its signature is not verified.",
        _lenient_token(lambda request: bool(_token(request))),
    ),
    Fault(
        "bearer-scheme-without-a-token-is-accepted",
        "BATCH-AUTH-2",
        "An empty token counts as that of an anonymous user.",
        _lenient_token(lambda request: _authorization(request).strip().lower() == "bearer"),
    ),
    Fault(
        "bearer-token-is-known-by-its-beginning",
        "BATCH-AUTH-2",
        "Only the first two parts of the token are compared with the cache.",
        _lenient_token(lambda request: _token(request)[:16] == BEARER_TOKEN[:16]),
    ),
    Fault(
        "token-without-a-scheme-is-accepted",
        "BATCH-AUTH-2",
        "The word Bearer is cut off where it is there.",
        _lenient_token(lambda request: _authorization(request) == BEARER_TOKEN),
    ),
    Fault(
        "token-is-searched-in-the-header",
        "BATCH-AUTH-2",
        "The header is searched for a known token, whatever stands around it.",
        _lenient_token(lambda request: BEARER_TOKEN in _authorization(request)),
    ),
    Fault(
        "any-authorization-is-accepted",
        "BATCH-AUTH-2",
        "The gateway asks for the header, and leaves its value to a service that is not asked.",
        _lenient_token(lambda request: bool(_authorization(request))),
    ),
    Fault(
        "missing-bearer-token-answers-403",
        "BATCH-AUTH-2",
        "The framework answers a request without a user with Forbidden.",
        _token_status(403, lambda request: not _authorization(request)),
    ),
    Fault(
        "unknown-bearer-token-answers-400",
        "BATCH-AUTH-2",
        "A token that cannot be decoded is taken for a malformed request.",
        _token_status(400, lambda request: bool(_token(request))),
    ),
    Fault(
        "bearer-token-is-checked-after-the-work",
        "BATCH-AUTH-2",
        "The token is verified by a service in the background, and its answer comes late.",
        _checked_after_the_work(
            lambda rules: rules.check_bearer_token, lambda rules: replace(rules, check_bearer_token=_pass)
        ),
    ),
    Fault(
        "database-is-optional",
        "BATCH-AUTH-3",
        "Without the header the default database is taken.",
        _lenient_database(lambda request: not _database(request)),
    ),
    Fault(
        "missing-database-redirects",
        "BATCH-AUTH-3",
        "Without a database the page on which to choose one is shown.",
        _database_status(302, lambda request: not _database(request)),
    ),
    Fault(
        "database-is-checked-after-the-work",
        "BATCH-AUTH-3",
        "The batch goes to the default database first, and is to be copied to the named one.",
        _checked_after_the_work(lambda rules: rules.check_database, lambda rules: replace(rules, check_database=_pass)),
    ),
    Fault(
        "any-database-is-accepted",
        "BATCH-AUTH-4",
        "The header is only checked for not being empty.",
        _lenient_database(lambda request: bool(_database(request))),
    ),
    Fault(
        "unknown-database-answers-200",
        "BATCH-AUTH-4",
        "The error handler renders the problem but forgets to set the status of the response.",
        _database_status(200, lambda request: bool(_database(request))),
    ),
)
