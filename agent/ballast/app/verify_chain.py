"""The journal held against what the chain has seen: every execution's digest and journal head, both ways."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import final

from ballast.app.verify_replay import Finding, IntentTrace
from ballast.ingest.heads import Heads
from ballast.ingest.providers import Quorum
from ballast.tx.receipts import Execution, executions


class AbstractChainView(ABC):
    """What `verify` asks of a chain."""

    @abstractmethod
    def executions(self, vault: str, position_id: int, from_block: int) -> tuple[Execution, ...]:
        """All executions of a position from ``from_block`` to the newest block.

        Raises:
            QuorumLost: no agreeing answer.
        """


@final
class QuorumChainView(AbstractChainView):
    """The chain as a quorum of nodes tells it."""

    def __init__(self, quorum: Quorum, heads: Heads) -> None:
        self._quorum = quorum
        self._heads = heads

    def executions(self, vault: str, position_id: int, from_block: int) -> tuple[Execution, ...]:
        """See `AbstractChainView.executions`."""
        newest = self._heads.newest().number
        return executions(self._quorum, vault, position_id, from_block, newest)


def hold_against_chain(
    intents: Mapping[bytes, IntentTrace],
    positions: Iterable[tuple[str, int, int]],
    chain: AbstractChainView,
    last_seq: int,
) -> list[Finding]:
    """Findings where journal and chain differ. ``positions`` are (vault, position id, first block)."""
    findings: list[Finding] = []
    seen: dict[bytes, Execution] = {}
    for vault, position_id, from_block in positions:
        for event in chain.executions(vault, position_id, from_block):
            seen[event.digest] = event
            findings += _event_findings(intents.get(event.digest), event, vault, last_seq)
    for signed, trace in intents.items():
        if trace.result == "executed" and signed not in seen:
            findings.append(Finding(trace.settled_seq, "says executed; the chain has no such execution"))
    return findings


def _event_findings(trace: IntentTrace | None, event: Execution, vault: str, last_seq: int) -> list[Finding]:
    where = f"transaction {event.tx_hash} in block {event.block_number} executed"
    if trace is None:
        what = f"0x{event.digest.hex()} for {vault} on journal head 0x{event.journal_head.hex()}"
        return [Finding(last_seq + 1, f"missing: {where} {what}, which the journal does not hold")]
    decision = trace.sealed.decision
    findings = []
    if event.journal_head != decision.journal_head:
        observed = f"head 0x{event.journal_head.hex()}"
        findings.append(
            Finding(trace.seq, f"{where} it on {observed}, signed 0x{decision.journal_head.hex()}")
        )
    if event.nonce != decision.nonce:
        findings.append(Finding(trace.seq, f"{where} it with nonce {event.nonce}, signed {decision.nonce}"))
    if trace.result not in (None, "executed"):
        findings.append(Finding(trace.settled_seq, f"says {trace.result}; {where} it"))
    if trace.result == "executed" and trace.block_number != event.block_number:
        findings.append(Finding(trace.settled_seq, f"says block {trace.block_number}; {where} it"))
    return findings
