"""Which of very many positions need a look at this block: one comparison each, and none is missed.

The probability of a hit never falls as the barrier comes nearer, so "the forecast is at or above a limit" and
"health is below a level" are one statement. The level is worked out once for a price ratio and a set of
limits; whoever is above it would be told to hold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ballast.risk.model import Horizon, RiskState, Weights, smallest_log_barrier

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

# Covers the float64 arithmetic of health and the last bits of two evaluations of one probability.
_MARGIN = 1e-4


@dataclass(frozen=True, slots=True)
class Limit:
    """A probability of HF < 1 in ppm, at or above which a position needs a look."""

    horizon: Horizon
    ppm: int


def attention_level(
    weights: Weights, state: RiskState, limits: Sequence[Limit], least_health: float
) -> float:
    """Health factor at or below which some limit may be reached; at least ``least_health``.

    Raises:
        ValueError: a limit outside of [2, 1,000,000] ppm.
    """
    level = least_health
    for limit in limits:
        if limit.ppm < 2:
            raise ValueError(f"limit is {limit.ppm} ppm, allowed are 2 to 1000000")
        barrier = smallest_log_barrier(weights, state, limit.ppm - 1, limit.horizon)
        level = max(level, math.exp(barrier))
    return level * (1 + _MARGIN)


def needing_attention(health_per_price: F64, price_ratio: float, level: float, most: int) -> tuple[I64, int]:
    """Rows of the positions at or below ``level``, least healthy first, at most ``most``; and how many wait.

    health_per_price: [N], collateral x liquidation threshold over debt, so that times the price ratio it is
    the health factor.
    """
    bound = level / price_ratio
    found = np.flatnonzero(health_per_price <= bound)
    if found.size > most:
        nearest = np.argpartition(health_per_price[found], most - 1)[:most]
        chosen = found[nearest]
    else:
        chosen = found
    return chosen[np.argsort(health_per_price[chosen], kind="stable")], found.size - chosen.size
