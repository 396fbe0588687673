"""What a vault enforces, read from it once per configuration epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ballast.domain.errors import SourceError
from ballast.domain.observation import BlockRef
from ballast.domain.terms import AssetTerms, LimitTerms, PositionTerms, SecondSource
from ballast.ingest.abi import Abi, load
from ballast.ingest.calls import view
from ballast.ingest.multicall import Call
from ballast.ingest.pools import Pools
from ballast.ingest.providers import Quorum

_VAULT = load("IRebalanceVault")
_ADAPTER = load("ILendingAdapter")
_ERC20 = load("IERC20")


@dataclass(frozen=True, slots=True)
class Watched:
    """A position as the configuration names it. Addresses are lower-case hex."""

    label: str
    vault: str
    position_id: int
    collateral: str
    debt: str
    swap_pool: str
    strategy: str
    strategy_parameters: tuple[tuple[str, int], ...]


def read_terms(quorum: Quorum, pools: Pools, block: BlockRef, watched: Watched) -> PositionTerms:
    """Everything about a position that only its owner can change.

    Raises:
        QuorumLost: no quorum for one answer.
        SourceError: a contract that the configuration names does not answer as it must.
    """
    asker = _Asker(quorum, block)
    vault = watched.vault
    limits, position, signer = asker.of(
        vault, _VAULT, ("limits", ()), ("positionConfig", (watched.position_id,)), ("signer", ())
    )
    adapter, _, reference, floor, ceiling, emergency, gain = position
    health, epoch = _health_and_epoch(asker, watched, adapter.lower(), reference)
    tokens = (watched.collateral, watched.debt)
    assets = tuple(_asset(asker, vault, token) for token in tokens)
    for asset in assets:
        if asset.second_source is SecondSource.UNISWAP_V3_TWAP:
            pools.meta(asset.second, block)
    return PositionTerms(
        label=watched.label,
        chain_id=block.chain_id,
        vault=vault,
        position_id=watched.position_id,
        adapter=adapter.lower(),
        venue_ref="0x" + reference.hex(),
        collateral_token=watched.collateral,
        debt_token=watched.debt,
        liquidation_threshold_bps=health[2],
        swap_pool=watched.swap_pool,
        swap_fee_ppm=pools.meta(watched.swap_pool, block).fee_ppm,
        signer=signer.lower(),
        health_floor_wad=floor,
        health_ceiling_wad=ceiling,
        emergency_health_wad=emergency,
        min_health_gain_wad=gain,
        config_epoch=epoch,
        limits=LimitTerms(*limits),
        assets=assets,
        strategy=watched.strategy,
        strategy_parameters=watched.strategy_parameters,
    )


class _Asker:
    """Calls to one contract at one block, decoded."""

    def __init__(self, quorum: Quorum, block: BlockRef) -> None:
        self._quorum = quorum
        self._block = block

    def of(self, target: str, abi: Abi, *questions: tuple[str, Sequence[object]]) -> list[Any]:
        """First value that each function returns."""
        calls = [Call(target, abi.call(name, *values), f"{name} of {target}") for name, values in questions]
        raws = view(self._quorum, self._block, calls)
        try:
            return [abi.result(name, raw)[0] for (name, _), raw in zip(questions, raws, strict=True)]
        except ValueError as error:
            raise SourceError("chain", f"{target} does not answer like {abi.contract}: {error}") from error


def _health_and_epoch(asker: _Asker, watched: Watched, adapter: str, reference: bytes) -> tuple[Any, int]:
    (health,) = asker.of(adapter, _ADAPTER, ("health", (watched.vault, reference)))
    (status,) = asker.of(watched.vault, _VAULT, ("status", (watched.position_id,)))
    return health, status[1]


def _asset(asker: _Asker, vault: str, token: str) -> AssetTerms:
    (config,) = asker.of(vault, _VAULT, ("assetConfig", (token,)))
    (symbol,) = asker.of(token, _ERC20, ("symbol", ()))
    feed, max_age, max_jump, decimals, feed_decimals, second, low, high, pool, window, idle = config
    return AssetTerms(
        token=token,
        symbol=symbol,
        decimals=decimals,
        feed=feed.lower(),
        max_age_seconds=max_age,
        max_jump_bps=max_jump,
        feed_decimals=feed_decimals,
        second_source=SecondSource(second),
        min_price_wad=low,
        max_price_wad=high,
        second=pool.lower(),
        second_seconds=window,
        idle_per_window=idle,
    )
