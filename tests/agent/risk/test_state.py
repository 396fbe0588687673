"""The state: the same volatility whatever the tick, exact to store, and impossible to poison."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast.risk.model import assess, initial_state, load_default_weights, state_from_hex, state_to_hex
from ballast.risk.state import RiskState, StateError, scan_states

WEIGHTS = load_default_weights()
HALF_LIVES = np.asarray(WEIGHTS.parameters.half_life_seconds, np.float64)
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
    expected = np.full(HALF_LIVES.size, float(WEIGHTS.parameters.prior_variance))
    for log_return, dt in observations:
        if dt:
            kept = 2 ** (-dt / HALF_LIVES)
            expected = expected * kept + (1 - kept) * log_return**2 / dt
    assert np.asarray(run(observations).variance) == pytest.approx(expected, rel=1e-4, abs=1e-30)


@given(steps)
@settings(deadline=None, max_examples=50)
def test_survives_storage_bit_for_bit(observations: list[tuple[float, float]]) -> None:
    state = run(observations)
    again = state_from_hex(state_to_hex(state), WEIGHTS)
    assert state_to_hex(again) == state_to_hex(state)
    assert np.asarray(again.variance).tobytes() == np.asarray(state.variance).tobytes()
    assert (again.observations, again.seconds_observed) == (state.observations, state.seconds_observed)


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
        states = scan_states(WEIGHTS, initial_state(WEIGHTS), moves, np.full(moves.size, dt))
        found.append(np.asarray(states.variance)[-10_000 // dt :, :].mean(axis=0))
    assert np.asarray(found)[:, 2:] == pytest.approx(per_second, rel=0.35)


def test_stacked_steps_equal_single_steps() -> None:
    observations = [(0.01, 60.0), (-0.02, 12.0), (0.0, 0.0), (0.005, 7_200.0)]
    stacked = scan_states(WEIGHTS, initial_state(WEIGHTS), *np.asarray(observations).T)
    last = RiskState(*(leaf[-1] for leaf in stacked))
    assert np.asarray(last.variance) == pytest.approx(np.asarray(run(observations).variance), rel=1e-5)
    assert int(last.observations) == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0xzz", "not hexadecimal"),
        ("0x00", "has 1 bytes"),
        ("", "has 0 bytes"),
        ("version", "version 2"),
        ("nan", "negative or not finite"),
        ("count", "observations"),
    ],
)
def test_refuses_text_that_is_no_state(text: str, reason: str) -> None:
    good = state_to_hex(initial_state(WEIGHTS))
    broken = {
        "version": "0x02" + good[4:],
        "nan": good[:-8] + "0000c07f",
        "count": good[:6] + "ffffffff" + good[14:],
    }.get(text, text)
    with pytest.raises(StateError, match=reason):
        state_from_hex(broken, WEIGHTS)
