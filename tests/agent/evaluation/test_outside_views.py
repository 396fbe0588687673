"""The ceiling in a simulated market, liquidations against matched hours, and the pages that show them."""

from __future__ import annotations

import csv
import gzip

import numpy as np
import pytest

from ballast.domain.errors import ConfigError
from ballast.evaluation import html_report
from ballast.evaluation.baselines.climatology import Climatology
from ballast.evaluation.baselines.ewma import Ewma
from ballast.evaluation.ceiling import ceiling
from ballast.evaluation.forecasts import Cache
from ballast.evaluation.liquidations import liquidated_hours, match, rise
from ballast.evaluation.page import insert
from ballast.evaluation.text_tables import ceiling_table, liquidation_table

HOUR, DAY = 3_600, 86_400
NEW_YEAR = 1_609_459_200


def silent(_: str) -> None:
    pass


def test_nobody_beats_the_one_who_knows_the_true_volatility():
    study = ceiling(HOUR, [Climatology(), Ewma()], Cache(None), silent, days=250)
    for horizon in study["horizons"].values():
        best = min(horizon, key=lambda name: horizon[name]["brier"])
        assert best.startswith("true_state")
        assert horizon["ewma_reflection"]["share_of_gap"] == 0
        assert horizon[best]["share_of_gap"] == pytest.approx(1)


@pytest.fixture
def liquidations(tmp_path):
    """One seized on new year at 05:10, written twice; one of another collateral; one against another debt."""
    names = [
        "collateralAmount",
        "collateralReserve",
        "principalAmount",
        "principalReserve",
        "timestamp",
        "user",
    ]
    at = NEW_YEAR + 5 * HOUR + 600
    rows = [
        ["1", "WETH", "2", "USDC", str(at), "0xa"],
        ["1", "WETH", "2", "USDC", str(at), "0xa"],
        ["1", "WETH", "2", "DAI", str(at + 60), "0xb"],
        ["1", "LINK", "2", "USDC", str(at), "0xc"],
        ["1", "WETH", "2", "WBTC", str(at), "0xd"],
    ]
    path = tmp_path / "liquidations.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([names, *rows])
    return path


def test_liquidations_are_counted_once_and_only_weth_for_stablecoins(liquidations):
    assert liquidated_hours(liquidations) == {NEW_YEAR + 5 * HOUR: 2}


def test_controls_share_the_hour_and_hold_no_liquidation():
    event = NEW_YEAR + 50 * DAY + 5 * HOUR
    busy = frozenset({event, event + DAY, event - 2 * DAY})
    matched = match([event], busy, NEW_YEAR, NEW_YEAR + 100 * DAY)
    assert matched.events.tolist() == [event]
    assert set((matched.controls % DAY).ravel().tolist()) == {5 * HOUR}
    assert not set(matched.controls.ravel().tolist()) & busy
    assert (np.abs(matched.controls - event) <= 45 * DAY).all()


def test_an_event_without_quiet_days_around_it_is_left_out():
    days = [NEW_YEAR + day * DAY for day in range(100)]
    assert match([days[50]], frozenset(days), days[0], days[-1]).events.size == 0


def test_a_forecast_that_rises_before_liquidations_is_seen_to_and_a_flat_one_is_not():
    known_at = NEW_YEAR + np.arange(120 * 24) * HOUR
    hours = {NEW_YEAR + day * DAY + 5 * HOUR: 3 for day in range(30, 90, 7)}
    rng = np.random.default_rng(1)
    flat = 0.05 * np.exp(0.1 * rng.standard_normal(known_at.size))
    warned = np.where(np.isin(known_at, [t - HOUR for t in hours]), 5 * flat, flat)
    rows = {row["lead_hours"]: row for row in rise(known_at, warned, hours, 1)}
    assert rows[1]["lo"] > 4
    assert rows[1]["auc"] > 0.99
    assert rows[3]["lo"] < 1 < rows[3]["hi"]
    assert not rise(known_at, warned, hours, 4), "no hour has four liquidations"


def test_a_page_keeps_all_but_its_tables(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- x: begin -->\nold\n<!-- x: end -->\nafter\n")
    insert(page, "x", "new")
    assert page.read_text() == "before\n<!-- x: begin -->\nnew\n<!-- x: end -->\nafter\n"
    with pytest.raises(ConfigError, match="y: begin"):
        insert(page, "y", "new")


def test_html_tables_escape_what_they_show():
    text = html_report.table(["| a | b |", "|---|---|", "| <x> | **y** |"])
    assert "&lt;x&gt;" in text
    assert "<b>y</b>" in text
    assert text.count("<tr>") == 2


def test_a_page_shows_chosen_leads_and_the_whole_table_all_of_them():
    row = {
        "events": 3,
        "days": 2,
        "before": 0.2,
        "controls": 0.1,
        "ratio": 2.0,
        "lo": 1.5,
        "hi": 2.5,
        "auc": 0.7,
    }
    document = {"rises": {"1|1h|someone": [{**row, "lead_hours": lead} for lead in (0, 1, 24)]}}
    assert len(list(liquidation_table(document))) == 2 + 3
    assert [line.split("|")[4].strip() for line in list(liquidation_table(document, (1, 24)))[2:]] == [
        "1",
        "24",
    ]


def test_the_ceiling_is_told_best_first_and_without_climatology():
    scores = {"climatology": 0.30, "ewma_reflection": 0.20, "true_state": 0.10}
    rows = {who: {"brier": b, "skill_vs_climatology": 0.0, "share_of_gap": 0.0} for who, b in scores.items()}
    lines = list(ceiling_table([{"interval_seconds": 300, "horizons": {"1h": rows}}]))
    assert [line.split("|")[3].strip() for line in lines[2:]] == ["true_state", "ewma_reflection"]
