"""How an event is updated and shown (EVENT)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.reference.arena import Call, Update, User
from tests.reference.data import Json
from tests.reference.faults.arena_objects import (
    answering,
    answering_a_repetition,
    any_other,
    coerced_flag,
    events,
    never_stored,
    refusing_a_repetition,
    same_beginning,
    same_parent,
    sharing_the_flag,
    sharing_the_guids,
    streamed_flag,
    undone_by_a_refusal,
    updating_others,
    writing_before_the_parents_are_checked,
)
from tests.reference.faults.edits import (
    answer_status,
    done,
    edit,
    edit_json,
    flag_in,
    is_event,
    remembering,
    renamed,
    share_answer,
    showing_event,
    updating_event,
    without,
    writing_early,
)
from tests.reference.faults.fault import Fault
from tests.reference.parts import ArenaParts, Modifier, in_arena

_DONE = done(is_event)


def _changed(change: Callable[[Json, Json, bool, User, datetime], Json]) -> Modifier:
    """Change the event after each update; `change` is given it before and after, the flag, the user and the time."""

    def wrap(update: Update) -> Update:
        return lambda event, flag, user, now: change(event, update(event, flag, user, now), flag, user, now)

    return updating_event(wrap)


def _repeated(change: Callable[[Json, User, datetime], Json]) -> Modifier:
    """Change the event where the value was already set."""
    return _changed(
        lambda before, after, flag, user, now: change(after, user, now) if before["itemsReconciled"] is flag else after
    )


def _in_change(event: Json, edited: Callable[[Json], Any]) -> Json:
    return event | {"change": edited(event["change"])} if event.get("change") else event


def _late_by_one() -> Modifier:
    """The status follows the flag of the update before, whichever event that was."""
    status = ["NEEDS_UPDATE"]

    def change(_before: Json, after: Json, _flag: bool, _user: User, _now: datetime) -> Json:
        status.append(after["status"])
        return after | {"status": status[-2]}

    return _changed(change)


def _change_of_the_one_before() -> Modifier:
    """The change that is shown is the one of the event of the integration that was asked for last."""
    shown: dict[str, Any] = {}

    def change(parts: ArenaParts) -> ArenaParts:
        async def apply(rules: ArenaParts, call: Call, flag: bool, user: User) -> Json:
            event = await parts.apply(rules, call, flag, user)
            if not is_event(call.request) or not event.get("change"):
                return event
            cached = shown.get(call.guids[0], event["change"])
            shown[call.guids[0]] = event["change"]
            return event | {"change": cached}

        return replace(parts, apply=apply)

    return in_arena(change)


def _mark(other: Json, event: Json) -> Json:
    return other | {"itemsReconciled": event["itemsReconciled"], "status": event["status"]}


def _copy_title(other: Json, event: Json) -> Json:
    title = (event.get("change") or {}).get("title")
    return _in_change(other, lambda change: change | {"title": title}) if title else other


def _now(now: datetime) -> str:
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def _epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


_SHOWN = (
    Fault(
        "event-answers-204",
        "EVENT-1",
        "A PUT that updates has nothing to say, by the framework's convention.",
        edit(_DONE, lambda response: replace(response.with_body(b""), status=204)),
    ),
    Fault(
        "event-answers-201",
        "EVENT-1",
        "The framework answers every PUT with Created.",
        answer_status(_DONE, 201),
    ),
    Fault(
        "event-answers-202",
        "EVENT-1",
        "Marking the items was made a job in the background.",
        answer_status(_DONE, 202),
    ),
    Fault(
        "event-is-wrapped",
        "EVENT-1",
        "The serializer writes the name of the class around the object.",
        edit_json(_DONE, lambda event: {"event": event}),
    ),
    Fault(
        "event-stands-in-a-list",
        "EVENT-1",
        "One endpoint answers lists and single objects, and it always answers a list.",
        edit_json(_DONE, lambda event: [event]),
    ),
    Fault(
        "event-is-encoded-twice",
        "EVENT-1",
        "The handler gives JSON as a text to a framework that writes JSON.",
        edit_json(_DONE, lambda event: json.dumps(event)),
    ),
    Fault(
        "event-flag-is-shown-as-a-text",
        "EVENT-1",
        "The database stores the flag as a text.",
        showing_event(lambda event: event | {"itemsReconciled": str(event["itemsReconciled"]).lower()}),
    ),
    Fault(
        "event-flag-is-shown-as-a-number",
        "EVENT-1",
        "The database stores the flag as 0 or 1.",
        showing_event(lambda event: event | {"itemsReconciled": int(event["itemsReconciled"])}),
    ),
    Fault(
        "event-creation-time-has-no-zone",
        "EVENT-1",
        "The time comes from a column without a zone.",
        showing_event(lambda event: event | {"creationDateTime": event["creationDateTime"].rstrip("Z")}),
    ),
    Fault(
        "event-creation-time-is-a-number",
        "EVENT-1",
        "The serializer's default for times is milliseconds since 1970.",
        showing_event(lambda event: event | {"creationDateTime": _epoch(event["creationDateTime"])}),
    ),
    Fault(
        "event-change-times-have-a-space",
        "EVENT-1",
        "The times of the change come from the database as texts.",
        showing_event(
            lambda event: _in_change(
                event,
                lambda change: (
                    change | {"effectiveDateTime": change["effectiveDateTime"].replace("T", " ").rstrip("Z")}
                ),
            )
        ),
    ),
    Fault(
        "event-creator-is-a-name",
        "EVENT-1",
        "A serializer for references writes their display name.",
        showing_event(lambda event: event | {"creator": event["creator"]["fullName"]}),
    ),
    Fault(
        "event-creator-has-no-guid",
        "EVENT-1",
        "The users' view does not select the GUID.",
        showing_event(lambda event: event | {"creator": without(event["creator"], "guid")}),
    ),
    Fault(
        "event-creator-has-another-field",
        "EVENT-1",
        "A naming strategy of the serializer renames fields.",
        showing_event(lambda event: event | {"creator": renamed(event["creator"], "fullName", "full_name")}),
    ),
    Fault(
        "event-names-are-in-snake-case",
        "EVENT-1",
        "A naming strategy of the serializer renames fields.",
        showing_event(lambda event: renamed(event, "eventType", "event_type")),
    ),
    Fault(
        "event-type-is-missing",
        "EVENT-1",
        "The field was added to the class, not to the one that is shown.",
        showing_event(lambda event: without(event, "eventType")),
    ),
    Fault(
        "event-change-is-missing",
        "EVENT-1",
        "The change is loaded lazily, and the serializer leaves out what is not loaded.",
        showing_event(lambda event: without(event, "change")),
    ),
    Fault(
        "event-revisioning-event-is-missing",
        "EVENT-1",
        "The class that is shown knows of changes only.",
        showing_event(lambda event: without(event, "revisioningEvent")),
    ),
    Fault(
        "event-revisioning-event-has-an-empty-change",
        "EVENT-1",
        "The mapper creates each nested object, whether or not there is one.",
        showing_event(lambda event: {"change": {}} | event),
    ),
    Fault(
        "event-change-is-flat",
        "EVENT-1",
        "A mapper flattens nested objects.",
        showing_event(lambda event: _in_change(event, lambda change: without(change, "category") | change["category"])),
    ),
    Fault(
        "event-category-is-null",
        "EVENT-1",
        "The category is in another database, and the join finds nothing.",
        showing_event(lambda event: _in_change(event, lambda change: change | {"category": None})),
    ),
    Fault(
        "event-change-number-is-a-number",
        "EVENT-1",
        "The prefix is left away, and the serializer writes digits as a number.",
        showing_event(lambda event: _in_change(event, lambda change: change | {"number": int(change["number"][4:])})),
    ),
)

_FOLLOWING = (
    Fault(
        "event-is-shown-as-before",
        "EVENT-2",
        "The object is read for the answer before the update is flushed.",
        answering(is_event, lambda _call, before, _after: before),
    ),
    Fault(
        "event-flag-is-always-true",
        "EVENT-2",
        "The endpoint was built to mark, and the body is not looked at.",
        showing_event(lambda event: event | {"itemsReconciled": True}),
    ),
    Fault(
        "event-flag-never-goes-back",
        "EVENT-2",
        "False counts as not given, and what is not given is not updated.",
        _changed(lambda before, after, flag, _user, _now: after if flag else before),
    ),
    Fault(
        "event-flag-is-turned-around",
        "EVENT-2",
        "The column means the opposite, and one of the two mappings does not negate it.",
        updating_event(lambda update: lambda event, flag, user, now: update(event, not flag, user, now)),
    ),
    Fault(
        "event-update-is-not-kept",
        "EVENT-2",
        "The transaction is never committed; the answer shows the object in memory.",
        never_stored(is_event),
    ),
    Fault(
        "event-status-ignores-the-flag",
        "EVENT-3",
        "The status is a column of its own, and the update does not touch it.",
        _changed(lambda before, after, _flag, _user, _now: after | {"status": before["status"]}),
    ),
    Fault(
        "event-status-is-always-reconciled",
        "EVENT-3",
        "The status is set by the endpoint's name.",
        _changed(lambda _before, after, _flag, _user, _now: after | {"status": "RECONCILED"}),
    ),
    Fault(
        "event-status-is-swapped",
        "EVENT-3",
        "A condition is the wrong way around.",
        _changed(
            lambda _before, after, flag, _user, _now: after | {"status": "NEEDS_UPDATE" if flag else "RECONCILED"}
        ),
    ),
    Fault(
        "event-status-with-false-is-up-to-date",
        "EVENT-3",
        "Taking the mark back sets the status that a new event has.",
        _changed(lambda _before, after, flag, _user, _now: after if flag else after | {"status": "UP_TO_DATE"}),
    ),
    Fault(
        "event-status-waits-for-a-job",
        "EVENT-3",
        "The status is set to queued until a job has marked the items.",
        _changed(lambda _before, after, flag, _user, _now: after | {"status": "UPDATES_QUEUED"} if flag else after),
    ),
    Fault(
        "event-status-is-in-lower-case",
        "EVENT-3",
        "An enumeration is serialized by its label.",
        showing_event(lambda event: event | {"status": event["status"].lower()}),
    ),
    Fault(
        "event-status-is-late-by-one",
        "EVENT-3",
        "The status is computed before the flag is set, from what the cache holds.",
        remembering(_late_by_one),
    ),
    Fault(
        "event-guid-is-that-of-the-change",
        "EVENT-4",
        "A join gives two columns the same name, and the later one wins.",
        showing_event(lambda event: event | {"guid": (event.get("change") or event["revisioningEvent"])["guid"]}),
    ),
    Fault(
        "event-guid-is-that-of-the-integration",
        "EVENT-4",
        "Both variables of the route are called guid, and the first one wins.",
        answering(is_event, lambda call, _before, after: after | {"guid": call.guids[0]}),
    ),
    Fault(
        "event-guid-is-in-lower-case",
        "EVENT-4",
        "The database folds the case of keys.",
        showing_event(lambda event: event | {"guid": event["guid"].lower()}),
    ),
    Fault(
        "event-guid-is-cut",
        "EVENT-4",
        "The column of the view has sixteen characters.",
        showing_event(lambda event: event | {"guid": event["guid"][:16]}),
    ),
)

_REPEATED = (
    Fault(
        "event-repetition-answers-400",
        "EVENT-5",
        "The workflow engine refuses a transition to the state that it is in.",
        refusing_a_repetition(is_event, 400),
    ),
    Fault(
        "event-repetition-answers-409",
        "EVENT-5",
        "An update that changes no row is taken for a conflict.",
        refusing_a_repetition(is_event, 409),
    ),
    Fault(
        "event-repetition-answers-304",
        "EVENT-5",
        "Nothing was modified, and there is a status of that name.",
        answering_a_repetition(is_event, events, lambda response: replace(response.with_body(b""), status=304)),
    ),
    Fault(
        "event-repetition-answers-204",
        "EVENT-5",
        "The early return has nothing to show.",
        answering_a_repetition(is_event, events, lambda response: replace(response.with_body(b""), status=204)),
    ),
    Fault(
        "event-repetition-answers-an-empty-object",
        "EVENT-5",
        "The early return gives back a response that was never filled.",
        answering_a_repetition(is_event, events, lambda response: response.with_body(b"{}")),
    ),
    Fault(
        "event-repetition-touches-the-creation-time",
        "EVENT-5",
        "Where there is nothing to update the mapper inserts, and inserting sets the time.",
        _repeated(lambda event, _user, now: event | {"creationDateTime": _now(now)}),
    ),
    Fault(
        "event-repetition-takes-the-mark-back",
        "EVENT-5",
        "The endpoint toggles, as the button in the web application does.",
        _repeated(
            lambda event, _user, _now: (
                event
                | {
                    "itemsReconciled": not event["itemsReconciled"],
                    "status": "NEEDS_UPDATE" if event["itemsReconciled"] else "RECONCILED",
                }
            )
        ),
    ),
    Fault(
        "event-repetition-makes-the-caller-the-creator",
        "EVENT-5",
        "Where there is nothing to update the mapper inserts, and inserting sets the user.",
        _repeated(lambda event, user, _now: event | {"creator": user.person}),
    ),
    Fault(
        "event-creator-becomes-the-caller",
        "EVENT-6",
        "An audit column that means the last writer is shown as the creator.",
        _changed(
            lambda before, after, _flag, user, _now: after if after is before else after | {"creator": user.person}
        ),
    ),
    Fault(
        "event-creation-time-is-rewritten",
        "EVENT-6",
        "The column is set on every write.",
        _changed(
            lambda before, after, _flag, _user, now: (
                after if after is before else after | {"creationDateTime": _now(now)}
            )
        ),
    ),
    Fault(
        "event-change-is-lost-with-false",
        "EVENT-6",
        "Taking the mark back detaches the change from the event.",
        _changed(lambda _before, after, flag, _user, _now: after if flag else without(after, "change")),
    ),
    Fault(
        "event-change-loses-its-title",
        "EVENT-6",
        "The update writes the whole row from a form that has no title.",
        _changed(
            lambda before, after, _flag, _user, _now: (
                after if after is before else _in_change(after, lambda change: change | {"title": ""})
            )
        ),
    ),
    Fault(
        "event-change-takes-effect-anew",
        "EVENT-6",
        "Reconciling is taken for the moment at which the change takes effect.",
        _changed(
            lambda before, after, flag, _user, now: (
                after
                if after is before or not flag
                else _in_change(after, lambda change: change | {"effectiveDateTime": _now(now)})
            )
        ),
    ),
    Fault(
        "event-change-loses-its-category-path",
        "EVENT-6",
        "The update stores the path as the page shows it, shortened to its last name.",
        _changed(
            lambda before, after, _flag, _user, _now: (
                after
                if after is before
                else _in_change(
                    after,
                    lambda change: (
                        change | {"category": change["category"] | {"categoryPath": change["category"]["categoryName"]}}
                    ),
                )
            )
        ),
    ),
    Fault(
        "event-change-is-that-of-another-event",
        "EVENT-6",
        "The cache of changes is keyed by the integration.",
        remembering(_change_of_the_one_before),
    ),
    Fault(
        "event-email-of-the-creator-is-masked-after-an-update",
        "EVENT-6",
        "The update stores what the filter for personal data has made of the object.",
        _changed(
            lambda before, after, _flag, _user, _now: (
                after
                if after is before
                else after | {"creator": after["creator"] | {"email": "hidden@everyroadgps.com"}}
            )
        ),
    ),
)

_OTHERS = (
    Fault(
        "event-update-marks-its-whole-integration",
        "EVENT-7",
        "The condition of the update names the integration and not the event.",
        updating_others(is_event, same_parent, _mark),
    ),
    Fault(
        "event-update-marks-events-of-the-same-beginning",
        "EVENT-7",
        "The condition of the update compares the GUID by LIKE.",
        updating_others(is_event, same_beginning, _mark),
    ),
    Fault(
        "event-update-marks-every-event",
        "EVENT-7",
        "The condition of the update is lost when the query is built.",
        updating_others(is_event, any_other, _mark),
    ),
    Fault(
        "event-update-takes-back-the-mark-of-others",
        "EVENT-7",
        "Only one event of an integration can be marked, as radio buttons can.",
        updating_others(
            is_event,
            same_parent,
            lambda other, event: (
                other | {"itemsReconciled": False, "status": "NEEDS_UPDATE"} if event["itemsReconciled"] else other
            ),
        ),
    ),
    Fault(
        "event-update-copies-the-title-to-others",
        "EVENT-7",
        "The events of an integration share one object of a change in memory.",
        updating_others(is_event, same_parent, _copy_title),
    ),
    Fault(
        "event-is-written-before-the-caller-is-checked",
        "EVENT-8",
        "The check of the caller was added behind the handler.",
        writing_early(is_event, flag_in),
    ),
    Fault(
        "event-is-written-before-the-flag-is-checked",
        "EVENT-8",
        "The mapper binds the body to the stored object, with conversions, and the validation comes after it.",
        writing_early(is_event, coerced_flag),
    ),
    Fault(
        "event-is-written-while-the-body-is-parsed",
        "EVENT-8",
        "A streaming parser sets each field as it comes, before the body's end is seen.",
        writing_early(is_event, streamed_flag),
    ),
    Fault(
        "event-is-written-before-its-integration-is-checked",
        "EVENT-8",
        "The event is loaded and changed by its own GUID, and the integration is compared afterwards.",
        writing_before_the_parents_are_checked(is_event),
    ),
    Fault(
        "event-update-is-undone-by-the-next-refusal",
        "EVENT-8",
        "Requests share one unit of work, and a refusal rolls back what is not yet committed.",
        remembering(lambda: undone_by_a_refusal(is_event, events)),
    ),
    Fault(
        "event-answers-are-mixed-up",
        "EVENT-9",
        "The handler keeps the response in a field, and there is one handler for all requests.",
        share_answer(is_event),
        chance=True,
    ),
    Fault(
        "event-flags-are-mixed-up",
        "EVENT-9",
        "The handler keeps the flag in a field while it waits for the database.",
        remembering(lambda: sharing_the_flag(is_event)),
        chance=True,
    ),
    Fault(
        "event-objects-are-mixed-up",
        "EVENT-9",
        "The handler keeps the path's GUIDs in a field while it waits for the database.",
        remembering(lambda: sharing_the_guids(is_event)),
        chance=True,
    ),
)

FAULTS = _SHOWN + _FOLLOWING + _REPEATED + _OTHERS
