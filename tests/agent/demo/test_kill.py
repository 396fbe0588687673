"""SIGKILL at random moments: whatever is cut off, recovery comes to a record that the chain confirms."""

import json

import pytest
from rich.console import Console

from ballast.demo.agent_process import Tick
from ballast.demo.kills import CRASH_STEPS, KillPlan, follow, run_kills
from ballast.domain.journal import JournalEntry
from ballast.replica.errors import ReplicaUnavailableError
from ballast.simulate.path import build_path
from ballast.simulate.scenario import load_scenario


def _run(folder, kills, steps):
    path = build_path(load_scenario("black_thursday"), 1).excerpt(*steps)
    with (folder / "output.txt").open("w") as output:
        try:
            return run_kills(folder, kills, 1, path, Console(file=output, width=170))
        except ReplicaUnavailableError as reason:
            pytest.skip(str(reason))


@pytest.mark.slow
def test_a_few_kills_in_the_crash_leave_a_journal_that_the_chain_confirms(tmp_path):
    report = _run(tmp_path, 4, (600, 690))
    assert report.faults == ()
    assert report.kills == 4
    assert report.executions > 0


@pytest.mark.deep
@pytest.mark.timeout(1200)
def test_twenty_kills_over_the_whole_crash_leave_a_journal_that_the_chain_confirms(tmp_path):
    report = _run(tmp_path, 20, CRASH_STEPS)
    assert report.faults == ()
    assert report.kills == 20


def _entry(seq, kind, **data):
    return JournalEntry(seq, b"", b"", kind, None, json.dumps(data))


def _signed(seq, label, digest, nonce=0):
    return _entry(seq, "signed", label=label, sealed={"digest": digest, "decision": {"nonce": nonce}})


def _settled(seq, digest, result="executed"):
    return _entry(seq, "settled", digest=digest, result=result)


def _superseded(seq, digest):
    return _entry(seq, "superseded", digest=digest)


def test_two_live_intents_of_one_position_are_found():
    faults, _ = follow([_signed(1, "a", "0x1"), _signed(2, "b", "0x2"), _signed(3, "a", "0x3")])
    assert faults == ["entry 3: a has the live intents 0x1 and 0x3"]


@pytest.mark.parametrize(
    ("result", "settled"), [("executed", {"0x1"}), ("expired", set()), ("reverted", set())]
)
def test_a_settled_intent_makes_room_for_the_next(result, settled):
    entries = [
        _signed(1, "a", "0x1"),
        _settled(2, "0x1", result),
        _signed(3, "a", "0x3"),
    ]
    assert follow(entries) == ([], settled)


def test_a_superseded_intent_makes_room_for_the_next_on_its_own_nonce_only():
    given_up = [_signed(1, "a", "0x1", 3), _superseded(2, "0x1")]
    assert follow([*given_up, _signed(3, "a", "0x2", 3)]) == ([], set())
    faults, _ = follow([*given_up, _signed(3, "a", "0x2", 4)])
    assert faults == ["entry 3: 0x1 and 0x2 of a could both execute"]
    assert follow([*given_up, _settled(3, "0x1", "expired"), _signed(4, "a", "0x2", 4)]) == ([], set())


def test_two_executions_on_one_nonce_are_found():
    entries = [_signed(1, "a", "0x1", 3), _superseded(2, "0x1"), _signed(3, "a", "0x2", 3)]
    one = [_settled(4, "0x1"), _settled(5, "0x2", "overtaken")]
    assert follow([*entries, *one]) == ([], {"0x1"})
    faults, _ = follow([*entries, _settled(4, "0x1"), _settled(5, "0x2")])
    assert faults == ["entry 5: 0x1 and 0x2 executed on one nonce"]


def test_a_plan_kills_no_more_than_asked_and_never_before_the_first_answer():
    plan = KillPlan(3, 10, seed=1)
    assert not any(plan.strikes(None) for _ in range(50))
    tick = Tick(1, ({"label": "a", "verdict": "act"},))
    assert sum(plan.strikes(tick) for _ in range(100)) == 3


@pytest.mark.parametrize("seed", range(20))
def test_a_plan_kills_as_often_as_asked_even_where_the_agent_has_nothing_to_do(seed):
    plan, idle, absent = KillPlan(20, 1_680, seed), Tick(1, ({"label": "a", "verdict": "hold"},)), 0
    for _ in range(1_680):
        plan.passes()
        if absent:
            absent -= 1
        elif plan.strikes(idle):
            absent = plan.absence() + 1
    assert plan.left == 0
