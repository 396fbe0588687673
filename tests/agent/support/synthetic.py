"""Small invented markets: a price with clustered volatility, in bars, without any recorded data."""

from __future__ import annotations

import numpy as np

from ballast.risk.forecaster import Market, make_market

START = 1_600_041_600  # 2020-09-14 00:00 UTC, a Monday


def bars(count: int, seed: int, interval: int = 3_600) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Opening times, prices [N, 4] and volumes; the log variance is an autoregression."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal(count)
    state = np.zeros(count)
    for row in range(1, count):
        state[row] = 0.97 * state[row - 1] + 0.15 * noise[row]
    hourly = 0.008 * np.sqrt(interval / 3_600) * np.exp(state)
    inside = rng.standard_t(5, (count, 12)) * (hourly / np.sqrt(20))[:, None]
    path = np.log(2_000) + np.cumsum(inside).reshape(count, 12)
    opens = np.concatenate([[np.log(2_000)], path[:-1, -1]])
    whole = np.column_stack([opens, path])
    prices = np.exp(np.stack([opens, whole.max(axis=1), whole.min(axis=1), path[:, -1]], axis=1))
    return START + interval * np.arange(count), prices, 100 + 10 * rng.random(count)


def market(count: int, seed: int, name: str = "ETH", interval: int = 3_600) -> Market:
    """The bars as a market."""
    ts, prices, volume = bars(count, seed, interval)
    return make_market(name, interval, ts, prices, volume)


def poisoned(clean: Market, after: int, seed: int) -> Market:
    """Every bar that is known later than `after` replaced by noise, and one of them lost."""
    rng = np.random.default_rng(seed)
    later = np.flatnonzero(clean.known_at > after)
    prices, volume = clean.prices.copy(), clean.volume.copy()
    jumps = np.exp(np.cumsum(0.2 * rng.standard_normal(later.size)))
    prices[later] = 50 * jumps[:, None] * np.array([1.0, 1.3, 0.6, 0.9])
    volume[later] = 1e9 * rng.random(later.size)
    keep = np.ones(len(clean), bool)
    if later.size > 2:
        keep[later[1 + int(rng.integers(later.size - 1))]] = False
    opens = clean.known_at - clean.interval_seconds
    return make_market(clean.name, clean.interval_seconds, opens[keep], prices[keep], volume[keep])
