"""Fixtures that every folder of tests/agent may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ballast.replica.errors import ReplicaUnavailableError
from ballast.replica.node import ReplicaNode

REPOSITORY = Path(__file__).resolve().parents[2]
# Agents that tests start share their compiled forecasts, and leave the user's own cache alone.
os.environ.setdefault("BALLAST_CACHE_DIR", str(REPOSITORY / "build" / "cache"))


@pytest.fixture(scope="session")
def shared_replica() -> Iterator[ReplicaNode]:
    """One node for the whole session; ask for `replica_node` instead, which undoes what a test did to it."""
    node = ReplicaNode(mining=False)
    try:
        node.start()
    except ReplicaUnavailableError as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(reason))
    yield node
    node.stop()


@pytest.fixture
def replica_node(shared_replica: ReplicaNode) -> Iterator[ReplicaNode]:
    """A running replica in its first state."""
    snapshot = shared_replica.rpc.call("evm_snapshot")
    yield shared_replica
    shared_replica.rpc.call("evm_revert", snapshot)


@pytest.fixture(scope="session")
def market_data() -> Path:
    """Folder of recorded market data; the test is skipped where it is absent."""
    folder = Path(os.environ.get("BALLAST_DATA", REPOSITORY.parent / "shared/data"))
    if not folder.is_dir():
        pytest.skip(f"no market data at {folder}: set BALLAST_DATA")
    return folder
