"""First passage: the shortcuts give the counts that a look at every step of every pair gives."""

from __future__ import annotations

import numpy as np
import pytest

from ballast.risk.exact import normalised
from ballast.risk.passage import first_passage, first_passage_by_force
from ballast.risk.passage_walk import walk
from ballast.risk.paths import Garch, Market, simulate_factors

PPM = 1_000_000


def market(assets: int, volatility: float = 3.0) -> Market:
    correlation = np.full((assets, assets), 0.6)
    np.fill_diagonal(correlation, 1)
    return Market(np.full(assets, volatility), correlation, Garch())


def book(seed: int, count: int, held: int, owed: int, assets: int) -> np.ndarray:
    """Positions with some collateral and some debt, close enough to the line to be hit now and then."""
    draw = np.random.default_rng(seed)
    weights = np.zeros((count, assets), np.int64)
    for row in weights:
        names = draw.permutation(assets)[: held + owed]
        row[names[:held]] = draw.integers(10**9, 10**10, held)
        debts = draw.integers(10**9, 10**10, owed).astype(float)
        row[names[held:]] = -(debts * row.sum() / debts.sum() / draw.uniform(1.0, 1.08)).astype(np.int64)
    return weights


PATHS = simulate_factors(market(5), 40, 300, 60.0, 11)


@pytest.mark.parametrize(("held", "owed"), [(1, 1), (2, 1), (1, 2), (3, 2)])
def test_counts_equal_a_look_at_every_step(held: int, owed: int) -> None:
    weights = book(held * 10 + owed, 400, held, owed, 5)
    found = first_passage(weights, PATHS, (5, 40))
    assert (found.hits == first_passage_by_force(weights, PATHS, (5, 40))).all()
    assert 0 < found.hits[:, 1].sum() < weights.shape[0] * 300
    assert (found.hits[:, 0] <= found.hits[:, 1]).all()


def test_the_shortcuts_leave_little_to_walk_and_say_how_much() -> None:
    weights = np.concatenate([book(1, 200, 1, 1, 5), book(2, 100, 3, 1, 5)])
    found = first_passage(weights, PATHS, (40,))
    assert found.single_pair == 200
    assert found.walked + found.screened == 100 * 300
    assert found.walked < found.screened / 4


