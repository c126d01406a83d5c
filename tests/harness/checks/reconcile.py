"""Arena: what an update answers and what it leaves alone, for events and quality processes alike."""

from __future__ import annotations

import datetime
import json
import math

from tests.harness.checks.headers import CLOCK_TOLERANCE
from tests.harness.checks.registry import answer, check, expect
from tests.harness.exchange import NOT_JSON, RECONCILE_EVENT, Json, Mismatch
from tests.harness.history import History, Judged, ObjectState
from tests.harness.oracle import FLAGS
from tests.harness.projection import documented

WHOLE_SECOND = 1.0
"""Seconds after which two times differ, though the documents write them without fractions."""
FOLLOWS_THE_REQUEST = {"itemsReconciled", "status", "reconciled", "reconciledDatetime", "reconciledUser"}
STATUSES = {True: "RECONCILED", False: "NEEDS_UPDATE"}


@check("EVENT-1")
def an_event_update_answers_the_event(judged: Judged, past: History) -> list[Mismatch] | None:
    """EVENT-1: true and false answer 200 with the documented object."""
    return _answers_the_object(judged, "EVENT-1")


@check("QUALITY-1")
def a_quality_process_update_answers_it(judged: Judged, past: History) -> list[Mismatch] | None:
    """QUALITY-1: true and false answer 200 with the documented object, the forms of its attributes included."""
    return _answers_the_object(judged, "QUALITY-1", "QUALITY-6")


@check("EVENT-2", "QUALITY-2")
def the_flag_is_the_value_asked_for(judged: Judged, past: History) -> list[Mismatch] | None:
    """EVENT-2, QUALITY-2: the flag is the value asked for, and what is read afterwards shows it."""
    flag = FLAGS[judged.exchange.request.operation]
    shown = _shown(judged)
    if shown is None or judged.burst:
        return None
    if judged.put:
        return _flag(judged, shown)
    known = _kept_alone(judged, past)
    if known is None or known.flag is None:
        return None
    return expect(
        shown.get(flag) is known.flag, f"{flag} {_json(known.flag)}, as the last PUT set it", _json(shown.get(flag))
    )


@check("EVENT-3")
def the_status_follows_the_flag(judged: Judged, past: History) -> list[Mismatch] | None:
    """EVENT-3: RECONCILED with true, NEEDS_UPDATE with false, in the answer and in what is read afterwards."""
    shown = _shown(judged)
    if shown is None or judged.burst:
        return None
    if judged.put:
        return _status(judged, shown) or _schema(judged, "EVENT-3")
    known = _kept_alone(judged, past)
    if known is None:
        return None
    expected = known.shown.get("status")
    kept = not _contradicts("status", expected, shown.get("status"))
    return expect(kept, f"status {expected}, as the last PUT answered", _json(shown.get("status")))


@check("EVENT-4", "QUALITY-3")
def the_guid_is_the_paths(judged: Judged, past: History) -> list[Mismatch] | None:
    """EVENT-4, QUALITY-3: `guid` is the one in the path."""
    shown = _shown(judged)
    return None if shown is None or not judged.put or judged.burst else _guid(judged, shown)


@check("EVENT-9", "QUALITY-11")
def concurrent_requests_get_their_own_answers(judged: Judged, past: History) -> list[Mismatch] | None:
    """EVENT-9, QUALITY-11: among requests that are under way at once, each gets the answer to itself."""
    if not judged.put or not judged.burst or not judged.reading.valid:
        return None
    shown = _shown(judged)
    if shown is None:
        return [Mismatch("HTTP 200 with the object of this request", answer(judged))]
    wrong = _guid(judged, shown) + _flag(judged, shown)
    return wrong + (_status(judged, shown) if judged.exchange.request.operation == RECONCILE_EVENT else [])


@check("EVENT-5")
def setting_the_same_value_performs_nothing(judged: Judged, past: History) -> list[Mismatch] | None:
    """EVENT-5: the value that is already set answers 200 and the object as it was."""
    known = past.object(judged.exchange)
    if not _is_update(judged) or known is None or known.flag is not judged.reading.value:
        return None
    if known.others_since or known.refused_since:
        return None
    shown = _shown(judged)
    if shown is None:
        return [Mismatch("HTTP 200 to the value that is already set", _brief(judged))]
    return _same(known.shown, documented(RECONCILE_EVENT, shown), "as the answer before showed it")


@check("EVENT-6")
def an_update_leaves_the_rest_of_its_event(judged: Judged, past: History) -> list[Mismatch] | None:
    """EVENT-6: creator, creation time, type and change stay what they were."""
    known, shown = past.object(judged.exchange), _shown(judged)
    if not _is_update(judged) or known is None or shown is None or known.others_since:
        return None
    return _same(_rest(known.shown), _rest(documented(RECONCILE_EVENT, shown)), "as it was before the update")


