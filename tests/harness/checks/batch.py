"""VBA: who may call, what a batch answers for each entity, and what was applied."""

from __future__ import annotations

from functools import lru_cache, partial

from tests.harness import batch
from tests.harness.checks.registry import answer, check, expect
from tests.harness.exchange import NOT_JSON, Exchange, Json, Mismatch
from tests.harness.history import EntityState, History, Judged, Presence
from tests.harness.oracle import DOCUMENTED_TYPES, EntityReading, Verdict

LARGE = 10
"""Entities from which on a batch may be refused as too large (413): the documents name no limit."""
HUNDREDS = 100
CREATED, UPDATED = 201, 200
BODIES = {CREATED: "created", UPDATED: "updated"}


def _credential(id: str, judged: Judged, past: History) -> list[Mismatch] | None:
    """BATCH-AUTH-1 to BATCH-AUTH-4: what lacks a credential is refused, and nothing of it is applied."""
    applied = _applied_all_the_same(id, judged, past)
    if applied or not (judged.put and judged.reading.refusable and id in judged.reading.defects):
        return applied or None
    unauthorized = {"BATCH-AUTH-1", "BATCH-AUTH-2"}
    if id in unauthorized and judged.reading.defects <= unauthorized:
        return expect(judged.exchange.status == 401, "HTTP 401", answer(judged))
    return expect(400 <= judged.exchange.status < 500, "a refusal (4xx)", answer(judged))


for _id in ("BATCH-AUTH-1", "BATCH-AUTH-2", "BATCH-AUTH-3", "BATCH-AUTH-4"):
    check(_id)(partial(_credential, _id))


@check("BATCH-1")
def a_valid_batch_answers_207(judged: Judged, past: History) -> list[Mismatch] | None:
    """BATCH-1: 207 in one of three media types, the body JSON in the documented envelope whichever it is."""
    exchange = judged.exchange
    if not judged.put or not (exchange.status == 207 or (_all_valid(judged) and not _too_large(judged))):
        return None
    if exchange.status != 207 and _repeated(judged.reading.entities):
        # Nothing published says that an id may stand in a batch twice: BATCH-14 asks for it.
        return None
    if _lost_a_race(judged, past):
        return None
    if exchange.status != 207 or exchange.response is None:
        return [Mismatch("HTTP 207 to a valid batch", _brief(judged))]
    if exchange.response.media_type not in DOCUMENTED_TYPES:
        return [
            Mismatch(f"Content-Type {', '.join(DOCUMENTED_TYPES)}", exchange.response.media_type or "no Content-Type")
        ]
    if exchange.json is NOT_JSON:
        return [
            Mismatch("a JSON body, whichever the media type", exchange.response.body[:120].decode("utf-8", "replace"))
        ]
    return _schema(judged, "BATCH-1")


@check("BATCH-2")
def each_entity_has_its_result(judged: Judged, past: History) -> list[Mismatch] | None:
    """BATCH-2: one result for each entity, its id naming that entity. Repeated ids are BATCH-14."""
    found = _results(judged)
    if found is None:
        return None
    entities = judged.reading.entities
    for index, (entity, result) in enumerate(zip(entities, judged.matched, strict=True)):
        if result is None:
            whose = f"event_ID {entity.id}" if entity.id is not None else f"entity {index + 1}"
            return [Mismatch(f"a result whose id names {whose}", f"none among {len(found)} results{_ids(found)}")]
    if (shifted := _names_another(judged, past)) is not None:
        return [shifted]
    enough = len(found) == len(entities) or (bool(_repeated(entities)) and len(found) <= len(entities))
    return expect(enough, f"{len(entities)} results, one for each entity", f"{len(found)} results")


@check("BATCH-3")
def what_did_not_exist_is_created(judged: Judged, past: History) -> list[Mismatch] | None:
    """BATCH-3: an entity that did not exist has status 201."""
    return _own_status(judged, past, Presence.ABSENT)


