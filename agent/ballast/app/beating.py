"""Heartbeats: while silence could start a rescue, the agent tells the vault that it watches.

A heartbeat costs gas and says nothing while no rescue could be due, so none is sent for a position far above
the levels at which silence counts. It never stands in the way of a repair: none is sent while a decision is
live, and a decision that comes after it takes its transaction nonce.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ballast.app.acting import Actor, Keys, Sent
from ballast.app.recorder import Recorder
from ballast.decision.eip712 import heartbeat_digest
from ballast.domain.observation import BlockRef, PositionReading
from ballast.domain.terms import PositionTerms
from ballast.ingest.abi import load
from ballast.ingest.multicall import Call
from ballast.ingest.nets import Net, read_net
from ballast.ingest.providers import Quorum
from ballast.tx.preflight import require_accepted

# Two of three may be lost before silence counts.
PARTS = 3
# Silence counts below a level of health; heartbeats begin a tenth above it.
NEAR_PERCENT = 110
# How often a vault is asked whether a net has been set by now.
NET_LOOK_SECONDS = 600
# A heartbeat takes about 50,000: base cost, signature check, one slot, four delegate calls.
GAS_LIMIT = 150_000
_PERCENT = 100
_VAULT = load("IRebalanceVault")


@dataclass(slots=True)
class Pulse:
    """What is known of one position's net, and the second at which it is looked at again."""

    net: Net | None = None
    look_at: int = 0


class Heart:
    """Sends the heartbeats of one agent, one at a time."""

    def __init__(self, quorum: Quorum, recorder: Recorder, keys: Keys, actor: Actor) -> None:
        self._quorum = quorum
        self._recorder = recorder
        self._keys = keys
        self._actor = actor
        self._pulses: dict[str, Pulse] = {}
        self._sent_at_block: int | None = None

    def beat(
        self, block: BlockRef, readings: Sequence[PositionReading], terms: Iterable[PositionTerms]
    ) -> Sent | None:
        """Sends the heartbeat that is most overdue, if one is due at ``block``.

        Raises:
            PreflightReverted: the vault would refuse it.
            SendFailed: gas is above the ceiling, or nobody took the transaction.
            QuorumLost: no quorum for one answer.
            SourceError: a vault does not answer as it must.
            JournalError: the entry could not be written.
        """
        if self._recorder.live() or self._waits(block):
            return None
        due = []
        for reading, one in zip(readings, terms, strict=True):
            since = self._due_since(block, reading, one)
            if since is not None:
                due.append((since, one.label, one))
        return self._send(block, min(due)[2]) if due else None

    def _waits(self, block: BlockRef) -> bool:
        """Whether the last one is given time to be included before another takes its nonce."""
        sent = self._sent_at_block
        return sent is not None and block.number - sent < self._actor.patience_blocks

    def _due_since(self, block: BlockRef, reading: PositionReading, terms: PositionTerms) -> int | None:
        pulse = self._pulses.setdefault(terms.label, Pulse())
        if block.timestamp >= pulse.look_at:
            pulse.net = read_net(self._quorum, block, terms)
            pulse.look_at = block.timestamp + NET_LOOK_SECONDS
        period = period_seconds(pulse.net, reading.venue_health_wad, terms.emergency_health_wad)
        if pulse.net is None or period is None:
            return None
        since = pulse.net.heartbeat_at + period
        return since if block.timestamp >= since else None

    def _send(self, block: BlockRef, terms: PositionTerms) -> Sent:
        signed = heartbeat_digest(terms.position_id, block.timestamp, terms.chain_id, terms.vault)
        signature = self._keys.signer.sign_digest(signed)
        calldata = _VAULT.call("heartbeat", terms.position_id, block.timestamp, signature)
        # Whoever relays a heartbeat pays for it, refused or not.
        require_accepted(self._quorum, block, Call(terms.vault, calldata, "heartbeat"))
        sent = self._actor.errand(terms, calldata, GAS_LIMIT, block)
        self._sent_at_block = block.number
        # Whether it was included is read from the vault, not believed.
        self._pulses[terms.label].look_at = 0
        return sent


def period_seconds(net: Net | None, health_wad: int, emergency_health_wad: int) -> int | None:
    """Seconds from one heartbeat to the next at this health; None where silence could start nothing."""
    if net is None:
        return None
    patience = []
    if _is_near(health_wad, emergency_health_wad):
        patience.append(net.heartbeat_seconds)
    if net.dead_man_seconds and _is_near(health_wad, net.target_health_wad):
        patience.append(net.dead_man_seconds)
    return min(patience) // PARTS if patience else None


def _is_near(health_wad: int, level_wad: int) -> bool:
    return health_wad * _PERCENT < level_wad * NEAR_PERCENT
