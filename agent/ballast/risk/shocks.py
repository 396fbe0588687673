"""One shock for many positions: who would be liquidatable in which scenario, exactly.

Scenarios of like severity stand together in blocks. In units of a position's main debt the least and the
greatest price of each asset within a block bound the position's value there, which tells for most positions
that all scenarios of the block liquidate them or none does. For the rest one float32 matrix product finds the
sign of nearly every pair; where a value comes too close to zero, its group of scenarios is decided in float64
and, at ties, in integers (see `ballast.risk.exact`). The N x S matrix never exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from ballast.risk.exact import (
    F32,
    F64,
    FLOAT64_GUARD,
    I32,
    I64,
    Bools,
    negative_matrix,
    normalised,
    require_factors,
    require_weights,
    sign_guard_of,
)
from ballast.risk.parallel import in_parallel

# Scenarios of a block and rows of one product: its values stay in the cache until they are counted.
_BLOCK = 500
_ROWS = 1_024
_GROUP = 100
# The count of hits and that of values in the guard band share one integer: one pass over the product.
_NEAR = 1 << 16
_MAX_EXACT_PAIRS = 2**22


@dataclass(frozen=True, eq=False)
class ShockCounts:
    """int64 [N]: scenarios that liquidate each position; int64 [S]: positions that each scenario hits."""

    by_position: I64
    by_scenario: I64

    @property
    def share_by_scenario(self) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """Part of all positions that each scenario liquidates, [S]."""
        return self.by_scenario / max(self.by_position.size, 1)


def count_liquidations(weights: I64, factors_ppm: I32) -> ShockCounts:
    """Counts exactly the pairs with sum_a weights[n, a] x factors_ppm[a, s] < 0.

    weights: int64 [N, A], value of collateral x liquidation threshold less value of debt by asset, in any one
    unit, within +-2^53; factors_ppm: int32 [A, S], new price over present price, 1 to 2^24 ppm.

    Raises:
        ValueError: another type, shape or range, or more than 64 assets.
    """
    require_weights(weights)
    require_factors(factors_ppm, weights.shape[1], 0)
    counts = ShockCounts(np.zeros(len(weights), np.int64), np.zeros(factors_ppm.shape[1], np.int64))
    # Without debt nothing is ever below zero.
    indebted = np.flatnonzero((weights < 0).any(axis=1))
    mine, blocks = weights[indebted], _blocks(factors_ppm)
    hit, unsure = _bounded(mine, factors_ppm, blocks)
    scaled = normalised(mine, factors_ppm.max(axis=1))

    def count(number: int) -> tuple[I64, I64, I64]:
        rows = np.flatnonzero(unsure[:, number])
        return rows, *_count_block(mine[rows], scaled[rows], factors_ppm[:, blocks[number]])

    for number, (rows, by_row, by_scenario) in enumerate(in_parallel(count, range(len(blocks)))):
        counts.by_position[indebted] += hit[:, number] * blocks[number].size
        counts.by_position[indebted[rows]] += by_row
        counts.by_scenario[blocks[number]] = by_scenario + hit[:, number].sum()
    return counts


def _blocks(factors_ppm: I32) -> list[I64]:
    """Scenarios by the mean fall of all assets; all blocks but the first are of whole groups."""
    order = np.argsort(np.log(factors_ppm).sum(axis=0), kind="stable")
    odd = order.size % _GROUP
    whole = [order[start : start + _BLOCK] for start in range(odd, order.size, _BLOCK)]
    return [order[:odd], *whole] if odd else whole


def _bounded(weights: I64, factors_ppm: I32, blocks: list[I64]) -> tuple[Bools, Bools]:
    """Which positions all scenarios of a block liquidate, and which are not certain: twice [N, blocks].

    With prices r in units of the main debt and low <= r <= high, w.r lies between w+.low + w-.high and
    w+.high + w-.low. Float64 has these wrong by far less than FLOAT64_GUARD of |w|.high; beyond that they
    have the sign of the exact values.
    """
    shape = len(weights), len(blocks)
    hit, unsure = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    main_debt = weights.argmin(axis=1)

    def bound(debt: int) -> None:
        rows = np.flatnonzero(main_debt == debt)
        price = factors_ppm / factors_ppm[debt]
        low = np.stack([price[:, block].min(axis=1) for block in blocks], axis=1)
        high = np.stack([price[:, block].max(axis=1) for block in blocks], axis=1)
        held, owed = np.maximum(weights[rows], 0.0), -np.minimum(weights[rows], 0.0)
        most_held, most_owed = held @ high, owed @ high
        guard = FLOAT64_GUARD * (most_held + most_owed)
        hit[rows] = most_held - owed @ low < -guard
        unsure[rows] = ~hit[rows] & (held @ low - most_owed <= guard)

    in_parallel(bound, np.unique(main_debt).tolist())
    return hit, unsure


@partial(jax.jit, static_argnums=2)
def _count_product(rows: jax.Array, factors: jax.Array, guard: float) -> tuple[jax.Array, jax.Array]:
    """Signs in float32: hits by scenario [S], and hits + _NEAR x unsure ones by row and group [R, G]."""
    value = rows @ factors
    code = jnp.where(value < 0, 1, 0) + jnp.where(jnp.abs(value) <= guard, _NEAR, 0)
    by_group = jnp.sum(code.reshape(rows.shape[0], -1, _GROUP), axis=2)
    return jnp.sum(code, axis=0) % _NEAR, by_group


def _count_block(weights: I64, scaled: F32, factors_ppm: I32) -> tuple[I64, I64]:
    """Scenarios of one block that liquidate each position [N], and positions that each liquidates [S]."""
    counts = ShockCounts(np.zeros(len(weights), np.int64), np.zeros(factors_ppm.shape[1], np.int64))
    if factors_ppm.shape[1] % _GROUP:
        for rows in _slices(len(weights), factors_ppm.shape[1]):
            hit = negative_matrix(weights[rows], factors_ppm)
            counts.by_position[rows] = hit.sum(axis=1)
            counts.by_scenario[:] += hit.sum(axis=0)
    elif len(weights):
        _count_groups(weights, scaled, factors_ppm, counts)
    return counts.by_position, counts.by_scenario


def _count_groups(weights: I64, scaled: F32, factors_ppm: I32, counts: ShockCounts) -> None:
    factors, guard = factors_ppm.astype(np.float32), sign_guard_of(weights.shape[1])
    found = [_count_product(rows, factors, guard) for rows in _padded(scaled)]
    counts.by_scenario[:] = sum(np.asarray(by_scenario, np.int64) for by_scenario, _ in found)
    coded = np.concatenate([np.asarray(part) for _, part in found])[: len(weights)]
    by_group, unsure, anew = coded % _NEAR, coded >= _NEAR, []
    counts.by_position[:] = by_group.sum(axis=1)
    for group in np.flatnonzero(unsure.any(axis=0)):
        columns = np.arange(group * _GROUP, (group + 1) * _GROUP)
        near = np.flatnonzero(unsure[:, group])
        told = near, by_group[near, group]
        anew.append(_correct(weights, factors_ppm[:, columns], told, counts, columns))
    for column in np.unique(np.concatenate(anew)) if anew else ():
        hit = negative_matrix(weights, factors_ppm[:, column : column + 1])
        counts.by_scenario[column] = hit.sum()


def _correct(weights: I64, factors_ppm: I32, near: tuple[I64, I32], counts: ShockCounts, columns: I64) -> I64:
    """Sets the counts of one group of scenarios right; ``near`` are its unsure rows and their float32 hits.

    Returns the scenarios for which it is not certain which pair float32 had wrong.
    """
    rows, claimed = near
    hit = negative_matrix(weights[rows], factors_ppm)
    off = hit.sum(axis=1) - claimed
    counts.by_position[rows] += off
    doubtful = np.abs(_share_of_gross(weights[rows], factors_ppm)) <= sign_guard_of(weights.shape[1])
    single = doubtful.sum(axis=1) == 1
    np.add.at(counts.by_scenario, columns[doubtful[single].argmax(axis=1)], off[single])
    open_ones: I64 = columns[doubtful[~single].any(axis=0)]
    return open_ones


def _share_of_gross(weights: I64, factors_ppm: I32) -> F64:
    w, p = weights.astype(np.float64), factors_ppm.astype(np.float64)
    gross: F64 = np.abs(w) @ p
    return np.divide(w @ p, gross, out=np.ones_like(gross), where=gross > 0)


def _padded(scaled: F32) -> F32:
    """[N, A] in equal parts [parts, R, A], filled up with collateral without debt, which is never liquidated.

    Price factors are at least one in a million and so far above the guard band.
    """
    parts = -(-len(scaled) // _ROWS)
    full = np.zeros((parts * _ROWS, scaled.shape[1]), np.float32)
    full[: len(scaled)] = scaled
    full[len(scaled) :, 0] = 1
    return full.reshape(parts, _ROWS, -1)


def _slices(count: int, width: int) -> list[slice]:
    step = max(_MAX_EXACT_PAIRS // width, 1)
    return [slice(start, start + step) for start in range(0, count, step)]
