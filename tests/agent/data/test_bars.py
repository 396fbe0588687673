"""Bars are read exactly or refused with the line and the reason; nothing is filled or repaired."""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path

import pytest

from ballast.data.bars import Bars, BarsError, load_bars

HEADER = "ts,open,high,low,close,volume"
FIRST = "2022-01-01T00:00:00Z,100,102,99,101,5"
SECOND = "2022-01-01T00:05:00Z,101,103,100,102,6"
RECORDED = Path(os.environ.get("BALLAST_DATA", Path(__file__).parents[3].parent / "shared" / "data"))


def write(folder: Path, *lines: str) -> Path:
    path = folder / "bars.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def load(folder: Path, *lines: str) -> Bars:
    return load_bars(write(folder, *lines), 300)


def test_reads_plain_and_gzipped_files_alike(tmp_path: Path) -> None:
    plain = write(tmp_path, HEADER, FIRST, SECOND)
    packed = tmp_path / "bars.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    one, two = load_bars(plain, 300), load_bars(packed, 300)
    assert one.close.tolist() == two.close.tolist() == [101.0, 102.0]
    assert one.ts.tolist() == [1_640_995_200, 1_640_995_500]
    assert one.sha256 != two.sha256


def test_accepts_a_source_column_and_reads_a_bar_as_known_only_at_its_end(tmp_path: Path) -> None:
    bars = load(tmp_path, HEADER + ",src", FIRST + ",a", SECOND + ",b")
    assert bars.known_at.tolist() == [1_640_995_500, 1_640_995_800]
    assert len(bars.between(1_640_995_200, 1_640_995_799)) == 1
    assert len(bars.between(1_640_995_200, 1_640_995_800)) == 2


def test_leaves_gaps_open_and_splits_at_them(tmp_path: Path) -> None:
    later = SECOND.replace("00:05", "00:15")
    bars = load(tmp_path, HEADER, FIRST, SECOND, later)
    assert [len(run) for run in bars.segments()] == [2, 1]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ((), "columns are"),
        ((HEADER,), "holds no bars"),
        (("time,open,high,low,close,volume", FIRST), "columns are 'time,"),
        ((HEADER, FIRST, FIRST), "line 3: .* duplicate"),
        ((HEADER, SECOND, FIRST), "line 3: .* out of order"),
        ((HEADER, FIRST.replace("00:00:00Z", "00:01:00Z")), "not a multiple of 300"),
        ((HEADER, FIRST.replace("Z", "")), "no time zone"),
        ((HEADER, FIRST.replace(",99,", ",0,")), "line 2: a price is not positive"),
        ((HEADER, FIRST.replace(",99,", ",-1,")), "line 2: a price is not positive"),
        ((HEADER, FIRST.replace(",99,", ",nan,")), "line 2: a price is not positive"),
        ((HEADER, FIRST.replace(",99,", ",100.5,")), "do not enclose"),
        ((HEADER, FIRST.replace(",102,", ",100.5,")), "do not enclose"),
        ((HEADER, FIRST.replace(",5", ",-5")), "volume is negative"),
        ((HEADER, FIRST.replace(",102,", ",x,")), "line 2: could not convert"),
        ((HEADER, FIRST + ",extra"), "line 2 has 7 fields"),
    ],
)
def test_refuses_a_broken_file_naming_line_and_reason(
    tmp_path: Path, lines: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(BarsError, match=reason):
        load(tmp_path, *lines)


def test_accepts_a_flat_bar_whose_low_equals_its_high(tmp_path: Path) -> None:
    assert len(load(tmp_path, HEADER, "2022-01-01T00:00:00Z,100,100,100,100,0")) == 1


def test_a_flipped_byte_of_an_archive_is_refused_wherever_it_is(tmp_path: Path) -> None:
    rows = [
        f"2022-01-{day:02}T{hour:02}:00:00Z,{100 + day},{200 + hour},99,{100 + hour},5"
        for day in range(1, 9)
        for hour in range(24)
    ]
    whole = gzip.compress("\n".join([HEADER, *rows, ""]).encode(), mtime=0)
    packed, kinds = tmp_path / "bars.csv.gz", set()
    for place in range(10, len(whole), 7):
        packed.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with pytest.raises(BarsError, match="cannot be read") as refused:
            load_bars(packed, 3_600)
        kinds.add(type(refused.value.__cause__))
    assert zlib.error in kinds


def test_a_quote_that_never_ends_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BarsError, match="cannot be read: field larger than field limit"):
        load(tmp_path, HEADER, FIRST, '"' + "x" * 140_000)


def test_refuses_a_truncated_archive_and_a_missing_file(tmp_path: Path) -> None:
    packed = tmp_path / "bars.csv.gz"
    packed.write_bytes(gzip.compress(f"{HEADER}\n{FIRST}\n{SECOND}".encode())[:-12])
    with pytest.raises(BarsError, match="cannot be read"):
        load_bars(packed, 300)
    with pytest.raises(BarsError, match="cannot be read"):
        load_bars(tmp_path / "absent.csv", 300)


@pytest.mark.skipif(not RECORDED.is_dir(), reason=f"recorded data is absent: {RECORDED}")
def test_reads_the_recorded_event_files() -> None:
    bars = load_bars(RECORDED / "prices" / "ethusdt_5m_binance_spot_events.csv.gz", 300)
    assert len(bars) == 48_944
