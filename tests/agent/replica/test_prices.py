"""Feeds, and what the venue makes of them."""

from __future__ import annotations

import pytest

from ballast.replica import addresses, parameters
from ballast.replica.errors import RpcError
from replica.world import WAD, World

EXPECTED = parameters.load()
FEEDS = {
    addresses.ETH_USD_FEED: ("ETH / USD", EXPECTED.eth_usd8),
    addresses.AAVE_ETH_USD_FEED: ("ETH / USD", EXPECTED.eth_usd8),
    addresses.USDC_USD_FEED: ("USDC / USD", EXPECTED.usdc_usd8),
    addresses.BTC_USD_FEED: ("BTC / USD", EXPECTED.btc_usd8),
    addresses.AAVE_BTC_USD_FEED: ("BTC / USD", EXPECTED.btc_usd8),
    addresses.WBTC_BTC_FEED: ("WBTC / BTC", EXPECTED.wbtc_btc8),
    addresses.STETH_USD_FEED: ("STETH / USD", EXPECTED.steth_usd8),
    addresses.USDT_USD_FEED: ("USDT / USD", EXPECTED.usdt_usd8),
    addresses.DAI_USD_FEED: ("DAI / USD", EXPECTED.dai_usd8),
}
STABLES = [
    pytest.param(addresses.USDC, addresses.USDC_USD_FEED, addresses.AAVE_USDC_SOURCE, id="USDC"),
    pytest.param(addresses.USDT, addresses.USDT_USD_FEED, addresses.AAVE_USDT_SOURCE, id="USDT"),
    pytest.param(addresses.DAI, addresses.DAI_USD_FEED, addresses.AAVE_DAI_SOURCE, id="DAI"),
]
ROUND = "uint80,int256,uint256,uint256,uint80"
CAP = EXPECTED.price_caps.stable_usd8


@pytest.fixture
def world(replica_node):
    return World(replica_node.rpc)


@pytest.mark.parametrize("feed", FEEDS)
def test_feed_says_what_it_prices_and_remembers_every_round(world, feed):
    description, answer = FEEDS[feed]
    assert world.read(feed, "description()", "string") == (description,)
    assert world.read(feed, "decimals()", "uint8") == (8,)
    latest = world.read(feed, "latestRoundData()", ROUND)
    assert latest[1] == answer
    assert latest[3] == EXPECTED.genesis.timestamp
    first = (1 << 64) + 1
    assert latest[0] - first == EXPECTED.history_rounds
    assert world.read(feed, "getRoundData(uint80)", ROUND, first)[3] < latest[3]
    with pytest.raises(RpcError, match="No data present"):
        world.read(feed, "getRoundData(uint80)", ROUND, latest[0] + 1)


@pytest.mark.parametrize("reserve", EXPECTED.reserves.values(), ids=lambda reserve: reserve.symbol)
def test_venue_prices_a_reserve_by_the_source_of_the_parameters(world, reserve):
    source = world.read(addresses.AAVE_ORACLE, "getSourceOfAsset(address)", "address", reserve.asset)
    assert source == (reserve.price_source.lower(),)
    assert world.read(reserve.price_source, "latestAnswer()", "int256") == (world.price(reserve.asset),)


@pytest.mark.parametrize(("token", "feed", "source"), STABLES)
def test_venue_prices_a_stable_coin_by_everybodys_feed(world, token, feed, source):
    assert world.read(source, "ASSET_TO_USD_AGGREGATOR()", "address") == (feed.lower(),)
    world.transmit(feed, 87_000_000)
    assert world.price(token) == 87_000_000


@pytest.mark.parametrize(("token", "feed", "source"), STABLES)
def test_venue_takes_a_stable_coin_for_no_more_than_its_cap(world, token, feed, source):
    assert world.read(source, "getPriceCap()", "int256") == (CAP,)
    for answer, capped in ((CAP, False), (CAP + 1, True)):
        world.transmit(feed, answer)
        assert world.price(token) == CAP
        assert world.read(source, "isCapped()", "bool") == (capped,)


def test_a_capped_source_has_no_rounds(world):
    for source in (addresses.AAVE_USDC_SOURCE, addresses.AAVE_WSTETH_SOURCE, addresses.AAVE_WBTC_SOURCE):
        with pytest.raises(RpcError):
            world.read(source, "latestRoundData()", ROUND)


def test_venue_prices_wsteth_by_its_rate_and_the_venues_own_feed_of_ether(world):
    rate = EXPECTED.steth_per_token_wad
    assert world.price(addresses.WSTETH) == EXPECTED.eth_usd8 * rate // WAD
    world.transmit(addresses.ETH_USD_FEED, 1800 * 10**8)
    world.transmit(addresses.STETH_USD_FEED, 1700 * 10**8)
    assert world.price(addresses.WSTETH) == EXPECTED.eth_usd8 * rate // WAD
    world.transmit(addresses.AAVE_ETH_USD_FEED, 1800 * 10**8)
    assert world.price(addresses.WSTETH) == 1800 * 10**8 * rate // WAD


def test_a_falling_rate_of_wsteth_reaches_the_venue_in_full(world):
    world.send(addresses.TRANSMITTER, addresses.WSTETH, "setStEthPerToken(uint256)", WAD)
    assert world.price(addresses.WSTETH) == EXPECTED.eth_usd8


def test_a_rate_of_wsteth_that_grows_too_fast_is_cut_off(world):
    source, eth = addresses.AAVE_WSTETH_SOURCE, EXPECTED.eth_usd8
    caps, rate = EXPECTED.price_caps, EXPECTED.steth_per_token_wad
    (most,) = world.read(source, "getMaxRatio()", "uint256")
    age = world.now() - EXPECTED.genesis.timestamp + caps.wsteth_snapshot_age_seconds
    grown = rate * caps.wsteth_yearly_growth_bps * age // (10_000 * 365 * 86_400)
    # A call may be answered for the second of the block or for one after it.
    assert 0 <= most - rate - grown <= 2 * grown // age
    for asked, capped in ((most, False), (most + most // 1000, True)):
        world.send(addresses.TRANSMITTER, addresses.WSTETH, "setStEthPerToken(uint256)", asked)
        assert world.read(source, "isCapped()", "bool") == (capped,)
        assert world.price(addresses.WSTETH) == pytest.approx(eth * most // WAD, rel=1e-6)


def test_the_cap_on_the_rate_opens_with_time(world):
    asked = EXPECTED.steth_per_token_wad * 105 // 100
    world.send(addresses.TRANSMITTER, addresses.WSTETH, "setStEthPerToken(uint256)", asked)
    assert world.read(addresses.AAVE_WSTETH_SOURCE, "isCapped()", "bool") == (True,)
    world.rpc.call("evm_increaseTime", 200 * 86_400)
    world.rpc.call("evm_mine")
    assert world.read(addresses.AAVE_WSTETH_SOURCE, "isCapped()", "bool") == (False,)


def test_venue_prices_wbtc_by_its_peg_and_the_venues_own_feed_of_bitcoin(world):
    world.transmit(addresses.BTC_USD_FEED, 50_000 * 10**8)
    assert world.price(addresses.WBTC) == EXPECTED.btc_usd8
    world.transmit(addresses.AAVE_BTC_USD_FEED, 50_000 * 10**8)
    assert world.price(addresses.WBTC) == 50_000 * 10**8
    world.transmit(addresses.WBTC_BTC_FEED, 98_000_000)
    assert world.price(addresses.WBTC) == 49_000 * 10**8
