"""First-passage probabilities of a one-dimensional volatility state by simulation, as a table to look up.

In every model of this family the next bar's variance is the whole state. So a few thousand paths from each of
some variances, with the same shocks, give the chance of every barrier for every row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ballast.evaluation.features import F64, I64

_STATES = 36
_DISTANCES = np.concatenate([[0.0], np.geomspace(2e-4, 0.6, 70)])

# From variances [S, N] and shocks [N, 2] (return and low, in deviations) to the next variances.
Recursion = Callable[[F64, F64], F64]


@dataclass(frozen=True, eq=False)
class PassageTable:
    """log_variance: [S], of one bar, squared percent; log_chance: [2, S, D] at fixed distances."""

    log_variance: F64
    log_chance: F64

    def look_up(self, variance: F64, distance: F64) -> F64:
        """P(running minimum <= -distance), [N, 2, B], linear in logs; states beyond take the table's ends."""
        span = self.log_variance
        place = np.clip(np.interp(np.log(variance), span, np.arange(span.size)), 0, span.size - 1.000001)
        low = place.astype(np.int64)
        share = (place - low)[:, None, None]
        below = _interpolate_columns(self.log_chance, low, distance)
        above = _interpolate_columns(self.log_chance, low + 1, distance)
        result: F64 = np.exp(below * (1 - share) + above * share)
        return result


def _interpolate_columns(table: F64, state: I64, distance: F64) -> F64:
    """Interpolate every row's table line at its own distances: [N, 2, B]."""
    place = np.interp(np.maximum(distance, 0), _DISTANCES, np.arange(_DISTANCES.size))
    low = np.minimum(place.astype(np.int64), _DISTANCES.size - 2)
    share = (place - low)[:, None, :]
    lines = table[:, state].transpose(1, 0, 2)
    index = np.broadcast_to(low[:, None, :], (len(state), 2, low.shape[1]))
    first = np.take_along_axis(lines, index, axis=2)
    last = np.take_along_axis(lines, index + 1, axis=2)
    result: F64 = first * (1 - share) + last * share
    return result


def simulate(
    recursion: Recursion, shocks: F64, steps: tuple[int, int], log_variance_range: tuple[float, float]
) -> PassageTable:
    """Run [N, steps, 2] shocks from every state of the range; `steps`: bars until each horizon."""
    states = np.linspace(*log_variance_range, _STATES)
    log_chance = np.empty((2, _STATES, _DISTANCES.size))
    for number, state in enumerate(states):
        for column, lowest in enumerate(_lowest(recursion, shocks, steps, float(np.exp(state)))):
            beyond = shocks.shape[0] - np.searchsorted(np.sort(-lowest), _DISTANCES, side="left")
            log_chance[column, number] = np.log((beyond + 0.5) / (shocks.shape[0] + 1))
    return PassageTable(states, log_chance)


def _lowest(recursion: Recursion, shocks: F64, steps: tuple[int, int], variance: float) -> list[F64]:
    """Running minimum of each path at both horizons."""
    count = shocks.shape[0]
    level, lowest, current = np.zeros(count), np.zeros(count), np.full(count, variance)
    found = []
    for step in range(steps[1]):
        sigma = np.sqrt(current) / 100
        lowest = np.minimum(lowest, level + sigma * shocks[:, step, 1])
        level = level + sigma * shocks[:, step, 0]
        if step + 1 in steps:
            found.append(lowest)
        current = recursion(current, shocks[:, step, 0])
    return found


def bridge_low(shock: F64, uniform: F64) -> F64:
    """Lowest point of a Brownian bridge of unit variance from 0 to `shock`, given a uniform draw."""
    result: F64 = 0.5 * (shock - np.sqrt(shock**2 - 2 * np.log(uniform)))
    return result
