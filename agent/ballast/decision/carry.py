"""What the forecaster remembers between ticks, frozen and canonical, so that a tick can be run again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ballast.domain.canonical import canonical_bytes, canonical_hash
from ballast.domain.observation import Observation
from ballast.domain.terms import PositionTerms
from ballast.risk.model import Weights, initial_state, state_to_hex

CARRY_VERSION = 1


@dataclass(frozen=True, slots=True)
class PairKey:
    """A price ratio that is forecast: collateral over debt in the venue's prices, as liquidators see them."""

    venue: str
    collateral_token: str
    debt_token: str


@dataclass(frozen=True, slots=True)
class PairCarry:
    """State of one ratio; ``ratio_num / ratio_den`` was seen last, at ``timestamp``. All zero before any."""

    key: PairKey
    state_hex: str
    ratio_num: int
    ratio_den: int
    timestamp: int

    def to_hex(self) -> str:
        """Hex of the canonical bytes; what a snapshot holds."""
        return "0x" + canonical_bytes(self).hex()


@dataclass(frozen=True, slots=True)
class RiskCarry:
    """States of all ratios, in order of their keys."""

    pairs: tuple[PairCarry, ...]
    version: int = CARRY_VERSION
    kind: str = "risk_carry"

    def of(self, key: PairKey) -> PairCarry:
        """State of one ratio.

        Raises:
            KeyError: the carry does not hold it.
        """
        for pair in self.pairs:
            if pair.key == key:
                return pair
        raise KeyError(
            f"the carry holds no ratio of {key.collateral_token} to {key.debt_token} at {key.venue}"
        )

    def hash(self) -> bytes:
        """keccak256 of the canonical bytes."""
        return canonical_hash(self)


def pair_key(terms: PositionTerms) -> PairKey:
    """The ratio that a position's health follows."""
    return PairKey(terms.adapter, terms.collateral_token, terms.debt_token)


def initial_carry(weights: Weights, terms: Iterable[PositionTerms]) -> RiskCarry:
    """The carry before any observation."""
    return extend_carry(RiskCarry(()), weights, terms)


def extend_carry(carry: RiskCarry, weights: Weights, terms: Iterable[PositionTerms]) -> RiskCarry:
    """The carry with a fresh state for every ratio that it does not hold yet; others stay as they are."""
    held = {pair.key: pair for pair in carry.pairs}
    for key in dict.fromkeys(pair_key(one) for one in terms):
        if key not in held:
            held[key] = fresh_pair(key, weights)
    return RiskCarry(tuple(sorted(held.values(), key=_order)))


def fresh_pair(key: PairKey, weights: Weights) -> PairCarry:
    """State of one ratio before any observation."""
    return PairCarry(key, state_to_hex(initial_state(weights)), 0, 0, 0)


def ratio_of(observation: Observation, key: PairKey) -> tuple[int, int]:
    """Collateral price over debt price as the venue reports them; zero where one was not read."""
    prices = {view.token: view.price_wad for view in observation.venue_prices if view.venue == key.venue}
    return prices.get(key.collateral_token, 0), prices.get(key.debt_token, 0)


def _order(pair: PairCarry) -> tuple[str, str, str]:
    return pair.key.venue, pair.key.collateral_token, pair.key.debt_token
