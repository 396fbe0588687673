"""A copy of the sources in which one place is broken, and the tests that are run against it.

The tests' own tree stays as it is. Suites that run on a fork deploy the planes from artifacts
(`BALLAST_ARTIFACTS`), so a mutant costs one compilation of the contracts and none of the tests. Suites of
libraries have the code inlined and are compiled in the copy.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass

from run_tests import COLOUR, FORGE, FORGE_TOTAL, ROOT

COPIES = ROOT / "build/mutants"
LINKED = ("node_modules", "build/bin")
# Real copies: forge follows a link out of its root and finds no remapping there.
COPIED = ("contracts", "script", "tests/contracts", "tests/vectors")
KINDS = {".sol", ".json", ".js"}  # the compiler is a script
COMPILE_SECONDS = 300
# Everything is compiled the fastest way: what is judged is the source.
FAST = {"FOUNDRY_OPTIMIZER": "false"}
COMPILE = {**FAST, "FOUNDRY_PROFILE": "product", "FOUNDRY_VIA_IR": "false"}
FEW = {**FAST, "FOUNDRY_FUZZ_RUNS": "64", "FOUNDRY_INVARIANT_RUNS": "8"}
TESTS = {"FOUNDRY_OUT": "build/forge-mutants", "FOUNDRY_CACHE_PATH": "build/forge-mutants-cache"}


@dataclass(frozen=True)
class Change:
    """`old` at character `start` of `path` becomes `new`."""

    path: str
    start: int
    old: str
    new: str

    def apply(self, text: str) -> str:
        """Return the changed text.

        Raises:
            ValueError: where the text no longer reads `old` at that place.
        """
        end = self.start + len(self.old)
        if text[self.start : end] != self.old:
            raise ValueError(
                f"{self.path}: expected {self.old!r} at {self.start}, read {text[self.start : end]!r}"
            )
        return text[: self.start] + self.new + text[end:]


@dataclass(frozen=True)
class Suite:
    """Tests by path and name; `inlined` ones have the contracts' code in their own."""

    path: str
    test: str = ""
    inlined: bool = False

    def arguments(self) -> list[str]:
        """Return what forge is told."""
        return ["--match-path", self.path, *(["--match-test", self.test] if self.test else [])]


@dataclass(frozen=True)
class Ran:
    """What forge said about one suite."""

    passed: int
    failed: int
    timed_out: bool
    first_failure: str


class MutantTree:
    """One copy, used again for mutant after mutant so that forge compiles only what a change reaches."""

    def __init__(self, slot: int, upstream: str, seconds: int) -> None:
        """Make the copy if it is not there.

        Args:
            slot: number of the copy; two processes never share one
            upstream: URL that the tests fork from
            seconds: limit for one run of tests
        """
        self.root = COPIES / str(slot)
        self._upstream = upstream
        self._seconds = seconds
        self.root.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "foundry.toml", self.root)
        (self.root / "build").mkdir(exist_ok=True)
        for name in LINKED:
            self._link(name)
        self.restore()

    def _link(self, name: str) -> None:
        link = self.root / name
        if not link.is_symlink():
            link.symlink_to(ROOT / name)

    def restore(self) -> None:
        """Bring every file back to what the tree has; untouched files keep the time that forge looks at."""
        files = [path for name in COPIED for path in (ROOT / name).rglob("*") if path.suffix in KINDS]
        for source in sorted(files):
            copy = self.root / source.relative_to(ROOT)
            if copy.is_file() and copy.read_bytes() == source.read_bytes():
                continue
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())
        present = {path.relative_to(ROOT) for path in files}
        for copy in self.root.glob("tests/contracts/**/*.sol"):
            if copy.relative_to(self.root) not in present:
                copy.unlink()

    def change(self, change: Change) -> None:
        """Break one place."""
        self.restore()
        copy = self.root / change.path
        copy.write_text(change.apply(copy.read_text()))

    def compile(self) -> bool:
        """Compile the contracts; tell whether the compiler took them."""
        environment = {**os.environ, **COMPILE}
        command = [FORGE, "build", "--root", str(self.root), "contracts", "--quiet"]
        done = subprocess.run(
            command, cwd=self.root, env=environment, check=False, capture_output=True, timeout=COMPILE_SECONDS
        )
        return done.returncode == 0

    def run(self, suite: Suite) -> Ran:
        """Run the tests against the copy.

        Raises:
            ValueError: where forge ran no test at all, which proves nothing.
        """
        environment = {**os.environ, **FEW, **TESTS, "BALLAST_UPSTREAM": self._upstream}
        command = [FORGE, "test", *suite.arguments(), "--fail-fast", "--threads", "1"]
        if suite.inlined:
            folder = self.root
        else:
            folder = ROOT
            environment["BALLAST_ARTIFACTS"] = str((self.root / "build/product").relative_to(ROOT))
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                check=False,
                capture_output=True,
                text=True,
                timeout=self._seconds,
            )
        except subprocess.TimeoutExpired:
            return Ran(0, 0, timed_out=True, first_failure="time limit")
        return _read(COLOUR.sub("", done.stdout), COLOUR.sub("", done.stderr))


def _read(text: str, errors: str) -> Ran:
    failures = re.findall(r"^\[FAIL[:.].*?\] (\w+)\(", text, re.MULTILINE)
    setups = re.findall(r"^\[FAIL[:.].*?\] setUp\(", text, re.MULTILINE)
    totals = FORGE_TOTAL.findall(text)
    if not totals:
        raise ValueError(f"forge ran no test: {(errors or text)[-500:]}")
    passed, failed = int(totals[-1][0]), int(totals[-1][1])
    if not passed and not failed:
        raise ValueError(f"forge ran no test, or skipped all: {text[-300:]}")
    return Ran(passed, failed, timed_out=False, first_failure=(failures or setups or [""])[0])


def seconds_since(start: float) -> float:
    """Return the seconds since `start` of the monotonic clock, to a tenth."""
    return round(time.monotonic() - start, 1)
