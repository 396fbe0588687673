"""Stages 2 to 5 as one pure function: from an observation to a verdict per position.

The running agent and `verify` call the same code, so a recorded observation gives the recorded verdict or the
record is not what happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ballast.decision.carry import PairCarry, PairKey, RiskCarry, extend_carry, pair_key, ratio_of
from ballast.domain.errors import PriceUnusable
from ballast.domain.observation import Observation
from ballast.domain.report import RiskCode, RiskReport
from ballast.domain.snapshot import Joint, PriceSet, Snapshot
from ballast.domain.terms import PositionTerms
from ballast.domain.verdict import Verdict
from ballast.oracle.aggregate import aggregate, stale_feed
from ballast.risk.adapter import target_health, to_report
from ballast.risk.encode import log_health, log_return
from ballast.risk.model import RiskState, Weights, assess, state_from_hex, state_to_hex
from ballast.risk.report import PositionRisk
from ballast.risk.serving import gated
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
    risk_state: str
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
    joint, views = Joint(observation), _Views(observation)
    forecasts = {
        key: _forecast(joint, views, group, weights, carry.of(key)) for key, group in _by_pair(terms_list)
    }
    targets: dict[tuple[PairKey, int], int] = {}
    evaluations = []
    for terms in terms_list:
        forecast = forecasts[pair_key(terms)]
        report = to_report(weights, forecast.risks[terms.label], _target(weights, forecast, terms, targets))
        prices, fault = views.prices(terms)
        snapshot = joint.snapshot(terms, prices, forecast.risk_state)
        verdict = build(terms.strategy, terms.strategy_parameters).decide(snapshot, terms, report)
        evaluations.append(Evaluation(terms.label, snapshot, report, verdict, fault))
    return tuple(evaluations), _next_carry(carry, forecasts)


def evaluate(
    observation: Observation, terms: PositionTerms, weights: Weights, carry: RiskCarry
) -> Evaluation:
    """One position of `evaluate_all`; errors as there."""
    return evaluate_all(observation, (terms,), weights, carry)[0][0]


class _Views:
    """What positions with the same feeds and venue see alike, worked out once for all of them."""

    def __init__(self, observation: Observation) -> None:
        self._observation = observation
        self._prices: dict[Any, tuple[PriceSet, str | None]] = {}
        self._stale: dict[Any, bool] = {}

    def prices(self, terms: PositionTerms) -> tuple[PriceSet, str | None]:
        """Usable prices, or none and why: repair from idle funds needs no price and must not be disarmed."""
        key = _sight(terms)
        if key not in self._prices:
            try:
                self._prices[key] = aggregate(self._observation, terms), None
            except PriceUnusable as error:
                self._prices[key] = PriceSet(()), str(error)
        return self._prices[key]

    def is_stale(self, terms: PositionTerms) -> bool:
        """Whether calm may be silence: a feed is older than the vault allows."""
        key = _sight(terms)
        if key not in self._stale:
            self._stale[key] = stale_feed(self._observation, terms) is not None
        return self._stale[key]


def _sight(terms: PositionTerms) -> tuple[object, ...]:
    return terms.adapter, terms.collateral_token, terms.debt_token, terms.assets


def _by_pair(terms_list: Iterable[PositionTerms]) -> list[tuple[PairKey, list[PositionTerms]]]:
    groups: dict[PairKey, list[PositionTerms]] = {}
    for terms in terms_list:
        groups.setdefault(pair_key(terms), []).append(terms)
    return list(groups.items())


def _forecast(
    joint: Joint, views: _Views, group: Sequence[PositionTerms], weights: Weights, carry: PairCarry
) -> _Forecast:
    observation = joint.observation
    ratio = ratio_of(observation, carry.key)
    first = carry.ratio_den == 0
    previous = ratio if first else (carry.ratio_num, carry.ratio_den)
    elapsed = 0 if first else observation.block.timestamp - carry.timestamp
    health = [joint.reading_of(terms).venue_health_wad for terms in group]
    floors = [terms.health_floor_wad for terms in group]
    state, risks = assess(
        weights,
        state_from_hex(carry.state_hex, weights),
        log_return(ratio, previous),
        elapsed,
        [log_health(value) for value in health],
        [log_health(value, floor) for value, floor in zip(health, floors, strict=True)],
    )
    risks = gated(weights, state, risks, [views.is_stale(terms) for terms in group])
    by_label = {terms.label: risk for terms, risk in zip(group, risks, strict=True)}
    # A ratio that is not usable, or of a block that is not later, must not become the base of the next
    # return.
    later = min(ratio) > 0 and (first or elapsed > 0)
    base = (*ratio, observation.block.timestamp) if later else (*previous_of(carry), carry.timestamp)
    return _Forecast(state, by_label, carry.to_hex(), PairCarry(carry.key, state_to_hex(state), *base))


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
