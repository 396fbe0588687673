"""Forecasts of many forecasters for the same situations, made once and kept on disk."""

from __future__ import annotations

import hashlib
import inspect
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np

from ballast.evaluation.features import I64
from ballast.evaluation.folds import Fold
from ballast.risk import forecaster as interface
from ballast.risk.calibration import Calibrated
from ballast.risk.forecaster import F32, Forecaster, Market, hits

SEED = 20_261_128
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
        for number, fold in enumerate(folds):
            started = time.perf_counter()
            key = _key(one, fold, markets)

            def make(one: Forecaster = one, fold: Fold = fold, number: int = number) -> F32:
                return _both(one, fold, train(fold), markets, rows[number])

            both = cache.get(key, make)
            chance.setdefault(one.name, []).append(both[0])
            chance.setdefault(calibrated_name(one.name), []).append(both[1])
            say(f"{one.name} {fold.id}: {time.perf_counter() - started:.1f} s")
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


def _both(
    one: Forecaster, fold: Fold, train: list[Market], markets: Sequence[Market], rows: list[I64]
) -> F32:
    """Raw and calibrated chances of one fold, [2, N, 2, B]."""
    known = [market.until(fold.known_until) for market in train]
    known = [market for market in known if len(market)]
    layer = Calibrated(one).fit(known, fold.known_until, SEED)
    raw = [layer.inner.predict(market, r) for market, r in zip(markets, rows, strict=True)]
    tuned = [layer.predict(market, r) for market, r in zip(markets, rows, strict=True)]
    return np.stack([np.concatenate(raw), np.concatenate(tuned)]).astype(np.float32)


def _key(one: Forecaster, fold: Fold, markets: Sequence[Market]) -> str:
    """Hash of what the piece depends on: code of the forecaster and of what it shares, fold, bars."""
    digest = hashlib.sha256(f"{one.name}|{fold}|{SEED}".encode())
    for module in _sources(one):
        digest.update(_source(module).encode())
    for market in markets:
        digest.update(market.name.encode())
        digest.update(np.ascontiguousarray(market.known_at).tobytes())
        digest.update(np.ascontiguousarray(market.prices).tobytes())
        digest.update(np.ascontiguousarray(market.drop).tobytes())
    return f"{one.name}-{fold.id}-{digest.hexdigest()[:24]}"


@cache
def _source(module: ModuleType) -> str:
    """Read once: what is running is the text as it was at the start."""
    return inspect.getsource(module)


def _sources(one: Forecaster) -> list[ModuleType]:
    """The modules of this package that define a forecaster, its features, its layer and the interface."""
    names = {type(one).__module__, "ballast.evaluation.features", "ballast.evaluation.first_passage"}
    names |= {Calibrated.__module__, interface.__name__, __name__}
    own = sys.modules[type(one).__module__]
    for value in vars(own).values():
        module = getattr(value, "__module__", None)
        if isinstance(module, str) and module.startswith("ballast."):
            names.add(module)
    return [sys.modules[name] for name in sorted(names) if name in sys.modules]
