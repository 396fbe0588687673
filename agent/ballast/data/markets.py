"""Recorded bars by name, as the markets that forecasters are trained and scored on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ballast.data.bars import Bars, BarsError, load_bars
from ballast.data.wicks import exclude_wicks, refuse_wicks
from ballast.risk.forecaster import Market, make_market
from ballast.risk.oracle_view import OracleRule


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """Where bars of one market lie below the data folder, and how long each of them is."""

    path: str
    interval_seconds: int


RECORDED: dict[str, RecordedFile] = {
    "ETHUSDT-1h": RecordedFile("prices/ethusdt_1h_binance_spot.csv.gz", 3_600),
    "BTCUSDT-1h": RecordedFile("prices/btcusdt_1h_binance_spot.csv.gz", 3_600),
    "LINKUSDT-1h": RecordedFile("prices/linkusdt_1h_binance_spot.csv.gz", 3_600),
    "LINKUSDT-1h-perp": RecordedFile("prices/linkusdt_1h_binance_perp.csv.gz", 3_600),
    "ETHUSDT-30m-perp": RecordedFile("prices/ethusdt_30m_binance_perp.csv.gz", 1_800),
    "BTCUSDT-30m-perp": RecordedFile("prices/btcusdt_30m_binance_perp.csv.gz", 1_800),
    "ETHUSDT-5m-events": RecordedFile("prices/ethusdt_5m_binance_spot_events.csv.gz", 300),
    "BTCUSDT-5m-events": RecordedFile("prices/btcusdt_5m_binance_spot_events.csv.gz", 300),
    "LINKUSDT-5m-events": RecordedFile("prices/linkusdt_5m_binance_spot_events.csv.gz", 300),
}


@dataclass(frozen=True, eq=False)
class LoadedMarkets:
    """Markets in the order they were asked for, and how many bars with wicks were left out of each."""

    markets: list[Market]
    excluded_wicks: dict[str, int]


def load_recorded(folder: Path, name: str) -> Bars:
    """Bars of one recorded market exactly as they lie in `folder`.

    Raises BarsError for an unknown name and for everything that `load_bars` refuses.
    """
    if name not in RECORDED:
        raise BarsError(f"no recorded market is called '{name}', known are {', '.join(RECORDED)}")
    file = RECORDED[name]
    return load_bars(folder / file.path, file.interval_seconds)


def load_markets(
    folder: Path, names: Sequence[str], *, without_wicks: bool = False, rule: OracleRule | None = None
) -> LoadedMarkets:
    """Recorded markets under an oracle's `rule`.

    A file with a wick (LINKUSDT-1h) is refused unless `without_wicks` says to leave such bars out, which
    starts a new segment there. Raises BarsError.
    """
    markets, excluded = [], {}
    for name in names:
        bars = load_recorded(folder, name)
        if without_wicks:
            bars, excluded[name] = exclude_wicks(bars)
        else:
            refuse_wicks(bars)
        markets.append(market_of(bars, name, rule))
    return LoadedMarkets(markets, excluded)


def market_of(bars: Bars, name: str | None = None, rule: OracleRule | None = None) -> Market:
    """Any bars as a market, under their own name unless another is given."""
    prices = np.stack([bars.open, bars.high, bars.low, bars.close], axis=1)
    return make_market(name or bars.name, bars.interval_seconds, bars.ts, prices, bars.volume, rule)
