"""Integers with a unit as people read them, without floats."""

from __future__ import annotations

from ballast.domain.units import UINT128_MAX, WAD


def health_text(health_wad: int) -> str:
    """Health factor with four decimals, rounded down."""
    if health_wad >= UINT128_MAX:
        return "without debt"
    return f"{health_wad // WAD}.{health_wad % WAD // 10**14:04d}"


def percent_text(ppm: int) -> str:
    """Parts per million as per cent with two decimals, rounded up."""
    hundredths = -(-ppm // 100)
    return f"{hundredths // 100}.{hundredths % 100:02d} %"
