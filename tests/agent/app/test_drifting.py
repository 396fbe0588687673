"""The running agent notices when prices fall far more often than its forecasts say."""

from __future__ import annotations

import pytest

from ballast.app.drifting import DriftWatch
from ballast.decision.carry import PairCarry, PairKey, RiskCarry
from ballast.risk.model import assess, initial_state, load_default_weights, state_to_hex

WEIGHTS = load_default_weights()
KEY = PairKey("0xvenue", "0xcollateral", "0xdebt")


def calm_state() -> str:
    state = initial_state(WEIGHTS)
    for _ in range(40):
        state, _ = assess(WEIGHTS, state, 0.0, 3_600.0, [], [])
    return state_to_hex(state)


def carry(at: int, ratio: int, state_hex: str) -> RiskCarry:
    return RiskCarry((PairCarry(KEY, state_hex, ratio, 10**18, at),))


@pytest.mark.parametrize(("fall", "expected"), [(0.05, 1), (0.0, 0)])
def test_falls_that_were_called_unlikely_are_reported_once(fall: float, expected: int) -> None:
    watch, state_hex, found = DriftWatch(WEIGHTS), calm_state(), []
    for hour in range(40):
        for second, ratio in ((0, 2_000), (1_800, 2_000 * (1 - fall))):
            at = 3_600 * (hour + 1) + second
            found += watch.look(carry(at, int(ratio * 10**18), state_hex), at)
    hourly = [one for one in found if one.horizon_seconds == 3_600]
    assert len(hourly) == expected
    assert all(one.z > 0 and one.key == KEY for one in hourly)


def test_a_cold_state_and_a_stale_price_are_not_judged() -> None:
    watch = DriftWatch(WEIGHTS)
    cold, calm = state_to_hex(initial_state(WEIGHTS)), calm_state()
    for hour in range(60):
        at, ratio = 3_600 * (hour + 1), 10**18 * (hour % 2 + 1)
        assert list(watch.look(carry(at, ratio, cold), at)) == []
        assert list(watch.look(carry(at - 12, ratio, calm), at)) == []
