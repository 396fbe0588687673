"""Typed calls into a replica for these tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth_abi import decode, encode
from eth_utils import function_signature_to_4byte_selector

from ballast.replica import addresses
from ballast.replica.rpc import RpcClient

WAD = 10**18
GAS = 5_000_000
BORROW = "borrow(address,uint256,uint256,uint16,address)"


def calldata(signature: str, *arguments: Any) -> str:
    """Encode a call of `name(types)`."""
    types = _types(signature)
    return "0x" + (function_signature_to_4byte_selector(signature) + encode(types, arguments)).hex()


def _types(signature: str) -> list[str]:
    inner = signature[signature.index("(") + 1 : -1]
    types, depth, word = [], 0, ""
    for letter in inner:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            types.append(word)
            word = ""
        else:
            word += letter
    return [*types, word] if word else types


@dataclass(frozen=True)
class World:
    """Reads and sends; senders are impersonated."""

    rpc: RpcClient

    def read(self, to: str, signature: str, returns: str, *arguments: Any) -> tuple[Any, ...]:
        raw = self.rpc.call("eth_call", {"to": to, "data": calldata(signature, *arguments)}, "latest")
        return decode(_types(f"({returns})"), bytes.fromhex(raw[2:]))

    def send(self, sender: str, to: str, signature: str, *arguments: Any, value: int = 0) -> dict[str, Any]:
        call = {"from": sender, "to": to, "data": calldata(signature, *arguments), "value": hex(value)}
        # An estimate of one second is too low in the next, where the pool has an observation more to write.
        call["gas"] = hex(GAS)
        receipt = self.mined(self.rpc.call("eth_sendTransaction", call))
        assert receipt["status"] == "0x1", f"{signature} reverted"
        return receipt

    def mined(self, tx: str) -> dict[str, Any]:
        """Mine what waits, and return the receipt of ``tx``.

        A block of the node's own would come after its answer, and may lose what follows a revert.
        """
        self.rpc.call("evm_mine")
        receipt = self.rpc.call("eth_getTransactionReceipt", tx)
        assert receipt is not None, f"{tx} was not mined"
        return receipt

    def try_call(self, sender: str, to: str, signature: str, *arguments: Any) -> None:
        """Simulate a call; raises RpcError where it would revert."""
        self.rpc.call(
            "eth_call", {"from": sender, "to": to, "data": calldata(signature, *arguments)}, "latest"
        )

    def now(self) -> int:
        return int(self.rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def transmit(self, feed: str, answer: int) -> None:
        at = self.now() + 60
        self.rpc.call("evm_setNextBlockTimestamp", at)
        self.send(addresses.TRANSMITTER, feed, "transmit(int256,uint256,uint256)", answer, at, at)

    def give(self, token: str, to: str, amount_raw: int) -> None:
        """Tokens of the arbitrageur, who has some of each; ``to`` gets ether for gas as well."""
        self.rpc.call("anvil_setBalance", to, hex(10 * WAD))
        self.send(addresses.ARBITRAGEUR, token, "transfer(address,uint256)", to, amount_raw)

    def supply(self, owner: str, token: str, amount_raw: int) -> None:
        """Tokens out of nowhere into Aave; ``owner``'s approval is spent with them."""
        pool, supply = addresses.AAVE_POOL, "supply(address,uint256,address,uint16)"
        self.give(token, owner, amount_raw)
        self.send(owner, token, "approve(address,uint256)", pool, amount_raw)
        self.send(owner, pool, supply, token, amount_raw, owner, 0)

    def borrow(self, owner: str, token: str, amount_raw: int) -> None:
        self.send(owner, addresses.AAVE_POOL, BORROW, token, amount_raw, 2, 0, owner)

    def open_position(self, owner: str, weth_raw: int, usdc_raw: int) -> None:
        self.supply(owner, addresses.WETH, weth_raw)
        self.borrow(owner, addresses.USDC, usdc_raw)

    def price(self, token: str) -> int:
        """What the venue thinks of a token: USD with 8 decimals."""
        return int(self.read(addresses.AAVE_ORACLE, "getAssetPrice(address)", "uint256", token)[0])

    def balance(self, token: str, owner: str) -> int:
        return int(self.read(token, "balanceOf(address)", "uint256", owner)[0])

    def account(self, owner: str) -> tuple[int, ...]:
        """Collateral, debt, borrowable (USD, 8 decimals), threshold, LTV (bps), health factor (wad)."""
        returns = ",".join(["uint256"] * 6)
        return self.read(addresses.AAVE_POOL, "getUserAccountData(address)", returns, owner)
