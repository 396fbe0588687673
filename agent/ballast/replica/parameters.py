"""What the replica is built with: script/replica/parameters/mainnet.json, read into types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from ballast.replica.checkout import find_root

FILE: Final = "script/replica/parameters/mainnet.json"


@dataclass(frozen=True)
class Reserve:
    """One Aave reserve: caps in whole tokens, amounts in the smallest unit, rates in basis points."""

    symbol: str
    asset: str
    a_token: str
    debt_token: str
    price_source: str
    decimals: int
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
class EMode:
    """An e-mode category of Aave; reserves by name."""

    category_id: int
    label: str
    ltv_bps: int
    liquidation_threshold_bps: int
    liquidation_bonus_bps: int
    collateral: tuple[str, ...]
    borrowable: tuple[str, ...]


@dataclass(frozen=True)
class Pool:
    """One Uniswap V3 pool; tokens are names of reserves, in the pool's order."""

    address: str
    token0: str
    token1: str
    fee_pips: int
    observation_cardinality: int


@dataclass(frozen=True)
class PriceCaps:
    """What Aave's sources cut off: USD with 8 decimals, growth in basis points a year."""

    stable_usd8: int
    wsteth_yearly_growth_bps: int
    wsteth_snapshot_age_seconds: int


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
    last_checked: str
    eth_usd8: int
    usdc_usd8: int
    usdt_usd8: int
    dai_usd8: int
    btc_usd8: int
    wbtc_btc8: int
    steth_usd8: int
    steth_per_token_wad: int
    history_rounds: int
    flash_loan_premium_bps: int
    price_caps: PriceCaps
    emode: EMode
    reserves: Mapping[str, Reserve]
    pools: tuple[Pool, ...]


def load(root: Path | None = None) -> ReplicaParameters:
    """Read the parameters of the checkout at `root`, by default the one that this package belongs to.

    Raises:
        ReplicaUnavailableError: there is no checkout.
    """
    raw = json.loads(((root or find_root()) / FILE).read_text())
    prices, caps = raw["prices"], raw["priceCaps"]
    return ReplicaParameters(
        as_of=raw["asOf"],
        last_checked=raw["lastChecked"],
        genesis=Genesis(**_numbers(Genesis, raw["genesis"])),
        eth_usd8=prices["ethUsd8"],
        usdc_usd8=prices["usdcUsd8"],
        usdt_usd8=prices["usdtUsd8"],
        dai_usd8=prices["daiUsd8"],
        btc_usd8=prices["btcUsd8"],
        wbtc_btc8=prices["wbtcBtc8"],
        steth_usd8=prices["stethUsd8"],
        steth_per_token_wad=int(prices["stEthPerTokenWad"]),
        history_rounds=prices["historyRounds"],
        flash_loan_premium_bps=raw["flashLoanPremiumBps"],
        price_caps=PriceCaps(**_numbers(PriceCaps, caps)),
        emode=_emode(raw["emode"]),
        reserves={name: _reserve(reserve) for name, reserve in raw["reserves"].items()},
        pools=tuple(_pool(pool) for pool in raw["pools"]),
    )


def _reserve(raw: dict[str, Any]) -> Reserve:
    named = ("symbol", "asset", "aToken", "debtToken", "priceSource")
    symbol, asset, a_token, debt_token, price_source = (raw[name] for name in named)
    return Reserve(symbol, asset, a_token, debt_token, price_source, **_numbers(Reserve, raw))


def _emode(raw: dict[str, Any]) -> EMode:
    collateral, borrowable = tuple(raw["collateral"]), tuple(raw["borrowable"])
    numbers: dict[str, Any] = _numbers(EMode, raw)
    return EMode(label=raw["label"], collateral=collateral, borrowable=borrowable, **numbers)


def _pool(raw: dict[str, Any]) -> Pool:
    return Pool(raw["address"], raw["token0"], raw["token1"], **_numbers(Pool, raw))


def _numbers(kind: type[Any], raw: dict[str, Any]) -> dict[str, int]:
    """The integer fields of ``kind``; large ones are strings in the file."""
    return {field.name: int(raw[_camel(field.name)]) for field in fields(kind) if field.type == "int"}


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
