"""No answer of a target, however odd, stops the suite: it is judged, recorded, and the next one judged after it."""

import json
from collections.abc import Callable

import pytest

from tests.harness.callers import full, minimal
from tests.harness.exchange import MAX_DEPTH, NOT_JSON, Exchange, Json, Request
from tests.suite.checks.judgement import Judgement, breaks, judged, keeps
from tests.suite.exchanges import (
    EVENT,
    ONE,
    PROCESS,
    TWO,
    answered,
    done,
    envelope,
    get,
    processed,
    put,
    put_batch,
    put_body,
    refusal,
    refused,
    result,
    shown,
)

TWO_NEW = put_batch(minimal(ONE), full(TWO))
REQUESTS: dict[str, tuple[Request, Exchange]] = {
    "an update of an event": (put(EVENT), done(EVENT, False)),
    "a read of an event": (get(EVENT), done(EVENT)),
    "a wrong request for an event": (put_body(EVENT, {}), done(EVENT)),
    "an update of a quality process": (put(PROCESS), done(PROCESS, False)),
    "a read of a quality process": (get(PROCESS), done(PROCESS)),
    "a wrong request for a quality process": (put(PROCESS, session=""), done(PROCESS)),
    "a batch": (TWO_NEW, processed(TWO_NEW, result(ONE), result(TWO))),
    "a wrong batch": (put_batch({"event_ID": ONE}), processed(TWO_NEW, result(ONE), result(TWO))),
}
"""What is sent, and what was answered before it."""

RIGHT: dict[int, tuple[Json, ...]] = {
    200: (shown(EVENT, True), shown(PROCESS, True)),
    207: (envelope(result(ONE), result(TWO)),),
    400: (refusal(), envelope(data=None, error={"title": "Refused", "status": 400})),
}
"""The documented bodies by their status."""


def nested(depth: int) -> bytes:
    """Arrays within arrays."""
    return b"[" * depth + b"]" * depth


def members(depth: int) -> bytes:
    """Objects within objects."""
    return b'{"x":' * depth + b"1" + b"}" * depth


def at_every_place(value: Json, odd: Json) -> list[Json]:
    """The value with `odd` in the place of each of its parts, one at a time."""
    found = [odd]
    if isinstance(value, dict):
        for name, item in value.items():
            found += [value | {name: changed} for changed in at_every_place(item, odd)]
    if isinstance(value, list):
        for place, item in enumerate(value):
            found += [[*value[:place], changed, *value[place + 1 :]] for changed in at_every_place(item, odd)]
    return found


ODD_BODIES = {
    "half a surrogate pair": rb'"\ud800"',
    "the other half": rb'"\udc00"',
    "halves in the wrong order": rb'"\udc00\ud83d"',
    "half a pair for a key": rb'{"\ud800": 1}',
    "half a pair and NaN": rb'{"\ud800": NaN}',
    "NaN": b"NaN",
    "infinity": b"[Infinity]",
    "minus infinity": b'{"a": -Infinity}',
    "a number past every double": b"[1e999]",
    "5000 digits": b"9" * 5000,
    "an exponent past every number": b"1e" + b"9" * 400,
    "as deep as is read": nested(MAX_DEPTH),
    "deeper than is read": nested(MAX_DEPTH + 1),
    "490 levels": nested(490),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "bytes that are not UTF-8": b'{"a": "\xff"}',
    "a surrogate in UTF-8": b'"\xed\xa0\x80"',
    "a NUL": b"\0",
    "a NUL in a text": rb'{"a": "\u0000"}',
    "a repeated key": b'{"guid": 1, "guid": 2}',
    "900 levels": nested(900),
    "900 levels of objects": members(900),
    "100000 levels": nested(100_000),
    "long": b'"' + b"x" * 100_000 + b'"',
}
ODD_VALUES: dict[str, Json] = {
    "half a surrogate pair": "\ud800",
    "a key that is half a pair": {"\ud800": "\udfff"},
    "infinity": float("inf"),
    "the largest double": 1.7976931348623157e308,
    "an integer of 300 digits": 10**300,
    "nothing": None,
    "an empty text": "",
    "an empty object": {},
    "an empty list": [],
    "a list of lists": [[[]]],
    "a NUL": "\0",
    "30 levels": json.loads("[" * 30 + "]" * 30),
    "before the first year in UTC": "0001-01-01T00:00:00+01:00",
    "past the last year in UTC": "9999-12-31T23:59:59-01:00",
    "the first year": "0001-01-01T00:00:00Z",
    "a day that there is not": "2026-02-31T00:00:00Z",
    "a leap second": "2016-12-31T23:59:60Z",
    "an offset of a day": "2026-03-13T12:00:00+24:00",
    "another script's digits": "２０２６-03-13T12:00:00Z",
    "minus one": -1,
    "true": True,
    "a fraction": 0.5,
}


def judge_in_a_run(request: Request, before: Exchange, status: int, body: bytes | Json) -> None:
    """The odd answer comes after a right one, twice, then among concurrent ones, and a right one comes after it."""
    odd = answered(request, status, body)
    judged(before, odd, odd, before)
    judged([before, odd])
    judged(odd, [odd, before], before)


