"""Inputs that are drawn by hypothesis from the description, so that the suite knows of each what it deserves.

`valid_entities` keep every rule, `broken_entities` break one and say which; `misshapen_bodies` lack the flag. What the
documents leave open is drawn by the `odd_...` strategies, and held to HTTP-1 alone. An entity's event_ID is always
the one that is given, or nothing that any server could take for another's: a target's data is real.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir

from tests.harness.callers import minimal
from tests.harness.contract import entity_schema, resolve
from tests.harness.exchange import Json
from tests.harness.oracle import assigned, entity_properties

# Hypothesis keeps its tables of Unicode, which take it a second to make, and nothing of a run: it has no database here.
set_hypothesis_home_dir(Path(__file__).parents[2] / "build" / "hypothesis")

Drawn = TypeVar("Drawn")
INT32 = 2**31 - 1
ORDINARY_CHARS = st.characters(exclude_categories=("Cs", "Cn", "Co", "Cc")).filter(assigned)
ODD_CHARS = st.one_of(st.characters(), st.sampled_from("\0\x1b\x7f\u200e\u202e\u0301\ufeff\uffff\ud800\udfff😀"))
NUMBERS = ("-0", "1e400", "-1e400", "1e-400", "1E5", "0.1e1", str(2**31), str(-(2**31) - 1), str(2**63), str(2**64))
"""Texts of JSON numbers at and past the types that servers keep them in."""


@dataclass(frozen=True)
class Broken:
    """An entity that breaks one rule: `field` is where, `rule` is the keyword of the schema that says so."""

    entity: dict[str, Json]
    field: str
    rule: str


def draw(strategy: st.SearchStrategy[Drawn], seed: int, count: int) -> list[Drawn]:
    """`count` values of a strategy at most; the same seed draws the same."""
    if count == 0:
        return []
    found: list[Drawn] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(strategy)
    def one(value: Drawn) -> None:
        found.append(value)

    one()
    return found[:count]


@lru_cache(maxsize=4)
def drawn_valid(id: int, seed: int, count: int) -> tuple[dict[str, Json], ...]:
    """`count` valid entities at most. They are kept, for a process that runs the contract on many targets."""
    return tuple(draw(valid_entities(id), seed, count))


@lru_cache(maxsize=4)
def drawn_broken(id: int, seed: int, count: int) -> tuple[Broken, ...]:
    """`count` entities with one broken rule at most, kept like the valid ones."""
    return tuple(draw(broken_entities(id), seed, count))


def valid_entities(id: int) -> st.SearchStrategy[dict[str, Json]]:
    """Entities that every implementation has to take: any of the optional fields, each null or with a value."""
    properties = entity_properties()
    fixed = {"event_ID": st.just(id)} | {name: st.booleans() for name in minimal(0) if name != "event_ID"}
    optional = {name: _value(schema) for name, schema in properties.items() if name not in fixed}
    return st.fixed_dictionaries(fixed, optional=optional)


@st.composite
def broken_entities(draw_from: st.DrawFn, id: int) -> Broken:
    """A valid entity with one broken rule: required, type (null included), format or maximum."""
    properties = entity_properties()
    entity = draw_from(valid_entities(id))
    field = draw_from(st.sampled_from(list(properties)))
    schema = properties[field]
    rules = ["type"]
    if field in resolve(entity_schema())["required"]:
        rules.append("required")
    if schema.get("format") == "date-time":
        rules.append("format")
    if "maximum" in schema and field != "event_ID":
        rules.append("maximum")
    rule = draw_from(st.sampled_from(rules))
    if rule == "required":
        return Broken({name: value for name, value in entity.items() if name != field}, field, rule)
    if rule == "format":
        value: Json = draw_from(_no_date_time())
    elif rule == "maximum":
        value = draw_from(st.integers(INT32 + 1, 2**53))
    else:
        value = draw_from(_wrong_type(field, schema))
    return Broken(entity | {field: value}, field, rule)


def misshapen_bodies(flag: str) -> st.SearchStrategy[Json]:
    """JSON that has no true or false at the flag: another value there, another name, or no object at all."""
    any_json = st.recursive(
        st.none() | st.integers(-(2**31), 2**31) | st.text(ORDINARY_CHARS, max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    )
    return st.one_of(
        any_json.map(lambda value: {flag: value}),
        st.booleans().map(lambda value: {flag.upper(): value}),
        st.booleans().map(lambda value: [{flag: value}]),
        any_json.filter(lambda value: not isinstance(value, dict) or flag not in value),
    )


def odd_bodies(right: bytes) -> st.SearchStrategy[bytes]:
    """Bytes that are nearly the right body, or none that a parser likes: cut, mixed, deep, in other encodings."""
    place = st.integers(0, len(right))
    noise = st.binary(min_size=1, max_size=6)
    texts = st.text(ODD_CHARS, max_size=40)
    return st.one_of(
        place.map(lambda at: right[:at]),
        st.tuples(place, noise).map(lambda found: right[: found[0]] + found[1] + right[found[0] :]),
        st.tuples(place, place).map(lambda found: right[: found[0]] + right[found[1] :]),
        st.sampled_from(["utf-16", "utf-16-le", "utf-32", "utf-8-sig", "utf-7"]).map(right.decode().encode),
        texts.map(lambda text: json.dumps(text).encode()),
        st.binary(max_size=60),
        st.integers(100, 30_000).map(lambda depth: b"[" * depth + b"]" * depth),
    )


def odd_entities(id: int) -> st.SearchStrategy[bytes]:
    """The text of an entity with a value that the documents leave open in one field: odd numbers, texts, nesting."""
    start = json.dumps(minimal(id)).encode().removesuffix(b"}")
    fields = st.sampled_from([*(name for name in entity_properties() if name not in minimal(0)), "unknown_Field"])
    values = st.one_of(
        st.sampled_from([text.encode() for text in NUMBERS]),
        st.text(ODD_CHARS, max_size=600).map(lambda text: json.dumps(text).encode()),
        st.integers(1, 40).map(lambda depth: b"[" * depth + b"]" * depth),
        st.integers(2, 400).map(lambda digits: b"0." + b"3" * digits),
        st.dictionaries(st.text(max_size=4), st.booleans(), max_size=3).map(lambda value: json.dumps(value).encode()),
    )
    return st.tuples(fields, values).map(lambda found: start + f', "{found[0]}": '.encode() + found[1] + b"}")


def odd_guids(known: str) -> st.SearchStrategy[str]:
    """GUIDs that are nearly a known one, or hold what routers, file systems and databases read in their own way."""
    place = st.integers(0, len(known) - 1)
    char = st.characters(exclude_categories=["Cs"])
    return st.one_of(
        st.tuples(place, char).map(lambda found: known[: found[0]] + found[1] + known[found[0] + 1 :]),
        st.tuples(place, st.sampled_from("/\\%.;?#+ \0'\"")).map(lambda found: known[: found[0]] + found[1]),
        st.text(char, min_size=1, max_size=60),
        st.integers(1, 300).map(lambda length: (known * 20)[:length]),
    ).filter(lambda guid: guid.upper() != known.upper() and guid not in (".", ".."))


def odd_header_values() -> st.SearchStrategy[str]:
    """Header values that HTTP lets through: visible ASCII, other bytes, spaces inside, up to some kilobytes."""
    visible = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=30)
    return st.one_of(visible, visible.map(lambda text: (text or "x") * 60)).map(str.strip)


def _value(schema: Json) -> st.SearchStrategy[Json]:
    """A field's ordinary values, null where it may be."""
    kinds = schema["type"]
    if "boolean" in kinds:
        found: st.SearchStrategy[Json] = st.booleans()
    elif "integer" in kinds:
        found = st.integers(0, INT32)
    elif "number" in kinds:
        found = st.integers(0, 100) | st.integers(1, 9999).map(lambda hundredths: hundredths / 100)
    elif schema.get("format") == "date-time":
        found = _date_times()
    else:
        length = schema["maxLength"]
        # A letter past the first plane counts twice to some servers.
        found = st.text(ORDINARY_CHARS, max_size=length // 2) | st.text("aé", min_size=length, max_size=length)
    return found | st.none() if "null" in kinds else found


def _date_times() -> st.SearchStrategy[str]:
    """Date-times that every implementation takes."""
    times = st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2090, 1, 1))
    zones = st.sampled_from(["Z", "+00:00", "+02:00", "-05:30"])
    return st.tuples(times, zones, st.sampled_from(["", ".5", ".250"])).map(
        lambda found: found[0].replace(microsecond=0).isoformat() + found[2] + found[1]
    )


def _no_date_time() -> st.SearchStrategy[str]:
    """Texts that no parser of date-times takes."""
    words = st.text("abcdefghijklmnopqrsuvwxy", min_size=3, max_size=12)
    return words | st.sampled_from(["2024-13-01T00:00:00Z", "2024-02-30T10:00:00Z", "24:61", "2024-06-01T25:00:00Z"])


def _wrong_type(field: str, schema: Json) -> st.SearchStrategy[Json]:
    """Values of a type that the field does not take; for event_ID, none that could be taken for a number."""
    kinds = schema["type"]
    odd: list[st.SearchStrategy[Json]] = [st.just([]), st.just({}), st.just([1]), st.just({"value": 1})]
    if "null" not in kinds:
        odd.append(st.none())
    if field == "event_ID":
        return st.one_of(*odd, st.sampled_from(["", "abc"]))
    if "string" not in kinds:
        odd.append(st.sampled_from(["", "1", "true", "abc"]))
    if "boolean" not in kinds:
        odd.append(st.booleans())
    if "integer" not in kinds and "number" not in kinds:
        odd.append(st.integers(-5, 10**8))
    if "integer" in kinds:
        odd.append(st.integers(0, 100).map(lambda whole: whole + 0.5))
    return st.one_of(*odd)
