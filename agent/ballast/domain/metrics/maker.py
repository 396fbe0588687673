"""Maker (Sky): an urn of the Vat, as MakerAdapter reads it, to the unit. Debt is dai at par.

Units: ink and art wad, rate, mat and par ray. One cdp has one collateral; a price is in force as the Spotter
writes it: price / par, then / mat, both cut.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from ballast.domain.metrics.basket import Basket, Leg, Totals, require_natural, require_positive
from ballast.domain.units import BPS, UINT256_MAX, WAD, power_of_ten

RAY = power_of_ten(27)
_WAD_TO_RAY = power_of_ten(9)


@dataclass(frozen=True)
class MakerBasket(Basket):
    """One cdp.

    `spot` (ray) is what the Vat holds now: dai that a unit of collateral may carry. `rate` (ray) is as a drip
    in this second would leave it.
    """

    token: str
    ink: int
    art: int
    rate: int
    spot: int
    mat: int
    par: int = RAY

    def __post_init__(self) -> None:
        """Raises ValueError for what no urn can be."""
        require_natural(ink=self.ink, art=self.art, spot=self.spot)
        require_positive(rate=self.rate, mat=self.mat, par=self.par)

    @property
    def price_wad(self) -> int:
        """The price in force, back from spot, rounded to the nearest wad, which undoes the Spotter's cuts."""
        return (self.spot * self.mat // RAY * self.par // RAY + _WAD_TO_RAY // 2) // _WAD_TO_RAY

    @property
    def debt_wad(self) -> int:
        """Value of the debt: dai owed, rounded up, at par."""
        return -(-self.art * self.rate // RAY) * self.par // RAY

    def totals(self) -> Totals:
        """See `Basket.totals`. The Vat lends up to where it liquidates, so there is one limit."""
        return Totals(
            collateral_wad=self.ink * self.price_wad // WAD,
            debt_wad=self.debt_wad,
            borrowable_wad=self.ink * self.spot // RAY * self.par // RAY,
            threshold_bps=BPS * RAY // self.mat,
            health_wad=self.ink * self.spot * WAD // (self.art * self.rate) if self.art else UINT256_MAX,
        )

    def collaterals(self) -> tuple[Leg, ...]:
        """See `Basket.collaterals`."""
        if not self.ink:
            return ()
        return (Leg(self.token, self.ink * self.price_wad // WAD, self.price_wad, 1),)

    def debts(self) -> tuple[Leg, ...]:
        """Empty: dai counts at par, whatever it trades at."""
        return ()

    def at_price(self, token: str, price: int) -> Self:
        """See `Basket.at_price`; `price` is a wad."""
        if token != self.token:
            raise KeyError(f"{token} is neither held nor owed")
        require_natural(price=price)
        return replace(self, spot=price * _WAD_TO_RAY * RAY // self.par * RAY // self.mat)
