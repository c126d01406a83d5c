"""What conformance.json says, in figures and in words: the part that every report for people shares."""

from __future__ import annotations

from tests.harness.exchange import Json
from tests.harness.verdict import (
    EXIT_CONFIGURATION,
    EXIT_INCOMPLETE,
    EXIT_INTERRUPTED,
    EXIT_NONCONFORMING,
    EXIT_STOPPED,
    EXIT_SUITE_FAILED,
)

Report = dict[str, Json]
"""The content of a conformance.json; conformance.schema.json describes it."""

WORDS = {
    "fail": "failed",
    "unverified": "unverified",
    "waived": "waived",
    "pass": "passed",
    "out-of-scope": "out of scope",
}
"""The outcomes as words of a sentence, the ones that ask for something first."""
NOT_SELECTED = "not selected by ONLY"


def having(report: Report, outcome: str) -> list[Report]:
    """The requirements with this outcome, in the catalogue's order."""
    return [requirement for requirement in report["requirements"] if requirement["outcome"] == outcome]


def counts(report: Report) -> dict[str, int]:
    """How many requirements have each outcome, in the order of WORDS; outcomes that none has are left out."""
    found = {outcome: len(having(report, outcome)) for outcome in WORDS}
    return {outcome: count for outcome, count in found.items() if count}


def counted(report: Report) -> str:
    """The counts as words, such as `2 failed, 63 passed`."""
    return ", ".join(f"{count} {WORDS[outcome]}" for outcome, count in counts(report).items())


def gating(report: Report) -> list[Report]:
    """The failed requirements that make the target nonconforming: MUST, under STRICT the SHOULD too."""
    return [one for one in having(report, "fail") if one["level"] == "MUST" or report["strict"]]


def failures(report: Report) -> list[Report]:
    """Every failed requirement, the ones that decide the verdict first."""
    gate = gating(report)
    return gate + [one for one in having(report, "fail") if one not in gate]


def seen(requirement: Report) -> str:
    """How often a requirement was judged, and broken, in words."""
    judged, broken = requirement["exchanges"], requirement["broken"]
    exchanges = f"{judged} exchange{'' if judged == 1 else 's'}"
    return f"broken by {broken} of {exchanges}" if broken else f"kept by {exchanges}" if judged else "no exchange"


def group(id: str) -> str:
    """The group of a requirement's id: ARENA-AUTH of ARENA-AUTH-2."""
    return id.rpartition("-")[0]


def again(report: Report, id: str) -> str:
    """The command that runs one requirement alone with the same requests; the target is added by the reader."""
    parts = ["make test", f"ONLY={id}", f"SEED={report['seed']}"]
    parts += [f"PROFILE={report['profile']}"] if report["profile"] != "standard" else []
    parts += ["STRICT=1"] if report["strict"] else []
    return " ".join(parts)


def meaning(report: Report) -> str:
    """What the answer means for somebody who does not know the suite."""
    code = report["exit_code"]
    if code == EXIT_SUITE_FAILED:
        return "The suite itself failed, so this run is no answer about the target."
    if code == EXIT_NONCONFORMING:
        gate = gating(report)
        levels = "MUST or SHOULD" if report["strict"] else "MUST"
        return f"The target breaks {_many(len(gate), 'requirement')} of level {levels}."
    if code in (EXIT_STOPPED, EXIT_INTERRUPTED):
        return f"The target could not be tested to an end: {report['stopped']}."
    if code == EXIT_CONFIGURATION:
        return f"What is waived is not broken any more: {', '.join(report['stale_waivers'])}."
    if code == EXIT_INCOMPLETE:
        open_ones = [one for one in having(report, "unverified") if one["level"] == "MUST"]
        if not open_ones:
            return "Nothing was judged, so the run says nothing about the target."
        return f"No MUST is broken, but {_many(len(open_ones), 'requirement')} of level MUST could not be verified."
    limited = f", of what ONLY={','.join(report['only'])} selects" if report["only"] else ""
    waived = having(report, "waived")
    but = f", but for {_many(len(waived), 'waived failure')}" if waived else ""
    return (
        f"The target keeps every requirement of level {'MUST or SHOULD' if report['strict'] else 'MUST'}{limited}{but}."
    )


def next_step(report: Report) -> str:
    """What to do next."""
    code = report["exit_code"]
    if code == EXIT_SUITE_FAILED:
        return "Give the traceback in the run's output to those who maintain the suite."
    if code == EXIT_NONCONFORMING:
        first = gating(report)[0]["id"]
        return f"Start with {first}: send its curl line, compare what came with what was expected, and run it alone."
    if code == EXIT_STOPPED:
        return "See that the target stays up, its session and quota last, and no shard is missing, and run again."
    if code == EXIT_INTERRUPTED:
        return "Run it again, to its end."
    if code == EXIT_CONFIGURATION:
        return "Take these waivers out of target.toml, and run again."
    if code == EXIT_INCOMPLETE:
        return "Give the target what the unverified requirements below name, and run again."
    if having(report, "fail"):
        return "Look at the failed SHOULD requirements: they do not decide the verdict, but clients will meet them."
    return "Nothing has to be done. Run it again whenever the target changes."


def standing(report: Report) -> str:
    """The verdict as a heading says it; a run whose suite failed or that was stopped has none to rely on."""
    if report["exit_code"] == EXIT_SUITE_FAILED:
        return "no answer"
    if report["exit_code"] in (EXIT_STOPPED, EXIT_INTERRUPTED):
        return "not tested to an end"
    return str(report["verdict"])


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
