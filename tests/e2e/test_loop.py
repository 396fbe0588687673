"""The whole loop: a position, a falling price, the agent's own process, a repair, and the owner's way out."""

import sqlite3

import ape
import market
import pytest
from agent import Agent, events

from ballast.journal.journal import Journal
from ballast.replica import addresses

WAD = 10**18
MAX = 2**256 - 1
HALTED = 2
ANSWER, UPDATED_AT = 1, 3  # of a round


@pytest.fixture
def agent(tmp_path, vault, owner, accounts, chain):
    agent = Agent(tmp_path)
    agent.configure(chain.provider.uri, vault.address)
    vault.setSigner(agent.signer, sender=owner)
    accounts[8].transfer(agent.sender, 10**18)
    return agent


def health(vault, position):
    return vault.status(position).healthWad


def test_agent_repairs_and_the_owner_leaves(vault, position, owner, world, agent, chain):
    assert 1.449 * WAD < health(vault, position) < 1.451 * WAD
    price = world.pool_price()
    world.move(price * 85 // 100)
    assert health(vault, position) < 1.25 * WAD
    before, start = vault.status(position), chain.blocks.head.number

    log = agent.act_until(lambda: settled(agent, chain), limit_seconds=60)

    executed = repairs(vault, start)
    assert len(executed) == 1, log
    after = vault.status(position)
    assert 1.49 * WAD < after.healthWad < 1.52 * WAD
    assert after.debtWad < before.debtWad
    assert before.lossBudgetWad > after.lossBudgetWad > 0
    assert_journal_tells_the_same(agent, executed[0])
    assert [line["result"] for line in events(log, "settled")] == ["executed"]
    assert_journal_verifies(agent, chain)
    assert_owner_leaves(vault, position, owner, world)


def test_agent_holds_where_nothing_is_to_be_done(vault, position, agent, chain):
    start = chain.blocks.head.number

    log = agent.act_until(lambda: agent_has_seen(agent), limit_seconds=60)

    verdicts = {one["verdict"] for line in events(log, "tick") for one in line["positions"]}
    assert verdicts == {"hold"}
    assert repairs(vault, start) == []


def test_halted_vault_is_left_alone_by_the_agent(vault, position, owner, world, agent, chain):
    world.move(world.pool_price() * 85 // 100)
    vault.setState(HALTED, sender=owner)
    start = chain.blocks.head.number

    log = agent.act_until(lambda: agent_has_seen(agent), limit_seconds=60)

    verdicts = {one["verdict"] for line in events(log, "tick") for one in line["positions"]}
    assert "act" not in verdicts
    assert repairs(vault, start) == []


def test_feeds_can_be_placed_over_those_of_a_real_chain(world, accounts):
    """What a fork of mainnet needs, where the real feeds answer to nobody here."""
    before = market.round_of(addresses.ETH_USD_FEED)

    market.etch_feed(addresses.ETH_USD_FEED, accounts[7].address)
    with ape.reverts():
        market.transmit(addresses.ETH_USD_FEED, 1_234 * 10**8)
    market.etch_feed(addresses.ETH_USD_FEED, addresses.TRANSMITTER)
    market.transmit(addresses.ETH_USD_FEED, 1_234 * 10**8)

    after = market.round_of(addresses.ETH_USD_FEED)
    assert after[ANSWER] == 1_234 * 10**8 != before[ANSWER]
    assert after[UPDATED_AT] >= before[UPDATED_AT]


def entries(agent, kind):
    if not agent.journal.is_file():
        return []
    with sqlite3.connect(f"file:{agent.journal}?mode=ro", uri=True) as database:
        try:
            return database.execute("select seq from entries where kind = ?", [kind]).fetchall()
        except sqlite3.OperationalError:
            return []  # the agent is still making its tables


def settled(agent, chain):
    """Whether the agent has written the end of its decision; blocks go on meanwhile, as they would."""
    if entries(agent, "sent"):
        chain.mine()
    return bool(entries(agent, "compared"))


def agent_has_seen(agent):
    return len(entries(agent, "tick")) > 0


def repairs(vault, start):
    return list(vault.Executed.range(start, ape.chain.blocks.head.number + 1))


def assert_journal_tells_the_same(agent, event):
    """Digest and nonce of the event are the signed entry's, and its head is the hash of the entry before."""
    with Journal.open(f"sqlite:///{agent.journal}") as journal:
        recorded = list(journal.entries(1))
    (signed,) = (entry for entry in recorded if entry.entry_kind == "signed")
    sealed = signed.data()["sealed"]
    assert sealed["digest"].removeprefix("0x") == event.decisionHash.hex().removeprefix("0x")
    assert signed.prev_hash == bytes(event.journalHead)
    assert recorded[signed.seq - 2].hash == bytes(event.journalHead)
    assert int(sealed["decision"]["nonce"]) == event.nonce


def assert_journal_verifies(agent, chain):
    question = ["verify", "--journal", str(agent.journal), "--rpc", chain.provider.uri, "--all", "--closed"]
    done = agent.run(*question)
    assert done.returncode == 0, done.stdout + done.stderr

    with sqlite3.connect(agent.journal) as database:
        database.execute("update entries set payload = replace(payload, 'static_rule', 'static_rulf')")
    done = agent.run(*question)
    assert done.returncode == 1, done.stdout
    assert "does not verify" in done.stderr


def assert_owner_leaves(vault, position, owner, world):
    """Halted, every feed dead, the agent gone: the owner still takes everything out."""
    vault.setState(HALTED, sender=owner)
    world.kill_feeds()
    weth, usdc = market.token(addresses.WETH), market.token(addresses.USDC)
    held = weth.balanceOf(owner)

    usdc.approve(vault, MAX, sender=owner)
    vault.repay(position, addresses.USDC, MAX, sender=owner)
    vault.withdraw(position, addresses.WETH, MAX, owner, sender=owner)
    vault.sweep(addresses.USDC, MAX, owner, sender=owner)

    assert weth.balanceOf(owner) - held > 60 * WAD
    assert weth.balanceOf(vault) == usdc.balanceOf(vault) == 0
    for receipt_token in (addresses.AAVE_WETH_ATOKEN, addresses.AAVE_USDC_DEBT_TOKEN):
        assert market.token(receipt_token).balanceOf(vault) == 0
