"""Canonical bytes of messages: the same value has the same bytes, and so the same hash, everywhere and for ever.

JSON, UTF-8, keys sorted, no white space. Integers are written as JSON integers of any size (never floats, which are refused), bytes as
0x-prefixed lower-case hex strings, addresses as 0x-prefixed lower-case hex strings, tuples as arrays, frozen dataclasses as objects with
their field names, enums by their name. A message carries ``kind`` and ``version`` so that a reader knows what it holds.
"""

from __future__ import annotations

import dataclasses
import enum
import json
from typing import Any

from eth_utils.crypto import keccak


def to_plain(value: Any) -> Any:
    """Reduces a message to dicts, lists, strings, integers, booleans and None.

    Raises:
        TypeError: the value holds a float or another type without a canonical form.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, int):
        return value
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    raise TypeError(f"no canonical form for {type(value).__name__}: allowed are integers, strings, bytes, enums and frozen messages")


def canonical_bytes(value: Any) -> bytes:
    """Canonical UTF-8 bytes of a message."""
    return json.dumps(to_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def canonical_hash(value: Any) -> bytes:
    """keccak256 of `canonical_bytes`."""
    return keccak(canonical_bytes(value))
