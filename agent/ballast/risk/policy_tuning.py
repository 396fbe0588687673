"""Cost of repair rules on recorded paths, for choosing the thresholds of the forecast-gated rule.

One leveraged position per episode (a few days, one starting every day): collateral in the volatile asset,
debt in dollars. A rule acts when ln(HF) is below a trigger and sells collateral to restore a target; both may
change with the forecast. The vault stands between: it refuses a sale while the mean price lags too far behind
the feed, unless the position is in an emergency, and sells only a part at once.
Costs are swap and slippage, on the way down and on the way back at the end, gas for both, and the
liquidator's bonus. Floats: this chooses parameters and moves no money.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from ballast.risk.hitting import barrier_at, component_variances
from ballast.risk.oracle_view import OracleTrack
from ballast.risk.parameters import Weights

# Bounds of the health factor that the forecast-gated rule restores.
TARGET_HEALTH_FACTORS = (1.3, 2.2)

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class VaultLimits:
    """What the owner's vault allows, as fractions: the demo's limits (`simulate/scenarios/demo_limits.json`).

    One sale moves at most `action_share` of the collateral at the episode's start; half of that where mean
    price and feed differ by more than `agree`; nothing beyond `disagree` at or above
    `emergency_health_factor`.
    """

    agree: float = 0.02
    disagree: float = 0.05
    emergency_health_factor: float = 1.08
    action_share: float = 0.5
    mean_seconds: int = 600


@dataclass(frozen=True, slots=True)
class Costs:
    """Assumptions of the comparison; rates are fractions, gas in dollars drawn uniformly per episode."""

    collateral_units: float = 100.0
    liquidation_threshold: float = 0.83
    swap_rate: float = 0.0015
    gas_usd: tuple[float, float] = (10.0, 20.0)
    bonus_rate: float = 0.05
    close_factor: float = 0.5
    start_health_factor: tuple[float, float] = (1.2, 1.6)
    episode_days: int = 5
    vault: VaultLimits = VaultLimits()


@dataclass(frozen=True, eq=False)
class Path:
    """One contiguous path: oracle track, market price by bar, bars a day, bars from decision to execution.

    mean: the market's mean over the vault's window at each bar's end; None for a vault that asks for no mean.
    """

    oracle: OracleTrack
    market: F64
    bars_per_day: int
    latency_bars: int
    mean: F64 | None = None


@dataclass(frozen=True, eq=False)
class Rules:
    """R rules along a path of T bars: ln trigger and ln target, each [R, T] or [R, 1]."""

    trigger: F64
    target: F64


@dataclass(frozen=True, eq=False)
class Outcome:
    """Per rule and episode [R, E]: cost in dollars, liquidations, actions."""

    cost_usd: F64
    liquidations: F64
    actions: F64


def trailing_mean(prices: F64, interval_seconds: int, window_seconds: int) -> F64:
    """Mean price of the last `window_seconds` at each bar's end; prices [N, 4], straight from open to close.

    A window of several bars takes whole bars, as many as begin in it; before the first bar it is shorter.
    """
    first, last = prices[:, 0], prices[:, 3]
    if window_seconds <= interval_seconds:
        return last + (first - last) * (window_seconds / interval_seconds / 2)
    bars = -(-window_seconds // interval_seconds)
    sums = np.concatenate([[0.0], np.cumsum((first + last) / 2)])
    ends = np.arange(1, len(prices) + 1)
    begins = np.maximum(ends - bars, 0)
    result: F64 = (sums[ends] - sums[begins]) / (ends - begins)
    return result


def static_rules(pairs: npt.ArrayLike) -> Rules:
    """Fixed (trigger, target) health factors, one rule a row."""
    logs = np.log(np.asarray(pairs, np.float64))
    return Rules(logs[:, :1], logs[:, 1:])


def threshold_barriers(weights: Weights, variance: npt.NDArray[np.float32], ppm: Sequence[int]) -> F64:
    """Barriers [2 horizons, len(ppm), T] at which the forecast equals each threshold; 0 for certainty."""
    levels = np.asarray(ppm, np.float32) / 1e6

    @jax.jit
    def run(chunk: jax.Array) -> jax.Array:
        components = component_variances(weights.parameters, chunk)
        return barrier_at(weights.parameters, components[:, :, None, :], jnp.asarray(levels))

    found = np.concatenate(
        [np.asarray(run(chunk)) for chunk in np.array_split(variance, len(variance) // 4096 + 1)]
    )
    found[:, :, levels >= 1] = 0
    result: F64 = np.moveaxis(found, 0, 2).astype(np.float64)
    return result


@dataclass(frozen=True, slots=True, order=True)
class Gate:
    """Thresholds of the forecast-gated rule.

    Act when P(HF < 1) within 1 h or 6 h exceeds its limit, or HF is below the backstop, whatever the
    forecast; restore the smallest health factor whose P within 6 h is below the target. In ppm and basis
    points.
    """

    act_p1h_ppm: int
    act_p6h_ppm: int
    target_p6h_ppm: int
    backstop_bps: int


def forecast_rules(weights: Weights, variance: npt.NDArray[np.float32], grid: Sequence[Gate]) -> Rules:
    """Triggers and targets of gates along a path of states, [T, K] variances."""
    act_1h = sorted({gate.act_p1h_ppm for gate in grid})
    act_6h = sorted({gate.act_p6h_ppm for gate in grid})
    target = sorted({gate.target_p6h_ppm for gate in grid})
    one = threshold_barriers(weights, variance, act_1h)[0]
    six = threshold_barriers(weights, variance, act_6h)[1]
    goal = np.clip(threshold_barriers(weights, variance, target)[1], *np.log(TARGET_HEALTH_FACTORS))
    triggers = [
        np.maximum(
            np.maximum(one[act_1h.index(gate.act_p1h_ppm)], six[act_6h.index(gate.act_p6h_ppm)]),
            np.log(gate.backstop_bps / 1e4),
        )
        for gate in grid
    ]
    return Rules(np.stack(triggers), np.stack([goal[target.index(gate.target_p6h_ppm)] for gate in grid]))


def cheapest(figures: F64) -> int:
    """The rule of least mean cost."""
    return int(figures[:, 0].argmin())


def safest(figures: F64) -> int:
    """The cheapest of the rules with the fewest liquidations.

    A few crises decide the mean cost; a rule that only just profits from letting some go is fitted to those.
    """
    return int(np.lexsort((figures[:, 0], figures[:, 1].round(6)))[0])


def simulate(costs: Costs, path: Path, rules: Rules, starts_per_day: int, seed: int) -> Outcome:
    """Run every rule from every day's first bar, `starts_per_day` times at seeded health factors."""
    length = costs.episode_days * path.bars_per_day
    first = np.repeat(np.arange(0, max(len(path.market) - length, 0), path.bars_per_day), starts_per_day)
    draw = np.random.default_rng(seed)
    start = draw.uniform(*costs.start_health_factor, first.size)
    gas = draw.uniform(*costs.gas_usd, first.size)
    shape = (len(rules.trigger), first.size)
    worth = costs.collateral_units * path.oracle.value[first]
    book = _Book(
        worth,
        np.full(shape, costs.collateral_units),
        np.broadcast_to(worth * costs.liquidation_threshold / start, shape).copy(),
        *(np.zeros(shape) for _ in range(4)),
    )
    waiting = [np.zeros(shape, bool) for _ in range(path.latency_bars)]
    for offset in range(length):
        bar = first + offset
        if offset:
            _liquidate(costs, book, path.oracle.lowest[bar])
        waiting.append(_below_trigger(costs, path, rules, book, bar))
        _execute(costs, path, rules, book, bar, waiting.pop(0), gas)
    return Outcome(
        book.cost + book.swapped * costs.swap_rate + np.where(book.actions > 0, gas, 0),
        book.liquidations,
        book.actions,
    )