@check("BATCH-4")
def what_exists_is_updated(judged: Judged, past: History) -> list[Mismatch] | None:
    """BATCH-4: an entity that exists has status 200; so has one that is sent again."""
    return _own_status(judged, past, Presence.EXISTS)


@check("BATCH-5")
def new_and_existing_are_told_apart(judged: Judged, past: History) -> list[Mismatch] | None:
    """BATCH-5: in a batch of both, each entity is answered as its own."""
    known = {state.presence for _, state, _ in _known(judged, past)}
    if not {Presence.ABSENT, Presence.EXISTS} <= known:
        return None
    created = _own_status(judged, past, Presence.ABSENT) or []
    return created + (_own_status(judged, past, Presence.EXISTS) or [])


@check("BATCH-6")
def every_valid_value_is_taken(judged: Judged, past: History) -> list[Mismatch] | None:
    """BATCH-6: an entity that keeps the schema is done, whichever fields it leaves out and whatever values it has."""
    if not _all_valid(judged) or _excused(judged) or not judged.reading.entities:
        return None
    raced = _raced(judged, past)
    if 400 <= judged.exchange.status < 500:
        if _repeated(judged.reading.entities) or _lost_a_race(judged, past):
            return None
        return [Mismatch("a batch whose entities all keep the schema is carried out", _brief(judged))]
    found = _results(judged)
    if found is None:
        return None
    for entity, result in zip(judged.reading.entities, judged.matched, strict=True):
        if result is not None and not batch.done(result) and entity.id not in raced:
            return [Mismatch(f"event_ID {entity.id}, which keeps the schema, is done", _result(result))]
    return []


def _invalid_entity(id: str, judged: Judged, past: History) -> list[Mismatch] | None:
    """BATCH-7, BATCH-16: what breaks the schema is refused whole with 4xx, or by a status of 400 or more of its own."""
    reading, status = judged.reading, judged.exchange.status
    broken = [entity for entity in reading.entities if entity.requirement == id and entity.verdict is Verdict.INVALID]
    if not judged.put or reading.open_side is not None or not (broken or id in reading.defects):
        return None
    if 400 <= status < 500 or status == 0 or status >= 500:
        # A 5xx or no answer is HTTP-1's.
        return []
    if status != 207 or id in reading.defects:
        why = broken[0].why if broken else "the body is no array of entities"
        return [Mismatch(f"a refusal: {why}", answer(judged))]
    repeated = _repeated(reading.entities)
    for entity, result in zip(reading.entities, judged.matched, strict=True):
        if entity in broken and entity.id not in repeated and result is not None and batch.done(result):
            return [Mismatch(f"a result with status 400 or more, or a refusal: {entity.why}", _result(result))]
    return []


for _id in ("BATCH-7", "BATCH-16"):
    check(_id)(partial(_invalid_entity, _id))


@check("BATCH-8")
def what_was_refused_was_not_applied(judged: Judged, past: History) -> list[Mismatch] | None:
    """BATCH-8: a whole refusal applied nothing; beside a refused entity the others were applied as reported."""
    lost = [
        Mismatch(
            f"event_ID {entity.id} applied as exchange {state.since} reported: status {UPDATED} now", _result(result)
        )
        for entity, state, result in _known(judged, past)
        if state.presence is Presence.EXISTS and state.failed_beside and batch.status(result) == CREATED
    ]
    applied = _applied_all_the_same("BATCH-8", judged, past)
    observed = any(state.suspects or state.failed_beside for _, state, _ in _known(judged, past, blamed=True))
    return lost + (applied or []) if observed else None


@check("BATCH-9")
def a_result_has_status_body_and_id(judged: Judged, past: History) -> list[Mismatch] | None:
    """BATCH-9: status an integer HTTP status, body a text, id a list that is not empty."""
    return _schema(judged, "BATCH-9") if _results(judged, generated=True) else None


@check("BATCH-10")
def the_activity_id_is_a_text(judged: Judged, past: History) -> list[Mismatch] | None:
    """BATCH-10: debug.activityID is a text."""
    if not judged.put or judged.exchange.status != 207 or not isinstance(judged.exchange.json, dict):
        return None
    return expect(
        batch.activity_id(judged.exchange.json) is not None, "debug.activityID, a text", _debug(judged.exchange)
    )


