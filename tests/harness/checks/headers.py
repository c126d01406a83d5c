"""Arena: the documented headers of a 200 and of a 400."""

from __future__ import annotations

import datetime
import email.utils
import json
import re

from tests.harness.checks.registry import check, expect
from tests.harness.exchange import NOT_JSON, Exchange, Failure, Mismatch, Response, Trouble
from tests.harness.history import History, Judged

CLOCK_TOLERANCE = 300.0
"""Seconds by which the target's clock may differ from the suite's."""
HTTP_DATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    r"\d{4} \d{2}:\d{2}:\d{2} GMT"
)
BEGINNINGS = {name[:length] for name in ("true", "false", "null") for length in range(1, len(name))} | {"-"}
"""What a JSON literal is cut to."""
VENDOR_DATE = re.compile(r"\w{3}, (\d{1,2})-(\w{3})-(\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT([+-]\d{4})( \(\w+\))?")
"""The form of the vendor's own sample: Fri, 02-May-2014 14:22:13 GMT-0700 (PDT)."""


@check("ARENA-HEADER-1")
def content_type_is_json(judged: Judged, past: History) -> list[Mismatch] | None:
    """ARENA-HEADER-1: application/json, parameters allowed."""
    response = _documented(judged)
    if response is None:
        return None
    return expect(
        response.media_type == "application/json", "Content-Type: application/json", _shown(response, "Content-Type")
    )


@check("ARENA-HEADER-2")
def content_length_is_the_bodys(judged: Judged, past: History) -> list[Mismatch] | None:
    """ARENA-HEADER-2: Content-Length is there and counts the body as it was sent, in bytes.

    Where it is there it has to be right, whatever the request: HTTP itself demands that.
    """
    answer = judged.exchange.answer
    # A body shorter than its Content-Length shows as a cut connection or as an answer that never ends.
    cut = isinstance(answer, Failure) and answer.trouble is not Trouble.TOO_LARGE
    response = answer.partial if isinstance(answer, Failure) and cut else judged.exchange.response
    if not judged.put or response is None or response.status not in (200, 400):
        return None
    lengths = response.header("content-length")
    if not lengths and (cut or judged.reading.open_side is not None):
        return None
    # Most servers send no byte past what they have announced, so what was too short shows in the body itself.
    ends_early = not cut and _ends_early(response)
    kept = lengths == [str(response.sent_length)] and not response.surplus and not ends_early
    behind = " and more behind them" if response.surplus else " that ends within its JSON" if ends_early else ""
    came = f"{_shown(response, 'Content-Length')}, a body of {response.sent_length} bytes{behind}"
    return expect(kept, "the number of bytes of the body", came)


@check("ARENA-HEADER-3")
def date_is_now(judged: Judged, past: History) -> list[Mismatch] | None:
    """ARENA-HEADER-3: an HTTP date, within CLOCK_TOLERANCE of the suite's clock."""
    response = _documented(judged)
    if response is None:
        return None
    now = email.utils.formatdate(judged.exchange.ended, usegmt=True)
    expected = f"an HTTP date (IMF-fixdate) within {CLOCK_TOLERANCE:g} s of {now}"
    values = response.header("date")
    is_one = len(values) == 1 and HTTP_DATE.fullmatch(values[0]) is not None
    moment = parse_moment(values[0]) if is_one and _names_its_weekday(values[0]) else None
    low, high = judged.exchange.started - CLOCK_TOLERANCE, judged.exchange.ended + CLOCK_TOLERANCE
    return expect(moment is not None and low <= moment <= high, expected, _shown(response, "Date"))


@check("ARENA-HEADER-4")
def server_is_arenas(judged: Judged, past: History) -> list[Mismatch] | None:
    """ARENA-HEADER-4: Server: ArenaSolutions."""
    response = _documented(judged)
    if response is None:
        return None
    return expect(response.header("server") == ["ArenaSolutions"], "Server: ArenaSolutions", _shown(response, "Server"))


@check("ARENA-HEADER-5")
def remaining_is_a_count(judged: Judged, past: History) -> list[Mismatch] | None:
    """ARENA-HEADER-5: X-Arena-Requests-Remaining is an integer, 0 or more."""
    response = _documented(judged)
    if response is None:
        return None
    kept = remaining(response) is not None
    return expect(kept, "an integer, 0 or more", _shown(response, "X-Arena-Requests-Remaining"))


