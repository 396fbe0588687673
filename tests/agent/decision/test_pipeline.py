from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ballast.decision.carry import RiskCarry, initial_carry, pair_key
from ballast.decision.pipeline import evaluate, evaluate_all
from ballast.decision.records import TickRecord, tick_record
from ballast.domain.canonical import canonical_bytes, from_plain
from ballast.domain.report import RiskCode
from ballast.domain.verdict import Act, Alert
from ballast.risk.model import initial_state, load_default_weights, state_to_hex
from support import core

WEIGHTS = load_default_weights()


def guarded(label: str):
    return core.terms(label, strategy="forecast_gated", strategy_parameters=core.FORECAST)


def block(step: int, price: float, *labels: str):
    positions = (
        core.position(label, price_wad=int(price * 10**8) * 10**10) for label in labels or ("treasury",)
    )
    return core.observation(*positions, price_usd=price, number=1_000 + step)


def walk(terms, prices, carry=None):
    carry = carry or initial_carry(WEIGHTS, terms)
    evaluations = ()
    for step, price in enumerate(prices):
        labels = [one.label for one in terms]
        evaluations, carry = evaluate_all(block(step, price, *labels), terms, WEIGHTS, carry)
    return evaluations, carry


PRICES = [200 * (1 + (-1) ** step * step / 5_000) for step in range(60)]


def test_the_same_input_gives_the_same_bytes() -> None:
    first, second = (walk([guarded("treasury")], PRICES) for _ in range(2))
    assert [canonical_bytes(part) for part in first] == [canonical_bytes(part) for part in second]


def test_forecast_is_cold_at_first_and_usable_after_enough_history() -> None:
    terms = [guarded("treasury")]
    assert walk(terms, PRICES[:1])[0][0].report.code is RiskCode.COLD
    warm = walk(terms, PRICES)[0][0].report
    assert warm.code is RiskCode.OK
    assert warm.target_health_wad > 10**18


def test_positions_of_one_ratio_share_one_state_and_do_not_change_each_other() -> None:
    alone = walk([guarded("treasury")], PRICES)
    both = walk([guarded("treasury"), core.terms("other")], PRICES)
    assert len(both[1].pairs) == 1
    assert both[1] == alone[1]
    assert both[0][0].report == alone[0][0].report


def test_evaluating_one_is_the_same_as_evaluating_it_among_others() -> None:
    terms = [guarded("treasury"), core.terms("other")]
    carry = walk(terms, PRICES)[1]
    observed = block(60, 190.0, "treasury", "other")
    assert evaluate(observed, terms[1], WEIGHTS, carry) == evaluate_all(observed, terms, WEIGHTS, carry)[0][1]


def test_the_same_block_again_leaves_the_carry_as_it_is() -> None:
    terms = [guarded("treasury")]
    carry = walk(terms, PRICES)[1]
    again = evaluate_all(block(59, PRICES[59]), terms, WEIGHTS, carry)[1]
    assert again == carry


@pytest.mark.parametrize(("step", "price"), [(59, 150.0), (50, 150.0)])
def test_a_block_that_is_not_later_never_becomes_the_base_of_a_return(step: int, price: float) -> None:
    terms = [guarded("treasury")]
    carry = walk(terms, PRICES)[1]
    evaluations, after = evaluate_all(block(step, price), terms, WEIGHTS, carry)
    assert after == carry
    assert evaluations[0].report.code is not RiskCode.OK


def test_a_missing_venue_price_is_unknown_risk_and_keeps_the_carry() -> None:
    terms = [guarded("treasury")]
    carry = walk(terms, PRICES)[1]
    evaluations, after = evaluate_all(replace(block(60, 190.0), venue_prices=()), terms, WEIGHTS, carry)
    assert evaluations[0].report.code is RiskCode.NOT_FINITE
    assert after == carry


def test_an_impossible_jump_rebases_without_spoiling_the_state() -> None:
    terms = [guarded("treasury")]
    carry = walk(terms, PRICES)[1]
    evaluations, after = evaluate_all(block(60, 20_000.0), terms, WEIGHTS, carry)
    assert evaluations[0].report.code is RiskCode.OUT_OF_RANGE
    assert after.pairs[0].state_hex == carry.pairs[0].state_hex
    assert after.pairs[0].ratio_num > carry.pairs[0].ratio_num


