"""Redaction: a secret is replaced by its variable in each way in which a report could write it."""

from __future__ import annotations

import html
import json
from urllib.parse import quote, quote_plus

import pytest

from tests.harness.redact import redactor

ODD = 'a"b\\c/d e%f+g&h'
"""A secret that JSON and URLs write in another way than headers."""


@pytest.mark.parametrize(
    "secret", ["0123456789", "with space", "a.b*c?d[e]", "(.*)", "\\1\\g<0>", "$HOME", "${KEY}", "ünïcode", ODD]
)
def test_a_secret_is_replaced_wherever_it_stands(secret: str) -> None:
    redact = redactor({"KEY": secret})

    assert redact(f"{secret} a{secret}b Bearer {secret}") == "${KEY} a${KEY}b Bearer ${KEY}"


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(ODD, id="plain"),
        pytest.param(json.dumps(ODD)[1:-1], id="JSON"),
        pytest.param(json.dumps(ODD)[1:-1].replace("/", "\\/"), id="JSON with escaped slashes"),
        pytest.param("".join(f"\\u{ord(char):04x}" if not char.isalnum() else char for char in ODD), id="JSON escapes"),
        pytest.param(quote(ODD), id="path"),
        pytest.param(quote(ODD, safe=""), id="query"),
        pytest.param(quote(ODD, safe="").replace("%2F", "%2f").replace("%5C", "%5c").replace("%2B", "%2b"), id="%2f"),
        pytest.param(quote_plus(ODD), id="form"),
        pytest.param(html.escape(ODD), id="HTML"),
    ],
)
def test_a_secret_is_replaced_in_each_written_form(written: str) -> None:
    redact = redactor({"KEY": ODD})

    assert redact(f"<{written}>") == "<${KEY}>"


def test_a_secret_in_json_is_replaced() -> None:
    assert redactor({"KEY": ODD})(json.dumps({"echo": ODD})) == '{"echo": "${KEY}"}'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("SECRET/KEY+00=", "${KEY}"),
        ("SECRET/KEY+00", "${KEY%?}"),
        ("ECRET/KEY+00=", "${KEY#?}"),
        ("SECRET/KEY+00=0", "${KEY}0"),
        ("session SECRET\\/KEY+00, again", "session ${KEY%?}, again"),
        ("?key=ECRET%2fKEY%2b00%3d&", "?key=${KEY#?}&"),
        ("SECRET\\u002FKEY\\u002B00\\u003D", "${KEY}"),
        ("SECRET\\u002fKEY\\u002b00", "${KEY%?}"),
        ("ECRET/KEY+00", "ECRET/KEY+00"),
    ],
)
def test_a_secret_without_its_last_or_first_character_is_written_as_shells_do(text: str, shown: str) -> None:
    assert redactor({"KEY": "SECRET/KEY+00="})(text) == shown


@pytest.mark.parametrize("secret", ["session", "Bearer"])
def test_parts_of_a_short_secret_are_words(secret: str) -> None:
    text = f"{secret[:-1]} {secret[1:]}"

    assert redactor({"KEY": secret})(text) == text


def test_of_secrets_that_begin_alike_the_longer_is_replaced_whole() -> None:
    redact = redactor({"SHORTER": "secret", "LONGER": "secret-and-more"})

    assert redact("secret-and-more, secret") == "${LONGER}, ${SHORTER}"


def test_every_secret_is_replaced() -> None:
    redact = redactor({"ONE": "first-secret", "TWO": "other-secret"})

    assert redact("first-secret other-secret first-secret") == "${ONE} ${TWO} ${ONE}"


def test_one_value_of_two_variables_is_replaced() -> None:
    found = redactor({"ONE": "same-secret", "TWO": "same-secret"})("same-secret")

    assert found in ("${ONE}", "${TWO}")


@pytest.mark.parametrize("secret", ["TOKEN", "VBA_TOKEN", "BA_TOKE", "SESSION"])
def test_a_secret_that_is_a_word_of_a_variables_name_leaves_the_variables_whole(secret: str) -> None:
    redact = redactor({"VBA_TOKEN": "the-bearer-token", "ARENA_SESSION_ID": secret})

    found = redact(f"Bearer the-bearer-token, session {secret}.")

    assert found == "Bearer ${VBA_TOKEN}, session ${ARENA_SESSION_ID}."


@pytest.mark.parametrize("secret", ["", "a", "abc"])
def test_a_text_too_short_to_be_told_from_words_is_left(secret: str) -> None:
    assert redactor({"KEY": secret})("abc is a word") == "abc is a word"


@pytest.mark.parametrize("secret", ["a", "abc"])
def test_a_short_text_that_is_the_whole_of_a_header_is_replaced(secret: str) -> None:
    assert redactor({"KEY": secret})(secret) == "${KEY}"


def test_a_text_without_secrets_is_left() -> None:
    assert redactor({"KEY": "secret"})("nothing to see, not even Secret") == "nothing to see, not even Secret"


def test_without_secrets_nothing_is_replaced() -> None:
    assert redactor({})("anything") == "anything"


def test_redacting_again_changes_nothing() -> None:
    redact = redactor({"KEY": "secret", "TOKEN": "other"})

    assert redact(redact("secret and other")) == redact("secret and other")
