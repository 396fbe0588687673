"""Fill README's table of seeds from out/demo/seeds.json, between <!-- seeds:begin --> and <!-- seeds:end -->.

Run it after `ballast demo --seeds 10 --headless`. Without that file an empty block says how to fill it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "ballast demo --seeds 10 --headless"
BEGIN, END = "<!-- seeds:begin -->", "<!-- seeds:end -->"
UNFILLED = f"Not measured yet: `{COMMAND}`, then `script/tools/readme_table.py`, fills this table."
HEAD = (
    "| path | position | equity at the end, mean (min to max) | runs liquidated | actions | cost, mean |\n"
    "|---|---|--:|--:|--:|--:|"
)


def table(result: Mapping[str, Any]) -> str:
    """Markdown of one result; contestants by mean equity, best first, as it came out."""
    lines = [HEAD]
    for path, contestants in result["paths"].items():
        ordered = sorted(contestants.items(), key=lambda item: -Decimal(item[1]["equity_end_usd"]["mean"]))
        lines += [row(path, name, figures, len(result["seeds"])) for name, figures in ordered]
    seeds = result["seeds"]
    return "\n".join(lines) + f"\n\nUSD; seeds {seeds[0]} to {seeds[-1]}; made by `{COMMAND}`."


def row(path: str, name: str, figures: Mapping[str, Any], runs: int) -> str:
    """One line of the table."""
    equity = figures["equity_end_usd"]
    spread = f"{whole(equity['mean'])} ({whole(equity['min'])} to {whole(equity['max'])})"
    liquidated = f"{figures['runs_with_liquidation']} of {runs}"
    cells = (path, f"`{name}`", spread, liquidated, figures["actions"], whole(figures["cost_usd_mean"]))
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def whole(dollars: str) -> str:
    """Dollars without cents, with thousands separated."""
    return f"{Decimal(dollars):,.0f}"


def filled(readme: str, block: str) -> str:
    """The README with ``block`` between the marks.

    Raises:
        ValueError: the marks are not there exactly once, in order.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in after:
        raise ValueError(f"README.md needs {BEGIN} and {END} once each, in this order")
    return f"{before}{BEGIN}\n{block}\n{END}{after}"


def main(result: Path, readme: Path) -> int:
    """Rewrite the block; without a result an earlier table stays."""
    text = readme.read_text("utf-8")
    if not result.is_file():
        print(f"{result} is missing: run `{COMMAND}` first")
        if HEAD not in text:
            readme.write_text(filled(text, UNFILLED), "utf-8")
        return 0
    readme.write_text(filled(text, table(json.loads(result.read_text("utf-8")))), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(ROOT / "out/demo/seeds.json", ROOT / "README.md"))
