"""What became of a transaction and of a decision, as a quorum of providers tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ballast.domain.decision import Outcome
from ballast.domain.units import UINT256_MAX
from ballast.ingest.abi import load
from ballast.ingest.hexes import data, hash32, quantity
from ballast.ingest.providers import Quorum
from ballast.tx.preflight import outcome_of

_VAULT = load("IRebalanceVault")
_EXECUTED = _VAULT.events["Executed"]
_EXECUTED_TOPIC = "0x" + _EXECUTED.topic.hex()


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a transaction was included, and whether it went through."""

    tx_hash: str
    succeeded: bool
    block_number: int
    block_hash: str
    gas_used: int
    gas_price_wei: int


@dataclass(frozen=True, slots=True)
class Execution:
    """One `Executed` event."""

    digest: bytes
    journal_head: bytes
    position_id: int
    nonce: int
    outcome: Outcome
    tx_hash: str
    block_number: int
    block_hash: str


def receipt(quorum: Quorum, tx_hash: str) -> Receipt | None:
    """Receipt of ``tx_hash``, None while it is not included.

    Raises:
        QuorumLost: no quorum for one answer.
    """
    return quorum.ask("eth_getTransactionReceipt", [tx_hash], _read_receipt).value


def executions(
    quorum: Quorum, vault: str, position_id: int, from_block: int, to_block: int
) -> tuple[Execution, ...]:
    """All `Executed` events of one position between two blocks, both included.

    Raises:
        QuorumLost: no quorum for one answer.
    """
    criteria = {
        "address": vault,
        "topics": [_EXECUTED_TOPIC, f"0x{position_id:064x}"],
        "fromBlock": hex(from_block),
        "toBlock": hex(to_block),
    }
    return quorum.ask("eth_getLogs", [criteria], _read_logs).value


def transaction_count(quorum: Quorum, account: str) -> int:
    """Transactions of ``account`` that are included; the next nonce that the chain takes.

    Raises:
        QuorumLost: no quorum for one answer.
    """
    return quorum.ask("eth_getTransactionCount", [account, "latest"], quantity).value


def _read_receipt(value: Any) -> Receipt | None:  # noqa: ANN401 (JSON)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise ValueError("a receipt is an object")  # noqa: TRY004 (malformed values are caught as one kind)
    return Receipt(
        hash32(value["transactionHash"]),
        quantity(value["status"]) == 1,
        quantity(value["blockNumber"]),
        hash32(value["blockHash"]),
        quantity(value["gasUsed"]),
        quantity(value.get("effectiveGasPrice", "0x0")),
    )


def _read_logs(value: Any) -> tuple[Execution, ...]:  # noqa: ANN401 (JSON)
    if not isinstance(value, list):
        raise ValueError("logs are an array")  # noqa: TRY004 (malformed values are caught as one kind)
    return tuple(_read_log(log) for log in value)


def _read_log(log: Any) -> Execution:  # noqa: ANN401 (JSON)
    _, position, digest, head = (data(topic) for topic in log["topics"])
    # The event's data: nonce, kind, then the outcome's seven words.
    words = data(log["data"])
    if len(words) != 9 * 32 or len(digest) != 32 or len(head) != 32:
        raise ValueError("not an Executed event")
    values = [int.from_bytes(words[at : at + 32], "big") for at in range(0, len(words), 32)]
    return Execution(
        digest,
        head,
        int.from_bytes(position, "big") & UINT256_MAX,
        values[0],
        outcome_of(tuple(values[2:])),
        hash32(log["transactionHash"]),
        quantity(log["blockNumber"]),
        hash32(log["blockHash"]),
    )
