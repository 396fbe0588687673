"""Closed-form first-passage law of a driftless log price with an uncertain volatility.

For Brownian motion with variance V over the horizon the reflection principle gives
P(minimum <= -b) = 2 Phi(-b / sqrt(V)) = erfc(b / sqrt(2 V)). A mixture over volatilities makes the tails
heavy. Every component falls with the barrier and rises with V; V over six hours is V over one hour plus a
positive increment, component by component. So the mixture is monotone in both by construction, and so is the
average of several mixtures, which is a mixture again.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

_BISECTIONS = 32
# A barrier this many of the widest component's standard deviations away is beyond float32's smallest number.
_FAR_DEVIATIONS = 16.0


class Law(NamedTuple):
    """Mixture of J Brownian first-passage laws, any batch shape in front; a JAX pytree.

    share: [..., J] probabilities that sum to 1; variance: [..., 2, J] of the log ratio over one hour and six,
    the second never below the first; gap: [..., J] log of a market price over the reported one, from which
    the barrier is further away by as much; extra: [..., 2, J] distance that a report lags behind the market,
    at least 0, in deviations not longer over six hours than over one; bend: [..., J] distance at which half
    of the extra counts, above 0: the nearest barriers are reported as soon as they are touched.
    """

    share: Any
    variance: Any
    gap: Any
    extra: Any
    bend: Any


def hit_probability(law: Law, log_barrier: jax.Array) -> jax.Array:
    """P(the reported log ratio falls by `log_barrier` within each horizon); 1 for a barrier already reached.

    log_barrier: [..., B], may be infinite. Returns [..., 2, B].
    """
    return _chance(law, log_barrier[..., None, :])


def barrier_at(law: Law, probability: jax.Array) -> jax.Array:
    """Barriers whose hit probability is at most `probability`, tight to 2^-32 of the far end; by bisection.

    probability: [P]. Returns [..., 2, P].
    """
    widest = jnp.sqrt(jnp.max(law.variance, axis=-1)) + jnp.max(jnp.abs(law.gap), axis=-1)[..., None]
    far = _FAR_DEVIATIONS * widest[..., None] + 0 * probability

    def halve(_: int, bounds: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        low, high = bounds
        middle = 0.5 * (low + high)
        too_likely = _chance(law, middle) > probability
        return jnp.where(too_likely, middle, low), jnp.where(too_likely, high, middle)

    outer: jax.Array
    _, outer = jax.lax.fori_loop(0, _BISECTIONS, halve, (0 * far, far))
    return outer


def horizon_sigma(law: Law) -> jax.Array:
    """Standard deviation of the log ratio over each horizon, all components together: [..., 2]."""
    return jnp.sqrt(jnp.sum(law.share[..., None, :] * law.variance, axis=-1))


def pooled(laws: Law) -> Law:
    """One law [..., E J] from E laws with equal weights, stacked on the first axis: the mean probability."""
    members = laws.share.shape[0]
    return Law(*(_joined(leaf) for leaf in laws._replace(share=laws.share / members)))


def _joined(leaf: jax.Array) -> jax.Array:
    """[E, ..., J] to [..., E J]."""
    moved = jnp.moveaxis(leaf, 0, -2)
    return moved.reshape(*moved.shape[:-2], -1)


def _chance(law: Law, log_barrier: jax.Array) -> jax.Array:
    """P for barriers given by horizon, [..., 2 or 1, B]."""
    market = jnp.maximum(log_barrier[..., None] + law.gap[..., None, None, :], 0)
    # At infinity the quotient below would be NaN; the extra counts in full there.
    part = jnp.where(jnp.isinf(market), 1, market / (market + law.bend[..., None, None, :]))
    scaled = (market + part * law.extra[..., None, :]) / jnp.sqrt(2 * law.variance[..., None, :])
    mixed = jnp.sum(law.share[..., None, None, :] * jax.lax.erfc(scaled), axis=-1)
    result: jax.Array = jnp.where(log_barrier <= 0, jnp.float32(1), jnp.minimum(mixed, 1))
    return result
