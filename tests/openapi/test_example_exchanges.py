"""Every example against the reference implementation: a correct server answers so, or it says here why it cannot."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.harness.callers import Arena, Vba
from tests.harness.contract import follow, operation, resolve
from tests.harness.exchange import (
    ARENA_OPERATIONS,
    OPERATIONS,
    PUT_EVENTS_BATCH,
    RECONCILE_EVENT,
    RECONCILE_QUALITY_PROCESS,
    Exchange,
    Json,
    OperationId,
    Request,
    Response,
)
from tests.harness.history import History
from tests.harness.target import EventRef, QualityProcessRef, reference_target
from tests.harness.wire import Wire
from tests.reference.app import build_app
from tests.reference.message import MAX_BODY
from tests.reference.parts import Modifier, in_arena
from tests.reference.server import running
from tests.reference.variants.batch import refusing_batches

JSON = "application/json"
OLDER_PHRASES = {"Request Entity Too Large": "Content Too Large"}
"""Python's name of a status before 3.13, and the present one."""

Make = Callable[[str], Request]
"""Makes a request to the server with this base URL."""
RequestExample = tuple[OperationId, str, str]
"""The operation, the media type of the request, and the example's name."""
AnswerExample = tuple[OperationId, str, str, str]
"""The operation, the status, the media type of the answer, and the example's name."""


@dataclass(frozen=True)
class Case:
    """An example of an answer, and the request that it answers after others; `sent` are the examples that these are."""

    answer: AnswerExample
    request: Make
    before: tuple[Make, ...] = ()
    sent: tuple[RequestExample, ...] = ()
    server: tuple[Modifier, ...] = ()


def put(request: Request) -> Exchange:
    """Send a request over a connection of its own."""
    wire = Wire()
    answer, _ = wire.send(request)
    wire.close()
    assert isinstance(answer, Response)
    return Exchange(1, request, answer)


def request_examples(operation_id: OperationId) -> Iterator[RequestExample]:
    """Every example of the operation's requests."""
    content = resolve((*follow((*operation(operation_id), "requestBody")), "content"))
    return ((operation_id, media_type, name) for media_type in content for name in content[media_type]["examples"])


def answer_examples(operation_id: OperationId) -> Iterator[AnswerExample]:
    """Every example of the operation's answers."""
    for status in resolve((*operation(operation_id), "responses")):
        content = resolve((*follow((*operation(operation_id), "responses", status)), "content"))
        for media_type, described in content.items():
            yield from ((operation_id, status, media_type, name) for name in described.get("examples", {}))


def sent_value(example: RequestExample) -> Json:
    """The body that a request example shows."""
    operation_id, media_type, name = example
    content = (*follow((*operation(operation_id), "requestBody")), "content", media_type)
    return resolve((*follow((*content, "examples", name)), "value"))


def answered_value(example: AnswerExample) -> Json:
    """The body that an answer example shows."""
    operation_id, status, media_type, name = example
    content = (*follow((*operation(operation_id), "responses", status)), "content", media_type)
    return resolve((*follow((*content, "examples", name)), "value"))


def arena(operation_id: OperationId, body: Json = None, *, last_guid: str | None = None, **change: Any) -> Make:
    """A request to an object of Arena, the documents' own one where `last_guid` names no other.

    `body` is a JSON value, or bytes; `change` is what else differs from a good request, as `Arena.request` takes it.
    """

    def make(url: str) -> Request:
        target = reference_target(url)
        assert target.arena is not None
        refs: tuple[EventRef | QualityProcessRef, ...] = (
            target.arena.events if operation_id == RECONCILE_EVENT else target.arena.quality_processes
        )
        found = [ref for ref in refs if last_guid in (None, ref.guids[-1][1])]
        guids = found[0].guids if found else (*refs[0].guids[:-1], (refs[0].guids[-1][0], str(last_guid)))
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Arena(target.arena, put, History(target)).request(
            found[0] if found else refs[0], data, guids=guids, **change
        )

    return make


def batch(body: Json, **change: Any) -> Make:
    """A batch. `body` is a JSON value, or bytes; `change` is what else differs from a good one, as in `Vba.request`."""

    def make(url: str) -> Request:
        target = reference_target(url)
        assert target.vba is not None
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Vba(target.vba, put, History(target), random.Random(0)).request(data, **change)

    return make


def elsewhere(make: Make, suffix: str) -> Make:
    """The same request to a path that goes on with the suffix."""
    return lambda url: replace(make(url), url=make(url).url + suffix)


