"""Crises of one procedure are pooled, the rest of time lies in none, and each goal gets its verdict."""

from __future__ import annotations

import numpy as np
import pytest

from ballast.evaluation.discrimination import auc
from ballast.evaluation.folds import month_window
from ballast.evaluation.forecasts import Forecasts
from ballast.evaluation.stress import calm_coverage, outside, pooled, stress_summary
from ballast.evaluation.summary import summarise
from ballast.evaluation.text_tables import stress_goal_table
from ballast.risk.forecaster import LOG_BARRIERS, hits

MONTHS = ("2022-05", "2022-06", "2022-11")
HOUR = 3_600


def forecasts(first: int, count: int, shift: float = 0.0, seed: int = 1) -> Forecasts:
    """Exponential falls under a known scale; `honest` states it, `poor` is moved by `shift` on the logit."""
    rng = np.random.default_rng(seed)
    known_at = first + HOUR * np.arange(count)
    scale = np.exp(rng.normal(-4, 0.5, count))
    one = rng.exponential(scale)
    drop = np.stack([one, one + rng.exponential(scale)], axis=1).astype(np.float32)
    near = np.exp(-LOG_BARRIERS / scale[:, None])
    far = near * (1 + LOG_BARRIERS / scale[:, None])
    p = np.clip(np.stack([near, far], axis=1), 1e-9, 1 - 1e-9)
    poor = 1 / (1 + np.exp(-(np.log(p / (1 - p)) + shift)))
    index = np.zeros(count, np.int64)
    forms = {"honest": p, "poor": poor, "poor_calibrated": poor}
    return Forecasts(known_at, index, index, drop, {k: v.astype(np.float32) for k, v in forms.items()})


WHOLE = forecasts(month_window("2022-04")[0], 24 * 300, shift=2.0)


def inside(whole: Forecasts) -> Forecasts:
    return pooled(whole.between(*month_window(month)) for month in MONTHS)


def months(ours: str, rival: str) -> dict:
    return {m: summarise(WHOLE.between(*month_window(m)), ours, [rival]) for m in MONTHS}


def test_inside_and_outside_share_the_rows_and_none_is_in_both():
    crises, calm = inside(WHOLE), outside(WHOLE, MONTHS)
    assert sorted([*crises.known_at, *calm.known_at]) == WHOLE.known_at.tolist()
    assert crises.known_at[0] == month_window("2022-05")[0]
    assert len(crises.known_at) == 24 * (31 + 30 + 30)


def test_pooled_parts_keep_their_forecasts_beside_their_outcomes():
    halves = [WHOLE.between(0, int(WHOLE.known_at[100])), WHOLE.between(int(WHOLE.known_at[100]), 2**62)]
    joined = pooled(halves)
    np.testing.assert_array_equal(joined.drop, WHOLE.drop)
    np.testing.assert_array_equal(joined.chance["poor"], WHOLE.chance["poor"])


def test_an_honest_forecaster_is_calibrated_in_crises_and_no_month_speaks_against_it():
    found = stress_summary(inside(WHOLE), months("honest", "poor_calibrated"), "honest")["1h"]
    assert found["n_days"] == 91
    assert found["miscalibration_share"] < 0.05
    assert found["lo"] <= found["hi"] < 0.10
    assert found["p_not_worse"] == 1.0
    assert found["rival"] == "poor_calibrated"


def test_a_shifted_forecaster_misses_both_goals():
    whole = {**WHOLE.chance, "honest_calibrated": WHOLE.chance["honest"]}
    both = Forecasts(WHOLE.known_at, WHOLE.market, WHOLE.fold, WHOLE.drop, whole)
    singly = {m: summarise(both.between(*month_window(m)), "poor", ["honest_calibrated"]) for m in MONTHS}
    goals = {"walk-forward": stress_summary(inside(both), singly, "poor")}
    lines = list(stress_goal_table({"stress_goals": goals, "calm_coverage": {}}))
    assert len(lines) == 2 + 4
    assert all(line.endswith("| **missed** |") for line in lines[2:])
    assert goals["walk-forward"]["1h"]["p_not_worse"] == 0.0


def test_the_month_that_speaks_most_against_is_named():
    june = (WHOLE.known_at >= month_window("2022-06")[0]) & (WHOLE.known_at < month_window("2022-06")[1])
    honest = WHOLE.chance["honest"]
    mixed = np.where(june[:, None, None], WHOLE.chance["poor"], honest)
    forms = {"mixed": mixed, "honest_calibrated": honest}
    whole = Forecasts(WHOLE.known_at, WHOLE.market, WHOLE.fold, WHOLE.drop, forms)
    singly = {m: summarise(whole.between(*month_window(m)), "mixed", ["honest_calibrated"]) for m in MONTHS}
    found = stress_summary(inside(whole), singly, "mixed")["6h"]
    assert (found["month"], found["p_not_worse"]) == ("2022-06", 0.0)
    assert found["brier"] < 0


def test_tails_are_tested_outside_of_the_crises_alone():
    wild = WHOLE.drop.copy()
    stormy = np.isin(WHOLE.known_at, inside(WHOLE).known_at)
    wild[stormy] = 1.0
    torn = Forecasts(WHOLE.known_at, WHOLE.market, WHOLE.fold, wild, WHOLE.chance)
    calm = calm_coverage(torn, MONTHS, ["honest"])
    assert calm == calm_coverage(WHOLE, MONTHS, ["honest"])
    lines = list(stress_goal_table({"stress_goals": {}, "calm_coverage": {"all": calm}}))
    assert [line.split("|")[-2].strip() for line in lines[2:]] == ["reached", "reached"]


def test_the_area_is_one_for_order_a_half_for_none_and_missing_without_hits():
    drop = np.asarray([0.0] * 40 + [0.5] * 40, np.float32)
    hit = hits(drop[:, None])[:, 0]
    ranked = np.repeat(np.linspace(0, 1, 80, dtype=np.float32)[:, None], hit.shape[1], axis=1)
    assert auc(ranked, hit, 30) == pytest.approx(1.0)
    assert auc(1 - ranked, hit, 30) == pytest.approx(0.0)
    assert auc(np.full_like(ranked, 0.3), hit, 30) == pytest.approx(0.5)
    assert auc(ranked, hit, 41) is None
