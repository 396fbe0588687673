"""Run the replica: one anvil process with mainnet's chain id and the built state."""

from __future__ import annotations

import atexit
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Final, Self

from ballast.replica.addresses import REPLICA_MARKER
from ballast.replica.build import ensure_state
from ballast.replica.checkout import find_anvil
from ballast.replica.errors import ReplicaError, RpcError, RpcTransportError
from ballast.replica.parameters import load
from ballast.replica.rpc import RpcClient

CHAIN_ID: Final = 1
HOST: Final = "127.0.0.1"
HARDFORK: Final = "prague"
START_LIMIT_SECONDS: Final = 20.0
STOP_LIMIT_SECONDS: Final = 5.0
IS_REPLICA_SELECTOR: Final = "0xb7ad8f33"


class ReplicaNode:
    """A running replica, as a context manager.

    Chain time starts at the state's own genesis, whatever the clock on the wall says: feeds are fresh there,
    and runs can be repeated. Blocks come with each transaction, every `block_time` seconds, or on request.

    Attributes:
        url: where it listens; known after `start`.
        rpc: a client for it; known after `start`.
    """

    url: str
    rpc: RpcClient

    def __init__(  # noqa: PLR0913 - anvil has many switches, all are keywords here
        self,
        *,
        port: int = 0,
        mining: bool = True,
        block_time: int | None = None,
        timestamp: int | None = None,
        auto_impersonate: bool = True,
        state: Path | None = None,
        order: str = "fifo",
        anvil_arguments: Sequence[str] = (),
    ) -> None:
        """Describe a node.

        Args:
            port: TCP port on the loopback interface, 0 for any free one.
            mining: mine a block for every transaction; False leaves mining to `evm_mine`.
            block_time: seconds between blocks instead; excludes `mining=False`.
            timestamp: second at which chain time starts; None for the state's own genesis.
            auto_impersonate: let `eth_sendTransaction` come from any account.
            state: genesis file; None for the built one, which is built if missing.
            order: of transactions in a block, `fifo` or `fees`.
            anvil_arguments: further arguments for anvil.

        Raises:
            ReplicaError: `block_time` is below one or contradicts `mining`.
        """
        if block_time is not None and (block_time < 1 or not mining):
            raise ReplicaError(
                f"block_time must be at least 1 and mining on, got {block_time} with mining={mining}"
            )
        self._port = port
        self._mining = mining
        self._block_time = block_time
        self._timestamp = timestamp
        self._auto_impersonate = auto_impersonate
        self._state = state
        self._order = order
        self._anvil_arguments = tuple(anvil_arguments)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the node."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the node."""
        self.stop()

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start anvil and wait until it answers as a replica.

        Raises:
            ReplicaUnavailableError: anvil or what the state is built from is missing.
            ReplicaError: it did not start, or serves something else.
        """
        if self._process is not None:
            raise ReplicaError(f"this node runs already, at {self.url}")
        state = self._state or ensure_state()
        port = self._port or _free_port()
        with tempfile.TemporaryFile() as log:
            self._process = subprocess.Popen(self._command(state, port), stdout=log, stderr=log)
            atexit.register(self.stop)
            self.url = f"http://{HOST}:{port}"
            self.rpc = RpcClient(self.url)
            try:
                self._wait()
            except ReplicaError as error:
                self.stop()
                log.seek(0)
                said = log.read().decode(errors="replace").strip()
                raise ReplicaError(f"{error}{': ' + said[-500:] if said else ''}") from error

    def stop(self) -> None:
        """End the process; a second call does nothing."""
        process, self._process = self._process, None
        atexit.unregister(self.stop)
        if process is None:
            return
        self.rpc.close()
        process.terminate()
        try:
            process.wait(STOP_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _command(self, state: Path, port: int) -> list[str]:
        genesis = load().genesis
        command = [str(find_anvil()), "--init", str(state), "--host", HOST, "--port", str(port), "--quiet"]
        command += ["--chain-id", str(CHAIN_ID), "--hardfork", HARDFORK, "--order", self._order]
        command += [
            "--gas-limit",
            str(genesis.gas_limit),
            "--block-base-fee-per-gas",
            str(genesis.base_fee_wei),
        ]
        if not self._mining:
            command += ["--no-mining"]
        if self._block_time is not None:
            command += ["--block-time", str(self._block_time)]
        if self._timestamp is not None:
            command += ["--timestamp", str(self._timestamp)]
        if self._auto_impersonate:
            command += ["--auto-impersonate"]
        return [*command, *self._anvil_arguments]

    def _wait(self) -> None:
        deadline = time.monotonic() + START_LIMIT_SECONDS
        while not is_replica(self.rpc):
            if self._process is None or self._process.poll() is not None:
                raise ReplicaError(f"anvil ended before it listened at {self.url}")
            if time.monotonic() > deadline:
                raise ReplicaError(f"no replica answered at {self.url} within {START_LIMIT_SECONDS:.0f} s")
            time.sleep(0.02)


def is_replica(rpc: RpcClient) -> bool:
    """Tell whether a replica answers at `rpc`: mainnet has no code at the marker's address."""
    try:
        answer = rpc.call("eth_call", {"to": REPLICA_MARKER, "data": IS_REPLICA_SELECTOR}, "latest")
    except (RpcTransportError, RpcError):
        return False
    return isinstance(answer, str) and len(answer) == 66 and int(answer, 16) == 1


def serve(
    port: int = 8545,
    block_time: int | None = None,
    timestamp: int | None = None,
    announce: Callable[[str], None] = print,
) -> None:
    """Serve the replica until SIGINT or SIGTERM.

    Args:
        port: TCP port on the loopback interface, 0 for any free one.
        block_time: seconds between blocks; None mines with each transaction.
        timestamp: second at which chain time starts; None for the state's own genesis.
        announce: receives one line when the node listens.

    Raises:
        ReplicaUnavailableError: anvil or what the state is built from is missing.
        ReplicaError: the node did not start, or ended by itself.
    """
    stop = threading.Event()

    def request_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    previous = {number: signal.signal(number, request_stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with ReplicaNode(port=port, block_time=block_time, timestamp=timestamp) as node:
            announce(f"replica of mainnet (chain id {CHAIN_ID}) at {node.url}; Ctrl-C ends it")
            while not stop.wait(0.5):
                if not is_replica(node.rpc):
                    raise ReplicaError(f"the node at {node.url} ended by itself")
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
