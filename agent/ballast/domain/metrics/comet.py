"""Compound III (Comet): what `absorb` weighs after it accrued, as CompoundV3Adapter reads it, to the unit.

Every product is cut to 8 decimals where the market cuts it. Liquidation goes by the liquidation factors,
borrowing by the borrow factors; factors have 18 decimals.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from ballast.domain.metrics.basket import (
    Basket,
    Leg,
    Totals,
    require_natural,
    require_positive,
    require_unique,
)
from ballast.domain.units import BPS, UINT256_MAX, WAD, power_of_ten

_PRICE_TO_WAD = power_of_ten(10)


@dataclass(frozen=True, slots=True)
class CometCollateral:
    """One collateral: balance in token units, price with 8 decimals, the market's own factors."""

    token: str
    balance: int
    price_e8: int
    scale: int
    borrow_factor_wad: int
    liquidate_factor_wad: int

    def __post_init__(self) -> None:
        """Raises ValueError for what no collateral can be."""
        require_natural(balance=self.balance, price_e8=self.price_e8)
        require_positive(scale=self.scale)
        if not 0 <= self.borrow_factor_wad <= self.liquidate_factor_wad <= WAD:
            raise ValueError(
                f"factors are {self.borrow_factor_wad} and {self.liquidate_factor_wad}, "
                f"allowed is 0 <= borrow <= liquidate <= {WAD}"
            )

    @property
    def value_e8(self) -> int:
        """USD with 8 decimals, cut."""
        return self.balance * self.price_e8 // self.scale


@dataclass(frozen=True)
class CometBasket(Basket):
    """All collaterals of an account in one market, and what `borrowBalanceOf` says it owes in base units."""

    base_token: str
    base_price_e8: int
    base_scale: int
    owed: int
    assets: tuple[CometCollateral, ...]

    def __post_init__(self) -> None:
        """Raises ValueError for what no account can be."""
        require_natural(base_price_e8=self.base_price_e8, owed=self.owed)
        require_positive(base_scale=self.base_scale)
        require_unique((self.base_token, *(asset.token for asset in self.assets)))

    @property
    def debt_e8(self) -> int:
        """Value of the debt, USD with 8 decimals, cut as the market cuts it."""
        return self.owed * self.base_price_e8 // self.base_scale

    def totals(self) -> Totals:
        """See `Basket.totals`."""
        debt, collateral = self.debt_e8, sum(asset.value_e8 for asset in self.assets)
        weighted = sum(asset.value_e8 * asset.liquidate_factor_wad // WAD for asset in self.assets)
        lent = sum(asset.value_e8 * asset.borrow_factor_wad // WAD for asset in self.assets)
        return Totals(
            collateral_wad=collateral * _PRICE_TO_WAD,
            debt_wad=debt * _PRICE_TO_WAD,
            borrowable_wad=lent * _PRICE_TO_WAD,
            threshold_bps=weighted * BPS // collateral if collateral else 0,
            health_wad=weighted * WAD // debt if debt else UINT256_MAX,
        )

    def collaterals(self) -> tuple[Leg, ...]:
        """See `Basket.collaterals`."""
        return tuple(
            Leg(a.token, a.value_e8 * _PRICE_TO_WAD, a.price_e8, _PRICE_TO_WAD)
            for a in self.assets
            if a.balance
        )

    def debts(self) -> tuple[Leg, ...]:
        """See `Basket.debts`."""
        if not self.owed:
            return ()
        return (Leg(self.base_token, self.debt_e8 * _PRICE_TO_WAD, self.base_price_e8, _PRICE_TO_WAD),)

    def at_price(self, token: str, price: int) -> Self:
        """See `Basket.at_price`."""
        if token == self.base_token:
            return replace(self, base_price_e8=price)
        if all(asset.token != token for asset in self.assets):
            raise KeyError(f"{token} is neither held nor owed")
        moved = (replace(a, price_e8=price) if a.token == token else a for a in self.assets)
        return replace(self, assets=tuple(moved))
