"""Exchanges as evidence: request and response in words, and the curl lines that send what a finding takes again."""

from __future__ import annotations

import base64
import gzip
import re
import shlex

from tests.harness.exchange import Exchange, Failure, Finding, Headers, Json, Request
from tests.harness.redact import Redact
from tests.harness.tls import Tls

OWN_DOLLAR = "\ue000"
"""Stands for a dollar of a text's own while secrets are replaced; a character that no text of a request has."""
SHOWN = 4000
"""Characters of a body that a report shows."""


def curl(request: Request, redact: Redact, tls: Tls | None = None) -> str:
    """A command that sends the request again. Secrets stand as shell variables, to be set before it is pasted.

    The files of `tls` are named where the request goes to https.
    """
    words = ["curl", "-i", "--globoff", "--path-as-is", "-X", request.method]
    if request.method == "HEAD":
        words = ["curl", "-I", "--globoff", "--path-as-is"]
    given = {name.lower() for name, _ in request.headers}
    # curl adds these of its own accord; what the request did not have is taken out of its copy too.
    own = ["Content-Type", "Accept", "User-Agent", *(["Expect"] if len(request.body) > SHOWN else [])]
    absent = [name for name in own if name.lower() not in given]
    if tls is not None and request.url.startswith("https:"):
        words += [_quoted(word, redact) for word in tls.curl_options]
    parts = [" ".join(words)]
    parts += [f"-H {_quoted_header(_header(name, value), redact)}" for name, value in request.headers]
    parts += [f"-H {_quoted(name + ':', redact)}" for name in absent]
    if request.body:
        parts.append(f"--data-binary {_body(request.body, redact)}")
    elif request.method in ("PUT", "POST", "PATCH"):
        parts.append("--data-binary ''")
    return " ".join((*parts, _quoted(request.url, redact)))


def commands(finding: Finding, redact: Redact, tls: Tls | None = None) -> str:
    """What sends a finding's request again: its curl line; where steps led there, each one's, below what it answered.

    The lines can be pasted into a shell as a whole.
    """
    steps = finding.steps
    if len(steps) < 2:
        return curl(finding.exchange.request, redact, tls)
    lines: list[str] = []
    for number, step in enumerate(steps, start=1):
        came = f"answers {step.status}" if step.response else "brings no whole answer"
        lines += [f"# {number} of {len(steps)}: {came}", curl(step.request, redact, tls)]
    return "\n".join(lines)


def request_shown(request: Request, redact: Redact) -> dict[str, Json]:
    """The request for conformance.json."""
    return {
        "method": request.method,
        "url": redact(request.url),
        "headers": _headers(request.headers, redact),
        "body": _text(request.body, redact),
    }


def response_shown(exchange: Exchange, redact: Redact) -> dict[str, Json] | None:
    """The response for conformance.json, with what was wrong where it did not come whole."""
    if isinstance(exchange.answer, Failure):
        return {"failure": f"{exchange.answer.trouble}: {redact(exchange.answer.detail)}"}
    answer = exchange.answer
    return {"status": answer.status, "headers": _headers(answer.headers, redact), "body": _text(answer.body, redact)}


def _header(name: str, value: str) -> str:
    return f"{name}: {value}" if value else f"{name};"


def _headers(headers: Headers, redact: Redact) -> list[list[str]]:
    return [[redact(name), redact(value)] for name, value in headers]


def _text(body: bytes, redact: Redact) -> str:
    text = redact(body.decode("utf-8", "backslashreplace"))
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}... ({len(body)} bytes in all)"


def _body(body: bytes, redact: Redact) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is not None and len(body) <= SHOWN and text.isprintable() and not text.startswith("@"):
        return _quoted(text, redact)
    hidden = redact(body.decode("latin-1"))
    if hidden != body.decode("latin-1"):
        return f"{shlex.quote(hidden[:SHOWN])} # with a secret: make the run again with its SEED"
    if len(body) <= SHOWN:
        return "@<(printf '" + "".join(f"\\x{byte:02x}" for byte in body) + "')"
    if body == body[:1] * len(body):
        return f"@<(head -c {len(body)} /dev/zero | tr '\\0' '\\{body[0]:03o}')"
    packed = base64.b64encode(gzip.compress(body, mtime=0)).decode()
    return f"@<(printf %s {packed} | base64 -d | gunzip)"


def _quoted(text: str, redact: Redact) -> str:
    """The text in quotes for bash: in double quotes where a variable has to be replaced in it."""
    hidden = redact(text)
    if hidden == text:
        return shlex.quote(text)
    # Every dollar of the text's own is escaped, those that the redaction puts in are not: a stand-in tells them apart.
    marked = redact(text.replace("$", OWN_DOLLAR))
    return '"' + re.sub(r'(["\\\\`])', r"\\\1", marked).replace(OWN_DOLLAR, "\\$") + '"'


def _quoted_header(text: str, redact: Redact) -> str:
    """A header in quotes: its characters are bytes, which bash writes as such in $'...'."""
    if text.isascii() or redact(text) != text:
        return _quoted(text, redact)
    return "$'" + "".join(_ansi_c(byte) for byte in text.encode("latin-1")) + "'"


def _ansi_c(byte: int) -> str:
    """A byte in bash's $'...'."""
    plain = 0x20 <= byte < 0x7F and byte not in b"'\\\\"
    return chr(byte) if plain else f"\\x{byte:02x}"