def without_user_agent(make: Make) -> Make:
    """The same request without that header."""

    def made(url: str) -> Request:
        request = make(url)
        return replace(request, headers=tuple(pair for pair in request.headers if pair[0] != "User-Agent"))

    return made


def reconciliation(operation_id: OperationId, sent: str, answered: str, last_guid: str | None = None) -> Case:
    """A request example of Arena to an object, and the example that answers it."""
    example = (operation_id, JSON, sent)
    make = arena(operation_id, sent_value(example), last_guid=last_guid)
    return Case((operation_id, "200", JSON, answered), make, sent=(example,))


def arena_refusals(operation_id: OperationId) -> Iterator[Case]:
    """How Arena refuses, the same for both operations but for the flag."""
    flag = "itemsReconciled" if operation_id == RECONCILE_EVENT else "reconciled"
    good = {flag: True}

    def case(status: str, name: str, make: Make, **more: Any) -> Case:
        return Case((operation_id, status, JSON, name), make, **more)

    yield case("400", "notJson", arena(operation_id, b'{"itemsReconciled": '))
    yield case("400", "invalidGuid", arena(operation_id, good, last_guid="X9TCV8TK7AT1KZNA8V1Q"))
    yield case("400", "malformedGuid", arena(operation_id, good, last_guid="4m6p8l6xkny4n5llp1t3"))
    yield case("400", "flagNotBoolean", arena(operation_id, {flag: None}))
    yield case("401", "noSession", arena(operation_id, good, session=""))
    yield case("403", "notAdministrator", arena(operation_id, good, session=reference_user()))
    yield case("415", "unsupportedContentType", arena(operation_id, good, content_type="text/plain"))
    no_calls = in_arena(lambda parts: replace(parts, quota=0))
    yield case("429", "quotaUsedUp", arena(operation_id, good), server=(no_calls,))
    yield case("4XX", "noSuchEndpoint", elsewhere(arena(operation_id, good), "/items"))
    yield case("4XX", "methodNotAllowed", arena(operation_id, method="DELETE"))
    yield case("4XX", "bodyTooLarge", arena(operation_id, b" " * (MAX_BODY + 1)))


def reference_user() -> str:
    """The session of a user who is no administrator."""
    target = reference_target("http://127.0.0.1").arena
    assert target is not None
    assert target.non_admin_session_id
    return target.non_admin_session_id


def batches(names: list[str], answered: str, media_type: str = JSON, accept: str = JSON, **change: Any) -> Case:
    """Request examples of the batch one after the other, and the example that answers the last."""
    sent = tuple((PUT_EVENTS_BATCH, media_type, name) for name in names)
    *before, last = (batch(sent_value(example), accept=accept, **change) for example in sent)
    return Case((PUT_EVENTS_BATCH, "207", accept, answered), last, tuple(before), sent)


def two_of_which_one_lacks_a_field() -> Json:
    """The batch of which the examples tell where one entity fails."""
    first, second = ({**sent_value((PUT_EVENTS_BATCH, JSON, "minimal"))[0], "event_ID": id} for id in (999706, 999707))
    del second["reminder"]
    return [first, second]


def batch_refusals() -> Iterator[Case]:
    """How a batch is refused whole."""
    good = sent_value((PUT_EVENTS_BATCH, JSON, "minimal"))

    def case(status: str, name: str, make: Make, **more: Any) -> Case:
        return Case((PUT_EVENTS_BATCH, status, JSON, name), make, **more)

    yield case("400", "notJson", batch(b'[{"event_ID": 999701'))
    yield case("400", "notAnArray", batch(good[0]))
    yield case("400", "invalidEntity", batch(two_of_which_one_lacks_a_field()), server=(refusing_batches(400),))
    yield case("400", "unknownDatabase", batch(good, database="nowhere"))
    yield case("401", "noApiKey", batch(good, api_key=""))
    yield case("401", "noBearerToken", batch(good, authorization=""))
    yield case("413", "batchTooLarge", batch(b" " * (MAX_BODY + 1)))
    yield case("415", "unsupportedContentType", batch(good, content_type="text/plain"))
    yield case("4XX", "noUserAgent", without_user_agent(batch(good)))
    yield case("4XX", "onlyPut", batch(good, method="GET"))


