"""Training: labels from the oracle's lows, features from the past only, one seed one set of weights."""

from __future__ import annotations

import numpy as np
import pytest

from ballast.risk.calibration import Calibrated
from ballast.risk.fit import Training, begin, prepare, tail_loss, train
from ballast.risk.forecaster import Market, hits, make_market
from ballast.risk.network import Network, Shape
from ballast.risk.neural import NeuralForecaster
from ballast.risk.oracle_view import OracleRule, forward_drop, observe
from ballast.risk.parameters import make_weights
from ballast.risk.samples import Size, split_windows
from ballast.risk.state import Limits
from ballast.risk.stream import realised_log_variance

RULE = OracleRule()
START = 1_700_006_400
TINY = Shape(width=4, components=2, members=2)
DEEP = [pytest.param(variant, marks=pytest.mark.deep) for variant in ("linear", "gru", "mingru")]
QUICK = Training(epochs=2, batch=256, window=16, burn_in=4)


def walk(count: int, seed: int, volatility: float = 0.006) -> np.ndarray:
    """Bars [count, 4] of a seeded random path, three hidden steps a bar."""
    generator = np.random.default_rng(seed)
    path = 2000 * np.exp(np.cumsum(generator.standard_normal(count * 3 + 1)) * volatility / np.sqrt(3))
    inside = np.lib.stride_tricks.sliding_window_view(path, 4)[::3]
    return np.stack([inside[:, 0], inside.max(axis=1), inside.min(axis=1), inside[:, -1]], axis=1)


def market(prices: np.ndarray, missing: slice = slice(0, 0)) -> Market:
    keep = np.ones(len(prices), bool)
    keep[missing] = False
    ts = START + 3_600 * np.arange(len(prices))
    return make_market("generated", 3_600, ts[keep], prices[keep], np.ones(int(keep.sum())))


def test_oracle_reports_at_the_deviation_and_not_below_it() -> None:
    flat = [100.0, 100.0, 100.0, 100.0]
    just_under = observe(RULE, 300, np.asarray([flat, [100.0, 100.0, 99.51, 100.0]]))
    assert just_under.lowest.tolist() == [100.0, 100.0]
    reached = observe(RULE, 300, np.asarray([flat, [100.0, 100.0, 99.5, 99.5]]))
    assert reached.lowest.tolist() == [100.0, 99.5]
    assert reached.value.tolist() == [100.0, 99.5]


def test_oracle_reports_a_small_move_at_the_heartbeat() -> None:
    prices = np.full((13, 4), 100.1)
    prices[0, 0] = 100.0
    track = observe(RULE, 300, prices)
    assert track.value.tolist() == [100.0] * 11 + [100.1] * 2


def test_fall_is_measured_to_the_lowest_report_of_later_bars_only() -> None:
    prices = np.asarray(
        [[100.0, 100, 50, 100], [100, 100, 90, 100], [100, 100, 80, 100], [100, 100, 100, 100]]
    )
    drop = forward_drop(observe(RULE, 300, prices), 2)
    assert drop[0] == pytest.approx(np.log(100 / 80))
    assert np.isnan(drop[2:]).all()


@pytest.mark.parametrize("variant", ["mlp", "lstm", *DEEP])
def test_poison_stamped_at_or_after_a_time_changes_no_forecast_known_by_then(variant: str) -> None:
    prices, cut = walk(400, 1), 300
    poisoned = prices.copy()
    poisoned[cut:] *= 0.5
    shape = Shape(variant=variant, width=4, components=2, members=2)
    split = prepare(shape, QUICK, [market(prices)], START + 3_600 * 390)
    forecaster = NeuralForecaster(shape, networks=begin(shape, QUICK, split, 1).networks)
    past, later = np.arange(cut), np.arange(cut, 400)
    clean, dirty = market(prices), market(poisoned)
    assert forecaster.predict(clean, past).tobytes() == forecaster.predict(dirty, past).tobytes()
    assert (forecaster.predict(clean, later) != forecaster.predict(dirty, later)).any()


@pytest.mark.parametrize("missing", [slice(0, 0), slice(250, 260)])
def test_poison_after_the_cut_off_reaches_no_weight_scaler_stop_or_calibration(missing: slice) -> None:
    prices = walk(700, 2)
    until = START + 3_600 * 500
    poisoned = prices.copy()
    poisoned[500:] *= np.linspace(0.3, 3, 200)[:, None]
    found = []
    for one in (market(prices, missing), market(poisoned, missing)):
        fitted = Calibrated(NeuralForecaster(TINY, QUICK)).fit([one], until, 3)
        inner = fitted.inner.networks
        found.append((weights_id(inner), fitted.fitted.offset.tobytes(), fitted.fitted.slope.tobytes()))
    assert found[0] == found[1]


