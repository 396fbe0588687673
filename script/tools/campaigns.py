"""Run the stateful campaigns in slices until a number of runs is reached; a second call goes on.

Each slice is one run of `tests/contracts/invariant/` under a seed of its own, every world in a thread of its
own. A slice that fails ends all: forge prints the sequence of calls that broke a promise, and its seed stands
in the message. What ran on other contracts does not count.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from run_tests import COLOUR, FORGE, FORGE_TOTAL, ROOT, contracts_hash, product, upstream

STATE = ROOT / "build/campaigns/slices.jsonl"
SLICE_RUNS = 250  # stands at VenueInvariants.t.sol too, for forge's profile of this name


def done_so_far(state: Path, depth: int) -> tuple[int, int]:
    """Return the slices of the state file, and the runs that it has for this depth and these contracts."""
    rows = [json.loads(line) for line in state.read_text().splitlines()] if state.is_file() else []
    counted = [row["runs"] for row in rows if (row["depth"], row.get("code")) == (depth, contracts_hash())]
    return len(rows), sum(counted)


def run_slice(url: str, seed: int, depth: int) -> float:
    """Run one slice; return its seconds.

    Raises:
        RuntimeError: where a promise was broken, or no test ran.
    """
    environment = {**os.environ, "BALLAST_UPSTREAM": url, "BALLAST_ARTIFACTS": str(product())}
    environment |= {"FOUNDRY_PROFILE": "campaigns", "FOUNDRY_INVARIANT_DEPTH": str(depth)}
    environment |= {"FOUNDRY_INVARIANT_RUNS": str(SLICE_RUNS)}
    command = [
        FORGE,
        "test",
        "--match-path",
        "tests/contracts/invariant/*.t.sol",
        "--fuzz-seed",
        hex(seed),
        "-vv",
    ]
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    text = COLOUR.sub("", done.stdout)
    totals = FORGE_TOTAL.findall(text)
    if done.returncode or not totals or totals[-1][0] == "0":
        raise RuntimeError(f"slice of seed {seed:#x} failed:\n{text[-4000:]}{done.stderr[-1000:]}")
    return round(time.monotonic() - started, 1)


def main() -> int:
    """Run slices until the runs are reached or the time is up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000, help="in all")
    parser.add_argument("--depth", type=int, default=100, help="calls of one run")
    parser.add_argument(
        "--budget-seconds", type=float, default=float("inf"), help="start no slice after this long"
    )
    parser.add_argument("--state", type=Path, default=STATE)
    asked = parser.parse_args()
    asked.state.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + asked.budget_seconds
    slices, runs = done_so_far(asked.state, asked.depth)
    with upstream() as url:
        while runs < asked.runs and time.monotonic() < until:
            slices += 1
            seconds = run_slice(url, slices, asked.depth)
            runs += SLICE_RUNS
            row = {"seed": slices, "runs": SLICE_RUNS, "depth": asked.depth, "seconds": seconds}
            row["code"] = contracts_hash()
            with asked.state.open("a") as file:
                file.write(json.dumps(row) + "\n")
            print(
                f"{runs} of {asked.runs} runs of {asked.depth} calls, last slice {seconds:.0f} s", flush=True
            )
    print(f"{runs} runs of {asked.depth} calls in each of the worlds, without a broken promise")
    return 0


if __name__ == "__main__":
    sys.exit(main())
