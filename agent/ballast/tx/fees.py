"""EIP-1559 bids from the latest block. All figures in wei per gas, integers."""

from __future__ import annotations

from dataclasses import dataclass

from ballast.domain.errors import SendFailed
from ballast.domain.units import mul_div_up

PERCENT = 100
# Nodes replace a pending transaction from 10 % (geth, anvil) or 12.5 % (older rules) more; both fields must
# grow.
BUMP_NUMERATOR, BUMP_DENOMINATOR = 1_125, 1_000


@dataclass(frozen=True, slots=True)
class FeePolicy:
    """How much to offer. ``ceiling_wei`` bounds the whole price per gas; an urgent repair may pass it."""

    base_fee_percent: int
    tip_wei: int
    ceiling_wei: int


@dataclass(frozen=True, slots=True)
class Bid:
    """The two EIP-1559 fields."""

    max_fee_wei: int
    tip_wei: int

    def bumped(self) -> Bid:
        """Least bid that every node takes in place of this one."""
        return Bid(
            mul_div_up(self.max_fee_wei, BUMP_NUMERATOR, BUMP_DENOMINATOR),
            mul_div_up(self.tip_wei, BUMP_NUMERATOR, BUMP_DENOMINATOR),
        )


def bid(base_fee_wei: int, policy: FeePolicy, *, urgent: bool, replaces: Bid | None = None) -> Bid:
    """Base fee times the multiplier plus tip, within the ceiling; above the replaced bid where there is one.

    Raises:
        SendFailed: the block's own price, or a valid replacement, is above the ceiling and the repair is not
        urgent.
    """
    wanted = mul_div_up(base_fee_wei, policy.base_fee_percent, PERCENT) + policy.tip_wei
    offer = Bid(wanted if urgent else min(wanted, policy.ceiling_wei), policy.tip_wei)
    if replaces is not None:
        least = replaces.bumped()
        offer = Bid(max(offer.max_fee_wei, least.max_fee_wei), max(offer.tip_wei, least.tip_wei))
    lowest = max(base_fee_wei + policy.tip_wei, offer.tip_wei)
    if not urgent and max(offer.max_fee_wei, lowest) > policy.ceiling_wei:
        observed = max(offer.max_fee_wei, lowest)
        raise SendFailed(f"gas would cost {observed} wei, fees.max_fee_gwei allows {policy.ceiling_wei} wei")
    return Bid(max(offer.max_fee_wei, offer.tip_wei), offer.tip_wei)
