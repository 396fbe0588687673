from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ballast.domain.decision import Decision, Route, SealedDecision
from ballast.domain.errors import JournalError
from ballast.domain.verdict import ActionKind, RouteKind
from ballast.journal.journal import Journal, journal_url
from support import core

DIGEST, OTHER, THIRD = b"\x0d" * 32, b"\x0e" * 32, b"\x0f" * 32


def sealed(digest: bytes = DIGEST, position_id: int = 1, nonce: int = 0) -> SealedDecision:
    word = bytes(32)
    decision = Decision(
        position_id=position_id,
        venue=core.ADAPTER,
        action=ActionKind.REPAY_FROM_IDLE,
        route=Route(RouteKind.NONE, b""),
        token_in=core.USDC,
        token_out=core.USDC,
        max_in=1,
        min_out=1,
        health_floor_wad=1,
        health_ceiling_wad=2,
        max_loss_bps=0,
        probability_ppm=0,
        horizon_seconds=0,
        model_id=word,
        snapshot_hash=word,
        snapshot_block=1,
        journal_head=word,
        config_epoch=1,
        nonce=nonce,
        valid_after=1,
        valid_until=2,
    )
    return SealedDecision(decision, 1, core.VAULT, digest, bytes(65), core.ADAPTER)


def signed(digest: bytes = DIGEST, position_id: int = 1, nonce: int = 0):
    return {"sealed": sealed(digest, position_id, nonce), "tick_seq": 1, "label": "treasury", "act": None}


def sending(number: int = 1, digest: bytes = DIGEST):
    fees = {"tx_nonce": 5, "max_fee_wei": 2, "tip_wei": 1, "gas_limit": 700_000}
    return {"digest": digest, "attempt": number, **fees, "raw_tx": "0x02", "tx_hash": f"0x{number:064x}"}


def sent(number: int = 1, relay: str = "public"):
    return {"digest": DIGEST, "tx_hash": f"0x{number:064x}", "relay": relay}


def superseded(digest: bytes = DIGEST):
    return {"digest": digest, "reason": "preview reverted: SlippageExceeded()"}


def settled(digest: bytes = DIGEST):
    return {"digest": digest, "result": "expired", "tx_hash": None, "block_number": 1, "block_hash": "0x"}


def digests(intents) -> list[bytes]:
    return [intent.sealed.digest for intent in intents]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return journal_url(tmp_path / "journal.sqlite")


def test_an_intent_lives_from_signature_to_settlement_across_restarts(url: str) -> None:
    with Journal.open(url) as journal:
        journal.append("signed", signed())
    with Journal.open(url) as journal:
        (intent,) = journal.live_intents()
        assert intent.sealed == sealed()
        assert (intent.label, intent.signed_seq, intent.tick_seq) == ("treasury", 1, 1)
        journal.append("settled", settled())
        assert journal.live_intents() == ()
    with Journal.open(url) as journal:
        assert journal.live_intents() == ()


def test_attempts_and_the_relays_that_took_them_are_remembered(url: str) -> None:
    with Journal.open(url) as journal:
        for kind, payload in (
            ("signed", signed()),
            ("sending", sending(1)),
            ("sent", sent(1, "private")),
            ("sent", sent(1, "public")),
            ("sending", sending(2)),
        ):
            journal.append(kind, payload)
        live = journal.live_intents()
    with Journal.open(url) as journal:
        assert journal.live_intents() == live
    attempts = live[0].attempts
    assert [attempt.number for attempt in attempts] == [1, 2]
    assert [attempt.relays for attempt in attempts] == [("private", "public"), ()]
    assert attempts[0].tx_nonce == 5


def test_intents_of_two_positions_are_kept_apart_in_order_of_signing(url: str) -> None:
    with Journal.open(url) as journal:
        journal.append("signed", signed())
        journal.append("signed", signed(OTHER, position_id=2, nonce=5))
        assert digests(journal.live_intents()) == [DIGEST, OTHER]
        journal.append("settled", settled())
        assert digests(journal.live_intents()) == [OTHER]


