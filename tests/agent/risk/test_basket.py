"""Baskets: the factor's variance is the simulated one, and one asset alone is itself."""

from __future__ import annotations

import numpy as np
import pytest

from ballast.risk.basket import basket_law, basket_variance, fit_loadings, ratio_weights
from ballast.risk.hitting import Law, hit_probability, horizon_sigma

LOADINGS = np.asarray([0.95, 0.9, 0.7])
SIGMA = np.asarray([0.02, 0.015, 0.04])


def moves(count: int, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    common = generator.standard_normal((count, 1)) * LOADINGS
    return SIGMA * (common + generator.standard_normal((count, 3)) * np.sqrt(1 - LOADINGS**2))


def law(sigma: float) -> Law:
    variance = sigma**2 * np.asarray([[0.5, 2.0], [2.5, 11.0]], np.float32)
    share = np.asarray([0.7, 0.3], np.float32)
    return Law(share, variance, np.zeros(2), np.full((2, 2), 0.001), np.full(2, 0.001))


def test_loadings_are_found_again_in_simulated_returns() -> None:
    assert fit_loadings(moves(100_000, 1)) == pytest.approx(LOADINGS, abs=0.02)


@pytest.mark.parametrize(
    ("collateral", "debt"), [([1, 0, 0], [0, 1, 0]), ([0.5, 0.5, 0], [0, 0, 1]), ([3, 2, 1], [1, 0, 0])]
)
def test_variance_agrees_with_simulation(collateral: list[float], debt: list[float]) -> None:
    weights = ratio_weights(collateral, debt)
    simulated = (moves(200_000, 2) @ weights).var()
    assert basket_variance(weights, SIGMA, LOADINGS) == pytest.approx(simulated, rel=0.02)


def test_one_asset_against_cash_has_its_own_law() -> None:
    own = law(0.01)
    basket = basket_law([own], [1.0], [0.9])
    grid = np.asarray([0.005, 0.02, 0.1], np.float32)
    assert np.asarray(hit_probability(basket, grid)) == pytest.approx(np.asarray(hit_probability(own, grid)))


def test_the_same_asset_on_both_sides_never_moves_and_a_hedge_calms() -> None:
    assert basket_variance(ratio_weights([1, 0, 0], [2, 0, 0]), SIGMA, LOADINGS) == 0
    alone = horizon_sigma(basket_law([law(0.02), law(0.015)], [1.0, 0.0], LOADINGS[:2]))
    hedged = horizon_sigma(basket_law([law(0.02), law(0.015)], [1.0, -1.0], LOADINGS[:2]))
    assert (np.asarray(hedged) < np.asarray(alone)).all()


def test_the_probability_agrees_with_simulated_paths_of_a_basket() -> None:
    generator, weights = np.random.default_rng(3), ratio_weights([0.6, 0.4, 0], [0, 0, 1.0])
    steps, paths = 720, 4_000
    own = [
        Law(np.ones(1), s**2 * np.asarray([[1.0], [6.0]]), np.zeros(1), np.zeros((2, 1)), np.ones(1))
        for s in SIGMA
    ]
    chance = np.asarray(hit_probability(basket_law(own, weights, LOADINGS), np.asarray([0.03])))[:, 0]
    path, lowest = np.zeros(paths), np.zeros(paths)
    for step in range(6 * steps):
        common = generator.standard_normal((paths, 1)) * LOADINGS
        shock = SIGMA * (common + generator.standard_normal((paths, 3)) * np.sqrt(1 - LOADINGS**2))
        path += shock @ weights / np.sqrt(steps)
        lowest = np.minimum(lowest, path)
        if step + 1 == steps:
            first = (lowest <= -0.03).mean()
    assert chance == pytest.approx([first, (lowest <= -0.03).mean()], abs=0.03)


@pytest.mark.parametrize("returns", [np.ones((5, 2)), np.ones((5, 3)), np.ones(5)])
def test_returns_that_determine_nothing_are_refused(returns: np.ndarray) -> None:
    with pytest.raises(ValueError, match="returns"):
        fit_loadings(returns)


def test_an_empty_side_is_refused() -> None:
    with pytest.raises(ValueError, match="both must be positive"):
        ratio_weights([0.0, 0.0], [1.0, 0.0])
