"""`ballast shocks`: a file of legs in, who is liquidated by what out; one sentence where it is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ballast.app.shock_book import book_of, read_legs
from ballast.cli.main import app
from ballast.domain.errors import ConfigError

HEADER = "position,side,asset,value_usd,threshold_bps,bonus_bps"
LONG = f"""{HEADER},portfolio
safe,collateral,WETH,100000,8300,500,desk
safe,debt,USDC,20000,,,desk
edge,collateral,WETH,100000,8300,500,desk
edge,debt,USDC,60000,,,desk
peg,collateral,USDC,10000,7700,450,mine
peg,debt,USDT,7500,,,mine
"""


def run(tmp_path: Path, text: str, *more: str, name: str = "legs.csv"):
    (tmp_path / name).write_text(text)
    arguments = ["shocks", "--positions", str(tmp_path / name), "--scenarios", "300", "--hours", "2", *more]
    return CliRunner().invoke(app, arguments)


def test_says_which_shock_liquidates_whom_and_what_that_costs(tmp_path: Path) -> None:
    report = json.loads(run(tmp_path, LONG, "--json").stdout)
    hit = {line["event"]["name"]: line["liquidated"] for line in report["events"]}
    assert hit["all crypto -30 %"] == ["edge"]
    assert hit["2023-03-11 USDC depeg"] == ["peg"]
    loss = {line["event"]["name"]: line["loss_usd"] for line in report["events"]}
    assert loss["all crypto -30 %"] == 60_000 / 2 * 0.05
    edge = report["positions"][1]
    assert edge["health"] == pytest.approx(83_000 / 60_000)
    assert edge["distance_percent"] == pytest.approx(100 * (1 - 60 / 83))
    assert [name for name, _ in report["quantiles"]] == ["desk", "mine"]


def test_the_tables_are_for_people_and_name_the_model(tmp_path: Path) -> None:
    shown = run(tmp_path, LONG).stdout
    assert "edge                       1.3833           27.7 %" in shown
    assert "2020-03-12 Black Thursday" in shown
    assert "(imagined)" in shown
    assert "300 simulated paths of 2 h, seed 1: a model with assumed volatilities" in shown


def test_a_json_file_says_the_same_as_a_csv_file(tmp_path: Path) -> None:
    lines = [line.split(",") for line in LONG.splitlines()]
    rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    as_json = run(tmp_path, json.dumps(rows), "--json", name="legs.json").stdout
    assert as_json == run(tmp_path, LONG, "--json").stdout


def test_values_are_joined_by_position_and_rounded_against_it(tmp_path: Path) -> None:
    text = f"{HEADER}\na,collateral,WETH,0.000003,8300,500\na,collateral,WETH,1,8300,500\na,debt,DAI,0.5,,\n"
    (tmp_path / "legs.csv").write_text(text)
    book = book_of(read_legs(tmp_path / "legs.csv"))
    assert book.weights.tolist() == [[2 + 830_000, -500_000]]
    assert book.debt_usd.tolist() == [0.5]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("a,short,WETH,1,8300,500", "leg 1: side is 'short', allowed are collateral and debt"),
        ("a,collateral,WETH,-1,8300,500", "value_usd is -1, allowed are more than 0"),
        ("a,collateral,WETH,much,8300,500", "value_usd is 'much', allowed is a decimal number"),
        ("a,collateral,WETH,1,10001,500", "threshold_bps is '10001', allowed are 1 to 10000"),
        ("a,collateral,WETH,1,0,500", "threshold_bps is '0', allowed are 1 to 10000"),
        ("a,collateral,WETH,1,8300,", "missing ['bonus_bps']"),
        ("a,debt,USDC,1,8300,", "debt has neither threshold_bps nor bonus_bps"),
        ("a,collateral,DOGE,1,8300,500", "asset DOGE is of family '': state one in the column family"),
        ("a,collateral,WETH,9007199255,8300,500", "allowed are more than 0 to 9007199254"),
    ],
)
def test_a_wrong_leg_is_one_sentence_and_status_one(tmp_path: Path, row: str, sentence: str) -> None:
    done = run(tmp_path, f"{HEADER}\n{row}\n")
    assert (done.exit_code, done.stdout) == (1, "")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "name", "sentence"),
    [
        ("", "legs.csv", "missing"),
        (f"{HEADER}\n", "legs.csv", "holds no leg"),
        (f"{HEADER},colour\n", "legs.csv", "unknown ['colour']"),
        ("{}", "legs.json", "is not an array of objects"),
        ("[", "legs.json", "is not JSON"),
    ],
)
def test_a_wrong_file_is_one_sentence(tmp_path: Path, text: str, name: str, sentence: str) -> None:
    done = run(tmp_path, text, name=name)
    assert done.exit_code == 1
    assert sentence in done.stderr


def test_a_missing_file_and_too_many_paths_are_refused(tmp_path: Path) -> None:
    missing = CliRunner().invoke(app, ["shocks", "--positions", str(tmp_path / "none.csv")])
    assert (missing.exit_code, "cannot be read" in missing.stderr) == (1, True)
    assert "allowed are 1 to 48 hours" in run(tmp_path, LONG, "--hours", "49").stderr
    assert "allowed are 1 to 48 hours" in run(tmp_path, LONG, "--scenarios", "9000000").stderr
    assert "--bonus-bps is -1" in run(tmp_path, LONG, "--bonus-bps", "-1").stderr


def test_a_position_belongs_to_one_portfolio(tmp_path: Path) -> None:
    text = f"{HEADER},portfolio\na,collateral,WETH,1,8300,500,one\na,debt,USDC,1,,,two\n"
    (tmp_path / "legs.csv").write_text(text)
    with pytest.raises(ConfigError, match="a is in portfolios one and two"):
        book_of(read_legs(tmp_path / "legs.csv"))


def test_an_asset_of_a_stated_family_takes_its_shocks(tmp_path: Path) -> None:
    text = f"{HEADER},family\na,collateral,DOGE,100,5000,1000,ALT\na,debt,USDC,40,,,\n"
    report = json.loads(run(tmp_path, text, "--json").stdout)
    assert "a" in {name for line in report["events"] for name in line["liquidated"]}
