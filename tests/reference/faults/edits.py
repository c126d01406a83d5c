"""The ways in which faults take hold of the reference implementation: each gives a modifier.

What a fault remembers lives in the closure of its modifier, so that each server starts anew.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count
from typing import Any

from tests.reference import arena, vba
from tests.reference.arena import ArenaError, Call, Operation, Update, User
from tests.reference.data import ADMIN_SESSION, Json
from tests.reference.message import Request, Response, render_json
from tests.reference.parts import ArenaParts, Handler, Modifier, Parts, VbaParts, around, in_arena, in_vba
from tests.reference.state import State
from tests.reference.vba import EntityError, Outcome, VbaError

Of = Callable[[Request], bool]
"""Which requests a fault strikes."""

When = Callable[[Request, Response], bool]
"""Which exchanges a fault strikes."""


Apply = Callable[[list[object]], Awaitable[list[Outcome]]]
"""What applies entities of a batch and tells what became of each."""


def is_event(request: Request) -> bool:
    """Whether the request's path is that of an event."""
    return _operation(request) is arena.RECONCILE_EVENT


def is_quality_process(request: Request) -> bool:
    """Whether the request's path is that of a quality process."""
    return _operation(request) is arena.RECONCILE_QUALITY_PROCESS


def is_batch(request: Request) -> bool:
    """Whether the request's path is that of the batch."""
    return vba.matches(request.path)


def is_arena(request: Request) -> bool:
    """Whether the request goes to Arena, if only to a path that is no endpoint."""
    return not is_batch(request)


def is_any(_request: Request) -> bool:
    """Every request."""
    return True


def is_put(request: Request) -> bool:
    """Whether the request is a PUT."""
    return request.method == "PUT"


def _operation(request: Request) -> Operation | None:
    matched = arena.match(request.path)
    return matched[0] if matched else None


def done(of: Of) -> When:
    """The exchanges that end well."""
    return lambda request, response: of(request) and response.status < 300


def refused(of: Of, *statuses: int) -> When:
    """The exchanges that end with a refusal, of these statuses or of any."""
    return lambda request, response: (
        of(request) and response.status >= 400 and response.status in (statuses or (response.status,))
    )


def answered(of: Of) -> When:
    """The exchanges of these requests, however they end."""
    return lambda request, _response: of(request)


def edit(when: When, change: Callable[[Response], Response]) -> Modifier:
    """Change what these exchanges answer."""

    async def middleware(request: Request, state: State, handler: Handler) -> Response:
        response = await handler(request, state)
        return change(response) if when(request, response) else response

    return around(middleware)


def edit_json(when: When, change: Callable[[Any], Any]) -> Modifier:
    """Change the JSON value that these exchanges answer."""
    return edit(when, lambda response: response.with_body(render_json(change(json.loads(response.body)))))


def edit_text(when: When, change: Callable[[str], str]) -> Modifier:
    """Change the body that these exchanges answer, as text."""
    return edit(when, lambda response: response.with_body(change(response.body.decode()).encode()))


def edit_header(when: When, name: str, change: Callable[[str], str]) -> Modifier:
    """Change a header of these exchanges' answers; one that is missing counts as empty."""
    return edit(when, lambda response: response.with_header(name, change(response.header(name) or "")))


def drop_header(when: When, name: str) -> Modifier:
    """Take a header from these exchanges' answers."""
    return edit(when, lambda response: response.without_header(name))


def answer_status(when: When, status: int) -> Modifier:
    """Answer these exchanges with another status, the rest as it was."""
    return edit(when, lambda response: replace(response, status=status))


def edit_request(of: Of, change: Callable[[Request], Request]) -> Modifier:
    """Change these requests before they are looked at."""

    async def middleware(request: Request, state: State, handler: Handler) -> Response:
        return await handler(change(request) if of(request) else request, state)

    return around(middleware)


def edit_body(of: Of, change: Callable[[bytes], bytes]) -> Modifier:
    """Change the body of these requests before it is looked at."""
    return edit_request(of, lambda request: replace(request, body=change(request.body)))


def remembering(make: Callable[[], Modifier]) -> Modifier:
    """A modifier with memory: `make` is called for each server."""
    return lambda parts: make()(parts)


def every(nth: int, of: Of) -> Of:
    """Every nth of these requests; it counts, so it belongs inside `remembering`."""
    numbers = count(1)
    return lambda request: of(request) and next(numbers) % nth == 0


def fail(of: Of, status: int = 500, text: str = "An internal error occurred.") -> Modifier:
    """Answer these requests with a server's error, in the form of all other errors, before anything is done."""

    def change(parts: Parts) -> Parts:
        async def reconcile(rules: ArenaParts, call: Call) -> Response:
            if of(call.request):
                raise ArenaError(status, status, text)
            return await parts.arena.reconcile(rules, call)

        async def put_batch(rules: VbaParts, request: Request, state: State) -> Response:
            if of(request):
                raise VbaError(status, text)
            return await parts.vba.put_batch(rules, request, state)

        return replace(
            parts, arena=replace(parts.arena, reconcile=reconcile), vba=replace(parts.vba, put_batch=put_batch)
        )

    return change


