"""What changed between two descriptions, and which part of the version each change needs.

Directions matter. What a client could send must stay taken, so a request that takes less is a major change; what a
client could rely on must stay, so an answer that may be more is one too. Names that generated code has (operations,
schemas, tags, examples that a mock is asked for) count like what is sent. Both descriptions are bundled: one document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tests.harness.exchange import Json
from tests.openapi.narrowing import WORDS, Side, narrowings, properties_of

Level = Literal["major", "minor", "patch"]
LEVELS: tuple[Level, ...] = ("major", "minor", "patch")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
COMPARED = ("operationId", "tags", "security", "servers", "parameters", "requestBody", "responses")
"""What is compared of an operation part by part."""
MAJOR: Level = "major"
MINOR: Level = "minor"
PATCH: Level = "patch"


@dataclass(frozen=True)
class Change:
    """One change: the part of the version that it needs, where it is, and what it is."""

    level: Level
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.level}: {self.place}: {self.what}"


@dataclass(frozen=True)
class Pair:
    """The same part of both descriptions, with the documents that it stands in; an absent part is None."""

    place: str
    old: Json
    new: Json
    documents: tuple[Json, Json]

    def inner(self, place: str, old: Json, new: Json) -> Pair:
        """Another part of both, its $ref followed where it is one."""
        found = [
            _followed(document, part) if isinstance(part, dict) else part
            for document, part in zip(self.documents, (old, new), strict=True)
        ]
        return Pair(place, found[0], found[1], self.documents)

    def each(self, key: str, what: str) -> Iterator[Pair]:
        """The parts below a key of this one, by name."""
        old, new = self.old.get(key) or {}, self.new.get(key) or {}
        for name in [*old, *(name for name in new if name not in old)]:
            yield self.inner(f"{self.place}, {what} {name}", old.get(name), new.get(name))

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both parts as schemas."""
        return Side(self.documents[0], self.old), Side(self.documents[1], self.new)


def changes(old: Json, new: Json) -> list[Change]:
    """Every change from one bundled description to another, the gravest first; the version itself is none."""
    found = list(_all(Pair("the description", old, new, (old, new))))
    if not found and _without_version(old) != _without_version(new):
        found = [Change(PATCH, "the description", "words or values of examples differ")]
    unique = list(dict.fromkeys(found))
    return sorted(unique, key=lambda change: LEVELS.index(change.level))


def _all(pair: Pair) -> Iterator[Change]:
    for path in pair.old["paths"] | pair.new["paths"]:
        both = pair.inner(path, pair.old["paths"].get(path, {}), pair.new["paths"].get(path, {}))
        for method in METHODS:
            operation = both.inner(f"{method.upper()} {path}", both.old.get(method), both.new.get(method))
            yield from _presence(operation) if None in (operation.old, operation.new) else _operation(operation, both)
    components = pair.inner("components", pair.old.get("components", {}), pair.new.get("components", {}))
    # A generated client has a class for each; the other components have no names there.
    for schema in components.each("schemas", "schema"):
        yield from _presence(schema)
    for scheme in components.each("securitySchemes", "security scheme"):
        yield from _presence(scheme)
        if scheme.old and scheme.new:
            yield from _security_scheme(scheme)


def _operation(pair: Pair, item: Pair) -> Iterator[Change]:
    for key in ("operationId", "tags"):
        if pair.old.get(key) != pair.new.get(key):
            yield Change(MAJOR, pair.place, f"{key} is {pair.new.get(key)}, which generated code is named after")
    if not pair.old.get("deprecated") and pair.new.get("deprecated"):
        yield Change(MINOR, pair.place, "is deprecated")
    yield from _alternatives(pair.place, "security", _of(pair, item, 0, "security"), _of(pair, item, 1, "security"))
    servers = [[server["url"] for server in _of(pair, item, side, "servers") or ()] for side in (0, 1)]
    yield from _alternatives(pair.place, "server", *servers)
    parameters = pair.inner(pair.place, _parameters(pair, item, 0), _parameters(pair, item, 1))
    for parameter in parameters.each("parameters", "parameter"):
        yield from _parameter(parameter)
    body = pair.inner(f"{pair.place}, request", pair.old.get("requestBody"), pair.new.get("requestBody"))
    yield from _request_body(body)
    yield from _responses(pair)
    yield from _else(pair, *COMPARED)


def _of(pair: Pair, item: Pair, side: int, key: str) -> Json:
    """What holds for an operation: its own, else the path item's, else the whole description's."""
    for part in ((pair.old, item.old, pair.documents[0]), (pair.new, item.new, pair.documents[1]))[side]:
        if key in part:
            return part[key]
    return None


def _alternatives(place: str, what: str, old: Json, new: Json) -> Iterator[Change]:
    """Where a client may choose one of several, each that goes is missed."""
    for one in old or ():
        if one not in (new or ()):
            yield Change(MAJOR, place, f"{what} {one} is gone")
    for one in new or ():
        if one not in (old or ()):
            # To what needed no credentials, any is one too many.
            yield Change(MAJOR if what == "security" and not old else MINOR, place, f"{what} {one} is new")


def _security_scheme(pair: Pair) -> Iterator[Change]:
    for key in sorted((pair.old.keys() | pair.new.keys()) - {"description"}):
        if pair.old.get(key) != pair.new.get(key):
            yield Change(MAJOR, pair.place, f"{key} is {pair.new.get(key)}")


