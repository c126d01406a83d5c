"""How the rules are put together, and how that can be changed.

Every rule is a field with the correct function as its default. A modifier gives back other parts: it replaces a rule,
or sets a middleware around the whole exchange. build_app calls it once for each server, so what it remembers in a
closure is that server's own. The functions of this module put the rules in order; where one of them awaits, a
modifier may let time pass. None of the correct rules does, so no request sees another's work half done.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from tests.reference import arena, vba
from tests.reference.arena import ArenaError, Call, Operation, User
from tests.reference.data import Json
from tests.reference.message import Headers, Request, Response, json_response
from tests.reference.state import State
from tests.reference.vba import EntityError, Outcome, VbaError

Handler = Callable[[Request, State], Awaitable[Response]]
Middleware = Callable[[Request, State, Handler], Awaitable[Response]]
"""Answers a request, as a rule by awaiting the handler that it is given and changing what goes in or comes out."""


async def reconcile(parts: ArenaParts, call: Call) -> Response:
    """The answer to a request that is granted; every refusal is raised as ArenaError, before anything is applied."""
    user = parts.authenticate(call.request)
    parts.authorize(user)
    if call.request.method == "GET":
        parts.check_guids(call)
        return parts.render(call.operation, parts.load(call))
    parts.check_media_type(call.request)
    document = parts.parse(call.request)
    parts.check_guids(call)
    flag = parts.read_flag(call.operation, document)
    record = await parts.apply(parts, call, flag, user)
    return parts.render(call.operation, record)


async def apply_flag(parts: ArenaParts, call: Call, flag: bool, user: User) -> Json:
    """Set the flag of the call's object and give the object back; nothing is awaited between reading and writing."""
    record = parts.update(call.operation, parts.load(call), flag, user, call.state)
    parts.store(call, record)
    return record


async def put_batch(parts: VbaParts, request: Request, state: State) -> Response:
    """The answer to a batch that is taken; every whole refusal is raised as VbaError, before anything is applied."""
    parts.check_method(request)
    parts.check_api_key(request)
    parts.check_bearer_token(request)
    parts.check_database(request)
    parts.check_user_agent(request)
    parts.check_media_type(request)
    entities = parts.parse(request)
    outcomes = await parts.apply(parts, state, entities)
    data = [parts.render_result(outcome) for outcome in outcomes]
    envelope = {"data": data, "error": None, "debug": parts.debug()}
    return parts.render(parts.response_media_type(request), 207, envelope)


async def apply_batch(parts: VbaParts, state: State, entities: list[object]) -> list[Outcome]:
    """Apply the entities one by one: an outcome for each, in their order, whether or not others break the schema."""
    outcomes = []
    for entity in entities:
        try:
            outcome = parts.upsert(state, parts.read_entity(entity))
        except EntityError as refusal:
            outcome = parts.refuse_entity(entity, refusal.reason)
        outcomes.append(outcome)
    return outcomes


@dataclass(frozen=True)
class ArenaParts:
    """The rules of Arena's two operations."""

    quota: int = arena.QUOTA
    methods: tuple[str, ...] = arena.METHODS
    spend: Callable[[State], None] = arena.spend
    check_method: Callable[[tuple[str, ...], Request], None] = arena.check_method
    authenticate: Callable[[Request], User] = arena.authenticate
    authorize: Callable[[User], None] = arena.authorize
    check_media_type: Callable[[Request], None] = arena.check_media_type
    parse: Callable[[Request], object] = arena.parse
    check_guids: Callable[[Call], None] = arena.check_guids
    read_flag: Callable[[Operation, object], bool] = arena.read_flag
    load: Callable[[Call], Json] = arena.load
    store: Callable[[Call, Json], None] = arena.store
    update_event: arena.Update = arena.update_event
    update_quality_process: arena.Update = arena.update_quality_process
    render_event: Callable[[Json], Json] = arena.render_record
    render_quality_process: Callable[[Json], Json] = arena.render_record
    render_refusal: Callable[[ArenaError], Response] = arena.render_refusal
    headers: Callable[[State], Headers] = arena.headers
    reconcile: Callable[[ArenaParts, Call], Awaitable[Response]] = reconcile
    apply: Callable[[ArenaParts, Call, bool, User], Awaitable[Json]] = apply_flag

    def update(self, operation: Operation, record: Json, flag: bool, user: User, state: State) -> Json:
        """The object with the flag set, by its operation's rule."""
        rule = self.update_event if operation is arena.RECONCILE_EVENT else self.update_quality_process
        return rule(record, flag, user, state.now())

    def render(self, operation: Operation, record: Json) -> Response:
        """The 200 that shows the object, by its operation's rule."""
        rule = self.render_event if operation is arena.RECONCILE_EVENT else self.render_quality_process
        return json_response(200, rule(record))


