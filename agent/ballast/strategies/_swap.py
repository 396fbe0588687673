"""Size of a flash swap that sells collateral and repays debt, inside every limit of the vault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ballast.domain.observation import PoolReading
from ballast.domain.snapshot import Price, Snapshot
from ballast.domain.terms import PositionTerms
from ballast.domain.units import (
    BPS,
    mul_div_down,
    mul_div_up,
    power_of_ten,
    value_wad_down,
    value_wad_up,
)
from ballast.strategies._book import Book
from ballast.strategies._pool_math import exact_input_output

# Caps in USD are used up to this part: the price may rise until execution, and the vault rejects, never
# clamps.
_HEADROOM_BPS = 9_900
# The same for slippage: a plan at the very limit would fail on the first wei that the pool moves.
_FAIR_PERCENT = 90


@dataclass(frozen=True, slots=True)
class SwapLimits:
    """What a sale must respect. ``most`` is in collateral units; prices are the primary feeds'."""

    most: int
    slippage_bps: int
    loss_bps: int
    drift_bps: int
    pool: PoolReading
    token_in: str
    in_price_wad: int
    out_price_wad: int
    in_decimals: int
    out_decimals: int


@dataclass(frozen=True, slots=True)
class SwapPlan:
    """A sale: units sold, units expected and least units accepted, health after by the venue's prices."""

    sold: int
    expected_out: int
    min_out: int
    health_wad: int


def swap_limits(
    snapshot: Snapshot, terms: PositionTerms, slippage_bps: int, drift_bps: int
) -> SwapLimits | str:
    """Limits of a sale in the state of ``snapshot``, or why none is allowed."""
    if not snapshot.prices.prices:
        return "no usable price"
    if snapshot.swap_pool is None:
        return f"pool {terms.swap_pool} was not read"
    collateral, debt = (snapshot.prices.of(token) for token in (terms.collateral_token, terms.debt_token))
    limits = terms.limits
    slippage = min(slippage_bps, limits.max_slippage_bps, limits.max_loss_bps)
    action_wad = _action_limit_wad(snapshot, terms, (collateral, debt))
    if action_wad <= 0:
        return f"views of a price differ by more than {limits.disagree_bps} bps and health is no emergency"
    decimals = terms.asset(terms.collateral_token).decimals
    cap_wad = mul_div_down(_notional_cap_wad(snapshot, terms, action_wad, slippage), _HEADROOM_BPS, BPS)
    most = mul_div_down(cap_wad, power_of_ten(decimals), collateral.price_wad)
    return SwapLimits(
        most=min(most, snapshot.position.collateral),
        slippage_bps=slippage,
        loss_bps=slippage,
        drift_bps=drift_bps,
        pool=snapshot.swap_pool,
        token_in=terms.collateral_token,
        in_price_wad=collateral.price_wad,
        out_price_wad=debt.price_wad,
        in_decimals=decimals,
        out_decimals=terms.asset(terms.debt_token).decimals,
    )


def plan_swap(limits: SwapLimits, book: Book, target_wad: int) -> SwapPlan | None:
    """Smallest sale that reaches ``target_wad``, else the greatest allowed one; None where none is."""
    most = _last_true(limits.most, lambda sold: _is_fair(limits, sold))
    if most <= 0:
        return None
    # Within the slippage limit every further unit sold repays more than it takes away, so the health only
    # rises.
    enough = 1 + _last_true(most, lambda sold: _health(limits, book, sold) < target_wad)
    sold = min(enough, most)
    # A few units of dust buy nothing at all, though a larger sale would be fair.
    if not _is_fair(limits, sold):
        return None
    output = exact_input_output(limits.pool, limits.token_in, sold)
    return SwapPlan(sold, output, _least_output(limits, sold), _health(limits, book, sold))


def _action_limit_wad(snapshot: Snapshot, terms: PositionTerms, prices: tuple[Price, ...]) -> int:
    """Greatest notional by the agreement of the views: all, half, nothing; an emergency needs none."""
    limits = terms.limits
    if _is_emergency(snapshot, terms):
        return limits.max_action_wad
    deviations = [price.deviation_bps for price in prices]
    if min(deviations) < 0 or max(deviations) > limits.disagree_bps:
        return 0
    return limits.max_action_wad if max(deviations) <= limits.agree_bps else limits.max_action_wad // 2


def _notional_cap_wad(snapshot: Snapshot, terms: PositionTerms, action_wad: int, loss_bps: int) -> int:
    position = snapshot.position
    by_loss = mul_div_down(position.loss_budget_wad, BPS, loss_bps) if loss_bps > 0 else 0
    # The reservation is rounded up: one wad unit less keeps it inside the budget.
    caps = [action_wad, max(by_loss - 1, 0)]
    if not _is_emergency(snapshot, terms):
        caps.append(position.notional_budget_wad)
    return min(caps)


def _is_emergency(snapshot: Snapshot, terms: PositionTerms) -> bool:
    return snapshot.position.venue_health_wad < terms.emergency_health_wad


def _is_fair(limits: SwapLimits, sold: int) -> bool:
    """The vault's slippage rule at the primary prices, with room to spare, on what the pool would pay."""
    output = exact_input_output(limits.pool, limits.token_in, sold)
    obtained = value_wad_down(output, limits.out_price_wad, limits.out_decimals)
    return output > 0 and obtained >= _required_wad(limits, sold, limits.slippage_bps * _FAIR_PERCENT // 100)


def _least_output(limits: SwapLimits, sold: int) -> int:
    """Signed minimum: the slippage limit at today's prices, less what prices may move until execution."""
    tolerance = min(limits.slippage_bps + limits.drift_bps, BPS - 1)
    required = _required_wad(limits, sold, tolerance)
    return max(mul_div_up(required, power_of_ten(limits.out_decimals), limits.out_price_wad), 1)


def _required_wad(limits: SwapLimits, sold: int, tolerance_bps: int) -> int:
    notional = value_wad_up(sold, limits.in_price_wad, limits.in_decimals)
    return mul_div_up(notional, BPS - tolerance_bps, BPS)


def _health(limits: SwapLimits, book: Book, sold: int) -> int:
    return book.health_after_selling(sold, exact_input_output(limits.pool, limits.token_in, sold))


def _last_true(most: int, holds: Callable[[int], bool]) -> int:
    """Greatest n in [1, most] with ``holds(n)``, for a condition true up to some n; 0 if there is none."""
    if most < 1 or holds(most):
        return max(most, 0)
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            low = middle
        else:
            high = middle
    return low
