"""Several collaterals, or a debt that moves: volatility of the ratio from each asset's own and a factor.

The log ratio of collateral to debt moves to first order by w'r, with w the value shares of the collaterals
(sum 1) minus those of the debts (sum 1). Its variance is w' Sigma w; Sigma has the assets' own forecast
volatilities and the correlations of one common factor, rho_ij = l_i l_j.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from ballast.risk.hitting import Law

F64 = npt.NDArray[np.float64]

_ROUNDS = 200


def fit_loadings(returns: npt.ArrayLike) -> F64:
    """Loadings [A] of a one-factor model on returns [T, A], A >= 3, by iterated principal factors.

    Raises ValueError for fewer than three assets, which leave the loadings undetermined, or constant returns.
    """
    moves = np.asarray(returns, np.float64)
    if moves.ndim != 2 or moves.shape[1] < 3:
        raise ValueError(f"returns have shape {moves.shape}, allowed are [T, A] with at least 3 assets")
    if not (moves.std(axis=0) > 0).all():
        raise ValueError("returns of one asset are constant, so it has no correlation")
    correlation = np.corrcoef(moves.T)
    communality = np.full(len(correlation), 0.5)
    for _ in range(_ROUNDS):
        reduced = correlation - np.diag(1 - communality)
        values, vectors = np.linalg.eigh(reduced)
        loadings = vectors[:, -1] * np.sqrt(max(float(values[-1]), 0.0))
        communality = np.clip(loadings**2, 0.0, 0.999)
    # The factor's sign is free: assets that mostly rise together load positively.
    result: F64 = np.clip(loadings * np.sign(loadings.sum() or 1.0), -0.9995, 0.9995)
    return result


def basket_variance(weights: npt.ArrayLike, sigma: npt.ArrayLike, loadings: npt.ArrayLike) -> F64:
    """Variance w' Sigma w, any batch shape in front: weights, sigma, loadings are [..., A]; 0 at least."""
    exposure = np.asarray(weights, np.float64) * np.asarray(sigma, np.float64)
    factor = np.asarray(loadings, np.float64)
    common = (exposure * factor).sum(axis=-1) ** 2
    own = (exposure**2 * (1 - factor**2)).sum(axis=-1)
    result: F64 = common + own
    return result


def ratio_weights(collateral_value: npt.ArrayLike, debt_value: npt.ArrayLike) -> F64:
    """Exposure [A] of log(collateral / debt) to each asset's log price; values [A] in one currency.

    Raises ValueError unless both hold something.
    """
    collateral, debt = np.asarray(collateral_value, np.float64), np.asarray(debt_value, np.float64)
    if not (collateral.sum() > 0 and debt.sum() > 0):
        raise ValueError(f"collateral is worth {collateral.sum()}, debt {debt.sum()}; both must be positive")
    result: F64 = collateral / collateral.sum() - debt / debt.sum()
    return result


def basket_law(laws: list[Law], weights: npt.ArrayLike, loadings: npt.ArrayLike) -> Law:
    """First-passage law of the ratio: the shape of the largest exposure's law at the basket's volatility.

    laws: one per asset, without batch axes; a stable asset's may be left out together with its weight. The
    shape is an approximation: a basket's tails are lighter than its heaviest asset's, so this errs towards
    caution; the extra distance of unreported moves is that of the largest exposure.
    """
    exposure = np.asarray(weights, np.float64)
    mean = np.stack([np.asarray((law.share * law.variance).sum(axis=-1), np.float64) for law in laws])
    first = np.sqrt(mean[:, 0])
    # The five later hours add their own variance, so the six hours' is never below the first one's.
    later = np.sqrt(np.maximum(mean[:, 1] - mean[:, 0], 0))
    one, rest = (float(basket_variance(exposure, sigma, loadings)) for sigma in (first, later))
    leader = int(np.argmax(np.abs(exposure) * np.sqrt(mean[:, 1])))
    shape = laws[leader]
    step = shape.variance[1] - shape.variance[0]
    scaled = shape.variance[0] * (one / max(mean[leader, 0], 1e-30))
    added = step * (rest / max(mean[leader, 1] - mean[leader, 0], 1e-30))
    variance = jnp.stack([scaled, scaled + added]).astype(jnp.float32)
    ratio = jnp.sqrt(variance[1] / jnp.maximum(variance[0], 1e-30))
    return shape._replace(
        variance=variance,
        extra=jnp.stack([shape.extra[0], jnp.minimum(shape.extra[1], shape.extra[0] * ratio)]),
    )
