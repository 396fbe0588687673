"""Which signed decisions may still take effect, folded from the journal's entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ballast.domain.canonical import MalformedMessage, from_plain
from ballast.domain.decision import SealedDecision
from ballast.domain.errors import JournalError
from ballast.domain.journal import JournalEntry

INTENT_KINDS = ("signed", "sending", "sent", "settled")


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
class LiveIntent:
    """A signed decision without a settlement."""

    sealed: SealedDecision
    label: str
    signed_seq: int
    tick_seq: int
    attempts: tuple[Attempt, ...] = ()


class IntentBook:
    """Live intents by digest, in the order of signing."""

    def __init__(self, live: Mapping[str, LiveIntent] | None = None) -> None:
        self._live = dict(live or {})

    def live(self) -> tuple[LiveIntent, ...]:
        """Intents that are neither executed nor dead."""
        return tuple(self._live.values())

    def copy(self) -> IntentBook:
        """A book that can be changed apart from this one."""
        return IntentBook(self._live)

    def apply(self, entry: JournalEntry) -> None:
        """Takes one entry into account.

        Raises:
            JournalError: the entry speaks of an intent that is not live, signs a second time, or is
            malformed.
        """
        if entry.entry_kind not in INTENT_KINDS:
            return
        try:
            self._fold(entry, entry.data())
        except (KeyError, TypeError, MalformedMessage) as error:
            raise JournalError(f"'{entry.entry_kind}' is malformed: {error}", entry.seq) from error

    def _fold(self, entry: JournalEntry, data: dict[str, Any]) -> None:
        digest = data["sealed"]["digest"] if entry.entry_kind == "signed" else data["digest"]
        if entry.entry_kind == "signed":
            if digest in self._live:
                raise JournalError(f"{digest} was signed before", entry.seq)
            sealed = from_plain(SealedDecision, data["sealed"])
            self._live[digest] = LiveIntent(sealed, data["label"], entry.seq, data["tick_seq"])
            return
        if digest not in self._live:
            raise JournalError(f"'{entry.entry_kind}' speaks of {digest}, which is not live", entry.seq)
        if entry.entry_kind == "settled":
            del self._live[digest]
            return
        intent = self._live[digest]
        change = _started if entry.entry_kind == "sending" else _acknowledged
        self._live[digest] = replace(intent, attempts=change(intent.attempts, data))


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
