"""Training of the network: proper scores, Adam, early stop on a later tail; deterministic from a seed.

Everything that is fitted or chosen here (weights, feature scale, epoch to stop at) comes from `samples`,
which know nothing that was not known at the cut-off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax  # type: ignore[import-untyped]

from ballast.risk.forecaster import F32, HORIZON_SECONDS, I64, LOG_BARRIERS, Market
from ballast.risk.hitting import hit_probability
from ballast.risk.network import Network, Shape, build, law_of
from ballast.risk.samples import Size, Split, Windows, everything, split_windows
from ballast.risk.state import RiskState, features

# Probabilities are kept this far from 0 and 1 inside the logarithm only.
_LOG_GUARD = 1e-6
_CHUNK = 8_192
# A dead or a wild hour says no more about the level than this much, in log variance.
_MOST_OFF = 4.0


@dataclass(frozen=True, slots=True)
class Training:
    """How a network is trained; `tail_share` of the training range decides when to stop."""

    epochs: int = 12
    patience: int = 4
    batch: int = 2_048
    rate: float = 4e-3
    decay: float = 1e-3
    tail_share: float = 0.15
    window: int = 96
    burn_in: int = 32
    brier_share: float = 1.0
    realised_share: float = 0.03


class Checkpoint(NamedTuple):
    """Where a training stands after `epoch` epochs of its present run.

    again: 0 while the tail is held out to find `best_epoch`, 1 in the second run, over everything.
    """

    networks: Network
    memory: Any
    best_loss: Any
    best_epoch: Any
    epoch: Any
    again: Any


@dataclass(frozen=True, slots=True)
class Progress:
    """One epoch: loss in training and, in the first run, of the ensemble on the tail (else NaN)."""

    again: bool
    epoch: int
    train_loss: float
    tail_loss: float
    best_epoch: int


def score(probability: jax.Array, hit: jax.Array, brier_share: float = 1.0) -> jax.Array:
    """Brier (times `brier_share`) + log score in nats, elementwise; both are proper."""
    p = jnp.clip(probability, _LOG_GUARD, 1 - _LOG_GUARD)
    logs = -(hit * jnp.log(p) + (1 - hit) * jnp.log1p(-p))
    return brier_share * (probability - hit) ** 2 + logs


def without_gap(state: RiskState) -> RiskState:
    """The same states for an agent that has no market price beside the oracle's."""
    return state._replace(gap=0 * state.gap, gap_known=0 * state.gap_known)


def probabilities(networks: Network, states: RiskState) -> F32:
    """P(fall >= barrier) for stacked states of any number, [N, 2, B]; evaluated in chunks of one size."""
    count = len(np.asarray(states.peak))
    found = [np.zeros((0, len(HORIZON_SECONDS), LOG_BARRIERS.size), np.float32)]
    for first in range(0, count, _CHUNK):
        chunk = RiskState(*(np.asarray(leaf)[first : first + _CHUNK] for leaf in states))
        missing = min(_CHUNK, 1 << (count - 1).bit_length()) - len(chunk.peak)
        padded = RiskState(*(np.concatenate([leaf, np.repeat(leaf[-1:], missing, axis=0)]) for leaf in chunk))
        found.append(np.asarray(_batch(networks, padded))[: len(chunk.peak)])
    return np.concatenate(found)


@jax.jit
def _batch(networks: Network, states: RiskState) -> jax.Array:
    laws = jax.vmap(lambda state: law_of(networks, state))(states)
    return hit_probability(laws, jnp.asarray(LOG_BARRIERS))


def _remembered(network: Network, windows: Windows) -> jax.Array:
    """Memory [T, H] of one member along one window that starts from nothing."""

    def body(hidden: jax.Array, step: tuple[RiskState, jax.Array]) -> tuple[jax.Array, jax.Array]:
        following = network.remember(hidden, *step)
        return following, following

    start = jnp.zeros(network.backbone.hidden_size)
    length = windows.dt_seconds.shape[0]
    if network.backbone.hidden_size == 0:
        return jnp.zeros((length, 0))
    _, stacked = jax.lax.scan(body, start, (windows.state, windows.dt_seconds))
    return stacked


