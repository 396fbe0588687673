"""Held-out scores of the forecaster beside simple rivals tuned on the same training samples."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from ballast.risk.dataset import Samples
from ballast.risk.fit import LOG_BARRIERS, brier, hits, log_score, predict
from ballast.risk.parameters import Parameters
from ballast.risk.report import Horizon

F32 = npt.NDArray[np.float32]
_SCALES = tuple(float(x) for x in np.geomspace(0.5, 2.0, 9))
_SHIFTS = (0.0, 0.001, 0.002, 0.003, 0.004, 0.005, 0.007, 0.010)
_RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Reflection:
    """One average and the reflection principle: volatility multiple by horizon, shift of the barrier."""

    column: int
    scale: tuple[float, float]
    shift: float


@dataclass(frozen=True, slots=True)
class Skill:
    """Brier skill with a 95 % day-block interval, and relative change of the log score (below 0: better)."""

    brier: float
    low: float
    high: float
    log_score: float


def _outcomes(samples: Samples) -> F32:
    return np.asarray(hits(jnp.asarray(samples.drop), jnp.asarray(LOG_BARRIERS)))


@jax.jit
def _score_pair(probability: jax.Array, hit: jax.Array) -> jax.Array:
    return jnp.stack([brier(probability, hit), log_score(probability, hit)])


def _scores(probability: F32, hit: F32) -> F32:
    """Brier and log score of each forecast, stacked first."""
    return np.asarray(_score_pair(probability, hit))


def model_forecast(parameters: Parameters, samples: Samples, columns: list[int]) -> F32:
    """The model's probabilities [N, 2, B]; `columns` picks its half-lives from the samples' wider set."""
    run = jax.jit(lambda variance: predict(parameters, variance, jnp.asarray(LOG_BARRIERS)))
    return np.asarray(run(samples.variance[:, columns]))


def climatology(train: Samples, count: int) -> F32:
    """Weighted hit rate of the training samples by horizon and barrier, repeated [count, 2, B]."""
    rate = np.average(_outcomes(train), axis=0, weights=train.weight)
    return np.broadcast_to(rate.astype(np.float32), (count, *rate.shape))


@jax.jit
def _reflect(variance: jax.Array, scale: jax.Array, shift: jax.Array) -> jax.Array:
    seconds = jnp.asarray([float(h) for h in Horizon], jnp.float32)
    # The floor keeps the rival alive after hours without a report; one thousandth of a typical variance.
    spread = scale * jnp.sqrt(2 * (variance[:, None] + 1e-11) * seconds)
    return jax.lax.erfc((LOG_BARRIERS + shift) / spread[..., None])


def reflection_forecast(rule: Reflection, samples: Samples) -> F32:
    """Probabilities [N, 2, B] of the rival."""
    scale = np.asarray(rule.scale, np.float32)
    return np.asarray(_reflect(samples.variance[:, rule.column], scale, np.float32(rule.shift)))


def tune_reflection(train: Samples, *, calibrated: bool) -> Reflection:
    """The best half-life on the training samples by Brier + log score; calibrated: also scale and shift."""
    hit = _outcomes(train)
    best: tuple[float, Reflection] | None = None
    for column in range(train.variance.shape[1]):
        for shift in _SHIFTS if calibrated else (0.0,):
            rule, loss = _tune_scales(train, hit, column, shift, _SCALES if calibrated else (1.0,))
            if best is None or loss < best[0]:
                best = (loss, rule)
    assert best is not None, "samples hold at least one average"
    return best[1]


def _tune_scales(
    train: Samples, hit: F32, column: int, shift: float, scales: tuple[float, ...]
) -> tuple[Reflection, float]:
    losses = np.stack([_loss_by_horizon(train, hit, Reflection(column, (s, s), shift)) for s in scales])
    chosen = losses.argmin(axis=0)
    rule = Reflection(column, (scales[int(chosen[0])], scales[int(chosen[1])]), shift)
    return rule, float(losses.min(axis=0).sum())


def _loss_by_horizon(train: Samples, hit: F32, rule: Reflection) -> npt.NDArray[np.float64]:
    p = reflection_forecast(rule, train)
    each = _scores(p, hit).sum(axis=0).mean(axis=2)
    result: npt.NDArray[np.float64] = np.average(each, axis=0, weights=train.weight)
    return result


def compare(model: F32, rival: F32, samples: Samples, horizon: int, seed: int) -> Skill:
    """Skill of `model` over `rival` at one horizon, all barriers together, days resampled as blocks."""
    hit = _outcomes(samples)[:, horizon]
    ours, theirs = model[:, horizon], rival[:, horizon]
    days = samples.known_at // 86_400
    _, block = np.unique(days, return_inverse=True)
    sums = np.stack([np.bincount(block, _scores(p, hit)[0].sum(axis=1)) for p in (ours, theirs)])
    picks = np.random.default_rng(seed).integers(0, sums.shape[1], (_RESAMPLES, sums.shape[1]))
    drawn = 1 - sums[0][picks].sum(axis=1) / sums[1][picks].sum(axis=1)
    logs = [float(_scores(p, hit)[1].mean()) for p in (ours, theirs)]
    return Skill(
        float(1 - sums[0].sum() / sums[1].sum()),
        float(np.quantile(drawn, 0.025)),
        float(np.quantile(drawn, 0.975)),
        logs[0] / logs[1] - 1,
    )
