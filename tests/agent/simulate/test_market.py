"""The market against the real protocols: Aave, Uniswap and the vaults on a replica."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ballast.demo.ledger import LIQUIDATION, SWAP
from ballast.demo.world import MARKET, Positions, World, world
from ballast.replica.errors import ReplicaUnavailableError
from ballast.simulate.arbitrage import price_e8_of
from ballast.simulate.market import BlockResult, MarketRules
from ballast.simulate.path import GWEI, MarketPath, build_path
from ballast.simulate.scenario import load_scenario

pytestmark = pytest.mark.slow
NOBODY = "0x" + "aa" * 20
DOLLAR = 10**8


@contextmanager
def _stage(rules: MarketRules) -> Iterator[World]:
    try:
        with world(rules) as stage:
            yield stage
    except ReplicaUnavailableError as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def stage() -> Iterator[World]:
    with _stage(MarketRules()) as made:
        yield made


def _path(prices: list[int], fee: int = 20 * GWEI) -> MarketPath:
    scaled = tuple(price * DOLLAR for price in prices)
    return MarketPath("made", "a test", "made up", 0, 1_583_971_200, scaled, (fee,) * len(prices))


def _play(stage: World, path: MarketPath) -> tuple[Positions, list[BlockResult]]:
    positions = stage.open(path, NOBODY)
    return positions, [stage.driver.play(path, step) for step in range(1, path.steps + 1)]


def _with_topic(result: BlockResult, topic: str) -> list[dict]:
    return [r for r in result.receipts if any(log["topics"][:1] == [topic] for log in r["logs"])]


def test_pool_feeds_clock_and_base_fee_follow_the_path(stage):
    path = build_path(load_scenario("black_thursday"), 3).excerpt(600, 660)
    positions, results = _play(stage, path)
    oracle = positions.first.oracle_e8
    for step, result in enumerate(results, start=1):
        assert result.timestamp == path.timestamp(step) + stage.driver.clock_offset
        assert result.base_fee_wei == path.base_fee_wei[step]
        pool = price_e8_of(result.view.pool_sqrt_x96)
        assert 0.9994 < pool / path.price_e8[step] < 1.0006
        seen = path.price_e8[max(0, step - 1)]
        if abs(seen - oracle) * 10_000 >= 50 * oracle:
            oracle = seen
        assert (result.oracle_e8, result.venue_e8) == (oracle, oracle)
    assert len({result.oracle_e8 for result in results}) > 10


def test_positions_are_identical_and_start_at_the_stated_health(stage):
    positions, _ = _play(stage, _path([194, 194]))
    holdings = list(positions.first.view.holdings.values())
    assert len(set(holdings)) == 1
    assert abs(holdings[0].health_wad / 10**18 - 1.45) < 1e-6
    assert 0 <= holdings[0].collateral_weth - 100 * 10**18 < 10**14  # a minute of interest


def test_a_fall_below_one_is_liquidated_in_the_block_of_its_round_before_the_arbitrage(stage):
    positions, results = _play(stage, _path([194, 194, 130, 130]))
    assert not _with_topic(results[1], LIQUIDATION)  # the feed's nodes see a price one minute late
    (receipt,) = _with_topic(results[2], LIQUIDATION)
    feeds = [
        r
        for r in results[2].receipts
        if (r["to"] or "").lower() in (MARKET.eth_feed.lower(), MARKET.venue_eth_feed.lower())
    ]
    assert len(feeds) == 2
    assert max(int(r["transactionIndex"], 16) for r in feeds) < int(receipt["transactionIndex"], 16)
    for label in positions.vaults:
        assert results[2].view.holdings[label].debt_usdc < positions.first.view.holdings[label].debt_usdc


def test_a_block_orders_rounds_then_liquidator_then_arbitrageur(stage):
    _, results = _play(stage, _path([194, 130, 129]))
    swap, liquidation = _with_topic(results[1], SWAP), _with_topic(results[1], LIQUIDATION)
    assert len(swap) == len(liquidation) == 1
    assert int(liquidation[0]["transactionIndex"], 16) < int(swap[0]["transactionIndex"], 16)


def test_no_liquidation_where_it_does_not_pay_its_gas(stage):
    # 600,000 gas at 100,000 gwei are 60 ether, far above five percent of 11,000 dollars.
    _, results = _play(stage, _path([194, 130, 130], fee=100_000 * GWEI))
    assert not _with_topic(results[1], LIQUIDATION)


def test_a_healthy_position_is_left_alone(stage):
    positions, results = _play(stage, _path([194, 140, 140, 140]))
    assert not any(_with_topic(result, LIQUIDATION) for result in results)
    assert positions.first.view.holdings["ballast"].debt_usdc > 0


def test_a_venue_that_lags_is_written_later_and_liquidates_later():
    with _stage(MarketRules(venue_lag_blocks=2)) as late:
        _, results = _play(late, _path([194, 130, 130, 130, 130]))
    oracles = [(result.oracle_e8 // DOLLAR, result.venue_e8 // DOLLAR) for result in results]
    assert oracles == [(194, 194), (130, 194), (130, 194), (130, 130)]
    assert [bool(_with_topic(result, LIQUIDATION)) for result in results] == [False, False, False, True]
