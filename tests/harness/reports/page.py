"""The answer of a run as one HTML file for people: it needs no network, and no JavaScript but for its filter.

The parts that are no words stand beside this module: colors.css, page.css, and page.js, which filters and copies.
"""

from __future__ import annotations

import base64
import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate, groupby
from pathlib import Path

from tests.harness.contract import path_of, requirements
from tests.harness.exchange import ARENA_OPERATIONS, OPERATIONS, OperationId
from tests.harness.reports.answer import (
    WORDS,
    Report,
    again,
    counts,
    failures,
    gating,
    group,
    having,
    meaning,
    next_step,
    seen,
    standing,
)
from tests.harness.reports.filter import LEVELS, choice, form
from tests.harness.reports.markup import Markup, join, prose, tag

SIGNS = {"fail": "✕", "unverified": "?", "waived": "~", "pass": "✓", "out-of-scope": "–"}
"""An outcome is told by its sign and its word, never by its color alone."""
GROUPS = {
    "ARENA-AUTH": "Arena: session and roles",
    "ARENA-ERROR": "Arena: refusals",
    "ARENA-HEADER": "Arena: headers of answers",
    "EVENT": "Arena: reconciling an event",
    "QUALITY": "Arena: reconciling a quality process",
    "BATCH-AUTH": "VBA: credentials",
    "BATCH": "VBA: the batch of events",
    "HTTP": "HTTP, all operations",
}
STATES = {"conforming": "good", "nonconforming": "bad"}
"""The look of the answer; any other standing is open."""