CASES = [
    reconciliation(RECONCILE_EVENT, "reconcile", "reconciled"),
    reconciliation(RECONCILE_EVENT, "takeBack", "needsUpdate"),
    reconciliation(RECONCILE_EVENT, "reconcile", "revisioningEvent", "6O8RAN8ZMPA6P7NNR3V5"),
    reconciliation(RECONCILE_QUALITY_PROCESS, "reconcile", "reconciled"),
    reconciliation(RECONCILE_QUALITY_PROCESS, "takeBack", "notReconciled"),
    reconciliation(RECONCILE_QUALITY_PROCESS, "reconcile", "edited", "UCWFYBWNADWSBUDWPF2J"),
    reconciliation(RECONCILE_QUALITY_PROCESS, "takeBack", "created", "WEYHADYPCFYUDWFYRH3K"),
    *(case for operation_id in ARENA_OPERATIONS for case in arena_refusals(operation_id)),
    batches(["minimal"], "created"),
    batches(["minimal"], "created", accept="text/plain"),
    batches(["minimal"], "created", accept="text/json"),
    batches(["minimal"], "created", "text/json", content_type="text/json"),
    batches(["minimal"], "created", "application/*+json", content_type="application/vnd.events+json"),
    batches(["minimal", "minimal"], "updated"),
    batches(["minimal", "full"], "updated"),
    batches(["minimal", "full", "nulls"], "updated"),
    batches(["minimal", "several"], "createdAndUpdated"),
    batches(["empty"], "nothingToDo"),
    Case((PUT_EVENTS_BATCH, "207", JSON, "partlyFailed"), batch(two_of_which_one_lacks_a_field())),
    *batch_refusals(),
]

NOT_PROVOKED: dict[AnswerExample, str] = {
    (RECONCILE_EVENT, "200", JSON, "withUrl"): "url is known of newer servers alone, and the reference has none",
    (RECONCILE_EVENT, "400", JSON, "transferType"): "the reference has no integration of another transfer type",
    (RECONCILE_QUALITY_PROCESS, "400", JSON, "transferType"): "as for an event",
    (RECONCILE_EVENT, "403", JSON, "noPrivilege"): "the reference has one privilege, the administrator's",
    (RECONCILE_QUALITY_PROCESS, "403", JSON, "noPrivilege"): "as for an event",
    (PUT_EVENTS_BATCH, "429", JSON, "tooManyRequests"): "the reference limits no rate, and its variants answer text",
}


def comparable(answer: Json, expected: Json) -> Json:
    """An answer with what differs from run to run as the example has it: times, ids of requests, an absent `error`."""
    result = copy.deepcopy(answer)
    if "reconciledDatetime" in result and "reconciledDatetime" in expected:
        result["reconciledDatetime"] = expected["reconciledDatetime"]
    if "debug" in result and isinstance(result["debug"]["activityID"], str):
        result["debug"] = expected["debug"]
        if result["error"] is None and "error" not in expected:
            del result["error"]
        elif result["error"] is not None:
            title = result["error"]["title"]
            result["error"]["title"] = OLDER_PHRASES.get(title, title)
    return result


def status_in(refusal: Json) -> int:
    """The HTTP status that the body of a refusal repeats, in Arena's form or in VBA's."""
    return int(refusal["status"] if "status" in refusal else refusal["error"]["status"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join((*case.answer, *(name for _, _, name in case.sent))))
def test_a_correct_server_answers_as_the_example_says(case: Case) -> None:
    expected = answered_value(case.answer)
    _, status, media_type, _ = case.answer

    with running(build_app(*case.server)) as url:
        for make in case.before:
            put(make(url))
        found = put(case.request(url))

    assert comparable(found.json, expected) == expected
    assert found.status == (int(status) if status.isdigit() else status_in(expected))
    assert found.response is not None
    assert found.response.header("Content-Type")[0].startswith(media_type)


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_request_example_is_sent(operation_id: OperationId) -> None:
    sent = {example for case in CASES for example in case.sent if example[0] == operation_id}

    assert sent == set(request_examples(operation_id))


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_answer_example_is_provoked_or_has_a_reason_why_not(operation_id: OperationId) -> None:
    provoked = {case.answer for case in CASES if case.answer[0] == operation_id}
    reasons = {example for example in NOT_PROVOKED if example[0] == operation_id}

    assert provoked | reasons == set(answer_examples(operation_id))
    assert provoked & reasons == set()


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_status_has_an_example(operation_id: OperationId) -> None:
    statuses = {status for _, status, _, _ in answer_examples(operation_id)}

    assert statuses == set(resolve((*operation(operation_id), "responses")))
