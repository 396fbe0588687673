"""The house lint in a small repository of its own: each rule finds its breach and lets the limit pass."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LINT = Path(__file__).resolve().parents[2] / "script/tools/lint_house.py"


@pytest.fixture
def lint(tmp_path):
    """Writes files into a fresh repository that holds the lint, and returns what the lint prints."""
    script = tmp_path / "script/tools/lint_house.py"
    script.parent.mkdir(parents=True)
    shutil.copy(LINT, script)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)

    def run(name: str, text: str) -> list[str]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
        assert done.stderr == ""
        found = done.stdout.splitlines()
        assert done.returncode == (1 if found else 0)
        return found

    return run


def python_function(lines: int) -> str:
    return "def f():\n" + "    pass\n" * (lines - 1)


def solidity_function(lines: int) -> str:
    return "contract C {\nfunction f() external {\n" + "x;\n" * (lines - 2) + "}\n}\n"


def test_clean_repository_passes(lint):
    assert lint("agent/ballast/domain/a.py", "x = 1\n") == []


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("agent/ballast/cli/a.py", python_function(61), "f has 61 lines, allowed are 60"),
        ("contracts/C.sol", solidity_function(51), "f has 51 lines, allowed are 50"),
        ("agent/ballast/cli/a.py", "x = 1\n" * 451, "451 lines, allowed are 450"),
        ("agent/ballast/domain/a.py", "x = 0.5\n", "float literal 0.5"),
        ("agent/ballast/decision/a.py", "x = float(1)\n", "float()"),
        ("agent/ballast/strategies/a.py", "x = y / z\n", "true division"),
        ("README.md", "# TO" + "DO later\n", "unfinished"),
        ("README.md", "FIX" + "ME\n", "unfinished"),
        ("docs/a.md", "see /ho" + "me/me/x\n", "a host or path of one machine"),
        ("a.toml", "index = 'https://pypi" + ".org/simple'\n", "a host or path of one machine"),
        ("package-lock.json", '{"resolved": "x"}\n', "resolved addresses in the lock"),
    ],
)
def test_breach_is_named_with_its_file(lint, name, text, reason):
    found = lint(name, text)

    assert len(found) == 1
    assert found[0].startswith(f"{name}:")
    assert reason in found[0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("agent/ballast/cli/a.py", python_function(60)),
        ("contracts/C.sol", solidity_function(50)),
        ("agent/ballast/cli/a.py", "x = 1\n" * 450),
        ("tests/agent/a.py", "x = 1\n" * 451),
        ("agent/ballast/risk/a.py", "x = 0.5 / float(2)\n"),
        ("agent/ballast/domain/a.py", "x = folder / 'name'\n"),
        ("agent/ballast/domain/a.py", "x = y // z\n"),
        ("package-lock.json", '{"version": "1"}\n'),
    ],
)
def test_what_is_allowed_is_not_a_breach(lint, name, text):
    assert lint(name, text) == []


def test_ignored_files_are_not_read(lint, tmp_path):
    (tmp_path / ".gitignore").write_text("/build/\n")

    assert lint("build/a.py", python_function(61)) == []