def test_prices_next_to_nothing_and_beyond_all_bounds_leave_every_count_exact() -> None:
    draw = np.random.default_rng(3)
    paths = np.exp(draw.uniform(0, np.log(2**24), (6, 5, 40))).astype(np.int32)
    weights = np.concatenate([book(4, 150, 2, 2, 5), book(5, 3, 1, 3, 5)])
    found = first_passage(weights, paths, (2, 5))
    assert (found.hits == first_passage_by_force(weights, paths, (2, 5))).all()


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_a_walk_tells_the_line_itself_from_one_unit_on_either_side(offset: int) -> None:
    """More rows than a chunk has, more chunks than a call has, some scenarios without any pair."""
    paths = PATHS[:, :3, :].copy()
    weights = book(6, 90, 2, 1, 3)
    # At step 7 of scenario 4 all of them lie on the line, or a unit off it.
    paths[7, :, 4] = (900_000, 900_000, PPM)
    weights = np.sort(weights, axis=1)[:, ::-1].copy()
    weights[:, 2] = -(weights[:, :2].sum(axis=1) // 10 * 9)
    weights[:, 0] -= weights[:, :2].sum(axis=1) % 10
    weights[:, 2] += offset
    scenario = np.sort(np.random.default_rng(7).choice(np.arange(4, 290), 9_000))
    scenario[:90] = 4
    row = np.arange(9_000) % 90
    hit = walk(weights, normalised(weights, paths.max(axis=(0, 2))), paths, (scenario, row), (6, 40))
    for one in np.unique(scenario):
        mine = scenario == one
        truth = first_passage_by_force(weights, paths[:, :, [one]], (6, 40)) > 0
        assert (hit[mine] == truth[row[mine]]).all()


@pytest.mark.parametrize("debts", [[-(10**10), 0], [-6 * 10**9, -4 * 10**9]])
def test_a_path_that_touches_the_line_is_no_hit_and_one_unit_of_debt_more_is(debts: list[int]) -> None:
    paths = np.full((3, 3, 2), PPM, np.int32)
    paths[1, 0] = 800_000
    at_the_line = np.asarray([[125 * 10**8, *debts]], np.int64)
    assert first_passage(at_the_line, paths, (2,)).hits.tolist() == [[0]]
    assert first_passage(at_the_line - [[0, 1, 0]], paths, (2,)).hits.tolist() == [[2]]


def test_one_unit_in_many_thousand_billions_decides_a_pair_of_assets() -> None:
    paths = np.full((2, 2, 3), PPM, np.int32)
    paths[1, 0] = 800_000
    weights = np.asarray([[5 * 10**15, -4 * 10**15], [5 * 10**15, -4 * 10**15 - 1]], np.int64)
    assert first_passage(weights, paths, (1,)).hits.tolist() == [[0], [3]]


def test_a_hit_counts_from_the_step_at_which_it_happens() -> None:
    paths = np.full((4, 2, 1), PPM, np.int32)
    paths[2, 0] = 500_000
    weights = np.asarray([[15, -10]], np.int64)
    assert first_passage(weights, paths, (0, 1, 2, 3)).hits.tolist() == [[0, 0, 1, 1]]


def test_debt_alone_is_hit_everywhere_and_no_debt_nowhere() -> None:
    weights = np.asarray([[0, -1, 0, 0, 0], [1, 1, 1, 0, 0], [0] * 5], np.int64)
    assert first_passage(weights, PATHS, (40,)).hits.tolist() == [[300], [0], [0]]


@pytest.mark.parametrize("horizons", [(), (3, 2), (2, 2), (-1, 4), (41,)])
def test_horizons_must_rise_within_the_paths(horizons: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="allowed are rising steps from 0 to 40"):
        first_passage(book(1, 1, 1, 1, 5), PATHS, horizons)


def test_paths_are_the_seeds_and_begin_at_the_present() -> None:
    assert (simulate_factors(market(5), 40, 300, 60.0, 11) == PATHS).all()
    assert (simulate_factors(market(5), 40, 300, 60.0, 12) != PATHS).any()
    assert (PATHS[0] == PPM).all()


def test_paths_have_the_volatility_and_correlation_that_were_asked_for() -> None:
    paths = simulate_factors(market(2, 1.0), 60, 20_000, 60.0, 3)
    end = np.log(paths[-1] / PPM)
    wanted = np.sqrt(60 * 60 / 31_536_000)
    assert end.std(axis=1) == pytest.approx([wanted, wanted], rel=0.05)
    assert np.corrcoef(end)[0, 1] == pytest.approx(0.6, abs=0.05)


def test_a_fall_raises_later_variance_more_than_a_rise() -> None:
    strong = Market(np.ones(1), np.ones((1, 1)), Garch(0.05, 0.3, 0.7))
    moves = np.diff(np.log(simulate_factors(strong, 2, 40_000, 3_600.0, 9)[:, 0] / PPM), axis=0)
    after_fall, after_rise = (moves[1, moves[0] * sign > 0].std() for sign in (-1, 1))
    assert after_fall > after_rise * 1.02


@pytest.mark.parametrize(
    ("garch", "volatility", "correlation", "sentence"),
    [
        (Garch(0.1, 0.0, 0.9), [1.0], [[1.0]], "allowed is 0 to below 1"),
        (Garch(), [-1.0], [[1.0]], "least volatility -1.0"),
        (Garch(), [1.0, 1.0], [[1.0, 0.5], [0.4, 1.0]], "symmetric"),
        (Garch(), [1.0, 1.0], [[1.0, 1.5], [1.5, 1.0]], "least eigenvalue -0"),
        (Garch(), [9_000.0], [[1.0]], "lower the volatility"),
    ],
)
def test_a_market_that_is_none_is_refused(
    garch: Garch, volatility: list[float], correlation: list[list[float]], sentence: str
) -> None:
    wrong = Market(np.asarray(volatility), np.asarray(correlation), garch)
    with pytest.raises(ValueError, match=sentence):
        simulate_factors(wrong, 60, 50, 60.0, 1)
