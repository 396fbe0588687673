"""Break the contracts in one place at a time and count how many breaks the tests notice.

Every mutant of a check (guards, `ConfigCheck`, every `require`, every function that only checks) is run,
and a seeded sample, stratified by file, of the rest. Results go to a JSON-lines file after each mutant; a
second call goes on where the first ended, and mutants whose source has changed since are run again.
What is broken and how stands in `mutant_places.py`. Nearly all are compiled at once, see
`mutant_schema.py`; what is left is judged alone, and so is what survived there but is reached by a test of
its own suite that could not be asked there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from equivalent_mutants import Equivalent, Spot, argued, load
from mutant_places import Mutant, all_mutants
from mutant_program import Program
from mutant_schema import Schema, ask_compiler, errors, sources
from mutant_tree import MutantTree, Suite, seconds_since
from run_tests import ROOT, upstream

RESULTS = ROOT / "build/mutants/results.jsonl"
TEST_SECONDS = 240
# Copies of the sources: 0 alone, 1 and 3 named mutants, 2 all in one; ten more for each further worker.
PROGRAM_SLOT, SLOTS = 2, 10

# Which suites notice a break of a source soonest; "inlined" suites have the library's code in their own.
UNIT = {
    "Budget": "Budget",
    "BudgetGuard": "Budget",
    "CompoundV3Adapter": "CometAdapter",
    "ConfigPage": "ConfigPage",
    "DecisionHash": "DecisionHash",
    "MakerAdapter": "MakerAdapter",
    "NetGuard": "NetGuard",
    "UniswapV3Twap": "UniswapV3Twap",
    "UnitMath": "UnitMath",
    "HealthGuard": "Guards",
    "NonceGuard": "Guards",
    "SlippageGuard": "Guards",
    "WindowGuard": "Guards",
    "OracleGuard": "OracleGuard",
}
FORK = {
    "AaveV3Adapter": "conformance/Conformance.t.sol",
    "ConfigCheck": "fork/Configuration.t.sol",
    "DecisionQueue": "fork/Queue.t.sol",
    "UniswapV3FlashSwap": "attack/Callbacks.t.sol",
    "VaultCalls": "fork/LastGuards.t.sol",
    "VaultConfigurator": "fork/Configuration.t.sol",
    "VaultFactory": "fork/Deploy.t.sol",
    "VaultOwner": "fork/OwnerExit.t.sol",
    "VaultPage": "fork/ConfigPage.t.sol",
    "VaultViews": "fork/Views.t.sol",
    "VaultWiring": "fork/Deploy.t.sol",
}
ALL_FORK = "tests/contracts/{fork,conformance,attack}/[!S]*.t.sol"
ALL_THEFT = "tests/contracts/attack/StolenKeySandwich.t.sol"


@dataclass(frozen=True)
class Result:
    """How one mutant fared: killed, survived, timeout (counts as killed) or invalid (no program)."""

    name: str
    source: str  # sha256 of the file that was broken
    path: str
    line: int
    operator: str
    old: str
    new: str
    check: bool
    verdict: str
    by: str
    seconds: float


def choose(mutants: list[Mutant], sample: int, seed: int) -> list[Mutant]:
    """Take all checks, and of the rest a sample stratified by file.

    A mutant's lot is drawn from the seed and its own name, so that a change of one file leaves the sample of
    the others, and with it their results, as they are.
    """
    strata: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in mutants:
        if not mutant.check:
            strata[mutant.change.path].append(mutant)
    rest = sum(len(stratum) for stratum in strata.values())
    taken = [mutant for mutant in mutants if mutant.check]
    for stratum in strata.values():
        share = -(-sample * len(stratum) // rest)  # rounded up: no file is left out
        taken += sorted(stratum, key=lambda mutant: _lot(seed, mutant))[:share]
    return sorted(taken, key=lambda mutant: _lot(seed, mutant))


def _lot(seed: int, mutant: Mutant) -> str:
    return hashlib.sha256(f"{seed}|{mutant.name}".encode()).hexdigest()


# ---------------------------------------------------------------- running them


def suites_for(path: str) -> list[Suite]:
    """Return what is run against a break of `path`, the likeliest first."""
    stem = Path(path).stem
    first = []
    if stem in UNIT:
        first.append(Suite(f"tests/contracts/unit/{UNIT[stem]}.t.sol", inlined=True))
    if stem in FORK:
        first.append(Suite(f"tests/contracts/{FORK[stem]}"))
    return [*first, Suite(ALL_FORK), Suite(ALL_THEFT)]


def is_program(mutant: Mutant) -> bool:
    """Tell whether the compiler understands it; that it makes no code of it is told later, if at all."""
    texts = sources()
    texts[mutant.change.path] = mutant.change.apply(texts[mutant.change.path])
    return not errors(ask_compiler(texts, {"": ["ast"]}))


def judge_alone(tree: MutantTree, mutant: Mutant) -> tuple[str, str]:
    """Break, compile, and run suites until one notices.

    Returns:
        verdict and the test that gave it
    """
    return _judge_by(tree, mutant, suites_for(mutant.change.path))


def _judge_by(tree: MutantTree, mutant: Mutant, suites: list[Suite]) -> tuple[str, str]:
    tree.change(mutant.change)
    if not is_program(mutant) or not tree.compile():
        return "invalid", "compiler"
    for suite in suites:
        ran = tree.run(suite)
        if ran.timed_out:
            return "timeout", suite.path
        if ran.failed:
            return "killed", ran.first_failure
    return "survived", ""


class Judge:
    """All mutants compiled into one program; what it cannot hold is judged alone."""

    def __init__(self, chosen: list[Mutant], url: str, worker: int) -> None:
        """Compile the program.

        Args:
            chosen: all of them, whoever judges which
            url: node of this worker
            worker: number of this process among those that share the work; each has copies of its own
        """
        self._numbers = {mutant.name: number for number, mutant in enumerate(chosen, start=1)}
        schema = Schema({self._numbers[mutant.name]: mutant.change for mutant in chosen})
        self._together = schema.numbers
        print(f"{len(schema.numbers)} of {len(chosen)} mutants in one program", flush=True)
        self._program = Program(schema, url, TEST_SECONDS, PROGRAM_SLOT + SLOTS * worker)
        print(f"{len(self._program.reaching)} of them are reached by a test", flush=True)
        self._tree = MutantTree(SLOTS * worker, url, TEST_SECONDS)

    def alone(self, mutant: Mutant) -> bool:
        """Tell whether a mutant costs a compilation of its own."""
        return self._numbers[mutant.name] not in self._together

    def judge(self, mutant: Mutant) -> tuple[str, str]:
        """Return verdict and the test that gave it."""
        if self.alone(mutant):
            return judge_alone(self._tree, mutant)
        number = self._numbers[mutant.name]
        verdict = self._program.judge(number, mutant.change.path)
        homes = {suite.path for suite in suites_for(mutant.change.path)}
        left = [
            Suite(test.path, f"^{test.name}\\(", inlined=test.bare)
            for test in self._program.left_out(number)
            if test.path in homes
        ]
        if verdict.word == "survived" and left:
            return _judge_by(self._tree, mutant, left)
        return verdict.word, verdict.by


def _sha(path: str) -> str:
    return hashlib.sha256((ROOT / path).read_bytes()).hexdigest()[:16]


def earlier(results: Path) -> dict[str, Result]:
    """Read the results whose source is still the same; of several, the last."""
    if not results.is_file():
        return {}
    rows = [Result(**json.loads(line)) for line in results.read_text().splitlines()]
    return {row.name: row for row in rows if (ROOT / row.path).is_file() and row.source == _sha(row.path)}


def run(
    judge: Callable[[Mutant], tuple[str, str]], chosen: Iterable[Mutant], results: Path, until: float
) -> None:
    """Judge the mutants until the clock says stop; every result is written at once."""
    results.parent.mkdir(parents=True, exist_ok=True)
    for mutant in chosen:
        if time.monotonic() > until:
            return
        started = time.monotonic()
        verdict, by = judge(mutant)
        change = mutant.change
        place = (
            _sha(change.path),
            change.path,
            mutant.line,
            mutant.operator,
            change.old,
            change.new,
            mutant.check,
        )
        row = Result(mutant.name, *place, verdict, by, seconds_since(started))
        with results.open("a") as file:
            file.write(json.dumps(asdict(row)) + "\n")
        print(f"{verdict:8s} {row.seconds:6.1f} s  {row.name}  {by}", flush=True)


@cache
def _lines(path: str) -> list[str]:
    return (ROOT / path).read_text().splitlines()


def spot_of(row: Result) -> Spot:
    """Name a result's mutant by its line, as arguments do."""
    return Spot(row.path, _lines(row.path)[row.line - 1].strip(), row.operator, row.old.strip(), row.new)


