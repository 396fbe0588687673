"""The ETH-correlated category: more may be borrowed against ether's kin, and nothing else."""

from __future__ import annotations

import pytest

from ballast.replica import addresses, parameters
from ballast.replica.errors import RpcError
from replica.world import BORROW, WAD, World

OWNER = "0x00000000000000000000000000000000000A11cE"
EMODE = parameters.load().emode
COLLATERAL_RAW = 100 * WAD
TOO_MUCH = "0x911ceb81"  # CollateralCannotCoverNewBorrow()
UNHEALTHY = "0x6679996d"  # HealthFactorLowerThanLiquidationThreshold()
NOT_HERE = "0x57db5bba"  # NotBorrowableInEMode()
DEBT_ROUNDING_WEI = 1


@pytest.fixture
def world(replica_node):
    return World(replica_node.rpc)


@pytest.fixture
def in_emode(world):
    world.supply(OWNER, addresses.WSTETH, COLLATERAL_RAW)
    world.send(OWNER, addresses.AAVE_POOL, "setUserEMode(uint8)", EMODE.category_id)
    return world


def _try_borrow(world, token, amount_raw):
    world.try_call(OWNER, addresses.AAVE_POOL, BORROW, token, amount_raw, 2, 0, OWNER)


def test_category_equals_the_parameters(world):
    pool, number = addresses.AAVE_POOL, EMODE.category_id
    risk = world.read(pool, "getEModeCategoryCollateralConfig(uint8)", "uint16,uint16,uint16", number)
    assert risk == (EMODE.ltv_bps, EMODE.liquidation_threshold_bps, EMODE.liquidation_bonus_bps)
    assert world.read(pool, "getEModeCategoryLabel(uint8)", "string", number) == (EMODE.label,)


@pytest.mark.parametrize(
    ("getter", "names"),
    [
        ("getEModeCategoryCollateralBitmap(uint8)", EMODE.collateral),
        ("getEModeCategoryBorrowableBitmap(uint8)", EMODE.borrowable),
    ],
)
def test_category_holds_the_assets_of_the_parameters_and_no_others(world, getter, names):
    (bitmap,) = world.read(addresses.AAVE_POOL, getter, "uint128", EMODE.category_id)
    (listed,) = world.read(addresses.AAVE_POOL, "getReservesList()", "address[]")
    reserves = parameters.load().reserves
    expected = {reserves[name].asset.lower() for name in names}
    assert {asset for at, asset in enumerate(listed) if bitmap >> at & 1} == expected


def test_position_in_the_category_has_its_thresholds(in_emode):
    *_, threshold, ltv, _ = in_emode.account(OWNER)
    assert (threshold, ltv) == (EMODE.liquidation_threshold_bps, EMODE.ltv_bps)


def test_position_borrows_up_to_the_categorys_ltv_and_no_further(in_emode):
    collateral, _, available, *_ = in_emode.account(OWNER)
    assert available == collateral * EMODE.ltv_bps // 10_000
    price = in_emode.price(addresses.WETH)
    # The venue rounds debt up, by a wei at most, and its value up to the next hundred-millionth of a dollar.
    most = available * WAD // price - DEBT_ROUNDING_WEI
    _try_borrow(in_emode, addresses.WETH, most)
    with pytest.raises(RpcError) as refused:
        _try_borrow(in_emode, addresses.WETH, most + 1 + DEBT_ROUNDING_WEI)
    assert refused.value.data == TOO_MUCH


def test_the_same_loan_is_refused_outside_of_the_category(in_emode):
    amount = in_emode.account(OWNER)[2] * WAD // in_emode.price(addresses.WETH)
    _try_borrow(in_emode, addresses.WETH, amount - DEBT_ROUNDING_WEI)
    in_emode.send(OWNER, addresses.AAVE_POOL, "setUserEMode(uint8)", 0)
    with pytest.raises(RpcError) as refused:
        _try_borrow(in_emode, addresses.WETH, amount - DEBT_ROUNDING_WEI)
    assert refused.value.data == UNHEALTHY


def test_nothing_but_the_categorys_own_is_lent(in_emode):
    for token in (addresses.USDC, addresses.WSTETH):
        with pytest.raises(RpcError) as refused:
            _try_borrow(in_emode, token, 1000)
        assert refused.value.data == NOT_HERE


def test_health_in_the_category_hangs_on_the_rate_and_not_on_ether(in_emode):
    available = in_emode.account(OWNER)[2]
    in_emode.borrow(OWNER, addresses.WETH, available * WAD // in_emode.price(addresses.WETH) * 99 // 100)
    *_, before = in_emode.account(OWNER)
    assert before > WAD
    in_emode.transmit(addresses.AAVE_ETH_USD_FEED, 1000 * 10**8)
    *_, after_crash = in_emode.account(OWNER)
    assert after_crash == pytest.approx(before, rel=1e-6)
    slashed = parameters.load().steth_per_token_wad * 96 // 100
    in_emode.send(addresses.TRANSMITTER, addresses.WSTETH, "setStEthPerToken(uint256)", slashed)
    *_, after_slashing = in_emode.account(OWNER)
    assert after_slashing < WAD


def test_a_fallen_loan_of_the_category_is_liquidated_at_its_small_bonus(in_emode):
    available = in_emode.account(OWNER)[2]
    in_emode.borrow(OWNER, addresses.WETH, available * WAD // in_emode.price(addresses.WETH) * 99 // 100)
    slashed = parameters.load().steth_per_token_wad * 96 // 100
    in_emode.send(addresses.TRANSMITTER, addresses.WSTETH, "setStEthPerToken(uint256)", slashed)
    liquidate = "liquidate(address[],address,address,uint256)"
    held = in_emode.balance(addresses.WSTETH, addresses.LIQUIDATOR)
    debt = in_emode.balance(addresses.AAVE_WETH_DEBT_TOKEN, OWNER)
    arguments = ([OWNER], addresses.WSTETH, addresses.WETH, 0)
    in_emode.send(addresses.LIQUIDATOR_OWNER, addresses.LIQUIDATOR, liquidate, *arguments)
    repaid = debt - in_emode.balance(addresses.AAVE_WETH_DEBT_TOKEN, OWNER)
    seized = in_emode.balance(addresses.WSTETH, addresses.LIQUIDATOR) - held
    # One percent of bonus, a tenth of which goes to the venue.
    assert seized * slashed // WAD == pytest.approx(repaid * 10_090 // 10_000, rel=1e-6)
