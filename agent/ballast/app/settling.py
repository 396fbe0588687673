"""What became of open intents: executed, dead or still open, by the vault's nonce and the chain's clock.

A lane is looked at as a whole, since its nonce decides: the one decision that the chain names is executed,
whoever relayed it and whether or not it had been superseded, and all others of the lane are dead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ballast.app.recorder import Recorder
from ballast.domain.decision import Outcome
from ballast.domain.observation import Observation, PositionReading
from ballast.domain.verdict import Act
from ballast.ingest.heads import Heads
from ballast.ingest.providers import Quorum
from ballast.journal.intents import Intent, Lane
from ballast.monitor.compare import Discrepancy, Predicted, discrepancies
from ballast.tx.receipts import Execution, executions, receipt

EXECUTED, REVERTED, EXPIRED = "executed", "reverted", "expired"
# Dead before the deadline: another decision of its lane was executed, or its nonce was cancelled.
OVERTAKEN, CANCELLED = "overtaken", "cancelled"


@dataclass(frozen=True, slots=True)
class Settlement:
    """End of an intent."""

    intent: Intent
    result: str
    execution: Execution | None
    discrepancies: tuple[Discrepancy, ...] = ()


class Settler:
    """Looks at open intents and writes down their end."""

    def __init__(self, quorum: Quorum, heads: Heads, recorder: Recorder, confirmations: int) -> None:
        self._quorum = quorum
        self._heads = heads
        self._recorder = recorder
        self._confirmations = confirmations

    def settle(self, lane: Sequence[Intent], observation: Observation) -> Iterator[Settlement]:
        """Writes ``settled`` for the intents of one lane that have come to their end.

        ``compared`` follows where one was executed. Each settlement is written before it is handed out.

        Raises:
            QuorumLost: no quorum for one answer; nothing was written after the last settlement.
            JournalError: an entry could not be written.
        """
        if is_used(reading_of(observation, lane[0]), lane[0].lane.nonce):
            yield from self._settle_used(lane, observation)
            return
        for intent in lane:
            if self._is_over(intent.sealed.decision.valid_until, observation):
                result = REVERTED if self._reverted(intent) else EXPIRED
                yield self._dead(intent, observation, result, "the deadline has passed")

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

    def _settle_used(self, lane: Sequence[Intent], observation: Observation) -> Iterator[Settlement]:
        event, head = self._execution(lane, observation), observation.block.number
        if event is not None and head - event.block_number + 1 < self._confirmations:
            return
        result, reason = CANCELLED, "its nonce was cancelled"
        if event is not None:
            result, reason = OVERTAKEN, f"0x{event.digest.hex()} was executed on its nonce"
            for intent in lane:
                if intent.sealed.digest == event.digest:
                    yield self._executed(intent, observation, event)
        for intent in lane:
            if event is None or intent.sealed.digest != event.digest:
                yield self._dead(intent, observation, result, reason)

    def _execution(self, lane: Sequence[Intent], observation: Observation) -> Execution | None:
        """The event that used the lane's nonce."""
        place = lane[0].lane
        first = min(intent.sealed.decision.snapshot_block for intent in lane)
        events = executions(self._quorum, place.vault, place.position_id, first, observation.block.number)
        return next((event for event in events if event.nonce == place.nonce), None)

    def _executed(self, intent: Intent, observation: Observation, event: Execution) -> Settlement:
        self._write(intent, EXECUTED, observation, event, "")
        act = self._recorder.act_of(intent)
        found = self.compare(intent.sealed.digest, act, event.outcome, observation.block.number)
        return Settlement(intent, EXECUTED, event, found)

    def _dead(self, intent: Intent, observation: Observation, result: str, reason: str) -> Settlement:
        self._write(intent, result, observation, None, reason)
        return Settlement(intent, result, None)

    def _write(
        self, intent: Intent, result: str, observation: Observation, event: Execution | None, reason: str
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

    def _reverted(self, intent: Intent) -> bool:
        receipts = (receipt(self._quorum, attempt.tx_hash) for attempt in intent.attempts)
        return any(found is not None and not found.succeeded for found in receipts)


def by_lane(intents: Iterable[Intent]) -> tuple[tuple[Intent, ...], ...]:
    """Intents grouped by lane, both in their first order."""
    lanes: dict[Lane, list[Intent]] = {}
    for intent in intents:
        lanes.setdefault(intent.lane, []).append(intent)
    return tuple(tuple(lane) for lane in lanes.values())


def reading_of(observation: Observation, intent: Intent) -> PositionReading:
    """The intent's position in an observation.

    Raises:
        KeyError: the observation does not hold it.
    """
    vault, position_id = intent.lane.position
    for reading in observation.positions:
        if (reading.vault, reading.position_id) == (vault, position_id):
            return reading
    raise KeyError(f"no reading of position {position_id} of {vault}")


def is_used(reading: PositionReading, nonce: int) -> bool:
    """Whether the chain has seen ``nonce``. Words before the one that is read are full."""
    word, bit = nonce >> 8, nonce & 0xFF
    if word != reading.nonce_word:
        return word < reading.nonce_word
    return bool(reading.nonce_bitmap >> bit & 1)
