"""`ballast watch`: what the agent would see, forecast and do at every block. Needs no key, no journal."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from rich.table import Table

from ballast.app.assembly import Chain
from ballast.app.checks import code_checks, require
from ballast.decision.carry import RiskCarry, initial_carry, pair_key
from ballast.decision.pipeline import Evaluation, Evaluations, evaluate_all
from ballast.domain.errors import QuorumLost, SourceError
from ballast.domain.observation import BlockRef, Observation
from ballast.domain.report import RiskCode
from ballast.domain.terms import PositionTerms
from ballast.domain.units import UINT128_MAX, WAD
from ballast.risk.compiled import use_cache
from ballast.risk.model import Weights, load_default_weights, state_from_hex
from ballast.risk.serving import explain


@dataclass(frozen=True, slots=True)
class View:
    """One block as it was seen."""

    block: BlockRef
    observation: Observation
    evaluations: Evaluations
    explanations: tuple[str, ...]
    """A sentence for each position: what drives its forecast, by which model, or why there is none."""


def watch(
    chain: Chain,
    show: Callable[[View], None],
    complain: Callable[[str], None],
    stop: threading.Event,
    *,
    once: bool,
) -> None:
    """Shows every new block until told to stop, or one block.

    Raises:
        RefusedToRun: the chain or an address is not what the configuration says.
        QuorumLost: the providers do not agree at the start.
        SourceError: a contract does not answer as it must at the start.
    """
    chain.heads.require_chain()
    block = chain.heads.newest()
    require(code_checks(chain, block))
    use_cache()
    terms, weights = chain.terms(block), load_default_weights()
    carry, seen = initial_carry(weights, terms), ""
    while not stop.is_set():
        try:
            block = chain.heads.newest()
            if block.hash != seen:
                observation = chain.reader.read(block, terms)
                if any(
                    r.config_epoch != t.config_epoch
                    for r, t in zip(observation.positions, terms, strict=True)
                ):
                    terms = chain.terms(block)
                    observation = chain.reader.read(block, terms)
                evaluations, carry = evaluate_all(observation, terms, weights, carry)
                seen = block.hash
                show(View(block, observation, evaluations, explained(evaluations, terms, weights, carry)))
                if once:
                    return
        except (QuorumLost, SourceError) as error:
            complain(str(error))
        stop.wait(chain.config.run.poll_ms / 1_000)


def explained(
    evaluations: Evaluations, terms: tuple[PositionTerms, ...], weights: Weights, carry: RiskCarry
) -> tuple[str, ...]:
    """Why each position's forecast is what it is; ``carry`` is what the evaluations have left."""
    sentences = []
    for one, its in zip(evaluations, terms, strict=True):
        state = state_from_hex(carry.of(pair_key(its)).state_hex, weights)
        drivers, model = explain(weights, state).sentences()
        known = f"on prices up to block {one.snapshot.block.number}"
        if one.report.code is RiskCode.OK:
            sentences.append(f"{one.label}: {drivers}; {model}; {known}")
        else:
            fault = f"the forecast is not used, since {one.report.code.value}; the static rule decides"
            sentences.append(f"{one.label}: {fault}; {drivers}; {model}; {known}")
    return tuple(sentences)


def table(view: View) -> Table:
    """A view for people."""
    sources = view.observation.agreeing_sources
    shown = Table(title=f"block {view.block.number}, {sources} provider{'s' if sources != 1 else ''} agree")
    for heading in ("position", "health", "P(liq) 1 h", "P(liq) 6 h", "risk", "would", "because"):
        shown.add_column(heading)
    for one in view.evaluations:
        shown.add_row(*_row(one))
    return shown


def _row(one: Evaluation) -> tuple[str, ...]:
    report = one.report
    health = one.snapshot.position.venue_health_wad
    return (
        one.label,
        "no debt" if health >= UINT128_MAX else f"{health // WAD}.{health % WAD // 10**15:03d}",
        f"{report.p_liquidation_1h_ppm / 10_000:.2f} %",
        f"{report.p_liquidation_6h_ppm / 10_000:.2f} %",
        report.code.name,
        type(one.verdict).__name__.lower(),
        one.verdict.reason,
    )
