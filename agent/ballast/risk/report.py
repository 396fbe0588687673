"""What the forecaster says about one position: integers that bound the model's figures from above."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

PPM_ONE = 1_000_000
BPS_ONE = 10_000


class Horizon(IntEnum):
    """Forecast horizons, in seconds."""

    ONE_HOUR = 3_600
    SIX_HOURS = 21_600


class RiskCode(Enum):
    """Whether a forecast may be relied on. Anything but OK means that the risk is unknown."""

    OK = "OK"
    COLD = "COLD"
    NOT_FINITE = "NOT_FINITE"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    STALE = "STALE"
    OUT_OF_DISTRIBUTION = "OUT_OF_DISTRIBUTION"

    @property
    def sentence(self) -> str:
        """One sentence for people."""
        return _SENTENCES[self]


_SENTENCES = {
    RiskCode.OK: "The forecast is usable.",
    RiskCode.COLD: "Too little price history has been seen since the start or since the last long gap.",
    RiskCode.NOT_FINITE: "An input is not a finite number, so the risk is unknown.",
    RiskCode.OUT_OF_RANGE: "An input is outside the range that the model accepts, so the risk is unknown.",
    RiskCode.STALE: "A price feed is older than the vault allows: what looks calm may be silence.",
    RiskCode.OUT_OF_DISTRIBUTION: "Volatility lies outside of everything that the model was trained on.",
}


@dataclass(frozen=True, slots=True)
class PositionRisk:
    """Forecast for one position.

    Probabilities are in parts per million, drops and volatilities in basis points; all are rounded up.
    `drop_q05_1h_bps` is the fall of the collateral/debt price ratio below its present value that the lowest
    point of the next hour exceeds with probability 5 % (q01: 1 %, q001: 0.1 %). With a code that stands for
    an unusable input every figure is its worst possible value, so that a caller who forgets to look at the
    code errs towards caution.
    """

    p_liquidation_1h_ppm: int
    p_liquidation_6h_ppm: int
    p_floor_1h_ppm: int
    p_floor_6h_ppm: int
    drop_q05_1h_bps: int
    drop_q01_1h_bps: int
    drop_q001_1h_bps: int
    drop_q05_6h_bps: int
    drop_q01_6h_bps: int
    drop_q001_6h_bps: int
    sigma_1h_bps: int
    sigma_6h_bps: int
    code: RiskCode


def worst_case(code: RiskCode) -> PositionRisk:
    """The report for an input that cannot be used: certain loss of everything, and the reason."""
    p, b = PPM_ONE, BPS_ONE
    return PositionRisk(p, p, p, p, b, b, b, b, b, b, b, b, code)
