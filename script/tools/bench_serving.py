"""From a decoded RPC payload to a signed decision, over a simulated crash: `out/bench/serving.json`.

Timed for every block: the payload's hexadecimal text to an observation, stages 2 to 5 for all positions, and
for each act the sealing, the EIP-712 digest, the signature and its check. Not timed: network, the vault's
preview (a network call), the collection of garbage, which waits for the end of the block here as in a run,
and the journal's disk, which a run of its own measures for one position. With
100,000 positions the payload holds prices; a screen finds who needs a look, and only these are read, judged
and signed, the least healthy first.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from eth_account import Account
from measured import machine, machine_line, quantiles_ms
from serving_world import POOL, USDC, WETH, Replayed, World, holdings_of, price_path, terms_of

from ballast.app.quiet import uncollected
from ballast.app.run import ready_weights
from ballast.decision.carry import RiskCarry, initial_carry
from ballast.decision.eip712 import digest
from ballast.decision.pipeline import Evaluation, evaluate_all
from ballast.decision.records import SignedRecord, tick_record
from ballast.decision.seal import attach, require_timely, seal_inputs
from ballast.domain.decision import SealedDecision
from ballast.domain.terms import PositionTerms
from ballast.domain.verdict import Act
from ballast.ingest.pools import PoolMeta, Pools
from ballast.ingest.reader import Reader
from ballast.journal.journal import Journal
from ballast.risk.model import Horizon, Weights, state_from_hex
from ballast.risk.screen import Limit, attention_level, needing_attention
from ballast.risk.thresholds import load_default_thresholds
from ballast.tx.signers import LocalKey

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "out" / "bench" / "serving.json"
GOALS_MS = {"1": 10.0, "1000": 50.0, "100000": 500.0}
GOAL_COLD_S = 2.0
SEED, WARM_BLOCKS, MOST_A_BLOCK = 20_261_128, 160, 32
RESTLESS_BLOCKS, RISKY_HEALTH_WAD = 50, 112 * 10**16


@dataclass(slots=True)
class Agent:
    """The agent's stages over one set of positions, without its network."""

    weights: Weights
    terms: tuple[PositionTerms, ...]
    key: LocalKey
    journal: Journal | None = None
    node: Replayed = field(default_factory=Replayed)
    reader: Reader = field(init=False)
    carry: RiskCarry = field(init=False)

    def __post_init__(self) -> None:
        self.reader = open_reader(self.node)
        self.carry = initial_carry(self.weights, self.terms)

    def tick(self, world: World, index: int, payload: str) -> list[tuple[Evaluation, SealedDecision]]:
        """One block: everything between the node's answer and signed decisions."""
        self.node.answer = payload
        observation = self.reader.read(world.block(index), self.terms)
        evaluations, after = evaluate_all(observation, self.terms, self.weights, self.carry)
        acts = [one for one in evaluations if isinstance(one.verdict, Act)]
        if self.journal is not None:
            record = tick_record(observation, self.carry, evaluations, after, {})
            number = observation.block.number
            entry = self.journal.append("tick", record, number, durable=bool(acts))
        self.carry = after
        by_label = {one.label: one for one in self.terms} if acts else {}
        signed = [(one, self.sign(one, by_label[one.label])) for one in acts]
        if self.journal is not None:
            for one, sealed in signed:
                assert isinstance(one.verdict, Act)
                self.journal.append("signed", SignedRecord(sealed, entry.seq, one.label, one.verdict), number)
        return signed

    def sign(self, one: Evaluation, terms: PositionTerms) -> SealedDecision:
        """Stage 7 of an act."""
        act = one.verdict
        assert isinstance(act, Act)
        head = self.journal.head().hash if self.journal is not None else bytes(32)
        decision = seal_inputs(one.snapshot, terms, act, head)
        require_timely(decision, one.snapshot.block, terms)
        signature = self.key.sign_digest(digest(decision, terms.chain_id, terms.vault))
        return attach(decision, terms.chain_id, terms.vault, signature, terms.signer)


def open_reader(node: Any) -> Reader:  # noqa: ANN401 (stands where the quorum does)
    """A reader over prepared answers that knows the pool already, as after the first block."""
    pools = Pools(node)
    pools._known[POOL] = PoolMeta(POOL, USDC, WETH, 500)  # noqa: SLF001 (read once per pool, from the chain)
    return Reader(node, pools)


