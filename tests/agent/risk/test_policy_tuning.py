"""The cost comparison that chooses thresholds: hand-computed cases."""

from __future__ import annotations

import numpy as np
import pytest

from ballast.risk.oracle_view import OracleTrack
from ballast.risk.policy_tuning import Costs, Path, VaultLimits, simulate, static_rules, trailing_mean

COSTS = Costs(start_health_factor=(1.3, 1.3), gas_usd=(15.0, 15.0), episode_days=1)


def path_of(prices: list[float], latency: int = 0) -> Path:
    values = np.asarray([*prices, prices[-1]])
    return Path(OracleTrack(values, values), values, len(prices), latency)


def test_a_quiet_path_costs_nothing() -> None:
    outcome = simulate(COSTS, path_of([2000.0] * 4), static_rules([(1.2, 1.5)]), 1, 0)
    assert outcome.cost_usd.tolist() == [[0.0]]
    assert outcome.actions.tolist() == [[0.0]]


def test_a_position_nobody_repairs_pays_the_bonus_on_half_its_debt() -> None:
    outcome = simulate(COSTS, path_of([2000.0, 1500.0]), static_rules([(1e-9, 1.5)]), 1, 0)
    debt = 100 * 2000 * 0.83 / 1.3
    assert outcome.liquidations.tolist() == [[1.0]]
    assert outcome.cost_usd[0, 0] == pytest.approx(0.05 * debt / 2)


def test_a_repair_pays_swap_both_ways_and_gas_twice() -> None:
    outcome = simulate(COSTS, path_of([2000.0, 1800.0, 1800.0]), static_rules([(1.25, 1.5)]), 1, 0)
    debt = 100 * 2000 * 0.83 / 1.3
    sold = (1.5 * debt - 100 * 1800 * 0.83) / (1.5 - 0.83)
    assert outcome.actions.tolist() == [[1.0]]
    assert outcome.liquidations.tolist() == [[0.0]]
    assert outcome.cost_usd[0, 0] == pytest.approx(2 * sold * 0.0015 + 30)


def test_a_repair_that_comes_one_bar_late_does_not_prevent_the_liquidation() -> None:
    prices = [2000.0, 1800.0, 1500.0, 1500.0]
    rules = static_rules([(1.25, 1.5)])
    assert simulate(COSTS, path_of(prices), rules, 1, 0).liquidations.tolist() == [[0.0]]
    assert simulate(COSTS, path_of(prices, latency=1), rules, 1, 0).liquidations.tolist() == [[1.0]]


def lagging(prices: list[float], mean: list[float], latency: int = 0) -> Path:
    path = path_of(prices, latency)
    return Path(path.oracle, path.market, path.bars_per_day, path.latency_bars, np.asarray([*mean, mean[-1]]))


def test_a_sale_waits_while_the_mean_price_lags_by_more_than_the_vault_allows() -> None:
    prices, rules = [2000.0, 1800.0, 1800.0], static_rules([(1.25, 1.5)])
    at_the_limit = lagging(prices, [2000.0, 1800 * 1.0499, 1800 * 1.0499])
    beyond = lagging(prices, [2000.0, 1800 * 1.0501, 1800 * 1.0501])
    assert simulate(COSTS, at_the_limit, rules, 1, 0).actions.tolist() == [[1.0]]
    assert simulate(COSTS, beyond, rules, 1, 0).actions.tolist() == [[0.0]]


def test_an_emergency_sells_whatever_the_mean_price_says() -> None:
    prices, rules = [2000.0, 1660.0, 1660.0], static_rules([(1.25, 1.5)])  # health 1.079
    assert simulate(COSTS, lagging(prices, [2000.0] * 3), rules, 1, 0).actions.max() > 0
    prices = [2000.0, 1662.0, 1662.0]  # health 1.0803
    assert simulate(COSTS, lagging(prices, [2000.0] * 3), rules, 1, 0).actions.max() == 0


def test_one_sale_moves_at_most_the_part_that_the_vault_allows() -> None:
    prices, rules = [2000.0, 1700.0, 1700.0, 1700.0], static_rules([(1.25, 2.2)])
    debt = 100 * 2000 * 0.83 / 1.3
    first = VaultLimits().action_share * 100 * 2000
    wanted = (2.2 * debt - 100 * 1700 * 0.83) / (2.2 - 0.83)
    assert wanted > first
    outcome = simulate(COSTS, path_of(prices), rules, 1, 0)
    assert outcome.cost_usd[0, 0] == pytest.approx(2 * first * 0.0015 + 30)


def test_the_mean_is_of_the_last_window_only() -> None:
    prices = np.asarray([[10.0, 10, 10, 10], [10, 20, 10, 20], [20, 40, 20, 40]])
    assert trailing_mean(prices, 300, 600).tolist() == [10.0, 12.5, 22.5]
    assert trailing_mean(prices, 1_800, 600).tolist() == pytest.approx([10, 20 - 10 / 6, 40 - 20 / 6])
