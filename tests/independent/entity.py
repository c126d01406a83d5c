"""The fields of a batch event (VBA, Create or Update Batch Event, Request fields) and their validation."""

from __future__ import annotations

import calendar
import math
import re
from typing import Any

from tests.reference.data import Json

_FLAGS = ("claim_Audit_Event", "process_Automation_Event", "reminder")
_REQUIRED = ("event_ID", *_FLAGS)
_NOT_NULL = (*_REQUIRED, "entry_Date", "update_Date")
_INTEGERS = ("event_ID", "reminder_Event_ID", "reportSeries_Key", "userGroup_Key")
_TIMES = ("completion_Date", "due_Date", "end_Date", "start_Date", "next_Scheduled_Date", "next_Scheduled_Time")
_MAX_LENGTHS = {
    "entry_User": 20,
    "event_Processor": 64,
    "event_Type": 32,
    "meta_Data": 512,
    "priority": 32,
    "status": 32,
    "subject": 256,
    "update_User": 20,
    "user_ID": 16,
}
_KINDS = {
    **dict.fromkeys(_FLAGS, "boolean"),
    **dict.fromkeys(_INTEGERS, "32-bit integer"),
    **dict.fromkeys((*_TIMES, "entry_Date", "update_Date"), "date-time"),
    **dict.fromkeys(_MAX_LENGTHS, "string"),
    "completion_Percent": "number",
}
_DATE_TIME = re.compile(
    r"([0-9]{4})-(0[1-9]|1[0-2])-([0-9]{2})[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?"
    r"([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?"
)


def entity_faults(entity: Any) -> list[str]:
    """Return what is wrong with one element of the batch, one short text for each fault; empty when it is valid."""
    if not isinstance(entity, dict):
        return ["must be an object"]
    faults = [f"{name} is required" for name in _REQUIRED if name not in entity]
    for name in _KINDS.keys() & entity.keys():
        value, kind, longest = entity[name], _KINDS[name], _MAX_LENGTHS.get(name)
        if value is None:
            if name in _NOT_NULL:
                faults.append(f"{name} must not be null")
        elif not _has_kind(kind, value):
            faults.append(f"{name} must be of type {kind}")
        elif longest is not None and len(value) > longest:
            faults.append(f"{name} must have at most {longest} characters")
    return sorted(faults)


def stored_form(entity: Json) -> Json:
    """Return the known fields of a valid entity; properties that the document does not list are dropped."""
    known = {name: entity[name] for name in _KINDS if name in entity}
    # 7.0 is an integer in JSON Schema, so the key may arrive as a float.
    return {**known, "event_ID": int(known["event_ID"])}


def _has_kind(kind: str, value: Any) -> bool:
    if kind == "string":
        return isinstance(value, str)
    if kind == "date-time":
        return isinstance(value, str) and _is_date_time(value)
    if kind == "boolean" or isinstance(value, bool):
        return kind == "boolean" and isinstance(value, bool)
    if not isinstance(value, int | float):
        return False
    if kind == "number":
        return isinstance(value, int) or math.isfinite(value)
    return -(2**31) <= value < 2**31 and value == int(value)


def _is_date_time(text: str) -> bool:
    """Return whether the text is an RFC 3339 date-time, whose offset may be missing."""
    found = _DATE_TIME.fullmatch(text)
    if not found:
        return False
    # The calendar repeats every 400 years, which lets year 0000 through as well.
    year, month, day = 2000 + int(found[1]) % 400, int(found[2]), int(found[3])
    return 1 <= day <= calendar.monthrange(year, month)[1]
