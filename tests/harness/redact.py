"""Secrets stay out of everything that a run prints or writes: each is replaced by the variable that stands for it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote, quote_plus

Redact = Callable[[str], str]
SHORT = 4
"""Secrets shorter than this are replaced only where they are the whole text (a header's value): elsewhere, words."""
LONG = 8
"""Secrets from this length on are replaced without their first or last character too: a request may send them so."""


def redactor(secrets: Mapping[str, str]) -> Redact:
    """A function that replaces every secret in a text, in each way of writing it, by `${NAME}`.

    A secret without its last character is `${NAME%?}`, one without its first `${NAME#?}`: so shells write it.
    """
    written: dict[str, str] = {}
    for name, secret in secrets.items():
        parts = {f"${{{name}}}": secret}
        if len(secret) >= LONG:
            parts |= {f"${{{name}%?}}": secret[:-1], f"${{{name}#?}}": secret[1:]}
        for shown, part in parts.items():
            written |= dict.fromkeys(_forms(part), shown)
    whole = {secret: f"${{{name}}}" for name, secret in secrets.items()}
    longest_first = sorted((form for form in written if len(form) >= SHORT), key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def redact(text: str) -> str:
        if text in whole:
            return whole[text]
        return text if pattern is None else pattern.sub(lambda found: written[found[0]], text)

    return redact


def _forms(secret: str) -> Iterator[str]:
    """A secret as it stands, and as JSON, URLs and HTML write it."""
    in_json = json.dumps(secret)[1:-1]
    hexadecimal = "".join(char if char.isalnum() else f"\\u{ord(char):04x}" for char in secret)
    yield from (secret, in_json, in_json.replace("/", "\\/"), hexadecimal, hexadecimal.upper().replace("\\U", "\\u"))
    for encoded in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield encoded
        yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), encoded)
    yield html.escape(secret)
