"""Compile the one publisher's contract whose source pins another compiler than the rest of the replica."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Final

from ballast.replica.errors import ReplicaError

NAME: Final = "KeystoneForwarder"
SOURCE: Final = "node_modules/@chainlink/contracts/src/v0.8/keystone/KeystoneForwarder.sol"
COMPILER: Final = "build/bin/solc-0.8.24"
SETTINGS: Final[dict[str, Any]] = {
    "optimizer": {"enabled": True, "runs": 1_000_000},
    "evmVersion": "paris",
    "outputSelection": {SOURCE: {NAME: ["evm.bytecode.object"]}},
}
"""Its publisher's; `paris` because the contract is deployed to chains that know no later fork."""
_LIMIT_SECONDS: Final = 120


def compile_forwarder(root: Path, folder: Path) -> Path:
    """Write Chainlink's KeystoneForwarder as ``{"bytecode": "0x..."}`` into ``folder`` and return the file.

    Raises:
        ReplicaError: the compiler refused it.
    """
    request = {
        "language": "Solidity",
        "sources": {SOURCE: {"content": (root / SOURCE).read_text()}},
        "settings": SETTINGS,
    }
    done = subprocess.run(
        [str(root / COMPILER), "--standard-json"],
        cwd=root,
        input=json.dumps(request),
        capture_output=True,
        text=True,
        timeout=_LIMIT_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise ReplicaError(f"{COMPILER} ended with {done.returncode}: {done.stderr[-500:]}")
    target = folder / f"{NAME}.json"
    target.write_text(json.dumps({"bytecode": "0x" + _bytecode(json.loads(done.stdout))}))
    return target


def _bytecode(answer: dict[str, Any]) -> str:
    errors = [e["formattedMessage"] for e in answer.get("errors", []) if e["severity"] == "error"]
    if errors:
        raise ReplicaError(f"{SOURCE} does not compile: {errors[0]}")
    return str(answer["contracts"][SOURCE][NAME]["evm"]["bytecode"]["object"])
