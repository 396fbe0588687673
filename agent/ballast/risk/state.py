"""Memory of the forecaster: what it keeps of one price ratio's past, in continuous time.

One formula serves blocks of 12 s, ticks of 60 s and bars of any length. With keep = 2^(-dt/h):
variance v <- v keep + (1 - keep) q/dt; signed variance likewise with the sign of the return; trend
m <- m keep + r; peak p <- max(p keep, |m of the shortest half-life|). q is r^2 for reports of an oracle; for
bars it is a range estimate of the same quadratic variation.
"""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

HALF_LIVES_SECONDS = (900.0, 3_600.0, 14_400.0, 86_400.0, 604_800.0, 2_419_200.0)
SIGNED_HALF_LIVES_SECONDS = (14_400.0, 86_400.0)
TREND_HALF_LIVES_SECONDS = (3_600.0, 14_400.0, 86_400.0)
PEAK_HALF_LIFE_SECONDS = 86_400.0
# 70 % a year: what is believed before anything was seen.
PRIOR_VARIANCE = 0.7**2 / 31_536_000
WEEK_SECONDS = 604_800
DAY_SECONDS = 86_400
# Positions of these lie in no week: the clock was never told.
CLOCK_UNKNOWN = -1

_VERSION = 2
_LN2 = 0.6931471805599453
# Counters stop here: well above every threshold, and float32 still counts single seconds exactly.
_COUNTER_CAP = 4_194_304
# A thousandth of the prior keeps logarithms and quotients finite after weeks without a move.
_FLOOR = 1e-3 * PRIOR_VARIANCE
_MOST_LOG_VARIANCE, _MOST_TREND = 9.0, 6.0


class Limits(NamedTuple):
    """Non-fitted configuration that is part of the model's identity; seconds unless named otherwise."""

    cold_seconds: int = 1_800
    cold_observations: int = 10
    gap_reset_seconds: int = 21_600
    max_step_seconds: int = 31_536_000
    max_abs_log_return: float = 1.5


class RiskState(NamedTuple):
    """Frozen state of one price ratio; a JAX pytree. All are float32 unless said otherwise.

    variance: [K] variance of the log ratio per second by half-life; signed: [S] the same with the sign of
    the return; trend: [M] decayed sums of returns; peak: [] largest recent fast trend; clock: int32 [],
    second of the week (Unix time modulo a week, so 0 is a Thursday), -1 where it was never told; gap: [] log
    of a market price over the reported one, 0 where unknown; gap_known: [] 1 or 0; hidden: [E, H] memory of
    E networks; observations: int32 [], steps since the start or the last long gap; seconds_observed: [] time
    they span.
    """

    variance: Any
    signed: Any
    trend: Any
    peak: Any
    clock: Any
    gap: Any
    gap_known: Any
    hidden: Any
    observations: Any
    seconds_observed: Any


class Sight(NamedTuple):
    """One observation.

    log_return, dt_seconds: since the last one; quadratic: variation in between; clock: int32, second of the
    week, -1 unknown; gap: log of market over reported price; gap_known: 1 or 0.
    """

    log_return: Any
    dt_seconds: Any
    quadratic: Any
    clock: Any
    gap: Any
    gap_known: Any


class StateError(ValueError):
    """The hexadecimal form of a state does not describe a state of this model."""


def blank_state(members: int, hidden_size: int) -> RiskState:
    """State before any observation: every average at the prior variance, nothing observed."""
    zero = np.float32(0)
    return RiskState(
        variance=np.full(len(HALF_LIVES_SECONDS), PRIOR_VARIANCE, np.float32),
        signed=np.zeros(len(SIGNED_HALF_LIVES_SECONDS), np.float32),
        trend=np.zeros(len(TREND_HALF_LIVES_SECONDS), np.float32),
        peak=zero,
        clock=np.int32(CLOCK_UNKNOWN),
        gap=zero,
        gap_known=zero,
        hidden=np.zeros((members, hidden_size), np.float32),
        observations=np.int32(0),
        seconds_observed=zero,
    )


