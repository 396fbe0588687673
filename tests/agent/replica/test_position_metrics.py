"""The metrics of an Aave position are what the real pool answers, to the unit, wherever the prices go."""

from __future__ import annotations

import pytest
from eth_abi import decode

from ballast.domain.metrics.aave import AaveAccount, AaveBasket, AaveReserve
from ballast.domain.metrics.position import measure
from ballast.domain.units import WAD
from ballast.replica import addresses, parameters
from replica.world import World, calldata

OWNER = "0x00000000000000000000000000000000000A11cE"
PARAMETERS = parameters.load()
HELD = {"WETH": 7 * WAD + 123_456_789, "WBTC": 31_234_567, "wstETH": 3 * WAD + 7}
OWED = {"USDC": 9_876_543_211, "DAI": 4_321 * WAD + 11}


@pytest.fixture
def world(replica_node) -> World:
    return World(replica_node.rpc)


def reserve(world: World, symbol: str, category: parameters.EMode | None = None) -> AaveReserve:
    """The account's part of a reserve, under the category's thresholds where one is given."""
    found = next(one for one in PARAMETERS.reserves.values() if one.symbol == symbol)
    applies = category or found
    return AaveReserve(
        token=symbol,
        decimals=found.decimals,
        price_e8=world.price(found.asset),
        collateral=world.balance(found.a_token, OWNER),
        debt=world.balance(found.debt_token, OWNER),
        ltv_bps=applies.ltv_bps,
        threshold_bps=applies.liquidation_threshold_bps,
    )


def account_at(world: World, eth_price_e8: int) -> tuple[int, ...]:
    """The pool's answer in this very block, were Aave's ether feed to answer another price."""
    # PUSH32 price, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN: the price to whatever is asked.
    code = "0x7f" + eth_price_e8.to_bytes(32, "big").hex() + "5f5260205ff3"
    call = {"to": addresses.AAVE_POOL, "data": calldata("getUserAccountData(address)", OWNER)}
    raw = world.rpc.call("eth_call", call, "latest", {addresses.AAVE_ETH_USD_FEED: {"code": code}})
    return decode(["uint256"] * 6, bytes.fromhex(raw[2:]))


def assert_equal(world: World, basket: AaveBasket) -> None:
    assert basket.account() == AaveAccount(*world.account(OWNER))


def open_basket(world: World) -> None:
    for symbol, amount in HELD.items():
        world.supply(OWNER, getattr(addresses, symbol.upper()), amount)
    for symbol, amount in OWED.items():
        world.borrow(OWNER, getattr(addresses, symbol), amount)


def basket_of(world: World) -> AaveBasket:
    return AaveBasket(tuple(reserve(world, symbol) for symbol in (*HELD, *OWED)))


def test_a_basket_of_three_collaterals_and_two_debts_as_time_and_prices_move(world) -> None:
    open_basket(world)
    assert_equal(world, basket_of(world))
    for answer, days in ((1_777_77777777, 30), (999_00000001, 300), (4_321_12345678, 1)):
        world.rpc.call("evm_increaseTime", days * 86_400)
        world.transmit(addresses.AAVE_ETH_USD_FEED, answer)
        assert_equal(world, basket_of(world))


def test_the_pool_liquidates_at_the_liquidation_price_and_not_one_unit_above(world) -> None:
    world.supply(OWNER, addresses.WETH, HELD["WETH"])
    world.supply(OWNER, addresses.WBTC, 1_234_567)
    world.borrow(OWNER, addresses.USDC, OWED["USDC"])
    basket = AaveBasket(tuple(reserve(world, symbol) for symbol in ("WETH", "WBTC", "USDC")))
    price = measure(basket).collaterals[0].liquidation_price_wad // 10**10
    for at in (price - 1, price, price + 1):
        assert basket.at_price("WETH", at).account() == AaveAccount(*account_at(world, at))
    assert account_at(world, price)[-1] < WAD <= account_at(world, price + 1)[-1]


def test_the_category_of_a_position_decides_its_thresholds(world) -> None:
    category = PARAMETERS.emode
    world.supply(OWNER, addresses.WSTETH, HELD["wstETH"])
    world.send(OWNER, addresses.AAVE_POOL, "setUserEMode(uint8)", category.category_id)
    world.borrow(OWNER, addresses.WETH, WAD + 17)
    assert_equal(world, AaveBasket((reserve(world, "wstETH", category), reserve(world, "WETH"))))
