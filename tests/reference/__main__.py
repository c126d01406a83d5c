"""Runs the reference implementation alone: python -m tests.reference [--port N] [--prefix /some/path]."""

from __future__ import annotations

import argparse
import re
import signal
import sys
import time
from contextlib import ExitStack
from typing import NoReturn

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
from tests.reference.server import running

USAGE_ERROR = 4


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say in one line what is wrong, and exit as the whole project does for wrong usage."""
        self.exit(USAGE_ERROR, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM. Gives the exit code: 0, or 4 when the arguments or the port are no good."""
    parser = _Parser(prog="python -m tests.reference", description="The reference implementation, on loopback.")
    parser.add_argument("--port", type=_port, default=0, help="the port to listen on; 0, the default, takes a free one")
    parser.add_argument("--prefix", type=_prefix, default="", help="a path that all endpoints stand under")
    options = parser.parse_args(arguments)
    try:
        for stop in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stop, signal.default_int_handler)
        with ExitStack() as stack:
            try:
                url = stack.enter_context(running(build_app(prefix=options.prefix), port=options.port))
            except OSError as error:
                parser.error(f"cannot listen on port {options.port}: {error.strerror}")
            print(introduction(url + options.prefix), flush=True)
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        return 0


def introduction(url: str) -> str:
    """What a person needs to try the server at `url`: credentials, objects, and a curl line for each endpoint."""
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
