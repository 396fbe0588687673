"""What a strategy proposes passes a model of the vault's guards, whatever the state of the world."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast.domain.snapshot import PriceSet, Snapshot, join
from ballast.domain.units import UINT128_MAX, WAD
from ballast.domain.verdict import Act, ActionKind, Alert
from ballast.oracle.aggregate import aggregate
from ballast.strategies._book import Book
from ballast.strategies._pool_math import exact_input_output
from ballast.strategies._sizing import Intention, NoRepair, repair
from support import core
from support.guards import health_after, rejections


def snapshot_of(observed, terms) -> Snapshot:
    return join(observed, terms, aggregate(observed, terms), "0x00")


def intention(target: int = 150 * WAD // 100, slippage: int = 10_000, drift: int = 0) -> Intention:
    return Intention("test", target, 0, 0, bytes(32), slippage, drift)


def expected_output(snapshot: Snapshot, act: Act) -> int:
    if act.kind is not ActionKind.DELEVERAGE:
        return act.max_in
    assert snapshot.swap_pool is not None
    return exact_input_output(snapshot.swap_pool, act.token_in, act.max_in)


FLOORS_WAD = (105 * WAD // 100, 11 * WAD // 10, 14 * WAD // 10)


@st.composite
def worlds(draw):
    price = draw(st.integers(20, 4_000))
    price_wad = price * WAD
    pool_price = price * draw(st.sampled_from([1.0, 0.999, 0.99, 0.97, 0.9, 1.05]))
    position = core.position(
        price_wad=price_wad,
        health=draw(st.floats(1.01, 1.45)),
        idle_collateral=draw(st.sampled_from([0, 1, WAD, 30 * WAD])),
        idle_debt=draw(st.sampled_from([0, 1, 500 * 10**6, 10**12])),
        idle_collateral_budget=draw(st.sampled_from([0, WAD, 40 * WAD])),
        idle_debt_budget=draw(st.sampled_from([0, 400 * 10**6, 10**13])),
        loss_budget_wad=draw(st.integers(0, 5_000)) * WAD,
        notional_budget_wad=draw(st.integers(0, 500_000)) * WAD,
    )
    pool = core.pool(pool_price, liquidity=draw(st.sampled_from([10**14, 10**16, 10**18, core.LIQUIDITY])))
    observed = core.observation(position, price_usd=price, pools=(pool,))
    # A vault's floor is above its emergency level.
    emergency_wad = draw(st.sampled_from([WAD, 108 * WAD // 100, 13 * WAD // 10]))
    terms = core.terms(
        limits=core.limits(
            max_loss_bps=draw(st.integers(1, 500)),
            max_slippage_bps=draw(st.integers(1, 500)),
            max_action_wad=draw(st.integers(1, 300_000)) * WAD,
        ),
        health_floor_wad=draw(st.sampled_from([floor for floor in FLOORS_WAD if floor > emergency_wad])),
        health_ceiling_wad=draw(st.sampled_from([UINT128_MAX, 155 * WAD // 100, 13 * WAD // 10])),
        emergency_health_wad=emergency_wad,
        min_health_gain_wad=draw(st.sampled_from([1, WAD // 1_000, WAD // 20])),
    )
    target = draw(st.integers(146, 250)) * WAD // 100
    return snapshot_of(observed, terms), terms, intention(target, drift=draw(st.integers(0, 500)))


@settings(max_examples=400, deadline=None)
@given(worlds())
def test_no_guard_rejects_what_is_proposed(world) -> None:
    snapshot, terms, wanted = world
    found = repair(snapshot, terms, wanted)
    if isinstance(found, Act):
        assert rejections(snapshot, terms, found, expected_output(snapshot, found)) == []


@settings(max_examples=200, deadline=None)
@given(worlds())
def test_expected_health_is_what_the_model_computes(world) -> None:
    snapshot, terms, wanted = world
    found = repair(snapshot, terms, wanted)
    if isinstance(found, Act):
        exact = health_after(snapshot, terms, found, expected_output(snapshot, found))
        assert abs(found.expected_health_wad - exact) <= exact // 10**9
        assert found.health_floor_wad < found.expected_health_wad <= found.health_ceiling_wad


def test_a_sale_is_the_smallest_that_reaches_the_target() -> None:
    terms, snapshot = core.terms(), snapshot_of(core.observation(core.position()), core.terms())
    act = repair(snapshot, terms, intention())
    assert isinstance(act, Act)
    assert act.kind is ActionKind.DELEVERAGE
    assert act.expected_health_wad >= 150 * WAD // 100
    smaller = replace(act, max_in=act.max_in - 10**12)
    assert health_after(snapshot, terms, smaller, expected_output(snapshot, smaller)) < 150 * WAD // 100


def test_idle_debt_tokens_go_first_then_idle_collateral_then_a_sale() -> None:
    both = core.position(idle_debt=10**11, idle_collateral=40 * WAD, idle_collateral_budget=40 * WAD)
    kinds = []
    for position in (both, replace(both, idle_debt=0), replace(both, idle_debt=0, idle_collateral=0)):
        act = repair(snapshot_of(core.observation(position), core.terms()), core.terms(), intention())
        assert isinstance(act, Act)
        kinds.append(act.kind)
    assert kinds == [ActionKind.REPAY_FROM_IDLE, ActionKind.ADD_COLLATERAL, ActionKind.DELEVERAGE]


def test_idle_funds_that_do_not_suffice_give_way_to_a_sale_that_does() -> None:
    position = core.position(idle_debt=10**6)
    act = repair(snapshot_of(core.observation(position), core.terms()), core.terms(), intention())
    assert isinstance(act, Act)
    assert act.kind is ActionKind.DELEVERAGE


def test_idle_budget_is_a_limit() -> None:
    enough = core.position(idle_debt=10**12, idle_debt_budget=10**12)
    free = repair(snapshot_of(core.observation(enough), core.terms()), core.terms(), intention())
    assert isinstance(free, Act)
    exact = replace(enough, idle_debt_budget=free.max_in)
    short = replace(enough, idle_debt_budget=free.max_in - 1)
    kinds = [
        repair(snapshot_of(core.observation(position), core.terms()), core.terms(), intention()).kind
        for position in (exact, short)
    ]
    assert kinds == [ActionKind.REPAY_FROM_IDLE, ActionKind.DELEVERAGE]


@pytest.mark.parametrize(("deviation", "share"), [(150, 1.0), (151, 0.5), (600, 0.5)])
def test_the_greatest_action_is_halved_between_the_bands(deviation: int, share: float) -> None:
    terms = core.terms(limits=core.limits(max_action_wad=1_000 * WAD))
    act = repair(with_deviation(terms, deviation), terms, intention())
    assert isinstance(act, Act)
    sold_usd = act.max_in * 200 // WAD
    assert sold_usd == pytest.approx(1_000 * share * 0.99, abs=1)


@pytest.mark.parametrize("deviation", [601, -1])
def test_beyond_the_outer_band_nothing_is_sold_outside_an_emergency(deviation: int) -> None:
    terms = core.terms()
    found = repair(with_deviation(terms, deviation), terms, intention())
    assert isinstance(found, NoRepair)
    assert any("differ by more than 600 bps" in reason for reason in found.reasons)
    urgent = core.terms(emergency_health_wad=13 * WAD // 10)
    act = repair(with_deviation(urgent, deviation), urgent, intention())
    assert isinstance(act, Act)
    assert act.urgent


def test_a_promise_is_made_at_the_owners_floor_and_not_below_it() -> None:
    for health, promises in ((115 * WAD // 100, True), (115 * WAD // 100 - 1, False)):
        terms = core.terms(health_floor_wad=115 * WAD // 100)
        position = core.position(venue_health_wad=health)
        act = repair(snapshot_of(core.observation(position), terms), terms, intention())
        assert isinstance(act, Act)
        assert (act.health_floor_wad >= terms.health_floor_wad) is promises
        assert promises or act.health_floor_wad == WAD


def with_deviation(terms, deviation: int) -> Snapshot:
    snapshot = snapshot_of(core.observation(core.position()), terms)
    prices = tuple(replace(price, deviation_bps=deviation) for price in snapshot.prices.prices)
    return replace(snapshot, prices=PriceSet(prices))


def test_without_a_price_only_idle_funds_repair() -> None:
    terms = core.terms()
    rich = core.position(idle_debt=10**12, idle_debt_budget=10**12)
    blind = replace(snapshot_of(core.observation(rich), terms), prices=PriceSet(()))
    act = repair(blind, terms, intention())
    assert isinstance(act, Act)
    assert act.kind is ActionKind.REPAY_FROM_IDLE
    poor = replace(snapshot_of(core.observation(core.position()), terms), prices=PriceSet(()))
    found = repair(poor, terms, intention())
    assert isinstance(found, NoRepair)
    assert "deleverage: no usable price" in found.reasons


def test_least_output_allows_for_slippage_and_drift() -> None:
    terms = core.terms()
    snapshot = snapshot_of(core.observation(core.position()), terms)
    act = repair(snapshot, terms, intention(slippage=100, drift=200))
    assert isinstance(act, Act)
    assert act.min_out == pytest.approx(act.max_in * 200 * 0.97 / 10**12, rel=1e-6)
    assert act.max_loss_bps == 100


def test_nothing_that_fits_says_why() -> None:
    broke = core.position(loss_budget_wad=0)
    terms = core.terms()
    found = repair(snapshot_of(core.observation(broke), terms), terms, intention())
    assert not isinstance(found, Act | Alert)
    assert len(found.reasons) == 3


def test_a_ceiling_below_the_target_is_where_the_repair_ends() -> None:
    terms = core.terms(health_ceiling_wad=13 * WAD // 10)
    act = repair(snapshot_of(core.observation(core.position()), terms), terms, intention())
    assert isinstance(act, Act)
    assert 129 * WAD // 100 < act.expected_health_wad <= 13 * WAD // 10
    assert act.health_ceiling_wad == 13 * WAD // 10


def test_a_step_that_jumps_over_the_ceiling_is_not_taken() -> None:
    # Ten units of debt: the smallest repayment that reaches the target goes from 1.2 to 1.5.
    tiny = {"debt": 10, "venue_debt_wad": 10 * 10**12, "venue_health_wad": 12 * WAD // 10, "collateral": 0}
    position = core.position(**tiny, idle_debt=10)
    for ceiling, kind in ((151, Act), (145, NoRepair)):
        terms = core.terms(health_ceiling_wad=ceiling * WAD // 100)
        assert isinstance(repair(snapshot_of(core.observation(position), terms), terms, intention()), kind)


books = st.builds(
    Book,
    health_wad=st.just(0),
    adjusted_wad=st.integers(10**15, 10**28),
    debt_wad=st.integers(10**15, 10**28),
    collateral_price_wad=st.integers(10**15, 10**24),
    debt_price_wad=st.integers(10**15, 10**24),
    collateral_decimals=st.integers(6, 18),
    debt_decimals=st.integers(6, 18),
    threshold_bps=st.integers(1, 9_900),
)


@given(books, st.integers(10**18 + 1, 10**20))
def test_idle_amounts_are_the_least_that_reach_the_target(book: Book, target: int) -> None:
    added = book.addition_for(target)
    assert book.health_after_adding(added) >= target
    # One wad of USD is up to a thousand units of the cheapest token here, and is rounded up twice.
    less = added - added // 10**6 - 10**4
    assert less < 0 or book.health_after_adding(less) < target
    repaid = book.repayment_for(target)
    assert book.health_after_repaying(repaid) >= target
    assert repaid == 0 or book.health_after_repaying(repaid - 1) < target
