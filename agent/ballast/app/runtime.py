"""The running agent: one tick for every new block, each tick recorded before it acts."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from structlog.typing import FilteringBoundLogger

from ballast.app.acting import Actor, Sent
from ballast.app.assembly import Chain
from ballast.app.beating import Heart
from ballast.app.drifting import DriftWatch
from ballast.app.lines import drift_fields, settled_fields, tick_fields
from ballast.app.quiet import uncollected
from ballast.app.recorder import Recorder
from ballast.app.settling import EXECUTED, OVERTAKEN, Settlement, Settler, by_lane, is_used, reading_of
from ballast.decision.carry import RiskCarry
from ballast.decision.pipeline import Evaluation, Evaluations, evaluate_all
from ballast.decision.records import SupersededRecord, TermsRecord, tick_record
from ballast.decision.seal import require_timely, seal_inputs
from ballast.domain.errors import (
    BallastError,
    PreflightReverted,
    QuorumLost,
    SealRefused,
    SendFailed,
    SourceError,
)
from ballast.domain.observation import BlockRef, Observation
from ballast.domain.terms import PositionTerms
from ballast.domain.verdict import Act
from ballast.journal.intents import Intent
from ballast.risk.model import Weights
from ballast.tx.backoff import rest_blocks
from ballast.tx.preflight import preview

_TROUBLED_POLL_SECONDS = 0.25
# What may go wrong with one position without harm to the others or to the record.
_CONTAINED = (PreflightReverted, SealRefused, SendFailed, SourceError, QuorumLost)


@dataclass(slots=True)
class Rest:
    """A position's failures in a row, and the block before which nothing new is tried.

    ``counted`` is the digest of the last intent that counted as one: it does so once, however it ends.
    """

    failures: int = 0
    until_block: int = 0
    counted: bytes = b""

    def failed(self, digest: bytes, block: int) -> None:
        """Counts an intent that came to nothing at ``block``."""
        if digest != self.counted:
            self.counted = digest
            self.failures += 1
            self.until_block = block + rest_blocks(self.failures)


@dataclass(slots=True)
class Memory:
    """What changes from tick to tick; everything of weight is in the journal as well."""

    terms: tuple[PositionTerms, ...]
    carry: RiskCarry
    block_number: int
    seen: str = ""
    rests: dict[str, Rest] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Whatever sends; ``heart`` is None where no heartbeats are wanted."""

    actor: Actor
    heart: Heart | None


