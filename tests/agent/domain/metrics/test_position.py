"""The numbers that a user reads, on positions small enough to compute by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ballast.domain.metrics.aave import AaveBasket, AaveReserve
from ballast.domain.metrics.lines import metric_lines
from ballast.domain.metrics.maker import RAY, MakerBasket
from ballast.domain.metrics.position import Threshold, fall_bps, measure
from ballast.domain.units import UINT256_MAX, WAD

USD = 10**8
ETH = AaveReserve("ETH", 18, 2_000 * USD, 10 * WAD, 0, 8_000, 8_300)
BTC = AaveReserve("BTC", 8, 40_000 * USD, 5 * 10**7, 0, 7_300, 7_800)
USDC = AaveReserve("USDC", 6, USD, 0, 16_000 * 10**6, 7_500, 7_800)
BASKET = AaveBasket((ETH, BTC, USDC))


def test_a_basket_of_two_collaterals_by_hand() -> None:
    found = measure(BASKET)
    assert found.totals.collateral_wad == 40_000 * WAD
    assert found.totals.debt_wad == 16_000 * WAD
    # Ether carries 16,600 of debt, bitcoin 15,600.
    assert found.totals.health_wad == 32_200 * WAD // 16_000
    assert found.totals.threshold_bps == 8_050
    assert found.ltv_bps == 4_000
    # 40,000 * 0.765 = 30,600 may be borrowed
    assert found.use_bps == 5_229
    assert found.concentration_bps == 5_000
    assert [leg.share_bps for leg in found.collaterals] == [5_000, 5_000]


def test_liquidation_prices_leave_the_other_prices_as_they_are() -> None:
    eth, btc = measure(BASKET).collaterals
    # Bitcoin alone carries 15,600; ether has to bring 400 more, 8.3 of value per dollar of its price.
    assert eth.liquidation_price_wad == 400 * USD * 10**10 * 1_000 // 8_300 // 10**10 * 10**10
    assert eth.distance_bps == 9_759
    # Ether carries 16,600 alone: no price of bitcoin liquidates.
    assert (btc.liquidation_price_wad, btc.distance_bps) == (None, None)
    (usdc,) = measure(BASKET).debts
    # 32,200 / 16,000 = 2.0125
    assert usdc.liquidation_price_wad == (2_0125_0000 + 1) * 10**10
    assert usdc.distance_bps == 10_125


def test_distances_are_falls_of_all_collateral_and_negative_below_the_threshold() -> None:
    found = measure(BASKET, (Threshold("trigger", 15 * WAD // 10), Threshold("floor", 3 * WAD)))
    assert [(d.threshold.name, d.fall_bps) for d in found.distances] == [
        ("liquidation", 5_031),
        ("trigger", 2_546),
        ("floor", -4_907),
    ]


def test_a_fall_by_the_distance_still_stands_and_a_little_more_does_not() -> None:
    distance = measure(BASKET).distances[0].fall_bps
    assert distance is not None

    def fallen(bps: int) -> AaveBasket:
        prices = {r.token: r.price_e8 * (10_000 - bps) // 10_000 for r in (ETH, BTC)}
        return AaveBasket(
            tuple(replace(r, price_e8=prices.get(r.token, r.price_e8)) for r in BASKET.reserves)
        )

    assert not fallen(distance).liquidatable()
    assert fallen(distance + 1).liquidatable()


def test_a_position_without_debt_has_no_distance_and_no_liquidation_price() -> None:
    found = measure(AaveBasket((ETH,)), (Threshold("floor", WAD),))
    assert found.totals.health_wad == UINT256_MAX
    assert (found.ltv_bps, found.use_bps, found.debts) == (0, 0, ())
    assert [distance.fall_bps for distance in found.distances] == [None, None]
    assert found.collaterals[0].liquidation_price_wad is None


def test_debt_without_collateral_is_past_everything() -> None:
    found = measure(AaveBasket((USDC,)))
    assert found.liquidatable
    assert (found.ltv_bps, found.use_bps, found.concentration_bps) == (None, None, None)
    assert found.distances[0].fall_bps == -UINT256_MAX


def test_the_same_token_held_and_owed_moves_on_both_sides() -> None:
    loop = AaveBasket((replace(ETH, debt=8 * WAD),))
    assert loop.totals().health_wad == 10 * 83 * WAD // 100 // 8
    found = measure(loop)
    assert found.collaterals[0].liquidation_price_wad is None
    assert found.debts[0].liquidation_price_wad is None


def test_a_position_past_its_price_has_a_negative_distance() -> None:
    cdp = MakerBasket("gem", WAD, 1_200 * WAD, RAY, 1_000 * RAY, RAY * 3 // 2)
    (leg,) = measure(cdp).collaterals
    assert (leg.price_wad, leg.distance_bps) == (1_500 * WAD, -2_000)


def test_a_threshold_without_a_health_is_refused() -> None:
    with pytest.raises(ValueError, match="health must be positive: observed 0"):
        fall_bps(WAD, 0)


def test_a_person_reads_it_in_lines() -> None:
    lines = metric_lines(measure(BASKET, (Threshold("trigger", 15 * WAD // 10), Threshold("floor", 3 * WAD))))
    assert lines == [
        "health 2.0125; collateral 40,000.00, debt 16,000.00, LTV 40.00 % of at most 80.50 %",
        "borrowing power in use 52.29 %, concentration 50.00 %",
        "collateral ETH: 20,000.00 (50.00 %) at 2,000.0000, liquidates at 48.1927 (falls 97.59 %)",
        "collateral BTC: 20,000.00 (50.00 %) at 40,000.0000, no price of it alone liquidates",
        "debt USDC: 16,000.00 (100.00 %) at 1.0000, liquidates at 2.0125 (rises 101.25 %)",
        "liquidation at 1.0000: all collateral falls 50.31 %",
        "trigger at 1.5000: all collateral falls 25.46 %",
        "floor at 3.0000: past it",
    ]


def test_lines_shout_where_liquidation_has_begun_and_say_where_there_is_no_debt() -> None:
    cdp = MakerBasket("gem", WAD, 1_200 * WAD, RAY, 1_000 * RAY, RAY * 3 // 2)
    assert metric_lines(measure(cdp))[0].startswith("health 0.8333, CAN BE LIQUIDATED; ")
    assert "past its liquidation price of 1,799.9999" in metric_lines(measure(cdp))[2]
    free = metric_lines(measure(AaveBasket((ETH,))))
    assert free[0].startswith("no debt; ")
    assert free[-1] == "liquidation at 1.0000: never, there is no debt"
