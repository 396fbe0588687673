"""A small world of plain messages: one vault, WETH collateral, USDC debt, every number a keyword."""

from __future__ import annotations

from dataclasses import replace
from math import floor, log
from typing import Any

from ballast.domain.observation import (
    BlockRef,
    FeedReading,
    Observation,
    PoolReading,
    PositionReading,
    VaultState,
    VenuePrice,
)
from ballast.domain.terms import AssetTerms, LimitTerms, PositionTerms, SecondSource
from ballast.domain.units import UINT128_MAX, WAD

WETH = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2"
USDC = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
POOL = "0x88e6a0c2ddd26feeb64f039a2c41296fcb3f5640"
VAULT = "0x" + "a1" * 20
ADAPTER = "0x" + "ad" * 20
WETH_FEED = "0x" + "f1" * 20
USDC_FEED = "0x" + "f2" * 20
START = 1_700_000_000
THRESHOLD_BPS = 8_300
WINDOW_SECONDS = 600
LIQUIDITY = 30_000_000_000_000_000_000

STATIC = (("trigger_health_wad", 125 * WAD // 100), ("target_health_wad", 150 * WAD // 100))
FORECAST = (
    *STATIC,
    ("act_p1h_ppm", 20_000),
    ("act_p6h_ppm", 80_000),
    ("alert_p6h_ppm", 40_000),
    ("target_p6h_ppm", 10_000),
    ("min_target_health_wad", 130 * WAD // 100),
    ("max_target_health_wad", 200 * WAD // 100),
)


def limits(**changes: int) -> LimitTerms:
    """Limits that let the default repair through."""
    base = LimitTerms(
        window_seconds=86_400,
        max_loss_bps=300,
        max_slippage_bps=200,
        agree_bps=150,
        disagree_bps=600,
        max_lifetime_seconds=900,
        max_snapshot_age_blocks=20,
        loss_per_window_wad=4_000 * WAD,
        notional_per_window_wad=400_000 * WAD,
        max_action_wad=100_000 * WAD,
    )
    return replace(base, **changes)


def assets() -> tuple[AssetTerms, ...]:
    """WETH with a mean price as second source, USDC without."""
    weth = AssetTerms(
        token=WETH,
        symbol="WETH",
        decimals=18,
        feed=WETH_FEED,
        max_age_seconds=3_900,
        max_jump_bps=1_000,
        feed_decimals=8,
        second_source=SecondSource.UNISWAP_V3_TWAP,
        min_price_wad=10 * WAD,
        max_price_wad=100_000 * WAD,
        second=POOL,
        second_seconds=WINDOW_SECONDS,
        idle_per_window=20 * WAD,
    )
    usdc = replace(
        weth,
        token=USDC,
        symbol="USDC",
        decimals=6,
        feed=USDC_FEED,
        max_age_seconds=90_000,
        second_source=SecondSource.ABSENT,
        min_price_wad=9 * WAD // 10,
        max_price_wad=11 * WAD // 10,
        second="0x" + "00" * 20,
        second_seconds=0,
        idle_per_window=100_000 * 10**6,
    )
    return weth, usdc


def terms(label: str = "treasury", **changes: Any) -> PositionTerms:
    """Position 1 of the vault under the static rule; a vault of its own per label."""
    base = PositionTerms(
        label=label,
        chain_id=1,
        vault=vault_of(label),
        position_id=1,
        adapter=ADAPTER,
        venue_ref="0x" + "00" * 32,
        collateral_token=WETH,
        debt_token=USDC,
        liquidation_threshold_bps=THRESHOLD_BPS,
        swap_pool=POOL,
        swap_fee_ppm=500,
        signer="0x" + "51" * 20,
        health_floor_wad=110 * WAD // 100,
        health_ceiling_wad=UINT128_MAX,
        emergency_health_wad=108 * WAD // 100,
        min_health_gain_wad=WAD // 1_000,
        config_epoch=3,
        limits=limits(),
        assets=assets(),
        strategy="static_rule",
        strategy_parameters=STATIC,
    )
    return replace(base, **changes)


def vault_of(label: str) -> str:
    """A vault's address per label."""
    return VAULT if label == "treasury" else "0x" + label.encode().hex().ljust(40, "0")[:40]


def pool(price_usd: float = 200.0, **changes: int) -> PoolReading:
    """The USDC/WETH pool at ``price_usd`` per WETH, spot and mean alike."""
    raw = 10**12 / price_usd  # wei of WETH (token1) per unit of USDC (token0)
    tick = _tick(raw)
    base = PoolReading(
        pool=POOL,
        token0=USDC,
        token1=WETH,
        fee_ppm=500,
        sqrt_price_x96=int(raw**0.5 * 2**96),
        liquidity=LIQUIDITY,
        tick_cumulative_then=10**9,
        tick_cumulative_now=10**9 + tick * WINDOW_SECONDS,
        window_seconds=WINDOW_SECONDS,
    )
    return replace(base, **changes)


def position(
    label: str = "treasury", *, price_wad: int = 200 * WAD, health: float = 1.2, **changes: Any
) -> PositionReading:
    """100 WETH against as much USDC as gives ``health``."""
    collateral_wad = 100 * price_wad
    debt = int(collateral_wad * THRESHOLD_BPS // 10_000 / health) // 10**12
    base = PositionReading(
        label=label,
        vault=vault_of(label),
        position_id=1,
        state=VaultState.ACTIVE,
        config_epoch=3,
        collateral=100 * WAD,
        debt=debt,
        idle_collateral=0,
        idle_debt=0,
        venue_health_wad=collateral_wad * THRESHOLD_BPS // 10_000 * WAD // (debt * 10**12),
        venue_collateral_wad=collateral_wad,
        venue_debt_wad=debt * 10**12,
        loss_budget_wad=2_000 * WAD,
        notional_budget_wad=200_000 * WAD,
        idle_collateral_budget=10 * WAD,
        idle_debt_budget=50_000 * 10**6,
        nonce_word=0,
        nonce_bitmap=0,
    )
    return replace(base, **changes)


def observation(
    *positions: PositionReading, price_usd: float = 200.0, number: int = 1_000, **changes: Any
) -> Observation:
    """One block in which every view of the price agrees."""
    timestamp = START + 60 * (number - 1_000)
    price_wad = int(price_usd * 10**8) * 10**10
    base = Observation(
        block=BlockRef(1, number, "0x" + number.to_bytes(32, "big").hex(), timestamp, 30 * 10**9),
        feeds=(
            FeedReading(WETH, WETH_FEED, 8, 7, int(price_usd * 10**8), timestamp - 60),
            FeedReading(USDC, USDC_FEED, 8, 9, 10**8, timestamp - 600),
        ),
        venue_prices=(VenuePrice(ADAPTER, WETH, price_wad), VenuePrice(ADAPTER, USDC, WAD)),
        pools=(pool(price_usd),),
        positions=positions or (position(price_wad=price_wad),),
        agreeing_sources=1,
    )
    return replace(base, **changes)


def _tick(raw: float) -> int:
    return floor(log(raw) / log(1.0001))