def page(report: Report) -> str:
    """The whole page. Texts of the target are escaped, and the page's policy lets no other script run."""
    style, script = _part("colors.css") + "\n" + _part("page.css"), _part("page.js")
    title = f"{report['target']['name']}: {standing(report)}"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{title} (events contract)"),
        tag("style", Markup(style)),
    )
    main = tag("main", _failed(report), _open(report), _list(report), _matrix(report), _left(report), id="main")
    body = tag("body", _skip(), _header(report), main, _footer(), tag("script", Markup(script)))
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _part(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")


def _skip() -> Markup:
    return tag("a", "Skip to the requirements", href="#requirements", class_="skip")


def _header(report: Report) -> Markup:
    state = STATES.get(standing(report), "open")
    words = tag(
        "div",
        tag("p", "Events contract: report of a run", class_="eyebrow"),
        tag("h1", tag("span", standing(report), class_="verdict"), Markup(" "), report["target"]["name"]),
        tag("p", meaning(report), class_="meaning"),
        tag("p", tag("strong", "Next: "), next_step(report)),
    )
    return tag("header", words, _bar(report), _figures(report), class_=f"top {state}")


def _bar(report: Report) -> Markup:
    """How the requirements ended: a bar, and below it the counts, each a link that filters by its outcome."""
    found = counts(report)
    starts = accumulate(found.values(), initial=0)
    parts = (
        tag("rect", x=start, width=count, height=1, class_=f"part {outcome}")
        for start, (outcome, count) in zip(starts, found.items(), strict=False)
    )
    size = {"viewBox": f"0 0 {sum(found.values())} 1", "preserveAspectRatio": "none"}
    links = (
        tag("li", tag("a", _outcome(outcome, f"{count} {WORDS[outcome]}"), href=f"#outcome={outcome}"))
        for outcome, count in found.items()
    )
    return tag(
        "div",
        tag("svg", *parts, class_="bar", aria_hidden="true", **size),
        tag("ul", *links, class_="counts", aria_label="Requirements by outcome"),
        class_="outcomes",
    )


def _figures(report: Report) -> Markup:
    target = report["target"]
    figures = {
        "Requests": f"{report['requests']:,}",
        "Seconds": f"{report['seconds']:,.1f}",
        "Seed": str(report["seed"]),
        "Profile": report["profile"],
        "Gate": "MUST and SHOULD (STRICT)" if report["strict"] else "MUST",
        "Limited to": ", ".join(report["only"]),
        "Exit code": str(report["exit_code"]),
        "Arena": target["arena"] or "not claimed",
        "VBA": target["vba"] or "not claimed",
    }
    pairs = (
        tag("div", tag("dt", name), tag("dd", value), class_="wide" if name in ("Arena", "VBA") else None)
        for name, value in figures.items()
        if value
    )
    return tag("dl", *pairs, class_="figures")


def _failed(report: Report) -> Markup:
    """What failed at a glance, what decides the verdict first."""
    failed = failures(report)
    if not failed:
        return Markup("")
    gate = gating(report)
    rows = (
        tag(
            "tr",
            tag("th", _link(one["id"]), scope="row"),
            tag("td", _level(one["level"])),
            tag("td", one["findings"][0]["expected"], class_="text"),
            tag("td", one["findings"][0]["actual"], class_="text"),
        )
        for one in failed
    )
    titles = ("Requirement", "Level", "Expected", "Came")
    head = tag("thead", tag("tr", *(tag("th", title, scope="col") for title in titles)))
    table = tag("table", head, tag("tbody", *rows), class_="failed")
    note = f"{len(gate)} of {len(failed)} decide the verdict. Each row leads to its evidence."
    return _section("failed", "What failed", tag("p", note), table)


def _open(report: Report) -> Markup:
    """What is open: requirements that could not be verified, by reason, and waivers."""
    parts: list[Markup] = []
    if report["stopped"]:
        parts.append(tag("p", tag("strong", "Stopped: "), report["stopped"]))
    unverified = sorted(having(report, "unverified"), key=lambda one: str(one["reason"]))
    rows = [
        tag("li", tag("span", reason, class_="text"), ": ", *_links(ones))
        for reason, ones in groupby(unverified, key=lambda one: str(one["reason"]))
    ]
    if rows:
        parts += [tag("h3", "Unverified"), tag("ul", *rows)]
    waived = [tag("li", _link(one["id"]), ": ", tag("span", one["reason"])) for one in having(report, "waived")]
    if waived:
        parts += [tag("h3", "Waived"), tag("ul", *waived)]
    stale = report["stale_waivers"]
    if stale:
        text = "These are waived and pass; take their waivers out of target.toml: "
        parts += [tag("h3", "Stale waivers"), tag("p", text, *_links([{"id": id} for id in stale]))]
    return _section("open", "What is open", *parts) if parts else Markup("")


def _left(report: Report) -> Markup:
    """What the run left changed at the target."""
    if not report.get("left", []):
        return Markup("")
    lines = (tag("li", tag("span", line, class_="text")) for line in report.get("left", []))
    return _section("left", "What the run left changed", tag("ul", *lines))


def _list(report: Report) -> Markup:
    blocks = (
        tag(
            "section",
            tag("h3", tag("span", GROUPS.get(name, name), id=f"group-{name}"), " ", tag("code", name)),
            *(_requirement(report, one) for one in ones),
            class_="group",
            aria_labelledby=f"group-{name}",
        )
        for name, ones in groupby(report["requirements"], key=lambda one: group(one["id"]))
    )
    none = tag("p", "No requirement is like that. ", tag("a", "Show all", href="#requirements"), id="none", hidden=True)
    return _section("requirements", "Requirements", _filter(report), *blocks, none)


def _filter(report: Report) -> Markup:
    """Hidden until the script is there, because it does nothing without."""
    groups = dict.fromkeys(group(one["id"]) for one in report["requirements"])
    tops = [name for name in dict.fromkeys(one.partition("-")[0] for one in groups) if name not in groups]
    boxes = (
        tag(
            "label",
            tag("input", type="checkbox", name="outcome", value=outcome),
            _outcome(outcome, f"{WORDS[outcome]} ({count})"),
            class_="chip",
        )
        for outcome, count in counts(report).items()
    )
    names = {"": "all", **{name: f"{name}, all of it" for name in tops}, **{name: name for name in groups}}
    return form(
        choice("level", "Level", LEVELS),
        choice("group", "Group", names),
        tag("fieldset", tag("legend", "Outcome"), *boxes),
    )


def _requirement(report: Report, one: Report) -> Markup:
    outcome = one["outcome"]
    id = one["id"]
    parts = [
        tag(
            "div",
            tag("h4", tag("a", id, href=f"#{id}", id=f"title-{id}")),
            _outcome(outcome, WORDS[outcome]),
            _level(one["level"]),
            class_="line",
        ),
        tag("p", *prose(one["statement"]), class_="statement"),
        tag("p", tag("span", f"Source: {one['source']}"), " ", tag("span", seen(one), class_="seen"), class_="source"),
    ]
    if one["reason"]:
        parts.append(tag("p", tag("strong", f"{WORDS[outcome].capitalize()}: "), one["reason"], class_="reason"))
    parts += [_finding(one, finding, number) for number, finding in enumerate(one["findings"], 1)]
    if outcome == "fail":
        label = f"Copy the command that runs {id} alone"
        words = "Run it alone, with the TARGET_URL or TARGET_CONFIG of this run"
        parts.append(tag("div", tag("p", words, class_="label"), _command(again(report, id), label), class_="again"))
    return tag(
        "article",
        *parts,
        id=id,
        class_=f"requirement {outcome}",
        aria_labelledby=f"title-{id}",
        data_outcome=outcome,
        data_level=one["level"],
        data_group=group(id),
    )


def _finding(requirement: Report, finding: Report, number: int) -> Markup:
    """One finding: the first stands open, the others behind their summary."""
    id = requirement["id"]
    expected, actual = differing(finding["expected"], finding["actual"])
    request, response = finding["request"], finding["response"]
    came = response.get("status", "no whole answer")
    where = f"exchange {finding['exchange']} in {finding['scenario']}"
    sides = tag(
        "div",
        tag("div", tag("p", "Expected", class_="label"), tag("p", expected, class_="text"), class_="side expected"),
        tag("div", tag("p", "Came", class_="label"), tag("p", actual, class_="text"), class_="side actual"),
        class_="sides",
    )
    exchange = tag(
        "details",
        tag("summary", f"Request and response: {request['method']} → {came}, {where}"),
        tag("div", _message("Request", _start(request), request, id), _response(response, id), class_="messages"),
    )
    label = f"Copy the curl line of {id}, finding {number}"
    content = [sides, exchange, tag("p", "Send it again", class_="label"), _command(finding["curl"], label)]
    kept = len(requirement["findings"])
    if number == 1:
        return tag("div", *content, class_="finding")
    return tag("details", tag("summary", f"Finding {number} of {kept} kept: {where}"), *content, class_="finding more")


def _start(request: Report) -> str:
    return f"{request['method']} {request['url']}"


def _response(response: Report, id: str) -> Markup:
    if "failure" in response:
        text = tag("p", response["failure"], class_="text")
        return tag("div", tag("p", "Response", class_="label"), text, class_="message")
    return _message("Response", f"HTTP {response['status']}", response, id)


def _message(title: str, start: str, message: Report, id: str) -> Markup:
    """A request or response: its first line, its headers, and its body."""
    lines = [tag("b", start), *(join(tag("i", f"{name}:"), f" {value}") for name, value in message["headers"])]
    body = message["body"]
    shown = pretty(body) if body else tag("i", "(no body)")
    text = join(*(part for line in lines for part in (line, "\n")), "\n", shown)
    # A region that scrolls must be reached with the keyboard.
    block = tag("pre", tag("code", text), tabindex="0", role="region", aria_label=f"{title} of {id}")
    return tag("div", tag("p", title, class_="label"), block, class_="message")


def _command(text: str, label: str) -> Markup:
    button = tag("button", "Copy", type="button", class_="copy", aria_label=label, hidden=True)
    return tag(
        "div",
        tag("pre", tag("code", text), tabindex="0", role="region", aria_label="Command"),
        button,
        class_="command",
    )


def pretty(body: str) -> str:
    """A body of JSON with indents, where nothing but white space is changed by that; any other as it came."""
    try:
        value = json.loads(body)
        forms = (json.dumps(value, ensure_ascii=False, separators=pair) for pair in ((",", ":"), (", ", ": ")))
        return json.dumps(value, ensure_ascii=False, indent=2) if body in forms else body
    except (ValueError, RecursionError):
        return body


def differing(expected: str, actual: str) -> tuple[Markup, Markup]:
    """Both texts, with what differs marked where they have enough in common for that to help."""
    left, right = _words(expected), _words(actual)
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < 0.3 or expected == actual or max(len(left), len(right)) > 400:
        return join(expected), join(actual)
    first, second = [], []
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        one, other = "".join(left[start:end]), "".join(right[other_start:other_end])
        same = kind == "equal"
        first.append(join(one) if same or not one else tag("mark", one))
        second.append(join(other) if same or not other else tag("mark", other))
    return join(*first), join(*second)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|\s+|[^\w\s]", text)


def _matrix(report: Report) -> Markup:
    """Groups down, operations across; each requirement stands where it speaks of the operation."""
    names = (tag("th", tag("code", *_breakable(name)), tag("small", path_of(name)), scope="col") for name in OPERATIONS)
    head = tag("thead", tag("tr", tag("th", "Group", scope="col"), *names))
    rows = (
        tag(
            "tr",
            tag("th", tag("code", name), scope="row"),
            *(_cell(report, kept, operation) for operation in OPERATIONS),
        )
        for name, ones in groupby(report["requirements"], key=lambda one: group(one["id"]))
        for kept in [list(ones)]
    )
    words = (
        "A requirement that speaks of several operations has one outcome, over all of them. "
        "A dash stands where no requirement of the group speaks of the operation."
    )
    key = tag("ul", *(tag("li", _outcome(name, WORDS[name])) for name in counts(report)), class_="counts")
    table = tag("table", head, tag("tbody", *rows), class_="matrix")
    return _section("matrix", "Requirements by operation", tag("p", words), key, table)


def _breakable(name: str) -> Iterator[str]:
    """A name in camel case that a narrow column may break before its capitals."""
    for number, part in enumerate(re.split(r"(?=[A-Z])", name)):
        yield join(tag("wbr"), part) if number else part


def _cell(report: Report, ones: Iterable[Report], operation: OperationId) -> Markup:
    api = "arena" if operation in ARENA_OPERATIONS else "vba"
    marks = list(_marks(report, ones, operation))
    if not marks:
        return tag("td", "–")
    if report["target"][api] is None:
        return tag("td", "not claimed")
    return tag("td", tag("div", *marks, class_="marks"))


def _marks(report: Report, ones: Iterable[Report], operation: OperationId) -> Iterator[Markup]:
    for one in ones:
        if operation in requirements()[one["id"]].operations:
            number = one["id"].rpartition("-")[2]
            sign = tag("span", SIGNS[one["outcome"]], aria_hidden="true")
            label = f"{one['id']}, {WORDS[one['outcome']]}"
            yield tag(
                "a",
                sign,
                number,
                href=f"#{one['id']}",
                class_=f"mark {one['outcome']}",
                aria_label=label,
                title=label,
            )


def _footer() -> Markup:
    words = (
        "The same is in conformance.json for programs and in junit.xml for CI. Secrets stand as the names of their "
        "variables; set these before a curl line is sent."
    )
    return tag("footer", tag("p", words))


def _section(id: str, title: str, *content: str) -> Markup:
    return tag("section", tag("h2", title, id=f"title-{id}"), *content, id=id, aria_labelledby=f"title-{id}")


def _outcome(outcome: str, words: str) -> Markup:
    return tag(
        "span", tag("span", SIGNS[outcome], aria_hidden="true", class_="sign"), words, class_=f"outcome {outcome}"
    )


def _level(level: str) -> Markup:
    return tag("span", level, class_=f"level {level.lower()}")


def _link(id: str) -> Markup:
    return tag("a", id, href=f"#{id}")


def _links(ones: Iterable[Report]) -> Iterator[Markup]:
    for number, one in enumerate(ones):
        yield join(", " if number else "", _link(one["id"]))
