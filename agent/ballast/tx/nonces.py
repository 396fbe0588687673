"""Transaction nonces of the sending account: one manager, from chain and journal, never from memory alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ballast.tx.fees import Bid


@dataclass(slots=True)
class Nonces:
    """Which nonce a new transaction takes, and what the last transaction at that nonce offered.

    A transaction of an intent that has died may still wait in a node's pool; its nonce is taken again, with a
    bid high enough to replace it, so that no gap ever stands before a live one.
    """

    _bids: dict[int, Bid] = field(default_factory=dict)

    def record(self, tx_nonce: int, offered: Bid) -> None:
        """Remembers the highest bid that left for ``tx_nonce``."""
        known = self._bids.get(tx_nonce)
        if known is None or offered.max_fee_wei >= known.max_fee_wei:
            self._bids[tx_nonce] = offered

    def next(self, mined: int, live: Iterable[int]) -> int:
        """Lowest nonce from ``mined`` (the chain's count) on that no live intent's transaction holds."""
        taken = set(live)
        tx_nonce = mined
        while tx_nonce in taken:
            tx_nonce += 1
        for old in [known for known in self._bids if known < mined]:
            del self._bids[old]
        return tx_nonce

    def replaced(self, tx_nonce: int) -> Bid | None:
        """The bid that a new transaction at ``tx_nonce`` has to beat; None where none is known."""
        return self._bids.get(tx_nonce)
