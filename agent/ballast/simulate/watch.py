"""One ``eth_call`` a block that tells the driver all it needs.

Pool price and every watched account's position.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode

from ballast.replica.errors import ReplicaError
from ballast.simulate.calls import calldata

_WORDS_OF_ACCOUNT = 5


@dataclass(frozen=True, slots=True)
class VenueAddresses:
    """Contracts that are read. The debt and aToken are Aave's receipt tokens of USDC and WETH."""

    multicall: str
    aave_pool: str
    weth: str
    usdc: str
    a_weth: str
    debt_usdc: str
    pool: str


@dataclass(frozen=True, slots=True)
class Holding:
    """One account at one block. WETH in wei, USDC with 6 decimals; health 2^256 - 1 without debt."""

    collateral_weth: int
    debt_usdc: int
    idle_weth: int
    idle_usdc: int
    health_wad: int


@dataclass(frozen=True, slots=True)
class View:
    """Pool's square-root price and all holdings, by label."""

    pool_sqrt_x96: int
    holdings: Mapping[str, Holding]


class Watch:
    """Prepared calldata for a fixed set of accounts (label to address)."""

    def __init__(self, addresses: VenueAddresses, accounts: Mapping[str, str]) -> None:
        self._addresses = addresses
        self.accounts = dict(accounts)
        calls = [(addresses.pool, False, _raw(calldata("slot0()")))]
        for account in self.accounts.values():
            calls += self._calls_of(account)
        self._data = calldata("aggregate3((address,bool,bytes)[])", calls)

    def request(self) -> tuple[str, list[Any]]:
        """The call to put into a batch, for the latest block."""
        return "eth_call", [{"to": self._addresses.multicall, "data": self._data}, "latest"]

    def decode(self, answer: str) -> View:
        """Meaning of the node's answer.

        Raises:
            ReplicaError: a read failed; the replica's contracts never refuse these.
        """
        (results,) = decode(["(bool,bytes)[]"], _raw(answer))
        if not all(success for success, _ in results):
            raise ReplicaError("a read of the pool or of a watched account failed")
        words = [data for _, data in results]
        holdings = {
            label: _holding(words[1 + at * _WORDS_OF_ACCOUNT : 1 + (at + 1) * _WORDS_OF_ACCOUNT])
            for at, label in enumerate(self.accounts)
        }
        return View(_word(words[0], 0), holdings)

    def _calls_of(self, account: str) -> list[tuple[str, bool, bytes]]:
        a = self._addresses
        balance = _raw(calldata("balanceOf(address)", account))
        tokens = [(token, False, balance) for token in (a.a_weth, a.debt_usdc, a.weth, a.usdc)]
        return [*tokens, (a.aave_pool, False, _raw(calldata("getUserAccountData(address)", account)))]


def _holding(words: Sequence[bytes]) -> Holding:
    return Holding(
        _word(words[0], 0), _word(words[1], 0), _word(words[2], 0), _word(words[3], 0), _word(words[4], 5)
    )


def _word(data: bytes, index: int) -> int:
    return int.from_bytes(data[32 * index : 32 * index + 32], "big")


def _raw(hex_data: str) -> bytes:
    return bytes.fromhex(hex_data[2:])
