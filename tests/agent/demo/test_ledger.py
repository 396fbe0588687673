from dataclasses import replace

import pytest
from eth_abi.abi import encode

from ballast.demo.ledger import EXECUTED, LIQUIDATION, SWAP, Ledger, worth_wad
from ballast.domain.units import UINT256_MAX, WAD
from ballast.simulate.market import BlockResult
from ballast.simulate.watch import Holding, View

VAULT = "0x" + "ab" * 20
PRICE = 200_00000000
ETHER = 10**18
USDC = 10**6
START = Holding(100 * ETHER, 11_000 * USDC, 0, 0, 145 * WAD // 100)


def _block(step, holding, *, price=PRICE, venue=PRICE, receipts=()):
    view = View(0, {"one": holding})
    return BlockResult(step, 1000 + step, "0x00", 0, 10**9, price, price, venue, view, tuple(receipts))


def _receipt(logs=(), *, to=VAULT, status="0x1", gas=500_000, gas_price=10**11):
    return {
        "transactionHash": "0x" + "11" * 32, "to": to, "from": "0x" + "22" * 20, "status": status,
        "gasUsed": hex(gas), "effectiveGasPrice": hex(gas_price), "logs": list(logs),
    }  # fmt: skip


def _swap(weth, usdc):
    data = encode(["int256", "int256", "uint160", "uint128", "int24"], [-usdc, weth, 1, 1, 1])
    return {"topics": [SWAP], "data": "0x" + data.hex()}


def _ledger():
    return Ledger({"one": VAULT.upper().replace("0X", "0x")}, _block(0, START))


@pytest.mark.parametrize(
    ("holding", "dollars"),
    [
        (START, 20_000 - 11_000),
        (replace(START, idle_weth=ETHER, idle_usdc=5 * USDC), 20_000 - 11_000 + 200 + 5),
        (replace(START, debt_usdc=21_000 * USDC), -1_000),
    ],
)
def test_worth_is_collateral_plus_idle_minus_debt_at_the_market_price(holding, dollars):
    assert worth_wad(holding, PRICE) == dollars * WAD


def test_equity_follows_the_market_price_and_not_the_oracle():
    ledger = _ledger()
    ledger.take(_block(1, START, price=190_00000000, venue=PRICE))
    account = ledger.accounts["one"]
    assert (account.equity_start_wad, account.equity_end_wad) == (9_000 * WAD, 8_000 * WAD)


def test_gas_is_charged_at_the_blocks_price_to_the_vault_that_was_called():
    ledger = _ledger()
    ledger.take(_block(1, START, receipts=[_receipt(), _receipt(to="0x" + "cd" * 20)]))
    account = ledger.accounts["one"]
    # 500,000 gas at 100 gwei are 0.05 ether, 10 dollars at 200
    assert (account.gas_used, account.gas_wad, account.equity_end_wad) == (500_000, 10 * WAD, 8_990 * WAD)


def test_gas_of_a_reverted_transaction_is_charged_and_is_no_action():
    ledger = _ledger()
    notes = ledger.take(_block(1, START, receipts=[_receipt(status="0x0")]))
    account = ledger.accounts["one"]
    assert (account.actions, account.reverted, account.gas_wad) == (0, 1, 10 * WAD)
    assert [note.kind for note in notes] == ["reverted"]


def test_swap_cost_is_what_was_sold_at_the_market_price_less_what_came_back():
    ledger = _ledger()
    notes = ledger.take(_block(1, START, receipts=[_receipt([_swap(10 * ETHER, 1_990 * USDC)])]))
    assert ledger.accounts["one"].swap_wad == 10 * WAD
    assert (notes[0].kind, notes[0].text) == ("action", "sold 10.00 WETH for 1,990 USDC")


def test_executions_carry_digest_and_nonce_of_the_event():
    digest = "0x" + "77" * 32
    log = {
        "topics": [EXECUTED, "0x01", digest, "0x" + "88" * 32],
        "data": "0x" + encode(["uint256"], [5]).hex(),
    }
    ledger = _ledger()
    ledger.take(_block(3, START, receipts=[_receipt([log])]))
    (execution,) = ledger.executions
    assert (execution.contestant, execution.digest, execution.nonce, execution.block) == (
        "one",
        digest,
        5,
        1003,
    )


def test_a_liquidation_costs_what_the_position_lost_at_the_price_of_its_block():
    topics = [LIQUIDATION, "0x", "0x", "0x" + "00" * 12 + VAULT[2:]]
    data = encode(["uint256", "uint256", "address", "bool"], [5_000 * USDC, 26 * ETHER, VAULT, False])
    after = Holding(74 * ETHER, 6_000 * USDC, 0, 0, 11 * WAD // 10)
    receipt = _receipt([{"topics": topics, "data": "0x" + data.hex()}], to="0x" + "cd" * 20)
    ledger = _ledger()
    ledger.take(_block(1, after, receipts=[receipt]))
    account = ledger.accounts["one"]
    assert account.liquidations == [receipt["transactionHash"]]
    assert account.liquidation_wad == 200 * WAD  # 26 ether at 200 less 5,000 dollars of debt
    assert account.gas_used == 0


def test_lowest_health_is_taken_after_the_rounds_and_before_what_follows_on_them():
    ledger = _ledger()
    ledger.take(_block(1, replace(START, health_wad=12 * WAD // 10), venue=PRICE // 2))
    assert ledger.accounts["one"].min_health_wad == 145 * WAD // 100 // 2


def test_a_position_without_debt_has_no_lowest_health():
    ledger = Ledger({"one": VAULT}, _block(0, Holding(0, 0, 0, 1, UINT256_MAX)))
    ledger.take(_block(1, Holding(0, 0, 0, 1, UINT256_MAX), venue=PRICE // 2))
    assert ledger.accounts["one"].min_health_wad == UINT256_MAX
