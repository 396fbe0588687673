"""Stage 5's output: hold, alert, or one typed act. Always with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class ActionKind(IntEnum):
    """As on chain; values are final."""

    NONE = 0
    ADD_COLLATERAL = 1
    REPAY_FROM_IDLE = 2
    DELEVERAGE = 3
    LEVERAGE = 4
    SWAP_COLLATERAL = 5
    MOVE = 6


class RouteKind(IntEnum):
    """As on chain; values are final."""

    NONE = 0
    UNISWAP_V3_FLASH_SWAP = 1
    AAVE_V3_FLASH_LOAN = 2
    FREE_FLASH_LOAN = 3
    AGGREGATOR = 4


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing to do."""

    reason: str
    verdict: str = "hold"


@dataclass(frozen=True, slots=True)
class Alert:
    """Nothing that the agent may or can do; a person should know."""

    reason: str
    verdict: str = "alert"


@dataclass(frozen=True, slots=True)
class Act:
    """A repair. Amounts in token units.

    ``expected_*`` are what the plan predicts, ``max_in`` and ``min_out`` what it allows.
    """

    reason: str
    kind: ActionKind
    route: RouteKind
    path: bytes
    token_in: str
    token_out: str
    max_in: int
    min_out: int
    expected_out: int
    expected_health_wad: int
    health_floor_wad: int
    health_ceiling_wad: int
    max_loss_bps: int
    probability_ppm: int
    horizon_seconds: int
    model_id: bytes
    urgent: bool
    verdict: str = "act"


Verdict = Hold | Alert | Act
