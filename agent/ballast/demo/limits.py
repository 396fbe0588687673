"""The owner's limits of the demo, from data, as the arguments of a new vault."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from typing import Any

from ballast.domain.units import BPS, WAD

INITIAL_CONFIG = (
    "(address,(address,address,address),uint32,"
    "(uint32,uint16,uint16,uint16,uint16,uint32,uint32,uint128,uint128,uint128),"
    "(address,(address,uint32,uint16,uint8,uint8,uint8,uint128,uint128,address,uint32,uint128))[],"
    "(uint256,(address,bool,bytes32,uint128,uint128,uint128,uint128),(address,uint8)[])[],"
    "bytes32[])"
)
POSITION_ID = 1
_COLLATERAL, _DEBT = 1, 2
_ABSENT, _TWAP = 1, 2


@dataclass(frozen=True, slots=True)
class VaultParties:
    """Addresses that a vault of the demo is made with."""

    owner: str
    signer: str
    adapter: str
    weth: str
    usdc: str
    eth_feed: str
    usdc_feed: str
    pool: str


@dataclass(frozen=True, slots=True)
class Opening:
    """A position at its start: units of WETH and USDC, and the same in USD wads."""

    collateral_weth: int
    debt_usdc: int
    collateral_wad: int
    equity_wad: int


def load_limits() -> dict[str, Any]:
    """The packaged limits; every figure stands beside its reason."""
    return dict(
        json.loads(
            resources.files("ballast.simulate").joinpath("scenarios", "demo_limits.json").read_text("utf-8")
        )
    )


def opening(limits: dict[str, Any], oracle_e8: int, threshold_bps: int) -> Opening:
    """Debt that gives the stated health factor at the oracle's price.

    Collateral value x threshold / health.
    """
    collateral = _wad(limits["collateral_weth"])
    value_wad = collateral * oracle_e8 // 10**8
    debt_wad = value_wad * threshold_bps // BPS * WAD // _wad(limits["health_factor"])
    return Opening(collateral, debt_wad // 10**12, value_wad, value_wad - debt_wad)


def initial_config(
    limits: dict[str, Any], parties: VaultParties, start: Opening, models: tuple[bytes, ...]
) -> tuple[Any, ...]:
    """The ``InitialConfig`` tuple in the order of the Solidity struct."""
    roles = (parties.owner, parties.owner, parties.signer)
    return (
        parties.owner,
        roles,
        _of(limits, "timelock_seconds"),
        _limits(limits, start),
        _assets(limits, parties),
        [_position(limits, parties)],
        list(models),
    )


def _limits(limits: dict[str, Any], start: Opening) -> tuple[int, ...]:
    names = (
        "window_seconds",
        "max_loss_bps",
        "max_slippage_bps",
        "agree_bps",
        "disagree_bps",
        "max_lifetime_seconds",
    )
    loss = start.equity_wad * _of(limits, "loss_bps_of_equity") // BPS
    notional = start.collateral_wad * _of(limits, "notional_bps_of_collateral") // BPS
    action = start.collateral_wad * _of(limits, "action_bps_of_collateral") // BPS
    return (
        *(_of(limits, name) for name in names),
        _of(limits, "max_snapshot_age_blocks"),
        loss,
        notional,
        action,
    )


def _assets(limits: dict[str, Any], parties: VaultParties) -> list[tuple[str, tuple[Any, ...]]]:
    weth, usdc = limits["assets"]["weth"], limits["assets"]["usdc"]
    nobody = "0x" + "00" * 20
    ether = _asset(weth, parties.eth_feed, 18, _TWAP, parties.pool)
    dollar = _asset(usdc, parties.usdc_feed, 6, _ABSENT, nobody)
    # The quote of a time-weighted price must be known before the token that it values.
    return [(parties.usdc, dollar), (parties.weth, ether)]


def _asset(row: dict[str, Any], feed: str, decimals: int, second: int, pool: str) -> tuple[Any, ...]:
    window = _of(row, "second_seconds") if second == _TWAP else 0
    idle = int(Decimal(row["idle_per_window"][0]) * 10**decimals)
    prices = (_wad(row["min_price"][0]), _wad(row["max_price"][0]))
    return (
        feed,
        _of(row, "max_age_seconds"),
        _of(row, "max_jump_bps"),
        decimals,
        8,
        second,
        *prices,
        pool,
        window,
        idle,
    )


def _position(limits: dict[str, Any], parties: VaultParties) -> tuple[Any, ...]:
    names = ("health_floor", "health_ceiling", "emergency_health", "min_health_gain")
    config = (parties.adapter, True, bytes(32), *(_wad(limits[name][0]) for name in names))
    return (POSITION_ID, config, [(parties.weth, _COLLATERAL), (parties.usdc, _DEBT)])


def _of(row: dict[str, Any], name: str) -> int:
    return int(row[name][0])


def _wad(text: str) -> int:
    return int(Decimal(text) * WAD)
