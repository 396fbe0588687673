"""Our forecaster in the shape that all forecasters have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from ballast.risk.fit import Progress, Training, begin, prepare, probabilities, train, without_gap
from ballast.risk.forecaster import F32, I64, Forecaster, Market
from ballast.risk.network import Network, Shape
from ballast.risk.state import Limits, blank_state
from ballast.risk.stream import scan, sights, take


class NeuralForecaster(Forecaster):
    """Ensemble of small networks around a log-linear head.

    knows_market: whether the last close counts as known beside the oracle's report, as it does for rivals.
    """

    def __init__(
        self,
        shape: Shape | None = None,
        training: Training | None = None,
        networks: Network | None = None,
        *,
        knows_market: bool = True,
        told: Callable[[Progress], None] | None = None,
    ) -> None:
        self.shape = shape or Shape()
        self.training = training or Training()
        self.networks = networks
        self.knows_market = knows_market
        self.told = told
        self.name = f"network ({self.shape.variant})"

    def fit(self, markets: list[Market], known_until: int, seed: int) -> Self:
        """See `Forecaster`."""
        split = prepare(self.shape, self.training, markets, known_until)
        here = begin(self.shape, self.training, split, seed)
        for checkpoint, progress in train(self.shape, self.training, split, seed, here):
            here = checkpoint
            if self.told is not None:
                self.told(progress)
        return self.with_networks(here.networks)

    def with_networks(self, networks: Network) -> Self:
        """The same forecaster with these networks."""
        return type(self)(self.shape, self.training, networks, knows_market=self.knows_market, told=self.told)

    def predict(self, market: Market, rows: I64) -> F32:
        """See `Forecaster`. Raises ValueError before `fit`."""
        if self.networks is None:
            raise ValueError(f"{self.name} was asked for a forecast before it was fitted")
        stop = int(rows.max()) + 1 if rows.size else 0
        hidden_size = self.networks.backbone.hidden_size
        start = blank_state(self.networks.level.shape[0], hidden_size)
        moving = self.networks if hidden_size else None
        states = take(scan(Limits(), moving, start, sights(market, stop)), rows)
        return probabilities(self.networks, states if self.knows_market else without_gap(states))
