"""Where a run may happen: a live key never meets a replica, and a replica's key never a live chain."""

from __future__ import annotations

from enum import Enum

from ballast.app.config import CheckpointConfig
from ballast.domain.errors import QuorumLost, RefusedToRun
from ballast.domain.observation import BlockRef
from ballast.ingest.calls import code_size
from ballast.ingest.heads import Heads
from ballast.ingest.providers import Quorum

# The replica's builder puts a contract here; no real chain has one.
REPLICA_MARKER = "0xba11a57000000000000000000000000000000010"
_DEVELOPMENT_CLIENTS = ("anvil", "hardhat", "ganache")


class Mode(Enum):
    """How far a run goes."""

    PAPER = "everything but signing and sending"
    LIVE = "signs and sends on a real chain"
    REPLICA = "signs and sends on a replica"

    @property
    def sends(self) -> bool:
        """Whether keys are needed."""
        return self is not Mode.PAPER


def require_mode(
    mode: Mode, quorum: Quorum, heads: Heads, block: BlockRef, checkpoint: CheckpointConfig | None
) -> None:
    """Refuses a run in the wrong world.

    Raises:
        RefusedToRun: the world is not the one that the mode needs.
        QuorumLost: the providers do not agree on what world it is.
    """
    if mode is Mode.PAPER:
        return
    marked = code_size(quorum, block, REPLICA_MARKER) > 0
    if mode is Mode.REPLICA:
        if not marked:
            raise RefusedToRun(f"--replica needs a replica: there is no marker contract at {REPLICA_MARKER}")
        return
    if marked:
        raise RefusedToRun(f"--live refuses replicas: there is a marker contract at {REPLICA_MARKER}")
    _require_real_clients(heads)
    _require_checkpoint(heads, checkpoint)


def _require_real_clients(heads: Heads) -> None:
    for version in heads.client_versions():
        if any(name in version.lower() for name in _DEVELOPMENT_CLIENTS):
            raise RefusedToRun(f"--live refuses development nodes: one of rpc.urls is {version}")


def _require_checkpoint(heads: Heads, checkpoint: CheckpointConfig | None) -> None:
    if checkpoint is None:
        raise RefusedToRun(
            "--live needs [checkpoint] with a block and its hash that you have looked up yourself"
        )
    try:
        observed = heads.at(checkpoint.block).hash
    except QuorumLost as error:
        raise RefusedToRun(f"the checkpoint block {checkpoint.block} cannot be read: {error}") from error
    if observed != checkpoint.hash:
        raise RefusedToRun(
            f"block {checkpoint.block} has hash {observed}, checkpoint.hash is {checkpoint.hash}"
        )
