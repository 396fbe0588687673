"""Recorded bar files as markets; the interval is read off the stamps."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import datetime
from pathlib import Path

import numpy as np

from ballast.data.bars import BarsError, load_bars
from ballast.data.markets import market_of
from ballast.risk.forecaster import Market

_PEEKED_ROWS = 200


def read_market(name: str, path: Path) -> Market:
    """A market from a `.csv` or `.csv.gz` file, ts,open,high,low,close,volume[,src]; see `load_bars`.

    Raises BarsError for what `load_bars` refuses and for a file whose interval cannot be told.
    """
    bars = load_bars(path, detect_interval(path))
    try:
        return market_of(bars, name)
    except ValueError as error:
        raise BarsError(f"{path.name}: {error}") from error


def detect_interval(path: Path) -> int:
    """The least step between the first stamps of a file, in seconds."""
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8")
        reader = csv.reader(io.StringIO(text))
        next(reader, None)
        stamps = [datetime.fromisoformat(row[0]) for row, _ in zip(reader, range(_PEEKED_ROWS), strict=False)]
    except (OSError, EOFError, UnicodeDecodeError, ValueError, IndexError) as error:
        raise BarsError(f"{path.name}: cannot be read: {error}") from error
    if len(stamps) < 2:
        raise BarsError(f"{path.name}: holds {len(stamps)} bars, at least 2 are needed to tell the interval")
    steps = np.diff([int(stamp.timestamp()) for stamp in stamps])
    return int(steps.min())
