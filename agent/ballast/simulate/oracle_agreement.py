"""How well an oracle's rule, walked along a market, tells what the real feed reported: counts, gaps, ages.

The market is made of recorded bars with a seeded path inside each of them, one price a block.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ballast.data.bars import Bars
from ballast.risk.oracle_view import OracleRule, report
from ballast.simulate.intrabar import bridge

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
BLOCK_SECONDS = 12
QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
_AGE_EVERY = 60


@dataclass(frozen=True, eq=False)
class Timing:
    """Rounds of a window: how many, and quantiles in seconds of the gaps between them and of their age.

    Gaps and ages are taken at `QUANTILES`; ages once a minute from the first round on.
    """

    count: int
    gaps: F64
    ages: F64


def modelled(rule: OracleRule, bars: Bars, seed: int) -> I64:
    """When the rule would have written rounds over gapless bars, Unix seconds.

    Raises ValueError where bars are missing or are not a whole number of blocks long.
    """
    if len(list(bars.segments())) != 1:
        raise ValueError(f"{bars.name}: bars are missing between {bars.ts[0]} and {bars.ts[-1]}")
    if bars.interval_seconds % BLOCK_SECONDS:
        raise ValueError(
            f"{bars.name}: bars of {bars.interval_seconds} s are no multiple of {BLOCK_SECONDS} s"
        )
    path = bridge(bars, bars.interval_seconds // BLOCK_SECONDS, seed).reshape(-1)
    reports = report(rule, BLOCK_SECONDS, float(bars.open[0]), path, seed)
    written: I64 = bars.ts[0] + (reports.step + 1) * BLOCK_SECONDS
    return written


def timing(updated_at: I64, start: int, end: int) -> Timing:
    """Timing of the rounds written in [start, end), both Unix seconds.

    Raises ValueError where there are fewer than two.
    """
    inside = np.sort(updated_at[(updated_at >= start) & (updated_at < end)])
    if inside.size < 2:
        raise ValueError(f"{inside.size} rounds lie between {start} and {end}, at least 2 are needed")
    asked = np.arange(inside[0], end, _AGE_EVERY)
    ages = asked - inside[np.searchsorted(inside, asked, side="right") - 1]
    return Timing(int(inside.size), np.quantile(np.diff(inside), QUANTILES), np.quantile(ages, QUANTILES))


def distance(model: Timing, recorded: Timing) -> float:
    """Mean absolute log ratio of count, gap and age quantiles; what a fit makes small. 0 is equality."""
    count = abs(np.log(model.count / recorded.count))
    gaps = np.abs(np.log(np.maximum(model.gaps, BLOCK_SECONDS) / np.maximum(recorded.gaps, BLOCK_SECONDS)))
    ages = np.abs(np.log(np.maximum(model.ages, BLOCK_SECONDS) / np.maximum(recorded.ages, BLOCK_SECONDS)))
    return float((count + gaps.mean() + ages.mean()) / 3)
