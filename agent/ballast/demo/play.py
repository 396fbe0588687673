"""One path from its first block to its last: the market moves, the agent answers, the books are kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ballast.demo.actors import AgentKeys
from ballast.demo.agent_process import AgentProcess, Tick, agent_command
from ballast.demo.contestants import CLOSED_AT_START, GUARDED, GuardedSet, agent_config
from ballast.demo.ledger import Ledger
from ballast.demo.series import Series
from ballast.demo.summary import PathOutcome
from ballast.demo.view import AbstractView
from ballast.demo.world import Positions, World
from ballast.replica import addresses as at
from ballast.replica.errors import ReplicaError
from ballast.simulate.path import MarketPath

FIRST_TICK_SECONDS = 180.0
ACKNOWLEDGE_SECONDS = 10.0


class Guard(Protocol):
    """Whoever answers for the agent's process."""

    def wait_for(self, block: int, cap_seconds: float) -> Tick | None:
        """The tick at ``block`` or later, None when it does not come in time."""

    def stop(self) -> int:
        """Ends it in good order; the exit status."""


GuardFactory = Callable[[Path], Guard]


@dataclass(frozen=True, slots=True)
class Backstage:
    """What every path of one run shares."""

    world: World
    keys: AgentKeys
    journal: Path
    folder: Path
    start_guard: GuardFactory
    view: AbstractView


def process_guard(keys: AgentKeys, log: Path) -> GuardFactory:
    """Starts the agent as its own process for a configuration file."""
    return lambda config: AgentProcess(agent_command(config), log, keys.environment())


def play_path(stage: Backstage, path: MarketPath) -> tuple[PathOutcome, Series]:
    """Opens the positions, starts the agent, plays every block and stops the agent.

    Raises:
        AgentDiedError: the agent ended by itself.
        ReplicaError: a transaction of the market failed, or the agent did not stop in good order.
    """
    begun = time.monotonic()
    stage.view.stage(f"{path.name}: opening the positions and starting the agent")
    positions = stage.world.open(path, stage.keys.signer)
    guard = stage.start_guard(_write_config(stage, path, positions))
    try:
        _require_ready(guard, positions.first.number)
        ledger, series, missed = _play_blocks(stage, path, positions, guard)
    except BaseException:
        guard.stop()
        raise
    status = guard.stop()
    if status != 0:
        raise ReplicaError(f"the agent stopped with exit status {status}")
    seconds = int(time.monotonic() - begun)
    outcome = PathOutcome(path, ledger.accounts, tuple(ledger.executions), missed, seconds)
    stage.view.end(outcome)
    return outcome, series


def _require_ready(guard: Guard, block: int) -> None:
    if guard.wait_for(block, FIRST_TICK_SECONDS) is None:
        raise ReplicaError(f"the agent was not ready within {FIRST_TICK_SECONDS:.0f} s")


def _play_blocks(
    stage: Backstage, path: MarketPath, positions: Positions, guard: Guard
) -> tuple[Ledger, Series, int]:
    ledger, series, missed = Ledger(positions.vaults, positions.first), Series(), 0
    stage.world.exit_at_first_block(positions.vaults[CLOSED_AT_START])
    stage.view.begin(path)
    for step in range(1, path.steps + 1):
        result = stage.world.driver.play(path, step)
        notes = ledger.take(result)
        stage.view.block(path, result, ledger.accounts, notes)
        tick = guard.wait_for(result.number, ACKNOWLEDGE_SECONDS)
        missed += tick is None
        series.take(path, result, notes, tick)
    return ledger, series, missed


def _write_config(stage: Backstage, path: MarketPath, positions: Positions) -> Path:
    guarded = {label: positions.vaults[label] for label in GUARDED}
    world = GuardedSet(stage.world.url, stage.journal, guarded, at.WETH, at.USDC, at.UNISWAP_USDC_WETH_POOL)
    file = stage.folder / f"agent-{path.name}.toml"
    file.write_text(agent_config(world, stage.keys, path.name), "utf-8")
    return file
