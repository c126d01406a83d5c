"""HTTP itself, for all three operations."""

from __future__ import annotations

from tests.harness.checks.registry import answer, check, expect
from tests.harness.exchange import Failure, Mismatch
from tests.harness.history import History, Judged


@check("HTTP-1")
def no_request_breaks_the_server(judged: Judged, past: History) -> list[Mismatch] | None:
    """HTTP-1: no 5xx, no hanging, no cut connection, whatever the request."""
    if not judged.put:
        return None
    expected = "an answer below 500, whatever the request"
    if isinstance(judged.exchange.answer, Failure):
        return [Mismatch(expected, f"{judged.exchange.answer.trouble} ({judged.exchange.answer.detail})")]
    return expect(judged.exchange.status < 500, expected, answer(judged))


@check("HTTP-2")
def another_method_is_answered(judged: Judged, past: History) -> list[Mismatch] | None:
    """HTTP-2: another method on the path answers without 5xx."""
    if judged.put:
        return None
    return expect(
        0 < judged.exchange.status < 500, f"an answer below 500 to {judged.exchange.request.method}", answer(judged)
    )


@check("HTTP-3")
def a_405_names_put(judged: Judged, past: History) -> list[Mismatch] | None:
    """HTTP-3: a 405 names PUT in Allow (RFC 9110, section 15.5.6). Any other status keeps the rule."""
    response = judged.exchange.response
    if judged.put or response is None:
        return None
    allowed = ", ".join(response.header("allow"))
    methods = {name.strip().upper() for name in allowed.split(",")}
    kept = response.status != 405 or "PUT" in methods
    return expect(kept, "Allow names PUT beside 405", f"Allow: {allowed}" if allowed else "no Allow")
