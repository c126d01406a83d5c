"""A Chromium without a window, driven over a pipe: what the tests of the pages look at them with.

It speaks the DevTools protocol, a JSON message and a NUL byte each way, so that nothing has to be installed but the
browser itself.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.harness.exchange import Json

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "no Chromium on this machine: install one (Debian: apt-get install chromium) to test the pages in a browser"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)
CONNECT = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""A program that becomes the browser, with the protocol's pipe at the two numbers where it looks for it."""
PATIENCE = 30.0
"""Seconds that an answer of the browser is waited for."""
LOW_CONTRAST = """
(() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = parse(color).map((v) => (v / 255 <= 0.04045 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => {
    const color = getComputedStyle(one).backgroundColor;
    return (parse(color)[3] ?? 1) > 0 ? color : ground(one.parentElement);
  };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !one.checkVisibility() || one.closest("option")) continue;
    const pair = [light(getComputedStyle(one).color), light(ground(one))].sort((a, b) => b - a);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (ratio < 4.5) found.add(`${one.className || one.localName}: ${ratio.toFixed(2)}`);
  }
  return [...found];
})()
"""
"""The texts that stand out from their ground by less than 4.5, with their ratio."""


def executable() -> str | None:
    """The path of a Chromium of this machine, None where it has none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass
class Browser:
    """One tab. `events` are what the browser told of its own accord since the last `open`, in its order."""

    commands: int
    answers: int
    session: str = ""
    sent: int = 0
    unread: bytes = b""
    events: list[Json] = field(default_factory=list)

    def call(self, method: str, **parameters: Json) -> Json:
        """Call a method of the protocol and give its result. Raises AssertionError for an error of the browser."""
        self.sent += 1
        number = self.sent
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self._next(deadline)
            if answer.get("id") == number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self.events.append(answer)

    def open(self, url: str) -> None:
        """Open a page, as new, and wait until it is loaded."""
        for address in ("about:blank", url):
            self.events.clear()
            self.call("Page.navigate", url=address)
            self._wait_for("Page.loadEventFired")

    def settle(self) -> None:
        """Wait until what was started by the last input has happened."""
        self.evaluate("new Promise(done => setTimeout(() => requestAnimationFrame(done), 50))")

    def evaluate(self, expression: str) -> Json:
        """The value of a JavaScript expression in the page, awaited. The page's own policy does not bind it."""
        found = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def until(self, expression: str) -> None:
        """Wait until a JavaScript expression holds in the page. Raises AssertionError where it does not in time."""
        look = f"const look = () => (({expression}) ? done() : setTimeout(look, 20)); look();"
        self.evaluate(f"new Promise((done) => {{ {look} }})")

    def faint_texts(self) -> list[str]:
        """The texts that are to be seen and have less contrast than 4.5 (WCAG 2.2, 1.4.3), by class and ratio."""
        found: list[str] = self.evaluate(LOW_CONTRAST)
        return found

    def look(self, width: int = 1400, height: int = 900, scheme: str = "light") -> None:
        """Set the window's size, in CSS pixels, and whether the reader prefers light or dark."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def press(self, key: str, text: str = "") -> None:
        """Press a key; `text` is what it types."""
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32}
        shared: dict[str, Json] = {"key": key, "windowsVirtualKeyCode": codes.get(key, 0)}
        self.call("Input.dispatchKeyEvent", type="keyDown", **shared, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **shared)
        self.settle()

    def type(self, text: str) -> None:
        """Type a text where the focus is."""
        self.call("Input.insertText", text=text)
        self.settle()

    def requested(self) -> list[str]:
        """The URL of everything that the page asked for since it was opened."""
        return [event["params"]["request"]["url"] for event in self.events if _is(event, "Network.requestWillBeSent")]

    def complaints(self) -> list[str]:
        """What stands in the browser's console: messages, errors, refusals of the page's policy."""
        methods = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [json.dumps(event["params"]) for event in self.events if event.get("method") in methods]

    def screenshot(self, file: Path, whole: bool = True) -> None:
        """Write what is to be seen as PNG: the whole page, or the window."""
        found = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(found["data"]))

    def _wait_for(self, method: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not any(_is(event, method) for event in self.events):
            self.events.append(self._next(deadline))

    def _next(self, deadline: float) -> Json:
        while b"\0" not in self.unread:
            ready, _, _ = select.select([self.answers], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"the browser did not answer within {PATIENCE:g} s"
            part = os.read(self.answers, 1 << 16)
            assert part, "the browser ended"
            self.unread += part
        message, _, self.unread = self.unread.partition(b"\0")
        return json.loads(message)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a package. Skips the test on a machine that has none."""
    path = executable()
    if path is None:
        pytest.skip(MISSING)
    with browsing(path) as started:
        yield started


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    """The browser in its usual state."""
    chromium.look()
    return chromium


@contextmanager
def browsing(path: str) -> Iterator[Browser]:
    """A browser with one empty tab and a profile of its own, ended at the end."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        theirs_in, ours_out = _pipe()
        ours_in, theirs_out = _pipe()

        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                CONNECT,
                str(theirs_in),
                str(theirs_out),
                path,
                *FLAGS,
                f"--user-data-dir={profile}",
            ],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        browser = Browser(ours_out, ours_in)
        try:
            target = browser.call("Target.createTarget", url="about:blank")["targetId"]
            session = browser.call("Target.attachToTarget", targetId=target, flatten=True)
            browser.session = session["sessionId"]
            for domain in ("Page", "Runtime", "Log", "Network"):
                browser.call(f"{domain}.enable")
            yield browser
        finally:
            # Its own end takes the browser's other processes with it, so that none writes to the profile afterwards.
            browser.session = ""
            with suppress(AssertionError, OSError):
                browser.call("Browser.close")
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            os.close(ours_in)
            os.close(ours_out)


def _pipe() -> tuple[int, int]:
    """A pipe whose ends have high numbers, so that none of them is in the way of 3 and 4."""
    ends = os.pipe()
    high = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return high[0], high[1]


def _is(event: Json, method: str) -> bool:
    return bool(event.get("method") == method)
