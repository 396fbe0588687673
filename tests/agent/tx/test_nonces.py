"""One manager of transaction nonces: no gap before a live one, and a dead one's place is taken again."""

from __future__ import annotations

from ballast.tx.fees import Bid
from ballast.tx.nonces import Nonces


def test_nextNonce_isTheChainsCount_pastThoseOfLiveIntents() -> None:
    nonces = Nonces()
    assert nonces.next(7, []) == 7
    assert nonces.next(7, [7, 8, 10]) == 9


def test_placeOfADeadIntent_isTakenAgain_withItsBidToBeat() -> None:
    nonces = Nonces()
    nonces.record(7, Bid(100, 1))
    nonces.record(7, Bid(90, 1))
    assert nonces.next(7, []) == 7
    assert nonces.replaced(7) == Bid(100, 1)


def test_bidsOfMinedNonces_areForgotten() -> None:
    nonces = Nonces()
    nonces.record(7, Bid(100, 1))
    nonces.next(8, [])
    assert nonces.replaced(7) is None