def test_a_superseded_intent_is_open_but_not_live_until_it_is_settled_across_restarts(url: str) -> None:
    with Journal.open(url) as journal:
        journal.append("signed", signed())
        journal.append("sending", sending())
        journal.append("superseded", superseded())
    with Journal.open(url) as journal:
        assert journal.live_intents() == ()
        (intent,) = journal.open_intents()
        assert (intent.superseded_seq, len(intent.attempts)) == (3, 1)
        journal.append("signed", signed(OTHER))
    with Journal.open(url) as journal:
        assert digests(journal.live_intents()) == [OTHER]
        assert digests(journal.open_intents()) == [DIGEST, OTHER]
        journal.append("settled", settled())
        assert digests(journal.open_intents()) == [OTHER]


def test_a_position_has_one_live_intent_at_most(url: str) -> None:
    with Journal.open(url) as journal:
        journal.append("signed", signed())
        with pytest.raises(JournalError, match="has a live intent already, of entry 1"):
            journal.append("signed", signed(OTHER))
        journal.append("superseded", superseded())
        journal.append("signed", signed(OTHER))
        with pytest.raises(JournalError, match="has a live intent already, of entry 3"):
            journal.append("signed", signed(THIRD))


@pytest.mark.parametrize("nonce", [6, 8])
def test_another_nonce_waits_until_every_decision_of_the_lane_is_settled(url: str, nonce: int) -> None:
    with Journal.open(url) as journal:
        journal.append("signed", signed(nonce=7))
        journal.append("superseded", superseded())
        journal.append("signed", signed(OTHER, nonce=7))
        journal.append("settled", settled(OTHER))
        with pytest.raises(JournalError, match=f"signed on nonce {nonce}, while entry 1 .* on nonce 7"):
            journal.append("signed", signed(THIRD, nonce=nonce))
        journal.append("settled", settled())
        journal.append("signed", signed(THIRD, nonce=nonce))
        assert digests(journal.live_intents()) == [THIRD]


@pytest.mark.parametrize(
    ("kind", "payload"),
    [("sending", sending()), ("sent", sent()), ("superseded", superseded())],
)
def test_a_superseded_intent_is_never_sent_nor_superseded_again(url: str, kind: str, payload) -> None:
    with Journal.open(url) as journal:
        journal.append("signed", signed())
        journal.append("sending", sending())
        journal.append("superseded", superseded())
        with pytest.raises(JournalError, match="superseded since entry 3"):
            journal.append(kind, payload)
        assert journal.head().seq == 3


@pytest.mark.parametrize(
    ("kind", "payload", "sentence"),
    [
        ("sending", sending(), "not open"),
        ("superseded", superseded(), "not open"),
        ("settled", settled(), "not open"),
        ("signed", {"sealed": {"digest": "0x"}}, "malformed"),
        ("settled", {}, "malformed"),
    ],
)
def test_an_entry_that_contradicts_the_journal_is_refused_before_it_is_written(
    url: str, kind: str, payload, sentence: str
) -> None:
    with Journal.open(url) as journal:
        with pytest.raises(JournalError, match=sentence):
            journal.append(kind, payload)
        assert journal.head().seq == 0
    with Journal.open(url) as journal:
        assert journal.live_intents() == ()


def test_the_same_decision_cannot_be_signed_twice(url: str) -> None:
    with Journal.open(url) as journal:
        journal.append("signed", signed())
        with pytest.raises(JournalError, match="signed before"):
            journal.append("signed", signed())
        assert journal.head().seq == 1


def test_a_sealed_decision_comes_back_exactly(url: str) -> None:
    with Journal.open(url) as journal:
        journal.append("signed", signed())
    with Journal.open(url) as journal:
        assert replace(journal.live_intents()[0].sealed, signature=b"") == replace(sealed(), signature=b"")
