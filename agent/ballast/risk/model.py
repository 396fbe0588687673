"""The forecaster: one jitted call takes an observation and returns the new state and a report per position.

Volatility, direction and clock of the oracle's collateral/debt price ratio are kept in continuous time; a
log-linear head with a network's correction turns them into a first-passage mixture, and that into the
probability that the health factor reaches a level. All arithmetic is float32 and stays inside JAX; what
leaves is integers rounded up, so that they bound the model's figures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from ballast.risk.compiled import portable
from ballast.risk.hitting import barrier_at, hit_probability, horizon_sigma
from ballast.risk.network import Network, law_of, remember_all
from ballast.risk.parameters import Weights, load_default_weights
from ballast.risk.report import BPS_ONE, PPM_ONE, Horizon, PositionRisk, RiskCode, worst_case
from ballast.risk.state import (
    Limits,
    RiskState,
    Sight,
    advance,
    blank_state,
    is_cold,
    is_finite,
    read_state,
    state_to_hex,
    week_clock,
)

__all__ = [
    "Horizon",
    "PositionRisk",
    "RiskCode",
    "RiskState",
    "Weights",
    "assess",
    "initial_state",
    "load_default_weights",
    "probability_at",
    "smallest_log_barrier",
    "state_from_hex",
    "state_to_hex",
    "step",
    "streaming_step",
    "warm_up",
]

Floats = npt.NDArray[np.floating[Any]]

_QUANTILES = np.asarray([0.05, 0.01, 0.001], np.float32)
_SMALLEST_BATCH = 8
_BATCH_GROWTH = 8
_LARGE_BATCH, _LARGE_BATCH_GROWTH = 512, 2
_MIN_STEP_SECONDS = 1e-3
_MOST_GAP = 0.05
# Covers float32 rounding of exp, erfc and the sums, so that a rounded-up figure bounds the exact one.
_FLOAT_SLACK = 1 + 2.0**-14


def initial_state(weights: Weights) -> RiskState:
    """State before any observation."""
    return blank_state(weights.shape.members, hidden_size(weights))


def hidden_size(weights: Weights) -> int:
    """Length of each member's memory; 0 for networks that have none."""
    return weights.parameters.backbone.hidden_size


def state_from_hex(text: str, weights: Weights) -> RiskState:
    """Inverse of `state_to_hex`, bit for bit. Raises StateError for text that is no state of this model."""
    return read_state(text, weights.shape.members, hidden_size(weights))


def assess(  # noqa: PLR0913, PLR0917 (the last two have a meaning when left out)
    weights: Weights,
    state: RiskState,
    log_return: float,
    dt_seconds: float,
    log_hf: Sequence[float],
    log_hf_floor: Sequence[float],
    at_seconds: int | None = None,
    log_market: float | None = None,
) -> tuple[RiskState, list[PositionRisk]]:
    """Take one observation and forecast every position.

    log_return: natural log of the oracle price ratio collateral/debt over its last observed value;
    dt_seconds: time since that observation (0: same block again, the state stays as it is);
    log_hf, log_hf_floor: ln(HF) and ln(HF / owner's floor) per position, +inf without debt;
    at_seconds: Unix time of the observation; None: the state's own clock moves on, if it was ever set;
    log_market: log of a market price over the oracle's, None where none is known.
    Unusable inputs give a code other than OK and leave the state untouched. Raises ValueError only if the
    two sequences differ in length.
    """
    if len(log_hf) != len(log_hf_floor):
        raise ValueError(
            f"log_hf has {len(log_hf)} entries, log_hf_floor {len(log_hf_floor)}; they must match"
        )
    fault = _observation_fault(weights.limits, state, log_return, dt_seconds)
    if fault is not None:
        return state, [worst_case(fault)] * len(log_hf)
    barriers = _barrier_batch((log_hf, log_hf_floor), len(log_hf))
    sight = _sight(log_return, dt_seconds, at_seconds, log_market)
    following, chances, sizes = _forecast(weights.parameters, weights.limits, state, sight, barriers)
    code = RiskCode.COLD if is_cold(weights.limits, following) else RiskCode.OK
    return following, _reports(barriers[:, : len(log_hf)], np.asarray(chances), np.asarray(sizes), code)


