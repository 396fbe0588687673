"""What became of a live intent: executed, dead or still open, by the vault's nonce and the chain's clock."""

from __future__ import annotations

from dataclasses import dataclass

from ballast.app.recorder import Recorder
from ballast.domain.decision import Outcome
from ballast.domain.observation import Observation, PositionReading
from ballast.domain.verdict import Act
from ballast.ingest.heads import Heads
from ballast.ingest.providers import Quorum
from ballast.journal.intents import LiveIntent
from ballast.monitor.compare import Discrepancy, Predicted, discrepancies
from ballast.tx.receipts import Execution, executions, receipt

EXECUTED, REVERTED, EXPIRED = "executed", "reverted", "expired"


@dataclass(frozen=True, slots=True)
class Settlement:
    """End of an intent."""

    intent: LiveIntent
    result: str
    execution: Execution | None
    discrepancies: tuple[Discrepancy, ...] = ()


class Settler:
    """Looks at live intents and writes down their end."""

    def __init__(self, quorum: Quorum, heads: Heads, recorder: Recorder, confirmations: int) -> None:
        self._quorum = quorum
        self._heads = heads
        self._recorder = recorder
        self._confirmations = confirmations

    def settle(self, intent: LiveIntent, observation: Observation) -> Settlement | None:
        """Writes ``settled``, and ``compared`` where it was executed; None while the intent is open.

        Raises:
            QuorumLost: no quorum for one answer; nothing was written.
            JournalError: an entry could not be written.
        """
        decision = intent.sealed.decision
        reading = reading_of(observation, intent)
        if is_used(reading, decision.nonce):
            return self._settle_used(intent, observation)
        if self._is_over(decision.valid_until, observation):
            result = REVERTED if self._reverted(intent) else EXPIRED
            return self._dead(intent, observation, result, "the deadline has passed")
        return None

    def compare(self, digest: bytes, act: Act, outcome: Outcome, block: int) -> tuple[Discrepancy, ...]:
        """Writes ``compared``: the plan's figures against the vault's.

        Raises:
            JournalError: the entry could not be written.
        """
        predicted = Predicted(act.expected_out, act.expected_health_wad)
        found = discrepancies(predicted, outcome)
        payload = {"digest": digest, "predicted": predicted, "realised": outcome, "discrepancies": found}
        self._recorder.append("compared", payload, block)
        return found

    def _settle_used(self, intent: LiveIntent, observation: Observation) -> Settlement | None:
        decision, head = intent.sealed.decision, observation.block.number
        events = executions(
            self._quorum, intent.sealed.vault, decision.position_id, decision.snapshot_block, head
        )
        ours = next((event for event in events if event.digest == intent.sealed.digest), None)
        if ours is None:
            return self._dead(
                intent, observation, EXPIRED, "its nonce was cancelled or used by another decision"
            )
        if head - ours.block_number + 1 < self._confirmations:
            return None
        self._write(intent, EXECUTED, observation, ours, "")
        act = self._recorder.act_of(intent)
        found = self.compare(intent.sealed.digest, act, ours.outcome, head)
        return Settlement(intent, EXECUTED, ours, found)

    def _dead(self, intent: LiveIntent, observation: Observation, result: str, reason: str) -> Settlement:
        self._write(intent, result, observation, None, reason)
        return Settlement(intent, result, None)

    def _write(
        self, intent: LiveIntent, result: str, observation: Observation, event: Execution | None, reason: str
    ) -> None:
        block = observation.block
        payload = {
            "digest": intent.sealed.digest,
            "result": result,
            "reason": reason,
            "tx_hash": event.tx_hash if event else None,
            "block_number": event.block_number if event else block.number,
            "block_hash": event.block_hash if event else block.hash,
            "outcome": event.outcome if event else None,
        }
        self._recorder.append("settled", payload, block.number)

    def _is_over(self, valid_until: int, observation: Observation) -> bool:
        """Whether a block that is deep enough lies behind the deadline; no later one is earlier."""
        if observation.block.timestamp <= valid_until:
            return False
        deep = observation.block.number - self._confirmations + 1
        return self._confirmations == 1 or self._heads.at(deep).timestamp > valid_until

    def _reverted(self, intent: LiveIntent) -> bool:
        receipts = (receipt(self._quorum, attempt.tx_hash) for attempt in intent.attempts)
        return any(found is not None and not found.succeeded for found in receipts)


def reading_of(observation: Observation, intent: LiveIntent) -> PositionReading:
    """The intent's position in an observation.

    Raises:
        KeyError: the observation does not hold it.
    """
    wanted = (intent.sealed.vault, intent.sealed.decision.position_id)
    for reading in observation.positions:
        if (reading.vault, reading.position_id) == wanted:
            return reading
    raise KeyError(f"no reading of position {wanted[1]} of {wanted[0]}")


def is_used(reading: PositionReading, nonce: int) -> bool:
    """Whether the chain has seen ``nonce``. Words before the one that is read are full."""
    word, bit = nonce >> 8, nonce & 0xFF
    if word != reading.nonce_word:
        return word < reading.nonce_word
    return bool(reading.nonce_bitmap >> bit & 1)
