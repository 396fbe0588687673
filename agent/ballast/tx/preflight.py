"""Stage 6: the vault itself is asked what the decision would do, before anything is signed."""

from __future__ import annotations

from ballast.decision.eip712 import to_abi_tuple
from ballast.domain.decision import Decision, Outcome
from ballast.domain.errors import PreflightReverted, SourceError
from ballast.domain.observation import BlockRef
from ballast.ingest.abi import load
from ballast.ingest.calls import attempt
from ballast.ingest.multicall import Call
from ballast.ingest.providers import Quorum

_VAULT = load("IRebalanceVault")
_PREVIEW_RESULT = "PreviewResult"
# Error(string) and Panic(uint256), which the language itself raises.
_LANGUAGE = load("Language")


def preview(quorum: Quorum, block: BlockRef, vault: str, decision: Decision) -> Outcome:
    """Outcome of ``decision`` on the state of ``block``.

    Raises:
        PreflightReverted: the vault would refuse; carries the decoded error.
        QuorumLost: no quorum for one answer.
        SourceError: the answer is not the vault's.
    """
    call = Call(vault, _VAULT.call("preview", to_abi_tuple(decision)), "preview")
    (answer,) = attempt(quorum, block, [call], "preview: ")
    if answer.success:
        raise SourceError("chain", f"preview did not revert: {vault} is not a vault")
    return read_preview(answer.raw)


def read_preview(raw: bytes) -> Outcome:
    """Outcome in the vault's ``PreviewResult``.

    Raises:
        PreflightReverted: the bytes are another error.
    """
    name, values = _error(raw)
    if name != _PREVIEW_RESULT:
        raise PreflightReverted(name, values)
    return outcome_of(values["outcome"])


def require_accepted(quorum: Quorum, block: BlockRef, call: Call) -> None:
    """Asks a vault what it would make of a call that anyone may send, on the state of ``block``.

    Raises:
        PreflightReverted: the vault would refuse; carries the decoded error.
        QuorumLost: no quorum for one answer.
        SourceError: the answer is not Multicall3's.
    """
    (answer,) = attempt(quorum, block, [call], f"{call.what}: ")
    if not answer.success:
        raise PreflightReverted(*_error(answer.raw))


def _error(raw: bytes) -> tuple[str, dict[str, object]]:
    """Name and values of whatever was reverted with."""
    unknown: dict[str, object] = {"data": "0x" + raw[:68].hex()}
    return _VAULT.error(raw) or _LANGUAGE.error(raw) or ("UnknownError", unknown)


def outcome_of(values: object) -> Outcome:
    """The Solidity struct's values as a message."""
    assert isinstance(values, tuple)
    return Outcome(*values)
