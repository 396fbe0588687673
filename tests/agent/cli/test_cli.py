"""The command line: fast help, one sentence on failure, statuses 0, 1 and 2."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from ballast import __version__
from ballast.app.config import parse


def ballast(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ballast.cli.main", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False, timeout=120)


def test_help_imports_nothing_heavy() -> None:
    heavy = {"jax", "numpy", "web3", "sqlalchemy", "plotly", "eth_account", "pydantic"}
    script = "import sys, ballast.cli.main; print(*sorted(set(sys.modules) & set(sys.argv[1:])))"
    done = subprocess.run([sys.executable, "-c", script, *heavy], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_help_names_every_command_quickly() -> None:
    ballast("--help")
    started = time.process_time(), time.monotonic()
    done = ballast("--help")
    assert done.returncode == 0
    assert time.monotonic() - started[1] < 3
    for command in ("demo", "replica", "watch", "run", "verify", "doctor", "config"):
        assert command in done.stdout


def test_version_is_the_packages() -> None:
    assert ballast("--version").stdout.strip() == __version__


def test_example_configuration_is_valid_once_it_names_a_vault(tmp_path: Path) -> None:
    printed = ballast("config").stdout
    assert parse(printed, "example").rpc.quorum == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("run", "--config", "none.toml"),
            "the configuration none.toml cannot be read: No such file or directory",
        ),
        (("run", "--paper", "--live"), "--paper, --live and --replica exclude each other"),
        (("run", "--crash-at", "before-send"), "--crash-at is for tests and needs --replica"),
        (("verify", "--journal", "none.sqlite"), "there is no journal at none.sqlite"),
        (
            ("run", "--log-format", "xml", "--config", "good.toml"),
            "the log format is 'xml', allowed are 'json' and 'text'",
        ),
    ],
)
def test_refusal_is_one_sentence_on_standard_error_and_status_one(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    (tmp_path / "good.toml").write_text(ballast("config").stdout)
    done = ballast(*arguments, folder=tmp_path)
    assert (done.returncode, done.stderr, done.stdout) == (1, sentence + "\n", "")


def test_wrong_usage_has_status_two() -> None:
    assert ballast("run", "--nonsense").returncode == 2
    assert ballast("verify").returncode == 2
