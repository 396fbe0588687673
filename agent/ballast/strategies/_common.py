"""Parameters that every rule has, and the answers that do not depend on the rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ballast.domain.canonical import canonical_hash
from ballast.domain.observation import VaultState
from ballast.domain.snapshot import Snapshot
from ballast.domain.terms import PositionTerms
from ballast.domain.units import UINT128_MAX
from ballast.domain.verdict import Act, Alert, Hold, Verdict
from ballast.strategies._sizing import Intention, repair
from ballast.strategies._text import health_text
from ballast.strategies.base import Parameter

# More than any vault lets a swap slip; the vault's own limits apply on top.
_ANY_SLIPPAGE_BPS = 10_000

COMMON_PARAMETERS = (
    Parameter("lifetime_seconds", 1, 86_400, 86_400),
    Parameter("slippage_bps", 1, _ANY_SLIPPAGE_BPS, _ANY_SLIPPAGE_BPS),
    Parameter("price_drift_bps", 0, 2_000, 200),
)


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a repair is wanted: what is written into the decision."""

    reason: str
    probability_ppm: int
    horizon_seconds: int
    model_id: bytes


def rule_id(name: str) -> bytes:
    """Model id of a rule without weights: hash of its name and version. The vault must have approved it."""
    return canonical_hash({"rule": name, "version": 1})


def standing_answer(snapshot: Snapshot) -> Verdict | None:
    """The verdict where no rule has anything to decide; None where one has."""
    position = snapshot.position
    if position.venue_health_wad == 0 and position.venue_debt_wad == 0:
        return Alert("the venue cannot tell the position's health")
    if position.venue_debt_wad == 0 or position.venue_health_wad >= UINT128_MAX:
        return Hold("the position has no debt")
    if position.state is VaultState.HALTED:
        return Alert("the vault is HALTED: only its owner can act")
    return None


def act_or_alert(
    snapshot: Snapshot, terms: PositionTerms, values: Mapping[str, int], target_wad: int, ground: Ground
) -> Act | Alert:
    """A repair towards ``target_wad``, or an alert that names what stands in its way."""
    if snapshot.position.config_epoch != terms.config_epoch:
        observed = snapshot.position.config_epoch
        return Alert(f"{ground.reason}; the vault is at epoch {observed}, the terms at {terms.config_epoch}")
    if snapshot.position.next_nonce() is None:
        return Alert(f"{ground.reason}; all nonces of word {snapshot.position.nonce_word} are used")
    intention = Intention(
        reason=f"{ground.reason}; repair to {health_text(target_wad)}",
        target_health_wad=target_wad,
        probability_ppm=ground.probability_ppm,
        horizon_seconds=ground.horizon_seconds,
        model_id=ground.model_id,
        slippage_bps=values["slippage_bps"],
        drift_bps=values["price_drift_bps"],
    )
    found = repair(snapshot, terms, intention)
    return found if isinstance(found, Act) else Alert("; ".join((ground.reason, *found.reasons)))
