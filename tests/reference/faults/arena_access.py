"""Arena's access: the session, and who may mark (ARENA-AUTH)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.reference.arena import RECONCILE_EVENT, RECONCILE_QUALITY_PROCESS, SESSIONS, Call, User
from tests.reference.data import ADMIN_SESSION, Json
from tests.reference.faults.edits import (
    Of,
    answer_status,
    authenticating,
    edit,
    editing_refusal,
    flag_in,
    is_arena,
    is_event,
    is_quality_process,
    remembering,
)
from tests.reference.faults.fault import Fault
from tests.reference.message import Request, Response
from tests.reference.parts import ArenaParts, Modifier, in_arena

_ADMINISTRATOR = SESSIONS[ADMIN_SESSION]


def _session(request: Request) -> str:
    return request.header("arena_session_id") or ""


def _has_session(request: Request) -> bool:
    return bool(_session(request))


def _is_anonymous(request: Request) -> bool:
    return is_arena(request) and not _has_session(request)


def _asks_for(request: Request, value: bool) -> bool:
    operation = RECONCILE_EVENT if is_event(request) else RECONCILE_QUALITY_PROCESS
    return flag_in(operation, request.body) is value


def _trusting(of: Of) -> Modifier:
    """These requests are the administrator's, without a look at the session."""
    return authenticating(lambda request, rule: _ADMINISTRATOR if of(request) else rule(request))


def _accepted_from_the_second_time() -> Modifier:
    seen: set[str] = set()

    def rule(request: Request, right: Callable[[Request], User]) -> User:
        session = _session(request)
        if session and session in seen:
            return SESSIONS.get(session, _ADMINISTRATOR)
        seen.add(session)
        return right(request)

    return authenticating(rule)


def _not_asking_for_the_role(of: Of) -> Modifier:
    """These requests of a known user are granted, whatever the user's role."""

    def change(parts: ArenaParts) -> ArenaParts:
        async def reconcile(rules: ArenaParts, call: Call) -> Response:
            granted = replace(rules, authorize=lambda _user: None) if of(call.request) else rules
            return await parts.reconcile(granted, call)

        return replace(parts, reconcile=reconcile)

    return in_arena(change)


def _asking_for_the_role_in_a_change_alone(parts: ArenaParts) -> ArenaParts:
    async def reconcile(rules: ArenaParts, call: Call) -> Response:
        known = call.guids in call.state.events or call.guids in call.state.quality_processes
        if not known or _session(call.request) not in SESSIONS:
            return await parts.reconcile(rules, call)
        record = rules.load(call)
        unchanged = flag_in(call.operation, call.request.body) is record[call.operation.flag]
        granted = replace(rules, authorize=lambda _user: None) if unchanged else rules
        return await parts.reconcile(granted, call)

    return replace(parts, reconcile=reconcile)


def _ignoring_users_silently(parts: ArenaParts) -> ArenaParts:
    async def apply(rules: ArenaParts, call: Call, flag: bool, user: User) -> Json:
        return await parts.apply(rules, call, flag, user) if user.administrator else rules.load(call)

    return replace(parts, apply=apply, authorize=lambda _user: None)


