"""Runs a journal's entries again: stages 2 to 5 of every tick, stage 7 of every decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from eth_utils.crypto import keccak

from ballast.decision.carry import RiskCarry, fresh_pair
from ballast.decision.eip712 import digest
from ballast.decision.pipeline import Evaluation, evaluate_all
from ballast.decision.records import SignedRecord, SupersededRecord, TermsRecord, TickRecord
from ballast.decision.seal import recover, seal_inputs
from ballast.domain.canonical import MalformedMessage, from_plain
from ballast.domain.decision import Decision, SealedDecision
from ballast.domain.errors import ConfigError, JournalError, SealRefused
from ballast.domain.journal import JournalEntry
from ballast.domain.terms import PositionTerms
from ballast.journal.intents import INTENT_KINDS, IntentBook, Lane, lane_of
from ballast.risk.model import Weights
from ballast.risk.state import StateError

# A decision is signed a few ticks after the one that asked for it, at most.
_REMEMBERED_TICKS = 256


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be; ``seq`` names the entry, None where there is none to name."""

    seq: int | None
    reason: str

    def __str__(self) -> str:
        return self.reason if self.seq is None else f"entry {self.seq}: {self.reason}"


@dataclass(slots=True)
class IntentTrace:
    """A signed decision and what the journal says became of it."""

    seq: int
    sealed: SealedDecision
    superseded: bool = False
    result: str | None = None
    settled_seq: int | None = None
    tx_hash: str | None = None
    block_number: int | None = None


@dataclass(frozen=True, slots=True)
class DecisionCheck:
    """One decision as a reader of the result wants it; ``tx`` and ``block`` where it was executed."""

    digest: str
    seq: int
    superseded: bool
    tx: str | None
    block: int | None
    verified: bool


@dataclass(frozen=True, slots=True)
class _Run:
    """One position of a tick that was run again."""

    evaluation: Evaluation
    terms: PositionTerms
    gated_by: str | None


