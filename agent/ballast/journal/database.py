"""Connections to the journal's database: SQLite by default, PostgreSQL by URL, one schema kept by Alembic."""

from __future__ import annotations

import sqlite3
from importlib import resources
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from ballast.domain.errors import JournalError
from ballast.journal.lock import FileLock

# Any constant of our own: PostgreSQL's advisory locks are named by one number per database.
_POSTGRES_LOCK = 0x62616C6C617374
_WAL_PAGES_PER_CHECKPOINT = 4_000


def open_engine(url: str) -> Engine:
    """Engine with one connection; transactions begin where SQLAlchemy says, not where the driver guesses.

    Raises:
        JournalError: the URL is malformed or names a database other than SQLite and PostgreSQL.
    """
    backend = _parsed(url).get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise JournalError(f"journal.url names {backend}, allowed are sqlite and postgresql")
    try:
        engine = create_engine(url, poolclass=StaticPool)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise JournalError(f"journal.url is not usable: {error}") from error
    if backend == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def sqlite_path(url: str) -> Path | None:
    """File of an SQLite URL; None for memory and for other databases. Errors as `open_engine`."""
    parsed = _parsed(url)
    in_file = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:")
    return Path(str(parsed.database)) if in_file else None


def lock_for(url: str, connection: Connection) -> FileLock | None:
    """Takes the writer's lock; None where the connection holds it (PostgreSQL) or nobody else can reach it.

    Raises:
        JournalError: another writer has it.
    """
    path = sqlite_path(url)
    if path is not None:
        return FileLock(path.with_name(path.name + ".lock"))
    if connection.dialect.name == "postgresql":
        held = connection.execute(
            text("SELECT pg_try_advisory_lock(:name)"), {"name": _POSTGRES_LOCK}
        ).scalar_one()
        connection.commit()
        if not held:
            raise JournalError("another process holds the journal's lock; a journal has one writer")
    return None


def migrate(connection: Connection) -> None:
    """Brings the schema to the newest revision, from nothing if need be.

    Raises:
        JournalError: the database was written by a newer version.
    """
    config = Config()
    config.set_main_option("script_location", str(resources.files("ballast.journal") / "migrations"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise JournalError(f"the schema is not one of this version: {error}") from error
    connection.commit()


def set_durability(connection: Connection, *, durable: bool) -> None:
    """Whether the next commits wait for the disk. Must be called between transactions.

    In SQLite's write-ahead mode FULL syncs the log at every commit, and with it all earlier commits; NORMAL
    never does.
    """
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute("PRAGMA synchronous=" + ("FULL" if durable else "NORMAL"))
    else:
        connection.execute(text("SET synchronous_commit TO " + ("on" if durable else "off")))
        connection.commit()


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError) as error:
        raise JournalError(f"journal.url is not usable: {error}") from error
    return parsed


def _configure_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint={_WAL_PAGES_PER_CHECKPOINT}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