class Runtime:
    """The loop. ``outgoing`` is None in a paper run."""

    def __init__(
        self,
        chain: Chain,
        recorder: Recorder,
        settler: Settler,
        outgoing: Outgoing | None,
        weights: Weights,
        memory: Memory,
        log: FilteringBoundLogger,
    ) -> None:
        self._chain = chain
        self._recorder = recorder
        self._settler = settler
        self._actor = outgoing.actor if outgoing else None
        self._heart = outgoing.heart if outgoing else None
        self._weights = weights
        self._memory = memory
        self._log = log
        self._drift = DriftWatch(weights)

    def run(self, stop: threading.Event) -> None:
        """Ticks until told to stop, then writes ``stop``.

        Raises:
            JournalError: the journal cannot be written; nothing is done without it.
        """
        pause = self._chain.config.run.poll_ms / 1_000
        while not stop.is_set():
            worked = self.poll()
            stop.wait(pause if worked else max(pause, _TROUBLED_POLL_SECONDS))
        self._recorder.append("stop", {"reason": "asked to stop"}, self._memory.block_number)

    def close(self) -> None:
        """Drops the connections that the run itself has opened."""
        if self._actor is not None:
            self._actor.close()

    def poll(self) -> bool:
        """One look at the chain's head, and a tick if it is new; whether the providers agreed.

        Raises:
            JournalError: as `run`.
        """
        try:
            block = self._chain.heads.newest()
        except QuorumLost as error:
            self._tell("quorum", "quorum_lost", str(error))
            return False
        self._memory.told.pop("quorum", None)
        if block.hash == self._memory.seen:
            return True
        try:
            with uncollected():
                self.tick(block)
        except (QuorumLost, SourceError) as error:
            # Not remembered as seen: the block is tried again. Nothing was signed on it.
            self._log.warning("tick", block=block.number, signing=False, reason=str(error), positions=[])
            return False
        self._memory.seen = block.hash
        return True

    def tick(self, block: BlockRef) -> None:
        """Stages 1 to 11 for one block.

        Raises:
            QuorumLost: stage 1 or a settlement has no quorum; no signature was made after that.
            SourceError: a contract does not answer as it must.
            JournalError: as `run`.
        """
        self._memory.block_number = block.number
        observation = self._observe(block)
        self._settle(observation)
        evaluations, after = evaluate_all(observation, self._memory.terms, self._weights, self._memory.carry)
        replanned = self._supersede(observation, evaluations)
        tick_seq = self._record(observation, evaluations, after)
        for intent in self._recorder.live():
            self._advance(intent, block)
        for evaluation in _in_turn(evaluations, block, replanned):
            if isinstance(evaluation.verdict, Act) and evaluation.label not in self._gates(observation):
                self._act(evaluation, evaluation.verdict, tick_seq)
        self._beat(observation)
        for drift in self._drift.look(after, block.timestamp):
            self._log.warning("forecast_drift", block=block.number, **drift_fields(drift))
        self._log.info("tick", **tick_fields(block, observation, evaluations, self._recorder.open()))

    def _observe(self, block: BlockRef) -> Observation:
        """Stage 1; where an owner has changed a configuration, its terms are read and recorded first."""
        memory = self._memory
        observation = self._chain.reader.read(block, memory.terms)
        pairs = zip(observation.positions, memory.terms, strict=True)
        stale = {one.label for reading, one in pairs if reading.config_epoch != one.config_epoch}
        if not stale:
            return observation
        sections = {section.label: section for section in self._chain.config.position}
        memory.terms = tuple(
            self._chain.terms_of(sections[one.label], block) if one.label in stale else one
            for one in memory.terms
        )
        for one in memory.terms:
            if one.label in stale:
                self._recorder.append("terms", TermsRecord(one), block.number)
        return self._chain.reader.read(block, memory.terms)

    def _settle(self, observation: Observation) -> None:
        for lane in by_lane(self._recorder.open()):
            for settlement in self._settler.settle(lane, observation):
                self._take(settlement, observation.block)

    def _take(self, settlement: Settlement, block: BlockRef) -> None:
        intent = settlement.intent
        if self._actor is not None:
            self._actor.forget(intent)
        rest = self._memory.rests.setdefault(intent.label, Rest())
        if settlement.result == EXECUTED:
            rest.failures, rest.until_block = 0, block.number
        elif intent.is_live and settlement.result != OVERTAKEN:
            # What a superseded intent cost was counted when it was given up.
            rest.failed(intent.sealed.digest, block.number)
        self._log.info("settled", block=block.number, **settled_fields(settlement))
        for one in settlement.discrepancies:
            figures = {"predicted": one.predicted, "realised": one.realised, "off_bps": one.off_bps}
            self._log.warning("discrepancy", label=intent.label, figure=one.figure, **figures)

    def _supersede(self, observation: Observation, evaluations: Evaluations) -> dict[str, int]:
        """Gives up live intents whose place another plan can take at this block.

        Written before the tick, whose record then shows the new act as one that nothing stands before.
        Returns the last transaction nonce of each intent that was given up, by label.
        """
        if self._actor is None:
            return {}
        replanned = {}
        for evaluation in evaluations:
            intent = self._live_of(evaluation)
            if intent is None:
                continue
            try:
                reason = self._outlived(self._actor, intent, evaluation, observation)
            except _CONTAINED as error:
                # The intent stays as it is, and the next block asks again.
                self._log.info("not_superseded", label=intent.label, reason=str(error))
                continue
            if reason is not None:
                replanned[intent.label] = intent.attempts[-1].tx_nonce if intent.attempts else 0
                self._give_up(self._actor, intent, reason, observation.block)
        return replanned

    def _outlived(
        self, actor: Actor, intent: Intent, evaluation: Evaluation, observation: Observation
    ) -> str | None:
        """Why ``intent`` should give way; None while it should not.

        It has reverted on chain or the vault would refuse it now, and the vault would take the new plan.

        Raises:
            BallastError: one of `_CONTAINED`; the new plan is refused, or somebody could not be asked.
        """
        block = observation.block
        rest = self._memory.rests.setdefault(intent.label, Rest())
        if is_used(reading_of(observation, intent), intent.lane.nonce):
            return None  # Executed; it waits for its depth.
        reverted = actor.has_reverted(intent)
        if reverted:
            rest.failed(intent.sealed.digest, block.number)
        may = actor.may_replan(intent) and block.number >= rest.until_block
        if not isinstance(evaluation.verdict, Act) or not may:
            return None
        reason = "its transaction reverted on chain" if reverted else actor.obstacle(intent, block)
        if reason is not None:
            actor.prepare(evaluation, evaluation.verdict, self._terms_of(evaluation), intent)
        return reason

    def _give_up(self, actor: Actor, intent: Intent, reason: str, block: BlockRef) -> None:
        self._recorder.append("superseded", SupersededRecord(intent.sealed.digest, reason), block.number)
        actor.forget(intent)
        self._log.info(
            "superseded",
            block=block.number,
            label=intent.label,
            digest="0x" + intent.sealed.digest.hex(),
            reason=reason,
        )

    def _record(self, observation: Observation, evaluations: Evaluations, after: RiskCarry) -> int:
        """Writes what stages 2 to 5 have made of an observation; the number of the entry."""
        memory = self._memory
        gates = self._gates(observation)
        acts = {one.label for one in evaluations if isinstance(one.verdict, Act)}
        stopped = {label: reason for label, reason in gates.items() if label in acts}
        record = tick_record(observation, memory.carry, evaluations, after, stopped)
        entry = self._recorder.append("tick", record, observation.block.number, durable=bool(acts))
        memory.carry = after
        return entry.seq

    def _gates(self, observation: Observation) -> dict[str, str]:
        """Why a position's act would not be carried out, by label."""
        gates = {
            label: f"rests until block {rest.until_block} after {rest.failures} failures"
            for label, rest in self._memory.rests.items()
            if observation.block.number < rest.until_block
        }
        for position in observation.positions:
            for intent in self._recorder.open():
                if intent.lane.position != (position.vault, position.position_id):
                    continue
                digest = f"0x{intent.sealed.digest.hex()}"
                if intent.is_live:
                    gates[position.label] = f"intent {digest} is live"
                elif is_used(position, intent.lane.nonce):
                    gates[position.label] = f"the nonce of {digest} is used and not settled yet"
        return gates

    def _live_of(self, evaluation: Evaluation) -> Intent | None:
        position = evaluation.snapshot.position
        wanted = (position.vault, position.position_id)
        live = self._recorder.live()
        return next((one for one in live if one.lane.position == wanted), None)

    def _terms_of(self, evaluation: Evaluation) -> PositionTerms:
        return next(one for one in self._memory.terms if one.label == evaluation.label)

    def _act(self, evaluation: Evaluation, act: Act, tick_seq: int) -> None:
        terms, block = self._terms_of(evaluation), evaluation.snapshot.block
        try:
            if self._actor is None:
                self._rehearse(evaluation, act, terms)
            else:
                self._tell_sent(block, terms.label, self._actor.propose(evaluation, act, terms, tick_seq))
        except _CONTAINED as error:
            self._alert(terms.label, error, block)
        else:
            self._memory.told.pop(terms.label, None)

    def _advance(self, intent: Intent, block: BlockRef) -> None:
        if self._actor is None:
            return
        try:
            self._tell_sent(block, intent.label, self._actor.advance(intent, block))
        except _CONTAINED as error:
            self._alert(intent.label, error, block)

    def _beat(self, observation: Observation) -> None:
        """Tells a vault with a safety net that somebody watches; comes after everything of weight."""
        if self._heart is None:
            return
        block = observation.block
        try:
            sent = self._heart.beat(block, observation.positions, self._memory.terms)
        except _CONTAINED as error:
            self._tell("heartbeat", "no_heartbeat", str(error))
            return
        if sent is not None:
            self._memory.told.pop("heartbeat", None)
            self._log.info("heartbeat", block=block.number, tx=sent.tx_hash, relay=sent.relay)

    def _rehearse(self, evaluation: Evaluation, act: Act, terms: PositionTerms) -> None:
        """Paper: everything up to the vault's own preview."""
        block = evaluation.snapshot.block
        decision = seal_inputs(evaluation.snapshot, terms, act, self._recorder.head().hash)
        require_timely(decision, block, terms)
        outcome = preview(self._chain.quorum, block, terms.vault, decision)
        after = outcome.health_after_wad
        self._log.info(
            "would_act", block=block.number, label=terms.label, action=act.kind.name, health_after_wad=after
        )

    def _tell_sent(self, block: BlockRef, label: str, sent: Sent | None) -> None:
        if sent is not None:
            digest = "0x" + sent.digest.hex()
            fields = {"digest": digest, "tx": sent.tx_hash, "relay": sent.relay, "attempt": sent.attempt}
            self._log.info("acted", block=block.number, label=label, **fields)

    def _alert(self, label: str, error: BallastError, block: BlockRef) -> None:
        """Recorded and logged once for every new reason, since the same trouble returns at every block."""
        kind = error.name if isinstance(error, PreflightReverted) else type(error).__name__
        if self._memory.told.get(label) != kind:
            self._recorder.append("alert", {"label": label, "reason": str(error)}, block.number)
        self._memory.told[label] = kind
        self._log.warning("alert", block=block.number, label=label, reason=str(error))

    def _tell(self, about: str, event: str, reason: str) -> None:
        """Logged once for as long as the reason stays the same."""
        if self._memory.told.get(about) != reason:
            self._log.warning(event, signing=False, reason=reason)
        self._memory.told[about] = reason


def _in_turn(evaluations: Evaluations, block: BlockRef, replanned: Mapping[str, int]) -> list[Evaluation]:
    """The order in which positions act.

    Those that give a plan up come first, in the order of its transactions: each finds its old transaction
    nonce free, so that of the old transaction and the new one only one can be included. Of the others,
    whoever acts first has the better price in a pool that both use, so they take turns at it.
    """
    turn = evaluations if block.number % 2 == 0 else evaluations[::-1]
    return sorted(turn, key=lambda one: (one.label not in replanned, replanned.get(one.label, 0)))
