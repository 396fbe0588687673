"""One run from bars to document: resumed pieces, shipped rivals, refusals, and where nothing is said."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ballast.domain.errors import ConfigError
from ballast.evaluation import report
from ballast.evaluation.baselines.climatology import Climatology
from ballast.evaluation.baselines.ewma import Ewma
from ballast.evaluation.baselines.garch import Garch, Kind
from ballast.evaluation.baselines.log_har import LogHar, LogHarRatio
from ballast.evaluation.features import average
from ballast.evaluation.folds import Fold
from ballast.evaluation.forecasts import Cache, collect
from ballast.evaluation.new_bars import Shipped, score_new_bars, scored_range
from ballast.evaluation.procedures import Field
from ballast.evaluation.store import from_document, shipped_rivals, to_document
from ballast.evaluation.summary import LEAST_HITS, summarise
from ballast.risk.calibration import Calibrated
from support.synthetic import START, market

HOUR = 3_600
MARKETS = [market(1_500, 11), market(1_500, 12, "BTC")]
SPLIT = int(MARKETS[0].known_at[900])
FOLD = Fold("only", SPLIT - 6 * HOUR, SPLIT, int(MARKETS[0].known_at[-1]) + 1)


def silent(_: str) -> None:
    pass


@pytest.fixture(scope="module")
def forecasts():
    rivals = [Climatology(), Ewma(), LogHarRatio()]
    return collect(MARKETS, [FOLD], lambda _: MARKETS, rivals, Cache(None), silent)


def test_the_document_holds_what_is_promised(forecasts):
    horizons = summarise(forecasts, "log_har_ratio", ["ewma_reflection", "climatology_calibrated"])
    assert list(horizons) == ["1h", "6h"]
    for horizon in horizons.values():
        assert {"skill_vs", "miscalibration_share", "crps", "n_days", "hits"} <= set(horizon)
        assert {"brier", "lo", "hi", "log_score"} <= set(horizon["skill_vs"]["ewma_reflection"])
        assert horizon["best_calibrated"] == "climatology_calibrated"
        row = horizon["skill_vs"]["climatology_calibrated"]
        assert row["lo"] < row["brier"] < row["hi"]
    json.dumps(horizons)


def test_volatility_that_clusters_is_forecast_better_than_by_climatology(forecasts):
    horizons = summarise(forecasts, "log_har_ratio", ["climatology_calibrated"])
    assert horizons["1h"]["skill_vs"]["climatology_calibrated"]["lo"] > 0


def test_a_cell_with_too_few_hits_makes_no_claim(forecasts):
    cells = summarise(forecasts, "log_har_ratio", ["climatology_calibrated"])["1h"]["cells"]
    assert {cell["skill"] is None for cell in cells if cell["hits"] < LEAST_HITS} == {True}
    assert {cell["skill"] is None for cell in cells if cell["hits"] >= LEAST_HITS} == {False}


def test_days_below_twenty_give_no_interval(forecasts):
    short = forecasts.between(SPLIT, SPLIT + 10 * 86_400)
    row = summarise(short, "log_har_ratio", ["climatology_calibrated"])["6h"]["skill_vs"]
    assert row["climatology_calibrated"]["lo"] is None


def test_a_finished_piece_is_not_made_again(tmp_path, monkeypatch):
    first = collect(MARKETS, [FOLD], lambda _: MARKETS, [Climatology()], Cache(tmp_path), silent)

    def refuse(*_: object) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr(Climatology, "fit", refuse)
    again = collect(MARKETS, [FOLD], lambda _: MARKETS, [Climatology()], Cache(tmp_path), silent)
    np.testing.assert_array_equal(first.chance["climatology"], again.chance["climatology"])


def test_other_bars_are_another_piece(tmp_path):
    collect(MARKETS, [FOLD], lambda _: MARKETS, [Climatology()], Cache(tmp_path), silent)
    others = [market(1_500, 13), MARKETS[1]]
    collect(others, [FOLD], lambda _: others, [Climatology()], Cache(tmp_path), silent)
    assert len(list(tmp_path.iterdir())) == 2


def test_fitted_rivals_survive_json():
    rivals = [Climatology(), Ewma(), Garch(Kind.GJR_T), Garch(Kind.EGARCH_SKEWT), LogHar(), LogHarRatio()]
    known = [one.until(SPLIT) for one in MARKETS]
    layers = [Calibrated(rival).fit(known, SPLIT, 1) for rival in rivals]
    back = from_document(json.loads(json.dumps(to_document(layers, HOUR, SPLIT))))
    rows = np.arange(950, 1_050)
    for before, after in zip(layers, back, strict=True):
        assert before.inner.name == after.inner.name
        mine, theirs = before.predict(MARKETS[0], rows), after.predict(MARKETS[0], rows)
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-7)


def shipped(train_end: int) -> Shipped:
    layer = Calibrated(LogHarRatio()).fit([one.until(SPLIT) for one in MARKETS], SPLIT, 1)
    return Shipped(layer, "0x01", train_end)


def test_the_shipped_model_is_not_scored_on_its_own_training():
    with pytest.raises(ConfigError, match="--walk-forward"):
        scored_range(MARKETS, SPLIT - 1, None, SPLIT)
    assert scored_range(MARKETS, SPLIT, None, SPLIT)[0] == SPLIT
    assert scored_range(MARKETS, None, None, SPLIT)[0] == SPLIT


def test_bars_that_end_with_the_training_leave_nothing_to_score():
    last = int(MARKETS[0].known_at[-1])
    with pytest.raises(ConfigError, match="no bar can be scored"):
        scored_range(MARKETS, None, None, last - 5 * HOUR)
    assert scored_range(MARKETS, None, None, last - 6 * HOUR)


def test_files_that_hold_the_new_period_alone_are_scored_beside_shipped_rivals():
    stored = shipped_rivals(HOUR)
    assert stored is not None
    names = {layer.inner.name for layer in stored[0]}
    assert {"ewma_reflection", "gjr_t", "log_har", "log_har_ratio", "asymmetric_ewma_t"} <= names
    model = shipped(START)
    window = scored_range(MARKETS, None, None, START)
    document = score_new_bars(MARKETS, window, model, [Ewma(), Garch(Kind.HISTORICAL)], silent)
    assert document["left_out"] == ["filtered_historical"], "it has no shipped parameters and no year of past"
    assert "ewma_reflection_calibrated" in document["horizons"]["1h"]["skill_vs"]
    assert document["fold_ids"][0] == "2020-09"


def test_a_walk_forward_document_keeps_its_two_procedures_apart(forecasts):
    field = Field(LogHarRatio(), [Climatology(), Ewma()])
    horizons = field.summarise(forecasts)
    document = {
        "model_id": "procedure",
        "train_end": None,
        "horizons": horizons,
        "walk_forward": {"hourly": horizons},
        "walk_forward_stress": {"2022-05": horizons},
        "leave_window_out": {"2020-03": horizons},
    }
    titles = [title for title, _ in report.sections(document)]
    assert sum("leave-window-out" in title for title in titles) == 1
    causal = report.markdown(document).split("leave-window-out")[0]
    assert "2020-03" not in causal
    assert "2022-05" in causal


def test_a_slow_average_of_a_short_record_is_its_mean():
    values = np.full(24 * 20, 4e-9)
    slow = average(values, 1_344 * HOUR, HOUR)
    assert slow[-1] == pytest.approx(4e-9, rel=0.3)
