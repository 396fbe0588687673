"""Bounds and witnesses that decide nearly all pairs of position and scenario without a walk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ballast.risk.exact import F32, I32, I64, guard_of

# Few enough that rare pairs of assets, which fill their last tile badly, cost little.
_TILE = 128


@dataclass(frozen=True, eq=False)
class Screen:
    """Positions in groups of one main collateral and one main debt, in tiles of equal size.

    ``order`` sorts the given positions into groups; ``tiles``: float32 [K, tile, 2 A], positive parts of the
    weights and then negative ones, over their gross exposure; ``group``: [K], number of each tile's group;
    ``pairs``: (collateral, debt) by group; ``slots``: [N], place of each ordered position among the tiles;
    ``position``: [K x tile], the way back, -1 where a tile is filled up.
    """

    order: I64
    tiles: F32
    group: I64
    pairs: tuple[tuple[int, int], ...]
    slots: I64
    position: I64

    @classmethod
    def of(cls, weights: I64, paths_ppm: I32) -> Screen:
        """Sorts positions [N, A], each with collateral and debt, for the screens below."""
        keys = np.stack([weights.argmax(axis=1), weights.argmin(axis=1)], axis=1)
        pairs, group_of = np.unique(keys, axis=0, return_inverse=True)
        order = np.argsort(group_of, kind="stable")
        sizes = np.bincount(group_of, minlength=len(pairs))
        tiles_of = -(-sizes // _TILE)
        first_slot = np.concatenate([[0], np.cumsum(tiles_of)[:-1]]) * _TILE
        inside = np.arange(len(weights)) - np.concatenate([[0], np.cumsum(sizes)[:-1]])[group_of[order]]
        slots = first_slot[group_of[order]] + inside
        full = np.zeros((int(tiles_of.sum()) * _TILE, 2 * weights.shape[1]), np.float32)
        scaled = _over_gross(weights, paths_ppm, keys[:, 1])[order]
        full[slots] = np.concatenate([np.maximum(scaled, 0), np.minimum(scaled, 0)], axis=1)
        # Filled up with collateral without debt: safe in every scenario.
        full[~full.any(axis=1), 0] = 1
        group = np.repeat(np.arange(len(pairs)), tiles_of)
        named = tuple((int(held), int(owed)) for held, owed in pairs)
        position = np.full(len(full), -1)
        position[slots] = np.arange(len(weights))
        return cls(order, full.reshape(-1, _TILE, full.shape[1]), group, named, slots, position)


def screen_block(screen: Screen, paths_ppm: I32, horizons: Sequence[int]) -> tuple[I64, tuple[I64, I64]]:
    """Sure hits [N, H] of some scenarios, and the pairs that stay open: scenario, rising, and position.

    Positions are in the screen's order. The sure hits of a pair that stays open are not counted.
    """
    guard = guard_of(paths_ppm.shape[1], 2)
    bounds, witness = _extremes(screen.pairs, paths_ppm, horizons)
    sure, unsure = _decide(screen.tiles, screen.group, bounds, witness, guard)
    counted = np.asarray(sure).transpose(0, 2, 1).reshape(-1, len(horizons))
    # Flat, since few of very many are open: NumPy then looks for them eight at a time.
    found = np.flatnonzero(np.asarray(unsure).reshape(-1))
    tile, rest = np.divmod(found, paths_ppm.shape[2] * _TILE)
    scenario, place = np.divmod(rest, _TILE)
    position = screen.position[tile * _TILE + place]
    order = np.argsort(scenario, kind="stable")
    # A price next to nothing leaves open even what fills a tile up, which is nobody's.
    order = order[position[order] >= 0]
    return counted[screen.slots].astype(np.int64), (scenario[order], position[order])


def _over_gross(weights: I64, paths_ppm: I32, main_debt: I64) -> F32:
    """Weights over the gross exposure that bounds every price taken in units of the main debt."""
    highest = paths_ppm.max(axis=(0, 2)).astype(np.float64)
    lowest = paths_ppm.min(axis=(0, 2)).astype(np.float64)
    gross = np.abs(weights).astype(np.float64) @ highest / lowest[main_debt]
    scaled: F32 = (weights / gross[:, None]).astype(np.float32)
    return scaled


def _extremes(pairs: Sequence[tuple[int, int]], paths_ppm: I32, horizons: Sequence[int]) -> tuple[F32, F32]:
    """By group and horizon: lowest prices then highest ones, [G, H, 2 A, S], and prices at the witness.

    All in units of the group's main debt. The witness is a step at which the main collateral is nearly at its
    cheapest: the last bits of every price give way to the number of its step, so that one minimum over bits,
    which are ordered as the positive numbers that they stand for, tells both.
    """
    steps, assets, scenarios = paths_ppm.shape
    bounds = np.empty((len(pairs), len(horizons), 2 * assets, scenarios), np.float32)
    witness = np.empty((len(pairs), len(horizons), assets, scenarios), np.float32)
    mask = (1 << int(steps - 1).bit_length()) - 1
    number_of_step = np.arange(steps, dtype=np.int32)[:, None, None]
    scenario = np.arange(scenarios)
    price = paths_ppm.astype(np.float32)
    for debt in {owed for _, owed in pairs}:
        ratio = price / price[:, debt : debt + 1]
        coded = (ratio.view(np.int32) & ~mask) | number_of_step
        groups = [number for number, (_, owed) in enumerate(pairs) if owed == debt]
        lowest = running_extreme(coded, horizons, np.minimum)
        bounds[groups, :, :assets] = (lowest & ~mask).view(np.float32)
        bounds[groups, :, assets:] = running_extreme(ratio, horizons, np.maximum)
        for number in groups:
            at = lowest[:, pairs[number][0]] & mask
            witness[number] = ratio[at, :, scenario].transpose(0, 2, 1)
    return bounds, witness


def running_extreme(values: Any, horizons: Sequence[int], extreme: np.ufunc) -> Any:  # noqa: ANN401 (float or int)
    """Extremes over the steps up to each horizon: [T, A, S] -> [H, A, S]; every step is looked at once."""
    found: list[Any] = []
    for start, end in zip((0, *(horizon + 1 for horizon in horizons)), horizons, strict=False):
        part = extreme.reduce(values[start : end + 1], axis=0)
        found.append(extreme(found[-1], part) if found else part)
    return np.stack(found)


@partial(jax.jit, static_argnums=4)
def _decide(
    tiles: jax.Array, group: jax.Array, bounds: jax.Array, witness: jax.Array, guard: float
) -> tuple[jax.Array, jax.Array]:
    """Sure hits [K, H, tile] of pairs that are decided at every horizon, and which are not [K, S, tile]."""
    assets = witness.shape[2]

    def one(entry: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        rows, number = entry
        both = (rows[:, :assets] + rows[:, assets:]).T
        low, at = bounds[number], witness[number]
        safe = jnp.einsum("has,ar->hsr", low, rows.T) > guard
        hit = jnp.einsum("has,ar->hsr", at, both) < -guard
        undecided = ~jnp.all(safe | hit, axis=0)
        return jnp.sum(hit & ~undecided, axis=1, dtype=jnp.int32), undecided

    decided: tuple[jax.Array, jax.Array] = jax.lax.map(one, (tiles, group))
    return decided
