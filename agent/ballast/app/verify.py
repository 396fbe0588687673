"""Was it so? Checks a journal's hashes, runs every tick and decision again, holds both against the chain.

What each fault is found by: a changed byte by the entry's own hash; a dropped tail by the head row, by a head
known from outside, or by an execution that the journal does not hold; a rewritten history by the signed
decisions, each of which carries the head that stood before it, by running the ticks again, or by a head known
from outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ballast.app.verify_chain import AbstractChainView, hold_against_chain
from ballast.app.verify_replay import DecisionCheck, Finding, Replayer
from ballast.domain.errors import JournalError
from ballast.domain.journal import Head, JournalEntry
from ballast.journal.journal import Journal, check_end, check_link
from ballast.risk.model import Weights


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was checked and what was found. ``closed`` tells whether the last entry is a `stop`."""

    head: Head
    entries: int
    ticks: int
    decisions: tuple[DecisionCheck, ...]
    findings: tuple[Finding, ...]
    closed: bool
    checked_on_chain: bool

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def verify(
    journal: Journal,
    weights: Weights,
    chain: AbstractChainView | None = None,
    *,
    expected_head: bytes | None = None,
    require_stop: bool = False,
) -> VerifyReport:
    """Checks a whole journal; never raises for what it finds.

    ``expected_head`` is a head that was noted elsewhere: some entry must have that hash. ``require_stop``
    makes a journal without a final `stop` a finding; an agent that was killed leaves such a journal.

    Raises:
        QuorumLost: ``chain`` could not be asked.
    """
    replayer = Replayer(weights)
    watch = _ChainWatch(expected_head)
    findings: list[Finding] = []
    try:
        for entry in watch.checked(journal):
            replayer.take(entry)
        check_end(journal.recorded_head(), watch.last.seq, watch.last.hash)
    except JournalError as error:
        findings.append(Finding(error.seq, error.reason))
    findings += replayer.findings
    findings += watch.end_findings(require_stop=require_stop, torn=bool(findings))
    if chain is not None:
        findings += hold_against_chain(replayer.intents, replayer.positions(), chain, watch.last.seq)
    return VerifyReport(
        head=watch.last,
        entries=watch.count,
        ticks=replayer.ticks,
        decisions=replayer.decisions(findings),
        findings=tuple(findings),
        closed=watch.last_kind == "stop",
        checked_on_chain=chain is not None,
    )


class _ChainWatch:
    """Follows the chain of hashes from the first entry on."""

    def __init__(self, expected_head: bytes | None) -> None:
        self.last = Head(0, bytes(32))
        self.last_kind = ""
        self.count = 0
        self._expected = expected_head
        self._met = expected_head is None

    def checked(self, journal: Journal) -> Iterator[JournalEntry]:
        """Entries whose link to the one before holds; raises JournalError at the first that does not fit."""
        for entry in journal.entries():
            check_link(entry, self.last.seq, self.last.hash)
            self.last, self.last_kind = Head(entry.seq, entry.hash), entry.entry_kind
            self.count += 1
            self._met = self._met or entry.hash == self._expected
            yield entry

    def end_findings(self, *, require_stop: bool, torn: bool) -> list[Finding]:
        """What is missing after the last good entry; a torn journal has said so already."""
        findings = []
        missing = self.last.seq + 1
        if not self._met and self._expected is not None and not torn:
            reason = f"the head {self._expected.hex()} that was noted elsewhere is no entry of this journal"
            findings.append(Finding(missing, reason))
        if require_stop and self.last_kind != "stop" and not torn:
            findings.append(Finding(missing, "missing: the journal does not end with 'stop'"))
        return findings
