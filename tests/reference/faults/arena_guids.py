"""Which GUIDs Arena takes, and how it refuses the others (ARENA-ERROR-3, -6, -9)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from tests.reference import arena
from tests.reference.arena import RECONCILE_EVENT, ArenaError, Call, Operation, invalid_guid
from tests.reference.data import EVENTS, QUALITY_PROCESSES
from tests.reference.faults.edits import (
    changing_guid_check,
    edit,
    edit_request,
    editing_refusal,
    is_arena,
    is_quality_process,
    remembering,
)
from tests.reference.faults.fault import Fault
from tests.reference.parts import ArenaParts, Modifier, in_arena
from tests.reference.state import Guids

_GUID = 3011


_KNOWN = frozenset(
    (
        *(guid for integration, event in EVENTS for guid in (integration, event["guid"])),
        *(guid for *parents, process in QUALITY_PROCESSES for guid in (*parents, process["guid"])),
    )
)


_FORM = re.compile(r"[0-9A-Z]{20}")


def _valid_by(matching: Callable[[str, str], bool]) -> Modifier:
    """Each GUID of the path is taken for the first known one that it matches, and the answer shows that object."""

    def resolve(call: Call) -> Call:
        known = arena.records(call)
        for key in known:
            if all(matching(guid, name) for guid, name in zip(call.guids, key, strict=True)):
                return replace(call, guids=key)
        return call

    return _resolving(resolve)


def _resolving(resolve: Callable[[Call], Call]) -> Modifier:
    def change(parts: ArenaParts) -> ArenaParts:
        return replace(
            parts,
            check_guids=lambda call: parts.check_guids(resolve(call)),
            load=lambda call: parts.load(resolve(call)),
            store=lambda call, record: parts.store(resolve(call), record),
        )

    return in_arena(change)


def _ignoring(of: Callable[[Operation], tuple[int, ...]]) -> Modifier:
    """The GUIDs in these places of the path may be any."""

    def resolve(call: Call) -> Call:
        ignored = of(call.operation)
        for key in arena.records(call):
            if all(place in ignored or key[place] == guid for place, guid in enumerate(call.guids)):
                return replace(call, guids=key)
        return call

    return _resolving(resolve)


def _known_anywhere(of: Callable[[Operation], tuple[int, ...]]) -> Modifier:
    """The GUIDs in these places of the path must be known, but not as the parents of what follows."""

    def resolve(call: Call) -> Call:
        records, places = arena.records(call), of(call.operation)
        for key in records:
            if all(
                guid == key[place] or (place in places and any(guid == other[place] for other in records))
                for place, guid in enumerate(call.guids)
            ):
                return replace(call, guids=key)
        return call

    return _resolving(resolve)


def _quoting(quoted: Callable[[Guids, str], str]) -> Modifier:
    """Quote another GUID than the wrong one; `quoted` is given the path's and the wrong one."""

    def rule(call: Call, check: Callable[[Call], None]) -> None:
        known = arena.records(call)
        for count, guid in enumerate(call.guids, start=1):
            if not any(key[:count] == call.guids[:count] for key in known):
                raise invalid_guid(quoted(call.guids, guid))
        check(call)

    return changing_guid_check(rule)


def _quoting_an_earlier_one() -> Modifier:
    quoted: list[str] = []

    def earlier(_guids: Guids, guid: str) -> str:
        quoted.append(guid)
        return quoted[-2] if len(quoted) > 1 else guid

    return _quoting(earlier)


def _other_answer(applies: Callable[[str], bool], status: int, code: int, message: str) -> Modifier:
    """Refuse some of the wrong GUIDs in another way."""

    def rule(call: Call, check: Callable[[Call], None]) -> None:
        try:
            check(call)
        except ArenaError:
            known = arena.records(call)
            places = range(1, len(call.guids) + 1)
            wrong = next(call.guids[n - 1] for n in places if not any(key[:n] == call.guids[:n] for key in known))
            if applies(wrong):
                raise ArenaError(status, code, message) from None
            raise

    return changing_guid_check(rule)


def _taking_the_first_object_instead(call: Call) -> Call:
    known = arena.records(call)
    return call if call.guids in known else replace(call, guids=next(iter(known)))


def _parents(operation: Operation) -> tuple[int, ...]:
    return tuple(range(len(operation.words) - 1))


def _integration(_operation: Operation) -> tuple[int, ...]:
    return (0,)


def _event_of_quality_process(operation: Operation) -> tuple[int, ...]:
    return () if operation is RECONCILE_EVENT else (1,)


