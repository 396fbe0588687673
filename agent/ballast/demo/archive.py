"""The demo's chain after the demo.

Blocks, transactions and logs as the node wrote them, and a node that serves them again.

The file holds what `anvil_dumpState` returns, which is gzipped JSON. A node that loads it answers for every
block, receipt and log of the run with the same hashes, and for state at the last block only.
"""

from __future__ import annotations

import gzip
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ballast.replica.checkout import find_anvil
from ballast.replica.errors import ReplicaError, RpcTransportError
from ballast.replica.node import HOST
from ballast.replica.rpc import RpcClient
from ballast.simulate.calls import NodeRpc

ARCHIVE = "chain.json.gz"
_START_SECONDS = 30.0


def save_chain(node: NodeRpc, file: Path) -> None:
    """Writes the node's whole chain to ``file``."""
    file.write_bytes(bytes.fromhex(node.call("anvil_dumpState")[2:]))


@contextmanager
def served_chain(file: Path) -> Iterator[str]:
    """URL of a node that serves the archived chain for as long as the context lasts.

    Raises:
        ReplicaError: the archive cannot be read or the node does not start.
    """
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state.json"
        try:
            state.write_bytes(gzip.decompress(file.read_bytes()))
        except OSError as error:
            raise ReplicaError(f"{file} is no archive of a chain: {error}") from error
        port = _free_port()
        command = [
            str(find_anvil()),
            "--load-state",
            str(state),
            "--host",
            HOST,
            "--port",
            str(port),
            "--no-mining",
            "--quiet",
            "--chain-id",
            "1",
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 (this checkout's own tool)
        try:
            url = f"http://{HOST}:{port}"
            _wait(url, process)
            yield url
        finally:
            process.terminate()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    with RpcClient(url) as rpc:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                rpc.call("eth_blockNumber")
            except RpcTransportError:
                time.sleep(0.05)
            else:
                return
    raise ReplicaError(f"no node served the archived chain within {_START_SECONDS:.0f} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
