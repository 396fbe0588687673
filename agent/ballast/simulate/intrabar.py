"""A path inside recorded bars, for what happens faster than the bars: a model, seeded, not a recording.

Each bar runs from its open over both extremes, in an order and at times that a random walk would take, to its
close. Between these four points it is a Brownian bridge whose volatility is a share of the one that the bar's
own range implies (Parkinson 1980: range^2 / (4 ln 2)), folded back at the extremes. Open, high, low and close
are kept exactly. The path knows a bar's close before the bar ends: for outcomes only, never for features.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ballast.data.bars import Bars

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
# Of the volatility that the range implies, so that the squared one-minute moves of recorded BTC/USD in March
# 2023 are met: trades reach further than minutes' closes do.
WANDER = 0.8
_MIN_STEPS = 4


def bridge(bars: Bars, steps: int, seed: int) -> F64:
    """Prices at `steps` equal steps inside each of N bars, [N, steps]; the last one is the close.

    Both extremes are among them, save where they are the open. Raises ValueError for fewer than 4 steps.
    """
    if steps < _MIN_STEPS:
        raise ValueError(f"steps is {steps}, at least {_MIN_STEPS} are needed to pass both extremes")
    random = np.random.default_rng(seed)
    low, high = np.log(bars.low), np.log(bars.high)
    low_first = random.random(len(bars)) < _low_first(low, high, np.log(bars.close / bars.open))
    knots = np.stack(
        [
            np.log(bars.open),
            np.where(low_first, low, high),
            np.where(low_first, high, low),
            np.log(bars.close),
        ],
        axis=1,
    )
    at = _knot_steps(random, knots, steps)
    deviation = WANDER * (high - low) / np.sqrt(4 * np.log(2) * steps)
    walk = np.zeros((len(bars), steps + 1))
    np.cumsum(random.standard_normal((len(bars), steps)) * deviation[:, None], axis=1, out=walk[:, 1:])
    rows = np.arange(len(bars))[:, None]
    path = walk + _between(at, knots - walk[rows, at], steps)
    path = _folded(path, low[:, None], high[:, None])
    path[rows, at] = knots
    inside = np.exp(path[:, 1:])
    # exp(log(p)) is p only to the last bit; the recorded numbers are kept to all of theirs.
    return _exact(inside, bars)


def _low_first(low: F64, high: F64, move: F64) -> F64:
    """How likely the low came before the high.

    A low before a high is likelier the more the bar rises. Of 20,000 simulated walks the log odds are 6 times
    move / range, to a hundredth of probability.
    """
    width = np.maximum(high - low, 1e-300)
    odds: F64 = 1 / (1 + np.exp(-6 * move / width))
    return odds


def _knot_steps(random: np.random.Generator, knots: F64, steps: int) -> I64:
    """Steps of open, both extremes and close: 0 < first < second < steps, [N, 4].

    A leg's time is exponential with a mean in proportion to the square of its way, as a walk needs it.
    """
    way = np.abs(np.diff(knots, axis=1)) ** 2
    way += 0.1 * way.max(axis=1, keepdims=True) + 1e-300
    legs = way * random.exponential(1.0, way.shape)
    ends = np.cumsum(legs, axis=1) / legs.sum(axis=1, keepdims=True) * steps
    first = np.clip(np.rint(ends[:, 0]), 1, steps - 2).astype(np.int64)
    second = np.clip(np.rint(ends[:, 1]).astype(np.int64), first + 1, steps - 1)
    return np.stack([np.zeros_like(first), first, second, np.full_like(first, steps)], axis=1)


def _between(at: I64, values: F64, steps: int) -> F64:
    """Linear between the knots, [N, steps + 1]."""
    grid = np.arange(steps + 1)[None, :]
    leg = (grid >= at[:, 1:2]).astype(np.int64) + (grid >= at[:, 2:3])
    rows = np.arange(len(at))[:, None]
    left, right = at[rows, leg], at[rows, leg + 1]
    share = (grid - left) / (right - left)
    line: F64 = values[rows, leg] * (1 - share) + values[rows, leg + 1] * share
    return line


def _folded(path: F64, low: F64, high: F64) -> F64:
    """Reflected into [low, high] as often as needed."""
    width = np.maximum(high - low, 1e-300)
    turns = np.mod(path - low, 2 * width)
    folded: F64 = low + np.minimum(turns, 2 * width - turns)
    return folded


def _exact(inside: F64, bars: Bars) -> F64:
    low, high = bars.low[:, None], bars.high[:, None]
    inside = np.clip(inside, low, high)
    inside = np.where(np.isclose(inside, low, rtol=1e-14, atol=0), low, inside)
    inside = np.where(np.isclose(inside, high, rtol=1e-14, atol=0), high, inside)
    inside[:, -1] = bars.close
    return inside
