"""The vault's guards as a small model of integers, written from the contracts alone."""

from __future__ import annotations

from typing import Any

BPS = 10_000
NO_DEBT = 2**128 - 1


def value_up(amount: int, price_wad: int, decimals: int) -> int:
    return -(-amount * price_wad // 10**decimals)


def rejections(snapshot: Any, terms: Any, act: Any, obtained: int) -> list[str]:
    """Names of the errors that `execute` would raise if the pool or the venue gave ``obtained``."""
    if act.kind.name == "DELEVERAGE":
        return _swap(snapshot, terms, act, obtained) + _health(snapshot, terms, act, obtained)
    return _idle(snapshot, act) + _health(snapshot, terms, act, obtained)


def _swap(snapshot: Any, terms: Any, act: Any, obtained: int) -> list[str]:
    limits, position = terms.limits, snapshot.position
    spend = position.collateral if act.max_in == 2**256 - 1 else act.max_in
    by_token = {price.token: price for price in snapshot.prices.prices}
    price_in, price_out = by_token[act.token_in], by_token[act.token_out]
    emergency = measured(terms, act) and position.venue_health_wad < terms.emergency_health_wad
    worst = max(_deviation(price_in), _deviation(price_out))
    notional = value_up(spend, price_in.price_wad, 18)
    allowed = limits.max_action_wad if emergency or worst <= limits.agree_bps else limits.max_action_wad // 2
    reserved = -(-notional * act.max_loss_bps // BPS)
    got_wad = obtained * price_out.price_wad // 10**6
    required = -(-notional * (BPS - limits.max_slippage_bps) // BPS)
    rules = {
        "NothingToDo": spend == 0,
        "the venue's own": spend > position.collateral,
        "SourcesDisagree": not emergency and worst > limits.disagree_bps,
        "LossLimitTooHigh": act.max_loss_bps > limits.max_loss_bps,
        "ValueForbidden": act.max_loss_bps == 0,
        "ActionTooLarge": notional > allowed,
        "NotionalBudgetExceeded": not emergency and notional > position.notional_budget_wad,
        "LossBudgetExceeded": reserved > position.loss_budget_wad,
        "OutputTooLow": obtained == 0 or obtained < act.min_out,
        "SlippageExceeded": got_wad < required,
        "LossExceeded": max(notional - got_wad, 0) > reserved,
    }
    return [name for name, broken in rules.items() if broken]


def _deviation(price: Any) -> int:
    return 2**256 if price.deviation_bps < 0 else price.deviation_bps


def _idle(snapshot: Any, act: Any) -> list[str]:
    position = snapshot.position
    repays = act.kind.name == "REPAY_FROM_IDLE"
    idle = position.idle_debt if repays else position.idle_collateral
    budget = position.idle_debt_budget if repays else position.idle_collateral_budget
    spend = min(act.max_in, idle, position.debt) if repays else min(act.max_in, idle)
    rules = {
        "NothingToDo": spend == 0,
        "IdleBudgetExceeded": spend > budget,
        "OutputTooLow": spend < act.min_out or spend == 0,
    }
    return [name for name, broken in rules.items() if broken]


def _health(snapshot: Any, terms: Any, act: Any, obtained: int) -> list[str]:
    before, after = snapshot.position.venue_health_wad, health_after(snapshot, terms, act, obtained)
    floor = max(terms.health_floor_wad, act.health_floor_wad)
    ceiling = min(terms.health_ceiling_wad, act.health_ceiling_wad)
    if act.kind.name == "DELEVERAGE" and not measured(terms, act):
        promise = {"HealthAboveCeiling": after > ceiling, "HealthBelowFloor": floor > after}
        return [name for name, broken in promise.items() if broken]
    required = before + terms.min_health_gain_wad if before < floor else before
    rules = {
        "HealthAboveCeiling": after > ceiling,
        "HealthBelowFloor": before >= floor > after,
        "HealthNotImproved": after < required,
    }
    return [name for name, broken in rules.items() if broken]


def measured(terms: Any, act: Any) -> bool:
    """Whether the vault asks for health before a sale: it promises less than the owner's floor."""
    return bool(act.health_floor_wad < terms.health_floor_wad)


def health_after(snapshot: Any, terms: Any, act: Any, obtained: int) -> int:
    """Health by the venue's prices, as exact fractions rounded once."""
    position = snapshot.position
    prices = {price.token: price.price_wad for price in snapshot.venue_prices}
    collateral_price, debt_price = prices[terms.collateral_token], prices[terms.debt_token]
    adjusted = position.venue_health_wad * position.venue_debt_wad // 10**18
    share = terms.liquidation_threshold_bps
    if act.kind.name == "DELEVERAGE":
        adjusted -= act.max_in * collateral_price * share // (10**18 * BPS)
        debt = position.venue_debt_wad - obtained * debt_price // 10**6
    elif act.kind.name == "REPAY_FROM_IDLE":
        debt = position.venue_debt_wad - obtained * debt_price // 10**6
    else:
        adjusted += obtained * collateral_price * share // (10**18 * BPS)
        debt = position.venue_debt_wad
    return NO_DEBT if debt <= 0 else min(adjusted * 10**18 // debt, NO_DEBT)
