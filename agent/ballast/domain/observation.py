"""Stage 1's output: everything that the agent read at one block, raw integers only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

OBSERVATION_VERSION = 1


class VaultState(IntEnum):
    """Breaker state of a vault, as on chain."""

    ACTIVE = 0
    REDUCING = 1
    HALTED = 2


@dataclass(frozen=True, slots=True)
class BlockRef:
    """The one block that an observation belongs to."""

    chain_id: int
    number: int
    hash: str
    timestamp: int
    base_fee_wei: int


@dataclass(frozen=True, slots=True)
class FeedReading:
    """Latest round of a token's primary or second feed; ``token`` and ``feed`` are lower-case addresses.

    A feed that reverts, as one does that waits for a sequencer or for a fresh price, is all zero.
    """

    token: str
    feed: str
    decimals: int
    round_id: int
    answer: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class VenuePrice:
    """The venue's own price of a token, USD with 18 decimals."""

    venue: str
    token: str
    price_wad: int


@dataclass(frozen=True, slots=True)
class PoolReading:
    """A Uniswap V3 pool: spot and the two tick cumulatives that a time-weighted price needs.

    ``tick_cumulative_then`` and ``_now`` are ``window_seconds`` apart; all three are zero where the pool has
    too little history.
    """

    pool: str
    token0: str
    token1: str
    fee_ppm: int
    sqrt_price_x96: int
    liquidity: int
    tick_cumulative_then: int
    tick_cumulative_now: int
    window_seconds: int


@dataclass(frozen=True, slots=True)
class PositionReading:
    """One guarded position. ``label`` is the name in the configuration; amounts in token units."""

    label: str
    vault: str
    position_id: int
    state: VaultState
    config_epoch: int
    collateral: int
    debt: int
    idle_collateral: int
    idle_debt: int
    venue_health_wad: int
    venue_collateral_wad: int
    venue_debt_wad: int
    loss_budget_wad: int
    notional_budget_wad: int
    idle_collateral_budget: int
    idle_debt_budget: int
    nonce_word: int
    nonce_bitmap: int

    def next_nonce(self) -> int | None:
        """Lowest nonce that the chain has not seen in this word; None when the word is full.

        A lane has one nonce at a time: a new plan reuses it until it is executed or dead, so two plans can
        never both execute.
        """
        for bit in range(256):
            if not self.nonce_bitmap >> bit & 1:
                return self.nonce_word << 8 | bit
        return None


@dataclass(frozen=True, slots=True)
class Observation:
    """One block as a quorum of providers reported it."""

    block: BlockRef
    feeds: tuple[FeedReading, ...]
    venue_prices: tuple[VenuePrice, ...]
    pools: tuple[PoolReading, ...]
    positions: tuple[PositionReading, ...]
    agreeing_sources: int
    version: int = OBSERVATION_VERSION
    kind: str = "observation"
