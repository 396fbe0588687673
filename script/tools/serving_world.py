"""The market and the positions of `bench_serving.py`: real payloads of a simulated chain, block by block.

A model: one WETH/USDC price that follows GJR-GARCH with a crash of a third in the middle and a partial
recovery, a venue that reports it at once, and repairs that are executed in the next block as planned. What
the agent gets is what a node would send: the hexadecimal answer of one Multicall3 call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isqrt, log
from typing import Any

import numpy as np
from eth_abi.abi import encode

from ballast.domain.decision import SealedDecision
from ballast.domain.observation import BlockRef
from ballast.domain.terms import AssetTerms, LimitTerms, PositionTerms, SecondSource
from ballast.domain.units import UINT128_MAX, WAD
from ballast.ingest.providers import Agreed
from ballast.risk.paths import Garch, Market, simulate_factors
from ballast.risk.thresholds import load_default_thresholds

WETH = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2"
USDC = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
POOL = "0x88e6a0c2ddd26feeb64f039a2c41296fcb3f5640"
ADAPTER = "0x" + "ad" * 20
NO_ADDRESS = "0x" + "00" * 20
START_TIME, FIRST_BLOCK, BLOCK_SECONDS = 1_700_000_000, 18_500_000, 12
THRESHOLD_BPS, START_PRICE, WINDOW_SECONDS = 8_300, 3_000, 600
CRASH_BLOCKS, CRASH_DEPTH = 150, 0.33
ANNUAL_VOLATILITY = 0.8


def price_path(blocks: int, seed: int) -> list[int]:
    """Prices in units of 1e-8 USD, one a block: stress in the middle, calm around it."""
    market = Market(np.asarray([ANNUAL_VOLATILITY]), np.ones((1, 1)), Garch())
    factor = simulate_factors(market, blocks - 1, 1, BLOCK_SECONDS, seed)[:, 0, 0] / 1e6
    at = np.arange(blocks)
    middle = blocks // 2
    fall = np.clip((at - middle) / min(CRASH_BLOCKS, max(blocks // 10, 1)), 0, 1)
    back = np.clip((at - middle - blocks // 20) / max(blocks // 10, 1), 0, 1)
    factor *= np.exp(log(1 - CRASH_DEPTH) * (fall - 0.5 * back))
    return [int(value) for value in np.rint(factor * START_PRICE * 10**8)]


def terms_of(count: int, signer: str) -> tuple[PositionTerms, ...]:
    """Positions under the forecast-gated rule with the shipped thresholds, each in a vault of its own."""
    first = PositionTerms(
        label="p0",
        chain_id=1,
        vault=NO_ADDRESS,
        position_id=1,
        adapter=ADAPTER,
        venue_ref="0x" + "00" * 32,
        collateral_token=WETH,
        debt_token=USDC,
        liquidation_threshold_bps=THRESHOLD_BPS,
        swap_pool=POOL,
        swap_fee_ppm=500,
        signer=signer,
        health_floor_wad=105 * WAD // 100,
        health_ceiling_wad=UINT128_MAX,
        emergency_health_wad=103 * WAD // 100,
        min_health_gain_wad=WAD // 1_000,
        config_epoch=1,
        limits=LimitTerms(86_400, 300, 200, 150, 600, 900, 20, 10**6 * WAD, 10**8 * WAD, 10**8 * WAD),
        assets=(_asset(WETH, "WETH", 18), _asset(USDC, "USDC", 6)),
        strategy="forecast_gated",
        strategy_parameters=_parameters(),
    )
    return tuple(replace(first, label=f"p{n}", vault=f"0x{n + 1:040x}") for n in range(count))


def _asset(token: str, symbol: str, decimals: int) -> AssetTerms:
    weth = symbol == "WETH"
    return AssetTerms(
        token=token,
        symbol=symbol,
        decimals=decimals,
        feed=f"0x{decimals:040x}",
        max_age_seconds=3_900,
        max_jump_bps=1_000,
        feed_decimals=8,
        second_source=SecondSource.UNISWAP_V3_TWAP if weth else SecondSource.ABSENT,
        min_price_wad=WAD // 2,
        max_price_wad=10**6 * WAD,
        second=POOL if weth else NO_ADDRESS,
        second_seconds=WINDOW_SECONDS if weth else 0,
        idle_per_window=0,
    )


def _parameters() -> tuple[tuple[str, int], ...]:
    chosen, bps = load_default_thresholds(), WAD // 10_000
    return (
        ("trigger_health_wad", 125 * WAD // 100),
        ("target_health_wad", 150 * WAD // 100),
        ("act_p1h_ppm", chosen.act_p1h_ppm),
        ("act_p6h_ppm", chosen.act_p6h_ppm),
        ("alert_p6h_ppm", chosen.alert_p6h_ppm),
        ("target_p6h_ppm", chosen.target_p6h_ppm),
        ("min_target_health_wad", chosen.target_health_factor_min_bps * bps),
        ("max_target_health_wad", chosen.target_health_factor_max_bps * bps),
        ("backstop_health_wad", chosen.act_health_factor_bps * bps),
    )


@dataclass(slots=True)
class Holding:
    """Wei of WETH, units of USDC, and nonces used."""

    collateral: int
    debt: int
    used: int = 0

    def health_wad(self, price_e8: int) -> int:
        """As the venue would compute it."""
        adjusted = self.collateral * price_e8 * 10**10 // WAD * THRESHOLD_BPS // 10_000
        return adjusted * WAD // (self.debt * 10**12)


def holdings_of(count: int, seed: int) -> list[Holding]:
    """Health factors from 1.15 to about 3, most of them below 2; debts over three orders of magnitude."""
    draw = np.random.default_rng(seed)
    health, debt = 1.15 + draw.gamma(2.0, 0.3, count), np.exp(draw.normal(9.5, 1.5, count))
    return [
        Holding(int(h * d / START_PRICE / THRESHOLD_BPS * 10_000 * 10**9) * 10**9, int(d * 10**6))
        for h, d in zip(health.tolist(), debt.tolist(), strict=True)
    ]


class Replayed:
    """Stands where the quorum of providers stands: gives the answer that it was handed, decoded like any."""

    def __init__(self) -> None:
        self.answer = ""

    def ask(self, _method: str, _params: list[Any], read: Callable[[Any], Any]) -> Agreed[Any]:
        """The prepared answer, as if two providers had given it."""
        return Agreed(read(self.answer), 2)


class World:
    """Blocks for ``terms``: their payloads, and what the agent's decisions make of the positions."""

    def __init__(self, terms: tuple[PositionTerms, ...], holdings: list[Holding], prices: list[int]) -> None:
        self.terms, self.holdings, self.prices = terms, holdings, prices
        self._words = np.frombuffer(_template(len(terms)), np.uint8).copy()
        self._marks = _marks(self._words)

    def block(self, index: int) -> BlockRef:
        """The block's header."""
        number = FIRST_BLOCK + index
        return BlockRef(1, number, f"0x{number:064x}", START_TIME + BLOCK_SECONDS * index, 20 * 10**9)

    def payload(self, index: int) -> str:
        """What a node answers at a block."""
        price, now = self.prices[index], START_TIME + BLOCK_SECONDS * index
        root = isqrt((10**12 * 10**8 << 192) // price)
        tick = int(log(10**12 * 10**8 / price) / log(1.0001))
        shared = (1, price, now, 10**8, now, price * 10**10, WAD, root, 10**9 + tick * WINDOW_SECONDS)
        values = [*shared]
        for one in self.holdings:
            health, value = one.health_wad(price), one.collateral * price * 10**10 // WAD
            values += [health, value, one.debt * 10**12, one.collateral, one.debt, (1 << one.used) - 1]
        packed = b"".join(value.to_bytes(32, "big") for value in values)
        self._words.reshape(-1, 32)[self._marks] = np.frombuffer(packed, np.uint8).reshape(-1, 32)
        return "0x" + self._words.tobytes().hex()

    def borrow_to(self, number: int, health_wad: int, index: int) -> None:
        """The owner borrows or repays to a health factor at the block's price."""
        one = self.holdings[number]
        one.debt = one.debt * one.health_wad(self.prices[index]) // health_wad

    def execute(self, number: int, sealed: SealedDecision, expected_out: int) -> None:
        """The chain carries a sale of collateral out as it was planned."""
        one = self.holdings[number]
        one.collateral -= sealed.decision.max_in
        one.debt = max(one.debt - expected_out, 1)
        one.used += 1


_MARK = (1 << 255) + 7


def _template(count: int) -> bytes:
    """The answer with a mark in every word that changes from block to block."""

    def words(*values: int) -> bytes:
        return b"".join(value.to_bytes(32, "big") for value in values)

    feed = words(7, _MARK, 0, _MARK, 7)
    parts = [words(_MARK), feed, feed, words(_MARK), words(_MARK)]
    parts += [words(_MARK, 0, 0, 1, 1, 0, 1), words(3 * 10**22)]
    history = words(64, 160, 2, 10**9, _MARK, 2, 0, 0)
    parts.append(history)
    budget = 10**7 * WAD
    for _ in range(count):
        parts.append(words(32, 0, 1, _MARK, _MARK, _MARK, budget, budget, 0, 0, 0))
        parts += [words(_MARK), words(_MARK), *(words(0) for _ in range(4)), words(_MARK)]
    return encode(["(bool,bytes)[]"], [[(True, part) for part in parts]])


def _marks(raw: np.ndarray[Any, np.dtype[np.uint8]]) -> np.ndarray[Any, np.dtype[np.int64]]:
    mark = np.frombuffer(_MARK.to_bytes(32, "big"), np.uint8)
    return np.flatnonzero((raw.reshape(-1, 32) == mark).all(axis=1))
