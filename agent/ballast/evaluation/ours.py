"""The forecaster under test: its training procedure, and the frozen model that ships."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from ballast.evaluation.new_bars import Shipped
from ballast.risk.calibration import Calibrated
from ballast.risk.forecaster import Market
from ballast.risk.neural import NeuralForecaster
from ballast.risk.parameters import load_default_weights


class OnlineOnly(Calibrated):
    """The online layer without a map that is fitted beforehand, so one training, not two."""

    def fit(self, markets: list[Market], known_until: int, seed: int) -> Self:
        """Fit the inner model; the layer starts from the identity."""
        return type(self)(self.inner.fit(markets, known_until, seed), self.settings, fitted_until=known_until)


def procedure() -> Calibrated:
    """The training procedure that the walk-forward scores."""
    return OnlineOnly(NeuralForecaster())


def shipped() -> Shipped:
    """The model in the package; the layer around it starts at the end of its training."""
    weights = load_default_weights()
    train_end = int(datetime.fromisoformat(str(weights.metadata["train_end"])).timestamp())
    inner = NeuralForecaster(weights.shape, networks=weights.parameters)
    return Shipped(OnlineOnly(inner, fitted_until=train_end), weights.model_id, train_end)
