"""target.toml: what a right file means, and that each wrong one is told in a line that names the key."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.harness.redact import redactor
from tests.harness.target import (
    MIN_EVENT_IDS,
    ArenaTarget,
    ConfigurationError,
    EventRef,
    QualityProcessRef,
    Target,
    VbaTarget,
    Waiver,
    check_url,
    load_target,
    reference_target,
)

SESSION = "session-of-the-administrator"
USER = "session-of-another-user"
KEY = "the-api-key"
TOKEN = "the-bearer-token"
ENVIRONMENT = {"ARENA_SESSION_ID": SESSION, "ARENA_USER_SESSION_ID": USER, "VBA_API_KEY": KEY, "VBA_TOKEN": TOKEN}

WHOLE = """
name = "acme sandbox"

[arena]
url = "https://acme.example/v1"
session_id = "${ARENA_SESSION_ID}"
non_admin_session_id = "${ARENA_USER_SESSION_ID}"
read_back = true
[[arena.events]]
integration = "I1"
event = "E1"
[[arena.events]]
integration = "I1"
event = "E2"
[[arena.quality_processes]]
integration = "I3"
event = "E3"
quality_process = "Q1"

[vba]
url = "https://acme.example/vba"
api_key = "${VBA_API_KEY}"
bearer_token = "${VBA_TOKEN}"
database = "sandbox"
event_ids = { first = 900000, last = 999999 }

