"""Stages 2 and 3: prices aggregated from an observation, and the snapshot that a decision is made on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ballast.domain.canonical import canonical_hash
from ballast.domain.observation import BlockRef, Observation, PoolReading, PositionReading, VenuePrice
from ballast.domain.terms import PositionTerms

SNAPSHOT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Price:
    """A usable price.

    ``deviation_bps`` is the largest distance of any other view from the primary feed; -1 where a view that
    must exist could not be had, which counts as disagreement.
    """

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
    """All that one decision rests on.

    ``prices`` is empty where stage 2 had none: then only what needs no price may be planned.
    ``venue_prices`` are the position's own venue's; ``swap_pool`` is None where the pool was not read.
    ``risk_state`` is what the forecaster carried into this observation: hex of its canonical bytes, so that
    the hash covers everything the forecast was made of.
    """

    block: BlockRef
    position: PositionReading
    prices: PriceSet
    venue_prices: tuple[VenuePrice, ...]
    swap_pool: PoolReading | None
    observation_hash: bytes
    terms_hash: bytes
    risk_state: str
    version: int = SNAPSHOT_VERSION
    kind: str = "snapshot"

    def venue_price_wad(self, token: str) -> int:
        """The venue's own price of ``token``, USD per whole token; 0 where it was not read."""
        for price in self.venue_prices:
            if price.token == token:
                return price.price_wad
        return 0

    def hash(self) -> bytes:
        """keccak256 of the canonical bytes; signed as ``snapshotHash``."""
        return canonical_hash(self)


def join(observation: Observation, terms: PositionTerms, prices: PriceSet, risk_state: str) -> Snapshot:
    """Stage 3: one position's snapshot. Never partial: a missing position is an error.

    Raises:
        KeyError: the observation does not hold the position that ``terms`` describe.
    """
    return join_hashed(observation, canonical_hash(observation), terms, prices, risk_state)


def join_hashed(
    observation: Observation, observation_hash: bytes, terms: PositionTerms, prices: PriceSet, risk_state: str
) -> Snapshot:
    """As `join`, for callers that hashed the observation already."""
    position = reading_of(observation, terms)
    venue_prices = tuple(price for price in observation.venue_prices if price.venue == terms.adapter)
    pool = next((pool for pool in observation.pools if pool.pool == terms.swap_pool), None)
    return Snapshot(
        block=observation.block,
        position=position,
        prices=prices,
        venue_prices=venue_prices,
        swap_pool=pool,
        observation_hash=observation_hash,
        terms_hash=_terms_hash(terms),
        risk_state=risk_state,
    )


def reading_of(observation: Observation, terms: PositionTerms) -> PositionReading:
    """The observed position that ``terms`` describe; errors as `join`."""
    for position in observation.positions:
        if (position.vault, position.position_id) == (terms.vault, terms.position_id):
            return position
    raise KeyError(f"{terms.label}: the observation at block {observation.block.number} does not hold it")


# Terms change once per configuration epoch and are hashed for every position of every tick.
@lru_cache(maxsize=256)
def _terms_hash(terms: PositionTerms) -> bytes:
    return canonical_hash(terms)
