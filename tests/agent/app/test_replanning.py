"""A decision that the vault would refuse by now gives way to a new one on the same nonce of the vault."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from ballast.app.runtime import _in_turn
from ballast.app.verify import verify
from ballast.app.verify_chain import QuorumChainView
from ballast.domain.canonical import from_plain
from ballast.domain.decision import SealedDecision
from ballast.risk.model import load_default_weights
from ballast.strategies.registry import model_ids
from ballast.tx.transactions import execute_calldata
from support.agent import Agent, CrashAt, InjectedCrash, running
from support.guarded import ACTING_PARAMETERS, LABEL, Guarded
from support.market import Market

# Each step is a little more than the slippage that a plan allows for.
BEFORE_USD, AFTER_USD, LOWER_USD = 3_000, 2_880, 2_780
EAGER = {**ACTING_PARAMETERS, "trigger_health": "1.9", "target_health": "2.0"}
LONG_LIVED = {**ACTING_PARAMETERS, "lifetime_seconds": 600}


@pytest.fixture
def market(guarded: Guarded) -> Market:
    market = Market(guarded)
    market.enter()
    market.moves_to(BEFORE_USD)
    return market


def decisions(agent: Agent) -> list[dict]:
    return [data["sealed"]["decision"] for data in agent.data("signed")]


def digests(agent: Agent, kind: str = "signed") -> list[str]:
    return [data["sealed"]["digest"] if kind == "signed" else data["digest"] for data in agent.data(kind)]


def results(agent: Agent) -> dict[str, str]:
    return {data["digest"]: data["result"] for data in agent.data("settled")}


def assert_one_execution_and_a_good_record(guarded: Guarded, agent: Agent) -> str:
    """Digest of the one decision that was executed."""
    (event,) = guarded.executed(agent.chain.quorum)
    digest = "0x" + event.digest.hex()
    assert [one for one, result in results(agent).items() if result == "executed"] == [digest]
    assert digests(agent, "compared") == [digest]
    assert agent.journal.open_intents() == ()
    view = QuorumChainView(agent.chain.quorum, agent.chain.heads)
    report = verify(agent.journal, load_default_weights(), view)
    assert [str(finding) for finding in report.findings] == []
    return digest


def test_plan_that_reverts_is_followed_by_one_that_executes_within_the_lifetime_of_the_first(
    guarded: Guarded, folder: Path, market: Market
) -> None:
    with running(guarded.config(folder)) as agent:
        agent.tick()
        market.moves_to(AFTER_USD)
        agent.tick()
        first, second = decisions(agent)
        assert first["nonce"] == second["nonce"]
        assert digests(agent, "superseded") == digests(agent)[:1]
        market.moves_to(AFTER_USD)
        agent.tick()
        assert assert_one_execution_and_a_good_record(guarded, agent) == digests(agent)[1]
        assert results(agent)[digests(agent)[0]] == "overtaken"
        assert guarded.now() < first["valid_until"]
        # The first transaction was included, so the second has a nonce of its own.
        assert [data["tx_nonce"] for data in agent.data("sending")] == [0, 1]


def test_plan_that_waits_in_the_pool_is_replaced_at_its_own_transaction_nonce(
    guarded: Guarded, folder: Path, market: Market
) -> None:
    with running(guarded.config(folder)) as agent:
        agent.tick()
        moves_without(guarded, market, agent)
        agent.tick()
        old, new = agent.data("sending")
        assert [old["digest"], new["digest"]] == digests(agent)
        assert old["tx_nonce"] == new["tx_nonce"]
        assert new["max_fee_wei"] * 1_000 >= old["max_fee_wei"] * 1_125
        assert new["tip_wei"] * 1_000 >= old["tip_wei"] * 1_125
        market.moves_to(AFTER_USD)
        agent.tick()
        assert assert_one_execution_and_a_good_record(guarded, agent) == digests(agent)[1]


def test_superseded_plan_that_a_stranger_relays_is_settled_as_executed_and_the_newer_as_dead(
    guarded: Guarded, folder: Path, market: Market
) -> None:
    with running(guarded.config(folder)) as agent:
        agent.tick()
        market.moves_to(AFTER_USD, others_wait=True)
        agent.tick()
        relay(guarded, from_plain(SealedDecision, agent.data("signed")[0]["sealed"]))
        market.moves_to(BEFORE_USD)
        agent.tick()
        assert assert_one_execution_and_a_good_record(guarded, agent) == digests(agent)[0]
        assert results(agent) == {digests(agent)[0]: "executed", digests(agent)[1]: "overtaken"}
        # The need was met, so the newer plan's end is no failure to rest after.
        assert agent.runtime._memory.rests[LABEL].failures == 0


@pytest.mark.parametrize(
    "point", ["after-journal-superseded", "before-journal-tick", "before-journal-signed"]
)
def test_death_between_giving_up_a_plan_and_signing_the_next_is_taken_up_on_the_same_nonce(
    guarded: Guarded, folder: Path, market: Market, point: str
) -> None:
    text = guarded.config(folder)
    with running(text) as agent:
        agent.tick()
        moves_without(guarded, market, agent)
    with pytest.raises(InjectedCrash), running(text, CrashAt(point)) as agent:
        agent.tick()
    with running(text) as agent:
        assert agent.journal.live_intents() == ()
        agent.tick()
        first, second = decisions(agent)
        assert first["nonce"] == second["nonce"]
        old, new = agent.data("sending")
        assert old["tx_nonce"] == new["tx_nonce"]
        assert new["max_fee_wei"] * 1_000 >= old["max_fee_wei"] * 1_125
        market.moves_to(AFTER_USD)
        agent.tick()
        assert_one_execution_and_a_good_record(guarded, agent)


def test_plan_that_the_vault_would_still_take_is_never_superseded(
    guarded: Guarded, folder: Path, market: Market
) -> None:
    with running(guarded.config(folder)) as agent:
        for _ in range(4):
            agent.tick()
            market.moves_to(BEFORE_USD, others_wait=True)
        assert "superseded" not in agent.kinds()
        assert len(agent.data("signed")) == 1


def test_plan_without_a_better_one_at_hand_stays_as_it_is(
    guarded: Guarded, folder: Path, market: Market
) -> None:
    with running(guarded.config(folder)) as agent:
        agent.tick()
        guarded.node.rpc.call("anvil_dropAllTransactions")
        guarded.owner_calls("revokeModel(bytes32)", model_ids("static_rule", b"")[0])
        agent.tick()
        (line,) = agent.lines("not_superseded")
        assert "ModelNotApproved" in line["reason"]
        assert "superseded" not in agent.kinds()
        assert len(agent.journal.live_intents()) == 1


@pytest.mark.parametrize("allowed", [0, 1, 2])
def test_so_many_plans_may_give_way_on_one_nonce_and_no_more(
    guarded: Guarded, folder: Path, market: Market, allowed: int
) -> None:
    text = guarded.config(folder, max_replans=allowed, replace_after_blocks=99, parameters=LONG_LIVED)
    with running(text) as agent:
        agent.tick()
        # In between the mean price comes after, so that the sources agree well enough for another sale.
        for price in (AFTER_USD, *[AFTER_USD] * 7, LOWER_USD):
            market.moves_to(price, others_wait=True)
            agent.tick()
        assert len(agent.data("superseded")) == allowed
        assert len(agent.data("signed")) == allowed + 1
        assert {decision["nonce"] for decision in decisions(agent)} == {0}


def test_second_revert_in_a_row_makes_the_next_plan_wait_a_block(
    guarded: Guarded, folder: Path, market: Market
) -> None:
    with running(guarded.config(folder, parameters=LONG_LIVED)) as agent:
        agent.tick()
        signed = []
        for _ in range(3):
            refuse_for_a_block(guarded)
            agent.tick()
            signed.append(len(agent.data("signed")))
        # The first costs no rest. During that of the second the same plan is tried again.
        assert signed == [2, 2, 3]
        assert len(agent.data("sending")) == 4
        guarded.mine()
        agent.tick()
        assert_one_execution_and_a_good_record(guarded, agent)
        assert list(results(agent).values()).count("overtaken") == 2


def test_plan_that_reverted_gives_way_to_fresher_figures_though_the_vault_would_take_it_again(
    guarded: Guarded, folder: Path, market: Market
) -> None:
    with running(guarded.config(folder)) as agent:
        agent.tick()
        refuse_for_a_block(guarded)
        agent.tick()
        assert [data["reason"] for data in agent.data("superseded")] == ["its transaction reverted on chain"]
        assert len({decision["nonce"] for decision in decisions(agent)}) == 1
        guarded.mine()
        agent.tick()
        assert assert_one_execution_and_a_good_record(guarded, agent) == digests(agent)[1]


@pytest.mark.parametrize(
    ("crash", "gate"), [(None, "is live"), ("after-journal-superseded", "is used and not settled yet")]
)
def test_execution_that_waits_for_its_depth_is_neither_superseded_nor_followed_by_another_nonce(
    guarded: Guarded, folder: Path, market: Market, crash: str | None, gate: str
) -> None:
    with running(guarded.config(folder, confirmations=3)) as agent:
        agent.tick()
        moves_without(guarded, market, agent)
    with suppress(InjectedCrash), running(guarded.config(folder, confirmations=3), CrashAt(crash)) as agent:
        agent.tick()
    guarded.node.rpc.call("anvil_dropAllTransactions")
    # The first plan is executed by somebody else, and the strategy would like to go on at once.
    with running(guarded.config(folder, confirmations=3, parameters=EAGER)) as agent:
        signed = len(agent.data("signed"))
        relay(guarded, from_plain(SealedDecision, agent.data("signed")[0]["sealed"]))
        market.moves_to(BEFORE_USD)
        agent.tick()
        assert gate in agent.data("tick")[-1]["verdicts"][0]["gated_by"]
        assert "settled" not in agent.kinds()
        assert (len(agent.data("superseded")), len(agent.data("signed"))) == (1, signed)
        assert agent.lines("not_superseded") == []
        market.moves_to(BEFORE_USD)
        agent.tick()
        market.moves_to(BEFORE_USD)
        agent.tick()
        assert results(agent)[digests(agent)[0]] == "executed"
        assert decisions(agent)[-1]["nonce"] == decisions(agent)[0]["nonce"] + 1


def test_transaction_of_a_superseded_plan_that_is_included_in_place_of_the_new_one_costs_no_block(
    guarded: Guarded, folder: Path, market: Market
) -> None:
    rpc = guarded.node.rpc
    with running(guarded.config(folder, replace_after_blocks=9)) as agent:
        agent.tick()
        market.moves_to(AFTER_USD, others_wait=True)
        agent.tick()
        old, new = agent.data("sending")
        rpc.call("anvil_dropAllTransactions")
        rpc.call("eth_sendRawTransaction", old["raw_tx"])
        market.moves_to(AFTER_USD)
        agent.tick()
        again = agent.data("sending")[2]
        assert again["digest"] == new["digest"]
        assert again["tx_nonce"] == new["tx_nonce"] + 1
        market.moves_to(AFTER_USD)
        agent.tick()
        assert_one_execution_and_a_good_record(guarded, agent)


def test_superseded_plan_that_nobody_relays_dies_by_its_own_deadline_and_the_newer_by_its_own(
    guarded: Guarded, folder: Path, market: Market
) -> None:
    rpc = guarded.node.rpc
    with running(guarded.config(folder)) as agent:
        agent.tick()
        market.moves_to(AFTER_USD, others_wait=True)
        agent.tick()
        rpc.call("anvil_dropAllTransactions")
        first, second = (decision["valid_until"] for decision in decisions(agent))
        for until, dead in ((first, 0), (first + 1, 1), (second, 1), (second + 1, 2)):
            rpc.call("anvil_dropAllTransactions")
            rpc.call("evm_setNextBlockTimestamp", until)
            rpc.call("evm_mine")
            agent.tick()
            expired = [data["digest"] for data in agent.data("settled") if data["result"] == "expired"]
            assert expired == digests(agent)[:dead]


@pytest.mark.parametrize(
    ("block", "replanned", "order"),
    [
        (2, {}, "abc"),
        (3, {}, "cba"),
        (2, {"c": 8, "b": 9}, "cba"),
        (2, {"c": 9, "b": 8}, "bca"),
        (3, {"a": 7}, "acb"),
    ],
)
def test_positions_that_give_a_plan_up_act_first_in_the_order_of_its_transactions(
    block: int, replanned: dict[str, int], order: str
) -> None:
    evaluations = tuple(SimpleNamespace(label=label) for label in "abc")
    turn = _in_turn(evaluations, SimpleNamespace(number=block), replanned)
    assert "".join(one.label for one in turn) == order


def refuse_for_a_block(guarded: Guarded) -> None:
    """Whatever is sent to the vault reverts in one block; the next one finds it as it was."""
    rpc = guarded.node.rpc
    code = rpc.call("eth_getCode", guarded.vault, "latest")
    rpc.call("anvil_setCode", guarded.vault, "0x60006000fd")
    guarded.mine()
    rpc.call("anvil_setCode", guarded.vault, code)
    guarded.mine()


def moves_without(guarded: Guarded, market: Market, agent: Agent) -> None:
    """The price falls in a block that passes over the agent's waiting transaction, whatever its fee."""
    raw_tx = agent.data("sending")[-1]["raw_tx"]
    guarded.node.rpc.call("anvil_dropAllTransactions")
    market.moves_to(AFTER_USD)
    guarded.node.rpc.call("eth_sendRawTransaction", raw_tx)


def relay(guarded: Guarded, sealed: SealedDecision) -> None:
    """Somebody who saw the calldata sends it in a transaction of his own."""
    rpc, stranger = guarded.node.rpc, "0x" + "5e" * 20
    rpc.call("anvil_setBalance", stranger, hex(10**20))
    rpc.call("anvil_impersonateAccount", stranger)
    body = {
        "from": stranger,
        "to": guarded.vault,
        "data": "0x" + execute_calldata(sealed).hex(),
        "gas": hex(2_000_000),
    }
    rpc.call("eth_sendTransaction", body | {"maxFeePerGas": hex(10**13), "maxPriorityFeePerGas": hex(10**12)})
