"""The recorded files of the data folder by name: bars, points in time, and Chainlink rounds, each as bars.

What is no bar becomes a point: a bar of no length, open = high = low = close, without volume, known at its
stamp. Quotes stamped within a second count from the next one on, since nothing is known earlier than it is.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ballast.data.bars import Bars, BarsError, load_bars, parse_bars, unix_seconds
from ballast.data.files import csv_rows, read_text
from ballast.data.rounds import load_rounds

_MINUTE_COLUMNS = {"open_time": "ts"}
_COINAPI_COLUMNS = {
    "time_period_start": "ts",
    "price_open": "open",
    "price_high": "high",
    "price_low": "low",
    "price_close": "close",
    "volume_traded": "volume",
}


@dataclass(frozen=True, slots=True)
class Read:
    """Bars of one file, and how many of its rows were left out for a reason that its reader names."""

    bars: Bars
    excluded: int = 0


Reader = Callable[[Path, int], Read]


def _bars(path: Path, interval_seconds: int) -> Read:
    return Read(load_bars(path, interval_seconds))


def _renamed(columns: Mapping[str, str]) -> Reader:
    """A reader of bars under other column names; columns without a name here are not read."""

    def read(path: Path, interval_seconds: int) -> Read:
        text, digest = read_text(path, BarsError)
        rows = csv_rows(path.name, text, BarsError)
        header = [columns.get(name, name) for name in rows[0]] if rows else []
        wanted = ("ts", "open", "high", "low", "close", "volume")
        missing = [name for name in wanted if name not in header]
        if missing:
            raise BarsError(
                f"{path.name}: columns are {','.join(header)!r}, {', '.join(missing)} are missing"
            )
        places = [header.index(name) for name in wanted]
        unique, twice = _without_equal_rows(rows[1:])
        try:
            lines = [",".join(row[place] for place in places) for row in unique]
        except IndexError as error:
            raise BarsError(f"{path.name}: a row has fewer than {len(header)} fields") from error
        plain = "\n".join([",".join(wanted), *lines])
        return Read(parse_bars(path.name, plain, interval_seconds, digest), twice)

    return read


def _without_equal_rows(rows: Iterable[list[str]]) -> tuple[list[list[str]], int]:
    """Rows without those that repeat the row before them in every field, and how many these were."""
    kept: list[list[str]] = []
    repeated = 0
    for row in rows:
        if kept and row == kept[-1]:
            repeated += 1
        else:
            kept.append(row)
    return kept, repeated


def _coingecko(path: Path, _interval_seconds: int) -> Read:
    """Quotes stamped in seconds or milliseconds; rows without a price (before a listing) are left out."""
    text, digest = read_text(path, BarsError)
    rows = list(csv.DictReader(io.StringIO(text)))
    quoted = [row for row in rows if row.get("USD_price")]
    try:
        points = [(_whole_seconds(int(row["timestamp"])), float(row["USD_price"])) for row in quoted]
    except (KeyError, TypeError, ValueError) as error:
        raise BarsError(f"{path.name}: a row has no stamp or price: {error}") from error
    return Read(points_of(path.name, points, digest), len(rows) - len(quoted))


def _pool(path: Path, _interval_seconds: int) -> Read:
    """A Uniswap pool's price at a block an hour, USDT per USDC."""
    text, digest = read_text(path, BarsError)
    try:
        rows = [
            (unix_seconds(row["ts"]), float(row["usdt_per_usdc"]))
            for row in csv.DictReader(io.StringIO(text))
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise BarsError(f"{path.name}: a row has no stamp or price: {error}") from error
    return Read(points_of(path.name, rows, digest))


def _quarter_hours(path: Path, _interval_seconds: int) -> Read:
    """Closes, known a quarter hour on; their highs and lows do not enclose open and close, so no bars."""
    text, digest = read_text(path, BarsError)
    try:
        rows = [(unix_seconds(row["dt"]) + 900, float(row["c"])) for row in json.loads(text)["data"]]
    except (KeyError, TypeError, ValueError) as error:
        raise BarsError(f"{path.name}: a row has no stamp or price: {error}") from error
    return Read(points_of(path.name, rows, digest))


def _rounds(decimals: int) -> Reader:
    def read(path: Path, _interval_seconds: int) -> Read:
        rounds = load_rounds(path)
        points = [(item.updated_at, item.answer / 10**decimals) for item in rounds.held]
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return Read(points_of(path.name, points, digest, shared_stamps=True), rounds.empty)

    return read


def points_of(
    name: str, points: list[tuple[int, float]], sha256: str, *, shared_stamps: bool = False
) -> Bars:
    """Points in time as bars of no length. Only rounds may share a stamp: two fit into one block.

    Raises BarsError for no points, stamps that do not rise, or prices that are not positive and finite.
    """
    if not points:
        raise BarsError(f"{name}: holds no points")
    ts = np.asarray([point[0] for point in points], np.int64)
    price = np.asarray([point[1] for point in points], np.float64)
    steps = np.diff(ts)
    wrong = steps < 0 if shared_stamps else steps <= 0
    if wrong.any():
        row = int(np.argmax(wrong))
        raise BarsError(f"{name}: stamp {ts[row + 1]} comes after {ts[row]}, allowed are rising stamps")
    usable = np.isfinite(price) & (price > 0)
    if not usable.all():
        row = int(np.argmin(usable))
        raise BarsError(f"{name}: price at {ts[row]} is {price[row]}, allowed are positive numbers")
    return Bars(name, 0, sha256, ts, price, price, price, price, np.zeros_like(price))


def _whole_seconds(stamp: int) -> int:
    """Seconds or milliseconds as seconds, rounded up."""
    return -(-stamp // 1_000) if stamp >= 10**11 else stamp


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """Where a market lies below the data folder, its interval (0: points), its source and its reader."""

    path: str
    market: str
    interval_seconds: int
    source: str
    reader: Reader = _bars


def _minutes(pair: str) -> RecordedFile:
    path = f"prices/{pair.lower()}_1m_binanceus_2023-03.csv.gz"
    return RecordedFile(path, pair, 60, "binanceus-spot", _renamed(_MINUTE_COLUMNS))


def _quotes(name: str, quote: str, span: str) -> RecordedFile:
    path = f"prices/coingecko_hourly/{name}_{quote}_{span}.csv.gz"
    source = "coingecko" if span.startswith("2021") else "coingecko-2024"
    return RecordedFile(path, f"{name}-{quote.upper()}", 0, source, _coingecko)


_LONG, _SHORT = "2021-01_2023-02", "to_2024-11"
_EVENTS = "binance-spot-events"

RECORDED: dict[str, RecordedFile] = {
    "ETHUSDT-1h": RecordedFile("prices/ethusdt_1h_binance_spot.csv.gz", "ETHUSDT", 3_600, "binance-spot"),
    "BTCUSDT-1h": RecordedFile("prices/btcusdt_1h_binance_spot.csv.gz", "BTCUSDT", 3_600, "binance-spot"),
    "LINKUSDT-1h": RecordedFile("prices/linkusdt_1h_binance_spot.csv.gz", "LINKUSDT", 3_600, "binance-spot"),
    "LINKUSDT-1h-perp": RecordedFile(
        "prices/linkusdt_1h_binance_perp.csv.gz", "LINKUSDT", 3_600, "binance-perp"
    ),
    "ETHUSDT-30m-perp": RecordedFile(
        "prices/ethusdt_30m_binance_perp.csv.gz", "ETHUSDT", 1_800, "binance-perp"
    ),
    "BTCUSDT-30m-perp": RecordedFile(
        "prices/btcusdt_30m_binance_perp.csv.gz", "BTCUSDT", 1_800, "binance-perp"
    ),
    "ETHUSDT-5m-events": RecordedFile(
        "prices/ethusdt_5m_binance_spot_events.csv.gz", "ETHUSDT", 300, _EVENTS
    ),
    "BTCUSDT-5m-events": RecordedFile(
        "prices/btcusdt_5m_binance_spot_events.csv.gz", "BTCUSDT", 300, _EVENTS
    ),
    "LINKUSDT-5m-events": RecordedFile(
        "prices/linkusdt_5m_binance_spot_events.csv.gz", "LINKUSDT", 300, _EVENTS
    ),
    "ETHUSD-10m-stress": RecordedFile(
        "prices/ethusd_10min_stress_days.csv.gz", "ETHUSD", 600, "coinapi", _renamed(_COINAPI_COLUMNS)
    ),
    "BTCUSD-1m-2023-03": _minutes("BTCUSD"),
    "BTCUSDT-1m-2023-03": _minutes("BTCUSDT"),
    "BTCUSDC-1m-2023-03": _minutes("BTCUSDC"),
    "USDCUSDT-pool": RecordedFile(
        "prices/usdc_usdt_univ3_1bp_hourly.csv.gz", "USDCUSDT", 0, "uniswap-v3", _pool
    ),
    "USDCUSD-15m-2023-03": RecordedFile(
        "prices/usdc_usd_15m_2023-03.json.gz", "USDCUSD", 0, "unnamed-venue", _quarter_hours
    ),
    **{
        f"{name}-USD-quotes": _quotes(name, "usd", _LONG)
        for name in ("AAVE", "DAI", "FRAX", "LINK", "USDC", "USDT", "UST", "WBTC", "WETH", "stETH")
    },
    **{f"{name}-USD-quotes-2024": _quotes(name, "usd", _SHORT) for name in ("WETH", "WBTC", "wstETH")},
    **{f"{name}-ETH-quotes-2024": _quotes(name, "eth", _SHORT) for name in ("cbETH", "rETH", "weETH")},
    "ETH-USD-rounds": RecordedFile("chainlink/eth_usd_rounds.csv.gz", "ETH-USD", 0, "chainlink", _rounds(8)),
    "BTC-USD-rounds": RecordedFile("chainlink/btc_usd_rounds.csv.gz", "BTC-USD", 0, "chainlink", _rounds(8)),
    "STETH-ETH-rounds": RecordedFile(
        "chainlink/steth_eth_rounds.csv.gz", "STETH-ETH", 0, "chainlink", _rounds(18)
    ),
}


def read_recorded(folder: Path, name: str) -> Read:
    """One recorded market exactly as it lies in `folder`, and how many of its rows were left out.

    Raises BarsError for an unknown name; DataError for everything that its reader refuses.
    """
    if name not in RECORDED:
        raise BarsError(f"no recorded market is called '{name}', known are {', '.join(RECORDED)}")
    file = RECORDED[name]
    return file.reader(folder / file.path, file.interval_seconds)


def load_recorded(folder: Path, name: str) -> Bars:
    """The bars of `read_recorded`."""
    return read_recorded(folder, name).bars