class Replayer:
    """Takes a journal's entries in order and collects findings; an entry that cannot be read is one."""

    def __init__(self, weights: Weights) -> None:
        self.findings: list[Finding] = []
        self.intents: dict[bytes, IntentTrace] = {}
        self.ticks = 0
        self._weights = weights
        self._terms: dict[str, PositionTerms] = {}
        self._carry: RiskCarry | None = None
        self._runs: dict[int, dict[str, _Run]] = {}
        self._book = IntentBook()
        self._executed: dict[Lane, int] = {}
        self._first_blocks: dict[tuple[str, int], int] = {}

    def take(self, entry: JournalEntry) -> None:
        """Runs one entry again."""
        try:
            self._take(entry)
        except JournalError as error:
            self.findings.append(Finding(entry.seq, error.reason))
        except (KeyError, TypeError, MalformedMessage, StateError, ConfigError, SealRefused) as error:
            self.findings.append(Finding(entry.seq, f"'{entry.entry_kind}' cannot be run again: {error}"))

    def decisions(self, findings: Sequence[Finding]) -> tuple[DecisionCheck, ...]:
        """All signed decisions; verified are those that no finding names."""
        bad = {finding.seq for finding in findings}
        return tuple(
            DecisionCheck(
                digest="0x" + signed.hex(),
                seq=trace.seq,
                superseded=trace.superseded,
                tx=trace.tx_hash,
                block=trace.block_number,
                verified=trace.seq not in bad and trace.settled_seq not in bad,
            )
            for signed, trace in self.intents.items()
        )

    def positions(self) -> tuple[tuple[str, int, int], ...]:
        """Every position that was observed, as (vault, position id, first block)."""
        return tuple((*key, block) for key, block in self._first_blocks.items())

    def _take(self, entry: JournalEntry) -> None:
        if entry.entry_kind == "start":
            self._start(entry)
        elif entry.entry_kind == "terms":
            terms = from_plain(TermsRecord, entry.data()).terms
            self._terms[terms.label] = terms
        elif entry.entry_kind == "tick":
            self._tick(entry, from_plain(TickRecord, entry.data()))
        elif entry.entry_kind in INTENT_KINDS:
            self._intent(entry)

    def _start(self, entry: JournalEntry) -> None:
        data = entry.data()
        carry = from_plain(RiskCarry, data["risk_carry"])
        if data["model_id"] != self._weights.model_id:
            self._found(entry, f"ran model {data['model_id']}, these weights are {self._weights.model_id}")
        known = self._carry.pairs if self._carry is not None else ()
        for pair in carry.pairs:
            if pair not in known and pair != fresh_pair(pair.key, self._weights):
                self._found(entry, f"its carry for {pair.key} is neither new nor the last tick's")
        self._carry = carry

    def _tick(self, entry: JournalEntry, record: TickRecord) -> None:
        self.ticks += 1
        before = self._carry if self._carry is not None else RiskCarry(())
        if record.carry_before_hash != before.hash():
            self._found(entry, "its carry is not the one that the entry before it left")
        if entry.block != record.observation.block.number:
            self._found(
                entry, f"is filed under block {entry.block}, observed {record.observation.block.number}"
            )
        self._require_all_positions(entry, record)
        for position in record.observation.positions:
            # An execution in the very block of the first observation came before it.
            key, block = (position.vault, position.position_id), record.observation.block.number
            self._first_blocks.setdefault(key, block + 1)
        terms = [self._terms[verdict.label] for verdict in record.verdicts]
        evaluations, after = evaluate_all(record.observation, terms, self._weights, before)
        for recorded, again in zip(record.verdicts, evaluations, strict=True):
            for name in ("verdict", "report", "price_fault"):
                if getattr(recorded, name) != getattr(again, name):
                    self._found(entry, f"{recorded.label}: {name} runs again to {getattr(again, name)}")
        if record.carry_after != after:
            self._found(entry, "the carry that it left runs again to another one")
        self._carry = after
        self._remember(entry.seq, record, evaluations, terms)

    def _remember(
        self,
        seq: int,
        record: TickRecord,
        evaluations: Sequence[Evaluation],
        terms: Sequence[PositionTerms],
    ) -> None:
        triples = zip(record.verdicts, evaluations, terms, strict=True)
        self._runs[seq] = {
            verdict.label: _Run(again, one, verdict.gated_by) for verdict, again, one in triples
        }
        if len(self._runs) > _REMEMBERED_TICKS:
            del self._runs[next(iter(self._runs))]

    def _require_all_positions(self, entry: JournalEntry, record: TickRecord) -> None:
        observed = sorted(position.label for position in record.observation.positions)
        judged = sorted(verdict.label for verdict in record.verdicts)
        if observed != judged:
            self._found(entry, f"observed {observed}, judged {judged}")

    def _intent(self, entry: JournalEntry) -> None:
        data = entry.data()
        if entry.entry_kind == "signed":
            self._signed(entry, from_plain(SignedRecord, data))
        elif entry.entry_kind == "sending":
            self._sending(entry, data)
        elif entry.entry_kind == "superseded":
            self._superseded(from_plain(SupersededRecord, data))
        elif entry.entry_kind == "settled":
            self._settled(entry, data)
        self._book.apply(entry)

    def _signed(self, entry: JournalEntry, record: SignedRecord) -> None:
        sealed = record.sealed
        self.intents[sealed.digest] = IntentTrace(entry.seq, sealed)
        run = self._runs.get(record.tick_seq, {}).get(record.label)
        if run is None:
            self._found(entry, f"entry {record.tick_seq} is no recent tick of {record.label}")
            return
        self._require_asked_for(entry, record, run)
        again = seal_inputs(run.evaluation.snapshot, run.terms, record.act, entry.prev_hash)
        for name in _differing(sealed.decision, again):
            self._found(
                entry, f"{name} is {_shown(sealed.decision, name)}, runs again to {_shown(again, name)}"
            )
        self._require_signature(entry, sealed, run.terms)

    def _require_asked_for(self, entry: JournalEntry, record: SignedRecord, run: _Run) -> None:
        if record.act != run.evaluation.verdict:
            self._found(entry, f"the tick in entry {record.tick_seq} did not ask for this act")
        if run.gated_by is not None:
            self._found(entry, f"the tick in entry {record.tick_seq} was gated: {run.gated_by}")

    def _require_signature(self, entry: JournalEntry, sealed: SealedDecision, terms: PositionTerms) -> None:
        if (sealed.chain_id, sealed.vault) != (terms.chain_id, terms.vault):
            self._found(
                entry, f"is for vault {sealed.vault} on chain {sealed.chain_id}, not for the position's"
            )
        if digest(sealed.decision, sealed.chain_id, sealed.vault) != sealed.digest:
            self._found(entry, "its digest is not the decision's")
        signer = recover(sealed.digest, sealed.signature)
        if not signer == sealed.signer == terms.signer:
            self._found(entry, f"is signed by {signer}, the vault's signer is {terms.signer}")

    def _sending(self, entry: JournalEntry, data: dict[str, Any]) -> None:
        hashed = "0x" + keccak(hexstr=data["raw_tx"]).hex()
        if hashed != data["tx_hash"]:
            self._found(entry, f"its transaction hashes to {hashed}, not to {data['tx_hash']}")

    def _superseded(self, record: SupersededRecord) -> None:
        trace = self.intents.get(record.digest)
        if trace is not None:
            trace.superseded = True

    def _settled(self, entry: JournalEntry, data: dict[str, Any]) -> None:
        trace = self.intents.get(bytes.fromhex(data["digest"].removeprefix("0x")))
        if trace is None:
            return
        trace.result, trace.settled_seq = data["result"], entry.seq
        if data["result"] == "executed":
            trace.tx_hash, trace.block_number = data["tx_hash"], data["block_number"]
            first = self._executed.setdefault(lane_of(trace.sealed), entry.seq)
            if first != entry.seq:
                self._found(entry, f"executes on a nonce that entry {first} has executed on")

    def _found(self, entry: JournalEntry, reason: str) -> None:
        self.findings.append(Finding(entry.seq, reason))


def _differing(left: Decision, right: Decision) -> list[str]:
    return [
        field.name for field in fields(Decision) if getattr(left, field.name) != getattr(right, field.name)
    ]


def _shown(decision: Decision, name: str) -> str:
    value = getattr(decision, name)
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
