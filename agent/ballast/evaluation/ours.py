"""The forecaster under test: its training procedure, and the frozen model that ships."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

import jax.numpy as jnp
import numpy as np

from ballast.evaluation.features import I64, training_rows
from ballast.evaluation.new_bars import Shipped
from ballast.risk.calibration import Calibrated
from ballast.risk.dataset import Samples
from ballast.risk.fit import FitSettings, constrain, fit, initial_raw, predict, prior_variance_of
from ballast.risk.forecaster import F32, LOG_BARRIERS, Forecaster, Market
from ballast.risk.parameters import Limits, Parameters, Weights, load_default_weights, make_weights
from ballast.risk.state import initial_state, scan_states

_MOST_ROWS = 8_000
_SETTINGS = FitSettings()
# 70 % a year: where averages start before the fit has chosen a prior.
_PROVISIONAL_PRIOR = 0.7**2 / 31_536_000


@dataclass(frozen=True, eq=False)
class LogLinear(Forecaster):
    """The log-linear model of docs/risk-model.md: averages of oracle returns, a mixture of reflections."""

    parameters: Parameters | None = None
    name: str = "log_linear"

    def fit(self, markets: list[Market], known_until: int, seed: int) -> Self:
        """Adam on Brier + log score over a seeded draw of the past."""
        rng = np.random.default_rng(seed)
        parts = []
        for market in markets:
            rows = training_rows(market, known_until)
            rows = np.sort(rng.permutation(rows)[: _MOST_ROWS // len(markets)])
            parts.append((market.known_at[rows], _states(market)[rows], market.drop[rows]))
        known_at, variance, drop = (np.concatenate(column) for column in zip(*parts, strict=True))
        samples = Samples(known_at, variance, drop, np.ones(known_at.size, np.float32))
        parameters, _ = fit(_SETTINGS, prior_variance_of(samples), samples)
        return type(self)(parameters, self.name)

    def predict(self, market: Market, rows: I64) -> F32:
        """The closed form at each row's averages."""
        assert self.parameters is not None, "fit before predict"
        variance = jnp.asarray(_states(market)[rows])
        return np.asarray(predict(self.parameters, variance, jnp.asarray(LOG_BARRIERS)))


def _states(market: Market) -> F32:
    """Variances [T, K] after each bar's report; a gap is one long step, as in the running agent."""
    returns = np.diff(np.log(market.reported), prepend=np.log(market.prices[0, 0]))
    steps = np.diff(market.known_at, prepend=market.known_at[0] - market.interval_seconds)
    weights = _provisional()
    return np.asarray(scan_states(weights, initial_state(weights), returns, steps).variance)


def _provisional() -> Weights:
    parameters = constrain(_SETTINGS, _PROVISIONAL_PRIOR, initial_raw(_SETTINGS))
    return make_weights(parameters._asdict(), Limits(), {})


def procedure() -> Forecaster:
    """The training procedure that the walk-forward scores."""
    return LogLinear()


def shipped() -> Shipped:
    """The model in the package, behind the online layer that starts at the end of its training."""
    weights = load_default_weights()
    train_end = int(datetime.fromisoformat(str(weights.metadata["train_end"])).timestamp())
    layer = Calibrated(LogLinear(weights.parameters), fitted_until=train_end)
    return Shipped(layer, weights.model_id, train_end)
