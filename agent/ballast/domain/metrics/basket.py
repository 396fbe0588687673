"""What the metrics need of a position on any venue: totals as the venue rounds them, and other prices."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

from ballast.domain.units import WAD

LIQUIDATABLE_BELOW_WAD = WAD


@dataclass(frozen=True, slots=True)
class Totals:
    """A position in the venue's own rounding.

    Values in USD with 18 decimals. `borrowable_wad` is the most debt that the venue would let the collateral
    carry, `health_wad` is `UINT256_MAX` without debt; the position may be liquidated below 1e18.
    """

    collateral_wad: int
    debt_wad: int
    borrowable_wad: int
    threshold_bps: int
    health_wad: int


@dataclass(frozen=True, slots=True)
class Leg:
    """One token's part: value in USD with 18 decimals, and its price in the venue's unit.

    `price_scale` makes a wad of that price: 10^10 where the venue counts 8 decimals, 1 where it counts 18.
    """

    token: str
    value_wad: int
    price: int
    price_scale: int


class Basket(ABC):
    """Collaterals and debts of one account on one venue. Frozen; prices change by making another."""

    @abstractmethod
    def totals(self) -> Totals:
        """The position at its prices."""

    @abstractmethod
    def collaterals(self) -> tuple[Leg, ...]:
        """What is held."""

    @abstractmethod
    def debts(self) -> tuple[Leg, ...]:
        """What is owed in tokens that have a price at the venue; empty where debt counts at par."""

    @abstractmethod
    def at_price(self, token: str, price: int) -> Self:
        """The same position at another price of one token, in the venue's unit.

        Raises:
            KeyError: the token is neither held nor owed.
        """

    def liquidatable(self) -> bool:
        """Whether the venue would let the position be liquidated now."""
        return self.totals().health_wad < LIQUIDATABLE_BELOW_WAD


def require_natural(**amounts: int) -> None:
    """Raises ValueError that names the first negative amount."""
    for name, amount in amounts.items():
        if amount < 0:
            raise ValueError(f"{name} must not be negative: observed {amount}")


def require_positive(**amounts: int) -> None:
    """Raises ValueError that names the first amount that is not positive."""
    for name, amount in amounts.items():
        if amount <= 0:
            raise ValueError(f"{name} must be positive: observed {amount}")


def require_unique(tokens: tuple[str, ...]) -> None:
    """Raises ValueError where a token is named twice."""
    for token in tokens:
        if tokens.count(token) > 1:
            raise ValueError(f"{token} is there {tokens.count(token)} times, allowed is once")
