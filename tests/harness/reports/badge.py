"""The verdict as a badge: the JSON that an endpoint badge of shields reads."""

from __future__ import annotations

from tests.harness.exchange import Json
from tests.harness.reports.answer import Report, counts, standing

COLORS = {"conforming": "brightgreen", "incomplete": "yellow", "nonconforming": "red"}


def badge(report: Report) -> dict[str, Json]:
    """Label, message and color: `conforming (65/65)` counts what passed of what was in scope.

    What limits the answer stands in the message too: waived failures, and ONLY.
    """
    found = counts(report)
    in_scope = sum(found.values()) - found.get("out-of-scope", 0)
    notes = [f"{found.get('pass', 0)}/{in_scope}"]
    notes += [f"{found['waived']} waived"] if "waived" in found else []
    notes += [f"only {', '.join(report['only'])}"] if report["only"] else []
    name = standing(report)
    return {
        "schemaVersion": 1,
        "label": "contract",
        "message": f"{name} ({', '.join(notes)})",
        "color": COLORS.get(name, "lightgrey"),
    }
