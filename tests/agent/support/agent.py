"""Runs the agent inside of a test, with crashes where the test wants them."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ballast.app.assembly import Chain, open_chain
from ballast.app.config import parse
from ballast.app.crash import AbstractCrashPoint, NoCrash
from ballast.app.modes import Mode
from ballast.app.run import Options, start
from ballast.app.runtime import Runtime
from ballast.journal.journal import Journal
from ballast.monitor.log import open_log


class InjectedCrash(BaseException):
    """Passes every handler, as the death of a process would."""


class CrashAfter(AbstractCrashPoint):
    """Dies at the n-th point that is reached (from 0), whichever it is; notes all names on the way."""

    def __init__(self, number: int | None) -> None:
        self.number = number
        self.names: list[str] = []

    def reached(self, name: str) -> None:
        self.names.append(name)
        if self.number is not None and len(self.names) > self.number:
            raise InjectedCrash(name)


class CrashAt(AbstractCrashPoint):
    """Dies at the first point of one name; never where there is none."""

    def __init__(self, name: str | None) -> None:
        self.name = name

    def reached(self, name: str) -> None:
        if name == self.name:
            raise InjectedCrash(name)


class Agent:
    """A started agent, its journal and its log."""

    def __init__(self, chain: Chain, journal: Journal, runtime: Runtime, stream: io.StringIO) -> None:
        self.chain = chain
        self.journal = journal
        self.runtime = runtime
        self._stream = stream

    def tick(self) -> bool:
        """One look at the head, with the rule that must never break."""
        worked = self.runtime.poll()
        assert_one_execution_possible_per_position(self.journal)
        return worked

    def end(self) -> None:
        """Ends as SIGTERM does."""
        stop = threading.Event()
        stop.set()
        self.runtime.run(stop)

    def lines(self, event: str) -> list[dict[str, Any]]:
        """Log lines of one kind."""
        parsed = [json.loads(line) for line in self._stream.getvalue().splitlines()]
        return [line for line in parsed if line["event"] == event]

    def kinds(self) -> list[str]:
        """Kinds of all journal entries."""
        return [entry.entry_kind for entry in self.journal.entries()]

    def data(self, kind: str) -> list[dict[str, Any]]:
        """Payloads of all journal entries of one kind."""
        return [entry.data() for entry in self.journal.entries() if entry.entry_kind == kind]


@contextmanager
def running(text: str, crash: AbstractCrashPoint | None = None, mode: Mode = Mode.REPLICA) -> Iterator[Agent]:
    """An agent with the configuration ``text``; everything is closed at the end, whatever the end is."""
    config, stream = parse(text, "test.toml"), io.StringIO()
    chain = open_chain(config)
    try:
        with Journal.open(config.journal.url) as journal:
            options = Options(mode, crash or NoCrash())
            runtime = start(chain, journal, options, open_log("json", stream))
            try:
                yield Agent(chain, journal, runtime, stream)
            finally:
                runtime.close()
    finally:
        chain.close()


def assert_one_execution_possible_per_position(journal: Journal) -> None:
    """One live intent at most, and one nonce for all that are open."""
    live = [(one.lane.vault, one.lane.position_id) for one in journal.live_intents()]
    assert len(live) == len(set(live)), f"two live intents for one position: {live}"
    lanes = {one.lane for one in journal.open_intents()}
    positions = {(lane.vault, lane.position_id) for lane in lanes}
    assert len(lanes) == len(positions), f"two nonces open for one position: {lanes}"


def journal_path(folder: Path) -> Path:
    return folder / "journal.sqlite"