@check("EVENT-7", "QUALITY-7")
def an_update_leaves_the_other_objects(judged: Judged, past: History) -> list[Mismatch] | None:
    """EVENT-7, QUALITY-7: what other objects' updates left of this one; its flag shows only where it can be read."""
    known, shown = past.object(judged.exchange), _shown(judged)
    if known is None or shown is None or not known.others_since or (judged.put and not judged.reading.valid):
        return None
    if known.refused_since and not judged.put:
        # Which of the two it was cannot be told: EVENT-8 and QUALITY-8 forbid both.
        return None
    now = documented(judged.exchange.request.operation, shown)
    before = known.shown
    if judged.put or not known.settled:
        before, now = _rest(before), _rest(now)
    return _same(before, now, f"as it was before the update of another (exchange {known.others_since[-1]})")


@check("EVENT-8", "QUALITY-8")
def a_refused_request_changes_nothing(judged: Judged, past: History) -> list[Mismatch] | None:
    """EVENT-8, QUALITY-8: what is read after refused requests, and after updates of others, is what was there."""
    known, shown = past.object(judged.exchange), _shown(judged)
    if judged.put or known is None or shown is None or not (known.refused_since or known.others_since):
        return None
    now = documented(judged.exchange.request.operation, shown)
    before = known.shown
    if not known.settled:
        before, now = _rest(before), _rest(now)
    last = max(known.refused_since + known.others_since)
    return _same(before, now, f"as it was before exchange {last}")


@check("QUALITY-4")
def a_marking_has_its_time_and_user(judged: Judged, past: History) -> list[Mismatch] | None:
    """QUALITY-4: with true, reconciledDatetime and reconciledUser are there."""
    shown = _shown(judged)
    if shown is None or not judged.put or judged.reading.value is not True:
        return None
    missing = [name for name in ("reconciledDatetime", "reconciledUser") if shown.get(name) is None]
    expected = "reconciledDatetime and reconciledUser {email, fullName, guid}"
    return expect(not missing, expected, f"no {' and no '.join(missing)}") or _schema(judged, "QUALITY-4")


@check("QUALITY-5")
def what_is_not_marked_has_neither(judged: Judged, past: History) -> list[Mismatch] | None:
    """QUALITY-5: with false, reconciledDatetime and reconciledUser are absent or null."""
    shown = _shown(judged)
    if shown is None or not judged.put or judged.reading.value is not False:
        return None
    there = [name for name in ("reconciledDatetime", "reconciledUser") if shown.get(name) is not None]
    expected = "neither reconciledDatetime nor reconciledUser"
    return expect(not there, expected, " and ".join(there)) or _schema(judged, "QUALITY-5")


@check("QUALITY-10")
def what_is_not_marked_names_neither(judged: Judged, past: History) -> list[Mismatch] | None:
    """QUALITY-10: with false, they are absent rather than null, as in the document's sample."""
    shown = _shown(judged)
    if shown is None or not judged.put or judged.reading.value is not False:
        return None
    there = [name for name in ("reconciledDatetime", "reconciledUser") if name in shown]
    return expect(not there, "reconciledDatetime and reconciledUser absent", f"{' and '.join(there)} in the object")


@check("QUALITY-6")
def the_watched_attributes_stay(judged: Judged, past: History) -> list[Mismatch] | None:
    """QUALITY-6: preEvent and postEvent stay what they were, and both have one of the documented forms."""
    shown = _shown(judged)
    if shown is None or not judged.put:
        return None
    wrong = _schema(judged, "QUALITY-6")
    known = past.object(judged.exchange)
    if wrong or known is None or known.others_since:
        return wrong
    return _same(
        _rest(known.shown), _rest(documented(judged.exchange.request.operation, shown)), "as it was before the update"
    )