def advance(limits: Limits, state: RiskState, sight: Sight) -> RiskState:
    """Everything but `hidden` after one observation; traceable by JAX, inputs already validated.

    With dt = 0 nothing changes. A gap longer than `limits.gap_reset_seconds` says nothing about the short
    scales, so the model is cold again after it.
    """
    dt, r = sight.dt_seconds, sight.log_return
    safe_dt = jnp.where(dt > 0, dt, jnp.float32(1))
    fresh = sight.quadratic / safe_dt
    trend = state.trend * _keep(dt, TREND_HALF_LIVES_SECONDS) + r
    peak = jnp.maximum(state.peak * _keep(dt, (PEAK_HALF_LIFE_SECONDS,))[0], jnp.abs(trend[0]))
    reset = dt > limits.gap_reset_seconds
    count = jnp.where(reset, 0, jnp.minimum(state.observations + 1, _COUNTER_CAP)).astype(jnp.int32)
    seconds = jnp.where(reset, jnp.float32(0), jnp.minimum(state.seconds_observed + dt, _COUNTER_CAP))
    moved = RiskState(
        variance=_average(state.variance, fresh, dt, HALF_LIVES_SECONDS),
        signed=_average(state.signed, fresh * jnp.sign(r), dt, SIGNED_HALF_LIVES_SECONDS),
        trend=trend,
        peak=peak,
        clock=_clock(state.clock, sight),
        gap=sight.gap * sight.gap_known,
        gap_known=sight.gap_known,
        hidden=state.hidden,
        observations=count,
        seconds_observed=seconds,
    )
    return RiskState(*(jnp.where(dt > 0, new, old) for new, old in zip(moved, state, strict=True)))


def _keep(dt: jax.Array, half_lives: tuple[float, ...]) -> jax.Array:
    return jnp.exp(-_LN2 * dt / jnp.asarray(half_lives, jnp.float32))


def _average(old: jax.Array, fresh: jax.Array, dt: jax.Array, half_lives: tuple[float, ...]) -> jax.Array:
    exponent = -_LN2 * dt / jnp.asarray(half_lives, jnp.float32)
    # expm1 keeps the weight of a short step exact where 1 - exp would cancel.
    return old * jnp.exp(exponent) - jnp.expm1(exponent) * fresh


def _clock(clock: jax.Array, sight: Sight) -> jax.Array:
    """The second of the week that was told, else the old one moved on, else still unknown."""
    step = jnp.round(sight.dt_seconds % WEEK_SECONDS).astype(jnp.int32)
    moved = jnp.where(clock >= 0, (clock + step) % WEEK_SECONDS, CLOCK_UNKNOWN)
    told: jax.Array = jnp.where(sight.clock >= 0, sight.clock, moved).astype(jnp.int32)
    return told


def log_variance(state: RiskState) -> jax.Array:
    """Log of each average over the prior variance, [..., K]; bounded, so that no input goes astray."""
    relative = jnp.log((state.variance + _FLOOR) / (PRIOR_VARIANCE + _FLOOR))
    return jnp.clip(relative, -_MOST_LOG_VARIANCE, _MOST_LOG_VARIANCE)


def features(state: RiskState) -> jax.Array:
    """What a network sees of states stacked in front: [..., F], bounded, without scale or unit.

    Log variances; signed over plain variance (1: every move was up); trends in deviations of the daily
    variance, and their downward part; log of the largest recent move over that expected; clock, zeros where
    it is unknown. The gap is apart, in `gap_features`.
    """
    v = state.variance + _FLOOR
    downside = state.signed / v[..., 2 : 2 + state.signed.shape[-1]]
    unit = v[..., 3:4] * jnp.asarray(TREND_HALF_LIVES_SECONDS, jnp.float32) / (2 * _LN2)
    trend = jnp.clip(state.trend / jnp.sqrt(unit), -_MOST_TREND, _MOST_TREND)
    expected = v[..., 4] * TREND_HALF_LIVES_SECONDS[0]
    peak = jnp.clip(0.5 * jnp.log((state.peak**2 + 1e-2 * expected) / expected), -3, 3)
    parts = [
        log_variance(state),
        downside,
        trend,
        jnp.maximum(-trend, 0),
        peak[..., None],
        _phase(state.clock),
    ]
    return jnp.concatenate(parts, axis=-1)


FEATURES = (
    len(HALF_LIVES_SECONDS) + len(SIGNED_HALF_LIVES_SECONDS) + 2 * len(TREND_HALF_LIVES_SECONDS) + 1 + 8
)
GAP_FEATURES = 2


def gap_features(state: RiskState) -> jax.Array:
    """Whether a market price is known, and its distance to the report in hourly deviations: [..., 2]."""
    unit = jnp.sqrt((state.variance[..., 1] + _FLOOR) * 3_600)
    return jnp.stack([state.gap_known, jnp.clip(state.gap / unit, -_MOST_TREND, _MOST_TREND)], axis=-1)


