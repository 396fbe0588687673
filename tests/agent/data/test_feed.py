"""Rounds out of the replica's own feeds, chunk by chunk; a complete chunk is asked for once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ballast.data.errors import DataError
from ballast.data.feed import FeedPull, _chunks, pull_rounds
from ballast.data.store import Series, Store
from ballast.ingest.rpc import HttpRpc
from ballast.replica import addresses
from replica.world import World

SERIES = Series("ETH-USD", 0, "chainlink-rpc")


@pytest.fixture
def rpc(replica_node) -> Iterator[HttpRpc]:
    node = HttpRpc(replica_node.rpc.url, 10.0)
    yield node
    node.close()


@pytest.fixture
def world(replica_node) -> World:
    return World(replica_node.rpc)


def pull(store: Store, rpc: HttpRpc, address: str = addresses.ETH_USD_FEED) -> int:
    return pull_rounds(store, rpc, FeedPull(address, "ETH-USD", 1_000), lambda _part, _count: None)


def test_rounds_of_the_feed_are_stored_and_new_ones_are_added(world, rpc, tmp_path: Path) -> None:
    store = Store(tmp_path)
    before = pull(store, rpc)
    assert before > 0
    assert pull(store, rpc) == 0
    for answer in (1_801, 1_802):
        world.transmit(addresses.ETH_USD_FEED, answer * 10**8)
    pull(store, rpc)
    bars = store.read(SERIES)
    assert len(bars) == before + 2
    assert bars.close[-2:].tolist() == [1_801.0, 1_802.0]
    assert bars.ts[-1] == world.now()


def test_an_account_without_a_feed_is_refused_by_address(rpc, tmp_path: Path) -> None:
    for address, reason in (
        ("0x" + "12" * 20, "does not know what a feed answers"),
        (addresses.WETH, "does not know what a feed answers|at least 5 words"),
        ("0x12", "this is no address"),
    ):
        with pytest.raises(DataError, match=f"feed {address}: .*({reason})"):
            pull(Store(tmp_path), rpc, address)


def test_no_rounds_are_refused(rpc, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="rounds is 0, at least 1"):
        pull_rounds(Store(tmp_path), rpc, FeedPull("0x", "x", 0), lambda _part, _count: None)


def test_chunks_are_whole_but_the_newest_and_never_reach_below_the_first_round() -> None:
    phase = 6 << 64
    found = [(chunk[0] - phase, chunk[-1] - phase) for chunk in _chunks(phase + 520, 300)]
    assert found == [(1, 249), (250, 499), (500, 520)]
    assert [(chunk[0], chunk[-1]) for chunk in _chunks(3, 1_000)] == [(1, 3)]
    assert [(chunk[0], chunk[-1]) for chunk in _chunks(499, 1)] == [(250, 499)]
