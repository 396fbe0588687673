"""An outside check: did the forecast rise before the liquidations that Aave V2 recorded?

Liquidated positions are not known here, so the question is about the market alone: hours in which WETH was
seized for a stablecoin against hours in which it was not, with the same hour of the day, at most 45 days
apart. A liquidation is known from its block; forecasts are those known some hours before its hour begins.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ballast.evaluation.comparison import DAY_SECONDS
from ballast.evaluation.features import F64, I64
from ballast.risk.forecaster import BARRIER_HEALTH_FACTORS

STABLE = frozenset({"USDC", "USDT", "DAI", "BUSD", "TUSD", "GUSD", "USDP", "sUSD", "LUSD", "FRAX"})
LEADS_HOURS = (0, 1, 3, 6, 12, 24)
# Hours with this many liquidations or more are the crises.
BURST = 10
BARRIER = BARRIER_HEALTH_FACTORS.index(1.05)
_HOUR = 3_600
_CONTROLS = 20
_SPAN_HOURS = 45 * 24
_RESAMPLES = 1_000
_SEED = 20_261_128


def liquidated_hours(path: Path) -> dict[int, int]:
    """Start of each hour to the number of distinct WETH-for-stable liquidations in it."""
    seen: set[tuple[str, ...]] = set()
    hours: dict[int, int] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["collateralReserve"] != "WETH" or row["principalReserve"] not in STABLE:
                continue
            identity = (row["user"], row["timestamp"], row["principalAmount"], row["collateralAmount"])
            if identity not in seen:
                seen.add(identity)
                hour = int(float(row["timestamp"])) // _HOUR * _HOUR
                hours[hour] = hours.get(hour, 0) + 1
    return hours


@dataclass(frozen=True, eq=False)
class Matched:
    """Events [E] and their controls [E, C], as starts of hours."""

    events: I64
    controls: I64


def match(events: Sequence[int], busy: frozenset[int], first: int, last: int) -> Matched:
    """Controls for each event: other days, same hour, within the span, without liquidation in that hour."""
    rng = np.random.default_rng(_SEED)
    kept, controls = [], []
    offsets = np.arange(-_SPAN_HOURS // 24, _SPAN_HOURS // 24 + 1) * DAY_SECONDS
    for event in events:
        free = [t for t in (event + offsets).tolist() if first <= t <= last and t not in busy]
        if len(free) >= _CONTROLS // 2:
            kept.append(event)
            controls.append(rng.choice(free, _CONTROLS))
    return Matched(np.asarray(kept, np.int64), np.asarray(controls, np.int64).reshape(-1, _CONTROLS))


def rise(known_at: I64, chance: F64, hours: dict[int, int], least: int) -> list[dict[str, Any]]:
    """One row per lead: mean forecast before events and controls, their ratio with an interval, and the AUC.

    chance: [N], forecast of one horizon at the 5 % barrier, made at `known_at` [N], rising.
    """
    first, last = int(known_at[0]) + 25 * _HOUR, int(known_at[-1])
    events = sorted(t for t, count in hours.items() if count >= least and first <= t <= last)
    matched = match(events, frozenset(hours), first, last)
    return [row for lead in LEADS_HOURS for row in _lead(lead, matched, known_at, chance)]


def _lead(lead: int, matched: Matched, known_at: I64, chance: F64) -> Iterator[dict[str, Any]]:
    before, found = _look_up(matched.events - lead * _HOUR, known_at, chance)
    control, control_found = _look_up(matched.controls - lead * _HOUR, known_at, chance)
    keep = found & control_found.all(axis=1)
    before, control = before[keep], control[keep]
    if not keep.any():
        return
    low, high = _interval(matched.events[keep], before, control)
    yield {
        "lead_hours": lead,
        "events": int(keep.sum()),
        "days": int(np.unique(matched.events[keep] // DAY_SECONDS).size),
        "before": float(before.mean()),
        "controls": float(control.mean()),
        "ratio": float(before.mean() / control.mean()),
        "lo": low,
        "hi": high,
        "auc": float(((before[:, None] > control) + 0.5 * (before[:, None] == control)).mean()),
    }


def _look_up(moments: I64, known_at: I64, chance: F64) -> tuple[F64, np.ndarray[Any, np.dtype[np.bool_]]]:
    """The forecast known exactly at each moment, and whether there is one."""
    place = np.minimum(np.searchsorted(known_at, moments), known_at.size - 1)
    return chance[place], known_at[place] == moments


def _interval(events: I64, before: F64, control: F64) -> tuple[float, float]:
    """95 % interval of the ratio of means, days resampled."""
    _, block = np.unique(events // DAY_SECONDS, return_inverse=True)
    sums = np.stack([np.bincount(block, before), np.bincount(block, control.mean(axis=1))])
    picks = np.random.default_rng(_SEED).integers(0, sums.shape[1], (_RESAMPLES, sums.shape[1]))
    drawn = sums[0][picks].sum(axis=1) / sums[1][picks].sum(axis=1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(low), float(high)
