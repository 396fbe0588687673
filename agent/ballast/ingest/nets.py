"""What a vault's safety net wants to hear from an agent, and when it heard it last."""

from __future__ import annotations

from dataclasses import dataclass

from ballast.domain.errors import SourceError
from ballast.domain.observation import BlockRef
from ballast.domain.terms import PositionTerms
from ballast.ingest.abi import load
from ballast.ingest.calls import attempt
from ballast.ingest.multicall import Call
from ballast.ingest.providers import Quorum

_VAULT = load("IRebalanceVault")
# Members of `NetTerms` and `NetStatus`, in their order in the Solidity structs.
_TARGET, _HEARTBEAT_SECONDS, _DEAD_MAN_SECONDS = 1, 3, 4
_HEARTBEAT_AT = 0


@dataclass(frozen=True, slots=True)
class Net:
    """A net at one block. Seconds; ``dead_man_seconds`` 0 where silence alone never starts a rescue."""

    target_health_wad: int
    heartbeat_seconds: int
    dead_man_seconds: int
    heartbeat_at: int


def read_net(quorum: Quorum, block: BlockRef, terms: PositionTerms) -> Net | None:
    """The net of a position; None where its owner has set none.

    Raises:
        QuorumLost: no quorum for the answer.
        SourceError: the vault does not answer as it must.
    """
    names = ("netTerms", "netStatus")
    calls = [Call(terms.vault, _VAULT.call(name, terms.position_id), name) for name in names]
    about = f"the net of position {terms.position_id}: "
    rules, status = attempt(quorum, block, calls, about)
    try:
        if not status.success and (_VAULT.error(status.raw) or ("",))[0] == "NetUnset":
            return None
        if not (rules.success and status.success):
            raise ValueError("it reverts")  # noqa: TRY301 (one message for all that is wrong with an answer)
        (given,), (heard,) = _VAULT.result("netTerms", rules.raw), _VAULT.result("netStatus", status.raw)
    except ValueError as error:
        raise SourceError("chain", f"{about}{error}") from error
    return Net(given[_TARGET], given[_HEARTBEAT_SECONDS], given[_DEAD_MAN_SECONDS], heard[_HEARTBEAT_AT])
