"""Tables of one set of forecasts: ours against every rival, each with and without calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ballast.evaluation.comparison import DAY_SECONDS, LEAST_DAYS, Skill, compare
from ballast.evaluation.coverage import coverage
from ballast.evaluation.discrimination import auc
from ballast.evaluation.forecasts import Forecasts
from ballast.evaluation.scoring import brier, crps, log_score, miscalibration, recalibrated
from ballast.risk.forecaster import BARRIER_HEALTH_FACTORS, F64

HORIZON_NAMES = ("1h", "6h")
# Below this many hits no claim of skill is made for a cell.
LEAST_HITS = 30
_BINS = 20


@dataclass(frozen=True, slots=True)
class Goal:
    """What the model is to reach against rivals, as shares; `None`: not asked."""

    brier: float
    log_score: float | None = None


BEST_CALIBRATED_GOAL = 0.01
GOALS = {
    "1h": {"ewma_reflection": Goal(0.07, 0.13), "gjr_t": Goal(0.07)},
    "6h": {"ewma_reflection": Goal(0.06, 0.11), "gjr_t": Goal(0.06)},
}
MISCALIBRATION_GOAL = 0.10
# Worse than the best calibrated rival of a crisis, one-sided, is what is less likely than this.
NOT_WORSE_GOAL = 0.05
CHRISTOFFERSEN_GOAL, CHRISTOFFERSEN_LEVEL = 0.05, 0.01


def summarise(forecasts: Forecasts, ours: str, rivals: Sequence[str]) -> dict[str, Any]:
    """Everything about both horizons. `rivals` are names in `forecasts.chance`."""
    return {name: _horizon(forecasts, ours, rivals, column) for column, name in enumerate(HORIZON_NAMES)}


def best_calibrated(scores: dict[str, dict[str, Any]], ours: str) -> str | None:
    """The calibrated rival with the least Brier score here: chosen in hindsight, so against us."""
    rivals = [name for name in scores if name.endswith("_calibrated") and not name.startswith(ours)]
    return min(rivals, key=lambda name: scores[name]["brier"], default=None)


def _horizon(forecasts: Forecasts, ours: str, rivals: Sequence[str], column: int) -> dict[str, Any]:
    names = [ours, *(name for name in rivals if name != ours)]
    hit = forecasts.hit[:, column]
    losses = {name: _losses(forecasts, name, column) for name in names}
    scores = {name: _score(forecasts, name, column, losses[name]) for name in names}
    skills = {
        name: _skill(compare(forecasts.known_at, losses[ours][0], losses[name][0]), losses, ours, name)
        for name in names[1:]
    }
    result: dict[str, Any] = {
        "skill_vs": skills,
        "miscalibration_share": scores[ours]["miscalibration_share"],
        "crps": scores[ours]["crps"],
        "n_days": int(np.unique(forecasts.known_at // DAY_SECONDS).size),
        "n_rows": int(forecasts.known_at.size),
        "hits": int(hit.sum()),
        "scores": scores,
    }
    best = best_calibrated(scores, ours)
    if best is not None:
        result["best_calibrated"] = best
        result["cells"] = _cells(forecasts, ours, best, column)
    result["coverage"] = {name: coverage_rows(forecasts, name, column) for name in names}
    result["reliability"] = {name: _reliability(forecasts, name, column) for name in names}
    return result


def _losses(forecasts: Forecasts, name: str, column: int) -> tuple[F64, F64]:
    """Brier and log score of each situation, mean over barriers."""
    p, hit = forecasts.chance[name][:, column], forecasts.hit[:, column]
    return brier(p, hit).mean(axis=1), log_score(p, hit).mean(axis=1)


def _score(forecasts: Forecasts, name: str, column: int, losses: tuple[F64, F64]) -> dict[str, Any]:
    p = forecasts.chance[name][:, column]
    lost, uncertain = miscalibration(p, forecasts.hit[:, column])
    return {
        "brier": float(losses[0].mean()),
        "log": float(losses[1].mean()),
        "crps": float(crps(p, forecasts.drop[:, column]).mean()),
        "miscalibration_share": lost / uncertain if uncertain > 0 else 0.0,
        "auc": auc(p, forecasts.hit[:, column], LEAST_HITS),
    }


def _skill(skill: Skill, losses: dict[str, tuple[F64, F64]], ours: str, theirs: str) -> dict[str, Any]:
    log_gain = 1 - float(losses[ours][1].mean() / losses[theirs][1].mean())
    return {
        "brier": skill.skill,
        "lo": skill.low,
        "hi": skill.high,
        "log_score": log_gain,
        "p_not_worse": skill.p_not_worse,
        "p_equal": skill.p_equal,
    }


def _cells(forecasts: Forecasts, ours: str, rival: str, column: int) -> list[dict[str, Any]]:
    """Per barrier: hits and skill over the best rival; no skill under 30 hits, no interval under 20 days."""
    cells = []
    for index, health in enumerate(BARRIER_HEALTH_FACTORS):
        hit = forecasts.hit[:, column, index]
        cell: dict[str, Any] = {"health_factor": health, "hits": int(hit.sum()), "skill": None}
        if hit.sum() >= LEAST_HITS:
            loss = [brier(forecasts.chance[n][:, column, index], hit) for n in (ours, rival)]
            skill = compare(forecasts.known_at, *loss)
            cell |= {"skill": skill.skill, "lo": skill.low, "hi": skill.high}
        cells.append(cell)
    return cells


def coverage_rows(forecasts: Forecasts, name: str, column: int) -> list[dict[str, Any]]:
    """Tests of one forecaster's tails at one horizon, a row by level; none under 20 days."""
    days = np.unique(forecasts.known_at // DAY_SECONDS).size
    if days < LEAST_DAYS:
        return []
    p, drop = forecasts.chance[name][:, column], forecasts.drop[:, column]
    return [asdict(c) for c in coverage(forecasts.known_at, forecasts.market, p, drop, column)]


def _reliability(forecasts: Forecasts, name: str, column: int) -> list[list[float]]:
    """Points of the CORP reliability diagram, all barriers: forecast, recalibrated, share of forecasts."""
    p = forecasts.chance[name][:, column].ravel().astype(np.float64)
    fitted = recalibrated(p, forecasts.hit[:, column].ravel().astype(np.float64))
    order = np.argsort(p, kind="stable")
    keep = order[p[order] >= 1e-3]
    parts = [part for part in np.array_split(keep, _BINS) if part.size]
    return [[float(p[i].mean()), float(fitted[i].mean()), i.size / p.size] for i in parts]