def spot_of_mutant(mutant: Mutant) -> Spot:
    """Name a mutant by its line."""
    change = mutant.change
    text = _lines(change.path)[mutant.line - 1].strip()
    return Spot(change.path, text, mutant.operator, change.old.strip(), change.new)


def fates(rows: list[Result], entries: list[Equivalent]) -> dict[str, str]:
    """Return killed, survived, equivalent or invalid by name; a survivor that was argued is equivalent."""
    survivors = {row.name: spot_of(row) for row in rows if row.verdict == "survived"}
    excused = argued(survivors.values(), entries)
    plain = {row.name: "killed" if row.verdict == "timeout" else row.verdict for row in rows}
    return {**plain, **{name: "equivalent" for name, spot in survivors.items() if spot in excused}}


def table(rows: list[Result], chosen: int, entries: list[Equivalent]) -> str:
    """Return counts by file and the score; invalid mutants are no programs and count nowhere."""
    fate = fates(rows, entries)
    lines = ["| Source | killed | equivalent | survived | invalid |", "|---|---:|---:|---:|---:|"]
    by_file: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        by_file[row.path][fate[row.name]] += 1
    for path, counts in sorted(by_file.items()):
        numbers = " | ".join(str(counts[word]) for word in ("killed", "equivalent", "survived", "invalid"))
        lines.append(f"| `{path}` | {numbers} |")
    checks, rest = ([row for row in rows if row.check is wanted] for wanted in (True, False))
    for title, part in (("checks", checks), ("sample of the rest", rest), ("all", rows)):
        lines.append(f"{title}: {_score(Counter(fate[row.name] for row in part))}")
    seconds = sum(row.seconds for row in rows)
    lines.append(f"{len(rows)} of {chosen} chosen mutants run, {seconds / max(1, len(rows)):.1f} s each")
    lines += [
        f"survived: {r.path}:{r.line} {r.operator}: {r.old.strip()!r} -> {r.new!r}"
        for r in sorted(rows, key=lambda row: (row.path, row.line))
        if fate[r.name] == "survived"
    ]
    return "\n".join(lines)


