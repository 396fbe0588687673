"""Loader for price bars in CSV, plain or gzipped: ts,open,high,low,close,volume[,src].

A bar is stamped with its opening time and is known only one interval later. Rows are checked and never
repaired: what is missing stays missing, and a broken row is an error that names it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ballast.data.errors import DataError
from ballast.data.files import csv_rows, read_text

REQUIRED_COLUMNS = ("ts", "open", "high", "low", "close", "volume")
_OPTIONAL_COLUMNS = ("src",)
_PLAIN_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

F64 = npt.NDArray[np.float64]


class BarsError(DataError, ValueError):
    """A bar file cannot be used; the message names file, row and reason."""


@dataclass(frozen=True, eq=False)
class Bars:
    """Bars of one market in time order.

    ts: int64, opening time, Unix seconds UTC; prices in quote units per base unit; volume in base units;
    interval_seconds: length of one bar; sha256: hash of the file's bytes as stored.
    """

    name: str
    interval_seconds: int
    sha256: str
    ts: npt.NDArray[np.int64]
    open: F64
    high: F64
    low: F64
    close: F64
    volume: F64

    def __len__(self) -> int:
        return int(self.ts.size)

    @property
    def known_at(self) -> npt.NDArray[np.int64]:
        """When each bar became known, Unix seconds."""
        return self.ts + self.interval_seconds

    def between(self, start: int, end: int) -> Bars:
        """The bars that open at or after `start` and are complete by `end`, both Unix seconds."""
        return self.select((self.ts >= start) & (self.known_at <= end))

    def select(self, keep: npt.NDArray[np.bool_] | slice) -> Bars:
        """The bars where `keep` is true, or those of a slice."""
        columns = (self.open, self.high, self.low, self.close, self.volume)
        return Bars(self.name, self.interval_seconds, self.sha256, self.ts[keep], *(c[keep] for c in columns))

    def segments(self) -> Iterator[Bars]:
        """Maximal runs without a missing bar."""
        breaks = np.flatnonzero(np.diff(self.ts) != self.interval_seconds) + 1
        edges = [0, *breaks.tolist(), len(self)]
        for first, end in pairwise(edges):
            if end > first:
                yield self.select(slice(first, end))


def load_bars(path: Path, interval_seconds: int) -> Bars:
    """Read a `.csv` or `.csv.gz` file of bars of `interval_seconds`.

    Raises BarsError for wrong columns, unreadable rows, duplicate or unordered stamps, stamps off the
    interval's grid, prices that are not positive and finite, a low above or a high below any other price,
    negative volume, an empty, truncated or damaged file.
    """
    text, digest = read_text(path, BarsError)
    return parse_bars(path.name, text, interval_seconds, digest)


def parse_bars(name: str, text: str, interval_seconds: int, sha256: str) -> Bars:
    """`load_bars` for text already in memory."""
    every = csv_rows(name, text, BarsError)
    columns = tuple(every[0]) if every else ()
    if columns not in (REQUIRED_COLUMNS, REQUIRED_COLUMNS + _OPTIONAL_COLUMNS):
        expected = ",".join(REQUIRED_COLUMNS)
        raise BarsError(
            f"{name}: columns are {','.join(columns)!r}, expected {expected!r} and optionally 'src'"
        )
    rows = every[1:]
    if not rows:
        raise BarsError(f"{name}: holds no bars")
    ts, values = _columns(rows, len(columns)) or _columns_by_row(name, rows, len(columns))
    _check_times(name, ts, interval_seconds, first_line=2)
    _check_prices(name, values, first_line=2)
    return Bars(name, interval_seconds, sha256, ts, *(np.ascontiguousarray(column) for column in values.T))


def bars_of(
    name: str, rows: list[tuple[int, list[float]]], interval_seconds: int, sha256: str, first_line: int = 1
) -> Bars:
    """Bars from rows of a stamp (Unix seconds) and open, high, low, close, volume; errors as `load_bars`."""
    if not rows:
        raise BarsError(f"{name}: holds no bars")
    ts, values = np.asarray([row[0] for row in rows], np.int64), np.asarray([row[1] for row in rows])
    _check_times(name, ts, interval_seconds, first_line)
    _check_prices(name, values, first_line)
    return Bars(name, interval_seconds, sha256, ts, *(np.ascontiguousarray(column) for column in values.T))


def _columns(rows: list[list[str]], width: int) -> tuple[npt.NDArray[np.int64], F64] | None:
    """Stamps and [N, 5] values, or None where a row is not of the plainest form (UTC with a Z)."""
    if {len(row) for row in rows} != {width}:
        return None
    stamps = [row[0] for row in rows]
    if not all(map(_PLAIN_STAMP.fullmatch, stamps)):
        return None
    try:
        ts = np.array([stamp[:-1] for stamp in stamps], "datetime64[s]").astype(np.int64)
        fields = (float(field) for row in rows for field in row[1:6])
        return ts, np.fromiter(fields, np.float64, 5 * len(rows)).reshape(-1, 5)
    except ValueError:
        return None


def _columns_by_row(name: str, rows: list[list[str]], width: int) -> tuple[npt.NDArray[np.int64], F64]:
    """`_columns` for any offset, row by row, so that an error names its line."""
    parsed = list(_rows(name, rows, width))
    return np.asarray([row[0] for row in parsed], np.int64), np.asarray([row[1] for row in parsed])


def _rows(name: str, reader: Iterable[Sequence[str]], width: int) -> Iterator[tuple[int, list[float]]]:
    for number, row in enumerate(reader, start=2):
        if len(row) != width:
            raise BarsError(f"{name}: line {number} has {len(row)} fields, expected {width}")
        try:
            yield unix_seconds(row[0]), [float(field) for field in row[1:6]]
        except ValueError as error:
            raise BarsError(f"{name}: line {number}: {error}") from error


def unix_seconds(text: str) -> int:
    """An ISO 8601 stamp with an explicit offset or Z, in whole seconds."""
    stamp = datetime.fromisoformat(text)
    if stamp.tzinfo is None:
        raise ValueError(f"stamp {text!r} has no time zone")
    if stamp.microsecond:
        raise ValueError(f"stamp {text!r} is not in whole seconds")
    return int(stamp.astimezone(UTC).timestamp())


def _check_times(name: str, ts: npt.NDArray[np.int64], interval_seconds: int, first_line: int) -> None:
    steps = np.diff(ts)
    if (steps <= 0).any():
        row = int(np.argmax(steps <= 0))
        kind = "duplicate" if steps[row] == 0 else "out of order"
        raise BarsError(f"{name}: line {row + 1 + first_line}: stamp {ts[row + 1]} is {kind}")
    if (ts % interval_seconds != 0).any():
        row = int(np.argmax(ts % interval_seconds != 0))
        raise BarsError(
            f"{name}: line {row + first_line}: stamp {ts[row]} is not a multiple of {interval_seconds} s"
        )


def _check_prices(name: str, values: F64, first_line: int) -> None:
    prices, volume = values[:, :4], values[:, 4]
    usable = np.isfinite(prices).all(axis=1) & (prices > 0).all(axis=1)
    ordered = (values[:, 2] <= prices.min(axis=1)) & (values[:, 1] >= prices.max(axis=1))
    for fine, reason in (
        (usable, "a price is not positive and finite"),
        (ordered, "low and high do not enclose open and close"),
        (np.isfinite(volume) & (volume >= 0), "volume is negative or not finite"),
    ):
        if not fine.all():
            row = int(np.argmin(fine))
            shown = [value if math.isfinite(value) else str(value) for value in values[row].tolist()]
            raise BarsError(
                f"{name}: line {row + first_line}: {reason}: open, high, low, close, volume = {shown}"
            )
