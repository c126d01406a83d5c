"""The badge says the verdict in a few words, and what limits it."""

from __future__ import annotations

import pytest

from tests.harness.reports.answer import Report
from tests.harness.reports.badge import badge
from tests.suite.reports.samples import report, requirement, shard


@pytest.mark.parametrize(
    ("told", "message", "color"),
    [
        (report(), "conforming (65/65)", "brightgreen"),
        (report(requirement("EVENT-3", "fail")), "nonconforming (64/65)", "red"),
        (report(requirement("EVENT-3", "unverified")), "incomplete (64/65)", "yellow"),
        (report(requirement("EVENT-3", "waived")), "conforming (64/65, 1 waived)", "brightgreen"),
        (shard("EVENT-3", "EVENT-4"), "conforming (2/2, only EVENT-3, EVENT-4)", "brightgreen"),
        (report(exit_code=7, stopped="it went away"), "not tested to an end (65/65)", "lightgrey"),
        (report(exit_code=3), "no answer (65/65)", "lightgrey"),
    ],
)
def test_a_badge_has_the_verdict_and_its_color(told: Report, message: str, color: str) -> None:
    assert badge(told) == {"schemaVersion": 1, "label": "contract", "message": message, "color": color}
