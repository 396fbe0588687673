"""Alembic's entry point; the journal hands its own open connection in."""

from __future__ import annotations

from alembic import context

from ballast.journal.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