def step(
    weights: Weights, state: RiskState, price_ratio_prev: float, price_ratio: float, dt_seconds: float
) -> RiskState:
    """Take one observation without a forecast. Ratios not positive and finite leave the state as it is."""
    if not (0 < price_ratio_prev < math.inf and 0 < price_ratio < math.inf):
        return state
    return assess(weights, state, math.log(price_ratio / price_ratio_prev), dt_seconds, (), ())[0]


def probability_at(
    weights: Weights, state: RiskState, log_barriers: npt.ArrayLike, horizon: Horizon | int
) -> npt.NDArray[np.int64]:
    """P(the log ratio falls by at least each barrier within `horizon`), ppm rounded up; NaN gives 1,000,000.

    Raises ValueError for a horizon other than 3,600 or 21,600 seconds.
    """
    index = _horizon_index(horizon)
    barriers = np.asarray(log_barriers, np.float64).reshape(-1)
    batch = _barrier_batch((barriers,), barriers.size)
    chances = np.asarray(_probabilities(weights.parameters, state, batch[0]))[index, : barriers.size]
    # A running maximum over rising barriers, taken from the far end, repairs last-bit steps of erfc.
    return _monotone_ppm(barriers, chances)


def smallest_log_barrier(weights: Weights, state: RiskState, limit_ppm: int, horizon: Horizon | int) -> float:
    """Close to the smallest ln(HF / level) at which P(reaching the level within `horizon`) <= limit_ppm.

    The result satisfies the limit by `probability_at`. Raises ValueError for a limit outside [1, 1,000,000].
    """
    index = _horizon_index(horizon)
    if not 1 <= limit_ppm <= PPM_ONE:
        raise ValueError(f"limit_ppm is {limit_ppm}, allowed are 1 to {PPM_ONE}")
    wanted = np.float32(limit_ppm / PPM_ONE / _FLOAT_SLACK / _FLOAT_SLACK)
    barrier = float(np.asarray(_barriers(weights.parameters, state, wanted))[index])
    while int(probability_at(weights, state, [barrier], horizon)[0]) > limit_ppm:
        barrier *= 1.0001
    return barrier


def warm_up(weights: Weights, positions: int = _SMALLEST_BATCH) -> None:
    """Compile what a call with this many positions needs, so that the first real one is fast."""
    far = [math.inf] * positions
    state, _ = assess(weights, initial_state(weights), 0.0, 60.0, far, far)
    probability_at(weights, state, far, Horizon.ONE_HOUR)
    smallest_log_barrier(weights, state, PPM_ONE, Horizon.SIX_HOURS)


@portable(lambda _parameters, _limits, state, *_rest: (state, 0, 0), static_argnums=(1,))
def _forecast(
    networks: Network, limits: Limits, state: RiskState, sight: Sight, barriers: jax.Array
) -> tuple[RiskState, jax.Array, jax.Array]:
    """Next state; probabilities [2 levels, 2 horizons, N]; [2 horizons, sigma + 3 drops]."""
    following = streaming_step(networks, limits, state, sight)
    law = law_of(networks, following)
    chances = jnp.moveaxis(hit_probability(law, barriers.reshape(-1)).reshape(2, 2, -1), 0, 1)
    drops = -jnp.expm1(-barrier_at(law, jnp.asarray(_QUANTILES)))
    return following, chances, jnp.concatenate([horizon_sigma(law)[:, None], drops], axis=1)


def streaming_step(networks: Network, limits: Limits, state: RiskState, sight: Sight) -> RiskState:
    """State after one observation, memories of the networks included; traceable by JAX."""
    following = advance(limits, state, sight)
    return following._replace(hidden=remember_all(networks, following, sight.dt_seconds))


@portable(lambda *_arguments: 0)
def _probabilities(networks: Network, state: RiskState, barriers: jax.Array) -> jax.Array:
    return hit_probability(law_of(networks, state), barriers)


@portable(lambda *_arguments: 0)
def _barriers(networks: Network, state: RiskState, probability: jax.Array) -> jax.Array:
    return barrier_at(law_of(networks, state), probability[None])[:, 0]


def _sight(log_return: float, dt_seconds: float, at_seconds: int | None, log_market: float | None) -> Sight:
    # A quote that is no number is no quote; further off than any oracle's deviation it would mislead.
    usable = log_market is not None and abs(log_market) <= _MOST_GAP
    r, dt = np.float32(log_return), np.float32(dt_seconds)
    gap = np.float32(log_market) if usable else np.float32(0)
    return Sight(r, dt, r * r, np.int32(week_clock(at_seconds)), gap, np.float32(usable))


