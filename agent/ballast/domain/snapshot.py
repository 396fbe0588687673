"""Stages 2 and 3: prices aggregated from an observation, and the snapshot that a decision is made on."""

from __future__ import annotations

from dataclasses import dataclass

from ballast.domain.canonical import canonical_hash
from ballast.domain.identity import ById
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


class Joint:
    """An observation, hashed and indexed once for all of its positions: stage 3 without partial snapshots."""

    def __init__(self, observation: Observation) -> None:
        self.observation = observation
        self.hash = canonical_hash(observation)
        self._positions = {(one.vault, one.position_id): one for one in reversed(observation.positions)}
        self._pools = {pool.pool: pool for pool in reversed(observation.pools)}
        self._venues: dict[str, tuple[VenuePrice, ...]] = {}
        for price in observation.venue_prices:
            self._venues[price.venue] = (*self._venues.get(price.venue, ()), price)

    def reading_of(self, terms: PositionTerms) -> PositionReading:
        """The observed position that ``terms`` describe.

        Raises:
            KeyError: the observation does not hold it.
        """
        found = self._positions.get((terms.vault, terms.position_id))
        if found is None:
            number = self.observation.block.number
            raise KeyError(f"{terms.label}: the observation at block {number} does not hold it")
        return found

    def snapshot(self, terms: PositionTerms, prices: PriceSet, risk_state: str) -> Snapshot:
        """One position's snapshot; errors as `reading_of`."""
        return Snapshot(
            block=self.observation.block,
            position=self.reading_of(terms),
            prices=prices,
            venue_prices=self._venues.get(terms.adapter, ()),
            swap_pool=self._pools.get(terms.swap_pool),
            observation_hash=self.hash,
            terms_hash=_terms_hash(terms),
            risk_state=risk_state,
        )


def join(observation: Observation, terms: PositionTerms, prices: PriceSet, risk_state: str) -> Snapshot:
    """Stage 3 for one position; errors as `Joint.reading_of`."""
    return Joint(observation).snapshot(terms, prices, risk_state)


_terms_hash: ById[PositionTerms, bytes] = ById(canonical_hash)
