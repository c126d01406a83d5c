"""What goes wrong with events and quality processes alike: `of` tells which of them a modifier strikes."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import replace

from tests.reference import arena
from tests.reference.arena import SESSIONS, ArenaError, Call, Operation, User
from tests.reference.data import ADMIN_SESSION, Json
from tests.reference.faults.edits import Of, after_update, flag_in
from tests.reference.message import Request, Response
from tests.reference.parts import ArenaParts, Handler, Modifier, around, in_arena
from tests.reference.state import Guids, State

Records = Callable[[State], dict[Guids, Json]]


def events(state: State) -> dict[Guids, Json]:
    """Where the events are kept."""
    return state.events


def quality_processes(state: State) -> dict[Guids, Json]:
    """Where the quality processes are kept."""
    return state.quality_processes


def updating_others(of: Of, related: Callable[[Guids, Guids], bool], change: Callable[[Json, Json], Json]) -> Modifier:
    """Change related objects with each update; `change` is given the other one and the updated one."""

    def act(call: Call, record: Json) -> None:
        records = arena.records(call)
        for guids, other in records.items():
            if guids != call.guids and related(call.guids, guids):
                records[guids] = change(other, record)

    return after_update(of, act)


def same_parent(guids: Guids, other: Guids) -> bool:
    """Whether two objects have the same parents in the path."""
    return guids[:-1] == other[:-1]


def same_beginning(guids: Guids, other: Guids) -> bool:
    """Whether two objects' GUIDs begin alike."""
    return guids[-1][:16] == other[-1][:16]


def any_other(_guids: Guids, _other: Guids) -> bool:
    """Every pair of objects."""
    return True


def never_stored(of: Of) -> Modifier:
    """Answer updates without keeping them."""

    def change(parts: ArenaParts) -> ArenaParts:
        def store(call: Call, record: Json) -> None:
            if not of(call.request):
                parts.store(call, record)

        return replace(parts, store=store)

    return in_arena(change)


def undone_by_a_refusal(of: Of, records: Records) -> Modifier:
    """Take an update back when the next request is refused; with memory, for `remembering`."""
    last: list[tuple[Guids, Json]] = []

    async def middleware(request: Request, state: State, handler: Handler) -> Response:
        before = dict(records(state))
        response = await handler(request, state)
        if of(request) and response.status == 200 and request.method == "PUT":
            now = records(state)
            last[:] = [(guids, record) for guids, record in before.items() if now[guids] is not record]
        elif of(request) and response.status >= 400:
            records(state).update(last)
            last.clear()
        return response

    return around(middleware)


def sharing_the_flag(of: Of) -> Modifier:
    """Keep the flag in one variable for all requests while a moment passes; with memory, for `remembering`."""
    shared: dict[str, bool] = {}

    def change(parts: ArenaParts) -> ArenaParts:
        async def apply(rules: ArenaParts, call: Call, flag: bool, user: User) -> Json:
            if not of(call.request):
                return await parts.apply(rules, call, flag, user)
            shared["flag"] = flag
            await asyncio.sleep(0.005)
            return await parts.apply(rules, call, shared["flag"], user)

        return replace(parts, apply=apply)

    return in_arena(change)


def sharing_the_guids(of: Of) -> Modifier:
    """Keep the path's GUIDs in one variable for all requests while a moment passes; with memory, for `remembering`."""
    shared: dict[str, Guids] = {}

    def change(parts: ArenaParts) -> ArenaParts:
        async def apply(rules: ArenaParts, call: Call, flag: bool, user: User) -> Json:
            if not of(call.request):
                return await parts.apply(rules, call, flag, user)
            shared["guids"] = call.guids
            await asyncio.sleep(0.005)
            return await parts.apply(rules, replace(call, guids=shared["guids"]), flag, user)

        return replace(parts, apply=apply)

    return in_arena(change)


def answering(of: Of, show: Callable[[Call, Json, Json], Json]) -> Modifier:
    """Change what an update answers, not what it keeps; `show` is given the object before and after."""

    def change(parts: ArenaParts) -> ArenaParts:
        async def apply(rules: ArenaParts, call: Call, flag: bool, user: User) -> Json:
            before = rules.load(call)
            after = await parts.apply(rules, call, flag, user)
            return show(call, before, after) if of(call.request) else after

        return replace(parts, apply=apply)

    return in_arena(change)


def refusing_a_repetition(of: Of, status: int) -> Modifier:
    """Refuse an update to the value that is already set."""

    def change(parts: ArenaParts) -> ArenaParts:
        async def apply(rules: ArenaParts, call: Call, flag: bool, user: User) -> Json:
            if of(call.request) and rules.load(call)[call.operation.flag] is flag:
                raise ArenaError(status, status, "The object has this value already.")
            return await parts.apply(rules, call, flag, user)

        return replace(parts, apply=apply)

    return in_arena(change)


def answering_a_repetition(of: Of, records: Records, answer: Callable[[Response], Response]) -> Modifier:
    """Change the answer to an update to the value that is already set."""

    async def middleware(request: Request, state: State, handler: Handler) -> Response:
        before = dict(records(state))
        response = await handler(request, state)
        unchanged = all(records(state)[guids] is record for guids, record in before.items())
        repeated = of(request) and request.method == "PUT" and response.status == 200 and unchanged
        return answer(response) if repeated else response

    return around(middleware)


def writing_before_the_parents_are_checked(of: Of) -> Modifier:
    """Apply the flag to the object of the path's last GUID, whatever the GUIDs before it, and check them then."""
    administrator = SESSIONS[ADMIN_SESSION]

    def change(parts: ArenaParts) -> ArenaParts:
        def check_guids(call: Call) -> None:
            flag = flag_in(call.operation, call.request.body)
            records = arena.records(call)
            for guids, record in records.items():
                if of(call.request) and flag is not None and guids[-1] == call.guids[-1]:
                    records[guids] = parts.update(call.operation, record, flag, administrator, call.state)
            parts.check_guids(call)

        return replace(parts, check_guids=check_guids)

    return in_arena(change)


def coerced_flag(operation: Operation, body: bytes) -> bool | None:
    """What a mapper makes of a flag that is neither true nor false; None for a right one, for null and for none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    value = document.get(operation.flag) if isinstance(document, dict) else None
    return None if value is None or isinstance(value, bool) else str(value).lower() in ("true", "1")


def streamed_flag(operation: Operation, body: bytes) -> bool | None:
    """The flag as far as the body can be read, whatever follows it."""
    found = re.search(rb'"%s"\s*:\s*(true|false)' % operation.flag.encode(), body)
    return found[1] == b"true" if found else None
