"""Quorum, breaker and counters, with nodes that are a few lines of Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ballast.domain.errors import ConfigError, QuorumLost, RefusedToRun, SourceError
from ballast.ingest.breaker import Breaker
from ballast.ingest.heads import Heads
from ballast.ingest.hexes import quantity
from ballast.ingest.providers import Provider, Quorum
from ballast.ingest.rpc import AbstractRpc, HttpRpc

HASH = "0x" + "aa" * 32


class FakeRpc(AbstractRpc):
    """Answers with what the function makes of the call."""

    def __init__(self, name: str, answer: Callable[[str, list[Any]], Any]) -> None:
        self.name = name
        self.answer = answer
        self.asked = 0

    def call(self, method: str, params: list[Any]) -> Any:
        self.asked += 1
        return self.answer(method, params)

    def close(self) -> None:
        pass


def silent(method: str, params: list[Any]) -> Any:
    raise SourceError("silent", "time-out")


def says(value: Any) -> Callable[[str, list[Any]], Any]:
    return lambda _method, _params: value


@pytest.fixture
def make() -> Iterator[Callable[..., Quorum]]:
    made = []

    def build(
        quorum: int, *answers: Callable[[str, list[Any]], Any], clock: Callable[[], float] = lambda: 0.0
    ) -> Quorum:
        providers = [Provider(FakeRpc(f"node{i}", answer)) for i, answer in enumerate(answers)]
        made.append(Quorum(providers, quorum, 1.0, clock))
        return made[-1]

    yield build
    for one in made:
        one.close()


def test_agreement_is_exactly_the_quorum_one_less_is_none(make: Callable[..., Quorum]) -> None:
    assert make(2, says("0x1"), says("0x1"), says("0x2")).ask("m", [], quantity).value == 1
    with pytest.raises(QuorumLost) as lost:
        make(2, says("0x1"), says("0x2"), says("0x3")).ask("m", [], quantity)
    assert (lost.value.agreeing, lost.value.quorum) == (1, 2)


def test_absence_is_an_answer_that_a_quorum_may_give(make: Callable[..., Quorum]) -> None:
    assert make(2, says(None), says(None), says("0x1")).ask("m", [], lambda value: value).value is None


def test_malformed_answer_is_a_failure_not_a_vote(make: Callable[..., Quorum]) -> None:
    quorum = make(2, says("zero"), says("zero"), says("0x1"))
    with pytest.raises(QuorumLost):
        quorum.ask("m", [], quantity)
    assert quorum.providers[0].counters.failures == 1


def test_liar_is_counted_and_set_aside_also_when_it_answers_after_the_quorum(
    make: Callable[..., Quorum],
) -> None:
    quorum = make(2, says("0x1"), says("0x1"), says("0x2"))
    for _ in range(3):
        quorum.ask("m", [], quantity)
    quorum.ask("m", [], quantity)
    assert quorum.providers[2].counters.lies == 1
    assert quorum.providers[2].breaker.is_open(29.9)
    assert not quorum.providers[2].breaker.is_open(30.0)


def test_lone_provider_is_asked_every_time_whatever_it_did_before(make: Callable[..., Quorum]) -> None:
    quorum = make(1, silent)
    for _ in range(5):
        with pytest.raises(QuorumLost):
            quorum.ask("m", [], quantity)
    assert quorum.providers[0].counters.calls == 5


def test_breaker_opens_at_the_third_failure_in_a_row_and_a_success_closes_it() -> None:
    breaker = Breaker()
    breaker.failed(0.0)
    breaker.failed(0.0)
    assert not breaker.is_open(0.0)
    breaker.succeeded()
    for _ in range(3):
        breaker.failed(1.0)
    assert breaker.is_open(30.9)
    assert not breaker.is_open(31.0)
    breaker.failed(31.0)
    assert breaker.is_open(60.9)


def block(number: int, marker: str = "aa") -> dict[str, str]:
    return {"number": hex(number), "hash": "0x" + marker * 32, "timestamp": "0x10", "baseFeePerGas": "0x7"}


def chain(latest: int, marker: str = "aa") -> Callable[[str, list[Any]], Any]:
    return lambda _method, params: block(latest if params[0] == "latest" else int(params[0], 16), marker)


def test_head_is_the_highest_block_that_a_quorum_has(make: Callable[..., Quorum]) -> None:
    assert Heads(make(2, chain(9), chain(10), chain(8)), 1).newest().number == 9
    assert Heads(make(2, chain(9), chain(9), chain(50, "bb")), 1).newest().number == 9


def test_heads_on_two_branches_are_no_quorum(make: Callable[..., Quorum]) -> None:
    with pytest.raises(QuorumLost):
        Heads(make(2, chain(9, "aa"), chain(9, "bb"), silent), 1).newest()


def test_wrong_chain_is_refused_when_the_rest_is_no_quorum(make: Callable[..., Quorum]) -> None:
    with pytest.raises(RefusedToRun, match=r"chain_id is 1, but rpc\.urls serve chain id 5"):
        Heads(make(2, says("0x5"), says("0x5"), says("0x1")), 1).require_chain()
    quorum = make(2, says("0x5"), says("0x1"), says("0x1"))
    Heads(quorum, 1).require_chain()
    assert quorum.providers[0].banned == "serves chain id 5, not 1"


@pytest.mark.parametrize("url", ["ftp://x", "nonsense", "http://"])
def test_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="allowed are http:// and https:// URLs"):
        HttpRpc(url, 1.0)


def test_name_of_a_node_never_shows_its_key() -> None:
    assert (
        HttpRpc("https://user:secret@eth.example:8443/v3/KEY?token=KEY", 1.0).name
        == "https://eth.example:8443"
    )