@check("BATCH-11")
def what_is_not_json_is_refused(judged: Judged, past: History) -> list[Mismatch] | None:
    """BATCH-11: a body that is not JSON is refused with 4xx."""
    if not judged.put or not judged.reading.refusable or "BATCH-11" not in judged.reading.defects:
        return None
    return expect(400 <= judged.exchange.status < 500, "a refusal (4xx)", answer(judged))


@check("BATCH-12")
def batches_of_any_size_are_answered(judged: Judged, past: History) -> list[Mismatch] | None:
    """BATCH-12: batches of one, of none and of hundreds answer completely, or 413 past a size.

    What an answer for hundreds reports as done is there afterwards.
    """
    for entity, state, result in _known(judged, past):
        lost = state.presence is Presence.EXISTS and state.together >= HUNDREDS and batch.status(result) == CREATED
        if lost:
            expected = f"event_ID {entity.id} applied, as exchange {state.since} reported it among {state.together}"
            return [Mismatch(expected, _result(result))]
    size = len(judged.reading.entities)
    if not _all_valid(judged) or _excused(judged) or _lost_a_race(judged, past) or 1 < size < HUNDREDS:
        return None
    found = judged.results if judged.exchange.status == 207 else None
    came = answer(judged) + ("" if found is None else f" with {len(found)} results")
    kept = found is not None and (len(found) == size or bool(_repeated(judged.reading.entities)))
    return expect(kept, f"HTTP 207 with {size} results", came)


@check("BATCH-13")
def results_keep_the_order(judged: Judged, past: History) -> list[Mismatch] | None:
    """BATCH-13: results stand in the order of the entities."""
    found = _results(judged)
    entities = judged.reading.entities
    if found is None or len(found) != len(entities):
        return None
    for index, (entity, result) in enumerate(zip(entities, found, strict=True)):
        if entity.id is not None and not batch.names(result, entity.id):
            return [Mismatch(f"result {index + 1} names event_ID {entity.id}", _result(result))]
    return []


@check("BATCH-14")
def a_repeated_id_has_each_result(judged: Judged, past: History) -> list[Mismatch] | None:
    """BATCH-14: an id that stands in the batch n times has n results."""
    repeated = _repeated(judged.reading.entities)
    if not _all_valid(judged) or not repeated or _excused(judged):
        return None
    found = _results(judged)
    if found is None:
        return [Mismatch("HTTP 207 to a batch in which an id is repeated", answer(judged))]
    for id, times in repeated.items():
        named = sum(batch.names(result, id) for result in found)
        if named != times:
            return [Mismatch(f"{times} results for event_ID {id}", f"{named} results")]
    return []


@check("BATCH-15")
def the_activity_id_differs(judged: Judged, past: History) -> list[Mismatch] | None:
    """BATCH-15: activityID differs from request to request."""
    activity = batch.activity_id(judged.exchange.json)
    if activity is None or not judged.put or judged.exchange.status != 207:
        return None
    number = judged.exchange.number
    together = [one.number for one in judged.burst if batch.activity_id(one.json) == activity and one.number != number]
    before = past.activity_ids.get(activity, together[0] if together else None)
    return expect(before is None, "an activityID of its own", f"{activity}, that of exchange {before}")


@check("BATCH-17")
def error_tells_of_errors(judged: Judged, past: History) -> list[Mismatch] | None:
    """BATCH-17: `error` is null or absent when nothing failed; a problem's status is the HTTP status."""
    body = judged.exchange.json
    if not judged.put or not isinstance(body, dict):
        return None
    problem = body.get("error")
    if judged.exchange.status == 207:
        found = judged.results or []
        answered = bool(found) or not judged.reading.entities
        if answered and all(map(batch.done, found)) and problem is not None:
            return [Mismatch("error null or absent where nothing failed", f"error {str(problem)[:200]}")]
        return _schema(judged, "BATCH-17")
    if not 400 <= judged.exchange.status < 500 or not isinstance(problem, dict) or "status" not in problem:
        return None
    return expect(
        problem["status"] == judged.exchange.status, f"error.status {judged.exchange.status}", problem["status"]
    )