FAULTS = (
    Fault(
        "unknown-guid-answers-404",
        "ARENA-ERROR-3",
        "The repository throws Not Found, and the framework knows what to answer to that.",
        editing_refusal(_GUID, lambda refusal: replace(refusal, status=404)),
    ),
    Fault(
        "unknown-guid-has-the-code-of-a-missing-object",
        "ARENA-ERROR-3",
        "There are two codes, and the one for objects that are gone was taken for those that never were.",
        _other_answer(lambda guid: _FORM.fullmatch(guid) is not None, 400, 3012, "The object was not found."),
    ),
    Fault(
        "unknown-guid-answers-403",
        "ARENA-ERROR-3",
        "Rights are looked up by GUID, and there are none to an object that does not exist.",
        editing_refusal(_GUID, lambda refusal: replace(refusal, status=403, code=3024)),
    ),
    Fault(
        "malformed-guid-has-another-code",
        "ARENA-ERROR-3",
        "The form of a GUID is checked by the router, which has its own code.",
        _other_answer(lambda guid: _FORM.fullmatch(guid) is None, 400, 400, arena.NOT_JSON_MESSAGE),
    ),
    Fault(
        "malformed-guid-answers-404",
        "ARENA-ERROR-3",
        "The router's pattern takes twenty letters and digits, and what does not fit is no route.",
        _other_answer(lambda guid: _FORM.fullmatch(guid) is None, 404, 404, "There is no such endpoint."),
    ),
    Fault(
        "unknown-guid-means-the-first-object",
        "ARENA-ERROR-3",
        "A query that finds nothing falls back to the default object of a demonstration.",
        _resolving(_taking_the_first_object_instead),
    ),
    Fault(
        "unknown-guid-answers-200-with-the-error",
        "ARENA-ERROR-3",
        "The error is returned as a value, and the framework puts values into a 200.",
        edit(
            lambda request, response: is_arena(request) and b'"code": 3011' in response.body,
            lambda response: replace(response, status=200),
        ),
    ),
    Fault(
        "integration-of-the-path-is-not-looked-at",
        "ARENA-ERROR-3",
        "The last GUID is unique, so the query has no need of the others.",
        _ignoring(_integration),
    ),
    Fault(
        "event-of-a-quality-process-is-not-looked-at",
        "ARENA-ERROR-3",
        "The query joins the quality process and the integration, and leaves the event out.",
        _ignoring(_event_of_quality_process),
    ),
    Fault(
        "guid-is-known-by-its-beginning",
        "ARENA-ERROR-3",
        "The search for an object matches beginnings, for the sake of completion in the web application.",
        _valid_by(lambda guid, known: len(guid) > 10 and known.startswith(guid)),
    ),
    Fault(
        "letters-behind-a-guid-are-ignored",
        "ARENA-ERROR-3",
        "The column has twenty characters, and the database cuts what it compares.",
        _valid_by(lambda guid, known: guid.startswith(known)),
    ),
    Fault(
        "stars-in-a-guid-match",
        "ARENA-ERROR-3",
        "The GUID goes into a query that knows placeholders.",
        _valid_by(lambda guid, known: re.fullmatch(re.escape(guid).replace(r"\*", "."), known) is not None),
    ),
    Fault(
        "first-guid-of-the-path-is-quoted",
        "ARENA-ERROR-3",
        "The message is filled from the route's first variable.",
        _quoting(lambda guids, _wrong: guids[0]),
    ),
    Fault(
        "last-guid-of-the-path-is-quoted",
        "ARENA-ERROR-3",
        "The message is filled from the variable that all routes call guid.",
        _quoting(lambda guids, _wrong: guids[-1]),
    ),
    Fault(
        "guid-is-quoted-in-upper-case",
        "ARENA-ERROR-3",
        "The path is brought into upper case before it is looked at, and the message shows the result.",
        _quoting(lambda _guids, wrong: wrong.upper()),
    ),
    Fault(
        "guid-is-quoted-without-its-end",
        "ARENA-ERROR-3",
        "Messages are cut so that they fit a log line.",
        _quoting(lambda _guids, wrong: wrong[:16]),
    ),
    Fault(
        "guid-is-not-quoted",
        "ARENA-ERROR-3",
        "The placeholder in the message is never filled.",
        _quoting(lambda _guids, _wrong: "{0}"),
    ),
    Fault(
        "guid-of-an-earlier-request-is-quoted",
        "ARENA-ERROR-3",
        "The error object is a single one, and its message is filled after the answer has been rendered.",
        remembering(_quoting_an_earlier_one),
    ),
    Fault(
        "parents-are-looked-at-one-by-one",
        "ARENA-ERROR-6",
        "Each GUID is looked up for itself, and nobody asks whether one belongs to the other.",
        _known_anywhere(_parents),
    ),
    Fault(
        "integration-of-a-quality-process-may-be-another",
        "ARENA-ERROR-6",
        "The query joins the quality process and its event, but not their integration.",
        _known_anywhere(lambda operation: () if operation is RECONCILE_EVENT else (0,)),
    ),
    Fault(
        "integration-of-an-event-may-be-another",
        "ARENA-ERROR-6",
        "The integration is loaded for the check of rights, the event by its own GUID.",
        _known_anywhere(lambda operation: (0,) if operation is RECONCILE_EVENT else ()),
    ),
    Fault(
        "guid-in-lower-case-is-accepted",
        "ARENA-ERROR-9",
        "The database compares texts without regard to case.",
        _valid_by(lambda guid, known: guid.upper() == known),
    ),
    Fault(
        "guid-of-a-quality-process-in-lower-case-is-accepted",
        "ARENA-ERROR-9",
        "The newer route brings its last variable into upper case before it looks it up.",
        edit_request(
            is_quality_process,
            lambda request: replace(
                request, path="/".join((*request.path.split("/")[:-1], request.path.split("/")[-1].upper()))
            ),
        ),
    ),
    Fault(
        "guid-in-lower-case-has-the-code-of-a-missing-object",
        "ARENA-ERROR-9",
        "The index finds the object without regard to case, and the table, which regards it, does not.",
        _other_answer(
            lambda guid: guid not in _KNOWN and guid.upper() in _KNOWN, 400, 3012, "The object was not found."
        ),
    ),
)
