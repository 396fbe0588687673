"""The path inside a bar touches what the bar says and nothing beyond it."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from ballast.data.bars import Bars
from ballast.simulate.intrabar import bridge


def random_bars(count: int) -> Bars:
    random = np.random.default_rng(4)
    inside = np.sort(random.uniform(90, 110, (count, 4)), axis=1)
    swapped = random.random(count) < 0.5
    first, last = np.where(swapped, inside[:, 1], inside[:, 2]), np.where(swapped, inside[:, 2], inside[:, 1])
    ts = np.arange(count, dtype=np.int64) * 1_800
    return Bars("random", 1_800, "", ts, first, inside[:, 3], inside[:, 0], last, first)


@pytest.mark.parametrize("steps", [4, 5, 30, 150])
def test_keeps_high_low_and_close_exactly(steps: int) -> None:
    bars = random_bars(400)
    path = bridge(bars, steps, 1)
    assert path.shape == (400, steps)
    assert path.max(axis=1).tolist() == bars.high.tolist()
    assert path.min(axis=1).tolist() == bars.low.tolist()
    assert path[:, -1].tolist() == bars.close.tolist()


def test_a_flat_bar_stays_flat() -> None:
    one = np.full(1, 100.0)
    bars = Bars("flat", 1_800, "", np.zeros(1, np.int64), one, one, one, one, one)
    assert bridge(bars, 10, 1).tolist() == [[100.0] * 10]


def test_same_seed_same_path_and_another_seed_another() -> None:
    bars = random_bars(200)
    path = bridge(bars, 30, 1)
    assert path.tolist() == bridge(bars, 30, 1).tolist()
    assert path.tolist() != bridge(bars, 30, 2).tolist()


def test_a_rising_bar_had_its_low_first_more_often() -> None:
    bars = random_bars(2_000)
    path = bridge(bars, 30, 1)
    low_first, rising = path.argmin(axis=1) < path.argmax(axis=1), bars.close > bars.open
    assert low_first[rising].mean() > 0.6
    assert low_first[~rising].mean() < 0.4


def test_refuses_too_few_steps_for_both_extremes() -> None:
    with pytest.raises(ValueError, match="steps is 3, at least 4"):
        bridge(random_bars(1), 3, 1)


def test_bars_of_a_random_walk_get_its_roughness_back() -> None:
    steps = np.random.default_rng(0).normal(0, 0.01, (2_000, 600)) / np.sqrt(600)
    walk = np.concatenate([np.zeros((2_000, 1)), np.cumsum(steps, axis=1)], axis=1)
    high, low, last = np.exp(walk.max(axis=1)), np.exp(walk.min(axis=1)), np.exp(walk[:, -1])
    ts, one = np.arange(2_000, dtype=np.int64) * 1_800, np.ones(2_000)
    path = np.log(bridge(Bars("walk", 1_800, "", ts, one, high, low, last, one), 150, 1))
    model = (np.diff(path, axis=1) ** 2).mean()
    # The share of 0.8 in the volatility is 0.64 in its square; the ways between the knots add to it.
    assert 0.55 < model / (walk[:, 4::4][:, :150][:, 1:] - walk[:, 4::4][:, :150][:, :-1]).var() < 0.95


@pytest.mark.data
def test_minutes_of_recorded_half_hours_are_as_rough_as_recorded(market_data: Path) -> None:
    path = market_data / "prices/btcusd_1m_binanceus_2023-03.csv.gz"
    rows = [line.split(",") for line in gzip.decompress(path.read_bytes()).decode().splitlines()[1:]]
    minutes = np.asarray([[float(field) for field in row[1:5]] for row in rows]).reshape(-1, 30, 4)
    first, last = minutes[:, 0, 0], minutes[:, -1, 3]
    ts = np.arange(len(minutes), dtype=np.int64) * 1_800
    high, low = minutes[:, :, 1].max(axis=1), minutes[:, :, 2].min(axis=1)
    model = np.log(bridge(Bars("half hours", 1_800, "", ts, first, high, low, last, first), 150, 1))[:, 4::5]
    real = np.log(minutes[:, :, 3])
    assert 0.85 < (np.diff(model, axis=1) ** 2).mean() / (np.diff(real, axis=1) ** 2).mean() < 1.2
