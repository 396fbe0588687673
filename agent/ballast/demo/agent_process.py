"""The agent as a process of its own.

Started like any user starts it, heard through its log lines, stopped by signals.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ballast.replica.errors import ReplicaError

STOP_SECONDS = 20.0


class AgentDiedError(ReplicaError):
    """The agent ended by itself; carries the end of what it said."""


@dataclass(frozen=True, slots=True)
class Tick:
    """The agent's line about one block."""

    block: int
    positions: tuple[Mapping[str, Any], ...]


class AgentProcess:
    """The agent's process. Not restartable: make another for the next start."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        self._log: IO[str] = log.open("a", encoding="utf-8")
        self._log_path = log
        self._changed = threading.Condition()
        self._tick: Tick | None = None
        self._silent = False
        # One thread for linear algebra: two cores are shared with the node, and the forecast is small.
        calm = {
            "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
            "JAX_PLATFORMS": "cpu",
            "PYTHONUNBUFFERED": "1",
        }
        self._process = subprocess.Popen(  # noqa: S603 (this interpreter, this package)
            list(command),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **calm, **environment},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process.poll() is None

    def wait_for(self, block: int, cap_seconds: float) -> Tick | None:
        """The agent's tick at ``block`` or later; None if it does not come within the cap.

        Raises:
            AgentDiedError: the process is gone and the tick never came.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._reached(block) or self._silent, cap_seconds)
            if self._reached(block):
                return self._tick
        if self._silent:
            raise AgentDiedError(
                f"the agent ended with {self._process.wait(STOP_SECONDS)}: {self.last_words()}"
            )
        return None

    def stop(self) -> int:
        """Asks the agent to end (SIGTERM) and returns its exit status; kills it when it does not listen."""
        if self.running:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
        return self._finish()

    def kill(self) -> int:
        """Ends the agent without a chance to tidy up (SIGKILL)."""
        self._process.kill()
        return self._finish()

    def last_words(self, lines: int = 12) -> str:
        """End of the agent's log."""
        self._log.flush()
        return "\n".join(self._log_path.read_text("utf-8").splitlines()[-lines:])

    def _finish(self) -> int:
        status = self._process.wait()
        self._reader.join(STOP_SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()
        return status

    def _reached(self, block: int) -> bool:
        return self._tick is not None and self._tick.block >= block

    def _read(self) -> None:
        stream = self._process.stdout
        for line in stream if stream is not None else ():
            self._log.write(line)
            tick = parse_tick(line)
            if tick is not None:
                with self._changed:
                    self._tick = tick
                    self._changed.notify_all()
        with self._changed:
            self._silent = True
            self._changed.notify_all()


def agent_command(config: Path) -> list[str]:
    """``ballast run --replica`` in this interpreter."""
    return [
        sys.executable,
        "-m",
        "ballast.cli.main",
        "run",
        "--replica",
        "--config",
        str(config),
        "--log-format",
        "json",
    ]


def parse_tick(line: str) -> Tick | None:
    """The tick in a line of the agent's log, None for any other line."""
    if '"tick"' not in line:
        return None
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    if not isinstance(entry, dict) or entry.get("event") != "tick":
        return None
    return Tick(int(entry["block"]), tuple(entry.get("positions", ())))