@dataclass(eq=False)
class _Book:
    """Running amounts [R, E]: units of collateral, dollars, counts; `worth` [E]: collateral at the start."""

    worth: F64
    collateral: F64
    debt: F64
    cost: F64
    swapped: F64
    liquidations: F64
    actions: F64


def _below_trigger(costs: Costs, path: Path, rules: Rules, book: _Book, bar: npt.NDArray[np.int64]) -> F64:
    worth = book.collateral * path.oracle.value[bar] * costs.liquidation_threshold
    result: F64 = worth < book.debt * np.exp(_at(rules.trigger, bar))
    return result


def _liquidate(costs: Costs, book: _Book, lowest: F64) -> None:
    due = book.collateral * lowest * costs.liquidation_threshold < book.debt
    repaid = np.where(due, costs.close_factor * book.debt, 0)
    book.collateral -= repaid * (1 + costs.bonus_rate) / lowest
    book.debt -= repaid
    book.cost += repaid * costs.bonus_rate
    book.liquidations += due


def _execute(
    costs: Costs, path: Path, rules: Rules, book: _Book, bar: npt.NDArray[np.int64], due: F64, gas: F64
) -> None:
    """Sell collateral for debt until the oracle's health factor is the target: x = (T D - C l) / (T - l)."""
    target = np.exp(_at(rules.target, bar))
    value = path.oracle.value[bar]
    missing = target * book.debt - book.collateral * value * costs.liquidation_threshold
    sold = np.where(due, missing / (target - costs.liquidation_threshold), 0)
    sold = np.clip(sold, 0, np.minimum(book.debt, _allowed(costs, path, book, bar)))
    acted = sold > 0
    book.debt -= sold
    book.collateral -= sold / path.market[bar]
    book.cost += sold * costs.swap_rate + np.where(acted, gas, 0)
    book.swapped += sold
    book.actions += acted


def _allowed(costs: Costs, path: Path, book: _Book, bar: npt.NDArray[np.int64]) -> F64:
    """Greatest sale that the vault would execute, dollars [R, E]."""
    limits, value = costs.vault, path.oracle.value[bar]
    whole = limits.action_share * book.worth
    if path.mean is None:
        return np.broadcast_to(whole, book.debt.shape)
    lag = np.abs(path.mean[bar] / value - 1)
    calm = np.where(lag > limits.disagree, 0, np.where(lag > limits.agree, whole / 2, whole))
    health = book.collateral * value * costs.liquidation_threshold
    emergency = health < limits.emergency_health_factor * book.debt
    result: F64 = np.where(emergency, whole, calm)
    return result


def _at(values: F64, bar: npt.NDArray[np.int64]) -> F64:
    return values if values.shape[1] == 1 else values[:, bar]
