"""Proper scores of hit probabilities, and their decomposition."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import isotonic_regression

from ballast.risk.forecaster import F32, F64, LOG_BARRIERS

# Probabilities are kept this far from 0 and 1 inside the logarithm only.
LOG_GUARD = 1e-6


def brier(chance: npt.NDArray[Any], hit: F32) -> F64:
    """Squared error; same shape as the inputs."""
    result: F64 = np.square(np.asarray(chance, np.float64) - hit)
    return result


def log_score(chance: npt.NDArray[Any], hit: F32) -> F64:
    """Negative log likelihood in nats; same shape as the inputs."""
    p = np.clip(np.asarray(chance, np.float64), LOG_GUARD, 1 - LOG_GUARD)
    result: F64 = -np.where(hit > 0, np.log(p), np.log1p(-p))
    return result


def crps(chance: F32, drop: F32) -> F64:
    """Threshold-weighted CRPS of the running minimum, in log price: [N] for chance [N, B] and drop [N].

    The integral of the Brier score over all barriers between the lowest and the highest of the grid, with P
    linear in the barrier between two of them and the outcome's step where it fell.
    """
    p, low = np.asarray(chance, np.float64), LOG_BARRIERS[:-1].astype(np.float64)
    width = np.diff(LOG_BARRIERS.astype(np.float64))
    hit_share = np.clip((np.asarray(drop, np.float64)[:, None] - low) / width, 0, 1)
    slope = p[:, 1:] - p[:, :-1]
    middle = p[:, :-1] + slope * hit_share
    missed = _square_integral(1 - p[:, :-1], 1 - middle, hit_share)
    result: F64 = (width * (missed + _square_integral(middle, p[:, 1:], 1 - hit_share))).sum(axis=1)
    return result


def _square_integral(first: F64, last: F64, length: F64) -> F64:
    """Integral of the square of a linear function between two values."""
    result: F64 = length * (first * first + first * last + last * last) / 3
    return result


def miscalibration(chance: F32, hit: F32) -> tuple[float, float]:
    """CORP (Dimitriadis, Gneiting, Jordan 2021): miscalibration and uncertainty, summed over barriers [N, B].

    Miscalibration is what isotonic recalibration on the scored data themselves would gain in Brier score.
    """
    lost = uncertain = 0.0
    for column in range(chance.shape[1]):
        p, y = chance[:, column].astype(np.float64), hit[:, column].astype(np.float64)
        best = recalibrated(p, y)
        lost += float(np.mean((p - y) ** 2 - (best - y) ** 2))
        uncertain += float(y.mean() * (1 - y.mean()))
    return lost, uncertain


def recalibrated(chance: F64, hit: F64) -> F64:
    """The non-decreasing function of the forecast that fits the outcomes best, at each forecast."""
    order = np.argsort(chance, kind="stable")
    values, start, counts = np.unique(chance[order], return_index=True, return_counts=True)
    means = np.add.reduceat(hit[order], start) / counts
    fitted = isotonic_regression(means, weights=counts).x
    result: F64 = fitted[np.searchsorted(values, chance)]
    return result
