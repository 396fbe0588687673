"""A vault with a safety net hears from the agent while silence could start a rescue, and only then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ballast.app.beating import NEAR_PERCENT, PARTS, period_seconds
from ballast.decision.eip712 import heartbeat_digest
from ballast.domain.units import WAD
from ballast.ingest.nets import Net
from ballast.replica import addresses as at
from ballast.simulate.calls import calldata, view
from support.agent import CrashAt, InjectedCrash, running
from support.guarded import ACTING_PARAMETERS, CALM_PARAMETERS, POSITION_ID, Guarded
from support.market import Market

NET = (
    "(uint128,uint128,address,uint32,uint32,uint32,address,uint24,uint32,uint16,uint16,uint128,uint128,uint128,"
    "uint128)"
)
SET_NET = f"setNet(uint256,{NET})"
HEARTBEAT_SECONDS, DEAD_MAN_SECONDS = 600, 1_200
PERIOD_SECONDS = DEAD_MAN_SECONDS // PARTS
CALM = {"parameters": CALM_PARAMETERS}
QUIET = Net(
    target_health_wad=14 * WAD // 10, heartbeat_seconds=600, dead_man_seconds=0, heartbeat_at=1_700_000_000
)


def net_terms(dead_man_seconds: int) -> tuple[int | str, ...]:
    health = (105 * WAD // 100, 14 * WAD // 10)
    times = (HEARTBEAT_SECONDS, dead_man_seconds, 300)
    sizes = (1_500 * WAD, 60_000 * WAD, 4_000 * WAD, 1_000 * WAD)
    return (*health, at.WETH, *times, at.USDC, 500, 86_400, 100, 50, *sizes)


def set_net(guarded: Guarded, dead_man_seconds: int = DEAD_MAN_SECONDS) -> None:
    """The owner's way: submitted, then executed when the timelock has passed."""
    call = calldata(SET_NET, POSITION_ID, net_terms(dead_man_seconds))
    guarded.owner_calls("submit(bytes)", bytes.fromhex(call[2:]))
    (wait,) = view(guarded.node.rpc, guarded.vault, "timelockSeconds()", ("uint256",))
    guarded.mine(1, int(wait))
    guarded.owner_calls(SET_NET, POSITION_ID, net_terms(dead_man_seconds))


def heard_at(guarded: Guarded) -> int:
    status = "(uint48,uint48,uint256,uint256,uint256)"
    ((seen, *_),) = view(guarded.node.rpc, guarded.vault, "netStatus(uint256)", (status,), POSITION_ID)
    return int(seen)


def late(guarded: Guarded, seconds: int = PERIOD_SECONDS) -> None:
    guarded.mine(1, seconds)


def test_digest_is_the_vaults(guarded: Guarded) -> None:
    seen_at = 1_700_000_000
    (expected,) = view(
        guarded.node.rpc, guarded.vault, "hashHeartbeat(uint256,uint48)", ("bytes32",), POSITION_ID, seen_at
    )
    assert heartbeat_digest(POSITION_ID, seen_at, 1, guarded.vault) == expected


@pytest.fixture
def netted(guarded: Guarded, folder: Path) -> Guarded:
    """With a net whose dead-man rule reaches up to the position, and a journal.

    The feeds have gone stale behind the timelock: an agent that was here before starts all the same.
    """
    with running(guarded.config(folder, **CALM)) as agent:
        agent.tick()
    set_net(guarded)
    return guarded


def test_vault_hears_from_the_agent_every_third_of_its_patience(netted: Guarded, folder: Path) -> None:
    with running(netted.config(folder, **CALM)) as agent:
        first = heard_at(netted)
        agent.tick()
        assert agent.data("heartbeat") == []
        late(netted)
        seen = netted.now()
        agent.tick()
        netted.mine()
        assert heard_at(netted) == seen > first
        for _ in range(3):
            agent.tick()
            netted.mine()
        assert len(agent.data("heartbeat")) == 1
        assert [line["tx"] for line in agent.lines("heartbeat")] == [agent.data("heartbeat")[0]["tx_hash"]]


def test_nothing_is_sent_where_heartbeats_are_off_or_only_rehearsed(netted: Guarded, folder: Path) -> None:
    late(netted)
    off = netted.config(folder, **CALM).replace("[run]", "[run]\nheartbeats = false")
    with running(off) as agent:
        agent.tick()
    assert netted.pending() == 0


def test_no_net_no_heartbeat(guarded: Guarded, folder: Path) -> None:
    with running(guarded.config(folder, **CALM)) as agent:
        agent.tick()
        late(guarded)
        agent.tick()
        assert agent.data("heartbeat") == agent.lines("no_heartbeat") == []


