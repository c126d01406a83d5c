"""Arena: how a wrong request is refused (both documents: Response Codes and Sample Responses)."""

import json

from tests.harness.callers import Ref, body_of, flag_of, replace_guid
from tests.harness.exchange import Json
from tests.harness.run import Run
from tests.harness.scenario import Need, scenario

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
ENVELOPE = ("ARENA-ERROR-1", "ARENA-ERROR-8")
UNCHANGED = ("EVENT-8", "QUALITY-8")
UNSUPPORTED = ("text/plain", "application/xml")


def bodies_that_are_not_json(ref: Ref) -> list[bytes]:
    """Malformed, truncated, with trailing text, empty: none is JSON to a parser that keeps the standard."""
    right = body_of(ref, True)
    unquoted = f"{{{flag_of(ref)}: true}}".encode()
    return [
        b"",
        right[:-1],
        right + b" and more",
        right + right,
        unquoted,
        right[:-1] + b",}",
        b"/**/" + right,
        b"<xml/>",
    ]


def bodies_without_the_flag(ref: Ref) -> dict[bool, list[bytes]]:
    """JSON in which the flag is absent or neither true nor false, and JSON that is no object.

    By the value that a lenient server could take it for.
    """
    flag = flag_of(ref)
    truthy: list[Json] = [{flag: "true"}, {flag: 1}, {"flag": True}, True, "true", 1, [{flag: True}]]
    falsy: list[Json] = [{flag: None}, {flag: ""}, {flag: 0}, {flag: []}, {flag: {}}, {}, None, []]
    return {value: [json.dumps(body).encode() for body in bodies] for value, bodies in ((True, truthy), (False, falsy))}


@scenario("arena", "ARENA-ERROR-2", *ENVELOPE)
def test_a_body_that_is_not_json(run: Run) -> None:
    """Each kind of body that is not JSON, and nothing comes of it."""
    for ref in run.arena.one_of_each:
        run.arena.set(ref, False)
        for body in bodies_that_are_not_json(ref):
            run.arena.put(ref, body)
        run.arena.read(ref)


@scenario("arena", "ARENA-ERROR-4", "ARENA-ERROR-5", *ENVELOPE)
def test_a_body_without_the_flag(run: Run) -> None:
    """Each kind of body that lacks a true or false flag, and nothing comes of it."""
    for ref in run.arena.one_of_each:
        for value, bodies in bodies_without_the_flag(ref).items():
            run.arena.set(ref, not value)
            for body in bodies:
                run.arena.put(ref, body)
            run.arena.read(ref)


@scenario("arena", "ARENA-ERROR-3", *ENVELOPE)
def test_a_guid_that_is_not_valid(run: Run) -> None:
    """Unknown and malformed GUIDs in each place of the path, alone and together, and nothing comes of it."""
    rng = run.rng
    for ref in run.arena.one_of_each:
        run.arena.set(ref, False)
        for position in range(len(ref.guids)):
            known = ref.guids[position][1]
            unknown = "".join(rng.choices(LETTERS, k=20))
            malformed = (known[:-1], known + "A", known[:9] + "*" + known[10:], unknown.lower(), known[1:])
            for guid in (unknown, malformed[position], malformed[position + 2]):
                run.arena.put(ref, body_of(ref, True), guids=replace_guid(ref, position, guid))
        wrong = tuple((name, "".join(rng.choices(LETTERS, k=20))) for name, _ in ref.guids)
        run.arena.put(ref, body_of(ref, True), guids=wrong)
        run.arena.read(ref)


@scenario("arena", "ARENA-ERROR-6", needs=[Need.OTHER_PARENT])
def test_a_guid_under_another_parent(run: Run) -> None:
    """Valid GUIDs, each known, under a parent that is not their own."""
    for refs in (run.arena.target.events, run.arena.target.quality_processes):
        for ref in refs[:1]:
            for other in [one for one in refs if one.integration != ref.integration][:1]:
                run.arena.set(other, False)
                foreign = replace_guid(other, 0, ref.integration)
                run.arena.put(other, body_of(other, True), guids=foreign)
                run.arena.put(ref, body_of(ref, True), guids=replace_guid(ref, -1, other.guids[-1][1]))
                run.arena.read(other)


@scenario("arena", "ARENA-ERROR-9")
def test_a_guid_in_lower_case(run: Run) -> None:
    """The last GUID of the path in lower case."""
    for ref in run.arena.one_of_each:
        last = len(ref.guids) - 1
        if ref.guids[last][1] != ref.guids[last][1].lower():
            guids = replace_guid(ref, last, ref.guids[last][1].lower())
            run.arena.put(ref, body_of(ref, True), guids=guids)


@scenario("arena", "ARENA-ERROR-7", *ENVELOPE)
def test_an_unsupported_content_type(run: Run) -> None:
    """A right body under a media type that is not JSON's."""
    for ref in run.arena.one_of_each:
        run.arena.set(ref, False)
        for content_type in UNSUPPORTED:
            run.arena.put(ref, body_of(ref, True), content_type=content_type)
        run.arena.read(ref)


@scenario("arena", *UNCHANGED, needs=[Need.READ_BACK])
def test_a_refused_request_changes_nothing(run: Run) -> None:
    """After each of several refused requests that hold the other value, the object is read and is as it was."""
    for ref in run.arena.one_of_each:
        right = body_of(ref, True)
        unknown = replace_guid(ref, 0, "".join(run.rng.choices(LETTERS, k=20)))
        run.arena.set(ref, False)
        for request in (
            run.arena.request(ref, right, session=""),
            run.arena.request(ref, right + b"}"),
            run.arena.request(ref, b"[" + right + b"]"),
            run.arena.request(ref, right, guids=unknown),
        ):
            run.send(request)
            run.arena.read(ref)
