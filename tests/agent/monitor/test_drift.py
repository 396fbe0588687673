"""The drift monitor: silent while forecasts are right, loud once when they are not."""

from __future__ import annotations

import numpy as np
import pytest

from ballast.monitor.drift import ALARM_Z, LEAST_OUTCOMES, Drift, DriftMonitor, variance_of_sum

BARRIERS = np.asarray([0.005, 0.01, 0.02])


def run(true_scale: float, forecast_scale: float, windows: int, seed: int) -> list[Drift]:
    """Exponential falls of one scale against forecasts of another, one look at each window's low and end."""
    monitor = DriftMonitor(BARRIERS, {3_600: 0.1})
    generator, found = np.random.default_rng(seed), []
    chances = np.exp(-BARRIERS / forecast_scale)
    for number in range(windows):
        at = 3_600 * number
        for offset, log_ratio in ((0, 0.0), (1_800, -generator.exponential(true_scale))):
            found.append(monitor.see("eth", 3_600, at + offset, log_ratio, lambda: chances))
    return [one for one in found if one is not None]


@pytest.mark.parametrize("seed", range(5))
def test_right_forecasts_raise_no_alarm(seed: int) -> None:
    assert run(0.008, 0.008, 1_000, seed) == []


@pytest.mark.parametrize(("true_scale", "sign"), [(0.02, 1), (0.002, -1)])
def test_forecasts_that_are_off_raise_one_alarm_that_says_in_which_direction(
    true_scale: float, sign: int
) -> None:
    (drift,) = run(true_scale, 0.008, 300, 1)
    assert np.sign(drift.z) == sign
    assert abs(drift.z) > ALARM_Z
    assert (drift.key, drift.horizon_seconds, drift.release_brier) == ("eth", 3_600, 0.1)
    assert drift.outcomes >= LEAST_OUTCOMES


def test_nothing_is_judged_before_there_are_enough_outcomes() -> None:
    assert run(0.2, 0.001, LEAST_OUTCOMES, 1) == []
    assert len(run(0.2, 0.001, LEAST_OUTCOMES + 1, 1)) == 1


def test_a_window_whose_end_was_missed_judges_nothing() -> None:
    monitor = DriftMonitor(BARRIERS)
    for number in range(100):
        sight = monitor.see("eth", 3_600, 7_200 * number, -1.0 * number, lambda: np.full(3, 1e-6))
        assert sight is None


def test_variance_of_nested_hits_agrees_with_simulation() -> None:
    chances = np.asarray([0.5, 0.3, 0.1])
    draws = np.random.default_rng(2).uniform(size=200_000)
    assert variance_of_sum(chances) == pytest.approx((draws[:, None] < chances).sum(axis=1).var(), rel=0.02)
