"""Rounds of a Chainlink feed: recorded ones from CSV, more of them over JSON-RPC.

A round is known at its `updated_at`, the time of the block that it was written in; two rounds may share one
block. Rounds are kept in order of their ids and are never repaired; an empty round (all zero: the one before
a phase's first) is left out and counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ballast.data.errors import DataError
from ballast.data.files import csv_rows, read_text

I64 = npt.NDArray[np.int64]
CSV_COLUMNS = ("", "round", "answer", "start", "update", "answeredInRound")
_PHASE_BITS = 64


class RoundsError(DataError):
    """Rounds cannot be used; the message names file or feed, round and reason."""


@dataclass(frozen=True, slots=True)
class Round:
    """One answer, an integer with the feed's decimals, and when it was written, Unix seconds."""

    round_id: int
    answer: int
    updated_at: int

    @property
    def phase(self) -> int:
        """Number of the aggregator behind the proxy that answered."""
        return self.round_id >> _PHASE_BITS

    @property
    def empty(self) -> bool:
        """Whether the feed has no such round; it answers zeros then."""
        return self.updated_at == 0 and self.answer == 0


@dataclass(frozen=True, eq=False)
class Rounds:
    """Rounds in order of their ids; `empty` counts those left out.

    `missing` counts ids that lie between two held ones of the same phase.
    """

    name: str
    held: tuple[Round, ...]
    empty: int = 0

    def __len__(self) -> int:
        return len(self.held)

    @property
    def updated_at(self) -> I64:
        """When each was written, Unix seconds."""
        return np.asarray([r.updated_at for r in self.held], np.int64)

    @property
    def missing(self) -> int:
        """Rounds that the held ones prove to exist."""
        pairs = pairwise(self.held)
        return sum(b.round_id - a.round_id - 1 for a, b in pairs if a.phase == b.phase)


def ordered(name: str, rounds: Iterable[Round]) -> Rounds:
    """Sorted and checked.

    Raises RoundsError for a repeated id, an answer that is not positive, or a time that falls while ids rise.
    """
    every = sorted(rounds, key=lambda item: item.round_id)
    held = tuple(item for item in every if not item.empty)
    if not held:
        raise RoundsError(f"{name}: holds no rounds")
    for item in held:
        if item.answer <= 0 or item.updated_at <= 0:
            raise RoundsError(
                f"{name}: round {item.round_id} answers {item.answer} at {item.updated_at}, "
                "allowed are positive numbers"
            )
    for before, after in pairwise(held):
        if before.round_id == after.round_id:
            raise RoundsError(f"{name}: round {after.round_id} is there twice")
        if after.updated_at < before.updated_at:
            raise RoundsError(
                f"{name}: round {after.round_id} was written at {after.updated_at}, "
                f"before round {before.round_id} at {before.updated_at}"
            )
    return Rounds(name, held, len(every) - len(held))


def load_rounds(path: Path) -> Rounds:
    """Read a `.csv.gz` file of columns index, round, answer, start, update, answeredInRound, in any order.

    Raises RoundsError for wrong columns, unreadable rows or files, and for what `ordered` refuses.
    """
    text, _ = read_text(path, RoundsError)
    rows = csv_rows(path.name, text, RoundsError)
    columns = tuple(rows[0]) if rows else ()
    if columns != CSV_COLUMNS:
        raise RoundsError(
            f"{path.name}: columns are {','.join(columns)!r}, expected {','.join(CSV_COLUMNS)!r}"
        )
    found = []
    for number, row in enumerate(rows[1:], start=2):
        try:
            found.append(Round(int(row[1]), int(row[2]), int(row[4])))
        except (ValueError, IndexError) as error:
            raise RoundsError(f"{path.name}: line {number}: {error}") from error
    return ordered(path.name, found)
