"""Seeded noise in exact arithmetic: a path has the same bytes on every machine and with every library."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

CONTEXT = Context(prec=34, rounding=ROUND_HALF_EVEN)
"""All path arithmetic runs in this context.

`Decimal.exp` and `ln` are correctly rounded by specification, libm's are not.
"""

_DRAWS = 12
_HALF_RANGE = _DRAWS * 0xFFFF


@dataclass(frozen=True, slots=True)
class Noise:
    """An endless stream for one purpose.

    Streams with different purposes are independent, so that adding one leaves the others alone.
    """

    seed: int
    purpose: str

    def words(self, index: int) -> bytes:
        """32 bytes for draw ``index``."""
        return hashlib.sha256(f"{self.seed}/{self.purpose}/{index}".encode()).digest()

    def normal(self, index: int) -> Decimal:
        """Nearly normal draw with mean 0 and variance 1.

        Sum of 12 uniform draws (Irwin-Hall), so it never leaves +-6.
        """
        words = self.words(index)
        total = sum(int.from_bytes(words[2 * i : 2 * i + 2], "big") for i in range(_DRAWS))
        return CONTEXT.divide(Decimal(2 * total - _HALF_RANGE), Decimal(2 * 0xFFFF))

    def below(self, index: int, bound: int) -> int:
        """Uniform integer in [0, bound).

        The modulo bias of 256 bits is far below anything that could be seen.
        """
        return int.from_bytes(self.words(index), "big") % bound

    def normals(self, start: int, count: int) -> Iterator[Decimal]:
        """Draws ``start`` .. ``start + count - 1``."""
        return (self.normal(start + offset) for offset in range(count))
