"""Arena: who may call, and how a request is refused."""

from __future__ import annotations

import json
import re

from tests.harness.checks.registry import answer, check, expect
from tests.harness.exchange import NOT_JSON, RECONCILE_EVENT, Exchange, Json, Mismatch
from tests.harness.history import History, Judged

SYNTAX_MESSAGE = "The format of the request is not valid. Please check the syntax."
INVALID_GUID = 3011
INSIDES = {
    "a stack trace": re.compile(
        r"Traceback \(most recent call last\)|\.py\", line \d+|goroutine \d+ \[|\n\s+at .+\(.+:\d+:\d+\)"
        r"|\bat [\w$.<>/@]+\([\w$]+\.(?:java|kt|scala|groovy):\d+\)|\bat [\w.<>`]+\(.*?\) in .+?:line \d+"
    ),
    "a file path": re.compile(
        r"(?<![\w/])/(?:usr|home|var|opt|srv|root|etc|tmp|Users)/[\w.+-]+(?:/[\w.+-]+)*\.\w+"
        r"|(?<![\w/])/app/[\w./+-]+\.(?:py|rb|ts|java|php|go|cs|kt)\b|\b[A-Z]:\\[\w.]+\\[\w.\\-]+"
    ),
    "SQL": re.compile(
        r"\b(?:SELECT\s.{1,200}?\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\s|ORA-\d{5}|SQLSTATE"
        r"|(?i:\bselect\s.{1,200}?\sfrom\s+\w+\s+where\s+\w+\s*(?:[=<>]|in\b|like\b)|\binsert\s+into\s+\w+\s*\(|\bupdate\s+\w+\s+set\s+\w+\s*=)"
        r"|syntax error at or near|SQLITE_[A-Z]+|java\.sql\.|psycopg|pymysql",
        re.DOTALL,
    ),
    "an exception of the code": re.compile(
        r"\b(?:java|javax|org|com)\.(?:[a-z]\w*\.)+[A-Z]\w*(?:Exception|Error)\b|\bSystem\.(?:\w+\.)*\w+Exception\b"
    ),
}


@check("ARENA-AUTH-1")
def no_session_is_refused(judged: Judged, past: History) -> list[Mismatch] | None:
    """ARENA-AUTH-1: without arena_session_id, 400, 401 or 403."""
    return _refused(judged, "ARENA-AUTH-1", (400, 401, 403))


@check("ARENA-AUTH-2")
def an_unknown_session_is_refused(judged: Judged, past: History) -> list[Mismatch] | None:
    """ARENA-AUTH-2: with a session that was never issued, 400, 401 or 403."""
    return _refused(judged, "ARENA-AUTH-2", (400, 401, 403))


@check("ARENA-AUTH-3")
def another_user_is_refused(judged: Judged, past: History) -> list[Mismatch] | None:
    """ARENA-AUTH-3: a user who is not an integration administrator, 400 or 403."""
    return _refused(judged, "ARENA-AUTH-3", (400, 403))


@check("ARENA-ERROR-1")
def a_refusal_has_the_envelope(judged: Judged, past: History) -> list[Mismatch] | None:
    """ARENA-ERROR-1: a refusal is {status, errors: [{code, message}, ...]}, status that of HTTP."""
    if not _is_refusal(judged):
        return None
    expected = "{status, errors: [{code, message}, ...]} with integers, a text, and the status of HTTP"
    body = judged.exchange.json
    if body is NOT_JSON:
        return [Mismatch(expected, "a body that is not JSON")]
    wrong = judged.schema_errors.get("ARENA-ERROR-1", [])
    if wrong:
        return [Mismatch(expected, wrong[0])]
    return expect(
        body["status"] == judged.exchange.status, expected, f"status {body['status']} beside {answer(judged)}"
    )


@check("ARENA-ERROR-2")
def a_body_that_is_not_json_is_refused(judged: Judged, past: History) -> list[Mismatch] | None:
    """ARENA-ERROR-2: 400 with code 400 and the documented message."""
    if not _only(judged, "ARENA-ERROR-2"):
        return None
    found = any(
        error.get("code") == 400 and str(error.get("message")).strip() == SYNTAX_MESSAGE
        for error in errors(judged.exchange)
    )
    return expect(
        judged.exchange.status == 400 and found, f"HTTP 400, code 400, message {SYNTAX_MESSAGE!r}", _refusal(judged)
    )


@check("ARENA-ERROR-3")
def an_invalid_guid_is_named(judged: Judged, past: History) -> list[Mismatch] | None:
    """ARENA-ERROR-3: 400 with code 3011 and a message that quotes the GUID."""
    return _guid_is_named(judged, "ARENA-ERROR-3")


@check("ARENA-ERROR-6")
def a_guid_under_another_parent_is_invalid(judged: Judged, past: History) -> list[Mismatch] | None:
    """ARENA-ERROR-6: a GUID under a parent that is not its own is refused as ARENA-ERROR-3 says."""
    return _guid_is_named(judged, "ARENA-ERROR-6")


