"""Predictions against what happened, and the lines that others wait for."""

from __future__ import annotations

import io
import json

import pytest

from ballast.domain.decision import Outcome
from ballast.domain.units import UINT256_MAX
from ballast.monitor.compare import Predicted, discrepancies
from ballast.monitor.log import open_log


def outcome(obtained: int, health: int) -> Outcome:
    return Outcome(0, obtained, 0, health, 0, 0, 0)


def test_discrepancy_starts_above_one_per_cent() -> None:
    predicted = Predicted(10_000, 10_000)
    assert discrepancies(predicted, outcome(9_900, 10_100)) == ()
    found = discrepancies(predicted, outcome(9_899, 10_101))
    assert [(one.figure, one.off_bps) for one in found] == [("obtained", 101), ("health_after_wad", 101)]


def test_debt_that_is_gone_is_no_distance_but_a_discrepancy() -> None:
    assert discrepancies(Predicted(5, UINT256_MAX), outcome(5, UINT256_MAX)) == ()
    assert [one.figure for one in discrepancies(Predicted(5, 10**18), outcome(5, UINT256_MAX))] == [
        "health_after_wad"
    ]
    assert [one.figure for one in discrepancies(Predicted(0, 1), outcome(5, 1))] == ["obtained"]


def test_tick_line_is_one_json_object_written_at_once() -> None:
    stream = io.StringIO()
    open_log("json", stream).info("tick", block=7, positions=[{"label": "p"}])
    line = json.loads(stream.getvalue())
    assert (line["event"], line["block"], line["positions"]) == ("tick", 7, [{"label": "p"}])
    assert stream.getvalue().count("\n") == 1


def test_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="the log format is 'xml', allowed are 'json' and 'text'"):
        open_log("xml")
