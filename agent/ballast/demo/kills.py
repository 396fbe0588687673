"""Kills the agent at random moments of a crash, starts it again, and looks for what must never happen.

``python -m ballast.demo.kills --kills 20``: two live intents for one position, two decisions of one position
that could both execute, an execution that the journal does not hold, or one that it holds and the chain does
not, end it with exit status 1.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from ballast.demo.actors import AgentKeys, make_agent_keys
from ballast.demo.agent_process import AgentProcess, Tick, agent_command
from ballast.demo.checking import Verified, verify_run
from ballast.demo.play import FIRST_TICK_SECONDS, Backstage, play_path
from ballast.demo.view import PlainView
from ballast.demo.world import guard_keys, world
from ballast.domain.journal import JournalEntry
from ballast.journal.journal import Journal, journal_url
from ballast.simulate.market import MarketRules
from ballast.simulate.path import MarketPath, build_path
from ballast.simulate.scenario import load_scenario

# From the first hour to the hour after the low: what follows is quiet.
CRASH_STEPS = (0, 1_680)
# A tick takes some ten milliseconds; a kill in twice that time hits every part of it, and the pause after it.
_MOMENT_SECONDS = 0.025
_CHANCE_WITH_INTENT = 0.5
_LONGEST_ABSENCE_BLOCKS = 3


@dataclass(frozen=True, slots=True)
class KillReport:
    """What was done and what was found wrong; nothing wrong is an empty tuple."""

    kills: int
    executions: int
    entries: int
    faults: tuple[str, ...]


class KillingGuard:
    """An agent that dies and comes back. Every kill is a SIGKILL a random moment after a block was mined."""

    def __init__(self, config: Path, log: Path, keys: AgentKeys, plan: KillPlan) -> None:
        self._config, self._log, self._keys, self._plan = config, log, keys, plan
        self._absent = 0
        self._last: Tick | None = None
        self._process = self._start()

    def wait_for(self, block: int, cap_seconds: float) -> Tick | None:
        """See `Guard`; without an answer while the agent is away."""
        self._plan.passes()
        if self._absent > 0:
            self._absent -= 1
            return None
        if self._plan.strikes(self._last):
            time.sleep(self._plan.moment())
            self._process.kill()
            self._process = self._start()
            self._absent = self._plan.absence()
            self._last = None
            return None
        # The first tick after a start takes as long as a start.
        self._last = self._process.wait_for(block, max(cap_seconds, FIRST_TICK_SECONDS))
        return self._last

    def stop(self) -> int:
        """See `Guard`."""
        return self._process.stop()

    def _start(self) -> AgentProcess:
        return AgentProcess(agent_command(self._config), self._log, self._keys.environment())


class KillPlan:
    """When to kill: spread over the blocks, and more often while a decision is on its way. Seeded.

    The fewer blocks are left, the likelier is each: all kills take place, whatever the agent is busy with.
    """

    def __init__(self, kills: int, steps: int, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 (moments of death, not secrets)
        self.left = kills
        self._blocks_left = steps

    def passes(self) -> None:
        """Takes note of one block, whether the agent is there or not."""
        self._blocks_left -= 1

    def strikes(self, last: Tick | None) -> bool:
        """Whether to kill in this block, given what the agent said last."""
        busy = last is not None and any(row.get("verdict") == "act" for row in last.positions)
        chance = _CHANCE_WITH_INTENT if busy else self._chance()
        strikes = self.left > 0 and last is not None and self._random.random() < chance
        self.left -= strikes
        return strikes

    def _chance(self) -> float:
        # A kill takes its own block, those of the absence, and the one in which the agent speaks again.
        room = self._blocks_left - self.left * (_LONGEST_ABSENCE_BLOCKS + 2)
        return 1.0 if room <= self.left else self.left / room

    def moment(self) -> float:
        """Seconds after the block."""
        return self._random.uniform(0.0, _MOMENT_SECONDS)

    def absence(self) -> int:
        """Blocks that pass before anybody waits for the agent again."""
        return self._random.randint(0, _LONGEST_ABSENCE_BLOCKS)


def run_kills(folder: Path, kills: int, seed: int, path: MarketPath, console: Console) -> KillReport:
    """Plays ``path`` and kills up to ``kills`` times; ``folder`` must exist and keeps journal and log.

    Raises:
        ReplicaError: the replica or the agent cannot be had.
    """
    (folder / "keys").mkdir()
    keys = make_agent_keys(folder / "keys")
    plan = KillPlan(kills, path.steps, seed)
    journal = folder / "journal.sqlite"
    with world(MarketRules()) as stage_world:
        guard_keys(stage_world.rpc, keys)
        guard = lambda config: KillingGuard(config, folder / "agent.log", keys, plan)  # noqa: E731
        stage = Backstage(stage_world, keys, journal, folder, guard, PlainView(console))
        outcome, _ = play_path(stage, path)
        verified = verify_run(folder / f"agent-{path.name}.toml", journal)
    digests = {execution.digest for execution in outcome.executions}
    return KillReport(
        kills - plan.left, len(digests), verified.entries, tuple(_faults(journal, digests, verified))
    )


def _faults(journal: Path, executed: set[str], verified: Verified) -> list[str]:
    with closing(Journal.read(journal_url(journal))) as record:
        faults, settled = follow(record.entries())
    faults += [f"executed on chain and not in the journal: {digest}" for digest in sorted(executed - settled)]
    faults += [f"executed in the journal and not on chain: {digest}" for digest in sorted(settled - executed)]
    return faults + list(verified.findings)


def follow(entries: Iterable[JournalEntry]) -> tuple[list[str], set[str]]:
    """Faults of one journal by itself, and the digests that it calls executed.

    Written anew beside the agent's own bookkeeping, so that an error there cannot hide itself.
    """
    books = _Books()
    for entry in entries:
        books.take(entry.entry_kind, entry.seq, entry.data())
    return books.faults, books.executed


@dataclass(slots=True)
class _Books:
    """``live`` by label; ``open`` holds every decision without a settlement: its label and its nonce."""

    live: dict[str, str] = field(default_factory=dict)
    open: dict[str, tuple[str, int]] = field(default_factory=dict)
    spent: dict[tuple[str, int], str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    executed: set[str] = field(default_factory=set)

    def take(self, kind: str, seq: int, data: dict[str, Any]) -> None:
        """Enters one line of the journal."""
        if kind == "signed":
            self._sign(seq, data)
        elif kind == "superseded":
            self._end_live(data["digest"])
        elif kind == "settled":
            self._settle(seq, data)

    def _sign(self, seq: int, data: dict[str, Any]) -> None:
        label, digest = data["label"], data["sealed"]["digest"]
        nonce = data["sealed"]["decision"]["nonce"]
        if label in self.live:
            self.faults.append(f"entry {seq}: {label} has the live intents {self.live[label]} and {digest}")
        for other, (whose, its_nonce) in self.open.items():
            if whose == label and its_nonce != nonce:
                self.faults.append(f"entry {seq}: {other} and {digest} of {label} could both execute")
        self.live[label] = digest
        self.open[digest] = label, nonce

    def _settle(self, seq: int, data: dict[str, Any]) -> None:
        digest = data["digest"]
        self._end_live(digest)
        lane = self.open.pop(digest, None)
        if data["result"] != "executed":
            return
        self.executed.add(digest)
        if lane is not None and self.spent.setdefault(lane, digest) != digest:
            self.faults.append(f"entry {seq}: {self.spent[lane]} and {digest} executed on one nonce")

    def _end_live(self, digest: str) -> None:
        self.live = {label: live for label, live in self.live.items() if live != digest}


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 when nothing was found, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m ballast.demo.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="how often to kill")
    parser.add_argument("--seed", type=int, default=1, help="of path and kills")
    options = parser.parse_args(arguments)
    console = Console(width=170)
    folder = Path(tempfile.mkdtemp(prefix="ballast-kills-"))
    path = build_path(load_scenario("black_thursday"), options.seed).excerpt(*CRASH_STEPS)
    report = run_kills(folder, options.kills, options.seed, path, console)
    console.print(
        f"{report.kills} kills, {report.executions} decisions executed, {report.entries} journal entries"
    )
    for fault in report.faults:
        console.print(f"FAULT: {fault} (journal kept in {folder})")
    if not report.faults:
        shutil.rmtree(folder)
    return 1 if report.faults or report.kills < options.kills else 0


if __name__ == "__main__":
    sys.exit(main())
