"""A caller of both APIs in Python, on the client that openapi-python-client makes of the description.

It is run as a program with one argument: JSON that says where the server is, with which credentials, and which
exchanges to do. It does them in turn, and prints what it has read of each answer through the client's types.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from events_client import AuthenticatedClient
from events_client.api.arena import reconcile_event, reconcile_quality_process
from events_client.api.vba import put_events_batch
from events_client.models import (
    ArenaError,
    ArenaEvent,
    BatchResponse,
    CreateAttributes,
    EditAttributes,
    EventReconciliation,
    Problem,
    QualityProcess,
    QualityProcessReconciliation,
    VbaEvent,
    WorkflowAttributes,
)
from events_client.types import Response, Unset

Read = dict[str, Any]
"""What was read of an answer, ready for JSON."""

FIRST_EVENT = ("3K5O7K5WJMX3M4KKO0S1", "4M6P8L6XKNY4N5LLP1T3")
REVISIONING_EVENT = ("5M7Q9M7YLOZ5O6MMQ2U3", "6O8RAN8ZMPA6P7NNR3V5")
UNKNOWN_EVENT = ("3K5O7K5WJMX3M4KKO0S1", "X9TCV8TK7AT1KZNA8V1Q")
AT_A_STEP = ("6N8RAN8ZMPA6P7NNR3V4", "7O9SBO90NQB7Q8OOS4W5", "UCWFYBWNADWSBUDWPF1I")
EDITED = ("6N8RAN8ZMPA6P7NNR3V4", "7O9SBO90NQB7Q8OOS4W5", "UCWFYBWNADWSBUDWPF2J")
CREATED = ("8PATCPA1ORC8R9PPT5X6", "9QBUDQB2PSD9SAQQU6Y7", "WEYHADYPCFYUDWFYRH3K")

MINIMAL = VbaEvent(event_id=999701, claim_audit_event=False, process_automation_event=False, reminder=False)
FULL = VbaEvent(
    event_id=999702,
    claim_audit_event=True,
    completion_date=datetime(2024, 3, 5, 10, 30, tzinfo=UTC),
    completion_percent=62.5,
    due_date=datetime(2024, 3, 8, tzinfo=UTC),
    end_date=None,
    entry_date=datetime(2024, 3, 1, 8, tzinfo=UTC),
    entry_user="jlindqvist",
    event_processor="ClaimAudit",
    event_type="AUDIT",
    meta_data='{"claims": [10482, 10483]}',
    next_scheduled_date=datetime(2024, 3, 6, 9, tzinfo=UTC),
    next_scheduled_time=datetime(2024, 3, 6, 9, 15, tzinfo=UTC),
    priority="",
    process_automation_event=False,
    reminder=True,
    reminder_event_id=999702,
    report_series_key=None,
    start_date=datetime(2024, 3, 2, 8, tzinfo=UTC),
    status="OPEN",
    subject="Bericht für März",
    update_date=datetime(2024, 3, 4, 16, 20, tzinfo=UTC),
    update_user=None,
    user_group_key=12,
    user_id="hwalker",
)
TOO_LONG = VbaEvent(
    event_id=999707, claim_audit_event=False, process_automation_event=False, reminder=False, priority="x" * 33
)


@dataclass(frozen=True)
class Caller:
    """Both APIs of one server.

    Credentials are called by their names, and a name that is none of them stands as it is. `prefer` is sent along with
    every request, for mock servers.
    """

    url: str
    credentials: dict[str, str]
    prefer: str

    @property
    def headers(self) -> dict[str, str]:
        """What is sent along with every request."""
        return {"Prefer": self.prefer} if self.prefer else {}

    def credential(self, name: str) -> str:
        """The credential of that name, or the name itself."""
        return self.credentials.get(name, name)

    def arena(self, session: str) -> AuthenticatedClient:
        """A client of Arena: the session is all of the header's value, without a scheme before it."""
        return AuthenticatedClient(
            base_url=self.url,
            token=self.credential(session),
            prefix="",
            auth_header_name="arena_session_id",
            headers=self.headers,
        )

    def vba(self, token: str, accept: str) -> AuthenticatedClient:
        """A client of VBA: the generated code sends one credential, so the API key goes with the other headers."""
        headers = {**self.headers, "x-api-key": self.credential("api_key"), "Accept": accept}
        return AuthenticatedClient(base_url=self.url, token=self.credential(token), headers=headers)

    def event(self, guids: tuple[str, str], body: EventReconciliation, session: str = "session") -> Read:
        """Reconcile an event, or take its marks back."""
        integration, event = guids
        answer = reconcile_event.sync_detailed(integration, event, client=self.arena(session), body=body)
        return {"status": int(answer.status_code), **read_event(answer)}

    def quality_process(self, guids: tuple[str, str, str], flag: bool) -> Read:
        """Reconcile a quality process, or take its mark back."""
        body = QualityProcessReconciliation(reconciled=flag)
        answer = reconcile_quality_process.sync_detailed(*guids, client=self.arena("session"), body=body)
        return {"status": int(answer.status_code), **read_quality_process(answer)}

    def batch(
        self, *entities: VbaEvent, token: str = "bearer_token", database: str = "database", accept: str = "*/*"
    ) -> Read:
        """Create or update events."""
        try:
            answer = put_events_batch.sync_detailed(
                client=self.vba(token, accept),
                body=list(entities),
                vbasoftware_database=self.credential(database),
            )
        except json.JSONDecodeError as error:
            return {"raised": type(error).__name__}
        return {"status": int(answer.status_code), **read_batch(answer)}