[[waivers]]
requirement = "ARENA-HEADER-4"
reason = "our gateway sets Server"
expires = 2999-01-31
"""
ARENA_ONLY = """
[arena]
url = "https://acme.example"
session_id = "${ARENA_SESSION_ID}"
[[arena.events]]
integration = "I1"
event = "E1"
"""
EVENT = '[[arena.events]]\nintegration = "I1"\nevent = "E1"\n'


def load(
    folder: Path, text: str | bytes, url: str | None = None, environment: Mapping[str, str] = ENVIRONMENT
) -> Target:
    path = folder / "target.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_target(path, url, environment)


def refusal(folder: Path, text: str | bytes, url: str | None = None, more: Mapping[str, str] | None = None) -> str:
    """The one line in which a wrong file is refused; no secret stands in it."""
    environment = ENVIRONMENT | dict(more or {})
    with pytest.raises(ConfigurationError) as caught:
        load(folder, text, url, environment)
    line = str(caught.value)
    assert "\n" not in line
    assert not [secret for secret in environment.values() if len(secret) > 3 and secret in line]
    return line


def replaced(old: str, new: str) -> str:
    """The whole file with one text in place of another; it must have stood there."""
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


def test_the_whole_example_loads(tmp_path: Path) -> None:
    target = load(tmp_path, WHOLE)

    assert target == Target(
        name="acme sandbox",
        arena=ArenaTarget(
            url="https://acme.example/v1",
            session_id=SESSION,
            non_admin_session_id=USER,
            read_back=True,
            events=(EventRef("I1", "E1"), EventRef("I1", "E2")),
            quality_processes=(QualityProcessRef("I3", "E3", "Q1"),),
        ),
        vba=VbaTarget(
            url="https://acme.example/vba",
            api_key=KEY,
            bearer_token=TOKEN,
            database="sandbox",
            event_ids=range(900_000, 1_000_000),
        ),
        waivers=(Waiver("ARENA-HEADER-4", "our gateway sets Server", datetime.date(2999, 1, 31)),),
        secrets=ENVIRONMENT,
    )


def test_one_api_alone_is_enough(tmp_path: Path) -> None:
    vba = WHOLE[WHOLE.index("[vba]") : WHOLE.index("[[waivers]]")]

    assert load(tmp_path, ARENA_ONLY).vba is None
    assert load(tmp_path, vba).arena is None


def test_what_is_optional_may_be_left_out(tmp_path: Path) -> None:
    target = load(tmp_path, ARENA_ONLY)

    assert target.name == "target.toml"
    assert target.arena is not None
    assert (target.arena.non_admin_session_id, target.arena.read_back) == (None, False)
    assert (target.arena.quality_processes, target.waivers) == ((), ())
    assert target.secrets == {"ARENA_SESSION_ID": SESSION}


def test_a_quality_process_alone_is_enough_of_arena(tmp_path: Path) -> None:
    text = ARENA_ONLY.replace("arena.events", "arena.quality_processes") + 'quality_process = "Q1"\n'

    arena = load(tmp_path, text).arena

    assert arena is not None
    assert arena.events == ()


def test_target_url_stands_in_where_a_table_has_no_url(tmp_path: Path) -> None:
    text = replaced('url = "https://acme.example/v1"\n', "")

    target = load(tmp_path, text, "http://localhost:8000")

    assert target.arena is not None
    assert target.vba is not None
    assert target.arena.url == "http://localhost:8000"
    assert target.vba.url == "https://acme.example/vba"


def test_a_literal_secret_is_a_secret_too(tmp_path: Path) -> None:
    target = load(tmp_path, replaced("${VBA_API_KEY}", "literal-key"))

    assert target.secrets["VBA_API_KEY"] == "literal-key"


def test_a_secret_is_known_by_the_variable_that_the_file_names(tmp_path: Path) -> None:
    target = load(tmp_path, replaced("${VBA_API_KEY}", "${ACME_KEY}"), None, ENVIRONMENT | {"ACME_KEY": "acme-key-1"})

    assert target.secrets["ACME_KEY"] == "acme-key-1"
    assert "VBA_API_KEY" not in target.secrets


def test_a_variable_may_stand_in_any_text(tmp_path: Path) -> None:
    text = WHOLE.replace("sandbox", "${STAGE} box")

    target = load(tmp_path, text, None, ENVIRONMENT | {"STAGE": "test"})

    assert target.vba is not None
    assert target.vba.database == "test box"
    assert target.name == "acme test box"


def test_the_text_of_a_variable_is_not_read_for_variables_again(tmp_path: Path) -> None:
    target = load(tmp_path, WHOLE, None, ENVIRONMENT | {"VBA_API_KEY": "${VBA_TOKEN}"})

    assert target.vba is not None
    assert target.vba.api_key == "${VBA_TOKEN}"


@pytest.mark.parametrize(("written", "read"), [("https://h", "https://h"), ("http://h:8/a//", "http://h:8/a")])
def test_a_url_loses_the_slashes_at_its_end(written: str, read: str) -> None:
    assert check_url("TARGET_URL", written) == read


@pytest.mark.parametrize(
    "url", ["http://localhost", "https://h.example:443/a/b", "http://[::1]:8000", "HTTP://127.0.0.1:1/~x/%20"]
)
def test_a_url_of_http_is_taken(url: str) -> None:
    assert check_url("TARGET_URL", url) == url


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("acme.example/v1", "scheme"),
        ("localhost:8000", "scheme"),
        ("//acme.example", "scheme"),
        ("ftp://acme.example", "scheme"),
        ("file:///etc", "scheme"),
        ("", "scheme"),
        ("https://", "host"),
        ("https:///v1", "host"),
        ("https:/acme.example", "host"),
        ("http://:8000", "host"),
        ("http://h:0", "0"),
        ("http://h:65536", "Port"),
        ("http://h:eighty", "Port"),
        ("http://h:-1", "Port"),
        ("http://[::1", "URL"),
        ("https://h/v1?key=1", "query"),
        ("https://h/v1#part", "fragment"),
        ("https://h/v1?", "query"),
        ("https://h/v1#", "fragment"),
        ("https://h?", "query"),
        ("https://h/v1\\", "backslash"),
        ("https://h\\v1", "backslash"),
        ("https://h/a b", "character"),
        (" https://h", "character"),
        ("https://h\n", "character"),
        ("https://h/\tb", "character"),
        ("https://h/\x00", "character"),
        ("https://h/\x7f", "character"),
        ("https://hé.example", "character"),
        ("https://h/ü", "character"),
        ("http://h:\uff18\uff10", "character"),
    ],
)
def test_what_is_no_base_url_is_refused(url: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^K: .*{says}"):
        check_url("K", url)


@pytest.mark.parametrize(
    "url",
    [
        "https://user:hunter2@h/v1",
        "https://hunter2@h",
        "http://:hunter2@h:80/",
        "https://user:hunter2@h/a b",
        "https://user:hunter2@hé.example",
        "https://user:hunter2@h:eighty",
        "https://user:hunter2@h:0",
        "https://user:hunter2@",
        "https://user:hunter2@[::1",
        "ftp://user:hunter2@h",
        "user:hunter2@h",
        "https://user:hunter2@h/v1?key=1#part",
        "https://user:hunter2\\@h",
        "https://user:hunter2@h\n",
    ],
)
def test_credentials_in_a_url_are_refused_and_not_shown(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^K: .*password") as caught:
        check_url("K", url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "key", "hint"),
    [
        ("name =", "nane =", "nane", "did you mean name?"),
        ("[vba]", "[vbaa]", "vbaa", "did you mean vba?"),
        ("[[waivers]]", "[[waiver]]", "waiver", "did you mean waivers?"),
        ("session_id =", "session =", "arena.session", "did you mean session_id?"),
        ("read_back =", "readback =", "arena.readback", "did you mean read_back?"),
        ("[[arena.quality_processes]]", "[[arena.quality_process]]", "arena.quality_process", "quality_processes?"),
        ('event = "E2"', 'event_guid = "E2"', "arena.events[1].event_guid", "did you mean event?"),
        ('quality_process = "Q1"', 'process = "Q1"', "arena.quality_processes[0].process", "quality_process"),
        ("api_key =", "apikey =", "vba.apikey", "did you mean api_key?"),
        ("last =", "lst =", "vba.event_ids.lst", "did you mean last?"),
        ("expires =", "expire =", "waivers[0].expire", "did you mean expires?"),
        ("database =", "zzz =", "vba.zzz", "there are api_key, bearer_token, database, event_ids, url"),
    ],
)
def test_a_key_that_does_not_exist_is_named_with_a_hint(
    tmp_path: Path, old: str, new: str, key: str, hint: str
) -> None:
    line = refusal(tmp_path, replaced(old, new))

    assert line.startswith(f"target.toml: {key}: ")
    assert hint in line


@pytest.mark.parametrize("key", ["a\\nb", "a\\r\\nb", "a\\u2028b", "a\\tb", ""])
def test_a_quoted_key_is_told_in_one_line_whatever_it_holds(tmp_path: Path, key: str) -> None:
    line = refusal(tmp_path, f'"{key}" = 1\n{WHOLE}')

    assert line.startswith("target.toml: ")
    assert "there is no such key" in line
    assert len(line.splitlines()) == 1


@pytest.mark.parametrize(
    ("old", "key"),
    [
        ('session_id = "${ARENA_SESSION_ID}"\n', "arena.session_id"),
        ('event = "E1"\n', "arena.events[0].event"),
        ('integration = "I3"\n', "arena.quality_processes[0].integration"),
        ('quality_process = "Q1"\n', "arena.quality_processes[0].quality_process"),
        ('api_key = "${VBA_API_KEY}"\n', "vba.api_key"),
        ('bearer_token = "${VBA_TOKEN}"\n', "vba.bearer_token"),
        ('database = "sandbox"\n', "vba.database"),
        ("event_ids = { first = 900000, last = 999999 }\n", "vba.event_ids"),
        ("first = 900000, ", "vba.event_ids.first"),
        (", last = 999999", "vba.event_ids.last"),
        ('requirement = "ARENA-HEADER-4"\n', "waivers[0].requirement"),
        ('reason = "our gateway sets Server"\n', "waivers[0].reason"),
        ("expires = 2999-01-31\n", "waivers[0].expires"),
        ('url = "https://acme.example/v1"\n', "arena.url"),
        ('url = "https://acme.example/vba"\n', "vba.url"),
    ],
)
def test_a_key_that_is_missing_is_named(tmp_path: Path, old: str, key: str) -> None:
    line = refusal(tmp_path, replaced(old, ""))

    assert line.startswith(f"target.toml: {key}: is not there; add it")


def test_a_missing_url_may_be_given_by_target_url(tmp_path: Path) -> None:
    line = refusal(tmp_path, replaced('url = "https://acme.example/vba"\n', ""))

    assert "TARGET_URL" in line


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('"acme sandbox"', "7", "name"),
        ('"https://acme.example/v1"', "true", "arena.url"),
        ('"${ARENA_SESSION_ID}"', "12345", "arena.session_id"),
        ('"${ARENA_SESSION_ID}"', '["${ARENA_SESSION_ID}"]', "arena.session_id"),
        ('"${ARENA_USER_SESSION_ID}"', "false", "arena.non_admin_session_id"),
        ("read_back = true", 'read_back = "true"', "arena.read_back"),
        ("read_back = true", "read_back = 1", "arena.read_back"),
        ('event = "E2"', "event = 2", "arena.events[1].event"),
        ('"Q1"', "1979-05-27", "arena.quality_processes[0].quality_process"),
        ('"${VBA_API_KEY}"', "1.5", "vba.api_key"),
        ('"${VBA_TOKEN}"', "{ a = 1 }", "vba.bearer_token"),
        ('"sandbox"', "07:32:00", "vba.database"),
        ("{ first = 900000, last = 999999 }", "[900000, 999999]", "vba.event_ids"),
        ("{ first = 900000, last = 999999 }", '"900000-999999"', "vba.event_ids"),
        ("first = 900000", 'first = "900000"', "vba.event_ids.first"),
        ("first = 900000", "first = true", "vba.event_ids.first"),
        ("first = 900000", "first = 900000.0", "vba.event_ids.first"),
        ("last = 999999", "last = inf", "vba.event_ids.last"),
        ('"ARENA-HEADER-4"', "4", "waivers[0].requirement"),
        ('"our gateway sets Server"', "[]", "waivers[0].reason"),
        ("2999-01-31", '"2999-01-31"', "waivers[0].expires"),
        ("2999-01-31", "2999-01-31T00:00:00Z", "waivers[0].expires"),
        ("2999-01-31", "29990131", "waivers[0].expires"),
    ],
)
def test_a_value_of_the_wrong_type_is_named(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert refusal(tmp_path, replaced(old, new)).startswith(f"target.toml: {key}: ")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("arena = 1", "arena"),
        ("arena = []", "arena"),
        ("[[arena]]", "arena"),
        ('vba = "https://acme.example"', "vba"),
        (ARENA_ONLY.replace(EVENT, "") + 'events = ["E1"]', "arena.events[0]"),
        (ARENA_ONLY.replace(EVENT, "") + 'events = "E1"', "arena.events"),
        (ARENA_ONLY.replace("[[arena.events]]", "[arena.events]"), "arena.events"),
        ('[waivers]\nrequirement = "EVENT-1"\n' + ARENA_ONLY, "waivers"),
        ("waivers = [1]\n" + ARENA_ONLY, "waivers[0]"),
    ],
)
def test_what_is_no_table_where_one_belongs_is_named(tmp_path: Path, text: str, key: str) -> None:
    assert refusal(tmp_path, text).startswith(f"target.toml: {key}: ")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('"acme sandbox"', '""', "name"),
        ('"https://acme.example/v1"', '""', "arena.url"),
        ('"${ARENA_SESSION_ID}"', '""', "arena.session_id"),
        ('"${ARENA_SESSION_ID}"', '"  "', "arena.session_id"),
        ('"E1"', '""', "arena.events[0].event"),
        ('"${VBA_TOKEN}"', '"\\t"', "vba.bearer_token"),
        ('"sandbox"', '" "', "vba.database"),
        ('"our gateway sets Server"', '""', "waivers[0].reason"),
    ],
)
def test_an_empty_text_is_named(tmp_path: Path, old: str, new: str, key: str) -> None:
    line = refusal(tmp_path, replaced(old, new))

    assert line.startswith(f"target.toml: {key}: is empty")


@pytest.mark.parametrize("value", ["$VBA_API_KEY", "$", "$(VBA_API_KEY)", "$${VBA_API_KEY", "${VBA-API-KEY}", "$1"])
def test_what_is_written_like_a_variable_without_braces_is_refused(tmp_path: Path, value: str) -> None:
    line = refusal(tmp_path, replaced("${VBA_API_KEY}", value))

    assert line.startswith("target.toml: vba.api_key: is written like a variable; write ${NAME}")


def test_a_secret_of_the_environment_may_begin_with_a_dollar(tmp_path: Path) -> None:
    vba = load(tmp_path, WHOLE, None, ENVIRONMENT | {"VBA_API_KEY": "$ecret-key"}).vba

    assert vba is not None
    assert vba.api_key == "$ecret-key"


def test_a_secret_that_stands_in_the_file_is_one_too(tmp_path: Path) -> None:
    target = load(tmp_path, replaced("${VBA_API_KEY}", "a-key-in-the-file"))

    assert target.secrets == ENVIRONMENT | {"VBA_API_KEY": "a-key-in-the-file"}


def test_a_secret_that_is_made_of_a_variable_is_kept_beside_the_variables_own(tmp_path: Path) -> None:
    target = load(tmp_path, replaced('session_id = "${ARENA_SESSION_ID}"', 'session_id = "x-${ARENA_SESSION_ID}"'))

    assert target.arena is not None
    assert target.arena.session_id == f"x-{SESSION}"
    assert {SESSION, f"x-{SESSION}"} <= set(target.secrets.values())
    assert SESSION not in redactor(target.secrets)(f"x-{SESSION}, {SESSION}, Bearer {SESSION}")


def test_a_secret_that_is_made_of_two_variables_keeps_all_three(tmp_path: Path) -> None:
    target = load(tmp_path, replaced('"${VBA_TOKEN}"', '"${VBA_TOKEN}-${VBA_API_KEY}"'))

    assert set(target.secrets.values()) == {SESSION, USER, KEY, TOKEN, f"{TOKEN}-{KEY}"}
    assert redactor(target.secrets)(f"{KEY} {TOKEN}") == "${VBA_API_KEY} ${VBA_TOKEN}"


def test_two_secrets_under_one_variables_name_are_both_kept(tmp_path: Path) -> None:
    """The file's own token would stand under the name of the variable that the session is read from."""
    text = replaced('session_id = "${ARENA_SESSION_ID}"', 'session_id = "${VBA_TOKEN}"')

    target = load(tmp_path, text.replace('bearer_token = "${VBA_TOKEN}"', 'bearer_token = "a-token-in-the-file"'))

    assert {TOKEN, "a-token-in-the-file"} <= set(target.secrets.values())
    shown = redactor(target.secrets)(f"{TOKEN}, a-token-in-the-file")
    assert TOKEN not in shown
    assert "a-token-in-the-file" not in shown


