"""`python -m ballast.replica build` and `python -m ballast.replica up`."""

from __future__ import annotations

import argparse
import sys

from ballast.replica.build import ensure_state
from ballast.replica.errors import ReplicaError
from ballast.replica.node import serve


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ballast.replica", description="A local mainnet.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="build the state if it is missing and print its path")
    up = commands.add_parser("up", help="serve the replica until Ctrl-C")
    up.add_argument("--port", type=int, default=8545, help="port on 127.0.0.1, 0 for any free one")
    up.add_argument(
        "--block-time", type=int, help="seconds between blocks; by default one block per transaction"
    )
    up.add_argument("--timestamp", type=int, help="second at which chain time starts")
    return parser.parse_args()


def main() -> int:
    """Run the command line and return the exit status."""
    arguments = _arguments()
    try:
        if arguments.command == "build":
            print(ensure_state())
        else:
            serve(arguments.port, arguments.block_time, arguments.timestamp)
    except ReplicaError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
