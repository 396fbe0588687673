"""The agent as its user starts it, on an anvil that Ape runs."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from ballast.replica import addresses
from ballast.tx.signers import create_replica_keystore

PASSWORD_VARIABLE = "E2E_KEY"
PASSWORD = "known to this test only"
CONFIG = """
chain_id = 1
journal = {{url = "sqlite:///{folder}/journal.sqlite"}}
signer = {{keystore = "{folder}/signer.json", password_env = "{variable}"}}
sender = {{keystore = "{folder}/sender.json", password_env = "{variable}"}}

[rpc]
urls = ["{url}"]
quorum = 1
timeout_ms = 10000

[run]
poll_ms = 100

[[position]]
label = "loop"
vault = "{vault}"
position_id = 1
collateral = "{collateral}"
debt = "{debt}"
swap_pool = "{pool}"
strategy = "static_rule"
parameters = {{trigger_health = "1.25", target_health = "1.5"}}
"""


class Agent:
    """Keys, configuration and journal in one folder; `running` is a context in which the agent acts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.signer, self.sender = (
            create_replica_keystore(folder / f"{role}.json", PASSWORD) for role in ("signer", "sender")
        )
        self.environment = {**os.environ, PASSWORD_VARIABLE: PASSWORD, "JAX_PLATFORMS": "cpu"}

    @property
    def journal(self) -> Path:
        return self._folder / "journal.sqlite"

    def configure(self, url: str, vault: str) -> None:
        text = CONFIG.format(
            folder=self._folder,
            variable=PASSWORD_VARIABLE,
            url=url,
            vault=vault,
            collateral=addresses.WETH,
            debt=addresses.USDC,
            pool=addresses.UNISWAP_USDC_WETH_POOL,
        )
        (self._folder / "ballast.toml").write_text(text)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """``ballast`` to its end."""
        command = ["ballast", *arguments]
        return subprocess.run(
            command,
            cwd=self._folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def act_until(self, done: Callable[[], bool], limit_seconds: float) -> str:
        """``ballast run --replica`` until ``done``, then SIGTERM; returns its log."""
        log = self._folder / "agent.log"
        with log.open("w") as stream:
            process = subprocess.Popen(
                ["ballast", "run", "--replica", "--log-format", "json"],
                cwd=self._folder,
                env=self.environment,
                stdout=stream,
                stderr=stream,
            )
            try:
                deadline = time.monotonic() + limit_seconds
                while not done() and process.poll() is None and time.monotonic() < deadline:
                    time.sleep(0.2)
            finally:
                process.send_signal(signal.SIGTERM)
                status = process.wait(timeout=20)
        assert status == 0, log.read_text()
        return log.read_text()


def events(log: str, name: str) -> list[dict[str, object]]:
    """Log lines of one kind."""
    lines = (json.loads(line) for line in log.splitlines() if line.startswith("{"))
    return [line for line in lines if line.get("event") == name]
