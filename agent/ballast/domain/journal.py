"""One line of the journal, and the hash that chains it to all lines before it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from eth_utils.crypto import keccak

JOURNAL_ENTRY_VERSION = 1
GENESIS_HASH = bytes(32)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """Entry ``seq``, from 1. ``payload`` is canonical JSON text, ``block`` the block that it speaks of."""

    seq: int
    prev_hash: bytes
    hash: bytes
    entry_kind: str
    block: int | None
    payload: str
    version: int = JOURNAL_ENTRY_VERSION
    kind: str = "journal_entry"

    def data(self) -> dict[str, Any]:
        """The payload as plain data."""
        plain: dict[str, Any] = json.loads(self.payload)
        return plain


@dataclass(frozen=True, slots=True)
class Head:
    """Last entry of a journal; ``seq`` 0 and 32 zero bytes for an empty one."""

    seq: int
    hash: bytes


def entry_hash(prev_hash: bytes, seq: int, entry_kind: str, block: int | None, payload: str) -> bytes:
    """keccak256 of prev, version (2 bytes), seq (8 bytes), kind, 00, block in decimal if any, 00, payload.

    Neither kind nor block can hold a zero byte, so no two different entries have the same preimage.
    """
    head = prev_hash + JOURNAL_ENTRY_VERSION.to_bytes(2) + seq.to_bytes(8)
    where = b"" if block is None else str(block).encode()
    return keccak(head + entry_kind.encode() + b"\0" + where + b"\0" + payload.encode())
