"""Many view calls as one ``eth_call``, by Multicall3.

Results are cut out of the answer by hand, since this runs on every block: a general ABI decoder takes longer
than the node does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from eth_abi.abi import encode

from ballast.ingest.hexes import data

MULTICALL3 = "0xca11bde05977b3631167028862be2a173976ca11"
AGGREGATE3_SELECTOR = bytes.fromhex("82ad56cb")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a batch; ``what`` names it in error messages."""

    target: str
    calldata: bytes
    what: str
    may_fail: bool = False


class Answer(NamedTuple):
    """What one call of a batch came to."""

    success: bool
    raw: bytes


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
    base = _word(raw, 0) + 32
    if _word(raw, base - 32) != count:
        raise ValueError(f"expected {count} answers, observed {_word(raw, base - 32)}")
    size, read = len(raw), int.from_bytes
    if base + 32 * count > size:
        raise ValueError("an offset points outside of the answer")
    found = []
    for index in range(count):
        # Written out: this runs eight times for every position of every block.
        at = base + read(raw[base + 32 * index : base + 32 * index + 32], "big")
        offset = at + 32
        if offset + 32 > size:
            raise ValueError("an offset points outside of the answer")
        start = at + read(raw[offset : offset + 32], "big")
        if start + 32 > size:
            raise ValueError("an offset points outside of the answer")
        end = start + 32 + read(raw[start : start + 32], "big")
        if end > size:
            raise ValueError("an answer is cut off")
        found.append(Answer(read(raw[at:offset], "big") != 0, raw[start + 32 : end]))
    return found


def read_batch(value: Any) -> bytes:  # noqa: ANN401 (JSON)
    """Bytes of an ``eth_call`` answer that must not be empty, as it is where there is no Multicall3.

    Raises:
        ValueError: not data, or empty.
    """
    raw = data(value)
    if not raw:
        raise ValueError(f"there is no Multicall3 at {MULTICALL3}")
    return raw


def _word(raw: bytes, at: int) -> int:
    if at + 32 > len(raw):
        raise ValueError("an offset points outside of the answer")
    return int.from_bytes(raw[at : at + 32], "big")
