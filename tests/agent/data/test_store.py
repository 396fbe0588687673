"""Stored bars come back as they went in; a fault of a file or of a bar is found, and nothing is mended."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ballast.data.bars import Bars
from ballast.data.check import bar_faults, check, gaps, series_gaps
from ballast.data.errors import DataError
from ballast.data.store import MANIFEST, Origin, Series, Store, atomic

ETH = Series("ETHUSDT", 3_600, "test")
ORIGIN = Origin("a file", "00")


def hours(first: int, count: int, price: float = 100.0) -> Bars:
    ts = (first + np.arange(count, dtype=np.int64)) * 3_600
    flat = np.full(count, price)
    return Bars("hours", 3_600, "", ts, flat, flat * 1.01, flat * 0.99, flat.copy(), flat.copy())


def test_bars_come_back_bit_for_bit_in_the_order_of_time(tmp_path: Path) -> None:
    store = Store(tmp_path)
    odd = hours(0, 3, 0.1 + 0.2)
    store.put(ETH, "b", hours(3, 2), ORIGIN)
    store.put(ETH, "a", odd, ORIGIN)
    bars = Store(tmp_path).read(ETH)
    assert bars.ts.tolist() == [0, 3_600, 7_200, 10_800, 14_400]
    assert bars.high[:3].tolist() == odd.high.tolist()


def test_a_part_is_replaced_and_other_series_are_left_alone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(ETH, "a", hours(0, 3), ORIGIN)
    store.put(Series("BTCUSDT", 3_600, "test"), "a", hours(0, 9), ORIGIN)
    store.put(ETH, "a", hours(0, 4), ORIGIN)
    assert [(part.series.market, part.rows) for part in store.parts()] == [("BTCUSDT", 9), ("ETHUSDT", 4)]


def test_one_question_of_sql_reaches_everything(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(ETH, "a", hours(0, 3), ORIGIN)
    store.put(Series("BTCUSDT", 300, "other"), "a", hours(0, 2), ORIGIN)
    question = "SELECT market, interval_seconds, source, count(*) FROM bars GROUP BY ALL ORDER BY 1"
    with store.connect() as connection:
        found = connection.execute(question).fetchall()
    assert found == [("BTCUSDT", 300, "other", 2), ("ETHUSDT", 3_600, "test", 3)]


def test_what_is_not_there_is_an_error_that_says_what_is(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(DataError, match="it holds nothing"):
        store.read(ETH)
    with pytest.raises(DataError, match="the store is empty"):
        store.connect()
    store.put(ETH, "a", hours(0, 1), ORIGIN)
    with pytest.raises(DataError, match="does not hold LINK 60 s test, it holds ETHUSDT 3600 s test"):
        store.read(Series("LINK", 60, "test"))


@pytest.mark.parametrize("name", ["", "a/b", "../a", ".a", "a b", "x" * 65, "ä"])
def test_names_that_could_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="allowed are 1 to 64 letters"):
        Store(tmp_path).put(Series(name, 60, "s"), "a", hours(0, 1), ORIGIN)
    with pytest.raises(DataError, match="allowed are 1 to 64 letters"):
        Store(tmp_path).put(ETH, name, hours(0, 1), ORIGIN)


def test_nothing_is_not_stored(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is nothing to store"):
        Store(tmp_path).put(ETH, "a", hours(0, 0), ORIGIN)


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda at: Store(tmp_path).put(ETH, f"p{at}", hours(at * 3, 3), ORIGIN), range(24)))
    assert len(Store(tmp_path).parts()) == 24
    assert len(Store(tmp_path).read(ETH)) == 72
    assert list(check(Store(tmp_path))) == []


def test_a_disk_that_refuses_is_named(tmp_path: Path) -> None:
    (tmp_path / "market=ETHUSDT").write_text("in the way")
    with pytest.raises(DataError, match=r"test-a\.parquet: cannot be written: "):
        Store(tmp_path).put(ETH, "a", hours(0, 3), ORIGIN)
    assert Store(tmp_path).parts() == []


def cut_short(path: Path) -> None:
    with atomic(path) as temporary:
        temporary.write_text("half of the n")
        raise KeyboardInterrupt


def test_a_cut_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt):
        cut_short(path)
    assert [(entry.name, entry.read_text()) for entry in tmp_path.iterdir()] == [("file", "old")]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', '{"version": 1, "parts": [{"rows": 1}]}'])
def test_a_broken_manifest_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(DataError, match=r"manifest.json: cannot be read"):
        Store(tmp_path).parts()


def test_a_manifest_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(json.dumps({"version": 2, "parts": []}))
    with pytest.raises(DataError, match="version is 2, allowed is 1"):
        Store(tmp_path).parts()


def test_a_sound_store_has_no_fault(tmp_path: Path) -> None:
    Store(tmp_path).put(ETH, "a", hours(0, 30), ORIGIN)
    assert list(check(Store(tmp_path))) == []


def test_changed_lost_and_unnamed_files_are_faults(tmp_path: Path) -> None:
    store = Store(tmp_path)
    changed = store.put(ETH, "a", hours(0, 3), ORIGIN)
    lost = store.put(Series("BTCUSDT", 3_600, "test"), "a", hours(0, 3), ORIGIN)
    whole = (tmp_path / changed.path).read_bytes()
    (tmp_path / changed.path).write_bytes(whole[:-1] + b"x")
    (tmp_path / lost.path).unlink()
    (tmp_path / "stranger.parquet").write_bytes(whole)
    said = [f"{fault.where}: {fault.what}" for fault in check(store)]
    assert any(changed.path in line and f"the manifest says {changed.sha256}" in line for line in said)
    assert any(lost.path in line and "No such file" in line for line in said)
    assert any(line.startswith("stranger.parquet: the manifest does not name") for line in said)


def test_parts_that_overlap_are_found_as_repeated_stamps(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(ETH, "a", hours(0, 3), ORIGIN)
    store.put(ETH, "b", hours(2, 3), ORIGIN)
    assert [fault.what for fault in check(store)] == ["1 bars repeat a stamp, the first opens at 7200"]


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("ts", 3_601, "1 bars open off the grid, the first opens at 3601"),
        ("low", 0.0, "1 bars hold a price that is not positive and finite"),
        ("high", np.inf, "1 bars hold a price that is not positive and finite"),
        ("low", 100.5, "1 bars have a low or high that does not enclose open and close"),
        ("volume", -1.0, "1 bars have a volume that is negative or not finite"),
        ("low", 1.0, "1 bars hold a wick"),
    ],
)
def test_a_broken_bar_is_found(column: str, value: float, what: str) -> None:
    bars = hours(0, 50)
    getattr(bars, column)[1] = value
    assert [found[: len(what)] for found in bar_faults(bars)] == [what]


def test_order_is_looked_at_and_rounds_may_share_a_block() -> None:
    bars = hours(0, 3)
    bars.ts[:] = [7_200, 3_600, 3_600]
    assert [found.split(",")[0] for found in bar_faults(bars)] == [
        "1 bars repeat a stamp",
        "1 bars are out of order",
    ]
    assert [found.split(",")[0] for found in bar_faults(bars, shared_stamps=True)] == [
        "1 bars are out of order"
    ]


def test_gaps_are_told_by_their_first_bar_and_their_length_and_stay_open(tmp_path: Path) -> None:
    bars = hours(0, 10).select(np.asarray([True] * 3 + [False] * 2 + [True] * 2 + [False] + [True] * 2))
    assert [(gap.first, gap.count) for gap in gaps(bars)] == [(3 * 3_600, 2), (7 * 3_600, 1)]
    store = Store(tmp_path)
    store.put(ETH, "a", bars, ORIGIN)
    assert [gap.count for gap in series_gaps(store)[ETH]] == [2, 1]
    assert len(store.read(ETH)) == 7