@check("ARENA-ERROR-9")
def a_guid_in_lower_case_is_invalid(judged: Judged, past: History) -> list[Mismatch] | None:
    """ARENA-ERROR-9: the right letters in lower case are refused as ARENA-ERROR-3 says."""
    return _guid_is_named(judged, "ARENA-ERROR-9")


@check("ARENA-ERROR-4")
def a_body_without_the_flag_is_refused(judged: Judged, past: History) -> list[Mismatch] | None:
    """ARENA-ERROR-4: no flag, null, a text, a number, or no object: 400 (the envelope is ARENA-ERROR-1)."""
    if not _only(judged, "ARENA-ERROR-4"):
        return None
    return expect(judged.exchange.status == 400, "HTTP 400 to a body without a true or false flag", answer(judged))


@check("ARENA-ERROR-5")
def the_flags_own_code_is_given(judged: Judged, past: History) -> list[Mismatch] | None:
    """ARENA-ERROR-5: code 400, or the vendor's own 4320 (event) or 4321 (quality process)."""
    if not _only(judged, "ARENA-ERROR-4") or not _is_refusal(judged):
        return None
    own = 4320 if judged.exchange.request.operation == RECONCILE_EVENT else 4321
    found = any(error.get("code") in (400, own) for error in errors(judged.exchange))
    return expect(found, f"code 400 or {own}", _refusal(judged))


@check("ARENA-ERROR-7")
def an_unsupported_content_type_is_refused(judged: Judged, past: History) -> list[Mismatch] | None:
    """ARENA-ERROR-7: 400 or 415."""
    return _refused(judged, "ARENA-ERROR-7", (400, 415))


@check("ARENA-ERROR-8")
def an_error_shows_no_insides(judged: Judged, past: History) -> list[Mismatch] | None:
    """ARENA-ERROR-8: neither the session nor a stack trace, a file path or SQL; what the request said may be quoted."""
    response = judged.exchange.response
    if response is None or response.status < 400:
        return None
    text = response.body.decode("utf-8", "replace")
    if judged.exchange.json is not NOT_JSON:
        text += "\n" + "\n".join(_texts(judged.exchange.json))
    for session in judged.exchange.request.header("arena_session_id"):
        if len(session) >= 8 and session in text:
            return [Mismatch("an error that does not show the session", "the session stands in the body")]
    said = judged.exchange.request.url + judged.exchange.request.body.decode("utf-8", "replace")
    for name, pattern in INSIDES.items():
        for found in pattern.finditer(text):
            if found[0] not in said:
                return [Mismatch("an error that shows nothing of the server's inside", f"{name}: {found[0][:120]!r}")]
    return []


def errors(exchange: Exchange) -> list[dict[str, Json]]:
    """The errors of an Arena envelope, none where there is no envelope."""
    body = exchange.json
    found = body.get("errors") if isinstance(body, dict) else None
    return [error for error in found if isinstance(error, dict)] if isinstance(found, list) else []


def _only(judged: Judged, *ids: str) -> bool:
    """Whether these are the request's only defects, the first among them, and nothing else is open."""
    reading = judged.reading
    return judged.put and reading.refusable and ids[0] in reading.defects and reading.defects <= set(ids)


def _is_refusal(judged: Judged) -> bool:
    """A PUT of which the contract has a say was refused."""
    return judged.put and judged.reading.open_side is None and 400 <= judged.exchange.status < 500


def _refused(judged: Judged, id: str, statuses: tuple[int, ...]) -> list[Mismatch] | None:
    if not (judged.put and judged.reading.refusable and id in judged.reading.defects):
        return None
    if judged.reading.defects == {id}:
        texts = [str(status) for status in statuses]
        expected = f"HTTP {', '.join(texts[:-1])} or {texts[-1]}"
        return expect(judged.exchange.status in statuses, expected, answer(judged))
    return expect(400 <= judged.exchange.status < 500, "a refusal (4xx)", answer(judged))


def _guid_is_named(judged: Judged, id: str) -> list[Mismatch] | None:
    if not _only(judged, id, "ARENA-ERROR-3", "ARENA-ERROR-6", "ARENA-ERROR-9"):
        return None
    guids = judged.reading.invalid_guids
    found = any(
        error.get("code") == INVALID_GUID and any(guid in str(error.get("message")) for guid in guids)
        for error in errors(judged.exchange)
    )
    expected = f"HTTP 400, code {INVALID_GUID}, a message that quotes {' or '.join(guids)}"
    return expect(judged.exchange.status == 400 and found, expected, _refusal(judged))


def _refusal(judged: Judged) -> str:
    body = "" if judged.exchange.json is NOT_JSON else json.dumps(judged.exchange.json, ensure_ascii=False)[:300]
    return f"{answer(judged)} {body}".strip()


def _texts(value: Json) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []
