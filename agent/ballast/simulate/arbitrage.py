"""Where an arbitrageur would move the USDC/WETH pool.

To the near edge of the fee band around the market, never further.

Buying at the pool's price P costs P / (1 - fee), selling yields P (1 - fee); between ``market (1 - fee)`` and
``market / (1 - fee)`` neither pays.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt

from ballast.domain.units import PPM

Q192 = 2**192
# token0 is USDC (6 decimals), token1 WETH (18): raw price token1/token0 = 10^18 / (usd * 10^6) = 10^20 /
# price_e8.
_RAW_PRICE_SCALE = 10**20


@dataclass(frozen=True, slots=True)
class ArbitrageSwap:
    """Swap until the pool's square-root price reaches ``sqrt_limit_x96``.

    ``sells_weth`` tells the direction.
    """

    sells_weth: bool
    sqrt_limit_x96: int


def sqrt_price_x96(price_e8: int, numerator: int = 1, denominator: int = 1) -> int:
    """Uniswap square-root price of ether at ``price_e8 * numerator / denominator``, rounded down.

    Raises:
        ValueError: the price is not positive.
    """
    if price_e8 <= 0:
        raise ValueError(f"a pool price of {price_e8} cannot be: allowed are positive prices")
    return isqrt(_RAW_PRICE_SCALE * denominator * Q192 // (price_e8 * numerator))


def price_e8_of(sqrt_x96: int) -> int:
    """USD price of ether with 8 decimals at a pool's square-root price, rounded down."""
    return _RAW_PRICE_SCALE * Q192 // (sqrt_x96 * sqrt_x96)


def arbitrage(pool_sqrt_x96: int, market_e8: int, fee_ppm: int) -> ArbitrageSwap | None:
    """The swap that brings the pool back into the fee band; None inside it."""
    keep = PPM - fee_ppm
    dear = sqrt_price_x96(market_e8, PPM, keep)
    cheap = sqrt_price_x96(market_e8, keep, PPM)
    if pool_sqrt_x96 < dear:
        return ArbitrageSwap(sells_weth=True, sqrt_limit_x96=dear)
    if pool_sqrt_x96 > cheap:
        return ArbitrageSwap(sells_weth=False, sqrt_limit_x96=cheap)
    return None
