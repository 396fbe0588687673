"""One manager of transaction nonces: no gap before a live one, and a dead one's place is taken again."""

from __future__ import annotations

from ballast.tx.fees import Bid
from ballast.tx.nonces import Nonces


def test_next_nonce_is_the_chains_count_past_those_of_live_intents() -> None:
    nonces = Nonces()
    assert nonces.next(7, []) == 7
    assert nonces.next(7, [7, 8, 10]) == 9


def test_place_of_a_dead_intent_is_taken_again_with_its_bid_to_beat() -> None:
    nonces = Nonces()
    nonces.record(7, Bid(100, 1))
    nonces.record(7, Bid(90, 1))
    assert nonces.next(7, []) == 7
    assert nonces.replaced(7) == Bid(100, 1)


def test_bids_of_mined_nonces_are_forgotten() -> None:
    nonces = Nonces()
    nonces.record(7, Bid(100, 1))
    nonces.next(8, [])
    assert nonces.replaced(7) is None
