"""Whatever happens in whatever order, one lane executes once at most, and the journal says which."""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ballast.app.crash import NoCrash
from ballast.app.recorder import Recorder
from ballast.app.settling import Settler, by_lane
from ballast.decision.seal import require_lane, seal_inputs
from ballast.demo.kills import follow
from ballast.domain.decision import Outcome, SealedDecision
from ballast.domain.errors import JournalError, SealRefused
from ballast.domain.observation import Observation
from ballast.domain.snapshot import join
from ballast.journal.journal import Journal, journal_url
from ballast.oracle.aggregate import aggregate
from ballast.strategies.registry import build
from ballast.tx.receipts import Execution
from support import core

LIFETIME_BLOCKS = 4
OUTCOME = Outcome(1, 1, 1, 1, 1, 0, 1)
STEPS = ("sign", "supersede", "relay", "cancel", "settle", "restart", "block")


def act():
    observed = core.observation()
    snapshot = join(observed, core.terms(), aggregate(observed, core.terms()), "0x00")
    return build("static_rule", core.STATIC).decide(snapshot, core.terms(), None)


ACT = act()


@dataclass
class Chain:
    """A vault's nonces and clock, and every decision that anybody may relay."""

    number: int = 1_000
    bitmap: int = 0
    events: list[Execution] = field(default_factory=list)
    known: list[SealedDecision] = field(default_factory=list)

    def observation(self) -> Observation:
        return core.observation(core.position(nonce_bitmap=self.bitmap), number=self.number)

    def relay(self, choice: int) -> None:
        """The vault's own rule: the nonce is free and the time is not over."""
        for sealed in self.known[choice % len(self.known) :][:1] if self.known else ():
            decision = sealed.decision
            now = self.observation().block.timestamp
            if now <= decision.valid_until and not self.bitmap >> decision.nonce & 1:
                self.bitmap |= 1 << decision.nonce
                where = ("0x" + "77" * 32, self.number, "0x")
                event = Execution(sealed.digest, b"", decision.position_id, decision.nonce, OUTCOME, *where)
                self.events.append(event)

    def ask(self, method: str, params: list[Any], _read: object) -> SimpleNamespace:
        """What a `Quorum` answers."""
        if method != "eth_getLogs":
            return SimpleNamespace(value=None)
        first, last = (int(params[0][name], 16) for name in ("fromBlock", "toBlock"))
        return SimpleNamespace(value=tuple(one for one in self.events if first <= one.block_number <= last))


class World:
    """The agent's book, settler and seal on that chain; forgets everything but the journal at a restart."""

    def __init__(self, path: Path) -> None:
        self.chain, self.path, self.signed = Chain(), path, 0
        self.journal = Journal.open(journal_url(path))

    def do(self, step: str, choice: int) -> None:
        getattr(self, step)(choice)
        lanes = {intent.lane for intent in self.journal.open_intents()}
        assert len(lanes) <= 1
        assert len(self.journal.live_intents()) <= 1

    def sign(self, _: int) -> None:
        """What the agent does, without asking first whether it may: seal and journal have to refuse."""
        template = core_decision(self.chain)
        self.signed += 1
        sealed = replace(template, digest=self.signed.to_bytes(32))
        try:
            require_lane(sealed.decision, [one.lane.nonce for one in self.journal.open_intents()])
            payload = {"sealed": sealed, "tick_seq": 1, "label": "treasury", "act": ACT}
            self.journal.append("signed", payload, self.chain.number)
        except (SealRefused, JournalError):
            return
        self.chain.known.append(sealed)

    def supersede(self, _: int) -> None:
        for intent in self.journal.live_intents():
            self.journal.append("superseded", {"digest": intent.sealed.digest, "reason": "refused"})

    def relay(self, choice: int) -> None:
        self.chain.relay(choice)

    def cancel(self, choice: int) -> None:
        self.chain.bitmap |= 1 << choice % 3

    def block(self, choice: int) -> None:
        self.chain.number += 1 + choice % 3

    def restart(self, _: int) -> None:
        self.journal.close()
        self.journal = Journal.open(journal_url(self.path))

    def settle(self, choice: int) -> None:
        """``choice`` also says after how many settlements the agent dies, if it does."""
        settler = Settler(self.chain, None, Recorder(self.journal, NoCrash()), 1)
        left = choice % 4
        for lane in by_lane(self.journal.open_intents()):
            for _ in settler.settle(lane, self.chain.observation()):
                left -= 1
                if left == 0:
                    self.restart(0)
                    return


def core_decision(chain: Chain) -> SealedDecision:
    observed = chain.observation()
    terms = core.terms(limits=core.limits(max_lifetime_seconds=60 * LIFETIME_BLOCKS))
    snapshot = join(observed, terms, aggregate(observed, terms), "0x00")
    return SealedDecision(seal_inputs(snapshot, terms, ACT, bytes(32)), 1, core.VAULT, b"", b"", "0x")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 11)), max_size=30))
def test_no_interleaving_executes_two_decisions_of_one_lane_or_settles_one_wrongly(steps) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder) / "journal.sqlite")
        for step in steps:
            world.do(*step)
        world.chain.number += LIFETIME_BLOCKS + 1
        world.settle(0)
        with closing(world.journal) as journal:
            faults, executed = follow(journal.entries())
            assert journal.open_intents() == ()
    happened = [event.digest for event in world.chain.events]
    assert faults == []
    assert executed == {"0x" + digest.hex() for digest in happened}
    assert len(happened) == len({event.nonce for event in world.chain.events})