def _phase(clock: jax.Array) -> jax.Array:
    """Three harmonics of the day and one of the week, [..., 8]; zeros where the clock is unknown."""
    day = 2 * jnp.pi * (clock % DAY_SECONDS) / DAY_SECONDS
    week = 2 * jnp.pi * clock / WEEK_SECONDS
    angles = jnp.stack([day, 2 * day, 3 * day, week], axis=-1)
    waves = jnp.concatenate([jnp.sin(angles), jnp.cos(angles)], axis=-1)
    return jnp.where((clock >= 0)[..., None], waves, 0).astype(jnp.float32)


def is_cold(limits: Limits, state: RiskState) -> bool:
    """Whether too little was observed for a usable forecast."""
    return (
        int(state.observations) < limits.cold_observations
        or float(state.seconds_observed) < limits.cold_seconds
    )


_HEAD = "<BBBBBHififf"


def state_to_hex(state: RiskState) -> str:
    """Exact bytes of the state: version and sizes, counters and scalars, then the arrays; little-endian."""
    members, width = np.shape(state.hidden)
    head = struct.pack(
        _HEAD,
        _VERSION,
        np.size(state.variance),
        np.size(state.signed),
        np.size(state.trend),
        members,
        width,
        int(state.observations),
        float(state.seconds_observed),
        int(state.clock),
        float(state.gap),
        float(state.gap_known),
    )
    arrays = (state.variance, state.signed, state.trend, state.peak, state.hidden)
    return "0x" + (head + b"".join(np.asarray(a, "<f4").tobytes() for a in arrays)).hex()


def read_state(text: str, members: int, hidden_size: int) -> RiskState:
    """Inverse of `state_to_hex`, bit for bit. Raises StateError for text that is no state of this shape."""
    try:
        raw = bytes.fromhex(text.removeprefix("0x"))
    except ValueError as error:
        raise StateError(f"state is not hexadecimal: {error}") from error
    sizes = (len(HALF_LIVES_SECONDS), len(SIGNED_HALF_LIVES_SECONDS), len(TREND_HALF_LIVES_SECONDS))
    expected = struct.calcsize(_HEAD) + 4 * (sum(sizes) + 1 + members * hidden_size)
    if len(raw) != expected:
        raise StateError(f"state has {len(raw)} bytes, this model needs {expected}")
    version, *shape, count, seconds, clock, gap, known = struct.unpack_from(_HEAD, raw)
    if (version, *shape) != (_VERSION, *sizes, members, hidden_size):
        wanted = (*sizes, members, hidden_size)
        raise StateError(f"state is version {version} of shape {shape}, expected {_VERSION} of {wanted}")
    flat = np.frombuffer(raw, "<f4", offset=struct.calcsize(_HEAD)).astype(np.float32)
    variance, signed, trend, peak, hidden = np.split(flat, np.cumsum([*sizes, 1]))
    state = RiskState(
        variance, signed, trend, peak[0], np.int32(clock), np.float32(gap), np.float32(known),
        hidden.reshape(members, hidden_size), np.int32(count), np.float32(seconds),
    )  # fmt: skip
    _check(state)
    return state


def is_finite(state: RiskState) -> bool:
    """Whether no number of the state is NaN or infinite."""
    return all(bool(np.isfinite(np.asarray(leaf)).all()) for leaf in state)


def _check(state: RiskState) -> None:
    seconds, count = float(state.seconds_observed), int(state.observations)
    if not (is_finite(state) and (state.variance >= 0).all() and 0 <= seconds <= _COUNTER_CAP):
        raise StateError("state holds a variance or duration that is negative or not finite")
    if not 0 <= count <= _COUNTER_CAP:
        raise StateError(f"state counts {count} observations, allowed are 0 to {_COUNTER_CAP}")
    if not CLOCK_UNKNOWN <= int(state.clock) < WEEK_SECONDS:
        raise StateError(f"state's clock is {int(state.clock)}, allowed are -1 to {WEEK_SECONDS - 1}")
    if float(state.gap_known) not in (0.0, 1.0):
        raise StateError(f"state's gap_known is {float(state.gap_known)}, allowed are 0 and 1")


def week_clock(at_seconds: int | None) -> int:
    """Second of the week of a Unix time; -1 for None."""
    return CLOCK_UNKNOWN if at_seconds is None else at_seconds % WEEK_SECONDS


F32 = npt.NDArray[np.float32]
