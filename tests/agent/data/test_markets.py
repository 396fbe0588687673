"""Recorded markets load by name; a wick is refused or left out on purpose and counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ballast.data.bars import Bars, BarsError
from ballast.data.markets import load_markets, market_of
from ballast.data.recorded import RECORDED, load_recorded
from ballast.data.wicks import WickRule, exclude_wicks, refuse_wicks, wicks

HOUR = 3_600


def quiet(count: int, low_at: dict[int, float]) -> Bars:
    """Bars around 100 with a range of 1 %, and the given lows."""
    base = np.full(count, 100.0)
    low = np.full(count, 99.5)
    for row, price in low_at.items():
        low[row] = price
    ts = np.arange(count, dtype=np.int64) * HOUR
    return Bars("quiet", HOUR, "", ts, base, base + 0.5, low, base, base)


def test_a_low_at_half_the_body_is_no_wick_and_one_below_it_is() -> None:
    assert not wicks(quiet(50, {40: 50.0})).any()
    assert np.flatnonzero(wicks(quiet(50, {40: 49.9}))).tolist() == [40]


def test_a_high_counts_like_a_low() -> None:
    bars = quiet(50, {})
    bars.high[30] = 201
    assert np.flatnonzero(wicks(bars)).tolist() == [30]


def test_the_same_fall_among_bars_that_range_as_far_is_a_market_and_no_wick() -> None:
    wild = quiet(50, dict.fromkeys(range(50), 96.0))
    wild.low[40] = 49.9
    assert not wicks(wild, WickRule(multiple=20)).any()


def test_later_bars_never_change_what_was_a_wick() -> None:
    bars = quiet(80, {30: 1.0, 60: 2.0})
    whole = wicks(bars)
    for end in (31, 45, 61):
        assert wicks(bars.select(slice(end))).tolist() == whole[:end].tolist()


def test_leaving_wicks_out_makes_a_gap_and_counts_it() -> None:
    bars, count = exclude_wicks(quiet(50, {40: 1.0}))
    assert (len(bars), count) == (49, 1)
    assert market_of(bars).segment.tolist() == [0] * 40 + [1] * 9


def test_a_wick_is_refused_by_name_unless_asked_otherwise() -> None:
    with pytest.raises(BarsError, match=r"1 bars hold a wick, the first opens at 144000: .*1\.0"):
        refuse_wicks(quiet(50, {40: 1.0}))
    refuse_wicks(quiet(50, {}))


def test_an_unknown_market_is_refused_with_the_known_names(tmp_path: Path) -> None:
    with pytest.raises(BarsError, match="'DOGEUSDT-1h', known are ETHUSDT-1h"):
        load_recorded(tmp_path, "DOGEUSDT-1h")


@pytest.mark.data
def test_every_recorded_market_loads_and_only_one_bar_is_a_wick(market_data: Path) -> None:
    names = [name for name, file in RECORDED.items() if file.interval_seconds]
    loaded = load_markets(market_data, names, without_wicks=True)
    assert {name: count for name, count in loaded.excluded_wicks.items() if count} == {"LINKUSDT-1h": 1}
    assert [market.name for market in loaded.markets] == names


@pytest.mark.data
def test_the_recorded_wick_is_refused_unless_excluded(market_data: Path) -> None:
    with pytest.raises(BarsError, match=r"1584007200: .*0\.0001"):
        load_markets(market_data, ["LINKUSDT-1h"])