@pytest.mark.parametrize("environment", [{}, {"VBA_TOKEN": ""}])
def test_a_variable_that_is_unset_or_empty_is_named(tmp_path: Path, environment: dict[str, str]) -> None:
    kept = {name: value for name, value in ENVIRONMENT.items() if name != "VBA_TOKEN"}

    with pytest.raises(ConfigurationError, match=r"^target.toml: vba.bearer_token: .*VBA_TOKEN is not set"):
        load(tmp_path, WHOLE, None, kept | environment)


def test_the_environment_is_that_of_the_process_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "target.toml"
    path.write_text(ARENA_ONLY)
    monkeypatch.setenv("ARENA_SESSION_ID", "from-the-process")

    arena = load_target(path, None).arena

    assert arena is not None
    assert arena.session_id == "from-the-process"


@pytest.mark.parametrize(
    "value", ["one\ntwo-secret", "secret\n", "\rsecret", "sec\tret", "secret ", "s\x00cret", "sécret"]
)
def test_a_secret_that_no_header_can_carry_is_refused_and_not_shown(tmp_path: Path, value: str) -> None:
    line = refusal(tmp_path, WHOLE, None, {"VBA_API_KEY": value})

    assert line.startswith("target.toml: vba.api_key: ")
    assert value.strip() not in line


