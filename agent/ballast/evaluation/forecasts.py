"""Forecasts of many forecasters for the same situations, made once and kept on disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ballast.evaluation.features import I64
from ballast.evaluation.folds import EMBARGO_SECONDS, Fold, year_start
from ballast.evaluation.piece_key import piece_key
from ballast.risk.calibration import Calibrated
from ballast.risk.forecaster import F32, Forecaster, Market, hits

SEED = 20_261_128
# Rivals that are fitted once a year, like our network; all others every quarter.
YEARLY = frozenset({"asymmetric_ewma_t", "boosting_isotonic", "boosted_cox", "lstm"})
Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Forecasts:
    """N situations: when known, which market and fold (indices), fall [N, 2], chance by name [N, 2, B]."""

    known_at: I64
    market: I64
    fold: I64
    drop: F32
    chance: dict[str, F32]

    @property
    def hit(self) -> F32:
        """Outcomes, [N, 2, B]."""
        return hits(self.drop)

    def between(self, start: int, end: int) -> Forecasts:
        """The situations known in [start, end)."""
        keep = np.flatnonzero((self.known_at >= start) & (self.known_at < end))
        chance = {name: p[keep] for name, p in self.chance.items()}
        return Forecasts(self.known_at[keep], self.market[keep], self.fold[keep], self.drop[keep], chance)


@dataclass(frozen=True, slots=True)
class Cache:
    """Folder of finished pieces; `None` keeps nothing."""

    folder: Path | None

    def get(self, key: str, make: Callable[[], F32]) -> F32:
        """The piece stored under `key`, made and stored if it is not there."""
        if self.folder is None:
            return make()
        path = self.folder / f"{key}.npy"
        if path.is_file():
            return np.asarray(np.load(path), np.float32)
        made = make()
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".part.npy")
        np.save(draft, made)
        draft.rename(path)
        return made


def calibrated_name(name: str) -> str:
    """How the online-calibrated version of a forecaster is called."""
    return f"{name}_calibrated"


def collect(
    markets: Sequence[Market],
    folds: Sequence[Fold],
    train: Callable[[Fold], list[Market]],
    forecasters: Sequence[Forecaster],
    cache: Cache,
    say: Say,
) -> Forecasts:
    """Fit every forecaster once per fold, with and without calibration; ask both for all rows of the fold.

    train: the markets that a fold may be fitted on; only what `known_until` allows is used of them.
    """
    rows = [[market.scored_rows(fold.start, fold.end) for market in markets] for fold in folds]
    chance: dict[str, list[F32]] = {}
    for one in forecasters:
        layer = layered(one)
        fits = Fits(layer, train)
        for fold, parts in zip(folds, rows, strict=True):
            started = time.perf_counter()
            key = piece_key(layer, fold, fit_moment(layer, fold), SEED, markets, train(fold))

            def make(fits: Fits = fits, fold: Fold = fold, parts: list[I64] = parts) -> F32:
                return _both(fits.at(fold), markets, parts)

            both = cache.get(key, make)
            chance.setdefault(layer.inner.name, []).append(both[0])
            chance.setdefault(calibrated_name(layer.inner.name), []).append(both[1])
            say(f"{layer.inner.name} {fold.id}: {time.perf_counter() - started:.1f} s")
    return join(markets, rows, {name: np.concatenate(parts) for name, parts in chance.items()})


def join(markets: Sequence[Market], rows: list[list[I64]], chance: dict[str, F32]) -> Forecasts:
    """The table for rows by fold and market, in that order."""
    flat = [(f, m, r) for f, parts in enumerate(rows) for m, r in enumerate(parts)]
    return Forecasts(
        np.concatenate([markets[m].known_at[r] for _, m, r in flat]),
        np.concatenate([np.full(r.size, m) for _, m, r in flat]),
        np.concatenate([np.full(r.size, f) for f, _, r in flat]),
        np.concatenate([markets[m].drop[r] for _, m, r in flat]),
        chance,
    )


def layered(one: Forecaster) -> Calibrated:
    """A forecaster behind the online layer; one that brings its own keeps it."""
    return one if isinstance(one, Calibrated) else Calibrated(one)


class Fits:
    """Fits of one forecaster, the last one kept: neighbouring folds may share it."""

    def __init__(self, layer: Calibrated, train: Callable[[Fold], list[Market]]) -> None:
        self._layer = layer
        self._train = train
        self._last: tuple[int, Calibrated] | None = None

    def at(self, fold: Fold) -> Calibrated:
        """The fit for a fold: on what was known when this forecaster was last due."""
        until = fit_moment(self._layer, fold)
        if self._last is None or self._last[0] != until:
            known = [market.until(until) for market in self._train(fold)]
            self._last = (until, self._layer.fit([market for market in known if len(market)], until, SEED))
        return self._last[1]


def fit_moment(layer: Calibrated, fold: Fold) -> int:
    """Until when a fold's fit knows: the fold's own moment, or for what is slow to train the year's start.

    What is staler than the others is at a disadvantage, our network first of all.
    """
    slow = type(layer) is not Calibrated or layer.inner.name in YEARLY
    if not (slow and fold.quarterly):
        return fold.known_until
    return year_start(fold.start) - EMBARGO_SECONDS


def _both(layer: Calibrated, markets: Sequence[Market], rows: list[I64]) -> F32:
    """Raw and calibrated chances of one fold, [2, N, 2, B]."""
    raw = [layer.inner.predict(market, r) for market, r in zip(markets, rows, strict=True)]
    tuned = [layer.predict(market, r) for market, r in zip(markets, rows, strict=True)]
    return np.stack([np.concatenate(raw), np.concatenate(tuned)]).astype(np.float32)