@pytest.mark.parametrize("sent", REQUESTS)
@pytest.mark.parametrize("odd", ODD_BODIES)
def test_a_body_that_is_odd_as_a_whole_does_not_stop_the_suite(sent: str, odd: str) -> None:
    for status in (*RIGHT, 401, 500):
        judge_in_a_run(*REQUESTS[sent], status, ODD_BODIES[odd])


@pytest.mark.parametrize("sent", REQUESTS)
@pytest.mark.parametrize("odd", ODD_VALUES)
def test_an_odd_value_at_any_place_of_a_right_answer_does_not_stop_the_suite(sent: str, odd: str) -> None:
    request, before = REQUESTS[sent]
    steps = [before]
    for status, bodies in RIGHT.items():
        for body in (changed for right in bodies for changed in at_every_place(right, ODD_VALUES[odd])):
            steps += [answered(request, status, body), before]
    judged(*steps)


@pytest.mark.parametrize("name", ["Date", "X-Arena-Next-Request-Limit-Reset", "X-Arena-Requests-Remaining"])
@pytest.mark.parametrize(
    "value",
    [
        "Fri, 31 Feb 2026 12:00:00 GMT",
        "Fri, 41 Mar 2026 12:00:00 GMT",
        "Fri, 00 Mar 2026 12:00:00 GMT",
        "Fri, 13 Mar 0000 12:00:00 GMT",
        "Fri, 13 Mar 2026 99:99:99 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Sat, 31-Feb-2026 07:00:00 GMT-0700 (PDT)",
        "Sat, 01-Jan-0001 07:00:00 GMT+9999 (X)",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "2026-02-31T00:00:00Z",
        "9" * 5000,
        "-" * 5000,
        "٣",
        "\xff",
        " ",
    ],
)
def test_an_odd_header_does_not_stop_the_suite(name: str, value: str) -> None:
    for answer in (
        answered(put(EVENT), 200, shown(EVENT, True), {name: value}),
        answered(put_body(EVENT, b"{"), 400, refusal(), {name: value}),
    ):
        judged(answer, done(EVENT, False), answer, [answer, done(PROCESS)])


@pytest.mark.parametrize("status", [1, 199, 204, 299, 304, 418, 600, 999])
@pytest.mark.parametrize("sent", REQUESTS)
def test_an_odd_status_does_not_stop_the_suite(sent: str, status: int) -> None:
    for body in (body for bodies in RIGHT.values() for body in bodies):
        judge_in_a_run(*REQUESTS[sent], status, body)


# What such answers count as


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(nested(MAX_DEPTH + 1), id="arrays"),
        pytest.param(members(MAX_DEPTH + 1), id="objects"),
        pytest.param(nested(900), id="900 arrays"),
        pytest.param(b"NaN", id="NaN"),
        pytest.param(b'{"itemsReconciled": NaN}', id="NaN within"),
    ],
)
@pytest.mark.parametrize(
    "answer_with",
    [
        pytest.param(lambda body: breaks("EVENT-1")(lambda: judged(answered(put(EVENT), 200, body))), id="a success"),
        pytest.param(
            lambda body: breaks("ARENA-ERROR-1")(lambda: judged(answered(put(EVENT, session=""), 401, body))),
            id="a refusal",
        ),
    ],
)
def test_what_is_too_deep_or_has_nan_counts_as_not_json(
    answer_with: Callable[[bytes], Callable[[], None]], body: bytes
) -> None:
    assert answered(put(EVENT), 200, body).json is NOT_JSON
    answer_with(body)()


@pytest.mark.parametrize("body", [nested(MAX_DEPTH), members(MAX_DEPTH)], ids=["arrays", "objects"])
def test_what_is_as_deep_as_is_read_is_json(body: bytes) -> None:
    assert answered(put(EVENT), 200, body).json == json.loads(body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (rb'"\ud800"', "?"),
        (rb'"a\udfffb"', "a?b"),
        (rb'"\udc00\ud83d"', "??"),
        (rb'{"\ud800": ["\udc00"]}', {"?": ["?"]}),
        (rb'"\ud83d\ude42\ud83d"', "\U0001f642?"),
        (rb'"\ud83d\ude42"', "\U0001f642"),
        (rb'"\\ud800"', "\\ud800"),
    ],
)
def test_halves_of_surrogate_pairs_become_question_marks(body: bytes, value: Json) -> None:
    assert answered(put(EVENT), 200, body).json == value


@keeps("EVENT-1", "EVENT-2")
def test_half_a_surrogate_pair_in_a_field_of_its_own_breaks_nothing() -> Judgement:
    return judged(done(EVENT, note="\ud800", more={"\udc00": 1}))


@breaks("EVENT-3")
def test_half_a_surrogate_pair_for_a_documented_value_is_judged_like_any_text() -> Judgement:
    return judged(done(EVENT, status="\ud800"))


@keeps("ARENA-ERROR-1", "ARENA-ERROR-8")
def test_half_a_surrogate_pair_in_a_message_breaks_nothing() -> Judgement:
    return judged(refused(put(EVENT, session=""), 401, 401, "no session \ud800"))
