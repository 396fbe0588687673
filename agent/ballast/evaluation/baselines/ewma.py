"""B1 and B3: one exponential average of variance, and a closed form for the running minimum."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np

from ballast.evaluation.features import (
    F64,
    HORIZONS,
    I64,
    average,
    distances,
    known,
    ordered,
    training_rows,
)
from ballast.evaluation.first_passage import reflect, reflect_student
from ballast.evaluation.scoring import brier, log_score
from ballast.risk.forecaster import F32, Forecaster, Market, hits

_HALF_LIVES_HOURS = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 36.0, 48.0, 72.0, 168.0, 336.0)
_LEVERAGES = (0.0, 0.25, 0.5)
_DEGREES = (3.0, 4.0, 6.0, 12.0)
# Looks at the price as a share of an hour: continuous, every five minutes, every twenty.
_WATCHED = (0.0, 1 / 12, 1 / 3)
_TUNING_ROWS = 10_000


@dataclass(frozen=True)
class Rule:
    """What is tuned. degrees 0: normal. leverage g: squared falls weigh 1 + g, squared rises 1 - g."""

    half_life_hours: float
    leverage: float
    degrees: float
    watched_share: float


@dataclass(frozen=True, eq=False)
class Ewma(Forecaster):
    """`measure`: `squared` (close-to-close returns) or `ranged` (Garman and Klass); one rule by horizon."""

    name: str = "ewma_reflection"
    measure: str = "squared"
    asymmetric_t: bool = False
    rules: tuple[Rule, Rule] | None = None

    def fit(self, markets: list[Market], known_until: int, seed: int) -> Self:
        """Choose the rule with the least Brier + log score on the past, for each horizon."""
        rng = np.random.default_rng(seed)
        chosen = [_sampled(training_rows(m, known_until), _TUNING_ROWS // len(markets), rng) for m in markets]
        hit = np.concatenate([hits(m.drop[rows]) for m, rows in zip(markets, chosen, strict=True)])
        losses = []
        candidates = list(self._candidates())
        for rule in candidates:
            parts = [self._chance(m, r, (rule, rule)) for m, r in zip(markets, chosen, strict=True)]
            p = np.concatenate(parts)
            losses.append((brier(p, hit) + log_score(p, hit)).mean(axis=(0, 2)))
        best = np.argmin(losses, axis=0)
        rules = (candidates[int(best[0])], candidates[int(best[1])])
        return type(self)(self.name, self.measure, self.asymmetric_t, rules)

    def predict(self, market: Market, rows: I64) -> F32:
        """Reflection at each row's own average."""
        assert self.rules is not None, "fit before predict"
        return ordered(self._chance(market, rows, self.rules))

    def _candidates(self) -> Iterable[Rule]:
        leverages = _LEVERAGES if self.asymmetric_t else (0.0,)
        degrees = _DEGREES if self.asymmetric_t else (0.0,)
        half_lives = _HALF_LIVES_HOURS[1:11:2] if self.asymmetric_t else _HALF_LIVES_HOURS
        watched = (0.0,) if self.asymmetric_t else _WATCHED
        return itertools.starmap(Rule, itertools.product(half_lives, leverages, degrees, watched))

    def _chance(self, market: Market, rows: I64, rules: tuple[Rule, Rule]) -> F64:
        distance = distances(market, rows)
        parts = []
        for column, rule in enumerate(rules):
            sigma = np.sqrt(self._variance(market, rule)[rows, None] * HORIZONS)
            if rule.degrees:
                both = reflect_student(distance, sigma, rule.degrees, rule.watched_share)
            else:
                both = reflect(distance, sigma, rule.watched_share)
            parts.append(both[:, column])
        return np.stack(parts, axis=1)

    def _variance(self, market: Market, rule: Rule) -> F64:
        bars = known(market).bars
        values = bars.squared if self.measure == "squared" else bars.ranged
        tilted = values * (1 - rule.leverage * np.sign(bars.ret))
        return average(tilted, 3_600 * rule.half_life_hours, market.interval_seconds)


def _sampled(rows: I64, count: int, rng: np.random.Generator) -> I64:
    return rows if rows.size <= count else np.sort(rng.choice(rows, count, replace=False))
