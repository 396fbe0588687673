"""Stage 11: what was predicted against what the vault measured."""

from __future__ import annotations

from dataclasses import dataclass

from ballast.domain.decision import Outcome
from ballast.domain.units import BPS, UINT256_MAX, mul_div_up

# A plan is made a block or more before its execution; more than this is no ordinary drift of price.
ALLOWED_OUTPUT_BPS = 100
ALLOWED_HEALTH_BPS = 100


@dataclass(frozen=True, slots=True)
class Predicted:
    """What the strategy expected."""

    obtained: int
    health_after_wad: int


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One figure that came out differently; ``off_bps`` is its distance from the prediction."""

    figure: str
    predicted: int
    realised: int
    off_bps: int


def discrepancies(predicted: Predicted, realised: Outcome) -> tuple[Discrepancy, ...]:
    """Figures that are further from their prediction than allowed."""
    pairs = (
        ("obtained", predicted.obtained, realised.obtained, ALLOWED_OUTPUT_BPS),
        ("health_after_wad", predicted.health_after_wad, realised.health_after_wad, ALLOWED_HEALTH_BPS),
    )
    found = (Discrepancy(name, before, after, _off_bps(before, after)) for name, before, after, _ in pairs)
    return tuple(one for one, pair in zip(found, pairs, strict=True) if one.off_bps > pair[3])


def _off_bps(predicted: int, realised: int) -> int:
    if predicted == realised:
        return 0
    # Health is 2^256 - 1 without debt: a distance to or from that is not a number of basis points.
    if predicted == 0 or UINT256_MAX in (predicted, realised):
        return BPS
    return mul_div_up(abs(predicted - realised), BPS, predicted)
