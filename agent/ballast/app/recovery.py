"""Start-up is recovery: what the journal knows is taken up again, whatever ended the last run.

Open intents need nothing special here. The first tick asks the chain about each of them and settles it,
sends it again, plans anew on its nonce or leaves it to its deadline, as every later tick does. One that an
agent has superseded before it died, with nothing signed yet to come after it, stands in nobody's way: the
next plan takes its nonce.
"""

from __future__ import annotations

from dataclasses import dataclass

from ballast.app.settling import EXECUTED, Settler
from ballast.decision.carry import RiskCarry, initial_carry
from ballast.decision.records import StartRecord
from ballast.domain.canonical import from_plain
from ballast.domain.decision import Outcome
from ballast.domain.errors import JournalError, RefusedToRun
from ballast.domain.journal import JournalEntry
from ballast.domain.verdict import Act
from ballast.journal.journal import Journal
from ballast.risk.model import Weights

# A settlement follows its signature within a decision's lifetime, which vaults cap.
_SEARCHED_ENTRIES = 50_000


@dataclass(frozen=True, slots=True)
class Identity:
    """What a journal belongs to and must not be taken away from."""

    mode: str
    chain_id: int
    genesis: str


def require_same(journal: Journal, identity: Identity) -> bool:
    """Whether this journal was used before; one that another mode or chain has written is refused.

    Raises:
        RefusedToRun: the journal is of another world.
        JournalError: it cannot be read.
    """
    entry = journal.last("start")
    if entry is None:
        return False
    data = entry.data()
    observed = Identity(data["mode"], data["chain_id"], data["genesis"])
    if observed != identity:
        raise RefusedToRun(
            f"the journal was written in mode {observed.mode} on chain {observed.chain_id} with first block"
            f" {observed.genesis}, this run is in mode {identity.mode} on chain {identity.chain_id} with"
            f" {identity.genesis}: take another journal.url"
        )
    return True


def recovered_carry(journal: Journal, weights: Weights) -> RiskCarry:
    """The forecaster's memory after the last recorded tick; empty where another model wrote it.

    Raises:
        JournalError: the entry is malformed.
    """
    start, tick = journal.last("start"), journal.last("tick")
    if start is None or start.data()["model_id"] != weights.model_id:
        return initial_carry(weights, ())
    held = start.data()["risk_carry"] if tick is None or tick.seq < start.seq else tick.data()["carry_after"]
    try:
        return from_plain(RiskCarry, held)
    except ValueError as error:
        raise JournalError(f"the risk carry is malformed: {error}", (tick or start).seq) from error


def finish_comparison(journal: Journal, settler: Settler, block: int) -> None:
    """Writes the ``compared`` that a crash right after ``settled`` has left out.

    Raises:
        JournalError: the journal cannot be read or written.
    """
    settled, compared = journal.last("settled"), journal.last("compared")
    if settled is None or settled.data()["result"] != EXECUTED:
        return
    if compared is not None and compared.seq > settled.seq:
        return
    data = settled.data()
    act = from_plain(Act, _signed_entry(journal, settled).data()["act"])
    settler.compare(_bytes(data["digest"]), act, from_plain(Outcome, data["outcome"]), block)


def start_record(
    identity: Identity, version: str, config_hash: bytes, model_id: str, carry: RiskCarry
) -> StartRecord:
    """Payload of ``start``."""
    return StartRecord(
        agent_version=version,
        config_hash="0x" + config_hash.hex(),
        model_id=model_id,
        chain_id=identity.chain_id,
        genesis=identity.genesis,
        risk_carry=carry,
        mode=identity.mode,
    )


def _signed_entry(journal: Journal, settled: JournalEntry) -> JournalEntry:
    digest = settled.data()["digest"]
    for entry in journal.entries(max(1, settled.seq - _SEARCHED_ENTRIES)):
        if entry.entry_kind == "signed" and entry.data()["sealed"]["digest"] == digest:
            return entry
    raise JournalError(f"settles {digest}, which was never signed", settled.seq)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
