"""A live intent keeps moving: sent again, replaced, retried; never a second one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ballast.domain.errors import JournalError
from support.agent import running
from support.fault_proxy import FaultProxy, proxies
from support.guarded import Guarded

URGENT_PRICE_WEI = 500 * 10**9


@pytest.fixture
def relay(guarded: Guarded):
    with proxies(guarded.node.url, 1) as (proxy,):
        yield proxy


def test_transaction_that_the_node_dropped_is_sent_again(guarded: Guarded, folder: Path) -> None:
    with running(guarded.config(folder, max_replacements=0)) as agent:
        agent.tick()
        guarded.node.rpc.call("anvil_dropTransaction", agent.data("sending")[0]["tx_hash"])
        assert guarded.pending() == 0
        guarded.mine(2)
        agent.tick()
        assert guarded.pending() == 1
        guarded.mine()
        agent.tick()
        assert [data["result"] for data in agent.data("settled")] == ["executed"]
        assert len(agent.data("signed")) == len(agent.data("sending")) == 1


def test_transaction_that_is_too_cheap_is_replaced_by_the_same_intent_at_the_same_nonce(
    guarded: Guarded, folder: Path
) -> None:
    with running(guarded.config(folder)) as agent:
        agent.tick()
        # The base fee of the next blocks is above the first bid, so only a replacement can be included.
        for _ in range(2):
            guarded.node.rpc.call("anvil_setNextBlockBaseFeePerGas", hex(20 * 10**9))
            guarded.mine()
        agent.tick()
        first, second = agent.data("sending")
        assert first["digest"] == second["digest"]
        assert first["tx_nonce"] == second["tx_nonce"]
        assert second["max_fee_wei"] * 1_000 >= first["max_fee_wei"] * 1_125
        assert second["tip_wei"] * 1_000 >= first["tip_wei"] * 1_125
        guarded.node.rpc.call("anvil_setNextBlockBaseFeePerGas", hex(20 * 10**9))
        guarded.mine()
        agent.tick()
        assert [data["tx_hash"] for data in agent.data("settled")] == [second["tx_hash"]]


def test_replacement_comes_once_as_configured(guarded: Guarded, folder: Path) -> None:
    with running(guarded.config(folder, replace_after_blocks=1, max_replacements=1)) as agent:
        for block in range(4):
            agent.tick()
            guarded.node.rpc.call("anvil_setNextBlockBaseFeePerGas", hex(20 * 10**9 << block))
            guarded.mine()
        assert len(agent.data("sending")) == 2
        assert len(agent.data("signed")) == 1


def test_answer_to_a_send_that_got_lost_leads_to_no_second_intent(
    guarded: Guarded, folder: Path, relay: FaultProxy
) -> None:
    relay.loses_answers_of("eth_sendRawTransaction")
    text = guarded.config(folder, urls=[relay.url])
    with running(text) as agent:
        agent.tick()
        assert "sent" not in agent.kinds()
        assert guarded.pending() == 1
        guarded.mine()
        agent.tick()
        assert [data["result"] for data in agent.data("settled")] == ["executed"]
        assert len(agent.data("signed")) == 1


def test_relay_that_accepts_and_never_includes_is_followed_by_public_nodes(
    guarded: Guarded, folder: Path, relay: FaultProxy
) -> None:
    relay.answers("eth_sendRawTransaction", "0x" + "00" * 32)
    text = guarded.config(folder, private_urls=[relay.url], replace_after_blocks=9)
    with running(text) as agent:
        agent.tick()
        assert guarded.pending() == 0
        for _ in range(2):
            guarded.mine()
            agent.tick()
        # The relay says once more that it took it: the public nodes are asked all the same.
        assert guarded.pending() == 1
        guarded.mine()
        agent.tick()
        assert [data["result"] for data in agent.data("settled")] == ["executed"]


def test_reverted_transaction_is_tried_again_with_the_same_decision_where_no_other_may_follow(
    guarded: Guarded, folder: Path
) -> None:
    rpc = guarded.node.rpc
    with running(guarded.config(folder, max_replans=0)) as agent:
        agent.tick()
        sending = agent.data("sending")[0]
        # For one block the vault is a contract that refuses everything.
        code = rpc.call("eth_getCode", guarded.vault, "latest")
        rpc.call("anvil_setCode", guarded.vault, "0x60006000fd")
        guarded.mine()
        rpc.call("anvil_setCode", guarded.vault, code)
        guarded.mine()
        agent.tick()
        attempts = agent.data("sending")
        assert len(attempts) == 2
        assert attempts[1]["digest"] == sending["digest"]
        assert attempts[1]["tx_nonce"] == sending["tx_nonce"] + 1
        guarded.mine()
        agent.tick()
        assert [data["result"] for data in agent.data("settled")] == ["executed"]


def test_intent_that_nobody_includes_dies_by_its_deadline_and_not_a_second_before(
    guarded: Guarded, folder: Path, relay: FaultProxy
) -> None:
    relay.refuses("eth_sendRawTransaction", "txpool is full")
    with running(guarded.config(folder, urls=[relay.url])) as agent:
        agent.tick()
        until = agent.data("signed")[0]["sealed"]["decision"]["valid_until"]
        guarded.node.rpc.call("evm_setNextBlockTimestamp", until)
        guarded.node.rpc.call("evm_mine")
        agent.tick()
        assert "settled" not in agent.kinds()
        guarded.node.rpc.call("evm_setNextBlockTimestamp", until + 1)
        guarded.node.rpc.call("evm_mine")
        agent.tick()
        assert [data["result"] for data in agent.data("settled")] == ["expired"]


def test_execution_counts_as_settled_only_at_the_configured_depth(guarded: Guarded, folder: Path) -> None:
    with running(guarded.config(folder, confirmations=3)) as agent:
        agent.tick()
        settled = []
        for _ in range(3):
            guarded.mine()
            agent.tick()
            settled.append(len(agent.data("settled")))
        assert settled == [0, 0, 1]


def test_journal_that_cannot_be_written_halts_the_agent_before_anything_is_sent(
    guarded: Guarded, folder: Path
) -> None:
    with running(guarded.config(folder)) as agent:
        agent.journal._connection.exec_driver_sql("DROP TABLE entries")
        agent.journal._connection.commit()
        with pytest.raises(JournalError):
            agent.runtime.poll()
        assert guarded.pending() == 0