@check("ARENA-HEADER-6")
def reset_is_a_moment(judged: Judged, past: History) -> list[Mismatch] | None:
    """ARENA-HEADER-6: X-Arena-Next-Request-Limit-Reset is a date and time in one of three forms."""
    response = _documented(judged)
    if response is None:
        return None
    expected = "a date and time: an HTTP date, ISO 8601, or the vendor's own form"
    return expect(reset(response) is not None, expected, _shown(response, "X-Arena-Next-Request-Limit-Reset"))


@check("ARENA-HEADER-7")
def the_quota_counts_down(judged: Judged, past: History) -> list[Mismatch] | None:
    """ARENA-HEADER-7: the count never grows before the reset, and the reset lies ahead."""
    response = _documented(judged)
    if response is None:
        return None
    moment = reset(response)
    if moment is not None and moment < judged.exchange.started - CLOCK_TOLERANCE:
        return [Mismatch("a reset that lies ahead", _shown(response, "X-Arena-Next-Request-Limit-Reset"))]
    left = remaining(response)
    before = past.quota
    if left is None or before is None or before.response is None or not _counts_on(before, judged.exchange):
        return []
    earlier = remaining(before.response)
    kept = earlier is None or left <= earlier
    return expect(kept, f"no more than the {earlier} of exchange {before.number}", left)


def remaining(response: Response) -> int | None:
    """The number of calls left that the header tells, None where it is no such number."""
    values = response.header("x-arena-requests-remaining")
    return int(values[0]) if len(values) == 1 and re.fullmatch(r"[0-9]{1,25}", values[0].strip()) else None


def reset(response: Response) -> float | None:
    """The moment of the quota's reset in seconds of the epoch, None where the header tells none."""
    values = response.header("x-arena-next-request-limit-reset")
    return parse_moment(values[0].strip()) if len(values) == 1 else None


def parse_moment(text: str) -> float | None:
    """A date and time as an HTTP date, in ISO 8601 or in the vendor's own form, in seconds of the epoch."""
    try:
        if HTTP_DATE.fullmatch(text):
            return email.utils.parsedate_to_datetime(text).timestamp()
        if found := VENDOR_DATE.fullmatch(text):
            day, month, year, hour, minute, second, offset = found.groups()[:7]
            return email.utils.parsedate_to_datetime(
                f"{day} {month} {year} {hour}:{minute}:{second} {offset}"
            ).timestamp()
        if len(text) > len("2020-01-01"):
            moment = datetime.datetime.fromisoformat(text.upper())
            return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return None


def _counts_on(before: Exchange, now: Exchange) -> bool:
    """Whether both exchanges count down one quota, one after the other and before the same reset."""
    assert before.response is not None
    assert now.response is not None
    same_session = before.request.header("arena_session_id") == now.request.header("arena_session_id")
    moments = reset(before.response), reset(now.response)
    same_day = None not in moments and moments[0] == moments[1] and (moments[0] or 0) > now.ended
    return same_session and same_day and before.ended <= now.started


def _names_its_weekday(http_date: str) -> bool:
    moment = parse_moment(http_date)
    return moment is not None and email.utils.formatdate(moment, usegmt=True)[:3] == http_date[:3]


def _ends_early(response: Response) -> bool:
    """Whether a body under a media type of JSON is the beginning of a JSON value, and no more of it."""
    text = response.body.decode("utf-8", "ignore")
    if response.media_type != "application/json" or response.json is not NOT_JSON or not text.strip():
        return False
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        within_a_text = error.msg.startswith("Unterminated string") and text.rstrip()[-1] not in "}]"
        return error.pos == len(text) or within_a_text or text[error.pos :] in BEGINNINGS
    except (ValueError, RecursionError):
        # Numbers and depths past what Python reads are no beginnings.
        return False
    return False


def _documented(judged: Judged) -> Response | None:
    """The response, where it is one that the documents describe: a 200 or a 400 to a PUT that the contract judges."""
    response = judged.exchange.response
    if response is None or not judged.put or judged.reading.open_side is not None:
        return None
    return response if response.status in (200, 400) else None


def _shown(response: Response, name: str) -> str:
    values = response.header(name)
    return "; ".join(f"{name}: {value}" for value in values) if values else f"no {name}"
