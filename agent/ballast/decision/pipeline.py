"""Stages 2 to 5 as one pure function: from an observation to a verdict per position.

The running agent and `verify` call the same code, so a recorded observation gives the recorded verdict or the
record is not what happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ballast.decision.carry import PairCarry, PairKey, RiskCarry, extend_carry, pair_key, ratio_of
from ballast.domain.errors import PriceUnusable
from ballast.domain.identity import ById
from ballast.domain.observation import Observation
from ballast.domain.report import RiskReport
from ballast.domain.snapshot import Joint, PriceSet, Snapshot
from ballast.domain.terms import PositionTerms
from ballast.domain.verdict import Verdict
from ballast.oracle.aggregate import aggregate, stale_feed
from ballast.risk.adapter import target_health, to_report
from ballast.risk.encode import log_health, log_return
from ballast.risk.model import RiskState, Weights, assess, state_from_hex, state_to_hex
from ballast.risk.report import PositionRisk, RiskCode
from ballast.risk.serving import gated
from ballast.strategies.base import AbstractStrategy
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
        standing = _standing(terms)
        forecast = forecasts[standing.pair]
        risk = forecast.risks[terms.label]
        report = to_report(weights, risk, _target(weights, forecast, standing, risk.code, targets))
        view = views.of(terms)
        snapshot = joint.snapshot(terms, view.prices, forecast.risk_state)
        verdict = standing.strategy.decide(snapshot, terms, report)
        evaluations.append(Evaluation(terms.label, snapshot, report, verdict, view.fault))
    return tuple(evaluations), _next_carry(carry, forecasts)


def evaluate(
    observation: Observation, terms: PositionTerms, weights: Weights, carry: RiskCarry
) -> Evaluation:
    """One position of `evaluate_all`; errors as there."""
    return evaluate_all(observation, (terms,), weights, carry)[0][0]


@dataclass(frozen=True, slots=True)
class _Standing:
    """What never changes about a position while its terms do not: worked out once, not at every block."""

    pair: PairKey
    sight: int
    strategy: AbstractStrategy
    target_ppm: int


@dataclass(frozen=True, slots=True)
class _View:
    """Usable prices, or none and why; and whether calm may be silence, as a feed is older than allowed."""

    prices: PriceSet
    fault: str | None
    stale: bool


class _Views:
    """What positions with the same feeds and venue see alike, worked out once for all of them."""

    def __init__(self, observation: Observation) -> None:
        self._observation = observation
        self._known: dict[int, _View] = {}

    def of(self, terms: PositionTerms) -> _View:
        """The view of one position."""
        sight = _standing(terms).sight
        known = self._known.get(sight)
        if known is None:
            stale = stale_feed(self._observation, terms) is not None
            known = self._known[sight] = _View(*self._prices(terms), stale)
        return known

    def _prices(self, terms: PositionTerms) -> tuple[PriceSet, str | None]:
        """Repair from idle funds needs no price and must not be disarmed by the lack of one."""
        try:
            return aggregate(self._observation, terms), None
        except PriceUnusable as error:
            return PriceSet(()), str(error)


_sights: dict[tuple[object, ...], int] = {}


def _stand(terms: PositionTerms) -> _Standing:
    sight = (terms.adapter, terms.collateral_token, terms.debt_token, terms.assets)
    return _Standing(
        pair_key(terms),
        _sights.setdefault(sight, len(_sights)),
        build(terms.strategy, terms.strategy_parameters),
        dict(terms.strategy_parameters).get(TARGET_PROBABILITY, 0),
    )


_standing: ById[PositionTerms, _Standing] = ById(_stand)


def _by_pair(terms_list: Iterable[PositionTerms]) -> list[tuple[PairKey, list[PositionTerms]]]:
    groups: dict[PairKey, list[PositionTerms]] = {}
    for terms in terms_list:
        groups.setdefault(_standing(terms).pair, []).append(terms)
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
        observation.block.timestamp,
    )
    risks = gated(weights, state, risks, [views.of(terms).stale for terms in group])
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
    weights: Weights,
    forecast: _Forecast,
    standing: _Standing,
    code: RiskCode,
    known: dict[tuple[PairKey, int], int],
) -> int:
    """Health that the strategy's target probability asks for; 0 if it asks for none or risk is unknown."""
    limit_ppm = standing.target_ppm
    if limit_ppm == 0 or code is not RiskCode.OK:
        return 0
    key = standing.pair, limit_ppm
    if key not in known:
        known[key] = target_health(weights, forecast.state, limit_ppm)
    return known[key]


def _next_carry(carry: RiskCarry, forecasts: dict[PairKey, _Forecast]) -> RiskCarry:
    return RiskCarry(
        tuple(forecasts[pair.key].following if pair.key in forecasts else pair for pair in carry.pairs)
    )
