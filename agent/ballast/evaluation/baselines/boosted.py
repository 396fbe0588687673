"""B6 and B7: gradient boosted trees over all features; hits with isotonic calibration, and Cox hazards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import lightgbm
import numpy as np
from scipy.optimize import isotonic_regression

from ballast.evaluation.features import F64, I64, distances, known, ordered, training_rows
from ballast.risk.forecaster import F32, HORIZON_SECONDS, LOG_BARRIERS, Forecaster, Market, hits

_NEAREST = 1e-4
_BARRIERS_DRAWN = 3
_MOST_ROWS = 60_000
_HELD_BACK = 0.2
_TREES = {"hits": 150, "cox": 150}
_SHAPE: dict[str, Any] = {
    "learning_rate": 0.06,
    "num_leaves": 24,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "max_bin": 63,
    "num_threads": 1,
    "deterministic": True,
    "verbosity": -1,
}


def design(market: Market, rows: I64, distance: F64) -> F64:
    """Features of each row beside its barrier's, [N, F + 3], for one distance per row."""
    facts = known(market)
    far = np.log(np.maximum(distance, _NEAREST))
    fast, slow = (0.5 * np.log(facts.ranged[rows, k] * 3_600) for k in (2, 5))
    return np.column_stack([far - fast, far - slow, far, facts.matrix[rows]])


