"""What the tests of the reports share: the answer of a real run, and a browser where the machine has one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.harness.options import Options
from tests.harness.report import conformance
from tests.harness.reports.answer import Report
from tests.harness.runner import run_contract
from tests.harness.target import reference_target
from tests.reference.app import build_app
from tests.reference.message import Request, Response
from tests.reference.parts import Handler, around
from tests.reference.server import running
from tests.reference.state import State
from tests.suite.chromium import browser, chromium

__all__ = ["browser", "chromium"]

HOSTILE = b'"DONE</script><img src=x onerror=alert(1)>"'


async def _spoiled(request: Request, state: State, handler: Handler) -> Response:
    """The status is a piece of HTML, and a 405 has no Allow."""
    response = await handler(request, state)
    headers = tuple(pair for pair in response.headers if response.status != 405 or pair[0] != "Allow")
    return replace(response, headers=headers).with_body(response.body.replace(b'"RECONCILED"', HOSTILE))


@pytest.fixture(scope="package")
def faulty() -> Report:
    """What a run says of a faulty implementation, limited to some requirements to be quick."""
    options = Options(seed=7, only=("EVENT-3", "HTTP-3"))
    with running(build_app(around(_spoiled))) as url:
        run, verdict = run_contract(reference_target(url), options)
    return conformance(run, verdict)
