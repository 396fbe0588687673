"""Stages 6, 7 and 9: ask the vault, seal, sign, send, and keep a live intent moving until it is decided.

An intent is one signed decision. While the vault would take it, it is sent again, replaced at a higher price
or left to its deadline. Once the vault would not, or a transaction of it has reverted, a newer decision on
the same nonce of the vault may take its place: of the two only one can ever execute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ballast.app.crash import AbstractCrashPoint
from ballast.app.recorder import Recorder
from ballast.decision.eip712 import digest
from ballast.decision.pipeline import Evaluation
from ballast.decision.records import SignedRecord
from ballast.decision.seal import attach, require_lane, require_timely, seal_inputs
from ballast.domain.decision import Decision, Outcome, SealedDecision
from ballast.domain.errors import PreflightReverted
from ballast.domain.observation import BlockRef
from ballast.domain.terms import PositionTerms
from ballast.domain.verdict import Act
from ballast.ingest.providers import Quorum
from ballast.journal.intents import Attempt, Intent
from ballast.tx.fees import Bid, FeePolicy, bid
from ballast.tx.nonces import Nonces
from ballast.tx.preflight import preview
from ballast.tx.receipts import receipt, transaction_count
from ballast.tx.sender import NotTaken, Sender
from ballast.tx.signers import AbstractSigner
from ballast.tx.transactions import build, build_call, execute_calldata, gas_limit

# Beside replacements: transactions that reverted, or whose nonce somebody else used.
MAX_RETRIES = 2


@dataclass(frozen=True, slots=True)
class Keys:
    """Who decides and who pays; they may be one."""

    signer: AbstractSigner
    sender: AbstractSigner


@dataclass(frozen=True, slots=True)
class SendPolicy:
    """What to offer, and when to offer more or ask elsewhere."""

    fees: FeePolicy
    replace_after_blocks: int
    max_replacements: int
    max_replans: int
    public_after_blocks: int


@dataclass(slots=True)
class Progress:
    """What a live intent's last transaction went through in this process; forgotten at its end."""

    since_block: int
    outbid: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A transaction that left, for the log."""

    digest: bytes
    tx_hash: str
    relay: str
    attempt: int


class Actor:
    """Signs and sends for all positions of one agent."""

    def __init__(
        self,
        quorum: Quorum,
        recorder: Recorder,
        keys: Keys,
        sender: Sender,
        policy: SendPolicy,
        crash: AbstractCrashPoint,
    ) -> None:
        self._quorum = quorum
        self._recorder = recorder
        self._keys = keys
        self._sender = sender
        self._policy = policy
        self._crash = crash
        self._nonces = Nonces()
        self._progress: dict[bytes, Progress] = {}
        self._errand_nonce: int | None = None
        for intent in recorder.open():
            for attempt in intent.attempts:
                self._nonces.record(attempt.tx_nonce, Bid(attempt.max_fee_wei, attempt.tip_wei))
        errand = recorder.journal.last("heartbeat")
        if errand is not None:
            self._remember_errand(errand.data())

    def propose(self, evaluation: Evaluation, act: Act, terms: PositionTerms, tick_seq: int) -> Sent | None:
        """Makes a decision of an act and sends it.

        Raises:
            PreflightReverted: the vault would refuse; nothing was signed.
            SealRefused: clock, nonce, deadline or key is off; nothing was signed.
            SendFailed: gas is above the ceiling, and nothing was signed; or nobody took the transaction.
            QuorumLost: no quorum for one answer.
            JournalError: an entry could not be written.
        """
        block = evaluation.snapshot.block
        decision, outcome = self.prepare(evaluation, act, terms)
        sealed = self._signed(decision, terms)
        self._recorder.append("signed", SignedRecord(sealed, tick_seq, terms.label, act), block.number)
        return self._start(self._intent(sealed.digest), act, outcome, block)

    def prepare(
        self, evaluation: Evaluation, act: Act, terms: PositionTerms, instead_of: Intent | None = None
    ) -> tuple[Decision, Outcome]:
        """The decision that carries out an act, as the vault would take it now; nothing is signed or written.

        ``instead_of`` is the live intent that it would supersede. Errors as `propose`.
        """
        block = evaluation.snapshot.block
        decision = seal_inputs(evaluation.snapshot, terms, act, self._recorder.head().hash)
        require_lane(decision, self._open_nonces(terms))
        require_timely(decision, block, terms)
        outcome = self._preview(block, terms.vault, decision)
        replaced = self._nonces.replaced(self._next_nonce(instead_of))
        bid(block.base_fee_wei, self._policy.fees, urgent=act.urgent, replaces=replaced)
        return decision, outcome

    def obstacle(self, intent: Intent, block: BlockRef) -> str | None:
        """What the vault has against a live intent on the state of ``block``; None where it would take it.

        Raises:
            QuorumLost: no quorum for one answer.
            SourceError: the vault does not answer as it must.
        """
        try:
            self._preview(block, intent.sealed.vault, intent.sealed.decision)
        except PreflightReverted as error:
            return str(error)
        return None

    def may_replan(self, intent: Intent) -> bool:
        """Whether the lane of a live intent has room for one more that is superseded."""
        given_up = sum(not other.is_live for other in self._recorder.open() if other.lane == intent.lane)
        return given_up < self._policy.max_replans

    def has_reverted(self, intent: Intent) -> bool:
        """Whether the chain has included the intent's last transaction as a failure.

        Raises:
            QuorumLost: no quorum for the receipt.
        """
        if not intent.attempts:
            return False
        found = receipt(self._quorum, intent.attempts[-1].tx_hash)
        return found is not None and not found.succeeded

    def advance(self, intent: Intent, block: BlockRef) -> Sent | None:
        """Moves a live intent on, if anything is to be done at ``block``; errors as `propose`."""
        progress = self._progress.setdefault(intent.sealed.digest, Progress(block.number))
        if not intent.attempts:
            return self._again(intent, block)
        last = intent.attempts[-1]
        found = receipt(self._quorum, last.tx_hash)
        if found is None and not self._is_outrun(intent, last):
            return self._push(intent, last, progress, block)
        return None if found is not None and found.succeeded else self._again(intent, block)

    def forget(self, intent: Intent) -> None:
        """Drops what is known of an intent that is no longer live."""
        self._progress.pop(intent.sealed.digest, None)

    @property
    def patience_blocks(self) -> int:
        """Blocks that a transaction is given before another takes its nonce."""
        return self._policy.replace_after_blocks

    def errand(self, terms: PositionTerms, calldata: bytes, gas: int, block: BlockRef) -> Sent:
        """Sends a call of the vault that carries no decision; the caller sees to it that none is live.

        It stands on the lowest free nonce, so what comes next replaces it while it waits. It goes to public
        nodes as well: there is nothing in it to hide.

        Raises:
            SendFailed: gas is above the ceiling, or nobody took the transaction.
            QuorumLost: no quorum for the account's nonce.
            JournalError: the entry could not be written.
        """
        tx_nonce = self._next_nonce(None)
        before = self._nonces.replaced(tx_nonce)
        offer = bid(block.base_fee_wei, self._policy.fees, urgent=False, replaces=before)
        raw_tx, tx_hash = build_call(
            self._keys.sender, terms.chain_id, terms.vault, calldata, tx_nonce, offer, gas
        )
        payload = {
            "label": terms.label,
            "tx_nonce": tx_nonce,
            "max_fee_wei": offer.max_fee_wei,
            "tip_wei": offer.tip_wei,
            "tx_hash": tx_hash,
        }
        self._recorder.append("heartbeat", payload, block.number)
        self._remember_errand(payload)
        handed = self._sender.submit(raw_tx, public=True)
        return Sent(b"", tx_hash, handed[-1].relay, 1)

    def close(self) -> None:
        """Drops the connections that transactions go through."""
        self._sender.close()

    def _remember_errand(self, data: Mapping[str, Any]) -> None:
        self._errand_nonce = data["tx_nonce"]
        self._nonces.record(data["tx_nonce"], Bid(data["max_fee_wei"], data["tip_wei"]))

    def _push(self, intent: Intent, last: Attempt, progress: Progress, block: BlockRef) -> Sent | None:
        """Offers a transaction that is not included again, to more takers or at a higher price."""
        if not last.relays and not progress.outbid:
            return self._submit(intent, last, block, public=True)
        age = block.number - progress.since_block
        if age >= self._policy.replace_after_blocks or progress.outbid:
            return self._overdue(intent, last, block)
        if self._policy.public_after_blocks <= age and len(last.relays) == 1:
            return self._submit(intent, last, block, public=True)
        return None

    def _overdue(self, intent: Intent, last: Attempt, block: BlockRef) -> Sent | None:
        if transaction_count(self._quorum, self._keys.sender.address) > last.tx_nonce:
            # An earlier attempt at this nonce reverted, or somebody else used the key.
            return self._again(intent, block)
        replacements = sum(attempt.tx_nonce == last.tx_nonce for attempt in intent.attempts) - 1
        if replacements >= self._policy.max_replacements:
            self._progress[intent.sealed.digest] = Progress(block.number)
            return self._submit(intent, last, block, public=True)
        act = self._recorder.act_of(intent)
        before = Bid(last.max_fee_wei, last.tip_wei)
        offer = bid(block.base_fee_wei, self._policy.fees, urgent=act.urgent, replaces=before)
        return self._send(intent, last.tx_nonce, offer, last.gas_limit, block)

    def _again(self, intent: Intent, block: BlockRef) -> Sent | None:
        """A fresh transaction for the same decision, if the vault would still take it."""
        if len(intent.attempts) > self._policy.max_replacements + MAX_RETRIES:
            return None
        outcome = self._preview(block, intent.sealed.vault, intent.sealed.decision)
        return self._start(intent, self._recorder.act_of(intent), outcome, block)

    def _start(self, intent: Intent, act: Act, outcome: Outcome, block: BlockRef) -> Sent | None:
        tx_nonce = self._next_nonce(intent)
        before = self._nonces.replaced(tx_nonce)
        offer = bid(block.base_fee_wei, self._policy.fees, urgent=act.urgent, replaces=before)
        gas = gas_limit(outcome.gas_used, execute_calldata(intent.sealed))
        return self._send(intent, tx_nonce, offer, gas, block)

    def _is_outrun(self, intent: Intent, last: Attempt) -> bool:
        """Whether a heartbeat or a superseded plan was included in place of what replaced its transaction."""
        shared = last.tx_nonce == self._errand_nonce or any(
            attempt.tx_nonce == last.tx_nonce
            for other in self._recorder.open()
            if other.lane == intent.lane and not other.is_live
            for attempt in other.attempts
        )
        return shared and transaction_count(self._quorum, self._keys.sender.address) > last.tx_nonce

    def _next_nonce(self, own: Intent | None) -> int:
        """The nonce of the next transaction for ``own``.

        Those of other live intents are taken; that of a superseded one is not, so that the plan which comes
        after it replaces its transaction instead of queueing behind it.
        """
        mined = transaction_count(self._quorum, self._keys.sender.address)
        held = [
            attempt.tx_nonce
            for intent in self._recorder.live()
            if own is None or intent.sealed.digest != own.sealed.digest
            for attempt in intent.attempts
        ]
        return self._nonces.next(mined, held)

    def _open_nonces(self, terms: PositionTerms) -> list[int]:
        wanted = (terms.vault, terms.position_id)
        lanes = (intent.lane for intent in self._recorder.open())
        return [lane.nonce for lane in lanes if lane.position == wanted]

    def _send(self, intent: Intent, tx_nonce: int, offer: Bid, gas: int, block: BlockRef) -> Sent | None:
        raw_tx, tx_hash = build(self._keys.sender, intent.sealed, tx_nonce, offer, gas)
        payload = {
            "digest": intent.sealed.digest,
            "attempt": len(intent.attempts) + 1,
            "tx_nonce": tx_nonce,
            "max_fee_wei": offer.max_fee_wei,
            "tip_wei": offer.tip_wei,
            "gas_limit": gas,
            "raw_tx": raw_tx,
            "tx_hash": tx_hash,
        }
        self._recorder.append("sending", payload, block.number)
        self._nonces.record(tx_nonce, offer)
        self._progress[intent.sealed.digest] = Progress(block.number)
        intent = self._intent(intent.sealed.digest)
        return self._submit(intent, intent.attempts[-1], block, public=self._policy.public_after_blocks == 0)

    def _submit(self, intent: Intent, attempt: Attempt, block: BlockRef, *, public: bool) -> Sent | None:
        self._crash.reached("before-send")
        try:
            handed = self._sender.submit(attempt.raw_tx, public=public)
        except NotTaken as error:
            # What the replies say is checked against the chain at the next block.
            outbid = any(reply.asks_for_another for reply in error.replies)
            self._progress[intent.sealed.digest] = Progress(block.number, outbid)
            raise
        self._crash.reached("after-send")
        for taken in handed:
            if taken.relay not in attempt.relays:
                payload = {"digest": intent.sealed.digest, "tx_hash": attempt.tx_hash, "relay": taken.relay}
                self._recorder.append("sent", payload, block.number)
        return Sent(intent.sealed.digest, attempt.tx_hash, handed[-1].relay, attempt.number)

    def _preview(self, block: BlockRef, vault: str, decision: Decision) -> Outcome:
        self._crash.reached("before-preview")
        outcome = preview(self._quorum, block, vault, decision)
        self._crash.reached("after-preview")
        return outcome

    def _signed(self, decision: Decision, terms: PositionTerms) -> SealedDecision:
        self._crash.reached("before-sign")
        signature = self._keys.signer.sign_digest(digest(decision, terms.chain_id, terms.vault))
        self._crash.reached("after-sign")
        return attach(decision, terms.chain_id, terms.vault, signature, terms.signer)

    def _intent(self, digest_: bytes) -> Intent:
        return next(intent for intent in self._recorder.live() if intent.sealed.digest == digest_)
