"""Run forge, pytest and Ape against a replica, count what ran, and prove that each runner can fail.

A runner that finds no test, or exits 0 although its known-failing canary failed, is itself a failure here.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

from ballast.demo.world import compiled_contracts
from ballast.replica.node import ReplicaNode

ROOT = Path(__file__).resolve().parents[2]
FORGE = str(ROOT / "build/bin/forge")
NETWORK = ["--network", "ethereum:mainnet-fork:foundry"]
FORGE_TOTAL = re.compile(r"(\d+) tests? passed, (\d+) failed, (\d+) skipped \((\d+) total tests?\)")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Run:
    """What one runner did; `seconds` is wall time."""

    name: str
    status: int
    passed: int
    failed: int
    skipped: int
    seconds: float

    @property
    def ok(self) -> bool:
        """Tell whether it ran at least one test and none failed."""
        return self.status == 0 and self.failed == 0 and self.passed > 0

    def line(self) -> str:
        """Return one line of the closing table."""
        counts = f"{self.passed:5d} passed, {self.failed} failed, {self.skipped} skipped"
        verdict = "" if self.ok else f"  FAILED (exit {self.status})"
        return f"{self.name:7s} {counts}, {self.seconds:.0f} s{verdict}"


@cache
def contracts_hash() -> str:
    """Return a hash of every contract: long runs that go on later count what ran on these sources only."""
    found = sorted(path for path in (ROOT / "contracts").rglob("*.sol") if ".cache" not in path.parts)
    return hashlib.sha256(b"".join(path.read_bytes() for path in found)).hexdigest()[:16]


@cache
def product() -> Path:
    """Bring the bytecode that is deployed up to date, once; forge's suites run against it."""
    return compiled_contracts().relative_to(ROOT)


@cache
def bare_routes() -> Path:
    """Compile the routes without guards, which gas is compared with, as what is deployed is compiled."""
    folder = ROOT / "build/bare"
    settings = {"FOUNDRY_PROFILE": "product", "FOUNDRY_OUT": str(folder)}
    settings |= {"FOUNDRY_CACHE_PATH": str(folder.with_name("bare-cache"))}
    sources = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests/contracts/gas").glob("Bare*.sol"))
    subprocess.run(
        [FORGE, "build", *sources, "--quiet"], cwd=ROOT, env={**os.environ, **settings}, check=True
    )
    return folder.relative_to(ROOT)


