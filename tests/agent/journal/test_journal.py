from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from ballast.domain.errors import JournalError
from ballast.domain.journal import GENESIS_HASH, entry_hash
from ballast.journal.journal import CHECKED_AT_OPENING, KINDS, Journal, journal_url
from ballast.journal.schema import METADATA


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


def write(path: Path, count: int = 5) -> list[bytes]:
    with Journal.open(journal_url(path)) as journal:
        return [journal.append("alert", {"number": number}, number).hash for number in range(count)]


def execute(path: Path, statement: str, *values) -> None:
    with sqlite3.connect(path) as database:
        assert database.execute(statement, values).rowcount == 1
    database.close()


def test_entries_chain_from_genesis_by_the_documented_hash(path: Path) -> None:
    write(path, 3)
    with Journal.read(journal_url(path)) as journal:
        entries = list(journal.entries())
    assert [entry.seq for entry in entries] == [1, 2, 3]
    previous = GENESIS_HASH
    for number, entry in enumerate(entries):
        assert entry.prev_hash == previous
        assert entry.payload == json.dumps({"number": number}, separators=(",", ":"))
        assert entry.hash == entry_hash(previous, entry.seq, "alert", number, entry.payload)
        previous = entry.hash


def test_head_follows_every_entry_and_survives_reopening(path: Path) -> None:
    last = write(path)[-1]
    with Journal.open(journal_url(path)) as journal:
        assert (journal.head().seq, journal.head().hash) == (5, last)
        assert journal.append("stop", {"reason": "test"}).prev_hash == last
        assert journal.recorded_head() == journal.head()


def test_an_empty_journal_has_a_head_of_zeros(path: Path) -> None:
    with Journal.open(journal_url(path)) as journal:
        assert (journal.head().seq, journal.head().hash) == (0, GENESIS_HASH)


def test_entries_are_read_page_by_page_from_any_number(path: Path) -> None:
    with Journal.open(journal_url(path)) as journal:
        for number in range(1_203):
            journal.append("alert", {"number": number}, durable=False)
        assert [entry.seq for entry in journal.entries(700)] == list(range(700, 1_204))
        assert journal.last("alert").seq == 1_203
        assert journal.last("stop") is None


def test_unknown_kinds_and_floats_are_refused_and_leave_no_trace(path: Path) -> None:
    with Journal.open(journal_url(path)) as journal:
        with pytest.raises(JournalError, match="cannot append 'note'"):
            journal.append("note", {})
        with pytest.raises(TypeError, match="no canonical form"):
            journal.append("alert", {"price": 1.5})
        assert journal.head().seq == 0
        assert journal.append("alert", {}).seq == 1


def test_a_reader_cannot_write_and_needs_an_existing_journal(path: Path) -> None:
    with pytest.raises(JournalError, match="there is no journal"):
        Journal.read(journal_url(path))
    assert not path.exists()
    write(path)
    with Journal.read(journal_url(path)) as reader, pytest.raises(JournalError, match="open for reading"):
        reader.append("alert", {})


def test_a_reader_sees_what_a_running_writer_has_written(path: Path) -> None:
    with Journal.open(journal_url(path)) as writer:
        writer.append("alert", {})
        with Journal.read(journal_url(path)) as reader:
            assert reader.head().seq == 1
            writer.append("alert", {}, durable=False)
            assert [entry.seq for entry in reader.entries()] == [1, 2]


def test_a_second_writer_is_refused_until_the_first_is_gone(path: Path) -> None:
    with Journal.open(journal_url(path)), pytest.raises(JournalError, match="a journal has one writer"):
        Journal.open(journal_url(path))
    with Journal.open(journal_url(path)) as journal:
        assert journal.append("alert", {}).seq == 1


