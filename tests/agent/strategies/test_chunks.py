"""What exceeds one action or one budget is repaired in chunks, block after block, each inside the guards."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from ballast.domain.observation import PositionReading
from ballast.domain.report import RiskCode, RiskReport
from ballast.domain.snapshot import Snapshot, join
from ballast.domain.units import BPS, WAD
from ballast.domain.verdict import Act, ActionKind, Alert, Hold, Verdict
from ballast.oracle.aggregate import aggregate
from ballast.strategies._pool_math import exact_input_output
from ballast.strategies.registry import build
from support import core
from support.guards import rejections

PRICE_WAD = 200 * WAD
TRIGGER_WAD = 125 * WAD // 100
MOST_CHUNKS = 60


def snapshot_of(position: PositionReading, terms, number: int = 1_000) -> Snapshot:
    observed = core.observation(position, number=number)
    return join(observed, terms, aggregate(observed, terms), "0x00")


def verdict_on(snapshot: Snapshot, terms) -> Verdict:
    report = RiskReport(
        RiskCode.OK, bytes(32), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    )  # this rule does not look at it
    return build(terms.strategy, terms.strategy_parameters).decide(snapshot, terms, report)


def after(position: PositionReading, act: Act, obtained: int) -> PositionReading:
    """The position and its budgets once ``act`` was executed; nothing refills meanwhile."""
    collateral, debt = position.collateral - act.max_in, position.debt - obtained
    notional_wad = act.max_in * PRICE_WAD // WAD
    loss_wad = max(notional_wad - obtained * 10**12, 0)
    return replace(
        position,
        collateral=collateral,
        debt=debt,
        venue_collateral_wad=collateral * PRICE_WAD // WAD,
        venue_debt_wad=debt * 10**12,
        venue_health_wad=collateral * PRICE_WAD // WAD * core.THRESHOLD_BPS // BPS * WAD // (debt * 10**12),
        loss_budget_wad=position.loss_budget_wad - loss_wad,
        notional_budget_wad=position.notional_budget_wad - notional_wad,
    )


def chunks(position: PositionReading, terms) -> tuple[list[Act], PositionReading, Verdict]:
    """Every act until the rule does something else, what they leave, and what it then says."""
    acts: list[Act] = []
    while len(acts) < MOST_CHUNKS:
        snapshot = snapshot_of(position, terms, 1_000 + len(acts))
        verdict = verdict_on(snapshot, terms)
        if not isinstance(verdict, Act):
            return acts, position, verdict
        assert verdict.kind is ActionKind.DELEVERAGE
        assert snapshot.swap_pool is not None
        obtained = exact_input_output(snapshot.swap_pool, verdict.token_in, verdict.max_in)
        assert rejections(snapshot, terms, verdict, obtained) == []
        acts.append(verdict)
        position = after(position, verdict, obtained)
    raise AssertionError(f"no end after {MOST_CHUNKS} chunks")


def test_repair_that_one_action_allows_is_no_chunk() -> None:
    acts, _, last = chunks(core.position(), core.terms())
    assert len(acts) == 1
    assert "in this chunk" not in acts[0].reason
    assert isinstance(last, Hold)


@pytest.mark.parametrize("health", [1.02, 1.06, 1.12])
def test_what_exceeds_one_action_goes_on_in_chunks_until_the_trigger_is_passed(health: float) -> None:
    """From an emergency, from below the owner's floor, and from above it."""
    terms = core.terms(limits=core.limits(max_action_wad=700 * WAD))
    acts, left, last = chunks(core.position(health=health), terms)
    assert len(acts) > 2
    assert all(act.max_in * PRICE_WAD // WAD <= 700 * WAD for act in acts)
    assert all("in this chunk" in act.reason for act in acts)
    assert left.venue_health_wad >= TRIGGER_WAD
    assert isinstance(last, Hold)


def test_every_chunk_gains_at_least_the_owners_least_gain() -> None:
    terms = core.terms(limits=core.limits(max_action_wad=700 * WAD), min_health_gain_wad=WAD // 200)
    position = core.position(health=1.06)
    healths = [position.venue_health_wad, *(act.expected_health_wad for act in chunks(position, terms)[0])]
    gains = [later - earlier for earlier, later in pairwise(healths)]
    assert min(gains) >= WAD // 200


def test_budget_that_runs_out_ends_the_chunks_with_an_alert_and_not_with_dust() -> None:
    terms = core.terms(limits=core.limits(max_action_wad=700 * WAD))
    position = core.position(health=1.12, notional_budget_wad=1_500 * WAD)
    acts, left, last = chunks(position, terms)
    assert 2 <= len(acts) <= 4
    assert left.venue_health_wad < TRIGGER_WAD
    assert isinstance(last, Alert)
    assert "DELEVERAGE: health after" in last.reason or "nothing can be sold" in last.reason
    refilled = replace(left, notional_budget_wad=1_500 * WAD)
    assert isinstance(verdict_on(snapshot_of(refilled, terms), terms), Act)
