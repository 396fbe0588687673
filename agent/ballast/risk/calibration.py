"""Calibration around any forecaster: fitted on forecasts it had not been trained for, then kept up online.

The map is logistic, by horizon h and barrier b: logit p' = offset[h, b] + slope[h] logit p. Offsets follow
the outcomes by a Robbins-Monro step, a <- a + rate (hit - p') - pull (a - fitted), once an hour and only with
outcomes that are known by then. Afterwards p' is made to fall with the barrier and to rise with the horizon.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from ballast.risk.forecaster import F32, F64, HORIZON_SECONDS, I64, LOG_BARRIERS, Forecaster, Market, hits

_GRID_SECONDS = 3_600
# Probabilities are kept this far from 0 and 1 before their logit is taken.
_GUARD = 1e-6
_NEWTON_STEPS = 15


@dataclass(frozen=True, slots=True)
class CalibrationSettings:
    """Shape of the layer.

    share: last part of the training range that the map is fitted on, forecast by an inner model that knows
    only what comes before; ridge: pull towards the identity, in units of one day of hourly outcomes;
    rate, pull: step of the online update and its way back to the fitted offset, per hour.
    """

    share: float = 0.25
    ridge: float = 2.0
    rate: float = 0.005
    pull: float = 0.001

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise ValueError(f"share is {self.share}, allowed is more than 0 and less than 1")
        for name in ("ridge", "rate", "pull"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} is {getattr(self, name)}, allowed is at least 0")


@dataclass(frozen=True, eq=False)
class LogisticMap:
    """offset: [2 horizons, B barriers]; slope: [2], at least 0."""

    offset: F64
    slope: F64

    def apply(self, probability: npt.ArrayLike, offset: F64 | None = None) -> F64:
        """Mapped probabilities [..., 2, B]; ``offset`` [..., 2, B] replaces the fitted one."""
        shift = self.offset if offset is None else offset
        return _sigmoid(shift + self.slope[:, None] * _logit(probability))


IDENTITY = LogisticMap(np.zeros((len(HORIZON_SECONDS), LOG_BARRIERS.size)), np.ones(len(HORIZON_SECONDS)))


class Calibrated(Forecaster):
    """`inner` behind a fitted and online-updated logistic map; before `fit` the map is the identity."""

    def __init__(
        self,
        inner: Forecaster,
        settings: CalibrationSettings | None = None,
        fitted: LogisticMap = IDENTITY,
        fitted_until: int = 0,
    ) -> None:
        self.inner = inner
        self.settings = settings or CalibrationSettings()
        self.fitted = fitted
        self.fitted_until = fitted_until
        self.name = f"{inner.name}, calibrated"

    def fit(self, markets: list[Market], known_until: int, seed: int) -> Self:
        """Fit the map on the last part of the range, then the inner model on all of it."""
        begin = min(int(market.known_at[0]) for market in markets)
        split = known_until - int(self.settings.share * (known_until - begin))
        early = self.inner.fit([market.until(split) for market in markets], split, seed)
        chances, outcomes = [], []
        for market in markets:
            rows = _grid(market, market.scored_rows(split, known_until))
            if rows.size:
                chances.append(early.predict(market.until(known_until), rows))
                outcomes.append(hits(market.drop[rows]))
        fitted = IDENTITY
        if chances:
            fitted = fit_map(np.concatenate(chances), np.concatenate(outcomes), self.settings.ridge)
        inner = self.inner.fit([market.until(known_until) for market in markets], known_until, seed)
        return type(self)(inner, self.settings, fitted, known_until)

    def predict(self, market: Market, rows: I64) -> F32:
        """See `Forecaster`; each row's offsets know outcomes decided at or before the row's bar."""
        raw = self.inner.predict(market, rows)
        if rows.size == 0:
            return raw
        offsets = self.fitted.offset
        if self.settings.rate > 0:
            offsets = self._offsets(market, rows)
        return monotone(self.fitted.apply(raw, offsets))

    def with_settings(self, settings: CalibrationSettings) -> Self:
        """The same fit with another online behaviour."""
        return type(self)(self.inner, settings, self.fitted, self.fitted_until)

    def _offsets(self, market: Market, rows: I64) -> F64:
        """Offsets [N, 2, B] as they stood when each row was known."""
        last = int(market.known_at[rows].max())
        inside = (market.known_at >= self.fitted_until) & (market.known_at <= last)
        grid = _grid(market, np.flatnonzero(inside))
        track = np.concatenate([self.fitted.offset[None], self._walk(market, grid)])
        known = np.searchsorted(market.known_at[grid], market.known_at[rows], side="right")
        result: F64 = track[known]
        return result

    def _walk(self, market: Market, grid: I64) -> F64:
        """Offsets after each grid row, [G, 2, B]."""
        rate, pull = self.settings.rate, self.settings.pull
        raw = _logit(self.inner.predict(market, grid)) * self.fitted.slope[:, None]
        times, outcome = market.known_at[grid], hits(market.drop[grid])
        decided = np.isfinite(market.drop[grid])
        offset, track = self.fitted.offset.copy(), np.empty(raw.shape)
        issued = np.empty(raw.shape)
        due = [np.searchsorted(times + horizon, times, side="right") for horizon in HORIZON_SECONDS]
        done = [0] * len(HORIZON_SECONDS)
        for row in range(grid.size):
            for column, ends in enumerate(due):
                for past in range(done[column], ends[row]):
                    if decided[past, column]:
                        offset[column] += rate * (outcome[past, column] - issued[past, column])
                done[column] = int(ends[row])
            offset -= pull * (offset - self.fitted.offset)
            track[row] = offset
            issued[row] = _sigmoid(offset + raw[row])
        return track


def fit_map(probability: F32, hit: F32, ridge: float) -> LogisticMap:
    """Penalised maximum likelihood by Newton's method; `probability` and `hit` are [N, 2, B].

    The penalty is `ridge` x 24 hourly outcomes' worth of pull towards offset 0 and slope 1, so a barrier
    that was never hit in a short range moves little.
    """
    fits = [
        _newton(_logit(probability[:, column]), hit[:, column].astype(np.float64), 24 * ridge)
        for column in range(len(HORIZON_SECONDS))
    ]
    return LogisticMap(np.stack([offset for offset, _ in fits]), np.asarray([slope for _, slope in fits]))


def monotone(probability: F64) -> F32:
    """[..., 2, B]: not rising with the barrier, not falling with the horizon; float32 in [0, 1]."""
    falling = np.maximum.accumulate(probability[..., ::-1], axis=-1)[..., ::-1]
    return np.maximum.accumulate(falling, axis=-2).clip(0, 1).astype(np.float32)


def _newton(logit: F64, hit: F64, ridge: float) -> tuple[F64, float]:
    """Offsets [B] and one slope of one horizon; logit, hit: [N, B]."""
    theta = np.concatenate([np.zeros(logit.shape[1]), [1.0]])
    identity = theta.copy()

    def loss(at: F64) -> float:
        z = at[:-1] + at[-1] * logit
        return float((np.logaddexp(0, z) - hit * z).sum() + 0.5 * ridge * ((at - identity) ** 2).sum())

    for _ in range(_NEWTON_STEPS):
        p = _sigmoid(theta[:-1] + theta[-1] * logit)
        error, weight = p - hit, p * (1 - p)
        gradient = np.concatenate([error.sum(axis=0), [(error * logit).sum()]]) + ridge * (theta - identity)
        hessian = np.diag(np.concatenate([weight.sum(axis=0), [(weight * logit**2).sum()]]) + ridge)
        hessian[:-1, -1] = hessian[-1, :-1] = (weight * logit).sum(axis=0)
        step = np.linalg.solve(hessian + 1e-9 * np.eye(theta.size), gradient)
        best = loss(theta)
        # A full step overshoots where forecasts are far off; the penalised loss is convex, so halving ends.
        while loss(theta - step) > best and float(np.abs(step).max()) > 1e-9:
            step = step / 2
        theta = theta - step
    if theta[-1] < 0:
        # A forecast that is worse than none gets no weight; the offsets alone carry the rates.
        return _newton(np.zeros_like(logit), hit, ridge)[0], 0.0
    return theta[:-1], float(theta[-1])


def _grid(market: Market, rows: I64) -> I64:
    """The rows at full hours: one outcome an hour, whatever the length of a bar."""
    result: I64 = rows[market.known_at[rows] % _GRID_SECONDS == 0]
    return result


def _logit(probability: npt.ArrayLike) -> F64:
    p = np.clip(np.asarray(probability, np.float64), _GUARD, 1 - _GUARD)
    result: F64 = np.log(p) - np.log1p(-p)
    return result


def _sigmoid(value: F64) -> F64:
    result: F64 = 1 / (1 + np.exp(-np.clip(value, -40, 40)))
    return result
