"""Recorded bars by name, as the markets that forecasters are trained and scored on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ballast.data.bars import Bars
from ballast.data.recorded import read_recorded
from ballast.data.wicks import exclude_wicks, refuse_wicks
from ballast.risk.forecaster import Market, make_market
from ballast.risk.oracle_view import OracleRule


@dataclass(frozen=True, eq=False)
class LoadedMarkets:
    """Markets in the order they were asked for, and what was left out of each.

    `excluded_rows`: rows that repeat another or hold no price; `excluded_wicks`: bars with a wick.
    """

    markets: list[Market]
    excluded_wicks: dict[str, int]
    excluded_rows: dict[str, int]


def load_markets(
    folder: Path, names: Sequence[str], *, without_wicks: bool = False, rule: OracleRule | None = None
) -> LoadedMarkets:
    """Recorded markets under an oracle's `rule`.

    A file with a wick (LINKUSDT-1h) is refused unless `without_wicks` says to leave such bars out, which
    starts a new segment there. Raises BarsError.
    """
    markets, excluded, rows = [], {}, {}
    for name in names:
        read = read_recorded(folder, name)
        bars, rows[name] = read.bars, read.excluded
        if without_wicks:
            bars, excluded[name] = exclude_wicks(bars)
        else:
            refuse_wicks(bars)
        markets.append(market_of(bars, name, rule))
    return LoadedMarkets(markets, excluded, rows)


def market_of(bars: Bars, name: str | None = None, rule: OracleRule | None = None) -> Market:
    """Any bars as a market, under their own name unless another is given."""
    prices = np.stack([bars.open, bars.high, bars.low, bars.close], axis=1)
    return make_market(name or bars.name, bars.interval_seconds, bars.ts, prices, bars.volume, rule)
