"""What a request deserves, read off the request as it was sent and off the target's data.

A request has defects, each named by the requirement that demands its refusal, and it may have a side that the
documents leave open (`open_side`, the reason in words). Without either it is valid and must be carried out; with
defects alone it must be refused; with an open side it is held to HTTP-1 alone. Scenarios need not say what they
expect, and a generated request is judged like one written by hand.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from tests.harness.contract import entity_schema, follow, resolve, schema_errors
from tests.harness.exchange import (
    PUT_EVENTS_BATCH,
    RECONCILE_EVENT,
    Json,
    Request,
)
from tests.harness.target import ArenaTarget, EventRef, QualityProcessRef, Target, VbaTarget

FLAGS = {RECONCILE_EVENT: "itemsReconciled", "reconcileQualityProcess": "reconciled"}
PLAIN_GUID = re.compile(r"[A-Za-z0-9_*-]{1,64}")
"""What every server takes for one segment of a path: the documents say no more of what is not valid."""
PLAIN_SIZE = 256 * 1024
"""Bytes of a body up to which no server has a reason to refuse for the size alone."""
PLAIN_HEADERS = 4096
"""Characters of all headers, likewise."""
PLAIN_DEPTH = 32
"""Levels of nesting, likewise."""
ORDINARY_DATE_TIME = re.compile(
    r"(?:19|20)\d\d-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d{1,3})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)"
)
"""Date-times that every implementation takes: no leap second, no year 0001, no finer fraction, no odd offset."""
EVENT_ID = re.compile(rb'"event_ID"\s*:\s*(\d{1,10})\b')
MAX_DIGITS = 300


class BodyKind(StrEnum):
    """What a body is to a JSON parser."""

    JSON = "JSON"
    NOT_JSON = "not JSON"
    OPEN = "JSON to some parsers only"


class Verdict(StrEnum):
    """What an entity of a batch deserves."""

    VALID = "valid"
    INVALID = "invalid"
    OPEN = "open"


DOCUMENTED_TYPES = ("text/plain", "application/json", "text/json")
ANY_DOCUMENTED = ", ".join(DOCUMENTED_TYPES)
"""An Accept header that names all media types of the batch's answers."""


@dataclass(frozen=True)
class Reading:
    """What the contract says of one request."""

    defects: frozenset[str] = frozenset()
    open_side: str | None = None
    value: bool | None = None
    """Arena: the flag's value that is asked for."""
    invalid_guids: tuple[str, ...] = ()
    """Arena: the path's GUIDs that are not valid, any of which a refusal may quote."""
    entities: tuple[EntityReading, ...] = ()
    """VBA: what each entity deserves, in the order of the batch."""
    mentioned: tuple[int, ...] = ()
    """VBA: the ids that stand in a body that is no array of entities."""

    @property
    def valid(self) -> bool:
        """The request must be carried out."""
        return not self.defects and self.open_side is None

    @property
    def refusable(self) -> bool:
        """The request must (or, where each defect is a SHOULD, should) be refused."""
        return bool(self.defects) and self.open_side is None


@dataclass(frozen=True)
class EntityReading:
    """One entity of a batch: its id where it has one, what it deserves, and why."""

    id: int | None
    verdict: Verdict
    requirement: str | None = None
    """The requirement that an invalid entity breaks: BATCH-7, or BATCH-16 where it is a SHOULD."""
    why: str = ""


def read(request: Request, target: Target) -> Reading:
    """The contract's reading of a PUT to one of the three paths of this target."""
    if sum(len(name) + len(value) for name, value in request.headers) > PLAIN_HEADERS:
        return Reading(open_side="the headers are large")
    if request.operation == PUT_EVENTS_BATCH:
        assert target.vba is not None
        return _read_batch(request, target.vba)
    assert target.arena is not None
    return _read_arena(request, target.arena)


@lru_cache(maxsize=512)
def parse_json(body: bytes) -> tuple[BodyKind, Json]:
    """What a body is, with its value where it is JSON. Not JSON is what RFC 8259 gives no parser leave to take."""
    if len(body) > PLAIN_SIZE:
        return BodyKind.OPEN, None
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return BodyKind.OPEN, None
    if text.startswith("\ufeff") or "\0" in text or _depth(text) > PLAIN_DEPTH:
        return BodyKind.OPEN, None
    odd: list[str] = []

    def pairs(items: list[tuple[str, Json]]) -> dict[str, Json]:
        if len({key for key, _ in items}) < len(items):
            odd.append("a repeated key")
        return dict(items)

    def constant(name: str) -> None:
        odd.append(name)

    def integer(digits: str) -> int:
        if len(digits) > MAX_DIGITS:
            odd.append("an integer past every type")
            return 0
        return int(digits)

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_int=integer)
    except RecursionError:
        return BodyKind.OPEN, None
    except ValueError:
        # A parser that takes NaN or the like may be lenient elsewhere too, but what it meets here is no JSON at all.
        return (BodyKind.OPEN if odd else BodyKind.NOT_JSON), None
    if odd or not _plain(value):
        return BodyKind.OPEN, None
    return BodyKind.JSON, value


