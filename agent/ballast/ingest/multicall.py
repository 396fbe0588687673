"""Many view calls as one ``eth_call``, by Multicall3.

Results are cut out of the answer by hand, since this runs on every block: a general ABI decoder takes longer
than the node does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Answer:
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
    return [_answer(raw, base + _word(raw, base + 32 * index)) for index in range(count)]


def read_batch(value: Any) -> bytes:  # noqa: ANN401 (JSON)
    """Bytes of an ``eth_call`` answer that must not be empty, as it is where there is no Multicall3.

    Raises:
        ValueError: not data, or empty.
    """
    raw = data(value)
    if not raw:
        raise ValueError(f"there is no Multicall3 at {MULTICALL3}")
    return raw


def _answer(raw: bytes, at: int) -> Answer:
    start = at + _word(raw, at + 32)
    length = _word(raw, start)
    body = raw[start + 32 : start + 32 + length]
    if len(body) != length:
        raise ValueError("an answer is cut off")
    return Answer(bool(_word(raw, at)), body)


def _word(raw: bytes, at: int) -> int:
    if at + 32 > len(raw):
        raise ValueError("an offset points outside of the answer")
    return int.from_bytes(raw[at : at + 32], "big")
