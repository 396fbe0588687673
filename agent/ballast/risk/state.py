"""Memory of the forecaster: variances per second of one price ratio at several half-lives."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from ballast.risk.parameters import Limits, Parameters, Weights

_VERSION = 1
_LN2 = 0.6931471805599453
# Counters stop here: well above every threshold, and float32 still counts single seconds exactly.
_COUNTER_CAP = 4_194_304


class RiskState(NamedTuple):
    """Frozen state of one price ratio; a JAX pytree.

    variance: float32 [K], variance of the log ratio per second; observations: int32, steps since the start
    or the last long gap; seconds_observed: float32, time they span.
    """

    variance: Any
    observations: Any
    seconds_observed: Any


class StateError(ValueError):
    """The hexadecimal form of a state does not describe a state of this model."""


def initial_state(weights: Weights) -> RiskState:
    """State before any observation: every average at the prior variance, nothing observed."""
    p = weights.parameters
    variance = np.full(p.half_life_seconds.shape, np.float32(p.prior_variance), np.float32)
    return RiskState(variance, np.int32(0), np.float32(0))


def advance(
    parameters: Parameters, limits: Limits, state: RiskState, log_return: jax.Array, dt_seconds: jax.Array
) -> RiskState:
    """One observation after `dt_seconds`; traceable by JAX, inputs already validated.

    v <- v 2^(-dt/h) + (1 - 2^(-dt/h)) r^2/dt. With dt = 0 nothing changes. A gap longer than
    `limits.gap_reset_seconds` says nothing about the short scales, so the model is cold again after it.
    """
    exponent = -_LN2 * dt_seconds / parameters.half_life_seconds
    safe_dt = jnp.where(dt_seconds > 0, dt_seconds, jnp.float32(1))
    # expm1 keeps the weight of a short step exact where 1 - exp would cancel.
    updated = state.variance * jnp.exp(exponent) - jnp.expm1(exponent) * (log_return * log_return / safe_dt)
    gap = dt_seconds > limits.gap_reset_seconds
    count = jnp.where(gap, 0, jnp.minimum(state.observations + 1, _COUNTER_CAP)).astype(jnp.int32)
    seconds = jnp.where(gap, jnp.float32(0), jnp.minimum(state.seconds_observed + dt_seconds, _COUNTER_CAP))
    moved = dt_seconds > 0
    return RiskState(
        jnp.where(moved, updated, state.variance),
        jnp.where(moved, count, state.observations),
        jnp.where(moved, seconds, state.seconds_observed),
    )


def is_cold(limits: Limits, state: RiskState) -> bool:
    """Whether too little was observed for a usable forecast."""
    return (
        int(state.observations) < limits.cold_observations
        or float(state.seconds_observed) < limits.cold_seconds
    )


def scan_states(
    weights: Weights, state: RiskState, log_returns: npt.ArrayLike, dt_seconds: npt.ArrayLike
) -> RiskState:
    """States after each of N observations, stacked on a new first axis, by the formula of live steps."""

    def body(carry: RiskState, step: tuple[jax.Array, jax.Array]) -> tuple[RiskState, RiskState]:
        following = advance(weights.parameters, weights.limits, carry, step[0], step[1])
        return following, following

    steps = (jnp.asarray(log_returns, jnp.float32), jnp.asarray(dt_seconds, jnp.float32))
    start = jax.tree.map(jnp.asarray, state)
    _, stacked = jax.jit(lambda first, xs: jax.lax.scan(body, first, xs))(start, steps)
    return RiskState(*(np.asarray(leaf) for leaf in stacked))


def state_to_hex(state: RiskState) -> str:
    """Exact bytes of the state: version, K, observations, seconds, K variances; little-endian."""
    variance = np.asarray(state.variance, np.float32)
    head = struct.pack(
        "<BBif", _VERSION, variance.size, int(state.observations), float(state.seconds_observed)
    )
    return "0x" + (head + variance.astype("<f4").tobytes()).hex()


def state_from_hex(text: str, weights: Weights) -> RiskState:
    """Inverse of `state_to_hex`, bit for bit. Raises StateError for text that is no state of this model."""
    scales = int(weights.parameters.half_life_seconds.size)
    try:
        raw = bytes.fromhex(text.removeprefix("0x"))
    except ValueError as error:
        raise StateError(f"state is not hexadecimal: {error}") from error
    expected = struct.calcsize("<BBif") + 4 * scales
    if len(raw) != expected:
        raise StateError(f"state has {len(raw)} bytes, this model needs {expected}")
    version, size, observations, seconds = struct.unpack_from("<BBif", raw)
    if (version, size) != (_VERSION, scales):
        raise StateError(f"state is version {version} with {size} scales, expected {_VERSION} with {scales}")
    variance = np.frombuffer(raw, "<f4", scales, struct.calcsize("<BBif")).astype(np.float32)
    if not (np.isfinite(variance).all() and (variance >= 0).all() and 0 <= seconds <= _COUNTER_CAP):
        raise StateError("state holds a variance or duration that is negative or not finite")
    if not 0 <= observations <= _COUNTER_CAP:
        raise StateError(f"state counts {observations} observations, allowed are 0 to {_COUNTER_CAP}")
    return RiskState(variance, np.int32(observations), np.float32(seconds))
