"""Stages 2 to 5 as one pure function: from an observation to a verdict per position.

The running agent and `verify` call the same code, so a recorded observation gives the recorded verdict or the
record is not what happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ballast.decision.carry import PairCarry, PairKey, RiskCarry, extend_carry, pair_key, ratio_of
from ballast.domain.canonical import canonical_hash
from ballast.domain.errors import PriceUnusable
from ballast.domain.observation import Observation
from ballast.domain.report import RiskCode, RiskReport
from ballast.domain.snapshot import PriceSet, Snapshot, join_hashed, reading_of
from ballast.domain.terms import PositionTerms
from ballast.domain.verdict import Verdict
from ballast.oracle.aggregate import aggregate
from ballast.risk.adapter import target_health, to_report
from ballast.risk.encode import log_health, log_return
from ballast.risk.model import RiskState, Weights, assess, state_from_hex, state_to_hex
from ballast.risk.report import PositionRisk
from ballast.strategies.registry import TARGET_PROBABILITY, build


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Stages 2 to 5 of one position. ``price_fault`` says why stage 2 had no usable price, if it had none."""

    label: str
    snapshot: Snapshot
    report: RiskReport
    verdict: Verdict
    price_fault: str | None


Evaluations = tuple[Evaluation, ...]


@dataclass(frozen=True, slots=True)
class _Forecast:
    """One ratio's forecast: the state after the observation and the figures of its positions, by label."""

    state: RiskState
    risks: dict[str, PositionRisk]
    following: PairCarry


def evaluate_all(
    observation: Observation, terms_list: Sequence[PositionTerms], weights: Weights, carry: RiskCarry
) -> tuple[Evaluations, RiskCarry]:
    """Evaluates every position and returns the carry for the next tick; one forecaster call per price ratio.

    Raises:
        KeyError: the observation does not hold a position of ``terms_list``.
        ConfigError: a position's strategy cannot be built from its parameters.
        StateError: the carry was made by another model.
    """
    carry = extend_carry(carry, weights, terms_list)
    observation_hash = canonical_hash(observation)
    forecasts = {
        key: _forecast(observation, group, weights, carry.of(key)) for key, group in _by_pair(terms_list)
    }
    targets: dict[tuple[PairKey, int], int] = {}
    evaluations = []
    for terms in terms_list:
        forecast = forecasts[pair_key(terms)]
        risk = forecast.risks[terms.label]
        report = to_report(weights, risk, _target(weights, forecast, terms, targets))
        risk_state = carry.of(pair_key(terms)).to_hex()
        evaluations.append(_evaluation(observation, observation_hash, terms, risk_state, report))
    return tuple(evaluations), _next_carry(carry, forecasts)


def evaluate(
    observation: Observation, terms: PositionTerms, weights: Weights, carry: RiskCarry
) -> Evaluation:
    """One position of `evaluate_all`; errors as there."""
    return evaluate_all(observation, (terms,), weights, carry)[0][0]


def _evaluation(
    observation: Observation,
    observation_hash: bytes,
    terms: PositionTerms,
    risk_state: str,
    report: RiskReport,
) -> Evaluation:
    prices, fault = _prices(observation, terms)
    snapshot = join_hashed(observation, observation_hash, terms, prices, risk_state)
    verdict = build(terms.strategy, terms.strategy_parameters).decide(snapshot, terms, report)
    return Evaluation(terms.label, snapshot, report, verdict, fault)


def _prices(observation: Observation, terms: PositionTerms) -> tuple[PriceSet, str | None]:
    """Usable prices, or none and why: repair from idle funds needs no price and must not be disarmed."""
    try:
        return aggregate(observation, terms), None
    except PriceUnusable as error:
        return PriceSet(()), str(error)


def _by_pair(terms_list: Iterable[PositionTerms]) -> list[tuple[PairKey, list[PositionTerms]]]:
    groups: dict[PairKey, list[PositionTerms]] = {}
    for terms in terms_list:
        groups.setdefault(pair_key(terms), []).append(terms)
    return list(groups.items())


def _forecast(
    observation: Observation, group: Sequence[PositionTerms], weights: Weights, carry: PairCarry
) -> _Forecast:
    ratio = ratio_of(observation, carry.key)
    first = carry.ratio_den == 0
    previous = ratio if first else (carry.ratio_num, carry.ratio_den)
    elapsed = 0 if first else observation.block.timestamp - carry.timestamp
    health = [reading_of(observation, terms).venue_health_wad for terms in group]
    floors = [terms.health_floor_wad for terms in group]
    state, risks = assess(
        weights,
        state_from_hex(carry.state_hex, weights),
        log_return(ratio, previous),
        elapsed,
        [log_health(value) for value in health],
        [log_health(value, floor) for value, floor in zip(health, floors, strict=True)],
        observation.block.timestamp,
    )
    by_label = {terms.label: risk for terms, risk in zip(group, risks, strict=True)}
    # A ratio that is not usable, or of a block that is not later, must not become the base of the next
    # return.
    later = min(ratio) > 0 and (first or elapsed > 0)
    base = (*ratio, observation.block.timestamp) if later else (*previous_of(carry), carry.timestamp)
    return _Forecast(state, by_label, PairCarry(carry.key, state_to_hex(state), *base))


def previous_of(carry: PairCarry) -> tuple[int, int]:
    """The last ratio that a carry has seen."""
    return carry.ratio_num, carry.ratio_den


def _target(
    weights: Weights, forecast: _Forecast, terms: PositionTerms, known: dict[tuple[PairKey, int], int]
) -> int:
    """Health that the strategy's target probability asks for; 0 if it asks for none or risk is unknown."""
    limit_ppm = dict(terms.strategy_parameters).get(TARGET_PROBABILITY, 0)
    if limit_ppm == 0 or forecast.risks[terms.label].code.name != RiskCode.OK.name:
        return 0
    key = pair_key(terms), limit_ppm
    if key not in known:
        known[key] = target_health(weights, forecast.state, limit_ppm)
    return known[key]


def _next_carry(carry: RiskCarry, forecasts: dict[PairKey, _Forecast]) -> RiskCarry:
    return RiskCarry(
        tuple(forecasts[pair.key].following if pair.key in forecasts else pair for pair in carry.pairs)
    )
