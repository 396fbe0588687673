"""JSON-RPC's hexadecimal strings, strictly: what a node may send and nothing else."""

from __future__ import annotations

from typing import Any

from ballast.domain.units import UINT256_MAX

_DIGITS = frozenset("0123456789abcdefABCDEF")


def quantity(value: Any) -> int:  # noqa: ANN401 (JSON)
    """Integer of a JSON-RPC quantity.

    Raises:
        ValueError: not a ``0x`` string of at most 256 bits.
    """
    if (
        not isinstance(value, str)
        or not value.startswith("0x")
        or len(value) > 66
        or not _DIGITS.issuperset(value[2:])
    ):
        raise ValueError(f"not a quantity: {str(value)[:80]!r}")
    return int(value[2:] or "0", 16)


def data(value: Any) -> bytes:  # noqa: ANN401 (JSON)
    """Bytes of JSON-RPC data.

    Raises:
        ValueError: not a ``0x`` string with an even number of digits.
    """
    if not isinstance(value, str) or not value.startswith("0x"):
        raise ValueError(f"not data: {str(value)[:80]!r}")
    return bytes.fromhex(value[2:])


def hash32(value: Any) -> str:  # noqa: ANN401 (JSON)
    """A 32-byte hash as lower-case hex.

    Raises:
        ValueError: not 32 bytes.
    """
    raw = data(value)
    if len(raw) != 32:
        raise ValueError(f"a hash has 32 bytes, observed {len(raw)}")
    return "0x" + raw.hex()


def words(raw: bytes, least: int) -> tuple[int, ...]:
    """The 32-byte big-endian words of ABI-encoded static values.

    Raises:
        ValueError: fewer than ``least`` words, or a torn word.
    """
    if len(raw) % 32 or len(raw) < 32 * least:
        raise ValueError(f"expected at least {least} words, observed {len(raw)} bytes")
    return tuple(int.from_bytes(raw[at : at + 32], "big") for at in range(0, len(raw), 32))


def word(raw: bytes) -> int:
    """The first of at least one word; errors as `words`."""
    if len(raw) % 32 or not raw:
        raise ValueError(f"expected at least 1 words, observed {len(raw)} bytes")
    return int.from_bytes(raw[:32], "big")


def signed(word: int) -> int:
    """Two's complement value of a word."""
    return word - UINT256_MAX - 1 if word >> 255 else word
