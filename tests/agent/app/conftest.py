"""A guarded position on a replica that mines on request only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ballast.domain.errors import ExtraMissing
from ballast.replica.errors import ReplicaUnavailableError
from ballast.replica.node import ReplicaNode
from support.guarded import PASSWORD_ENV, Guarded, build_guarded


@pytest.fixture(scope="session")
def guarded_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """Built once; ask for `guarded`, which undoes what a test did to it."""
    node = ReplicaNode(mining=False, order="fees")
    try:
        node.start()
        world = build_guarded(node, tmp_path_factory.mktemp("keys"))
    except (ReplicaUnavailableError, ExtraMissing) as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(reason))
    os.environ[PASSWORD_ENV] = world.keys.password
    yield world
    del os.environ[PASSWORD_ENV]
    node.stop()


@pytest.fixture
def guarded(guarded_world: Guarded) -> Iterator[Guarded]:
    """A vault with one position whose health factor is near 1.45, in its first state."""
    snapshot = guarded_world.node.rpc.call("evm_snapshot")
    yield guarded_world
    guarded_world.node.rpc.call("evm_revert", snapshot)
    # Neither the pool nor the next block's fee belongs to what a snapshot holds.
    guarded_world.node.rpc.call("anvil_dropAllTransactions")
    fee = guarded_world.node.rpc.call("eth_getBlockByNumber", "latest", False)["baseFeePerGas"]
    guarded_world.node.rpc.call("anvil_setNextBlockBaseFeePerGas", fee)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
