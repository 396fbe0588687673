"""What the vault enforces, as read from it; recorded once per configuration epoch for replays."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

TERMS_VERSION = 1


class SecondSource(IntEnum):
    """Which independent price stands beside the primary feed, as on chain."""

    UNSET = 0
    ABSENT = 1
    UNISWAP_V3_TWAP = 2
    FEED = 3


@dataclass(frozen=True, slots=True)
class AssetTerms:
    """How the vault values one token (mirror of ``AssetConfig``)."""

    token: str
    symbol: str
    decimals: int
    feed: str
    max_age_seconds: int
    max_jump_bps: int
    feed_decimals: int
    second_source: SecondSource
    min_price_wad: int
    max_price_wad: int
    second: str
    second_seconds: int
    idle_per_window: int


@dataclass(frozen=True, slots=True)
class LimitTerms:
    """Owner's limits (mirror of ``Limits``)."""

    window_seconds: int
    max_loss_bps: int
    max_slippage_bps: int
    agree_bps: int
    disagree_bps: int
    max_lifetime_seconds: int
    max_snapshot_age_blocks: int
    loss_per_window_wad: int
    notional_per_window_wad: int
    max_action_wad: int


@dataclass(frozen=True, slots=True)
class PositionTerms:
    """One position: where it is held, its two tokens, the owner's bounds and the strategy that watches it."""

    label: str
    chain_id: int
    vault: str
    position_id: int
    adapter: str
    venue_ref: str
    collateral_token: str
    debt_token: str
    liquidation_threshold_bps: int
    swap_pool: str
    swap_fee_ppm: int
    signer: str
    health_floor_wad: int
    health_ceiling_wad: int
    emergency_health_wad: int
    min_health_gain_wad: int
    config_epoch: int
    limits: LimitTerms
    assets: tuple[AssetTerms, ...]
    strategy: str
    strategy_parameters: tuple[tuple[str, int], ...]
    version: int = TERMS_VERSION
    kind: str = "terms"

    def asset(self, token: str) -> AssetTerms:
        """Terms of ``token``.

        Raises:
            KeyError: the vault does not value this token.
        """
        for terms in self.assets:
            if terms.token == token:
                return terms
        allowed = [asset.token for asset in self.assets]
        raise KeyError(f"{self.label}: token {token} is not registered; allowed are {allowed}")
