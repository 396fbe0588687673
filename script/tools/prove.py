"""Run Halmos over `tests/contracts/halmos`: at least 20 properties, all proven, no time-out, five minutes.

Usage: prove.py path/to/halmos
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time

from run_tests import COLOUR, ROOT

LEAST_PROPERTIES = 20
MOST_SECONDS = 300
VERDICT = re.compile(r"^\[(PASS|FAIL|TIMEOUT|ERROR)\] (check_\w+)", re.MULTILINE)
OPTIONS = "--no-status --forge-build-out build/forge-halmos --function check_ --loop 32"
SOLVER = "--solver-timeout-assertion 30000 --solver-threads 2"


def judge(text: str, seconds: float) -> tuple[bool, str]:
    """Read Halmos' verdicts; the second value names what is not proven and ends with the count."""
    found = VERDICT.findall(text)
    unproven = [f"{verdict}: {name}" for verdict, name in found if verdict != "PASS"]
    proven = len(found) - len(unproven)
    enough = not unproven and proven >= LEAST_PROPERTIES and seconds <= MOST_SECONDS
    bounds = f"at least {LEAST_PROPERTIES} within {MOST_SECONDS} s"
    return enough, "\n".join(
        [*unproven, f"{proven} of {len(found)} properties proven in {seconds:.0f} s ({bounds})"]
    )


def main() -> int:
    """Compile, prove, judge."""
    environment = {**os.environ, "FOUNDRY_PROFILE": "halmos"}
    subprocess.run([ROOT / "build/bin/forge", "build", "--quiet"], cwd=ROOT, env=environment, check=True)
    started = time.monotonic()
    command = [sys.argv[1], *OPTIONS.split(), *SOLVER.split()]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    text = COLOUR.sub("", done.stdout)
    print(text)
    enough, verdict = judge(text, time.monotonic() - started)
    print(verdict)
    return 0 if enough and done.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
