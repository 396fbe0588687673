"""The decision that the agent signs; field for field the Solidity struct ``Decision``."""

from __future__ import annotations

from dataclasses import dataclass

from ballast.domain.verdict import ActionKind, RouteKind

DECISION_VERSION = 1
ZERO_ADDRESS = "0x" + "00" * 20


@dataclass(frozen=True, slots=True)
class Route:
    """How the tokens travel; ``path`` is hashed into the digest."""

    kind: RouteKind
    path: bytes
    flash_source: str = ZERO_ADDRESS


@dataclass(frozen=True, slots=True)
class Decision:
    """What is signed; the EIP-712 digest covers every field.

    Addresses are lower-case hex, times unix seconds, amounts token units.
    """

    position_id: int
    venue: str
    action: ActionKind
    route: Route
    token_in: str
    token_out: str
    max_in: int
    min_out: int
    health_floor_wad: int
    health_ceiling_wad: int
    max_loss_bps: int
    probability_ppm: int
    horizon_seconds: int
    model_id: bytes
    snapshot_hash: bytes
    snapshot_block: int
    journal_head: bytes
    config_epoch: int
    nonce: int
    valid_after: int
    valid_until: int
    target_venue: str = ZERO_ADDRESS
    target_position_id: int = 0
    keeper_fee_max_wei: int = 0
    version: int = DECISION_VERSION
    kind: str = "decision"


@dataclass(frozen=True, slots=True)
class SealedDecision:
    """A decision with its digest for one chain and vault, and the signature over it."""

    decision: Decision
    chain_id: int
    vault: str
    digest: bytes
    signature: bytes
    signer: str
    version: int = DECISION_VERSION
    kind: str = "sealed_decision"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the vault measured or previewed (mirror of the Solidity struct)."""

    spent: int
    obtained: int
    health_before_wad: int
    health_after_wad: int
    notional_wad: int
    loss_wad: int
    gas_used: int
