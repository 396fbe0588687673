"""Training: labels from the oracle's lows, features from the past only, one seed one set of weights."""

from __future__ import annotations

import numpy as np
import pytest

from ballast.risk.dataset import Samples, Stretch, sample, warm_state
from ballast.risk.fit import FitSettings, fit, mean_loss, prior_variance_of
from ballast.risk.model import initial_state, load_default_weights
from ballast.risk.oracle_view import OracleRule, forward_drop, observe
from ballast.risk.parameters import Limits, make_weights

WEIGHTS = load_default_weights()
RULE = OracleRule()


def walk(count: int, seed: int, volatility: float = 0.004) -> np.ndarray:
    """Bars [count, 4] of a seeded random path, three hidden steps a bar."""
    generator = np.random.default_rng(seed)
    path = 2000 * np.exp(np.cumsum(generator.standard_normal(count * 3 + 1)) * volatility / np.sqrt(3))
    inside = np.lib.stride_tricks.sliding_window_view(path, 4)[::3]
    return np.stack([inside[:, 0], inside.max(axis=1), inside.min(axis=1), inside[:, -1]], axis=1)


def stretch(prices: np.ndarray) -> Stretch:
    return Stretch("generated", 300, 1_700_000_100 + 300 * np.arange(len(prices)), prices)


def samples_of(prices: np.ndarray) -> Samples:
    return sample(WEIGHTS, RULE, stretch(prices), initial_state(WEIGHTS), 3, 1.0)


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


def test_changing_bars_stamped_at_or_after_a_time_does_not_change_features_known_by_then() -> None:
    prices = walk(400, 1)
    clean = samples_of(prices)
    for cut in (60, 151, 299):
        poisoned = prices.copy()
        poisoned[cut:] *= 0.5
        dirty = samples_of(poisoned)
        past = clean.known_at <= stretch(prices).ts[cut]
        assert past.any()
        assert clean.variance[past].tobytes() == dirty.variance[past].tobytes()
        assert (clean.variance[~past] != dirty.variance[~past]).any()


def test_poison_in_the_future_reaches_the_label_and_poison_in_the_past_the_feature() -> None:
    prices = walk(400, 2)
    clean = samples_of(prices)
    poisoned = prices.copy()
    poisoned[200:] *= 0.5
    dirty = samples_of(poisoned)
    before = (clean.known_at <= stretch(prices).ts[200]) & (clean.known_at > stretch(prices).ts[200] - 3600)
    assert (dirty.drop[before] > 0.6).all()


def test_samples_whose_six_hours_are_not_recorded_are_left_out() -> None:
    assert len(samples_of(walk(72, 3))) == 0
    assert len(samples_of(walk(73, 3))) == 1


def test_history_warms_the_slow_averages() -> None:
    wild = warm_state(WEIGHTS, RULE, [stretch(walk(600, 4, volatility=0.03))])
    assert float(wild.variance[-1]) > float(WEIGHTS.parameters.prior_variance)
    assert int(wild.observations) == 600


SMALL = FitSettings(components=2, steps=40)


def generated_samples() -> Samples:
    return samples_of(walk(3_000, 5))


def test_the_same_seed_gives_the_same_weights_twice_and_another_seed_others() -> None:
    samples = generated_samples()
    ids = []
    for seed in (1, 1, 2):
        parameters, _ = fit(
            FitSettings(components=2, steps=40, seed=seed), prior_variance_of(samples), samples
        )
        ids.append(make_weights(parameters._asdict(), Limits(), {}).model_id)
    assert ids[0] == ids[1] != ids[2]


def test_fitting_lowers_the_loss_and_recovers_the_volatility_of_a_random_walk() -> None:
    samples = generated_samples()
    parameters, losses = fit(FitSettings(components=2, steps=150), prior_variance_of(samples), samples)
    assert losses[-1] < losses[0]
    per_second = np.exp(2 * np.asarray(parameters.level))
    assert per_second[0] == pytest.approx(0.004**2 / 300, rel=0.5)


def test_loss_is_lower_for_the_truth_than_for_a_liar() -> None:
    samples = generated_samples()
    parameters, _ = fit(SMALL, prior_variance_of(samples), samples)
    barriers = np.log(np.asarray([1.01, 1.03], np.float32))
    hit = (samples.drop[..., None] >= barriers).astype(np.float32)
    honest = mean_loss(parameters, samples.variance, hit, samples.weight, barriers)
    liar = parameters._replace(level=parameters.level + 1)
    assert honest < mean_loss(liar, samples.variance, hit, samples.weight, barriers)
