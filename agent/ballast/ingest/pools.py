"""Which pools an observation holds, and the facts of a pool that never change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ballast.domain.observation import BlockRef
from ballast.domain.terms import PositionTerms, SecondSource
from ballast.ingest.abi import load
from ballast.ingest.calls import view
from ballast.ingest.multicall import Call
from ballast.ingest.providers import Quorum

_POOL = load("IUniswapV3Pool")


@dataclass(frozen=True, slots=True)
class PoolMeta:
    """A pool's immutables."""

    pool: str
    token0: str
    token1: str
    fee_ppm: int


@dataclass(frozen=True, slots=True)
class PoolKey:
    """A pool and the window of its time-weighted price; zero where only the spot is wanted."""

    meta: PoolMeta
    window_seconds: int

    def calls(self) -> Iterator[Call]:
        """Two or three calls of a batch."""
        pool = self.meta.pool
        yield Call(pool, _POOL.call("slot0"), f"spot of pool {pool}")
        yield Call(pool, _POOL.call("liquidity"), f"liquidity of pool {pool}")
        if self.window_seconds:
            history = _POOL.call("observe", [self.window_seconds, 0])
            yield Call(pool, history, f"history of pool {pool}", may_fail=True)


class Pools:
    """Pool facts, read once."""

    def __init__(self, quorum: Quorum) -> None:
        self._quorum = quorum
        self._known: dict[str, PoolMeta] = {}

    def meta(self, pool: str, block: BlockRef) -> PoolMeta:
        """Facts of ``pool``.

        Raises:
            SourceError: there is no such pool.
        """
        if pool not in self._known:
            calls = [
                Call(pool, _POOL.call(name), f"{name} of pool {pool}") for name in ("token0", "token1", "fee")
            ]
            token0, token1, fee = (
                _POOL.result(name, raw)[0]
                for name, raw in zip(
                    ("token0", "token1", "fee"), view(self._quorum, block, calls), strict=True
                )
            )
            self._known[pool] = PoolMeta(pool, token0.lower(), token1.lower(), fee)
        return self._known[pool]

    def keys(self, terms: Sequence[PositionTerms]) -> tuple[PoolKey, ...]:
        """Each pool once for every window asked of it, and swap pools without a window once.

        Raises:
            KeyError: a pool's facts were not read with `meta` before.
        """
        windows: dict[tuple[str, int], None] = {}
        for one in terms:
            for asset in one.assets:
                if asset.second_source is SecondSource.UNISWAP_V3_TWAP:
                    windows[asset.second, asset.second_seconds] = None
        with_window = {pool for pool, _ in windows}
        for one in terms:
            if one.swap_pool not in with_window:
                windows[one.swap_pool, 0] = None
        return tuple(PoolKey(self._known[pool], window) for pool, window in windows)
