"""The forecaster under test: its training procedure, and the frozen model that ships."""

from __future__ import annotations

from datetime import datetime

from ballast.evaluation.new_bars import Shipped
from ballast.evaluation.online_only import OnlineOnly
from ballast.risk.calibration import Calibrated
from ballast.risk.neural import NeuralForecaster
from ballast.risk.parameters import load_default_weights


def procedure() -> Calibrated:
    """The training procedure that the walk-forward scores."""
    return OnlineOnly(NeuralForecaster())


def shipped() -> Shipped:
    """The model in the package; the layer around it starts at the end of its training."""
    weights = load_default_weights()
    train_end = int(datetime.fromisoformat(str(weights.metadata["train_end"])).timestamp())
    inner = NeuralForecaster(weights.shape, networks=weights.parameters)
    return Shipped(OnlineOnly(inner, fitted_until=train_end), weights.model_id, train_end)