@check("QUALITY-9")
def the_marking_has_the_time_it_was_made(judged: Judged, past: History) -> list[Mismatch] | None:
    """QUALITY-9: a marking that this request made has its time, within CLOCK_TOLERANCE, and not that of one before.

    Where the process was marked already, the time is that of a marking since the last one that the run saw.
    """
    known, shown = past.object(judged.exchange), _shown(judged)
    marked = _is_update(judged) and judged.reading.value is True and known is not None and known.flag is not None
    if not marked or known is None or shown is None:
        return None
    exchange = judged.exchange
    ended, earlier = known.marked or (None, None)
    text = shown.get("reconciledDatetime")
    moment = _moment(text)
    high = exchange.ended + CLOCK_TOLERANCE
    if known.flag:
        low = -math.inf if ended is None else ended - CLOCK_TOLERANCE
        between = f"not before the marking of {_utc(ended)}, nor " if ended is not None else "not "
        expected = f"reconciledDatetime {between}after {_utc(exchange.ended)}, within {CLOCK_TOLERANCE:g} s"
    else:
        low = exchange.started - CLOCK_TOLERANCE
        expected = f"reconciledDatetime within {CLOCK_TOLERANCE:g} s of {_utc(exchange.ended)}"
    if moment is None or not low <= moment <= high:
        return [Mismatch(expected, str(text))]
    seconds = 0.0 if known.flag or ended is None else exchange.started - ended
    taken_over = seconds > WHOLE_SECOND and text == earlier
    return expect(not taken_over, f"a time of its own, {seconds:.1f} s after the marking before", text)


def _utc(moment: float) -> str:
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _shown(judged: Judged) -> dict[str, Json] | None:
    """The object that a 200 to a PUT or a GET shows, None where there is none."""
    exchange = judged.exchange
    if exchange.request.method not in ("PUT", "GET") or exchange.status != 200 or not isinstance(exchange.json, dict):
        return None
    if judged.put and (judged.reading.value is None or judged.reading.refusable):
        # What was to be refused and was not is the business of the requirement that demanded it.
        return None
    return exchange.json


def _is_update(judged: Judged) -> bool:
    """A valid PUT on its own: what came before it is known to have ended."""
    return judged.put and judged.reading.valid and not judged.burst


def _kept_alone(judged: Judged, past: History) -> ObjectState | None:
    """What the last PUT answered of the object that is now read, where nothing else was sent to change it since."""
    known = past.object(judged.exchange)
    alone = known is not None and known.by_put and not known.others_since and not known.refused_since
    return known if alone and judged.exchange.request.method == "GET" else None


def _answers_the_object(judged: Judged, *ids: str) -> list[Mismatch] | None:
    if not judged.put or judged.reading.refusable or not (judged.reading.valid or judged.exchange.status == 200):
        return None
    if judged.exchange.status != 200:
        return [Mismatch("HTTP 200 with the documented object", _brief(judged))]
    if judged.exchange.json is NOT_JSON:
        return [Mismatch("a JSON object", "a body that is not JSON")]
    return _schema(judged, *ids)


def _schema(judged: Judged, *ids: str) -> list[Mismatch]:
    wrong = [text for id in ids for text in judged.schema_errors.get(id, [])]
    return [Mismatch("the documented object", wrong[0])] if wrong else []


def _flag(judged: Judged, shown: dict[str, Json]) -> list[Mismatch]:
    flag = FLAGS[judged.exchange.request.operation]
    expected = f"{flag} {_json(judged.reading.value)}"
    return expect(shown.get(flag) is judged.reading.value, expected, f"{flag} {_json(shown.get(flag))}")


def _status(judged: Judged, shown: dict[str, Json]) -> list[Mismatch]:
    value = judged.reading.value
    expected = STATUSES[value is True]
    return expect(
        shown.get("status") == expected,
        f"status {expected} with {_json(value)}",
        f"status {_json(shown.get('status'))}",
    )


def _guid(judged: Judged, shown: dict[str, Json]) -> list[Mismatch]:
    guid = judged.exchange.request.guids[-1][1]
    return expect(shown.get("guid") == guid, f"guid {guid}", f"guid {_json(shown.get('guid'))}")


def _rest(shown: Json) -> Json:
    return {name: value for name, value in shown.items() if name not in FOLLOWS_THE_REQUEST}


def _same(before: Json, now: Json, when: str) -> list[Mismatch]:
    """No mismatch where both are equal, else the first field that differs."""
    for name in sorted({*before, *now}):
        if _contradicts(name, before.get(name), now.get(name)):
            return [Mismatch(f"{name} {when}: {_json(before.get(name))}", f"{name} {_json(now.get(name))}")]
    return []


def _contradicts(name: str, before: Json, now: Json) -> bool:
    """Whether a field differs where it must not: a status may move on by itself, but not to the other flag's."""
    ours = tuple(STATUSES.values())
    if name == "status" and not (before in ours and now in ours):
        return False
    return bool(before != now)


def _brief(judged: Judged) -> str:
    body = "" if judged.exchange.json is NOT_JSON else f" {_json(judged.exchange.json)}"
    return answer(judged) + body[:300]


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _moment(text: Json) -> float | None:
    try:
        moment = datetime.datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment.timestamp() if moment and moment.tzinfo else None
