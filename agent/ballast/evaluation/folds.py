"""Which past a forecaster is fitted on and which future it is scored on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from ballast.risk.forecaster import HORIZON_SECONDS, Market, make_market

EMBARGO_SECONDS = HORIZON_SECONDS[-1]
WINDOW_EMBARGO_SECONDS = 7 * 86_400
# Calendar months around the crises; fixed before any training.
STRESS_MONTHS = ("2020-03", "2021-05", "2022-05", "2022-06", "2022-11", "2023-03", "2024-08")


@dataclass(frozen=True, slots=True)
class Fold:
    """Fit on what was known at `known_until`, score rows known in [start, end), Unix seconds."""

    id: str
    known_until: int
    start: int
    end: int

    @property
    def quarterly(self) -> bool:
        """Whether the fold is one of a walk-forward by quarters."""
        return "Q" in self.id


def year_start(moment: int) -> int:
    """The first second of the year that a moment lies in."""
    return seconds(datetime.fromtimestamp(moment, UTC).year, 1)


def seconds(year: int, month: int, day: int = 1) -> int:
    """Midnight UTC as Unix seconds; months beyond December run on into later years."""
    return int(datetime(year + (month - 1) // 12, (month - 1) % 12 + 1, day, tzinfo=UTC).timestamp())


def quarters(start: int, end: int) -> Iterator[Fold]:
    """Folds of a calendar quarter, refitted at each start on everything known one embargo before it."""
    first = datetime.fromtimestamp(start, UTC)
    year, quarter = first.year, (first.month - 1) // 3
    while seconds(year, 3 * quarter + 1) < end:
        begin, stop = seconds(year, 3 * quarter + 1), seconds(year, 3 * quarter + 4)
        begin, stop = max(begin, start), min(stop, end)
        yield Fold(f"{year}Q{quarter + 1}", begin - EMBARGO_SECONDS, begin, stop)
        year, quarter = (year, quarter + 1) if quarter < 3 else (year + 1, 0)


def months(start: int, end: int) -> Iterator[Fold]:
    """Folds of a calendar month; the first and the last may be shorter."""
    first = datetime.fromtimestamp(start, UTC)
    year, month = first.year, first.month
    while seconds(year, month) < end:
        begin, stop = max(seconds(year, month), start), min(seconds(year, month + 1), end)
        yield Fold(f"{year}-{month:02}", begin - EMBARGO_SECONDS, begin, stop)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def month_window(month: str) -> tuple[int, int]:
    """First second of a month like 2020-03 and of the next."""
    year, number = (int(part) for part in month.split("-"))
    return seconds(year, number), seconds(year, number + 1)


def left_out(market: Market, start: int, end: int) -> Market:
    """The market without the bars of [start, end) and of a week on both sides of it.

    Built anew, so that no label and no oracle reaches over the hole.
    """
    opens = market.known_at - market.interval_seconds
    outside = (market.known_at <= start - WINDOW_EMBARGO_SECONDS) | (opens >= end + WINDOW_EMBARGO_SECONDS)
    keep = np.flatnonzero(outside)
    return make_market(
        market.name, market.interval_seconds, opens[keep], market.prices[keep], market.volume[keep]
    )
