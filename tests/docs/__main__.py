"""Writes the reference pages of the contract to build/docs: python -m tests.docs."""

from __future__ import annotations

import sys

from tests.docs import node
from tests.docs.bundle import BundleError
from tests.docs.folder import FOLDER, build

USAGE_ERROR = 4


def main() -> int:
    """Write the pages. Gives the exit code: 0, 1 when the bundler refuses, 4 without Node.js."""
    if not node.present():
        print(f"make docs {node.LACKING}", file=sys.stderr)
        return USAGE_ERROR
    try:
        build(FOLDER)
    except BundleError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
