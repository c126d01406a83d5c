"""Secrets stay out of everything that a run prints or writes: each is replaced by the variable that stands for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

Redact = Callable[[str], str]
SHORT = 4
"""Secrets shorter than this are replaced only where they are the whole text (a header's value): elsewhere, words."""
LONG = 8
"""Secrets from this length on are replaced without their first or last character too: a request may send them so."""
NAMED = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}


def redactor(secrets: Mapping[str, str]) -> Redact:
    """A function that replaces every secret in a text, in each way of writing it, by `${NAME}`.

    A secret without its last character is `${NAME%?}`, one without its first `${NAME#?}`: so shells write it.
    """
    parts: list[tuple[str, str]] = []
    for name, secret in secrets.items():
        parts.append((secret, f"${{{name}}}"))
        if len(secret) >= LONG:
            parts += [(secret[:-1], f"${{{name}%?}}"), (secret[1:], f"${{{name}#?}}")]
    whole = {secret: f"${{{name}}}" for name, secret in secrets.items()}
    longest_first = sorted((part for part in parts if len(part[0]) >= SHORT), key=lambda part: -len(part[0]))
    shown = [variable for _, variable in longest_first]
    written = "|".join(f"({''.join(map(_written, text))})" for text, _ in longest_first)
    pattern = re.compile(written) if written else None

    def redact(text: str) -> str:
        if text in whole:
            return whole[text]
        return text if pattern is None else pattern.sub(lambda found: shown[(found.lastindex or 1) - 1], text)

    return redact


def _written(char: str) -> str:
    """A pattern of one character as it stands, and as JSON, URLs and HTML write it."""
    if char.isascii() and char.isalnum():
        return char
    code = ord(char)
    in_a_url = "".join(f"%{byte:02x}" for byte in char.encode("utf-8")) + (r"|\+" if char == " " else "")
    in_html = rf"&#0*{code};|&#x0*{code:x};" + (f"|&{NAMED[char]};" if char in NAMED else "")
    escaped = rf"\\{re.escape(char)}|" if char in '"\\/' else ""
    # What escapes comes first: a backslash that escapes is no backslash of its own.
    return rf"(?:{escaped}(?i:\\u{code:04x}|{in_a_url}|{in_html})|{re.escape(char)})"
