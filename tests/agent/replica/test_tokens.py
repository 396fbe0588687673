"""Tokens that are models behave like the real ones where it hurts."""

from __future__ import annotations

import pytest

from ballast.replica import addresses, parameters
from ballast.replica.errors import RpcError
from replica.world import WAD, World, calldata

OWNER = "0x00000000000000000000000000000000000A11cE"
FRIEND = "0x00000000000000000000000000000000000b0B01"
APPROVE, TRANSFER = "approve(address,uint256)", "transfer(address,uint256)"
THOUSAND = 1000 * 10**6


@pytest.fixture
def world(replica_node):
    return World(replica_node.rpc)


@pytest.mark.parametrize("reserve", parameters.load().reserves.values(), ids=lambda reserve: reserve.symbol)
def test_tokens_have_their_own_name_and_decimals(world, reserve):
    assert world.read(reserve.asset, "symbol()", "string") == (reserve.symbol,)
    assert world.read(reserve.asset, "decimals()", "uint256") == (reserve.decimals,)


def test_usdt_returns_nothing_where_the_standard_returns_true(world):
    world.give(addresses.USDT, OWNER, THOUSAND)
    for signature in (APPROVE, TRANSFER):
        call = {"from": OWNER, "to": addresses.USDT, "data": calldata(signature, FRIEND, 1)}
        assert world.rpc.call("eth_call", call, "latest") == "0x"
        assert (
            len(world.rpc.call("eth_call", {**call, "to": addresses.DAI, "from": addresses.WHALE}, "latest"))
            == 66
        )


def test_usdt_takes_an_allowance_from_one_value_to_another_only_through_zero(world):
    world.give(addresses.USDT, OWNER, THOUSAND)
    world.send(OWNER, addresses.USDT, APPROVE, FRIEND, 1)
    with pytest.raises(RpcError):
        world.try_call(OWNER, addresses.USDT, APPROVE, FRIEND, 2)
    world.send(OWNER, addresses.USDT, APPROVE, FRIEND, 0)
    world.send(OWNER, addresses.USDT, APPROVE, FRIEND, 2)
    assert world.read(addresses.USDT, "allowance(address,address)", "uint256", OWNER, FRIEND) == (2,)


def test_usdt_moves_a_balance_and_not_one_unit_more(world):
    world.give(addresses.USDT, OWNER, THOUSAND)
    with pytest.raises(RpcError):
        world.try_call(OWNER, addresses.USDT, TRANSFER, FRIEND, THOUSAND + 1)
    world.send(OWNER, addresses.USDT, TRANSFER, FRIEND, THOUSAND)
    assert world.balance(addresses.USDT, FRIEND) == THOUSAND


