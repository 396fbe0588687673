"""One market priced in another: collateral in units of a debt asset that moves, as USDC did in March 2023.

Inside a bar nobody knows which extremes met, so the ratio's low is the collateral's low by the debt's high,
and its high the other way round: the widest bar that can have been. A bar without a price of the debt is left
out, which makes a gap, and is counted. Nothing later than a bar's end is looked at.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ballast.data.bars import Bars, BarsError

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ratio:
    """Bars of the ratio, volume the collateral's, and how many bars had no price of the debt."""

    bars: Bars
    excluded: int


def ratio(collateral: Bars, debt: Bars, max_age_seconds: int = 7_200) -> Ratio:
    """`collateral` in units of `debt`, bar by bar.

    `debt` is either bars of the same interval, of which a bar needs its own, or points (interval 0), of which
    it needs one that is at most `max_age_seconds` old when it opens.

    Raises BarsError where the intervals differ, `collateral` is points, or no bar is left.
    """
    if not collateral.interval_seconds or debt.interval_seconds not in (0, collateral.interval_seconds):
        raise BarsError(
            f"{collateral.name} has bars of {collateral.interval_seconds} s, {debt.name} of "
            f"{debt.interval_seconds} s, allowed are bars of one length, or points as debt"
        )
    aligned = (
        _points(collateral, debt, max_age_seconds) if not debt.interval_seconds else _bars(collateral, debt)
    )
    kept, first, high, low, last = aligned
    if not kept.any():
        raise BarsError(f"{collateral.name}: no bar has a price of {debt.name}")
    bars = collateral.select(kept)
    return Ratio(
        Bars(
            f"{collateral.name}/{debt.name}",
            bars.interval_seconds,
            hashlib.sha256(f"{collateral.sha256}/{debt.sha256}".encode()).hexdigest(),
            bars.ts,
            bars.open / first,
            bars.high / low,
            bars.low / high,
            bars.close / last,
            bars.volume,
        ),
        int((~kept).sum()),
    )


def _bars(collateral: Bars, debt: Bars) -> tuple[npt.NDArray[np.bool_], F64, F64, F64, F64]:
    kept = np.isin(collateral.ts, debt.ts)
    rows = np.searchsorted(debt.ts, collateral.ts[kept])
    return kept, debt.open[rows], debt.high[rows], debt.low[rows], debt.close[rows]


def _points(
    collateral: Bars, debt: Bars, max_age_seconds: int
) -> tuple[npt.NDArray[np.bool_], F64, F64, F64, F64]:
    """Open, high, low and close of the standing price of the debt within each bar that has one."""
    at_open = np.searchsorted(debt.ts, collateral.ts, side="right") - 1
    age = collateral.ts - debt.ts[np.maximum(at_open, 0)]
    kept = (at_open >= 0) & (age <= max_age_seconds)
    first = at_open[kept]
    last = np.searchsorted(debt.ts, collateral.known_at[kept], side="right") - 1
    # reduceat goes up to the next start; every second result is the stretch from first to last.
    edges = np.stack([first, last + 1], axis=1).reshape(-1)
    padded = np.append(debt.close, debt.close[-1])
    high = np.maximum.reduceat(padded, edges)[::2]
    low = np.minimum.reduceat(padded, edges)[::2]
    return kept, debt.close[first], high, low, debt.close[last]
