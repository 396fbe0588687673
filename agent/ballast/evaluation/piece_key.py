"""Names of finished pieces: whatever can change a forecast changes the name, and nothing else does.

A piece depends on the code of its forecaster and of all that this code imports, on the forecaster's settings,
the fold, the bars scored and the bars fitted on, and the libraries that compute.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from ballast.evaluation.code_text import Code
from ballast.evaluation.folds import Fold
from ballast.risk.calibration import Calibrated
from ballast.risk.forecaster import Market

# How a fit and its rows are put together; the rest follows from what these and the forecaster import.
_ALWAYS = ("ballast.evaluation.forecasts", "ballast.risk.calibration")
# This module names pieces and makes none.
_LEFT_AWAY = frozenset({__name__})
_LIBRARIES = ("numpy", "scipy", "jax", "jaxlib", "equinox", "optax", "lightgbm", "arch")
_CODE = Code()


def piece_key(
    layer: Calibrated, fold: Fold, until: int, seed: int, scored: Sequence[Market], fitted: Sequence[Market]
) -> str:
    """Name of the piece of one fold, fitted on what `fitted` had made known at `until`."""
    digest = hashlib.sha256(f"{fold}|{until}|{seed}|{_versions()}|{_described(layer)}".encode())
    digest.update(_code((type(layer.inner).__module__, type(layer).__module__, *_ALWAYS)))
    for market in (*scored, *fitted):
        digest.update(_bars(market))
    plain = re.sub(r"\W+", "_", layer.inner.name).strip("_")
    return f"{plain}-{fold.id}-{digest.hexdigest()[:24]}"


@cache
def _versions() -> str:
    return ",".join(f"{name} {_version(name)}" for name in _LIBRARIES)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


@lru_cache(maxsize=32)
def _code(roots: tuple[str, ...]) -> bytes:
    return "".join(f"{name}\n{text}" for name, text in _CODE.of(roots, _LEFT_AWAY).items()).encode()


def _described(value: object) -> str:
    """Settings of a forecaster: its fields, and theirs; arrays by their hash."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{value.shape}{hashlib.sha256(_raw(value)).hexdigest()}"
    if isinstance(value, dict):
        return f"{{{','.join(f'{key}:{_described(entry)}' for key, entry in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_described, value))}]"
    parts = _parts(value)
    return repr(value) if parts is None else f"{type(value).__qualname__}{_described(parts)}"


def _parts(value: object) -> dict[str, object] | None:
    """What an object of the package is made of; None for anything else."""
    if not type(value).__module__.startswith("ballast.") or isinstance(value, Enum):
        return None
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return dict(vars(value))


@lru_cache(maxsize=32)
def _bars(market: Market) -> bytes:
    digest = hashlib.sha256(f"{market.name}|{market.interval_seconds}".encode())
    columns = (market.known_at, market.prices, market.volume, market.reported, market.segment, market.drop)
    for column in columns:
        digest.update(_raw(column))
    return digest.digest()


def _raw(values: np.ndarray[Any, Any]) -> bytes:
    return np.ascontiguousarray(values).tobytes()
