"""Metrics of a position, from what its venue would answer: LTV, health, liquidation prices, concentration.

Ratios are in basis points, rounded so that they never look better than they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ballast.domain.metrics.basket import Basket, Leg, Totals
from ballast.domain.units import BPS, UINT256_MAX, WAD, mul_div_up

# No price that a feed can answer is above it; the search ends there.
_HIGHEST_PRICE = 2**128


@dataclass(frozen=True, slots=True)
class LegMetrics:
    """One collateral or debt.

    `share_bps` of the collateral or debt value. `liquidation_price_wad`: for a collateral the highest price,
    for a debt the lowest one at which the venue would liquidate, all other prices as they are; None where no
    price of this token alone does. `distance_bps`: how far the price has to fall (or, for a debt, to rise) to
    get there, cut, negative where it is past it already.
    """

    token: str
    value_wad: int
    share_bps: int
    price_wad: int
    liquidation_price_wad: int | None
    distance_bps: int | None


@dataclass(frozen=True, slots=True)
class Threshold:
    """A health that matters to the owner, such as the trigger or the floor of his rule."""

    name: str
    health_wad: int


@dataclass(frozen=True, slots=True)
class Distance:
    """How far all collateral together has to fall against the debt until a threshold is met.

    Basis points, cut; negative where the position is below it, None without debt.
    """

    threshold: Threshold
    fall_bps: int | None


@dataclass(frozen=True, slots=True)
class PositionMetrics:
    """Everything that is said about one position.

    `ltv_bps` is debt by collateral value, rounded up, None without collateral. `use_bps` is the share of the
    borrowing power that is in use, rounded up: the collateral's efficiency; above 10,000 nothing can be
    borrowed, None without borrowing power. `concentration_bps` is the sum of squared shares of the
    collateral: 10,000 for one token, 10,000 / n for n equal ones.
    """

    totals: Totals
    ltv_bps: int | None
    use_bps: int | None
    concentration_bps: int | None
    collaterals: tuple[LegMetrics, ...]
    debts: tuple[LegMetrics, ...]
    distances: tuple[Distance, ...]

    @property
    def liquidatable(self) -> bool:
        """Whether the venue would let the position be liquidated now."""
        return self.totals.health_wad < WAD


LIQUIDATION = Threshold("liquidation", WAD)


def measure(basket: Basket, thresholds: Sequence[Threshold] = ()) -> PositionMetrics:
    """Metrics of a position; distances to liquidation first, then to the given thresholds in their order.

    Raises:
        ValueError: a threshold's health is not positive.
    """
    totals = basket.totals()
    collaterals, debts = basket.collaterals(), basket.debts()
    return PositionMetrics(
        totals=totals,
        ltv_bps=_ratio_up(totals.debt_wad, totals.collateral_wad),
        use_bps=_ratio_up(totals.debt_wad, totals.borrowable_wad),
        concentration_bps=_concentration_bps(collaterals),
        collaterals=tuple(_collateral(basket, leg, totals.collateral_wad) for leg in collaterals),
        debts=tuple(_debt(basket, leg, totals.debt_wad) for leg in debts),
        distances=tuple(
            Distance(t, fall_bps(totals.health_wad, t.health_wad)) for t in (LIQUIDATION, *thresholds)
        ),
    )


def fall_bps(health_wad: int, threshold_wad: int) -> int | None:
    """Fall of all collateral that brings health to a threshold, cut; errors as `measure`.

    Negative is the rise that would be needed; -UINT256_MAX where there is nothing that could rise.
    """
    if threshold_wad <= 0:
        raise ValueError(f"a threshold's health must be positive: observed {threshold_wad}")
    if health_wad == UINT256_MAX:
        return None
    if health_wad == 0:
        return -UINT256_MAX
    return (health_wad - threshold_wad) * BPS // health_wad


def _collateral(basket: Basket, leg: Leg, total_wad: int) -> LegMetrics:
    """The highest price at which the venue liquidates: a bisection over the venue's own answers."""

    def liquidates(price: int) -> bool:
        return basket.at_price(leg.token, price).liquidatable()

    price = _last_true(liquidates, leg.price)
    distance = None if price is None or not leg.price else (leg.price - price) * BPS // leg.price
    return _leg(leg, total_wad, price, distance)


def _debt(basket: Basket, leg: Leg, total_wad: int) -> LegMetrics:
    """The lowest price at which the venue liquidates: one above the highest at which it does not."""

    def stands(price: int) -> bool:
        return not basket.at_price(leg.token, price).liquidatable()

    highest = _last_true(stands, leg.price)
    price = None if highest is None else highest + 1
    distance = None if price is None or not leg.price else (price - leg.price) * BPS // leg.price
    return _leg(leg, total_wad, price, distance)


def _leg(leg: Leg, total_wad: int, price: int | None, distance_bps: int | None) -> LegMetrics:
    return LegMetrics(
        token=leg.token,
        value_wad=leg.value_wad,
        share_bps=leg.value_wad * BPS // total_wad if total_wad else 0,
        price_wad=leg.price * leg.price_scale,
        liquidation_price_wad=None if price is None else price * leg.price_scale,
        distance_bps=distance_bps,
    )


def _last_true(holds: Callable[[int], bool], start: int) -> int | None:
    """The highest price for which `holds`, where it holds up to some price and not above it.

    None where it holds for no price, or for all.
    """
    if not holds(0):
        return None
    low, high = 0, max(start, 1)
    while holds(high):
        low, high = high, high * 2
        if high > _HIGHEST_PRICE:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _ratio_up(part: int, whole: int) -> int | None:
    return mul_div_up(part, BPS, whole) if whole else None


def _concentration_bps(legs: Sequence[Leg]) -> int | None:
    total = sum(leg.value_wad for leg in legs)
    return sum(leg.value_wad**2 for leg in legs) * BPS // total**2 if total else None
