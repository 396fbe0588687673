"""`up` prints the exports that bare forge, ape and ballast commands need; `stop` ends the node behind them.

Unless MAINNET_RPC_URL names the user's own node, a replica runs in the background; a second `up` finds it.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

from ballast.replica.errors import ReplicaError
from ballast.replica.node import is_replica
from ballast.replica.rpc import RpcClient

ROOT = Path(__file__).resolve().parents[2]
NODE_FILE = ROOT / "build/replica/node.json"
LOG_FILE = ROOT / "build/replica/node.log"
START_LIMIT_SECONDS = 30.0


def running_node() -> tuple[int, str] | None:
    """Return process id and URL of the node that an earlier `up` started, if it still answers."""
    if not NODE_FILE.is_file():
        return None
    noted = json.loads(NODE_FILE.read_text())
    with RpcClient(noted["url"], timeout_seconds=2) as rpc:
        return (noted["pid"], noted["url"]) if is_replica(rpc) else None


def start_node() -> str:
    """Start a replica that outlives this process and return its URL."""
    LOG_FILE.parent.mkdir(parents=True, exist_ok=True)
    with LOG_FILE.open("w") as log:
        command = [sys.executable, "-u", "-m", "ballast.replica", "up", "--port", "0"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        told = [word.rstrip(";") for word in LOG_FILE.read_text().split() if word.startswith("http://")]
        if told:
            NODE_FILE.write_text(json.dumps({"pid": process.pid, "url": told[0]}))
            return told[0]
        time.sleep(0.05)
    process.terminate()
    raise ReplicaError(f"the node did not start:\n{LOG_FILE.read_text()}")


def stop_node() -> None:
    """End the node that `up` started, if there is one."""
    running = running_node()
    if running is not None:
        os.kill(running[0], signal.SIGTERM)
    NODE_FILE.unlink(missing_ok=True)


def exports() -> dict[str, str]:
    """Return the variables that a shell needs."""
    url = os.environ.get("MAINNET_RPC_URL")
    if not url:
        running = running_node()
        url = running[1] if running else start_node()
    # make has put these two in front already; the shell that evaluates the output has not.
    folders = [str(ROOT / "build/bin"), str(ROOT / ".venv/bin")]
    others = [folder for folder in os.environ["PATH"].split(os.pathsep) if folder not in folders]
    return {
        "BALLAST_UPSTREAM": url,
        "PATH": os.pathsep.join([*folders, *others]),
        "SOLCX_BINARY_PATH": str(ROOT / "build/solcx"),
    }


def main(command: str) -> int:
    """Run `up` or `stop`."""
    try:
        if command == "up":
            print("\n".join(f"export {name}={shlex.quote(value)}" for name, value in exports().items()))
        elif command == "stop":
            stop_node()
        else:
            print(f"usage: env.py up | stop, got {command!r}", file=sys.stderr)
            return 2
    except ReplicaError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
