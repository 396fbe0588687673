"""From the forecaster's figures for a position to the report that strategies read."""

from __future__ import annotations

from functools import lru_cache

from ballast.domain.report import RiskCode, RiskReport
from ballast.risk.encode import health_wad_up
from ballast.risk.model import Horizon, RiskState, Weights, smallest_log_barrier
from ballast.risk.report import PositionRisk
from ballast.risk.report import RiskCode as ModelCode

_CODES = {code: RiskCode[code.name] for code in ModelCode}


def model_id_bytes(weights: Weights) -> bytes:
    """The weights' identity as 32 bytes."""
    return _id_bytes(weights.model_id)


@lru_cache(maxsize=8)
def _id_bytes(model_id: str) -> bytes:
    return bytes.fromhex(model_id.removeprefix("0x"))


def to_report(weights: Weights, risk: PositionRisk, target_health_wad: int) -> RiskReport:
    """Report of one position; ``target_health_wad`` from `target_health`, 0 where nobody asked."""
    return RiskReport(
        code=_CODES[risk.code],
        model_id=model_id_bytes(weights),
        p_liquidation_1h_ppm=risk.p_liquidation_1h_ppm,
        p_liquidation_6h_ppm=risk.p_liquidation_6h_ppm,
        p_floor_1h_ppm=risk.p_floor_1h_ppm,
        p_floor_6h_ppm=risk.p_floor_6h_ppm,
        drop_q05_1h_bps=risk.drop_q05_1h_bps,
        drop_q01_1h_bps=risk.drop_q01_1h_bps,
        drop_q05_6h_bps=risk.drop_q05_6h_bps,
        drop_q01_6h_bps=risk.drop_q01_6h_bps,
        sigma_1h_bps=risk.sigma_1h_bps,
        sigma_6h_bps=risk.sigma_6h_bps,
        target_health_wad=target_health_wad,
    )


def target_health(weights: Weights, state: RiskState, limit_ppm: int) -> int:
    """Smallest health factor (wad, rounded up) whose P(HF < 1 within 6 h) is at most ``limit_ppm``."""
    return health_wad_up(smallest_log_barrier(weights, state, limit_ppm, Horizon.SIX_HOURS))
