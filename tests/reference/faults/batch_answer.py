"""What a batch answers: the envelope and its results (BATCH-1, -2, -9, -10, -13 to -15, -17)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tests.reference.data import Json
from tests.reference.faults.edits import (
    Apply,
    answer_status,
    applying_batch,
    done,
    edit,
    edit_header,
    edit_json,
    editing_outcomes,
    fail,
    is_batch,
    is_created,
    is_done,
    refused,
    remembering,
    renamed,
    share_answer,
    showing_result,
    without,
)
from tests.reference.faults.fault import Fault
from tests.reference.message import Request, Response
from tests.reference.parts import Modifier, VbaParts, in_vba
from tests.reference.state import State
from tests.reference.vba import Outcome

_DONE = done(is_batch)


def _done_as(media_type: str) -> Callable[[Request, Response], bool]:
    return lambda request, response: (
        _DONE(request, response) and (response.header("Content-Type") or "").startswith(media_type)
    )


def _pair(change: Callable[[Any], Any]) -> Modifier:
    """Change the value of each result's id."""
    return showing_result(
        lambda result: result | {"id": [pair | {"value": change(pair["value"])} for pair in result["id"]]}
    )


def _as_wide_text(response: Response) -> Response:
    changed = response.with_body(response.body.decode().encode("utf-16"))
    return changed.with_header("Content-Type", (response.header("Content-Type") or "").replace("utf-8", "utf-16"))


def _in_words(envelope: Json) -> str:
    return "\n".join(f"{result['id'][0]['value']}: {result['body']}" for result in envelope["data"])


def _without_repeated(outcomes: list[Outcome]) -> list[Outcome]:
    return list({outcome.event_id: outcome for outcome in outcomes}.values())


def _first_of_repeated(outcomes: list[Outcome]) -> list[Outcome]:
    return _without_repeated(outcomes[::-1])[::-1]


def _sharing_results() -> Modifier:
    """The results are gathered in one list for all requests that are under way."""
    gathered: list[Outcome] = []

    async def rule(_parts: VbaParts, _state: State, entities: list[object], apply: Apply) -> list[Outcome]:
        gathered.clear()
        gathered.extend(await apply(entities))
        await asyncio.sleep(0.005)
        return list(gathered)

    return applying_batch(rule)


def _activity(make: Callable[[], object]) -> Modifier:
    return in_vba(lambda parts: replace(parts, debug=lambda: {"activityID": make()}))


def _one_activity_for_ten() -> Modifier:
    numbers = count()
    return _activity(lambda: f"activity-{next(numbers) // 10:08}")


def _every_second_first(outcomes: list[Outcome]) -> list[Outcome]:
    return outcomes[1::2] + outcomes[::2]


