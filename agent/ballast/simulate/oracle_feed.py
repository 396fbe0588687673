"""When a Chainlink-style feed writes a round.

After a deviation, or after its heartbeat, on a price that is a little old.
"""

from __future__ import annotations

from dataclasses import dataclass

from ballast.domain.units import BPS

ETH_HEARTBEAT_SECONDS = 3600
USDC_HEARTBEAT_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class FeedRule:
    """``deviation_bps`` of the last answer or ``heartbeat_seconds`` after it.

    The nodes see prices ``lag_seconds`` late.
    """

    deviation_bps: int = 50
    heartbeat_seconds: int = ETH_HEARTBEAT_SECONDS
    lag_seconds: int = 60


@dataclass(frozen=True, slots=True)
class Round:
    """Latest answer (8 decimals) and when it was written, unix seconds."""

    answer: int
    updated_at: int


def next_round(rule: FeedRule, last: Round, seen_price_e8: int, now: int) -> Round | None:
    """The round that is due at ``now`` on the price that the nodes see, or None.

    Raises:
        ValueError: the price is not positive, or ``now`` lies before the last round.
    """
    if seen_price_e8 <= 0:
        raise ValueError(f"a feed cannot answer {seen_price_e8}: allowed are positive prices")
    if now < last.updated_at:
        raise ValueError(f"a round at {now} would lie before the last one at {last.updated_at}")
    moved = abs(seen_price_e8 - last.answer) * BPS >= rule.deviation_bps * last.answer
    return Round(seen_price_e8, now) if moved or now - last.updated_at >= rule.heartbeat_seconds else None


def seen_step(step: int, rule: FeedRule, step_seconds: int) -> int:
    """The step whose price the nodes see at ``step``; a path's first price stands for what was before it."""
    return max(0, step - rule.lag_seconds // step_seconds)
