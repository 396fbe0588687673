"""Thresholds of the forecast-gated rule that ship with the model they were chosen for."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib import resources
from typing import Any

from ballast.risk.report import BPS_ONE, PPM_ONE


class ThresholdsError(ValueError):
    """A thresholds document is malformed or contradicts itself."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When to act and how far; probabilities of HF < 1 in ppm, health factors in basis points.

    Act when a probability exceeds its `act` limit or HF is below `act_health_factor_bps`; restore the least
    health factor within the bounds whose probability over six hours is at most `target_p6h_ppm`. Alert when a
    probability exceeds its `alert` limit. Chosen for the weights that `model_id` names.
    """

    model_id: str
    act_p1h_ppm: int
    act_p6h_ppm: int
    act_health_factor_bps: int
    target_p6h_ppm: int
    target_health_factor_min_bps: int
    target_health_factor_max_bps: int
    alert_p1h_ppm: int
    alert_p6h_ppm: int


def thresholds_from_json(text: str) -> Thresholds:
    """Parse and check a document. Raises ThresholdsError naming what is missing or contradictory.

    Fields that only tell where the numbers come from are ignored.
    """
    try:
        document: dict[str, Any] = json.loads(text)
        found = Thresholds(**{field.name: document[field.name] for field in fields(Thresholds)})
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise ThresholdsError(f"thresholds document is malformed: {error!r}") from error
    _check(found)
    return found


@lru_cache(maxsize=1)
def load_default_thresholds() -> Thresholds:
    """The thresholds that ship with the package."""
    return thresholds_from_json(
        resources.files("ballast.risk").joinpath("weights/policy.json").read_text("ascii")
    )


def _check(t: Thresholds) -> None:
    for name in ("act_p1h_ppm", "act_p6h_ppm", "target_p6h_ppm", "alert_p1h_ppm", "alert_p6h_ppm"):
        value = getattr(t, name)
        if type(value) is not int or not 1 <= value <= PPM_ONE:
            raise ThresholdsError(f"{name} is {value!r}, allowed are 1 to {PPM_ONE}")
    ladder = (
        BPS_ONE,
        t.act_health_factor_bps,
        t.target_health_factor_min_bps,
        t.target_health_factor_max_bps,
    )
    if any(type(step) is not int for step in ladder) or list(ladder) != sorted(ladder):
        raise ThresholdsError(f"health factors {ladder} must rise: 1, act, target minimum, target maximum")
    for limit, lower, upper in (
        ("target_p6h_ppm below act_p6h_ppm", t.target_p6h_ppm, t.act_p6h_ppm - 1),
        ("alert_p1h_ppm at most act_p1h_ppm", t.alert_p1h_ppm, t.act_p1h_ppm),
        ("alert_p6h_ppm at most act_p6h_ppm", t.alert_p6h_ppm, t.act_p6h_ppm),
        ("target_p6h_ppm at most alert_p6h_ppm", t.target_p6h_ppm, t.alert_p6h_ppm),
    ):
        if lower > upper:
            raise ThresholdsError(f"expected {limit}, found {lower} against {upper}")
