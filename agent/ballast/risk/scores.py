"""How good probabilities were: proper scores and calibration, by horizon over all barriers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ballast.risk.forecaster import F32, F64

_LOG_GUARD = 1e-6
_BINS = 20


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over samples and barriers. log_score in nats; miscalibration as a share of uncertainty."""

    samples: int
    brier: float
    log_score: float
    miscalibration: float


def scores_of(probability: F32, hit: F32) -> Scores:
    """Of one horizon: probability and hit are [N, B]. Raises ValueError without samples."""
    if not len(probability):
        raise ValueError("scores need at least one sample")
    p, y = probability.astype(np.float64), hit.astype(np.float64)
    guarded = np.clip(p, _LOG_GUARD, 1 - _LOG_GUARD)
    logs = -(y * np.log(guarded) + (1 - y) * np.log1p(-guarded))
    return Scores(len(p), float(((p - y) ** 2).mean()), float(logs.mean()), miscalibration(p, y))


def miscalibration(probability: F64, hit: F64) -> float:
    """Murphy's reliability over uncertainty; probability and hit are [N, B].

    Squared distance of mean forecast and frequency in twenty bins of equal count per barrier, over the
    variance of the outcome, both averaged over barriers.
    """
    reliability, uncertainty = 0.0, 0.0
    for p, y in zip(probability.T, hit.T, strict=True):
        order = np.argsort(p, kind="stable")
        for part in np.array_split(order, min(_BINS, order.size)):
            reliability += part.size / order.size * float(p[part].mean() - y[part].mean()) ** 2
        uncertainty += float(y.mean() * (1 - y.mean()))
    return reliability / uncertainty if uncertainty > 0 else 0.0