_ENVELOPE = (
    Fault(
        "batch-answers-200",
        "BATCH-1",
        "The framework's default for a handler that succeeds.",
        answer_status(_DONE, 200),
    ),
    Fault(
        "batch-that-creates-answers-201",
        "BATCH-1",
        "The status of the whole is taken from its results where they agree.",
        answer_status(
            lambda request, response: (
                _DONE(request, response) and b'"status": 201' in response.body and b'"status": 200' not in response.body
            ),
            201,
        ),
    ),
    Fault(
        "batch-content-type-is-html",
        "BATCH-1",
        "The handler writes a text, and the framework's default for that is HTML.",
        edit_header(_DONE, "Content-Type", lambda _value: "text/html; charset=utf-8"),
    ),
    Fault(
        "batch-content-type-is-that-of-problems",
        "BATCH-1",
        "An envelope that has a field for an error is marked as a problem document.",
        edit_header(_DONE, "Content-Type", lambda _value: "application/problem+json"),
    ),
    Fault(
        "batch-content-type-is-missing",
        "BATCH-1",
        "The new gateway drops headers that are not on its list.",
        edit(_DONE, lambda response: response.without_header("Content-Type")),
    ),
    Fault(
        "batch-as-plain-text-is-encoded-twice",
        "BATCH-1",
        "The formatter for plain text gets a text that is JSON already, and quotes it.",
        edit_json(_done_as("text/plain"), json.dumps),
    ),
    Fault(
        "batch-as-plain-text-is-a-representation",
        "BATCH-1",
        "The formatter for plain text takes the object's representation in the language of the server.",
        edit(_done_as("text/plain"), lambda response: response.with_body(repr(json.loads(response.body)).encode())),
    ),
    Fault(
        "batch-as-plain-text-is-in-words",
        "BATCH-1",
        "Plain text was thought to be for people.",
        edit(
            _done_as("text/plain"),
            lambda response: response.with_body(_in_words(json.loads(response.body)).encode()),
        ),
    ),
    Fault(
        "batch-as-text-json-answers-406",
        "BATCH-1",
        "The formatter is not registered for one of the three media types.",
        fail(
            lambda request: is_batch(request) and request.header("Accept") == "text/json",
            406,
            "The media type is not supported.",
        ),
    ),
    Fault(
        "batch-is-encoded-in-utf-16",
        "BATCH-1",
        "The formatter for text takes the platform's own encoding.",
        edit(_done_as("text/"), _as_wide_text),
    ),
    Fault(
        "batch-begins-with-a-byte-order-mark",
        "BATCH-1",
        "The writer's UTF-8 encoder emits a mark.",
        edit(_DONE, lambda response: response.with_body(b"\xef\xbb\xbf" + response.body)),
    ),
    Fault(
        "batch-has-no-envelope",
        "BATCH-1",
        "The handler answers the list of results itself.",
        edit_json(_DONE, lambda envelope: envelope["data"]),
    ),
    Fault(
        "batch-data-is-an-object",
        "BATCH-1",
        "The results are kept in a map by their ids.",
        edit_json(
            _DONE,
            lambda envelope: envelope | {"data": {str(place): result for place, result in enumerate(envelope["data"])}},
        ),
    ),
    Fault(
        "batch-data-has-a-capital",
        "BATCH-1",
        "The serializer keeps the names of the language, which begin with capitals.",
        edit_json(_DONE, lambda envelope: {name.capitalize(): value for name, value in envelope.items()}),
    ),
    Fault(
        "batch-data-is-wrapped-once-more",
        "BATCH-1",
        "Two layers each put an envelope around what they get.",
        edit_json(_DONE, lambda envelope: {"data": envelope, "error": None, "debug": envelope["debug"]}),
    ),
)