@dataclass(slots=True)
class Times:
    """Wall and processor seconds of blocks, apart for those that had something to sign."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    signing: list[float] = field(default_factory=list)
    signed: int = 0

    def add(self, watch: Stopwatch, signed: int) -> None:
        """Takes one block in."""
        self.wall.append(watch.wall)
        self.cpu.append(watch.cpu)
        self.signed += signed
        if signed:
            self.signing.append(watch.wall)

    def row(self) -> dict[str, Any]:
        """The table's figures. Processor time is what a machine without other work would need, or more."""
        cpu = {f"cpu_{name}": value for name, value in quantiles_ms(self.cpu).items()}
        signing = quantiles_ms(self.signing) if self.signing else {}
        found = {**quantiles_ms(self.wall), **cpu, "signed": self.signed, "signing_blocks": len(self.signing)}
        return {**found, **{f"signing_{name}": value for name, value in signing.items()}}


class Stopwatch:
    """Adds up the stretches that it is entered for."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def __enter__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def __exit__(self, *_error: object) -> None:
        self.wall += time.perf_counter() - self._wall
        self.cpu += time.process_time() - self._cpu


def run_all(count: int, blocks: int, journal: Journal | None = None) -> Times:
    """Every block with all positions read and judged.

    A single position would act a handful of times; its owner borrows again every so often, so that the
    figures hold signatures as well.
    """
    agent, world = build(count, blocks, journal)
    times = Times()
    for index in range(blocks):
        if count == 1 and index % RESTLESS_BLOCKS == 0:
            world.borrow_to(0, RISKY_HEALTH_WAD, index)
        payload, watch = world.payload(index), Stopwatch()
        with uncollected(), watch:
            done = agent.tick(world, index, payload)
        if index >= WARM_BLOCKS:
            times.add(watch, len(done))
        execute(world, done, {})
        if journal is not None:
            for _, sealed in done:
                settled = {"digest": sealed.digest, "result": "executed"}
                journal.append("settled", settled, world.block(index).number)
    return times


def build(count: int, blocks: int, journal: Journal | None = None) -> tuple[Agent, World]:
    """Agent and world, with everything that is made once made, as after the start of a run."""
    key = LocalKey(Account.from_key(b"\x01" * 32))
    terms = terms_of(count, key.address)
    world = World(terms, holdings_of(count, SEED), price_path(blocks, SEED))
    return Agent(ready_weights(lambda _note: None, count), terms, key, journal), world


def execute(world: World, done: list[tuple[Evaluation, SealedDecision]], rows: dict[str, int]) -> None:
    """The next block has every repair in it."""
    for one, sealed in done:
        assert isinstance(one.verdict, Act)
        row = rows.get(one.label, int(one.label[1:]))
        world.execute(row, sealed, one.verdict.expected_out)


def run_crowd(count: int, blocks: int) -> tuple[Times, int]:
    """As `run_all` for positions too many to read at every block; and the longest queue behind the screen.

    One of them is read at every block for the prices and the forecaster's state; the others are known by
    collateral over debt, and read where the screen asks for them.
    """
    agent, world = build(1, blocks)
    terms, holdings = terms_of(count, agent.key.address), holdings_of(count, SEED)
    per_price = np.asarray([one.health_wad(10**8) / 1e18 for one in holdings])
    times, queue = Times(), 0
    for index in range(blocks):
        payload, before, watch = world.payload(index), agent.carry, Stopwatch()
        with uncollected(), watch:
            agent.tick(world, index, payload)
            rows, waiting = screen_rows(agent, world.prices[index] / 1e8, per_price)
        few = World(tuple(terms[row] for row in rows), [holdings[row] for row in rows], world.prices)
        reading = few.payload(index)
        clerk = Agent(agent.weights, few.terms, agent.key, node=agent.node)
        clerk.carry = before
        with uncollected(), watch:
            done = clerk.tick(few, index, reading) if few.terms else []
        if index >= WARM_BLOCKS:
            times.add(watch, len(done))
        execute(few, done, {one.label: place for place, one in enumerate(few.terms)})
        for row in rows:
            per_price[row] = holdings[row].health_wad(10**8) / 1e18
        queue = max(queue, waiting)
    return times, queue


def screen_rows(
    agent: Agent, price: float, per_price: np.ndarray[Any, np.dtype[np.float64]]
) -> tuple[list[int], int]:
    """Who needs a look by the state that this block has left, and how many more do."""
    chosen = load_default_thresholds()
    state = state_from_hex(agent.carry.pairs[0].state_hex, agent.weights)
    limits = (Limit(Horizon.ONE_HOUR, chosen.act_p1h_ppm), Limit(Horizon.SIX_HOURS, chosen.act_p6h_ppm))
    level = attention_level(agent.weights, state, limits, chosen.act_health_factor_bps / 10_000)
    rows, waiting = needing_attention(per_price, price, level, MOST_A_BLOCK)
    return rows.tolist(), waiting


def cold_starts(runs: int = 5) -> Times:
    """From a process's start to its first forecast, with the imports of `ballast run`; one run warms up."""
    script = (
        "from ballast.app import run\n"
        "from ballast.risk.model import load_default_weights, warm_up\n"
        "from ballast.risk.compiled import use_cache\n"
        "use_cache()\n"
        "warm_up(load_default_weights())\n"
    )
    times = Times()
    for _ in range(runs + 1):
        start, before = time.perf_counter(), os.times()
        subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)
        after = os.times()
        times.wall.append(time.perf_counter() - start)
        used = after.children_user + after.children_system
        times.cpu.append(used - before.children_user - before.children_system)
    return Times(times.wall[1:], times.cpu[1:])