def _window_chances(network: Network, windows: Windows) -> tuple[jax.Array, jax.Array]:
    """One member along one window, with and without the market's price, stacked first.

    Returns probabilities [2, T, 2, B] and predicted log variance of the two stretches [2, T, 2].
    """
    hidden = _remembered(network, windows)
    chances, variances = [], []
    for state in (windows.state, without_gap(windows.state)):
        law, log_volatility = jax.vmap(network.law_and_volatility)(hidden, state)
        chances.append(hit_probability(law, jnp.asarray(LOG_BARRIERS)))
        variances.append(2 * log_volatility + network.realised)
    return jnp.stack(chances), jnp.stack(variances)


def _member_loss(network: Network, windows: Windows, training: Training) -> jax.Array:
    """Proper scores of the hits, and a share of the squared error of log realised variance.

    The latter is worth nothing to a user, but says far more about volatility than hits do, most of which are
    certain misses.
    """
    p, variance = jax.vmap(lambda window: _window_chances(network, window))(windows)
    hit = (windows.drop[..., None] >= jnp.asarray(LOG_BARRIERS)).astype(jnp.float32)
    each = score(p, hit[:, None], training.brier_share).mean(axis=(1, 3, 4))
    off = jnp.clip(variance - windows.realised[:, None], -_MOST_OFF, _MOST_OFF)
    each = each + training.realised_share * jnp.mean(off**2, axis=(1, 3))
    return jnp.sum(windows.weight * each) / jnp.sum(windows.weight)


@eqx.filter_jit
def _tail_sums(networks: Network, windows: Windows) -> jax.Array:
    """Weighted sum of the members' mean probability's score, and the weight: [2]."""
    per_member = eqx.filter_vmap(
        lambda network: jax.vmap(lambda window: _window_chances(network, window)[0])(windows),
        in_axes=(eqx.if_array(0),),
    )(networks)
    hit = (windows.drop[..., None] >= jnp.asarray(LOG_BARRIERS)).astype(jnp.float32)
    each = score(per_member.mean(axis=0), hit[:, None]).mean(axis=(1, 3, 4))
    return jnp.stack([jnp.sum(windows.weight * each), jnp.sum(windows.weight)])


