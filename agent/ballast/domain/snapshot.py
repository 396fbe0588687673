"""Stages 2 and 3: prices aggregated from an observation, and the snapshot that a decision is made on."""

from __future__ import annotations

from dataclasses import dataclass

from ballast.domain.canonical import canonical_hash
from ballast.domain.observation import BlockRef, Observation, PositionReading
from ballast.domain.terms import PositionTerms

SNAPSHOT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Price:
    """A usable price. ``deviation_bps`` is the largest distance of any other view from the primary feed; -1 where a view that must
    exist could not be had, which counts as disagreement."""

    token: str
    price_wad: int
    age_seconds: int
    deviation_bps: int
    sources: int


@dataclass(frozen=True, slots=True)
class PriceSet:
    """Usable prices of all tokens of one position."""

    prices: tuple[Price, ...]

    def of(self, token: str) -> Price:
        """Price of ``token``; KeyError where the set has none."""
        for price in self.prices:
            if price.token == token:
                return price
        raise KeyError(f"no price of {token}")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that one decision rests on. ``risk_state`` is the forecaster's state before this observation, as hex of its exact bytes."""

    block: BlockRef
    position: PositionReading
    prices: PriceSet
    observation_hash: bytes
    terms_hash: bytes
    risk_state: str
    version: int = SNAPSHOT_VERSION
    kind: str = "snapshot"

    def hash(self) -> bytes:
        """keccak256 of the canonical bytes; signed as ``snapshotHash``."""
        return canonical_hash(self)


def join(observation: Observation, terms: PositionTerms, prices: PriceSet, risk_state: str) -> Snapshot:
    """Stage 3: one position's snapshot. Never partial: a missing position is an error.

    Raises:
        KeyError: the observation does not hold the position that ``terms`` describe.
    """
    for position in observation.positions:
        if (position.vault, position.position_id) == (terms.vault, terms.position_id):
            return Snapshot(observation.block, position, prices, canonical_hash(observation), canonical_hash(terms), risk_state)
    raise KeyError(f"{terms.label}: the observation at block {observation.block.number} does not hold this position")
