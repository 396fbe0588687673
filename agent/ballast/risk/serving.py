"""What stands between the forecaster and whoever relies on it: which forecasts are not to be used, and why.

A forecast is replaced by its worst case, and the static rule decides, where an input is not finite or out of
range (`ballast.risk.model`), where the price may be stale, and where the state lies outside of what the model
was trained on. The last needs `feature_ranges` in the metadata of the weights; without them it cannot be
checked, which `Explanation.checked_distribution` says.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ballast.risk.model import RiskState, Weights
from ballast.risk.report import PositionRisk, RiskCode, worst_case

RANGES_KEY = "feature_ranges"
VARIANCE_KEY = "variance_per_second"
_YEAR_SECONDS = 31_536_000
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


class RangesError(ValueError):
    """The weights' `feature_ranges` are not ranges of this model's state."""


@dataclass(frozen=True, slots=True)
class Driver:
    """One time scale: volatility of the price ratio in basis points a year, and over that of the slowest."""

    half_life_seconds: int
    volatility_bps: int
    percent_of_slowest: int

    @property
    def name(self) -> str:
        """The half-life in words."""
        seconds = self.half_life_seconds
        for unit, text in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
            if seconds % unit == 0:
                return f"{seconds // unit} {text}"
        return f"{seconds} s"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a forecast comes from; ``trained_until`` is empty where the weights do not say."""

    model_id: str
    trained_until: str
    drivers: tuple[Driver, ...]
    checked_distribution: bool

    def sentences(self) -> tuple[str, ...]:
        """For people: what is high, and by which model."""
        raised = [one for one in self.drivers[:-1] if one.percent_of_slowest >= 125]
        slowest = self.drivers[-1]
        usual = f"{slowest.volatility_bps / 100:.0f} % a year, the average of {slowest.name}"
        if raised:
            parts = [f"{one.name} {one.percent_of_slowest / 100:.1f} times" for one in raised]
            drivers = f"volatility is raised over {', '.join(parts)} of {usual}"
        else:
            drivers = f"volatility is raised at no time scale; it is {usual}"
        known = f", trained on what was known before {self.trained_until}" if self.trained_until else ""
        checked = "" if self.checked_distribution else "; it names no ranges, so nothing is out of them"
        return drivers, f"model {self.model_id[:10]}{known}{checked}"


def is_out_of_distribution(weights: Weights, state: RiskState) -> bool:
    """Whether a variance of the state lies outside of the ranges that the weights name, if they name any.

    `feature_ranges` is {"variance_per_second": [[least, greatest], ...]}, one pair a half-life, in the order
    of the state's variances.

    Raises:
        RangesError: the ranges are malformed or of another model's size.
    """
    ranges = weights.metadata.get(RANGES_KEY)
    if ranges is None:
        return False
    variance = np.asarray(state.variance, np.float64)
    try:
        bounds = np.asarray(ranges[VARIANCE_KEY], np.float64)
    except (KeyError, TypeError, ValueError) as error:
        raise RangesError(f"{RANGES_KEY} is malformed: {error!r}") from error
    if bounds.shape != (variance.size, 2) or not (bounds[:, 0] <= bounds[:, 1]).all():
        raise RangesError(f"{RANGES_KEY} has shape {bounds.shape}, allowed is rising {(variance.size, 2)}")
    return bool(((variance < bounds[:, 0]) | (variance > bounds[:, 1])).any())


def training_ranges(
    variances: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> dict[str, list[list[float]]]:
    """`feature_ranges` of the states [N, K] that a model was trained on; NaN anywhere is an error.

    Raises:
        ValueError: no states, or one that is not finite.
    """
    if not variances.size or not np.isfinite(variances).all():
        raise ValueError(f"variances have shape {variances.shape}, allowed are some and finite ones only")
    pairs = np.stack([variances.min(axis=0), variances.max(axis=0)], axis=1)
    return {VARIANCE_KEY: pairs.astype(np.float64).tolist()}


def gated(
    weights: Weights, state: RiskState, risks: Sequence[PositionRisk], stale: Sequence[bool]
) -> list[PositionRisk]:
    """Forecasts that may be relied on, the others as the worst case with the reason in their code.

    ``stale`` tells for each position whether its price may be old. An unusable input comes before staleness,
    staleness before too little history, and that before an unknown regime.
    """
    unknown = is_out_of_distribution(weights, state)
    return [_gated(risk, old, unknown) for risk, old in zip(risks, stale, strict=True)]


def explain(weights: Weights, state: RiskState) -> Explanation:
    """Drivers of the forecasts that are made from ``state``, and the model behind them."""
    variance = np.maximum(np.asarray(state.variance, np.float64), 0)
    lives = np.asarray(weights.parameters.half_life_seconds).astype(int).tolist()
    usual = math.sqrt(variance[-1]) or 1.0
    drivers = tuple(
        Driver(
            half_life,
            round(math.sqrt(value * _YEAR_SECONDS) * 10_000),
            round(100 * math.sqrt(value) / usual),
        )
        for half_life, value in zip(lives, variance.tolist(), strict=True)
    )
    trained_until = str(weights.metadata.get("train_end", ""))
    return Explanation(weights.model_id, trained_until, drivers, RANGES_KEY in weights.metadata)


def _gated(risk: PositionRisk, stale: bool, unknown: bool) -> PositionRisk:  # noqa: FBT001 (two facts)
    if risk.code not in (RiskCode.OK, RiskCode.COLD):
        return risk
    if stale:
        return worst_case(RiskCode.STALE)
    return worst_case(RiskCode.OUT_OF_DISTRIBUTION) if unknown and risk.code is RiskCode.OK else risk