def run_forge(arguments: list[str], profile: str) -> Run:
    """Run forge under a profile and read its closing line."""
    started = time.monotonic()
    environment = {**os.environ, "FOUNDRY_PROFILE": profile, "BALLAST_ARTIFACTS": str(product())}
    environment["BALLAST_BARE"] = str(bare_routes())
    process = subprocess.Popen(
        [FORGE, "test", *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    passed = failed = skipped = 0
    for line in process.stdout or ():
        sys.stdout.write(line)
        found = FORGE_TOTAL.search(COLOUR.sub("", line))
        if found:
            passed, failed, skipped = (int(number) for number in found.groups()[:3])
    return Run("forge", process.wait(), passed, failed, skipped, time.monotonic() - started)


def run_pytest(name: str, command: list[str]) -> Run:
    """Run pytest, or Ape's, and read the counts from its XML report."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        status = subprocess.run([*command, f"--junitxml={report}"], cwd=ROOT, check=False).returncode
        total, failed, skipped = _counts(report)
    return Run(name, status, total - failed - skipped, failed, skipped, time.monotonic() - started)


def _counts(report: Path) -> tuple[int, int, int]:
    if not report.is_file():
        return 0, 0, 0
    suites = ET.parse(report).getroot().iter("testsuite")  # noqa: S314 - our own process wrote it
    total = failed = skipped = 0
    for suite in suites:
        total += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
    return total, failed, skipped


def normal_runs(only: set[str], *, deep: bool, match_path: str | None) -> list[Run]:
    """Run the chosen suites."""
    runs = []
    if "forge" in only:
        arguments = ["--match-path", match_path, "-vv"] if match_path else []  # chosen files show their logs
        runs.append(run_forge(arguments, "deep" if deep else "default"))
    if "pytest" in only:
        marker = [] if deep else ["-m", "not deep"]
        # Two workers, a file to each: half the time is spent waiting for nodes and processes.
        workers = ["-n", "2", "--dist", "loadfile"]
        runs.append(run_pytest("pytest", [sys.executable, "-m", "pytest", "-q", *workers, *marker]))
    if "ape" in only:
        drop_old_ape_build()
        runs.append(run_pytest("ape", ["ape", "test", "tests/e2e", "-q", *NETWORK]))
    return runs


def canary_runs(only: set[str]) -> list[Run]:
    """Run the known-failing test of each chosen suite."""
    runs = []
    if "forge" in only:
        runs.append(run_forge([], "canary"))
    if "pytest" in only:
        canary = [sys.executable, "-m", "pytest", "-q", "--tb=no", "tests/canary/test_canary.py"]
        runs.append(run_pytest("pytest", canary))
    if "ape" in only:
        canary = ["ape", "test", "-c", "tests/e2e/pytest.ini", "tests/canary/ape", "-q", "--tb=no", *NETWORK]
        runs.append(run_pytest("ape", canary))
    return runs


def drop_old_ape_build() -> None:
    """Remove what Ape compiled before the newest change of a source: it answers with it all the same."""
    build = ROOT / ".build"
    kept = build / "__local__.json"
    if not kept.is_file():
        return
    newest = max(source.stat().st_mtime for source in (ROOT / "contracts").glob("**/*.sol"))
    if newest > kept.stat().st_mtime:
        shutil.rmtree(build)


def fresh_ape_folder() -> Path:
    """Return Ape's data folder for tests, without the types that it remembers by address.

    A fork gives the same addresses to every version of the contracts, so what another one left would answer.
    """
    folder = ROOT / "build/ape"
    shutil.rmtree(folder / "ethereum", ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def upstream() -> Iterator[str]:
    """Give the fork's source: the user's node if MAINNET_RPC_URL names one, else a replica of our own."""
    own = os.environ.get("MAINNET_RPC_URL")
    if own:
        yield own
        return
    with ReplicaNode() as node:
        yield node.url


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="forge,pytest,ape", help="comma-separated runners")
    parser.add_argument("--deep", action="store_true", help="many fuzz runs, and the tests marked deep")
    parser.add_argument("--match-path", help="forge files to run")
    return parser.parse_args()


def main() -> int:
    """Run everything and return 0 only if all tests passed and all canaries failed."""
    arguments = _arguments()
    only = set(arguments.only.split(","))
    os.environ["PATH"] = os.pathsep.join(
        [str(ROOT / "build/bin"), str(ROOT / ".venv/bin"), os.environ["PATH"]]
    )
    os.environ["SOLCX_BINARY_PATH"] = str(ROOT / "build/solcx")
    os.environ["APE_DATA_FOLDER"] = str(fresh_ape_folder())
    subprocess.run([sys.executable, str(ROOT / "script/tools/unpack_recorded.py")], check=True)
    with upstream() as url:
        os.environ["BALLAST_UPSTREAM"] = url
        runs = normal_runs(only, deep=arguments.deep, match_path=arguments.match_path)
        print("\nThe next tests must fail: they show that a failure is seen.")
        canaries = canary_runs(only)
    deaf = [run.name for run in canaries if run.status == 0 or run.failed != 1]
    print("\n" + "\n".join(run.line() for run in runs))
    print(f"canaries: {len(canaries) - len(deaf)} of {len(canaries)} failed as they must")
    for name in deaf:
        print(f"{name}: the known-failing test did not make it fail, so its success means nothing")
    passed, failed = sum(run.passed for run in runs), sum(run.failed for run in runs)
    print(f"{passed} passed, {failed} failed, {sum(run.skipped for run in runs)} skipped")
    return 0 if runs and all(run.ok for run in runs) and not deaf else 1


if __name__ == "__main__":
    sys.exit(main())
