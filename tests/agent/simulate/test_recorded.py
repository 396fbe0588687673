from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ballast.data.bars import BarsError
from ballast.simulate.recorded import Recording, interval_seconds, recorded_path

FEE = Decimal(30)
START = int(datetime(2021, 5, 19, tzinfo=UTC).timestamp())


def _write(folder, interval, rows, skip=()):
    lines = ["ts,open,high,low,close,volume"]
    for index, (o, h, low, c) in enumerate(rows):
        if index not in skip:
            stamp = datetime.fromtimestamp(START + index * interval, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            lines.append(f"{stamp},{o},{h},{low},{c},1")
    file = folder / "bars.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


HOURS = [(100, 104, 99, 102), (102, 103, 80, 85), (85, 90, 84.5, 89)]


@pytest.mark.parametrize("seed", range(5))
def test_hourly_bars_touch_their_high_and_low_and_end_in_their_close(tmp_path, seed):
    path = recorded_path(Recording(_write(tmp_path, 3600, HOURS)), FEE, seed)
    assert (path.steps, path.start) == (180, START)
    for index, (_, high, low, close) in enumerate(HOURS):
        bar = path.price_e8[index * 60 + 1 : index * 60 + 61]
        assert (max(bar), min(bar), bar[-1]) == (high * 10**8, int(low * 10**8), close * 10**8)


def test_minute_bars_are_their_closes(tmp_path):
    rows = [(100, 101, 99, 100.5), (100.5, 102, 100, 101)]
    path = recorded_path(Recording(_write(tmp_path, 60, rows)), FEE, 1)
    assert path.price_e8 == (100 * 10**8, 10050000000, 101 * 10**8)


def test_missing_bars_hold_the_price_and_are_counted_in_the_label(tmp_path):
    path = recorded_path(Recording(_write(tmp_path, 3600, [*HOURS, HOURS[2]], skip=(1,))), FEE, 1)
    assert path.steps == 240
    assert set(path.price_e8[61:121]) == {102 * 10**8}
    assert "1 missing bars" in path.label


def test_a_window_starts_and_ends_where_it_says(tmp_path):
    path = recorded_path(Recording(_write(tmp_path, 3600, HOURS), START + 3600, 1), FEE, 1)
    assert (path.start, path.steps, path.price_e8[-1]) == (START + 3600, 60, 85 * 10**8)


def test_a_window_without_bars_is_refused(tmp_path):
    with pytest.raises(BarsError, match="no bars between"):
        recorded_path(Recording(_write(tmp_path, 3600, HOURS), START + 10**7, 1), FEE, 1)


@pytest.mark.parametrize("hours", [0, 73])
def test_more_than_three_days_are_refused(tmp_path, hours):
    with pytest.raises(ValueError, match="allowed is 1 to 72"):
        recorded_path(Recording(_write(tmp_path, 3600, HOURS), None, hours), FEE, 1)


def test_the_interval_is_found_in_spite_of_gaps(tmp_path):
    assert interval_seconds(_write(tmp_path, 1800, [*HOURS, HOURS[2]], skip=(1,))) == 1800


def test_an_interval_of_half_minutes_is_refused(tmp_path):
    with pytest.raises(BarsError, match="not a multiple of 60 s"):
        interval_seconds(_write(tmp_path, 30, HOURS))


def test_one_bar_does_not_tell_its_interval(tmp_path):
    with pytest.raises(BarsError, match="at least two"):
        interval_seconds(_write(tmp_path, 60, HOURS[:1]))
