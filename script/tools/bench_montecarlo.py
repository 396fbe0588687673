"""Shocks and first passage at size, beside NumPy and `arch` in the same run: `out/bench/montecarlo.json`.

Every count of ours is exact, which a random hundredth of the positions is held against: every step of every
pair by float64 and integers. NumPy's counterparts are what one would write first: a float32 product and a
comparison in blocks, and for first passage that product at every step, on a part of the scenarios, scaled up.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from measured import machine, machine_line, timed

from ballast.risk.events import market_of
from ballast.risk.exact import negative_matrix
from ballast.risk.passage import first_passage, first_passage_by_force
from ballast.risk.paths import simulate_factors
from ballast.risk.shocks import count_liquidations

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "out" / "bench" / "montecarlo.json"
GOAL_SHOCK_S, GOAL_PASSAGE_S = 0.5, 10.0
STEPS, HORIZONS, SEED = 360, (60, 360), 20_261_128
# Sixteen assets: five that are borrowed, twelve that are held.
FAMILIES = ("USDC", "USDT", "DAI", "USD", "ETH", "LST", "LST", "LST", "BTC", "BTC", *("ALT",) * 6)
DEBTS = {0: 0.45, 1: 0.25, 2: 0.1, 3: 0.05, 4: 0.15}
HELD = {0: 0.06, 4: 0.3, 5: 0.2, 6: 0.08, 7: 0.04, 8: 0.18, 9: 0.06, **{10 + n: 0.08 / 6 for n in range(6)}}
SHARE_OF_SEVERAL = 0.2


def random_book(count: int, several: float, seed: int) -> I64:
    """Positions in millionths of a dollar: mostly one collateral and one debt, ``several`` of them with more.

    Health factors from 1.005 on, with a median near 1.33; debts over several orders of magnitude. A model.
    """
    draw = np.random.default_rng(seed)
    weights = np.zeros((count, len(FAMILIES)), np.int64)
    debt = np.exp(draw.normal(9, 2, count)) * 1e6
    health = 1.005 + draw.gamma(1.2, 0.35, count)
    shapes = draw.choice(5, count, p=[1 - several, *(several * np.asarray([0.4, 0.2, 0.2, 0.2]))])
    for row, (held, owed) in enumerate(np.asarray([(1, 1), (2, 1), (3, 1), (2, 2), (1, 2)])[shapes].tolist()):
        owes = draw.choice(list(DEBTS), owed, replace=False, p=list(DEBTS.values()))
        open_ones = [asset for asset in HELD if asset not in owes]
        chance = np.asarray([HELD[asset] for asset in open_ones])
        holds = draw.choice(open_ones, held, replace=False, p=chance / chance.sum())
        weights[row, holds] += (debt[row] * health[row] * draw.dirichlet([2.0] * held)).astype(np.int64) + 1
        weights[row, owes] -= (debt[row] * draw.dirichlet([2.0] * owed)).astype(np.int64) + 1
    return weights


def numpy_shocks(weights: I64, factors: I32) -> I64:
    """The counterpart: float32 product and comparison, block by block."""
    w, p = weights.astype(np.float32), factors.astype(np.float32)
    blocks = range(0, len(w), 1_000)
    return np.concatenate([(w[start : start + 1_000] @ p < 0).sum(axis=1) for start in blocks])


def numpy_passage_seconds(weights: I64, paths: I32, scenarios: int) -> float:
    """Seconds for all scenarios, from the time that a few take at every step."""
    w = np.ascontiguousarray(weights.T, np.float32)
    start = time.perf_counter()
    for scenario in range(scenarios):
        path = np.ascontiguousarray(paths[:, :, scenario], np.float32)
        hit = np.zeros(len(weights), bool)
        for step in path:
            hit |= step @ w < 0
    return (time.perf_counter() - start) / scenarios * paths.shape[2]


def shocks_row(weights: I64, factors: I32, runs: int) -> dict[str, Any]:
    """Our time, NumPy's, and whether a hundredth of the positions agrees with brute force."""
    start = time.perf_counter()
    count_liquidations(weights, factors)
    first = time.perf_counter() - start
    ours, counts = timed(lambda: count_liquidations(weights, factors), runs)
    theirs, rival = timed(lambda: numpy_shocks(weights, factors), max(runs // 2, 1))
    rows = sample(len(weights))
    truth = np.concatenate([negative_matrix(weights[[row]], factors).sum(axis=1) for row in rows])
    wrong = int((truth != counts.by_position[rows]).sum())
    off = int((rival != counts.by_position).sum())
    row = {**ours.row(), "compile_s": max(first - ours.median, 0), "numpy_s": theirs.median}
    return {**row, "sampled": len(rows), "wrong_in_sample": wrong, "numpy_positions_off": off}


def passage_row(weights: I64, paths: I32, runs: int) -> dict[str, Any]:
    """As `shocks_row` for first passage."""
    start = time.perf_counter()
    first_passage(weights, paths, HORIZONS)
    first = time.perf_counter() - start
    ours, found = timed(lambda: first_passage(weights, paths, HORIZONS), runs)
    rows = sample(len(weights))
    wrong = int(
        (first_passage_by_force(weights[rows], paths, HORIZONS) != found.hits[rows]).any(axis=1).sum()
    )
    row = {**ours.row(), "compile_s": max(first - ours.median, 0)}
    pairs = {"single_pair_positions": found.single_pair, "screened": found.screened, "walked": found.walked}
    scaled = numpy_passage_seconds(weights, paths, 3)
    return {**row, **pairs, "numpy_s_scaled_up": scaled, "sampled": len(rows), "wrong_in_sample": wrong}


def sample(count: int) -> I64:
    """A random hundredth of the positions."""
    return np.random.default_rng(SEED).choice(count, max(count // 100, 1), replace=False)


def arch_seconds(steps: int, scenarios: int) -> float | None:
    """One asset's GJR-GARCH-t paths by `arch`; None where it is not installed."""
    try:
        from arch import arch_model  # noqa: PLC0415 (part of the extra research)
    except ImportError:
        return None
    model = arch_model(None, mean="Zero", vol="GARCH", p=1, o=1, q=1, dist="t", rescale=False)
    start = time.perf_counter()
    for _ in range(scenarios):
        model.simulate([0.01, 0.03, 0.04, 0.94, 5.0], steps, burn=0)
    return time.perf_counter() - start


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description="One-shock matrix and first passage at size.")
    parser.add_argument("--positions", type=int, default=100_000)
    parser.add_argument("--scenarios", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    size = arguments.positions, arguments.scenarios
    if min(*size, arguments.runs) < 1:
        sys.exit(f"positions, scenarios and runs are {(*size, arguments.runs)}, allowed is at least 1 each")
    print(f"{size[0]:,} positions x {size[1]:,} scenarios, {len(FAMILIES)} assets; {machine_line()}")
    found: dict[str, Any] = {"machine": machine(), "positions": size[0], "scenarios": size[1]}
    market = market_of(FAMILIES)
    ours, paths = timed(lambda: simulate_factors(market, STEPS, size[1], 60.0, SEED), 2)
    found["paths"] = {**ours.row(), "steps": STEPS, "assets": len(FAMILIES)}
    print(f"GJR-GARCH-t paths, {STEPS} steps: {ours.median:.2f} s for all {len(FAMILIES)} assets")
    few = max(size[1] // 50, 1)
    by_arch = arch_seconds(STEPS, few)
    if by_arch is not None:
        found["paths"]["arch_s_scaled_up"] = by_arch * size[1] / few * len(FAMILIES)
        print(f"  arch: {found['paths']['arch_s_scaled_up']:.1f} s scaled up from {few} paths of one asset")
    for name, share in (("mixed", SHARE_OF_SEVERAL), ("several_assets_each", 1.0)):
        weights = random_book(size[0], share, SEED)
        found[name] = {"shocks": shocks_row(weights, paths[-1], arguments.runs)}
        found[name]["passage"] = passage_row(weights, paths, max(arguments.runs // 2, 1))
        show(name, found[name])
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(f"written to {TABLE.relative_to(ROOT)}")


def show(name: str, row: dict[str, Any]) -> None:
    """The lines of one book."""
    for what, key, goal in (
        ("one shock", "shocks", GOAL_SHOCK_S),
        ("first passage", "passage", GOAL_PASSAGE_S),
    ):
        found = row[key]
        used = f"processor {found['cpu_median_s']:.2f} s, compiling {found['compile_s']:.1f} s apart"
        times = f"{found['median_s']:.2f} s (goal {goal} s; {used})"
        wrong = f"{found['wrong_in_sample']} of {found['sampled']} wrong"
        rival = found.get("numpy_s", found.get("numpy_s_scaled_up"))
        print(f"{name}, {what}: {times}, NumPy {rival:.1f} s; {wrong}", flush=True)
    off, walked = row["shocks"]["numpy_positions_off"], row["passage"]["walked"]
    print(f"  NumPy has {off} positions off; {walked:,} pairs walked step by step")


if __name__ == "__main__":
    main()
