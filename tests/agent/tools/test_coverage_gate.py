"""The coverage gate: the floor passes, one below does not, and what is missing is named."""

import subprocess
import sys
from pathlib import Path

import pytest

GATE = Path(__file__).resolve().parents[3] / "script/tools/coverage_gate.py"


def report(path="contracts/A.sol", *, lines=(1, 1), functions=(1,), branches=(1,) * 50):
    """An lcov text with these hit counts."""
    rows = [f"SF:{path}"]
    rows += [f"DA:{number},{hits}" for number, hits in enumerate(lines, start=1)]
    rows += [f"FNDA:{hits},A.f{number}" for number, hits in enumerate(functions)]
    rows += [f"BRDA:7,{number},0,{hits}" for number, hits in enumerate(branches)]
    return "\n".join([*rows, "end_of_record", ""])


@pytest.fixture
def gate(tmp_path):
    """Judges a report and returns exit status and text."""

    def run(text: str) -> tuple[int, str]:
        path = tmp_path / "lcov.info"
        path.write_text(text)
        done = subprocess.run(
            [sys.executable, GATE, "--report", path], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    return run


def test_everything_reached_passes(gate):
    assert gate(report()) == (0, "lines 2 of 2, functions 1 of 1, branches 50 of 50: enough\n")


def test_one_line_missing_fails_and_is_named(gate):
    status, text = gate(report(lines=(1, 0)))
    assert status == 1
    assert "contracts/A.sol:2: line" in text


def test_one_function_missing_fails_and_is_named(gate):
    status, text = gate(report(functions=(1, 0)))
    assert status == 1
    assert "contracts/A.sol: function A.f1" in text


def test_branches_boundary_is_98_percent(gate):
    assert gate(report(branches=(1,) * 49 + (0,)))[0] == 0
    status, text = gate(report(branches=(1,) * 48 + (0, 0)))
    assert status == 1
    assert "contracts/A.sol:7: branch 49.0" in text


def test_branch_in_code_never_run_counts_as_missing(gate):
    assert gate(report(branches=("-",) * 50))[0] == 1


def test_other_sources_do_not_count(gate):
    status, text = gate(report() + report("tests/B.sol", lines=(0,)))
    assert status == 0
    assert "tests/B.sol" not in text


def test_report_without_contracts_measured_nothing(gate):
    status, text = gate(report("tests/B.sol"))
    assert status == 1
    assert "nothing was measured" in text


def test_cut_report_is_an_error(gate):
    status, text = gate("DA:1,1\n")
    assert status == 1
    assert "line 1: DA before any SF" in text
