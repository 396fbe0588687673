"""Stage 11 for the forecaster: every ratio's forecasts against what its price then did."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from ballast.decision.carry import RiskCarry
from ballast.monitor.drift import Drift, DriftMonitor, Forecast
from ballast.risk.forecaster import LOG_BARRIERS
from ballast.risk.model import Horizon, Weights, probability_at, state_from_hex
from ballast.risk.report import PPM_ONE
from ballast.risk.state import RiskState, is_cold


class DriftWatch:
    """Looks at the carry after every tick. Its memory ends with the run: a restart only delays a finding."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._monitor = DriftMonitor(np.asarray(LOG_BARRIERS, np.float64))

    def look(self, carry: RiskCarry, at_seconds: int) -> Iterator[Drift]:
        """Ratios whose forecasts no longer fit, each named once until it fits again."""
        for pair in carry.pairs:
            # Without a price of this very block there is nothing to look at.
            if pair.ratio_den == 0 or pair.timestamp != at_seconds:
                continue
            state = state_from_hex(pair.state_hex, self._weights)
            if is_cold(self._weights.limits, state):
                continue
            log_ratio = math.log(pair.ratio_num) - math.log(pair.ratio_den)
            for horizon in Horizon:
                ask = self._forecast(state, horizon)
                found = self._monitor.see(pair.key, int(horizon), at_seconds, log_ratio, ask)
                if found is not None:
                    yield found

    def _forecast(self, state: RiskState, horizon: Horizon) -> Forecast:
        def ask() -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
            return probability_at(self._weights, state, LOG_BARRIERS, horizon) / PPM_ONE

        return ask
