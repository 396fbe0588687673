"""The journal itself: append, read, and the checks at opening."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, Row, Select, bindparam, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from ballast.domain.canonical import canonical_bytes
from ballast.domain.errors import JournalError
from ballast.domain.journal import GENESIS_HASH, Head, JournalEntry, entry_hash
from ballast.journal.database import lock_for, migrate, open_engine, set_durability, sqlite_path
from ballast.journal.intents import INTENT_KINDS, Intent, IntentBook
from ballast.journal.lock import FileLock
from ballast.journal.schema import ENTRIES, HEAD

CHECKED_AT_OPENING = 1_000
_PAGE = 500

_INSERT = insert(ENTRIES)
# The old head is part of the condition: a second writer that slipped past the lock changes no row.
_MOVE_HEAD = (
    update(HEAD)
    .where(HEAD.c.seq == bindparam("old_seq"), HEAD.c.hash == bindparam("old_hash"))
    .values(seq=bindparam("new_seq"), hash=bindparam("new_hash"))
)

KINDS = frozenset({"start", "terms", "tick", "compared", "alert", "heartbeat", "stop", *INTENT_KINDS})


class Journal:
    """An append-only chain of entries. A failure to write is a `JournalError`, at which the agent halts."""

    def __init__(
        self, engine: Engine, connection: Connection, lock: FileLock | None, *, writable: bool
    ) -> None:
        """Use `open` or `read`."""
        self._engine = engine
        self._connection = connection
        self._lock = lock
        self._writable = writable
        self._durable = True
        self._book = IntentBook()
        self._head = Head(0, GENESIS_HASH)

    @classmethod
    def open(cls, url: str) -> Journal:
        """Opens for writing: takes the lock, migrates the schema, checks the newest entries, folds intents.

        Raises:
            JournalError: another writer, an unusable database, or entries that do not verify.
        """
        path = sqlite_path(url)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        engine = open_engine(url)
        try:
            return cls._opened(engine, url)
        except SQLAlchemyError as error:
            engine.dispose()
            raise JournalError(f"cannot be opened: {error}") from error
        except JournalError:
            engine.dispose()
            raise

    @classmethod
    def read(cls, url: str) -> Journal:
        """Opens for reading, beside a running writer if need be. Nothing is checked: that is `verify`'s work.

        Raises:
            JournalError: there is no journal at this URL.
        """
        path = sqlite_path(url)
        if path is not None and not path.is_file():
            raise JournalError(f"there is no journal at {path}")
        engine = open_engine(url)
        try:
            return cls(engine, engine.connect(), None, writable=False)
        except SQLAlchemyError as error:
            raise JournalError(f"cannot be opened: {error}") from error

    @classmethod
    def _opened(cls, engine: Engine, url: str) -> Journal:
        connection = engine.connect()
        lock = lock_for(url, connection)
        journal = cls(engine, connection, lock, writable=True)
        try:
            migrate(connection)
            journal._recover()
        except (JournalError, SQLAlchemyError):
            journal.close()
            raise
        return journal

    def append(
        self, kind: str, payload: object, block: int | None = None, *, durable: bool = True
    ) -> JournalEntry:
        """Writes one entry and returns it once it is committed; ``durable`` waits until the disk has it.

        What is not durable survives the death of the process, not of the machine; the next durable entry
        carries it along, so the chain never has a hole.

        Raises:
            JournalError: the kind is unknown, the entry contradicts the journal, or the database refused.
            TypeError: the payload has no canonical form.
        """
        if kind not in KINDS or not self._writable:
            allowed = sorted(KINDS) if self._writable else "none: this journal is open for reading"
            raise JournalError(f"cannot append '{kind}', allowed are {allowed}")
        entry = self._following(kind, canonical_bytes(payload).decode(), block)
        # Folded before it is written: what contradicts the journal must not become part of it.
        following = self._book.copy()
        following.apply(entry)
        self._commit(entry, durable=durable)
        self._head, self._book = Head(entry.seq, entry.hash), following
        return entry

    def head(self) -> Head:
        """The last entry's number and hash; while writing, as this process wrote them."""
        return self._head if self._writable else self.recorded_head()

    def recorded_head(self) -> Head:
        """The head row as it stands in the database; errors as `entries`."""
        rows = self._rows(select(HEAD.c.seq, HEAD.c.hash))
        if len(rows) != 1:
            raise JournalError(f"the head table has {len(rows)} rows, allowed is exactly 1")
        return Head(rows[0].seq, bytes(rows[0].hash))

    def entries(self, from_seq: int = 1) -> Iterator[JournalEntry]:
        """Entries in order of their number, read page by page.

        Raises:
            JournalError: the database cannot be read.
        """
        last = from_seq - 1
        while True:
            query = select(ENTRIES).where(ENTRIES.c.seq > last).order_by(ENTRIES.c.seq).limit(_PAGE)
            page = [_entry(row) for row in self._rows(query)]
            yield from page
            if len(page) < _PAGE:
                return
            last = page[-1].seq

    def last(self, kind: str) -> JournalEntry | None:
        """Newest entry of a kind; errors as `entries`."""
        query = select(ENTRIES).where(ENTRIES.c.kind == kind).order_by(ENTRIES.c.seq.desc()).limit(1)
        rows = self._rows(query)
        return _entry(rows[0]) if rows else None

    def live_intents(self) -> tuple[Intent, ...]:
        """Signed decisions that the agent still sends, oldest first; kept only while open for writing."""
        return self._book.live()

    def open_intents(self) -> tuple[Intent, ...]:
        """Signed decisions without a settlement, superseded ones too; as `live_intents`."""
        return self._book.open()

    def close(self) -> None:
        """Ends the connection and frees the lock."""
        self._connection.close()
        self._engine.dispose()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _following(self, kind: str, payload: str, block: int | None) -> JournalEntry:
        seq, prev = self._head.seq + 1, self._head.hash
        return JournalEntry(seq, prev, entry_hash(prev, seq, kind, block, payload), kind, block, payload)

    def _commit(self, entry: JournalEntry, *, durable: bool) -> None:
        try:
            if durable is not self._durable:
                set_durability(self._connection, durable=durable)
                self._durable = durable
            with self._connection.begin():
                self._connection.execute(_INSERT, _row(entry))
                moved = self._connection.execute(_MOVE_HEAD, _move(entry))
                if moved.rowcount != 1:
                    raise JournalError("the head was moved by somebody else", entry.seq)
        except SQLAlchemyError as error:
            raise JournalError(f"could not be written: {error}", entry.seq) from error

    def _recover(self) -> None:
        self._head = self.recorded_head()
        start = max(1, self._head.seq - CHECKED_AT_OPENING + 1)
        prev, seq = None, start - 1
        for entry in self.entries(start):
            check_link(entry, seq, prev)
            prev, seq = entry.hash, entry.seq
        check_end(self._head, seq, prev)
        query = select(ENTRIES).where(ENTRIES.c.kind.in_(INTENT_KINDS)).order_by(ENTRIES.c.seq)
        for row in self._rows(query):
            self._book.apply(_entry(row))

    def _rows(self, query: Select[Any]) -> list[Row[Any]]:
        try:
            rows = list(self._connection.execute(query))
            self._connection.rollback()
        except SQLAlchemyError as error:
            raise JournalError(f"cannot be read: {error}") from error
        return rows