def _constraints(columns: int) -> list[int]:
    """The three barrier columns may only lower the score."""
    return [-1, -1, -1] + [0] * (columns - 3)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Training situations with random barriers, in time order: design, and hits [N, 2 horizons]."""

    features: F64
    hit: F64


def _draw(markets: list[Market], known_until: int, seed: int, per_row: int) -> Drawn:
    rng = np.random.default_rng(seed)
    parts = []
    for market in markets:
        rows = training_rows(market, known_until)
        if rows.size > _MOST_ROWS // len(markets):
            rows = np.sort(rng.choice(rows, _MOST_ROWS // len(markets), replace=False))
        rows = np.repeat(rows, per_row)
        barrier = rng.integers(0, LOG_BARRIERS.size, rows.size)
        pick = np.arange(rows.size)
        features = design(market, rows, distances(market, rows)[pick, barrier])
        parts.append((market.known_at[rows], features, hits(market.drop[rows])[pick, :, barrier]))
    time, features, hit = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(time, kind="stable")
    return Drawn(features[order], hit[order].astype(np.float64))


@dataclass(frozen=True, eq=False)
class Isotonic:
    """A non-decreasing step function through knots."""

    x: F64
    y: F64

    def apply(self, p: F64) -> F64:
        """Linear between knots."""
        result: F64 = np.interp(p, self.x, self.y)
        return result


def fit_isotonic(p: F64, hit: F64) -> Isotonic:
    """Pool adjacent violators on a held-back part of the past."""
    order = np.argsort(p, kind="stable")
    fitted = isotonic_regression(hit[order]).x
    keep = np.flatnonzero(np.diff(fitted, prepend=-1.0, append=2.0)[:-1] != 0)
    return Isotonic(p[order][keep], fitted[keep])


@dataclass(frozen=True, eq=False)
class BoostedHits(Forecaster):
    """One booster and one isotonic map by horizon."""

    boosters: tuple[lightgbm.Booster, ...] = ()
    maps: tuple[Isotonic, ...] = ()
    name: str = "boosting_isotonic"

    def fit(self, markets: list[Market], known_until: int, seed: int) -> Self:
        """Trees on the first four fifths of the past, the map on the rest."""
        drawn = _draw(markets, known_until, seed, _BARRIERS_DRAWN)
        split = int(len(drawn.hit) * (1 - _HELD_BACK))
        boosters, maps = [], []
        for column in range(len(HORIZON_SECONDS)):
            data = lightgbm.Dataset(drawn.features[:split], drawn.hit[:split, column])
            constraints = _constraints(drawn.features.shape[1])
            settings = _SHAPE | {"objective": "binary", "monotone_constraints": constraints, "seed": seed}
            booster = lightgbm.train(settings, data, _TREES["hits"])
            chance = np.asarray(booster.predict(drawn.features[split:]), np.float64)
            boosters.append(booster)
            maps.append(fit_isotonic(chance, drawn.hit[split:, column]))
        return type(self)(tuple(boosters), tuple(maps), self.name)

    def predict(self, market: Market, rows: I64) -> F32:
        """Every barrier of every row through the trees and the map."""
        assert self.boosters, "fit before predict"
        columns = distances(market, rows).T
        chance = np.empty((rows.size, len(HORIZON_SECONDS), LOG_BARRIERS.size))
        for barrier, distance in enumerate(columns):
            features = design(market, rows, distance)
            for horizon, (booster, curve) in enumerate(zip(self.boosters, self.maps, strict=True)):
                chance[:, horizon, barrier] = curve.apply(np.asarray(booster.predict(features), np.float64))
        return ordered(chance)


@dataclass(frozen=True, eq=False)
class BoostedCox(Forecaster):
    """Cox model with boosted log hazard and Breslow's baseline: P = 1 - exp(-cumulative exp(score)).

    Hits within one hour and hits within six are the two event times; what was not hit is censored at six
    hours. The "return period" of a barrier is the inverse of its hazard. cumulative: [2 horizons].
    """

    booster: lightgbm.Booster | None = None
    cumulative: F64 | None = None
    name: str = "boosted_cox"

    def fit(self, markets: list[Market], known_until: int, seed: int) -> Self:
        """Partial likelihood over all of the past, one barrier a row."""
        drawn = _draw(markets, known_until, seed, 1)
        loss = _PartialLikelihood(drawn.hit)
        constraints = _constraints(drawn.features.shape[1])
        settings = _SHAPE | {
            "objective": loss.derivatives,
            "monotone_constraints": constraints,
            "seed": seed,
            # Second derivatives sum to the number of events, not of rows.
            "min_sum_hessian_in_leaf": 0.5,
        }
        booster = lightgbm.train(settings, lightgbm.Dataset(drawn.features), _TREES["cox"])
        score = np.asarray(booster.predict(drawn.features), np.float64)
        return type(self)(booster, np.cumsum(loss.increments(score)), self.name)

    def predict(self, market: Market, rows: I64) -> F32:
        """Proportional hazards at both horizons."""
        assert self.booster is not None, "fit before predict"
        assert self.cumulative is not None, "fit before predict"
        columns = []
        for distance in distances(market, rows).T:
            score = np.asarray(self.booster.predict(design(market, rows, distance)), np.float64)
            columns.append(-np.expm1(-self.cumulative * np.exp(np.clip(score, -30, 30))[:, None]))
        return ordered(np.stack(columns, axis=2))


class _PartialLikelihood:
    """Breslow's partial likelihood with two event times; hit: [N, 2], within the first, within the second."""

    def __init__(self, hit: F64) -> None:
        self.events = np.stack([hit[:, 0], hit[:, 1] - hit[:, 0]])
        self.at_risk = np.stack([np.ones(len(hit)), 1 - hit[:, 0]])

    def increments(self, score: F64) -> F64:
        """Baseline hazard of each stretch: events over the summed hazard of those at risk, [2]."""
        hazard = np.exp(np.clip(score, -30, 30))
        result: F64 = self.events.sum(axis=1) / (self.at_risk @ hazard)
        return result

    def derivatives(self, score: F64, _: lightgbm.Dataset) -> tuple[F64, F64]:
        """Gradient and diagonal of the second derivative of the negative log likelihood."""
        hazard = np.exp(np.clip(score, -30, 30))
        expected = hazard * (self.increments(score) @ self.at_risk)
        return expected - self.events.sum(axis=0), np.maximum(expected, 1e-6)
