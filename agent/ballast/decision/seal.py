"""Stage 7: a plan becomes a decision with deadline and nonce; a signature is checked, then attached.

No key is ever seen here: whoever holds one signs the digest and hands the 65 bytes back.
"""

from __future__ import annotations

from collections.abc import Iterable

from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from ballast.decision.eip712 import digest
from ballast.domain.decision import Decision, Route, SealedDecision
from ballast.domain.errors import SealRefused
from ballast.domain.observation import BlockRef, VaultState
from ballast.domain.snapshot import Snapshot
from ballast.domain.terms import PositionTerms
from ballast.domain.verdict import Act

LIFETIME_PARAMETER = "lifetime_seconds"

_HALF_CURVE_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


def seal_inputs(snapshot: Snapshot, terms: PositionTerms, act: Act, journal_head: bytes) -> Decision:
    """The decision that carries out ``act``.

    It is valid from the snapshot's block time for the strategy's ``lifetime_seconds`` parameter or,
    where that is unset or longer, for the longest time that the vault allows.

    ``journal_head`` is the head right before the decision's own entry is written.

    Raises:
        SealRefused: the snapshot and the terms do not belong together, the vault is halted, no nonce is free,
        or no time is allowed.
    """
    nonce = _checked_nonce(snapshot, terms)
    if len(journal_head) != 32:
        raise SealRefused(f"the journal head has {len(journal_head)} bytes, allowed are exactly 32")
    start = snapshot.block.timestamp
    return Decision(
        position_id=terms.position_id,
        venue=terms.adapter,
        action=act.kind,
        route=Route(act.route, act.path),
        token_in=act.token_in,
        token_out=act.token_out,
        max_in=act.max_in,
        min_out=act.min_out,
        health_floor_wad=act.health_floor_wad,
        health_ceiling_wad=act.health_ceiling_wad,
        max_loss_bps=act.max_loss_bps,
        probability_ppm=act.probability_ppm,
        horizon_seconds=act.horizon_seconds,
        model_id=act.model_id,
        snapshot_hash=snapshot.hash(),
        snapshot_block=snapshot.block.number,
        journal_head=journal_head,
        config_epoch=terms.config_epoch,
        nonce=nonce,
        valid_after=start,
        valid_until=start + lifetime_seconds(terms),
    )


def lifetime_seconds(terms: PositionTerms) -> int:
    """How long a decision for this position lives.

    Raises:
        SealRefused: the parameter or the vault's limit is not positive.
    """
    allowed = terms.limits.max_lifetime_seconds
    wanted = dict(terms.strategy_parameters).get(LIFETIME_PARAMETER, allowed)
    if wanted <= 0 or allowed <= 0:
        raise SealRefused(f"a decision's lifetime is {min(wanted, allowed)} s, allowed are 1 to {allowed} s")
    return min(wanted, allowed)


def require_timely(decision: Decision, latest: BlockRef, terms: PositionTerms) -> None:
    """Refuses a decision that the next block could no longer execute.

    Raises:
        SealRefused: the deadline has passed, the chain's clock is before the snapshot's, or the snapshot is
        too old.
    """
    if not decision.valid_after <= latest.timestamp < decision.valid_until:
        window = f"{decision.valid_after} to {decision.valid_until - 1}"
        raise SealRefused(f"the latest block's time is {latest.timestamp}, allowed is {window}")
    # The next block is one further away from the snapshot than the latest.
    age, allowed = latest.number + 1 - decision.snapshot_block, terms.limits.max_snapshot_age_blocks
    if not 0 < age <= allowed:
        raise SealRefused(f"the snapshot would be {age} blocks old at execution, allowed are 1 to {allowed}")


def require_lane(decision: Decision, open_nonces: Iterable[int]) -> None:
    """Refuses a decision that could execute beside an earlier one of its position.

    ``open_nonces`` are those of all decisions of the position that are neither executed nor dead.

    Raises:
        SealRefused: one of them is not the decision's own nonce.
    """
    for nonce in open_nonces:
        if nonce != decision.nonce:
            raise SealRefused(
                f"the decision's nonce is {decision.nonce}, allowed is {nonce}, on which another of this"
                " position may still be executed"
            )


def attach(decision: Decision, chain_id: int, vault: str, signature: bytes, signer: str) -> SealedDecision:
    """Joins a decision and its signature once the signature is known to be the signer's.

    Raises:
        SealRefused: the signature is not 65 bytes, not in the vault's form (v 27 or 28, low s), or another
        key's.
    """
    signed = digest(decision, chain_id, vault)
    recovered = recover(signed, signature)
    if recovered != signer.lower():
        raise SealRefused(f"the signature is by {recovered}, allowed is {signer.lower()}")
    return SealedDecision(decision, chain_id, vault, signed, signature, signer.lower())


def recover(signed: bytes, signature: bytes) -> str:
    """Lower-case address whose key made ``signature`` over the 32 bytes ``signed``; errors as `attach`."""
    if len(signature) != 65:
        raise SealRefused(f"the signature has {len(signature)} bytes, allowed are exactly 65")
    if signature[64] not in (27, 28):
        raise SealRefused(f"the signature's v is {signature[64]}, allowed are 27 and 28")
    if int.from_bytes(signature[32:64]) > _HALF_CURVE_ORDER:
        raise SealRefused(
            "the signature's s is in the upper half of the curve's order, which the vault rejects"
        )
    try:
        parsed = Signature(signature[:64] + bytes([signature[64] - 27]))
        return parsed.recover_public_key_from_msg_hash(signed).to_address()
    except (BadSignature, ValidationError) as error:
        raise SealRefused(f"the signature recovers to no key: {error}") from error


def _checked_nonce(snapshot: Snapshot, terms: PositionTerms) -> int:
    position = snapshot.position
    _require_equal("chain id", snapshot.block.chain_id, terms.chain_id)
    _require_equal("vault", position.vault, terms.vault)
    _require_equal("position id", position.position_id, terms.position_id)
    _require_equal("configuration epoch", position.config_epoch, terms.config_epoch)
    if position.state is VaultState.HALTED:
        raise SealRefused(f"{terms.label}: the vault is HALTED, allowed are ACTIVE and REDUCING")
    nonce = position.next_nonce()
    if nonce is None:
        raise SealRefused(f"{terms.label}: all 256 nonces of word {position.nonce_word} are used")
    return nonce


def _require_equal(name: str, observed: object, allowed: object) -> None:
    if observed != allowed:
        raise SealRefused(f"the snapshot's {name} is {observed}, the terms' is {allowed}")
