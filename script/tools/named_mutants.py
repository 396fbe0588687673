"""Take each named defence out of a copy of the contracts and see that the test which holds it fails.

`tests/mutants/*.json` lists them: the promises and threats (`holds`) that the defence serves, the place in
the source (`search` must be there exactly once), what it becomes, and the test. A mutant whose test passes,
whose source is gone or that does not compile is a failure here. All that can be are compiled into one
program, see `mutant_schema.py`; what cannot, and what was not noticed there, is compiled and judged alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mutant_program import Program
from mutant_schema import Schema
from mutant_tree import Change, MutantTree, Suite, seconds_since
from run_tests import ROOT, upstream

FOLDER = ROOT / "tests/mutants"
SLOT, PROGRAM_SLOT = 1, 3
TEST_SECONDS = 240


@dataclass(frozen=True)
class NamedMutant:
    """One defence taken out, and the test that must notice."""

    name: str
    holds: tuple[str, ...]
    source: str
    search: str
    replace: str
    suite: Suite
    also: tuple[tuple[str, str], ...] = ()  # further places of a defence that stands in more than one

    def change(self, text: str) -> Change:
        """Locate the defence in the source's text; the change is from its first place to its last.

        Raises:
            ValueError: unless each of its places stands there exactly once.
        """
        broken, starts, ends = text, [], []
        for search, replace in ((self.search, self.replace), *self.also):
            if text.count(search) != 1:
                count = text.count(search)
                raise ValueError(
                    f"{self.source}: the defence stands there {count} times, must be once: {search!r}"
                )
            starts.append(text.index(search))
            ends.append(text.index(search) + len(search))
            broken = broken.replace(search, replace)
        start, end = min(starts), max(ends)
        return Change(self.source, start, text[start:end], broken[start : len(broken) - len(text) + end])


def load(folder: Path) -> list[NamedMutant]:
    """Read every list of the folder.

    Raises:
        ValueError: where a mutant holds nothing, or a name comes twice.
    """
    mutants = [mutant for path in sorted(folder.glob("*.json")) for mutant in _read(path)]
    names = [mutant.name for mutant in mutants]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ValueError(f"names must be unique, found twice: {doubled}")
    return mutants


def _read(path: Path) -> Iterator[NamedMutant]:
    for row in json.loads(path.read_text()):
        if not row["holds"]:
            raise ValueError(f"{path.name}: {row['name']!r} names no promise and no threat")
        suite = Suite(row["path"], row["test"], inlined=row.get("inlined", False))
        also = tuple((search, replace) for search, replace in row.get("also", []))
        place = (row["source"], row["search"], row["replace"])
        yield NamedMutant(row["name"], tuple(row["holds"]), *place, suite, also)


def judge(tree: MutantTree, mutant: NamedMutant) -> tuple[bool, str]:
    """Take the defence out and run its test.

    Returns:
        whether the test noticed, and by what or why not
    """
    try:
        change = mutant.change((ROOT / mutant.source).read_text())
    except (ValueError, FileNotFoundError) as problem:
        return False, str(problem)
    tree.change(change)
    if not tree.compile():
        return False, "does not compile: no program, no proof"
    ran = tree.run(mutant.suite)
    if ran.failed or ran.timed_out:
        return True, ran.first_failure
    return False, f"{ran.passed} tests passed without the defence"


def judge_together(mutants: list[NamedMutant], url: str) -> Callable[[NamedMutant], tuple[bool, str]]:
    """Compile all that can be into one program."""
    changes = {number: change for number, mutant in enumerate(mutants, start=1) if (change := _found(mutant))}
    schema = Schema(changes)
    print(f"{len(schema.numbers)} of {len(mutants)} mutants in one program", flush=True)
    program = Program(schema, url, TEST_SECONDS, PROGRAM_SLOT)
    tree = MutantTree(SLOT, url, TEST_SECONDS)
    numbers = {mutant.name: number for number, mutant in enumerate(mutants, start=1)}

    def decide(mutant: NamedMutant) -> tuple[bool, str]:
        number = numbers[mutant.name]
        if number in schema.numbers:
            verdict = program.asked(number, mutant.suite)
            if verdict.word == "killed":
                return True, verdict.by
        return judge(tree, mutant)

    return decide


def _found(mutant: NamedMutant) -> Change | None:
    try:
        return mutant.change((ROOT / mutant.source).read_text())
    except (ValueError, FileNotFoundError):
        return None  # `judge` says why


def main() -> int:
    """Judge all, or those whose name has the text or that hold the id; 0 only if every test noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="name, INV or T id")
    parser.add_argument(
        "--skip", type=int, default=0, help="leave out so many: to go on where a run was cut off"
    )
    asked = parser.parse_args()
    chosen = [m for m in load(FOLDER) if asked.only in m.name or asked.only in m.holds][asked.skip :]
    unseen = 0
    with upstream() as url:
        decide = judge_together(chosen, url)
        for mutant in chosen:
            started = time.monotonic()
            noticed, by = decide(mutant)
            unseen += not noticed
            ids = ", ".join(mutant.holds)
            word = "noticed" if noticed else "UNSEEN "
            print(f"{word} {seconds_since(started):6.1f} s  {mutant.name} ({ids}): {by}", flush=True)
    print(f"{len(chosen) - unseen} of {len(chosen)} defences are held by their tests")
    return 0 if chosen and not unseen else 1


if __name__ == "__main__":
    sys.exit(main())
