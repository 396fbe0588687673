"""Real processes, really killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ballast.domain.errors import JournalError
from ballast.journal.journal import Journal, journal_url

WRITER = """
import sys
from ballast.journal.journal import Journal
journal = Journal.open(sys.argv[1])
number = journal.head().seq
while True:
    number += 1
    entry = journal.append("alert", {"number": number, "text": "x" * 3000}, durable=number % 3 == 0)
    print(entry.seq, entry.hash.hex(), flush=True)
"""


def started(path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, journal_url(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def acknowledged_until_killed(path: Path, entries: int) -> list[str]:
    process = started(path)
    lines = [process.stdout.readline() for _ in range(entries)]
    os.kill(process.pid, signal.SIGKILL)
    lines += process.stdout.readlines()
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    return [line for line in lines if line.endswith("\n")]


def test_killed_in_the_middle_of_appends_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    acknowledged: list[str] = []
    for entries in (1, 40, 117):
        acknowledged += acknowledged_until_killed(path, entries)
        with Journal.open(journal_url(path)) as journal:
            written = {str(entry.seq): entry.hash.hex() for entry in journal.entries()}
            assert journal.head().seq == len(written)
        for line in acknowledged:
            seq, entry_hash = line.split()
            assert written[seq] == entry_hash


def test_a_writer_in_another_process_holds_the_journal_until_it_dies(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    process = started(path)
    try:
        assert process.stdout.readline()
        with pytest.raises(JournalError, match=f"held by process {process.pid}"):
            Journal.open(journal_url(path))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    with Journal.open(journal_url(path)) as journal:
        assert journal.head().seq >= 1
