"""The Comet model does what the real market did in recorded transactions: same calldata, same logs.

The records are not part of the repository; without them the tests are skipped. None of them is an absorption.
"""

from __future__ import annotations

import gzip
import json
import subprocess
from dataclasses import dataclass
from typing import Any

import pytest
from eth_abi import encode

from ballast.replica.checkout import find_root
from replica.world import WAD, World

RECORDS = "events/lending_receipts_mainnet.jsonl.gz"
COMET = "0xc3d688b66703497daa19211eedff47f25384cdc3"
USDC = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
WETH = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2"
WBTC = "0x2260fac5e5542a773aa44fbcfedf7c193bc2c599"
FEEDS = {USDC: "0x" + "fd" * 19 + "01", WETH: "0x" + "fd" * 19 + "02", WBTC: "0x" + "fd" * 19 + "03"}
TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
INDEX_ONE = 10**15
GAS = hex(30_000_000)

Log = tuple[str, tuple[str, ...], str]


@dataclass(frozen=True)
class Market:
    """A Comet model at the real market's address, and models of three tokens at theirs."""

    world: World

    def give(self, token: str, holder: str, amount: int) -> None:
        self.world.send(holder, token, "mint(address,uint256)", holder, amount)
        self.world.send(holder, token, "approve(address,uint256)", COMET, amount)

    def supply(self, holder: str, token: str, amount: int) -> None:
        self.give(token, holder, amount)
        self.world.send(holder, COMET, "supply(address,uint256)", token, amount)

    def replay(self, tx: dict[str, Any]) -> list[Log]:
        call = {"from": tx["from"], "to": tx["to"], "data": tx["input"], "gas": GAS}
        return logs_of(self.world.mined(self.world.rpc.call("eth_sendTransaction", call)))


def logs_of(receipt: dict[str, Any]) -> list[Log]:
    return [(log["address"].lower(), tuple(log["topics"]), log["data"]) for log in receipt["logs"]]


def artifact(name: str) -> str:
    """Creation code of a model, compiled if forge has not yet."""
    root = find_root()
    path = root / f"build/forge/{name}.sol/{name}.json"
    if not path.is_file():
        subprocess.run(
            [root / "build/bin/forge", "build", "tests/contracts/mocks/comet"], cwd=root, check=True
        )
    return json.loads(path.read_text())["bytecode"]["object"]


def construct(world: World, address: str, name: str, arguments: bytes) -> None:
    """Run a constructor at `address`."""
    world.rpc.call("anvil_setCode", address, artifact(name) + arguments.hex())
    call = {"from": address, "to": address, "gas": GAS}
    runtime = world.rpc.call("eth_call", call, "latest")
    world.rpc.call("anvil_setBalance", address, hex(WAD))
    world.send(address, address, "constructed()")  # a constructor does not look at calldata
    world.rpc.call("anvil_setCode", address, runtime)


def parameters(supply_index: int) -> bytes:
    """cUSDCv3's of 2022 with caps that let the recorded amounts in."""
    curve = "(uint64,uint64,uint64,uint64)"
    collateral = "(address,address,uint8,uint64,uint64,uint64,uint128)"
    head = f"address,address,address,address,uint8,{curve},{curve},uint64,uint104,uint104,uint64,uint64"
    collaterals = [
        (WBTC, FEEDS[WBTC], 8, 70 * 10**16, 78 * 10**16, 95 * 10**16, 10_000 * 10**8),
        (WETH, FEEDS[WETH], 18, 82 * 10**16, 90 * 10**16, 95 * 10**16, 10_000 * WAD),
    ]
    values = (
        *("0x" + "11" * 20, "0x" + "22" * 20, USDC, FEEDS[USDC], 6),
        (80 * 10**16, 325 * 10**14, 40 * 10**16, 0),
        (80 * 10**16, 35 * 10**15, 25 * 10**16, 15 * 10**15),
        *(50 * 10**16, 100 * 10**6, 5_000_000 * 10**6, supply_index, INDEX_ONE),
        collaterals,
    )
    return encode([f"({head},{collateral}[])"], [values])


