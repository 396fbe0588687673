"""Three providers, two must agree: one alone changes nothing, and below two nothing is signed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.agent import running
from support.fault_proxy import FaultProxy, proxies
from support.guarded import Guarded

FAULTS: dict[str, Callable[[FaultProxy], None]] = {
    "down": FaultProxy.down,
    "hanging": FaultProxy.hang,
    "lying about state": FaultProxy.lies,
    "malformed": lambda proxy: proxy.says(b'{"jsonrpc": "2.0", "id": 1, "resu'),
    "html": lambda proxy: proxy.says(b"<html>502 Bad Gateway</html>", 502),
    "too many requests": lambda proxy: proxy.says(b"slow down", 429),
    "empty": lambda proxy: proxy.says(b""),
    "null blocks": lambda proxy: proxy.answers("eth_getBlockByNumber", None),
    "huge integers": lambda proxy: proxy.says(b'{"jsonrpc":"2.0","id":1,"result":' + b"9" * 10_000 + b"}"),
}


@pytest.fixture
def nodes(guarded: Guarded):
    with proxies(guarded.node.url, 3) as made:
        yield made


def config(guarded: Guarded, folder: Path, nodes: list[FaultProxy]) -> str:
    return guarded.config(folder, urls=[node.url for node in nodes], quorum=2, timeout_ms=400)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("place", [1])
def test_one_of_three_changes_nothing(
    guarded: Guarded, folder: Path, nodes: list[FaultProxy], fault: str, place: int
) -> None:
    with running(config(guarded, folder, nodes)) as agent:
        FAULTS[fault](nodes[place])
        agent.tick()
        guarded.mine()
        agent.tick()
        guarded.mine()
        agent.tick()
        assert [data["result"] for data in agent.data("settled")] == ["executed"]
        counters = agent.chain.quorum.providers[place].counters
        assert counters.failures > 0 or fault == "hanging"
        assert counters.lies > 0 or fault != "lying about state"


@pytest.mark.parametrize("fault", ["down", "malformed", "lying about state"])
def test_two_of_three_nothing_is_signed_and_the_tick_says_so(
    guarded: Guarded, folder: Path, nodes: list[FaultProxy], fault: str
) -> None:
    with running(config(guarded, folder, nodes)) as agent:
        FAULTS[fault](nodes[0])
        FAULTS["down" if fault == "lying about state" else fault](nodes[1])
        assert not agent.tick()
        assert "signed" not in agent.kinds()
        assert guarded.pending() == 0
        said = agent.lines("tick") + agent.lines("quorum_lost")
        assert said
        assert not any(line["signing"] for line in said)
        for node in nodes:
            node.heal()
        for provider in agent.chain.quorum.providers:
            provider.breaker.succeeded()
        agent.tick()
        assert "signed" in agent.kinds()


def test_provider_of_another_chain_is_dropped_and_named(
    guarded: Guarded, folder: Path, nodes: list[FaultProxy]
) -> None:
    nodes[1].answers("eth_chainId", "0x5")
    with running(config(guarded, folder, nodes)) as agent:
        agent.tick()
        assert agent.chain.quorum.providers[1].banned == "serves chain id 5, not 1"
        assert "signed" in agent.kinds()
        assert nodes[1].calls["eth_call"] == 0


def test_provider_that_fails_is_left_alone_for_a_while_then_asked_again(
    guarded: Guarded, folder: Path, nodes: list[FaultProxy]
) -> None:
    with running(config(guarded, folder, nodes)) as agent:
        nodes[0].down()
        for _ in range(4):
            agent.tick()
            guarded.mine()
        asked = sum(nodes[0].calls.values())
        for _ in range(4):
            agent.tick()
            guarded.mine()
        assert agent.chain.quorum.providers[0].breaker.open_until > 0
        assert sum(nodes[0].calls.values()) == asked
