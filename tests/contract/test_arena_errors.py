"""Arena: how a wrong request is refused (both documents: Response Codes and Sample Responses)."""

import json
from collections.abc import Callable

from tests.harness.callers import KINDS, Kind, Ref, body_of, flag_of, replace_guid
from tests.harness.exchange import Json, Request
from tests.harness.run import Run
from tests.harness.scenario import Need, in_turn, parts, scenario

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
ENVELOPE = ("ARENA-ERROR-1", "ARENA-ERROR-8")
Change = Callable[[bytes], bytes]
NOT_JSON: dict[str, Change] = {
    "empty": lambda right: b"",
    "truncated": lambda right: right[:-1],
    "trailing text": lambda right: right + b" and more",
}
SELDOM_JSON: dict[str, Change] = {
    "blank": lambda right: b" \n",
    "twice": lambda right: right + right,
    "an unquoted key": lambda right: right.replace(b'"', b""),
    "a trailing comma": lambda right: right[:-1] + b",}",
    "a comment": lambda right: b"/**/" + right,
    "XML": lambda right: b"<xml/>",
    "a raw line break": lambda right: right[:-1] + b', "note": "one\nanother"}',
}
Misshape = Callable[[str], Json]
TRUTHY: dict[str, Misshape] = {
    "a text true": lambda flag: {flag: "true"},
    "the number 1": lambda flag: {flag: 1},
}
SELDOM_TRUTHY: dict[str, Misshape] = {
    "another name": lambda flag: {"flag": True},
    "a bare true": lambda flag: True,
    "a bare text": lambda flag: "true",
    "a bare number": lambda flag: 1,
    "in an array": lambda flag: [{flag: True}],
    "in capitals": lambda flag: {flag.upper(): True},
    "in a text": lambda flag: json.dumps({flag: True}),
}
FALSY: dict[str, Misshape] = {
    "null": lambda flag: {flag: None},
    "absent": lambda flag: {},
}
SELDOM_FALSY: dict[str, Misshape] = {
    "an empty text": lambda flag: {flag: ""},
    "the number 0": lambda flag: {flag: 0},
    "an empty array": lambda flag: {flag: []},
    "an empty object": lambda flag: {flag: {}},
    "a bare null": lambda flag: None,
    "a bare array": lambda flag: [],
}
Spoil = Callable[[str, str], str]
"""A wrong GUID from one that is known and one that is not."""
WRONG_GUIDS: dict[str, Spoil] = {
    "unknown": lambda known, unknown: unknown,
    "cut at its end": lambda known, unknown: known[:-1],
    "longer": lambda known, unknown: known + "A",
    "with an asterisk": lambda known, unknown: known[:9] + "*" + known[10:],
    "in lower case": lambda known, unknown: unknown.lower(),
    "cut at its beginning": lambda known, unknown: known[1:],
    "twice": lambda known, unknown: known + known,
}
PLACES = {
    "first": (0, ("unknown", "cut at its end", "with an asterisk")),
    "second": (1, ("unknown", "longer", "in lower case", "twice")),
    "third": (2, ("unknown", "with an asterisk", "cut at its beginning")),
}
GUID_PARTS: dict[str, dict[str, object]] = {
    f"{kind}-{label} {form}": {"kind": kind, "place": place, "spoil": WRONG_GUIDS[form]}
    for kind, places in (("event", ("first", "second")), ("quality_process", ("first", "second", "third")))
    for label in places
    for place, forms in [PLACES[label]]
    for form in forms
}


@scenario(
    "arena",
    "ARENA-ERROR-2",
    *ENVELOPE,
    independent=True,
    parts=parts(kind=KINDS, change=NOT_JSON) | in_turn(kind=KINDS, change=SELDOM_JSON),
)
def test_a_body_that_is_not_json(run: Run, kind: Kind, change: Change) -> list[Request]:
    """Malformed, truncated, with trailing text, empty: none is JSON to a parser that keeps the standard."""
    ref = run.arena.first(kind)
    return [run.arena.request(ref, change(body_of(ref, run.arena.other(ref))))]


@scenario(
    "arena",
    "ARENA-ERROR-4",
    "ARENA-ERROR-5",
    *ENVELOPE,
    parts=parts(kind=KINDS, shape=TRUTHY) | in_turn(kind=KINDS, shape=SELDOM_TRUTHY),
)
def test_a_body_that_could_be_taken_for_true(run: Run, kind: Kind, shape: Misshape) -> None:
    """No true or false flag, but something that a lenient server could take for true, while the flag is false."""
    _misshapen(run, kind, shape, True)