def test_a_database_that_no_header_can_carry_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, replaced('"sandbox"', '"sand\\nbox"')).startswith("target.toml: vba.database: ")


@pytest.mark.parametrize(
    "guid", ["E 1", "E/1", "../E1", "E?1", "É1", "E1\\n", "%41", pytest.param("E" * 65, id="65 characters")]
)
def test_what_is_no_guid_is_refused(tmp_path: Path, guid: str) -> None:
    assert refusal(tmp_path, replaced('"E1"', f'"{guid}"')).startswith("target.toml: arena.events[0].event: ")


def test_a_guid_of_64_characters_is_taken(tmp_path: Path) -> None:
    arena = load(tmp_path, replaced('"E1"', f'"{"E" * 64}"')).arena

    assert arena is not None
    assert arena.events[0].event == "E" * 64


@pytest.mark.parametrize(
    ("ids", "key", "says"),
    [
        ("first = 999999, last = 900000", "vba.event_ids", "swap them"),
        ("first = -1, last = 900000", "vba.event_ids.first", "int32"),
        ("first = 1, last = -900000", "vba.event_ids.last", "int32"),
        ("first = 1, last = 2147483648", "vba.event_ids.last", "int32"),
        ("first = 1, last = 1", "vba.event_ids", "1 ids"),
        ("first = 1, last = 49", "vba.event_ids", "49 ids"),
        ("first = 1, last = 399", "vba.event_ids", "399 ids; a run needs at least 400"),
        ("first = nan, last = 49", "vba.event_ids.first", "integer"),
    ],
)
def test_a_range_of_ids_that_cannot_be_used_is_refused(tmp_path: Path, ids: str, key: str, says: str) -> None:
    line = refusal(tmp_path, replaced("first = 900000, last = 999999", ids))

    assert line.startswith(f"target.toml: {key}: ")
    assert says in line


