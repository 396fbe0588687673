"""B4: log variance over the horizon by regression on averages at many scales; the minimum in its units.

`LogHar` draws the minimum from past minima divided by their predicted deviation (a residual bootstrap, all
residuals instead of a draw, with a Pareto tail). `LogHarRatio` turns the ratio of barrier and predicted
deviation into a probability by logistic regression. The second is the rival that is hard to beat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from ballast.evaluation.features import F64, HORIZONS, I64, distances, falls, known, ordered, training_rows
from ballast.risk.forecaster import F32, Forecaster, Market, hits

_RIDGE = 1e-3
_POOL_LEVELS = 401
_TAIL_SHARE = 0.01
_RATIO_ROWS = 40_000
_NEWTON_STEPS = 12
_NEAREST = 1e-4


@dataclass(frozen=True, eq=False)
class Regression:
    """Standardised ridge regression: centre, unit: [F]; weights: [F + 1, 2 horizons], first the constant."""

    centre: F64
    unit: F64
    weights: F64

    def sigma(self, market: Market, rows: I64) -> F64:
        """Predicted deviation of the log price over each horizon, [N, 2]."""
        scaled = (known(market).matrix[rows] - self.centre) / self.unit
        logs = self.weights[0] + np.clip(scaled, -8, 8) @ self.weights[1:]
        result: F64 = np.sqrt(np.exp(np.clip(logs, -45, -5)) * HORIZONS)
        return result


def future_variance(market: Market) -> F64:
    """Log of the mean range variance over the bars of each horizon that follows, [T, 2]; NaN at ends."""
    ranged = known(market).bars.ranged
    total = np.concatenate([[0.0], np.cumsum(ranged)])
    result = np.full((len(market), 2), np.nan)
    for column, horizon in enumerate(HORIZONS.astype(int)):
        bars = int(horizon) // market.interval_seconds
        count = len(market) - bars
        if count > 0:
            mean = (total[1 + bars :] - total[1 : 1 + count]) / bars
            # Bars in which nothing was traded have no range; one thousandth of a typical variance stands in.
            result[:count, column] = np.log(np.maximum(mean, 1e-11))
    return result


def fit_regression(markets: list[Market], rows: list[I64]) -> Regression:
    """Ridge regression on all rows of all markets."""
    features = np.concatenate([known(m).matrix[r] for m, r in zip(markets, rows, strict=True)])
    target = np.concatenate([future_variance(m)[r] for m, r in zip(markets, rows, strict=True)])
    centre, unit = features.mean(axis=0), features.std(axis=0) + 1e-9
    design = np.column_stack([np.ones(len(features)), np.clip((features - centre) / unit, -8, 8)])
    penalty = _RIDGE * len(features) * np.eye(design.shape[1])
    penalty[0, 0] = 0
    weights = np.linalg.solve(design.T @ design + penalty, design.T @ target)
    return Regression(centre, unit, weights)


@dataclass(frozen=True, eq=False)
class LogHar(Forecaster):
    """pool: [2, L], quantiles of past falls in predicted deviations; tail: [2], Pareto exponents."""

    name: str = "log_har"
    regression: Regression | None = None
    pool: F64 | None = None
    tail: F64 | None = None

    def fit(self, markets: list[Market], known_until: int, seed: int) -> Self:  # noqa: ARG002 (interface)
        """Regression first, then the residuals of its training rows."""
        rows = [training_rows(market, known_until) for market in markets]
        regression = fit_regression(markets, rows)
        pairs = zip(markets, rows, strict=True)
        ratio = np.concatenate([falls(m, r) / regression.sigma(m, r) for m, r in pairs])
        levels = np.linspace(0, 1 - _TAIL_SHARE, _POOL_LEVELS)
        pool = np.quantile(ratio, levels, axis=0).T
        tail = np.asarray([_hill(ratio[:, h], pool[h, -1]) for h in range(2)])
        return type(self)(self.name, regression, pool, tail)

    def predict(self, market: Market, rows: I64) -> F32:
        """Share of residuals at or beyond the barrier."""
        assert self.regression is not None, "fit before predict"
        assert self.pool is not None, "fit before predict"
        assert self.tail is not None, "fit before predict"
        sigma = self.regression.sigma(market, rows)
        distance = distances(market, rows)
        parts = [survival(distance / sigma[:, h, None], self.pool[h], float(self.tail[h])) for h in range(2)]
        return ordered(np.stack(parts, axis=1))


def survival(ratio: F64, pool: F64, tail: float) -> F64:
    """Chance that a residual is at least `ratio`: linear between the pool's quantiles, Pareto beyond."""
    levels = np.linspace(0, 1 - _TAIL_SHARE, pool.size)
    inside = 1 - np.interp(ratio, pool, levels)
    beyond = _TAIL_SHARE * np.maximum(ratio / pool[-1], 1) ** -tail
    return np.where(ratio > pool[-1], beyond, inside)


