"""Journals as the agent writes them, without a chain: real digests and signatures, a price that falls."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field, replace
from pathlib import Path

from eth_account import Account
from eth_utils.crypto import keccak

from ballast.app.verify_chain import AbstractChainView
from ballast.decision.carry import RiskCarry, initial_carry
from ballast.decision.eip712 import digest
from ballast.decision.pipeline import evaluate_all
from ballast.decision.records import SignedRecord, StartRecord, TermsRecord, tick_record
from ballast.decision.seal import attach, seal_inputs
from ballast.domain.decision import Outcome, SealedDecision
from ballast.domain.journal import GENESIS_HASH, JournalEntry, entry_hash
from ballast.domain.terms import PositionTerms
from ballast.domain.verdict import Act
from ballast.journal.intents import IntentBook
from ballast.journal.journal import Journal, journal_url
from ballast.risk.model import load_default_weights
from ballast.tx.receipts import Execution
from support import core

WEIGHTS = load_default_weights()
SIGNER = Account.from_key("0x" + "07" * 32)
THIEF = Account.from_key("0x" + "08" * 32)


@dataclass
class FakeChain(AbstractChainView):
    """Events that a test put there."""

    events: list[tuple[str, Execution]] = field(default_factory=list)

    def executions(self, vault: str, position_id: int, from_block: int) -> tuple[Execution, ...]:
        return tuple(
            event
            for where, event in self.events
            if (where, event.position_id) == (vault, position_id) and event.block_number >= from_block
        )


class HeedlessBook(IntentBook):
    """Takes whatever it is given: for journals that an honest agent would never write."""

    def apply(self, entry: JournalEntry) -> None:
        """Nothing is refused."""

    def copy(self) -> HeedlessBook:
        return self


@dataclass
class Scribe:
    """Writes what an agent would write; every act is signed, sent, executed and settled."""

    journal: Journal
    chain: FakeChain
    terms: list[PositionTerms]
    carry: RiskCarry
    signer = SIGNER

    def start(self, carry: RiskCarry | None = None) -> None:
        record = StartRecord("0", "0x", WEIGHTS.model_id, 1, "0x", carry or self.carry, "replica")
        self.journal.append("start", record, 1_000)
        for one in self.terms:
            self.journal.append("terms", TermsRecord(one), 1_000)

    def tick(
        self, number: int, price: float, health: float = 1.4, gates: dict[str, str] | None = None
    ) -> None:
        wad = int(price * 10**8) * 10**10
        positions = (core.position(one.label, price_wad=wad, health=health) for one in self.terms)
        observed = core.observation(*positions, price_usd=price, number=number)
        evaluations, after = evaluate_all(observed, self.terms, WEIGHTS, self.carry)
        record = tick_record(observed, self.carry, evaluations, after, gates or {})
        tick = self.journal.append("tick", record, number, durable=False)
        self.carry = after
        for one, evaluation in zip(self.terms, evaluations, strict=True):
            if isinstance(evaluation.verdict, Act) and one.label not in (gates or {}):
                self.carry_out(evaluation.verdict, evaluation.snapshot, one, tick.seq, number)

    def carry_out(self, act, snapshot, terms, tick_seq: int, number: int) -> None:
        sealed = self.seal(act, snapshot, terms)
        self.journal.append("signed", SignedRecord(sealed, tick_seq, terms.label, act), number)
        self.execute(sealed, number + 1)

    def seal(self, act, snapshot, terms) -> SealedDecision:
        decision = seal_inputs(snapshot, terms, act, self.journal.head().hash)
        signed = digest(decision, 1, terms.vault)
        signature = bytes(self.signer.unsafe_sign_hash(signed).signature)
        return attach(decision, 1, terms.vault, signature, self.signer.address)

    def execute(self, sealed: SealedDecision, number: int) -> None:
        raw = b"\x02" + sealed.digest
        tx_hash = "0x" + keccak(raw).hex()
        fees = {"tx_nonce": 0, "max_fee_wei": 2, "tip_wei": 1, "gas_limit": 10**6}
        sending = {
            "digest": sealed.digest,
            "attempt": 1,
            **fees,
            "raw_tx": "0x" + raw.hex(),
            "tx_hash": tx_hash,
        }
        self.journal.append("sending", sending, number)
        self.journal.append("sent", {"digest": sealed.digest, "tx_hash": tx_hash, "relay": "public"}, number)
        self.include(sealed, number, tx_hash)

    def include(self, sealed: SealedDecision, number: int, tx_hash: str) -> None:
        """The chain executes it, whoever has sent it, and the agent settles it."""
        outcome = Outcome(1, 1, 1, 1, 1, 0, 1)
        decision = sealed.decision
        event = Execution(
            sealed.digest,
            decision.journal_head,
            decision.position_id,
            decision.nonce,
            outcome,
            tx_hash,
            number,
            "0x",
        )
        self.chain.events.append((sealed.vault, event))
        where = {"tx_hash": tx_hash, "block_number": number, "block_hash": "0x"}
        settled = {"digest": sealed.digest, "result": "executed", **where, "outcome": outcome}
        self.journal.append("settled", settled, number)


def terms_of(label: str = "treasury", **changes) -> PositionTerms:
    return core.terms(label, signer=SIGNER.address.lower(), **changes)


def write_run(path: Path, terms: list[PositionTerms] | None = None) -> FakeChain:
    """Start, terms, five calm ticks, one tick that acts, two more, stop."""
    terms = terms or [terms_of()]
    with Journal.open(journal_url(path)) as journal:
        scribe = Scribe(journal, FakeChain(), terms, initial_carry(WEIGHTS, terms))
        scribe.start()
        for step in range(5):
            scribe.tick(1_000 + step, 200.0 + step)
        scribe.tick(1_005, 190.0, health=1.2)
        for step in (6, 7):
            scribe.tick(1_000 + step, 191.0 + step)
        journal.append("stop", {"reason": "test"}, 1_007)
    return scribe.chain


def rewrite(path: Path, seq: int, old: str, new: str) -> None:
    """Changes entry ``seq`` and then every hash after it, so that the chain of hashes holds again."""
    with sqlite3.connect(path) as database:
        rows = database.execute(
            "SELECT seq, prev_hash, kind, block, payload FROM entries ORDER BY seq"
        ).fetchall()
        previous = GENESIS_HASH
        for number, _, kind, block, payload in rows:
            if number == seq:
                assert old in payload
            text = payload.replace(old, new, 1) if number == seq else payload
            fresh = entry_hash(previous, number, kind, block, text)
            database.execute(
                "UPDATE entries SET prev_hash = ?, hash = ?, payload = ? WHERE seq = ?",
                (previous, fresh, text, number),
            )
            previous = fresh
        database.execute("UPDATE head SET hash = ?", (previous,))
    database.close()


def drop_tail(path: Path, last: int) -> None:
    """Drops everything after entry ``last`` and mends the head row."""
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM entries WHERE seq > ?", (last,))
        database.execute(
            "UPDATE head SET (seq, hash) = (SELECT seq, hash FROM entries WHERE seq = ?)", (last,)
        )
    database.close()


def payload_with(path: Path, kind: str) -> int:
    """Number of the first entry of a kind."""
    with sqlite3.connect(path) as database:
        found = database.execute("SELECT min(seq) FROM entries WHERE kind = ?", (kind,)).fetchone()[0]
    database.close()
    return int(found)


def with_event(chain: FakeChain, **changes) -> FakeChain:
    """The same chain, its last event changed."""
    where, event = chain.events[-1]
    return FakeChain([*chain.events[:-1], (where, replace(event, **changes))])
