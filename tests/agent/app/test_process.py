"""The agent as a process: killed without warning, stopped in order, looked at by doctor, watch and verify."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from support.agent import running
from support.guarded import CALM_PARAMETERS, PASSWORD_ENV, Guarded

PATIENCE_SECONDS = 60.0
KILLED_AT = ("before-journal-signed", "after-journal-sending", "after-send", "after-journal-settled")
pytestmark = pytest.mark.slow


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "ballast.cli.main", *arguments]


def environment(guarded: Guarded) -> dict[str, str]:
    return {**os.environ, PASSWORD_ENV: guarded.keys.password, "JAX_PLATFORMS": "cpu"}


def started(guarded: Guarded, config: Path, *more: str) -> subprocess.Popen[str]:
    arguments = command("run", "--replica", "--config", str(config), "--log-format", "json", *more)
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment(guarded))


def ticks_until_death(guarded: Guarded, process: subprocess.Popen[str]) -> None:
    """Mines a block after every tick until the process is gone."""
    assert process.stdout is not None
    deadline = time.monotonic() + PATIENCE_SECONDS
    for line in process.stdout:
        assert time.monotonic() < deadline, "the crash point was never reached"
        if json.loads(line)["event"] == "tick":
            guarded.mine()
    process.stdout.close()


def next_tick(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    for line in process.stdout:
        entry: dict[str, Any] = json.loads(line)
        if entry["event"] == "tick":
            return entry
    raise AssertionError("the agent ended")


@pytest.mark.parametrize("point", KILLED_AT)
def test_killed_process_comes_back_to_the_same_end(guarded: Guarded, folder: Path, point: str) -> None:
    config = folder / "ballast.toml"
    config.write_text(guarded.config(folder))
    process = started(guarded, config, "--crash-at", point)
    ticks_until_death(guarded, process)
    assert process.wait() == -signal.SIGKILL
    with running(config.read_text()) as agent:
        for _ in range(4):
            agent.tick()
            guarded.mine()
        events = guarded.executed(agent.chain.quorum)
        executed = [data["digest"] for data in agent.data("settled") if data["result"] == "executed"]
        assert executed == ["0x" + event.digest.hex() for event in events]
        assert len(executed) == len(agent.data("compared")) == 1


def test_stopped_process_writes_stop_and_verifies(guarded: Guarded, folder: Path) -> None:
    config = folder / "ballast.toml"
    config.write_text(guarded.config(folder))
    process = started(guarded, config)
    try:
        first = next_tick(process)
        assert first["positions"][0]["verdict"] == "act"
        guarded.mine()
        assert next_tick(process)["block"] == first["block"] + 1
    finally:
        process.send_signal(signal.SIGTERM)
        status = process.wait(PATIENCE_SECONDS)
        assert process.stdout is not None
        process.stdout.close()
    assert status == 0
    journal = str(folder / "journal.sqlite")
    done = tool(guarded, "verify", "--journal", journal, "--all", "--closed", "--rpc", guarded.node.url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 decisions and the chain" in done.stdout


def tool(guarded: Guarded, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        env=environment(guarded),
        check=False,
        timeout=120,
    )


def test_doctor_finds_nothing_then_names_what_is_wrong(guarded: Guarded, folder: Path) -> None:
    config = folder / "ballast.toml"
    config.write_text(guarded.config(folder, parameters=CALM_PARAMETERS))
    guarded.node.rpc.call("anvil_setBalance", guarded.keys.sender, hex(10**19))
    done = tool(guarded, "doctor", "--config", str(config))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert all(line.startswith("ok") for line in done.stdout.splitlines())
    guarded.node.rpc.call("anvil_setBalance", guarded.keys.sender, hex(10**15))
    guarded.mine(1, 5_000)
    done = tool(guarded, "doctor", "--config", str(config))
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
    assert [line.split()[1] for line in failed] == ["feed", "sender's"]
    assert done.stdout.count("      fix: ") == 2
    assert (done.returncode, done.stderr) == (1, "2 checks failed\n")


def test_watch_shows_the_verdict_without_any_key(guarded: Guarded, folder: Path) -> None:
    sections = guarded.config(folder).split("\n\n")
    config = folder / "ballast.toml"
    config.write_text("\n\n".join(part for part in sections if not part.startswith(("[signer]", "[sender]"))))
    done = tool(guarded, "watch", "--once", "--json", "--config", str(config))
    assert done.returncode == 0, done.stderr
    (position,) = json.loads(done.stdout)["positions"]
    assert (position["label"], position["verdict"]) == ("weth-usdc", "act")
    assert not (folder / "journal.sqlite").exists()
    table = tool(guarded, "watch", "--once", "--config", str(config)).stdout
    assert "1.449" in table
