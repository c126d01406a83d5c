"""Reports made by hand: what conformance.json says of a target that keeps everything, and of others.

Nothing is sent anywhere. A test changes the one thing that it is about.
"""

from __future__ import annotations

from tests.harness.contract import requirements
from tests.harness.exchange import Json
from tests.harness.reports.answer import Report

NO_ANSWER = "no answer of the target showed it"
WAIVED = "our gateway does that"


def report(*changed: Report, **changes: Json) -> Report:
    """A conforming report of the whole catalogue, with these requirements and these other values in it.

    Verdict and exit code are the ones that the changed requirements lead to, unless they are given.
    """
    given = {one["id"]: one for one in changed}
    found = [given.get(id) or requirement(id) for id in requirements()]
    strict = changes.get("strict", False)
    broken = any(one["outcome"] == "fail" and (strict or one["level"] == "MUST") for one in found)
    lacking = any(one["outcome"] == "unverified" and one["level"] == "MUST" for one in found)
    judged = any(one["outcome"] in ("pass", "fail", "waived") for one in found)
    name, code = ("nonconforming", 1) if broken else ("incomplete", 6) if lacking or not judged else ("conforming", 0)
    return {
        "verdict": name,
        "exit_code": code,
        "profile": "standard",
        "strict": False,
        "only": [],
        "seed": 7,
        "requests": 740,
        "seconds": 3.25,
        "stopped": None,
        "left": ["4M6P8L6XKNY4N5LLP1T3: itemsReconciled is true, was false"],
        "target": {"name": "acme sandbox", "arena": "https://acme.test/v1", "vba": "https://acme.test/vba"},
        "requirements": found,
        "stale_waivers": [],
        **changes,
    }


def requirement(id: str, outcome: str = "pass", *findings: Report, reason: str = "", **changes: Json) -> Report:
    """A requirement of the catalogue with an outcome; a failed or waived one has the usual finding if none is given."""
    broken = outcome in ("fail", "waived")
    kept = list(findings) or ([finding(id)] if broken else [])
    reasons = {"unverified": NO_ANSWER, "waived": WAIVED, "out-of-scope": "not selected by ONLY"}
    return {
        "id": id,
        "level": requirements()[id].level,
        "outcome": outcome,
        "reason": reason or reasons.get(outcome, ""),
        "statement": requirements()[id].statement,
        "source": requirements()[id].source,
        "exchanges": 12 if outcome in ("pass", "fail", "waived") else 0,
        "broken": max(len(kept), 2) if broken else 0,
        "findings": kept,
        **changes,
    }


def finding(id: str, expected: str = "HTTP 401", actual: str = "HTTP 500", **changes: Json) -> Report:
    """A finding with a whole exchange as its evidence."""
    return {
        "message": f"{id}: expected {expected}; came {actual}",
        "expected": expected,
        "actual": actual,
        "scenario": "test_sample::test_it",
        "exchange": 31,
        "request": {
            "method": "PUT",
            "url": "https://acme.test/v1/outboundintegrations/3K5O7K5WJMX3M4KKO0S1/events/4M6P8L6XKNY4N5LLP1T3",
            "headers": [["Content-Type", "application/json"], ["arena_session_id", "$ARENA_SESSION_ID"]],
            "body": '{"itemsReconciled": true}',
        },
        "response": {"status": 500, "headers": [["Content-Type", "application/json"]], "body": '{"status": 500}'},
        "curl": "curl -i -X PUT -H \"arena_session_id: $ARENA_SESSION_ID\" --data-binary '{}' https://acme.test/v1",
        **changes,
    }


def answering(body: str, **changes: Json) -> Report:
    """A finding whose response has this body."""
    return finding("EVENT-3", response={"status": 200, "headers": [], "body": body}, **changes)


def shard(*terms: str, only: dict[str, str] | None = None, **changes: Json) -> Report:
    """The report of a run with ONLY: these ids are selected and pass, or end as `only` says; all others are out."""
    outcomes = {**dict.fromkeys(terms, "pass"), **(only or {})}
    changed = (requirement(id, outcomes.get(id, "out-of-scope")) for id in requirements())
    return report(*changed, only=list(outcomes), **changes)