def tail_loss(networks: Network, windows: Windows) -> float:
    """Mean score of the ensemble over windows."""
    size = max(1, _CHUNK // windows.dt_seconds.shape[1])
    count = len(windows.weight)
    sums = np.zeros(2)
    for first in range(0, count, size):
        rows = np.minimum(np.arange(first, first + size), count - 1)
        part = jax.tree.map(lambda leaf, rows=rows: leaf[rows], windows)
        fresh = (np.arange(first, first + size) < count)[:, None]
        sums += np.asarray(_tail_sums(networks, part._replace(weight=part.weight * fresh)))
    return float(sums[0] / sums[1])


def with_scaler(networks: Network, windows: Windows) -> Network:
    """Feature centre and spread from training windows alone."""
    x = np.asarray(features(windows.state), np.float64).reshape(-1, networks.centre.shape[1])
    centre = np.broadcast_to(x.mean(axis=0), networks.centre.shape).astype(np.float32)
    spread = np.broadcast_to(np.maximum(x.std(axis=0), 1e-3), networks.spread.shape).astype(np.float32)
    where = lambda n: (n.centre, n.spread)  # noqa: E731 (equinox selects leaves by a function)
    scaled: Network = eqx.tree_at(where, networks, (jnp.asarray(centre), jnp.asarray(spread)))
    return scaled


def prepare(shape: Shape, training: Training, markets: Sequence[Market], known_until: int) -> Split:
    """Samples of the length that the variant needs. Errors as in `split_windows`."""
    recurrent = shape.variant not in ("linear", "mlp")
    size = Size(training.window, training.burn_in) if recurrent else Size()
    return split_windows(markets, known_until, training.tail_share, size)


def begin(shape: Shape, training: Training, split: Split, seed: int) -> Checkpoint:
    """The state before the first epoch of the first run."""
    return _fresh(shape, training, split.train, seed)


@partial(jax.jit, static_argnums=(0, 1))
def _drawn(shape: Shape, seed: int) -> Network:
    return build(shape, seed)


def _fresh(shape: Shape, training: Training, windows: Windows, seed: int) -> Checkpoint:
    networks = with_scaler(_drawn(shape, seed), windows)
    memory = eqx.filter_vmap(_optimiser(training).init)(eqx.filter(networks, eqx.is_inexact_array))
    here = Checkpoint(networks, memory, np.float32(np.inf), np.int32(0), np.int32(0), np.int32(0))
    # One type from the first call on, or the epoch would be compiled a second time.
    strong: Checkpoint = jax.tree.map(lambda leaf: jnp.asarray(leaf, leaf.dtype), here)
    return strong


def train(
    shape: Shape, training: Training, split: Split, seed: int, start: Checkpoint
) -> Iterator[tuple[Checkpoint, Progress]]:
    """Epochs after `start`, each with where it leads. Resumable bit for bit from any of them.

    First the tail is held out and says how many epochs are enough; then everything is trained on for as many,
    because the newest samples are the most like what comes.
    """
    here = start
    if int(here.again) == 0:
        for found, progress in _search(training, split, seed, here):
            here = found
            yield found, progress
        whole = everything(split)
        again = _fresh(shape, training, whole, seed)
        here = again._replace(best_epoch=here.best_epoch, best_loss=here.best_loss, again=jnp.int32(1))
    run = _epochs(training, everything(split), seed, int(here.best_epoch))
    while int(here.epoch) < int(here.best_epoch):
        here, loss = run(here)
        yield here, Progress(True, int(here.epoch), loss, float("nan"), int(here.best_epoch))  # noqa: FBT003


def _search(
    training: Training, split: Split, seed: int, start: Checkpoint
) -> Iterator[tuple[Checkpoint, Progress]]:
    run, here = _epochs(training, split.train, seed, training.epochs), start
    while int(here.epoch) < min(training.epochs, int(here.best_epoch) + training.patience):
        here, train_loss = run(here)
        loss = tail_loss(here.networks, split.tail)
        if loss < float(here.best_loss):
            here = here._replace(best_loss=jnp.float32(loss), best_epoch=here.epoch)
        yield here, Progress(False, int(here.epoch), train_loss, loss, int(here.best_epoch))  # noqa: FBT003


def _optimiser(training: Training) -> optax.GradientTransformation:
    """Adam with decoupled decay; its step is multiplied by the rate of the moment afterwards."""
    decay = optax.add_decayed_weights(training.decay)
    return optax.chain(optax.clip_by_global_norm(1.0), optax.scale_by_adam(), decay)


def _epochs(
    training: Training, windows: Windows, seed: int, epochs: int
) -> Callable[[Checkpoint], tuple[Checkpoint, float]]:
    """A function that runs one more epoch of `epochs` and returns the mean training loss."""
    count = len(windows.weight)
    # Recurrent windows hold many samples each, so a batch holds as many fewer of them.
    size = min(count, max(1, training.batch // windows.dt_seconds.shape[1]))
    steps = count // size
    rate = optax.cosine_decay_schedule(training.rate, max(1, epochs * steps), 0.02)

    def run(here: Checkpoint) -> tuple[Checkpoint, float]:
        networks, memory, losses = here.networks, here.memory, []
        epoch, members = int(here.epoch), here.networks.level.shape[0]
        for step, rows in enumerate(_order(seed, epoch, members, (count, steps, size))):
            part = jax.tree.map(lambda leaf, rows=rows: leaf[rows], windows)
            now = np.float32(rate(epoch * steps + step))
            networks, memory, loss = _update(training, networks, memory, part, now)
            losses.append(loss)
        following = here._replace(networks=networks, memory=memory, epoch=here.epoch + 1)
        return following, float(np.mean(losses))

    return run


def _order(seed: int, epoch: int, members: int, size: tuple[int, int, int]) -> I64:
    """Each member's own order of `count` windows in one epoch, as [steps, E, batch]."""
    count, steps, batch = size
    draw = np.random.default_rng([seed, epoch])
    orders = np.stack([draw.permutation(count)[: steps * batch] for _ in range(members)])
    batches: I64 = orders.reshape(members, steps, batch).swapaxes(0, 1)
    return batches


@partial(jax.jit, static_argnums=0)
def _update(
    training: Training, networks: Network, memory: optax.OptState, windows: Windows, rate: jax.Array
) -> tuple[Network, optax.OptState, jax.Array]:
    """One step of every member on its own batch. Compiled once for all ranges of data."""
    optimiser = _optimiser(training)

    def member(
        network: Network, memory: optax.OptState, part: Windows
    ) -> tuple[Network, optax.OptState, jax.Array]:
        loss, gradient = eqx.filter_value_and_grad(_member_loss)(network, part, training)
        change, memory = optimiser.update(gradient, memory, eqx.filter(network, eqx.is_inexact_array))
        scaled = jax.tree.map(lambda leaf: -rate * leaf, change)
        return eqx.apply_updates(network, scaled), memory, loss

    networks, memory, losses = eqx.filter_vmap(member)(networks, memory, windows)
    return networks, memory, losses.mean()
