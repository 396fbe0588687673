"""The forecast: closed form, monotone, bounded from above, and silent about nothing it does not know."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erfc

from ballast.risk.model import (
    Horizon,
    PositionRisk,
    RiskCode,
    RiskState,
    Weights,
    assess,
    initial_state,
    load_default_weights,
    probability_at,
    smallest_log_barrier,
    state_to_hex,
    step,
)
from ballast.risk.parameters import Limits, make_weights

WEIGHTS = load_default_weights()
log_variances = st.lists(st.floats(-30.0, -10.0), min_size=5, max_size=5)
barriers = st.floats(1e-4, 2.0)


def warm_state(log_variance: list[float]) -> RiskState:
    return RiskState(np.exp(np.asarray(log_variance, np.float32)), np.int32(1_000), np.float32(100_000))


TYPICAL = warm_state([-18.0] * 5)


def assess_one(state: RiskState, log_hf: float, log_floor: float | None = None) -> PositionRisk:
    return assess(WEIGHTS, state, 0.0, 0.0, [log_hf], [log_hf if log_floor is None else log_floor])[1][0]


def reference(weights: Weights, variance: np.ndarray, barrier: np.ndarray) -> np.ndarray:
    """The formula of the model in float64: probabilities [2, B]."""
    p = {k: np.asarray(v, np.float64) for k, v in weights.parameters._asdict().items()}
    x = np.log((variance + p["floor_variance"]) / (p["prior_variance"] + p["floor_variance"]))
    per_second = np.exp(2 * (p["level"] + 0.5 * p["mix"] @ x))
    first, rest = (per_second * [3600, 18_000])[:, None] * p["scale"] ** 2
    rows = [
        (p["share"] * erfc((barrier[:, None] + p["shift"]) / np.sqrt(2 * total))).sum(axis=1)
        for total in (first, first + rest)
    ]
    return np.where(barrier <= 0, 1.0, np.minimum(rows, 1.0))


@given(log_variances)
@settings(deadline=None, max_examples=50)
def test_equals_the_closed_form_and_never_falls_below_it(log_variance: list[float]) -> None:
    state = warm_state(log_variance)
    grid = np.asarray([-0.1, 0.0, 0.005, 0.02, 0.1, 0.3, 1.0])
    exact = reference(WEIGHTS, np.asarray(state.variance, np.float64), grid) * 1e6
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


@given(log_variances, st.integers(0, 4), st.floats(0.01, 5.0), barriers)
@settings(deadline=None, max_examples=50)
def test_more_volatility_at_any_scale_never_lowers_the_risk(
    log_variance: list[float], scale: int, rise: float, barrier: float
) -> None:
    higher = list(log_variance)
    higher[scale] += rise
    calm, wild = (assess_one(warm_state(v), barrier) for v in (log_variance, higher))
    # One ppm of slack for the last bit of two separate evaluations.
    assert calm.p_liquidation_6h_ppm <= wild.p_liquidation_6h_ppm + 1
    assert calm.drop_q01_6h_bps <= wild.drop_q01_6h_bps + 1


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
    poisoned = TYPICAL._replace(variance=np.full(5, np.nan, np.float32))
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


def brownian_weights(volatility: float) -> Weights:
    """A model that is certain of one volatility per square-root second and sees prices continuously."""
    variance = volatility**2
    values = {
        "half_life_seconds": [900.0],
        "prior_variance": variance,
        "floor_variance": [variance],
        "level": [math.log(volatility)] * 2,
        "mix": [[0.0]] * 2,
        "share": [1.0],
        "scale": [[1.0]] * 2,
        "shift": 0.0,
    }
    return make_weights(values, Limits(), {})


def test_agrees_with_simulated_brownian_paths() -> None:
    steps, paths, volatility = 3_600, 10_000, 0.01 / 60
    weights = brownian_weights(volatility)
    generator, position = np.random.default_rng(7), np.zeros(paths)
    lowest = np.zeros(paths)
    for _ in range(steps):
        position += volatility * generator.standard_normal(paths)
        lowest = np.minimum(lowest, position)
    # Paths are seen every second only: the barrier that they feel lies 0.5826 step deviations further out.
    seen_every_second = 0.5826 * volatility
    for barrier in (0.005, 0.01, 0.02):
        share = (lowest <= -barrier).mean()
        p = (
            probability_at(weights, initial_state(weights), [barrier + seen_every_second], Horizon.ONE_HOUR)[
                0
            ]
            / 1e6
        )
        assert abs(share - p) < 4 * math.sqrt(p * (1 - p) / paths)
