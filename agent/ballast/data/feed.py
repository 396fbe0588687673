"""Rounds of a Chainlink feed out of a node, at one block, in chunks that are kept once they are complete."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from ballast.data.errors import DataError
from ballast.data.recorded import points_of
from ballast.data.rounds import Round, Rounds, ordered
from ballast.data.store import Origin, Series, Store
from ballast.domain.errors import SourceError
from ballast.ingest.hexes import hash32, quantity, signed, words
from ballast.ingest.multicall import Call, answers, batch, call_parameters, read_batch
from ballast.ingest.rpc import AbstractRpc

CHUNK = 250
_PHASE = 1 << 64
_LATEST = keccak(text="latestRoundData()")[:4]
_GET = keccak(text="getRoundData(uint80)")[:4]
_DECIMALS = keccak(text="decimals()")[:4]

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class FeedPull:
    """Which feed to pull, under which name such as ETH-USD, and how many of its newest rounds."""

    address: str
    name: str
    rounds: int


@dataclass(frozen=True, slots=True)
class _View:
    """One feed at one block of one node."""

    rpc: AbstractRpc
    feed: str
    block_hash: str
    chain_id: int


def pull_rounds(store: Store, rpc: AbstractRpc, pull: FeedPull, progress: Progress) -> int:
    """Store the newest rounds of the feed's present phase, oldest of them first; how many are newly stored.

    All answers are of the node's newest block. A chunk of 250 rounds that is complete in the store is not
    asked for again. `progress` gets a part's name and its rounds, 0 where it was there already.

    Raises:
        DataError: no rounds asked for, or the node or the feed cannot answer; complete chunks stay stored.
    """
    if pull.rounds < 1:
        raise DataError(f"rounds is {pull.rounds}, at least 1 is needed")
    try:
        view = _open(rpc, pull.address)
        latest, decimals = _latest(view)
        return sum(
            _pull_chunk(store, view, pull.name, decimals, chunk, progress)
            for chunk in _chunks(latest, pull.rounds)
        )
    except (SourceError, ValueError) as error:
        raise DataError(f"feed {pull.address}: {error}") from error


def _open(rpc: AbstractRpc, feed: str) -> _View:
    if not (
        len(feed) == 42 and feed.startswith("0x") and all(c in "0123456789abcdefABCDEF" for c in feed[2:])
    ):
        raise ValueError("this is no address; allowed are 0x and 40 hexadecimal digits")
    block = rpc.call("eth_getBlockByNumber", ["latest", False])
    if not isinstance(block, dict):
        raise SourceError(rpc.name, f"the newest block is {block!r}")
    return _View(rpc, feed, hash32(block.get("hash")), quantity(rpc.call("eth_chainId", [])))


def _latest(view: _View) -> tuple[int, int]:
    """Newest round id, and the feed's decimals."""
    latest, decimals = _ask(view, [_LATEST, _DECIMALS])
    return words(latest, 5)[0], words(decimals, 1)[0]


def _chunks(latest: int, count: int) -> Iterator[range]:
    """Round ids in whole chunks of the newest phase, the last one cut at `latest`."""
    phase, newest = latest // _PHASE * _PHASE, latest % _PHASE
    oldest = max(1, newest - count + 1)
    for number in range(oldest // CHUNK, newest // CHUNK + 1):
        first, end = max(1, number * CHUNK), min(newest, number * CHUNK + CHUNK - 1) + 1
        yield range(phase + first, phase + end)


def _pull_chunk(store: Store, view: _View, name: str, decimals: int, chunk: range, progress: Progress) -> int:
    series = Series(name, 0, "chainlink-rpc")
    part = f"{chunk[0] // _PHASE}-{chunk[0] % _PHASE // CHUNK:06}"
    origin = f"chain {view.chain_id} feed {view.feed.lower()} rounds {chunk[0]}..{chunk[-1]}"
    held = store.find(series, part)
    if held is not None and held.origin == origin:
        progress(part, 0)
        return 0
    rounds = _rounds(view, name, chunk)
    points = [(item.updated_at, item.answer / 10**decimals) for item in rounds.held]
    digest = hashlib.sha256(repr(rounds.held).encode()).hexdigest()
    bars = points_of(origin, points, digest, shared_stamps=True)
    store.put(series, part, bars, Origin(origin, digest, rounds.empty))
    progress(part, len(bars))
    return len(bars)


def _rounds(view: _View, name: str, chunk: range) -> Rounds:
    raw = _ask(view, [_GET + encode(["uint80"], [number]) for number in chunk])
    found = []
    for number, answer in zip(chunk, raw, strict=True):
        round_id, price, _, updated_at, _ = words(answer, 5)[:5]
        if round_id != number:
            raise ValueError(f"asked for round {number}, the feed answers round {round_id}")
        found.append(Round(number, signed(price), updated_at))
    return ordered(name, found)


def _ask(view: _View, calldata: list[bytes]) -> list[bytes]:
    calls = [Call(view.feed, one, "feed") for one in calldata]
    reply: Any = view.rpc.call("eth_call", call_parameters(batch(calls), view.block_hash))
    out = []
    for one, answer in zip(calldata, answers(read_batch(reply), len(calls)), strict=True):
        if not answer.success or not answer.raw:
            asked = f"round {int.from_bytes(one[4:], 'big')}" if len(one) > 4 else "what a feed answers"
            raise ValueError(f"does not know {asked} at block {view.block_hash}")
        out.append(answer.raw)
    return out
