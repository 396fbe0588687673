"""Closed-form first-passage law of a driftless log price with an uncertain volatility.

For Brownian motion with variance V over the horizon the reflection principle gives
P(minimum <= -b) = 2 Phi(-b / sqrt(V)) = erfc(b / sqrt(2 V)). A mixture over volatility multiples makes the
tails heavy. Every component falls with the barrier and rises with V; V over six hours is V over one hour
plus a positive increment, component by component. So the mixture is monotone in both by construction.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from ballast.risk.parameters import Parameters
from ballast.risk.report import Horizon

# Lengths of the two stretches whose variances add up: the first hour and the five hours after it.
_STRETCH_SECONDS = (float(Horizon.ONE_HOUR), float(Horizon.SIX_HOURS - Horizon.ONE_HOUR))
_BISECTIONS = 32
# A barrier this many of the widest component's standard deviations away is beyond float32's smallest number.
_FAR_DEVIATIONS = 16.0


def component_variances(parameters: Parameters, variance: jax.Array) -> jax.Array:
    """Variance of the log ratio over each horizon by component.

    variance: [..., K] per second. Returns [..., 2, J]; index 0 is one hour, 1 six hours.
    """
    p = parameters
    relative = jnp.log((variance + p.floor_variance) / (p.prior_variance + p.floor_variance))
    log_volatility = p.level + 0.5 * jnp.sum(relative[..., None, :] * p.mix, axis=-1)
    stretch = jnp.exp(2 * log_volatility) * jnp.asarray(_STRETCH_SECONDS, jnp.float32)
    by_component = stretch[..., None] * p.scale * p.scale
    first, rest = by_component[..., 0, :], by_component[..., 1, :]
    return jnp.stack([first, first + rest], axis=-2)


def hit_probability(parameters: Parameters, variances: jax.Array, log_barrier: jax.Array) -> jax.Array:
    """P(running minimum of the log ratio <= -log_barrier); 1 for a barrier already reached.

    variances: [..., J]; log_barrier: [...], may be infinite. Shapes broadcast without the last axis of
    `variances`. The shift is there because a barrier counts only when the oracle reports a price beyond it,
    and reports come in steps: the lowest report lies above the lowest price.
    """
    shifted = (log_barrier + parameters.shift)[..., None]
    terms: jax.Array = parameters.share * jax.lax.erfc(shifted / jnp.sqrt(2 * variances))
    chance = jnp.minimum(jnp.sum(terms, axis=-1), 1)
    result: jax.Array = jnp.where(log_barrier <= 0, jnp.float32(1), chance)
    return result


def barrier_at(parameters: Parameters, variances: jax.Array, probability: jax.Array) -> jax.Array:
    """A barrier whose hit probability is at most `probability`, tight to 2^-32 of the far end; by bisection.

    variances: [..., J]; probability broadcasts against [...].
    """
    far = _FAR_DEVIATIONS * jnp.sqrt(jnp.max(variances, axis=-1)) + 0 * probability

    def halve(_: int, bounds: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        low, high = bounds
        middle = 0.5 * (low + high)
        too_likely = hit_probability(parameters, variances, middle) > probability
        return jnp.where(too_likely, middle, low), jnp.where(too_likely, high, middle)

    outer: jax.Array
    _, outer = jax.lax.fori_loop(0, _BISECTIONS, halve, (0 * far, far))
    return outer


def horizon_sigma(parameters: Parameters, variances: jax.Array) -> jax.Array:
    """Standard deviation of the log ratio over the horizon, all components together. variances: [..., J]."""
    return jnp.sqrt(jnp.sum(parameters.share * variances, axis=-1))
