"""When float32 may decide the sign of a position's value, and how integers decide where it may not.

A position is worth sum_a weight_a x factor_a: collateral value times liquidation threshold, less debt, at the
present price times a price factor. Below zero it is liquidatable. Weights and factors are integers, so the
sign is a fact; floats only find it sooner. The classical bound |fl(w.p) - w.p| <= gamma_n |w|.|p| with
gamma_n = n u / (1 - n u) [Higham, Accuracy and Stability of Numerical Algorithms, section 3.1] says how close
to zero a float result must be before it proves nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

PPM_ONE = 1_000_000
# Integers up to these are exact in float64 and float32.
MAX_WEIGHT = 2**53
MAX_FACTOR_PPM = 2**24
MAX_ASSETS = 64
# A share of the gross exposure; above 2 gamma_n of float32 for 2 x 64 terms and four more roundings.
GUARD = 2e-5
NARROW_GUARD = 1e-5
_NARROW_ASSETS = 32
# The same of float64: above 1,000 of its roundings.
FLOAT64_GUARD = 1e-13


def guard_of(assets: int, terms_per_asset: int = 1) -> float:
    """Guard band of a float32 sum, as a share of the gross exposure."""
    return NARROW_GUARD if assets * terms_per_asset <= _NARROW_ASSETS else GUARD


def sign_guard_of(assets: int) -> float:
    """Share of the gross exposure within which float32 may have the sign of a sum wrong."""
    # gamma_n for the sum and one rounding of each weight, with room for the second order.
    return 1.01 * (assets + 2) * 2.0**-24


def require_weights(weights: I64) -> None:
    """Refuses weights that are not int64 [N, A] within +-2^53.

    Raises:
        ValueError: another type or shape, too many assets, or a weight out of range.
    """
    if weights.ndim != 2 or weights.dtype != np.int64:
        raise ValueError(f"weights are {weights.dtype} {weights.shape}, allowed is int64 [N, A]")
    if not 1 <= weights.shape[1] <= MAX_ASSETS:
        raise ValueError(f"weights name {weights.shape[1]} assets, allowed are 1 to {MAX_ASSETS}")
    if weights.size and (weights.max() > MAX_WEIGHT or weights.min() < -MAX_WEIGHT):
        raise ValueError(f"weights reach from {weights.min()} to {weights.max()}, allowed are +-{MAX_WEIGHT}")


def require_factors(factors_ppm: I32, assets: int, axis: int) -> None:
    """Refuses price factors that are not int32 within 1 to 2^24 ppm with ``assets`` entries along ``axis``.

    Raises:
        ValueError: another type or shape, no scenario, or a factor out of range.
    """
    if factors_ppm.dtype != np.int32 or factors_ppm.ndim != axis + 2 or factors_ppm.shape[axis] != assets:
        raise ValueError(
            f"factors are {factors_ppm.dtype} {factors_ppm.shape}, allowed is int32 with {assets} assets"
            f" on axis {axis}"
        )
    if factors_ppm.size == 0:
        raise ValueError(f"factors have shape {factors_ppm.shape}, allowed is at least one scenario")
    if factors_ppm.min() < 1 or factors_ppm.max() > MAX_FACTOR_PPM:
        raise ValueError(
            f"factors reach from {factors_ppm.min()} to {factors_ppm.max()} ppm,"
            f" allowed are 1 to {MAX_FACTOR_PPM}"
        )


def normalised(weights: I64, greatest_ppm: npt.NDArray[Any]) -> F32:
    """Weights over their gross exposure at the greatest factor of each asset: float32 [N, A].

    A sum of these with factors in ppm lies in [-1, 1]. An empty position stays zero.
    """
    gross = np.abs(weights).astype(np.float64) @ greatest_ppm.astype(np.float64)
    scaled: F32 = (weights / np.where(gross > 0, gross, 1)[:, None]).astype(np.float32)
    return scaled


def negative_matrix(weights: I64, factors_ppm: I32) -> Bools:
    """Whether each position is worth less than nothing in each scenario: [M, A] x [A, S] -> [M, S], exactly.

    Float64 decides where its own error cannot matter, integers do elsewhere.
    """
    w, p = weights.astype(np.float64), factors_ppm.astype(np.float64)
    value, gross = w @ p, np.abs(w) @ p
    negative: Bools = value < 0
    for row, column in np.argwhere((np.abs(value) <= FLOAT64_GUARD * gross) & (gross > 0)):
        negative[row, column] = _integer_value(weights[row], factors_ppm[:, column]) < 0
    return negative


def any_negative(weights: I64, path_ppm: npt.NDArray[Any]) -> bool:
    """Whether one position is below zero at any step, exactly: weights [A], path [T, A]."""
    w, p = weights.astype(np.float64), path_ppm.astype(np.float64)
    value, guard = p @ w, FLOAT64_GUARD * (p @ np.abs(w))
    if bool((value < -guard).any()):
        return True
    return any(_integer_value(weights, path_ppm[step]) < 0 for step in np.flatnonzero(np.abs(value) <= guard))


def _integer_value(weights: I64, factors_ppm: npt.NDArray[Any]) -> int:
    return sum(int(w) * int(p) for w, p in zip(weights, factors_ppm, strict=True))
