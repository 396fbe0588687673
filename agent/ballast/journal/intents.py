"""Which signed decisions may still take effect, folded from the journal's entries.

A decision is open from its signature to its settlement. It is *live* while the agent still sends it, and
*superseded* once the agent has given it up for a newer plan: anybody who saw its calldata may go on relaying
it, so it stays open until its nonce is used or its time is over. All open decisions of a position stand on
one nonce of the vault, its lane, so that at most one of them can ever execute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ballast.domain.canonical import MalformedMessage, from_plain
from ballast.domain.decision import SealedDecision
from ballast.domain.errors import JournalError
from ballast.domain.journal import JournalEntry

INTENT_KINDS = ("signed", "sending", "sent", "superseded", "settled")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One transaction that carried an intent; ``relays`` acknowledged it, none if it may not have left."""

    number: int
    tx_nonce: int
    max_fee_wei: int
    tip_wei: int
    gas_limit: int
    raw_tx: str
    tx_hash: str
    relays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lane:
    """One nonce of one position: what stands in it executes at most once."""

    vault: str
    position_id: int
    nonce: int

    @property
    def position(self) -> tuple[str, int]:
        """Whose nonce it is: the vault and the position in it."""
        return self.vault, self.position_id


@dataclass(frozen=True, slots=True)
class Intent:
    """A signed decision without a settlement; ``superseded_seq`` is the entry that gave it up, if one did."""

    sealed: SealedDecision
    label: str
    signed_seq: int
    tick_seq: int
    attempts: tuple[Attempt, ...] = ()
    superseded_seq: int | None = None

    @property
    def is_live(self) -> bool:
        """Whether the agent still sends it."""
        return self.superseded_seq is None

    @property
    def lane(self) -> Lane:
        """Where it stands."""
        return lane_of(self.sealed)


def lane_of(sealed: SealedDecision) -> Lane:
    """The lane that a decision is signed for."""
    return Lane(sealed.vault, sealed.decision.position_id, sealed.decision.nonce)


class IntentBook:
    """Open intents by digest, in the order of signing."""

    def __init__(self, intents: Mapping[str, Intent] | None = None) -> None:
        self._open = dict(intents or {})

    def open(self) -> tuple[Intent, ...]:
        """Intents that are neither executed nor dead."""
        return tuple(self._open.values())

    def live(self) -> tuple[Intent, ...]:
        """Open intents that the agent still sends; at most one for each position."""
        return tuple(intent for intent in self._open.values() if intent.is_live)

    def copy(self) -> IntentBook:
        """A book that can be changed apart from this one."""
        return IntentBook(self._open)

    def apply(self, entry: JournalEntry) -> None:
        """Takes one entry into account.

        Raises:
            JournalError: the entry speaks of an intent that is not open, or no longer live; signs one twice,
            beside a live one or beside another lane; or is malformed.
        """
        if entry.entry_kind not in INTENT_KINDS:
            return
        try:
            self._fold(entry, entry.data())
        except (KeyError, TypeError, MalformedMessage) as error:
            raise JournalError(f"'{entry.entry_kind}' is malformed: {error}", entry.seq) from error

    def _fold(self, entry: JournalEntry, data: dict[str, Any]) -> None:
        if entry.entry_kind == "signed":
            self._sign(entry, data)
            return
        digest = data["digest"]
        intent = self._open.get(digest)
        if intent is None:
            raise JournalError(f"'{entry.entry_kind}' speaks of {digest}, which is not open", entry.seq)
        if entry.entry_kind == "settled":
            del self._open[digest]
            return
        if not intent.is_live:
            since = f"superseded since entry {intent.superseded_seq}"
            raise JournalError(f"'{entry.entry_kind}' speaks of {digest}, {since}", entry.seq)
        self._open[digest] = _changed(intent, entry, data)

    def _sign(self, entry: JournalEntry, data: dict[str, Any]) -> None:
        digest, sealed = data["sealed"]["digest"], from_plain(SealedDecision, data["sealed"])
        if digest in self._open:
            raise JournalError(f"{digest} was signed before", entry.seq)
        lane = lane_of(sealed)
        for other in self._open.values():
            if other.lane.position != lane.position:
                continue
            if other.is_live:
                raise JournalError(
                    f"{other.label} has a live intent already, of entry {other.signed_seq}", entry.seq
                )
            if other.lane.nonce != lane.nonce:
                # Both could execute.
                raise JournalError(
                    f"is signed on nonce {lane.nonce}, while entry {other.signed_seq} of {other.label} is"
                    f" open on nonce {other.lane.nonce}",
                    entry.seq,
                )
        self._open[digest] = Intent(sealed, data["label"], entry.seq, data["tick_seq"])


def _changed(intent: Intent, entry: JournalEntry, data: dict[str, Any]) -> Intent:
    if entry.entry_kind == "superseded":
        return replace(intent, superseded_seq=entry.seq)
    change = _started if entry.entry_kind == "sending" else _acknowledged
    return replace(intent, attempts=change(intent.attempts, data))


def _started(attempts: tuple[Attempt, ...], data: dict[str, Any]) -> tuple[Attempt, ...]:
    fees = (data["tx_nonce"], data["max_fee_wei"], data["tip_wei"], data["gas_limit"])
    return (*attempts, Attempt(data["attempt"], *fees, data["raw_tx"], data["tx_hash"]))


def _acknowledged(attempts: tuple[Attempt, ...], data: dict[str, Any]) -> tuple[Attempt, ...]:
    return tuple(
        replace(attempt, relays=(*attempt.relays, data["relay"]))
        if attempt.tx_hash == data["tx_hash"]
        else attempt
        for attempt in attempts
    )
