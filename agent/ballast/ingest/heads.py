"""The newest block that a quorum of providers has, and the checks of chain identity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ballast.domain.errors import QuorumLost, RefusedToRun
from ballast.domain.observation import BlockRef
from ballast.ingest.hexes import hash32, quantity
from ballast.ingest.providers import Quorum


@dataclass(frozen=True, slots=True)
class Header:
    """What is read of a block header."""

    number: int
    hash: str
    timestamp: int
    base_fee_wei: int


class Heads:
    """Block headers of one chain."""

    def __init__(self, quorum: Quorum, chain_id: int) -> None:
        self._quorum = quorum
        self._chain_id = chain_id

    def require_chain(self) -> None:
        """Bans providers of other chains.

        Raises:
            RefusedToRun: fewer providers than the quorum serve the configured chain.
        """
        served = self._quorum.gather("eth_chainId", [], quantity, lambda _: False)
        for index, observed in served.items():
            if observed != self._chain_id:
                self._quorum.ban(index, f"serves chain id {observed}, not {self._chain_id}")
        right = sum(observed == self._chain_id for observed in served.values())
        wrong = sorted({observed for observed in served.values() if observed != self._chain_id})
        if wrong and right < self._quorum.quorum:
            served_ids = ", ".join(str(number) for number in wrong)
            raise RefusedToRun(f"chain_id is {self._chain_id}, but rpc.urls serve chain id {served_ids}")
        if right < self._quorum.quorum:
            raise QuorumLost(right, self._quorum.quorum, self._quorum.complaints())

    def newest(self) -> BlockRef:
        """The highest block that at least ``quorum`` providers have with the same hash.

        Raises:
            QuorumLost: there is none.
        """
        quorum = self._quorum.quorum
        answers = self._quorum.gather(
            "eth_getBlockByNumber",
            ["latest", False],
            read_header,
            lambda got: _shared(got, quorum) is not None,
        )
        shared = _shared(answers, quorum)
        if shared is None:
            shared = self.at(_served_number(answers, quorum))
        return self._reference(shared)

    def at(self, number: int) -> Header:
        """Header of block ``number``.

        Raises:
            QuorumLost: no quorum for it.
        """
        return self._quorum.ask("eth_getBlockByNumber", [hex(number), False], read_header).value

    def genesis(self) -> Header:
        """Header of the first block, which names the chain.

        Raises:
            QuorumLost: no quorum for it.
        """
        return self._quorum.ask("eth_getBlockByNumber", ["earliest", False], read_header).value

    def client_versions(self) -> tuple[str, ...]:
        """``web3_clientVersion`` of every provider that tells."""
        return tuple(self._quorum.gather("web3_clientVersion", [], str, lambda _: False).values())

    def _reference(self, header: Header) -> BlockRef:
        return BlockRef(self._chain_id, header.number, header.hash, header.timestamp, header.base_fee_wei)


def read_header(value: Any) -> Header:  # noqa: ANN401 (JSON)
    """Header of an ``eth_getBlockByNumber`` answer.

    Raises:
        ValueError: a field is missing or malformed, or the block is not there.
    """
    if not isinstance(value, dict):
        raise ValueError(f"no block: {str(value)[:80]}")  # noqa: TRY004 (callers catch malformed values as one kind)
    return Header(
        quantity(value.get("number")),
        hash32(value.get("hash")),
        quantity(value.get("timestamp")),
        quantity(value.get("baseFeePerGas", "0x0")),
    )


def _shared(answers: dict[int, Header], quorum: int) -> Header | None:
    """Highest header that ``quorum`` providers gave."""
    headers = list(answers.values())
    agreed = [header for header in headers if headers.count(header) >= quorum]
    return max(agreed, key=lambda header: header.number, default=None)


def _served_number(answers: dict[int, Header], quorum: int) -> int:
    """Highest number that ``quorum`` providers have reached, honest heads being a block or two apart."""
    numbers = sorted((header.number for header in answers.values()), reverse=True)
    if len(numbers) < quorum:
        raise QuorumLost(len(numbers), quorum, "too few providers told their newest block")
    return numbers[quorum - 1]