def check_link(entry: JournalEntry, last_seq: int, prev_hash: bytes | None) -> None:
    """Refuses an entry that does not follow ``last_seq`` and ``prev_hash`` (None: unknown) or hashes wrongly.

    Raises:
        JournalError: names the first entry that does not fit.
    """
    if entry.seq != last_seq + 1:
        raise JournalError(f"missing: the next one there is {entry.seq}", last_seq + 1)
    expected_prev = GENESIS_HASH if entry.seq == 1 else prev_hash
    if expected_prev is not None and entry.prev_hash != expected_prev:
        raise JournalError(
            f"follows {entry.prev_hash.hex()}, the entry before it is {expected_prev.hex()}", entry.seq
        )
    computed = entry_hash(entry.prev_hash, entry.seq, entry.entry_kind, entry.block, entry.payload)
    if computed != entry.hash:
        raise JournalError(
            f"was changed: its hash is {entry.hash.hex()}, its content hashes to {computed.hex()}", entry.seq
        )


def check_end(head: Head, last_seq: int, last_hash: bytes | None) -> None:
    """Refuses a journal whose last entry is not the one that the head row names.

    Raises:
        JournalError: names the first entry that is missing, or the last one where it differs.
    """
    if last_seq < head.seq:
        raise JournalError(
            f"missing: the head row says that the journal ends at entry {head.seq}", last_seq + 1
        )
    if last_seq > head.seq or (last_hash or GENESIS_HASH) != head.hash:
        raise JournalError(
            f"the head row names entry {head.seq} with {head.hash.hex()} as the last one", last_seq
        )


def journal_url(path: Path) -> str:
    """URL of a journal in an SQLite file."""
    return f"sqlite:///{path}"


def _row(entry: JournalEntry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "prev_hash": entry.prev_hash,
        "hash": entry.hash,
        "kind": entry.entry_kind,
        "block": entry.block,
        "payload": entry.payload,
    }


def _move(entry: JournalEntry) -> dict[str, Any]:
    old = {"old_seq": entry.seq - 1, "old_hash": entry.prev_hash}
    return {**old, "new_seq": entry.seq, "new_hash": entry.hash}


def _entry(row: Row[Any]) -> JournalEntry:
    return JournalEntry(row.seq, bytes(row.prev_hash), bytes(row.hash), row.kind, row.block, row.payload)
