"""Several bridges between the same anchors: how much of a result is the seed's luck."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

_CENT = Decimal("0.01")


def write_seeds(folder: Path, summaries: Sequence[Mapping[str, Any]]) -> str:
    """Writes ``seeds.json`` and ``seeds.md``; returns the table as markdown."""
    paths = {name: _contestants(name, summaries) for name in summaries[0]["paths"]}
    result = {
        "seeds": [summary["seed"] for summary in summaries],
        "paths": paths,
        "summaries": list(summaries),
    }
    text = (
        "\n\n".join(f"**{name}**, {len(summaries)} seeds\n\n{_table(rows)}" for name, rows in paths.items())
        + "\n"
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "seeds.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    (folder / "seeds.md").write_text(text, "utf-8")
    return text


def _contestants(path: str, summaries: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    labels = summaries[0]["paths"][path]["contestants"]
    return {
        label: _row([summary["paths"][path]["contestants"][label] for summary in summaries])
        for label in labels
    }


def _row(results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    equity = [Decimal(result["equity_end_usd"]) for result in results]
    costs = [sum(map(Decimal, result["cost_usd"].values()), Decimal(0)) for result in results]
    healths = [
        Decimal(result["min_health_factor"]) for result in results if result["min_health_factor"] is not None
    ]
    return {
        "equity_end_usd": {
            "mean": _cents(sum(equity, Decimal(0)) / len(equity)),
            "min": _cents(min(equity)),
            "max": _cents(max(equity)),
        },
        "runs_with_liquidation": sum(result["liquidations"] > 0 for result in results),
        "liquidations": sum(result["liquidations"] for result in results),
        "actions": sum(result["actions"] for result in results),
        "cost_usd_mean": _cents(sum(costs, Decimal(0)) / len(costs)),
        "min_health_factor": str(min(healths)) if healths else None,
    }


def _table(rows: Mapping[str, Mapping[str, Any]]) -> str:
    head = "| position | equity mean $ | min $ | max $ | runs liquidated | liquidations | actions "
    head += "| mean cost $ | lowest health |"
    lines = [head, "|---|--:|--:|--:|--:|--:|--:|--:|--:|"]
    ordered = sorted(rows.items(), key=lambda item: -Decimal(item[1]["equity_end_usd"]["mean"]))
    for label, row in ordered:
        equity = row["equity_end_usd"]
        cells = [
            label,
            equity["mean"],
            equity["min"],
            equity["max"],
            row["runs_with_liquidation"],
            row["liquidations"],
            row["actions"],
        ]
        cells += [row["cost_usd_mean"], row["min_health_factor"] or "no debt"]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines)


def _cents(value: Decimal) -> str:
    return str(value.quantize(_CENT))
