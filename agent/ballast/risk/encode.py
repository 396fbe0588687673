"""The only door between integer money and the forecaster's floats.

Ratios are divided as integers, which Python rounds once and correctly, so that the same integers give the
same float on every machine. What comes back is rounded up.
"""

from __future__ import annotations

import math

from ballast.domain.units import UINT128_MAX, WAD

# Covers the rounding of exp, so that the integer is never below the exact value.
_SLACK = 1 + 2.0**-50


def log_health(health_wad: int, level_wad: int = WAD) -> float:
    """Log distance of a health factor to a level: ln(HF / level); +inf without debt, -inf at zero health."""
    if health_wad >= UINT128_MAX:
        return math.inf
    return math.log(health_wad / level_wad) if health_wad > 0 and level_wad > 0 else -math.inf


def log_return(ratio: tuple[int, int], previous: tuple[int, int]) -> float:
    """Log return of a price ratio; both are (numerator, denominator), NaN unless all are positive."""
    numerator, denominator = ratio[0] * previous[1], ratio[1] * previous[0]
    if min(*ratio, *previous) <= 0:
        return math.nan
    return math.log(numerator / denominator)


def health_wad_up(log_distance: float) -> int:
    """Health factor exp(log_distance) in wad, rounded up; at most 2^128 - 1, which stands for no debt."""
    if not log_distance < math.log(UINT128_MAX / WAD):
        return UINT128_MAX
    return math.ceil(math.exp(log_distance) * _SLACK * WAD)