@check("BATCH-18")
def a_new_id_is_created_once(judged: Judged, past: History) -> list[Mismatch] | None:
    """BATCH-18: of concurrent batches with the same new id, one creates it, and the others update it."""
    if not judged.burst or judged.exchange.number != judged.burst[-1].number:
        return None
    raced = _raced(judged, past)
    if not raced or not judged.reading.valid or any(one.attempts > 1 for one in judged.burst):
        return None
    for id in sorted(raced):
        statuses = _statuses_of(id, judged, past)
        if statuses and (statuses.count(CREATED) != 1 or any(status is None or status >= 300 for status in statuses)):
            return [
                Mismatch(
                    f"event_ID {id} created once and then updated",
                    f"statuses {statuses} of {len(judged.burst)} concurrent batches",
                )
            ]
    return []


@check("BATCH-19")
def the_body_says_what_was_done(judged: Judged, past: History) -> list[Mismatch] | None:
    """BATCH-19: Created with 201, Updated with 200."""
    found = _results(judged, generated=True)
    if not found or not any(batch.status(result) in BODIES for result in found):
        return None
    for result in found:
        expected = BODIES.get(batch.status(result) or 0)
        if expected and str(result.get("body")).strip().lower() != expected:
            return [Mismatch(f"body {expected.capitalize()} with status {batch.status(result)}", _result(result))]
    return []


def _all_valid(judged: Judged) -> bool:
    return (
        judged.put
        and judged.reading.valid
        and judged.exchange.status != 0
        and all(entity.verdict is Verdict.VALID for entity in judged.reading.entities)
    )


def _too_large(judged: Judged) -> bool:
    return judged.exchange.status == 413 and len(judged.reading.entities) >= LARGE


def _excused(judged: Judged) -> bool:
    """Whether a batch was refused for what is no fault of its entities: its size, or what it accepts (BATCH-1)."""
    return _too_large(judged) or judged.exchange.status == 406


def _results(judged: Judged, *, generated: bool = False) -> list[Json] | None:
    """The results of a 207 to a batch that the contract can judge (or, `generated`, to any), None without a 207."""
    if not judged.put or judged.exchange.status != 207 or (not judged.reading.valid and not generated):
        return None
    return judged.results


def _known(judged: Judged, past: History, *, blamed: bool = False) -> list[tuple[EntityReading, EntityState, Json]]:
    """The entities whose presence is known and whose id stands in one batch once, each with its result.

    What a refused request may have applied all the same is left out, unless `blamed` asks for it: that is the
    business of the requirement that demanded the refusal.
    """
    rows = _presence(judged, past)
    if blamed:
        return rows
    return [
        (entity, state, result)
        for entity, state, result in rows
        if not (state.presence is Presence.ABSENT and state.suspects and batch.status(result) == UPDATED)
    ]


@lru_cache(maxsize=1)
def _presence(judged: Judged, past: History) -> list[tuple[EntityReading, EntityState, Json]]:
    """The same, with what a refused request may have applied. Many checks ask it of one exchange, in turn."""
    found = _results(judged)
    if found is None or judged.exchange.attempts > 1:
        return []
    entities = judged.reading.entities
    unclear = {*_repeated(entities), *judged.contested}
    return [
        (entity, past.entity(entity.id), result)
        for entity, result in zip(entities, judged.matched, strict=True)
        if entity.id is not None
        and entity.id not in unclear
        and result is not None
        and entity.verdict is not Verdict.INVALID
    ]


