"""Recorded files of every kind are read as they are, and refused by name where they are broken."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from ballast.data.bars import BarsError
from ballast.data.errors import DataError
from ballast.data.pull import Pulled, pull_recorded
from ballast.data.recorded import RECORDED, read_recorded
from ballast.data.store import Series, Store
from ballast.data.wicks import Wicks

QUOTES, MINUTES, STRESS = "WBTC-USD-quotes-2024", "BTCUSD-1m-2023-03", "ETHUSD-10m-stress"
QUARTERS, POOL = "USDCUSD-15m-2023-03", "USDCUSDT-pool"


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / RECORDED[name].path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()))
    return folder


def test_quotes_in_milliseconds_are_known_at_the_next_second_and_empty_ones_are_counted(
    tmp_path: Path,
) -> None:
    text = "symbol,timestamp,USD_price\nA,1609459468627,\nA,1609459468627,1.5\nA,1609459470000,1.6\n"
    read = read_recorded(put(tmp_path, QUOTES, text), QUOTES)
    assert read.bars.ts.tolist() == [1_609_459_469, 1_609_459_470]
    assert (read.bars.close.tolist(), read.excluded) == ([1.5, 1.6], 1)
    assert read.bars.known_at.tolist() == read.bars.ts.tolist()


def test_minutes_under_their_own_column_name_are_bars(tmp_path: Path) -> None:
    text = "open_time,open,high,low,close,volume\n2023-03-01 00:00:00+00:00,5,7,4,6,1\n"
    bars = read_recorded(put(tmp_path, MINUTES, text), MINUTES).bars
    assert (bars.ts.tolist(), bars.high.tolist()) == ([1_677_628_800], [7.0])


def stress(*rows: str) -> str:
    header = "time_period_start,price_open,price_high,price_low,price_close,volume_traded"
    return "\n".join([header, *rows])


def test_rows_that_repeat_in_every_field_are_left_out_and_counted(tmp_path: Path) -> None:
    row = "2020-09-05T00:20:00.0000000Z,5,7,4,6,1"
    assert read_recorded(put(tmp_path, STRESS, stress(row, row, row)), STRESS).excluded == 2


def test_rows_that_share_a_stamp_and_differ_are_refused(tmp_path: Path) -> None:
    rows = ("2020-09-05T00:20:00Z,5,7,4,6,1", "2020-09-05T00:20:00Z,5,7,4,6,2")
    with pytest.raises(BarsError, match="line 3: stamp 1599265200 is duplicate"):
        read_recorded(put(tmp_path, STRESS, stress(*rows)), STRESS)


def test_closes_of_quarter_hours_are_known_at_their_end(tmp_path: Path) -> None:
    text = json.dumps({"data": [{"dt": "2023-03-09T05:00:00.000Z", "c": 0.9}]})
    bars = read_recorded(put(tmp_path, QUARTERS, text), QUARTERS).bars
    assert bars.ts.tolist() == [1_678_338_900]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("nothing", None, "no recorded market is called 'nothing', known are ETHUSDT-1h"),
        (QUOTES, "symbol,timestamp\nA,1\n", "holds no points"),
        (QUOTES, "timestamp,USD_price\nx,1\n", "a row has no stamp or price"),
        (QUOTES, "timestamp,USD_price\n1,1\n1,2\n", "stamp 1 comes after 1, allowed are rising"),
        (QUOTES, "timestamp,USD_price\n1,-1\n", "price at 1 is -1.0, allowed are positive"),
        (QUOTES, "timestamp,USD_price\n1,nan\n", "price at 1 is nan"),
        (MINUTES, "", "open, high, low, close, volume are missing"),
        (MINUTES, "open_time,open\n1,2\n", "high, low, close, volume are missing"),
        (MINUTES, "open_time,open,high,low,close,volume\n1,2\n", "a row has fewer than 6 fields"),
        (QUARTERS, "{", "a row has no stamp or price"),
        (QUARTERS, "[]", "a row has no stamp or price"),
        (POOL, "ts,usdt\n2022-01-01T00:00:00Z,1\n", "a row has no stamp or price"),
    ],
)
def test_a_broken_file_is_refused_by_name(tmp_path: Path, name: str, text: str | None, reason: str) -> None:
    folder = tmp_path if text is None else put(tmp_path, name, text)
    with pytest.raises(BarsError, match=reason):
        read_recorded(folder, name)


def test_a_file_that_did_not_change_is_not_read_again_and_one_that_did_is(tmp_path: Path) -> None:
    told: list[Pulled] = []
    store = Store(tmp_path / "store")
    text = "timestamp,USD_price\n1,1\n"
    for content in (text, text, text + "2,1\n"):
        pull_recorded(
            store, put(tmp_path, QUOTES, content), [QUOTES], Wicks.REFUSE, lambda _, p: told.append(p)
        )
    assert [pulled.fresh for pulled in told] == [True, False, True]
    assert len(store.read(Series("WBTC-USD", 0, "coingecko-2024"))) == 2


def test_a_refused_file_leaves_what_came_before_it(tmp_path: Path) -> None:
    put(tmp_path, QUOTES, "timestamp,USD_price\n1,1\n")
    store = Store(tmp_path / "store")
    with pytest.raises(DataError, match="cannot be read"):
        pull_recorded(store, tmp_path, [QUOTES, POOL], Wicks.REFUSE, lambda _name, _pulled: None)
    assert [part.part for part in store.parts()] == [QUOTES]


@pytest.mark.data
def test_every_recorded_file_of_points_is_read(market_data: Path) -> None:
    names = [name for name, file in RECORDED.items() if not file.interval_seconds]
    counts = {name: len(read_recorded(market_data, name).bars) for name in names}
    assert (counts["USDCUSDT-pool"], counts["USDCUSD-15m-2023-03"], counts["STETH-ETH-rounds"]) == (
        30_648,
        808,
        745,
    )
    assert min(counts.values()) == 745
