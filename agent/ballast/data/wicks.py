"""Prints that no market traded at: a low or high far outside of the bar's own body and of what came before.

Binance's LINKUSDT has one: a low of 0.0001 on 2020-03-12 10:00 between trades near 2.5. The test looks at the
bar itself and at earlier bars only, so that it may run on live data. Nothing is repaired unless asked for:
the one repair that exists leaves the whole bar out, which makes a gap and is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from ballast.data.bars import Bars, BarsError

F64 = npt.NDArray[np.float64]
MIN_HISTORY = 24


class Wicks(StrEnum):
    """What to do with a bar that holds a wick: refuse its file, leave the bar out, or keep it as it is."""

    REFUSE = "refuse"
    EXCLUDE = "exclude"
    KEEP = "keep"


def treated(bars: Bars, treatment: Wicks, rule: WickRule | None = None) -> tuple[Bars, int]:
    """The bars after `treatment`, and how many were left out; points have no wicks.

    Raises BarsError where a wick is refused.
    """
    if not bars.interval_seconds or treatment is Wicks.KEEP:
        return bars, 0
    if treatment is Wicks.EXCLUDE:
        return exclude_wicks(bars, rule)
    refuse_wicks(bars, rule)
    return bars, 0


def wicks_of(text: str) -> Wicks:
    """The treatment of that name. Raises BarsError for another text."""
    try:
        return Wicks(text)
    except ValueError as error:
        raise BarsError(f"--wicks is '{text}', allowed are {', '.join(Wicks)}") from error


@dataclass(frozen=True, slots=True)
class WickRule:
    """A wick reaches `factor` times beyond the body and `multiple` usual ranges of the last `history` bars.

    With fewer than 24 earlier bars the factor alone decides. Over all recorded files (1 h, 30 min, 5 min,
    2017 to 2025) the largest real excursion is a factor of 1.35, LINK perp on 2020-03-12.
    """

    factor: float = 2.0
    multiple: float = 20.0
    history: int = 168


def wicks(bars: Bars, rule: WickRule | None = None) -> npt.NDArray[np.bool_]:
    """Which bars hold a wick, [N]. A wick's own range does not count towards the history of later bars."""
    rule = rule or WickRule()
    body_low, body_high = np.minimum(bars.open, bars.close), np.maximum(bars.open, bars.close)
    reach = np.maximum(np.log(body_low / bars.low), np.log(bars.high / body_high))
    found = np.zeros(len(bars), np.bool_)
    log_range = np.log(bars.high / bars.low)
    for row in np.flatnonzero(reach > np.log(rule.factor)):
        before = slice(max(0, row - rule.history), row)
        usual = log_range[before][~found[before]]
        found[row] = usual.size < MIN_HISTORY or reach[row] > rule.multiple * np.median(usual)
    return found


def exclude_wicks(bars: Bars, rule: WickRule | None = None) -> tuple[Bars, int]:
    """The bars without those that hold a wick, and how many these were. Each leaves a gap."""
    found = wicks(bars, rule)
    return bars.select(~found), int(found.sum())


def refuse_wicks(bars: Bars, rule: WickRule | None = None) -> None:
    """Raises BarsError that names the first bar with a wick."""
    found = np.flatnonzero(wicks(bars, rule))
    if found.size:
        row = int(found[0])
        shown = [float(column[row]) for column in (bars.open, bars.high, bars.low, bars.close)]
        raise BarsError(
            f"{bars.name}: {found.size} bars hold a wick, the first opens at {int(bars.ts[row])}: "
            f"open, high, low, close = {shown}; leave them out with --wicks exclude, or this file"
        )
