"""What a deviation-and-heartbeat oracle would have reported along a market path.

The path is either made of bars (`observe`) or of prices at equal steps (`report`). Inside a bar the order of
the extremes is unknown; the walk takes the extreme nearer to the open first (open, low, high, close in a
rising bar, open, high, low, close in a falling one). A report is taken at the extreme itself, which for lows
errs towards more and earlier hits. Lag and latency shorter than a step of the path have no effect.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class OracleRule:
    """Report a market `deviation` (a fraction) off the last report, or a report `heartbeat_seconds` old.

    Nodes see an exponential average of the market over `lag_seconds`: aggregators weigh many venues and
    trades. A report stands `latency_seconds` after the nodes agreed on it; until then they agree on no other.
    `extra_per_hour` reports come without either cause, at random, and leave the heartbeat's clock alone.
    """

    deviation: float = 0.005
    heartbeat_seconds: int = 3_600
    lag_seconds: float = 0.0
    latency_seconds: float = 0.0
    extra_per_hour: float = 0.0


@dataclass(frozen=True, eq=False)
class OracleTrack:
    """Reports by bar: the standing value at the bar's end, and the lowest value that stood during the bar."""

    value: F64
    lowest: F64


@dataclass(frozen=True, eq=False)
class Reports:
    """Reports along a path: step at which each stands first, [R], rising, and its answer, [R]."""

    step: I64
    answer: F64


class NoOracleRule(LookupError):
    """No parameters are on record for this feed at this date."""


@cache
def _rules() -> list[dict[str, object]]:
    text = resources.files("ballast.risk").joinpath("oracle_rules.json").read_text("utf-8")
    rules: list[dict[str, object]] = json.loads(text)["rules"]
    return rules


def rule_of(feed: str, day: date) -> OracleRule:
    """Parameters of a feed such as "ETH/USD" as they were on a day: the newest that were valid by then.

    Raises NoOracleRule for a feed or a date without parameters: none are assumed.
    """
    known = [rule for rule in _rules() if rule["feed"] == feed]
    valid = [rule for rule in known if date.fromisoformat(str(rule["valid_from"])) <= day]
    if not valid:
        earliest = min((str(rule["valid_from"]) for rule in known), default=None)
        feeds = ", ".join(sorted({str(rule["feed"]) for rule in _rules()}))
        what = f"are on record from {earliest}" if earliest else f"are on record for {feeds} only"
        raise NoOracleRule(f"feed {feed} on {day}: parameters {what}")
    newest = max(valid, key=lambda rule: str(rule["valid_from"]))
    return OracleRule(
        deviation=float(str(newest["deviation_bps"])) / 10_000,
        heartbeat_seconds=int(str(newest["heartbeat_seconds"])),
        lag_seconds=float(str(newest["lag_seconds"])),
        latency_seconds=float(str(newest["latency_seconds"])),
        extra_per_hour=float(str(newest["extra_per_hour"])),
    )


def report(rule: OracleRule, tick_seconds: float, first: float, path: F64, seed: int = 0) -> Reports:
    """Reports along prices at equal steps, [T], after a report of `first` at step -1.

    `seed` is used by extra reports alone. Raises ValueError for prices or steps that are not positive.
    """
    if not (tick_seconds > 0 and first > 0 and bool((path > 0).all())):
        raise ValueError("an oracle can watch positive prices at positive steps only")
    extra = _extra(rule, tick_seconds, len(path), seed)
    seen = _averaged(rule.lag_seconds / tick_seconds, first, path).tolist()
    delay, patience = int(rule.latency_seconds // tick_seconds), rule.heartbeat_seconds / tick_seconds
    steps, answers = [], []
    standing, clock, at, count = first, -1, 0, len(seen)
    while at < count:
        price = seen[at]
        regular = abs(price / standing - 1) >= rule.deviation or at - clock >= patience
        if regular or at in extra:
            if regular:
                clock = at
            standing = price
            at += delay
            if at < count:
                steps.append(at)
                answers.append(price)
        at += 1
    return Reports(np.asarray(steps, np.int64), np.asarray(answers, np.float64))


def observe(rule: OracleRule, interval_seconds: int, prices: F64, seed: int = 0) -> OracleTrack:
    """Walk an oracle along contiguous bars, [N, 4] open, high, low, close; it starts at the first open."""
    rising = prices[:, 3] >= prices[:, 0]
    ticks = np.where(rising[:, None], prices[:, [2, 1, 3]], prices[:, [1, 2, 3]])
    reports = report(rule, interval_seconds / 3, float(prices[0, 0]), ticks.reshape(-1), seed)
    answers = np.concatenate([prices[:1, 0], reports.answer])
    last = np.searchsorted(reports.step, np.arange(3 * len(prices)), side="right")
    standing = answers[last].reshape(-1, 3)
    before = np.concatenate([answers[:1], standing[:-1, 2]])
    return OracleTrack(standing[:, 2].copy(), np.minimum(before, standing.min(axis=1)))


def forward_drop(track: OracleTrack, bars_ahead: int) -> F64:
    """Log fall from the value at each bar's end to the lowest report of the next `bars_ahead` bars.

    At least 0; NaN where fewer bars follow. Looks only at later bars, so it is the label, never a feature.
    """
    count = len(track.value)
    drop = np.full(count, np.nan)
    if count > bars_ahead:
        windows = np.lib.stride_tricks.sliding_window_view(track.lowest[1:], bars_ahead)
        lowest: npt.NDArray[np.float64] = windows.min(axis=1)
        drop[: lowest.size] = np.maximum(np.log(track.value[: lowest.size] / lowest), 0)
    return drop


def _extra(rule: OracleRule, tick_seconds: float, count: int, seed: int) -> frozenset[int]:
    """Steps at which a report comes without cause."""
    if not rule.extra_per_hour:
        return frozenset()
    drawn = np.random.default_rng(seed).random(count) < rule.extra_per_hour * tick_seconds / 3_600
    return frozenset(np.flatnonzero(drawn).tolist())


def _averaged(lag_steps: float, first: float, path: F64) -> F64:
    """Exponential average with a memory of `lag_steps`; the path itself without a lag."""
    if lag_steps <= 0:
        return path
    kept, level, out = math.exp(-1 / lag_steps), first, []
    for price in path.tolist():
        level = kept * level + (1 - kept) * price
        out.append(level)
    return np.asarray(out, np.float64)
