"""A position as the agent observes it every block: the venue's totals, and the position's own two tokens.

The venue's answer gives value and health of everything that the account holds there, the observation only the
balances of the position's collateral and debt. Where these two are all, prices of liquidation are the venue's
to within its roundings; what else the account holds is taken as standing still.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from ballast.domain.metrics.basket import Basket, Leg, Totals
from ballast.domain.metrics.lines import metric_lines
from ballast.domain.metrics.position import PositionMetrics, Threshold, measure
from ballast.domain.snapshot import Snapshot
from ballast.domain.terms import PositionTerms
from ballast.domain.units import BPS, UINT256_MAX, WAD, value_wad_down, value_wad_up


@dataclass(frozen=True, slots=True)
class ObservedToken:
    """One of the position's tokens; `price_wad` is the venue's, 0 where it was not read."""

    token: str
    decimals: int
    amount: int
    price_wad: int


@dataclass(frozen=True)
class ObservedBasket(Basket):
    """Both tokens at their prices, beside others of the account.

    `other_collateral_wad`, `other_weighted_wad` and `other_debt_wad` are what the venue's totals hold beyond
    the two tokens, at any price of these; `threshold_bps` weighs the position's collateral. The borrowing
    power is not observed and is 0 here.
    """

    collateral: ObservedToken
    debt: ObservedToken
    threshold_bps: int
    other_collateral_wad: int
    other_weighted_wad: int
    other_debt_wad: int

    @property
    def held_wad(self) -> int:
        """Value of the position's collateral, cut."""
        return value_wad_down(self.collateral.amount, self.collateral.price_wad, self.collateral.decimals)

    @property
    def owed_wad(self) -> int:
        """Value of the position's debt, rounded up."""
        return value_wad_up(self.debt.amount, self.debt.price_wad, self.debt.decimals)

    def totals(self) -> Totals:
        """See `Basket.totals`."""
        collateral = self.held_wad + self.other_collateral_wad
        debt = self.owed_wad + self.other_debt_wad
        weighted = self.held_wad * self.threshold_bps // BPS + self.other_weighted_wad
        return Totals(
            collateral_wad=collateral,
            debt_wad=debt,
            borrowable_wad=0,
            threshold_bps=weighted * BPS // collateral if collateral > 0 else 0,
            health_wad=weighted * WAD // debt if debt > 0 else UINT256_MAX,
        )

    def collaterals(self) -> tuple[Leg, ...]:
        """See `Basket.collaterals`; the position's own only, and only with a price."""
        return _legs(self.collateral, self.held_wad)

    def debts(self) -> tuple[Leg, ...]:
        """See `Basket.debts`; the position's own only, and only with a price."""
        return _legs(self.debt, self.owed_wad)

    def at_price(self, token: str, price: int) -> Self:
        """See `Basket.at_price`; `price` is a wad."""
        if token == self.collateral.token:
            return replace(self, collateral=replace(self.collateral, price_wad=price))
        if token == self.debt.token:
            return replace(self, debt=replace(self.debt, price_wad=price))
        raise KeyError(f"{token} is neither held nor owed")


def observed_basket(snapshot: Snapshot, terms: PositionTerms) -> ObservedBasket:
    """The position of a snapshot.

    Raises:
        KeyError: the vault does not value one of the position's tokens.
    """
    position = snapshot.position
    collateral, debt = (
        ObservedToken(asset.symbol, asset.decimals, amount, snapshot.venue_price_wad(asset.token))
        for asset, amount in (
            (terms.asset(terms.collateral_token), position.collateral),
            (terms.asset(terms.debt_token), position.debt),
        )
    )
    own = ObservedBasket(collateral, debt, terms.liquidation_threshold_bps, 0, 0, 0)
    # Without debt the venue's health says nothing of what the collateral carries.
    weighted = (
        position.venue_health_wad * position.venue_debt_wad // WAD
        if position.venue_debt_wad
        else position.venue_collateral_wad * terms.liquidation_threshold_bps // BPS
    )
    return replace(
        own,
        other_collateral_wad=position.venue_collateral_wad - own.held_wad,
        other_weighted_wad=weighted - own.held_wad * own.threshold_bps // BPS,
        other_debt_wad=position.venue_debt_wad - own.owed_wad,
    )


def observed_metrics(snapshot: Snapshot, terms: PositionTerms) -> PositionMetrics:
    """Metrics of a snapshot's position, with the distances to the owner's emergency level and floor.

    Errors as `observed_basket`.
    """
    levels = (("emergency", terms.emergency_health_wad), ("floor", terms.health_floor_wad))
    thresholds = tuple(Threshold(name, health) for name, health in levels if health)
    return measure(observed_basket(snapshot, terms), thresholds)


def position_lines(snapshot: Snapshot, terms: PositionTerms) -> list[str]:
    """What `ballast watch` may show below a position; errors as `observed_basket`."""
    return [f"{terms.label}: {line}" for line in metric_lines(observed_metrics(snapshot, terms))]


def _legs(token: ObservedToken, value_wad: int) -> tuple[Leg, ...]:
    return (Leg(token.token, value_wad, token.price_wad, 1),) if token.amount and token.price_wad else ()
