"""Pairs of position and scenario that no screen has decided, looked at step by step.

The pairs of one scenario share its path, so they are walked together, in chunks of equal size: one shape is
compiled, and Python's lock is free while a few thousand pairs are walked.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np

from ballast.risk.exact import F32, I32, I64, Bools, any_negative, sign_guard_of

# Rows of a chunk, and chunks of a call: values of one chunk at all steps stay in the cache.
_ROWS = 64
_CHUNKS = 128


def walk(weights: I64, scaled: F32, paths_ppm: I32, pairs: tuple[I64, I64], horizons: Sequence[int]) -> Bools:
    """Whether each pair is below zero at some step up to each horizon, exactly: [P, H].

    weights: int64 [N, A]; scaled: the same over their gross exposure, from `normalised` with factors that
    bound these; paths_ppm: int32 [T, A, S]; pairs: scenario [P], rising, and row of the weights [P].
    """
    scenario, row = pairs
    lowest = _lowest_values(scaled, paths_ppm, scenario, row, tuple(horizons))
    hit: Bools = lowest < 0
    # Prices in ppm are exact in float32: what errs is one rounding of each weight and the sum itself, which
    # together stay below this share of a gross exposure of at most one. Above it a value is truly above zero
    # and below it truly below, and so is the lowest of them.
    near = np.abs(lowest) <= sign_guard_of(weights.shape[1])
    for pair, column in np.argwhere(near):
        path = paths_ppm[: horizons[column] + 1, :, scenario[pair]]
        hit[pair, column] = any_negative(weights[row[pair]], path)
    return hit


def _lowest_values(scaled: F32, paths_ppm: I32, scenario: I64, row: I64, horizons: tuple[int, ...]) -> F32:
    """Lowest value of each pair over the steps up to each horizon, in float32: [P, H]."""
    sizes = np.bincount(scenario, minlength=paths_ppm.shape[2])
    chunks_of = -(-sizes // _ROWS)
    first_slot = (np.cumsum(chunks_of) - chunks_of) * _ROWS
    slot = first_slot[scenario] + np.arange(scenario.size) - (np.cumsum(sizes) - sizes)[scenario]
    calls = -(-int(chunks_of.sum()) // _CHUNKS)
    scenario_of = np.zeros(calls * _CHUNKS, np.int64)
    scenario_of[: chunks_of.sum()] = np.repeat(np.arange(sizes.size), chunks_of)
    # What no pair fills up is walked with weights of zero, and nobody looks at it.
    filled = np.zeros((calls * _CHUNKS * _ROWS, scaled.shape[1]), np.float32)
    filled[slot] = scaled[row]
    rows = filled.reshape(calls, _CHUNKS, _ROWS, -1)
    paths = jnp.asarray(np.ascontiguousarray(np.moveaxis(paths_ppm, 2, 0), np.float32))
    found = [
        np.asarray(_walk_chunks(paths, of, part, horizons))
        for of, part in zip(scenario_of.reshape(calls, -1), rows, strict=True)
    ]
    lowest: F32 = np.concatenate([np.zeros((0, len(horizons)), np.float32), *found])[slot]
    return lowest


@partial(jax.jit, static_argnums=3)
def _walk_chunks(
    paths: jax.Array, scenario_of: jax.Array, rows: jax.Array, horizons: tuple[int, ...]
) -> jax.Array:
    """Lowest values [C x R, H] of rows [C, R, A], chunk by chunk on the path [T, A] of its scenario."""

    def one(entry: tuple[jax.Array, jax.Array]) -> jax.Array:
        scenario, mine = entry
        value = paths[scenario] @ mine.T
        ends = [0, *(horizon + 1 for horizon in horizons)]
        parts = [jnp.min(value[start:end], axis=0) for start, end in pairwise(ends)]
        lowest: jax.Array = jax.lax.cummin(jnp.stack(parts), axis=0)
        return lowest.T

    chunks: jax.Array = jax.lax.map(one, (scenario_of, rows))
    return chunks.reshape(-1, len(horizons))
