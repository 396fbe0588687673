"""The oracle's rule, walked along recorded bars, tells what the real feed did, where it was not fitted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from ballast.data.bars import Bars
from ballast.data.recorded import load_recorded
from ballast.data.rounds import load_rounds
from ballast.risk.oracle_view import OracleRule, rule_of
from ballast.simulate.oracle_agreement import QUANTILES, distance, modelled, timing


@pytest.mark.data
@pytest.mark.parametrize(
    ("feed", "bars", "rounds"),
    [("ETH/USD", "ETHUSDT-30m-perp", "eth_usd"), ("BTC/USD", "BTCUSDT-30m-perp", "btc_usd")],
)
def test_counts_gaps_and_ages_agree_with_the_recorded_feed(
    market_data: Path, feed: str, bars: str, rounds: str
) -> None:
    start, end = (int(datetime(*day, tzinfo=UTC).timestamp()) for day in ((2023, 9, 1), (2024, 1, 29)))
    real = timing(load_rounds(market_data / f"chainlink/{rounds}_rounds.csv.gz").updated_at, start, end)
    market = load_recorded(market_data, bars).between(start, end)
    model = timing(modelled(rule_of(feed, date(2023, 9, 1)), market, seed=2), start, end)
    assert abs(model.count / real.count - 1) < 0.10
    # Recorded gaps are multiples of a block and run from 12 s to the heartbeat.
    for place, q in enumerate(QUANTILES):
        assert model.ages[place] == pytest.approx(real.ages[place], rel=0.12, abs=24), q
        assert model.gaps[place] == pytest.approx(real.gaps[place], rel=0.30, abs=96), q


def test_a_rule_without_lag_writes_too_many_rounds_for_the_test_to_pass() -> None:
    ts = np.arange(200, dtype=np.int64) * 1_800
    walk = 100 * np.exp(np.cumsum(np.random.default_rng(5).normal(0, 0.006, 201)))
    first, last = walk[:-1], walk[1:]
    high, low = np.maximum(first, last) * 1.003, np.minimum(first, last) * 0.997
    bars = Bars("walk", 1_800, "", ts, first, high, low, last, first)
    slow = modelled(OracleRule(lag_seconds=120, latency_seconds=12), bars, 1)
    assert len(modelled(OracleRule(), bars, 1)) > 1.1 * len(slow)


def test_timing_counts_gaps_and_ages_of_a_plain_heartbeat() -> None:
    beat = timing(np.arange(0, 36_000, 3_600), 0, 36_000)
    assert beat.count == 10
    assert beat.gaps.tolist() == [3_600.0] * len(QUANTILES)
    assert beat.ages[QUANTILES.index(0.5)] == pytest.approx(1_770)
    assert distance(beat, beat) == 0
    assert distance(timing(np.arange(0, 36_000, 1_800), 0, 36_000), beat) > 0.4


def test_refuses_a_window_without_rounds_and_bars_with_a_hole() -> None:
    with pytest.raises(ValueError, match="1 rounds lie between"):
        timing(np.asarray([5]), 0, 10)
    one = np.full(2, 100.0)
    holed = Bars("holed", 1_800, "", np.asarray([0, 3_600]), one, one, one, one, one)
    with pytest.raises(ValueError, match="holed: bars are missing"):
        modelled(OracleRule(), holed, 1)
