"""Stages 2 to 5 as one pure function: from an observation to a verdict per position.

The running agent and `verify` call the same code, so a recorded observation gives the recorded verdict or the
record is not what happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

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


class Evaluation(NamedTuple):
    """Stages 2 to 5 of one position. ``price_fault`` says why stage 2 had no usable price, if it had none."""

    label: str
    snapshot: Snapshot
    report: RiskReport
    verdict: Verdict
    price_fault: str | None


Evaluations = tuple[Evaluation, ...]


@dataclass(frozen=True, slots=True)
class _Forecast:
    """One ratio's forecast: the state after the observation and the figures of its positions, by label.

    ``targets``: health by target probability in ppm, worked out when somebody asks for the first time;
    ``reports``: by the identity of the figures and target probability, since far positions share theirs.
    """

    state: RiskState
    risks: dict[str, PositionRisk]
    risk_state: str
    following: PairCarry
    targets: dict[int, int] = field(default_factory=dict)
    reports: dict[tuple[int, int], RiskReport] = field(default_factory=dict)


def evaluate_all(
    observation: Observation, terms_list: Sequence[PositionTerms], weights: Weights, carry: RiskCarry
) -> tuple[Evaluations, RiskCarry]:
    """Evaluates every position and returns the carry for the next tick; one forecaster call per price ratio.

    Raises:
        KeyError: the observation does not hold a position of ``terms_list``.
        ConfigError: a position's strategy cannot be built from its parameters.
        StateError: the carry was made by another model.
    """
    positions = [(terms, _standing(terms)) for terms in terms_list]
    groups = _by_pair(positions)
    carry = extend_carry(carry, weights, [group[0][0] for group in groups.values()])
    joint, views = Joint(observation), _Views(observation)
    forecasts = {number: _forecast(joint, views, group, weights, carry) for number, group in groups.items()}
    evaluations = []
    for terms, standing in positions:
        forecast = forecasts[standing.pair]
        report = _report(weights, forecast, terms.label, standing.target_ppm)
        view = views.of(terms, standing)
        snapshot = joint.snapshot(terms, view.prices, forecast.risk_state)
        verdict = standing.strategy.decide(snapshot, terms, report)
        evaluations.append(Evaluation(terms.label, snapshot, report, verdict, view.fault))
    return tuple(evaluations), _next_carry(carry, forecasts.values())


def evaluate(
    observation: Observation, terms: PositionTerms, weights: Weights, carry: RiskCarry
) -> Evaluation:
    """One position of `evaluate_all`; errors as there."""
    return evaluate_all(observation, (terms,), weights, carry)[0][0]


@dataclass(frozen=True, slots=True)
class _Standing:
    """What never changes about a position while its terms do not: worked out once, not at every block.

    ``pair`` and ``sight`` number its price ratio, and its feeds and venue: a number is looked up faster.
    """

    pair: int
    sight: int
    strategy: AbstractStrategy
    target_ppm: int


_Position = tuple[PositionTerms, _Standing]


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

    def of(self, terms: PositionTerms, standing: _Standing) -> _View:
        """The view of one position."""
        known = self._known.get(standing.sight)
        if known is None:
            stale = stale_feed(self._observation, terms) is not None
            known = self._known[standing.sight] = _View(*self._prices(terms), stale)
        return known

    def _prices(self, terms: PositionTerms) -> tuple[PriceSet, str | None]:
        """Repair from idle funds needs no price and must not be disarmed by the lack of one."""
        try:
            return aggregate(self._observation, terms), None
        except PriceUnusable as error:
            return PriceSet(()), str(error)


_sights: dict[tuple[object, ...], int] = {}
_pairs: dict[PairKey, int] = {}


def _stand(terms: PositionTerms) -> _Standing:
    sight = (terms.adapter, terms.collateral_token, terms.debt_token, terms.assets)
    return _Standing(
        _pairs.setdefault(pair_key(terms), len(_pairs)),
        _sights.setdefault(sight, len(_sights)),
        build(terms.strategy, terms.strategy_parameters),
        dict(terms.strategy_parameters).get(TARGET_PROBABILITY, 0),
    )


_standing: ById[PositionTerms, _Standing] = ById(_stand)


def _by_pair(positions: Iterable[_Position]) -> dict[int, list[_Position]]:
    groups: dict[int, list[_Position]] = {}
    for one in positions:
        groups.setdefault(one[1].pair, []).append(one)
    return groups


def _forecast(
    joint: Joint, views: _Views, group: Sequence[_Position], weights: Weights, whole: RiskCarry
) -> _Forecast:
    observation, carry = joint.observation, whole.of(pair_key(group[0][0]))
    ratio = ratio_of(observation, carry.key)
    first = carry.ratio_den == 0
    previous = ratio if first else (carry.ratio_num, carry.ratio_den)
    elapsed = 0 if first else observation.block.timestamp - carry.timestamp
    health = [joint.reading_of(terms).venue_health_wad for terms, _ in group]
    floors = [terms.health_floor_wad for terms, _ in group]
    state, risks = assess(
        weights,
        state_from_hex(carry.state_hex, weights),
        log_return(ratio, previous),
        elapsed,
        [log_health(value) for value in health],
        [log_health(value, floor) for value, floor in zip(health, floors, strict=True)],
        observation.block.timestamp,
    )
    risks = gated(weights, state, risks, [views.of(*one).stale for one in group])
    by_label = {terms.label: risk for (terms, _), risk in zip(group, risks, strict=True)}
    # A ratio that is not usable, or of a block that is not later, must not become the base of the next
    # return.
    later = min(ratio) > 0 and (first or elapsed > 0)
    base = (*ratio, observation.block.timestamp) if later else (*previous_of(carry), carry.timestamp)
    return _Forecast(state, by_label, carry.to_hex(), PairCarry(carry.key, state_to_hex(state), *base))


def previous_of(carry: PairCarry) -> tuple[int, int]:
    """The last ratio that a carry has seen."""
    return carry.ratio_num, carry.ratio_den


def _report(weights: Weights, forecast: _Forecast, label: str, limit_ppm: int) -> RiskReport:
    """What strategies read. ``risks`` keeps every object alive, so an id stays its own."""
    risk = forecast.risks[label]
    known = forecast.reports.get((id(risk), limit_ppm))
    if known is None:
        target = _target(weights, forecast, limit_ppm, risk.code)
        known = forecast.reports[id(risk), limit_ppm] = to_report(weights, risk, target)
    return known


def _target(weights: Weights, forecast: _Forecast, limit_ppm: int, code: RiskCode) -> int:
    """Health that the strategy's target probability asks for; 0 if it asks for none or risk is unknown."""
    if limit_ppm == 0 or code is not RiskCode.OK:
        return 0
    known = forecast.targets.get(limit_ppm)
    if known is None:
        known = forecast.targets[limit_ppm] = target_health(weights, forecast.state, limit_ppm)
    return known


def _next_carry(carry: RiskCarry, forecasts: Iterable[_Forecast]) -> RiskCarry:
    following = {one.following.key: one.following for one in forecasts}
    return RiskCarry(tuple(following.get(pair.key, pair) for pair in carry.pairs))
