"""HTTP itself: no input breaks the server, and other methods are answered. What is odd here is held to HTTP-1 alone."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.harness.callers import KINDS, Kind, body_of, body_of_batch, encode, flag_of, minimal, replace_guid
from tests.harness.exchange import Request
from tests.harness.run import Run
from tests.harness.scenario import in_turn, parts, scenario

DEEP = 20_000
LARGE = 300_000
LONG = "x" * 6000
LONG_GUID = 500
Change = Callable[[bytes], bytes]
ODD_BODIES: dict[str, Change] = {
    "deep arrays": lambda right: b"[" * DEEP + b"]" * DEEP,
    "deep objects": lambda right: b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "much space": lambda right: b" " * LARGE + right,
    "a byte order mark": lambda right: b"\xef\xbb\xbf" + right,
    "UTF-16": lambda right: right.decode().encode("utf-16"),
    "broken UTF-8": lambda right: right[:-1] + b"\xff\xfe" + right[-1:],
    "half a surrogate pair": lambda right: b'"\\ud800"',
    "a NUL escaped": lambda right: b'{"\\u0000": "\\u0000"}',
    "past a double": lambda right: b"1e400",
    "minus zero": lambda right: b"-0",
    "no number": lambda right: b"NaN",
    "many digits": lambda right: b"9" * 5000,
    "a NUL": lambda right: b"\0",
}
"""Bodies that parsers stumble over: depth, size, encodings, numbers past every type."""
ODD_FLAGS = {
    "past a double": b"1e400",
    "deep": b"[" * 500 + b"]" * 500,
    "half a surrogate pair": b'"\\ud800"',
    "a large text": b'"' + b"x" * LARGE + b'"',
}
ODD_VALUES: dict[str, tuple[str, bytes]] = {
    f"{field} {label}": (field, value)
    for field, values in {
        "subject": {
            "with a NUL": b'"\\u0000"',
            "with half a surrogate pair": b'"\\ud800"',
            "with halves the wrong way": b'"\\udc00\\ud800"',
            "with a noncharacter": b'"\xef\xbf\xbf"',
            "past its length": b'"' + b"x" * 257 + b'"',
            "large": b'"' + b"x" * LARGE + b'"',
        },
        "completion_Percent": {
            "past a double": b"1e400",
            "below a double": b"-1e400",
            "minus zero": b"-0",
            "negative": b"-1",
            "past int32": b"2147483648",
            "with an exponent": b"1e2",
            "of many digits": b"9" * 400,
            "a long fraction": b"0." + b"3" * 400,
        },
        "userGroup_Key": {"negative": b"-1", "with an exponent": b"1e0", "deep": b"[" * 500 + b"]" * 500},
        "unknown_Field": {"nested": b'{"a": [1]}'},
        "reminder": {"named twice": b"true"},
    }.items()
    for label, value in values.items()
}
ODD_GUIDS = {
    "a percent sign": "%",
    "dots": "..",
    "a slash": "a/b",
    "not ASCII": "é",
    "Chinese": "漢",
    "a NUL": "\0",
    "a space": " ",
    "a quote": "'",
    "a quote and more": '";',
    "long": "A" * LONG_GUID,
    "encoded": "%2e",
    "null": "null",
    "negative": "-1",
    "past the first plane": "🙂",
    "markup": "<script>",
}
ODD_SESSIONS = {"long": LONG, "not ASCII": "é".encode().decode("latin-1"), "pairs": "a=b; c", "a quote": "'--"}
CONTENT_TYPES = {
    "none": None,
    "no media type": "json",
    "of another charset": "application/json; charset=utf-16",
    "of an unknown charset": "application/json; charset=klingon",
    "long": "x" * 500,
    "a form": "multipart/form-data",
}
ODD_CALLERS: dict[str, dict[str, Any]] = {
    "a long key": {"api_key": LONG},
    "a long token": {"authorization": f"Bearer {LONG}"},
    "a long database": {"database": LONG},
    "an odd database": {"database": "'; --"},
    "nothing accepted": {"accept": ""},
    "no media type accepted": {"accept": "x"},
    "HTML accepted": {"accept": "text/html"},
    "plain text not accepted": {"accept": "text/plain;q=0"},
    "an odd weight": {"accept": "*/*;q=zero"},
    "commas accepted": {"accept": ", ,"},
    "a long type accepted": {"accept": "application/" + LONG},
}
READS = ("GET", "HEAD", "OPTIONS")
CHANGES = ("DELETE", "POST", "PATCH")


@scenario("arena", "HTTP-1", independent=True, parts=in_turn(kind=KINDS, change=ODD_BODIES))
def test_odd_bodies_at_arena(run: Run, kind: Kind, change: Change) -> list[Request]:
    """A body that parsers stumble over."""
    ref = run.arena.first(kind)
    return [run.arena.request(ref, change(body_of(ref, run.arena.other(ref))))]


@scenario("arena", "HTTP-1", independent=True, parts=in_turn(kind=KINDS, value=ODD_FLAGS))
def test_odd_flags_at_arena(run: Run, kind: Kind, value: bytes) -> list[Request]:
    """A value in place of the flag that parsers and databases stumble over."""
    ref = run.arena.first(kind)
    return [run.arena.request(ref, b'{"' + flag_of(ref).encode() + b'": ' + value + b"}")]


@scenario("arena", "HTTP-1", parts=parts(kind=["event"]))
def test_a_repeated_flag(run: Run, kind: Kind) -> None:
    """The flag twice in one body, with either value."""
    ref = run.arena.first(kind)
    flag = json.dumps(flag_of(ref)).encode()
    run.arena.put(ref, b"{" + flag + b": false, " + flag + b": true}")


@scenario("arena", "HTTP-1", "ARENA-HEADER-2", independent=True, parts=in_turn(kind=KINDS, guid=ODD_GUIDS))
def test_odd_paths_at_arena(run: Run, kind: Kind, guid: str) -> list[Request]:
    """A GUID that needs encoding, or that routers and databases read in their own way."""
    ref = run.arena.first(kind)
    right = run.arena.request(ref, body_of(ref, True))
    url = right.url.removesuffix(ref.guids[-1][1]) + encode(guid).replace("..", "%2E%2E")
    return [replace(right, url=url, guids=replace_guid(ref, -1, guid))]


@scenario("arena", "HTTP-1", independent=True, parts=parts(kind=KINDS))
def test_several_odd_guids_in_one_path(run: Run, kind: Kind) -> list[Request]:
    """An odd GUID in each place of the path: fewer requests, where the single ones are too many."""
    ref = run.arena.first(kind)
    right = run.arena.request(ref, body_of(ref, True))
    short = [guid for guid in ODD_GUIDS.values() if len(guid) < LONG_GUID]
    start = KINDS.index(kind) * len(ref.guids)
    guids = tuple((name, short[(start + index) % len(short)]) for index, (name, _) in enumerate(ref.guids))
    url = right.url
    for (_, known), (_, odd) in zip(ref.guids, guids, strict=True):
        url = url.replace(f"/{known}", "/" + encode(odd).replace("..", "%2E%2E"))
    return [replace(right, url=url, guids=guids)]


@scenario("arena", "HTTP-1", independent=True, parts=parts(kind=["event"], session=ODD_SESSIONS))
def test_odd_sessions_at_arena(run: Run, kind: Kind, session: str) -> list[Request]:
    """A long or strange session."""
    ref = run.arena.first(kind)
    return [run.arena.request(ref, body_of(ref, run.arena.other(ref)), session=session)]


@scenario("arena", "HTTP-1", parts=parts(kind=["event"]))
def test_a_repeated_session_at_arena(run: Run, kind: Kind) -> None:
    """The session's header twice, with a wrong one behind."""
    ref = run.arena.first(kind)
    run.arena.put(ref, body_of(ref, True), more=(("arena_session_id", "0" * 24),))


