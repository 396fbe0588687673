"""Build the replica's state, or find the one that is built already."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from ballast.replica import forwarder
from ballast.replica.checkout import BUILDER, find_forge, find_root
from ballast.replica.errors import ReplicaError, ReplicaUnavailableError
from ballast.replica.parameters import Genesis, load

STATE_FOLDER: Final = "build/replica"
FORMAT: Final = b"genesis 2"
"""Part of the key: change it whenever this module makes a different file of the same accounts."""
BUILD_LIMIT_SECONDS: Final = 600
SCRIPT_GAS: Final = 100_000_000_000
PACKAGES: Final = ("@aave-dao", "@chainlink", "@safe-global", "@uniswap", "canonical-weth")
"""Whose code the state is made of."""


def state_key(root: Path) -> str:
    """Return the hash (64 hex digits) of all that makes the state: lock file, settings, sources, data."""
    digest = hashlib.sha256(FORMAT)
    settings = tomllib.loads((root / "foundry.toml").read_text())["profile"]["replica"]
    digest.update(json.dumps([settings, forwarder.SETTINGS], sort_keys=True).encode())
    folder = (root / BUILDER).parent
    for path in (
        root / "package-lock.json",
        *sorted(p for p in folder.rglob("*") if p.suffix in (".sol", ".json")),
    ):
        digest.update(str(path.relative_to(root)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def ensure_state(root: Path | None = None) -> Path:
    """Return anvil's genesis file for the present sources, building it first if need be (a minute or two).

    Raises:
        ReplicaUnavailableError: no checkout, or its packages are not installed.
        ReplicaError: the build failed.
    """
    root = root or find_root()
    key = state_key(root)
    target = root / STATE_FOLDER / f"{key[:16]}.json"
    if target.is_file():
        return target
    missing = [name for name in PACKAGES if not (root / "node_modules" / name).is_dir()]
    if missing:
        raise ReplicaUnavailableError(f"node_modules lacks {', '.join(missing)}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with _locked(target.parent / "lock"):
        if not target.is_file():
            _build(root, key, target)
    return target


def _build(root: Path, key: str, target: Path) -> None:
    forwarder.compile_forwarder(root, target.parent)
    accounts = target.with_suffix(".accounts")
    _run_forge(root, key, accounts)
    alloc = json.loads(accounts.read_text())
    accounts.unlink()
    unfinished = target.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(genesis_document(load(root).genesis, alloc)))
    unfinished.replace(target)


def _run_forge(root: Path, key: str, accounts: Path) -> None:
    command = [str(find_forge()), "script", BUILDER, "--tc", "Build", "--sig", "run(bytes32,string)"]
    command += ["0x" + key, str(accounts.relative_to(root))]
    command += ["--gas-limit", str(SCRIPT_GAS), "--non-interactive"]
    environment = {**os.environ, "FOUNDRY_PROFILE": "replica", "FOUNDRY_DISABLE_NIGHTLY_WARNING": "1"}
    done = subprocess.run(
        command,
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=BUILD_LIMIT_SECONDS,
        check=False,
    )
    if done.returncode != 0 or not accounts.is_file():
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
        raise ReplicaError(f"forge left no state (exit {done.returncode}):\n{tail}")


def genesis_document(genesis: Genesis, alloc: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a genesis in geth's format, without accounts that hold nothing."""
    kept = {
        address: account
        for address, account in alloc.items()
        if account.get("storage") or account.get("code", "0x") != "0x" or int(account["balance"], 16) > 0
    }
    return {
        "config": {"chainId": 1},
        "nonce": "0x0",
        "timestamp": hex(genesis.timestamp),
        "number": hex(genesis.block_number),
        "gasLimit": hex(genesis.gas_limit),
        "baseFeePerGas": hex(genesis.base_fee_wei),
        "difficulty": "0x0",
        "extraData": "0x",
        "mixHash": "0x" + "00" * 32,
        "coinbase": "0x" + "00" * 20,
        "alloc": kept,
    }


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