def _score(counts: Counter[str]) -> str:
    killed, equivalent, survived = (counts[word] for word in ("killed", "equivalent", "survived"))
    valid = killed + equivalent + survived
    if not valid:
        return "none"
    told = f"{killed} of {valid} killed ({100 * killed / valid:.1f} %), {equivalent} equivalent"
    return f"{told} ({100 * equivalent / valid:.1f} %), {survived} survived"


def main() -> int:
    """Run, print the table, and return 0 unless a mutant of a check survived that is not argued."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=400, help="mutants besides those of the checks")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--only", default="", help="sources whose path has this in it")
    parser.add_argument(
        "--budget-seconds", type=float, default=float("inf"), help="stop after this long; go on later"
    )
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument(
        "--report", action="store_true", help="print the table of the results so far, run nothing"
    )
    parser.add_argument(
        "--again", action="store_true", help="run survivors again that are not argued: tests were added"
    )
    parser.add_argument("--workers", type=int, default=1, help="processes that share the work, see --worker")
    parser.add_argument("--worker", type=int, default=0, help="which of them this one is, from 0")
    asked = parser.parse_args()
    chosen = [m for m in choose(all_mutants(), asked.sample, asked.seed) if asked.only in m.change.path]
    fate = fates(list(earlier(asked.results).values()), load())
    done = {name for name, word in fate.items() if not asked.again or word != "survived"}
    left = [m for m in chosen if m.name not in done][asked.worker :: asked.workers]
    if left and not asked.report:
        with upstream() as url:
            court = Judge(chosen, url, asked.worker)
            left.sort(key=lambda mutant: (court.alone(mutant), not mutant.check))  # the dear ones last
            run(court.judge, left, asked.results, time.monotonic() + asked.budget_seconds)
    names = {mutant.name for mutant in chosen}
    rows = [row for row in earlier(asked.results).values() if row.name in names]
    entries = load()
    print(table(rows, len(chosen), entries))
    fate = fates(rows, entries)
    return 1 if any(row.check and fate[row.name] == "survived" for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
