"""Mean price of a Uniswap V3 pool over a window, bit for bit as the vault's `UniswapV3Twap` computes it.

A pool quotes token1 per token0 as 1.0001^tick in token units. The mean tick is the difference of two
cumulatives over the seconds between them, rounded towards minus infinity; its power is the geometric mean
price.
"""

from __future__ import annotations

from ballast.domain.observation import PoolReading

# 1 / 1.0001 as a 128-bit fraction, rounded to nearest.
INVERSE_BASE_X128 = ((1 << 128) * 10_000 + 10_001 // 2) // 10_001
# Below this a power has fewer than 64 significant bits; the vault calls such a price unusable.
_MIN_POWER_X128 = 1 << 64


def mean_tick(pool: PoolReading) -> int:
    """Mean tick of the reading's window.

    Raises:
        ValueError: the reading has no window.
    """
    if pool.window_seconds <= 0:
        raise ValueError(f"pool {pool.pool} has a window of {pool.window_seconds} s, allowed is at least 1 s")
    return (pool.tick_cumulative_now - pool.tick_cumulative_then) // pool.window_seconds


def inverse_power_x128(exponent: int) -> int:
    """1.0001^(-exponent) as a 128-bit fraction, rounded down at every product, for ``exponent`` >= 0."""
    power, square = 1 << 128, INVERSE_BASE_X128
    while exponent:
        if exponent & 1:
            power = power * square >> 128
        square = square * square >> 128
        exponent >>= 1
    return power


def mean_price_wad(
    tick: int, *, base_is_token0: bool, base_decimals: int, quote_decimals: int, quote_price_wad: int
) -> int | None:
    """USD per whole base token in wad at ``tick``; None where the vault's arithmetic has too few bits."""
    exponent = tick if base_is_token0 else -tick
    power = inverse_power_x128(abs(exponent))
    if power < _MIN_POWER_X128:
        return None
    scaled = 10**base_decimals * quote_price_wad
    price = (scaled * power >> 128) if exponent < 0 else (scaled << 128) // power
    return int(price // 10**quote_decimals)
