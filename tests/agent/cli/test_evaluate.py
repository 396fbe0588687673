"""``ballast evaluate``: what it refuses, in one sentence."""

from __future__ import annotations

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


def test_an_unknown_rival_is_named():
    assert "--only names oracle" in refused("--only", "oracle")


def test_a_day_that_is_none_is_named(bar_file):
    assert "--from is 'soon'" in refused("--bars", f"ETH={bar_file}", "--from", "soon")