def _observation_fault(
    limits: Limits, state: RiskState, log_return: float, dt_seconds: float
) -> RiskCode | None:
    if not (math.isfinite(log_return) and math.isfinite(dt_seconds)):
        return RiskCode.NOT_FINITE
    if not is_finite(state):
        return RiskCode.NOT_FINITE
    if abs(log_return) > limits.max_abs_log_return or not 0 <= dt_seconds <= limits.max_step_seconds:
        return RiskCode.OUT_OF_RANGE
    # A move in no time has no volatility; a step below a millisecond is a clock fault on any chain.
    if 0 < dt_seconds < _MIN_STEP_SECONDS or (dt_seconds == 0 and log_return != 0):
        return RiskCode.OUT_OF_RANGE
    return None


def _barrier_batch(rows: tuple[Any, ...], count: int) -> npt.NDArray[np.float32]:
    """Rows as float32, padded with +inf to 8, 64, 512, 1024, ... columns: few sizes are ever compiled."""
    width = _SMALLEST_BATCH
    while width < count:
        width *= _BATCH_GROWTH if width < _LARGE_BATCH else _LARGE_BATCH_GROWTH
    batch = np.full((len(rows), width), np.inf, np.float32)
    # Rounded down to float32: the barrier used is never farther than the one given.
    for row, values in zip(batch, rows, strict=True):
        exact = np.asarray(values, np.float64)
        with np.errstate(over="ignore"):
            row[:count] = exact
        farther = row[:count] > exact
        row[:count][farther] = np.nextafter(row[:count][farther], np.float32(-np.inf))
    return batch


def _round_up(values: Floats, unit: int) -> npt.NDArray[np.int64]:
    """Ceiling in `unit`ths, capped at one; NaN counts as one."""
    scaled = np.ceil(np.asarray(values, np.float64) * (unit * _FLOAT_SLACK))
    return np.where(scaled < unit, scaled, unit).astype(np.int64)


def _ppm(chances: Floats, barriers: Floats) -> npt.NDArray[np.int64]:
    """Probabilities in ppm; at least 1 for a finite barrier, since float32 underflows far out."""
    return np.maximum(_round_up(chances, PPM_ONE), np.isfinite(barriers).astype(np.int64))


def _reports(
    barriers: npt.NDArray[np.float32], chances: Floats, sizes: Floats, code: RiskCode
) -> list[PositionRisk]:
    count = barriers.shape[1]
    ppm = _ppm(chances[:, :, :count], barriers[:, None, :])
    # Last bits of erfc may break by one ppm what holds exactly in the model: longer horizon, nearer level.
    ppm[:, 1] = np.maximum(ppm[:, 0], ppm[:, 1])
    ppm[1] = np.where(barriers[1] <= barriers[0], np.maximum(ppm[0], ppm[1]), ppm[1])
    one_hour, six_hours = _round_up(sizes, BPS_ONE).tolist()
    shared = (*one_hour[1:], *six_hours[1:], one_hour[0], six_hours[0], code)
    # -inf is debt without collateral, which no forecast is needed for and no reader should see as OK.
    usable = (~np.isnan(barriers) & (barriers != -np.inf)).all(axis=0).tolist()
    unusable = worst_case(RiskCode.NOT_FINITE)
    # Positions far from every level have the same figures, and so one object.
    known: dict[tuple[int, ...], PositionRisk] = {}
    found = []
    for column, fine in zip(zip(*ppm.reshape(4, count).tolist(), strict=True), usable, strict=True):
        risk = known.get(column) if fine else unusable
        if risk is None:
            risk = known[column] = PositionRisk(*column, *shared)
        found.append(risk)
    return found


def _monotone_ppm(barriers: npt.NDArray[np.float64], chances: Floats) -> npt.NDArray[np.int64]:
    ppm = _ppm(chances, barriers)
    order = np.argsort(-barriers, kind="stable")
    ppm[order] = np.maximum.accumulate(ppm[order])
    return np.where(np.isnan(barriers), PPM_ONE, ppm)


def _horizon_index(horizon: Horizon | int) -> int:
    try:
        return list(Horizon).index(Horizon(horizon))
    except ValueError as error:
        raise ValueError(f"horizon is {horizon} s, allowed are {[int(h) for h in Horizon]} s") from error
