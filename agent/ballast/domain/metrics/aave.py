"""Aave V3: `GenericLogic.calculateUserAccountData` of v3.6, to the unit.

Values have 8 decimals there. Collateral is cut, debt rounded up, the health factor rounded half up, then cut.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from ballast.domain.metrics.basket import Basket, Leg, Totals, require_natural, require_unique
from ballast.domain.units import BPS, UINT256_MAX, WAD, power_of_ten

_BASE_TO_WAD = power_of_ten(10)


@dataclass(frozen=True, slots=True)
class AaveReserve:
    """One reserve as the account uses it, in token units.

    `collateral` is the aToken balance, 0 where it is not enabled as collateral; `debt` the debt token's
    balance; `price_e8` Aave's oracle's. `ltv_bps` and `threshold_bps` are those that apply to the account, so
    the e-mode category's where it applies.
    """

    token: str
    decimals: int
    price_e8: int
    collateral: int
    debt: int
    ltv_bps: int
    threshold_bps: int

    def __post_init__(self) -> None:
        """Raises ValueError for what no reserve can be."""
        require_natural(
            decimals=self.decimals, price_e8=self.price_e8, collateral=self.collateral, debt=self.debt
        )
        if not 0 <= self.ltv_bps <= self.threshold_bps <= BPS:
            raise ValueError(
                f"ltv_bps is {self.ltv_bps} and threshold_bps {self.threshold_bps}, "
                f"allowed is 0 <= ltv <= threshold <= {BPS}"
            )

    @property
    def collateral_e8(self) -> int:
        """Value of the collateral, USD with 8 decimals, cut."""
        return self.collateral * self.price_e8 // power_of_ten(self.decimals)

    @property
    def debt_e8(self) -> int:
        """Value of the debt, USD with 8 decimals, rounded up."""
        return -(-self.debt * self.price_e8 // power_of_ten(self.decimals))


@dataclass(frozen=True, slots=True)
class AaveAccount:
    """What `getUserAccountData` returns, in its order; values with 8 decimals."""

    collateral_e8: int
    debt_e8: int
    available_e8: int
    threshold_bps: int
    ltv_bps: int
    health_wad: int


@dataclass(frozen=True)
class AaveBasket(Basket):
    """All reserves that an account holds or owes."""

    reserves: tuple[AaveReserve, ...]

    def __post_init__(self) -> None:
        """Raises ValueError where a token is there twice."""
        require_unique(tuple(reserve.token for reserve in self.reserves))

    def account(self) -> AaveAccount:
        """The protocol's own answer."""
        collateral = sum(reserve.collateral_e8 for reserve in self.reserves)
        debt = sum(reserve.debt_e8 for reserve in self.reserves)
        weighted = sum(reserve.collateral_e8 * reserve.threshold_bps for reserve in self.reserves)
        lent = sum(reserve.collateral_e8 * reserve.ltv_bps for reserve in self.reserves)
        ltv_bps = lent // collateral if collateral else 0
        return AaveAccount(
            collateral_e8=collateral,
            debt_e8=debt,
            available_e8=max(0, collateral * ltv_bps // BPS - debt),
            threshold_bps=weighted // collateral if collateral else 0,
            ltv_bps=ltv_bps,
            health_wad=(weighted * WAD + debt // 2) // debt // BPS if debt else UINT256_MAX,
        )

    def totals(self) -> Totals:
        """See `Basket.totals`."""
        account = self.account()
        return Totals(
            collateral_wad=account.collateral_e8 * _BASE_TO_WAD,
            debt_wad=account.debt_e8 * _BASE_TO_WAD,
            borrowable_wad=account.collateral_e8 * account.ltv_bps // BPS * _BASE_TO_WAD,
            threshold_bps=account.threshold_bps,
            health_wad=account.health_wad,
        )

    def collaterals(self) -> tuple[Leg, ...]:
        """See `Basket.collaterals`."""
        return tuple(
            Leg(r.token, r.collateral_e8 * _BASE_TO_WAD, r.price_e8, _BASE_TO_WAD)
            for r in self.reserves
            if r.collateral
        )

    def debts(self) -> tuple[Leg, ...]:
        """See `Basket.debts`."""
        return tuple(
            Leg(r.token, r.debt_e8 * _BASE_TO_WAD, r.price_e8, _BASE_TO_WAD) for r in self.reserves if r.debt
        )

    def at_price(self, token: str, price: int) -> Self:
        """See `Basket.at_price`."""
        if all(reserve.token != token for reserve in self.reserves):
            raise KeyError(f"{token} is neither held nor owed")
        moved = (replace(r, price_e8=price) if r.token == token else r for r in self.reserves)
        return replace(self, reserves=tuple(moved))
