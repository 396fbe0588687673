"""One shock for many positions: every count is what integers say, ties and near ties included."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast.risk.exact import MAX_FACTOR_PPM, MAX_WEIGHT, negative_matrix
from ballast.risk.shocks import _blocks, _bounded, count_liquidations

PPM = 1_000_000


def by_integers(weights: np.ndarray, factors: np.ndarray) -> np.ndarray:
    value = weights.astype(object) @ factors.astype(object)
    return np.asarray(value < 0, bool)


def random_book(seed: int, count: int, assets: int) -> np.ndarray:
    return (np.random.default_rng(seed).standard_normal((count, assets)) * 1e12).astype(np.int64)


def random_factors(seed: int, assets: int, scenarios: int) -> np.ndarray:
    draw = np.random.default_rng(seed).standard_normal((assets, scenarios))
    return np.rint(np.exp(0.2 * draw) * PPM).astype(np.int32)


def require_exact(weights: np.ndarray, factors: np.ndarray) -> None:
    counts, truth = count_liquidations(weights, factors), by_integers(weights, factors)
    assert counts.by_position.tolist() == truth.sum(axis=1).tolist()
    assert counts.by_scenario.tolist() == truth.sum(axis=0).tolist()


@given(
    st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 6), st.sampled_from([1, 99, 100, 101, 250])
)
@settings(deadline=None, max_examples=25)
def test_counts_are_what_integers_say(seed: int, count: int, assets: int, scenarios: int) -> None:
    require_exact(random_book(seed, count, assets), random_factors(seed, assets, scenarios))


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 100, 730]), st.floats(0.001, 0.8))
@settings(deadline=None, max_examples=40)
def test_bounds_of_a_block_never_say_more_than_integers_do(seed: int, scenarios: int, width: float) -> None:
    """Two of three positions lie on the line in one scenario, or a unit below it, where a bound is tight."""
    draw = np.random.default_rng(seed)
    factors = np.rint(np.exp(width * draw.standard_normal((4, scenarios))) * PPM).astype(np.int32)
    weights = random_book(seed, 90, 4)
    weights[:60] //= 10**6
    weights[:60, 0] = 0
    at = factors[:, draw.integers(0, scenarios, 60)].astype(object)
    weights[:60] *= at[0][:, None].astype(np.int64)
    value = (weights[:60].astype(object) * at.T).sum(axis=1)
    weights[:60, 0] = (-value // at[0] - np.arange(60) % 2).astype(np.int64)
    weights = weights[(weights < 0).any(axis=1)]
    blocks = _blocks(factors)
    assert sorted(np.concatenate(blocks).tolist()) == list(range(scenarios))
    hit, unsure = _bounded(weights, factors, blocks)
    for number, block in enumerate(blocks):
        truth = by_integers(weights, factors[:, block])
        assert truth[hit[:, number]].all()
        assert not truth[~hit[:, number] & ~unsure[:, number]].any()


def test_bounds_decide_most_of_a_book_and_name_a_position_on_the_line_as_unsure() -> None:
    factors = random_factors(2, 3, 1_000)
    weights = np.asarray([[900, 300, -100], [10, 10, -900], [0, 0, 0]], np.int64)
    weights[2] = [factors[2, 5], 0, -factors[0, 5]]
    hit, unsure = _bounded(weights, factors, _blocks(factors))
    assert hit.tolist() == [[False] * 2, [True] * 2, [False] * 2]
    assert unsure.tolist() == [[False] * 2, [False] * 2, [True] * 2]
    require_exact(weights, factors)


def test_a_position_exactly_at_the_line_is_not_liquidated_and_one_unit_below_it_is() -> None:
    # 3 x 0.8 = 2.4, in any unit: a tie that float32 cannot tell from either side.
    weights = np.asarray([[3, -24], [3, -25], [3, -23]], np.int64) * 10**11 + [[0, 0], [0, 0], [0, 0]]
    weights = np.concatenate([weights, [[3 * 10**11, -24 * 10**11 - 1], [3 * 10**11, -24 * 10**11 + 1]]])
    factors = np.tile(np.asarray([[8 * PPM], [PPM]], np.int32), (1, 200))
    assert count_liquidations(weights, factors).by_position.tolist() == [0, 200, 0, 200, 0]
    require_exact(weights, factors)


def test_many_near_ties_in_one_group_of_scenarios_are_counted_in_the_right_scenarios() -> None:
    generator = np.random.default_rng(5)
    factors = np.stack([PPM + generator.integers(-3, 4, 200), np.full(200, PPM)]).astype(np.int32)
    weights = np.stack([np.full(300, 10**12), -(10**12) + generator.integers(-(10**6), 10**6, 300)], axis=1)
    require_exact(weights.astype(np.int64), factors)


def test_one_near_tie_in_a_group_of_scenarios_is_counted_in_its_scenario() -> None:
    weights, factors = random_book(8, 200, 6), random_factors(9, 6, 100)
    factors[5, 7] = PPM
    # In scenario 7 every value is a few units of 1e18: float32 gets its sign by chance.
    rest = weights[:, :5].astype(object) @ factors[:5, 7].astype(object)
    weights[:, 5] = (-rest // PPM).astype(np.int64) - np.arange(200) % 2
    require_exact(weights, factors)


def test_an_empty_position_and_one_without_debt_are_never_liquidated() -> None:
    weights = np.asarray([[0, 0], [5, 0], [0, -1]], np.int64)
    assert count_liquidations(weights, random_factors(1, 2, 200)).by_position.tolist() == [0, 0, 200]


def test_no_position_is_no_liquidation() -> None:
    counts = count_liquidations(np.zeros((0, 2), np.int64), random_factors(1, 2, 150))
    assert counts.by_position.tolist() == []
    assert counts.by_scenario.tolist() == [0] * 150
    assert counts.share_by_scenario.tolist() == [0.0] * 150


def test_weights_and_factors_at_their_limits_are_taken() -> None:
    weights = np.asarray([[MAX_WEIGHT, -MAX_WEIGHT], [MAX_WEIGHT - 1, -MAX_WEIGHT]], np.int64)
    factors = np.asarray([[MAX_FACTOR_PPM, 1, 1], [MAX_FACTOR_PPM, 1, 2]], np.int32)
    require_exact(weights, np.tile(factors, (1, 40)))


@pytest.mark.parametrize(
    ("weights", "factors", "sentence"),
    [
        (np.zeros((1, 2), np.int32), np.ones((2, 3), np.int32), "weights are int32"),
        (np.zeros((1, 65), np.int64), np.ones((65, 3), np.int32), "name 65 assets"),
        (np.full((1, 2), MAX_WEIGHT + 1), np.ones((2, 3), np.int32), "allowed are"),
        (np.zeros((1, 2), np.int64), np.ones((3, 3), np.int32), "with 2 assets"),
        (np.zeros((1, 2), np.int64), np.ones((2, 0), np.int32), "at least one scenario"),
        (np.zeros((1, 2), np.int64), np.zeros((2, 3), np.int32), "from 0 to 0 ppm"),
        (
            np.zeros((1, 2), np.int64),
            np.full((2, 3), MAX_FACTOR_PPM + 1, np.int32),
            "allowed are 1 to 16777216",
        ),
    ],
)
def test_what_float32_could_not_hold_exactly_is_refused(
    weights: np.ndarray, factors: np.ndarray, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        count_liquidations(weights, factors)


def test_the_exact_matrix_is_what_integers_say() -> None:
    weights, factors = random_book(3, 50, 4), random_factors(4, 4, 60)
    weights[:10] = [[10**12, -(10**12), 0, 0]]
    factors[1, :30] = factors[0, :30]
    assert (negative_matrix(weights, factors) == by_integers(weights, factors)).all()
