"""The crises of one procedure taken together, and the time outside of them.

No procedure's crises are ever pooled with another's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ballast.evaluation.comparison import DAY_SECONDS
from ballast.evaluation.features import I64
from ballast.evaluation.folds import month_window
from ballast.evaluation.forecasts import Forecasts
from ballast.evaluation.scoring import miscalibration
from ballast.evaluation.summary import HORIZON_NAMES, coverage_rows

_RESAMPLES = 200
_SEED = 20_261_128


def pooled(parts: Iterable[Forecasts]) -> Forecasts:
    """The situations of all parts, which share their forecasters."""
    every = list(parts)
    return Forecasts(
        np.concatenate([one.known_at for one in every]),
        np.concatenate([one.market for one in every]),
        np.concatenate([one.fold for one in every]),
        np.concatenate([one.drop for one in every]),
        {name: np.concatenate([one.chance[name] for one in every]) for name in every[0].chance},
    )


def outside(forecasts: Forecasts, months: Sequence[str]) -> Forecasts:
    """The situations of none of the months, like 2022-05."""
    edges = sorted(month_window(month) for month in months)
    begin, last = int(forecasts.known_at.min()), int(forecasts.known_at.max()) + 1
    starts, ends = [begin, *(end for _, end in edges)], [*(start for start, _ in edges), last]
    return pooled(forecasts.between(*span) for span in zip(starts, ends, strict=True))


def stress_summary(crises: Forecasts, months: dict[str, Any], ours: str) -> dict[str, Any]:
    """By horizon: pooled miscalibration of ours with its interval, and the month that speaks most against it.

    months: the summaries of the single months.
    """
    result: dict[str, Any] = {}
    for column, name in enumerate(HORIZON_NAMES):
        low, high = _miscalibration_interval(crises, ours, column)
        lost, uncertain = miscalibration(crises.chance[ours][:, column], crises.hit[:, column])
        result[name] = {
            "n_days": int(np.unique(crises.known_at // DAY_SECONDS).size),
            "miscalibration_share": lost / uncertain,
            "lo": low,
            "hi": high,
            **_worst(months, name),
        }
    return result


def calm_coverage(forecasts: Forecasts, months: Sequence[str], names: Sequence[str]) -> dict[str, Any]:
    """Tests of the tails outside of the crises, by horizon and forecaster."""
    calm = outside(forecasts, months)
    return {
        horizon: {name: coverage_rows(calm, name, column) for name in names}
        for column, horizon in enumerate(HORIZON_NAMES)
    }


def _worst(months: dict[str, Any], horizon: str) -> dict[str, Any]:
    """The month in which ours is least likely as good as the month's best calibrated rival."""

    def chance(month: str) -> float:
        one = months[month][horizon]
        return float(one["skill_vs"][one["best_calibrated"]]["p_not_worse"])

    month = min(months, key=chance)
    rival = months[month][horizon]["best_calibrated"]
    skill = months[month][horizon]["skill_vs"][rival]["brier"]
    return {"month": month, "rival": rival, "brier": skill, "p_not_worse": chance(month)}


def _miscalibration_interval(crises: Forecasts, ours: str, column: int) -> tuple[float, float]:
    """95 % interval by resampled days.

    A day drawn twice lets the recalibration fit it more closely, so the interval lies too high, not too low.
    """
    _, day = np.unique(crises.known_at // DAY_SECONDS, return_inverse=True)
    rows: list[I64] = np.split(np.argsort(day, kind="stable"), np.cumsum(np.bincount(day))[:-1])
    p, hit = crises.chance[ours][:, column], crises.hit[:, column]
    shares = []
    for picks in np.random.default_rng(_SEED).integers(0, len(rows), (_RESAMPLES, len(rows))):
        drawn = np.concatenate([rows[pick] for pick in picks])
        lost, uncertain = miscalibration(p[drawn], hit[drawn])
        shares.append(lost / uncertain)
    low, high = np.quantile(shares, (0.025, 0.975))
    return float(low), float(high)