def _read_arena(request: Request, arena: ArenaTarget) -> Reading:
    defects: set[str] = set()
    reasons: list[str] = []
    sessions = request.header("arena_session_id")
    if not sessions:
        defects.add("ARENA-AUTH-1")
    elif len(sessions) > 1 or sessions[0] != sessions[0].strip():
        reasons.append("the session header is repeated or padded")
    elif sessions[0] == arena.non_admin_session_id:
        defects.add("ARENA-AUTH-3")
    elif sessions[0] != arena.session_id:
        defects.add("ARENA-AUTH-2")
    _read_content_type(request, "ARENA-ERROR-7", defects, reasons)
    invalid = _read_guids(request, arena, defects, reasons)
    kind, body = parse_json(request.body)
    value: bool | None = None
    flag = FLAGS[request.operation]
    if kind is BodyKind.NOT_JSON:
        defects.add("ARENA-ERROR-2")
    elif kind is BodyKind.OPEN:
        reasons.append("the body is JSON to some parsers only")
    elif not isinstance(body, dict) or not isinstance(body.get(flag), bool):
        defects.add("ARENA-ERROR-4")
    elif len(body) > 1:
        reasons.append("the body has fields that the documents do not name")
    else:
        value = body[flag]
    return Reading(frozenset(defects), "; ".join(reasons) or None, value, tuple(invalid))


def _read_guids(request: Request, arena: ArenaTarget, defects: set[str], reasons: list[str]) -> list[str]:
    """The GUIDs of the path that are not valid; a GUID is judged below its parent."""
    invalid: list[str] = []
    refs: tuple[EventRef | QualityProcessRef, ...] = arena.events
    if request.operation != RECONCILE_EVENT:
        refs = arena.quality_processes
    named: tuple[EventRef | QualityProcessRef, ...] = (*arena.events, *arena.quality_processes)
    everywhere = {guid for ref in named for _, guid in ref.guids}
    known = [tuple(guid for _, guid in ref.guids) for ref in refs]
    for position, (_, guid) in enumerate(request.guids):
        here = {path[position] for path in known}
        if not PLAIN_GUID.fullmatch(guid):
            reasons.append("a GUID has characters that the path's syntax treats in its own way")
        elif guid in here:
            parents = tuple(text for _, text in request.guids[:position])
            if not invalid and (*parents, guid) not in {path[: position + 1] for path in known}:
                defects.add("ARENA-ERROR-6")
                invalid.append(guid)
        elif guid in everywhere:
            reasons.append("a GUID of another kind of object stands in the path")
        elif guid.upper() in here:
            defects.add("ARENA-ERROR-9")
            invalid.append(guid)
        else:
            defects.add("ARENA-ERROR-3")
            invalid.append(guid)
    return invalid


def _read_batch(request: Request, vba: VbaTarget) -> Reading:
    defects: set[str] = set()
    reasons: list[str] = []
    _read_credential(request.header("x-api-key"), vba.api_key, "BATCH-AUTH-1", defects, reasons)
    tokens = request.header("authorization")
    scheme, _, token = tokens[0].partition(" ") if tokens else ("", "", "")
    if scheme != "Bearer" and scheme.lower() == "bearer" and token == vba.bearer_token:
        reasons.append("the scheme's name is written in other letters")
    else:
        _read_credential(tokens, f"Bearer {vba.bearer_token}", "BATCH-AUTH-2", defects, reasons)
    databases = request.header("vbasoftware-database")
    if not databases:
        defects.add("BATCH-AUTH-3")
    elif len(databases) > 1 or not databases[0].strip():
        reasons.append("the database's name is empty or repeated")
    elif databases[0] != vba.database and databases[0].strip().lower() == vba.database.lower():
        reasons.append("the database's name is written otherwise")
    elif databases[0] != vba.database:
        defects.add("BATCH-AUTH-4")
    if not request.header("user-agent"):
        reasons.append("there is no User-Agent")
    _read_content_type(request, None, defects, reasons)
    if any(not _acceptable(value) for value in request.header("accept")):
        reasons.append("no documented media type is accepted")
    kind, body = parse_json(request.body)
    entities: tuple[EntityReading, ...] = ()
    if kind is BodyKind.NOT_JSON:
        defects.add("BATCH-11")
    elif kind is BodyKind.OPEN:
        reasons.append("the body is JSON to some parsers only")
    elif isinstance(body, list):
        entities = tuple(read_entity(entity) for entity in body)
    elif isinstance(body, dict):
        reasons.append("one entity stands there without its batch")
    else:
        defects.add("BATCH-7")
    mentioned = () if entities else tuple(int(id) for id in EVENT_ID.findall(request.body))
    return Reading(frozenset(defects), "; ".join(reasons) or None, entities=entities, mentioned=mentioned)


