"""Every pool trades near the venue's prices, knows its recent past, and routes lead through several."""

from __future__ import annotations

from math import isqrt

import pytest

from ballast.replica import addresses, parameters
from replica.world import World

EXPECTED = parameters.load()
POOLS = {f"{pool.token0}_{pool.token1}": pool for pool in EXPECTED.pools}
STATE = "uint160,int24,uint16,uint16,uint16,uint8,bool"
WINDOW_SECONDS = 600
TRADER = "0x00000000000000000000000000000000000A11cE"
QUOTE = "quoteExactInputSingle((address,address,uint256,uint24,uint160))"
EXACT_INPUT = "exactInput((bytes,address,uint256,uint256))"
PIPS = 10**6


@pytest.fixture
def world(replica_node):
    return World(replica_node.rpc)


@pytest.fixture(params=POOLS)
def pool(request):
    return POOLS[request.param]


def _tokens(pool):
    return EXPECTED.reserves[pool.token0], EXPECTED.reserves[pool.token1]


def _amount_worth(world, reserve, usd):
    return usd * 10**8 * 10**reserve.decimals // world.price(reserve.asset)


def _swap(world, path, amount_raw, least_raw=0):
    """Through SwapRouter02; ``path`` is token, fee, token, ... Returns what came out."""
    token_in, token_out = path[0], path[-1]
    router = addresses.UNISWAP_SWAP_ROUTER_02
    world.give(token_in, TRADER, amount_raw)
    world.send(TRADER, token_in, "approve(address,uint256)", router, amount_raw)
    before = world.balance(token_out, TRADER)
    order = (_encoded(path), TRADER, amount_raw, least_raw)
    world.send(TRADER, router, EXACT_INPUT, order)
    return world.balance(token_out, TRADER) - before


def _encoded(path):
    parts = (bytes.fromhex(part[2:]) if isinstance(part, str) else part.to_bytes(3) for part in path)
    return b"".join(parts)


def test_pool_lies_at_the_factorys_address_with_its_tokens_and_fee(world, pool):
    token0, token1 = _tokens(pool)
    get = "getPool(address,address,uint24)"
    arguments = (token1.asset, token0.asset, pool.fee_pips)
    assert world.read(addresses.UNISWAP_FACTORY, get, "address", *arguments) == (pool.address.lower(),)
    assert world.read(pool.address, "token0()", "address") == (token0.asset.lower(),)
    assert world.read(pool.address, "token1()", "address") == (token1.asset.lower(),)


def test_pool_begins_at_the_venues_prices(world, pool):
    token0, token1 = _tokens(pool)
    numerator = world.price(token0.asset) * 10**token1.decimals
    denominator = world.price(token1.asset) * 10**token0.decimals
    root = isqrt((numerator << 192) // denominator)
    # The rounds of trades that warm it up leave fees behind, each a few millionths of its own move.
    assert world.read(pool.address, "slot0()", STATE)[0] == pytest.approx(root, rel=1e-5)


@pytest.mark.parametrize("forward", [True, False], ids=["sell token0", "sell token1"])
def test_a_hundred_thousand_dollars_trade_at_the_fee_and_little_impact(world, pool, forward):
    token_in, token_out = _tokens(pool)[:: 1 if forward else -1]
    amount = _amount_worth(world, token_in, 100_000)
    quoted = world.read(
        addresses.UNISWAP_QUOTER_V2,
        QUOTE,
        "uint256,uint160,uint32,uint256",
        (token_in.asset, token_out.asset, amount, pool.fee_pips, 0),
    )[0]
    received = _swap(world, [token_in.asset, pool.fee_pips, token_out.asset], amount)
    assert received == quoted
    fair = _amount_worth(world, token_out, 100_000)
    after_fee = fair * (PIPS - pool.fee_pips) // PIPS
    assert after_fee * 9_980 // 10_000 < received < after_fee * 10_001 // 10_000


def test_pool_remembers_ten_minutes_at_a_block_every_twelve_seconds(world, pool):
    _, tick, _, cardinality, _, _, _ = world.read(pool.address, "slot0()", STATE)
    assert cardinality == pool.observation_cardinality > WINDOW_SECONDS // 12
    assert abs(_mean_tick(world, pool) - tick) <= 1


def test_mean_price_follows_a_trade_as_time_passes(world, pool):
    token_in, token_out = _tokens(pool)
    before = _mean_tick(world, pool)
    _swap(world, [token_in.asset, pool.fee_pips, token_out.asset], _amount_worth(world, token_in, 3_000_000))
    tick = world.read(pool.address, "slot0()", STATE)[1]
    assert tick <= before - 2
    world.rpc.call("evm_increaseTime", WINDOW_SECONDS // 2)
    world.rpc.call("evm_mine")
    halfway = _mean_tick(world, pool)
    assert tick < halfway < before
    world.rpc.call("evm_increaseTime", WINDOW_SECONDS)
    world.rpc.call("evm_mine")
    assert _mean_tick(world, pool) == tick


def _mean_tick(world, pool):
    (ticks, _) = world.read(pool.address, "observe(uint32[])", "int56[],uint160[]", [WINDOW_SECONDS, 0])
    return (ticks[1] - ticks[0]) // WINDOW_SECONDS


def test_a_route_through_three_pools_gives_what_the_quoter_says_and_not_one_unit_more(world):
    path = [addresses.WBTC, 500, addresses.WETH, 500, addresses.USDT, 100, addresses.USDC]
    amount = 10**8
    (quoted, *_) = world.read(
        addresses.UNISWAP_QUOTER_V2,
        "quoteExactInput(bytes,uint256)",
        "uint256,uint160[],uint32[],uint256",
        _encoded(path),
        amount,
    )
    assert quoted == pytest.approx(EXPECTED.btc_usd8 // 100, rel=0.005)
    with pytest.raises(AssertionError, match="reverted"):
        _swap(world, path, amount, least_raw=quoted + 1)
    assert _swap(world, path, amount, least_raw=quoted) == quoted