@pytest.mark.parametrize("ids", ["first = 0, last = 399", "first = 2147483248, last = 2147483647"])
def test_a_range_of_ids_at_the_ends_of_int32_is_taken(tmp_path: Path, ids: str) -> None:
    vba = load(tmp_path, replaced("first = 900000, last = 999999", ids)).vba

    assert vba is not None
    assert len(vba.event_ids) == MIN_EVENT_IDS == 400


@pytest.mark.parametrize(
    ("requirement", "hint"),
    [
        ("ARENA-HEADER-44", "did you mean ARENA-HEADER-4?"),
        ("arena-header-4", "is no requirement"),
        ("EVENT", "is no requirement"),
        ("nonsense", "is no requirement"),
        ("${VBA_API_KEY}", "is no requirement"),
    ],
)
def test_a_waiver_of_what_is_no_requirement_is_refused(tmp_path: Path, requirement: str, hint: str) -> None:
    line = refusal(tmp_path, replaced("ARENA-HEADER-4", requirement))

    assert line.startswith("target.toml: waivers[0].requirement: ")
    assert hint in line


def test_a_waiver_counts_until_the_end_of_its_day(tmp_path: Path) -> None:
    today = datetime.datetime.now(datetime.UTC).date()
    yesterday = today - datetime.timedelta(days=1)

    assert load(tmp_path, replaced("2999-01-31", today.isoformat())).waivers
    line = refusal(tmp_path, replaced("2999-01-31", yesterday.isoformat()))
    assert line.startswith(f"target.toml: waivers[0].expires: ARENA-HEADER-4 was waived until {yesterday}")


