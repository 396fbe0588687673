"""The metrics of a position as lines for a person to read."""

from __future__ import annotations

from collections.abc import Iterator

from ballast.domain.metrics.position import LegMetrics, PositionMetrics
from ballast.domain.units import UINT256_MAX


def metric_lines(metrics: PositionMetrics) -> list[str]:
    """One fact a line, amounts in USD. Cut, never rounded, so that nothing shows better than it is."""
    return list(_lines(metrics))


def _lines(metrics: PositionMetrics) -> Iterator[str]:
    totals = metrics.totals
    health = "no debt" if totals.health_wad == UINT256_MAX else f"health {_decimal(totals.health_wad, 4)}"
    if metrics.liquidatable:
        health += ", CAN BE LIQUIDATED"
    yield (
        f"{health}; collateral {_decimal(totals.collateral_wad, 2)}, debt {_decimal(totals.debt_wad, 2)}, "
        f"LTV {_percent(metrics.ltv_bps)} of at most {_percent(totals.threshold_bps)}"
    )
    shares = (
        ("borrowing power in use", metrics.use_bps),
        ("concentration", metrics.concentration_bps),
    )
    if known := [f"{name} {_percent(bps)}" for name, bps in shares if bps is not None]:
        yield ", ".join(known)
    yield from (_leg("collateral", leg, "falls") for leg in metrics.collaterals)
    yield from (_leg("debt", leg, "rises") for leg in metrics.debts)
    for distance in metrics.distances:
        name = f"{distance.threshold.name} at {_decimal(distance.threshold.health_wad, 4)}"
        if distance.fall_bps is None:
            yield f"{name}: never, there is no debt"
        elif distance.fall_bps < 0:
            yield f"{name}: past it"
        else:
            yield f"{name}: all collateral falls {_percent(distance.fall_bps)}"


def _leg(role: str, leg: LegMetrics, moves: str) -> str:
    value, price_now = _decimal(leg.value_wad, 2), _decimal(leg.price_wad, 4)
    head = f"{role} {leg.token}: {value} ({_percent(leg.share_bps)}) at {price_now}"
    if leg.liquidation_price_wad is None or leg.distance_bps is None:
        return f"{head}, no price of it alone liquidates"
    if leg.distance_bps < 0:
        return f"{head}, past its liquidation price of {_decimal(leg.liquidation_price_wad, 4)}"
    price = _decimal(leg.liquidation_price_wad, 4)
    return f"{head}, liquidates at {price} ({moves} {_percent(leg.distance_bps)})"


def _decimal(wad: int, places: int) -> str:
    """Cut to so many places; prices below them keep four digits."""
    cut = wad // 10 ** (18 - places)
    whole, part = divmod(cut, 10**places)
    return f"{whole:,}.{part:0{places}}" if cut or not wad else f"{wad}e-18"


def _percent(bps: int | None) -> str:
    if bps is None:
        return "none"
    sign, size = "-" if bps < 0 else "", abs(bps)
    return f"{sign}{size // 100}.{size % 100:02} %"
