"""`ballast data` as a user meets it: what is done is told, what is wrong is one sentence and status 1."""

from __future__ import annotations

import gzip
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ballast.cli.main import app
from ballast.data.archive import Month
from ballast.data.recorded import RECORDED
from support.archive_server import serving, zipped

HEADER = "ts,open,high,low,close,volume,src\n"


def ballast(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["data", *map(str, arguments)])


def hours(*numbers: int, low: float = 99) -> str:
    return HEADER + "".join(f"2022-01-01T{hour:02}:00:00Z,100,102,{low},101,5,x\n" for hour in numbers)


def put(folder: Path, name: str, text: str) -> None:
    path = folder / RECORDED[name].path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()))


def test_a_pulled_store_tells_its_status_and_is_sound(tmp_path: Path) -> None:
    put(tmp_path, "ETHUSDT-1h", hours(0, 1, 5))
    store = tmp_path / "store"
    first = ballast("pull", "recorded", "--from", tmp_path, "--store", store, "ETHUSDT-1h")
    assert (first.exit_code, first.stdout) == (
        0,
        "ETHUSDT-1h: 3 rows, 2022-01-01T00:00 to 2022-01-01T05:00\n",
    )
    again = ballast("pull", "recorded", "--from", tmp_path, "--store", store, "ETHUSDT-1h")
    assert again.stdout == "ETHUSDT-1h: there already\n"
    line = ballast("status", "--store", store).stdout.splitlines()[1].split()
    assert line[:5] == ["ETHUSDT", "3600", "s", "binance-spot", "3"]
    assert line[7:9] == ["1", "(3)"]
    checked = ballast("check", "--gaps", "--store", store)
    assert checked.exit_code == 0
    assert "gap ETHUSDT 3600 s binance-spot: 3 bars from 2022-01-01T02:00" in checked.stdout
    assert "1 files, no faults, 1 gaps, which stay open" in checked.stdout


def test_gaps_are_a_failure_only_where_none_are_allowed(tmp_path: Path) -> None:
    put(tmp_path, "ETHUSDT-1h", hours(0, 1, 5))
    ballast("pull", "recorded", "--from", tmp_path, "--store", tmp_path, "ETHUSDT-1h")
    strict = ballast("check", "--no-gaps", "--store", tmp_path)
    assert (strict.exit_code, strict.stderr) == (1, "1 gaps, allowed are none\n")


def test_a_changed_file_fails_the_check(tmp_path: Path) -> None:
    put(tmp_path, "ETHUSDT-1h", hours(0, 1))
    ballast("pull", "recorded", "--from", tmp_path, "--store", tmp_path / "s", "ETHUSDT-1h")
    path = next((tmp_path / "s").rglob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-20])
    checked = ballast("check", "--store", tmp_path / "s")
    assert checked.exit_code == 1
    assert "FAULT" in checked.stdout
    assert "the manifest says" in checked.stdout
    assert checked.stderr.endswith("faults in 1 files\n")


def test_a_wick_stops_the_pull_until_a_treatment_is_chosen(tmp_path: Path) -> None:
    put(
        tmp_path,
        "LINKUSDT-1h",
        hours(0) + hours(1, low=0.0001).removeprefix(HEADER) + hours(2)[len(HEADER) :],
    )
    arguments = ("pull", "recorded", "--from", tmp_path, "--store", tmp_path, "LINKUSDT-1h")
    refused = ballast(*arguments)
    assert refused.exit_code == 1
    assert "1 bars hold a wick" in refused.stderr
    chosen = ballast(*arguments, "--wicks", "exclude")
    assert chosen.stdout.startswith("LINKUSDT-1h: 2 rows, ")
    assert chosen.stdout.endswith(", 1 rows left out\n")
    assert ballast("check", "--store", tmp_path).exit_code == 0
    ballast(*arguments, "--wicks", "keep")
    kept = ballast("check", "--store", tmp_path)
    assert kept.exit_code == 1
    assert "1 bars hold a wick, the first opens at 1640998800" in kept.stdout


def test_months_come_from_the_archive_that_is_named(tmp_path: Path) -> None:
    month = Month("ETHUSDT", "spot", "1h", 2024, 2)
    csv = f"{month.span[0] * 1_000},100,102,99,101,5,0,0,0,0,0,0"
    arguments = ("pull", "binance", "--symbol", "ETHUSDT", "--store", tmp_path, "--first", "2024-02")
    with serving() as server:
        server.put(month.path, zipped("ETHUSDT-1h-2024-02.csv", csv))
        whole = ballast(*arguments, "--last", "2024-02", "--base-url", server.url)
        cut = ballast(*arguments, "--last", "2024-03", "--base-url", server.url)
    assert whole.stdout == "ETHUSDT-1h-2024-02.zip: 1 rows, 2024-02-01T00:00 to 2024-02-01T00:00\n"
    assert cut.stdout == "ETHUSDT-1h-2024-02.zip: there already\n"
    assert cut.exit_code == 1
    assert "ETHUSDT-1h-2024-03.zip.CHECKSUM: HTTP status 404" in cut.stderr


def test_a_killed_pull_leaves_nothing_half_and_the_next_one_completes_it(tmp_path: Path) -> None:
    month = Month("ETHUSDT", "spot", "1h", 2024, 2)
    csv = f"{month.span[0] * 1_000},100,102,99,101,5,0,0,0,0,0,0"
    arguments = ["pull", "binance", "--symbol", "ETHUSDT", "--first", "2024-02", "--last", "2024-02"]
    partial = tmp_path / ".partial" / f"spot-{month.name}.part"
    with serving() as server:
        server.put(month.path, zipped("ETHUSDT-1h-2024-02.csv", csv))
        server.cut_after, server.stalls = 40, True
        rest = ["--store", str(tmp_path), "--base-url", server.url]
        process = subprocess.Popen([sys.executable, "-m", "ballast.cli.main", "data", *arguments, *rest])
        deadline = time.monotonic() + 60
        while not (server.asked[1:] and server.asked[-1][0].endswith(".zip")):
            assert time.monotonic() < deadline, "the pull did not begin"
            time.sleep(0.02)
        process.kill()
        process.wait()
        assert list(tmp_path.rglob("*.parquet")) == []
        server.cut_after = None
        again = ballast(*arguments, *rest)
    assert again.stdout == "ETHUSDT-1h-2024-02.zip: 1 rows, 2024-02-01T00:00 to 2024-02-01T00:00\n"
    assert not partial.exists()
    assert ballast("check", "--store", tmp_path).exit_code == 0


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.startswith("ballast.data.store")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    failed = ballast("status", "--store", tmp_path)
    assert failed.exit_code == 1
    assert failed.stderr == "this needs the extra 'research': the package duckdb is not installed\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("pull", "recorded", "--from", ".", "--wicks", "mend"), "--wicks is 'mend', allowed are refuse"),
        (("pull", "recorded", "--from", ".", "DOGE"), "no recorded market is called 'DOGE'"),
        (
            ("pull", "chainlink", "--feed", "0x1", "--name", "x", "--rpc", "ftp://x"),
            "allowed are http:// and https:// URLs",
        ),
    ],
)
def test_wrong_arguments_are_one_sentence(tmp_path: Path, arguments: tuple[str, ...], reason: str) -> None:
    failed = ballast(*arguments, "--store", tmp_path)
    assert failed.exit_code == 1
    assert reason in failed.stderr
    assert failed.stderr.count("\n") == 1