@scenario("arena", "HTTP-1", parts=parts(kind=["event"], content_type=dict(list(CONTENT_TYPES.items())[:5])))
def test_odd_content_types_at_arena(run: Run, kind: Kind, content_type: str | None) -> None:
    """A Content-Type that is missing, long or strange."""
    ref = run.arena.first(kind)
    run.arena.put(ref, body_of(ref, True), content_type=content_type)


@scenario("vba", "HTTP-1", independent=True, parts=parts(change=ODD_BODIES))
def test_odd_bodies_at_vba(run: Run, change: Change) -> list[Request]:
    """A body that parsers stumble over."""
    return [run.vba.request(change(body_of_batch([minimal(run.vba.another())])))]


@scenario("vba", "HTTP-1", independent=True, parts=parts(odd=ODD_VALUES))
def test_odd_values_at_vba(run: Run, odd: tuple[str, bytes]) -> list[Request]:
    """A value of an entity that parsers and databases stumble over."""
    field, value = odd
    start = body_of_batch([minimal(run.vba.another())]).removesuffix(b"}]")
    return [run.vba.request(start + f', "{field}": '.encode() + value + b"}]")]


@scenario("vba", "HTTP-1", independent=True, parts=parts(caller=ODD_CALLERS))
def test_odd_headers_at_vba(run: Run, caller: dict[str, Any]) -> list[Request]:
    """A header that is long, empty or strange."""
    return [run.vba.request(body_of_batch([minimal(run.vba.another())]), **caller)]


@scenario("vba", "HTTP-1", independent=True, parts=parts(content_type=CONTENT_TYPES))
def test_odd_content_types_at_vba(run: Run, content_type: str | None) -> list[Request]:
    """A Content-Type that is missing, long or strange, for a new entity: where it is refused, it is not applied."""
    return [run.vba.request(body_of_batch([minimal(run.vba.new(1)[0])]), content_type=content_type)]


@scenario("vba", "HTTP-1", independent=True, parts=parts(name=["x-api-key", "Authorization", "vbasoftware-database"]))
def test_a_repeated_header_at_vba(run: Run, name: str) -> list[Request]:
    """A header of the caller's twice, with a wrong value behind."""
    body = body_of_batch([minimal(run.vba.another())])
    return [run.vba.request(body, more=((name, "0" * 24),))]


@scenario("arena", "HTTP-2", "HTTP-3", independent=True, parts=in_turn(kind=KINDS, method=READS))
def test_methods_that_read_at_arena(run: Run, kind: Kind, method: str) -> list[Request]:
    """A method that reads, on a named object."""
    return [run.arena.request(run.arena.first(kind), method=method)]


@scenario("arena", "HTTP-2", "HTTP-3", independent=True, parts=in_turn(kind=KINDS, method=CHANGES))
def test_methods_that_change_at_arena(run: Run, kind: Kind, method: str) -> list[Request]:
    """A method that could do harm, on an object that does not exist."""
    ref = run.arena.first(kind)
    nothing = tuple((name, "".join(run.rng.choices("ABCDEFGHIJ0123456789", k=20))) for name, _ in ref.guids)
    return [run.arena.request(ref, body_of(ref, True), guids=nothing, method=method)]


@scenario("vba", "HTTP-2", "HTTP-3", independent=True, parts=parts(method=[*READS, *CHANGES]))
def test_other_methods_at_vba(run: Run, method: str) -> list[Request]:
    """Another method on the batch, one that could do harm with an empty one."""
    return [run.vba.request(b"[]" if method in CHANGES else b"", method=method)]