@pytest.fixture(scope="module")
def records(market_data):
    path = market_data / RECORDS
    if not path.is_file():
        pytest.skip(f"no receipts at {path}")
    with gzip.open(path, "rt") as lines:
        every = [json.loads(line) for line in lines]
    return {record["case"].split("/")[1]: record for record in every if "compound_v3" in record["case"]}


@pytest.fixture
def open_market(replica_node):
    def build(record: dict[str, Any], supply_index: int = INDEX_ONE) -> Market:
        world = World(replica_node.rpc)
        for token, decimals in ((USDC, 6), (WETH, 18), (WBTC, 8)):
            construct(world, token, "TokenModel", encode(["string", "uint8"], ["T", decimals]))
            construct(world, FEEDS[token], "FeedModel", encode(["int256"], [10**8]))
        construct(world, COMET, "CometModel", parameters(supply_index))
        world.rpc.call("anvil_setBalance", record["tx"]["from"], hex(WAD))
        return Market(world)

    return build


def word(record: dict[str, Any], position: int) -> int:
    """A word of the recorded calldata."""
    start = 10 + 64 * position
    return int(record["tx"]["input"][start : start + 64], 16)


def rounded_index(amount: int, lost: int) -> int:
    """An index at which a supply to an empty account is worth `lost` units less."""
    index = INDEX_ONE + 4 * 10**13
    while amount - amount * INDEX_ONE // index * index // INDEX_ONE != lost:
        index += 1
    return index


def test_a_deposit_of_collateral_leaves_the_recorded_logs(records, open_market):
    record = records["test_compound_v3_deposit_collateral"]
    market = open_market(record)
    market.give(WBTC, record["tx"]["from"], word(record, 1))
    assert market.replay(record["tx"]) == logs_of(record["receipt"])


def test_a_withdrawal_of_collateral_leaves_the_recorded_logs(records, open_market):
    record = records["test_compound_v3_withdraw_collateral"]
    market = open_market(record)
    market.supply(record["tx"]["from"], WBTC, word(record, 1))
    assert market.replay(record["tx"]) == logs_of(record["receipt"])


def test_a_supply_of_base_loses_the_recorded_units(records, open_market):
    record = records["test_compound_v3_supply"]
    minted = int(logs_of(record["receipt"])[-1][2], 16)
    lost = word(record, 1) - minted
    assert lost == 2, "what rounding down twice may take"
    market = open_market(record, rounded_index(word(record, 1), lost))
    market.give(USDC, record["tx"]["from"], word(record, 1))
    assert market.replay(record["tx"]) == logs_of(record["receipt"])


def test_a_withdrawal_of_all_base_leaves_the_recorded_logs(records, open_market):
    record = records["test_compound_v3_withdraw"]
    assert word(record, 1) == 2**256 - 1
    market = open_market(record)
    market.supply(record["tx"]["from"], USDC, int(logs_of(record["receipt"])[0][2], 16))
    assert market.replay(record["tx"]) == logs_of(record["receipt"])


def test_a_supply_through_a_manager_leaves_the_recorded_logs(records, open_market):
    record = records["test_deposit_native_eth"]
    market = open_market(record)
    recorded = [log for log in logs_of(record["receipt"]) if log[0] == COMET or log[1][0] == TRANSFER]
    manager, receiver = ("0x" + recorded[-1][1][i][-40:] for i in (1, 2))
    amount = int(recorded[-1][2], 16)
    market.world.rpc.call("anvil_setBalance", manager, hex(WAD))
    market.give(WETH, manager, amount)
    receipt = market.world.send(manager, COMET, "supplyTo(address,address,uint256)", receiver, WETH, amount)
    assert logs_of(receipt) == recorded
