"""Scenarios as data: anchors of a price and a base-fee path, and what they may be called."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib import resources
from typing import Any

STEP_SECONDS = 60
STEPS_PER_HOUR = 60

Knots = tuple[tuple[int, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """Anchors at whole hours after ``start`` (unix seconds).

    ``path`` is the name under which a summary files it.

    ``lows_usd`` are touched inside the hour that ends at their own hour; nothing goes below ``floor_usd``.
    """

    name: str
    path: str
    label: str
    data_source: str
    start: int
    hours: int
    price_usd: Knots
    lows_usd: Knots
    floor_usd: Decimal
    base_fee_gwei: Knots


def load_scenario(name: str) -> Scenario:
    """The packaged scenario ``name`` (file name without its ending).

    Raises:
        FileNotFoundError: no such scenario is packaged.
        ValueError: its anchors do not span the hours that it states.
    """
    text = resources.files("ballast.simulate").joinpath("scenarios", f"{name}.json").read_text("utf-8")
    return parse_scenario(json.loads(text))


def parse_scenario(raw: dict[str, Any]) -> Scenario:
    """A scenario from plain JSON values; errors as `load_scenario`."""
    scenario = Scenario(
        raw["name"],
        raw["path"],
        raw["label"],
        raw["data_source"],
        int(datetime.fromisoformat(raw["start"]).astimezone(UTC).timestamp()),
        raw["hours"],
        _knots(raw["price_usd"]),
        _knots(raw["low_in_hour_before_usd"]),
        Decimal(raw["floor_usd"]),
        _knots(raw["base_fee_gwei"]),
    )
    _check(scenario)
    return scenario


def _knots(rows: list[list[Any]]) -> Knots:
    return tuple((int(hour), Decimal(str(value))) for hour, value in rows)


def _check(scenario: Scenario) -> None:
    hours = [hour for hour, _ in scenario.price_usd]
    if hours[0] != 0 or hours[-1] != scenario.hours or hours != sorted(set(hours)):
        raise ValueError(
            f"{scenario.name}: price anchors stand at hours {hours}, "
            f"allowed is rising from 0 to {scenario.hours}"
        )
    if scenario.base_fee_gwei[0][0] != 0:
        raise ValueError(
            f"{scenario.name}: the first base fee stands at hour {scenario.base_fee_gwei[0][0]}, allowed is 0"
        )
    lowest = min(price for _, price in (*scenario.price_usd, *scenario.lows_usd))
    if lowest < scenario.floor_usd:
        raise ValueError(
            f"{scenario.name}: an anchor of {lowest} lies below the floor of {scenario.floor_usd}"
        )
