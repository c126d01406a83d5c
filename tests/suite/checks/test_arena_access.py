"""ARENA-AUTH-1 to ARENA-AUTH-3: who may call the endpoints of Arena."""

import pytest

from tests.harness.callers import Ref
from tests.suite.checks.judgement import Judgement, breaks, judged, keeps, leaves_open
from tests.suite.exchanges import (
    EVENT,
    PROCESS,
    UNKNOWN_SESSION,
    answered,
    arena_target,
    put,
    put_body,
    put_to,
    refused,
    shown,
)

USER_SESSION = arena_target().non_admin_session_id
at_both_endpoints = pytest.mark.parametrize("ref", [EVENT, PROCESS], ids=["event", "quality process"])


@at_both_endpoints
@breaks("ARENA-AUTH-1")
def test_an_update_without_a_session_breaks_auth_1(ref: Ref) -> Judgement:
    return judged(answered(put(ref, session=""), 200, shown(ref, True)))


@at_both_endpoints
@pytest.mark.parametrize("status", [404, 405, 422, 429])
@breaks("ARENA-AUTH-1")
def test_a_missing_session_is_not_refused_with_any_status(ref: Ref, status: int) -> Judgement:
    return judged(refused(put(ref, session=""), status))


@breaks("ARENA-AUTH-1")
def test_a_redirect_to_a_login_page_is_no_refusal() -> Judgement:
    return judged(answered(put(EVENT, session=""), 302, b"", {"Location": "/login"}))


@at_both_endpoints
@pytest.mark.parametrize("status", [400, 401, 403])
@keeps("ARENA-AUTH-1", "ARENA-ERROR-1")
def test_a_missing_session_may_be_refused_in_three_ways(ref: Ref, status: int) -> Judgement:
    return judged(refused(put(ref, session=""), status, 401, "You are not logged in."))


@keeps("ARENA-AUTH-1")
def test_what_else_is_wrong_may_be_told_first() -> Judgement:
    return judged(refused(put_body(EVENT, b"{", session=""), 415))


@leaves_open("ARENA-AUTH-1", "ARENA-AUTH-2", "ARENA-AUTH-3")
def test_the_administrators_session_is_not_judged_by_the_rules_for_callers() -> Judgement:
    return judged(answered(put(EVENT), 200, shown(EVENT, True)))


@at_both_endpoints
@breaks("ARENA-AUTH-2")
def test_an_update_with_an_unknown_session_breaks_auth_2(ref: Ref) -> Judgement:
    return judged(answered(put(ref, session=UNKNOWN_SESSION), 200, shown(ref, True)))


@breaks("ARENA-AUTH-2")
def test_a_session_of_which_the_end_is_cut_off_is_unknown() -> Judgement:
    return judged(answered(put(EVENT, session=arena_target().session_id[:-1]), 200, shown(EVENT, True)))


@breaks("ARENA-AUTH-2")
def test_an_unknown_session_is_not_a_missing_object() -> Judgement:
    return judged(refused(put(EVENT, session=UNKNOWN_SESSION), 404))


@at_both_endpoints
@pytest.mark.parametrize("status", [400, 401, 403])
@keeps("ARENA-AUTH-2")
def test_an_unknown_session_may_be_refused_in_three_ways(ref: Ref, status: int) -> Judgement:
    return judged(refused(put(ref, session=UNKNOWN_SESSION), status, 401, "The session is not valid."))


@leaves_open("ARENA-AUTH-2")
def test_a_session_that_is_sent_twice_is_left_open() -> Judgement:
    twice = put(EVENT, more=(("arena_session_id", UNKNOWN_SESSION),))

    return judged(answered(twice, 200, shown(EVENT, True)))


@at_both_endpoints
@breaks("ARENA-AUTH-3")
def test_an_update_by_another_user_breaks_auth_3(ref: Ref) -> Judgement:
    return judged(answered(put(ref, session=USER_SESSION), 200, shown(ref, True)))


@pytest.mark.parametrize("status", [401, 404])
@breaks("ARENA-AUTH-3")
def test_a_user_who_is_logged_in_is_refused_for_the_missing_right(status: int) -> Judgement:
    return judged(refused(put(EVENT, session=USER_SESSION), status))


@at_both_endpoints
@pytest.mark.parametrize(("status", "code"), [(400, 4303), (403, 3024), (403, 403)])
@keeps("ARENA-AUTH-3")
def test_a_missing_right_may_be_told_by_any_code(ref: Ref, status: int, code: int) -> Judgement:
    return judged(refused(put(ref, session=USER_SESSION), status, code, "You do not have the privilege."))


@keeps("ARENA-AUTH-3")
def test_another_users_invalid_guid_may_be_told_first() -> Judgement:
    request = put_to(EVENT, "NO-SUCH-GUID", EVENT.event)
    by_user = put(EVENT, session=USER_SESSION, guids=request.guids)

    return judged(refused(by_user, 404, 3012, "The object was not found."))
