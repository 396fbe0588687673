"""The state: the same volatility whatever the tick, exact to store, and impossible to poison."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast.risk.model import assess, initial_state, load_default_weights, state_from_hex, state_to_hex
from ballast.risk.state import (
    HALF_LIVES_SECONDS,
    PRIOR_VARIANCE,
    TREND_HALF_LIVES_SECONDS,
    RiskState,
    Sight,
    StateError,
)
from ballast.risk.stream import scan

WEIGHTS = load_default_weights()
HALF_LIVES = np.asarray(HALF_LIVES_SECONDS, np.float64)
steps = st.lists(
    st.tuples(st.floats(-1.0, 1.0), st.sampled_from([0.0, 1.0, 12.0, 60.0, 3_600.0, 864_000.0])), max_size=20
)


def run(observations: list[tuple[float, float]]) -> RiskState:
    state = initial_state(WEIGHTS)
    for log_return, dt in observations:
        state, _ = assess(WEIGHTS, state, log_return if dt else 0.0, dt, [], [])
    return state


@given(steps)
@settings(deadline=None, max_examples=50)
def test_follows_the_averaging_formula_for_irregular_ticks(observations: list[tuple[float, float]]) -> None:
    expected, trend = np.full(HALF_LIVES.size, PRIOR_VARIANCE), np.zeros(len(TREND_HALF_LIVES_SECONDS))
    for log_return, dt in observations:
        if dt:
            kept = 2 ** (-dt / HALF_LIVES)
            expected = expected * kept + (1 - kept) * log_return**2 / dt
            trend = trend * 2 ** (-dt / np.asarray(TREND_HALF_LIVES_SECONDS)) + log_return
    found = run(observations)
    assert np.asarray(found.variance) == pytest.approx(expected, rel=1e-4, abs=1e-30)
    assert np.asarray(found.trend) == pytest.approx(trend, rel=1e-4, abs=1e-6)
    assert (np.abs(found.signed) <= np.asarray(found.variance)[[2, 3]] * 1.0001).all()


@given(steps)
@settings(deadline=None, max_examples=50)
def test_survives_storage_bit_for_bit(observations: list[tuple[float, float]]) -> None:
    state = run(observations)
    again = state_from_hex(state_to_hex(state), WEIGHTS)
    assert state_to_hex(again) == state_to_hex(state)
    assert np.asarray(again.variance).tobytes() == np.asarray(state.variance).tobytes()
    assert (again.observations, again.seconds_observed) == (state.observations, state.seconds_observed)


def ticks(log_returns: np.ndarray, dt_seconds: np.ndarray) -> Sight:
    r, dt = log_returns.astype(np.float32), dt_seconds.astype(np.float32)
    return Sight(r, dt, r * r, np.full(r.size, -1, np.int32), np.zeros_like(r), np.zeros_like(r))


def test_the_same_block_again_changes_nothing() -> None:
    state = run([(0.01, 60.0), (-0.02, 12.0)])
    again, _ = assess(WEIGHTS, state, 0.0, 0.0, [0.3], [0.2])
    assert state_to_hex(again) == state_to_hex(state)


def test_ticks_of_different_length_find_the_same_volatility() -> None:
    generator = np.random.default_rng(3)
    per_second = 2e-8
    found = []
    for dt in (12, 60, 300):
        moves = generator.standard_normal(14 * 86_400 // dt) * np.sqrt(per_second * dt)
        states = scan(WEIGHTS.limits, None, initial_state(WEIGHTS), ticks(moves, np.full(moves.size, dt)))
        found.append(np.asarray(states.variance)[-10_000 // dt :, :].mean(axis=0))
    assert np.asarray(found)[:, 2:5] == pytest.approx(per_second, rel=0.35)


def test_stacked_steps_equal_single_steps() -> None:
    observations = [(0.01, 60.0), (-0.02, 12.0), (0.0, 0.0), (0.005, 7_200.0)]
    seen = ticks(*np.asarray(observations).T)
    stacked = scan(WEIGHTS.limits, WEIGHTS.parameters, initial_state(WEIGHTS), seen)
    last = RiskState(*(leaf[-1] for leaf in stacked))
    assert np.asarray(last.variance) == pytest.approx(np.asarray(run(observations).variance), rel=1e-5)
    assert int(last.observations) == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0xzz", "not hexadecimal"),
        ("0x00", "has 1 bytes"),
        ("", "has 0 bytes"),
        ("version", "version 1"),
        ("nan", "negative or not finite"),
        ("count", "observations"),
    ],
)
def test_refuses_text_that_is_no_state(text: str, reason: str) -> None:
    good = state_to_hex(initial_state(WEIGHTS))
    broken = {
        "version": "0x01" + good[4:],
        "nan": good[:-8] + "0000c07f",
        "count": good[:16] + "ffffffff" + good[24:],
    }.get(text, text)
    with pytest.raises(StateError, match=reason):
        state_from_hex(broken, WEIGHTS)
