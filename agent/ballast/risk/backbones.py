"""Networks that turn features into a correction of the log-linear head; one abstract class, four kinds.

Recurrent kinds run in continuous time: a gate z that is meant for a step of one hour becomes
1 - (1 - z)^(dt / 1 h), so that the same input for an hour moves the memory equally whether it arrives in one
step or in many.
"""

from __future__ import annotations

import abc
from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp

_STEP_SECONDS = 3_600.0


class Backbone(eqx.Module):
    """Memory [hidden_size] and output [width] of one network for one situation; batches by `jax.vmap`."""

    @property
    @abc.abstractmethod
    def hidden_size(self) -> int:
        """Length of the memory; 0 for a network without."""

    @abc.abstractmethod
    def advance(self, hidden: jax.Array, x: jax.Array, dt_seconds: jax.Array) -> jax.Array:
        """Memory after `dt_seconds` in which the features were `x`."""

    @abc.abstractmethod
    def __call__(self, hidden: jax.Array, x: jax.Array) -> jax.Array:
        """Output [width] for a memory that has seen `x` already."""


class Memoryless(Backbone):
    """What remembers nothing of its own: the features' averages are memory enough."""

    @property
    def hidden_size(self) -> int:
        """See `Backbone`."""
        return 0

    def advance(self, hidden: jax.Array, x: jax.Array, dt_seconds: jax.Array) -> jax.Array:  # noqa: ARG002
        """See `Backbone`."""
        return hidden


class NoBackbone(Memoryless):
    """No network: what remains is the head, linear in the features."""

    def __init__(self) -> None:
        pass

    def __call__(self, hidden: jax.Array, x: jax.Array) -> jax.Array:  # noqa: ARG002
        """See `Backbone`."""
        return jnp.zeros(0)


class Mlp(Memoryless):
    """Two hidden layers; the features' own averages are its memory."""

    first: eqx.nn.Linear
    second: eqx.nn.Linear

    def __init__(self, inputs: int, width: int, key: jax.Array) -> None:
        keys = jax.random.split(key)
        self.first = eqx.nn.Linear(inputs, width, key=keys[0])
        self.second = eqx.nn.Linear(width, width, key=keys[1])

    def __call__(self, hidden: jax.Array, x: jax.Array) -> jax.Array:  # noqa: ARG002
        """See `Backbone`."""
        return jax.nn.silu(self.second(jax.nn.silu(self.first(x))))


class MinGru(Backbone):
    """minGRU (Feng et al. 2024): gate and candidate from the features alone, so the recurrence is linear."""

    gate: eqx.nn.Linear
    candidate: eqx.nn.Linear
    width: int = eqx.field(static=True)

    def __init__(self, inputs: int, width: int, key: jax.Array) -> None:
        keys = jax.random.split(key)
        self.gate = eqx.nn.Linear(inputs, width, key=keys[0])
        self.candidate = eqx.nn.Linear(inputs, width, key=keys[1])
        self.width = width

    @property
    def hidden_size(self) -> int:
        """See `Backbone`."""
        return self.width

    def advance(self, hidden: jax.Array, x: jax.Array, dt_seconds: jax.Array) -> jax.Array:
        """See `Backbone`."""
        share = _share(self.gate(x), dt_seconds)
        return hidden + share * (jnp.tanh(self.candidate(x)) - hidden)

    def __call__(self, hidden: jax.Array, x: jax.Array) -> jax.Array:  # noqa: ARG002
        """See `Backbone`."""
        return hidden


class Gru(Backbone):
    """Gated recurrent unit; its update gate runs in continuous time."""

    gates: eqx.nn.Linear
    candidate: eqx.nn.Linear
    width: int = eqx.field(static=True)

    def __init__(self, inputs: int, width: int, key: jax.Array) -> None:
        keys = jax.random.split(key)
        self.gates = eqx.nn.Linear(inputs + width, 2 * width, key=keys[0])
        self.candidate = eqx.nn.Linear(inputs + width, width, key=keys[1])
        self.width = width

    @property
    def hidden_size(self) -> int:
        """See `Backbone`."""
        return self.width

    def advance(self, hidden: jax.Array, x: jax.Array, dt_seconds: jax.Array) -> jax.Array:
        """See `Backbone`."""
        update, reset = jnp.split(self.gates(jnp.concatenate([x, hidden])), 2)
        proposed = jnp.tanh(self.candidate(jnp.concatenate([x, jax.nn.sigmoid(reset) * hidden])))
        return hidden + _share(update, dt_seconds) * (proposed - hidden)

    def __call__(self, hidden: jax.Array, x: jax.Array) -> jax.Array:  # noqa: ARG002
        """See `Backbone`."""
        return hidden


class Lstm(Backbone):
    """Long short-term memory; the cell forgets and takes in in continuous time. Memory: cell, then output."""

    gates: eqx.nn.Linear
    width: int = eqx.field(static=True)

    def __init__(self, inputs: int, width: int, key: jax.Array) -> None:
        self.gates = eqx.nn.Linear(inputs + width, 4 * width, key=key)
        self.width = width

    @property
    def hidden_size(self) -> int:
        """See `Backbone`."""
        return 2 * self.width

    def advance(self, hidden: jax.Array, x: jax.Array, dt_seconds: jax.Array) -> jax.Array:
        """See `Backbone`."""
        cell, shown = jnp.split(hidden, 2)
        take, forget, out, proposed = jnp.split(self.gates(jnp.concatenate([x, shown])), 4)
        cell = cell * (1 - _share(forget, dt_seconds)) + _share(take, dt_seconds) * jnp.tanh(proposed)
        target = jax.nn.sigmoid(out) * jnp.tanh(cell)
        # The shown part is a function of the cell, so it needs no time constant of its own.
        return jnp.concatenate([cell, target])

    def __call__(self, hidden: jax.Array, x: jax.Array) -> jax.Array:  # noqa: ARG002
        """See `Backbone`."""
        return hidden[self.width :]


def _share(logit: jax.Array, dt_seconds: jax.Array) -> jax.Array:
    """1 - (1 - sigmoid(logit))^(dt / 1 h), without cancellation for short steps."""
    return -jnp.expm1(-jax.nn.softplus(logit) * dt_seconds / _STEP_SECONDS)


_KINDS: dict[str, Callable[[int, int, jax.Array], Backbone]] = {
    "linear": lambda _inputs, _width, _key: NoBackbone(),
    "mlp": Mlp,
    "mingru": MinGru,
    "gru": Gru,
    "lstm": Lstm,
}
VARIANTS = tuple(_KINDS)


def build_backbone(variant: str, inputs: int, width: int, key: jax.Array) -> Backbone:
    """A freshly drawn backbone. Raises ValueError for a variant that does not exist."""
    if variant not in _KINDS:
        raise ValueError(f"variant is {variant!r}, allowed are {', '.join(VARIANTS)}")
    return _KINDS[variant](inputs, width, key)
