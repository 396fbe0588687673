"""Names of finished pieces: whatever can change a forecast changes the name, and nothing else does.

A piece depends on the code of its forecaster and of all that this code imports, on the forecaster's settings,
the fold, the bars scored and the bars fitted on, and the libraries that compute.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from ballast.evaluation.folds import Fold
from ballast.risk.calibration import Calibrated
from ballast.risk.forecaster import Market

# How a fit and its rows are put together; the rest follows from what these and the forecaster import.
_ALWAYS = ("ballast.evaluation.forecasts", "ballast.risk.calibration")
_NOT_FORECASTS = frozenset({__name__})
_LIBRARIES = ("numpy", "scipy", "jax", "jaxlib", "equinox", "optax", "lightgbm", "arch")


def piece_key(
    layer: Calibrated, fold: Fold, until: int, seed: int, scored: Sequence[Market], fitted: Sequence[Market]
) -> str:
    """Name of the piece of one fold, fitted on what `fitted` had made known at `until`."""
    digest = hashlib.sha256(f"{fold}|{until}|{seed}|{_versions()}|{_described(layer)}".encode())
    for name in _modules((type(layer.inner).__module__, type(layer).__module__, *_ALWAYS)):
        digest.update(f"{name}\n{_code(name)}".encode())
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


def _raw(values: np.ndarray[Any, Any]) -> bytes:
    return np.ascontiguousarray(values).tobytes()


@lru_cache(maxsize=32)
def _bars(market: Market) -> bytes:
    digest = hashlib.sha256(f"{market.name}|{market.interval_seconds}".encode())
    columns = (market.known_at, market.prices, market.volume, market.reported, market.segment, market.drop)
    for column in columns:
        digest.update(_raw(column))
    return digest.digest()


@lru_cache(maxsize=32)
def _modules(roots: tuple[str, ...]) -> tuple[str, ...]:
    """The roots and every module of the package that they import, directly or not, sorted."""
    found, waiting = set[str](), list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found and name not in _NOT_FORECASTS:
            found.add(name)
            waiting += _imported(name)
    return tuple(sorted(found))


def _imported(name: str) -> Iterator[str]:
    """Modules of the package that a module's text imports, wherever in it."""
    for node in ast.walk(_tree(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("ballast."))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "ballast":
            module = str(node.module)
            inner = [f"{module}.{alias.name}" for alias in node.names]
            yield from (module, *(one for one in inner if _is_module(one)))


@cache
def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


@cache
def _tree(name: str) -> ast.Module:
    """Read once: what is running is the text as it was at the start. Docstrings are emptied."""
    spec = importlib.util.find_spec(name)
    assert spec is not None, name
    assert spec.origin is not None, name
    tree = ast.parse(Path(spec.origin).read_text("utf-8"))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and ast.get_docstring(node) is not None
        ):
            node.body[0] = ast.Pass()
    return tree


@cache
def _code(name: str) -> str:
    """A module's code without comments, docstrings and layout: those change no forecast."""
    return ast.unparse(_tree(name))
