"""Secrets stay out of everything that a run prints or writes: each is replaced by the variable that stands for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import quote

Redact = Callable[[str], str]
SHORT = 4
"""Secrets shorter than this are replaced only where they stand as a header's whole value: elsewhere they are words."""


def redactor(secrets: Mapping[str, str]) -> Redact:
    """A function that replaces every secret in a text, in each way of writing it, by `$NAME`."""
    written = {
        form: f"${name}"
        for name, secret in secrets.items()
        if len(secret) >= SHORT
        for form in {secret, json.dumps(secret)[1:-1], quote(secret, safe=""), quote(secret)}
    }
    longest_first = sorted(written, key=len, reverse=True)

    def redact(text: str) -> str:
        for form in longest_first:
            text = text.replace(form, written[form])
        return text

    return redact
