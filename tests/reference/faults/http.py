"""Servers that fail now and then, and how other methods are answered (HTTP-1 to HTTP-3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from tests.reference.arena import ArenaError, Call, User
from tests.reference.data import Json
from tests.reference.faults.edits import (
    Of,
    drop_header,
    edit_header,
    every,
    fail,
    is_any,
    is_arena,
    is_batch,
    is_event,
    is_put,
    remembering,
)
from tests.reference.faults.fault import Fault
from tests.reference.message import Request, Response
from tests.reference.parts import ArenaParts, Handler, Modifier, VbaParts, around, in_arena, in_vba
from tests.reference.state import State
from tests.reference.vba import Outcome, VbaError


def _leaking_connections() -> Modifier:
    """Each refused request loses a connection of the pool; every thirtieth finds none and resets the pool."""
    lost = [0]

    def is_out(request: Request) -> bool:
        if lost[0] < 30 or not is_put(request):
            return False
        lost[0] = 0
        return True

    async def middleware(request: Request, state: State, handler: Handler) -> Response:
        response = await handler(request, state)
        if 400 <= response.status < 500:
            lost[0] += 1
        return response

    return lambda parts: around(middleware)(fail(is_out)(parts))


def _locked_objects() -> Modifier:
    """An update of an object that another update is still at fails."""
    busy: set[tuple[str, ...]] = set()

    def change(parts: ArenaParts) -> ArenaParts:
        async def apply(rules: ArenaParts, call: Call, flag: bool, user: User) -> Json:
            if call.guids in busy:
                raise ArenaError(500, 500, "Row was updated or deleted by another transaction.")
            busy.add(call.guids)
            try:
                await asyncio.sleep(0.005)
                return await parts.apply(rules, call, flag, user)
            finally:
                busy.discard(call.guids)

        return replace(parts, apply=apply)

    return in_arena(change)


def _one_batch_at_a_time() -> Modifier:
    """A batch that comes while another is under way fails."""
    busy = [False]

    def change(parts: VbaParts) -> VbaParts:
        async def apply(rules: VbaParts, state: State, entities: list[object]) -> list[Outcome]:
            if busy[0]:
                raise VbaError(500, "A second operation was started before a previous operation completed.")
            busy[0] = True
            try:
                await asyncio.sleep(0.005)
                return await parts.apply(rules, state, entities)
            finally:
                busy[0] = False

        return replace(parts, apply=apply)

    return in_vba(change)


_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PATCH", "DELETE")


def _not_allowed(of: Of) -> Callable[[Request, Response], bool]:
    return lambda request, response: response.status == 405 and of(request)


def _other_method(of: Of, *methods: str, status: int = 500) -> Modifier:
    """Answer other methods on the path with a server's error."""

    def change_arena(parts: ArenaParts) -> ArenaParts:
        def check_method(allowed: tuple[str, ...], request: Request) -> None:
            if of(request) and request.method in methods:
                raise ArenaError(status, status, "The method is not implemented.")
            parts.check_method(allowed, request)

        return replace(parts, check_method=check_method)

    def change_vba(parts: VbaParts) -> VbaParts:
        def check_method(request: Request) -> None:
            if of(request) and request.method in methods:
                raise VbaError(status, "The method is not implemented.")
            parts.check_method(request)

        return replace(parts, check_method=check_method)

    return lambda parts: in_vba(change_vba)(in_arena(change_arena)(parts))


_SEQUENCES = (
    Fault(
        "every-fortieth-request-fails",
        "HTTP-1",
        "One of many servers behind a balancer has an old configuration.",
        remembering(lambda: fail(every(40, is_any))),
    ),
    Fault(
        "every-fifteenth-event-update-fails",
        "HTTP-1",
        "A number of the audit table runs over.",
        remembering(lambda: fail(every(15, lambda request: is_event(request) and is_put(request)))),
    ),
    Fault(
        "every-twentieth-batch-fails",
        "HTTP-1",
        "A connection of the pool is dead, and the pool does not test it.",
        remembering(lambda: fail(every(20, is_batch))),
    ),
    Fault(
        "refused-requests-use-up-the-connections",
        "HTTP-1",
        "A refusal leaves the handler without giving its connection back.",
        remembering(_leaking_connections),
    ),
    Fault(
        "concurrent-updates-of-an-object-fail",
        "HTTP-1",
        "Rows are locked optimistically, and nobody tries again.",
        remembering(_locked_objects),
        chance=True,
    ),
    Fault(
        "concurrent-batches-fail",
        "HTTP-1",
        "The unit of work is shared between requests, and it takes one at a time.",
        remembering(_one_batch_at_a_time),
        chance=True,
    ),
)


_OTHER_METHODS = (
    Fault(
        "post-fails",
        "HTTP-2",
        "The route takes every method, and the handler's branches end without an answer.",
        _other_method(is_arena, "POST"),
    ),
    Fault(
        "patch-is-not-implemented",
        "HTTP-2",
        "The base class of the handlers answers what is not overridden with 501.",
        _other_method(is_any, "PATCH", status=501),
    ),
    Fault(
        "delete-fails",
        "HTTP-2",
        "The framework's default handler of DELETE needs a key that the route has not.",
        _other_method(is_any, "DELETE"),
    ),
    Fault(
        "head-fails",
        "HTTP-2",
        "HEAD is routed to GET, and cutting off the body fails.",
        _other_method(is_any, "HEAD"),
    ),
    Fault(
        "options-is-not-implemented",
        "HTTP-2",
        "The handler of requests of browsers is not set up.",
        _other_method(is_any, "OPTIONS", status=501),
    ),
    Fault(
        "get-of-a-batch-fails",
        "HTTP-2",
        "The handler reads the body, whatever the method, and there is none.",
        _other_method(is_batch, "GET"),
    ),
    Fault(
        "get-of-an-object-fails",
        "HTTP-2",
        "The handler of GET was written for the old database.",
        _other_method(is_arena, "GET"),
    ),
    Fault(
        "any-other-method-of-a-batch-is-not-implemented",
        "HTTP-2",
        "The server's base class answers what is not overridden with 501.",
        _other_method(is_batch, *_METHODS, status=501),
    ),
    Fault(
        "refused-method-of-arena-has-no-allow",
        "HTTP-3",
        "The status is set by hand, and the header is forgotten.",
        drop_header(_not_allowed(is_arena), "Allow"),
    ),
    Fault(
        "refused-method-of-a-batch-has-no-allow",
        "HTTP-3",
        "The gateway drops headers that are not on its list.",
        drop_header(_not_allowed(is_batch), "Allow"),
    ),
    Fault(
        "allow-names-no-put",
        "HTTP-3",
        "The list of methods is that of the whole server, written when it had no PUT.",
        edit_header(_not_allowed(is_any), "Allow", lambda _value: "GET, HEAD, POST"),
    ),
    Fault(
        "allow-is-empty",
        "HTTP-3",
        "The list of methods is built from annotations that this handler has not.",
        edit_header(_not_allowed(is_any), "Allow", lambda _value: ""),
    ),
)


FAULTS = _SEQUENCES + _OTHER_METHODS
