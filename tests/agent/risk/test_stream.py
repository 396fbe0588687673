"""Bars as the live stream: returns of reports, range for variation, gaps as time that passed."""

from __future__ import annotations

import numpy as np
import pytest

from ballast.risk.forecaster import make_market
from ballast.risk.stream import REPORTED_SHARE, sights

START = 1_700_006_400


def test_returns_are_those_of_the_reports_and_the_gap_is_to_the_last_close() -> None:
    # 0.3 % is not reported before the heartbeat, 1 % at once.
    prices = np.asarray([[100.0, 100, 100, 100], [100, 100.3, 100, 100.3], [100.3, 101.5, 100.3, 101.5]])
    market = make_market("made", 300, START + 300 * np.arange(3), prices, np.ones(3))
    seen = sights(market)
    assert seen.log_return == pytest.approx([0, 0, np.log(1.015)], abs=1e-6)
    assert seen.gap == pytest.approx([0, np.log(1.003), 0], abs=1e-6)
    assert seen.gap_known.tolist() == [1, 1, 1]
    assert seen.clock.tolist() == [(START + 300 * (n + 1)) % 604_800 for n in range(3)]


def test_variation_of_a_bar_comes_from_its_range_and_of_a_gap_from_the_step_over_it() -> None:
    prices = np.asarray([[100.0, 101, 99, 100], [110, 110, 110, 110]])
    market = make_market("made", 3_600, START + 3_600 * np.asarray([0, 10]), prices, np.ones(2))
    seen = sights(market)
    assert seen.quadratic[0] == pytest.approx(REPORTED_SHARE * 0.5 * np.log(101 / 99) ** 2, rel=1e-4)
    assert seen.quadratic[1] == pytest.approx(np.log(1.1) ** 2, rel=1e-4)
    assert seen.dt_seconds.tolist() == [3_600, 36_000]


def test_the_stream_ends_where_it_is_told_to() -> None:
    prices = np.full((5, 4), 100.0)
    market = make_market("made", 3_600, START + 3_600 * np.arange(5), prices, np.ones(5))
    assert len(sights(market, 3).dt_seconds) == 3
