"""The shipped model on bars that nobody trained on, beside rivals with the same cut-off.

Rivals start from shipped parameters. At each month's start they are fitted again on what the files have made
known by then, as soon as that is a year; our model stays frozen. Rivals without shipped parameters take part
in the months for which a year was known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from ballast.domain.errors import ConfigError
from ballast.evaluation.features import I64, WARM_UP_SECONDS
from ballast.evaluation.folds import Fold, months
from ballast.evaluation.forecasts import SEED, Say, calibrated_name, join
from ballast.evaluation.store import shipped_rivals
from ballast.evaluation.summary import summarise
from ballast.risk.calibration import Calibrated
from ballast.risk.forecaster import F32, Forecaster, Market

REFIT_AFTER_SECONDS = 365 * 86_400


@dataclass(frozen=True, eq=False)
class Shipped:
    """The frozen model: `layer.inner` as it runs, `layer` calibrated; nothing after `train_end` is known."""

    layer: Calibrated
    model_id: str
    train_end: int


def scored_range(
    markets: Sequence[Market], start: int | None, end: int | None, train_end: int
) -> tuple[int, int]:
    """What is scored: from `start`, or from the first bar that is warm and after `train_end`.

    Raises ConfigError for a start before the end of training and where nothing is left to score.
    """
    if start is not None and start < train_end:
        raise ConfigError(
            f"--from is {_day(start)}, the shipped model was trained until {_day(train_end)}: choose a "
            "later one, or --walk-forward to score the procedure instead of the model"
        )
    warm = min(int(market.known_at[0]) for market in markets) + WARM_UP_SECONDS
    first = max(train_end, warm, start or 0)
    last = min(end or 2**62, max(int(market.known_at[-1]) for market in markets) + 1)
    if not any(market.scored_rows(first, last).size for market in markets):
        raise ConfigError(
            f"no bar can be scored between {_day(first)} and {_day(last)}: at least six hours of bars after "
            f"{_day(first)} are needed"
        )
    return first, last


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


def score_new_bars(
    markets: Sequence[Market],
    window: tuple[int, int],
    shipped: Shipped,
    rivals: Sequence[Forecaster],
    say: Say,
) -> dict[str, Any]:
    """The document of the shipped model over `window`, all markets of one interval together."""
    intervals = {market.interval_seconds for market in markets}
    if len(intervals) > 1:
        raise ConfigError(f"intervals are {sorted(intervals)} s, files of one run must share one")
    folds = list(months(*window))
    stored = shipped_rivals(intervals.pop())
    layers = {layer.inner.name: layer for layer in (stored[0] if stored else [])}
    rows = [[m.scored_rows(fold.start, fold.end) for m in markets] for fold in folds]
    chance = _form(shipped.layer, markets, rows)
    left_out = []
    for rival in rivals:
        forms = _rival_forms(rival, layers.get(rival.name), markets, folds, rows)
        if forms is None:
            left_out.append(rival.name)
            continue
        chance |= forms
        say(f"{rival.name}: scored")
    forecasts = join(markets, rows, chance)
    ours = shipped.layer.inner.name
    return {
        "model_id": shipped.model_id,
        "train_end": _day(shipped.train_end),
        "rivals_train_end": _day(stored[1]) if stored else None,
        "window": [_day(moment) for moment in window],
        "fold_ids": [fold.id for fold in folds],
        "left_out": left_out,
        "horizons": summarise(forecasts, ours, [name for name in chance if name != ours]),
    }


def _form(layer: Calibrated, markets: Sequence[Market], rows: list[list[I64]]) -> dict[str, F32]:
    """Raw and calibrated chances by name."""
    raw, tuned = [], []
    for parts in rows:
        for market, r in zip(markets, parts, strict=True):
            raw.append(layer.inner.predict(market, r))
            tuned.append(layer.predict(market, r))
    name = layer.inner.name
    return {name: np.concatenate(raw), calibrated_name(name): np.concatenate(tuned)}


def _rival_forms(
    rival: Forecaster,
    stored: Calibrated | None,
    markets: Sequence[Market],
    folds: Sequence[Fold],
    rows: list[list[I64]],
) -> dict[str, F32] | None:
    """A rival over all months; None where a month comes for which it has no parameters."""
    parts: list[dict[str, F32]] = []
    begin = min(int(market.known_at[0]) for market in markets)
    for fold, r in zip(folds, rows, strict=True):
        layer = stored
        if fold.known_until - begin >= REFIT_AFTER_SECONDS:
            known = [market.until(fold.known_until) for market in markets]
            layer = Calibrated(rival).fit([m for m in known if len(m)], fold.known_until, SEED)
        if layer is None:
            return None
        parts.append(_form(layer, markets, [r]))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