def weights_id(networks: Network, shape: Shape = TINY) -> str:
    return make_weights(networks, shape, Limits(), {}).model_id


def test_poison_before_the_cut_off_reaches_the_weights() -> None:
    prices = walk(600, 2)
    poisoned = prices.copy()
    poisoned[450:] *= 0.5
    until = START + 3_600 * 500
    one, two = (NeuralForecaster(TINY, QUICK).fit([market(p)], until, 3).networks for p in (prices, poisoned))
    assert weights_id(one) != weights_id(two)


def test_no_outcome_belongs_to_both_training_and_tail() -> None:
    split = split_windows([market(walk(600, 4))], START + 3_600 * 600, 0.25, Size())
    # Every bar is a sample but the last six before the cut and the last six of all.
    inside = split.cut - START
    assert len(split.train.weight) == inside // 3_600 - 6
    assert len(split.tail.weight) == 600 - inside // 3_600 - 6


def test_a_range_without_samples_on_one_side_is_refused() -> None:
    with pytest.raises(ValueError, match="no samples on one side"):
        split_windows([market(walk(10, 4))], START + 3_600 * 10, 0.25, Size())


def test_realised_variance_is_a_label_of_later_bars_that_never_crosses_a_gap() -> None:
    found = realised_log_variance(market(walk(100, 5), slice(50, 52)))
    assert np.isfinite(found[:44]).all()
    assert np.isnan(found[44:50]).all()
    assert np.isfinite(found[50:92]).all()
    assert np.isnan(found[92:]).all()
    # A path of three steps a bar has less range than a continuous one, so less is found than there is.
    assert 0.2 < np.exp(found[np.isfinite(found).all(axis=1)]).mean() / (0.006**2 / 3_600) < 1


def test_the_same_seed_gives_the_same_weights_twice_and_another_seed_others() -> None:
    one = market(walk(600, 5))
    ids = [
        weights_id(NeuralForecaster(TINY, QUICK).fit([one], int(one.known_at[-1]), seed).networks)
        for seed in (1, 1, 2)
    ]
    assert ids[0] == ids[1] != ids[2]


def test_a_training_taken_up_from_any_epoch_ends_with_the_same_weights() -> None:
    one, until = market(walk(500, 6)), START + 3_600 * 500
    split = prepare(TINY, QUICK, [one], until)
    steps = list(train(TINY, QUICK, split, 1, begin(TINY, QUICK, split, 1)))
    last = weights_id(steps[-1][0].networks)
    assert {int(here.again) for here, _ in steps} == {0, 1}
    for here, _ in steps[:-1]:
        again = list(train(TINY, QUICK, split, 1, here))
        assert weights_id(again[-1][0].networks) == last


@pytest.mark.parametrize("variant", ["mlp", pytest.param("lstm", marks=pytest.mark.deep), *DEEP])
def test_training_lowers_the_loss_and_finds_the_volatility_of_a_random_walk(variant: str) -> None:
    shape = Shape(variant=variant, width=4, components=2, members=1)
    one = market(walk(1_500, 7))
    training = Training(epochs=6, patience=6, batch=128, rate=2e-2, window=16, burn_in=4)
    split = prepare(shape, training, [one], int(one.known_at[-1]))
    before = begin(shape, training, split, 1).networks
    fitted = NeuralForecaster(shape, training).fit([one], int(one.known_at[-1]), 1)
    assert tail_loss(fitted.networks, split.tail) < tail_loss(before, split.tail)
    rows = one.scored_rows(0, int(one.known_at[-1]))[200:]
    p, hit = fitted.predict(one, rows), hits(one.drop[rows])
    assert p[:, 1, 2:5].mean() == pytest.approx(hit[:, 1, 2:5].mean(), abs=0.06)


def test_batches_of_any_size_give_the_same_forecast() -> None:
    one = market(walk(300, 8))
    split = prepare(TINY, QUICK, [one], int(one.known_at[-1]))
    networks = begin(TINY, QUICK, split, 1).networks
    forecaster = NeuralForecaster(TINY, networks=networks)
    whole = forecaster.predict(one, np.arange(300))
    assert forecaster.predict(one, np.arange(7)) == pytest.approx(whole[:7], abs=1e-6)
    assert forecaster.predict(one, np.arange(0)).shape == (0, 2, 10)


def test_a_forecaster_that_was_not_fitted_says_so() -> None:
    with pytest.raises(ValueError, match="before it was fitted"):
        NeuralForecaster(TINY).predict(market(walk(20, 9)), np.asarray([3]))
