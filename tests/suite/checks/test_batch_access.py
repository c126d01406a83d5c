"""BATCH-AUTH-1 to BATCH-AUTH-4: who may send a batch, and that nothing comes of what is refused."""

import pytest

from tests.harness.callers import minimal
from tests.suite.checks.judgement import Judgement, breaks, judged, keeps, leaves_open
from tests.suite.exchanges import ONE, TWO, batch, batch_refused, put_batch, put_batch_body, vba_target

TOKEN = vba_target().bearer_token
without_key = pytest.mark.parametrize(
    "api_key", ["", "unknown", vba_target().api_key[:-1], vba_target().api_key.upper()], ids=lambda key: key or "absent"
)
without_token = pytest.mark.parametrize(
    "authorization",
    ["", "Bearer unknown", f"Bearer {TOKEN[:-1]}", "Bearer", TOKEN, f"Basic {TOKEN}", f"Token {TOKEN}"],
    ids=["absent", "unknown", "cut off", "no token", "no scheme", "Basic", "Token"],
)


@without_key
@breaks("BATCH-AUTH-1")
def test_a_batch_that_is_processed_without_the_key_breaks_auth_1(api_key: str) -> Judgement:
    return judged(batch({ONE: 201}, api_key=api_key))


@without_key
@pytest.mark.parametrize("status", [400, 403, 404])
@breaks("BATCH-AUTH-1")
def test_another_status_without_the_key_breaks_auth_1(api_key: str, status: int) -> Judgement:
    return judged(batch_refused(put_batch(minimal(ONE), api_key=api_key), status))


@breaks("BATCH-AUTH-1")
def test_what_was_refused_without_the_key_and_yet_applied_breaks_auth_1() -> Judgement:
    refusal = batch_refused(put_batch(minimal(ONE), api_key=""), 401)

    return judged(refusal, batch({ONE: 200}), absent=[ONE])


@without_key
@keeps("BATCH-AUTH-1")
def test_401_without_the_key_keeps_auth_1(api_key: str) -> Judgement:
    return judged(batch_refused(put_batch(minimal(ONE), api_key=api_key), 401))


@keeps("BATCH-AUTH-1", "BATCH-AUTH-2")
def test_one_401_serves_for_a_missing_key_and_a_missing_token() -> Judgement:
    return judged(batch_refused(put_batch(minimal(ONE), api_key="", authorization=""), 401))


@keeps("BATCH-AUTH-1", "BATCH-AUTH-3")
def test_what_else_is_wrong_may_be_told_first() -> Judgement:
    return judged(batch_refused(put_batch(minimal(ONE), api_key="", database=""), 400))


@leaves_open("BATCH-AUTH-1", "BATCH-AUTH-2", "BATCH-AUTH-3", "BATCH-AUTH-4")
def test_what_a_refused_batch_did_not_create_is_created_later() -> Judgement:
    refusal = batch_refused(put_batch(minimal(ONE), api_key="", database="unknown"), 401)

    return judged(refusal, batch({ONE: 201}), absent=[ONE])


@leaves_open("BATCH-AUTH-1", "BATCH-AUTH-2")
def test_a_key_that_is_sent_twice_is_left_open() -> Judgement:
    return judged(batch_refused(put_batch(minimal(ONE), more=(("x-api-key", "unknown"),)), 400))


@without_token
@breaks("BATCH-AUTH-2")
def test_a_batch_that_is_processed_without_the_token_breaks_auth_2(authorization: str) -> Judgement:
    return judged(batch({ONE: 201}, authorization=authorization))


@pytest.mark.parametrize("status", [400, 403])
@breaks("BATCH-AUTH-2")
def test_another_status_without_the_token_breaks_auth_2(status: int) -> Judgement:
    return judged(batch_refused(put_batch(minimal(ONE), authorization=""), status))


@breaks("BATCH-AUTH-2")
def test_what_was_refused_without_the_token_and_yet_applied_breaks_auth_2() -> Judgement:
    refusal = batch_refused(put_batch(minimal(ONE), minimal(TWO), authorization=TOKEN), 401)

    return judged(refusal, batch({TWO: 200}), absent=[ONE, TWO])


@without_token
@keeps("BATCH-AUTH-2")
def test_401_without_the_token_keeps_auth_2(authorization: str) -> Judgement:
    return judged(batch_refused(put_batch(minimal(ONE), authorization=authorization), 401))


@pytest.mark.parametrize("status", [207, 401])
@leaves_open("BATCH-AUTH-2")
def test_the_letters_of_the_scheme_are_left_open(status: int) -> Judgement:
    return judged(batch_refused(put_batch(minimal(ONE), authorization=f"BEARER {TOKEN}"), status))


@breaks("BATCH-AUTH-3")
def test_a_batch_that_is_processed_without_the_database_breaks_auth_3() -> Judgement:
    return judged(batch({ONE: 201}, database=""))


@breaks("BATCH-AUTH-3")
def test_what_was_refused_without_the_database_and_yet_applied_breaks_auth_3() -> Judgement:
    return judged(batch_refused(put_batch(minimal(ONE), database="")), batch({ONE: 200}), absent=[ONE])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
@keeps("BATCH-AUTH-3")
def test_a_missing_database_may_be_refused_with_any_4xx(status: int) -> Judgement:
    return judged(batch_refused(put_batch(minimal(ONE), database=""), status))


@pytest.mark.parametrize("database", [" ", f"{vba_target().database} ", vba_target().database.upper()])
@leaves_open("BATCH-AUTH-3", "BATCH-AUTH-4")
def test_another_way_to_write_the_databases_name_is_left_open(database: str) -> Judgement:
    return judged(batch_refused(put_batch(minimal(ONE), database=database), 400))


@breaks("BATCH-AUTH-4")
def test_a_batch_that_is_processed_for_an_unknown_database_breaks_auth_4() -> Judgement:
    return judged(batch({ONE: 201}, database="unknown"))


@breaks("BATCH-AUTH-4")
def test_what_was_refused_for_an_unknown_database_and_yet_applied_breaks_auth_4() -> Judgement:
    return judged(batch_refused(put_batch(minimal(ONE), database="unknown")), batch({ONE: 200}), absent=[ONE])


@pytest.mark.parametrize("status", [400, 401, 403, 404])
@keeps("BATCH-AUTH-4")
def test_an_unknown_database_may_be_refused_with_any_4xx(status: int) -> Judgement:
    return judged(batch_refused(put_batch(minimal(ONE), database="unknown"), status))


@keeps("BATCH-AUTH-4", "BATCH-11")
def test_an_unreadable_body_may_be_told_first() -> Judgement:
    return judged(batch_refused(put_batch_body(b"[", database="unknown"), 400))
