"""Fitted rivals as JSON and back: numbers only, so that anyone can score new bars without the old ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from importlib import resources
from typing import Any

import numpy as np

from ballast.evaluation.baselines.climatology import Climatology
from ballast.evaluation.baselines.ewma import Ewma, Rule
from ballast.evaluation.baselines.garch import Fitted, Garch, Kind
from ballast.evaluation.baselines.log_har import LogHar, LogHarRatio, Regression
from ballast.risk.calibration import Calibrated, LogisticMap
from ballast.risk.forecaster import Forecaster

_DIGITS = 9


def plain(value: object) -> object:
    """Dataclasses, arrays and tuples as dictionaries and lists; floats with nine significant digits."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    return [plain(entry) for entry in value] if isinstance(value, list | tuple) else value


def to_document(layers: Sequence[Calibrated], interval_seconds: int, train_end: int) -> dict[str, Any]:
    """All fitted rivals of one interval."""
    rivals = {
        layer.inner.name: {
            "kind": type(layer.inner).__name__,
            "inner": plain(layer.inner),
            "map": plain(layer.fitted),
        }
        for layer in layers
    }
    return {"interval_seconds": interval_seconds, "train_end": train_end, "rivals": rivals}


def from_document(document: dict[str, Any]) -> list[Calibrated]:
    """The calibrated rivals of a document; `inner` of each is the raw one."""
    layers = []
    for entry in document["rivals"].values():
        inner = _BUILD[entry["kind"]](entry["inner"])
        curve = LogisticMap(*(np.asarray(entry["map"][key], np.float64) for key in ("offset", "slope")))
        layers.append(Calibrated(inner, None, curve, int(document["train_end"])))
    return layers


def shipped_rivals(interval_seconds: int) -> tuple[list[Calibrated], int] | None:
    """Rivals that ship for bars of this length and the end of their training; None where there are none."""
    path = resources.files("ballast.evaluation.fitted").joinpath(f"{interval_seconds}.json")
    if not path.is_file():
        return None
    document = json.loads(path.read_text("ascii"))
    return from_document(document), int(document["train_end"])


def _climatology(values: dict[str, Any]) -> Forecaster:
    return Climatology(np.asarray(values["rate"]), values["name"])


def _ewma(values: dict[str, Any]) -> Forecaster:
    first, second = (Rule(**rule) for rule in values["rules"])
    return Ewma(values["name"], values["measure"], bool(values["asymmetric_t"]), (first, second))


def _regression(values: dict[str, Any]) -> Regression:
    return Regression(*(np.asarray(values[key]) for key in ("centre", "unit", "weights")))


def _log_har(values: dict[str, Any]) -> Forecaster:
    regression = _regression(values["regression"])
    return LogHar(values["name"], regression, np.asarray(values["pool"]), np.asarray(values["tail"]))


def _log_har_ratio(values: dict[str, Any]) -> Forecaster:
    return LogHarRatio(values["name"], _regression(values["regression"]), np.asarray(values["theta"]))


def _garch(values: dict[str, Any]) -> Forecaster:
    fitted = {}
    for name, one in values["fitted"].items():
        low, high = one["log_variance_range"]
        omega, alpha, gamma, beta = (float(one[key]) for key in ("omega", "alpha", "gamma", "beta"))
        fitted[name] = Fitted(omega, alpha, gamma, beta, tuple(one["shape"]), (low, high))
    return Garch(Kind(values["kind"]), fitted, int(values["seed"]))


_BUILD = {
    "Climatology": _climatology,
    "Ewma": _ewma,
    "LogHar": _log_har,
    "LogHarRatio": _log_har_ratio,
    "Garch": _garch,
}
