import sys
import time

import pytest

from ballast.demo.agent_process import AgentDiedError, AgentProcess, parse_tick

TICK = '{"event": "tick", "block": 7, "positions": [{"label": "a", "p1h_ppm": 3}]}'
TALKER = f"import time; print('{TICK}', flush=True); time.sleep(60)"


def _process(tmp_path, program):
    return AgentProcess([sys.executable, "-c", program], tmp_path / "log", {})


def test_a_tick_line_is_read():
    tick = parse_tick(TICK)
    assert tick is not None
    assert (tick.block, tick.positions[0]["label"]) == (7, "a")


@pytest.mark.parametrize("line", ["", "text", '{"event": "acted", "reason": "tick"}', '["tick"]', '{"tick"'])
def test_other_lines_are_no_ticks(line):
    assert parse_tick(line) is None


def test_waiting_ends_with_the_tick_of_the_block_or_a_later_one(tmp_path):
    process = _process(tmp_path, TALKER)
    try:
        tick = process.wait_for(6, 20)
        assert tick is not None
        assert tick.block == 7
        assert process.wait_for(7, 0.05) is tick
        assert process.wait_for(8, 0.05) is None
    finally:
        assert process.kill() == -9
    assert TICK in (tmp_path / "log").read_text()


def test_a_dead_agent_is_told_at_once_with_its_last_words(tmp_path):
    process = _process(tmp_path, "import sys; print('no such key'); sys.exit(3)")
    started = time.monotonic()
    with pytest.raises(AgentDiedError, match="ended with 3: no such key"):
        process.wait_for(1, 60)
    assert time.monotonic() - started < 20
    process.stop()


def test_stopping_asks_first_and_returns_the_exit_status(tmp_path):
    obey = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))"
    program = f"{obey}; print('{TICK}', flush=True); time.sleep(60)"
    process = _process(tmp_path, program)
    process.wait_for(7, 20)
    assert process.stop() == 0
