"""A handful of calls at one block, which must succeed or may be refused."""

from __future__ import annotations

from collections.abc import Sequence

from ballast.domain.errors import SourceError
from ballast.domain.observation import BlockRef
from ballast.ingest.abi import load
from ballast.ingest.hexes import data
from ballast.ingest.multicall import Call, answers, batch, call_parameters, read_batch
from ballast.ingest.packed import Answer
from ballast.ingest.providers import Quorum

_VAULT = load("IRebalanceVault")


def view(quorum: Quorum, block: BlockRef, calls: Sequence[Call]) -> list[bytes]:
    """Raw results in order.

    Raises:
        QuorumLost: no quorum for one answer.
        SourceError: a call reverted, or there is no contract.
    """
    parsed = attempt(quorum, block, calls)
    for call, answer in zip(calls, parsed, strict=True):
        if not answer.success:
            reason = _VAULT.error(answer.raw)
            raise SourceError("chain", f"{call.what} reverted{f': {reason[0]}' if reason else ''}")
        if not answer.raw and not call.may_fail:
            raise SourceError("chain", f"{call.what}: {call.target} is not such a contract")
    return [answer.raw for answer in parsed]


def attempt(quorum: Quorum, block: BlockRef, calls: Sequence[Call], about: str = "") -> list[Answer]:
    """What each call comes to, in order, refused or not; ``about`` stands before what an error says.

    All go through Multicall3, so that a refusal is data of a call that succeeded: nodes differ in how they
    report a revert, and no quorum could be had of that.

    Raises:
        QuorumLost: no quorum for the answer.
        SourceError: the answer is not Multicall3's.
    """
    agreed = quorum.ask("eth_call", call_parameters(batch(calls), block.hash), read_batch)
    try:
        return answers(agreed.value, len(calls))
    except ValueError as error:
        raise SourceError("chain", f"{about}{error}") from error


def code_size(quorum: Quorum, block: BlockRef, address: str) -> int:
    """Bytes of code at ``address``; zero for an account without code.

    Raises:
        QuorumLost: no quorum for one answer.
    """
    return len(quorum.ask("eth_getCode", [address, {"blockHash": block.hash}], data).value)
