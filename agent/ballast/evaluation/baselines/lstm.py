"""B8: a plain LSTM over the last bars' features, one logit per horizon and barrier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax  # type: ignore[import-untyped]

from ballast.evaluation.features import F64, I64, known, ordered, training_rows
from ballast.risk.forecaster import F32, HORIZON_SECONDS, LOG_BARRIERS, Forecaster, Market, hits

_STEPS_BACK = 24
_HIDDEN = 32
_BATCH = 512
_EPOCHS = 6
_RATE = 3e-3
_MOST_ROWS = 20_000
_HELD_BACK = 0.15
_CELLS = len(HORIZON_SECONDS) * LOG_BARRIERS.size


class Network(eqx.Module):
    """LSTM cell and linear head; output [2, B] logits."""

    cell: eqx.nn.LSTMCell
    head: eqx.nn.Linear

    def __init__(self, features: int, bias: jax.Array, key: jax.Array) -> None:
        first, second = jax.random.split(key)
        self.cell = eqx.nn.LSTMCell(features, _HIDDEN, key=first)
        head = eqx.nn.Linear(_HIDDEN, _CELLS, key=second)
        # Training starts at the climatology.
        self.head = eqx.tree_at(lambda h: (h.weight, h.bias), head, (0.1 * head.weight, bias))

    def __call__(self, sequence: jax.Array) -> jax.Array:
        """sequence: [steps, features]."""
        start = (jnp.zeros(_HIDDEN), jnp.zeros(_HIDDEN))
        (hidden, _), _ = jax.lax.scan(lambda carry, x: (self.cell(x, carry), None), start, sequence)
        return self.head(hidden).reshape(len(HORIZON_SECONDS), LOG_BARRIERS.size)


def _loss(network: Network, sequence: jax.Array, hit: jax.Array) -> jax.Array:
    logit = jax.vmap(network)(sequence)
    chance = jax.nn.sigmoid(logit)
    return jnp.mean(optax.sigmoid_binary_cross_entropy(logit, hit) + (chance - hit) ** 2)


_OPTIMISER = optax.adam(_RATE)


@eqx.filter_jit
def _update(
    network: Network, memory: optax.OptState, sequence: jax.Array, hit: jax.Array
) -> tuple[Network, optax.OptState]:
    gradient = eqx.filter_grad(_loss)(network, sequence, hit)
    change, memory = _OPTIMISER.update(gradient, memory)
    return eqx.apply_updates(network, change), memory


_held_back_loss = eqx.filter_jit(_loss)
_logits = eqx.filter_jit(jax.vmap(lambda network, s: network(s), in_axes=(None, 0)))


@dataclass(frozen=True, eq=False)
class Lstm(Forecaster):
    """centre, unit: [F], of the features; the network with the least loss on the held-back past."""

    network: Network | None = None
    centre: F64 | None = None
    unit: F64 | None = None
    name: str = "lstm"

    def fit(self, markets: list[Market], known_until: int, seed: int) -> Self:
        """Adam over a seeded draw of the past; its last part, and nothing later, stops the training."""
        rng = np.random.default_rng(seed)
        rows = [_drawn(training_rows(m, known_until), _MOST_ROWS // len(markets), rng) for m in markets]
        used = np.concatenate([known(m).matrix[r] for m, r in zip(markets, rows, strict=True)])
        scaled = type(self)(None, used.mean(axis=0), used.std(axis=0) + 1e-9, self.name)
        pairs = list(zip(markets, rows, strict=True))
        sequence = np.concatenate([scaled.sequences(m, r) for m, r in pairs])
        hit = np.concatenate([hits(m.drop[r]) for m, r in pairs])
        time = np.concatenate([m.known_at[r] for m, r in pairs])
        order = np.argsort(time, kind="stable")
        network = _train(sequence[order], hit[order], rng, seed)
        return type(self)(network, scaled.centre, scaled.unit, self.name)

    def predict(self, market: Market, rows: I64) -> F32:
        """Batches of one size, so that the network is compiled once."""
        assert self.network is not None, "fit before predict"
        parts = []
        for first in range(0, rows.size, 4_096):
            batch = rows[first : first + 4_096]
            padded = np.resize(batch, 4_096)
            parts.append(np.asarray(_logits(self.network, self.sequences(market, padded)))[: batch.size])
        logit = np.concatenate(parts) if parts else np.zeros((0, len(HORIZON_SECONDS), LOG_BARRIERS.size))
        return ordered(1 / (1 + np.exp(-np.clip(logit.astype(np.float64), -40, 40))))

    def sequences(self, market: Market, rows: I64) -> F32:
        """Scaled features of the last bars, [N, steps, F]; before the first bar, the first bar again."""
        assert self.centre is not None, "fit before predict"
        assert self.unit is not None, "fit before predict"
        scaled = np.clip((known(market).matrix - self.centre) / self.unit, -8, 8).astype(np.float32)
        back = np.arange(-_STEPS_BACK + 1, 1)
        result: F32 = scaled[np.maximum(rows[:, None] + back, 0)]
        return result


def _drawn(rows: I64, count: int, rng: np.random.Generator) -> I64:
    return rows if rows.size <= count else np.sort(rng.choice(rows, count, replace=False))


def _train(sequence: F32, hit: F32, rng: np.random.Generator, seed: int) -> Network:
    """The best of all epochs by the loss on the last part, which follows the training part in time."""
    split = int(len(hit) * (1 - _HELD_BACK))
    rate = np.clip(hit[:split].mean(axis=0, dtype=np.float64), 1e-6, 1 - 1e-6).reshape(-1)
    bias = jnp.asarray(np.log(rate) - np.log1p(-rate), jnp.float32)
    network = Network(sequence.shape[2], bias, jax.random.key(seed))
    memory = _OPTIMISER.init(eqx.filter(network, eqx.is_array))
    held = (jnp.asarray(sequence[split:]), jnp.asarray(hit[split:]))
    best, least = network, float(_held_back_loss(network, *held))
    for _ in range(_EPOCHS):
        order = rng.permutation(split)
        for first in range(0, split - _BATCH + 1, _BATCH):
            batch = order[first : first + _BATCH]
            network, memory = _update(network, memory, sequence[batch], hit[batch])
        loss = float(_held_back_loss(network, *held))
        if loss < least:
            best, least = network, loss
    return best
