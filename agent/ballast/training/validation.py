"""Champion and challengers on rolling validation: a fold is forecast by a model that ends where it begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ballast.domain.errors import ConfigError
from ballast.risk.backbones import VARIANTS
from ballast.risk.fit import Training
from ballast.risk.forecaster import HORIZON_SECONDS, Market, hits
from ballast.risk.network import Shape
from ballast.risk.neural import NeuralForecaster
from ballast.risk.scores import Scores, scores_of
from ballast.training.markets import Window


@dataclass(frozen=True, slots=True)
class Fold:
    """Scores of one fold, all markets together, by horizon."""

    window: Window
    by_horizon: tuple[Scores, ...]


def rolling(
    variant: str,
    markets: Sequence[Market],
    folds: Sequence[Window],
    seed: int,
    training: Training | None = None,
) -> list[Fold]:
    """Fits before and scores in every fold. Raises ConfigError for a variant that does not exist."""
    if variant not in VARIANTS:
        raise ConfigError(f"--variant is '{variant}', allowed are {', '.join(VARIANTS)}")
    found = []
    for fold in folds:
        fitted = NeuralForecaster(Shape(variant=variant), training).fit(list(markets), fold.start, seed)
        rows = [market.scored_rows(fold.start, fold.end) for market in markets]
        pairs = list(zip(markets, rows, strict=True))
        p = np.concatenate([fitted.predict(market, chosen) for market, chosen in pairs])
        hit = np.concatenate([hits(market.drop[chosen]) for market, chosen in pairs])
        scores = (scores_of(p[:, column], hit[:, column]) for column in range(len(HORIZON_SECONDS)))
        found.append(Fold(fold, tuple(scores)))
    return found


def mean_score(folds: Sequence[Fold]) -> float:
    """Brier + log score over folds and horizons: what a challenger must lower to be worth a promotion."""
    return float(np.mean([score.brier + score.log_score for fold in folds for score in fold.by_horizon]))


def table(results: Mapping[str, Sequence[Fold]]) -> Iterator[str]:
    """Markdown rows: variant, then Brier and log score by horizon over all folds, best variant first."""
    yield "| variant | Brier 1 h | Brier 6 h | log 1 h | log 6 h | miscalibration 1 h | 6 h |"
    yield "|---|---|---|---|---|---|---|"
    for name in sorted(results, key=lambda one: mean_score(results[one])):
        columns = [
            np.mean([getattr(fold.by_horizon[h], field) for fold in results[name]])
            for field in ("brier", "log_score", "miscalibration")
            for h in range(len(HORIZON_SECONDS))
        ]
        yield f"| {name} | " + " | ".join(f"{value:.5f}" for value in columns) + " |"
