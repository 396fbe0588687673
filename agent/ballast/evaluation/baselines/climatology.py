"""B0: how often each barrier was hit in the past, whatever the state of the market."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from ballast.evaluation.features import F64, I64, training_rows
from ballast.risk.forecaster import F32, Forecaster, Market, hits


@dataclass(frozen=True, eq=False)
class Climatology(Forecaster):
    """Hit rate by horizon and barrier; rate: [2, B]."""

    rate: F64 | None = None
    name: str = "climatology"

    def fit(self, markets: list[Market], known_until: int, seed: int) -> Self:  # noqa: ARG002 (interface)
        """Pool all outcomes known by then."""
        drops = [market.drop[training_rows(market, known_until)] for market in markets]
        return type(self)(hits(np.concatenate(drops)).mean(axis=0, dtype=np.float64), self.name)

    def predict(self, market: Market, rows: I64) -> F32:  # noqa: ARG002 (interface)
        """The same row N times."""
        assert self.rate is not None, "fit before predict"
        return np.broadcast_to(self.rate.astype(np.float32), (rows.size, *self.rate.shape))
