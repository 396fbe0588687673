"""Whatever the moment of its death, the agent comes back to the same end: one repair, and a good journal."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from ballast.app.crash import CRASH_POINTS
from ballast.app.verify import verify
from ballast.app.verify_chain import QuorumChainView
from ballast.risk.model import load_default_weights
from ballast.strategies.registry import model_ids
from support.agent import Agent, CrashAfter, CrashAt, InjectedCrash, running
from support.guarded import CALM_PARAMETERS, Guarded
from support.market import Market

TICKS_TO_THE_END = 12
# An alert belongs to another story, below.
ALERTS = {"before-journal-alert", "after-journal-alert"}
# A vault without a safety net wants no heartbeats; test_heartbeats has one.
HEARTBEATS = {"before-journal-heartbeat", "after-journal-heartbeat"}
# Nothing is superseded while the price stands still.
UNREACHED = ALERTS | HEARTBEATS | {"before-journal-superseded", "after-journal-superseded"}
BEFORE_USD, AFTER_USD = 3_000, 2_880


def live_until_the_end(guarded: Guarded, text: str, crash: CrashAfter) -> None:
    """One life of the agent: start, ticks with a block mined after each, orderly end."""
    with running(text, crash) as agent:
        for _ in range(TICKS_TO_THE_END):
            agent.tick()
            guarded.mine()
            if "compared" in agent.kinds():
                break
        agent.end()


def assert_repaired_once(guarded: Guarded, text: str) -> int:
    """Number of decisions that were signed on the way."""
    with running(text) as agent:
        agent.tick()
        guarded.mine()
        agent.tick()
        agent.end()
        events = guarded.executed(agent.chain.quorum)
        settled = [data for data in agent.data("settled") if data["result"] == "executed"]
        assert len(events) == 1
        assert [data["digest"] for data in settled] == ["0x" + event.digest.hex() for event in events]
        assert Counter(data["digest"] for data in agent.data("compared")) == {settled[0]["digest"]: 1}
        assert not agent.journal.open_intents()
        assert len({data["sealed"]["decision"]["nonce"] for data in agent.data("signed")}) == 1
        assert_verifies(agent)
        return len(agent.data("signed"))


def assert_verifies(agent: Agent) -> None:
    view = QuorumChainView(agent.chain.quorum, agent.chain.heads)
    report = verify(agent.journal, load_default_weights(), view)
    assert [str(finding) for finding in report.findings] == []


def test_all_named_points_are_reached_in_one_repair(guarded: Guarded, folder: Path) -> None:
    crash = CrashAfter(None)
    live_until_the_end(guarded, guarded.config(folder), crash)
    assert set(CRASH_POINTS) - set(crash.names) == UNREACHED


def test_every_crash_point_leads_to_the_same_end(guarded: Guarded, folder: Path) -> None:
    rpc = guarded.node.rpc
    snapshot = rpc.call("evm_snapshot")
    counted = CrashAfter(None)
    live_until_the_end(guarded, guarded.config(folder, journal=folder / "counted.sqlite"), counted)
    for number, name in enumerate(counted.names):
        rpc.call("evm_revert", snapshot)
        snapshot = rpc.call("evm_snapshot")
        text = guarded.config(folder, journal=folder / f"{number}.sqlite")
        with pytest.raises(InjectedCrash, match=name):
            live_until_the_end(guarded, text, CrashAfter(number))
        guarded.mine()
        live_until_the_end(guarded, text, CrashAfter(None))
        signed = assert_repaired_once(guarded, text)
        # The first decision outlived every one of these deaths, so there was no reason for a second.
        assert signed == 1


def live_through_a_fall(guarded: Guarded, text: str, crash: CrashAfter) -> None:
    """As `live_until_the_end`, and the price falls before the first decision can be executed."""
    market = Market(guarded)
    with running(text, crash) as agent:
        for _ in range(TICKS_TO_THE_END):
            agent.tick()
            market.moves_to(AFTER_USD)
            if "compared" in agent.kinds():
                break
        agent.end()


def about_to_fall(guarded: Guarded) -> str:
    """Snapshot with a market that has not moved yet."""
    market = Market(guarded)
    market.enter()
    market.moves_to(BEFORE_USD)
    return guarded.node.rpc.call("evm_snapshot")


def test_a_decision_is_superseded_in_a_fall_and_all_points_are_reached(
    guarded: Guarded, folder: Path
) -> None:
    about_to_fall(guarded)
    crash = CrashAfter(None)
    live_through_a_fall(guarded, guarded.config(folder), crash)
    assert set(CRASH_POINTS) - set(crash.names) == ALERTS | HEARTBEATS


@pytest.mark.slow
def test_every_crash_point_of_a_fall_leads_to_one_repair_on_one_nonce(guarded: Guarded, folder: Path) -> None:
    rpc, snapshot, counted = guarded.node.rpc, about_to_fall(guarded), CrashAfter(None)
    live_through_a_fall(guarded, guarded.config(folder, journal=folder / "counted.sqlite"), counted)
    for number, name in enumerate(counted.names):
        rpc.call("evm_revert", snapshot)
        rpc.call("anvil_dropAllTransactions")
        snapshot = rpc.call("evm_snapshot")
        text = guarded.config(folder, journal=folder / f"{number}.sqlite")
        with pytest.raises(InjectedCrash, match=name):
            live_through_a_fall(guarded, text, CrashAfter(number))
        live_through_a_fall(guarded, text, CrashAfter(None))
        assert 1 <= assert_repaired_once(guarded, text) <= 2


@pytest.mark.parametrize("seed", range(8))
def test_crashes_during_recovery_lead_to_the_same_end(guarded: Guarded, folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    text = guarded.config(folder)
    for _ in range(6):
        try:
            live_until_the_end(guarded, text, CrashAfter(chance.randrange(24)))
        except InjectedCrash:
            guarded.mine(chance.randrange(2))
    live_until_the_end(guarded, text, CrashAfter(None))
    assert_repaired_once(guarded, text)


def test_intent_that_dies_while_the_agent_is_away_is_expired_and_planned_anew(
    guarded: Guarded, folder: Path
) -> None:
    text = guarded.config(folder)
    names = CrashAfter(None)
    snapshot = guarded.node.rpc.call("evm_snapshot")
    live_until_the_end(guarded, guarded.config(folder, journal=folder / "counted.sqlite"), names)
    guarded.node.rpc.call("evm_revert", snapshot)
    with pytest.raises(InjectedCrash):
        live_until_the_end(guarded, text, CrashAfter(names.names.index("before-send")))
    guarded.mine(1, 301)
    with running(text) as agent:
        agent.tick()
        results = [data["result"] for data in agent.data("settled")]
        assert results == ["expired"]
        assert len(agent.data("signed")) == 2
        first, second = (data["sealed"]["decision"]["nonce"] for data in agent.data("signed"))
        assert first == second
    live_until_the_end(guarded, text, CrashAfter(None))
    assert_repaired_once(guarded, text)


@pytest.mark.parametrize("point", ["before-journal-alert", "after-journal-alert"])
def test_vault_that_refuses_is_an_alert_and_never_a_signature(
    guarded: Guarded, folder: Path, point: str
) -> None:
    text = guarded.config(folder, parameters=CALM_PARAMETERS)
    with running(text) as agent:
        agent.tick()
        guarded.owner_calls("revokeModel(bytes32)", model_ids("static_rule", b"")[0])
        agent.tick()
        assert [data["terms"]["config_epoch"] for data in agent.data("terms")] == [1, 2]
    with pytest.raises(InjectedCrash), running(guarded.config(folder), CrashAt(point)) as agent:
        agent.tick()
    with running(guarded.config(folder)) as agent:
        for _ in range(3):
            agent.tick()
            guarded.mine()
        assert [data["reason"].split("(")[0] for data in agent.data("alert")][
            -1
        ] == "preview reverted: ModelNotApproved"
        assert len(agent.data("alert")) == (2 if point.startswith("after") else 1)
        assert "signed" not in agent.kinds()
        assert_verifies(agent)