def measure(blocks: int, only: str | None) -> dict[str, Any]:
    """Everything that the table holds."""
    found: dict[str, Any] = {"machine": machine(), "blocks": blocks, "positions": {}}
    places = found["positions"]
    for name in ("1", "1000"):
        if only in (None, name):
            places[name] = run_all(int(name), blocks).row()
            show(name, places[name])
    if only in (None, "100000"):
        times, queue = run_crowd(100_000, blocks)
        places["100000"] = {**times.row(), "longest_queue": queue}
        show("100000", places["100000"])
    if only in (None, "1"):
        with tempfile.TemporaryDirectory() as folder, Journal.open(f"sqlite:///{folder}/j.sqlite") as journal:
            found["one_with_journal"] = run_all(1, min(blocks, 2_000), journal).row()
        show("1 + journal on disk", found["one_with_journal"])
    if only in (None, "cold"):
        cold = cold_starts()
        found["cold_start_s"], found["cold_start_cpu_s"] = median(cold.wall), median(cold.cpu)
        shown = f"median {median(cold.wall):.2f} s, goal {GOAL_COLD_S} s; processor {median(cold.cpu):.2f} s"
        print(f"cold start, process to first forecast: {shown}")
    return found


def show(name: str, row: dict[str, Any]) -> None:
    """One line of the table."""
    goal = f"goal {GOALS_MS[name]:.0f} ms" if name in GOALS_MS else ""
    times = f"p50 {row['p50_ms']:8.2f} ms  p99 {row['p99_ms']:8.2f} ms  max {row['max_ms']:8.2f} ms"
    cpu = f"processor p50 {row['cpu_p50_ms']:.2f} p99 {row['cpu_p99_ms']:.2f} ms"
    signed = f"{row['signed']:,} signed in {row['signing_blocks']:,} blocks"
    if row["signing_blocks"]:
        signed += f", p99 of these {row['signing_p99_ms']:.2f} ms"
    queue = f", longest queue {row['longest_queue']:,}" if "longest_queue" in row else ""
    print(f"{name:>20}  {times}  {goal:12} {cpu}; {signed}{queue}", flush=True)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description="Payload to signed decision, block by block.")
    parser.add_argument("--blocks", type=int, default=10_000, help="blocks of 12 s, a crash in the middle")
    parser.add_argument("--only", choices=("1", "1000", "100000", "cold"), help="one row; nothing is written")
    arguments = parser.parse_args()
    if arguments.blocks <= WARM_BLOCKS:
        sys.exit(f"--blocks is {arguments.blocks}, allowed is more than {WARM_BLOCKS}, which warm up")
    print(f"decoded payload to signed decision, {arguments.blocks:,} blocks; {machine_line()}")
    found = measure(arguments.blocks, arguments.only)
    if arguments.only is None:
        TABLE.parent.mkdir(parents=True, exist_ok=True)
        TABLE.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        print(f"written to {TABLE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
