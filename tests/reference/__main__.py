"""Runs the reference implementation as a sandbox, with the pages of the contract where they are built.

python -m tests.reference [--port N] [--prefix /some/path] [--fault NAME]
"""

from __future__ import annotations

import argparse
import difflib
import re
import signal
import sys
import time
from contextlib import ExitStack
from typing import NoReturn

from tests.docs.folder import FOLDER
from tests.harness.contract import requirements
from tests.reference import pages
from tests.reference.app import build_app
from tests.reference.data import (
    ADMIN_SESSION,
    API_KEY,
    BEARER_TOKEN,
    DATABASE,
    EVENT_IDS,
    EVENTS,
    QUALITY_PROCESSES,
    USER_SESSION,
)
from tests.reference.faults import FAULTS, Fault
from tests.reference.server import running

USAGE_ERROR = 4
NO_PAGES = "The pages of the contract are not built; make docs builds them (it needs Node.js)."


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say in one line what is wrong, and exit as the whole project does for wrong usage."""
        self.exit(USAGE_ERROR, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM. Gives the exit code: 0, or 4 when the arguments or the port are no good."""
    parser = _Parser(prog="python -m tests.reference", description="The reference implementation, on loopback.")
    parser.add_argument("--port", type=_port, default=0, help="the port to listen on; 0, the default, takes a free one")
    parser.add_argument("--prefix", type=_prefix, default="", help="a path that all endpoints stand under")
    parser.add_argument("--fault", type=_fault, help="the name of a seeded fault to have (tests/reference/faults)")
    options = parser.parse_args(arguments)
    found = pages.read(FOLDER)
    modifiers = () if options.fault is None else (options.fault.modifier,)
    app = build_app(*modifiers, prefix=options.prefix)
    try:
        for stop in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stop, signal.default_int_handler)
        with ExitStack() as stack:
            try:
                served = pages.with_pages(app, found, options.prefix) if found else app
                url = stack.enter_context(running(served, port=options.port))
            except OSError as error:
                parser.error(f"cannot listen on port {options.port}: {error.strerror}")
            print(introduction(url + options.prefix, bool(found), options.fault), flush=True)
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        return 0


def introduction(url: str, with_pages: bool, fault: Fault | None) -> str:
    """What a person needs to try the server at `url`: credentials, objects, and a curl line for each endpoint.

    It leads to the pages where they are served, and says what the server has wrong where it has a fault.
    """
    events = [(integration, event["guid"]) for integration, event in EVENTS]
    processes = [(integration, event, process["guid"]) for integration, event, process in QUALITY_PROCESSES]
    event_path = "/outboundintegrations/{}/events/{}".format(*events[0])
    process_path = "/outboundevents/{}/events/{}/qualityprocesses/{}".format(*processes[0])
    entity = (
        f'{{"event_ID": {EVENT_IDS[0]}, "claim_Audit_Event": false, "process_Automation_Event": false, '
        '"reminder": true, "subject": "First steps"}'
    )
    arena_headers = f"-H 'arena_session_id: {ADMIN_SESSION}' -H 'content-type: application/json'"
    vba_headers = (
        f"-H 'x-api-key: {API_KEY}' -H 'authorization: Bearer {BEARER_TOKEN}' "
        f"-H 'vbasoftware-database: {DATABASE}' -H 'content-type: application/json'"
    )
    lines = [
        f"The reference implementation listens at {url}",
        f"The pages of the contract, to read and to try: {url}{pages.PLACE}" if with_pages else NO_PAGES,
        *(_about(fault) if fault else ()),
        "",
        "Arena",
        f"  administrator's session  {ADMIN_SESSION}",
        f"  other user's session     {USER_SESSION}",
        "  events (integration, event)",
        *(f"    {' '.join(guids)}" for guids in events),
        "  quality processes (integration, event, quality process)",
        *(f"    {' '.join(guids)}" for guids in processes),
        "",
        "VBA",
        f"  API key       {API_KEY}",
        f"  bearer token  {BEARER_TOKEN}",
        f"  database      {DATABASE}",
        "",
        "Try it",
        f"  curl -i -X PUT {arena_headers} -d '{{\"itemsReconciled\": true}}' {url}{event_path}",
        f"  curl -i -X PUT {arena_headers} -d '{{\"reconciled\": true}}' {url}{process_path}",
        f"  curl -i -X PUT {vba_headers} -d '[{entity}]' {url}/events-batch",
        "",
        "Ctrl-C stops it; it forgets everything then.",
    ]
    return "\n".join(lines)


def _about(fault: Fault) -> list[str]:
    """What a person sees of a fault: which rule is broken, and how a real server comes to break it."""
    rule = requirements()[fault.requirement]
    return [
        "",
        f"Fault: {fault.name}" + (" (it shows only by chance)" if fault.chance else ""),
        f"  breaks   {rule.id} ({rule.level}): {rule.statement}",
        f"  because  {fault.cause}",
    ]


def _fault(text: str) -> Fault:
    named = {fault.name: fault for fault in FAULTS}
    if text not in named:
        close = difflib.get_close_matches(text, named, n=3, cutoff=0.4)
        hint = f"did you mean {', '.join(close)}?" if close else "tests/reference/faults has them all"
        raise argparse.ArgumentTypeError(f"there is no fault {text!r}; {hint}")
    return named[text]


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 0 to 65535")
    return int(text)


def _prefix(text: str) -> str:
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*/?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a path: give a path like /some/path")
    return text.rstrip("/")


if __name__ == "__main__":
    sys.exit(main())
