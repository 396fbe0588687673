"""Stage 6: the vault itself is asked what the decision would do, before anything is signed."""

from __future__ import annotations

from ballast.decision.eip712 import to_abi_tuple
from ballast.domain.decision import Decision, Outcome
from ballast.domain.errors import PreflightReverted, SourceError
from ballast.domain.observation import BlockRef
from ballast.ingest.abi import load
from ballast.ingest.multicall import Call, answers, batch, call_parameters, read_batch
from ballast.ingest.providers import Quorum

_VAULT = load("IRebalanceVault")
_PREVIEW_RESULT = "PreviewResult"
# Error(string) and Panic(uint256), which the language itself raises.
_LANGUAGE = load("Language")


def preview(quorum: Quorum, block: BlockRef, vault: str, decision: Decision) -> Outcome:
    """Outcome of ``decision`` on the state of ``block``.

    The call goes through Multicall3, so that the answer is data of a call that succeeded: nodes differ in how
    they report a revert, and no quorum could be had of that.

    Raises:
        PreflightReverted: the vault would refuse; carries the decoded error.
        QuorumLost: no quorum for one answer.
        SourceError: the answer is not the vault's.
    """
    call = Call(vault, _VAULT.call("preview", to_abi_tuple(decision)), "preview")
    agreed = quorum.ask("eth_call", call_parameters(batch([call]), block.hash), read_batch)
    try:
        answer = answers(agreed.value, 1)[0]
    except ValueError as error:
        raise SourceError("chain", f"preview: {error}") from error
    if answer.success:
        raise SourceError("chain", f"preview did not revert: {vault} is not a vault")
    return read_preview(answer.raw)


def read_preview(raw: bytes) -> Outcome:
    """Outcome in the vault's ``PreviewResult``.

    Raises:
        PreflightReverted: the bytes are another error.
    """
    decoded = _VAULT.error(raw) or _LANGUAGE.error(raw)
    if decoded is None:
        raise PreflightReverted("UnknownError", {"data": "0x" + raw[:68].hex()})
    name, values = decoded
    if name != _PREVIEW_RESULT:
        raise PreflightReverted(name, values)
    return outcome_of(values["outcome"])


def outcome_of(values: object) -> Outcome:
    """The Solidity struct's values as a message."""
    assert isinstance(values, tuple)
    return Outcome(*values)
