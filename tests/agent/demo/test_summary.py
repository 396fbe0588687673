import json

import pytest

from ballast.demo.ledger import Account, Execution
from ballast.demo.seeds import write_seeds
from ballast.demo.summary import PathOutcome, contestant, dollars, health, places, ranking, summarise
from ballast.domain.units import UINT256_MAX, WAD
from ballast.simulate.path import MarketPath


@pytest.mark.parametrize(
    ("wad", "text"),
    [
        (0, "0.00"),
        (WAD, "1.00"),
        (WAD + WAD // 100 - 1, "1.00"),
        (-WAD // 2, "-0.50"),
        (-1, "-0.01"),
        (12_345 * WAD, "12345.00"),
    ],
)
def test_dollars_are_rounded_down_to_the_cent(wad, text):
    assert dollars(wad) == text


@pytest.mark.parametrize(
    ("wad", "text"), [(UINT256_MAX, None), (WAD - 1, "0.9999"), (145 * WAD // 100, "1.4500")]
)
def test_health_is_rounded_down_and_absent_without_debt(wad, text):
    assert health(wad) == text


def _accounts(**equity):
    return {label: Account("0x00", equity_end_wad=value) for label, value in equity.items()}


def test_ranking_is_by_equity_whoever_wins_and_equal_cents_share_a_place():
    accounts = _accounts(
        ballast=5 * WAD, unprotected=7 * WAD, static_rule=5 * WAD + 1, closed_at_start=9 * WAD
    )
    assert ranking(accounts) == ["closed_at_start", "unprotected", "static_rule", "ballast"]
    assert places(accounts) == {"closed_at_start": 1, "unprotected": 2, "static_rule": 3, "ballast": 3}


def _outcome(name, **accounts):
    path = MarketPath(name, "a label", "a source", 4, 0, (1, 2, 3), (1, 1, 1))
    executions = (Execution("ballast", "0xaa", "0xbb", 17, 0), Execution("ballast", "0xcc", "0xdd", 18, 1))
    return PathOutcome(path, accounts, executions if name == "crash" else (), 0, 1)


def _summary(equity=8 * WAD):
    account = Account("0x00", 9 * WAD, equity, 2 * WAD, 1, 0, 21_000, WAD, WAD // 2, WAD // 4, ["0xee"])
    return summarise(
        "s",
        [_outcome("crash", ballast=account), _outcome("calm", ballast=account)],
        frozenset({"0xaa"}),
        {"x": 1},
    )


def test_summary_holds_what_the_format_promises():
    summary = _summary()
    assert {key: summary[key] for key in ("scenario", "data_source", "seed", "blocks", "x")} == {
        "scenario": "s", "data_source": "a source", "seed": 4, "blocks": 4, "x": 1,
    }  # fmt: skip
    assert set(summary["paths"]) == {"crash", "calm"}
    row = summary["paths"]["crash"]["contestants"]["ballast"]
    assert row["liquidations"] == 1
    assert row["liquidation_txs"] == ["0xee"]
    assert (row["equity_start_usd"], row["equity_end_usd"]) == ("9.00", "8.00")
    assert (row["min_health_factor"], row["actions"], row["gas_used"]) == ("2.0000", 1, 21_000)
    assert row["cost_usd"] == {"swap": "0.50", "gas": "1.00", "liquidation": "0.25"}
    assert json.loads(json.dumps(summary)) == summary


def test_decisions_say_whether_they_were_verified():
    first, second = _summary()["decisions"]
    assert (first["digest"], first["tx"], first["block"], first["verified"]) == ("0xaa", "0xbb", 17, True)
    assert second["verified"] is False


def test_a_contestant_without_debt_has_no_lowest_health():
    assert contestant(Account("0x00"))["min_health_factor"] is None


def test_seeds_table_has_mean_extremes_and_liquidated_runs(tmp_path):
    text = write_seeds(tmp_path, [_summary(8 * WAD), _summary(6 * WAD)])
    stored = json.loads((tmp_path / "seeds.json").read_text())
    row = stored["paths"]["crash"]["ballast"]
    assert row["equity_end_usd"] == {"mean": "7.00", "min": "6.00", "max": "8.00"}
    assert (row["runs_with_liquidation"], row["liquidations"], row["actions"]) == (2, 2, 2)
    assert row["cost_usd_mean"] == "1.75"
    assert "| ballast | 7.00 | 6.00 | 8.00 | 2 |" in text
    assert (tmp_path / "seeds.md").read_text() == text
