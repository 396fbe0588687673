"""Many view calls as one ``eth_call``, by Multicall3.

Results are cut out of the answer by `ballast.ingest.packed`, since this runs on every block: a general ABI
decoder takes longer than the node does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode

from ballast.ingest.hexes import data
from ballast.ingest.packed import Answer, Packed

MULTICALL3 = "0xca11bde05977b3631167028862be2a173976ca11"
AGGREGATE3_SELECTOR = bytes.fromhex("82ad56cb")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a batch; ``what`` names it in error messages."""

    target: str
    calldata: bytes
    what: str
    may_fail: bool = False


def batch(calls: Sequence[Call]) -> str:
    """Calldata of ``aggregate3`` as hex.

    A failing call never fails the batch, so that the reader can name it.
    """
    tuples = [(call.target, True, call.calldata) for call in calls]
    return "0x" + (AGGREGATE3_SELECTOR + encode(["(address,bool,bytes)[]"], [tuples])).hex()


def call_parameters(batch_data: str, block_hash: str) -> list[Any]:
    """Parameters of ``eth_call`` for a batch at one block.

    The block is named by its hash, so that a node on another branch cannot answer for it.
    """
    return [{"to": MULTICALL3, "data": batch_data}, {"blockHash": block_hash}]


def answers(raw: bytes, count: int) -> list[Answer]:
    """The ``(bool, bytes)[]`` that ``aggregate3`` returned.

    Raises:
        ValueError: the bytes are not ``count`` answers.
    """
    return list(Packed(raw, count))


def read_batch(value: Any) -> bytes:  # noqa: ANN401 (JSON)
    """Bytes of an ``eth_call`` answer that must not be empty, as it is where there is no Multicall3.

    Raises:
        ValueError: not data, or empty.
    """
    raw = data(value)
    if not raw:
        raise ValueError(f"there is no Multicall3 at {MULTICALL3}")
    return raw
