"""The fitted numbers of the model, their identity and their checks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

import jax
import numpy as np

FORMAT = "ballast-risk/1"
HORIZON_STEPS = 2

# A float, its hexadecimal text, or a list of such, at any depth.
Nested = float | str | list[Any]


class WeightsError(ValueError):
    """A weights document is malformed or breaks a condition that the model's guarantees rest on."""


class Parameters(NamedTuple):
    """Arrays of the model; a JAX pytree.

    With K half-lives and J mixture components. Index 0 of `level` and `mix` is the first hour, index 1 the
    five hours after it. All are float32.
    """

    half_life_seconds: Any  # [K] seconds, > 0
    prior_variance: Any  # [] variance of log price per second before any observation, > 0
    floor_variance: Any  # [K] added to each average before the logarithm, > 0
    level: Any  # [2] log volatility per square-root second at the prior variance
    mix: Any  # [2, K] elasticities to the averages, >= 0, each row sums to at most 1
    share: Any  # [J] mixture probabilities, >= 0, sum 1
    scale: Any  # [2, J] volatility multiples of the components, > 0
    shift: Any  # [] log distance that discrete oracle reports add to every barrier, >= 0


@dataclass(frozen=True, slots=True)
class Limits:
    """Non-fitted configuration that is part of the model's identity."""

    cold_seconds: int = 1_800
    cold_observations: int = 10
    gap_reset_seconds: int = 21_600
    max_step_seconds: int = 31_536_000
    max_abs_log_return: float = 1.5


@dataclass(frozen=True, eq=False)
class Weights:
    """Parameters on the host's CPU, limits, origin, and `model_id`: sha256 of parameters and limits."""

    parameters: Parameters
    limits: Limits
    model_id: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


def make_weights(values: Mapping[str, Any], limits: Limits, metadata: Mapping[str, Any]) -> Weights:
    """Check `values` (field name to array-like) and freeze them.

    Raises WeightsError naming the field that is missing, extra, of a wrong shape or out of its range.
    """
    if set(values) != set(Parameters._fields):
        raise WeightsError(f"parameters are {sorted(values)}, expected {sorted(Parameters._fields)}")
    arrays = Parameters(**{name: np.asarray(values[name], np.float32) for name in Parameters._fields})
    _check(arrays)
    model_id = "0x" + hashlib.sha256(canonical_bytes(arrays, limits)).hexdigest()
    # Committed to the CPU: the forecast must not depend on which accelerator happens to be in the machine.
    cpu = jax.devices("cpu")[0]
    return Weights(jax.device_put(arrays, cpu), limits, model_id, dict(metadata))


def canonical_bytes(parameters: Parameters, limits: Limits) -> bytes:
    """The bytes whose hash is the model id: sorted JSON without spaces, floats as exact hexadecimal."""
    document = {"format": FORMAT, "limits": _limits_json(limits), "parameters": parameters_json(parameters)}
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode("ascii")


def parameters_json(parameters: Parameters) -> dict[str, Any]:
    """Parameters as nested lists of hexadecimal floats, which survive JSON bit for bit."""
    return {name: _hex(np.asarray(value).tolist()) for name, value in parameters._asdict().items()}


def weights_to_json(weights: Weights) -> str:
    """The document that `weights_from_json` reads back to the same model id."""
    document = {
        "format": FORMAT,
        "model_id": weights.model_id,
        "limits": _limits_json(weights.limits),
        "parameters": parameters_json(weights.parameters),
        "metadata": weights.metadata,
    }
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def weights_from_json(text: str) -> Weights:
    """Parse and check a weights document. Raises WeightsError for a malformed one or a wrong id."""
    try:
        document = json.loads(text)
        stated, kind = document["model_id"], document["format"]
        limits = _limits_from_json(document["limits"])
        values = {name: _unhex(value) for name, value in document["parameters"].items()}
        metadata = document["metadata"]
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise WeightsError(f"weights document is malformed: {error!r}") from error
    if kind != FORMAT:
        raise WeightsError(f"weights format is {kind!r}, expected {FORMAT!r}")
    weights = make_weights(values, limits, metadata)
    if weights.model_id != stated:
        raise WeightsError(f"weights hash to {weights.model_id}, the document states {stated}")
    return weights


@lru_cache(maxsize=1)
def load_default_weights() -> Weights:
    """The weights that ship with the package."""
    return weights_from_json(
        resources.files("ballast.risk").joinpath("weights/default.json").read_text("ascii")
    )


def _limits_json(limits: Limits) -> dict[str, Any]:
    return {
        "cold_seconds": limits.cold_seconds,
        "cold_observations": limits.cold_observations,
        "gap_reset_seconds": limits.gap_reset_seconds,
        "max_step_seconds": limits.max_step_seconds,
        "max_abs_log_return": float(limits.max_abs_log_return).hex(),
    }


def _limits_from_json(values: Mapping[str, Any]) -> Limits:
    bound = float.fromhex(values["max_abs_log_return"])
    return Limits(**{**values, "max_abs_log_return": bound})


def _hex(value: Nested) -> Nested | str:
    return [_hex(item) for item in value] if isinstance(value, list) else float(value).hex()


def _unhex(value: Nested) -> Nested | float:
    return [_unhex(item) for item in value] if isinstance(value, list) else float.fromhex(str(value))


def _check(p: Parameters) -> None:
    """Conditions under which probabilities are monotone in barrier and horizon, and always finite."""
    scales, components = p.half_life_seconds.size, p.share.size
    shapes = ((scales,), (), (scales,), (HORIZON_STEPS,), (HORIZON_STEPS, scales), (components,))
    for name, shape in zip(Parameters._fields, (*shapes, (HORIZON_STEPS, components), ()), strict=True):
        _require(
            getattr(p, name).shape == shape, f"{name} has shape {getattr(p, name).shape}, expected {shape}"
        )
        _require(bool(np.isfinite(getattr(p, name)).all()), f"{name} holds a number that is not finite")
    for name in ("half_life_seconds", "prior_variance", "floor_variance", "scale"):
        _require(bool((getattr(p, name) > 0).all()), f"{name} must be positive")
    for name in ("mix", "share", "shift"):
        _require(bool((getattr(p, name) >= 0).all()), f"{name} must not be negative")
    _require(bool((p.mix.sum(axis=1) <= 1.0001).all()), f"rows of mix sum to {p.mix.sum(axis=1)}, at most 1")
    _require(abs(float(p.share.sum()) - 1) < 1e-5, f"share sums to {float(p.share.sum())}, expected 1")


def _require(condition: object, message: str) -> None:
    if not condition:
        raise WeightsError(message)