FAULTS = (
    Fault(
        "session-is-optional",
        "ARENA-AUTH-1",
        "The filter that looks up the session lets a request pass that has none, as for public pages.",
        _trusting(_is_anonymous),
    ),
    Fault(
        "session-is-optional-for-quality-processes",
        "ARENA-AUTH-1",
        "The newer route was registered outside the group of routes that need a session.",
        _trusting(lambda request: _is_anonymous(request) and is_quality_process(request)),
    ),
    Fault(
        "session-is-optional-to-take-a-mark-back",
        "ARENA-AUTH-1",
        "The handler branches on the flag, and the branch for false was written without the check.",
        _trusting(lambda request: _is_anonymous(request) and _asks_for(request, False)),
    ),
    Fault(
        "missing-session-answers-200",
        "ARENA-AUTH-1",
        "The gateway puts every error of the application into a 200.",
        answer_status(lambda request, response: response.status == 401 and _is_anonymous(request), 200),
    ),
    Fault(
        "missing-session-redirects-to-the-login",
        "ARENA-AUTH-1",
        "The login filter of the web pages stands in front of the API too.",
        edit(
            lambda request, response: response.status == 401 and _is_anonymous(request),
            lambda response: replace(response, status=302).with_body(b"").with_header("Location", "/login"),
        ),
    ),
    Fault(
        "any-session-is-accepted",
        "ARENA-AUTH-2",
        "The session is only checked for not being empty.",
        _trusting(lambda request: _has_session(request) and _session(request) not in SESSIONS),
    ),
    Fault(
        "session-is-known-by-its-beginning",
        "ARENA-AUTH-2",
        "Only the first sixteen characters of a session are stored, as an index of the table.",
        _trusting(lambda request: _session(request)[:16] == ADMIN_SESSION[:16]),
    ),
    Fault(
        "session-is-known-by-its-end",
        "ARENA-AUTH-2",
        "The server strips a node's name from the front of a session and looks up what is left.",
        _trusting(lambda request: _session(request)[-16:] == ADMIN_SESSION[-16:]),
    ),
    Fault(
        "session-with-more-behind-it-is-accepted",
        "ARENA-AUTH-2",
        "The column is as wide as a session, and the database cuts longer texts before it compares them.",
        _trusting(lambda request: _session(request).startswith(ADMIN_SESSION)),
    ),
    Fault(
        "unknown-session-is-known-from-the-second-time",
        "ARENA-AUTH-2",
        "The session store creates an entry for each id that it is asked for.",
        remembering(_accepted_from_the_second_time),
    ),
    Fault(
        "unknown-session-answers-200",
        "ARENA-AUTH-2",
        "The error handler renders the envelope but forgets to set the status of the response.",
        answer_status(lambda request, response: response.status == 401 and _has_session(request), 200),
    ),
    Fault(
        "user-without-the-role-is-served",
        "ARENA-AUTH-3",
        "A session is all that the endpoints ask for; roles are checked in the web application alone.",
        _not_asking_for_the_role(is_arena),
    ),
    Fault(
        "role-is-not-asked-for-with-events",
        "ARENA-AUTH-3",
        "The annotation that names the role is missing at one of the two controllers.",
        _not_asking_for_the_role(is_event),
    ),
    Fault(
        "role-is-not-asked-for-with-quality-processes",
        "ARENA-AUTH-3",
        "The newer controller was copied from one that every user may call.",
        _not_asking_for_the_role(is_quality_process),
    ),
    Fault(
        "role-is-asked-for-with-true-alone",
        "ARENA-AUTH-3",
        "The permission is called 'mark as reconciled', so it is only looked up where something gets marked.",
        _not_asking_for_the_role(lambda request: _asks_for(request, False)),
    ),
    Fault(
        "role-is-asked-for-with-false-alone",
        "ARENA-AUTH-3",
        "Taking a mark back was thought to be the dangerous half, and only it was guarded.",
        _not_asking_for_the_role(lambda request: _asks_for(request, True)),
    ),
    Fault(
        "role-is-asked-for-in-a-change-alone",
        "ARENA-AUTH-3",
        "The shortcut for a value that is already set stands before the check of the role.",
        in_arena(_asking_for_the_role_in_a_change_alone),
    ),
    Fault(
        "user-without-the-role-is-ignored-with-200",
        "ARENA-AUTH-3",
        "The update runs with a filter on the user's integrations, finds no row, and nobody counts the rows.",
        in_arena(_ignoring_users_silently),
    ),
    Fault(
        "user-without-the-role-gets-a-404",
        "ARENA-AUTH-3",
        "The framework hides what a user may not see behind Not Found.",
        editing_refusal(4303, lambda refusal: replace(refusal, status=404, code=3012)),
    ),
    Fault(
        "user-without-the-role-gets-a-401",
        "ARENA-AUTH-3",
        "The code does not tell a user without a role from a caller without a session.",
        editing_refusal(4303, lambda refusal: replace(refusal, status=401)),
    ),
)
