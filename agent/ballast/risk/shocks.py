"""One shock for many positions: who would be liquidatable in which scenario, exactly.

One float32 matrix product in blocks finds the sign of nearly every pair of position and scenario. Where a
value comes too close to zero, its group of scenarios is decided in float64 and, at ties, in integers (see
`ballast.risk.exact`). The N x S matrix never exists.
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
    I32,
    I64,
    guard_of,
    negative_matrix,
    normalised,
    require_factors,
    require_weights,
    sign_guard_of,
)
from ballast.risk.parallel import in_parallel, processors

# Results of about this many pairs stay in the cache between product and reduction.
_BLOCK_PAIRS = 2**20
_GROUP = 100
# The count of hits and that of values in the guard band share one integer: one pass over the block.
_NEAR = 1 << 16
_MAX_BLOCK_ROWS = 10_000
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
    whole = factors_ppm.shape[1] // _GROUP * _GROUP
    counts = ShockCounts(np.zeros(len(weights), np.int64), np.zeros(factors_ppm.shape[1], np.int64))
    if len(weights) and whole:
        _count_whole_groups(weights, factors_ppm[:, :whole], counts)
    if whole < factors_ppm.shape[1]:
        for rows in _slices(len(weights), factors_ppm.shape[1] - whole):
            hit = negative_matrix(weights[rows], factors_ppm[:, whole:])
            counts.by_position[rows] += hit.sum(axis=1)
            counts.by_scenario[whole:] += hit.sum(axis=0)
    return counts


@partial(jax.jit, static_argnums=2)
def _count_blocks(blocks: jax.Array, factors: jax.Array, guard: float) -> tuple[jax.Array, jax.Array]:
    """Signs in float32: hits by scenario [S], and hits + _NEAR x unsure ones by row and group [B, R, G]."""

    def one(by_scenario: jax.Array, rows: jax.Array) -> tuple[jax.Array, jax.Array]:
        value = rows @ factors
        code = jnp.where(value < 0, 1, 0) + jnp.where(jnp.abs(value) <= guard, _NEAR, 0)
        by_group = jnp.sum(code.reshape(rows.shape[0], -1, _GROUP), axis=2)
        return by_scenario + jnp.sum(code, axis=0) % _NEAR, by_group

    return jax.lax.scan(one, jnp.zeros(factors.shape[1], jnp.int32), blocks)


def _count_whole_groups(weights: I64, factors_ppm: I32, counts: ShockCounts) -> None:
    scenarios = factors_ppm.shape[1]
    rows = min(max(_BLOCK_PAIRS // scenarios, 1), _MAX_BLOCK_ROWS)
    blocks = _padded(normalised(weights, factors_ppm.max(axis=1)), rows)
    factors, guard = factors_ppm.astype(np.float32), guard_of(weights.shape[1])

    def count(part: F32) -> tuple[I64, I32]:
        by_scenario, coded = _count_blocks(part, factors, guard)
        return np.asarray(by_scenario, np.int64), np.asarray(coded).reshape(-1, scenarios // _GROUP)

    found = in_parallel(count, blocks)
    by_scenario = sum(part for part, _ in found)
    coded = np.concatenate([part for _, part in found])[: len(weights)]
    by_group = coded % _NEAR
    counts.by_position[:] += by_group.sum(axis=1)
    counts.by_scenario[:scenarios] += by_scenario
    unsure, anew = coded >= _NEAR, []
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


def _padded(scaled: F32, rows: int) -> F32:
    """[N, A] as blocks [parts, B, rows, A], filled up with collateral without debt, which nothing liquidates.

    The same stands for an empty position, whose value of exactly zero would be unsure in every scenario.
    """
    parts = processors()
    blocks = -(-len(scaled) // (rows * parts))
    full = np.zeros((parts * blocks * rows, scaled.shape[1]), np.float32)
    full[: len(scaled)] = scaled
    full[~full.any(axis=1), 0] = 1
    return full.reshape(parts, blocks, rows, -1)


def _slices(count: int, width: int) -> list[slice]:
    step = max(_MAX_EXACT_PAIRS // width, 1)
    return [slice(start, start + step) for start in range(0, count, step)]
