"""The answer of a run as JUnit XML: a test case for each requirement."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from tests.harness.reports.answer import Report, gating, having


def junit(report: Report) -> str:
    """A failure for what fails the gate, skipped for what is not answered. A failed SHOULD that fails no gate is told
    in the output of its case.
    """
    gate = {requirement["id"] for requirement in gating(report)}
    skipped = len(report["requirements"]) - len(having(report, "pass")) - len(having(report, "fail"))
    counts = {"tests": len(report["requirements"]), "failures": len(gate), "errors": 0, "skipped": skipped}
    suite = ElementTree.Element("testsuite", {"name": "contract", "time": f"{report['seconds']:.3f}"})
    for name, count in counts.items():
        suite.set(name, str(count))
    for requirement in report["requirements"]:
        _add_case(suite, requirement, gates=requirement["id"] in gate)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(suite, encoding="unicode")}\n'


def _add_case(suite: ElementTree.Element, requirement: Report, gates: bool) -> None:
    id, outcome = requirement["id"], requirement["outcome"]
    name = {"classname": f"contract.{id.partition('-')[0]}", "name": id, "time": "0"}
    case = ElementTree.SubElement(suite, "testcase", name)
    if outcome == "fail":
        told = ElementTree.SubElement(case, "failure" if gates else "system-out")
        texts = "\n\n".join(_words(finding) for finding in requirement["findings"])
        told.text = _xml(f"{requirement['level']} {id}: {requirement['statement']}\n\n{texts}")
        if gates:
            told.set("message", _xml(requirement["findings"][0]["actual"]))
    elif outcome != "pass":
        ElementTree.SubElement(case, "skipped", {"message": _xml(f"{outcome}: {requirement['reason']}")})


def _words(finding: Report) -> str:
    # The lines of a sequence begin below the label, so that they can be pasted as a whole.
    before = "\n" if "\n" in finding["curl"] else "    "
    return f"expected: {finding['expected']}\ncame:     {finding['actual']}\nagain:{before}{finding['curl']}"


def _xml(text: str) -> str:
    """The text without the characters that XML 1.0 does not have."""
    return "".join(
        char if char in "\t\n" or 0x20 <= ord(char) < 0xD800 or 0xE000 <= ord(char) < 0xFFFE else "?" for char in text
    )
