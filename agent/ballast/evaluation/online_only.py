"""The online layer for a forecaster that is too slow to train twice."""

from __future__ import annotations

from typing import Self

from ballast.risk.calibration import Calibrated
from ballast.risk.forecaster import Market


class OnlineOnly(Calibrated):
    """The online layer without a map that is fitted beforehand, so one training, not two."""

    def fit(self, markets: list[Market], known_until: int, seed: int) -> Self:
        """Fit the inner model; the layer starts from the identity."""
        return type(self)(self.inner.fit(markets, known_until, seed), self.settings, fitted_until=known_until)
