"""The replica is the real protocol code, at the real addresses, with the parameters of its file."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time

import pytest

from ballast.replica import addresses, parameters
from ballast.replica.build import state_key
from ballast.replica.checkout import find_anvil, find_root
from ballast.replica.errors import ReplicaError, ReplicaUnavailableError, RpcError, RpcTransportError
from ballast.replica.node import HARDFORK, ReplicaNode, is_replica
from ballast.replica.rpc import RpcClient
from replica.world import WAD, World

OWNER = "0x00000000000000000000000000000000000A11cE"
RESERVES = list(parameters.load().reserves.values())
WITHOUT_CODE = {
    "AAVE_ACL_ADMIN",
    "AAVE_COLLECTOR",
    "AAVE_NONCE_ADVANCER",
    "ARBITRAGEUR",
    "KEYSTONE_OWNER",
    "LIQUIDATOR_OWNER",
    "LIQUIDITY_PROVIDER",
    "TOKEN_MINTER",
    "TRANSMITTER",
    "UNISWAP_POSITION_DESCRIPTOR",
    "UNISWAP_TIMELOCK",
    "UNISWAP_V2_FACTORY",
    "USDC_MINTER",
    "WHALE",
}


@pytest.fixture
def world(replica_node):
    return World(replica_node.rpc)


@pytest.fixture(scope="module")
def expected():
    return parameters.load()


def _named_addresses():
    return {name: value for name, value in vars(addresses).items() if name.isupper()}


def test_python_and_solidity_name_the_same_addresses():
    source = (find_root() / "script/replica/Addresses.sol").read_text()
    declared = dict(re.findall(r"constant (\w+) = (0x\w{40});", source))
    assert declared == _named_addresses()


def test_forge_tests_name_the_same_addresses():
    source = (find_root() / "tests/contracts/utils/Mainnet.sol").read_text()
    declared = dict(re.findall(r"constant (\w+) = (0x\w{40});", source))
    assert declared.items() <= _named_addresses().items()


def test_parameters_name_the_same_addresses(expected):
    named = _named_addresses()
    for name, reserve in expected.reserves.items():
        tokens = (reserve.asset, reserve.a_token, reserve.debt_token)
        parts = ("{}", "AAVE_{}_ATOKEN", "AAVE_{}_DEBT_TOKEN")
        assert tokens == tuple(named[part.format(name.upper())] for part in parts)
    for pool in expected.pools:
        assert pool.address == named[f"UNISWAP_{pool.token0}_{pool.token1}_POOL".upper()]


def test_every_contract_has_code_and_every_account_has_none(world):
    for name, address in _named_addresses().items():
        code = world.rpc.call("eth_getCode", address, "latest")
        assert (code == "0x") == (name in WITHOUT_CODE), name


def test_marker_tells_a_replica_and_names_its_state(replica_node, world):
    assert is_replica(replica_node.rpc)
    (key,) = world.read(addresses.REPLICA_MARKER, "key()", "bytes32")
    assert key.hex() == state_key(find_root())


def test_a_chain_without_the_marker_is_no_replica(replica_node):
    replica_node.rpc.call("anvil_setCode", addresses.REPLICA_MARKER, "0x")
    assert not is_replica(replica_node.rpc)


def test_chain_starts_at_the_dated_genesis_with_mainnets_chain_id(world, expected):
    genesis = world.rpc.call("eth_getBlockByNumber", hex(expected.genesis.block_number), False)
    assert int(genesis["timestamp"], 16) == expected.genesis.timestamp
    assert int(genesis["gasLimit"], 16) == expected.genesis.gas_limit
    assert int(genesis["baseFeePerGas"], 16) == expected.genesis.base_fee_wei
    assert world.rpc.call("eth_chainId") == "0x1"


@pytest.mark.parametrize("reserve", RESERVES, ids=lambda reserve: reserve.symbol)
def test_reserve_configuration_equals_the_parameters(world, reserve):
    returns = ",".join(["uint256"] * 5 + ["bool"] * 5)
    signature = "getReserveConfigurationData(address)"
    configuration = world.read(addresses.AAVE_DATA_PROVIDER, signature, returns, reserve.asset)
    assert configuration == (
        reserve.decimals,
        reserve.ltv_bps,
        reserve.liquidation_threshold_bps,
        reserve.liquidation_bonus_bps,
        reserve.reserve_factor_bps,
        True,  # usable as collateral
        True,  # borrowable
        False,  # no stable rate
        True,  # active
        False,  # not frozen
    )


@pytest.mark.parametrize("reserve", RESERVES, ids=lambda reserve: reserve.symbol)
def test_reserve_caps_fee_and_rate_curve_equal_the_parameters(world, reserve):
    provider = addresses.AAVE_DATA_PROVIDER
    caps = world.read(provider, "getReserveCaps(address)", "uint256,uint256", reserve.asset)
    assert caps == (reserve.borrow_cap, reserve.supply_cap)
    fee = world.read(provider, "getLiquidationProtocolFee(address)", "uint256", reserve.asset)
    assert fee == (reserve.liquidation_protocol_fee_bps,)
    curve = world.read(
        addresses.AAVE_RATE_STRATEGY,
        "getInterestRateDataBps(address)",
        "uint256,uint256,uint256,uint256",
        reserve.asset,
    )
    assert curve == (reserve.optimal_usage_bps, reserve.base_rate_bps, reserve.slope1_bps, reserve.slope2_bps)


@pytest.mark.parametrize("reserve", RESERVES, ids=lambda reserve: reserve.symbol)
def test_borrowers_pay_the_rate_that_the_curve_gives_at_this_usage(world, reserve):
    returns = ",".join(["uint256"] * 11 + ["uint40"])
    data = world.read(addresses.AAVE_DATA_PROVIDER, "getReserveData(address)", returns, reserve.asset)
    rate_ray = data[6]
    usage_ray = reserve.borrowed_raw * 10**27 // reserve.supplied_raw
    expected_ray = usage_ray * reserve.slope1_bps // reserve.optimal_usage_bps
    assert abs(rate_ray - expected_ray) <= 10**27 // 10**9


def test_pool_and_tokens_are_the_ones_that_the_registry_names(world):
    provider = addresses.AAVE_ADDRESSES_PROVIDER
    registered = {
        "getPool()": addresses.AAVE_POOL,
        "getPoolConfigurator()": addresses.AAVE_POOL_CONFIGURATOR,
        "getPriceOracle()": addresses.AAVE_ORACLE,
        "getACLManager()": addresses.AAVE_ACL_MANAGER,
        "getPoolDataProvider()": addresses.AAVE_DATA_PROVIDER,
    }
    for getter, address in registered.items():
        assert world.read(provider, getter, "address") == (address.lower(),)
    premium = world.read(addresses.AAVE_POOL, "FLASHLOAN_PREMIUM_TOTAL()", "uint128")
    assert premium == (parameters.load().flash_loan_premium_bps,)


def test_health_factor_of_a_fresh_position_is_exact(world):
    world.open_position(OWNER, 10 * WAD, 15_000 * 10**6)
    collateral, debt, _, threshold, ltv, health = world.account(OWNER)
    assert (threshold, ltv) == (8300, 8050)
    # Balances round down by at most one unit, and so does every further step of the venue's arithmetic.
    assert 30_000 * 10**8 - 1 <= collateral <= 30_000 * 10**8
    # A second or two of interest lies between borrowing and looking: under one part in a million.
    assert 15_000 * 10**8 <= debt <= 15_000 * 10**8 + 15_000 * 10**2
    assert health == collateral * 8300 * WAD // (10_000 * debt)


def test_price_drop_makes_the_position_liquidatable_and_the_real_call_goes_through(world):
    world.open_position(OWNER, 10 * WAD, 15_000 * 10**6)
    world.transmit(addresses.AAVE_ETH_USD_FEED, 1800 * 10**8)
    *_, health = world.account(OWNER)
    assert health < WAD

    liquidate = "liquidate(address[],address,address,uint256)"
    arguments = ([OWNER], addresses.WETH, addresses.USDC, 0)
    receipt = world.send(addresses.LIQUIDATOR_OWNER, addresses.LIQUIDATOR, liquidate, *arguments)
    seized = "0xe413a321e8681d831f4dbccbca790d2952b56f977908e45be37335533e005286"  # LiquidationCall
    assert [log["topics"][0] for log in receipt["logs"]].count(seized) == 1
    assert world.account(OWNER)[1] < 15_000 * 10**8


def test_liquidator_leaves_a_healthy_position_alone(world):
    world.open_position(OWNER, 10 * WAD, 15_000 * 10**6)
    liquidate = "liquidate(address[],address,address,uint256)"
    arguments = ([OWNER], addresses.WETH, addresses.USDC, 0)
    receipt = world.send(addresses.LIQUIDATOR_OWNER, addresses.LIQUIDATOR, liquidate, *arguments)
    assert receipt["logs"] == []


def test_liquidator_declines_what_does_not_pay(world):
    world.open_position(OWNER, 10 * WAD, 15_000 * 10**6)
    world.transmit(addresses.AAVE_ETH_USD_FEED, 1800 * 10**8)
    liquidate = "liquidate(address[],address,address,uint256)"
    arguments = ([OWNER], addresses.WETH, addresses.USDC, 10_000 * WAD)
    receipt = world.send(addresses.LIQUIDATOR_OWNER, addresses.LIQUIDATOR, liquidate, *arguments)
    assert receipt["logs"] == []


def test_debt_grows_with_chain_time(world):
    world.open_position(OWNER, 10 * WAD, 15_000 * 10**6)
    world.rpc.call("evm_increaseTime", 365 * 86400)
    world.rpc.call("evm_mine")
    debt = world.account(OWNER)[1]
    assert 15_300 * 10**8 < debt < 16_500 * 10**8


def test_feed_keeps_its_history(world, expected):
    round_type = "uint80,int256,uint256,uint256,uint80"
    world.transmit(addresses.ETH_USD_FEED, 194 * 10**8)
    latest = world.read(addresses.ETH_USD_FEED, "latestRoundData()", round_type)
    before = world.read(addresses.ETH_USD_FEED, "getRoundData(uint80)", round_type, latest[0] - 1)
    assert (latest[1], before[1]) == (194 * 10**8, expected.eth_usd8)
    assert latest[0] >> 64 == 1
    assert before[3] < latest[3] == world.now()


def test_feed_refuses_strangers_the_future_and_unknown_rounds(world):
    feed, transmit = addresses.ETH_USD_FEED, "transmit(int256,uint256,uint256)"
    with pytest.raises(RpcError):
        world.try_call(OWNER, feed, transmit, 1, world.now(), world.now())
    world.try_call(addresses.TRANSMITTER, feed, transmit, 1, world.now(), world.now())
    future = world.now() + 10**6
    with pytest.raises(RpcError):
        world.try_call(addresses.TRANSMITTER, feed, transmit, 1, future, future)
    with pytest.raises(RpcError, match="No data present"):
        world.read(feed, "getRoundData(uint80)", "uint80", (1 << 64) + 10**6)


def _quote(world, amount_raw):
    returns = "uint256,uint160,uint32,uint256"
    quote = "quoteExactInputSingle((address,address,uint256,uint24,uint160))"
    arguments = (addresses.WETH, addresses.USDC, amount_raw, 500, 0)
    return world.read(addresses.UNISWAP_QUOTER_V2, quote, returns, arguments)[0]


def test_quoter_prices_a_trade_near_the_oracle_with_some_impact(world):
    fair = 3000 * 10**6
    one, hundred = _quote(world, WAD), _quote(world, 100 * WAD)
    assert fair * 9990 // 10000 < one < fair * 9996 // 10000
    assert one * 100 * 9950 // 10000 < hundred < one * 100


@pytest.mark.parametrize("usd", [194, 50, 10_000])
def test_pool_can_be_moved_to_any_price_of_the_range(world, usd):
    """The arbitrageur trades with a price limit; the wide position leaves depth behind everywhere."""
    limit = int((10**12 / usd) ** 0.5 * 2**96)
    down = usd < 3000
    token_in, token_out = (addresses.WETH, addresses.USDC) if down else (addresses.USDC, addresses.WETH)
    trader, amount = addresses.ARBITRAGEUR, (150_000 * WAD if down else 150_000_000 * 10**6)
    world.send(trader, token_in, "approve(address,uint256)", addresses.UNISWAP_SWAP_ROUTER, amount)
    swap = "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))"
    order = (token_in, token_out, 500, trader, 2**255, amount, 0, limit)
    world.send(trader, addresses.UNISWAP_SWAP_ROUTER, swap, order)
    pool_state = "uint160,int24,uint16,uint16,uint16,uint8,bool"
    root = world.read(addresses.UNISWAP_USDC_WETH_POOL, "slot0()", pool_state)[0]
    assert 10**12 / (root / 2**96) ** 2 == pytest.approx(usd, rel=1e-6)
    assert _quote(world, WAD) == pytest.approx(usd * 10**6, rel=0.01)


def test_pool_remembers_enough_for_a_time_weighted_price(world, expected):
    state = "uint160,int24,uint16,uint16,uint16,uint8,bool"
    _, tick, _, cardinality, _, _, _ = world.read(addresses.UNISWAP_USDC_WETH_POOL, "slot0()", state)
    assert cardinality == expected.pools[0].observation_cardinality >= 200
    observe = "observe(uint32[])"
    (ticks, _) = world.read(addresses.UNISWAP_USDC_WETH_POOL, observe, "int56[],uint160[]", [1800, 0])
    assert abs((ticks[1] - ticks[0]) // 1800 - tick) <= 1


def test_multicall_answers_several_reads_at_once(world):
    call = bytes.fromhex("313ce567")  # decimals()
    calls = [(addresses.WETH, False, call), (addresses.USDC, False, call), (addresses.WHALE, True, call)]
    (results,) = world.read(
        addresses.MULTICALL3, "aggregate3((address,bool,bytes)[])", "(bool,bytes)[]", calls
    )
    assert [int.from_bytes(data) for ok, data in results[:2] if ok] == [18, 6]


def test_node_starts_in_under_five_seconds_and_frees_its_port():
    started = time.monotonic()
    with ReplicaNode() as node:
        assert time.monotonic() - started < 5
        url = node.url
    with pytest.raises(RpcTransportError):
        RpcClient(url, timeout_seconds=1).call("eth_chainId")


def test_node_mines_only_on_request_when_told_so():
    with ReplicaNode(mining=False) as node:
        transfer = {"from": addresses.WHALE, "to": OWNER, "value": "0x1"}
        node.rpc.call("eth_sendTransaction", transfer)
        before = node.rpc.call("eth_blockNumber")
        assert node.rpc.call("eth_getBalance", OWNER, "latest") == "0x0"
        node.rpc.call("evm_mine")
        assert int(node.rpc.call("eth_blockNumber"), 16) == int(before, 16) + 1
        assert node.rpc.call("eth_getBalance", OWNER, "latest") == "0x1"


def test_node_refuses_to_mine_by_the_clock_and_on_request_at_once():
    with pytest.raises(ReplicaError, match="block_time"):
        ReplicaNode(mining=False, block_time=12)


def test_node_says_what_anvil_said_when_it_does_not_start(tmp_path):
    broken = tmp_path / "state.json"
    broken.write_text("no genesis")
    with pytest.raises(ReplicaError, match="ended before"):
        ReplicaNode(state=broken).start()


def test_a_fork_of_a_replica_leaves_no_slots_behind_for_the_next_one(replica_node, tmp_path):
    """Anvil would keep them under chain id and block number, which every replica and mainnet share."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(find_anvil()), "--quiet", "--port", str(port), "--hardfork", HARDFORK]
    command += ["--fork-url", replica_node.url]
    fork = subprocess.Popen(command, env={**os.environ, "HOME": str(tmp_path)})
    try:
        with RpcClient(f"http://127.0.0.1:{port}") as rpc:
            deadline = time.monotonic() + 60
            while not is_replica(rpc):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert World(rpc).balance(addresses.USDC, addresses.ARBITRAGEUR) > 0
    finally:
        fork.terminate()
        fork.wait(30)
    assert list(tmp_path.rglob("storage.json")) == []


def test_missing_anvil_is_named_as_a_missing_extra(monkeypatch, tmp_path):
    monkeypatch.setenv("BALLAST_ANVIL", str(tmp_path / "absent"))
    with pytest.raises(ReplicaUnavailableError, match=r"the replica is an extra: .*absent"):
        ReplicaNode().start()


def test_batch_keeps_its_order_and_names_the_call_that_failed(replica_node):
    rpc = replica_node.rpc
    chain, block = rpc.batch([("eth_chainId", []), ("eth_blockNumber", [])])
    assert (chain, int(block, 16)) == ("0x1", int(rpc.call("eth_blockNumber"), 16))
    with pytest.raises(RpcError, match="no_such_method"):
        rpc.batch([("eth_chainId", []), ("no_such_method", [])])
