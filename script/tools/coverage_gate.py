"""Hold what the forge tests reach in `contracts/` against a floor, and name what they do not reach.

Floor: all lines, all functions, 98 % of branches. The tests run against a replica, as in `make test`; the
campaigns are left out, because what only chance reaches is not covered.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from run_tests import FORGE, ROOT, upstream

LCOV = ROOT / "build/lcov.info"
LEAST_BRANCHES_PERCENT = 98
CAMPAIGNS = "StolenKeyTest|VaultInvariantsTest"
GAS = "[gG]as"  # limits of gas are those of optimized code
FEW_RUNS = {"FOUNDRY_FUZZ_RUNS": "16"}
# Coverage compiles without the optimizer: apart, so that the tests' own artifacts stay.
FOLDERS = {"FOUNDRY_OUT": "build/forge-coverage", "FOUNDRY_CACHE_PATH": "build/forge-coverage-cache"}


@dataclass
class FileCoverage:
    """Counts of one source file; a branch is (line, block, branch)."""

    path: str
    lines: dict[int, int] = field(default_factory=dict)
    functions: dict[str, int] = field(default_factory=dict)
    branches: dict[tuple[int, str, str], int] = field(default_factory=dict)

    def missing(self) -> list[str]:
        """Name what was not reached, in the order of the file."""
        gaps = [(line, f"{self.path}:{line}: line") for line, hits in self.lines.items() if not hits]
        gaps += [
            (line, f"{self.path}:{line}: branch {block}.{branch}")
            for (line, block, branch), hits in self.branches.items()
            if not hits
        ]
        named = [text for _, text in sorted(gaps)]
        return named + [f"{self.path}: function {name}" for name, hits in self.functions.items() if not hits]


def parse_lcov(text: str, prefix: str) -> list[FileCoverage]:
    """Read an lcov report and keep the sources whose path begins with `prefix`.

    Raises:
        ValueError: for a record outside a file.
    """
    files: list[FileCoverage] = []
    for number, line in enumerate(text.splitlines(), start=1):
        tag, _, value = line.partition(":")
        if tag == "SF":
            files.append(FileCoverage(value))
        elif tag in {"DA", "FNDA", "BRDA"}:
            if not files:
                raise ValueError(f"line {number}: {tag} before any SF; the report is cut or not lcov")
            _take(files[-1], tag, value)
    return [file for file in files if file.path.startswith(prefix)]


def _take(file: FileCoverage, tag: str, value: str) -> None:
    parts = value.split(",")
    if tag == "DA":
        file.lines[int(parts[0])] = int(parts[1])
    elif tag == "FNDA":
        file.functions[parts[1]] = int(parts[0])
    else:
        hits = 0 if parts[3] == "-" else int(parts[3])
        file.branches[int(parts[0]), parts[1], parts[2]] = hits


def verdict(files: list[FileCoverage]) -> tuple[bool, str]:
    """Hold the counts against the floor; the text names every gap and ends with the totals."""
    if not files:
        return False, "no source of contracts/ in the report: nothing was measured"
    counts = {"lines": [0, 0], "functions": [0, 0], "branches": [0, 0]}
    for file in files:
        for name, hits in (("lines", file.lines), ("functions", file.functions), ("branches", file.branches)):
            counts[name][0] += sum(1 for count in hits.values() if count)
            counts[name][1] += len(hits)
    (lines, all_lines), (functions, all_functions), (branches, all_branches) = counts.values()
    enough = (
        lines == all_lines > 0
        and functions == all_functions
        and branches * 100 >= all_branches * LEAST_BRANCHES_PERCENT
    )
    gaps = [gap for file in files for gap in file.missing()]
    totals = ", ".join(f"{name} {hit} of {total}" for name, (hit, total) in counts.items())
    return enough, "\n".join([*gaps, f"{totals}: {'enough' if enough else 'NOT enough'}"])


def measure() -> None:
    """Run forge's coverage; the report comes to build/lcov.info."""
    LCOV.unlink(missing_ok=True)
    with upstream() as url:
        environment = {**os.environ, **FEW_RUNS, **FOLDERS, "BALLAST_UPSTREAM": url}
        command = [
            FORGE,
            "coverage",
            "--no-match-contract",
            CAMPAIGNS,
            "--no-match-test",
            "_(creationGas|gas)_",
        ]
        exclude = ["--no-match-coverage", "(tests|script|node_modules)"]
        report = ["--report", "lcov", "--report-file", str(LCOV)]
        subprocess.run([*command, *exclude, *report], cwd=ROOT, env=environment, check=True)


def main() -> int:
    """Measure, unless a report is given, and return 0 only at or above the floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", type=Path, help="judge this lcov file instead of measuring")
    report: Path | None = parser.parse_args().report
    if report is None:
        measure()
    enough, text = verdict(parse_lcov((report or LCOV).read_text(), "contracts/"))
    print(text)
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