def _own_status(judged: Judged, past: History, presence: Presence) -> list[Mismatch] | None:
    """The status of what was absent (201) or existed (200), None where the batch holds no such entity."""
    expected, was = (CREATED, "did not exist") if presence is Presence.ABSENT else (UPDATED, "existed")
    rows = [(entity, state, result) for entity, state, result in _known(judged, past) if state.presence is presence]
    valid = _all_valid(judged)
    told = [
        (entity, result)
        for entity, state, result in rows
        if (batch.done(result) or (valid and entity.verdict is Verdict.VALID))
        and not (state.failed_beside and batch.status(result) == CREATED)
    ]
    for entity, result in told:
        if batch.status(result) != expected:
            return [Mismatch(f"status {expected} for event_ID {entity.id}, which {was}", _result(result))]
    return [] if told else None


def _names_another(judged: Judged, past: History) -> Mismatch | None:
    """A result that names another entity than the one whose outcome it tells.

    That shows where the statuses fit the entities in their order, but not the ones that the results name.
    """
    found, entities = _results(judged) or [], judged.reading.entities
    if len(_known(judged, past)) != len(entities) or len(found) != len(entities) or not _all_valid(judged):
        return None
    expected = [CREATED if past.entity(entity.id or 0).presence is Presence.ABSENT else UPDATED for entity in entities]
    if Presence.UNKNOWN in {past.entity(entity.id or 0).presence for entity in entities}:
        return None
    by_place = [batch.status(result) for result in found]
    by_name = [batch.status(result) for result in judged.matched]
    if by_place != expected or by_name == expected:
        return None
    wrong = next(index for index, status in enumerate(by_name) if status != expected[index])
    return Mismatch(
        f"result {wrong + 1} names event_ID {entities[wrong].id}, whose outcome it tells", _result(found[wrong])
    )


def _applied_all_the_same(id: str, judged: Judged, past: History) -> list[Mismatch] | None:
    """Whether the status of an absent entity shows that a request was applied that requirement `id` had refused."""
    return [
        Mismatch(f"event_ID {entity.id} not created by a refused request: status {CREATED} now", _result(result))
        for entity, state, result in _known(judged, past, blamed=True)
        if state.presence is Presence.ABSENT and id in state.suspects and batch.status(result) == UPDATED
    ]


def _raced(judged: Judged, past: History) -> frozenset[int]:
    """The ids that several concurrent batches were to create."""
    return frozenset(id for id in judged.contested if past.entity(id).presence is Presence.ABSENT)


def _lost_a_race(judged: Judged, past: History) -> bool:
    """Whether a batch was refused while another one created a new id of both: what becomes of losers is BATCH-18's."""
    if not 400 <= judged.exchange.status < 500:
        return False
    named = {entity.id for entity in judged.reading.entities}
    own = [id for id in _raced(judged, past) if id in named]
    results = [result for one in judged.burst for result in batch.results(one.json) or []]
    return any(batch.status(result) == CREATED and any(batch.names(result, id) for id in own) for result in results)


def _statuses_of(id: int, judged: Judged, past: History) -> list[int | None]:
    """What each of the concurrent batches that name an entity says of it: its result's status, or that of a refusal."""
    found: list[int | None] = []
    for one in past.judged(judged.burst):
        if id in {entity.id for entity in one.reading.entities}:
            named = [batch.status(result) for result in one.results or [] if batch.names(result, id)]
            found += named or ([one.exchange.status] if 400 <= one.exchange.status < 500 else [])
    return found


def _repeated(entities: tuple[EntityReading, ...]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for entity in entities:
        if entity.id is not None:
            counts[entity.id] = counts.get(entity.id, 0) + 1
    return {id: count for id, count in counts.items() if count > 1}


def _schema(judged: Judged, id: str) -> list[Mismatch]:
    wrong = judged.schema_errors.get(id, [])
    return [Mismatch("the documented envelope", wrong[0])] if wrong else []


def _result(result: Json) -> str:
    return str(result)[:300]


def _ids(found: list[Json]) -> str:
    return f", the first of which is {_result(found[0])}" if found else ""


def _debug(exchange: Exchange) -> str:
    return f"debug {exchange.json.get('debug')!r}"[:200]


def _brief(judged: Judged) -> str:
    response = judged.exchange.response
    body = response.body[:200].decode("utf-8", "replace") if response else ""
    return f"{answer(judged)} {body}".strip()
