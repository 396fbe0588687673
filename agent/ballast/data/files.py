"""Text files, plain or gzipped: read whole or refused by name."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from pathlib import Path

from ballast.data.errors import DataError

_GZIP = b"\x1f\x8b"
# What a file that is missing, cut or damaged raises, packed or not; `BadGzipFile` is an OSError.
UNREADABLE = (OSError, EOFError, zlib.error, UnicodeDecodeError)


def read_text(path: Path, failure: type[DataError]) -> tuple[str, str]:
    """Text of a file and the sha256 of its bytes as stored.

    Raises `failure` for one that is missing, truncated, damaged or not UTF-8.
    """
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if raw[: len(_GZIP)] == _GZIP else raw).decode("utf-8")
    except UNREADABLE as error:
        raise failure(f"{path.name}: cannot be read: {error}") from error
    return text, hashlib.sha256(raw).hexdigest()


def csv_rows(name: str, text: str, failure: type[DataError]) -> list[list[str]]:
    """All rows of a CSV, the header among them. Raises `failure` for text that is none."""
    try:
        return list(csv.reader(io.StringIO(text)))
    except csv.Error as error:
        raise failure(f"{name}: cannot be read: {error}") from error
