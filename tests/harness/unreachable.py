"""Why no connection can be made, in words for the person who configured it."""

from __future__ import annotations

NO_SERVER = "is the URL right, and does the server run?"


class UnreachableError(Exception):
    """No connection to the target could be made; the text says why.

    `key` is the key of target.toml or the variable to change, None where it is the target's URL; `remedy` says how.
    `sent` counts how often the request had left by then, over a kept connection or before TLS came to its end.
    """

    def __init__(self, text: str, *, key: str | None = None, remedy: str = NO_SERVER, sent: int = 0) -> None:
        super().__init__(" ".join(text.split()))
        self.key = key
        self.remedy = remedy
        self.sent = sent