def read_event(answer: Response[ArenaError | ArenaEvent]) -> Read:
    """The fields of an event, or of a refusal."""
    event = answer.parsed
    if not isinstance(event, ArenaEvent):
        return read_error(event)
    number: str | None = None
    at: datetime | None = None
    if event.change:
        number, at = event.change.number, event.change.approved_on_date_time
    elif event.revisioning_event:
        number, at = event.revisioning_event.number, event.revisioning_event.performed_on_date_time
    return {
        "guid": event.guid,
        "reconciled": event.items_reconciled,
        "state": event.status,
        "type": event.event_type.value,
        "number": number,
        "at": written(at),
        "creator": event.creator.full_name,
    }


def read_quality_process(answer: Response[ArenaError | QualityProcess]) -> Read:
    """The fields of a quality process, or of a refusal."""
    process = answer.parsed
    if not isinstance(process, QualityProcess):
        return read_error(process)
    return {
        "guid": process.guid,
        "reconciled": process.reconciled,
        "by": process.reconciled_user.email if process.reconciled_user else None,
        "at": written(process.reconciled_datetime or None),
        "before": read_attributes(process.pre_event),
        "after": read_attributes(process.post_event),
    }


def read_attributes(attributes: WorkflowAttributes | EditAttributes | CreateAttributes | None) -> Read | None:
    """The watched attributes, in whichever of their forms."""
    match attributes:
        case WorkflowAttributes():
            return {"step": attributes.current_step.name}
        case EditAttributes():
            return {"description": attributes.description, "due": written(attributes.target_completion_date_time)}
        case CreateAttributes():
            return {"created": attributes.guid}
        case None:
            return None


def read_error(error: ArenaError | None) -> Read:
    """The first of a refusal's errors."""
    if error is None or not error.errors:
        return {}
    return {"repeated": error.status, "code": error.errors[0].code, "message": error.errors[0].message}


def read_batch(answer: Response[Any | BatchResponse]) -> Read:
    """The results of a batch, or the problem of a refusal: its type is any, but most servers send this one."""
    parsed = answer.parsed
    if parsed is None:
        return {}
    envelope = parsed if isinstance(parsed, BatchResponse) else BatchResponse.from_dict(parsed)
    results = None if isinstance(envelope.data, Unset | None) else envelope.data
    return {
        "media_type": answer.headers["Content-Type"].partition(";")[0],
        "results": results and [[result.id[0].value, result.status, result.body] for result in results],
        "problem": [envelope.error.status, envelope.error.title] if isinstance(envelope.error, Problem) else None,
        "activity": envelope.debug.activity_id != "",
    }


def written(moment: datetime | None) -> str | None:
    """A date and time as the documents write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


ON = EventReconciliation(items_reconciled=True)
OFF = EventReconciliation(items_reconciled=False)
UNTYPED = EventReconciliation.from_dict({"itemsReconciled": "yes"})

EXCHANGES: dict[str, Callable[[Caller], Read]] = {
    "event reconciled": lambda caller: caller.event(FIRST_EVENT, ON),
    "event taken back": lambda caller: caller.event(FIRST_EVENT, OFF),
    "revisioning event": lambda caller: caller.event(REVISIONING_EVENT, ON),
    "event with an unknown guid": lambda caller: caller.event(UNKNOWN_EVENT, ON),
    "event with a text for its flag": lambda caller: caller.event(FIRST_EVENT, UNTYPED),
    "event with an unknown session": lambda caller: caller.event(FIRST_EVENT, ON, session="none"),
    "event of a user": lambda caller: caller.event(FIRST_EVENT, ON, session="user_session"),
    "quality process reconciled": lambda caller: caller.quality_process(AT_A_STEP, True),
    "quality process taken back": lambda caller: caller.quality_process(AT_A_STEP, False),
    "quality process edited": lambda caller: caller.quality_process(EDITED, False),
    "quality process created": lambda caller: caller.quality_process(CREATED, False),
    "quality process with an unknown guid": lambda caller: caller.quality_process((*AT_A_STEP[:2], "NONE"), True),
    "batch creates": lambda caller: caller.batch(MINIMAL),
    "batch updates": lambda caller: caller.batch(MINIMAL),
    "batch with every field": lambda caller: caller.batch(FULL),
    "batch fails in part": lambda caller: caller.batch(MINIMAL, TOO_LONG),
    "batch of none": lambda caller: caller.batch(),
    "batch answered as application/json": lambda caller: caller.batch(accept="application/json"),
    "batch answered as text/json": lambda caller: caller.batch(accept="text/json"),
    "batch with an unknown token": lambda caller: caller.batch(MINIMAL, token="none"),
    "batch for an unknown database": lambda caller: caller.batch(MINIMAL, database="none"),
}

if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    callers = [(name, Caller(given["url"], given["credentials"], prefer)) for name, prefer in given["exchanges"]]
    print(json.dumps([EXCHANGES[name](caller) for name, caller in callers]))
