"""Forecasts that are not to be used give way to their worst case, with the reason; others stay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ballast.risk.model import Horizon, assess, initial_state, load_default_weights, probability_at
from ballast.risk.report import PPM_ONE, RiskCode
from ballast.risk.screen import Limit, attention_level, needing_attention
from ballast.risk.serving import (
    RangesError,
    explain,
    gated,
    is_out_of_distribution,
    training_ranges,
)
from ballast.risk.state import RiskState

DEFAULT = load_default_weights()
WEIGHTS = replace(DEFAULT, metadata={"train_end": "2024-07-20T12:20:00+00:00"})
SCALES = initial_state(DEFAULT).variance.size
VARIANCE = np.exp(np.linspace(-18.5, -18.0, SCALES, dtype=np.float32))
STATE = initial_state(DEFAULT)._replace(
    variance=VARIANCE, observations=np.int32(1_000), seconds_observed=np.float32(100_000)
)
BOUNDS = [[float(v), float(v)] for v in VARIANCE]


def weights_with(ranges: object):
    return replace(WEIGHTS, metadata={**WEIGHTS.metadata, "feature_ranges": ranges})


def forecast(log_return: float = 0.0, state: RiskState = STATE):
    return assess(WEIGHTS, state, log_return, 0.0, [0.2], [0.1])


def test_a_forecast_without_fault_stays_as_it_is() -> None:
    state, risks = forecast()
    assert gated(WEIGHTS, state, risks, [False]) == risks
    assert risks[0].code is RiskCode.OK


def test_a_stale_price_is_unknown_risk() -> None:
    state, risks = forecast()
    (risk,) = gated(WEIGHTS, state, risks, [True])
    assert (risk.code, risk.p_liquidation_1h_ppm) == (RiskCode.STALE, PPM_ONE)


def test_a_state_at_the_edge_of_the_training_is_known_and_one_beyond_it_is_not() -> None:
    known = weights_with({"variance_per_second": BOUNDS})
    assert not is_out_of_distribution(known, STATE)
    for place, towards in ((0, np.inf), (SCALES - 1, -np.inf)):
        moved = VARIANCE.copy()
        moved[place] = np.nextafter(moved[place], np.float32(towards))
        beyond = STATE._replace(variance=moved)
        state, risks = forecast(state=beyond)
        (risk,) = gated(known, state, risks, [False])
        assert (risk.code, risk.p_liquidation_6h_ppm) == (RiskCode.OUT_OF_DISTRIBUTION, PPM_ONE)


def test_weights_without_ranges_call_nothing_unknown_and_say_so() -> None:
    assert not is_out_of_distribution(WEIGHTS, STATE._replace(variance=VARIANCE * 1e6))
    assert "names no ranges" in explain(WEIGHTS, STATE).sentences()[1]
    assert (
        "names no ranges" not in explain(weights_with({"variance_per_second": BOUNDS}), STATE).sentences()[1]
    )


@pytest.mark.parametrize(
    "ranges",
    [
        7,
        {},
        {"variance_per_second": "x"},
        {"variance_per_second": BOUNDS[:-1]},
        {"variance_per_second": [[2.0, 1.0]] * SCALES},
        {"variance_per_second": [[float("nan"), 1.0]] * SCALES},
    ],
)
def test_malformed_ranges_are_an_error_not_a_pass(ranges: object) -> None:
    with pytest.raises(RangesError, match="feature_ranges"):
        is_out_of_distribution(weights_with(ranges), STATE)


def test_ranges_of_the_training_hold_all_of_it() -> None:
    states = np.exp(np.random.default_rng(1).normal(-18, 1, (50, SCALES))).astype(np.float32)
    known = weights_with(training_ranges(states))
    assert not any(is_out_of_distribution(known, STATE._replace(variance=row)) for row in states)
    for wrong in (states[:0], np.full((2, SCALES), np.nan, np.float32)):
        with pytest.raises(ValueError, match="finite ones only"):
            training_ranges(wrong)


@pytest.mark.parametrize(
    ("log_return", "code"), [(float("nan"), RiskCode.NOT_FINITE), (9.0, RiskCode.OUT_OF_RANGE)]
)
def test_an_unusable_input_is_named_before_staleness(log_return: float, code: RiskCode) -> None:
    state, risks = assess(WEIGHTS, STATE, log_return, 60.0, [0.2], [0.1])
    assert gated(WEIGHTS, state, risks, [True])[0].code is code


def test_too_little_history_is_named_before_an_unknown_regime_but_after_staleness() -> None:
    cold = STATE._replace(observations=np.int32(0))
    nowhere = weights_with({"variance_per_second": [[0.0, 0.0]] * SCALES})
    state, risks = forecast(state=cold)
    assert gated(nowhere, state, risks, [False])[0].code is RiskCode.COLD
    assert gated(nowhere, state, risks, [True])[0].code is RiskCode.STALE


def test_every_code_has_a_sentence_for_people() -> None:
    assert all(code.sentence.endswith(".") for code in RiskCode)


def test_an_explanation_names_the_scales_that_are_raised_over_the_slowest() -> None:
    calm = STATE._replace(variance=np.full(SCALES, 1e-8, np.float32))
    wild = calm._replace(variance=np.asarray([4e-8] + [1e-8] * (SCALES - 1), np.float32))
    assert "raised at no time scale" in explain(WEIGHTS, calm).sentences()[0]
    drivers, model = explain(WEIGHTS, wild).sentences()
    slowest = explain(WEIGHTS, wild).drivers[-1].name
    assert f"raised over 15 min 2.0 times of 56 % a year, the average of {slowest}" in drivers
    assert WEIGHTS.model_id[:10] in model
    assert "2024-07-20" in model


def test_the_screen_misses_nobody_whom_a_limit_concerns() -> None:
    limits = (Limit(Horizon.ONE_HOUR, 10_000), Limit(Horizon.SIX_HOURS, 100_000))
    level = attention_level(WEIGHTS, STATE, limits, 1.0)
    health = np.linspace(1.0001, 1.5, 4_000)
    rows, waiting = needing_attention(health / 2_000.0, 2_000.0, level, 4_000)
    concerned = np.zeros(4_000, bool)
    for limit in limits:
        concerned |= probability_at(WEIGHTS, STATE, np.log(health), limit.horizon) >= limit.ppm
    assert waiting == 0
    assert set(np.flatnonzero(concerned)) <= set(rows.tolist())
    # Nor does it ask for many more than those.
    assert len(rows) <= concerned.sum() + 10


def test_the_screen_takes_the_least_healthy_first_and_says_how_many_wait() -> None:
    rows, waiting = needing_attention(np.asarray([1.3, 1.1, 1.2, 5.0]), 1.0, 1.3, 2)
    assert (rows.tolist(), waiting) == ([1, 2], 1)
    assert needing_attention(np.asarray([5.0]), 1.0, 1.3, 2)[0].tolist() == []


def test_the_screen_looks_at_a_backstop_whatever_the_forecast_says() -> None:
    calm = STATE._replace(variance=np.full(SCALES, 1e-14, np.float32))
    assert attention_level(WEIGHTS, calm, (Limit(Horizon.ONE_HOUR, 10_000),), 1.14) >= 1.14
    with pytest.raises(ValueError, match="limit is 1 ppm"):
        attention_level(WEIGHTS, calm, (Limit(Horizon.ONE_HOUR, 1),), 1.14)
