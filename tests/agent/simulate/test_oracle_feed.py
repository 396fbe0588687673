import pytest

from ballast.simulate.oracle_feed import FeedRule, Round, next_round, seen_step

RULE = FeedRule(deviation_bps=50, heartbeat_seconds=3600, lag_seconds=60)
LAST = Round(200_00000000, 1_000)


@pytest.mark.parametrize(
    ("price", "due"),
    [(201_00000000, True), (200_99999999, False), (199_00000000, True), (199_00000001, False)],
)
def test_a_round_is_due_at_exactly_the_deviation_threshold(price, due):
    assert (next_round(RULE, LAST, price, 1_060) is not None) == due


@pytest.mark.parametrize(("now", "due"), [(4_600, True), (4_599, False)])
def test_a_round_is_due_at_exactly_the_heartbeat(now, due):
    assert (next_round(RULE, LAST, LAST.answer, now) is not None) == due


def test_a_round_carries_the_seen_price_and_the_time_of_writing():
    assert next_round(RULE, LAST, 150_00000000, 1_060) == Round(150_00000000, 1_060)


@pytest.mark.parametrize(("price", "now"), [(0, 1_060), (-1, 1_060), (1, 999)])
def test_impossible_rounds_are_refused(price, now):
    with pytest.raises(ValueError, match=r"cannot answer|would lie before"):
        next_round(RULE, LAST, price, now)


def test_nodes_see_the_price_of_one_lag_ago_and_never_before_the_path():
    assert [seen_step(step, RULE, 60) for step in (0, 1, 5)] == [0, 0, 4]
    assert seen_step(5, FeedRule(lag_seconds=0), 60) == 5
    assert seen_step(5, FeedRule(lag_seconds=179), 60) == 3
