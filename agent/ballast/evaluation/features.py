"""What every rival may look at: causal averages of one market's bars, and where its price stands now.

Averages run in bar time: a gap in the record ages nothing, since nothing was seen in it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

from ballast.risk.forecaster import HORIZON_SECONDS, LOG_BARRIERS, Market

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

HALF_LIVES_HOURS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 96.0, 336.0, 1344.0)
# 60 % a year, where averages start, and one ten-thousandth of it, below which no variance is believed.
PRIOR_VARIANCE = 0.6**2 / 31_536_000
_FLOOR = 1e-4 * PRIOR_VARIANCE
# Rows of a record's first days teach nothing and are not scored: averages are still cold.
WARM_UP_SECONDS = 2 * 86_400
_LN2 = float(np.log(2))


@dataclass(frozen=True, eq=False)
class Bars:
    """Per bar, T of them: log return, squared return and range variance per second, distance to the report.

    ret: log(close / previous close), from the open after a gap; low: log(low / close before), at most 0;
    squared, ranged, falling: variance per second by squared return, by Garman and Klass, by negative returns
    alone (doubled); offset: log(close / reported), what the barrier gains when it is counted from the close.
    """

    ret: F64
    low: F64
    squared: F64
    ranged: F64
    falling: F64
    offset: F64


def bars_of(market: Market) -> Bars:
    """The per-bar quantities of a market."""
    logs = np.log(market.prices)
    before = np.concatenate([[logs[0, 0]], logs[:-1, 3]])
    fresh = np.concatenate([[True], np.diff(market.segment) != 0])
    before = np.where(fresh, logs[:, 0], before)
    ret = logs[:, 3] - before
    spread = logs[:, 1] - logs[:, 2]
    ranged = 0.5 * spread**2 - (2 * _LN2 - 1) * (logs[:, 3] - logs[:, 0]) ** 2
    dt = market.interval_seconds
    return Bars(
        ret,
        np.minimum(logs[:, 2] - before, 0),
        ret**2 / dt,
        np.maximum(ranged, 0) / dt,
        2 * np.minimum(ret, 0) ** 2 / dt,
        logs[:, 3] - np.log(market.reported),
    )


def average(values: F64, half_life_seconds: float, interval_seconds: int) -> F64:
    """Exponential average: [T], never below a floor. It starts as if a day at the prior had been seen.

    So a slow average of a short record is soon the mean of what was seen, not the prior.
    """
    keep = 0.5 ** (interval_seconds / half_life_seconds)
    seen = 1 - 0.5 ** (86_400 / half_life_seconds)
    total, _ = lfilter([1 - keep], [1, -keep], values, zi=[keep * seen * PRIOR_VARIANCE])
    # Beyond this many bars the start weighs less than rounding; powers that underflow would be slow.
    early = min(values.size, int(-40 / np.log(keep)) + 1)
    faded = np.zeros(values.size)
    faded[:early] = keep ** np.arange(1, early + 1)
    result: F64 = np.maximum(total / (seen * faded + 1 - faded), _FLOOR)
    return result


def averages(values: F64, interval_seconds: int) -> F64:
    """`average` at every half-life of the module, [T, K]."""
    return np.stack([average(values, 3_600 * h, interval_seconds) for h in HALF_LIVES_HOURS], axis=1)


@dataclass(frozen=True, eq=False)
class Known:
    """Features at the end of each bar: `matrix` [T, F], whose first columns are logs of range averages."""

    bars: Bars
    ranged: F64
    squared: F64
    matrix: F64


_KEPT: OrderedDict[int, tuple[Market, Known]] = OrderedDict()
_KEPT_MARKETS = 8


def known(market: Market) -> Known:
    """Every feature of a market; row t uses bars up to t.

    Kept, since all rivals ask for the same: a market that begins with the same bars as a kept one takes its
    first rows, which is the same thing.
    """
    for number, (whole, features) in _KEPT.items():
        if _begins(whole, market):
            _KEPT.move_to_end(number)
            return features if len(whole) == len(market) else _first(features, len(market))
    features = _compute(market)
    _KEPT[id(market)] = (market, features)
    if len(_KEPT) > _KEPT_MARKETS:
        _KEPT.popitem(last=False)
    return features


def _begins(whole: Market, part: Market) -> bool:
    """Whether the bars and reports of `part` are the first of `whole`."""
    n = len(part)
    if whole is part:
        return True
    if n > len(whole) or whole.interval_seconds != part.interval_seconds:
        return False
    pairs = ((whole.known_at, part.known_at), (whole.prices, part.prices), (whole.reported, part.reported))
    return all(np.array_equal(long[:n], short) for long, short in pairs)


def _first(features: Known, count: int) -> Known:
    """The first rows of every array."""
    bars = Bars(*(getattr(features.bars, f.name)[:count] for f in fields(Bars)))
    rest = (features.ranged[:count], features.squared[:count], features.matrix[:count])
    return Known(bars, *rest)


def _compute(market: Market) -> Known:
    bars = bars_of(market)
    ranged = averages(bars.ranged, market.interval_seconds)
    squared = averages(bars.squared, market.interval_seconds)
    falling = averages(bars.falling, market.interval_seconds)
    columns = [np.log(ranged), np.log(squared[:, 2:]), np.log(falling[:, [2, 4, 6]])]
    return Known(
        bars, ranged, squared, np.concatenate([*columns, _last_move(bars, ranged), _clock(market)], 1)
    )


def _last_move(bars: Bars, ranged: F64) -> F64:
    """The last return and the fall over the last eight bars, in units of current volatility."""
    unit = np.sqrt(ranged[:, 4])
    eight = lfilter(np.ones(8), [1.0], bars.ret)
    scaled = np.stack([bars.ret / unit, eight / unit], axis=1) / 60.0
    squashed = np.arcsinh(scaled)
    result: F64 = np.concatenate([squashed, np.abs(squashed)], axis=1)
    return result


def _clock(market: Market) -> F64:
    """Hour of the day as two harmonics, and whether the next hour is on a weekend."""
    angle = 2 * np.pi * (market.known_at % 86_400) / 86_400
    # 1970-01-01 was a Thursday, so Saturday and Sunday are days 2 and 3 of this count.
    weekend = np.isin((market.known_at // 86_400) % 7, (2, 3)).astype(np.float64)
    waves = [f(k * angle) for k in (1, 2) for f in (np.sin, np.cos)]
    return np.stack([*waves, weekend], axis=1)


def distances(market: Market, rows: I64) -> F64:
    """Log distance from the last close down to each barrier, [N, B]; may be negative."""
    result: F64 = LOG_BARRIERS.astype(np.float64) + known(market).bars.offset[rows, None]
    return result


def falls(market: Market, rows: I64) -> F64:
    """The labels counted from the last close instead of the last report, [N, 2]."""
    result: F64 = market.drop[rows].astype(np.float64) + known(market).bars.offset[rows, None]
    return result


def training_rows(market: Market, known_until: int) -> I64:
    """Rows whose features and outcomes were known at `known_until`."""
    return market.scored_rows(int(market.known_at[0]) + WARM_UP_SECONDS, known_until)


def ordered(chance: F64) -> npt.NDArray[np.float32]:
    """Probabilities [N, 2, B] made monotone: falling with the barrier, rising with the horizon."""
    falling = np.minimum.accumulate(np.clip(chance, 0, 1), axis=2)
    return np.maximum.accumulate(falling, axis=1).astype(np.float32)


HORIZONS = np.asarray(HORIZON_SECONDS, np.float64)
