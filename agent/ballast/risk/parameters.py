"""The fitted numbers of the model, their identity and their checks."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

import equinox as eqx
import jax
import numpy as np

from ballast.risk.network import Network, Shape, build
from ballast.risk.state import Limits

FORMAT = "ballast-risk/2"

Arrays = dict[str, np.ndarray[Any, np.dtype[np.float32]]]


class WeightsError(ValueError):
    """A weights document is malformed or breaks a condition that the model's guarantees rest on."""


@dataclass(frozen=True, eq=False)
class Weights:
    """Networks on the host's CPU, limits, origin, and `model_id`: sha256 of shape, limits and every number.

    parameters: the members, stacked on the first axis of every array; a JAX pytree.
    """

    parameters: Network
    shape: Shape
    limits: Limits
    model_id: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


def make_weights(networks: Network, shape: Shape, limits: Limits, metadata: Mapping[str, Any]) -> Weights:
    """Check the networks and freeze them.

    Monotone probabilities need nothing but finite numbers, see `network`. Raises WeightsError naming the
    array that is not finite or not of the shape that `shape` says.
    """
    arrays = arrays_of(networks)
    _check(arrays, shape)
    model_id = "0x" + hashlib.sha256(canonical_bytes(arrays, shape, limits)).hexdigest()
    # Committed to the CPU: the forecast must not depend on which accelerator happens to be in the machine.
    frozen = jax.device_put(_filled(shape, arrays), jax.devices("cpu")[0])
    return Weights(frozen, shape, limits, model_id, dict(metadata))


def arrays_of(networks: Network) -> Arrays:
    """Every array by its path."""
    leaves, _ = jax.tree_util.tree_flatten_with_path(eqx.filter(networks, eqx.is_array_like))
    return {jax.tree_util.keystr(path).lstrip("."): np.asarray(leaf, np.float32) for path, leaf in leaves}


def canonical_bytes(arrays: Arrays, shape: Shape, limits: Limits) -> bytes:
    """The bytes whose hash is the model id: sorted JSON without spaces, arrays as little-endian float32."""
    document = {"format": FORMAT, **_content(arrays, shape, limits)}
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode("ascii")


def weights_to_json(weights: Weights) -> str:
    """The document that `weights_from_json` reads back to the same model id."""
    content = _content(arrays_of(weights.parameters), weights.shape, weights.limits)
    document = {
        "format": FORMAT,
        "model_id": weights.model_id,
        "metadata": weights.metadata,
        **content,
    }
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def weights_from_json(text: str) -> Weights:
    """Parse and check a weights document. Raises WeightsError for a malformed one or a wrong id."""
    try:
        document = json.loads(text)
        stated, kind = document["model_id"], document["format"]
        limits = _limits_from_json(document["limits"])
        shape = Shape(**document["shape"])
        arrays = {name: _decoded(value) for name, value in document["parameters"].items()}
        metadata = document["metadata"]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise WeightsError(f"weights document is malformed: {error!r}") from error
    if kind != FORMAT:
        raise WeightsError(f"weights format is {kind!r}, expected {FORMAT!r}")
    _check(arrays, shape)
    weights = make_weights(_filled(shape, arrays), shape, limits, metadata)
    if weights.model_id != stated:
        raise WeightsError(f"weights hash to {weights.model_id}, the document states {stated}")
    return weights


@lru_cache(maxsize=1)
def load_default_weights() -> Weights:
    """The weights that ship with the package."""
    return weights_from_json(
        resources.files("ballast.risk").joinpath("weights/default.json").read_text("ascii")
    )


@lru_cache(maxsize=8)
def _skeleton(shape: Shape) -> Network:
    """Networks of this shape without numbers."""
    blank: Network = eqx.filter_eval_shape(build, shape, 0)
    return blank


def _filled(shape: Shape, arrays: Arrays) -> Network:
    leaves, structure = jax.tree_util.tree_flatten_with_path(_skeleton(shape))
    values = [arrays[jax.tree_util.keystr(path).lstrip(".")] for path, _ in leaves]
    networks: Network = jax.tree_util.tree_unflatten(structure, values)
    return networks


def _check(arrays: Arrays, shape: Shape) -> None:
    expected = {
        jax.tree_util.keystr(path).lstrip("."): leaf.shape
        for path, leaf in jax.tree_util.tree_flatten_with_path(_skeleton(shape))[0]
    }
    if set(arrays) != set(expected):
        odd = sorted(set(arrays) ^ set(expected))
        raise WeightsError(f"parameters missing or not known: {', '.join(odd)}")
    for name, array in arrays.items():
        if array.shape != expected[name]:
            raise WeightsError(f"{name} has shape {array.shape}, expected {expected[name]}")
        if not np.isfinite(array).all():
            raise WeightsError(f"{name} holds a number that is not finite")
    if not (arrays["spread"] > 0).all():
        raise WeightsError("spread must be positive")


def _content(arrays: Arrays, shape: Shape, limits: Limits) -> dict[str, Any]:
    parameters = {name: _encoded(array) for name, array in arrays.items()}
    return {"limits": _limits_json(limits), "shape": asdict(shape), "parameters": parameters}


def _encoded(array: np.ndarray[Any, np.dtype[np.float32]]) -> dict[str, Any]:
    data = base64.b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode("ascii")
    return {"shape": list(array.shape), "float32": data}


def _decoded(value: Mapping[str, Any]) -> np.ndarray[Any, np.dtype[np.float32]]:
    flat = np.frombuffer(base64.b64decode(value["float32"], validate=True), "<f4").astype(np.float32)
    return flat.reshape(value["shape"])


def _limits_json(limits: Limits) -> dict[str, Any]:
    return {**limits._asdict(), "max_abs_log_return": float(limits.max_abs_log_return).hex()}


def _limits_from_json(values: Mapping[str, Any]) -> Limits:
    return Limits(**{**values, "max_abs_log_return": float.fromhex(values["max_abs_log_return"])})
