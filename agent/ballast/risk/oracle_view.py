"""What a deviation-and-heartbeat oracle would have reported along a market path made of bars.

Inside a bar the order of the extremes is unknown; the walk takes the extreme nearer to the open first
(open, low, high, close in a rising bar, open, high, low, close in a falling one). A report is taken at the
extreme itself, which for lows errs towards more and earlier hits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OracleRule:
    """Report a market `deviation` (a fraction) off the last report, or a report `heartbeat_seconds` old."""

    deviation: float = 0.005
    heartbeat_seconds: int = 3_600


@dataclass(frozen=True, eq=False)
class OracleTrack:
    """Reports by bar: the standing value at the bar's end, and the lowest value that stood during the bar."""

    value: F64
    lowest: F64


def observe(rule: OracleRule, interval_seconds: int, prices: F64) -> OracleTrack:
    """Walk an oracle along contiguous bars, [N, 4] open, high, low, close; it starts at the first open."""
    standing, age = float(prices[0, 0]), 0.0
    tick = interval_seconds / 3
    value, lowest = np.empty(len(prices)), np.empty(len(prices))
    for row, (first, high, low, last) in enumerate(prices.tolist()):
        low_so_far = standing
        for price in (low, high, last) if last >= first else (high, low, last):
            age += tick
            if abs(price / standing - 1) >= rule.deviation or age >= rule.heartbeat_seconds:
                standing, age = price, 0.0
                low_so_far = min(low_so_far, standing)
        value[row], lowest[row] = standing, low_so_far
    return OracleTrack(value, lowest)


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