def _parameters(pair: Pair, item: Pair, side: int) -> Json:
    """The parameters of an operation, those of its path item among them, by place and name."""
    document = pair.documents[side]
    parts = ((item.old, pair.old), (item.new, pair.new))[side]
    found = [_followed(document, parameter) for part in parts for parameter in part.get("parameters", ())]
    return {"parameters": {f"{one['name']} in {one['in']}": one for one in found}}


def _parameter(pair: Pair) -> Iterator[Change]:
    if pair.new is None:
        yield Change(MAJOR, pair.place, "is gone")
        return
    if pair.new.get("required") and not (pair.old or {}).get("required"):
        yield Change(MAJOR, pair.place, "is required")
    elif pair.old is None:
        yield Change(MINOR, pair.place, "is new")
    if pair.old is not None:
        if pair.old.get("required") and not pair.new.get("required"):
            yield Change(MINOR, pair.place, "is not required any more")
        yield from _schema(pair.inner(pair.place, pair.old.get("schema", {}), pair.new.get("schema", {})), sent=True)
        yield from _else(pair, "required", "schema", "name", "in")


def _request_body(pair: Pair) -> Iterator[Change]:
    if pair.old is None or pair.new is None:
        if pair.old or pair.new:
            required = (pair.new or {}).get("required")
            yield Change(
                MAJOR if pair.new is None or required else MINOR, pair.place, "is gone" if pair.old else "is new"
            )
        return
    if bool(pair.old.get("required")) != bool(pair.new.get("required")):
        required = bool(pair.new.get("required"))
        yield Change(
            MAJOR if required else MINOR, pair.place, "is required" if required else "is not required any more"
        )
    yield from _content(pair, sent=True)
    yield from _else(pair, "required", "content")


def _responses(pair: Pair) -> Iterator[Change]:
    old, new = pair.old["responses"], pair.new["responses"]
    for status in [*old, *(status for status in new if status not in old)]:
        place = f"{pair.place}, answer {status}"
        one, other = old.get(status, old.get(_range(status))), new.get(status, new.get(_range(status)))
        if one is None or other is None:
            yield Change(MAJOR, place, "is new, and none that a client knows" if one is None else "is gone")
            continue
        if status not in old or status not in new:
            yield Change(MINOR, place, "has a description of its own" if status in new else f"is {_range(status)} now")
        response = pair.inner(place, one, other)
        for header in response.each("headers", "header"):
            yield from _header(header)
        yield from _content(response, sent=False)
        yield from _else(response, "headers", "content")


def _range(status: str) -> str:
    return f"{status[0]}XX"


def _header(pair: Pair) -> Iterator[Change]:
    """A header of an answer."""
    if pair.old is None or pair.new is None:
        yield from _presence(pair)
        return
    if pair.old.get("required") and not pair.new.get("required"):
        yield Change(MAJOR, pair.place, "may be absent")
    if pair.new.get("required") and not pair.old.get("required"):
        yield Change(MINOR, pair.place, "is always there")
    yield from _schema(pair.inner(pair.place, pair.old.get("schema", {}), pair.new.get("schema", {})), sent=False)
    yield from _else(pair, "required", "schema")


def _else(pair: Pair, *compared: str) -> Iterator[Change]:
    """What differs beside words and what was `compared`: nothing here knows what it means, so it is taken for grave."""
    for key in sorted((pair.old.keys() | pair.new.keys()) - WORDS - set(compared)):
        if not key.startswith("x-") and pair.old.get(key) != pair.new.get(key):
            yield Change(MAJOR, pair.place, f"{key} is {pair.new.get(key)}")


def _content(pair: Pair, *, sent: bool) -> Iterator[Change]:
    """The media types of a body, `sent` by a client or to it."""
    for media in pair.each("content", "media type"):
        if media.old is None or media.new is None:
            yield from _presence(media)
            continue
        yield from _schema(
            media.inner(media.place, media.old.get("schema", {}), media.new.get("schema", {})), sent=sent
        )
        for example in media.each("examples", "example"):
            # Mocks and documentation are asked for it by its name.
            if example.new is None:
                yield Change(MAJOR, example.place, "is gone")
            elif example.old is None:
                yield Change(PATCH, example.place, "is new")
        yield from _else(media, "schema")


def _schema(pair: Pair, *, sent: bool) -> Iterator[Change]:
    """A schema of what a client sends, or of what it gets."""
    old, new = pair.sides
    if old.rules() == new.rules():
        return
    for name in sorted(properties_of(old) ^ properties_of(new)):
        gone = name in properties_of(old)
        yield Change(MAJOR if gone else MINOR, f"{pair.place}, {name}", "is gone" if gone else "is new")
    for place, text in narrowings(old, new):
        yield Change(MAJOR if sent else MINOR, _at(pair, place), f"{text} now" if text == "is required" else text)
    for place, text in narrowings(new, old):
        yield Change(MINOR if sent else MAJOR, _at(pair, place), f"no longer: {text}")


def _at(pair: Pair, place: str) -> str:
    return f"{pair.place}, {place}" if place else pair.place


def _presence(pair: Pair) -> Iterator[Change]:
    """What is gone is missed; what is new is more."""
    if pair.old is not None and pair.new is None:
        yield Change(MAJOR, pair.place, "is gone")
    if pair.old is None and pair.new is not None:
        yield Change(MINOR, pair.place, "is new")


def _followed(document: Json, part: Json) -> Json:
    """What a part of a description is, where it is a $ref what that leads to."""
    return Side(document, part).keywords if "$ref" in part else part


def _without_version(document: Json) -> Json:
    info = {key: value for key, value in document["info"].items() if key != "version"}
    return {**document, "info": info}
