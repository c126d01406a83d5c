"""The oracle: what a request deserves, and what of it the documents leave open."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from tests.harness.callers import Ref, body_of, flag_of, full, minimal
from tests.harness.exchange import Json, Request
from tests.harness.oracle import (
    PLAIN_DEPTH,
    PLAIN_SIZE,
    BodyKind,
    EntityReading,
    Reading,
    Verdict,
    entity_properties,
    parse_json,
    read,
    read_entity,
)
from tests.suite.exchanges import (
    EVENT,
    FOREIGN_EVENT,
    FOREIGN_PROCESS,
    ONE,
    OTHER_EVENT,
    OTHER_PROCESS,
    PROCESS,
    TARGET,
    TWO,
    UNKNOWN_GUID,
    UNKNOWN_SESSION,
    arena_target,
    put,
    put_batch,
    put_batch_body,
    put_body,
    put_to,
    vba_target,
)

REFS: list[Ref] = [EVENT, PROCESS]
BOTH = pytest.mark.parametrize("ref", REFS, ids=["event", "quality process"])
INTEGERS = [name for name, schema in entity_properties().items() if "integer" in schema["type"]]
DATES = [name for name, schema in entity_properties().items() if schema.get("format") == "date-time"]
TEXTS = [name for name, schema in entity_properties().items() if "maxLength" in schema]
BOOLEANS = [name for name, schema in entity_properties().items() if schema["type"] == "boolean"]


def reading(request: Request) -> Reading:
    return read(request, TARGET)


def with_header(request: Request, name: str, *values: str) -> Request:
    """The request with these values of a header in place of its own."""
    kept = tuple(pair for pair in request.headers if pair[0].lower() != name.lower())
    return replace(request, headers=(*kept, *((name, value) for value in values)))


def entity(**fields: Json) -> EntityReading:
    """The reading of a minimal entity with these fields."""
    return read_entity(minimal(ONE) | fields)


def assert_valid(found: Reading) -> None:
    assert (found.valid, found.refusable) == (True, False)


def assert_refused(found: Reading, *defects: str) -> None:
    assert (found.valid, found.refusable, found.defects) == (False, True, frozenset(defects))


def assert_open(found: Reading, why: str = "") -> None:
    assert (found.valid, found.refusable) == (False, False)
    assert found.open_side is not None
    assert why in found.open_side


# --- JSON ---


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"{}", {}),
        (b" [1, 2.5, null]\r\n\t", [1, 2.5, None]),
        (b"true", True),
        (b"null", None),
        (b'"\\u00e9\xc3\xa9"', "éé"),
        (b'"\\ud83d\\ude42"', "🙂"),
        (b"-0", 0),
        (b"1e2", 100.0),
        (b"9" * 300, int("9" * 300)),
        (b"[" * PLAIN_DEPTH + b"]" * PLAIN_DEPTH, json.loads("[" * PLAIN_DEPTH + "]" * PLAIN_DEPTH)),
        (b'{"a": {"a": 1}}', {"a": {"a": 1}}),
        (b" " * (PLAIN_SIZE - 1) + b"1", 1),
    ],
)
def test_what_every_parser_takes_is_json(body: bytes, value: Json) -> None:
    assert parse_json(body) == (BodyKind.JSON, value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"a": 1',
        b'{"a": 1}}',
        b"{} {}",
        b"[1,]",
        b'{"a": 1,}',
        b"{a: 1}",
        b"{'a': 1}",
        b"01",
        b"+1",
        b".5",
        b"1.",
        b"0x10",
        b"nan",
        b"True",
        b"undefined",
        b'"a\nb"',
        b'"\\x41"',
        b'"\\u12"',
        b"// a comment\n1",
        b"<xml/>",
        b"itemsReconciled=true",
        b"\xc2\xa0{}",
    ],
)
def test_what_the_standard_gives_no_parser_leave_to_take_is_not_json(body: bytes) -> None:
    assert parse_json(body) == (BodyKind.NOT_JSON, None)


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        "{}".encode("utf-16-le"),
        "{}".encode("utf-32"),
        b'"\xff"',
        '"é"'.encode("latin-1"),
        b'"\xed\xa0\x80"',
        b"\0",
        b"{}\0",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b'{"a": 1, "a": 2}',
        b'{"a": 1, "\\u0061": 1}',
        b'[{"b": {"a": 1, "a": 1}}]',
        b"1e400",
        b"-1e400",
        b"9" * 301,
        b"9" * 5000,
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b'{"\\ud800": 1}',
        b"[" * (PLAIN_DEPTH + 1) + b"]" * (PLAIN_DEPTH + 1),
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b"[" * 20_000,
        b" " * PLAIN_SIZE + b"1",
    ],
)
def test_what_parsers_disagree_on_is_open(body: bytes) -> None:
    assert parse_json(body) == (BodyKind.OPEN, None)


# --- Arena ---


@BOTH
@pytest.mark.parametrize("value", [True, False])
def test_the_documented_request_is_valid(ref: Ref, value: bool) -> None:
    found = reading(put(ref, value))

    assert_valid(found)
    assert found.value is value


@pytest.mark.parametrize("ref", [OTHER_EVENT, FOREIGN_EVENT, OTHER_PROCESS, FOREIGN_PROCESS])
def test_every_named_object_is_valid(ref: Ref) -> None:
    assert_valid(reading(put(ref)))


@BOTH
@pytest.mark.parametrize(
    ("session", "defect"),
    [
        ("", "ARENA-AUTH-1"),
        (UNKNOWN_SESSION, "ARENA-AUTH-2"),
        ("x", "ARENA-AUTH-2"),
        (arena_target().session_id[:-1], "ARENA-AUTH-2"),
        (arena_target().session_id + "0", "ARENA-AUTH-2"),
        (arena_target().session_id.upper(), "ARENA-AUTH-2"),
        (arena_target().non_admin_session_id, "ARENA-AUTH-3"),
    ],
)
def test_a_session_that_is_not_the_administrators_is_a_defect(ref: Ref, session: str, defect: str) -> None:
    found = reading(put(ref, session=session))

    assert_refused(found, defect)


def test_the_name_of_the_session_header_may_have_other_letters() -> None:
    request = with_header(put(EVENT), "arena_session_id")

    assert_valid(reading(with_header(request, "Arena_Session_ID", arena_target().session_id)))


@pytest.mark.parametrize(
    "values",
    [
        [arena_target().session_id, arena_target().session_id],
        [arena_target().session_id, UNKNOWN_SESSION],
        [f" {arena_target().session_id}"],
        [f"{arena_target().session_id} "],
    ],
)
def test_a_session_that_is_repeated_or_padded_is_open(values: list[str]) -> None:
    assert_open(reading(with_header(put(EVENT), "arena_session_id", *values)), "session")


@BOTH
def test_a_body_that_is_not_json_is_a_defect(ref: Ref) -> None:
    assert_refused(reading(put_body(ref, body_of(ref, True)[:-1])), "ARENA-ERROR-2")


@BOTH
def test_a_body_that_some_parsers_take_is_open(ref: Ref) -> None:
    found = reading(put_body(ref, b"\xef\xbb\xbf" + body_of(ref, True)))

    assert_open(found, "JSON to some parsers")
    assert found.value is None


@BOTH
@pytest.mark.parametrize("value", [None, "true", "", 0, 1, 1.0, [], [True], {}, {"value": True}])
def test_a_flag_that_is_neither_true_nor_false_is_a_defect(ref: Ref, value: Json) -> None:
    assert_refused(reading(put_body(ref, {flag_of(ref): value})), "ARENA-ERROR-4")


@BOTH
@pytest.mark.parametrize("body", [{}, {"flag": True}, [], None, True, "true", 1])
def test_a_body_without_the_flag_is_a_defect(ref: Ref, body: Json) -> None:
    assert_refused(reading(put_body(ref, body)), "ARENA-ERROR-4")


def test_the_flag_of_the_other_operation_is_no_flag() -> None:
    assert_refused(reading(put_body(EVENT, {"reconciled": True})), "ARENA-ERROR-4")
    assert_refused(reading(put_body(PROCESS, {"itemsReconciled": True})), "ARENA-ERROR-4")
    assert_refused(reading(put_body(EVENT, {"ItemsReconciled": True})), "ARENA-ERROR-4")


@BOTH
def test_a_field_that_the_documents_do_not_name_is_open(ref: Ref) -> None:
    assert_open(reading(put_body(ref, {flag_of(ref): True, "more": 1})), "do not name")


@BOTH
@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "TEXT/HTML; charset=utf-8"]
)
def test_a_content_type_that_is_not_jsons_should_be_refused(ref: Ref, content_type: str) -> None:
    found = reading(put(ref, content_type=content_type))

    assert_refused(found, "ARENA-ERROR-7")


@BOTH
@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "json",
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/merge-patch+json",
        "text/json",
    ],
)
def test_a_content_type_that_may_be_jsons_is_open(ref: Ref, content_type: str | None) -> None:
    assert_open(reading(put(ref, content_type=content_type)), "Content-Type")


@BOTH
def test_each_unknown_guid_of_the_path_is_not_valid(ref: Ref) -> None:
    guids = [guid for _, guid in ref.guids]
    for position in range(len(guids)):
        found = reading(put_to(ref, *(UNKNOWN_GUID if place == position else guid for place, guid in enumerate(guids))))

        assert_refused(found, "ARENA-ERROR-3")
        assert found.invalid_guids == (UNKNOWN_GUID,)


@BOTH
def test_every_guid_that_is_not_valid_may_be_quoted(ref: Ref) -> None:
    wrong = [f"{UNKNOWN_GUID[:-1]}{place}" for place in range(len(ref.guids))]

    assert reading(put_to(ref, *wrong)).invalid_guids == tuple(wrong)


@BOTH
@pytest.mark.parametrize("guid", ["A", "X9TCV8TK7*T1KZNA8V1Q", "X" * 64, "a-b_c", UNKNOWN_GUID.lower()])
def test_a_malformed_guid_is_not_valid(ref: Ref, guid: str) -> None:
    parents = [text for _, text in ref.guids[:-1]]

    assert_refused(reading(put_to(ref, *parents, guid)), "ARENA-ERROR-3")


@BOTH
@pytest.mark.parametrize("guid", ["", "X" * 65, "%58", "a b", "a/b", "..", "a%2Fb", "é", "\0", "a?b", "{guid}", "a.b"])
def test_a_guid_that_paths_treat_in_their_own_way_is_open(ref: Ref, guid: str) -> None:
    parents = [text for _, text in ref.guids[:-1]]

    assert_open(reading(put_to(ref, *parents, guid)), "path's syntax")


@BOTH
def test_a_guid_in_lower_case_should_be_refused(ref: Ref) -> None:
    *parents, last = [guid for _, guid in ref.guids]

    found = reading(put_to(ref, *parents, last.lower()))

    assert_refused(found, "ARENA-ERROR-9")


@pytest.mark.parametrize(
    ("ref", "guids", "quoted"),
    [
        (EVENT, (EVENT.integration, FOREIGN_EVENT.event), FOREIGN_EVENT.event),
        (
            PROCESS,
            (PROCESS.integration, PROCESS.event, FOREIGN_PROCESS.quality_process),
            FOREIGN_PROCESS.quality_process,
        ),
        (PROCESS, (PROCESS.integration, FOREIGN_PROCESS.event, PROCESS.quality_process), FOREIGN_PROCESS.event),
    ],
)
def test_a_guid_under_another_parent_should_be_refused(ref: Ref, guids: tuple[str, ...], quoted: str) -> None:
    found = reading(put_to(ref, *guids))

    assert_refused(found, "ARENA-ERROR-6")
    assert quoted in found.invalid_guids


def test_below_a_parent_that_is_not_valid_the_parent_alone_is_named() -> None:
    found = reading(put_to(PROCESS, UNKNOWN_GUID, PROCESS.event, PROCESS.quality_process))

    assert_refused(found, "ARENA-ERROR-3")
    assert found.invalid_guids == (UNKNOWN_GUID,)


def test_the_guid_of_another_kind_of_object_is_open() -> None:
    assert_open(reading(put_to(EVENT, EVENT.event, EVENT.event)), "another kind")
    assert_open(reading(put_to(EVENT, EVENT.integration, PROCESS.quality_process)), "another kind")


def test_each_defect_of_a_request_is_read() -> None:
    request = put_body(EVENT, b"{", session=UNKNOWN_SESSION, content_type="text/plain")

    assert_refused(reading(request), "ARENA-AUTH-2", "ARENA-ERROR-2", "ARENA-ERROR-7")


def test_an_open_side_beside_a_defect_leaves_the_whole_open() -> None:
    found = reading(put_body(EVENT, {flag_of(EVENT): True, "more": 1}, session=""))

    assert_open(found)
    assert found.defects == {"ARENA-AUTH-1"}


@pytest.mark.parametrize("name", ["arena_session_id", "x-more"])
def test_large_headers_are_open(name: str) -> None:
    assert_open(reading(with_header(put(EVENT), name, "x" * 5000)), "headers are large")
    assert_open(reading(with_header(put_batch(minimal(ONE)), name, "x" * 5000)), "headers are large")


# --- VBA: the request ---


def test_the_documented_batch_is_valid() -> None:
    found = reading(put_batch(minimal(ONE), full(TWO)))

    assert_valid(found)
    assert [(one.id, one.verdict) for one in found.entities] == [(ONE, Verdict.VALID), (TWO, Verdict.VALID)]


def test_the_empty_batch_is_valid() -> None:
    found = reading(put_batch())

    assert_valid(found)
    assert found.entities == ()


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        (b'[{"event_ID": 7}', (7,)),
        (b'[{"event_ID": 7}, {"event_ID":8}] x', (7, 8)),
        (b'{"event_ID" : 7}', (7,)),
        (b'[{"event_ID": "7"}', ()),
        (b'[{"event_ID": 12345678901}', ()),
        (b'[{"event_ID": 7}]', ()),
        (b"[", ()),
        (b"", ()),
    ],
)
def test_the_ids_in_a_body_that_is_no_array_of_entities_are_mentioned(body: bytes, ids: tuple[int, ...]) -> None:
    assert reading(put_batch_body(body)).mentioned == ids


@pytest.mark.parametrize(
    ("name", "values", "defect"),
    [
        ("x-api-key", [], "BATCH-AUTH-1"),
        ("x-api-key", ["unknown"], "BATCH-AUTH-1"),
        ("x-api-key", [vba_target().api_key[:-1]], "BATCH-AUTH-1"),
        ("x-api-key", [vba_target().bearer_token], "BATCH-AUTH-1"),
        ("Authorization", [], "BATCH-AUTH-2"),
        ("Authorization", ["Bearer unknown"], "BATCH-AUTH-2"),
        ("Authorization", ["Bearer"], "BATCH-AUTH-2"),
        ("Authorization", [vba_target().bearer_token], "BATCH-AUTH-2"),
        ("Authorization", [f"Basic {vba_target().bearer_token}"], "BATCH-AUTH-2"),
        ("Authorization", [f"Bearer {vba_target().bearer_token}0"], "BATCH-AUTH-2"),
        ("Authorization", [f"Bearer {vba_target().bearer_token.upper()}"], "BATCH-AUTH-2"),
        ("Authorization", [f"bearer {vba_target().bearer_token.upper()}"], "BATCH-AUTH-2"),
        ("Authorization", ["bearer unknown"], "BATCH-AUTH-2"),
        ("Authorization", ["bearer"], "BATCH-AUTH-2"),
        ("vbasoftware-database", [], "BATCH-AUTH-3"),
        ("vbasoftware-database", ["unknown"], "BATCH-AUTH-4"),
    ],
)
def test_a_missing_or_unknown_credential_is_a_defect(name: str, values: list[str], defect: str) -> None:
    found = reading(with_header(put_batch(minimal(ONE)), name, *values))

    assert_refused(found, defect)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("x-api-key", [vba_target().api_key] * 2),
        ("x-api-key", [f" {vba_target().api_key}"]),
        ("Authorization", [f"Bearer {vba_target().bearer_token}"] * 2),
        ("Authorization", [f"bearer {vba_target().bearer_token}"]),
        ("Authorization", [f"BEARER {vba_target().bearer_token}"]),
        ("Authorization", [f"Bearer {vba_target().bearer_token} "]),
        ("vbasoftware-database", [""]),
        ("vbasoftware-database", [vba_target().database] * 2),
        ("vbasoftware-database", [vba_target().database.upper()]),
        ("vbasoftware-database", [f" {vba_target().database}"]),
        ("User-Agent", []),
        ("Content-Type", []),
        ("Content-Type", ["text/plain"]),
        ("Content-Type", ["application/json; charset=utf-16"]),
        ("Accept", ["text/html"]),
        ("Accept", [""]),
        ("Accept", ["text/plain;q=0"]),
        ("Accept", ["text/plain", "text/html"]),
    ],
)
def test_a_header_that_servers_read_in_their_own_way_is_open(name: str, values: list[str]) -> None:
    assert_open(reading(with_header(put_batch(minimal(ONE)), name, *values)))


@pytest.mark.parametrize("values", [[], ["*/*"], ["text/plain"], ["application/json"], ["text/json"]])
def test_every_documented_media_type_may_be_asked_for(values: list[str]) -> None:
    assert_valid(reading(with_header(put_batch(minimal(ONE)), "Accept", *values)))


@pytest.mark.parametrize("body", [b"", b"[", json.dumps([minimal(ONE)]).encode()[:-1], b"[] and more"])
def test_a_batch_that_is_not_json_is_a_defect(body: bytes) -> None:
    found = reading(put_batch_body(body))

    assert_refused(found, "BATCH-11")


@pytest.mark.parametrize("body", [b"null", b"true", b"3", b'"batch"'])
def test_a_batch_that_is_no_array_is_a_defect(body: bytes) -> None:
    assert_refused(reading(put_batch_body(body)), "BATCH-7")


def test_an_entity_without_its_batch_is_open() -> None:
    assert_open(reading(put_batch_body(json.dumps(minimal(ONE)).encode())), "without its batch")


@pytest.mark.parametrize("body", [b"\xef\xbb\xbf[]", b"[NaN]", b'[{"event_ID": 1, "event_ID": 2}]', b'["\\ud800"]'])
def test_a_batch_that_some_parsers_take_is_open(body: bytes) -> None:
    found = reading(put_batch_body(body))

    assert_open(found, "JSON to some parsers")
    assert found.entities == ()


def test_an_invalid_entity_is_no_defect_of_its_batch() -> None:
    """Its result may tell of it: the batch itself is carried out or refused."""
    found = reading(put_batch({}, minimal(ONE)))

    assert_valid(found)
    assert [one.verdict for one in found.entities] == [Verdict.INVALID, Verdict.VALID]


# --- VBA: the entity ---


def test_what_is_wrong_with_a_field_names_it() -> None:
    assert read_entity(full(ONE) | {"due_Date": 20240305}).why.startswith("due_Date: ")


def test_all_25_fields_are_valid() -> None:
    assert read_entity(full(ONE)) == EntityReading(ONE, Verdict.VALID)


@pytest.mark.parametrize("name", sorted(minimal(ONE)))
def test_a_required_field_that_is_absent_is_invalid(name: str) -> None:
    found = read_entity({key: value for key, value in full(ONE).items() if key != name})

    assert (found.verdict, found.requirement) == (Verdict.INVALID, "BATCH-7")
    assert name in found.why


@pytest.mark.parametrize("name", sorted(set(full(ONE)) - set(minimal(ONE))))
def test_an_optional_field_may_be_absent_and_where_nullable_null(name: str) -> None:
    without = {key: value for key, value in full(ONE).items() if key != name}
    nullable = name not in ("entry_Date", "update_Date")

    assert read_entity(without).verdict is Verdict.VALID
    assert read_entity(full(ONE) | {name: None}).verdict is (Verdict.VALID if nullable else Verdict.INVALID)


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (BOOLEANS, ["true", 1, 0, [], {}]),
        (INTEGERS, ["7", 7.5, True, [7]]),
        (["completion_Percent"], ["62.5", True, {}]),
        (DATES, [20240305, False, ["2024-03-05T10:30:00Z"]]),
        (TEXTS, [7, True, ["text"], {}]),
    ],
)
def test_a_value_of_the_wrong_type_is_invalid(names: list[str], values: list[Json]) -> None:
    for name in names:
        for value in values:
            found = entity(**{name: value})
            assert (found.verdict, found.requirement) == (Verdict.INVALID, "BATCH-7"), (name, value)


@pytest.mark.parametrize("value", [None, 1, "entity", True, [], [minimal(ONE)]])
def test_what_is_no_object_is_an_invalid_entity(value: Json) -> None:
    assert read_entity(value) == EntityReading(None, Verdict.INVALID, "BATCH-7", "an entity is an object")


@pytest.mark.parametrize("name", INTEGERS)
def test_an_integer_takes_what_is_natural_of_int32(name: str) -> None:
    assert {entity(**{name: value}).verdict for value in (0, 1, 2**31 - 1)} == {Verdict.VALID}


@pytest.mark.parametrize("name", INTEGERS)
@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, 2**63, 10**200])
def test_an_integer_past_int32_should_be_refused(name: str, value: int) -> None:
    found = entity(**{name: value})

    assert (found.verdict, found.requirement) == (Verdict.INVALID, "BATCH-16")


@pytest.mark.parametrize("name", INTEGERS)
@pytest.mark.parametrize("value", [-1, -(2**31), 5.0, 1e3])
def test_a_negative_integer_and_one_written_as_a_fraction_are_open(name: str, value: float) -> None:
    assert entity(**{name: value}).verdict is Verdict.OPEN


@pytest.mark.parametrize("value", [0, 100, 1, 0.5, 33.33, 99.99, 100.0, 0.0, 1e1])
def test_a_percentage_takes_integers_and_fractions(value: float) -> None:
    assert entity(completion_Percent=value).verdict is Verdict.VALID


@pytest.mark.parametrize("value", [-1, -0.5, 101, 100.5, 1e300, 0.1 + 0.2, math.pi])
def test_a_percentage_outside_what_is_usual_is_open(value: float) -> None:
    assert entity(completion_Percent=value).verdict is Verdict.OPEN


@pytest.mark.parametrize("name", DATES)
@pytest.mark.parametrize(
    "value",
    [
        "2024-02-29T23:59:59Z",
        "1900-01-01T00:00:00Z",
        "2099-12-31T23:59:59Z",
        "2024-06-01T12:00:00.5Z",
        "2024-06-01T12:00:00.123Z",
        "2024-06-01T12:00:00+02:00",
        "2024-06-01T12:00:00-13:59",
    ],
)
def test_a_date_field_takes_date_times(name: str, value: str) -> None:
    assert entity(**{name: value}).verdict is Verdict.VALID


@pytest.mark.parametrize("name", DATES)
@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "2024-03-05",
        "10:30:00Z",
        "2024-03-05T10:30Z",
        "2024-03-05T10:30:00",
        "2024-03-05 10:30:00Z",
        "2024-02-30T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "2024-13-01T00:00:00Z",
        "2024-03-05T24:00:00Z",
        "2024-06-15T12:00:60Z",
        "2024-03-05T10:30:00+0200",
        "\u0662024-03-05T10:30:00Z",
        "05.03.2024",
        "1709634600",
    ],
)
def test_a_text_that_is_no_date_time_should_be_refused(name: str, value: str) -> None:
    found = entity(**{name: value})

    assert (found.verdict, found.requirement) == (Verdict.INVALID, "BATCH-16")


@pytest.mark.parametrize(
    "value",
    [
        "2016-12-31T23:59:60Z",
        "0001-01-01T00:00:00Z",
        "1899-12-31T00:00:00Z",
        "2100-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2024-03-05t10:30:00Z",
        "2024-03-05T10:30:00.1234567890123Z",
        "2024-03-05T10:30:00.1234Z",
        "2024-03-05T10:30:00+14:00",
        "2024-03-05T10:30:00-23:59",
        "2024-03-05T10:30:00z",
        "2016-12-31T15:59:60-08:00",
    ],
)
def test_a_date_time_that_not_every_server_takes_is_open(value: str) -> None:
    assert entity(due_Date=value).verdict is Verdict.OPEN


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_takes_its_whole_length(name: str) -> None:
    limit = entity_properties()[name]["maxLength"]

    assert {entity(**{name: char * limit}).verdict for char in "xé漢"} == {Verdict.VALID}
    assert entity(**{name: "🙂" * (limit // 2)}).verdict is Verdict.VALID


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_past_its_length_is_open(name: str) -> None:
    limit = entity_properties()[name]["maxLength"]

    assert entity(**{name: "x" * (limit + 1)}).verdict is Verdict.OPEN
    # Some databases count such a letter twice.
    assert entity(**{name: "🙂" * (limit // 2 + 1)}).verdict is Verdict.OPEN


@pytest.mark.parametrize("value", ["", " ", "tab\tand\r\nline", "a\u0301", "\ue000", "'; --", "\\u0000", "null", "{}"])
def test_a_text_takes_all_that_is_text(value: str) -> None:
    assert entity(subject=value).verdict is Verdict.VALID


@pytest.mark.parametrize("value", ["\0", "\x07", "\x7f", "\x85", "\ufffe", "\uffff", "\ufdd0", "\U0001ffff"])
def test_a_text_with_what_is_no_character_is_open(value: str) -> None:
    assert entity(subject=f"a{value}b").verdict is Verdict.OPEN


@pytest.mark.parametrize("name", ["unknown", "Event_ID", "event_id", "", "subject ", "__proto__"])
def test_a_field_that_the_document_does_not_name_is_open(name: str) -> None:
    assert entity(**{name: 1}).verdict is Verdict.OPEN


def test_what_is_invalid_stays_so_beside_what_is_open() -> None:
    found = entity(reminder="yes", unknown=1)

    assert (found.verdict, found.requirement) == (Verdict.INVALID, "BATCH-7")


def test_what_should_be_refused_is_open_beside_what_is_open() -> None:
    assert entity(due_Date="yesterday", unknown=1).verdict is Verdict.OPEN


def test_a_must_comes_before_a_should() -> None:
    assert entity(due_Date="yesterday", reminder=None).requirement == "BATCH-7"


@pytest.mark.parametrize(
    ("value", "id"), [(7, 7), (-7, -7), (2**40, 2**40), (True, None), ("7", None), (7.0, None), (None, None)]
)
def test_an_entity_has_the_id_that_is_an_integer(value: Json, id: int | None) -> None:
    assert entity(event_ID=value).id == id
