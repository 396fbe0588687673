"""Stage 4's output: probabilities and quantiles as integers, rounded against the position."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class RiskCode(Enum):
    """Whether a forecast may be used. Anything but OK means unknown risk: the rule decides."""

    OK = "the forecast is usable"
    COLD = "the forecaster has not seen enough history yet"
    NOT_FINITE = "an input or output was not a finite number"
    OUT_OF_RANGE = "an input lies outside of what the model was made for"
    STALE = "a price feed is older than the vault allows, so that calm may be silence"
    OUT_OF_DISTRIBUTION = "volatility lies outside of everything that the model was trained on"


@dataclass(frozen=True, slots=True)
class RiskReport:
    """Risk of one position; every figure is rounded up.

    Probabilities in parts per million; drops and volatilities of the collateral/debt price ratio in basis
    points.
    """

    code: RiskCode
    model_id: bytes
    p_liquidation_1h_ppm: int
    p_liquidation_6h_ppm: int
    p_floor_1h_ppm: int
    p_floor_6h_ppm: int
    drop_q05_1h_bps: int
    drop_q01_1h_bps: int
    drop_q05_6h_bps: int
    drop_q01_6h_bps: int
    sigma_1h_bps: int
    sigma_6h_bps: int
    target_health_wad: int
    """Smallest health factor whose P(HF < 1 within 6 h) is within the policy's target; 0 if not asked for."""
