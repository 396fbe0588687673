import hashlib
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast.simulate.noise import Noise
from ballast.simulate.path import PRICE_SCALE, build_path
from ballast.simulate.scenario import Scenario, load_scenario, parse_scenario

CRASH = load_scenario("black_thursday")
CALM = load_scenario("calm")
# Change this only with a reason: every published result of a seed rests on these bytes.
CRASH_SEED_1_SHA256 = "96470f430ab3a1c88df195301dddc0095809da4607b8632ded4bea1ca22d8648"


def _e8(value: Decimal) -> int:
    return int(value * PRICE_SCALE)


def _hash(values: tuple[int, ...]) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()


@pytest.mark.parametrize("scenario", [CRASH, CALM], ids=lambda s: s.path)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**63))
def test_every_seed_passes_through_every_anchor_and_stays_above_the_floor(scenario: Scenario, seed):
    path = build_path(scenario, seed)
    assert path.steps == scenario.hours * 60
    assert len(path.base_fee_wei) == len(path.price_e8)
    assert [path.price_e8[hour * 60] for hour, _ in scenario.price_usd] == [
        _e8(price) for _, price in scenario.price_usd
    ]
    assert min(path.price_e8) >= _e8(scenario.floor_usd)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**63))
def test_stated_lows_are_the_lows_of_their_hours(seed):
    prices = build_path(CRASH, seed).price_e8
    for hour, low in CRASH.lows_usd:
        assert min(prices[hour * 60 - 60 : hour * 60 + 1]) == _e8(low)
    assert min(prices) == _e8(Decimal(86))


def test_a_seed_has_the_same_bytes_everywhere():
    assert _hash(build_path(CRASH, 1).price_e8) == CRASH_SEED_1_SHA256


def test_another_seed_is_another_path_between_the_same_anchors():
    one, two = build_path(CRASH, 1), build_path(CRASH, 2)
    assert one.price_e8 != two.price_e8
    assert one.base_fee_wei != two.base_fee_wei


def test_minutes_move_more_in_the_crash_than_before_it():
    prices = build_path(CRASH, 1).price_e8
    quiet, crash = (
        sum(abs(b - a) / a for a, b in pairwise(prices[hour * 60 : hour * 60 + 61])) / 60 for hour in (0, 10)
    )
    assert 0.0003 < quiet < 0.0025
    assert 0.004 < crash < 0.03


def test_base_fee_stays_near_its_anchors():
    path = build_path(CRASH, 1)
    for hour, gwei in CRASH.base_fee_gwei:
        assert abs(path.base_fee_wei[hour * 60] / 1e9 / float(gwei) - 1) < 0.5


def test_labels_say_that_no_minute_record_stands_behind_the_paths():
    assert "reconstruction" in build_path(CRASH, 1).label
    assert "model" in build_path(CALM, 1).label


def test_an_excerpt_keeps_prices_and_times():
    path = build_path(CRASH, 1)
    part = path.excerpt(540, 720)
    assert (part.steps, part.price_e8[0], part.timestamp(0)) == (180, path.price_e8[540], path.timestamp(540))
    assert part.price_e8[-1] == path.price_e8[720]


@pytest.mark.parametrize(("first", "last"), [(-1, 5), (5, 5), (0, 2221)])
def test_an_excerpt_outside_of_the_path_is_refused(first, last):
    with pytest.raises(ValueError, match="is not inside"):
        build_path(CRASH, 1).excerpt(first, last)


def _raw(**changes):
    raw = {
        "name": "x",
        "path": "crash",
        "label": "l",
        "data_source": "d",
        "start": "2020-03-12T00:00:00+00:00",
        "hours": 2,
        "price_usd": [[0, "10"], [2, "11"]],
        "low_in_hour_before_usd": [],
        "floor_usd": "9",
        "base_fee_gwei": [[0, "1"]],
    }
    return raw | changes


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hours": 3}, "price anchors stand at hours"),
        ({"price_usd": [[1, "10"], [2, "11"]]}, "price anchors stand at hours"),
        ({"floor_usd": "10.5"}, "lies below the floor"),
        ({"base_fee_gwei": [[1, "1"]]}, "first base fee"),
    ],
)
def test_a_scenario_that_contradicts_itself_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        parse_scenario(_raw(**changes))


def test_a_low_needs_an_anchor_an_hour_before_it():
    with pytest.raises(ValueError, match="needs an anchor at hour 1"):
        build_path(parse_scenario(_raw(low_in_hour_before_usd=[[2, "9.5"]])), 1)


def test_noise_has_mean_zero_and_variance_one():
    draws = [float(x) for x in Noise(1, "test").normals(0, 4000)]
    mean = sum(draws) / len(draws)
    assert abs(mean) < 0.06
    assert abs(sum((x - mean) ** 2 for x in draws) / len(draws) - 1) < 0.08
    assert list(Noise(1, "other").normals(0, 3)) != list(Noise(1, "test").normals(0, 3))