def test_a_requirement_is_waived_once(tmp_path: Path) -> None:
    waiver = WHOLE[WHOLE.index("[[waivers]]") :]

    assert "ARENA-HEADER-4 is waived twice" in refusal(tmp_path, WHOLE + waiver)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (ARENA_ONLY + EVENT, "arena.events"),
        (WHOLE.replace('"E2"', '"E1"'), "arena.events"),
        (
            WHOLE.replace(
                "[vba]", '[[arena.quality_processes]]\nintegration="I"\nevent="E"\nquality_process="Q1"\n[vba]'
            ),
            "arena.quality_processes",
        ),
    ],
)
def test_an_object_is_named_once(tmp_path: Path, text: str, key: str) -> None:
    line = refusal(tmp_path, text)

    assert line.startswith(f"target.toml: {key}: ")
    assert "twice" in line


def test_arena_without_an_object_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, ARENA_ONLY.replace(EVENT, "")).startswith("target.toml: arena.events: no event")


def test_the_same_session_for_both_users_is_refused(tmp_path: Path) -> None:
    line = refusal(tmp_path, replaced("${ARENA_USER_SESSION_ID}", "${ARENA_SESSION_ID}"))

    assert line.startswith("target.toml: arena.non_admin_session_id: ")


@pytest.mark.parametrize("text", ["", 'name = "nothing"', "# only words\n"])
def test_neither_api_is_refused(tmp_path: Path, text: str) -> None:
    assert "neither [arena] nor [vba]" in refusal(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "name = acme",
        "{}",
        "[arena",
        "name = 'a'\nname = 'b'",
        "expires = 2027-02-30",
        '{"arena": {}}',
        "a = \x00",
        b"\xef\xbb\xbfname = 'a byte order mark'",
        "name = 'not ended",
        "<xml/>",
        pytest.param("a = " + "[" * 5000, id="5000 brackets"),
        pytest.param("a = " + "[" * 5000 + "]" * 5000, id="5000 brackets that close"),
        pytest.param("a = " + "{a = " * 5000, id="5000 braces"),
        pytest.param("a = " + "9" * 5000, id="5000 digits"),
        pytest.param("expires = 2027-99-99", id="a date that there is not"),
        pytest.param('"a\nb" = 1', id="a key with a line's end"),
    ],
)
def test_what_is_not_toml_is_refused(tmp_path: Path, text: str | bytes) -> None:
    assert refusal(tmp_path, text).startswith("target.toml: not TOML: ")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", "name = 'José'".encode("latin-1"), WHOLE.encode("utf-16")])
