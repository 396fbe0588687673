"""The journal as the running agent writes it: every entry between two crash points."""

from __future__ import annotations

from ballast.app.crash import AbstractCrashPoint
from ballast.domain.canonical import from_plain
from ballast.domain.journal import Head, JournalEntry
from ballast.domain.verdict import Act
from ballast.journal.intents import Intent
from ballast.journal.journal import Journal


class Recorder:
    """Appends entries; everything else is the journal's own."""

    def __init__(self, journal: Journal, crash: AbstractCrashPoint) -> None:
        self.journal = journal
        self._crash = crash

    def append(self, kind: str, payload: object, block: int, *, durable: bool = True) -> JournalEntry:
        """Writes one entry; see `Journal.append`.

        Raises:
            JournalError: the entry could not be written; the agent halts.
        """
        self._crash.reached(f"before-journal-{kind}")
        entry = self.journal.append(kind, payload, block, durable=durable)
        self._crash.reached(f"after-journal-{kind}")
        return entry

    def act_of(self, intent: Intent) -> Act:
        """The plan that an intent carries out, as recorded when it was signed.

        Raises:
            JournalError: the journal cannot be read.
        """
        entry = next(self.journal.entries(intent.signed_seq))
        return from_plain(Act, entry.data()["act"])

    def head(self) -> Head:
        """See `Journal.head`."""
        return self.journal.head()

    def live(self) -> tuple[Intent, ...]:
        """See `Journal.live_intents`."""
        return self.journal.live_intents()

    def open(self) -> tuple[Intent, ...]:
        """See `Journal.open_intents`."""
        return self.journal.open_intents()
