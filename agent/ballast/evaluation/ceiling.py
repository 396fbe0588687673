"""How much is there to gain at all? The same forecasters in a simulated world whose true volatility is known.

The all-knowing forecaster is told the volatility factors at each bar's end. It turns the expected variance
over the horizon into a probability in the way of the log-HAR ratio rival, fitted on the same past. A model of
a market, not history: only shares of the gap are worth quoting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from ballast.data.markets import market_of
from ballast.evaluation.baselines.log_har import fit_ratio, ratio_chance
from ballast.evaluation.features import F64, I64, training_rows
from ballast.evaluation.folds import EMBARGO_SECONDS, Fold
from ballast.evaluation.forecasts import Cache, Say, calibrated_name, collect
from ballast.evaluation.scoring import brier
from ballast.evaluation.summary import HORIZON_NAMES
from ballast.risk.forecaster import F32, HORIZON_SECONDS, Forecaster, Market
from ballast.simulate.stochastic import ETH, SimulatedAsset, WorldModel, expected_variance, simulate_market

WORLD_SEED = 20_261_128
DAYS = 1_400
FIT_SHARE = 0.6
INTERVALS = (3_600, 1_800, 300)
FLOOR_RIVAL = "ewma_reflection"


@dataclass(frozen=True, eq=False)
class Knowing(Forecaster):
    """Told the true factors of one simulated market, and nothing about its future shocks."""

    sigma: F64
    theta: F64 | None = None
    name: str = "true_state"

    def fit(self, markets: list[Market], known_until: int, seed: int) -> Self:
        """Calibrate the ratio of barrier and true expected deviation to hits."""
        (market,) = markets
        rows = training_rows(market, known_until)
        theta = fit_ratio([(market, rows, self.sigma[rows])], seed)
        return replace(self, theta=theta)

    def predict(self, market: Market, rows: I64) -> F32:
        """Logistic function of the ratio's terms."""
        assert self.theta is not None, "fit before predict"
        return ratio_chance(self.theta, market, rows, self.sigma[rows])


def true_sigma(asset: SimulatedAsset) -> F64:
    """Expected deviation of the log price over each horizon, given the factors at each bar's end, [T, 2]."""
    columns = [expected_variance(asset.model, asset.slow, asset.fast, h) for h in HORIZON_SECONDS]
    result: F64 = np.sqrt(np.stack(columns, axis=1))
    return result


def ceiling(
    interval_seconds: int, forecasters: Sequence[Forecaster], cache: Cache, say: Say, days: int = DAYS
) -> dict[str, Any]:
    """Brier scores of everybody and of the all-knowing one on the last 40 % of a simulated record."""
    world = simulate_market(
        WorldModel(assets=(ETH,)), WORLD_SEED, days * 86_400 // interval_seconds, interval_seconds
    )
    asset = world.assets[0]
    market = market_of(asset.bars, "ETH")
    split = int(market.known_at[int(FIT_SHARE * len(market))])
    fold = Fold(f"simulated-{interval_seconds}", split - EMBARGO_SECONDS, split, int(market.known_at[-1]) + 1)
    everybody = [*forecasters, Knowing(true_sigma(asset))]
    table = collect([market], [fold], lambda _: [market], everybody, cache, say)
    scores = {name: brier(p, table.hit).mean(axis=(0, 2)) for name, p in table.chance.items()}
    return {
        "interval_seconds": interval_seconds,
        "days": days,
        "rows": int(table.known_at.size),
        "horizons": {
            name: _shares({who: float(score[column]) for who, score in scores.items()})
            for column, name in enumerate(HORIZON_NAMES)
        },
    }


def _shares(scores: dict[str, float]) -> dict[str, dict[str, float]]:
    """Skill over climatology, and share of the gap between EWMA + reflection and the truth that is closed."""
    truth = min(scores["true_state"], scores[calibrated_name("true_state")])
    floor, blind = scores[FLOOR_RIVAL], scores["climatology"]
    return {
        name: {
            "brier": score,
            "skill_vs_climatology": 1 - score / blind,
            "share_of_gap": (floor - score) / (floor - truth),
        }
        for name, score in scores.items()
    }