def hang(of: Of) -> Modifier:
    """Never answer these requests."""

    async def middleware(request: Request, state: State, handler: Handler) -> Response:
        if of(request):
            await asyncio.sleep(3600)
        return await handler(request, state)

    return around(middleware)


def cut(of: Of) -> Modifier:
    """Close the connection of these requests in the middle of the answer: less is sent than was announced."""

    async def middleware(request: Request, state: State, handler: Handler) -> Response:
        if not of(request):
            return await handler(request, state)
        return Response(200, (("Content-Type", "application/json"), ("Content-Length", "600")), b'{"')

    return around(middleware)


def share_answer(of: Of) -> Modifier:
    """Write each answer to one variable that all requests share, and let a moment pass before it is sent."""

    def make() -> Modifier:
        last: dict[str, Response] = {}

        async def middleware(request: Request, state: State, handler: Handler) -> Response:
            response = await handler(request, state)
            if not of(request):
                return response
            last["response"] = response
            await asyncio.sleep(0.005)
            return last["response"]

        return around(middleware)

    return remembering(make)


def authenticating(rule: Callable[[Request, Callable[[Request], User]], User]) -> Modifier:
    """Find Arena's user by `rule`, which is given the right rule too."""
    return in_arena(lambda parts: replace(parts, authenticate=lambda request: rule(request, parts.authenticate)))


def reading_flag(change: Callable[[Operation, object], object]) -> Modifier:
    """Change Arena's request document before its flag is read."""
    return in_arena(
        lambda parts: replace(
            parts, read_flag=lambda operation, document: parts.read_flag(operation, change(operation, document))
        )
    )


def coercing(change: Callable[[object], object]) -> Modifier:
    """Change the flag's value in Arena's request, where the flag is there, before it is read."""

    def convert(operation: Operation, document: object) -> object:
        if isinstance(document, dict) and operation.flag in document:
            return document | {operation.flag: change(document[operation.flag])}
        return document

    return reading_flag(convert)


def changing_guid_check(rule: Callable[[Call, Callable[[Call], None]], None]) -> Modifier:
    """Check the path's GUIDs by `rule`, which is given the right rule too."""
    return in_arena(lambda parts: replace(parts, check_guids=lambda call: rule(call, parts.check_guids)))


def editing_refusal(code: int, change: Callable[[ArenaError], ArenaError]) -> Modifier:
    """Change Arena's refusals with this code before they are written."""
    return in_arena(
        lambda parts: replace(
            parts,
            reconcile=_changing_refusals(parts.reconcile, lambda error: change(error) if error.code == code else error),
        )
    )


def _changing_refusals(
    reconcile: Callable[[ArenaParts, Call], Awaitable[Response]], change: Callable[[ArenaError], ArenaError]
) -> Callable[[ArenaParts, Call], Awaitable[Response]]:
    async def changed(parts: ArenaParts, call: Call) -> Response:
        try:
            return await reconcile(parts, call)
        except ArenaError as refusal:
            raise change(refusal) from None

    return changed


def updating_event(wrap: Callable[[Update], Update]) -> Modifier:
    """Put another rule around the one by which an event follows the flag."""
    return in_arena(lambda parts: replace(parts, update_event=wrap(parts.update_event)))


def updating_quality_process(wrap: Callable[[Update], Update]) -> Modifier:
    """Put another rule around the one by which a quality process follows the flag."""
    return in_arena(lambda parts: replace(parts, update_quality_process=wrap(parts.update_quality_process)))


def showing_event(change: Callable[[Json], Any]) -> Modifier:
    """Change how every event is shown."""
    return in_arena(lambda parts: replace(parts, render_event=lambda event: change(parts.render_event(event))))


def showing_quality_process(change: Callable[[Json], Any]) -> Modifier:
    """Change how every quality process is shown."""
    return in_arena(
        lambda parts: replace(
            parts, render_quality_process=lambda process: change(parts.render_quality_process(process))
        )
    )


def after_update(of: Of, act: Callable[[Call, Json], None]) -> Modifier:
    """Do more after each of these updates: `act` is given the call and the object as it is now."""

    def change(parts: ArenaParts) -> ArenaParts:
        async def apply(rules: ArenaParts, call: Call, flag: bool, user: User) -> Json:
            record = await parts.apply(rules, call, flag, user)
            if of(call.request):
                act(call, record)
            return record

        return replace(parts, apply=apply)

    return in_arena(change)