def test_an_unusable_price_alerts_and_names_itself() -> None:
    observed = replace(block(0, 180.0), feeds=())
    evaluation = evaluate(observed, core.terms(), WEIGHTS, RiskCarry(()))
    assert isinstance(evaluation.verdict, Alert)
    assert evaluation.price_fault is not None
    assert "was not read" in evaluation.price_fault


def test_idle_funds_repair_even_without_a_usable_price() -> None:
    position = core.position(idle_debt=10**12, idle_debt_budget=10**12)
    evaluation = evaluate(core.observation(position, feeds=()), core.terms(), WEIGHTS, RiskCarry(()))
    assert isinstance(evaluation.verdict, Act)


def test_a_position_that_was_not_observed_is_an_error() -> None:
    with pytest.raises(KeyError, match="other"):
        evaluate(block(0, 200.0), core.terms("other"), WEIGHTS, RiskCarry(()))


def test_snapshot_hash_covers_observation_terms_and_carry() -> None:
    terms = [core.terms()]
    carry = walk(terms, PRICES)[1]
    base = evaluate(block(60, 190.0), terms[0], WEIGHTS, carry).snapshot
    others = (
        evaluate(block(60, 190.1), terms[0], WEIGHTS, carry).snapshot,
        evaluate(block(60, 190.0), core.terms(swap_fee_ppm=3_000), WEIGHTS, carry).snapshot,
        evaluate(block(60, 190.0), terms[0], WEIGHTS, initial_carry(WEIGHTS, terms)).snapshot,
    )
    assert len({one.hash() for one in (base, *others)}) == 4


def test_a_tick_record_survives_the_journal() -> None:
    terms = [guarded("treasury"), core.terms("other")]
    carry = initial_carry(WEIGHTS, terms)
    observed = block(0, 180.0, "treasury", "other")
    evaluations, after = evaluate_all(observed, terms, WEIGHTS, carry)
    record = tick_record(observed, carry, evaluations, after, {"other": "an intent is live"})
    assert from_plain(TickRecord, json.loads(canonical_bytes(record))) == record
    assert [verdict.gated_by for verdict in record.verdicts] == [None, "an intent is live"]


def test_initial_carry_is_fresh_per_ratio() -> None:
    other = core.terms("other", collateral_token=core.USDC)
    carry = initial_carry(WEIGHTS, [core.terms(), core.terms("second"), other])
    assert len(carry.pairs) == 2
    assert carry.of(pair_key(other)).state_hex == state_to_hex(initial_state(WEIGHTS))
    with pytest.raises(KeyError, match="holds no ratio"):
        RiskCarry(()).of(pair_key(other))


MOST_AGE = core.assets()[0].max_age_seconds


@pytest.mark.parametrize(("age", "code"), [(MOST_AGE, RiskCode.OK), (MOST_AGE + 1, RiskCode.STALE)])
def test_calm_of_a_feed_that_is_too_old_is_no_calm(age: int, code: RiskCode) -> None:
    terms = [guarded("treasury")]
    carry = walk(terms, PRICES)[1]
    observed = block(60, PRICES[-1], "treasury")
    weth, usdc = observed.feeds
    observed = replace(observed, feeds=(replace(weth, updated_at=observed.block.timestamp - age), usdc))
    (one,), after = evaluate_all(observed, terms, WEIGHTS, carry)
    assert one.report.code is code
    assert (one.report.target_health_wad == 0) == (code is RiskCode.STALE)
    assert ("risk unknown (STALE)" in one.verdict.reason) == (code is RiskCode.STALE)
    # The venue's price is what liquidators see: the state takes it in either case.
    assert after != carry


def test_a_regime_that_the_model_was_not_trained_on_is_left_to_the_rule() -> None:
    terms = [guarded("treasury")]
    carry = walk(terms, PRICES)[1]
    scales = initial_state(WEIGHTS).variance.size
    nowhere = {"feature_ranges": {"variance_per_second": [[0.0, 0.0]] * scales}}
    stranger = replace(WEIGHTS, metadata={**WEIGHTS.metadata, **nowhere})
    (one,), _ = evaluate_all(block(60, PRICES[-1]), terms, stranger, carry)
    assert one.report.code is RiskCode.OUT_OF_DISTRIBUTION
    assert "risk unknown (OUT_OF_DISTRIBUTION)" in one.verdict.reason
