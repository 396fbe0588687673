"""B2 and B5: GARCH(1,1)-t, GJR-GARCH-t, EGARCH-skewed-t by simulation, and filtered historical simulation.

Fitted by `arch` on a rolling window of each market's returns; paths inside of a bar are Brownian bridges, or,
in filtered historical simulation, the recorded lows.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Literal, Self

import numpy as np
from arch import arch_model
from arch.univariate import SkewStudent, StudentsT
from scipy.signal import lfilter

from ballast.evaluation.baselines.passage_table import PassageTable, Recursion, bridge_low, simulate
from ballast.evaluation.features import F64, HORIZONS, I64, distances, known, ordered
from ballast.risk.forecaster import F32, Forecaster, Market

WINDOW_SECONDS = 2 * 365 * 86_400
_MOST_BARS = 20_000
_PATHS = 12_000
# Later states may be calmer or wilder than any in the fitting window.
_MARGIN = 2.0
_ABS_MEAN = math.sqrt(2 / math.pi)


class Kind(StrEnum):
    """Which model; the value is its name in tables."""

    GARCH_T = "garch_t"
    GJR_T = "gjr_t"
    EGARCH_SKEWT = "egarch_skewt"
    HISTORICAL = "filtered_historical"


@dataclass(frozen=True, eq=False)
class Fitted:
    """One market's parameters, in squared percent per bar: omega, alpha, gamma, beta, and the shocks' shape.

    residuals: [M, 2], past returns and lows in deviations; only where history is simulated.
    log_variance_range: least and greatest log variance of the fitting window, wider at both ends.
    """

    omega: float
    alpha: float
    gamma: float
    beta: float
    shape: tuple[float, ...]
    log_variance_range: tuple[float, float]
    residuals: F64 | None = None


@dataclass(frozen=True, eq=False)
class Garch(Forecaster):
    """Parameters by market; a market that was not fitted takes those of the first."""

    kind: Kind
    fitted: dict[str, Fitted] = field(default_factory=dict)
    seed: int = 0

    @property
    def name(self) -> str:  # type: ignore[override]
        """Name of the kind."""
        return self.kind.value

    def fit(self, markets: list[Market], known_until: int, seed: int) -> Self:
        """Maximum likelihood on the last two years of bars known by then, market by market."""
        fitted = {market.name: _fit_one(self.kind, market, known_until) for market in markets}
        return type(self)(self.kind, fitted, seed)

    def predict(self, market: Market, rows: I64) -> F32:
        """Filter the bars with the fitted parameters, then look the hit chances up."""
        assert self.fitted, "fit before predict"
        one = self.fitted.get(market.name) or next(iter(self.fitted.values()))
        variance = filtered_variance(self.kind, one, 100 * known(market).bars.ret)[rows]
        table = _table(self.kind, one, market.interval_seconds, self.seed)
        return ordered(table.look_up(variance, distances(market, rows)))


def _fit_one(kind: Kind, market: Market, known_until: int) -> Fitted:
    bars = known(market).bars
    recent = (market.known_at <= known_until) & (market.known_at > known_until - WINDOW_SECONDS)
    rows = np.flatnonzero(recent)[-_MOST_BARS:]
    percent = 100 * bars.ret[rows]
    (omega, alpha, gamma, beta), shape = _parameters(kind, percent)
    draft = Fitted(omega, alpha, gamma, beta, shape, (0.0, 1.0))
    log_variance = np.log(filtered_variance(kind, draft, percent))
    span = (float(log_variance.min()) - _MARGIN, float(log_variance.max()) + _MARGIN)
    residuals = None
    if kind is Kind.HISTORICAL:
        # Each bar is divided by the deviation that was forecast before it.
        before = np.exp(0.5 * log_variance[:-1])
        residuals = np.stack([percent[1:] / before, 100 * bars.low[rows][1:] / before], axis=1)
    return Fitted(omega, alpha, gamma, beta, shape, span, residuals)


def _parameters(kind: Kind, percent: F64) -> tuple[tuple[float, float, float, float], tuple[float, ...]]:
    """omega, alpha, gamma, beta and the shape, by `arch`."""
    volatility: Literal["EGARCH", "GARCH"] = "EGARCH" if kind is Kind.EGARCH_SKEWT else "GARCH"
    shocks: Literal["skewt", "t"] = "skewt" if kind is Kind.EGARCH_SKEWT else "t"
    model = arch_model(
        percent, mean="Zero", vol=volatility, p=1, o=int(kind is not Kind.GARCH_T), q=1, dist=shocks
    )
    with warnings.catch_warnings():
        # A fit that has not converged is a weaker rival, not a failure; `arch` says so with a warning.
        warnings.simplefilter("ignore")
        values = model.fit(disp="off", show_warning=False, options={"maxiter": 200}).params
    gamma = float(values.get("gamma[1]", 0.0))
    shape = [float(values[name]) for name in ("nu", "eta", "lambda") if name in values]
    core = (float(values["omega"]), float(values["alpha[1]"]), gamma, float(values["beta[1]"]))
    return core, tuple(shape)


def filtered_variance(kind: Kind, one: Fitted, percent: F64) -> F64:
    """Variance of the next bar after each bar, [T], in squared percent."""
    if kind is Kind.EGARCH_SKEWT:
        return _filter_egarch(one, percent)
    news = one.omega + (one.alpha + one.gamma * (percent < 0)) * percent**2
    start = _long_run(one)
    result, _ = lfilter([1.0], [1, -one.beta], news, zi=[one.beta * start])
    variance: F64 = np.maximum(result, 1e-8)
    return variance


def _long_run(one: Fitted) -> float:
    persistence = one.alpha + one.gamma / 2 + one.beta
    return one.omega / max(1 - persistence, 0.001)


def _filter_egarch(one: Fitted, percent: F64) -> F64:
    result, log_variance = np.empty(percent.size), one.omega / max(1 - one.beta, 0.001)
    for row, value in enumerate(percent.tolist()):
        z = value / math.exp(0.5 * log_variance)
        # A crash after calm must not overflow; arch bounds its recursion too.
        news = one.alpha * (min(abs(z), 25.0) - _ABS_MEAN) + one.gamma * max(min(z, 25.0), -25.0)
        log_variance = min(max(one.omega + one.beta * log_variance + news, -18.0), 8.0)
        result[row] = log_variance
    variance: F64 = np.exp(result)
    return variance


@lru_cache(maxsize=64)
def _table(kind: Kind, one: Fitted, interval_seconds: int, seed: int) -> PassageTable:
    first, last = (int(h) // interval_seconds for h in HORIZONS)
    shocks = _shocks(kind, one, (_PATHS, last), np.random.default_rng(seed))
    return simulate(_recursion(kind, one), shocks, (first, last), one.log_variance_range)


def _shocks(kind: Kind, one: Fitted, shape: tuple[int, int], rng: np.random.Generator) -> F64:
    if one.residuals is not None:
        drawn: F64 = one.residuals[rng.integers(0, len(one.residuals), shape)]
        return drawn
    law = SkewStudent() if kind is Kind.EGARCH_SKEWT else StudentsT()
    z = np.asarray(law.ppf(rng.uniform(1e-9, 1 - 1e-9, shape), np.asarray(one.shape)), np.float64)
    return np.stack([z, bridge_low(z, rng.uniform(1e-12, 1, shape))], axis=-1)


def _recursion(kind: Kind, one: Fitted) -> Recursion:
    if kind is Kind.EGARCH_SKEWT:
        return lambda variance, z: np.exp(
            np.clip(
                one.omega
                + one.beta * np.log(variance)
                + one.alpha * (np.minimum(np.abs(z), 25) - _ABS_MEAN)
                + one.gamma * np.clip(z, -25, 25),
                -18,
                8,
            )
        )
    return lambda variance, z: one.omega + variance * (one.beta + (one.alpha + one.gamma * (z < 0)) * z**2)
