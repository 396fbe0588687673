"""Whether the forecasts still fit what happens: a running test of calibration for every price ratio.

Once a horizon a forecast for a ladder of barriers is set aside; when its time is over the lowest ratio seen
since says which barriers were hit. With S the sum over barriers of hit - p, the forecast's own variance is
Var S = sum over pairs of P(the farther one is hit) - p p', since a hit of a farther barrier hits both.
Windows do not overlap, so z = sum S / sqrt(sum Var S) is near a standard normal while the model is right.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]

# Four deviations: by chance less than once in ten thousand looks.
ALARM_Z = 4.0
LEAST_OUTCOMES = 24
_KEPT_OUTCOMES = 240
# Fewer expected deviations than this and a single hit would decide.
_LEAST_VARIANCE = 1.0

# Barriers' probabilities [B], nearest barrier first, for one horizon.
Forecast = Callable[[], F64]


@dataclass(frozen=True, slots=True)
class Drift:
    """Forecasts of one ratio and horizon that no longer fit: z above 0 means more hits than forecast.

    brier: mean over the outcomes and barriers; release_brier: what the model had when it was released.
    """

    key: Hashable
    horizon_seconds: int
    z: float
    outcomes: int
    brier: float
    release_brier: float | None


@dataclass(slots=True)
class _Open:
    """A forecast whose time is not over: when, from where, how low since."""

    at: int
    log_ratio: float
    chances: F64
    lowest: float


@dataclass(slots=True)
class _Track:
    open: _Open | None = None
    done: deque[tuple[float, float, float]] = field(default_factory=lambda: deque(maxlen=_KEPT_OUTCOMES))
    alarmed: bool = False


class DriftMonitor:
    """Frozen configuration, running statistics; pure but for its own memory. One per agent run."""

    def __init__(self, log_barriers: F64, release_brier: dict[int, float] | None = None) -> None:
        self._barriers = np.sort(np.asarray(log_barriers, np.float64))
        self._release = release_brier or {}
        self._tracks: dict[tuple[Hashable, int], _Track] = {}

    def see(
        self, key: Hashable, horizon_seconds: int, at: int, log_ratio: float, forecast: Forecast
    ) -> Drift | None:
        """One look at a ratio at Unix time `at`; a `Drift` the first time that its forecasts do not fit.

        `forecast` is asked once a horizon only. Looks must not go back in time.
        """
        track = self._tracks.setdefault((key, horizon_seconds), _Track())
        found = None
        if track.open is not None:
            track.open.lowest = min(track.open.lowest, log_ratio)
            if at - track.open.at >= horizon_seconds:
                found = self._resolve(key, horizon_seconds, track, track.open, at)
                track.open = None
        if track.open is None:
            track.open = _Open(at, log_ratio, np.asarray(forecast(), np.float64), log_ratio)
        return found

    def _resolve(self, key: Hashable, horizon: int, track: _Track, over: _Open, at: int) -> Drift | None:
        # A look that comes much too late has missed what happened in between; it judges nothing.
        if at - over.at <= 1.1 * horizon:
            hit = (over.log_ratio - over.lowest >= self._barriers).astype(np.float64)
            excess = float((hit - over.chances).sum())
            track.done.append(
                (excess, variance_of_sum(over.chances), float(((hit - over.chances) ** 2).mean()))
            )
        return self._judge(key, horizon, track)

    def _judge(self, key: Hashable, horizon: int, track: _Track) -> Drift | None:
        if len(track.done) < LEAST_OUTCOMES:
            return None
        excess, variance, brier = np.asarray(track.done).T
        z = float(excess.sum() / math.sqrt(max(variance.sum(), _LEAST_VARIANCE)))
        fresh = abs(z) > ALARM_Z and not track.alarmed
        # A z that hovers about the limit is one alarm, not many.
        track.alarmed = abs(z) > (ALARM_Z / 2 if track.alarmed else ALARM_Z)
        release = self._release.get(horizon)
        return Drift(key, horizon, z, len(track.done), float(brier.mean()), release) if fresh else None


def variance_of_sum(chances: F64) -> float:
    """Variance of the number of barriers hit; `chances` fall with the distance."""
    index = np.arange(chances.size)
    both = chances[np.maximum.outer(index, index)]
    return float((both - np.outer(chances, chances)).sum())
