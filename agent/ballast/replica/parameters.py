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
    """One Aave reserve. Caps are whole tokens, amounts the token's smallest unit, rates and ratios basis points."""

    listingIndex: int  # noqa: N815 - the file's own names
    ltvBps: int  # noqa: N815
    liquidationThresholdBps: int  # noqa: N815
    liquidationBonusBps: int  # noqa: N815
    liquidationProtocolFeeBps: int  # noqa: N815
    reserveFactorBps: int  # noqa: N815
    supplyCap: int  # noqa: N815
    borrowCap: int  # noqa: N815
    optimalUsageBps: int  # noqa: N815
    baseRateBps: int  # noqa: N815
    slope1Bps: int  # noqa: N815
    slope2Bps: int  # noqa: N815
    suppliedRaw: int  # noqa: N815
    borrowedRaw: int  # noqa: N815


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
    return Reserve(**{field.name: int(raw[field.name]) for field in fields(Reserve)})
