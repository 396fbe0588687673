"""Recorded bars as markets to train on, with windows cut out that something else replays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ballast.data.bars import Bars, load_bars
from ballast.domain.errors import ConfigError
from ballast.risk.forecaster import Market, make_market


@dataclass(frozen=True, slots=True)
class Source:
    """One file of bars (without suffix) and their length in seconds."""

    file: str
    interval_seconds: int


# Hours teach seven years of regimes, half hours and five minutes what shorter bars look like.
SOURCES = (
    Source("ethusdt_1h_binance_spot", 3_600),
    Source("btcusdt_1h_binance_spot", 3_600),
    Source("ethusdt_30m_binance_perp", 1_800),
    Source("btcusdt_30m_binance_perp", 1_800),
    Source("ethusdt_5m_binance_spot_events", 300),
    Source("btcusdt_5m_binance_spot_events", 300),
)


@dataclass(frozen=True, slots=True)
class Window:
    """Seconds [start, end) that no training bar may touch."""

    start: int
    end: int

    @classmethod
    def parse(cls, text: str) -> Window:
        """From ``2020-03-05..2020-03-21`` (days, the last one excluded). Raises ConfigError otherwise."""
        try:
            first, last = text.split("..")
            window = cls(day_seconds(first), day_seconds(last))
        except ValueError as error:
            raise ConfigError(
                f"window is '{text}', allowed is DAY..DAY, like 2020-03-05..2020-03-21"
            ) from error
        if window.start >= window.end:
            raise ConfigError(f"window is '{text}', allowed is a first day before the last")
        return window


def day_seconds(text: str) -> int:
    """Unix seconds of an ISO day or moment; UTC where no zone is named. Raises ValueError otherwise."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


@dataclass(frozen=True, eq=False)
class Recorded:
    """Markets and the hashes of the files that they come from."""

    markets: list[Market]
    sha256: dict[str, str]


def load_recorded(folder: Path, sources: Sequence[Source], excluded: Sequence[Window]) -> Recorded:
    """Every source of `folder`, without the bars that touch an excluded window.

    Raises:
        ConfigError: a file is not there.
        BarsError: a file's bars cannot be used.
    """
    markets, hashes = [], {}
    for source in sources:
        path = folder / f"{source.file}.csv.gz"
        if not path.is_file():
            raise ConfigError(f"--data has no {path.name} in '{folder}'")
        bars = load_bars(path, source.interval_seconds)
        markets.append(market_of(source.file, without(bars, excluded)))
        hashes[source.file] = bars.sha256
    return Recorded(markets, hashes)


def without(bars: Bars, excluded: Sequence[Window]) -> Bars:
    """The bars that do not touch any window: what is left has a gap there, which no label crosses."""
    keep = np.ones(len(bars), bool)
    for window in excluded:
        keep &= (bars.known_at <= window.start) | (bars.ts >= window.end)
    return bars.select(keep)


def market_of(name: str, bars: Bars) -> Market:
    """Bars watched by the standard oracle."""
    prices = np.stack([bars.open, bars.high, bars.low, bars.close], axis=1)
    return make_market(name, bars.interval_seconds, bars.ts, prices, bars.volume)
