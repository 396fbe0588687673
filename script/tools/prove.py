"""Run Halmos over `tests/contracts/halmos`: at least 20 properties, all proven, no time-out, five minutes.

Usage: prove.py path/to/halmos [--mutants]

With `--mutants` the libraries are broken as `tests/mutants/proofs/halmos.json` says, a batch of breaks at a
time in a copy, and every property must then fail: a property that no break turns red proves nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from mutant_tree import MutantTree
from run_tests import COLOUR, ROOT

MUTANTS = ROOT / "tests/mutants/proofs/halmos.json"
PROPERTIES = ROOT / "tests/contracts/halmos"
LEAST_PROPERTIES = 20
MOST_SECONDS = 300
SLOT = 2
VERDICT = re.compile(r"^\[(PASS|FAIL|TIMEOUT|ERROR)\] (check_\w+)", re.MULTILINE)
OPTIONS = "--no-status --forge-build-out build/forge-halmos --loop 32"
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


def halmos(binary: Path, folder: Path, selection: list[str]) -> str:
    """Compile the properties in a folder and prove the selected ones; return what Halmos printed.

    Raises:
        RuntimeError: where it judged no property.
    """
    tools = os.pathsep.join([str(ROOT / "build/bin"), os.environ["PATH"]])  # Halmos calls forge by its name
    environment = {**os.environ, "FOUNDRY_PROFILE": "halmos", "PATH": tools}
    subprocess.run([ROOT / "build/bin/forge", "build", "--quiet"], cwd=folder, env=environment, check=True)
    command = [str(binary.absolute()), *OPTIONS.split(), *SOLVER.split(), *selection]
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    text = COLOUR.sub("", done.stdout)
    if not VERDICT.search(text):
        raise RuntimeError(f"Halmos judged nothing: {text[-500:]}{done.stderr[-500:]}")
    return text


def prove(binary: Path) -> int:
    """Prove everything on the contracts as they are."""
    started = time.monotonic()
    text = halmos(binary, ROOT, ["--function", "check_"])
    print(text)
    enough, verdict = judge(text, time.monotonic() - started)
    print(verdict)
    return 0 if enough else 1


def broken(rows: list[dict[str, object]], tree: MutantTree) -> list[str]:
    """Apply a batch of breaks to the copy; return the properties that must fail.

    Raises:
        ValueError: unless each place is in its source exactly once.
    """
    tree.restore()
    names: list[str] = []
    for row in rows:
        path, search = tree.root / str(row["source"]), str(row["search"])
        text = path.read_text()
        if text.count(search) != 1:
            raise ValueError(
                f"{row['source']}: stands there {text.count(search)} times, must be once: {search!r}"
            )
        path.write_text(text.replace(search, str(row["replace"])))
        properties = row["properties"]
        names += [str(name) for name in properties] if isinstance(properties, list) else []
    return names


def unheld(text: str, names: list[str]) -> list[str]:
    """Name the properties that a break did not turn red; a time-out or an error is no refutation."""
    refuted = {name for verdict, name in VERDICT.findall(text) if verdict == "FAIL"}
    return [name for name in names if name not in refuted]


def refute(binary: Path) -> int:
    """Break the libraries and see every property fail."""
    rows = json.loads(MUTANTS.read_text())
    written = "".join(path.read_text() for path in PROPERTIES.glob("*.sol"))
    wanted = set(re.findall(r"function (check_\w+)", written))
    missing = sorted(wanted - {name for row in rows for name in row["properties"]})
    tree = MutantTree(SLOT, "", 0)
    for batch in sorted({row["batch"] for row in rows}):
        names = broken([row for row in rows if row["batch"] == batch], tree)
        text = halmos(binary, tree.root, ["--match-test", f"^({'|'.join(names)})\\("])
        missing += unheld(text, names)
        print(
            f"batch {batch}: {len(names) - len(unheld(text, names))} of {len(names)} properties refuted",
            flush=True,
        )
    tree.restore()
    print("\n".join([f"not refuted: {name}" for name in missing]))
    print(f"{len(wanted) - len(missing)} of {len(wanted)} properties fail where their library is broken")
    return 1 if missing else 0


def main() -> int:
    """Prove, or refute the broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("halmos", type=Path)
    parser.add_argument(
        "--mutants", action="store_true", help="break the libraries and see every property fail"
    )
    asked = parser.parse_args()
    return refute(asked.halmos) if asked.mutants else prove(asked.halmos)


if __name__ == "__main__":
    sys.exit(main())
