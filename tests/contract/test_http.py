"""HTTP itself: no input breaks the server, and other methods are answered. What is odd here is held to HTTP-1 alone."""

import json
from dataclasses import replace

from tests.harness.callers import body_of, encode, flag_of, minimal, replace_guid
from tests.harness.run import Run
from tests.harness.scenario import scenario

DEEP = 20_000
LARGE = 300_000
ODD_GUIDS = ("%", "..", "a/b", "é", "漢", "\0", " ", "'", '";', "A" * 500, "%2e", "null", "-1", "🙂", "<script>")
HARMLESS_READS = ("GET", "HEAD", "OPTIONS")
NOT_READS = ("POST", "PATCH", "DELETE")


def odd_bodies(right: bytes) -> list[bytes]:
    """Bodies that parsers stumble over: depth, size, encodings, repeated keys, numbers past every type."""
    return [
        b"[" * DEEP + b"]" * DEEP,
        b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        b" " * LARGE + right,
        b"\xef\xbb\xbf" + right,
        right.decode().encode("utf-16"),
        right[:-1] + b"\xff\xfe" + right[-1:],
        b'"\\ud800"',
        b'{"\\u0000": "\\u0000"}',
        b"1e400",
        b"-0",
        b"NaN",
        b"9" * 5000,
        b"\0",
    ]


@scenario("arena", "HTTP-1")
def test_odd_bodies_at_arena(run: Run) -> None:
    """Odd bodies, whole and in place of the flag; the second endpoint gets every third of them."""
    for ref, step in zip(run.arena.one_of_each, (1, 3), strict=False):
        flag = json.dumps(flag_of(ref)).encode()
        values = (
            b"1e400",
            b"[" * 500 + b"]" * 500,
            b'"\\ud800"',
            b'"' + b"x" * LARGE + b'"',
            b"false, " + flag + b": true",
        )
        bodies = odd_bodies(body_of(ref, True)) + [b"{" + flag + b": " + value + b"}" for value in values]
        for body in bodies[::step]:
            run.arena.put(ref, body)
        run.arena.set(ref, True)


@scenario("arena", "HTTP-1", "ARENA-HEADER-2")
def test_odd_paths_at_arena(run: Run) -> None:
    """GUIDs that need encoding, or are read by routers and databases in their own way."""
    for ref, step in zip(run.arena.one_of_each, (1, 3), strict=False):
        right = run.arena.request(ref, body_of(ref, True))
        for guid in ODD_GUIDS[::step]:
            guids = replace_guid(ref, -1, guid)
            url = right.url.removesuffix(ref.guids[-1][1]) + encode(guid).replace("..", "%2E%2E")
            run.send(replace(right, url=url, guids=guids))
        run.arena.set(ref, True)


@scenario("arena", "HTTP-1")
def test_odd_headers_at_arena(run: Run) -> None:
    """Long, repeated and strange headers."""
    ref = run.arena.one_of_each[0]
    for session in ("x" * 6000, "é".encode().decode("latin-1"), "a=b; c", "'--"):
        run.arena.put(ref, body_of(ref, True), session=session)
    run.arena.put(ref, body_of(ref, True), more=(("arena_session_id", "0" * 24),))
    for content_type in (None, "json", "application/json; charset=utf-16", "x" * 500):
        run.arena.put(ref, body_of(ref, True), content_type=content_type)
    run.arena.set(ref, True)


@scenario("vba", "HTTP-1")
def test_odd_bodies_at_vba(run: Run) -> None:
    """Odd bodies, whole and in place of an entity's values."""
    id = run.vba.existing(1)[0]
    for body in odd_bodies(json.dumps([minimal(id)]).encode()):
        run.vba.put_raw(body)
    start = json.dumps(minimal(id)).encode()[:-1]
    texts = (b'"\\u0000"', b'"\\ud800"', b'"\\udc00\\ud800"', b'"\xef\xbf\xbf"', b'"' + b"x" * LARGE + b'"')
    numbers = (b"1e400", b"-1e400", b"-0", b"-1", b"2147483648", b"1e2", b"9" * 400, b"0." + b"3" * 400)
    deep = b"[" * 500 + b"]" * 500
    for field, values in {
        "subject": texts,
        "completion_Percent": numbers,
        "userGroup_Key": (b"-1", b"1e0", deep),
    }.items():
        for value in values:
            run.vba.put_raw(b"[" + start + f', "{field}": '.encode() + value + b"}]")
    run.vba.put([minimal(id) | {"unknown_Field": {"a": [1]}}, minimal(id) | {"subject": "x" * 257}])
    run.vba.put([minimal(id)])


@scenario("vba", "HTTP-1")
def test_odd_headers_at_vba(run: Run) -> None:
    """Long, empty, repeated and strange headers."""
    id = run.vba.existing(1)[0]
    long = "x" * 6000
    for headers in ({"api_key": long}, {"authorization": f"Bearer {long}"}, {"database": long}, {"database": "'; --"}):
        run.vba.put([minimal(id)], **headers)
    for accept in ("", "x", "text/html", "text/plain;q=0", "*/*;q=zero", ", ,", "application/" + long):
        run.vba.put([minimal(id)], accept=accept)
    for content_type in (None, "json", "application/json; charset=utf-16", "multipart/form-data"):
        run.vba.put([minimal(id)], content_type=content_type)
    for name in ("x-api-key", "Authorization", "vbasoftware-database"):
        run.vba.put([minimal(id)], more=((name, "0" * 24),))
    run.vba.put([minimal(id)])


@scenario("arena", "HTTP-2", "HTTP-3")
def test_other_methods_at_arena(run: Run) -> None:
    """Methods that read go to a named object; methods that could do harm go to one that does not exist."""
    for ref in run.arena.one_of_each:
        for method in HARMLESS_READS:
            run.send(run.arena.request(ref, method=method))
        nothing = tuple((name, "".join(run.rng.choices("ABCDEFGHIJ0123456789", k=20))) for name, _ in ref.guids)
        for method in NOT_READS:
            run.send(run.arena.request(ref, body_of(ref, True), guids=nothing, method=method))


@scenario("vba", "HTTP-2", "HTTP-3")
def test_other_methods_at_vba(run: Run) -> None:
    """Other methods on the batch, those that could do harm with an empty one."""
    for method in HARMLESS_READS:
        run.send(run.vba.request(b"", method=method))
    for method in NOT_READS:
        run.send(run.vba.request(b"[]", method=method))
