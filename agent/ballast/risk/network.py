"""The forecaster's network: a log-linear head with non-negative elasticities, corrected by a backbone.

Whatever the numbers, the result is a `Law`: shares come from a softmax, variances from exponentials, and the
variance of six hours is that of one plus a positive term. The correction starts at zero and is bounded, so a
network that has learned nothing is the log-linear head, and one that is lost cannot be lost by much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from ballast.risk.backbones import Backbone, build_backbone
from ballast.risk.hitting import Law, pooled
from ballast.risk.report import Horizon
from ballast.risk.state import (
    FEATURES,
    GAP_FEATURES,
    HALF_LIVES_SECONDS,
    PRIOR_VARIANCE,
    RiskState,
    features,
    gap_features,
    log_variance,
)

# Lengths of the two stretches whose variances add up: the first hour and the five hours after it.
_STRETCH_SECONDS = (float(Horizon.ONE_HOUR), float(Horizon.SIX_HOURS - Horizon.ONE_HOUR))
_BOUND_LEVEL, _BOUND_SHAPE = 1.0, 2.0
_CLIP_FEATURE = 6.0
# exp(-7): a tenth of a percent, about the part of an oracle's deviation that stays unreported on average.
_SHIFT_START = -7.0


@dataclass(frozen=True, slots=True)
class Shape:
    """What a network is built from: kind and width of its backbone, components of its law, members."""

    variant: str = "mlp"
    width: int = 32
    components: int = 4
    members: int = 4

    def __post_init__(self) -> None:
        for name in ("width", "components", "members"):
            if not 1 <= getattr(self, name) <= 256:
                raise ValueError(f"{name} is {getattr(self, name)}, allowed are 1 to 256")


class Network(eqx.Module):
    """One member; arrays are float32. With K averages, F features, J components.

    level: [2] log volatility per square-root second at the prior variance, first hour and five hours after;
    mix: [2, K + 1] logits of elasticities, the last one of what is left out; share: [J] logits; scale: [2, J]
    log volatility multiples; shift: [2] log of the distance added to barriers, without and with a market
    price; later: [] logit of its part over six hours; bend: [] log of the distance where half of it counts;
    realised: [2] log of realised over predicted variance of the two stretches, needed in training only;
    centre, spread: [F] of the features in training; readout: [O, F + width] correction.
    """

    level: Any
    mix: Any
    share: Any
    scale: Any
    shift: Any
    later: Any
    bend: Any
    realised: Any
    centre: Any
    spread: Any
    readout: Any
    backbone: Backbone

    def __init__(self, shape: Shape, key: jax.Array) -> None:
        keys = jax.random.split(key, 3)
        parts = shape.components
        self.level = jnp.full(2, 0.5 * jnp.log(PRIOR_VARIANCE))
        self.mix = 0.01 * jax.random.normal(keys[0], (2, len(HALF_LIVES_SECONDS) + 1))
        self.share = jnp.linspace(0.5, -1.5, parts)
        fan = jnp.linspace(-0.6, 0.9, parts) if parts > 1 else jnp.zeros(1)
        self.scale = jnp.stack([fan, fan]) + 0.01 * jax.random.normal(keys[1], (2, parts))
        self.shift = jnp.full(2, _SHIFT_START)
        self.later, self.bend = jnp.zeros(()), jnp.full((), _SHIFT_START)
        self.realised = jnp.zeros(2)
        self.centre, self.spread = jnp.zeros(FEATURES), jnp.ones(FEATURES)
        self.backbone = build_backbone(shape.variant, FEATURES + GAP_FEATURES, shape.width, keys[2])
        width = 0 if shape.variant == "linear" else shape.width
        self.readout = jnp.zeros((2 + 3 * parts + 1, FEATURES + GAP_FEATURES + width))

    @property
    def half_life_seconds(self) -> tuple[float, ...]:
        """Half-lives of the state's averages, for readers of explanations; they are not fitted."""
        return HALF_LIVES_SECONDS

    def scaled(self, state: RiskState) -> jax.Array:
        """Features of one state in training units, [F + 2]; the gap comes last and is never in the memory."""
        x = (features(state) - jax.lax.stop_gradient(self.centre)) / jax.lax.stop_gradient(self.spread)
        return jnp.concatenate([jnp.clip(x, -_CLIP_FEATURE, _CLIP_FEATURE), gap_features(state)])

    def remember(self, hidden: jax.Array, state: RiskState, dt_seconds: jax.Array) -> jax.Array:
        """Memory [H] after `dt_seconds` that led to `state`."""
        x = self.scaled(state)
        blind = jnp.concatenate([x[:FEATURES], jnp.zeros(GAP_FEATURES)])
        return self.backbone.advance(hidden, blind, dt_seconds)

    def law(self, hidden: jax.Array, state: RiskState) -> Law:
        """First-passage law of one state (no batch axis); `hidden` has seen it already."""
        return self.law_and_volatility(hidden, state)[0]

    def law_and_volatility(self, hidden: jax.Array, state: RiskState) -> tuple[Law, jax.Array]:
        """The law, and [2] log volatility per square-root second of the two stretches before the mixture."""
        x = self.scaled(state)
        correction = self.readout @ jnp.concatenate([x, self.backbone(hidden, x)])
        parts = self.share.shape[0]
        level, share, scale, shift = jnp.split(correction, [2, 2 + parts, 2 + 3 * parts])
        base = self.level + 0.5 * jax.nn.softmax(self.mix, axis=-1)[:, :-1] @ log_variance(state)
        log_volatility = base + _bounded(level, _BOUND_LEVEL)
        log_scale = self.scale + _bounded(scale.reshape(2, parts), _BOUND_SHAPE)
        deviations = jnp.exp(log_volatility[:, None] + log_scale)
        first, rest = deviations**2 * jnp.asarray(_STRETCH_SECONDS, jnp.float32)[:, None]
        variance = jnp.stack([first, first + rest])
        unreported = jnp.where(state.gap_known > 0, self.shift[1], self.shift[0])
        lag = jnp.exp(unreported + _bounded(shift, _BOUND_SHAPE))
        # Over six hours at most as many deviations as over one: the law stays monotone in the horizon.
        later = jax.nn.sigmoid(self.later) * lag * jnp.sqrt(variance[1] / variance[0])
        law = Law(
            jax.nn.softmax(self.share + _bounded(share, _BOUND_SHAPE)),
            variance,
            jnp.full(parts, state.gap),
            jnp.stack([jnp.full(parts, lag[0]), later]),
            jnp.full(parts, jnp.exp(self.bend)),
        )
        return law, log_volatility


def _bounded(value: jax.Array, bound: float) -> jax.Array:
    squashed: jax.Array = bound * jnp.tanh(value / bound)
    return squashed


def build(shape: Shape, seed: int) -> Network:
    """`shape.members` freshly drawn networks, stacked on the first axis of every array."""
    keys = jax.random.split(jax.random.key(seed), shape.members)
    stacked: Network = eqx.filter_vmap(lambda key: Network(shape, key))(keys)
    return stacked


def remember_all(networks: Network, state: RiskState, dt_seconds: jax.Array) -> jax.Array:
    """Memories [E, H] of all members after an observation; as they were when no time has passed."""
    following: jax.Array = eqx.filter_vmap(
        lambda network, hidden: network.remember(hidden, state, dt_seconds), in_axes=(eqx.if_array(0), 0)
    )(networks, state.hidden)
    kept: jax.Array = jnp.where(dt_seconds > 0, following, state.hidden)
    return kept


def law_of(networks: Network, state: RiskState) -> Law:
    """The members' mean probability for one state, as one law of E J components."""
    laws = eqx.filter_vmap(lambda network, hidden: network.law(hidden, state), in_axes=(eqx.if_array(0), 0))(
        networks, state.hidden
    )
    return pooled(laws)