def _read_credential(values: list[str], right: str, requirement: str, defects: set[str], reasons: list[str]) -> None:
    if len(values) > 1 or (values and values[0] != values[0].strip()):
        reasons.append("a credential is repeated or padded")
    elif values != [right]:
        defects.add(requirement)


def _read_content_type(request: Request, requirement: str | None, defects: set[str], reasons: list[str]) -> None:
    values = request.header("content-type")
    if values == ["application/json"]:
        return
    media_type = values[0].split(";")[0].strip().lower() if len(values) == 1 else ""
    if requirement is None or not re.fullmatch(r"[\w.+-]+/[\w.+-]+", media_type) or "json" in media_type:
        reasons.append("no documented Content-Type is sent")
    else:
        defects.add(requirement)


def _acceptable(accept: str) -> bool:
    """Whether an Accept header is one of the plain forms that name a documented media type."""
    return accept in (*DOCUMENTED_TYPES, "*/*", ANY_DOCUMENTED)


def read_entity(entity: Json) -> EntityReading:
    """What the schema of the entity says of one member of a batch."""
    if not isinstance(entity, dict):
        return EntityReading(None, Verdict.INVALID, "BATCH-7", "an entity is an object")
    raw = entity.get("event_ID")
    id = raw if isinstance(raw, int) and not isinstance(raw, bool) else None
    reasons: list[str] = []
    invalid: dict[str, str] = {}
    wrong: set[str] = set()
    for error in schema_errors(entity_schema(), entity):
        field = str(error.path[0]) if error.path else ""
        wrong.add(field)
        why = f"{field}: {error.message}" if field else error.message
        if error.keyword in ("required", "type"):
            invalid.setdefault("BATCH-7", why)
        elif error.keyword == "format" or error.keyword in ("minimum", "maximum"):
            invalid.setdefault("BATCH-16", why)
        else:
            reasons.append(error.message)
    properties = entity_properties()
    for field, value in entity.items():
        if field not in properties:
            reasons.append(f"the documents do not name {field}")
        elif field not in wrong and not _ordinary(field, value):
            reasons.append(f"the documents leave open whether {field} takes this value")
    if "BATCH-7" in invalid:
        return EntityReading(id, Verdict.INVALID, "BATCH-7", invalid["BATCH-7"])
    if reasons:
        return EntityReading(id, Verdict.OPEN, None, reasons[0])
    if invalid:
        return EntityReading(id, Verdict.INVALID, "BATCH-16", invalid["BATCH-16"])
    return EntityReading(id, Verdict.VALID)


@lru_cache(maxsize=1)
def entity_properties() -> dict[str, Json]:
    """The schemas of an entity's fields, by name."""
    place = (*entity_schema(), "properties")
    return {name: resolve(follow((*place, name))) for name in resolve(place)}


def _ordinary(field: str, value: Json) -> bool:
    """Whether a value that has the field's type is one that every implementation has to take."""
    schema = entity_properties()[field]
    if isinstance(value, float):
        # 1e1 and 10.0 are numbers like any other, where the field is a number and no integer.
        whole = value.is_integer() and "integer" in schema["type"]
        return not whole and 0 <= value <= 100 and len(repr(value)) <= 8
    if isinstance(value, int) and not isinstance(value, bool):
        return value >= 0 and ("integer" in schema["type"] or value <= 100)
    if isinstance(value, str):
        if schema.get("format") == "date-time":
            return ORDINARY_DATE_TIME.fullmatch(value) is not None
        wide = any(ord(char) > 0xFFFF for char in value)
        limit = schema.get("maxLength", 0) // (2 if wide else 1)
        return all(assigned(char) for char in value) and (len(value) <= limit or "maxLength" not in schema)
    return True


def assigned(char: str) -> bool:
    """Whether a character is text to every database: no control but tab and line ends, no surrogate, no nonchar."""
    code = ord(char)
    control = (code < 0x20 and char not in "\t\n\r") or 0x7F <= code < 0xA0
    surrogate = 0xD800 <= code <= 0xDFFF
    nothing = (code & 0xFFFE) == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return not (control or surrogate or nothing)


def _depth(text: str) -> int:
    """How deep brackets nest, those inside texts counted too: an upper bound."""
    depth = deepest = 0
    for char in text:
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _plain(value: Json) -> bool:
    """Whether a parsed value holds no number past a double and no half of a surrogate pair."""
    if isinstance(value, dict):
        return all(_plain(key) and _plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(_plain(item) for item in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, str) or not any(0xD800 <= ord(char) <= 0xDFFF for char in value)