def _hill(ratio: F64, threshold: float) -> float:
    """Hill's estimator over the residuals beyond the threshold, at least 2: the variance exists."""
    beyond = ratio[ratio > threshold]
    return max(2.0, 1 / float(np.log(beyond / threshold).mean())) if beyond.size else 4.0


@dataclass(frozen=True, eq=False)
class LogHarRatio(Forecaster):
    """theta: [2 horizons, P], logistic regression on powers of log(barrier / deviation) and the deviation."""

    name: str = "log_har_ratio"
    regression: Regression | None = None
    theta: F64 | None = None

    def fit(self, markets: list[Market], known_until: int, seed: int) -> Self:
        """Regression first, then maximum likelihood of the hits given its deviations."""
        rows = [training_rows(market, known_until) for market in markets]
        regression = fit_regression(markets, rows)
        pairs = [(m, r, regression.sigma(m, r)) for m, r in zip(markets, rows, strict=True)]
        return type(self)(self.name, regression, fit_ratio(pairs, seed))

    def predict(self, market: Market, rows: I64) -> F32:
        """Logistic function of the ratio's terms."""
        assert self.regression is not None, "fit before predict"
        assert self.theta is not None, "fit before predict"
        return ratio_chance(self.theta, market, rows, self.regression.sigma(market, rows))


def fit_ratio(parts: Sequence[tuple[Market, I64, F64]], seed: int) -> F64:
    """Maximum likelihood for markets, their training rows and the predicted deviations there, [N, 2]."""
    rng = np.random.default_rng(seed)
    terms, hit = [], []
    for market, rows, sigma in parts:
        count = min(rows.size, _RATIO_ROWS // len(parts))
        pick = np.sort(rng.choice(rows.size, count, replace=False))
        terms.append(_ratio_terms(market, rows[pick], sigma[pick]))
        hit.append(hits(market.drop[rows[pick]]))
    all_terms, all_hits = np.concatenate(terms), np.concatenate(hit)
    return np.stack([_logistic(all_terms[:, h], all_hits[:, h]) for h in range(2)])


def ratio_chance(theta: F64, market: Market, rows: I64, sigma: F64) -> F32:
    """Probabilities from predicted deviations [N, 2]."""
    score = np.einsum("nhbp,hp->nhb", _ratio_terms(market, rows, sigma), theta)
    return ordered(1 / (1 + np.exp(-np.clip(score, -40, 40))))


def _ratio_terms(market: Market, rows: I64, sigma: F64) -> F64:
    """[N, 2, B, P]: 1, ratio, log ratio, its square, log deviation, that times the log ratio."""
    ratio = np.maximum(distances(market, rows), _NEAREST)[:, None, :] / sigma[..., None]
    # Nothing is known further out than this, and squares must not run away.
    ratio = np.clip(ratio, 1e-3, 60)
    logs = np.log(ratio)
    level = np.broadcast_to((np.log(sigma) + 5)[..., None], ratio.shape)
    return np.stack([np.ones_like(ratio), ratio, logs, logs**2, level, level * logs], axis=-1)


def _logistic(terms: F64, hit: npt.NDArray[np.float32]) -> F64:
    """Newton's method with a faint ridge; terms [N, B, P], hit [N, B]."""
    design, outcome = terms.reshape(-1, terms.shape[-1]), hit.reshape(-1).astype(np.float64)
    theta = np.zeros(design.shape[1])
    for _ in range(_NEWTON_STEPS):
        p = 1 / (1 + np.exp(-np.clip(design @ theta, -40, 40)))
        weight = np.maximum(p * (1 - p), 1e-9)
        hessian = (design * weight[:, None]).T @ design + 1e-2 * np.eye(theta.size)
        theta = theta + np.linalg.solve(hessian, design.T @ (outcome - p) - 1e-2 * theta)
    return theta
