"""What the replica is built with: script/replica/parameters/mainnet.json, read into types."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from ballast.replica.checkout import find_root

FILE: Final = "script/replica/parameters/mainnet.json"


@dataclass(frozen=True)
class Reserve:
    """One Aave reserve: caps in whole tokens, amounts in the smallest unit, rates in basis points."""

    listing_index: int
    ltv_bps: int
    liquidation_threshold_bps: int
    liquidation_bonus_bps: int
    liquidation_protocol_fee_bps: int
    reserve_factor_bps: int
    supply_cap: int
    borrow_cap: int
    optimal_usage_bps: int
    base_rate_bps: int
    slope1_bps: int
    slope2_bps: int
    supplied_raw: int
    borrowed_raw: int


@dataclass(frozen=True)
class Genesis:
    """The first block."""

    timestamp: int
    block_number: int
    base_fee_wei: int
    gas_limit: int


@dataclass(frozen=True)
class ReplicaParameters:
    """Everything that tests and drivers need to know about the state; prices are USD with 8 decimals."""

    as_of: str
    genesis: Genesis
    eth_usd8: int
    usdc_usd8: int
    flash_loan_premium_bps: int
    weth: Reserve
    usdc: Reserve
    pool_fee_pips: int
    pool_observation_cardinality: int


def load(root: Path | None = None) -> ReplicaParameters:
    """Read the parameters of the checkout at `root`, by default the one that this package belongs to.

    Raises:
        ReplicaUnavailableError: there is no checkout.
    """
    raw = json.loads(((root or find_root()) / FILE).read_text())
    genesis = raw["genesis"]
    return ReplicaParameters(
        as_of=raw["asOf"],
        genesis=Genesis(
            timestamp=genesis["timestamp"],
            block_number=genesis["blockNumber"],
            base_fee_wei=genesis["baseFeeWei"],
            gas_limit=genesis["gasLimit"],
        ),
        eth_usd8=raw["prices"]["ethUsd8"],
        usdc_usd8=raw["prices"]["usdcUsd8"],
        flash_loan_premium_bps=raw["flashLoanPremiumBps"],
        weth=_reserve(raw["reserves"]["weth"]),
        usdc=_reserve(raw["reserves"]["usdc"]),
        pool_fee_pips=raw["pool"]["feePips"],
        pool_observation_cardinality=raw["pool"]["observationCardinality"],
    )


def _reserve(raw: dict[str, Any]) -> Reserve:
    return Reserve(**{field.name: int(raw[_camel(field.name)]) for field in fields(Reserve)})


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
