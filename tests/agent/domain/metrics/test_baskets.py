"""Totals are the venue's own, and the liquidation price is exactly where the venue begins to liquidate."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast.domain.metrics.aave import AaveBasket, AaveReserve
from ballast.domain.metrics.basket import Basket
from ballast.domain.metrics.comet import CometBasket, CometCollateral
from ballast.domain.metrics.maker import RAY, MakerBasket
from ballast.domain.metrics.position import measure
from ballast.domain.units import UINT256_MAX, WAD

VECTORS = json.loads((Path(__file__).parents[3] / "vectors/health.json").read_text("utf-8"))

reserves = st.builds(
    AaveReserve,
    token=st.sampled_from("abcdef"),
    decimals=st.sampled_from((6, 8, 18)),
    price_e8=st.integers(1, 10**13),
    collateral=st.integers(0, 10**24),
    debt=st.integers(0, 10**24),
    ltv_bps=st.integers(0, 8_000),
    threshold_bps=st.integers(8_000, 9_500),
)
aave = st.lists(reserves, min_size=1, max_size=4, unique_by=lambda r: r.token).map(
    lambda found: AaveBasket(tuple(found))
)
one_role = aave.map(
    lambda basket: AaveBasket(
        tuple(replace(r, **{("debt" if at % 2 else "collateral"): 0}) for at, r in enumerate(basket.reserves))
    )
)
assets = st.builds(
    CometCollateral,
    token=st.sampled_from("abcdef"),
    balance=st.integers(0, 10**24),
    price_e8=st.integers(1, 10**13),
    scale=st.sampled_from((10**6, 10**8, 10**18)),
    borrow_factor_wad=st.integers(0, WAD // 2),
    liquidate_factor_wad=st.integers(WAD // 2, WAD),
)
comets = st.builds(
    CometBasket,
    base_token=st.just("base"),
    base_price_e8=st.integers(1, 10**9),
    base_scale=st.sampled_from((10**6, 10**18)),
    owed=st.integers(0, 10**24),
    assets=st.lists(assets, max_size=4, unique_by=lambda a: a.token).map(tuple),
)
makers = st.builds(
    MakerBasket,
    token=st.just("gem"),
    ink=st.integers(0, 10**24),
    art=st.integers(0, 10**26),
    rate=st.integers(RAY, 2 * RAY),
    spot=st.integers(0, 10**32),
    mat=st.integers(RAY, 3 * RAY),
    par=st.integers(RAY * 9 // 10, RAY * 11 // 10),
)


@settings(deadline=None)
@given(st.one_of(one_role, comets, makers))
def test_a_collateral_liquidates_at_its_price_and_not_one_unit_above(basket: Basket) -> None:
    for leg, metrics in zip(basket.collaterals(), measure(basket).collaterals, strict=True):
        if metrics.liquidation_price_wad is None:
            same = {
                basket.at_price(leg.token, price).liquidatable() for price in (0, leg.price, leg.price * 9)
            }
            assert len(same) == 1
            continue
        price = metrics.liquidation_price_wad // leg.price_scale
        assert basket.at_price(leg.token, price).liquidatable()
        assert not basket.at_price(leg.token, price + 1).liquidatable()


@settings(deadline=None)
@given(st.one_of(one_role, comets))
def test_a_debt_liquidates_at_its_price_and_not_one_unit_below(basket: Basket) -> None:
    for leg, metrics in zip(basket.debts(), measure(basket).debts, strict=True):
        if metrics.liquidation_price_wad is None:
            assert (
                basket.at_price(leg.token, 1).liquidatable()
                == basket.at_price(leg.token, 10**20).liquidatable()
            )
            continue
        price = metrics.liquidation_price_wad // leg.price_scale
        assert basket.at_price(leg.token, price).liquidatable()
        assert not basket.at_price(leg.token, price - 1).liquidatable()


@settings(deadline=None)
@given(st.one_of(aave, comets, makers))
def test_ratios_never_look_better_than_they_are(basket: Basket) -> None:
    totals, metrics = basket.totals(), measure(basket)
    if metrics.ltv_bps is not None:
        assert metrics.ltv_bps * totals.collateral_wad >= totals.debt_wad * 10_000
        assert (metrics.ltv_bps - 1) * totals.collateral_wad < totals.debt_wad * 10_000 or not metrics.ltv_bps
    if metrics.use_bps is not None:
        assert metrics.use_bps * totals.borrowable_wad >= totals.debt_wad * 10_000
    if metrics.concentration_bps is not None:
        parts = sum(1 for leg in basket.collaterals() if leg.value_wad)
        assert 10_000 // parts <= metrics.concentration_bps <= 10_000
        assert sum(leg.share_bps for leg in metrics.collaterals) <= 10_000


@settings(deadline=None)
@given(st.one_of(aave, comets, makers))
def test_debt_decides_whether_there_is_a_health(basket: Basket) -> None:
    totals = basket.totals()
    assert (totals.health_wad == UINT256_MAX) == (totals.debt_wad == 0)
    assert measure(basket).liquidatable == (totals.health_wad < WAD)


def test_aave_rounds_collateral_down_and_debt_up() -> None:
    reserve = AaveReserve("x", 18, 3, 5 * 10**17, 5 * 10**17, 8_000, 8_500)
    assert (reserve.collateral_e8, reserve.debt_e8) == (1, 2)


def test_aave_rounds_the_quotient_half_up_before_it_cuts_the_basis_points() -> None:
    held = AaveReserve("held", 0, 1, 1, 0, 0, 6_601)
    owed = AaveReserve("owed", 0, 1, 0, 827_506_789, 0, 0)
    # 6,601e18 / 827,506,789 ends in 9,999.5 and more: only half up reaches the next basis point.
    assert 6_601 * WAD // 827_506_789 // 10_000 == 797_697_382
    assert AaveBasket((held, owed)).account().health_wad == 797_697_383


def comet_of(vector: dict[str, Any]) -> CometBasket:
    found = tuple(
        CometCollateral(
            f"asset {at}",
            *(int(one[name]) for name in ("balance", "price", "scale", "borrowFactor", "liquidateFactor")),
        )
        for at, one in enumerate(vector["assets"])
    )
    return CometBasket("base", int(vector["basePrice"]), int(vector["baseScale"]), int(vector["owed"]), found)


def maker_of(vector: dict[str, Any]) -> MakerBasket:
    return MakerBasket("gem", *(int(vector[name]) for name in ("ink", "art", "rate", "spot", "mat", "par")))


@pytest.mark.parametrize(
    ("basket", "vector"),
    [(comet_of(one), one) for one in VECTORS["comet"]] + [(maker_of(one), one) for one in VECTORS["maker"]],
)
def test_golden_vectors_that_the_adapters_read_too(basket: Basket, vector: dict[str, Any]) -> None:
    totals = basket.totals()
    assert totals.collateral_wad == int(vector["collateralWad"])
    assert totals.debt_wad == int(vector["debtWad"])
    assert totals.threshold_bps == int(vector["thresholdBps"])
    assert totals.health_wad == int(vector["healthWad"])


def test_the_vectors_reach_both_sides_of_one_and_one_itself() -> None:
    found = [int(one["healthWad"]) for venue in ("comet", "maker") for one in VECTORS[venue]]
    assert min(found) < WAD < max(found)
    assert WAD in found


def test_the_price_in_force_survives_the_spotters_cuts() -> None:
    basket = MakerBasket("gem", WAD, 100 * WAD, RAY, 0, RAY * 1_450_000_001 // 10**9, RAY * 101 // 100)
    for price in (1, 123_456_789, 1_799 * WAD + 7):
        assert basket.at_price("gem", price).price_wad == price


def test_the_spotter_cuts_twice() -> None:
    par, mat, price = RAY * 101 // 100, RAY * 145 // 100 + 1, 416_270_923_637_337_054
    once = price * 10**9 * RAY * RAY // (par * mat)
    assert MakerBasket("gem", WAD, WAD, RAY, 0, mat, par).at_price("gem", price).spot == once - 1


ETH = AaveReserve("eth", 18, 2_000 * 10**8, 10 * WAD, 0, 8_000, 8_300)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: replace(ETH, collateral=-1), "collateral must not be negative: observed -1"),
        (lambda: replace(ETH, price_e8=-1), "price_e8 must not be negative"),
        (lambda: replace(ETH, ltv_bps=8_301), "ltv_bps is 8301 and threshold_bps 8300"),
        (lambda: replace(ETH, threshold_bps=10_001), "threshold_bps 10001, allowed is 0 <= ltv"),
        (lambda: AaveBasket((ETH, ETH)), "eth is there 2 times, allowed is once"),
        (lambda: CometCollateral("x", 1, 1, 0, 0, 0), "scale must be positive: observed 0"),
        (lambda: CometCollateral("x", 1, 1, 1, 2, 1), "factors are 2 and 1, allowed is"),
        (lambda: CometCollateral("x", 1, 1, 1, 0, WAD + 1), "factors are 0 and 1000000000000000001"),
        (lambda: CometBasket("b", 1, 0, 0, ()), "base_scale must be positive"),
        (lambda: CometBasket("b", 1, 1, -1, ()), "owed must not be negative"),
        (lambda: MakerBasket("g", 1, 1, RAY, 1, 0), "mat must be positive"),
        (lambda: MakerBasket("g", 1, 1, RAY, 1, RAY, 0), "par must be positive"),
        (lambda: MakerBasket("g", 1, 1, RAY, 1, RAY).at_price("g", -1), "price must not be negative"),
    ],
)
def test_what_no_position_can_be_is_refused(make: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        make()


@pytest.mark.parametrize(
    "basket",
    [AaveBasket((ETH,)), CometBasket("b", 1, 1, 0, ()), MakerBasket("g", 1, 1, RAY, 1, RAY)],
)
def test_a_price_of_a_token_that_is_not_there_is_an_error(basket: Basket) -> None:
    with pytest.raises(KeyError, match="doge is neither held nor owed"):
        basket.at_price("doge", 1)
