"""The cheapest repair that the vault would let through, sized exactly.

In order of cost: repay from idle funds, add collateral from idle funds, sell collateral in a flash swap. The
first one that reaches the target is taken; where none does, the one that leaves the position healthiest: a
chunk, which says so, and the rule goes on from the next block for as long as it has a reason to. A chunk that
gains less than the owner's least gain is dust, and waits for the budgets to refill.
Every cap of the vault's guards is applied to the size beforehand, since the vault rejects and never clamps.
"""

from __future__ import annotations

from dataclasses import dataclass

from ballast.domain.snapshot import Snapshot
from ballast.domain.terms import PositionTerms
from ballast.domain.units import BPS, UINT128_MAX, WAD, mul_div_down
from ballast.domain.verdict import Act, ActionKind, RouteKind
from ballast.strategies._book import Book, book_of
from ballast.strategies._swap import SwapPlan, plan_swap, swap_limits
from ballast.strategies._text import health_text

# The health may differ from the plan's by this much at execution, in either direction: prices move until
# then.
HEALTH_DRIFT_BPS = 1_000
# An idle repair gets back what it spends but for the venue's rounding.
_IDLE_TOLERANCE_BPS = 10
# The target stays this far below the owner's ceiling, so that rounding cannot carry the result over it.
_CEILING_MARGIN_BPS = 10


@dataclass(frozen=True, slots=True)
class Intention:
    """What the rule wants and on what ground; `repair` finds the way."""

    reason: str
    target_health_wad: int
    probability_ppm: int
    horizon_seconds: int
    model_id: bytes
    slippage_bps: int
    drift_bps: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    kind: ActionKind
    route: RouteKind
    path: bytes
    token_in: str
    token_out: str
    max_in: int
    min_out: int
    expected_out: int
    health_wad: int
    max_loss_bps: int


@dataclass(frozen=True, slots=True)
class NoRepair:
    """Why nothing fits."""

    reasons: tuple[str, ...]


def repair(snapshot: Snapshot, terms: PositionTerms, intention: Intention) -> Act | NoRepair:
    """The act that carries out ``intention``, or why there is none."""
    book = book_of(snapshot, terms)
    if book is None:
        return NoRepair(("the venue's prices or debt value are missing",))
    target = min(intention.target_health_wad, _below_ceiling(terms))
    candidates, reasons = [], []
    for found in (
        _repay_from_idle(snapshot, terms, book, target),
        _add_from_idle(snapshot, terms, book, target),
        _deleverage(snapshot, terms, book, target, intention),
    ):
        fault = found if isinstance(found, str) else _health_fault(found, terms, book)
        if fault is None and isinstance(found, _Candidate):
            candidates.append(found)
        else:
            reasons.append(str(fault))
    if not candidates:
        return NoRepair(tuple(reasons))
    reaching = [candidate for candidate in candidates if candidate.health_wad >= target]
    best = reaching[0] if reaching else max(candidates, key=lambda candidate: candidate.health_wad)
    return _act(best, snapshot, terms, intention, is_chunk=not reaching)


def _repay_from_idle(snapshot: Snapshot, terms: PositionTerms, book: Book, target: int) -> _Candidate | str:
    position = snapshot.position
    caps = (position.idle_debt, position.debt, position.idle_debt_budget)
    amount = min(book.repayment_for(target), *caps)
    if amount <= 0:
        return f"repay from idle: {position.idle_debt} units idle, {position.idle_debt_budget} in the budget"
    health = book.health_after_repaying(amount)
    return _idle_candidate(ActionKind.REPAY_FROM_IDLE, terms.debt_token, amount, health)


def _add_from_idle(snapshot: Snapshot, terms: PositionTerms, book: Book, target: int) -> _Candidate | str:
    position = snapshot.position
    amount = min(book.addition_for(target), position.idle_collateral, position.idle_collateral_budget)
    if amount <= 0:
        held, left = position.idle_collateral, position.idle_collateral_budget
        return f"add from idle: {held} units idle, {left} in the budget"
    health = book.health_after_adding(amount)
    return _idle_candidate(ActionKind.ADD_COLLATERAL, terms.collateral_token, amount, health)


