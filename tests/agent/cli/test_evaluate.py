"""``ballast evaluate``: what it refuses, in one sentence."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from ballast.cli.main import app
from support.synthetic import bars


@pytest.fixture
def bar_file(tmp_path):
    ts, prices, volume = bars(400, 5)
    lines = ["ts,open,high,low,close,volume"]
    for stamp, row, amount in zip(ts, prices, volume, strict=True):
        moment = iso(int(stamp))
        lines.append(",".join([moment, *(f"{value:.6f}" for value in row), f"{amount:.3f}"]))
    path = tmp_path / "eth.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def iso(stamp: int) -> str:
    return datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def refused(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["evaluate", "forecaster", *arguments])
    assert result.exit_code == 1, result.output
    return result.output


def test_bars_before_the_end_of_training_are_refused(bar_file):
    said = refused("--bars", f"ETH={bar_file}", "--from", "2020-09-20")
    assert "the shipped model was trained until" in said
    assert "--walk-forward" in said


def test_old_bars_without_a_start_leave_nothing_to_score(bar_file):
    assert "no bar can be scored" in refused("--bars", f"ETH={bar_file}")


def test_a_walk_forward_needs_a_year_of_past(bar_file):
    assert "a year of bars" in refused("--bars", f"ETH={bar_file}", "--walk-forward")


@pytest.mark.parametrize("argument", ["eth.csv", "=eth.csv", "ETH="])
def test_bars_need_a_name_and_a_file(argument):
    assert f"--bars is '{argument}'" in refused("--bars", argument)


def test_a_missing_file_is_named(tmp_path):
    assert "none.csv: cannot be read" in refused("--bars", f"ETH={tmp_path / 'none.csv'}")


def test_a_damaged_archive_is_named(bar_file, tmp_path):
    packed = bytearray(gzip.compress(bar_file.read_bytes()))
    packed[len(packed) // 2] ^= 0xFF
    broken = tmp_path / "eth.csv.gz"
    broken.write_bytes(packed)
    assert "eth.csv.gz: cannot be read" in refused("--bars", f"ETH={broken}")


def test_a_print_at_a_ten_thousandth_is_refused_until_its_treatment_is_chosen(bar_file):
    lines = bar_file.read_text().splitlines()
    cells = lines[300].split(",")
    cells[3] = "0.0001"
    lines[300] = ",".join(cells)
    bar_file.write_text("\n".join(lines) + "\n")
    said = refused("--bars", f"ETH={bar_file}")
    assert "1 bars hold a wick" in said
    assert "--wicks exclude" in said
    assert "no bar can be scored" in refused("--bars", f"ETH={bar_file}", "--wicks", "exclude")
    assert "--wicks is 'mend', allowed are refuse" in refused("--bars", f"ETH={bar_file}", "--wicks", "mend")


def test_a_crash_that_halves_the_price_for_an_hour_is_scored_and_no_wick(bar_file):
    lines = bar_file.read_text().splitlines()
    cells = lines[300].split(",")
    cells[3] = f"{0.4 * float(cells[3]):.6f}"
    lines[300] = ",".join(cells)
    bar_file.write_text("\n".join(lines) + "\n")
    assert "no bar can be scored" in refused("--bars", f"ETH={bar_file}")


def test_a_stamp_off_the_grid_is_named_with_the_interval_of_the_others(bar_file):
    lines = bar_file.read_text().splitlines()
    lines[5] = lines[5].replace(":00:00Z", ":07:00Z")
    bar_file.write_text("\n".join(lines) + "\n")
    said = refused("--bars", f"ETH={bar_file}")
    assert "line 6: stamp" in said
    assert "is not a multiple of 3600 s" in said


def test_an_unknown_rival_is_named():
    assert "--only names oracle" in refused("--only", "oracle")


def test_a_day_that_is_none_is_named(bar_file):
    assert "--from is 'soon'" in refused("--bars", f"ETH={bar_file}", "--from", "soon")
