"""Monthly archives over a real HTTP server: whole or not at all, continued after a cut, refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ballast.data.archive import Archive, Month, bars_in_zip, months
from ballast.data.bars import BarsError
from ballast.data.errors import DataError
from ballast.data.pull import pull_month
from ballast.data.store import Series, Store
from ballast.data.wicks import Wicks
from support.archive_server import ArchiveServer, serving, zipped

FEBRUARY = Month("ETHUSDT", "spot", "1h", 2024, 2)
JANUARY_2025 = Month("ETHUSDT", "spot", "1h", 2025, 1)
SERIES = Series("ETHUSDT", 3_600, "binance-archive-spot")


def row(stamp: int, low: str = "99") -> str:
    return f"{stamp},100,102,{low},101,5,{stamp + 3_599_999},500,7,2,200,0"


def text(month: Month, bars: int = 200, unit: int = 1_000) -> str:
    return "\n".join(row((month.span[0] + hour * 3_600) * unit) for hour in range(bars))


def packed(month: Month, csv: str | None = None) -> bytes:
    return zipped(month.name.replace(".zip", ".csv"), text(month) if csv is None else csv)


def silent(_had: int, _total: int | None) -> None:
    """No progress is shown."""


@pytest.fixture
def server() -> Iterator[ArchiveServer]:
    with serving() as running:
        yield running


@pytest.fixture
def archive(server: ArchiveServer, tmp_path: Path) -> Iterator[Archive]:
    opened = Archive(tmp_path / "store/.partial", server.url)
    yield opened
    opened.close()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_a_month_is_stored_and_not_fetched_again(
    server: ArchiveServer, archive: Archive, store: Store
) -> None:
    server.put(FEBRUARY.path, packed(FEBRUARY))
    assert pull_month(store, archive, FEBRUARY, Wicks.REFUSE, silent).fresh
    assert not pull_month(store, archive, FEBRUARY, Wicks.REFUSE, silent).fresh
    assert [path for path, _ in server.asked].count(f"/{FEBRUARY.path}") == 1
    bars = store.read(SERIES)
    assert (len(bars), int(bars.ts[0]), bars.low[0]) == (200, 1_706_745_600, 99.0)


def test_a_month_that_was_published_anew_is_fetched_again(
    server: ArchiveServer, archive: Archive, store: Store
) -> None:
    server.put(FEBRUARY.path, packed(FEBRUARY))
    pull_month(store, archive, FEBRUARY, Wicks.REFUSE, silent)
    server.put(FEBRUARY.path, packed(FEBRUARY, text(FEBRUARY, 300)))
    assert pull_month(store, archive, FEBRUARY, Wicks.REFUSE, silent).part.rows == 300
    assert len(store.read(SERIES)) == 300


def test_a_cut_transfer_goes_on_where_it_was_cut(
    server: ArchiveServer, archive: Archive, store: Store, tmp_path: Path
) -> None:
    raw = packed(FEBRUARY)
    server.put(FEBRUARY.path, raw)
    server.cut_after = 100
    with pytest.raises(DataError, match="after 100 bytes, which are kept; run again"):
        pull_month(store, archive, FEBRUARY, Wicks.REFUSE, silent)
    assert store.parts() == []
    server.cut_after, seen = None, []
    pull_month(store, archive, FEBRUARY, Wicks.REFUSE, lambda had, total: seen.append((had, total)))
    assert server.asked[-1] == (f"/{FEBRUARY.path}", "bytes=100-")
    assert seen[-1] == (len(raw), len(raw))
    assert len(store.read(SERIES)) == 200
    assert list((tmp_path / "store/.partial").iterdir()) == []


def test_a_server_without_ranges_starts_again(server: ArchiveServer, archive: Archive, store: Store) -> None:
    server.put(FEBRUARY.path, packed(FEBRUARY))
    server.cut_after, server.ranges = 100, False
    with pytest.raises(DataError, match="run again"):
        pull_month(store, archive, FEBRUARY, Wicks.REFUSE, silent)
    server.cut_after = None
    assert pull_month(store, archive, FEBRUARY, Wicks.REFUSE, silent).part.rows == 200


def test_a_transfer_that_was_whole_before_it_was_named_is_taken(
    server: ArchiveServer, archive: Archive, tmp_path: Path
) -> None:
    raw = packed(FEBRUARY)
    server.put(FEBRUARY.path, raw)
    (tmp_path / "store/.partial").mkdir(parents=True)
    (tmp_path / f"store/.partial/spot-{FEBRUARY.name}.part").write_bytes(raw)
    assert archive.fetch(FEBRUARY, archive.checksum(FEBRUARY)) == raw


def test_a_wrong_checksum_is_refused_with_both_hashes_and_nothing_is_kept(
    server: ArchiveServer, archive: Archive, store: Store, tmp_path: Path
) -> None:
    server.put(FEBRUARY.path, packed(FEBRUARY), checksum="ab" * 32)
    with pytest.raises(DataError, match=f"sha256 is [0-9a-f]{{64}}, the archive states {'ab' * 32}"):
        pull_month(store, archive, FEBRUARY, Wicks.REFUSE, silent)
    assert store.parts() == []
    assert list((tmp_path / "store/.partial").iterdir()) == []


def test_a_month_that_does_not_exist_is_named(archive: Archive, store: Store) -> None:
    with pytest.raises(DataError, match=r"ETHUSDT-1h-2024-02.zip.CHECKSUM: HTTP status 404; is this month"):
        pull_month(store, archive, FEBRUARY, Wicks.REFUSE, silent)


@pytest.mark.parametrize(
    "said", [b"", b"abc  x.zip", b"<html>no</html>", ("0" * 64 + "  other.zip").encode()]
)
def test_a_checksum_file_that_is_none_is_refused(
    server: ArchiveServer, archive: Archive, said: bytes
) -> None:
    server.files[f"{FEBRUARY.path}.CHECKSUM"] = said
    with pytest.raises(DataError, match=r"expected a sha256 and ETHUSDT-1h-2024-02\.zip"):
        archive.checksum(FEBRUARY)


def test_an_archive_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with serving() as gone:
        url = gone.url
    lonely = Archive(tmp_path, url, timeout_seconds=1)
    with pytest.raises(DataError, match="ConnectError"):
        lonely.checksum(FEBRUARY)
    lonely.close()


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="base URL is 'ftp://x', allowed are http"):
        Archive(tmp_path, "ftp://x")


def test_microseconds_of_2025_and_milliseconds_before_are_told_apart() -> None:
    new = bars_in_zip(JANUARY_2025, packed(JANUARY_2025, text(JANUARY_2025, 3, 1_000_000)))
    old = bars_in_zip(JANUARY_2025, packed(JANUARY_2025, text(JANUARY_2025, 3)))
    assert new.ts.tolist() == old.ts.tolist() == [1_735_689_600, 1_735_693_200, 1_735_696_800]


def test_the_header_of_futures_archives_is_no_bar() -> None:
    header = "open_time,open,high,low,close,volume,close_time,quote_volume,count,a,b,ignore\n"
    assert len(bars_in_zip(FEBRUARY, packed(FEBRUARY, header + text(FEBRUARY)))) == 200


def test_a_truncated_zip_is_refused_at_every_length() -> None:
    raw = packed(FEBRUARY)
    for size in (0, 1, 30, len(raw) // 2, len(raw) - 1):
        with pytest.raises(BarsError, match=r"ETHUSDT-1h-2024-02.zip: cannot be read"):
            bars_in_zip(FEBRUARY, raw[:size])


def test_a_flipped_byte_inside_of_a_zip_is_refused() -> None:
    whole = packed(FEBRUARY)
    body = whole.index(b".csv") + 4
    for place in range(body, body + 700, 7):
        raw = bytearray(whole)
        raw[place] ^= 0xFF
        with pytest.raises(BarsError, match="cannot be read"):
            bars_in_zip(FEBRUARY, bytes(raw))


FIRST = row(FEBRUARY.span[0] * 1_000)


@pytest.mark.parametrize(
    ("csv", "reason"),
    [
        ("", "holds no bars"),
        ("1,2,3", "line 1 has 3 fields, expected 12"),
        (FIRST + ",9", "line 1 has 13 fields"),
        (FIRST.replace("100", "x"), "line 1: could not convert"),
        (FIRST + "\n" + FIRST, "line 2: stamp 1706745600 is duplicate"),
        (row(FEBRUARY.span[0] * 1_000 + 1), "line 1: stamp 1706745600001 is not in whole seconds"),
        (row(FEBRUARY.span[0] * 1_000 + 60_000), "stamp 1706745660 is not a multiple of 3600"),
        (row(FEBRUARY.span[1] * 1_000), "stamp 1709251200 is not in 2024-02"),
        (row((FEBRUARY.span[0] - 3_600) * 1_000), "stamp 1706742000 is not in 2024-02"),
        (row(FEBRUARY.span[0] * 1_000, low="0"), "line 1: a price is not positive"),
        (row(FEBRUARY.span[0] * 1_000, low="103"), "line 1: low and high do not enclose"),
    ],
)
def test_a_csv_with_a_fault_is_refused_with_its_line(csv: str, reason: str) -> None:
    with pytest.raises(BarsError, match=reason):
        bars_in_zip(FEBRUARY, packed(FEBRUARY, csv))


def test_a_zip_of_something_else_is_refused() -> None:
    with pytest.raises(BarsError, match=r"holds notes\.txt, expected ETHUSDT-1h-2024-02\.csv"):
        bars_in_zip(FEBRUARY, zipped("notes.txt", "x"))


def test_a_wick_is_refused_or_left_out_or_kept_as_told(
    server: ArchiveServer, archive: Archive, store: Store
) -> None:
    lines = text(FEBRUARY).split("\n")
    lines[150] = row((FEBRUARY.span[0] + 150 * 3_600) * 1_000, low="0.0001")
    server.put(FEBRUARY.path, packed(FEBRUARY, "\n".join(lines)))
    with pytest.raises(DataError, match=r"1 bars hold a wick, .*0\.0001"):
        pull_month(store, archive, FEBRUARY, Wicks.REFUSE, silent)
    left_out = pull_month(store, archive, FEBRUARY, Wicks.EXCLUDE, silent)
    assert (left_out.part.rows, left_out.part.excluded) == (199, 1)
    kept = pull_month(store, archive, FEBRUARY, Wicks.KEEP, silent)
    assert (kept.fresh, kept.part.rows, kept.part.excluded) == (True, 200, 0)


def test_months_run_over_the_year_and_both_ends_count() -> None:
    found = months("ETHUSDT", "perp", "30m", "2023-11", "2024-02")
    assert [month.label for month in found] == ["2023-11", "2023-12", "2024-01", "2024-02"]
    assert found[0].path == "data/futures/um/monthly/klines/ETHUSDT/30m/ETHUSDT-30m-2023-11.zip"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("ETHUSDT", "swap", "1h", "2024-01", "2024-01"), "market is 'swap', allowed are spot, perp"),
        (("ETHUSDT", "spot", "7m", "2024-01", "2024-01"), "interval is '7m', allowed are 1m, 5m"),
        (("../x", "spot", "1h", "2024-01", "2024-01"), "symbol is '../x', allowed are capital"),
        (("ETHUSDT", "spot", "1h", "2024-13", "2024-01"), "month is '2024-13', allowed is YYYY-MM"),
        (("ETHUSDT", "spot", "1h", "2024-02", "2024-01"), "no month from 2024-02 to 2024-01"),
    ],
)
def test_months_that_cannot_be_are_refused(arguments: tuple[str, ...], reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        months(*arguments)
