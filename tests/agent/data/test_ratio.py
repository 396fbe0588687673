"""A collateral in units of a debt that moves: the widest bar that can have been, never a later price."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ballast.data.bars import Bars, BarsError
from ballast.data.ratio import ratio
from ballast.data.recorded import load_recorded, points_of

HOUR = 3_600


def hours(*rows: tuple[float, float, float, float], first: int = 0) -> Bars:
    values = np.asarray(rows, np.float64)
    ts = (first + np.arange(len(rows), dtype=np.int64)) * HOUR
    return Bars("hours", HOUR, "", ts, *values.T.copy(), np.ones(len(rows)))


ETH = hours((100, 110, 90, 105), (105, 106, 99, 100), (100, 101, 98, 99))


def test_bars_by_bars_are_as_wide_as_they_can_have_been() -> None:
    usdc = hours((1, 1, 0.9, 0.95), (0.95, 1.1, 0.95, 1))
    found = ratio(ETH, usdc)
    assert found.excluded == 1
    bars = found.bars
    assert bars.open.tolist() == [100, 105 / 0.95]
    assert bars.high.tolist() == [110 / 0.9, 106 / 0.95]
    assert bars.low.tolist() == [90, 99 / 1.1]
    assert bars.close.tolist() == [105 / 0.95, 100]
    assert (bars.low <= np.minimum(bars.open, bars.close)).all()


def test_a_missing_bar_of_the_debt_leaves_a_gap() -> None:
    usdc = hours((1, 1, 1, 1), (1, 1, 1, 1), (1, 1, 1, 1)).select(np.asarray([True, False, True]))
    found = ratio(ETH, usdc)
    assert (found.bars.ts.tolist(), found.excluded) == ([0, 2 * HOUR], 1)
    assert len(list(found.bars.segments())) == 2


def test_points_stand_until_the_next_one_and_count_up_to_the_bars_end() -> None:
    usdc = points_of("usdc", [(0, 1.0), (HOUR // 2, 0.5), (HOUR, 0.8), (HOUR + 1, 2.0)], "")
    bars = ratio(ETH, usdc).bars
    assert bars.open.tolist() == [100, 105 / 0.8, 100 / 2]
    assert bars.close.tolist() == [105 / 0.8, 100 / 2, 99 / 2]
    assert bars.low.tolist() == [90, 99 / 2, 98 / 2]
    assert bars.high.tolist() == [110 / 0.5, 106 / 0.8, 101 / 2]


def test_later_points_change_no_earlier_bar() -> None:
    points = [(at * 600, 1 + 0.01 * (at % 7)) for at in range(30)]
    whole = ratio(ETH, points_of("usdc", points, "")).bars
    for end in (1, 2, 3):
        known = [point for point in points if point[0] <= end * HOUR]
        part = ratio(ETH.select(slice(end)), points_of("usdc", known, "")).bars
        assert part.low.tolist() == whole.low[:end].tolist()
        assert part.close.tolist() == whole.close[:end].tolist()


@pytest.mark.parametrize(("max_age", "kept"), [(2 * HOUR, [0, 1, 2]), (2 * HOUR - 1, [0, 1])])
def test_a_debt_price_may_be_so_old_and_no_older(max_age: int, kept: list[int]) -> None:
    found = ratio(ETH, points_of("usdc", [(0, 1.0)], ""), max_age)
    assert found.bars.ts.tolist() == [row * HOUR for row in kept]


def test_bars_before_the_first_point_are_left_out() -> None:
    assert ratio(ETH, points_of("usdc", [(HOUR, 1.0)], "")).excluded == 1


def test_what_cannot_be_joined_is_refused() -> None:
    minutes = Bars("minutes", 60, "", *([np.asarray([0])] * 6))
    with pytest.raises(BarsError, match="hours has bars of 3600 s, minutes of 60 s"):
        ratio(ETH, minutes)
    with pytest.raises(BarsError, match="usdc has bars of 0 s"):
        ratio(points_of("usdc", [(0, 1.0)], ""), ETH)
    with pytest.raises(BarsError, match="no bar has a price of hours"):
        ratio(ETH, hours((1, 1, 1, 1), first=99))


@pytest.mark.data
def test_ether_in_usdc_did_not_fall_with_usdc_in_march_2023(market_data: Path) -> None:
    start, end = (int(datetime(2023, 3, day, tzinfo=UTC).timestamp()) for day in (10, 13))
    found = ratio(load_recorded(market_data, "ETHUSDT-1h"), load_recorded(market_data, "USDCUSDT-pool"))
    days = found.bars.between(start, end)
    plain = load_recorded(market_data, "ETHUSDT-1h").between(start, end)
    worst = int(np.argmax(days.high / plain.high))
    assert days.high[worst] / plain.high[worst] == pytest.approx(1 / 0.8726, rel=0.01)
