"""Simulated price paths of several assets: a model of the market, not a record of it.

Log returns follow GJR-GARCH(1, 1) [Glosten, Jagannathan, Runkle 1993] with shocks that are multivariate
Student-t with five degrees of freedom: a fall raises the variance of all later steps more than a rise, and
all assets have their wild steps together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from ballast.risk.exact import F64, I32, MAX_FACTOR_PPM, PPM_ONE

_DEGREES = 5
_YEAR_SECONDS = 31_536_000.0
_LEAST_EIGENVALUE = -1e-9


@dataclass(frozen=True, slots=True)
class Garch:
    """h' = (1 - alpha - gamma / 2 - beta) + (alpha + gamma [z < 0]) h z^2 + beta h; the mean of h is one."""

    alpha: float = 0.03
    gamma: float = 0.04
    beta: float = 0.94

    @property
    def constant(self) -> float:
        """What makes the long-run variance one.

        Raises:
            ValueError: there is no long-run variance.
        """
        left = 1 - self.alpha - self.gamma / 2 - self.beta
        if min(self.alpha, self.gamma, self.beta) < 0 or left <= 0:
            raise ValueError(
                f"alpha + gamma / 2 + beta is {1 - left}, allowed is 0 to below 1, none negative"
            )
        return left


@dataclass(frozen=True, eq=False)
class Market:
    """Volatilities [A] of log prices per year (fractions), correlation [A, A], and the variance's law."""

    volatility: F64
    correlation: F64
    garch: Garch

    def cholesky(self) -> F64:
        """Lower triangle L with L L' = correlation.

        Raises:
            ValueError: not a correlation matrix of the volatilities' size, or a negative volatility.
        """
        c, assets = self.correlation, self.volatility.size
        if c.shape != (assets, assets) or not np.allclose(c, c.T) or not np.allclose(np.diag(c), 1):
            raise ValueError(
                f"correlation has shape {c.shape}, allowed is symmetric {(assets, assets)} with ones"
            )
        values, vectors = np.linalg.eigh(c)
        if values.min() < _LEAST_EIGENVALUE or self.volatility.min() < 0:
            raise ValueError(
                f"least eigenvalue {values.min()}, least volatility {self.volatility.min()},"
                " allowed is 0 or more"
            )
        # Semi-definite matrices, as of two names of one asset, have no Cholesky factor; this root serves too.
        root: F64 = vectors * np.sqrt(np.maximum(values, 0))
        return root


def simulate_factors(market: Market, steps: int, scenarios: int, step_seconds: float, seed: int) -> I32:
    """Price factors in ppm, int32 [steps + 1, A, scenarios]; the first row is the present, 1,000,000.

    The same arguments give the same paths. Paths have no drift.

    Raises:
        ValueError: the market is not one, or a factor leaves 1 to 2^24 ppm.
    """
    scale = market.volatility * np.sqrt(step_seconds / _YEAR_SECONDS)
    root = scale[:, None] * market.cholesky()
    garch = market.garch
    law = (garch.constant, garch.alpha, garch.gamma, garch.beta)
    log_price = _walk(root.astype(np.float32), law, (steps, scenarios), jax.random.key(seed))
    # In place: paths take hundreds of megabytes.
    factors = np.array(log_price)
    with np.errstate(over="ignore"):
        np.exp(factors, out=factors)
        factors *= PPM_ONE
    if factors.min() < 1 or factors.max() > MAX_FACTOR_PPM:
        raise ValueError(
            f"simulated factors reach from {factors.min()} to {factors.max()} ppm,"
            f" allowed are 1 to {MAX_FACTOR_PPM}: lower the volatility or the steps"
        )
    rounded: I32 = np.rint(factors, out=factors).astype(np.int32)
    return rounded


@partial(jax.jit, static_argnums=(1, 2))
def _walk(
    root: jax.Array, law: tuple[float, float, float, float], shape: tuple[int, int], key: jax.Array
) -> jax.Array:
    """Log prices [steps + 1, A, S]; each asset's variance is driven by its own standardised return."""
    steps, scenarios = shape
    assets = root.shape[0]
    constant, alpha, gamma, beta = law
    size = jnp.maximum(jnp.sqrt(jnp.sum(root * root, axis=1)), 1e-30)[:, None]

    def step(
        carry: tuple[jax.Array, jax.Array], index: jax.Array
    ) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
        log_price, variance = carry
        draw = jax.random.normal(jax.random.fold_in(key, index), (assets + _DEGREES, scenarios))
        tail = jnp.sqrt((_DEGREES - 2) / jnp.sum(draw[assets:] ** 2, axis=0))
        shock = (root @ draw[:assets]) * tail
        moved = log_price + jnp.sqrt(variance) * shock
        squared = variance * (shock / size) ** 2
        following = constant + (alpha + gamma * (shock < 0)) * squared + beta * variance
        return (moved, following), moved

    start = jnp.zeros((assets, scenarios))
    _, path = jax.lax.scan(step, (start, start + 1), jnp.arange(steps))
    return jnp.concatenate([start[None], path])
