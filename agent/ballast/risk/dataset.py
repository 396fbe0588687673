"""Training samples from bars: what the forecaster would have known, and how far the price fell after it.

A bar stamped t is known at t + interval. The state at a bar's end is made of that bar and earlier ones;
the fall is measured on later bars only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ballast.risk.oracle_view import OracleRule, forward_drop, observe
from ballast.risk.parameters import Weights
from ballast.risk.report import Horizon
from ballast.risk.state import RiskState, initial_state, scan_states

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Stretch:
    """Contiguous bars: opening times (Unix seconds), [N, 4] open, high, low, close."""

    source: str
    interval_seconds: int
    ts: npt.NDArray[np.int64]
    prices: F64


@dataclass(frozen=True, eq=False)
class Samples:
    """N forecast situations: time known, state variances [N, K], falls [N, 2] within 1 h and 6 h, weight."""

    known_at: npt.NDArray[np.int64]
    variance: npt.NDArray[np.float32]
    drop: npt.NDArray[np.float32]
    weight: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return int(self.known_at.size)

    def select(self, keep: npt.NDArray[np.bool_]) -> Samples:
        """The samples where `keep` is true."""
        return Samples(self.known_at[keep], self.variance[keep], self.drop[keep], self.weight[keep])


def join(parts: Sequence[Samples]) -> Samples:
    """All samples in one, in the order given."""
    return Samples(
        np.concatenate([p.known_at for p in parts]),
        np.concatenate([p.variance for p in parts]),
        np.concatenate([p.drop for p in parts]),
        np.concatenate([p.weight for p in parts]),
    )


def warm_state(weights: Weights, rule: OracleRule, history: Sequence[Stretch]) -> RiskState:
    """State after the oracle's reports along earlier stretches, each a fresh start of the oracle."""
    state = initial_state(weights)
    for stretch in history:
        state = RiskState(*(leaf[-1] for leaf in states_along(weights, rule, stretch, state)))
    return state


def states_along(weights: Weights, rule: OracleRule, stretch: Stretch, start: RiskState) -> RiskState:
    """States known at the end of each bar, stacked."""
    value = observe(rule, stretch.interval_seconds, stretch.prices).value
    # The first return runs from the first open, where the oracle starts: nothing before it is assumed.
    returns = np.diff(np.log(value), prepend=np.log(stretch.prices[0, 0]))
    return scan_states(weights, start, returns, np.full(len(value), stretch.interval_seconds))


def sample(
    weights: Weights,
    rule: OracleRule,
    stretch: Stretch,
    start: RiskState,
    every_bars: int,
    weight_per_day: float,
) -> Samples:
    """Situations at every `every_bars`-th bar's end for which the whole six hours that follow are recorded.

    weight_per_day: total weight of one day of samples, whatever the spacing.
    """
    track = observe(rule, stretch.interval_seconds, stretch.prices)
    drops = [forward_drop(track, int(h) // stretch.interval_seconds) for h in Horizon]
    drop = np.stack(drops, axis=1).astype(np.float32)
    states = states_along(weights, rule, stretch, start)
    rows = np.arange(0, len(stretch.ts), every_bars)
    rows = rows[np.isfinite(drop[rows]).all(axis=1)]
    weight = weight_per_day * every_bars * stretch.interval_seconds / 86_400
    return Samples(
        stretch.ts[rows] + stretch.interval_seconds,
        np.asarray(states.variance)[rows],
        drop[rows],
        np.full(rows.size, weight, np.float32),
    )
