"""Who plays: four identical positions, told apart only by who looks after them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ballast.demo.actors import PASSWORD_ENV, AgentKeys
from ballast.demo.limits import POSITION_ID
from ballast.domain.units import BPS, WAD
from ballast.risk.thresholds import load_default_thresholds

UNPROTECTED = "unprotected"
CLOSED_AT_START = "closed_at_start"
STATIC_RULE = "static_rule"
BALLAST = "ballast"
LABELS = (UNPROTECTED, CLOSED_AT_START, STATIC_RULE, BALLAST)
GUARDED = (STATIC_RULE, BALLAST)

TRIGGER_HEALTH, TARGET_HEALTH = "1.25", "1.5"


@dataclass(frozen=True, slots=True)
class GuardedSet:
    """What the agent is told about the world.

    Where it is, and label to vault of the positions that it guards.
    """

    url: str
    journal: Path
    vaults: Mapping[str, str]
    weth: str
    usdc: str
    pool: str


def strategy_parameters(label: str) -> dict[str, str | int]:
    """Parameters of a guarded contestant, as the configuration writes them.

    The forecast's thresholds are the ones that were tuned on training data and ship with the weights; none
    was chosen for this demo.
    """
    rule: dict[str, str | int] = {"trigger_health": TRIGGER_HEALTH, "target_health": TARGET_HEALTH}
    if label == STATIC_RULE:
        return rule
    trained = load_default_thresholds()
    return {
        **rule,
        "act_p1h_ppm": trained.act_p1h_ppm,
        "act_p6h_ppm": trained.act_p6h_ppm,
        "alert_p6h_ppm": trained.alert_p6h_ppm,
        "target_p6h_ppm": trained.target_p6h_ppm,
        "min_target_health": _decimal(trained.target_health_factor_min_bps),
        "max_target_health": _decimal(trained.target_health_factor_max_bps),
        "backstop_health": _decimal(trained.act_health_factor_bps),
    }


def agent_config(world: GuardedSet, keys: AgentKeys, path: str, *, swapped: bool = False) -> str:
    """The agent's TOML. Labels carry the path's name, since one journal spans both paths."""
    order = GUARDED[::-1] if swapped else GUARDED
    sections = [
        "chain_id = 1",
        _table("rpc", {"urls": [world.url], "quorum": 1, "timeout_ms": 10_000}),
        _table("journal", {"url": f"sqlite:///{world.journal.resolve()}"}),
        _table("signer", {"keystore": str(keys.signer_file.resolve()), "password_env": PASSWORD_ENV}),
        _table("sender", {"keystore": str(keys.sender_file.resolve()), "password_env": PASSWORD_ENV}),
        # Twice the path's highest base fee fits under the ceiling, so that it never decides who is saved.
        _table("fees", {"base_fee_percent": 200, "tip_gwei": "1", "max_fee_gwei": "600"}),
        _table("run", {"poll_ms": 2}),
        *(_position(world, path, label) for label in order),
    ]
    return "\n\n".join(sections) + "\n"


def _position(world: GuardedSet, path: str, label: str) -> str:
    strategy = "static_rule" if label == STATIC_RULE else "forecast_gated"
    fields = {
        "label": f"{path}-{label}",
        "vault": world.vaults[label],
        "position_id": POSITION_ID,
        "collateral": world.weth,
        "debt": world.usdc,
        "swap_pool": world.pool,
        "strategy": strategy,
    }
    return f"{_table('[position]', fields)}\n\n{_table('position.parameters', strategy_parameters(label))}"


def _table(name: str, fields: Mapping[str, Any]) -> str:
    # JSON's texts, integers and lists of texts are TOML's too.
    return "\n".join([f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in fields.items())])


def _decimal(bps: int) -> str:
    scaled = bps * WAD // BPS
    return f"{scaled // WAD}.{scaled % WAD:018d}".rstrip("0")
