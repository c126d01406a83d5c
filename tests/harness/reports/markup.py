"""HTML made of Python values: every text is escaped, unless it was made here."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterator

VOID = ("br", "input", "link", "meta", "wbr")


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, /, *content: str, **attributes: str | bool | int | None) -> Markup:
    """An element. The attribute class is written `class_`, aria-label `aria_label`; None and False leave one out."""
    given = {key: value for key, value in attributes.items() if value is not None and value is not False}
    written = "".join(_attribute(key, value) for key, value in given.items())
    if name in VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(*content)}</{name}>")


def join(*content: str) -> Markup:
    """The parts one after another, each escaped where it is plain text."""
    return Markup("".join(part if isinstance(part, Markup) else Markup(html.escape(visible(part))) for part in content))


def prose(text: str) -> Iterator[str]:
    """A sentence of the catalogue, with what stands between backticks as code."""
    for number, part in enumerate(text.split("`")):
        yield tag("code", part) if number % 2 else part


def visible(text: str) -> str:
    """The text with characters that nobody sees, or that no file can hold, written as escapes: NUL as \\x00.

    Line breaks and tabs stay. A reader of evidence has to see a zero-width space, and text must not run backwards.
    """
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(char if _shows(char) else _escape(char) for char in text)


def _shows(char: str) -> bool:
    return char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _attribute(key: str, value: str | bool | int) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{html.escape(visible(str(value)))}"'
