"""Simulated markets: same seed same bytes, a truth that is the truth, no look-ahead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ballast.simulate.stochastic import (
    ETH,
    USDC,
    YEAR_SECONDS,
    SimulatedWorld,
    WorldModel,
    _autoregression,
    expected_variance,
    simulate_market,
)

HOUR = 3_600
COARSE = WorldModel(step_seconds=600)


@pytest.fixture(scope="module")
def world() -> SimulatedWorld:
    """Four years of hours."""
    return simulate_market(COARSE, 7, 4 * 8_760, HOUR)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    one, two, other = (simulate_market(COARSE, seed, 48, HOUR) for seed in (1, 1, 2))
    assert one.asset("ETH").bars.sha256 == two.asset("ETH").bars.sha256
    assert one.asset("ETH").bars.sha256 != other.asset("ETH").bars.sha256


def test_bars_enclose_their_prices_and_follow_each_other_without_a_gap(world: SimulatedWorld) -> None:
    for asset in world.assets:
        bars = asset.bars
        assert (bars.low <= np.minimum(bars.open, bars.close)).all()
        assert (bars.high >= np.maximum(bars.open, bars.close)).all()
        assert (bars.open[1:] == bars.close[:-1]).all()
        assert len(list(bars.segments())) == 1
        assert bars.ts[0] % HOUR == 0


def test_coarse_bars_are_the_fine_bars_joined() -> None:
    fine, coarse = simulate_market(COARSE, 3, 60, 1_200), simulate_market(COARSE, 3, 20, 3_600)
    one, three = fine.asset("BTC").bars, coarse.asset("BTC").bars
    # The grid of the longer interval may begin later; the path is the same.
    assert three.low.tolist() == one.low.reshape(-1, 3).min(axis=1).tolist()
    assert three.close.tolist() == one.close[2::3].tolist()


def test_the_mean_of_the_variance_is_the_stated_volatility(world: SimulatedWorld) -> None:
    for asset in world.assets[:3]:
        yearly = asset.variance.mean() * YEAR_SECONDS / HOUR
        assert yearly == pytest.approx(asset.model.volatility**2, rel=0.35)


def test_the_expected_variance_given_the_state_is_what_comes(world: SimulatedWorld) -> None:
    asset = world.asset("ETH")
    expected = expected_variance(ETH, asset.slow, asset.fast, HOUR)[:-1]
    jumps = ETH.jumps_per_year * (ETH.jump_mean**2 + ETH.jump_deviation**2) * HOUR / YEAR_SECONDS
    came = asset.variance[1:] + jumps
    for half in (expected < np.median(expected), expected >= np.median(expected)):
        assert came[half].mean() == pytest.approx(expected[half].mean(), rel=0.05)


def test_returns_have_the_variance_that_the_world_says_they_have(world: SimulatedWorld) -> None:
    asset = world.asset("ETH")
    returns = np.diff(np.log(asset.bars.close))
    calm = asset.variance[1:] < np.median(asset.variance)
    for part in (calm, ~calm):
        squares = np.sort(returns[part] ** 2)[: -len(returns) // 500]
        assert squares.mean() == pytest.approx(asset.variance[1:][part].mean(), rel=0.3)


def test_free_assets_move_together_and_the_pegged_one_does_not(world: SimulatedWorld) -> None:
    moves = [np.diff(np.log(world.asset(name).bars.close)) for name in ("ETH", "BTC", "USDC")]
    together = np.corrcoef(moves)
    assert together[0, 1] > 0.55
    assert abs(together[0, 2]) < 0.1


def test_a_pegged_asset_falls_and_heals() -> None:
    shaky = replace(USDC, depegs_per_year=6.0)
    world = simulate_market(WorldModel((ETH, shaky), step_seconds=600), 5, 8_760, HOUR)
    close = world.asset("USDC").bars.close
    assert close.min() < 0.97
    assert np.median(close) == pytest.approx(1.0, abs=0.005)
    assert abs(close[-24 * 30 :].max() - 1) < 0.02


def test_a_pair_is_the_ratio_of_the_paths_and_no_wider_than_its_legs_allow(world: SimulatedWorld) -> None:
    pair, eth, usdc = world.pair("ETH", "USDC"), world.asset("ETH").bars, world.asset("USDC").bars
    assert pair.close == pytest.approx(eth.close / usdc.close, rel=1e-12)
    assert (pair.low >= eth.low / usdc.high * (1 - 1e-12)).all()
    assert (pair.high <= eth.high / usdc.low * (1 + 1e-12)).all()


def test_blockwise_autoregression_equals_the_plain_loop() -> None:
    noise = np.random.default_rng(0).standard_normal(1_003)
    for kept in (0.2, 0.97, 0.9999):
        level, plain = 0.0, []
        for draw in noise:
            level = kept * level + draw
            plain.append(level)
        assert _autoregression(noise, kept) == pytest.approx(plain, rel=1e-9, abs=1e-9)


def test_a_larger_shock_does_not_change_the_variance_of_its_own_step() -> None:
    model = WorldModel((replace(ETH, leverage=-0.9),), step_seconds=600)
    asset = simulate_market(model, 11, 20_000, 600).asset("ETH")
    returns = np.diff(np.log(asset.bars.close))
    now = np.corrcoef(np.sign(returns), np.log(asset.variance[1:]))[0, 1]
    later = np.corrcoef(np.sign(returns[:-1]), np.diff(np.log(asset.variance[1:])))[0, 1]
    assert abs(now) < 0.05
    assert later < -0.5


@pytest.mark.parametrize(
    ("bars", "interval", "model", "reason"),
    [
        (0, HOUR, COARSE, "bar_count is 0"),
        (1, 900, COARSE, "interval is 900 s, allowed are multiples of 600 s"),
        (1, 0, COARSE, "interval is 0 s"),
        (1, HOUR, replace(COARSE, correlation=1.0), r"correlation is 1.0, allowed is \[0, 1\)"),
    ],
)
def test_refuses_what_cannot_be_simulated(bars: int, interval: int, model: WorldModel, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        simulate_market(model, 1, bars, interval)


def test_refuses_an_asset_that_is_not_simulated(world: SimulatedWorld) -> None:
    with pytest.raises(ValueError, match="asset is 'DOGE', simulated are ETH, BTC, LINK, USDC"):
        world.asset("DOGE")
