"""What a fold may know: nothing within six hours of its start; a left-out window takes a week with it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from ballast.evaluation.folds import (
    EMBARGO_SECONDS,
    STRESS_MONTHS,
    WINDOW_EMBARGO_SECONDS,
    left_out,
    month_window,
    months,
    quarters,
    seconds,
)
from support.synthetic import START, market

DAY = 86_400


def test_quarters_follow_each_other_without_gap_or_overlap():
    folds = list(quarters(seconds(2022, 4), seconds(2024, 9)))
    assert [fold.id for fold in folds][:4] == ["2022Q2", "2022Q3", "2022Q4", "2023Q1"]
    assert folds[0].start == seconds(2022, 4)
    assert folds[-1].end == seconds(2024, 9)
    assert all(a.end == b.start for a, b in pairwise(folds))


def test_months_begin_where_scoring_begins():
    folds = list(months(seconds(2025, 12, 10), seconds(2026, 2)))
    assert [(f.id, f.start) for f in folds] == [
        ("2025-12", seconds(2025, 12, 10)),
        ("2026-01", seconds(2026, 1)),
    ]


@pytest.mark.parametrize("split", [quarters, months])
def test_every_fit_ends_one_embargo_before_its_fold(split):
    assert EMBARGO_SECONDS == 6 * 3_600
    for fold in split(seconds(2023, 1), seconds(2024, 1)):
        assert fold.known_until == fold.start - EMBARGO_SECONDS


def test_a_fold_is_scored_on_outcomes_decided_inside_of_it():
    one = market(200, 1)
    end = START + 150 * 3_600
    rows = one.scored_rows(START + 100 * 3_600, end)
    assert one.known_at[rows[-1]] + 6 * 3_600 == end


def test_a_left_out_window_leaves_no_bar_and_no_label_within_a_week_of_it():
    one = market(24 * 60, 2)
    start, end = START + 25 * DAY, START + 30 * DAY
    rest = left_out(one, start, end)
    opens = rest.known_at - 3_600
    inside = (rest.known_at > start - WINDOW_EMBARGO_SECONDS) & (opens < end + WINDOW_EMBARGO_SECONDS)
    assert WINDOW_EMBARGO_SECONDS == 7 * DAY
    assert not inside.any()
    assert opens.min() == START
    last_before = np.flatnonzero(rest.known_at <= start)[-6:]
    assert np.isnan(rest.drop[last_before, 1]).all(), "a label reaches over the hole"
    assert rest.segment[last_before[-1]] != rest.segment[last_before[-1] + 1]


def test_stress_months_are_those_of_the_crises():
    assert {"2020-03", "2021-05", "2022-05", "2022-11", "2023-03", "2024-08"} <= set(STRESS_MONTHS)
    assert month_window("2024-12") == (seconds(2024, 12), seconds(2025, 1))