def test_usdt_spends_an_allowance_and_not_one_unit_more(world):
    world.give(addresses.USDT, OWNER, THOUSAND)
    world.send(OWNER, addresses.USDT, APPROVE, FRIEND, THOUSAND // 2)
    take = "transferFrom(address,address,uint256)"
    with pytest.raises(RpcError):
        world.try_call(FRIEND, addresses.USDT, take, OWNER, FRIEND, THOUSAND // 2 + 1)
    world.try_call(FRIEND, addresses.USDT, take, OWNER, FRIEND, THOUSAND // 2)


def test_usdt_can_switch_on_a_fee_below_twenty_basis_points(world):
    world.give(addresses.USDT, OWNER, 2 * THOUSAND)
    world.send(OWNER, addresses.USDT, TRANSFER, FRIEND, THOUSAND)
    assert world.balance(addresses.USDT, FRIEND) == THOUSAND  # off, as on mainnet
    issuer = addresses.TOKEN_MINTER
    with pytest.raises(RpcError):
        world.try_call(issuer, addresses.USDT, "setParams(uint256,uint256)", 20, 49)
    world.send(issuer, addresses.USDT, "setParams(uint256,uint256)", 19, 49)
    before = world.balance(addresses.USDT, issuer)
    world.send(OWNER, addresses.USDT, TRANSFER, FRIEND, THOUSAND)
    assert world.balance(addresses.USDT, FRIEND) == 2 * THOUSAND - THOUSAND * 19 // 10_000
    assert world.balance(addresses.USDT, issuer) - before == THOUSAND * 19 // 10_000


def test_usdt_of_a_blacklisted_account_stands_still_until_it_is_released(world):
    world.give(addresses.USDT, OWNER, THOUSAND)
    world.send(addresses.TOKEN_MINTER, addresses.USDT, "addBlackList(address)", OWNER)
    with pytest.raises(RpcError):
        world.try_call(OWNER, addresses.USDT, TRANSFER, FRIEND, 1)
    world.send(addresses.TOKEN_MINTER, addresses.USDT, "removeBlackList(address)", OWNER)
    world.try_call(OWNER, addresses.USDT, TRANSFER, FRIEND, 1)


def test_usdt_stands_still_while_paused(world):
    world.give(addresses.USDT, OWNER, THOUSAND)
    world.send(addresses.TOKEN_MINTER, addresses.USDT, "pause()")
    with pytest.raises(RpcError):
        world.try_call(OWNER, addresses.USDT, TRANSFER, FRIEND, 1)
    world.send(addresses.TOKEN_MINTER, addresses.USDT, "unpause()")
    world.try_call(OWNER, addresses.USDT, TRANSFER, FRIEND, 1)


def test_venue_takes_usdt_lends_it_and_takes_it_back(world):
    world.supply(OWNER, addresses.USDT, 100 * THOUSAND)
    world.supply(FRIEND, addresses.WETH, 100 * WAD)
    world.borrow(FRIEND, addresses.USDT, 50 * THOUSAND)
    world.send(FRIEND, addresses.USDT, APPROVE, addresses.AAVE_POOL, 50 * THOUSAND)
    repay = "repay(address,uint256,uint256,address)"
    world.send(FRIEND, addresses.AAVE_POOL, repay, addresses.USDT, 50 * THOUSAND, 2, FRIEND)
    assert world.balance(addresses.USDT, FRIEND) == 0
    assert world.balance(addresses.AAVE_USDT_DEBT_TOKEN, FRIEND) < THOUSAND // 1000  # interest of seconds


def test_only_a_ward_makes_dai_and_a_ward_can_be_made_and_unmade(world):
    mint, minter = "mint(address,uint256)", addresses.TOKEN_MINTER
    with pytest.raises(RpcError):
        world.try_call(OWNER, addresses.DAI, mint, OWNER, WAD)
    world.send(minter, addresses.DAI, "rely(address)", OWNER)
    world.try_call(OWNER, addresses.DAI, mint, OWNER, WAD)
    world.send(minter, addresses.DAI, "deny(address)", OWNER)
    with pytest.raises(RpcError):
        world.try_call(OWNER, addresses.DAI, mint, OWNER, WAD)


def test_dai_is_burnt_by_its_owner_or_against_an_allowance(world):
    world.give(addresses.DAI, OWNER, 2 * WAD)
    burn, supply = "burn(address,uint256)", "totalSupply()"
    (before,) = world.read(addresses.DAI, supply, "uint256")
    world.send(OWNER, addresses.DAI, burn, OWNER, WAD)
    with pytest.raises(RpcError):
        world.try_call(FRIEND, addresses.DAI, burn, OWNER, WAD)
    world.send(OWNER, addresses.DAI, APPROVE, FRIEND, WAD)
    world.rpc.call("anvil_setBalance", FRIEND, hex(WAD))
    world.send(FRIEND, addresses.DAI, burn, OWNER, WAD)
    assert world.read(addresses.DAI, supply, "uint256") == (before - 2 * WAD,)


def test_wsteth_converts_at_its_rate_rounded_down(world):
    rate = parameters.load().steth_per_token_wad
    assert world.read(addresses.WSTETH, "stEthPerToken()", "uint256") == (rate,)
    assert world.read(addresses.WSTETH, "tokensPerStEth()", "uint256") == (WAD * WAD // rate,)
    assert world.read(addresses.WSTETH, "getStETHByWstETH(uint256)", "uint256", 3) == (3 * rate // WAD,)
    assert world.read(addresses.WSTETH, "getWstETHByStETH(uint256)", "uint256", 5) == (5 * WAD // rate,)


def test_rate_of_wsteth_moves_both_ways_and_only_by_the_transmitter(world):
    move = "setStEthPerToken(uint256)"
    with pytest.raises(RpcError):
        world.try_call(OWNER, addresses.WSTETH, move, WAD)
    for rate in (13 * WAD // 10, 11 * WAD // 10):
        world.send(addresses.TRANSMITTER, addresses.WSTETH, move, rate)
        assert world.read(addresses.WSTETH, "stEthPerToken()", "uint256") == (rate,)
    with pytest.raises(RpcError):
        world.try_call(addresses.TRANSMITTER, addresses.WSTETH, move, WAD // 1000 - 1)
    world.try_call(addresses.TRANSMITTER, addresses.WSTETH, move, WAD // 1000)
