"""Recorded rounds are read in order or refused by name."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from ballast.data.rounds import Round, RoundsError, load_rounds, ordered

HEADER = ",round,answer,start,update,answeredInRound"


def write(folder: Path, *lines: str) -> Path:
    path = folder / "rounds.csv.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


def test_reads_newest_first_files_in_order_and_leaves_the_empty_round_out(tmp_path: Path) -> None:
    rounds = load_rounds(write(tmp_path, HEADER, "0,3,103,9,9,3", "1,2,102,8,8,2", "2,1,0,0,0,1"))
    assert [(item.round_id, item.answer, item.updated_at) for item in rounds.held] == [
        (2, 102, 8),
        (3, 103, 9),
    ]
    assert (rounds.empty, rounds.missing) == (1, 0)


def test_two_rounds_of_one_block_are_no_fault_and_a_missing_id_is_counted() -> None:
    rounds = ordered("feed", [Round(5, 1, 10), Round(6, 1, 10), Round(9, 1, 12)])
    assert rounds.missing == 2


def test_ids_of_different_phases_are_no_gap() -> None:
    assert ordered("feed", [Round(2**64 + 7, 1, 10), Round(2**65 + 1, 1, 11)]).missing == 0


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ((), "columns are ''"),
        (("round,answer", "1,2"), "columns are 'round,answer'"),
        ((HEADER,), "holds no rounds"),
        ((HEADER, "0,1,0,0,0,1"), "holds no rounds"),
        ((HEADER, "0,1,x,9,9,1"), "line 2: invalid literal"),
        ((HEADER, "0,1"), "line 2: list index"),
        ((HEADER, "0,1,5,9,9,1", "1,1,5,9,9,1"), "round 1 is there twice"),
        ((HEADER, "0,1,5,9,9,1", "1,2,5,8,8,2"), "round 2 was written at 8, before round 1 at 9"),
        ((HEADER, "0,1,-5,9,9,1"), "round 1 answers -5 at 9, allowed are positive"),
        ((HEADER, "0,1,5,9,0,1"), "round 1 answers 5 at 0, allowed are positive"),
    ],
)
def test_refuses_broken_rounds_naming_the_reason(tmp_path: Path, lines: tuple[str, ...], reason: str) -> None:
    with pytest.raises(RoundsError, match=reason):
        load_rounds(write(tmp_path, *lines))


def test_refuses_a_truncated_and_a_missing_file(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, "0,1,5,9,9,1")
    path.write_bytes(path.read_bytes()[:-9])
    for broken in (path, tmp_path / "absent.csv.gz"):
        with pytest.raises(RoundsError, match="cannot be read"):
            load_rounds(broken)


@pytest.mark.data
@pytest.mark.parametrize(("feed", "count"), [("eth_usd", 11_106), ("btc_usd", 10_691)])
def test_reads_the_recorded_rounds_without_a_missing_one(market_data: Path, feed: str, count: int) -> None:
    rounds = load_rounds(market_data / f"chainlink/{feed}_rounds.csv.gz")
    assert (len(rounds), rounds.empty, rounds.missing) == (count, 1, 0)
