"""How a quality process is marked and shown (QUALITY)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime

from tests.reference.arena import Call, Update, User
from tests.reference.data import Json
from tests.reference.faults.arena_objects import (
    answering,
    any_other,
    coerced_flag,
    never_stored,
    quality_processes,
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
    is_quality_process,
    remembering,
    renamed,
    share_answer,
    showing_quality_process,
    updating_quality_process,
    without,
    writing_early,
)
from tests.reference.faults.fault import Fault
from tests.reference.parts import ArenaParts, Modifier, in_arena
from tests.reference.state import utc_now

_DONE = done(is_quality_process)
_TIME = "reconciledDatetime"
_USER = "reconciledUser"


def _changed(change: Callable[[Json, Json, bool, User, datetime], Json]) -> Modifier:
    """Change the object after each update; `change` is given it before and after, the flag, the user and the time."""

    def wrap(update: Update) -> Update:
        return lambda process, flag, user, now: change(process, update(process, flag, user, now), flag, user, now)

    return updating_quality_process(wrap)


def _marked(change: Callable[[Json], Json]) -> Modifier:
    """Change how a marked quality process is shown."""
    return showing_quality_process(lambda process: change(process) if process["reconciled"] else process)


def _unmarked(change: Callable[[Json], Json]) -> Modifier:
    """Change how a quality process that is not marked is shown."""
    return showing_quality_process(lambda process: process if process["reconciled"] else change(process))


def _timed(write: Callable[[datetime], object]) -> Modifier:
    """Write the time of the marking in another way."""
    return _marked(lambda process: process | {_TIME: write(datetime.fromisoformat(process[_TIME]))})


def _in_user(change: Callable[[Json], object]) -> Modifier:
    return _marked(lambda process: process | {_USER: change(process[_USER])})


def _iso(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _time_of_the_build() -> Modifier:
    built = utc_now() - timedelta(days=3)
    return _timed(lambda _time: _iso(built))


def _keeping(*names: str) -> Modifier:
    """Taking the mark back leaves these fields."""
    return _changed(
        lambda before, after, flag, _user, _now: (
            after if flag else after | {name: before[name] for name in names if name in before}
        )
    )


def _last_attributes() -> Modifier:
    """The attributes that are shown are those of the quality process that was updated last."""
    last: dict[str, object] = {}

    def change(parts: ArenaParts) -> ArenaParts:
        async def apply(rules: ArenaParts, call: Call, flag: bool, user: User) -> Json:
            process = await parts.apply(rules, call, flag, user)
            if not is_quality_process(call.request):
                return process
            shown = process | last
            last.update({name: process[name] for name in ("preEvent", "postEvent")})
            return shown

        return replace(parts, apply=apply)

    return in_arena(change)


def _mark(other: Json, process: Json) -> Json:
    marking = {name: process[name] for name in (_TIME, _USER) if name in process}
    return without(other, _TIME, _USER) | {"reconciled": process["reconciled"]} | marking


def _flattened(attributes: Json | None) -> object:
    return attributes["currentStep"]["name"] if attributes and "currentStep" in attributes else attributes


_SHOWN = (
    Fault(
        "quality-process-answers-204",
        "QUALITY-1",
        "A PUT that updates has nothing to say, by the framework's convention.",
        edit(_DONE, lambda response: replace(response.with_body(b""), status=204)),
    ),
    Fault(
        "quality-process-answers-201",
        "QUALITY-1",
        "Marking creates a row, so the framework answers with Created.",
        answer_status(_DONE, 201),
    ),
    Fault(
        "quality-process-with-false-answers-204",
        "QUALITY-1",
        "Taking the mark back deletes a row, and the answer to a deletion is empty.",
        edit(
            lambda request, response: _DONE(request, response) and b'"reconciled": false' in response.body,
            lambda response: replace(response.with_body(b""), status=204),
        ),
    ),
    Fault(
        "quality-process-is-wrapped",
        "QUALITY-1",
        "The serializer writes the name of the class around the object.",
        edit_json(_DONE, lambda process: {"qualityProcess": process}),
    ),
    Fault(
        "quality-process-stands-in-a-list",
        "QUALITY-1",
        "The sibling that lists quality processes and this endpoint share their serializer.",
        edit_json(_DONE, lambda process: {"count": 1, "results": [process]}),
    ),
    Fault(
        "quality-process-flag-is-a-text",
        "QUALITY-1",
        "The database stores the flag as a text.",
        showing_quality_process(lambda process: process | {"reconciled": str(process["reconciled"])}),
    ),
    Fault(
        "quality-process-flag-has-another-name",
        "QUALITY-1",
        "The getter is called isReconciled, and the serializer takes its name.",
        showing_quality_process(lambda process: renamed(process, "reconciled", "isReconciled")),
    ),
    Fault(
        "quality-process-post-event-is-missing",
        "QUALITY-1",
        "The view that is shown was made for the time before the event.",
        showing_quality_process(lambda process: without(process, "postEvent")),
    ),
    Fault(
        "quality-process-post-event-is-null-with-true",
        "QUALITY-1",
        "What happened after the event is loaded for open quality processes only.",
        _marked(lambda process: process | {"postEvent": None}),
    ),
    Fault(
        "quality-process-steps-are-names",
        "QUALITY-1",
        "A serializer for references writes their display name.",
        showing_quality_process(
            lambda process: process | {name: _flattened(process[name]) for name in ("preEvent", "postEvent")}
        ),
    ),
    Fault(
        "quality-process-steps-have-no-guid",
        "QUALITY-1",
        "The query of the steps does not select their GUIDs.",
        showing_quality_process(
            lambda process: (
                process
                | {
                    name: {"currentStep": without(process[name]["currentStep"], "guid")}
                    for name in ("preEvent", "postEvent")
                    if process[name] and "currentStep" in process[name]
                }
            )
        ),
    ),
    Fault(
        "quality-process-is-shown-as-before",
        "QUALITY-2",
        "The object is read for the answer before the update is flushed.",
        answering(is_quality_process, lambda _call, before, _after: before),
    ),
    Fault(
        "quality-process-mark-never-goes-back",
        "QUALITY-2",
        "The endpoint marks as reconciled, and false was never built.",
        _changed(lambda before, after, flag, _user, _now: after if flag else before),
    ),
    Fault(
        "quality-process-flag-is-turned-around",
        "QUALITY-2",
        "The column means the opposite, and one of the two mappings does not negate it.",
        updating_quality_process(lambda update: lambda process, flag, user, now: update(process, not flag, user, now)),
    ),
    Fault(
        "quality-process-toggles",
        "QUALITY-2",
        "The endpoint toggles, as the button in the web application does.",
        updating_quality_process(
            lambda update: lambda process, _flag, user, now: update(process, not process["reconciled"], user, now)
        ),
    ),
    Fault(
        "quality-process-update-is-not-kept",
        "QUALITY-2",
        "The transaction is never committed; the answer shows the object in memory.",
        never_stored(is_quality_process),
    ),
    Fault(
        "quality-process-repetition-answers-400",
        "QUALITY-1",
        "The workflow engine refuses a transition to the state that it is in.",
        refusing_a_repetition(is_quality_process, 400),
    ),
    Fault(
        "quality-process-guid-is-that-of-the-event",
        "QUALITY-3",
        "The variables of the route are all called guid, and the second one wins.",
        answering(is_quality_process, lambda call, _before, after: after | {"guid": call.guids[1]}),
    ),
    Fault(
        "quality-process-guid-is-that-of-a-step",
        "QUALITY-3",
        "A join gives two columns the same name, and the later one wins.",
        showing_quality_process(
            lambda process: process | {"guid": process["postEvent"].get("currentStep", process)["guid"]}
        ),
    ),
    Fault(
        "quality-process-guid-is-in-lower-case",
        "QUALITY-3",
        "The database folds the case of keys.",
        showing_quality_process(lambda process: process | {"guid": process["guid"].lower()}),
    ),
    Fault(
        "quality-process-guid-is-null",
        "QUALITY-3",
        "The object is detached when it is shown, and a detached object has lost its key.",
        showing_quality_process(lambda process: process | {"guid": None}),
    ),
)

_MARKING = (
    Fault(
        "mark-has-no-time",
        "QUALITY-4",
        "The time is set by a trigger of the database, after the object was read for the answer.",
        _marked(lambda process: without(process, _TIME)),
    ),
    Fault(
        "mark-has-no-user",
        "QUALITY-4",
        "The user is loaded lazily, and the serializer leaves out what is not loaded.",
        _marked(lambda process: without(process, _USER)),
    ),
    Fault(
        "mark-has-a-null-user",
        "QUALITY-4",
        "Integrations act as a technical user, who is no person.",
        _marked(lambda process: process | {_USER: None}),
    ),
    Fault(
        "mark-is-lost-with-a-repetition",
        "QUALITY-4",
        "The early return for a value that is already set shows a shorter view.",
        _changed(
            lambda before, after, flag, _user, _now: (
                without(after, _TIME, _USER) if flag and before["reconciled"] else after
            )
        ),
    ),
    Fault(
        "mark-time-has-another-name",
        "QUALITY-4",
        "All other times are written with a capital T, and so was this one.",
        _marked(lambda process: renamed(process, _TIME, "reconciledDateTime")),
    ),
    Fault(
        "mark-time-has-no-zone",
        "QUALITY-4",
        "The time comes from a column without a zone.",
        _timed(lambda time: time.strftime("%Y-%m-%dT%H:%M:%S")),
    ),
    Fault(
        "mark-time-is-epoch-seconds",
        "QUALITY-4",
        "The serializer's default for times is a number.",
        _timed(lambda time: int(time.timestamp())),
    ),
    Fault(
        "mark-time-is-a-day",
        "QUALITY-4",
        "The column holds a date.",
        _timed(lambda time: time.strftime("%Y-%m-%d")),
    ),
    Fault(
        "mark-time-is-written-for-people",
        "QUALITY-4",
        "The formatter of the web application is used.",
        _timed(lambda time: time.strftime("%m/%d/%Y %I:%M %p")),
    ),
    Fault(
        "mark-time-is-an-http-date",
        "QUALITY-4",
        "The formatter of the headers is used.",
        _timed(lambda time: format_datetime(time, usegmt=True)),
    ),
    Fault(
        "mark-user-is-a-name",
        "QUALITY-4",
        "A serializer for references writes their display name.",
        _in_user(lambda user: user["fullName"]),
    ),
    Fault(
        "mark-user-has-no-guid",
        "QUALITY-4",
        "The users' view does not select the GUID.",
        _in_user(lambda user: without(user, "guid")),
    ),
    Fault(
        "mark-user-has-no-email",
        "QUALITY-4",
        "A filter for personal data takes the address away.",
        _in_user(lambda user: without(user, "email")),
    ),
    Fault(
        "mark-user-has-a-null-name",
        "QUALITY-4",
        "The name is put together from two columns, one of which is null.",
        _in_user(lambda user: user | {"fullName": None}),
    ),
    Fault(
        "unmarked-keeps-time-and-user",
        "QUALITY-5",
        "The update sets the flag and nothing else.",
        _keeping(_TIME, _USER),
    ),
    Fault(
        "unmarked-keeps-the-time",
        "QUALITY-5",
        "The time was added later, and the code that takes a mark back does not know of it.",
        _keeping(_TIME),
    ),
    Fault(
        "unmarked-keeps-the-user",
        "QUALITY-5",
        "The user is kept as the last one who touched the quality process.",
        _keeping(_USER),
    ),
    Fault(
        "unmarked-has-an-empty-user",
        "QUALITY-5",
        "The mapper creates each nested object, whether or not there is one.",
        _unmarked(lambda process: process | {_USER: {"email": None, "fullName": None, "guid": None}}),
    ),
    Fault(
        "unmarked-has-an-empty-time",
        "QUALITY-5",
        "The formatter makes an empty text of null.",
        _unmarked(lambda process: process | {_TIME: ""}),
    ),
    Fault(
        "unmarking-is-marked-too",
        "QUALITY-5",
        "Time and user are set on every write.",
        _changed(
            lambda before, after, flag, user, now: (
                after if flag or after is before else after | {_TIME: _iso(now), _USER: user.person}
            )
        ),
    ),
    Fault(
        "unmarked-has-null-fields",
        "QUALITY-10",
        "The serializer writes fields without a value as null.",
        _unmarked(lambda process: process | {_TIME: None, _USER: None}),
    ),
    Fault(
        "unmarked-has-a-null-user",
        "QUALITY-10",
        "The serializer leaves out empty texts and times, not empty objects.",
        _unmarked(lambda process: process | {_USER: None}),
    ),
    Fault(
        "mark-time-is-a-constant",
        "QUALITY-9",
        "The sample of the documentation was left in the code.",
        _timed(lambda _time: "2021-09-11T01:06:50Z"),
    ),
    Fault(
        "mark-time-is-that-of-the-build",
        "QUALITY-9",
        "A default argument is evaluated once, when the image is built, and the server starts from a snapshot.",
        remembering(_time_of_the_build),
    ),
    Fault(
        "mark-time-is-local-time-called-utc",
        "QUALITY-9",
        "The local time is formatted with a fixed Z behind it.",
        _timed(lambda time: _iso(time - timedelta(hours=7))),
    ),
)

_OTHERS = (
    Fault(
        "before-and-after-are-swapped",
        "QUALITY-6",
        "The update maps the two fields crosswise.",
        _changed(
            lambda before, after, _flag, _user, _now: (
                after if after is before else after | {"preEvent": after["postEvent"], "postEvent": after["preEvent"]}
            )
        ),
    ),
    Fault(
        "before-and-after-are-swapped-with-true",
        "QUALITY-6",
        "Marking takes another mapper than taking back, and that one maps crosswise.",
        _marked(lambda process: process | {"preEvent": process["postEvent"], "postEvent": process["preEvent"]}),
    ),
    Fault(
        "before-becomes-after",
        "QUALITY-6",
        "Reconciling takes a new picture of what was before.",
        _changed(
            lambda before, after, flag, _user, _now: (
                after | {"preEvent": after["postEvent"]} if flag and after is not before else after
            )
        ),
    ),
    Fault(
        "before-and-after-are-emptied",
        "QUALITY-6",
        "The update writes the whole row from a form that has no attributes.",
        _changed(
            lambda before, after, _flag, _user, _now: (
                after if after is before else after | {"preEvent": {}, "postEvent": {}}
            )
        ),
    ),
    Fault(
        "before-is-null-after-an-update",
        "QUALITY-6",
        "What was before is dropped once it is reconciled.",
        _changed(
            lambda before, after, flag, _user, _now: (
                after | {"preEvent": None} if flag and after is not before else after
            )
        ),
    ),
    Fault(
        "before-and-after-have-two-forms",
        "QUALITY-6",
        "What was before is read from a history that keeps names only.",
        showing_quality_process(
            lambda process: (
                process | {"preEvent": {"name": _flattened(process["preEvent"])}}
                if process["preEvent"] and "currentStep" in process["preEvent"]
                else process
            )
        ),
    ),
    Fault(
        "attributes-are-those-of-another-quality-process",
        "QUALITY-6",
        "The mapper fills one object that it uses again for each request.",
        remembering(_last_attributes),
    ),
    Fault(
        "empty-description-becomes-null",
        "QUALITY-6",
        "The database stores an empty text as null.",
        _changed(
            lambda before, after, _flag, _user, _now: (
                after | {"preEvent": after["preEvent"] | {"description": None}}
                if after is not before and after["preEvent"] and after["preEvent"].get("description") == ""
                else after
            )
        ),
    ),
    Fault(
        "step-is-that-of-today",
        "QUALITY-6",
        "The step after the event is looked up anew, and marking moves the workflow on.",
        _changed(
            lambda before, after, flag, _user, _now: (
                after | {"postEvent": {"currentStep": {"guid": "ZH1K3G1SFI1XGZI1UK9Z", "name": "Reconciled"}}}
                if flag and after is not before and "currentStep" in after["postEvent"]
                else after
            )
        ),
    ),
    Fault(
        "quality-process-update-marks-its-whole-event",
        "QUALITY-7",
        "The condition of the update names the event and not the quality process.",
        updating_others(is_quality_process, same_parent, _mark),
    ),
    Fault(
        "quality-process-update-marks-those-of-the-same-beginning",
        "QUALITY-7",
        "The condition of the update compares the GUID by LIKE.",
        updating_others(is_quality_process, same_beginning, _mark),
    ),
    Fault(
        "quality-process-update-marks-every-one",
        "QUALITY-7",
        "The condition of the update is lost when the query is built.",
        updating_others(is_quality_process, any_other, _mark),
    ),
    Fault(
        "quality-process-update-overwrites-attributes-of-others",
        "QUALITY-7",
        "The quality processes of an event share one picture of what was before.",
        updating_others(
            is_quality_process,
            same_parent,
            lambda other, process: other | {"preEvent": process["preEvent"], "postEvent": process["postEvent"]},
        ),
    ),
    Fault(
        "quality-process-is-written-before-the-caller-is-checked",
        "QUALITY-8",
        "The check of the caller was added behind the handler.",
        writing_early(is_quality_process, flag_in),
    ),
    Fault(
        "quality-process-is-written-before-the-flag-is-checked",
        "QUALITY-8",
        "The mapper binds the body to the stored object, with conversions, and the validation comes after it.",
        writing_early(is_quality_process, coerced_flag),
    ),
    Fault(
        "quality-process-is-written-while-the-body-is-parsed",
        "QUALITY-8",
        "A streaming parser sets each field as it comes, before the body's end is seen.",
        writing_early(is_quality_process, streamed_flag),
    ),
    Fault(
        "quality-process-is-written-before-its-parents-are-checked",
        "QUALITY-8",
        "It is loaded and changed by its own GUID, and the others are compared afterwards.",
        writing_before_the_parents_are_checked(is_quality_process),
    ),
    Fault(
        "quality-process-update-is-undone-by-the-next-refusal",
        "QUALITY-8",
        "Requests share one unit of work, and a refusal rolls back what is not yet committed.",
        remembering(lambda: undone_by_a_refusal(is_quality_process, quality_processes)),
    ),
    Fault(
        "quality-process-answers-are-mixed-up",
        "QUALITY-11",
        "The handler keeps the response in a field, and there is one handler for all requests.",
        share_answer(is_quality_process),
        chance=True,
    ),
    Fault(
        "quality-process-flags-are-mixed-up",
        "QUALITY-11",
        "The handler keeps the flag in a field while it waits for the database.",
        remembering(lambda: sharing_the_flag(is_quality_process)),
        chance=True,
    ),
    Fault(
        "quality-process-objects-are-mixed-up",
        "QUALITY-11",
        "The handler keeps the path's GUIDs in a field while it waits for the database.",
        remembering(lambda: sharing_the_guids(is_quality_process)),
        chance=True,
    ),
)

FAULTS = _SHOWN + _MARKING + _OTHERS
