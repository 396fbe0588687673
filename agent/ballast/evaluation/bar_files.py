"""Recorded bar files as markets; the interval is read off the stamps."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from ballast.data.bars import BarsError, load_bars
from ballast.data.files import csv_rows, read_text
from ballast.data.markets import market_of
from ballast.data.wicks import WickRule, Wicks, treated
from ballast.risk.forecaster import Market

_PEEKED_ROWS = 200
# A crash may halve a thin market's price within a bar, and is what forecasts are scored on. A print at a
# fifth of it is no trade: it would hit every barrier, and stay in slow averages for weeks.
SCORED_WICK = WickRule(factor=5.0)


def read_market(name: str, path: Path, wicks: Wicks = Wicks.REFUSE) -> Market:
    """A market from a `.csv` or `.csv.gz` file, ts,open,high,low,close,volume[,src]; see `load_bars`.

    A bar with a wick by `SCORED_WICK` is treated as told. Raises BarsError for what `load_bars` refuses, for
    a refused wick, and for a file whose interval cannot be told.
    """
    bars, _ = treated(load_bars(path, detect_interval(path)), wicks, SCORED_WICK)
    try:
        return market_of(bars, name)
    except ValueError as error:
        raise BarsError(f"{path.name}: {error}") from error


def detect_interval(path: Path) -> int:
    """The commonest step between the first stamps of a file, in seconds; the least of equally common ones."""
    text, _ = read_text(path, BarsError)
    try:
        rows = csv_rows(path.name, text, BarsError)[1 : 1 + _PEEKED_ROWS]
        stamps = [datetime.fromisoformat(row[0]) for row in rows if row]
    except ValueError as error:
        raise BarsError(f"{path.name}: cannot be read: {error}") from error
    if len(stamps) < 2:
        raise BarsError(f"{path.name}: holds {len(stamps)} bars, at least 2 are needed to tell the interval")
    steps = np.diff([int(stamp.timestamp()) for stamp in stamps])
    values, counts = np.unique(steps, return_counts=True)
    return int(values[counts.argmax()])
