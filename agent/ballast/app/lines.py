"""Contents of the log lines that programs read."""

from __future__ import annotations

from typing import Any

from ballast.app.settling import Settlement
from ballast.decision.pipeline import Evaluation, Evaluations
from ballast.domain.observation import BlockRef, Observation
from ballast.journal.intents import Intent
from ballast.monitor.drift import Drift


def tick_fields(
    block: BlockRef, observation: Observation, evaluations: Evaluations, intents: tuple[Intent, ...]
) -> dict[str, Any]:
    """Fields of a ``tick`` line: what was seen and said at one block."""
    return {
        "block": block.number,
        "time": block.timestamp,
        "sources": observation.agreeing_sources,
        "signing": True,
        "live": [intent.sealed.digest.hex() for intent in intents if intent.is_live],
        "superseded": [intent.sealed.digest.hex() for intent in intents if not intent.is_live],
        "positions": [position_fields(one) for one in evaluations],
    }


def position_fields(evaluation: Evaluation) -> dict[str, Any]:
    """One position in a ``tick`` line."""
    report = evaluation.report
    return {
        "label": evaluation.label,
        "health_wad": evaluation.snapshot.position.venue_health_wad,
        "p1h_ppm": report.p_liquidation_1h_ppm,
        "p6h_ppm": report.p_liquidation_6h_ppm,
        "risk": report.code.name,
        "verdict": type(evaluation.verdict).__name__.lower(),
        "reason": evaluation.verdict.reason,
    }


def drift_fields(drift: Drift) -> dict[str, Any]:
    """Fields of a ``forecast_drift`` line; ``z`` above 0: more barriers were hit than the model expects."""
    return {
        "ratio": str(drift.key),
        "horizon_seconds": drift.horizon_seconds,
        "z": round(drift.z, 2),
        "outcomes": drift.outcomes,
        "brier": round(drift.brier, 5),
    }


def settled_fields(settlement: Settlement) -> dict[str, Any]:
    """Fields of a ``settled`` line."""
    event = settlement.execution
    return {
        "label": settlement.intent.label,
        "digest": "0x" + settlement.intent.sealed.digest.hex(),
        "result": settlement.result,
        "tx": event.tx_hash if event else None,
        "included": event.block_number if event else None,
        "discrepancies": [one.figure for one in settlement.discrepancies],
    }
