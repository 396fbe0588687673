"""Tables of the journal, the same for SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, LargeBinary, MetaData, String, Table, Text

METADATA = MetaData()

ENTRIES = Table(
    "entries",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("prev_hash", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("kind", String(32), nullable=False, index=True),
    Column("block", BigInteger, nullable=True),
    Column("payload", Text, nullable=False),
)

# One row: what the last transaction left behind. It tells a dropped tail from a journal that ends there.
HEAD = Table(
    "head",
    METADATA,
    Column("id", BigInteger, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)
