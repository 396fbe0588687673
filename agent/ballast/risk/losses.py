"""What liquidations cost: the liquidator's bonus, by scenario, and the quantiles of its sum over a portfolio.

A model: each liquidated position pays its bonus once, on half of its debt at the present price, which is
Aave V3's close factor above a health factor of 0.95. Bad debt, slippage and repeated liquidations are left
out, so the figures are a lower bound of what a crash costs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ballast.risk.exact import F64, I32, I64, Bools

CLOSE_FACTOR = 0.5


@dataclass(frozen=True, slots=True)
class LossQuantiles:
    """US dollars: mean, and value at risk and expected shortfall at 95 and 99 %."""

    mean: float
    var_95: float
    es_95: float
    var_99: float
    es_99: float


def bonus_loss(debt_usd: F64, bonus_bps: I64) -> F64:
    """Loss of each position if it is liquidated, [N] US dollars."""
    loss: F64 = debt_usd * CLOSE_FACTOR * bonus_bps / 10_000
    return loss


def hit_matrix(weights: I64, paths_ppm: I32) -> Bools:
    """Whether each position falls below zero on each path, [N, S], by float64: for books to look at.

    weights and paths as in `first_passage`, which counts exactly and at size.
    """
    w = weights.T.astype(np.float64)
    hit = np.zeros((len(weights), paths_ppm.shape[2]), bool)
    for scenario in range(paths_ppm.shape[2]):
        hit[:, scenario] = (paths_ppm[:, :, scenario] @ w < 0).any(axis=0)
    return hit


def loss_by_scenario(hit: Bools, loss: F64) -> F64:
    """Sum of the losses of the positions that each scenario hits: [N, S], [N] -> [S]."""
    total: F64 = loss @ hit
    return total


def loss_quantiles(losses: F64) -> LossQuantiles:
    """Quantiles over equally likely scenarios [S].

    The value at risk is the smallest loss that is not exceeded with the probability; the expected shortfall
    is the mean of the worst scenarios, ceil((1 - probability) x S) of them.

    Raises:
        ValueError: no scenario.
    """
    if losses.size == 0:
        raise ValueError("there are 0 scenarios, allowed is at least 1")
    ordered = np.sort(losses)
    found = [float(ordered.mean())]
    for percent in (95, 99):
        at = -(-percent * ordered.size // 100) - 1
        worst = -(-(100 - percent) * ordered.size // 100)
        found += [float(ordered[at]), float(ordered[-worst:].mean())]
    return LossQuantiles(*found)
