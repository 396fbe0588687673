"""Let a thief with the agent's key sign a million calls, slice by slice; print what they cost the owner.

Each slice is one run of `tests/contracts/attack/StolenKey.t.sol` under a seed of its own and leaves one
line in the state file; a second call goes on where the first ended. Fails if a window lost more than its
budget, or if fewer than 20 % of the calls were executed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from run_tests import COLOUR, FORGE, ROOT, contracts_hash, product, upstream

STATE = ROOT / "build/stolen-key/slices.jsonl"
LEAST_EXECUTED_PERCENT = 20
BUCKETS = 10
FIGURES = re.compile(
    r"stolen key: campaigns (\d+), decisions sent (\d+), executed (\d+), "
    r"most lost in a window (\d+) of (\d+) USD cents"
)
HISTOGRAM = re.compile(r"stolen key, windows by tenths of the budget: ((?:\d+ ?)+)")


@dataclass(frozen=True)
class Slice:
    """What one run of forge did; `windows` counts campaigns by greatest loss, in tenths of the budget."""

    seed: int
    campaigns: int
    sent: int
    executed: int
    most_cents: int
    budget_cents: int
    windows: tuple[int, ...]
    seconds: float
    code: str  # hash of the contracts


def parse(text: str, seed: int, seconds: float) -> Slice:
    """Read the last figures that a run printed.

    Raises:
        ValueError: where it printed none.
    """
    figures, histogram = FIGURES.findall(text), HISTOGRAM.findall(text)
    if not figures or not histogram:
        raise ValueError(f"no figures of a campaign in forge's output: {text[-400:]!r}")
    campaigns, sent, executed, most, budget = (int(number) for number in figures[-1])
    windows = tuple(int(number) for number in histogram[-1].split())
    return Slice(seed, campaigns, sent, executed, most, budget, windows, seconds, contracts_hash())


def read(state: Path) -> list[Slice]:
    """Read the slices so far of these contracts."""
    if not state.is_file():
        return []
    rows = [json.loads(line) for line in state.read_text().splitlines()]
    counted = [row for row in rows if row.get("code") == contracts_hash()]
    return [Slice(**{**row, "windows": tuple(row["windows"])}) for row in counted]


def summary(slices: list[Slice]) -> tuple[bool, str]:
    """Add the slices up; the first value tells whether the promise held and the test was no sham."""
    if not slices:
        return False, "no slice has run"
    sent, executed = sum(s.sent for s in slices), sum(s.executed for s in slices)
    most, budget = max(s.most_cents for s in slices), slices[0].budget_cents
    windows = [sum(s.windows[i] for s in slices) for i in range(BUCKETS)]
    share = 100 * executed / max(1, sent)
    lines = [
        f"{sum(s.campaigns for s in slices)} campaigns in {sum(s.seconds for s in slices):.0f} s",
        f"{sent} validly signed calls, {executed} executed ({share:.1f} %)",
        f"most lost in any window: {most / 100:.2f} of {budget / 100:.2f} USD",
        "greatest loss of a campaign's windows, by tenths of the budget:",
        *(f"  {10 * i:3d} to {10 * i + 10:3d} %  {count:7d}" for i, count in enumerate(windows)),
    ]
    return most <= budget and share >= LEAST_EXECUTED_PERCENT, "\n".join(lines)


def run_slice(url: str, seed: int) -> Slice:
    """Run one slice; forge itself fails where a window lost more than its budget.

    Raises:
        RuntimeError: where forge failed; its output says what was broken.
    """
    environment = {
        **os.environ,
        "BALLAST_UPSTREAM": url,
        "FOUNDRY_FUZZ_SEED": hex(seed),
        "FOUNDRY_PROFILE": "thief",
    }
    environment["BALLAST_ARTIFACTS"] = str(product())
    command = [FORGE, "test", "--match-path", "tests/contracts/attack/StolenKey.t.sol", "-vv"]
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    text = COLOUR.sub("", done.stdout)
    if done.returncode:
        raise RuntimeError(f"slice of seed {seed} failed:\n{text[-3000:]}{done.stderr[-1000:]}")
    return parse(text, seed, round(time.monotonic() - started, 1))


def main() -> int:
    """Run slices until the calls are reached or the time is up, then print the sum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000, help="validly signed calls in all")
    parser.add_argument(
        "--budget-seconds", type=float, default=float("inf"), help="start no slice after this long"
    )
    parser.add_argument("--state", type=Path, default=STATE)
    asked = parser.parse_args()
    slices = read(asked.state)
    asked.state.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + asked.budget_seconds
    with upstream() as url:
        while sum(s.sent for s in slices) < asked.calls and time.monotonic() < until:
            slices.append(run_slice(url, len(slices) + 1))
            with asked.state.open("a") as file:
                file.write(json.dumps(asdict(slices[-1])) + "\n")
            print(f"{sum(s.sent for s in slices)} of {asked.calls} calls", flush=True)
    held, text = summary(slices)
    print(text)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