@scenario(
    "arena",
    "ARENA-ERROR-4",
    "ARENA-ERROR-5",
    *ENVELOPE,
    parts=parts(kind=KINDS, shape=FALSY) | in_turn(kind=KINDS, shape=SELDOM_FALSY),
)
def test_a_body_that_could_be_taken_for_false(run: Run, kind: Kind, shape: Misshape) -> None:
    """No true or false flag, but something that a lenient server could take for false, while the flag is true."""
    _misshapen(run, kind, shape, False)


@scenario("arena", "ARENA-ERROR-3", *ENVELOPE, independent=True, parts=GUID_PARTS)
def test_a_guid_that_is_not_valid(run: Run, kind: Kind, place: int, spoil: Spoil) -> list[Request]:
    """An unknown or malformed GUID in a place of the path, the others being right."""
    ref = run.arena.first(kind)
    unknown = "".join(run.rng.choices(LETTERS, k=20))
    guids = replace_guid(ref, place, spoil(ref.guids[place][1], unknown))
    return [run.arena.request(ref, body_of(ref, run.arena.other(ref)), guids=guids)]


@scenario("arena", "ARENA-ERROR-3", *ENVELOPE, independent=True, parts=parts(kind=KINDS))
def test_guids_of_which_none_is_valid(run: Run, kind: Kind) -> list[Request]:
    """An unknown GUID in every place of the path, and the same once more."""
    ref = run.arena.first(kind)
    rng = run.rng
    wrong = tuple((name, "".join(rng.choices(LETTERS, k=20))) for name, _ in ref.guids)
    return [run.arena.request(ref, body_of(ref, run.arena.other(ref)), guids=wrong)] * 2


@scenario("arena", "ARENA-ERROR-6", needs=[Need.OTHER_PARENT], parts=parts(kind=KINDS))
def test_a_guid_under_another_parent(run: Run, kind: Kind) -> None:
    """Valid GUIDs, each known, under a parent that is not their own."""
    named = run.arena.target.events if kind == "event" else run.arena.target.quality_processes
    ref = named[0]
    for other in [one for one in named if one.integration != ref.integration][:1]:
        foreign = replace_guid(other, 0, ref.integration)
        run.arena.put(other, body_of(other, run.arena.other(other)), guids=foreign)
        run.arena.put(ref, body_of(ref, True), guids=replace_guid(ref, -1, other.guids[-1][1]))


@scenario("arena", "ARENA-ERROR-9", parts=parts(kind=KINDS))
def test_a_guid_in_lower_case(run: Run, kind: Kind) -> None:
    """The last GUID of the path in lower case."""
    ref = run.arena.first(kind)
    last = ref.guids[-1][1]
    if last != last.lower():
        run.arena.put(ref, body_of(ref, True), guids=replace_guid(ref, -1, last.lower()))


@scenario(
    "arena",
    "ARENA-ERROR-7",
    *ENVELOPE,
    independent=True,
    parts=in_turn(kind=KINDS, content_type=["text/plain", "application/x-www-form-urlencoded"]),
)
def test_an_unsupported_content_type(run: Run, kind: Kind, content_type: str) -> list[Request]:
    """A right body under a media type that is not JSON's."""
    ref = run.arena.first(kind)
    return [run.arena.request(ref, body_of(ref, run.arena.other(ref)), content_type=content_type)]


@scenario(
    "arena",
    "EVENT-8",
    "QUALITY-8",
    needs=[Need.READ_BACK],
    parts=parts(kind=KINDS, refusal=["an unknown GUID", "no JSON"])
    | parts(kind=["event"], refusal=["in an array", "no session"]),
)
def test_a_refused_request_changes_nothing(run: Run, kind: Kind, refusal: str) -> None:
    """After a refused request that holds the other value, the object is read and is as it was."""
    ref = run.arena.first(kind)
    right = body_of(ref, run.arena.other(ref))
    if refusal == "no session":
        run.arena.put(ref, right, session="")
    elif refusal == "no JSON":
        run.arena.put(ref, right + b" and more")
    elif refusal == "in an array":
        run.arena.put(ref, b"[" + right + b"]")
    else:
        unknown = "".join(run.rng.choices(LETTERS, k=20))
        run.arena.put(ref, right, guids=replace_guid(ref, 0, unknown))
    run.arena.read(ref)


@scenario("arena", "EVENT-8", "QUALITY-8", needs=[Need.READ_BACK], phase="last", parts=parts(kind=KINDS))
def test_what_other_requests_left(run: Run, kind: Kind) -> None:
    """At the end, each object is as it was last shown, whatever was refused and whichever other was changed since."""
    for ref in run.arena.named(kind):
        run.arena.refresh(ref)


def _misshapen(run: Run, kind: Kind, shape: Misshape, taken_for: bool) -> None:
    ref: Ref = run.arena.first(kind)
    run.arena.ensure(ref, not taken_for)
    run.arena.put(ref, json.dumps(shape(flag_of(ref))).encode())
