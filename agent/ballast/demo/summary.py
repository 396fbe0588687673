"""The machine-readable result: ``summary.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ballast.demo.ledger import Account, Execution
from ballast.domain.units import UINT256_MAX, WAD
from ballast.simulate.path import MarketPath

_CENT_WAD = WAD // 100


@dataclass(frozen=True, slots=True)
class PathOutcome:
    """One path as it was played, and what became of everybody."""

    path: MarketPath
    accounts: Mapping[str, Account]
    executions: tuple[Execution, ...]
    missed_acknowledgements: int
    seconds: int


def dollars(wad: int) -> str:
    """Decimal string with two digits, rounded down to the cent: a loss is never shown smaller than it is."""
    cents = wad // _CENT_WAD
    sign, whole = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{whole // 100}.{whole % 100:02d}"


def health(wad: int) -> str | None:
    """Decimal string with four digits, rounded down; None without debt."""
    return None if wad == UINT256_MAX else f"{wad // WAD}.{wad % WAD // 10**14:04d}"


def ranking(accounts: Mapping[str, Account]) -> list[str]:
    """Labels by equity at the end, best first; ties by label."""
    return sorted(accounts, key=lambda label: (-accounts[label].equity_end_wad, label))


def places(accounts: Mapping[str, Account]) -> dict[str, int]:
    """Place of every label in the ranking; equal equity to the cent is the same place."""
    cents = {label: account.equity_end_wad // _CENT_WAD for label, account in accounts.items()}
    return {label: 1 + sum(other > cents[label] for other in cents.values()) for label in ranking(accounts)}


def contestant(account: Account) -> dict[str, Any]:
    """One contestant's part of the summary."""
    return {
        "vault": account.vault,
        "liquidations": len(account.liquidations),
        "liquidation_txs": list(account.liquidations),
        "equity_start_usd": dollars(account.equity_start_wad),
        "equity_end_usd": dollars(account.equity_end_wad),
        "min_health_factor": health(account.min_health_wad),
        "actions": account.actions,
        "reverted": account.reverted,
        "gas_used": account.gas_used,
        "cost_usd": {
            "swap": dollars(account.swap_wad),
            "gas": dollars(account.gas_wad),
            "liquidation": dollars(account.liquidation_wad),
        },
    }


def path_summary(outcome: PathOutcome) -> dict[str, Any]:
    """One path's part of the summary."""
    return {
        "label": outcome.path.label,
        "data_source": outcome.path.data_source,
        "blocks": outcome.path.steps,
        "missed_acknowledgements": outcome.missed_acknowledgements,
        "seconds": outcome.seconds,
        "ranking_by_equity": ranking(outcome.accounts),
        "places": places(outcome.accounts),
        "contestants": {label: contestant(account) for label, account in outcome.accounts.items()},
    }


def decision(execution: Execution, *, path: str, verified: bool) -> dict[str, Any]:
    """One executed decision's part of the summary."""
    return {
        "digest": execution.digest,
        "tx": execution.tx_hash,
        "block": execution.block,
        "verified": verified,
        "contestant": execution.contestant,
        "path": path,
    }


def summarise(
    scenario: str, outcomes: list[PathOutcome], verified: frozenset[str], extra: Mapping[str, Any]
) -> dict[str, Any]:
    """The whole summary; ``verified`` holds the digests that ``ballast verify`` re-ran and found on chain."""
    decisions = [
        decision(execution, path=outcome.path.name, verified=execution.digest in verified)
        for outcome in outcomes
        for execution in outcome.executions
    ]
    return {
        "scenario": scenario,
        "data_source": outcomes[0].path.data_source,
        "seed": outcomes[0].path.seed,
        "blocks": sum(outcome.path.steps for outcome in outcomes),
        "paths": {outcome.path.name: path_summary(outcome) for outcome in outcomes},
        "decisions": decisions,
        **extra,
    }
