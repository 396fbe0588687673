"""Calldata by signature, without a contract library.

The driver sends several calls a block and must stay cheap.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Protocol

from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak


class NodeRpc(Protocol):
    """What the driver needs of a node: single calls and batches, results in order, any error raised."""

    def call(self, method: str, *params: Any) -> Any:  # noqa: ANN401 (JSON)
        """Result of one call."""

    def batch(self, calls: list[tuple[str, list[Any]]]) -> list[Any]:
        """Results of many calls in one request, in order of the calls."""


def latest_block(node: NodeRpc) -> dict[str, Any]:
    """The newest block with the hashes of its transactions, as the node says it."""
    return dict(node.batch([("eth_getBlockByNumber", ["latest", False])])[0])


@cache
def selector(signature: str) -> bytes:
    """First four bytes of the signature's hash."""
    return keccak(signature.encode())[:4]


@cache
def _types(signature: str) -> list[str]:
    inner = signature[signature.index("(") + 1 : -1]
    parts, depth, start = [], 0, 0
    for at, char in enumerate(inner):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append(inner[start:at])
            start = at + 1
    return [*parts, inner[start:]] if inner else []


def calldata(signature: str, *values: Any) -> str:  # noqa: ANN401 (any ABI value)
    """Hex calldata of ``signature``, whose types must be canonical, as in ``transfer(address,uint256)``."""
    return "0x" + (selector(signature) + encode(_types(signature), values)).hex()


def view(
    node: NodeRpc,
    target: str,
    signature: str,
    returns: tuple[str, ...],
    *values: Any,  # noqa: ANN401 (any ABI value)
) -> tuple[Any, ...]:
    """Decoded answer of an ``eth_call`` at the latest block."""
    answer = node.call("eth_call", {"to": target, "data": calldata(signature, *values)}, "latest")
    return decode(returns, bytes.fromhex(answer[2:]))
