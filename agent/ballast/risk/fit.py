"""Fitting the model's numbers by gradient descent on proper scores; deterministic from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
import optax  # type: ignore[import-untyped]

from ballast.risk.dataset import Samples
from ballast.risk.hitting import component_variances, hit_probability
from ballast.risk.parameters import Parameters

# Probabilities are kept this far from 0 and 1 inside the logarithm only.
_LOG_GUARD = 1e-6
BARRIER_HEALTH_FACTORS = (1.005, 1.01, 1.02, 1.03, 1.05, 1.075, 1.10, 1.15, 1.20, 1.30)
LOG_BARRIERS = np.log(np.asarray(BARRIER_HEALTH_FACTORS, np.float32))


@dataclass(frozen=True, slots=True)
class FitSettings:
    """Shape of the model and of its fit; `steps` full-batch Adam steps with a cosine decay from `rate`."""

    half_life_seconds: tuple[float, ...] = (900.0, 3_600.0, 14_400.0, 86_400.0, 604_800.0)
    components: int = 4
    steps: int = 300
    rate: float = 0.05
    seed: int = 20_261_123


class Raw(NamedTuple):
    """Unconstrained counterparts of `Parameters`."""

    floor: Any
    level: Any
    mix: Any
    share: Any
    scale: Any
    shift: Any


def initial_raw(settings: FitSettings) -> Raw:
    """Starting point: equal elasticities, a fan of scales, and a small seeded jitter that breaks ties."""
    scales, parts = len(settings.half_life_seconds), settings.components
    fan = jnp.linspace(-0.6, 0.9, parts)
    keys = jax.random.split(jax.random.key(settings.seed), 2)
    return Raw(
        floor=jnp.full((scales,), -3.0),
        level=jnp.zeros(2),
        mix=0.01 * jax.random.normal(keys[0], (2, scales + 1)),
        share=jnp.linspace(0.5, -1.5, parts),
        scale=jnp.stack([fan, fan]) + 0.01 * jax.random.normal(keys[1], (2, parts)),
        shift=jnp.asarray(-6.0),
    )


def constrain(settings: FitSettings, prior_variance: float, raw: Raw) -> Parameters:
    """Map unconstrained numbers to parameters that satisfy every condition of `Parameters`.

    Scales are normalised to a mean square of 1, so that the head's variance is the mixture's variance.
    """
    share = jax.nn.softmax(raw.share)
    scale = jnp.exp(raw.scale)
    prior = jnp.float32(prior_variance)
    return Parameters(
        half_life_seconds=jnp.asarray(settings.half_life_seconds, jnp.float32),
        prior_variance=prior,
        floor_variance=prior * jnp.exp(raw.floor),
        level=0.5 * jnp.log(prior) + raw.level,
        mix=jax.nn.softmax(raw.mix, axis=-1)[:, :-1],
        share=share,
        scale=scale / jnp.sqrt(jnp.sum(share * scale * scale, axis=-1, keepdims=True)),
        shift=jnp.exp(raw.shift),
    )


def hits(drop: jax.Array, log_barriers: jax.Array) -> jax.Array:
    """Whether each fall [N, 2] reached each barrier [B]: float32 [N, 2, B]."""
    return (drop[..., None] >= log_barriers).astype(jnp.float32)


def predict(parameters: Parameters, variance: jax.Array, log_barriers: jax.Array) -> jax.Array:
    """Hit probabilities [N, 2, B] for state variances [N, K]."""
    components = component_variances(parameters, variance)
    return hit_probability(parameters, components[:, :, None, :], log_barriers)


def brier(probability: jax.Array, hit: jax.Array) -> jax.Array:
    """Squared error of a probability; proper."""
    return (probability - hit) ** 2


def log_score(probability: jax.Array, hit: jax.Array) -> jax.Array:
    """Negative log likelihood of the outcome, in nats; proper."""
    p = jnp.clip(probability, _LOG_GUARD, 1 - _LOG_GUARD)
    return -(hit * jnp.log(p) + (1 - hit) * jnp.log1p(-p))


def mean_loss(
    parameters: Parameters, variance: jax.Array, hit: jax.Array, weight: jax.Array, log_barriers: jax.Array
) -> jax.Array:
    """Weighted mean over samples of Brier + log score, averaged over horizons and barriers."""
    p = predict(parameters, variance, log_barriers)
    each = jnp.mean(brier(p, hit) + log_score(p, hit), axis=(1, 2))
    return jnp.sum(weight * each) / jnp.sum(weight)


def fit(settings: FitSettings, prior_variance: float, samples: Samples) -> tuple[Parameters, list[float]]:
    """Fit to `samples`. Returns the parameters and the loss at every step."""
    barriers = jnp.asarray(LOG_BARRIERS)
    variance, weight = jnp.asarray(samples.variance), jnp.asarray(samples.weight)
    hit = hits(jnp.asarray(samples.drop), barriers)
    optimiser = optax.adam(optax.cosine_decay_schedule(settings.rate, settings.steps))

    @jax.jit
    def update(raw: Raw, memory: optax.OptState) -> tuple[Raw, optax.OptState, jax.Array]:
        def loss(candidate: Raw) -> jax.Array:
            parameters = constrain(settings, prior_variance, candidate)
            return mean_loss(parameters, variance, hit, weight, barriers)

        value, gradient = jax.value_and_grad(loss)(raw)
        change, memory = optimiser.update(gradient, memory)
        return optax.apply_updates(raw, change), memory, value

    raw = initial_raw(settings)
    memory = optimiser.init(raw)
    history = []
    for _ in range(settings.steps):
        raw, memory, value = update(raw, memory)
        history.append(float(value))
    return constrain(settings, prior_variance, raw), history


def prior_variance_of(samples: Samples) -> float:
    """Weighted geometric mean of the slowest average: what to believe before seeing anything."""
    slowest: npt.NDArray[np.float32] = samples.variance[:, -1]
    return float(np.exp(np.average(np.log(slowest + 1e-12), weights=samples.weight)))
