"""What the agent observes every block is enough for a person to see how far a position is from trouble."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast.domain.metrics.aave import AaveBasket, AaveReserve
from ballast.domain.metrics.observed import ObservedBasket, observed_basket, observed_metrics, position_lines
from ballast.domain.metrics.position import measure
from ballast.domain.observation import PositionReading, VenuePrice
from ballast.domain.snapshot import PriceSet, Snapshot, join
from ballast.domain.units import UINT256_MAX, WAD
from support import core

USD = 10**8


def snapshot_of(basket: AaveBasket, other: AaveReserve | None = None) -> Snapshot:
    """A snapshot in which the venue answers for `basket` (WETH held, USDC owed) and one other reserve."""
    weth, usdc = basket.reserves
    whole = AaveBasket((*basket.reserves, *([other] if other else [])))
    account = whole.account()
    reading = replace(
        core.position(),
        collateral=weth.collateral,
        debt=usdc.debt,
        venue_collateral_wad=account.collateral_e8 * 10**10,
        venue_debt_wad=account.debt_e8 * 10**10,
        venue_health_wad=account.health_wad,
    )
    return snapshot(reading, weth.price_e8, usdc.price_e8)


def snapshot(reading: PositionReading, weth_e8: int, usdc_e8: int) -> Snapshot:
    prices = (
        VenuePrice(core.ADAPTER, core.WETH, weth_e8 * 10**10),
        VenuePrice(core.ADAPTER, core.USDC, usdc_e8 * 10**10),
    )
    return join(core.observation(reading, venue_prices=prices), core.terms(), PriceSet(()), "0x00")


def basket(collateral: int, debt: int, weth_e8: int = 200 * USD, usdc_e8: int = USD) -> AaveBasket:
    threshold = core.terms().liquidation_threshold_bps
    return AaveBasket(
        (
            AaveReserve("WETH", 18, weth_e8, collateral, 0, 0, threshold),
            AaveReserve("USDC", 6, usdc_e8, 0, debt, 0, 0),
        )
    )


@settings(deadline=None)
@given(
    st.integers(10**15, 10**23),
    st.integers(10**6, 10**13),
    st.integers(USD, 10_000 * USD),
    st.integers(90 * 10**6, 110 * 10**6),
)
def test_alone_on_its_venue_the_observed_position_is_the_venues_to_a_hair(
    collateral: int, debt: int, weth_e8: int, usdc_e8: int
) -> None:
    real = basket(collateral, debt, weth_e8, usdc_e8)
    seen = measure(observed_basket(snapshot_of(real), core.terms()))
    assert seen.totals.collateral_wad == real.totals().collateral_wad
    assert seen.totals.debt_wad == real.totals().debt_wad
    assert seen.totals.health_wad == pytest.approx(real.totals().health_wad, rel=1e-9, abs=2)
    expected = measure(real).collaterals[0].liquidation_price_wad
    # The venue's values and prices have 8 decimals: that much, and what they are worth of a token.
    slack = 3 * 10**10 * (1 + 10**18 // collateral)
    assert seen.collaterals[0].liquidation_price_wad == pytest.approx(expected, rel=1e-6, abs=slack)


def test_what_else_the_account_holds_stands_still() -> None:
    own, other = basket(10 * WAD, 1_500 * 10**6), AaveReserve("WBTC", 8, 40_000 * USD, 10**6, 0, 0, 7_800)
    real = measure(AaveBasket((*own.reserves, other)))
    seen = measure(observed_basket(snapshot_of(own, other), core.terms()))
    assert seen.totals.collateral_wad == real.totals.collateral_wad
    assert [leg.token for leg in seen.collaterals] == ["WETH"]
    assert seen.collaterals[0].share_bps == 8_333
    expected = real.collaterals[0].liquidation_price_wad
    assert seen.collaterals[0].liquidation_price_wad == pytest.approx(expected, rel=1e-8)


def test_the_owners_levels_are_measured_against() -> None:
    found = observed_metrics(snapshot_of(basket(10 * WAD, 1_000 * 10**6)), core.terms())
    assert [distance.threshold.name for distance in found.distances] == ["liquidation", "emergency", "floor"]
    falls = [distance.fall_bps for distance in found.distances]
    assert falls == sorted(falls, reverse=True)


def test_without_debt_nothing_is_near() -> None:
    found = observed_metrics(snapshot_of(basket(10 * WAD, 0)), core.terms())
    assert found.totals.health_wad == UINT256_MAX
    assert found.totals.threshold_bps == core.terms().liquidation_threshold_bps
    assert {distance.fall_bps for distance in found.distances} == {None}


def test_prices_that_were_not_read_are_not_made_up() -> None:
    seen = snapshot_of(basket(10 * WAD, 1_000 * 10**6))
    blind = replace(seen, venue_prices=())
    found = observed_metrics(blind, core.terms())
    assert (found.collaterals, found.debts) == ((), ())
    assert found.totals.health_wad == pytest.approx(seen.position.venue_health_wad, rel=1e-12)


def test_a_token_of_another_position_is_an_error() -> None:
    seen: ObservedBasket = observed_basket(snapshot_of(basket(WAD, 10**6)), core.terms())
    with pytest.raises(KeyError, match="doge is neither held nor owed"):
        seen.at_price("doge", 1)


def test_lines_begin_with_the_positions_name() -> None:
    lines = position_lines(snapshot_of(basket(10 * WAD, 1_000 * 10**6)), core.terms())
    assert all(line.startswith("treasury: ") for line in lines)
    assert "collateral WETH: 2,000.00 (100.00 %) at 200.0000, liquidates at " in lines[2]
    assert "borrowing power" not in "".join(lines)
