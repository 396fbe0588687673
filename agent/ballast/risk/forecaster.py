"""What every forecaster looks like, ours and its rivals: fitted on what was known, asked bar by bar.

A `Market` is one collateral/debt price ratio in bars, together with what an oracle would have reported of it.
A bar stamped t is known at t + interval; the forecast at a bar's end may use that bar and earlier ones.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from ballast.risk.oracle_view import OracleRule, forward_drop, observe
from ballast.risk.report import Horizon

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

# Health factors that the forecasts are scored at, all with the same weight. Fixed before any training.
BARRIER_HEALTH_FACTORS = (1.005, 1.01, 1.02, 1.03, 1.05, 1.075, 1.10, 1.15, 1.20, 1.30)
LOG_BARRIERS: F32 = np.log(np.asarray(BARRIER_HEALTH_FACTORS, np.float32))
HORIZON_SECONDS = tuple(int(horizon) for horizon in Horizon)


@dataclass(frozen=True, eq=False)
class Market:
    """One price ratio over T bars in time order; bars may be missing, never repeated.

    known_at: int64 [T], Unix seconds at which each bar is complete; prices: [T, 4] open, high, low, close;
    volume: [T], base units; reported: [T], the oracle's standing value at `known_at`; segment: int64 [T],
    number of the gapless run that the bar belongs to; drop: float32 [T, 2], log fall from `reported` to the
    lowest report within 1 h and 6 h (at least 0, NaN where these hours are not recorded): the label, never a
    feature.
    """

    name: str
    interval_seconds: int
    known_at: I64
    prices: F64
    volume: F64
    reported: F64
    segment: I64
    drop: F32

    def __len__(self) -> int:
        return int(self.known_at.size)

    def scored_rows(self, start: int, end: int) -> I64:
        """Rows known in [start, end) whose outcomes at both horizons are recorded and known by `end`."""
        inside = (self.known_at >= start) & (self.known_at + HORIZON_SECONDS[-1] <= end)
        return np.flatnonzero(inside & np.isfinite(self.drop).all(axis=1))

    def until(self, known_until: int) -> Market:
        """The market as known at `known_until`: later bars are gone, and so are labels that need them."""
        keep = self.known_at <= known_until
        drop = self.drop[keep].copy()
        for column, horizon in enumerate(HORIZON_SECONDS):
            drop[self.known_at[keep] + horizon > known_until, column] = np.nan
        return Market(
            self.name,
            self.interval_seconds,
            self.known_at[keep],
            self.prices[keep],
            self.volume[keep],
            self.reported[keep],
            self.segment[keep],
            drop,
        )


def make_market(
    name: str, interval_seconds: int, ts: I64, prices: F64, volume: F64, rule: OracleRule | None = None
) -> Market:
    """Let an oracle watch bars that open at `ts`. Every gapless run is a fresh start of the oracle.

    Labels never reach over a gap. Raises ValueError for an interval that does not divide an hour.
    """
    if 3_600 % interval_seconds:
        raise ValueError(f"interval is {interval_seconds} s, allowed are divisors of 3,600 s")
    breaks = np.flatnonzero(np.diff(ts) != interval_seconds) + 1
    reported, drop = np.empty(ts.size), np.full((ts.size, 2), np.nan, np.float32)
    for run in np.split(np.arange(ts.size), breaks):
        track = observe(rule or OracleRule(), interval_seconds, prices[run])
        reported[run] = track.value
        for column, horizon in enumerate(HORIZON_SECONDS):
            drop[run, column] = forward_drop(track, horizon // interval_seconds)
    segment = np.zeros(ts.size, np.int64)
    segment[breaks] = 1
    return Market(
        name, interval_seconds, ts + interval_seconds, prices, volume, reported, segment.cumsum(), drop
    )


class Forecaster(abc.ABC):
    """Frozen: `fit` returns a new one. `name` is the column that it has in tables and JSON."""

    name: str

    @abc.abstractmethod
    def fit(self, markets: list[Market], known_until: int, seed: int) -> Self:
        """Fit on what was known at `known_until`: bars complete by then, outcomes decided by then."""

    @abc.abstractmethod
    def predict(self, market: Market, rows: I64) -> F32:
        """P(fall >= barrier) after each of N rows: [N, 2 horizons, B barriers].

        Uses, for each row, that bar and earlier ones only. Finite, in [0, 1], not rising with the barrier and
        not falling with the horizon.
        """


def hits(drop: F32) -> F32:
    """Whether each fall [..., 2] reached each barrier: [..., 2, B], 1 or 0."""
    return (drop[..., None] >= LOG_BARRIERS).astype(np.float32)
