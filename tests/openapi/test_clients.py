"""Tools of others build on the description: clients in two languages and a mock server keep the contract.

Each client does the same exchanges through the types that were made for it, and tells what it has read. What a tool
cannot do is named here, with what it says or does instead, so that a new limit shows.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.docs import node
from tests.docs.bundle import document
from tests.harness.callers import USER_AGENT
from tests.harness.contract import (
    Pointer,
    follow,
    operation,
    path_of,
    request_example,
    resolve,
    response_schema,
    schema_errors,
)
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
from tests.harness.wire import Wire
from tests.openapi.clients.documented import DESCRIPTION, command
from tests.openapi.clients.mock import MockError, mocking
from tests.openapi.marks import needs_node
from tests.reference import message
from tests.reference.app import build_app
from tests.reference.data import ADMIN_SESSION, API_KEY, BEARER_TOKEN, DATABASE, USER_SESSION
from tests.reference.parts import Handler, around, in_arena
from tests.reference.server import running
from tests.reference.state import State
from tests.reference.vba import PATH

CLIENTS = Path(__file__).with_name("clients")
CREDENTIALS = {
    "session": ADMIN_SESSION,
    "user_session": USER_SESSION,
    "api_key": API_KEY,
    "bearer_token": BEARER_TOKEN,
    "database": DATABASE,
}
SECONDS = 300

FIRST_EVENT = {
    "guid": "4M6P8L6XKNY4N5LLP1T3",
    "type": "CHANGE",
    "number": "ECO-000023",
    "at": "2020-03-13T22:47:34Z",
    "creator": "Heidi Walker",
}
EVENT_RECONCILED = {"status": 200, "reconciled": True, "state": "RECONCILED", **FIRST_EVENT}
AT_A_STEP = {
    "guid": "UCWFYBWNADWSBUDWPF1I",
    "before": {"step": "Corrective Action Plan Approved?"},
    "after": {"step": "Corrective Action"},
}
PROCESS_RECONCILED = {"status": 200, "reconciled": True, "by": "hwalker@everyroadgps.com", **AT_A_STEP}
NOT_MARKED = {"status": 200, "reconciled": False, "by": None, "at": None}


def refused(status: int, code: int, text: str) -> Json:
    """What a client reads of one of Arena's refusals."""
    return {"status": status, "repeated": status, "code": code, "message": text}


def processed(*results: list[Json], media_type: str = "text/plain") -> Json:
    """What a client reads of a batch that was processed."""
    return {
        "status": 207,
        "media_type": media_type,
        "results": list(results),
        "problem": None,
        "activity": True,
    }


def refused_whole(status: int, title: str) -> Json:
    """What a client reads of a batch that was refused as a whole."""
    return {
        "status": status,
        "media_type": "text/plain",
        "results": None,
        "problem": [status, title],
        "activity": True,
    }