def test_what_is_not_utf_8_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refusal(tmp_path, content).startswith("TARGET_CONFIG: ")


def test_a_file_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"^TARGET_CONFIG: .*nothing.toml does not exist"):
        load_target(tmp_path / "nothing.toml", None)


@pytest.mark.parametrize("name", [".", "x" * 300])
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^TARGET_CONFIG: .* cannot be read"):
        load_target(tmp_path / name, None)


def test_the_reference_target_serves_both_apis_at_one_url() -> None:
    target = reference_target("http://127.0.0.1:1")

    assert target.arena is not None
    assert target.vba is not None
    assert target.arena.url == target.vba.url == "http://127.0.0.1:1"
    assert len(target.arena.events) >= 2
    assert len(target.arena.quality_processes) >= 2
    assert target.arena.read_back
    assert len(set(target.secrets.values())) == 4


@pytest.mark.parametrize(
    "ref", [EventRef("I", "E"), QualityProcessRef("I", "E", "Q")], ids=["event", "quality process"]
)
def test_a_ref_gives_its_guids_in_the_order_of_the_path(ref: EventRef | QualityProcessRef) -> None:
    names = ["integration", "event", "qualityProcess"]

    assert ref.guids == tuple(zip(names, "IEQ", strict=True))[: len(ref.guids)]
