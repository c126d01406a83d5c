"""The headers of Arena's answers (ARENA-HEADER)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from itertools import count

from tests.reference.faults.edits import answered, done, drop_header, edit, edit_header, is_arena, refused, remembering
from tests.reference.faults.fault import Fault
from tests.reference.message import Response
from tests.reference.parts import Modifier

_REMAINING = "X-Arena-Requests-Remaining"
_RESET = "X-Arena-Next-Request-Limit-Reset"

_ALWAYS = answered(is_arena)
_DONE = done(is_arena)
_REFUSED = refused(is_arena)


def _counted_in_characters(response: Response) -> Response:
    return response.with_header("Content-Length", str(len(response.body.decode())))


def _counted_before_it_is_compacted(response: Response) -> Response:
    compact = json.dumps(json.loads(response.body), ensure_ascii=False, separators=(",", ":")).encode()
    return replace(response, body=compact)


def _indented_after_it_is_counted(response: Response) -> Response:
    return replace(response, body=json.dumps(json.loads(response.body), ensure_ascii=False, indent=1).encode())


def _shifted(value: str, by: timedelta) -> str:
    return format_datetime(parsedate_to_datetime(value) + by, usegmt=True)


def _written(value: str, form: str) -> str:
    return parsedate_to_datetime(value).strftime(form)


def _seconds(value: str) -> int:
    return int(parsedate_to_datetime(value).timestamp())


def _counted_on_two_nodes() -> Modifier:
    numbers = count()
    return edit_header(_ALWAYS, _REMAINING, lambda value: str(int(value) - 40 * (next(numbers) % 2)))


def _filled_up_now_and_then() -> Modifier:
    numbers = count()
    return edit_header(_ALWAYS, _REMAINING, lambda _value: str(1000 - next(numbers) % 20))


def _counting_up() -> Modifier:
    numbers = count(1)
    return edit_header(_ALWAYS, _REMAINING, lambda _value: str(100_000 + next(numbers)))


FAULTS = (
    Fault(
        "content-type-is-html",
        "ARENA-HEADER-1",
        "The handler writes bytes, and the framework's default for them is HTML.",
        edit_header(_ALWAYS, "Content-Type", lambda _value: "text/html; charset=utf-8"),
    ),
    Fault(
        "content-type-of-an-error-is-plain-text",
        "ARENA-HEADER-1",
        "The error handler writes its JSON without saying what it is.",
        edit_header(_REFUSED, "Content-Type", lambda _value: "text/plain;charset=ISO-8859-1"),
    ),
    Fault(
        "content-type-of-an-error-is-that-of-problems",
        "ARENA-HEADER-1",
        "The framework marks every error as a problem document.",
        edit_header(_REFUSED, "Content-Type", lambda _value: "application/problem+json"),
    ),
    Fault(
        "content-type-is-missing",
        "ARENA-HEADER-1",
        "The new gateway drops headers that are not on its list.",
        drop_header(_DONE, "Content-Type"),
    ),
    Fault(
        "content-type-is-text-json",
        "ARENA-HEADER-1",
        "A media type from before the standard was kept.",
        edit_header(_DONE, "Content-Type", lambda _value: "text/json"),
    ),
    Fault(
        "content-length-counts-characters",
        "ARENA-HEADER-2",
        "The length is taken of the text, before it is encoded.",
        edit(_ALWAYS, _counted_in_characters),
    ),
    Fault(
        "content-length-is-missing",
        "ARENA-HEADER-2",
        "The answer is streamed, so its length is not known beforehand.",
        drop_header(_ALWAYS, "Content-Length"),
    ),
    Fault(
        "content-length-is-missing-in-errors",
        "ARENA-HEADER-2",
        "The proxy rewrites errors on the fly and sends them in chunks.",
        drop_header(_REFUSED, "Content-Length"),
    ),
    Fault(
        "content-length-is-one-short",
        "ARENA-HEADER-2",
        "A line feed is written behind the body after its length was taken.",
        edit(_DONE, lambda response: replace(response, body=response.body + b"\n")),
    ),
    Fault(
        "content-length-is-that-before-compacting",
        "ARENA-HEADER-2",
        "A filter that compacts the JSON leaves the header as it was.",
        edit(_DONE, _counted_before_it_is_compacted),
    ),
    Fault(
        "content-length-is-that-before-indenting",
        "ARENA-HEADER-2",
        "A filter that indents the JSON leaves the header as it was.",
        edit(_REFUSED, _indented_after_it_is_counted),
    ),
    Fault(
        "date-is-missing",
        "ARENA-HEADER-3",
        "The server was built for devices without a clock.",
        drop_header(_ALWAYS, "Date"),
    ),
    Fault(
        "date-is-missing-in-errors",
        "ARENA-HEADER-3",
        "Errors are answered by a layer that sets no headers.",
        drop_header(_REFUSED, "Date"),
    ),
    Fault(
        "date-is-local-time-called-gmt",
        "ARENA-HEADER-3",
        "The local time is formatted with a fixed GMT behind it.",
        edit_header(_ALWAYS, "Date", lambda value: _shifted(value, timedelta(hours=-7))),
    ),
    Fault(
        "date-has-the-zone-of-the-server",
        "ARENA-HEADER-3",
        "The formatter writes the zone of the machine.",
        edit_header(_ALWAYS, "Date", lambda value: value.replace("GMT", "PST")),
    ),
    Fault(
        "date-has-a-numeric-zone",
        "ARENA-HEADER-3",
        "The formatter is the one for mail.",
        edit_header(_ALWAYS, "Date", lambda value: value.replace("GMT", "+0000")),
    ),
    Fault(
        "date-is-iso",
        "ARENA-HEADER-3",
        "All times are written by the function that writes those in the bodies.",
        edit_header(_ALWAYS, "Date", lambda value: _written(value, "%Y-%m-%dT%H:%M:%SZ")),
    ),
    Fault(
        "date-is-years-off",
        "ARENA-HEADER-3",
        "The machine's clock started at its epoch and was never set.",
        edit_header(_ALWAYS, "Date", lambda value: _shifted(value, timedelta(days=-365 * 20))),
    ),
    Fault(
        "server-is-the-proxy",
        "ARENA-HEADER-4",
        "The reverse proxy writes its own name.",
        edit_header(_ALWAYS, "Server", lambda _value: "nginx"),
    ),
    Fault(
        "server-of-an-error-is-the-proxy",
        "ARENA-HEADER-4",
        "The proxy passes the header on, except where it rewrites an error.",
        edit_header(_REFUSED, "Server", lambda _value: "nginx/1.24.0"),
    ),
    Fault(
        "server-is-missing",
        "ARENA-HEADER-4",
        "A hardening guide says to take the header away.",
        drop_header(_ALWAYS, "Server"),
    ),
    Fault(
        "server-has-a-version",
        "ARENA-HEADER-4",
        "The build writes its version behind the name.",
        edit_header(_ALWAYS, "Server", lambda value: value + "/2024.2"),
    ),
    Fault(
        "remaining-is-missing",
        "ARENA-HEADER-5",
        "The counter sits in the gateway, and this route goes around it.",
        drop_header(_ALWAYS, _REMAINING),
    ),
    Fault(
        "remaining-is-missing-in-errors",
        "ARENA-HEADER-5",
        "The header is set by the handler, which an error never reaches.",
        drop_header(_REFUSED, _REMAINING),
    ),
    Fault(
        "remaining-is-negative",
        "ARENA-HEADER-5",
        "The counter is reduced past zero for workspaces without a limit.",
        edit_header(_ALWAYS, _REMAINING, lambda _value: "-1"),
    ),
    Fault(
        "remaining-is-a-word",
        "ARENA-HEADER-5",
        "Workspaces without a limit get a word.",
        edit_header(_ALWAYS, _REMAINING, lambda _value: "unlimited"),
    ),
    Fault(
        "remaining-has-separators",
        "ARENA-HEADER-5",
        "The number is formatted for people.",
        edit_header(_ALWAYS, _REMAINING, lambda value: f"{int(value):,}"),
    ),
    Fault(
        "remaining-is-a-fraction",
        "ARENA-HEADER-5",
        "The limiter counts in fractions of a call, as a leaking bucket does.",
        edit_header(_ALWAYS, _REMAINING, lambda value: f"{value}.0"),
    ),
    Fault(
        "reset-is-missing",
        "ARENA-HEADER-6",
        "The counter never starts again, so there is nothing to say.",
        drop_header(_ALWAYS, _RESET),
    ),
    Fault(
        "reset-is-missing-in-errors",
        "ARENA-HEADER-6",
        "The header is set by the handler, which an error never reaches.",
        drop_header(_REFUSED, _RESET),
    ),
    Fault(
        "reset-is-epoch-seconds",
        "ARENA-HEADER-6",
        "The limiter of the gateway writes seconds since 1970.",
        edit_header(_ALWAYS, _RESET, lambda value: str(_seconds(value))),
    ),
    Fault(
        "reset-is-seconds-to-go",
        "ARENA-HEADER-6",
        "The limiter of the gateway writes how long to wait.",
        edit_header(_ALWAYS, _RESET, lambda value: str(_seconds(value) - int(datetime.now(UTC).timestamp()))),
    ),
    Fault(
        "reset-is-a-day",
        "ARENA-HEADER-6",
        "The count starts again at midnight, so only the day is written.",
        edit_header(_ALWAYS, _RESET, lambda value: _written(value, "%m/%d/%Y")),
    ),
    Fault(
        "remaining-differs-between-nodes",
        "ARENA-HEADER-7",
        "Each of two nodes counts for itself.",
        remembering(_counted_on_two_nodes),
    ),
    Fault(
        "remaining-is-filled-up-early",
        "ARENA-HEADER-7",
        "The counter is kept in a cache whose entries expire before the reset.",
        remembering(_filled_up_now_and_then),
    ),
    Fault(
        "remaining-counts-the-calls-made",
        "ARENA-HEADER-7",
        "The header shows the counter itself instead of what is left of the limit.",
        remembering(_counting_up),
    ),
    Fault(
        "reset-lies-behind",
        "ARENA-HEADER-7",
        "The header shows when the count last started.",
        edit_header(_ALWAYS, _RESET, lambda value: _shifted(value, timedelta(days=-1))),
    ),
)
