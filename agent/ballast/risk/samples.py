"""Training samples from markets: what the forecaster would have known, and what followed.

Everything comes from bars known at the cut-off and from outcomes decided by then. Between the part that
is trained on and the later tail lies an embargo as long as the longer horizon: no outcome belongs to both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from ballast.risk.forecaster import I64, Market
from ballast.risk.state import RiskState
from ballast.risk.stream import realised_log_variance, sights, states_of, take

_SPACING_SECONDS = 900


class Windows(NamedTuple):
    """W windows of T consecutive bars.

    state, dt_seconds: states and the seconds before each, [W, T]; drop: [W, T, 2] falls within 1 h and 6 h;
    realised: [W, T, 2] log variance per second in the first hour and the five hours after it; weight: [W, T].
    """

    state: RiskState
    dt_seconds: Any
    drop: Any
    realised: Any
    weight: Any


class Size(NamedTuple):
    """Length of windows in bars, and how many at a window's start only warm a network's memory."""

    length: int = 1
    burn_in: int = 0


class Split(NamedTuple):
    """Windows to train on, and rows of the later tail, one bar each."""

    train: Windows
    tail: Windows
    cut: int


def split_windows(markets: Sequence[Market], known_until: int, tail_share: float, size: Size) -> Split:
    """Samples of all markets whose outcomes were known at `known_until`, cut at the tail's start.

    Raises ValueError where one of the two parts would be empty.
    """
    known = [market.until(known_until) for market in markets]
    known = [market for market in known if len(market)]
    begin = min((int(market.known_at[0]) for market in known), default=known_until)
    cut = known_until - int(tail_share * (known_until - begin))
    parts: list[list[Windows]] = [[], []]
    for market in known:
        states = states_of(market)
        for part, (first, end) in zip(parts, ((0, cut), (cut, known_until + 1)), strict=True):
            windows = _windows(market, states, market.scored_rows(first, end), size)
            if windows is not None:
                part.append(windows)
    if not (parts[0] and parts[1]):
        raise ValueError(
            f"{len(markets)} markets hold no samples on one side of {cut}, known by {known_until}"
        )
    train, tail = (jax.tree.map(lambda *leaves: np.concatenate(leaves), *part) for part in parts)
    return Split(train, tail, cut)


def _windows(market: Market, states: RiskState, scored: I64, size: Size) -> Windows | None:
    """Windows that end at scored rows; rows of the burn-in and rows without a label weigh nothing.

    Single rows keep a spacing of 15 minutes; longer windows overlap by their burn-in.
    """
    length, burn_in = size
    if length == 1:
        scored = scored[market.known_at[scored] % _SPACING_SECONDS == 0]
        ends = scored
    else:
        ends = scored[scored >= length - 1][:: length - burn_in]
    if ends.size == 0:
        return None
    rows = ends[:, None] + np.arange(1 - length, 1)
    labelled = np.isin(rows, scored)
    labelled[:, :burn_in] = False
    dt = sights(market).dt_seconds
    day_share = max(market.interval_seconds, _SPACING_SECONDS if length == 1 else 0) / 86_400
    drop, realised = (
        np.where(labelled[..., None], label[rows], 0).astype(np.float32)
        for label in (market.drop, realised_log_variance(market))
    )
    return Windows(take(states, rows), dt[rows], drop, realised, (labelled * day_share).astype(np.float32))


def everything(split: Split) -> Windows:
    """Training windows and tail together."""
    joined: Windows = jax.tree.map(lambda *leaves: np.concatenate(leaves), split.train, split.tail)
    return joined
