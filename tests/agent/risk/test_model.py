"""The forecast: closed form, monotone, bounded from above, and silent about nothing it does not know."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import equinox as eqx
import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erfc

from ballast.risk.backbones import VARIANTS
from ballast.risk.hitting import Law, hit_probability
from ballast.risk.model import (
    Horizon,
    PositionRisk,
    RiskCode,
    RiskState,
    assess,
    initial_state,
    load_default_weights,
    probability_at,
    smallest_log_barrier,
    state_to_hex,
    step,
)
from ballast.risk.network import Network, Shape, build, law_of

WEIGHTS = load_default_weights()
log_variances = st.lists(st.floats(-30.0, -10.0), min_size=6, max_size=6)
barriers = st.floats(1e-4, 2.0)
DEEP = [pytest.param(variant, marks=pytest.mark.deep) for variant in VARIANTS if variant != "mlp"]


def warm_state(log_variance: list[float], **changes: Any) -> RiskState:
    state = initial_state(WEIGHTS)._replace(
        variance=np.exp(np.asarray(log_variance, np.float32)),
        observations=np.int32(1_000),
        seconds_observed=np.float32(100_000),
    )
    return state._replace(**changes)


TYPICAL = warm_state([-18.0] * 6)
LAW = jax.jit(law_of)


def assess_one(state: RiskState, log_hf: float, log_floor: float | None = None) -> PositionRisk:
    return assess(WEIGHTS, state, 0.0, 0.0, [log_hf], [log_hf if log_floor is None else log_floor])[1][0]


def reference(law: Law, barrier: np.ndarray) -> np.ndarray:
    """The law in float64: probabilities [2, B]."""
    share, variance, gap, extra, bend = (np.asarray(leaf, np.float64) for leaf in law)
    market = np.maximum(barrier[:, None] + gap, 0)
    distance = market[None] + (market / (market + bend))[None] * extra[:, None]
    total = (share * erfc(distance / np.sqrt(2 * variance[:, None]))).sum(axis=-1)
    return np.where(barrier <= 0, 1.0, np.minimum(total, 1.0))


@given(log_variances)
@settings(deadline=None, max_examples=50)
def test_equals_the_closed_form_and_never_falls_below_it(log_variance: list[float]) -> None:
    state = warm_state(log_variance)
    grid = np.asarray([-0.1, 0.0, 0.005, 0.02, 0.1, 0.3, 1.0])
    exact = reference(LAW(WEIGHTS.parameters, state), grid) * 1e6
    for row, horizon in zip(exact, Horizon, strict=True):
        found = probability_at(WEIGHTS, state, grid, horizon)
        assert (found >= row * (1 - 1e-9)).all()
        assert (found <= row * 1.001 + 1.01).all()


@given(log_variances, barriers, barriers)
@settings(deadline=None, max_examples=100)
def test_a_nearer_barrier_and_a_longer_horizon_are_never_less_likely(
    log_variance: list[float], one: float, two: float
) -> None:
    state = warm_state(log_variance)
    near, far = sorted((one, two))
    risk = assess_one(state, far, near)
    assert risk.p_liquidation_1h_ppm <= risk.p_liquidation_6h_ppm
    assert risk.p_floor_1h_ppm <= risk.p_floor_6h_ppm
    assert risk.p_liquidation_1h_ppm <= risk.p_floor_1h_ppm
    assert risk.p_liquidation_6h_ppm <= risk.p_floor_6h_ppm
    assert risk.drop_q05_1h_bps <= risk.drop_q01_1h_bps <= risk.drop_q001_1h_bps <= risk.drop_q001_6h_bps
    assert risk.sigma_1h_bps <= risk.sigma_6h_bps


@given(st.floats(-22.0, -15.0), st.floats(1.0, 3.0), barriers)
@settings(deadline=None, max_examples=50)
def test_a_wilder_market_at_all_scales_is_riskier(level: float, rise: float, barrier: float) -> None:
    calm, wild = (assess_one(warm_state([v] * 6), barrier) for v in (level, level + rise))
    assert calm.p_liquidation_6h_ppm <= wild.p_liquidation_6h_ppm + 1
    assert calm.drop_q01_6h_bps <= wild.drop_q01_6h_bps + 1


CHANCE = jax.jit(lambda networks, state, grid: hit_probability(law_of(networks, state), grid))


@lru_cache
def drawn(shape: Shape) -> Network:
    return jax.tree.map(np.asarray, jax.jit(lambda: build(shape, 0))())


@pytest.mark.parametrize("variant", ["mlp", *DEEP])
@given(st.integers(0, 2**31 - 1), st.floats(0.1, 3.0), log_variances)
@settings(deadline=None, max_examples=30)
def test_any_network_whatever_its_numbers_is_monotone_in_barrier_and_horizon(
    variant: str, seed: int, spread: float, log_variance: list[float]
) -> None:
    shape = Shape(variant=variant, width=4, components=3, members=2)
    draw = np.random.default_rng(seed)
    networks = jax.tree.map(
        lambda leaf: leaf + draw.normal(0, spread, leaf.shape).astype(np.float32), drawn(shape)
    )
    networks = eqx.tree_at(lambda n: n.spread, networks, np.ones_like(networks.spread))
    hidden = draw.normal(size=(2, networks.backbone.hidden_size)).astype(np.float32)
    gap = np.float32(draw.uniform(-0.004, 0.004))
    state = warm_state(log_variance, hidden=hidden, gap=gap, gap_known=np.float32(1))
    grid = np.concatenate([[-1.0, 0.0], np.geomspace(1e-5, 3, 60), [np.inf]]).astype(np.float32)
    p = np.asarray(CHANCE(networks, state, grid))
    assert np.isfinite(p).all()
    assert ((p >= 0) & (p <= 1)).all()
    # Two units in the last place for separate evaluations of erfc.
    assert (np.diff(p, axis=1) <= 2e-7).all()
    assert (p[1] >= p[0] - 2e-7).all()


def test_the_clock_matters_only_once_it_was_told_and_moves_on_by_itself() -> None:
    told, _ = assess(WEIGHTS, TYPICAL, 0.0, 60.0, [], [], at_seconds=1_700_000_000)
    assert int(TYPICAL.clock) == -1
    assert int(told.clock) == 1_700_000_000 % 604_800
    moved, _ = assess(WEIGHTS, told, 0.0, 12.0, [], [])
    assert int(moved.clock) == 1_700_000_012 % 604_800


def test_a_market_below_the_report_is_riskier_than_one_above_and_a_wild_quote_is_ignored() -> None:
    def chance(log_market: float | None) -> int:
        _, (risk,) = assess(WEIGHTS, TYPICAL, 0.0, 60.0, [0.02], [0.02], log_market=log_market)
        return risk.p_liquidation_1h_ppm

    assert chance(-0.004) > chance(0.004)
    assert chance(math.nan) == chance(0.06) == chance(None)


def test_drop_quantiles_are_the_inverse_of_the_probability() -> None:
    risk = assess_one(TYPICAL, 0.3)
    for ppm, drop, horizon in (
        (50_000, risk.drop_q05_1h_bps, Horizon.ONE_HOUR),
        (10_000, risk.drop_q01_1h_bps, Horizon.ONE_HOUR),
        (1_000, risk.drop_q001_6h_bps, Horizon.SIX_HOURS),
    ):
        here, nearer = -np.log1p(-np.asarray([drop, drop - 2]) / 1e4)
        assert probability_at(WEIGHTS, TYPICAL, [here], horizon)[0] <= ppm
        assert probability_at(WEIGHTS, TYPICAL, [nearer], horizon)[0] > ppm


@pytest.mark.parametrize("limit", [1, 100, 10_000, 500_000])
@pytest.mark.parametrize("horizon", list(Horizon))
def test_smallest_barrier_satisfies_its_limit_and_one_slightly_nearer_does_not(
    limit: int, horizon: Horizon
) -> None:
    barrier = smallest_log_barrier(WEIGHTS, TYPICAL, limit, horizon)
    assert probability_at(WEIGHTS, TYPICAL, [barrier], horizon)[0] <= limit
    assert probability_at(WEIGHTS, TYPICAL, [barrier * 0.99], horizon)[0] > limit


def test_no_debt_is_no_risk_and_a_position_under_water_is_certain() -> None:
    risk = assess_one(TYPICAL, math.inf)
    assert (risk.p_liquidation_1h_ppm, risk.p_liquidation_6h_ppm, risk.p_floor_6h_ppm) == (0, 0, 0)
    assert risk.code is RiskCode.OK
    assert assess_one(TYPICAL, 0.0).p_liquidation_1h_ppm == 1_000_000
    assert assess_one(TYPICAL, -0.2).p_liquidation_1h_ppm == 1_000_000


def test_only_a_position_without_debt_is_beyond_all_reach() -> None:
    assert assess_one(TYPICAL, 1e300).p_liquidation_6h_ppm == 1
    assert probability_at(WEIGHTS, TYPICAL, [1e300, 50.0, math.inf], Horizon.ONE_HOUR).tolist() == [1, 1, 0]


@pytest.mark.parametrize(
    ("log_return", "dt", "code"),
    [
        (math.nan, 60.0, RiskCode.NOT_FINITE),
        (math.inf, 60.0, RiskCode.NOT_FINITE),
        (0.0, math.nan, RiskCode.NOT_FINITE),
        (0.0, math.inf, RiskCode.NOT_FINITE),
        (1.51, 60.0, RiskCode.OUT_OF_RANGE),
        (-1.51, 60.0, RiskCode.OUT_OF_RANGE),
        (0.0, -1.0, RiskCode.OUT_OF_RANGE),
        (0.0, 31_536_001.0, RiskCode.OUT_OF_RANGE),
        (0.01, 0.0, RiskCode.OUT_OF_RANGE),
        (0.0, 1e-40, RiskCode.OUT_OF_RANGE),
    ],
)
def test_an_unusable_observation_is_named_and_leaves_no_trace(
    log_return: float, dt: float, code: RiskCode
) -> None:
    after, (risk,) = assess(WEIGHTS, TYPICAL, log_return, dt, [0.3], [0.2])
    assert risk.code is code
    assert risk.p_liquidation_1h_ppm == 1_000_000
    assert risk.drop_q001_6h_bps == 10_000
    assert state_to_hex(after) == state_to_hex(TYPICAL)


@pytest.mark.parametrize("log_return", [1.5, -1.5])
def test_the_largest_allowed_move_is_taken(log_return: float) -> None:
    after, (risk,) = assess(WEIGHTS, TYPICAL, log_return, 60.0, [0.3], [0.2])
    assert risk.code is RiskCode.OK
    assert np.isfinite(after.variance).all()
    assert risk.p_liquidation_6h_ppm > assess_one(TYPICAL, 0.3).p_liquidation_6h_ppm


@pytest.mark.parametrize("bad", [math.nan, -math.inf])
def test_one_position_with_an_unusable_health_factor_does_not_touch_its_neighbours(bad: float) -> None:
    _, risks = assess(WEIGHTS, TYPICAL, 0.0, 60.0, [0.3, bad, 0.3], [0.2, 0.2, 0.2])
    assert [risk.code for risk in risks] == [RiskCode.OK, RiskCode.NOT_FINITE, RiskCode.OK]
    assert risks[0] == risks[2]


def test_a_poisoned_state_is_unknown_risk() -> None:
    poisoned = TYPICAL._replace(variance=np.full(6, np.nan, np.float32))
    assert assess_one(poisoned, 0.3).code is RiskCode.NOT_FINITE


def test_is_cold_until_thirty_minutes_were_seen_and_again_after_a_long_gap() -> None:
    state, codes = initial_state(WEIGHTS), []
    for _ in range(30):
        state, (risk,) = assess(WEIGHTS, state, 0.0, 60.0, [0.3], [0.2])
        codes.append(risk.code)
    assert codes == [RiskCode.COLD] * 29 + [RiskCode.OK]
    state, (risk,) = assess(WEIGHTS, state, 0.01, 21_600.0, [0.3], [0.2])
    assert risk.code is RiskCode.OK
    state, (risk,) = assess(WEIGHTS, state, 0.01, 21_601.0, [0.3], [0.2])
    assert risk.code is RiskCode.COLD
    assert (int(state.observations), float(state.seconds_observed)) == (0, 0.0)


def test_is_cold_until_ten_observations_were_made_however_long_they_took() -> None:
    state, codes = initial_state(WEIGHTS), []
    for _ in range(10):
        state, (risk,) = assess(WEIGHTS, state, 0.0, 3_600.0, [0.3], [0.2])
        codes.append(risk.code)
    assert codes == [RiskCode.COLD] * 9 + [RiskCode.OK]


def test_the_same_position_gets_the_same_figures_in_a_batch_of_any_size() -> None:
    alone = assess_one(TYPICAL, 0.123, 0.045)
    for size in (2, 8, 9, 64, 65, 600):
        _, risks = assess(WEIGHTS, TYPICAL, 0.0, 0.0, [0.123] * size, [0.045] * size)
        assert risks == [alone] * size
    assert assess(WEIGHTS, TYPICAL, 0.0, 0.0, [], [])[1] == []


def test_each_of_many_positions_gets_what_it_would_get_in_a_smaller_batch() -> None:
    """Batches of 4,096, 1,024, 512, 64 and 8 columns: what is padded, and how far, changes no bit."""
    health = np.random.default_rng(5).gamma(2.0, 0.1, 2_049).tolist()
    floors = [value - 0.04 for value in health]
    _, risks = assess(WEIGHTS, TYPICAL, 1e-3, 12.0, health, floors)
    for size in (1_000, 512, 64, 8):
        last = slice(2_049 - size, None)
        assert assess(WEIGHTS, TYPICAL, 1e-3, 12.0, health[last], floors[last])[1] == risks[last]


def test_the_same_inputs_give_the_same_bits_a_hundred_times() -> None:
    runs = set()
    for _ in range(100):
        state, risks = assess(WEIGHTS, TYPICAL, -0.0123, 12.0, [0.3, 0.1], [0.2, 0.05])
        runs.add((state_to_hex(state), tuple(risks)))
    assert len(runs) == 1


def test_step_moves_the_state_as_assess_does_and_ignores_impossible_prices() -> None:
    expected, _ = assess(WEIGHTS, TYPICAL, math.log(1900.0 / 2000.0), 60.0, [0.3], [0.2])
    assert state_to_hex(step(WEIGHTS, TYPICAL, 2000.0, 1900.0, 60.0)) == state_to_hex(expected)
    for price in (0.0, -1.0, math.nan, math.inf):
        assert step(WEIGHTS, TYPICAL, 2000.0, price, 60.0) is TYPICAL


def test_misuse_is_refused_with_what_was_seen_and_what_is_allowed() -> None:
    with pytest.raises(ValueError, match="1 entries, log_hf_floor 2"):
        assess(WEIGHTS, TYPICAL, 0.0, 60.0, [0.3], [0.2, 0.1])
    with pytest.raises(ValueError, match="horizon is 60 s"):
        probability_at(WEIGHTS, TYPICAL, [0.1], 60)
    for limit in (0, 1_000_001):
        with pytest.raises(ValueError, match=f"limit_ppm is {limit}"):
            smallest_log_barrier(WEIGHTS, TYPICAL, limit, 3600)


def test_probability_at_counts_an_unusable_barrier_as_certain_without_spoiling_the_others() -> None:
    found = probability_at(WEIGHTS, TYPICAL, [math.nan, 0.3, math.inf, -math.inf], Horizon.ONE_HOUR)
    alone = probability_at(WEIGHTS, TYPICAL, [0.3], Horizon.ONE_HOUR)[0]
    assert found.tolist() == [1_000_000, alone, 0, 1_000_000]


def brownian_law(volatility: float) -> Law:
    """Certain of one volatility per square-root second, prices seen continuously."""
    variance = volatility**2 * np.asarray([[3_600.0], [21_600.0]], np.float32)
    return Law(np.ones(1, np.float32), variance, np.zeros(1), np.zeros((2, 1)), np.ones(1))


def test_agrees_with_simulated_brownian_paths() -> None:
    steps, paths, volatility = 3_600, 10_000, 0.01 / 60
    generator, position = np.random.default_rng(7), np.zeros(paths)
    lowest = np.zeros(paths)
    for _ in range(steps):
        position += volatility * generator.standard_normal(paths)
        lowest = np.minimum(lowest, position)
    # Paths are seen every second only: the barrier that they feel lies 0.5826 step deviations further out.
    seen_every_second = 0.5826 * volatility
    for barrier in (0.005, 0.01, 0.02):
        share = (lowest <= -barrier).mean()
        p = float(hit_probability(brownian_law(volatility), np.asarray([barrier + seen_every_second]))[0, 0])
        assert abs(share - p) < 4 * math.sqrt(p * (1 - p) / paths)
