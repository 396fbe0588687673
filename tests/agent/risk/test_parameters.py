"""Weights: identified by their content, refused when a guarantee would not hold."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from ballast.risk.model import load_default_weights
from ballast.risk.parameters import Limits, WeightsError, make_weights, weights_from_json, weights_to_json

WEIGHTS = load_default_weights()


def values(**changes: Any) -> dict[str, Any]:
    return {name: np.asarray(leaf) for name, leaf in WEIGHTS.parameters._asdict().items()} | changes


def test_document_round_trip_keeps_identity_and_bits() -> None:
    again = weights_from_json(weights_to_json(WEIGHTS))
    assert again.model_id == WEIGHTS.model_id
    for one, two in zip(again.parameters, WEIGHTS.parameters, strict=True):
        assert np.asarray(one).tobytes() == np.asarray(two).tobytes()


def test_identity_covers_parameters_and_limits_but_not_the_origin() -> None:
    assert len(WEIGHTS.model_id) == 66
    nudged = np.nextafter(np.float32(WEIGHTS.parameters.shift), np.float32(1))
    assert make_weights(values(shift=nudged), WEIGHTS.limits, {}).model_id != WEIGHTS.model_id
    assert make_weights(values(), Limits(cold_seconds=1), {}).model_id != WEIGHTS.model_id
    assert make_weights(values(), WEIGHTS.limits, {"note": "other"}).model_id == WEIGHTS.model_id


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"share": [0.5, 0.6, 0.0, 0.0]}, "share sums to"),
        ({"share": [1.5, -0.5, 0.0, 0.0]}, "share must not be negative"),
        ({"mix": np.full((2, 5), -0.1)}, "mix must not be negative"),
        ({"mix": np.full((2, 5), 0.3)}, "rows of mix sum"),
        ({"mix": np.zeros((1, 5))}, "mix has shape"),
        ({"scale": np.zeros((2, 4))}, "scale must be positive"),
        ({"level": [np.nan, 0.0]}, "level holds a number that is not finite"),
        ({"prior_variance": 0.0}, "prior_variance must be positive"),
        ({"extra": 1.0}, "parameters are"),
    ],
)
def test_refuses_parameters_that_break_a_guarantee(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(WeightsError, match=reason):
        make_weights(values(**changes), WEIGHTS.limits, {})


def test_refuses_a_document_that_was_changed_or_is_no_document() -> None:
    document = json.loads(weights_to_json(WEIGHTS))
    document["parameters"]["shift"] = (0.5).hex()
    with pytest.raises(WeightsError, match="the document states"):
        weights_from_json(json.dumps(document))
    for text in ("", "[]", "{}", '{"format": "x"}'):
        with pytest.raises(WeightsError, match="malformed"):
            weights_from_json(text)


def test_shipped_weights_leave_out_the_replayed_crash_and_name_their_data() -> None:
    meta = WEIGHTS.metadata
    ((first, end),) = meta["excluded_ranges"]
    assert first <= "2020-03-05T00:00:00+00:00"
    assert end >= "2020-03-21T00:00:00+00:00"
    for start, last, count in meta["train_ranges"].values():
        assert count > 0
        assert start <= last < meta["train_end"]
        assert last < first or start >= end
    assert all(len(digest) == 64 for digest in meta["data_sha256"].values())
