"""Payloads of the journal entries that `verify` runs again, made and read in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ballast.decision.carry import RiskCarry
from ballast.decision.pipeline import Evaluations
from ballast.domain.decision import SealedDecision
from ballast.domain.observation import Observation
from ballast.domain.report import RiskReport
from ballast.domain.terms import PositionTerms
from ballast.domain.verdict import Act, Verdict


@dataclass(frozen=True, slots=True)
class StartRecord:
    """`start`: which agent ran, on which chain, with which model and carry. ``genesis`` is a block hash."""

    agent_version: str
    config_hash: str
    model_id: str
    chain_id: int
    genesis: str
    risk_carry: RiskCarry
    mode: str


@dataclass(frozen=True, slots=True)
class TermsRecord:
    """`terms`: the terms of one position from here on."""

    terms: PositionTerms


@dataclass(frozen=True, slots=True)
class VerdictRecord:
    """What stages 2 to 5 said of one position; ``gated_by`` says why an act is not carried out, if so."""

    label: str
    verdict: Verdict
    report: RiskReport
    price_fault: str | None
    gated_by: str | None


@dataclass(frozen=True, slots=True)
class TickRecord:
    """`tick`: one observation, what was made of it, and the carry for the next one."""

    observation: Observation
    carry_before_hash: bytes
    carry_after: RiskCarry
    verdicts: tuple[VerdictRecord, ...]


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """`signed`: a decision for position ``label`` that carries out ``act`` of the tick in ``tick_seq``."""

    sealed: SealedDecision
    tick_seq: int
    label: str
    act: Act


@dataclass(frozen=True, slots=True)
class SupersededRecord:
    """`superseded`: the decision with ``digest`` is not sent any more; the next is signed on its nonce.

    ``reason`` says why it would have come to nothing. It may still be relayed by others until it is settled.
    """

    digest: bytes
    reason: str


def tick_record(
    observation: Observation,
    before: RiskCarry,
    evaluations: Evaluations,
    after: RiskCarry,
    gates: Mapping[str, str],
) -> TickRecord:
    """The record of one tick.

    ``before`` is the carry that went into `evaluate_all`, ``after`` what it returned;
    ``gates`` maps labels to the reason why their act is not carried out.
    """
    verdicts = tuple(
        VerdictRecord(one.label, one.verdict, one.report, one.price_fault, gates.get(one.label))
        for one in evaluations
    )
    return TickRecord(observation, before.hash(), after, verdicts)