def test_heartbeat_that_is_too_cheap_is_replaced_at_its_nonce(netted: Guarded, folder: Path) -> None:
    with running(netted.config(folder, **CALM)) as agent:
        late(netted)
        for _ in range(3):
            agent.tick()
            netted.node.rpc.call("anvil_setNextBlockBaseFeePerGas", hex(20 * 10**9))
            netted.mine()
        first, second = agent.data("heartbeat")
        assert first["tx_nonce"] == second["tx_nonce"]
        assert second["max_fee_wei"] * 1_000 >= first["max_fee_wei"] * 1_125
        netted.mine()
        assert heard_at(netted) > netted.now() - PERIOD_SECONDS


def test_restarted_agent_replaces_the_heartbeat_that_waits(netted: Guarded, folder: Path) -> None:
    late(netted)
    with running(netted.config(folder, **CALM)) as agent:
        agent.tick()
    with running(netted.config(folder, **CALM)) as agent:
        netted.node.rpc.call("anvil_setNextBlockBaseFeePerGas", hex(20 * 10**9))
        netted.mine()
        agent.tick()
        first, second = agent.data("heartbeat")
        assert first["tx_nonce"] == second["tx_nonce"]
        assert agent.lines("no_heartbeat") == []


def enter_late(netted: Guarded) -> None:
    """Fresh feeds, so that a repair may sell, and a heartbeat that is due."""
    Market(netted).enter()
    late(netted)
    Market(netted).moves_to(3_000)


def test_repair_takes_the_nonce_of_a_heartbeat_that_waits(netted: Guarded, folder: Path) -> None:
    enter_late(netted)
    with running(netted.config(folder, **CALM)) as agent:
        agent.tick()
    assert netted.pending() == 1
    with running(netted.config(folder, parameters=ACTING_PARAMETERS)) as agent:
        Market(netted).moves_to(3_000, others_wait=True)
        agent.tick()
        (beat,), (repair,) = agent.data("heartbeat"), agent.data("sending")
        assert beat["tx_nonce"] == repair["tx_nonce"]
        netted.mine()
        agent.tick()
        assert [data["result"] for data in agent.data("settled")] == ["executed"]


def test_heartbeat_that_was_faster_than_the_repair_costs_it_one_block(netted: Guarded, folder: Path) -> None:
    """The repair replaced it in one pool, another node had already included it."""
    enter_late(netted)
    with running(netted.config(folder, **CALM)) as agent:
        agent.tick()
        waiting = agent.data("heartbeat")[0]["tx_hash"]
        raw = netted.node.rpc.call("eth_getRawTransactionByHash", waiting)
    with running(netted.config(folder, parameters=ACTING_PARAMETERS)) as agent:
        Market(netted).moves_to(3_000, others_wait=True)
        agent.tick()
        netted.node.rpc.call("anvil_dropAllTransactions")
        netted.node.rpc.call("eth_sendRawTransaction", raw)
        netted.mine()
        agent.tick()
        assert len(agent.data("sending")) == 2
        netted.mine()
        agent.tick()
        assert [data["result"] for data in agent.data("settled")] == ["executed"]


def test_vault_that_refuses_is_not_paid_for(netted: Guarded, folder: Path) -> None:
    with running(netted.config(folder, **CALM)) as agent:
        netted.owner_calls("revokeSigner()")
        late(netted)
        agent.tick()
        agent.tick()
        assert agent.data("heartbeat") == []
        (line,) = agent.lines("no_heartbeat")
        assert "SignerUnset" in line["reason"]


@pytest.mark.parametrize("point", ["before-journal-heartbeat", "after-journal-heartbeat"])
def test_death_at_a_heartbeat_leads_to_one_that_is_heard(netted: Guarded, folder: Path, point: str) -> None:
    late(netted)
    with pytest.raises(InjectedCrash), running(netted.config(folder, **CALM), CrashAt(point)) as agent:
        agent.tick()
    with running(netted.config(folder, **CALM)) as agent:
        agent.tick()
        netted.mine()
        assert heard_at(netted) > netted.now() - PERIOD_SECONDS


def test_heartbeats_begin_a_tenth_above_the_level_at_which_silence_counts() -> None:
    emergency = 11 * WAD // 10
    near = emergency * NEAR_PERCENT // 100
    assert period_seconds(QUIET, near - 1, emergency) == QUIET.heartbeat_seconds // PARTS
    assert period_seconds(QUIET, near, emergency) is None
    assert period_seconds(None, near - 1, emergency) is None


def test_dead_man_rule_counts_up_to_its_target_and_the_stricter_patience_decides() -> None:
    emergency = 11 * WAD // 10
    net = replace(QUIET, dead_man_seconds=7_200)
    near_target, near_emergency = (
        level * NEAR_PERCENT // 100 for level in (net.target_health_wad, emergency)
    )
    assert period_seconds(net, near_target, emergency) is None
    assert period_seconds(net, near_target - 1, emergency) == 7_200 // PARTS
    assert period_seconds(net, near_emergency - 1, emergency) == 600 // PARTS
