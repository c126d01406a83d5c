"""Which entities a batch takes (BATCH-6, BATCH-7, BATCH-16)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.reference.data import Json
from tests.reference.faults.edits import (
    applying_batch,
    converting,
    defaulting,
    editing_outcome,
    reading_entity,
    refusing_entity,
    refusing_text,
    refusing_value,
)
from tests.reference.faults.fault import Fault
from tests.reference.parts import Modifier, VbaParts, in_vba
from tests.reference.state import State
from tests.reference.vba import FIELDS, INT32, Outcome, as_int32, is_date_time

Apply = Callable[[list[object]], Any]

_DATES = tuple(name for name, field in FIELDS.items() if field.kind == "date-time")
_INTEGERS = tuple(name for name, field in FIELDS.items() if field.kind == "integer")
_FLAGS = tuple(name for name, field in FIELDS.items() if field.kind == "boolean")
_TEXTS = tuple(name for name, field in FIELDS.items() if field.kind == "text")
_A_DATE = "2024-01-01T00:00:00Z"


def _is_null(value: object) -> bool:
    return value is None


def _null_refused(name: str) -> Modifier:
    return refusing_value(name, _is_null)


def _absent_refused(name: str) -> Modifier:
    return refusing_entity(lambda entity: name not in entity, f"{name} is required.")


def _longest_refused(name: str) -> Modifier:
    """Refuse a text of the greatest length: the limit is one too small."""
    limit = FIELDS[name].max_length
    return refusing_value(name, lambda value: isinstance(value, str) and len(value) == limit)


def _longer_than(length: Callable[[str], int]) -> Modifier:
    """Refuse texts whose length, counted in another way than in characters, is past the limit."""

    def wrong(entity: Json) -> bool:
        return any(
            isinstance(value, str) and (FIELDS[name].max_length or length(value)) < length(value)
            for name, value in entity.items()
        )

    return refusing_entity(wrong, "A text is too long.")


def _converting_each(names: tuple[str, ...], change: Callable[[Any], Any]) -> Modifier:
    def convert(entity: Any) -> Any:
        if not isinstance(entity, dict):
            return entity
        return {name: change(value) if name in names else value for name, value in entity.items()}

    return reading_entity(convert)


def _dates_refused(wrong: Callable[[str], bool]) -> Modifier:
    return refusing_entity(
        lambda entity: any(isinstance(entity.get(name), str) and wrong(entity[name]) for name in _DATES),
        "A date is not valid.",
    )


def _flag_from_text(value: object) -> object:
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


def _integer_from_text(value: object) -> object:
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,10}", value) else value


def _number_from_text(value: object) -> object:
    return float(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value) else value


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and abs(value) < 2**31 else value


def _text_of(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _date_from_number(value: object) -> object:
    return _A_DATE if isinstance(value, int | float) and not isinstance(value, bool) else value


def _wrapped(value: object) -> object:
    is_integer = isinstance(value, int) and not isinstance(value, bool)
    return (value + 2**31) % 2**32 - 2**31 if is_integer and isinstance(value, int) else value


def _clamped(value: object) -> object:
    return max(INT32[0], min(INT32[1], value)) if isinstance(value, int) and not isinstance(value, bool) else value


def _date_by(form: str) -> Callable[[Any], Any]:
    """Take a text of another form for a date-time."""
    return lambda value: _A_DATE if isinstance(value, str) and re.fullmatch(form, value) else value


def _validating(looked_at: Callable[[int, int], bool]) -> Modifier:
    """Validate some places of the batch alone; `looked_at` is given the place and the length."""

    async def rule(parts: VbaParts, state: State, entities: list[object], apply: Apply) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for place, entity in enumerate(entities):
            event_id = as_int32(entity.get("event_ID")) if isinstance(entity, dict) else None
            if looked_at(place, len(entities)) or event_id is None or not isinstance(entity, dict):
                outcomes += await apply([entity])
            else:
                outcomes.append(parts.upsert(state, entity | {"event_ID": event_id}))
        return outcomes

    return applying_batch(rule)


def _objects_alone() -> Modifier:
    """Report an entity that is no object as done."""
    return editing_outcome(
        lambda outcome: Outcome(None, 200, "Updated") if outcome.body == "The event must be an object." else outcome
    )


def _failures_as(status: int) -> Modifier:
    return editing_outcome(lambda outcome: replace(outcome, status=status) if outcome.status >= 400 else outcome)


def _validation_of_updates_skipped(parts: VbaParts) -> VbaParts:
    async def apply(rules: VbaParts, state: State, entities: list[object]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for entity in entities:
            event_id = as_int32(entity.get("event_ID")) if isinstance(entity, dict) else None
            if event_id in state.entities and isinstance(entity, dict):
                outcomes.append(rules.upsert(state, entity | {"event_ID": event_id}))
            else:
                outcomes += await parts.apply(rules, state, [entity])
        return outcomes

    return replace(parts, apply=apply)


_WHOLE_RANGE = (
    Fault(
        "null-due-date-is-refused",
        "BATCH-6",
        "The class of the request has a date where it should have a nullable one.",
        _null_refused("due_Date"),
    ),
    Fault(
        "null-completion-percent-is-refused",
        "BATCH-6",
        "The class of the request has a number where it should have a nullable one.",
        _null_refused("completion_Percent"),
    ),
    Fault(
        "null-user-group-is-refused",
        "BATCH-6",
        "The class of the request has an integer where it should have a nullable one.",
        _null_refused("userGroup_Key"),
    ),
    Fault(
        "null-subject-is-refused",
        "BATCH-6",
        "Since nullable references were switched on, a text that is not said to be nullable is required.",
        _null_refused("subject"),
    ),
    Fault(
        "null-next-scheduled-time-is-refused",
        "BATCH-6",
        "The two fields of the next date are validated as a pair.",
        _null_refused("next_Scheduled_Time"),
    ),
    Fault(
        "all-nulls-are-refused",
        "BATCH-6",
        "An update to nothing is thought to be a mistake.",
        refusing_entity(
            lambda entity: sum(value is None for value in entity.values()) > 10, "There is nothing to update."
        ),
    ),
    Fault(
        "absent-subject-is-refused",
        "BATCH-6",
        "The form of the web application requires the field, and its validator is used here too.",
        _absent_refused("subject"),
    ),
    Fault(
        "absent-entry-date-is-refused",
        "BATCH-6",
        "What may not be null was thought to be required.",
        _absent_refused("entry_Date"),
    ),
    Fault(
        "zero-percent-is-refused",
        "BATCH-6",
        "A test for a missing value takes zero for one.",
        refusing_value("completion_Percent", lambda value: value == 0),
    ),
    Fault(
        "hundred-percent-is-refused",
        "BATCH-6",
        "The limit is compared with less than, in place of at most.",
        refusing_value("completion_Percent", lambda value: value is not None and value >= 100),
    ),
    Fault(
        "fraction-of-a-percent-is-refused",
        "BATCH-6",
        "The column holds integers.",
        refusing_value("completion_Percent", lambda value: isinstance(value, float) and not value.is_integer()),
    ),
    Fault(
        "percent-above-one-is-refused",
        "BATCH-6",
        "The column holds a share from 0 to 1.",
        refusing_value("completion_Percent", lambda value: value is not None and value > 1),
    ),
    Fault(
        "second-decimal-of-a-percent-is-refused",
        "BATCH-6",
        "The column has one decimal, and the database does not round.",
        refusing_value("completion_Percent", lambda value: value is not None and round(value, 1) != value),
    ),
    Fault(
        "key-of-zero-is-refused",
        "BATCH-6",
        "Zero is the default of an integer, so it counts as missing.",
        refusing_value("userGroup_Key", lambda value: value == 0),
    ),
    Fault(
        "greatest-integer-is-refused",
        "BATCH-6",
        "The limit is compared with less than, in place of at most.",
        refusing_value("reportSeries_Key", lambda value: value == INT32[1]),
    ),
    Fault(
        "integer-of-16-bits-is-the-limit",
        "BATCH-6",
        "The column is a short integer.",
        refusing_value("reminder_Event_ID", lambda value: value is not None and value > 32767),
    ),
    Fault(
        "false-flag-counts-as-missing",
        "BATCH-6",
        "The test for a required field takes false for missing.",
        refusing_value("claim_Audit_Event", lambda value: value is False),
    ),
    Fault(
        "true-flags-exclude-each-other",
        "BATCH-6",
        "The form of the web application offers the flags as a choice of one.",
        refusing_entity(lambda entity: entity["claim_Audit_Event"] and entity["reminder"], "Only one flag can be set."),
    ),
    Fault(
        "empty-text-is-refused",
        "BATCH-6",
        "A text with a length of zero counts as missing.",
        refusing_text(lambda text: text == "", "A text is empty."),
    ),
    Fault(
        "blank-text-is-refused",
        "BATCH-6",
        "Texts are trimmed before they are tested for being empty.",
        refusing_text(lambda text: text != "" and not text.strip(), "A text is blank."),
    ),
    Fault(
        "longest-subject-is-refused",
        "BATCH-6",
        "The limit is compared with less than, in place of at most.",
        _longest_refused("subject"),
    ),
    Fault(
        "longest-user-id-is-refused",
        "BATCH-6",
        "The buffer keeps one character for the end of the text.",
        _longest_refused("user_ID"),
    ),
    Fault(
        "longest-meta-data-is-refused",
        "BATCH-6",
        "The column was made for 255 characters before the description said 512.",
        refusing_value("meta_Data", lambda value: value is not None and len(value) > 255),
    ),
    Fault(
        "length-counts-bytes",
        "BATCH-6",
        "The column's length is in bytes of UTF-8.",
        _longer_than(lambda text: len(text.encode("utf-8", "backslashreplace"))),
    ),
    Fault(
        "letters-beyond-latin-are-refused",
        "BATCH-6",
        "The column's character set is Latin-1.",
        refusing_text(lambda text: any(ord(letter) > 255 for letter in text), "Incorrect string value."),
    ),
    Fault(
        "letters-beyond-three-bytes-are-refused",
        "BATCH-6",
        "The column's character set is the database's older UTF-8, which ends at three bytes.",
        refusing_text(lambda text: any(ord(letter) > 0xFFFF for letter in text), "Incorrect string value."),
    ),
    Fault(
        "combining-letters-are-refused",
        "BATCH-6",
        "Texts must be equal to their composed form.",
        refusing_text(lambda text: any(0x300 <= ord(letter) <= 0x36F for letter in text), "Incorrect text."),
    ),
    Fault(
        "letters-from-right-to-left-are-refused",
        "BATCH-6",
        "A pattern lists the letters that a name may have.",
        refusing_text(lambda text: any(0x590 <= ord(letter) <= 0x6FF for letter in text), "Incorrect text."),
    ),
    Fault(
        "line-feeds-are-refused",
        "BATCH-6",
        "The pattern of the field matches one line.",
        refusing_text(lambda text: "\n" in text or "\t" in text, "Control characters are not allowed."),
    ),
    Fault(
        "quotes-are-refused",
        "BATCH-6",
        "A firewall takes a quote for an attack on the database.",
        refusing_text(lambda text: "'" in text, "The request was blocked."),
    ),
    Fault(
        "angle-brackets-are-refused",
        "BATCH-6",
        "A filter takes angle brackets for an attack on a page.",
        refusing_text(lambda text: "<" in text, "The request was blocked."),
    ),
    Fault(
        "fraction-of-a-second-is-refused",
        "BATCH-6",
        "The pattern of the parser has no place for fractions.",
        _dates_refused(lambda text: "." in text),
    ),
    Fault(
        "offset-from-utc-is-refused",
        "BATCH-6",
        "The pattern of the parser has a fixed Z.",
        _dates_refused(lambda text: text[-1] not in "Zz"),
    ),
    Fault(
        "leap-day-is-refused",
        "BATCH-6",
        "The calendar of the validator gives February 28 days.",
        _dates_refused(lambda text: text[5:10] == "02-29"),
    ),
    Fault(
        "past-due-date-is-refused",
        "BATCH-6",
        "An event that is due before now is thought to be a mistake.",
        refusing_value("due_Date", lambda value: value is not None and value < "2020"),
    ),
    Fault(
        "date-before-2000-is-refused",
        "BATCH-6",
        "Years are stored with two digits.",
        _dates_refused(lambda text: text < "2000"),
    ),
)

_BROKEN_SCHEMA = (
    Fault(
        "absent-id-is-generated",
        "BATCH-7",
        "The column of the id has a sequence.",
        defaulting("event_ID", 999_999),
    ),
    Fault(
        "absent-claim-audit-flag-is-false",
        "BATCH-7",
        "The default of a boolean fills the field.",
        defaulting("claim_Audit_Event", False),
    ),
    Fault(
        "absent-process-automation-flag-is-false",
        "BATCH-7",
        "The default of a boolean fills the field.",
        defaulting("process_Automation_Event", False),
    ),
    Fault(
        "absent-reminder-is-true",
        "BATCH-7",
        "The column has a default.",
        defaulting("reminder", True),
    ),
    Fault(
        "null-flag-is-false",
        "BATCH-7",
        "The deserializer sets a primitive boolean, which has no null.",
        _converting_each(_FLAGS, lambda value: False if value is None else value),
    ),
    Fault(
        "null-entry-date-is-taken",
        "BATCH-7",
        "Null means now, as in an insert of the database.",
        converting("entry_Date", lambda value: _A_DATE if value is None else value),
    ),
    Fault(
        "null-update-date-is-taken",
        "BATCH-7",
        "The field is overwritten by the server anyway, so it is not validated.",
        converting("update_Date", lambda value: _A_DATE if value is None else value),
    ),
    Fault(
        "flag-as-a-text-is-converted",
        "BATCH-7",
        "The deserializer turns texts into booleans where they look like one.",
        _converting_each(_FLAGS, _flag_from_text),
    ),
    Fault(
        "flag-as-a-number-is-converted",
        "BATCH-7",
        "In the language of the server 0 and 1 are booleans too.",
        _converting_each(_FLAGS, lambda value: bool(value) if value in (0, 1) else value),
    ),
    Fault(
        "reminder-of-any-type-is-taken",
        "BATCH-7",
        "The field is tested for being there, not for its type.",
        converting("reminder", bool),
    ),
    Fault(
        "integer-as-a-text-is-converted",
        "BATCH-7",
        "The deserializer reads numbers from texts, as the platform's web defaults have it.",
        _converting_each(_INTEGERS, _integer_from_text),
    ),
    Fault(
        "fraction-of-an-integer-is-dropped",
        "BATCH-7",
        "The deserializer casts.",
        _converting_each(_INTEGERS, _whole),
    ),
    Fault(
        "percent-as-a-text-is-converted",
        "BATCH-7",
        "The column is a decimal, and decimals are sent as texts by many.",
        converting("completion_Percent", _number_from_text),
    ),
    Fault(
        "percent-as-a-flag-is-converted",
        "BATCH-7",
        "In the language of the server true is the number 1.",
        converting("completion_Percent", lambda value: int(value) if isinstance(value, bool) else value),
    ),
    Fault(
        "number-as-a-text-field-is-converted",
        "BATCH-7",
        "The deserializer turns any scalar into a text.",
        _converting_each(_TEXTS, _text_of),
    ),
    Fault(
        "date-as-a-number-is-converted",
        "BATCH-7",
        "A number counts as milliseconds since 1970.",
        _converting_each(_DATES, _date_from_number),
    ),
    Fault(
        "wrong-status-field-is-dropped",
        "BATCH-7",
        "A value that does not bind is left out, and the rest is saved.",
        reading_entity(
            lambda entity: (
                {name: value for name, value in entity.items() if name != "status" or isinstance(value, str)}
                if isinstance(entity, dict)
                else entity
            )
        ),
    ),
    Fault(
        "first-entity-alone-is-validated",
        "BATCH-7",
        "The schema of the list is checked by its first element.",
        _validating(lambda place, _length: place == 0),
    ),
    Fault(
        "last-entity-is-not-validated",
        "BATCH-7",
        "The loop of the validator ends one too early.",
        _validating(lambda place, length: place < length - 1),
    ),
    Fault(
        "updates-are-not-validated",
        "BATCH-7",
        "An update is taken for a patch, which may have any fields.",
        in_vba(_validation_of_updates_skipped),
    ),
    Fault(
        "entity-that-is-no-object-is-done",
        "BATCH-7",
        "An element that does not bind is skipped, and its result keeps the default.",
        _objects_alone(),
    ),
    Fault(
        "failure-has-status-200",
        "BATCH-7",
        "The result tells the failure in words alone.",
        _failures_as(200),
    ),
    Fault(
        "failure-has-status-207",
        "BATCH-7",
        "The status of the whole is written into each result that has none.",
        _failures_as(207),
    ),
)

_FORMATS = (
    Fault(
        "date-may-be-any-text",
        "BATCH-16",
        "The dates are texts in the database.",
        _converting_each(_DATES, lambda value: _A_DATE if isinstance(value, str) else value),
    ),
    Fault(
        "completion-date-may-be-any-text",
        "BATCH-16",
        "One of the dates is mapped as a text.",
        converting("completion_Date", lambda value: _A_DATE if isinstance(value, str) else value),
    ),
    Fault(
        "date-may-be-a-day-that-there-is-not",
        "BATCH-16",
        "The validator compares with a pattern and leaves the calendar out.",
        _converting_each(_DATES, _date_by(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")),
    ),
    Fault(
        "date-may-be-a-time",
        "BATCH-16",
        "The parser adds the day of today to a time.",
        _converting_each(_DATES, _date_by(r"[0-9]{2}:[0-9]{2}")),
    ),
    Fault(
        "date-may-be-in-words",
        "BATCH-16",
        "The parser understands yesterday, today and tomorrow.",
        _converting_each(_DATES, _date_by(r"(?i)yesterday|today|tomorrow")),
    ),
    Fault(
        "date-that-is-none-becomes-null",
        "BATCH-16",
        "A text that cannot be parsed becomes null, and the entity is saved.",
        _converting_each(
            tuple(name for name in _DATES if FIELDS[name].nullable),
            lambda value: value if isinstance(value, str) and is_date_time(value) else None,
        ),
    ),
    Fault(
        "integer-past-32-bits-wraps",
        "BATCH-16",
        "The integer is cast without a check.",
        _converting_each(_INTEGERS, _wrapped),
    ),
    Fault(
        "integer-past-32-bits-is-clamped",
        "BATCH-16",
        "The database saturates instead of failing.",
        _converting_each(_INTEGERS, _clamped),
    ),
    Fault(
        "integer-of-64-bits-is-taken",
        "BATCH-16",
        "The class of the request has a long integer.",
        _converting_each(
            _INTEGERS[1:], lambda value: 7 if isinstance(value, int) and INT32[1] < value < 2**63 else value
        ),
    ),
)

FAULTS = _WHOLE_RANGE + _BROKEN_SCHEMA + _FORMATS
