"""What is wrong with stored bars, and where bars are missing. Looks, never mends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ballast.data.bars import Bars
from ballast.data.errors import DataError
from ballast.data.store import Series, Store, sha256_of
from ballast.data.wicks import wicks


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that must not be: where, and one sentence that names the observed value."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Missing bars: opening time of the first one, Unix seconds, and how many."""

    first: int
    count: int


def check(store: Store) -> Iterator[Fault]:
    """Every fault of a store: files against the manifest, then the bars of each series."""
    yield from file_faults(store)
    for series in store.series():
        where = f"{series.market} {series.interval_seconds} s {series.source}"
        try:
            bars = store.read(series)
        except DataError as error:
            yield Fault(where, str(error))
            continue
        for what in bar_faults(bars, shared_stamps=series.source.startswith("chainlink")):
            yield Fault(where, what)


def file_faults(store: Store) -> Iterator[Fault]:
    """Files that are gone, changed, or not in the manifest."""
    for part in store.parts():
        try:
            found = sha256_of(store.folder / part.path)
        except DataError as error:
            yield Fault(part.path, str(error))
            continue
        if found != part.sha256:
            yield Fault(part.path, f"sha256 is {found}, the manifest says {part.sha256}")
    for path in store.strangers():
        yield Fault(
            str(path.relative_to(store.folder)), "the manifest does not name this file; pull it again"
        )


def bar_faults(bars: Bars, *, shared_stamps: bool = False) -> Iterator[str]:
    """One sentence per kind of fault, with the count and the first stamp."""
    steps = np.diff(bars.ts)
    yield from _told("bars repeat a stamp", bars, np.append(False, (steps == 0) & (not shared_stamps)))
    yield from _told("bars are out of order", bars, np.append(False, steps < 0))
    if bars.interval_seconds:
        yield from _told("bars open off the grid", bars, bars.ts % bars.interval_seconds != 0)
    prices = np.stack([bars.open, bars.high, bars.low, bars.close])
    usable = np.isfinite(prices).all(axis=0) & (prices > 0).all(axis=0)
    yield from _told("bars hold a price that is not positive and finite", bars, ~usable)
    enclosed = (bars.low <= prices.min(axis=0)) & (bars.high >= prices.max(axis=0))
    yield from _told("bars have a low or high that does not enclose open and close", bars, usable & ~enclosed)
    volume = np.isfinite(bars.volume) & (bars.volume >= 0)
    yield from _told("bars have a volume that is negative or not finite", bars, ~volume)
    if usable.all() and enclosed.all() and bars.interval_seconds:
        yield from _told("bars hold a wick", bars, wicks(bars))


def gaps(bars: Bars) -> list[Gap]:
    """Where bars are missing between the first and the last; none for points in time."""
    if not bars.interval_seconds:
        return []
    steps = np.diff(bars.ts) // bars.interval_seconds
    before = np.flatnonzero(steps > 1)
    return [Gap(int(bars.ts[row]) + bars.interval_seconds, int(steps[row]) - 1) for row in before]


def series_gaps(store: Store) -> dict[Series, list[Gap]]:
    """Gaps of every series that can be read."""
    return {series: gaps(store.read(series)) for series in store.series()}


def _told(what: str, bars: Bars, found: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Iterator[str]:
    if found.any():
        yield f"{int(found.sum())} {what}, the first opens at {int(bars.ts[int(np.argmax(found))])}"
