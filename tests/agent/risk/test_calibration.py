"""The calibration layer: repairs a bias, learns online from known outcomes only, stays monotone."""

from __future__ import annotations

from typing import Self

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast.risk.calibration import Calibrated, CalibrationSettings, LogisticMap, fit_map, monotone
from ballast.risk.forecaster import LOG_BARRIERS, Forecaster, Market, hits, make_market

START = 1_700_006_400


class Constant(Forecaster):
    """The same probability for every row and barrier; remembers what it was fitted on."""

    name = "constant"

    def __init__(self, value: float) -> None:
        self.value = value
        self.seen: list[int] = []

    def fit(self, markets: list[Market], known_until: int, seed: int) -> Self:  # noqa: ARG002
        assert all((market.known_at <= known_until).all() for market in markets)
        self.seen.append(known_until)
        return self

    def predict(self, market: Market, rows: np.ndarray) -> np.ndarray:  # noqa: ARG002
        return np.full((rows.size, 2, LOG_BARRIERS.size), self.value, np.float32)


def market(count: int, seed: int, volatility: float = 0.004) -> Market:
    generator = np.random.default_rng(seed)
    path = 2_000 * np.exp(np.cumsum(generator.standard_normal(3 * count + 1)) * volatility)
    inside = np.lib.stride_tricks.sliding_window_view(path, 4)[::3]
    prices = np.stack([inside[:, 0], inside.max(axis=1), inside.min(axis=1), inside[:, -1]], axis=1)
    return make_market("generated", 3_600, START + 3_600 * np.arange(count), prices, np.ones(count))


def test_a_biased_forecast_is_moved_to_the_rate_of_what_happened() -> None:
    one = market(2_000, 1)
    fitted = Calibrated(Constant(0.9), CalibrationSettings(ridge=0.1, rate=0)).fit(
        [one], int(one.known_at[-1]), 0
    )
    rows = one.scored_rows(0, int(one.known_at[-1]))
    rate = hits(one.drop[rows[-500:]]).mean(axis=0)
    assert fitted.predict(one, rows[-1:])[0] == pytest.approx(rate, abs=0.12)
    assert fitted.inner.seen == [
        fitted.fitted_until - int(0.25 * (fitted.fitted_until - START - 3_600)),
        fitted.fitted_until,
    ]


def test_online_offsets_follow_a_change_of_regime_and_a_rate_of_zero_stands_still() -> None:
    calm, wild = market(1_000, 2, 0.001), market(1_000, 3, 0.012)
    prices = np.concatenate([calm.prices, wild.prices * calm.prices[-1, 3] / wild.prices[0, 0]])
    both = make_market("both", 3_600, START + 3_600 * np.arange(2_000), prices, np.ones(2_000))
    until = int(calm.known_at[-1])
    fitted = Calibrated(Constant(0.5), CalibrationSettings(rate=0.02)).fit([both.until(until)], until, 0)
    early, late = fitted.predict(both, np.asarray([1_001, 1_900]))
    assert late[0, 0] > early[0, 0] + 0.1
    still = fitted.with_settings(CalibrationSettings(rate=0)).predict(both, np.asarray([1_001, 1_900]))
    assert still[0].tobytes() == still[1].tobytes()


@pytest.mark.parametrize("cut", [700, 950])
def test_poison_stamped_after_a_row_never_reaches_its_forecast(cut: int) -> None:
    clean = market(1_000, 4)
    prices = clean.prices.copy()
    prices[cut:] *= 0.7
    dirty = make_market("generated", 3_600, START + 3_600 * np.arange(1_000), prices, np.ones(1_000))
    until = int(clean.known_at[500])
    past, later = np.arange(400, cut), np.arange(cut + 8, 1_000)
    forecasts = []
    for one in (clean, dirty):
        fitted = Calibrated(Constant(0.3), CalibrationSettings(rate=0.05)).fit([one], until, 0)
        forecasts.append((fitted.predict(one, past), fitted.predict(one, later)))
    assert forecasts[0][0].tobytes() == forecasts[1][0].tobytes()
    assert (forecasts[0][1] != forecasts[1][1]).any()


def test_a_forecast_does_not_depend_on_which_other_rows_are_asked_for() -> None:
    one = market(800, 5)
    fitted = Calibrated(Constant(0.3)).fit([one], int(one.known_at[400]), 0)
    rows = np.arange(350, 800)
    everything = fitted.predict(one, rows)
    assert fitted.predict(one, rows[::7]).tobytes() == everything[::7].tobytes()


@given(st.lists(st.floats(0, 1), min_size=20, max_size=20), st.floats(-5, 5), st.floats(0, 3))
@settings(deadline=None, max_examples=50)
def test_what_comes_out_is_monotone_whatever_goes_in(
    values: list[float], offset: float, slope: float
) -> None:
    raw = np.asarray(values).reshape(2, 10)
    mapped = LogisticMap(np.linspace(offset, -offset, 20).reshape(2, 10), np.asarray([slope, 1.0]))
    found = monotone(mapped.apply(raw))
    assert (np.diff(found, axis=1) <= 0).all()
    assert (found[1] >= found[0]).all()
    assert ((found >= 0) & (found <= 1)).all()


def test_the_fitted_map_recovers_a_known_distortion() -> None:
    generator = np.random.default_rng(6)
    truth = generator.uniform(0.02, 0.98, (20_000, 2, 10))
    hit = (generator.uniform(size=truth.shape) < truth).astype(np.float32)
    logit = np.log(truth / (1 - truth))
    distorted = 1 / (1 + np.exp(-(0.5 * logit + 0.7)))
    fitted = fit_map(distorted.astype(np.float32), hit, 0.1)
    assert fitted.slope == pytest.approx([2.0, 2.0], rel=0.05)
    assert fitted.offset == pytest.approx(np.full((2, 10), -1.4), abs=0.12)


@pytest.mark.parametrize(
    ("values", "reason"),
    [({"share": 0.0}, "share is 0.0"), ({"share": 1.0}, "share is 1.0"), ({"rate": -0.1}, "rate is -0.1")],
)
def test_settings_out_of_range_are_refused(values: dict[str, float], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        CalibrationSettings(**values)
