"""Put the cases that forge measured together: `out/bench/gas.json`, and a table on the terminal.

Published rivals stand beside it as their users pay them, on their own chains. Ours are measured on the
replica, Compound and Maker on our models of them.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "out" / "bench" / "gas"
TABLE = ROOT / "out" / "bench" / "gas.json"
GOAL_OVERHEAD = 110_000
RIVALS = (
    ("Seamless, take a leverage position (published, Base)", "520,000"),
    ("Contango, close a position (published, several chains)", "830,000 to 1,060,000"),
)


@dataclass(frozen=True)
class Case:
    """Gas of one whole transaction, and of the same route without a guard; 0 where there is no such route."""

    case: str
    gas: int
    bare_gas: int

    def line(self) -> str:
        """Row of the table."""
        if not self.bare_gas:
            return f"{self.case:24}{self.gas:>10,}{'-':>10}{'-':>10}"
        overhead = self.gas - self.bare_gas
        verdict = "" if overhead <= GOAL_OVERHEAD else f"  {overhead - GOAL_OVERHEAD:,} over the goal"
        return f"{self.case:24}{self.gas:>10,}{self.bare_gas:>10,}{overhead:>10,}{verdict}"


def read_cases(folder: Path) -> list[Case]:
    """Cases of a run, by name.

    Raises:
        SystemExit: there are none, or one is malformed.
    """
    files = sorted(folder.glob("*.json"))
    if not files:
        sys.exit(f"{folder} holds no case: run make bench")
    try:
        return [Case(**json.loads(file.read_text("utf-8"))) for file in files]
    except (TypeError, ValueError) as error:
        sys.exit(f"a case in {folder} is malformed: {error}")


def main() -> None:
    """Write the JSON and print the table."""
    cases = read_cases(CASES)
    TABLE.write_text(json.dumps([asdict(case) for case in cases], indent=1) + "\n", "utf-8")
    print(f"{'case, on the replica':24}{'gas':>10}{'bare':>10}{'overhead':>10}")
    print("\n".join(case.line() for case in cases))
    for name, gas in RIVALS:
        print(f"{name:56}{gas}")
    print(f"goal: an overhead of at most {GOAL_OVERHEAD:,}; written to {TABLE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
