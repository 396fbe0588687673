"""An oracle reports after a deviation or its heartbeat, a little late; its rules are dated, never assumed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast.risk.oracle_view import (
    NoOracleRule,
    OracleRule,
    OracleTrack,
    forward_drop,
    observe,
    report,
    rule_of,
)

RULE = OracleRule(deviation=0.005, heartbeat_seconds=3_600)
F64 = np.ndarray


def flat(*prices: float) -> F64:
    return np.asarray(prices, np.float64)


def plain_walk(rule: OracleRule, interval_seconds: int, prices: F64) -> tuple[list[float], list[float]]:
    """`observe` as its docstring says it, tick by tick, without lag, latency or extra reports."""
    standing, last_report = float(prices[0, 0]), -1
    value, lowest, at = [], [], -1
    for first, high, low, last in prices.tolist():
        reported = [standing]
        for price in (low, high, last) if last >= first else (high, low, last):
            at += 1
            due = (at - last_report) * interval_seconds / 3 >= rule.heartbeat_seconds
            if abs(price / standing - 1) >= rule.deviation or due:
                standing, last_report = price, at
                reported.append(price)
        value.append(standing)
        lowest.append(min(reported))
    return value, lowest


@settings(deadline=None)
@given(
    st.lists(st.tuples(*[st.floats(90, 110)] * 4), min_size=1, max_size=60), st.sampled_from([60, 300, 3_600])
)
def test_watching_bars_is_the_plain_walk(rows: list[tuple[float, ...]], interval: int) -> None:
    prices = np.asarray([(row[0], max(row), min(row), row[3]) for row in rows])
    track = observe(RULE, interval, prices)
    assert (track.value.tolist(), track.lowest.tolist()) == plain_walk(RULE, interval, prices)


@pytest.mark.parametrize(("price", "reports"), [(100.5001, 1), (100.4999, 0), (99.4999, 1), (99.5001, 0)])
def test_reports_at_the_deviation_and_not_below_it(price: float, reports: int) -> None:
    assert len(report(RULE, 12, 100.0, flat(100.0, price)).step) == reports


def test_reports_at_the_heartbeat_and_not_a_step_before_it() -> None:
    assert report(RULE, 1_200, 100.0, flat(100.1, 100.2)).step.tolist() == []
    beat = report(RULE, 1_200, 100.0, flat(100.1, 100.2, 100.3))
    assert (beat.step.tolist(), beat.answer.tolist()) == ([2], [100.3])


def test_a_report_carries_the_price_of_its_decision_and_stands_only_after_the_latency() -> None:
    slow = replace(RULE, latency_seconds=24)
    late = report(slow, 12, 100.0, flat(100, 90, 80, 70, 70))
    assert (late.step.tolist(), late.answer.tolist()) == ([3], [90.0])
    # Not yet on chain when the path ends: nobody ever saw it.
    assert report(slow, 12, 100.0, flat(100, 90, 80)).step.tolist() == []


def test_a_latency_shorter_than_a_step_has_no_effect() -> None:
    path = flat(100, 90, 80)
    assert report(replace(RULE, latency_seconds=11.9), 12, 100.0, path).step.tolist() == [1, 2]
    assert report(replace(RULE, latency_seconds=12), 12, 100.0, path).step.tolist() == [2]


def test_nodes_that_average_do_not_see_a_spike_but_do_see_a_fall() -> None:
    averaging = replace(RULE, lag_seconds=120)
    spike, fall = np.full(60, 100.0), np.full(60, 100.0)
    spike[10] = 98.0
    fall[10:] = 98.0
    assert report(averaging, 12, 100.0, spike).step.tolist() == []
    first = report(averaging, 12, 100.0, fall)
    # 2 % times 1 - exp(-k / 10) reaches 0.5 % at k = 3.
    assert first.step[0] == 12
    assert first.answer[0] == pytest.approx(98 + 2 * np.exp(-0.3))


def test_extra_reports_come_at_their_rate_and_leave_the_heartbeat_alone() -> None:
    restless = replace(RULE, extra_per_hour=0.5)
    steps = report(restless, 12, 100.0, np.full(300 * 2_000, 100.0), seed=3).step
    beats = (steps % 300) == 299
    assert beats.sum() == 2_000
    assert (~beats).sum() == pytest.approx(1_000, rel=0.1)
    assert report(restless, 12, 100.0, np.full(3_000, 100.0), seed=3).step.tolist() == [
        step for step in steps.tolist() if step < 3_000
    ]


@pytest.mark.parametrize(
    ("tick", "first", "path"), [(0, 1.0, [1.0]), (12, 0.0, [1.0]), (12, 1.0, [1.0, 0.0])]
)
def test_refuses_prices_and_steps_that_are_not_positive(tick: float, first: float, path: list[float]) -> None:
    with pytest.raises(ValueError, match="positive prices at positive steps"):
        report(RULE, tick, first, flat(*path))


def test_the_fall_is_looked_for_in_later_bars_only() -> None:
    track = OracleTrack(flat(100, 100, 100, 100), flat(50, 100, 90, 100))
    assert forward_drop(track, 1).tolist()[:3] == [0.0, np.log(100 / 90), 0.0]
    assert np.isnan(forward_drop(track, 1)[3])
    assert np.isnan(forward_drop(track, 4)).all()


def test_a_later_bar_never_changes_an_earlier_report() -> None:
    prices = np.random.default_rng(1).uniform(95, 105, (40, 1)) * np.asarray([1, 1.01, 0.99, 1.0])
    rule = OracleRule(0.005, 3_600, lag_seconds=400, latency_seconds=150, extra_per_hour=0.5)
    whole = observe(rule, 300, prices)
    for end in (1, 17, 39):
        part = observe(rule, 300, prices[:end])
        assert part.value.tolist() == whole.value[:end].tolist()
        assert part.lowest.tolist() == whole.lowest[:end].tolist()


def test_rules_are_known_from_their_date_on_and_never_assumed() -> None:
    assert rule_of("ETH/USD", date(2023, 4, 5)).heartbeat_seconds == 3_600
    with pytest.raises(NoOracleRule, match="ETH/USD on 2023-04-04: parameters are on record from 2023-04-05"):
        rule_of("ETH/USD", date(2023, 4, 4))
    with pytest.raises(NoOracleRule, match=r"on record for BTC/USD, .*ETH/USD.* only"):
        rule_of("DOGE/USD", date(2024, 1, 1))
