"""A position in the venue's own prices, and its health after a repair.

HF = A / D with A = collateral value x liquidation threshold and D = debt value. A is taken back from the
health that the venue reports, so that collateral which the agent does not manage counts as the venue counts
it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ballast.domain.snapshot import Snapshot
from ballast.domain.terms import PositionTerms
from ballast.domain.units import (
    BPS,
    UINT128_MAX,
    WAD,
    mul_div_down,
    mul_div_up,
    power_of_ten,
    value_wad_down,
    value_wad_up,
)


@dataclass(frozen=True, slots=True)
class Book:
    """Values in USD wad at the venue's prices; prices are USD wad per whole token."""

    health_wad: int
    adjusted_wad: int
    debt_wad: int
    collateral_price_wad: int
    debt_price_wad: int
    collateral_decimals: int
    debt_decimals: int
    threshold_bps: int

    def health_after_repaying(self, amount: int) -> int:
        """Health once ``amount`` units of the debt token are repaid."""
        return _health(self.adjusted_wad, self.debt_wad - self._debt_value(amount))

    def health_after_adding(self, amount: int) -> int:
        """Health once ``amount`` units of the collateral token are added."""
        value = value_wad_down(amount, self.collateral_price_wad, self.collateral_decimals)
        return _health(self.adjusted_wad + mul_div_down(value, self.threshold_bps, BPS), self.debt_wad)

    def health_after_selling(self, sold: int, obtained: int) -> int:
        """Health once ``sold`` units of collateral left and ``obtained`` units of debt are repaid."""
        value = value_wad_up(sold, self.collateral_price_wad, self.collateral_decimals)
        left = self.adjusted_wad - mul_div_up(value, self.threshold_bps, BPS)
        return _health(max(left, 0), self.debt_wad - self._debt_value(obtained))

    def repayment_for(self, target_wad: int) -> int:
        """Least units of the debt token whose repayment lifts the health to the target: D - A / target."""
        missing = max(self.debt_wad - mul_div_down(self.adjusted_wad, WAD, target_wad), 0)
        return mul_div_up(missing, power_of_ten(self.debt_decimals), self.debt_price_wad)

    def addition_for(self, target_wad: int) -> int:
        """Least units of collateral whose addition does the same: (target x D - A) / threshold."""
        missing = mul_div_up(target_wad, self.debt_wad, WAD) - self.adjusted_wad
        if missing <= 0:
            return 0
        # One wad unit more than the exact quotient covers the rounding of value and threshold on the way
        # back.
        value = mul_div_up(missing, BPS, self.threshold_bps) + 1
        return mul_div_up(value, power_of_ten(self.collateral_decimals), self.collateral_price_wad)

    def _debt_value(self, amount: int) -> int:
        return value_wad_down(amount, self.debt_price_wad, self.debt_decimals)


def book_of(snapshot: Snapshot, terms: PositionTerms) -> Book | None:
    """The position's book; None where a venue price is missing or the venue values no debt."""
    position = snapshot.position
    prices = [snapshot.venue_price_wad(token) for token in (terms.collateral_token, terms.debt_token)]
    if min(prices) <= 0 or position.venue_debt_wad <= 0 or terms.liquidation_threshold_bps <= 0:
        return None
    return Book(
        health_wad=position.venue_health_wad,
        adjusted_wad=mul_div_down(position.venue_health_wad, position.venue_debt_wad, WAD),
        debt_wad=position.venue_debt_wad,
        collateral_price_wad=prices[0],
        debt_price_wad=prices[1],
        collateral_decimals=terms.asset(terms.collateral_token).decimals,
        debt_decimals=terms.asset(terms.debt_token).decimals,
        threshold_bps=terms.liquidation_threshold_bps,
    )


def _health(adjusted_wad: int, debt_wad: int) -> int:
    """As the vault compares it: without debt a position is as healthy as 2^128 - 1."""
    return UINT128_MAX if debt_wad <= 0 else min(mul_div_down(adjusted_wad, WAD, debt_wad), UINT128_MAX)
