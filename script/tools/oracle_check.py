"""Hold the oracle's rules against recorded Chainlink rounds of ETH/USD and BTC/USD, 2023-04 to 2024-01.

    python script/tools/oracle_check.py [--data FOLDER] [--fit]

Rules come from ballast/risk/oracle_rules.json. `--fit` searches lag and extra reports on the first half
(seed 1) and prints the best; the table then checks both halves with other seeds.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import numpy as np

from ballast.data.bars import Bars
from ballast.data.recorded import load_recorded
from ballast.data.rounds import load_rounds
from ballast.risk.oracle_view import OracleRule, rule_of
from ballast.simulate.oracle_agreement import QUANTILES, Timing, distance, modelled, timing

ROOT = Path(__file__).resolve().parents[2]
START, HALF, END = (
    int(datetime(*day, tzinfo=UTC).timestamp()) for day in ((2023, 4, 6), (2023, 9, 1), (2024, 1, 29))
)
FIT_SEED, CHECK_SEEDS = 1, (2, 3, 4)
LAGS, EXTRAS = (0, 6, 12, 24, 36, 60, 90, 120), (0.0, 0.03, 0.06, 0.1, 0.15)
FEEDS = {"ETH/USD": ("ETHUSDT-30m-perp", "eth_usd"), "BTC/USD": ("BTCUSDT-30m-perp", "btc_usd")}


def market(folder: Path, feed: str, start: int, end: int) -> Bars:
    """The feed's market in a window."""
    return load_recorded(folder, FEEDS[feed][0]).between(start, end)


def recorded(folder: Path, feed: str, start: int, end: int) -> Timing:
    """What the feed did in a window."""
    rounds = load_rounds(folder / f"chainlink/{FEEDS[feed][1]}_rounds.csv.gz")
    return timing(rounds.updated_at, start, end)


def fit(folder: Path) -> OracleRule:
    """The lag and rate of extra reports nearest to the first half of both feeds."""
    base = rule_of("ETH/USD", datetime.fromtimestamp(START, UTC).date())
    goals = [(market(folder, feed, START, HALF), recorded(folder, feed, START, HALF)) for feed in FEEDS]

    def badness(rule: OracleRule) -> float:
        return sum(
            distance(timing(modelled(rule, bars, FIT_SEED), START, HALF), goal) for bars, goal in goals
        )

    rules = [replace(base, lag_seconds=lag, extra_per_hour=extra) for lag, extra in product(LAGS, EXTRAS)]
    return min(rules, key=badness)


def rows(folder: Path, feed: str, start: int, end: int, rule: OracleRule) -> list[str]:
    """The table's rows for one feed and window: recorded, then one per seed."""
    bars, real = market(folder, feed, start, end), recorded(folder, feed, start, end)
    out = [row(f"{feed} {'first' if start == START else 'second'} half, recorded", real, real)]
    shown = ((seed, timing(modelled(rule, bars, seed), start, end)) for seed in CHECK_SEEDS)
    return [*out, *(row(f"  rule, seed {seed}", model, real) for seed, model in shown)]


def row(name: str, shown: Timing, real: Timing) -> str:
    """One row: rounds, difference of the count, gap and age quantiles in seconds."""
    gaps, ages = (" ".join(f"{value:6.0f}" for value in part) for part in (shown.gaps, shown.ages))
    return f"{name:34} {shown.count:6} {shown.count / real.count - 1:+7.1%} |{gaps} |{ages}"


def main() -> int:
    """Prints the table; 1 if a count of the second half is off by more than 10 %."""
    arguments = argparse.ArgumentParser(description="Hold the oracle's rules against recorded rounds.")
    arguments.add_argument("--data", type=Path, default=ROOT.parent / "shared/data")
    arguments.add_argument("--fit", action="store_true")
    given = arguments.parse_args()
    if given.fit:
        print("fitted on the first half:", fit(given.data))
    print(f"{'':34} {'rounds':>6} {'':7} | gaps, then ages, at {', '.join(map(str, QUANTILES))} (seconds)")
    worst = 0.0
    for feed in FEEDS:
        for start, end in ((START, HALF), (HALF, END)):
            rule = rule_of(feed, datetime.fromtimestamp(start, UTC).date())
            print("\n".join(rows(given.data, feed, start, end, rule)))
            if start == HALF:
                real, bars = recorded(given.data, feed, start, end), market(given.data, feed, start, end)
                counts = [timing(modelled(rule, bars, seed), start, end).count for seed in CHECK_SEEDS]
                worst = max(worst, float(np.abs(np.asarray(counts) / real.count - 1).max()))
    print(f"worst count of the second half: {worst:.1%} off, allowed are 10 %")
    return int(worst > 0.1)


if __name__ == "__main__":
    sys.exit(main())
