"""A piece is found again only by the run that would make the same forecasts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import ballast
from ballast.evaluation.baselines.climatology import Climatology
from ballast.evaluation.baselines.ewma import Ewma
from ballast.evaluation.code_text import Code
from ballast.evaluation.folds import Fold, left_out
from ballast.evaluation.online_only import OnlineOnly
from ballast.evaluation.piece_key import piece_key
from ballast.risk.calibration import Calibrated, CalibrationSettings
from ballast.risk.fit import Training
from ballast.risk.neural import NeuralForecaster
from support.synthetic import market

MARKET = market(600, 11)
UNTIL = int(MARKET.known_at[400])
FOLD = Fold("only", UNTIL, UNTIL, int(MARKET.known_at[-1]) + 1)
RIVAL = "from ballast.scratch import helper\n\nVALUE = helper.HALF_LIFE\n"
HELPER = "HALF_LIFE = 3\n"


def key(layer=None, fold=FOLD, until=UNTIL, seed=1, scored=(MARKET,), fitted=(MARKET,)):
    return piece_key(layer or Calibrated(Climatology()), fold, until, seed, scored, fitted)


@pytest.fixture
def code_of(tmp_path, monkeypatch):
    """Code of a rival and its helper, which lie in the package for as long as the test runs."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.setattr(ballast, "__path__", [*ballast.__path__, str(tmp_path)])

    def read(rival: str = RIVAL, helper: str = HELPER, leave: frozenset[str] = frozenset()) -> dict[str, str]:
        (folder / "rival.py").write_text(rival)
        (folder / "helper.py").write_text(helper)
        return Code().of(["ballast.scratch.rival"], leave)

    return read


def test_the_same_again_has_the_same_name():
    assert key() == key(Calibrated(Climatology()))


@pytest.mark.parametrize(
    "other",
    [
        {"layer": Calibrated(Ewma())},
        {"layer": Calibrated(Climatology(), CalibrationSettings(rate=0.0))},
        {"layer": OnlineOnly(Climatology())},
        {"fold": replace(FOLD, end=FOLD.end - 1)},
        {"until": UNTIL - 1},
        {"seed": 2},
        {"scored": (market(600, 12),)},
        {"fitted": (left_out(MARKET, UNTIL, UNTIL + 3_600),)},
    ],
    ids=["rival", "layer's settings", "kind of layer", "fold", "moment", "seed", "bars", "bars fitted on"],
)
def test_whatever_differs_is_another_piece(other):
    assert key(**other) != key()


def test_one_report_of_the_oracle_is_another_piece():
    reported = MARKET.reported.copy()
    reported[5] = np.nextafter(reported[5], 0)
    assert key(scored=(replace(MARKET, reported=reported),)) != key()


def test_a_network_that_is_trained_otherwise_is_another_piece():
    longer = OnlineOnly(NeuralForecaster(training=Training(epochs=13)))
    assert key(longer) != key(OnlineOnly(NeuralForecaster()))


def test_the_code_of_a_helper_belongs_to_whoever_imports_it(code_of):
    before = code_of()
    after = code_of(helper="HALF_LIFE = 4\n")
    assert before["ballast.scratch.rival"] == after["ballast.scratch.rival"]
    assert before["ballast.scratch.helper"] != after["ballast.scratch.helper"]


def test_an_import_inside_of_a_function_is_one_too(code_of):
    inside = "def late():\n    from ballast.scratch.helper import HALF_LIFE\n    return HALF_LIFE\n"
    assert "ballast.scratch.helper" in code_of(rival=inside)


def test_comments_and_docstrings_change_no_forecast(code_of):
    told = '"""Why three."""\n\n# Not four.\nHALF_LIFE = 3\n'
    assert code_of(helper=told) == code_of(helper='"""Three."""\n\nHALF_LIFE  =  3\n')


def test_what_is_left_away_is_not_followed(code_of):
    assert list(code_of(leave=frozenset({"ballast.scratch.helper"}))) == [
        "ballast.scratch",
        "ballast.scratch.rival",
    ]