def _idle_candidate(kind: ActionKind, token: str, amount: int, health_wad: int) -> _Candidate:
    least = max(mul_div_down(amount, BPS - _IDLE_TOLERANCE_BPS, BPS) - 2, 1)
    return _Candidate(kind, RouteKind.NONE, b"", token, token, amount, least, amount, health_wad, 0)


def _deleverage(
    snapshot: Snapshot, terms: PositionTerms, book: Book, target: int, intention: Intention
) -> _Candidate | str:
    limits = swap_limits(snapshot, terms, intention.slippage_bps, intention.drift_bps)
    if isinstance(limits, str):
        return f"deleverage: {limits}"
    plan = plan_swap(limits, book, target)
    if plan is None:
        return "deleverage: nothing can be sold within slippage, budgets and the greatest action"
    return _swap_candidate(terms, plan, limits.loss_bps)


def _swap_candidate(terms: PositionTerms, plan: SwapPlan, loss_bps: int) -> _Candidate:
    fee = terms.swap_fee_ppm.to_bytes(3)
    path = bytes.fromhex(terms.collateral_token[2:]) + fee + bytes.fromhex(terms.debt_token[2:])
    return _Candidate(
        kind=ActionKind.DELEVERAGE,
        route=RouteKind.UNISWAP_V3_FLASH_SWAP,
        path=path,
        token_in=terms.collateral_token,
        token_out=terms.debt_token,
        max_in=plan.sold,
        min_out=plan.min_out,
        expected_out=plan.expected_out,
        health_wad=plan.health_wad,
        max_loss_bps=loss_bps,
    )


def _health_fault(candidate: _Candidate, terms: PositionTerms, book: Book) -> str | None:
    """Why the vault's health rule would reject a candidate; None where it would not."""
    before, after = min(book.health_wad, UINT128_MAX), candidate.health_wad
    if after < before + max(terms.min_health_gain_wad, 1):
        least = f"at least {terms.min_health_gain_wad} wad above {before}"
        return f"{candidate.kind.name}: health after {after}, allowed is {least}"
    if before >= terms.health_floor_wad > after:
        return f"{candidate.kind.name}: health after {after}, allowed is at least {terms.health_floor_wad}"
    if after > terms.health_ceiling_wad:
        return f"{candidate.kind.name}: health after {after}, allowed is at most {terms.health_ceiling_wad}"
    return None


def _act(
    chosen: _Candidate, snapshot: Snapshot, terms: PositionTerms, intention: Intention, *, is_chunk: bool
) -> Act:
    ceiling = mul_div_down(chosen.health_wad, BPS + HEALTH_DRIFT_BPS, BPS)
    chunk = f", to {health_text(chosen.health_wad)} in this chunk" if is_chunk else ""
    return Act(
        reason=f"{intention.reason}{chunk}",
        kind=chosen.kind,
        route=chosen.route,
        path=chosen.path,
        token_in=chosen.token_in,
        token_out=chosen.token_out,
        max_in=chosen.max_in,
        min_out=chosen.min_out,
        expected_out=chosen.expected_out,
        expected_health_wad=chosen.health_wad,
        health_floor_wad=_floor(chosen, snapshot, terms),
        health_ceiling_wad=min(ceiling, terms.health_ceiling_wad),
        max_loss_bps=chosen.max_loss_bps,
        probability_ppm=intention.probability_ppm,
        horizon_seconds=intention.horizon_seconds,
        model_id=intention.model_id,
        urgent=snapshot.position.venue_health_wad < terms.emergency_health_wad,
    )


def _floor(chosen: _Candidate, snapshot: Snapshot, terms: PositionTerms) -> int:
    """Least health that the decision promises.

    Below the owner's floor nothing is promised: the vault then measures health before as well, which is how
    a repair from below, and an emergency, are proven to it. No emergency begins above that floor.
    """
    if snapshot.position.venue_health_wad < terms.health_floor_wad:
        return WAD
    return max(mul_div_down(chosen.health_wad, BPS - HEALTH_DRIFT_BPS, BPS), WAD)


def _below_ceiling(terms: PositionTerms) -> int:
    return mul_div_down(terms.health_ceiling_wad, BPS - _CEILING_MARGIN_BPS, BPS)