def test_a_writer_that_slips_past_the_lock_changes_nothing(path: Path) -> None:
    with Journal.open(journal_url(path)) as first:
        first.append("alert", {})
        path.with_name(path.name + ".lock").unlink()
        with Journal.open(journal_url(path)) as second:
            second.append("alert", {"by": "second"})
            with pytest.raises(JournalError, match="entry 2"):
                first.append("alert", {"by": "first"})
        with Journal.read(journal_url(path)) as reader:
            assert [entry.data() for entry in reader.entries()] == [{}, {"by": "second"}]


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE entries SET payload = '{\"number\":7}' WHERE seq = 3", 3),
        ("UPDATE entries SET block = 99 WHERE seq = 3", 3),
        ("UPDATE entries SET kind = 'stop' WHERE seq = 3", 3),
        ("UPDATE entries SET hash = x'00' WHERE seq = 3", 3),
        ("DELETE FROM entries WHERE seq = 3", 3),
        ("DELETE FROM entries WHERE seq = 5", 5),
        ("UPDATE head SET seq = 4", 5),
        ("UPDATE head SET hash = x'00'", 5),
    ],
)
def test_a_tampered_journal_does_not_open_and_names_the_entry(path: Path, statement: str, seq: int) -> None:
    write(path)
    execute(path, statement)
    with pytest.raises(JournalError) as caught:
        Journal.open(journal_url(path))
    assert caught.value.seq == seq
    assert f"entry {seq}" in str(caught.value)


def test_opening_checks_the_newest_entries_only(path: Path) -> None:
    with Journal.open(journal_url(path)) as journal:
        for number in range(CHECKED_AT_OPENING + 1):
            journal.append("alert", {"number": number}, durable=False)
    execute(path, "UPDATE entries SET payload = '{}' WHERE seq = 1")
    Journal.open(journal_url(path)).close()
    execute(path, "UPDATE entries SET payload = '{}' WHERE seq = 2")
    with pytest.raises(JournalError, match="entry 2"):
        Journal.open(journal_url(path))


def test_a_file_that_is_no_database_is_a_journal_error(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(JournalError, match="cannot be opened"):
        Journal.open(journal_url(path))


def test_a_failed_opening_frees_the_lock(path: Path) -> None:
    write(path)
    execute(path, "UPDATE head SET seq = 4")
    for _ in range(2):
        with pytest.raises(JournalError, match="head row"):
            Journal.open(journal_url(path))


@pytest.mark.parametrize("url", ["mysql://host/name", "nonsense", "postgresql+nothing://x"])
def test_a_bad_url_is_refused(url: str) -> None:
    with pytest.raises(JournalError, match=r"journal\.url"):
        Journal.open(url)


def test_migrations_from_nothing_give_the_declared_schema(path: Path) -> None:
    Journal.open(journal_url(path)).close()
    engine = create_engine(journal_url(path))
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) == {"entries", "head", "alembic_version"}
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    engine.dispose()
    assert differences == []


def test_a_schema_of_a_newer_version_is_refused(path: Path) -> None:
    write(path)
    execute(path, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(JournalError, match="schema"):
        Journal.open(journal_url(path))


def test_a_full_disk_is_a_journal_error_and_leaves_the_last_entry(path: Path) -> None:
    write(path, 1)
    with Journal.open(journal_url(path)) as journal:
        pages = journal._connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        journal._connection.rollback()
        journal._connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        journal._connection.rollback()
        with pytest.raises(JournalError, match="entry 2: could not be written"):
            journal.append("alert", {"text": "x" * 100_000})
        assert journal.head().seq == 1
    with Journal.open(journal_url(path)) as journal:
        assert journal.append("alert", {}).seq == 2


def test_every_kind_of_entry_can_be_appended_by_name() -> None:
    assert {
        "start",
        "terms",
        "tick",
        "signed",
        "sending",
        "sent",
        "superseded",
        "settled",
        "compared",
        "alert",
        "heartbeat",
        "stop",
    } == KINDS


def test_durable_entries_wait_for_the_disk_and_others_do_not(path: Path) -> None:
    levels = []
    with Journal.open(journal_url(path)) as journal:
        for durable in (True, False, True):
            journal.append("alert", {}, durable=durable)
            levels.append(journal._connection.exec_driver_sql("PRAGMA synchronous").scalar_one())
            journal._connection.rollback()
    normal, full = 1, 2
    assert levels == [full, normal, full]