@dataclass(frozen=True)
class VbaParts:
    """The rules of VBA's batch operation."""

    check_method: Callable[[Request], None] = vba.check_method
    check_api_key: Callable[[Request], None] = vba.check_api_key
    check_bearer_token: Callable[[Request], None] = vba.check_bearer_token
    check_database: Callable[[Request], None] = vba.check_database
    check_user_agent: Callable[[Request], None] = vba.check_user_agent
    check_media_type: Callable[[Request], None] = vba.check_media_type
    parse: Callable[[Request], list[object]] = vba.parse
    read_entity: Callable[[object], Json] = vba.read_entity
    upsert: Callable[[State, Json], Outcome] = vba.upsert
    refuse_entity: Callable[[object, str], Outcome] = vba.refuse_entity
    render_result: Callable[[Outcome], Json] = vba.render_result
    problem: Callable[[VbaError], Json] = vba.problem
    debug: Callable[[], Json] = vba.debug
    response_media_type: Callable[[Request], str] = vba.response_media_type
    render: Callable[[str, int, Json], Response] = vba.render
    headers: Callable[[State], Headers] = vba.headers
    put_batch: Callable[[VbaParts, Request, State], Awaitable[Response]] = put_batch
    apply: Callable[[VbaParts, State, list[object]], Awaitable[list[Outcome]]] = apply_batch


@dataclass(frozen=True)
class Parts:
    """The whole server: the rules of both APIs and the middlewares around them, the outermost first."""

    arena: ArenaParts = field(default_factory=ArenaParts)
    vba: VbaParts = field(default_factory=VbaParts)
    middlewares: tuple[Middleware, ...] = ()


Modifier = Callable[[Parts], Parts]


def in_arena(change: Callable[[ArenaParts], ArenaParts]) -> Modifier:
    """The modifier that changes Arena's rules alone."""
    return lambda parts: replace(parts, arena=change(parts.arena))


def in_vba(change: Callable[[VbaParts], VbaParts]) -> Modifier:
    """The modifier that changes VBA's rules alone."""
    return lambda parts: replace(parts, vba=change(parts.vba))


def around(middleware: Middleware) -> Modifier:
    """The modifier that sets `middleware` around everything that is there."""
    return lambda parts: replace(parts, middlewares=(middleware, *parts.middlewares))


def handler_of(parts: Parts) -> Handler:
    """The function that answers every request as `parts` say."""

    async def answer(request: Request, state: State) -> Response:
        if vba.matches(request.path):
            return await _answer_vba(parts.vba, request, state)
        return await _answer_arena(parts.arena, request, state)

    handler: Handler = answer
    for middleware in reversed(parts.middlewares):
        handler = _wrap(middleware, handler)
    return handler


def _wrap(middleware: Middleware, handler: Handler) -> Handler:
    async def wrapped(request: Request, state: State) -> Response:
        return await middleware(request, state, handler)

    return wrapped


async def _answer_arena(parts: ArenaParts, request: Request, state: State) -> Response:
    try:
        parts.spend(state)
        matched = arena.match(request.path)
        if matched is None:
            raise arena.not_found()
        parts.check_method(parts.methods, request)
        response = await parts.reconcile(parts, Call(request, state, *matched))
    except ArenaError as refusal:
        response = parts.render_refusal(refusal)
        response = replace(response, headers=response.headers + refusal.headers)
    return replace(response, headers=response.headers + parts.headers(state))


async def _answer_vba(parts: VbaParts, request: Request, state: State) -> Response:
    try:
        response = await parts.put_batch(parts, request, state)
    except VbaError as refusal:
        envelope = {"data": None, "error": parts.problem(refusal), "debug": parts.debug()}
        response = parts.render(parts.response_media_type(request), refusal.status, envelope)
        response = replace(response, headers=response.headers + refusal.headers)
    return replace(response, headers=response.headers + parts.headers(state))