# In this order, on a reference implementation that has just started.
AT_REFERENCE: dict[str, Json] = {
    "event reconciled": EVENT_RECONCILED,
    "event taken back": {"status": 200, "reconciled": False, "state": "NEEDS_UPDATE", **FIRST_EVENT},
    "revisioning event": {
        "status": 200,
        "guid": "6O8RAN8ZMPA6P7NNR3V5",
        "reconciled": True,
        "state": "RECONCILED",
        "type": "REVISIONING_EVENT",
        "number": "REV-000007",
        "at": "2021-01-20T17:00:00Z",
        "creator": "José Lindqvist",
    },
    "event with an unknown guid": refused(400, 3011, 'The guid "X9TCV8TK7AT1KZNA8V1Q" is not valid.'),
    "event with a text for its flag": refused(400, 4320, "itemsReconciled must be either true or false."),
    "event with an unknown session": refused(401, 401, "The session is missing or not valid."),
    "event of a user": refused(403, 4303, "You do not have permission to mark this as reconciled."),
    "quality process taken back": {**NOT_MARKED, **AT_A_STEP},
    "quality process edited": {
        **NOT_MARKED,
        "guid": "UCWFYBWNADWSBUDWPF2J",
        "before": {"description": "", "due": None},
        "after": {"description": "Würth: Lötstellen prüfen", "due": "2021-12-01T00:00:00Z"},
    },
    "quality process created": {
        **NOT_MARKED,
        "guid": "WEYHADYPCFYUDWFYRH3K",
        "before": None,
        "after": {"created": "WEYHADYPCFYUDWFYRH3K"},
    },
    "quality process with an unknown guid": refused(400, 3011, 'The guid "NONE" is not valid.'),
    "batch creates": processed([999701, 201, "Created"]),
    "batch updates": processed([999701, 200, "Updated"]),
    "batch with every field": processed([999702, 201, "Created"]),
    "batch fails in part": processed(
        [999701, 200, "Updated"], [999707, 400, "priority must have at most 32 characters."]
    ),
    "batch of none": processed(),
    "batch answered as application/json": processed(media_type="application/json"),
    "batch answered as text/json": processed(media_type="text/json"),
    "batch with an unknown token": refused_whole(401, "Unauthorized"),
    "batch for an unknown database": refused_whole(400, "Bad Request"),
}
# The Python client sends application/json alone: the generated code sets the Content-Type itself.
AS_ANOTHER_TYPE: dict[str, Json] = {
    "event as text/plain": refused(415, 415, "The content type must be application/json."),
    "batch sent as text/json": processed(),
    "batch sent as another JSON": processed(),
    "batch sent as text/plain": refused_whole(415, "Unsupported Media Type"),
}
JSON_HEADERS: dict[str, str | None] = {"Content-Type": "application/json", "Accept": "application/json"}
ARENA_HEADERS = {**JSON_HEADERS, "arena_session_id": "any"}
VBA_HEADERS = {
    **JSON_HEADERS,
    "x-api-key": "any",
    "Authorization": "Bearer any",
    "vbasoftware-database": "any",
    "User-Agent": USER_AGENT,
}
RIGHT: dict[OperationId, Json] = {
    RECONCILE_EVENT: request_example(RECONCILE_EVENT, "reconcile"),
    RECONCILE_QUALITY_PROCESS: request_example(RECONCILE_QUALITY_PROCESS, "reconcile"),
    PUT_EVENTS_BATCH: request_example(PUT_EVENTS_BATCH, "minimal"),
}
CONDITIONAL = {"StatusFollowsFlag", "DetailFollowsEventType", "MarkFollowsFlag", "OneFormBeforeAndAfter"}
"""The rules between fields: Prism draws each field by its own schema."""
TOO_MANY = "Too many requests."
NOW = "quality process reconciled"
"""Answered with the present time, so it is held apart."""

# What the mock server answers, of its own accord or where the client asks for it with `Prefer`.
AT_MOCK: list[tuple[str, str, Json]] = [
    ("event reconciled", "", EVENT_RECONCILED),
    ("event reconciled", "example=needsUpdate", AT_REFERENCE["event taken back"]),
    ("event reconciled", "example=revisioningEvent", AT_REFERENCE["revisioning event"]),
    (
        "event reconciled",
        "code=400",
        refused(400, 400, "The format of the request is not valid. Please check the syntax."),
    ),
    ("event reconciled", "code=401", {"status": 401, "code": 401}),
    ("event reconciled", "code=403", {"status": 403, "code": 4303}),
    ("event reconciled", "code=429", {"status": 429, "code": 4084}),
    ("quality process reconciled", "", {**PROCESS_RECONCILED, "at": "2021-09-11T01:06:50Z"}),
    ("quality process reconciled", "example=notReconciled", AT_REFERENCE["quality process taken back"]),
    ("quality process reconciled", "code=400, example=invalidGuid", AT_REFERENCE["event with an unknown guid"]),
    ("batch creates", "", processed([999701, 201, "Created"], media_type="application/json")),
    ("batch creates", "example=updated", processed([999701, 200, "Updated"], media_type="application/json")),
    ("batch creates", "example=nothingToDo", processed(media_type="application/json")),
    ("batch answered as application/json", "code=401", {"status": 401, "problem": [401, "Unauthorized"]}),
    ("batch answered as application/json", "code=413", {"status": 413, "problem": [413, "Content Too Large"]}),
    ("batch answered as application/json", "code=429", {"status": 429, "problem": [429, "Too Many Requests"]}),
    ("event with a text for its flag", "", {"status": 422}),
    ("batch fails in part", "", {"status": 422}),
    ("event reconciled", "dynamic=true", {"status": 200}),
    ("quality process reconciled", "dynamic=true", {"status": 200}),
    ("batch creates", "dynamic=true", {"status": 207}),
]


