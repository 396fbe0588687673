"""Mutants that no test can notice, each with the reason why, and the document's table of them.

`tests/mutants/sampled/equivalent.json` lists them by what they change in which line, not by where it stands,
so that
a change elsewhere in the file leaves an argument alone and a change of the line itself ends it. Run as a
script, it writes the table into docs/mutation.md; with --check it exits 1 where the table is old.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from run_tests import ROOT

LIST = ROOT / "tests/mutants/sampled/equivalent.json"
DOCUMENT = ROOT / "docs/mutation.md"
BEGIN, END = "<!-- equivalent:begin -->", "<!-- equivalent:end -->"


@dataclass(frozen=True, order=True)
class Spot:
    """What is changed in which line: `text` is the line without the blanks around it."""

    source: str
    text: str
    operator: str
    old: str
    new: str


@dataclass(frozen=True)
class Equivalent:
    """An argued mutant; `times` as often as the line has this change."""

    spot: Spot
    times: int
    because: str


def load(path: Path = LIST) -> list[Equivalent]:
    """Read the list.

    Raises:
        ValueError: for an entry without a reason, or a spot that is listed twice.
    """
    found = []
    for group in json.loads(path.read_text()):
        if not group["because"]:
            raise ValueError(f"an equivalent mutant needs a reason: {group}")
        for row in group["mutants"]:
            spot = Spot(group["source"], row["line"], row["operator"], row["old"], row["new"])
            found.append(Equivalent(spot, row.get("times", 1), group["because"]))
    twice = [spot for spot, count in Counter(entry.spot for entry in found).items() if count > 1]
    if twice:
        raise ValueError(f"argued twice: {twice}")
    return found


def argued(spots: Iterable[Spot], entries: Iterable[Equivalent]) -> frozenset[Spot]:
    """Return the spots that are argued: none of a line that has more survivors of one kind than were."""
    allowed = {entry.spot: entry.times for entry in entries}
    return frozenset(spot for spot, count in Counter(spots).items() if count <= allowed.get(spot, 0))


def table(entries: Iterable[Equivalent]) -> str:
    """Return the document's table with its marks: a row for each reason, every mutant of it named."""
    rows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in entries:
        rows[Path(entry.spot.source).stem, entry.because].append(_named(entry))
    lines = [f"| `{stem}` | {'; '.join(named)} | {because} |" for (stem, because), named in rows.items()]
    return "\n".join([BEGIN, "| Source | Mutants | Why no test can notice |", "|---|---|---|", *lines, END])


def _named(entry: Equivalent) -> str:
    spot = entry.spot
    often = "" if entry.times == 1 else f", {entry.times} of them"
    change = "deleted" if not spot.new else f"`{_cell(spot.old)}` to `{_cell(spot.new)}`"
    return f"{change} in `{_cell(spot.text)}`{often}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def renewed(text: str, new: str) -> str:
    """Put a table between the marks."""
    return text[: text.index(BEGIN)] + new + text[text.index(END) + len(END) :]


def main() -> int:
    """Write the table, or tell that it is old."""
    text = DOCUMENT.read_text()
    new = renewed(text, table(load()))
    if "--check" not in sys.argv[1:]:
        DOCUMENT.write_text(new)
    return int("--check" in sys.argv[1:] and new != text)


if __name__ == "__main__":
    sys.exit(main())
