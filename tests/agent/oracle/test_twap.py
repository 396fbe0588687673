from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal, localcontext
from pathlib import Path

import pytest

from ballast.oracle.twap import INVERSE_BASE_X128, inverse_power_x128, mean_price_wad, mean_tick
from support import core

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "ticks.json"
TICKS = json.loads(VECTORS.read_text("utf-8"))["ticks"]


def exact_price(tick: int) -> Decimal:
    """USD per WETH at a price of one dollar per USDC, by 60-digit decimals."""
    with localcontext() as context:
        context.prec = 60
        return Decimal("1.0001") ** tick * 10**18 / 10**6


def test_base_is_the_rounded_inverse() -> None:
    with localcontext() as context:
        context.prec = 60
        assert (Decimal(2) ** 128 / Decimal("1.0001")).to_integral_value() == INVERSE_BASE_X128


@pytest.mark.parametrize("vector", TICKS, ids=lambda vector: str(vector["tick"]))
def test_powers_and_prices_are_the_recorded_ones(vector) -> None:
    tick = vector["tick"]
    assert str(inverse_power_x128(abs(tick))) == vector["inversePowerX128"]
    for name, first in (("priceWadAsToken0", True), ("priceWadAsToken1", False)):
        price = mean_price_wad(
            tick, base_is_token0=first, base_decimals=18, quote_decimals=6, quote_price_wad=10**18
        )
        assert vector[name] == (None if price is None else str(price))


@pytest.mark.parametrize("vector", TICKS, ids=lambda vector: str(vector["tick"]))
def test_prices_are_close_to_the_exact_power(vector) -> None:
    for name, sign in (("priceWadAsToken0", 1), ("priceWadAsToken1", -1)):
        if vector[name] is not None:
            exact = exact_price(sign * vector["tick"]) * 10**18
            assert abs(int(vector[name]) - exact) <= max(exact * Decimal(2) ** -55, 1)


def test_a_price_with_too_few_bits_is_none() -> None:
    near, far = (
        mean_price_wad(tick, base_is_token0=True, base_decimals=18, quote_decimals=6, quote_price_wad=10**18)
        for tick in (443_000, 443_637)
    )
    assert near is not None
    assert far is None


@pytest.mark.parametrize(("delta", "tick"), [(600, 1), (599, 0), (0, 0), (-1, -1), (-600, -1), (-601, -2)])
def test_mean_tick_rounds_towards_minus_infinity(delta: int, tick: int) -> None:
    pool = replace(core.pool(), tick_cumulative_then=0, tick_cumulative_now=delta)
    assert mean_tick(pool) == tick


def test_a_reading_without_window_has_no_mean() -> None:
    with pytest.raises(ValueError, match="window of 0 s"):
        mean_tick(replace(core.pool(), window_seconds=0))