@dataclass(frozen=True)
class Built:
    """A client that was built: the command that runs it, and what building it printed."""

    language: str
    command: tuple[str | Path, ...]
    folder: Path
    printed: str

    def read(self, url: str, *exchanges: tuple[str, str]) -> list[Json]:
        """What the client reads at a server, exchange by exchange; each is a name and what to send as `Prefer`."""
        setting = {"url": url, "credentials": CREDENTIALS, "exchanges": exchanges}
        reads: list[Json] = json.loads(run(*self.command, json.dumps(setting), folder=self.folder).stdout)
        return reads


def run(*words: str | Path, folder: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, which must be this exit code."""
    done = subprocess.run(
        [str(word) for word in words], cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("description") / "openapi.json"
    path.write_text(json.dumps(document()), "utf-8")
    return path


@pytest.fixture(scope="module")
def python(description: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("python")
    generate = command("openapi-python-client", description=description, output=folder / "events_client")
    done = run(*generate, folder=node.FOLDER.parent)
    shutil.copy(CLIENTS / "caller.py", folder)
    return Built("python", (sys.executable, "caller.py"), folder, done.stderr)


@pytest.fixture(scope="module")
def typescript(description: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("typescript")
    run(*command("openapi-typescript", description=description, output=folder / "schema.ts"), folder=node.FOLDER.parent)
    for name in ("caller.mts", "refused.mts", "tsconfig.json"):
        shutil.copy(CLIENTS / name, folder)
    (folder / "node_modules").symlink_to(node.MODULES)
    done = run(node.tool("tsc"), folder=folder)
    return Built("typescript", ("node", "out/caller.mjs"), folder, done.stdout)


@pytest.fixture(scope="module")
def mock(description: Path) -> Iterator[str]:
    with mocking([*command("prism", description=description), "--seed", "contract"]) as url:
        yield url


@pytest.fixture(scope="module", params=["python", pytest.param("typescript", marks=needs_node)])
def client(request: pytest.FixtureRequest) -> Built:
    built: Built = request.getfixturevalue(request.param)
    return built


@pytest.fixture(scope="module")
def at_reference(client: Built) -> dict[str, Json]:
    """What the client reads at the reference implementation."""
    names = [*AT_REFERENCE, NOW]
    with running(build_app()) as url:
        return dict(zip(names, client.read(url, *((name, "") for name in names)), strict=True))


@pytest.fixture(scope="module")
def past_limits(client: Built) -> list[Json]:
    """What the client reads, an event's answer and a batch's, where no more calls are taken."""
    with running(build_app(in_arena(lambda parts: replace(parts, quota=0)), around(too_many))) as url:
        return client.read(url, ("event reconciled", ""), ("batch creates", ""))


async def too_many(request: message.Request, state: State, handler: Handler) -> message.Response:
    """A middleware that takes no batch, and answers as a gateway might."""
    if request.path != PATH:
        return await handler(request, state)
    return message.Response(429, (("Content-Type", "text/plain"),), b"").with_body(TOO_MANY.encode())


@pytest.fixture(scope="module")
def at_mock(client: Built, mock: str) -> dict[tuple[str, str], Json]:
    """What the client reads at the mock server, by the exchange and what it asks for."""
    asked = [(name, prefer) for name, prefer, _ in AT_MOCK]
    return dict(zip(asked, client.read(mock, *asked), strict=True))


@pytest.mark.parametrize("name", AT_REFERENCE)
def test_a_client_reads_what_the_reference_answers(at_reference: dict[str, Json], name: str) -> None:
    assert at_reference[name] == AT_REFERENCE[name]


def test_a_client_reads_when_and_by_whom_a_quality_process_was_marked(at_reference: dict[str, Json]) -> None:
    read = dict(at_reference[NOW])

    at = datetime.fromisoformat(read.pop("at"))
    assert read == PROCESS_RECONCILED
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=10)


@needs_node
def test_the_typescript_client_can_send_other_media_types(typescript: Built) -> None:
    with running(build_app()) as url:
        reads = typescript.read(url, *((name, "") for name in AS_ANOTHER_TYPE))

    assert dict(zip(AS_ANOTHER_TYPE, reads, strict=True)) == AS_ANOTHER_TYPE


def test_a_client_reads_that_the_quota_is_used_up(past_limits: list[Json]) -> None:
    read = past_limits[0]

    assert (read["status"], read["repeated"], read["code"]) == (429, 429, 4084)


def test_a_refusal_that_is_no_json_reaches_the_typescript_caller_and_raises_in_the_python_one(
    client: Built, past_limits: list[Json]
) -> None:
    """The generated Python reads every documented answer as JSON, whatever its Content-Type."""
    expected = {"raised": "JSONDecodeError"} if client.language == "python" else {"status": 429, "text": TOO_MANY}

    assert past_limits[1] == expected


def test_the_python_generator_warns_of_the_two_other_media_types_of_the_batch_alone(python: Built) -> None:
    warnings = [
        line for line in python.printed.splitlines() if re.match(r"WARNING|Unable|Skipping|ERROR|Unsupported", line)
    ]

    assert warnings == ["WARNING parsing PUT /events-batch within vba.", "Unsupported content type text/json"] * 2


def test_the_python_generator_makes_a_class_of_each_object_and_a_module_of_each_operation(python: Built) -> None:
    package = python.folder / "events_client"

    modules = {path.stem for path in package.glob("api/*/*.py")} - {"__init__"}
    assert modules == {"reconcile_event", "reconcile_quality_process", "put_events_batch"}
    models = (package / "models" / "__init__.py").read_text("utf-8")
    classes = set(re.findall(r'^    "(\w+)",$', models, re.MULTILINE))
    assert classes == {
        "ArenaError",
        "ArenaErrorErrorsItem",
        "ArenaEvent",
        "ArenaEventChange",
        "ArenaEventChangeCategory",
        "ArenaEventCreator",
        "ArenaEventEventType",
        "ArenaEventRevisioningEvent",
        "BatchResponse",
        "BatchResult",
        "BatchResultIdItem",
        "CreateAttributes",
        "Debug",
        "EditAttributes",
        "EventReconciliation",
        "OneFormBeforeAndAfterType0",
        "OneFormBeforeAndAfterType1",
        "OneFormBeforeAndAfterType2",
        "Problem",
        "QualityProcess",
        "QualityProcessReconciledUser",
        "QualityProcessReconciliation",
        "VbaEvent",
        "WorkflowAttributes",
        "WorkflowAttributesCurrentStep",
    }


REFUSED_IN_PYTHON = {
    "the flag is required": "EventReconciliation()",
    "the flag is no text": 'EventReconciliation(items_reconciled="true")',
    "the flag is never null": "QualityProcessReconciliation(reconciled=None)",
    "reminder is required": "VbaEvent(event_id=1, claim_audit_event=False, process_automation_event=False)",
    "entry_Date may be absent, but not null": "VbaEvent(1, False, False, False, entry_date=None)",
    "there is no such field": "VbaEvent(1, False, False, False, event_Id=2)",
    "the database is required": "put_events_batch.sync(client=client, body=[])",
    "each event is an object": 'put_events_batch.sync(client=client, body=[1], vbasoftware_database="")',
}


def test_mypy_takes_the_caller_and_refuses_what_the_types_forbid(python: Built) -> None:
    (python.folder / "refused.py").write_text(
        "from events_client import AuthenticatedClient\n"
        "from events_client.api.vba import put_events_batch\n"
        "from events_client.models import EventReconciliation, QualityProcessReconciliation, VbaEvent\n"
        'client = AuthenticatedClient(base_url="", token="")\n' + "\n".join(REFUSED_IN_PYTHON.values()),
        "utf-8",
    )

    # What the generated code is like inside is the tool's own affair, so only the two files are reported on.
    options = ("--strict", "--follow-imports=silent", "--config-file=", "--cache-dir=.mypy", "--no-error-summary")
    done = run(sys.executable, "-m", "mypy", *options, "caller.py", "refused.py", folder=python.folder, code=1)

    errors = re.findall(r"^(\w+\.py):(\d+): error", done.stdout, re.MULTILINE)
    assert errors == [("refused.py", str(line)) for line in range(5, 5 + len(REFUSED_IN_PYTHON))], done.stdout


@needs_node
def test_tsc_takes_the_caller_and_refuses_what_the_types_forbid(typescript: Built) -> None:
    """tsc reports a directive of refused.mts that refuses nothing; nothing reported is each of them refused."""
    assert typescript.printed == ""
    assert (typescript.folder / "refused.mts").read_text("utf-8").count("@ts-expect-error:") == len(REFUSED_IN_PYTHON)


@needs_node
@pytest.mark.parametrize(("name", "prefer", "expected"), AT_MOCK)
def test_a_client_reads_what_the_mock_answers(
    at_mock: dict[tuple[str, str], Json], name: str, prefer: str, expected: Json
) -> None:
    read = at_mock[name, prefer]

    assert {field: read[field] for field in expected} == expected


def answer_of(operation_id: OperationId, status: str) -> Pointer:
    """The place of a documented answer as application/json."""
    return (*follow((*operation(operation_id), "responses", status)), "content", "application/json")


def documented_answers() -> list[tuple[OperationId, str, str]]:
    """Every example of every documented answer: its operation, status and name."""
    return [
        (operation_id, status, name)
        for operation_id in OPERATIONS
        for status in resolve((*operation(operation_id), "responses"))
        for name in resolve((*answer_of(operation_id, status), "examples"))
    ]


def ask(
    mock: str, operation_id: OperationId, body: Json = None, headers: dict[str, str | None] | None = None
) -> Exchange:
    """What the mock answers to a request that is right but for this body and these headers; None takes one away."""
    path = re.sub(r"{\w+}", "4M6P8L6XKNY4N5LLP1T3", path_of(operation_id))
    right = ARENA_HEADERS if operation_id in ARENA_OPERATIONS else VBA_HEADERS
    fields = [(name, value) for name, value in (right | (headers or {})).items() if value is not None]
    content = RIGHT[operation_id] if body is None else body
    wire = Wire()
    answer, _ = wire.send(Request(operation_id, "PUT", mock + path, tuple(fields), json.dumps(content).encode()))
    wire.close()
    assert isinstance(answer, Response)
    return Exchange(1, Request(operation_id, "PUT", mock + path), answer)


@needs_node
@pytest.mark.parametrize(("operation_id", "status", "name"), documented_answers())
def test_the_mock_gives_each_documented_example_where_it_is_asked_for(
    mock: str, operation_id: OperationId, status: str, name: str
) -> None:
    example = resolve((*follow((*answer_of(operation_id, status), "examples", name)), "value"))
    # A range has no status of its own; its examples tell theirs.
    code = status if status.isdecimal() else str((example.get("error") or example)["status"])

    answer = ask(mock, operation_id, headers={"Prefer": f"code={code}, example={name}"})

    assert answer.status == int(code)
    assert answer.json == example


@needs_node
@pytest.mark.parametrize(
    ("operation_id", "body", "headers", "status"),
    [
        (RECONCILE_EVENT, {}, {}, 422),
        (RECONCILE_EVENT, {"itemsReconciled": None}, {}, 422),
        (RECONCILE_EVENT, [], {}, 422),
        (RECONCILE_EVENT, None, {"arena_session_id": None}, 401),
        (RECONCILE_EVENT, None, {"Content-Type": "text/plain"}, 415),
        (RECONCILE_QUALITY_PROCESS, {"itemsReconciled": True}, {}, 422),
        (RECONCILE_QUALITY_PROCESS, {"reconciled": "true"}, {}, 422),
        (RECONCILE_QUALITY_PROCESS, None, {"arena_session_id": None}, 401),
        (PUT_EVENTS_BATCH, {}, {}, 422),
        (PUT_EVENTS_BATCH, [{"event_ID": 1, "claim_Audit_Event": False, "process_Automation_Event": False}], {}, 422),
        (PUT_EVENTS_BATCH, None, {"vbasoftware-database": None}, 422),
        (PUT_EVENTS_BATCH, None, {"x-api-key": None}, 401),
        (PUT_EVENTS_BATCH, None, {"Authorization": None}, 401),
        (PUT_EVENTS_BATCH, None, {"Content-Type": "text/plain"}, 415),
    ],
)
def test_the_mock_refuses_what_the_description_forbids(
    mock: str, operation_id: OperationId, body: Json, headers: dict[str, str | None], status: int
) -> None:
    """Prism says 422 of a request that breaks a schema, where 400 is documented too, because 4XX has it."""
    answer = ask(mock, operation_id, body, headers)

    assert answer.status == status


@needs_node
def test_the_mock_cannot_give_a_refusal_of_the_batch_as_any_media_type(mock: str) -> None:
    """Prism takes a response's `*/*` for a text: who asks for such a code has to accept application/json alone."""
    given = {
        accept: ask(mock, PUT_EVENTS_BATCH, headers={"Prefer": "code=401", "Accept": accept})
        for accept in ("*/*", "application/json")
    }

    assert {accept: answer.status for accept, answer in given.items()} == {"*/*": 500, "application/json": 401}
    assert given["*/*"].json["title"] == "Cannot serialise complex objects as text"


@needs_node
def test_the_mock_reads_no_text_json(mock: str) -> None:
    """Prism reads application/json and application/*+json alone as JSON."""
    statuses = {
        name: ask(mock, PUT_EVENTS_BATCH, headers={"Content-Type": name}).status
        for name in ("application/json", "application/vnd.events+json", "text/json")
    }

    assert statuses == {"application/json": 207, "application/vnd.events+json": 207, "text/json": 422}


@needs_node
@pytest.mark.parametrize(
    ("operation_id", "status"), [(RECONCILE_EVENT, 200), (RECONCILE_QUALITY_PROCESS, 200), (PUT_EVENTS_BATCH, 207)]
)
def test_the_mock_draws_answers_that_keep_all_but_the_rules_between_fields(
    mock: str, operation_id: OperationId, status: int
) -> None:
    answer = ask(mock, operation_id, headers={"Prefer": "dynamic=true"})

    assert answer.status == status
    errors = list(schema_errors(response_schema(operation_id, str(status)), answer.json))
    assert {error.location[1] for error in errors} <= CONDITIONAL


def test_a_mock_that_ends_at_once_is_an_error_with_what_it_printed() -> None:
    with pytest.raises(MockError, match="no such file"), mocking([sys.executable, "-c", "print('no such file')"]):
        pytest.fail("it is said to listen")


def test_a_command_that_readme_does_not_give_is_no_documented_one() -> None:
    with pytest.raises(LookupError, match="0 commands of openapi-generator"):
        command("openapi-generator", description=Path(DESCRIPTION))
