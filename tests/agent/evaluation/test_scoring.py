"""Scores, held against another library and against cases that can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scoringrules

from ballast.evaluation.comparison import LEAST_DAYS, compare, diebold_mariano
from ballast.evaluation.coverage import chance_of_fall, independence_ratio, kupiec_ratio
from ballast.evaluation.scoring import brier, crps, log_score, miscalibration, recalibrated
from ballast.risk.forecaster import LOG_BARRIERS, hits

DAY = 86_400


def test_brier_and_log_score_of_a_coin():
    assert brier(np.array([0.25]), np.array([1.0], np.float32))[0] == pytest.approx(0.5625)
    assert log_score(np.array([0.25]), np.array([1.0], np.float32))[0] == pytest.approx(-math.log(0.25))


def test_crps_of_the_running_minimum_equals_that_of_a_library():
    """An ensemble of falls, uniform between neighbouring barriers, has just such a forecast."""
    rng = np.random.default_rng(4)
    members = np.repeat(rng.dirichlet(np.ones(9), 1)[0], 1)
    low, high = LOG_BARRIERS[:-1].astype(float), LOG_BARRIERS[1:].astype(float)
    count = 4_000
    share = np.maximum(np.round(members * count).astype(int), 1)
    draws = np.concatenate(
        [a + (b - a) * (np.arange(n) + 0.5) / n for a, b, n in zip(low, high, share, strict=True)]
    )
    chance = 1 - np.concatenate([[0], np.cumsum(share)]) / share.sum()
    for fall in (0.0, 0.004, 0.03, 0.1, 0.4):
        ours = crps(chance[None].astype(np.float32), np.array([fall], np.float32))[0]
        inside = np.clip(fall, low[0], high[-1])
        theirs = scoringrules.crps_ensemble(inside, draws)
        assert ours == pytest.approx(float(theirs), rel=2e-3, abs=1e-6)


def test_a_calibrated_forecast_has_no_miscalibration_and_a_scaled_one_has():
    hit = np.repeat([[1.0], [0.0], [0.0], [0.0]], 50, axis=0).astype(np.float32)
    right, wrong = np.full((200, 1), 0.25, np.float32), np.full((200, 1), 0.5, np.float32)
    assert miscalibration(right, hit)[0] == pytest.approx(0, abs=1e-12)
    lost, uncertain = miscalibration(wrong, hit)
    assert lost == pytest.approx(0.0625)
    assert uncertain == pytest.approx(0.1875)


def test_recalibration_never_falls_with_the_forecast():
    rng = np.random.default_rng(1)
    p = rng.random(300)
    fitted = recalibrated(p, (rng.random(300) < p**2).astype(float))
    assert (np.diff(fitted[np.argsort(p)]) >= -1e-12).all()


def test_no_interval_is_given_below_the_least_number_of_days():
    for days, given in ((LEAST_DAYS - 1, False), (LEAST_DAYS, True)):
        known = np.repeat(np.arange(days) * DAY, 24)
        loss = np.random.default_rng(2).random(known.size)
        assert (compare(known, loss, loss + 0.1).low is not None) is given


def test_an_interval_is_about_days_not_hours():
    """Copies of one hour carry no information: the interval of 24 copies is that of one."""
    rng = np.random.default_rng(3)
    ours, theirs = rng.random(60), rng.random(60) + 0.1
    once = compare(np.arange(60) * DAY, ours, theirs)
    copied = compare(np.repeat(np.arange(60) * DAY, 24), np.repeat(ours, 24), np.repeat(theirs, 24))
    assert once.low == pytest.approx(copied.low)


def test_diebold_mariano_knows_noise_from_difference():
    rng = np.random.default_rng(5)
    noise = rng.standard_normal(400)
    assert diebold_mariano(noise) > 0.05
    assert diebold_mariano(noise + 0.5) < 1e-6
    assert diebold_mariano(np.zeros(400)) == 1


def test_autocorrelated_differences_need_more_days_to_convince():
    rng = np.random.default_rng(6)
    slow = np.repeat(rng.standard_normal(50), 8) + 0.3
    mixed = rng.permutation(slow)
    assert diebold_mariano(slow) > diebold_mariano(mixed)


def test_kupiec_is_zero_where_the_frequency_is_the_level():
    assert kupiec_ratio(0.05, 1_000, 50) == pytest.approx(0, abs=1e-9)
    # Kupiec 1995, table: 1,000 days at 5 %, the non-rejection region at 5 % is 37 < N < 65.
    assert kupiec_ratio(0.05, 1_000, 64) < 3.841 < kupiec_ratio(0.05, 1_000, 66)
    assert kupiec_ratio(0.05, 1_000, 38) < 3.841 < kupiec_ratio(0.05, 1_000, 37)


def test_independence_sees_violations_that_come_in_pairs():
    alone, paired = np.zeros(1_000), np.zeros(1_000)
    alone[::50] = 1
    paired[::100] = paired[1::100] = 1
    assert independence_ratio(alone[:-1], alone[1:]) < 3.841 < independence_ratio(paired[:-1], paired[1:])


def test_the_chance_of_a_fall_at_a_barrier_is_the_forecast_at_it():
    chance = np.linspace(0.5, 0.01, 10, dtype=np.float32)[None].repeat(10, axis=0)
    np.testing.assert_allclose(chance_of_fall(chance, LOG_BARRIERS), chance[0], rtol=1e-5)
    assert chance_of_fall(chance[:1], np.zeros(1, np.float32))[0] == 1


def test_a_barrier_counts_as_hit_when_it_is_reached():
    just, below = LOG_BARRIERS[3], np.nextafter(LOG_BARRIERS[3], np.float32(0))
    assert hits(np.array([[just, below]], np.float32))[0, :, 3].tolist() == [1, 0]