_RESULTS = (
    Fault(
        "result-of-the-last-entity-is-missing",
        "BATCH-2",
        "The last buffer of results is not flushed.",
        editing_outcomes(lambda outcomes: outcomes[:-1]),
    ),
    Fault(
        "updated-entities-have-no-result",
        "BATCH-2",
        "Results come from the statement that inserts.",
        editing_outcomes(lambda outcomes: [outcome for outcome in outcomes if outcome.status != 200]),
    ),
    Fault(
        "failures-alone-have-results",
        "BATCH-2",
        "Results were made to tell what went wrong.",
        editing_outcomes(lambda outcomes: [outcome for outcome in outcomes if not is_done(outcome)]),
    ),
    Fault(
        "one-result-for-the-whole-batch",
        "BATCH-2",
        "The bulk statement has one outcome.",
        editing_outcomes(lambda outcomes: outcomes[:1]),
    ),
    Fault(
        "results-stand-twice",
        "BATCH-2",
        "A join with a table of keys multiplies the rows.",
        editing_outcomes(lambda outcomes: [outcome for outcome in outcomes for _ in range(2)]),
    ),
    Fault(
        "results-end-with-a-summary",
        "BATCH-2",
        "A row with totals is put behind the results.",
        editing_outcomes(lambda outcomes: [*outcomes, Outcome(None, 200, f"{len(outcomes)} processed")]),
    ),
    Fault(
        "result-id-is-cut-to-16-bits",
        "BATCH-2",
        "The field of the answer's class is a short integer.",
        _pair(lambda value: value & 0xFFFF if isinstance(value, int) else value),
    ),
    Fault(
        "result-id-is-off-by-one",
        "BATCH-2",
        "The key is read from a sequence that was advanced already.",
        _pair(lambda value: value + 1 if isinstance(value, int) else value),
    ),
    Fault(
        "result-id-is-that-of-the-first-entity",
        "BATCH-2",
        "The closure over the loop's variable keeps its first value.",
        editing_outcomes(lambda outcomes: [replace(outcome, event_id=outcomes[0].event_id) for outcome in outcomes]),
    ),
    Fault(
        "result-ids-are-shifted",
        "BATCH-2",
        "Ids and outcomes are two lists, and one of them is sorted.",
        editing_outcomes(
            lambda outcomes: [
                replace(outcome, event_id=outcomes[place - 1].event_id) for place, outcome in enumerate(outcomes)
            ]
        ),
    ),
    Fault(
        "result-id-is-the-row-number",
        "BATCH-2",
        "The key is that of the row in a temporary table.",
        editing_outcomes(
            lambda outcomes: [replace(outcome, event_id=place + 1) for place, outcome in enumerate(outcomes)]
        ),
    ),
    Fault(
        "result-id-has-no-value",
        "BATCH-2",
        "The key is read from the entity before it is saved.",
        _pair(lambda _value: None),
    ),
    Fault(
        "results-of-concurrent-batches-are-mixed-up",
        "BATCH-2",
        "The handler gathers results in a field, and there is one handler for all requests.",
        remembering(_sharing_results),
        chance=True,
    ),
    Fault(
        "answers-of-concurrent-batches-are-mixed-up",
        "BATCH-2",
        "The response object is taken from a pool and handed out twice.",
        share_answer(is_batch),
        chance=True,
    ),
    Fault(
        "result-status-is-a-text",
        "BATCH-9",
        "The status is put together with its reason, as a text.",
        showing_result(lambda result: result | {"status": str(result["status"])}),
    ),
    Fault(
        "result-status-is-a-name",
        "BATCH-9",
        "An enumeration is serialized by its name.",
        showing_result(lambda result: result | {"status": result["body"]}),
    ),
    Fault(
        "result-status-is-zero",
        "BATCH-9",
        "Zero means success to the library that applies the batch.",
        showing_result(lambda result: result | {"status": 0}),
    ),
    Fault(
        "result-status-is-missing",
        "BATCH-9",
        "The status of the whole was thought to say enough.",
        showing_result(lambda result: without(result, "status")),
    ),
    Fault(
        "result-body-is-null",
        "BATCH-9",
        "Only failures have a message.",
        showing_result(lambda result: result | {"body": None} if result["status"] < 300 else result),
    ),
    Fault(
        "result-body-is-missing",
        "BATCH-9",
        "The field is called message in the code, and so it is in the answer.",
        showing_result(lambda result: renamed(result, "body", "message")),
    ),
    Fault(
        "result-body-is-an-object",
        "BATCH-9",
        "The message became an object with a language.",
        showing_result(lambda result: result | {"body": {"en": result["body"]}}),
    ),
    Fault(
        "result-id-is-empty",
        "BATCH-9",
        "The list of keys is filled for tables with several keys alone.",
        showing_result(lambda result: result | {"id": []}),
    ),
    Fault(
        "result-id-is-an-object",
        "BATCH-9",
        "There is one key, so the list was left out.",
        showing_result(lambda result: result | {"id": result["id"][0]}),
    ),
    Fault(
        "result-id-is-missing",
        "BATCH-9",
        "The results stand in the order of the batch, so ids were thought to be of no use.",
        showing_result(lambda result: without(result, "id")),
    ),
    Fault(
        "result-id-is-a-number",
        "BATCH-9",
        "The id is written as it is in the entity.",
        showing_result(lambda result: result | {"id": result["id"][0]["value"]}),
    ),
    Fault(
        "activity-id-has-the-proses-spelling",
        "BATCH-10",
        "The naming strategy of the serializer writes abbreviations small.",
        edit_json(_DONE, lambda envelope: envelope | {"debug": renamed(envelope["debug"], "activityID", "activityId")}),
    ),
    Fault(
        "activity-id-is-a-number",
        "BATCH-10",
        "The activity is numbered by the database.",
        remembering(lambda: _activity(count(1).__next__)),
    ),
    Fault(
        "activity-id-is-null",
        "BATCH-10",
        "Tracing samples, and most requests are not traced.",
        _activity(lambda: None),
    ),
    Fault(
        "debug-is-missing",
        "BATCH-10",
        "In production everything called debug is switched off.",
        edit_json(_DONE, lambda envelope: without(envelope, "debug")),
    ),
    Fault(
        "debug-is-empty",
        "BATCH-10",
        "The object is filled by the tracing, which is switched off.",
        edit_json(_DONE, lambda envelope: envelope | {"debug": {}}),
    ),
    Fault(
        "debug-is-the-activity-itself",
        "BATCH-10",
        "An object with one field is written as its value.",
        edit_json(_DONE, lambda envelope: envelope | {"debug": envelope["debug"]["activityID"]}),
    ),
    Fault(
        "results-are-sorted-by-id",
        "BATCH-13",
        "The entities go through a table that is clustered by id.",
        editing_outcomes(lambda outcomes: sorted(outcomes, key=lambda outcome: outcome.event_id or 0)),
    ),
    Fault(
        "results-are-reversed",
        "BATCH-13",
        "The entities are put on a stack.",
        editing_outcomes(lambda outcomes: outcomes[::-1]),
    ),
    Fault(
        "results-of-created-entities-come-first",
        "BATCH-13",
        "The batch is split into inserts and updates, and the results are put together again.",
        editing_outcomes(lambda outcomes: sorted(outcomes, key=lambda outcome: not is_created(outcome))),
    ),
    Fault(
        "results-come-as-they-are-ready",
        "BATCH-13",
        "Two workers share the batch, and one of them is faster.",
        editing_outcomes(_every_second_first),
    ),
    Fault(
        "repeated-id-has-one-result",
        "BATCH-14",
        "The results are kept in a map by id.",
        editing_outcomes(_without_repeated),
    ),
    Fault(
        "repeated-id-has-the-first-result",
        "BATCH-14",
        "Repeated entities are dropped before the batch is applied.",
        editing_outcomes(_first_of_repeated),
    ),
    Fault(
        "activity-id-is-a-constant",
        "BATCH-15",
        "The activity is that of the server's start.",
        _activity(lambda: "00-4bf92f3577b34da6a3ce929d0e0e4736-00"),
    ),
    Fault(
        "activity-id-is-empty",
        "BATCH-15",
        "There is no activity without a listener, and null is shown as an empty text.",
        _activity(lambda: ""),
    ),
    Fault(
        "activity-id-is-the-second",
        "BATCH-15",
        "The id is made of the time.",
        _activity(lambda: f"{datetime.now(UTC):%Y%m%d%H%M%S}"),
        chance=True,
    ),
    Fault(
        "activity-id-is-shared-by-ten",
        "BATCH-15",
        "An activity spans what a connection of the pool does.",
        remembering(_one_activity_for_ten),
    ),
    Fault(
        "error-of-a-success-is-empty",
        "BATCH-17",
        "The mapper creates each nested object, whether or not there is one.",
        edit_json(_DONE, lambda envelope: envelope | {"error": {}}),
    ),
    Fault(
        "error-of-a-success-says-none",
        "BATCH-17",
        "The problem's class has defaults, and it is always shown.",
        edit_json(_DONE, lambda envelope: envelope | {"error": {"title": "None", "status": 207, "detail": None}}),
    ),
    Fault(
        "problem-status-is-always-400",
        "BATCH-17",
        "The factory of problems has a default that nobody changes.",
        edit_json(refused(is_batch), lambda envelope: envelope | {"error": envelope["error"] | {"status": 400}}),
    ),
    Fault(
        "problem-status-is-500",
        "BATCH-17",
        "The handler of exceptions makes the problem before the status is known.",
        edit_json(refused(is_batch), lambda envelope: envelope | {"error": envelope["error"] | {"status": 500}}),
    ),
    Fault(
        "problem-status-is-a-text",
        "BATCH-17",
        "The problem is put together as texts.",
        edit_json(
            refused(is_batch),
            lambda envelope: envelope | {"error": envelope["error"] | {"status": str(envelope["error"]["status"])}},
        ),
    ),
)


FAULTS = _ENVELOPE + _RESULTS
