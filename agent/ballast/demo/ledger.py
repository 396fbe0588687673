"""What a contestant's position is worth and what its changes cost, in exact integers.

Dollar amounts are wads (18 decimals); ether at the market's price of the block, USDC at one dollar. Nothing
here asks the oracle: what a position is worth is what the market pays, what is liquidatable is what the
oracle says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import decode
from eth_utils.crypto import keccak

from ballast.domain.units import UINT256_MAX
from ballast.simulate.market import BlockResult
from ballast.simulate.watch import Holding

_E8_WEI_TO_WAD = 10**8
_USDC_TO_WAD = 10**12


def _topic(signature: str) -> str:
    return "0x" + keccak(signature.encode()).hex()


_OUTCOME = "(uint256,uint256,uint256,uint256,uint256,uint256,uint256)"
EXECUTED = _topic(f"Executed(uint256,bytes32,bytes32,uint256,uint8,{_OUTCOME})")
SWAP = _topic("Swap(address,address,int256,int256,uint160,uint128,int24)")
LIQUIDATION = _topic("LiquidationCall(address,address,address,uint256,uint256,address,bool)")


@dataclass(frozen=True, slots=True)
class Execution:
    """One decision that a vault executed."""

    contestant: str
    digest: str
    tx_hash: str
    block: int
    nonce: int


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened to a contestant, for the reader."""

    step: int
    block: int
    contestant: str
    kind: str
    text: str


@dataclass
class Account:
    """Running sums of one contestant; only `Ledger` writes it."""

    vault: str
    equity_start_wad: int = 0
    equity_end_wad: int = 0
    min_health_wad: int = UINT256_MAX
    actions: int = 0
    reverted: int = 0
    gas_used: int = 0
    gas_wad: int = 0
    swap_wad: int = 0
    liquidation_wad: int = 0
    liquidations: list[str] = field(default_factory=list)


def worth_wad(holding: Holding, price_e8: int) -> int:
    """Collateral plus idle funds minus debt, in USD wads at the market's price."""
    ether = (holding.collateral_weth + holding.idle_weth) * price_e8 // _E8_WEI_TO_WAD
    return ether + (holding.idle_usdc - holding.debt_usdc) * _USDC_TO_WAD


class Ledger:
    """Follows every contestant (label to vault, lower case) from block to block."""

    def __init__(self, vaults: dict[str, str], first: BlockResult) -> None:
        self.accounts = {label: Account(vault.lower()) for label, vault in vaults.items()}
        self._labels = {account.vault: label for label, account in self.accounts.items()}
        self._last = first
        self.executions: list[Execution] = []
        self.notes: list[Note] = []
        for label, account in self.accounts.items():
            account.equity_start_wad = account.equity_end_wad = worth_wad(
                first.view.holdings[label], first.price_e8
            )

    def take(self, result: BlockResult) -> list[Note]:
        """Books one block and returns what happened in it."""
        start = len(self.notes)
        for receipt in result.receipts:
            self._book_receipt(receipt, result)
        for label, account in self.accounts.items():
            holding = result.view.holdings[label]
            lowest = min(holding.health_wad, _after_rounds(self._last, result, label))
            account.min_health_wad = min(account.min_health_wad, lowest)
            account.equity_end_wad = worth_wad(holding, result.price_e8) - account.gas_wad
        self._last = result
        return self.notes[start:]

    def _book_receipt(self, receipt: dict[str, Any], result: BlockResult) -> None:
        label = self._labels.get((receipt["to"] or "").lower())
        if label is not None:
            self._book_own(label, receipt, result)
        for log in receipt["logs"]:
            if log["topics"] and log["topics"][0] == LIQUIDATION:
                self._book_liquidation(receipt["transactionHash"], log, result)

    def _book_own(self, label: str, receipt: dict[str, Any], result: BlockResult) -> None:
        account = self.accounts[label]
        used = int(receipt["gasUsed"], 16)
        account.gas_used += used
        account.gas_wad += used * int(receipt["effectiveGasPrice"], 16) * result.price_e8 // _E8_WEI_TO_WAD
        if receipt["status"] != "0x1":
            account.reverted += 1
            self._note(result, label, "reverted", f"transaction {receipt['transactionHash']} reverted")
            return
        account.actions += 1
        spent, obtained = _swapped(receipt["logs"])
        account.swap_wad += spent * result.price_e8 // _E8_WEI_TO_WAD - obtained * _USDC_TO_WAD
        text = (
            f"sold {spent / 10**18:.2f} WETH for {obtained / 10**6:,.0f} USDC"
            if spent
            else "moved idle funds"
        )
        self._note(result, label, "action", text)
        self._book_executions(label, receipt, result)

    def _book_executions(self, label: str, receipt: dict[str, Any], result: BlockResult) -> None:
        for log in receipt["logs"]:
            if log["topics"] and log["topics"][0] == EXECUTED:
                nonce = int(log["data"][2:66], 16)
                tx = receipt["transactionHash"]
                self.executions.append(Execution(label, log["topics"][2], tx, result.number, nonce))

    def _book_liquidation(self, tx_hash: str, log: dict[str, Any], result: BlockResult) -> None:
        """Cost.

        What the account was worth before, at this block's price, less what it is worth now (one block's
        interest included).
        """
        label = self._labels.get("0x" + log["topics"][3][-40:])
        if label is None:
            return
        account = self.accounts[label]
        account.liquidations.append(tx_hash)
        before, after = (block.view.holdings[label] for block in (self._last, result))
        account.liquidation_wad += worth_wad(before, result.price_e8) - worth_wad(after, result.price_e8)
        repaid, seized = decode(["uint256", "uint256", "address", "bool"], bytes.fromhex(log["data"][2:]))[:2]
        text = f"liquidated: {seized / 10**18:.2f} WETH seized for {repaid / 10**6:,.0f} USDC"
        self._note(result, label, "liquidation", text)

    def _note(self, result: BlockResult, label: str, kind: str, text: str) -> None:
        self.notes.append(Note(result.step, result.number, label, kind, text))


def _after_rounds(before: BlockResult, result: BlockResult, label: str) -> int:
    """Health after the block's oracle rounds and before what followed on them, a liquidation for example."""
    holding = before.view.holdings[label]
    if holding.debt_usdc == 0:
        return UINT256_MAX
    return holding.health_wad * result.venue_e8 // before.venue_e8


def _swapped(logs: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """WETH paid into and USDC paid out of the pool in one transaction (token0 USDC, token1 WETH)."""
    spent = obtained = 0
    for log in logs:
        if log["topics"] and log["topics"][0] == SWAP:
            usdc, weth = decode(["int256", "int256"], bytes.fromhex(log["data"][2:130]))
            spent, obtained = spent + weth, obtained - usdc
    return spent, obtained