def writing_early(of: Of, find_flag: Callable[[Operation, bytes], bool | None]) -> Modifier:
    """Apply these PUT requests of known objects before they are checked, with the flag that `find_flag` reads."""

    def change(parts: ArenaParts) -> ArenaParts:
        async def reconcile(rules: ArenaParts, call: Call) -> Response:
            if of(call.request) and call.request.method == "PUT" and call.guids in arena.records(call):
                flag = find_flag(call.operation, call.request.body)
                if flag is not None:
                    user = arena.SESSIONS[ADMIN_SESSION]
                    rules.store(call, rules.update(call.operation, rules.load(call), flag, user, call.state))
            return await parts.reconcile(rules, call)

        return replace(parts, reconcile=reconcile)

    return in_arena(change)


def flag_in(operation: Operation, body: bytes) -> bool | None:
    """The flag of a right body, None where there is none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    flag = document.get(operation.flag) if isinstance(document, dict) else None
    return flag if isinstance(flag, bool) else None


def reading_entity(change: Callable[[Any], Any]) -> Modifier:
    """Change each entity of a batch before it is validated."""
    return in_vba(lambda parts: replace(parts, read_entity=lambda entity: parts.read_entity(change(entity))))


def converting(name: str, change: Callable[[Any], Any]) -> Modifier:
    """Change a field of each entity, where it is there, before it is validated."""
    return reading_entity(
        lambda entity: entity | {name: change(entity[name])} if isinstance(entity, dict) and name in entity else entity
    )


def defaulting(name: str, value: object) -> Modifier:
    """Take this value for a field that an entity lacks."""
    return reading_entity(lambda entity: {name: value} | entity if isinstance(entity, dict) else entity)


def refusing_entity(wrong: Callable[[Json], bool], reason: str) -> Modifier:
    """Refuse valid entities too, where `wrong` says so."""

    def change(parts: VbaParts) -> VbaParts:
        def read_entity(entity: object) -> Json:
            read = parts.read_entity(entity)
            if wrong(read):
                raise EntityError(reason)
            return read

        return replace(parts, read_entity=read_entity)

    return in_vba(change)


def refusing_value(name: str, wrong: Callable[[Any], bool]) -> Modifier:
    """Refuse valid values of a field too, where `wrong` says so."""
    return refusing_entity(lambda entity: name in entity and wrong(entity[name]), f"{name} is not valid.")


def refusing_text(wrong: Callable[[str], bool], reason: str) -> Modifier:
    """Refuse valid texts too, in whichever field, where `wrong` says so."""
    return refusing_entity(
        lambda entity: any(isinstance(value, str) and wrong(value) for value in entity.values()), reason
    )


def applying_batch(
    rule: Callable[
        [VbaParts, State, list[object], Callable[[list[object]], Awaitable[list[Outcome]]]], Awaitable[list[Outcome]]
    ],
) -> Modifier:
    """Apply a batch by `rule`, which is given what applies a list of entities rightly too."""

    def change(parts: VbaParts) -> VbaParts:
        async def apply(rules: VbaParts, state: State, entities: list[object]) -> list[Outcome]:
            return await rule(rules, state, entities, lambda some: parts.apply(rules, state, some))

        return replace(parts, apply=apply)

    return in_vba(change)


def is_created(outcome: Outcome) -> bool:
    """Whether an entity is said to be created."""
    return outcome.status == 201


def is_done(outcome: Outcome) -> bool:
    """Whether an entity is said to be created or updated."""
    return outcome.status < 300


def editing_outcomes(change: Callable[[list[Outcome]], list[Outcome]]) -> Modifier:
    """Change what is said to have become of a batch's entities."""

    async def rule(
        _parts: VbaParts,
        _state: State,
        entities: list[object],
        apply: Apply,
    ) -> list[Outcome]:
        return change(await apply(entities))

    return applying_batch(rule)


def editing_outcome(change: Callable[[Outcome], Outcome]) -> Modifier:
    """Change what is said to have become of each entity."""
    return editing_outcomes(lambda outcomes: [change(outcome) for outcome in outcomes])


def showing_result(change: Callable[[Json], Any]) -> Modifier:
    """Change how each result is shown."""
    return in_vba(lambda parts: replace(parts, render_result=lambda outcome: change(parts.render_result(outcome))))


def upserting(rule: Callable[[State, Json, Callable[[State, Json], Outcome]], Outcome]) -> Modifier:
    """Create or update each entity by `rule`, which is given the right rule too."""
    return in_vba(lambda parts: replace(parts, upsert=lambda state, entity: rule(state, entity, parts.upsert)))


def without(document: Json, *names: str) -> Json:
    """The object without these fields."""
    return {name: value for name, value in document.items() if name not in names}


def renamed(document: Json, old: str, new: str) -> Json:
    """The object with a field under another name."""
    return {new if name == old else name: value for name, value in document.items()}


def is_json(body: bytes) -> bool:
    """Whether a body is JSON, as Python's own parser sees it."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True
