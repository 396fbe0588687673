"""A forecast at t is the same whatever happens after t: in fitting, scaling, calibration and early stop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast.evaluation.forecasts import layered
from ballast.evaluation.online_only import OnlineOnly
from ballast.evaluation.rivals import all_rivals
from ballast.risk.fit import Training
from ballast.risk.network import Shape
from ballast.risk.neural import NeuralForecaster
from support.synthetic import market, poisoned

CLEAN = [market(900, 1), market(900, 2, "BTC")]
CUT = int(CLEAN[0].known_at[600])
OURS = OnlineOnly(NeuralForecaster(Shape(width=4, members=1), Training(epochs=2)))
LAYERS = {layer.inner.name: layer for layer in map(layered, [*all_rivals(), OURS])}
LATER = np.arange(601, 890)
# Many seconds each, most of it compilation; other forecasters with trees or an early stop run always.
_LONG = {OURS.inner.name, "boosted_cox"}
PARAMS = [pytest.param(name, marks=pytest.mark.deep if name in _LONG else ()) for name in LAYERS]


@pytest.fixture(scope="module", params=PARAMS)
def fitted(request):
    """Each forecaster behind the online layer, fitted on the first 600 bars; `inner` is the bare one."""
    return LAYERS[request.param].fit([m.until(CUT) for m in CLEAN], CUT, 7)


@settings(max_examples=3, deadline=None)
@given(row=st.integers(601, 889), seed=st.integers(0, 2**31))
def test_a_forecast_does_not_change_when_later_bars_do(fitted, row, seed):
    rows = np.asarray([row])
    spoiled = poisoned(CLEAN[0], int(CLEAN[0].known_at[row]), seed)
    for form in (fitted.inner, fitted):
        np.testing.assert_array_equal(form.predict(CLEAN[0], rows), form.predict(spoiled, rows))


def test_a_fit_does_not_change_when_bars_after_its_cut_do(fitted):
    spoiled = [poisoned(m, CUT, 3) for m in CLEAN]
    again = LAYERS[fitted.inner.name].fit(spoiled, CUT, 7)
    np.testing.assert_array_equal(fitted.predict(CLEAN[0], LATER), again.predict(CLEAN[0], LATER))


def test_forecasts_are_probabilities_in_order(fitted):
    for form in (fitted.inner, fitted):
        p = form.predict(CLEAN[1], LATER)
        assert p.shape == (LATER.size, 2, 10)
        assert np.isfinite(p).all()
        assert ((p >= 0) & (p <= 1)).all()
        assert (np.diff(p, axis=2) <= 1e-7).all(), "rises with the barrier"
        assert (np.diff(p, axis=1) >= -1e-7).all(), "falls with the horizon"


def test_the_poison_is_strong_enough_to_be_noticed(fitted):
    """Poison two bars earlier and every forecaster but the blind one answers differently."""
    if fitted.inner.name == "climatology":
        pytest.skip("climatology looks at no bar")
    rows = np.asarray([700])
    spoiled = poisoned(CLEAN[0], int(CLEAN[0].known_at[698]), 5)
    assert (fitted.inner.predict(CLEAN[0], rows) != fitted.inner.predict(spoiled, rows)).any()
