"""Do falls beyond the forecast quantile come as often as they should, and independently?

Windows do not overlap.

Kupiec 1995 (frequency), Christoffersen 1998 (frequency and first-order independence), Engle and Manganelli
2004 (DQ: no linear trace of the past in the violations).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy
from scipy.stats import chi2

from ballast.evaluation.features import F64, I64
from ballast.risk.forecaster import F32, HORIZON_SECONDS, LOG_BARRIERS

LEVELS = (0.005, 0.01, 0.05)
_DQ_LAGS = 4
_GUARD = 1e-9


@dataclass(frozen=True, slots=True)
class Coverage:
    """Windows, violations, and p-values; None where there are too few violations to test with."""

    level: float
    windows: int
    violations: int
    kupiec: float
    christoffersen: float | None
    dynamic_quantile: float | None


def apart(known_at: I64, horizon_seconds: int) -> I64:
    """Rows whose windows do not overlap: those at whole multiples of the horizon since midnight UTC."""
    return np.flatnonzero(known_at % horizon_seconds == 0)


def chance_of_fall(chance: F32, drop: F32) -> F64:
    """P(a fall at least as deep as the one that came), [N]; log-linear between barriers, 1 at no fall."""
    logs = np.log(np.maximum(chance.astype(np.float64), _GUARD))
    logs = np.concatenate([np.zeros((len(logs), 1)), logs], axis=1)
    nodes = np.concatenate([[0.0], LOG_BARRIERS.astype(np.float64)])
    low = np.clip(np.searchsorted(nodes, drop, side="right") - 1, 0, nodes.size - 2)
    share = np.clip((drop - nodes[low]) / (nodes[low + 1] - nodes[low]), 0, 1)
    rows = np.arange(len(logs))
    result: F64 = np.exp(logs[rows, low] * (1 - share) + logs[rows, low + 1] * share)
    return result


def coverage(known_at: I64, market: I64, chance: F32, drop: F32, horizon: int) -> list[Coverage]:
    """One test set per level, for one horizon (0 or 1): chance [N, B], drop [N]."""
    rows = apart(known_at, HORIZON_SECONDS[horizon])
    rows = rows[np.lexsort((known_at[rows], market[rows]))]
    tail = chance_of_fall(chance[rows], drop[rows])
    return [_tests(level, (tail < level).astype(np.float64), market[rows]) for level in LEVELS]


def _tests(level: float, violated: F64, market: I64) -> Coverage:
    count, hit = violated.size, int(violated.sum())
    lost = kupiec_ratio(level, count, hit)
    chained = market[1:] == market[:-1]
    independence = independence_ratio(violated[:-1][chained], violated[1:][chained])
    enough = hit >= 2
    return Coverage(
        level,
        count,
        hit,
        float(chi2.sf(lost, 1)),
        float(chi2.sf(lost + independence, 2)) if enough else None,
        _dynamic_quantile(level, violated, market) if hit >= 2 * _DQ_LAGS else None,
    )


def kupiec_ratio(level: float, count: int, hit: int) -> float:
    """Likelihood ratio of the frequency hit / count against `level`, chi-squared with 1 degree."""
    rate = hit / count
    free = xlogy(hit, rate) + xlogy(count - hit, 1 - rate)
    return float(2 * (free - xlogy(hit, level) - xlogy(count - hit, 1 - level)))


def independence_ratio(before: F64, after: F64) -> float:
    """Likelihood ratio of a first-order Markov chain against independence, chi-squared with 1 degree."""
    free = 0.0
    for state in (0.0, 1.0):
        count, hit = float((before == state).sum()), float(after[before == state].sum())
        rate = hit / count if count else 0.0
        free += xlogy(hit, rate) + xlogy(count - hit, 1 - rate)
    total, hits_all = float(after.size), float(after.sum())
    rate = hits_all / total
    return float(2 * (free - xlogy(hits_all, rate) - xlogy(total - hits_all, 1 - rate)))


def _dynamic_quantile(level: float, violated: F64, market: I64) -> float:
    """p-value of Engle and Manganelli's test with four lags and a constant."""
    centred = violated - level
    rows = np.arange(_DQ_LAGS, violated.size)
    rows = rows[market[rows] == market[rows - _DQ_LAGS]]
    design = np.column_stack([np.ones(rows.size), *(violated[rows - lag] for lag in range(1, _DQ_LAGS + 1))])
    projected = design.T @ centred[rows]
    statistic = projected @ np.linalg.pinv(design.T @ design) @ projected / (level * (1 - level))
    return float(chi2.sf(statistic, design.shape[1]))
