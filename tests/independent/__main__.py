"""Run the independent implementation: `python -m tests.independent [--port N]`."""

from __future__ import annotations

import argparse

from tests.independent.server import HOST, open_server


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.independent", description="Serve both APIs on loopback.")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0, the default, takes a free one")
    server = open_server(parser.parse_args().port)
    print(f"Listening on http://{HOST}:{server.port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
