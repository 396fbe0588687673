"""Is one forecaster better than another? Days are the unit: hours of one day are not independent."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from ballast.evaluation.features import F64, I64

DAY_SECONDS = 86_400
# Below this many days an interval says nothing, and none is given.
LEAST_DAYS = 20
_RESAMPLES = 2_000
_SEED = 20_261_128


@dataclass(frozen=True, slots=True)
class Skill:
    """1 - ours / theirs, its 95 % interval by resampled days (None below 20), and p-values.

    p_not_worse: share of resamples in which we are at least as good, so small means worse; p_equal: Diebold
    and Mariano's test of equal loss, two-sided, on daily sums with a Newey-West variance.
    """

    skill: float
    low: float | None
    high: float | None
    p_not_worse: float | None
    p_equal: float | None


def by_day(known_at: I64, loss: F64) -> F64:
    """Sum of `loss` [N] by UTC day, days in order."""
    _, block = np.unique(known_at // DAY_SECONDS, return_inverse=True)
    return np.bincount(block, loss).astype(np.float64)


def compare(known_at: I64, ours: F64, theirs: F64) -> Skill:
    """Skill of the losses `ours` over `theirs`, [N] each; all markets of a day are one block."""
    sums = np.stack([by_day(known_at, ours), by_day(known_at, theirs)])
    days = sums.shape[1]
    skill = float(1 - sums[0].sum() / sums[1].sum())
    if days < LEAST_DAYS:
        return Skill(skill, None, None, None, None)
    picks = np.random.default_rng(_SEED).integers(0, days, (_RESAMPLES, days))
    drawn = 1 - sums[0][picks].sum(axis=1) / sums[1][picks].sum(axis=1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Skill(
        skill, float(low), float(high), float((drawn >= 0).mean()), diebold_mariano(sums[0] - sums[1])
    )


def diebold_mariano(difference: F64) -> float:
    """Two-sided p-value of a zero mean, Newey-West with 4 (n / 100)^(2/9) lags; 1 if all are zero."""
    count = difference.size
    lags = int(4 * (count / 100) ** (2 / 9))
    centred = difference - difference.mean()
    variance = float(centred @ centred) / count
    for lag in range(1, lags + 1):
        covariance = float(centred[lag:] @ centred[:-lag]) / count
        variance += 2 * (1 - lag / (lags + 1)) * covariance
    if variance <= 0:
        return 1.0
    statistic = float(difference.mean()) / math.sqrt(variance / count)
    return float(2 * norm.sf(abs(statistic)))
