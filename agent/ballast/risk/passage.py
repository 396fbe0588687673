"""Exact first passage: in how many scenarios does each position fall below zero by each horizon.

Three ways that all give the same counts as looking at every step of every pair:

- One collateral and one debt: the value is negative at some step just if the lowest ratio of the two prices
  is below a bound, so all positions of a pair of assets are counted by one sort and a binary search each.
- Several assets, safe or hit for certain: prices are taken in units of the position's main debt. The lowest
  price of each collateral and the highest of each debt bound the value from below; if that is positive, no
  step can be a hit. The step at which the main collateral is cheapest is a witness; if the value is negative
  there, it is a hit.
- The rest is walked step by step.

Float32 results within a guard band of zero prove nothing and are decided as in `ballast.risk.exact`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ballast.risk.exact import (
    F64,
    FLOAT64_GUARD,
    I32,
    I64,
    any_negative,
    normalised,
    require_factors,
    require_weights,
)
from ballast.risk.parallel import in_parallel, processors
from ballast.risk.passage_screen import Screen, running_extreme, screen_block
from ballast.risk.passage_walk import walk

_RATIO_BLOCK = 1_024
_SCENARIO_BLOCK = 128


@dataclass(frozen=True, slots=True)
class Passage:
    """Counts int64 [N, H]; ``walked`` pairs of position and scenario were looked at step by step."""

    hits: I64
    single_pair: int
    walked: int
    screened: int


def first_passage(weights: I64, paths_ppm: I32, horizons: Sequence[int]) -> Passage:
    """Scenarios in which sum_a weights[n, a] x paths_ppm[t, a, s] < 0 at a step t <= horizon, exactly.

    weights: int64 [N, A] as in `count_liquidations`; paths_ppm: int32 [T, A, S], row 0 is the present;
    horizons: rising step numbers within 0 to T - 1.

    Raises:
        ValueError: another type, shape or range.
    """
    require_weights(weights)
    require_factors(paths_ppm, weights.shape[1], 1)
    _require_horizons(horizons, len(paths_ppm))
    hits = np.zeros((len(weights), len(horizons)), np.int64)
    owed, held = (weights < 0).sum(axis=1), (weights > 0).sum(axis=1)
    hits[(owed > 0) & (held == 0)] = paths_ppm.shape[2]
    single = np.flatnonzero((owed == 1) & (held == 1))
    _count_single(weights, single, paths_ppm, horizons, hits)
    several = np.flatnonzero((owed > 0) & (held > 0) & (owed + held > 2))
    walked = _count_several(weights, several, paths_ppm, horizons, hits) if several.size else 0
    return Passage(hits, single.size, walked, several.size * paths_ppm.shape[2] - walked)


def first_passage_by_force(weights: I64, paths_ppm: I32, horizons: Sequence[int]) -> I64:
    """The same counts by looking at every step of every pair; the yardstick of tests and benchmarks."""
    hits = np.zeros((len(weights), len(horizons)), np.int64)
    for scenario in range(paths_ppm.shape[2]):
        path = paths_ppm[:, :, scenario]
        value = path.astype(np.float64) @ weights.T.astype(np.float64)
        gross = path.astype(np.float64) @ np.abs(weights).T.astype(np.float64)
        close = (np.abs(value) <= FLOAT64_GUARD * gross) & (gross > 0)
        for step, row in np.argwhere(close):
            exact = sum(int(w) * int(p) for w, p in zip(weights[row], path[step], strict=True))
            value[step, row] = (exact > 0) - (exact < 0)
        for column, horizon in enumerate(horizons):
            hits[:, column] += (value[: horizon + 1] < 0).any(axis=0)
    return hits


def _require_horizons(horizons: Sequence[int], steps: int) -> None:
    rising = list(horizons) == sorted(set(horizons))
    if not (horizons and rising and horizons[0] >= 0 and horizons[-1] < steps):
        raise ValueError(f"horizons are {list(horizons)}, allowed are rising steps from 0 to {steps - 1}")


def _count_single(weights: I64, rows: I64, paths_ppm: I32, horizons: Sequence[int], hits: I64) -> None:
    held, owed = weights[rows].argmax(axis=1), weights[rows].argmin(axis=1)
    pairs = sorted(set(zip(held.tolist(), owed.tolist(), strict=True)))

    def count(pair: tuple[int, int]) -> None:
        mine = rows[(held == pair[0]) & (owed == pair[1])]
        bound = -weights[mine, pair[1]] / weights[mine, pair[0]]
        for column, low in enumerate(_lowest_ratios(paths_ppm, pair, horizons)):
            order = np.argsort(low)
            least = np.searchsorted(low[order], bound * (1 - FLOAT64_GUARD))
            most = np.searchsorted(low[order], bound * (1 + FLOAT64_GUARD), side="right")
            for at in np.flatnonzero(least != most):
                close = order[least[at] : most[at]]
                paths = paths_ppm[: horizons[column] + 1, :, close]
                least[at] += sum(
                    any_negative(weights[mine[at]], paths[:, :, one]) for one in range(close.size)
                )
            hits[mine, column] = least

    in_parallel(count, pairs)


def _lowest_ratios(paths_ppm: I32, pair: tuple[int, int], horizons: Sequence[int]) -> F64:
    """Lowest ratio of two prices by each horizon and scenario, [H, S]; rounded once from exact integers."""
    low = np.empty((len(horizons), paths_ppm.shape[2]))
    for start in range(0, paths_ppm.shape[2], _RATIO_BLOCK):
        block = slice(start, start + _RATIO_BLOCK)
        ratio = paths_ppm[:, pair[0], block] / paths_ppm[:, pair[1], block]
        low[:, block] = running_extreme(ratio, horizons, np.minimum)
    return low


def _count_several(weights: I64, rows: I64, paths_ppm: I32, horizons: Sequence[int], hits: I64) -> int:
    """Adds the hits of positions with several assets; how many pairs had to be walked."""
    screen = Screen.of(weights[rows], paths_ppm)
    mine = weights[rows][screen.order]
    scaled = normalised(mine, paths_ppm.max(axis=(0, 2)))

    def count(starts: range) -> tuple[I64, int]:
        counted, walked = np.zeros((len(mine), len(horizons)), np.int64), 0
        for start in starts:
            block = paths_ppm[:, :, start : start + _SCENARIO_BLOCK]
            sure, pairs = screen_block(screen, block, horizons)
            hit = walk(mine, scaled, block, pairs, horizons)
            walked += len(hit)
            counted += sure
            for column in range(len(horizons)):
                counted[:, column] += np.bincount(pairs[1][hit[:, column]], minlength=len(mine))
        return counted, walked

    # One share a processor: who is through with a block goes on with its next, and waits for nobody.
    every = _SCENARIO_BLOCK * processors()
    firsts = range(0, min(every, paths_ppm.shape[2]), _SCENARIO_BLOCK)
    found = in_parallel(count, [range(first, paths_ppm.shape[2], every) for first in firsts])
    hits[rows[screen.order]] += sum(counted for counted, _ in found)
    return sum(walked for _, walked in found)
