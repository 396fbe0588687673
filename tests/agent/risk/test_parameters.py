"""Weights: identified by their content, refused when a guarantee would not hold."""

from __future__ import annotations

import json
from dataclasses import replace

import equinox as eqx
import jax
import numpy as np
import pytest

from ballast.risk.model import load_default_weights
from ballast.risk.network import Network, Shape, build
from ballast.risk.parameters import WeightsError, make_weights, weights_from_json, weights_to_json
from ballast.risk.state import Limits

WEIGHTS = load_default_weights()
SHAPE = Shape(width=3, components=2, members=2)
SMALL = make_weights(build(SHAPE, 1), SHAPE, Limits(), {})


def changed(field: str, value: float) -> Network:
    """Networks whose first number of one field is another."""
    leaf = np.asarray(getattr(SMALL.parameters, field)).copy()
    leaf.reshape(-1)[0] = value
    return eqx.tree_at(lambda n: getattr(n, field), SMALL.parameters, leaf)


def test_document_round_trip_keeps_identity_and_bits() -> None:
    again = weights_from_json(weights_to_json(WEIGHTS))
    assert again.model_id == WEIGHTS.model_id
    for one, two in zip(jax.tree.leaves(again.parameters), jax.tree.leaves(WEIGHTS.parameters), strict=True):
        assert np.asarray(one).tobytes() == np.asarray(two).tobytes()


def test_identity_covers_every_number_shape_and_limits_but_not_the_origin() -> None:
    assert len(SMALL.model_id) == 66
    nudged = np.nextafter(np.float32(SMALL.parameters.shift[0, 0]), np.float32(1))
    assert make_weights(changed("shift", float(nudged)), SHAPE, Limits(), {}).model_id != SMALL.model_id
    assert make_weights(SMALL.parameters, SHAPE, Limits(cold_seconds=1), {}).model_id != SMALL.model_id
    assert make_weights(SMALL.parameters, SHAPE, Limits(), {"note": "x"}).model_id == SMALL.model_id


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("level", np.nan, "level holds a number that is not finite"),
        ("readout", np.inf, "readout holds a number that is not finite"),
        ("spread", 0.0, "spread must be positive"),
    ],
)
def test_refuses_numbers_that_break_a_guarantee(field: str, value: float, reason: str) -> None:
    with pytest.raises(WeightsError, match=reason):
        make_weights(changed(field, value), SHAPE, Limits(), {})


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (replace(SHAPE, width=4), "has shape"),
        (replace(SHAPE, members=3), "has shape"),
        (replace(SHAPE, variant="gru"), "missing or not known"),
    ],
)
def test_refuses_networks_of_another_shape(shape: Shape, reason: str) -> None:
    with pytest.raises(WeightsError, match=reason):
        make_weights(SMALL.parameters, shape, Limits(), {})


@pytest.mark.parametrize("changes", [{"width": 0}, {"members": 257}, {"components": 0}])
def test_refuses_a_shape_out_of_range(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="allowed are 1 to 256"):
        Shape(**changes)


def test_refuses_a_document_that_was_changed_or_is_no_document() -> None:
    document = json.loads(weights_to_json(SMALL))
    document["limits"]["cold_seconds"] = 1
    with pytest.raises(WeightsError, match="the document states"):
        weights_from_json(json.dumps(document))
    for text in ("", "[]", "{}", '{"format": "x"}'):
        with pytest.raises(WeightsError, match="malformed"):
            weights_from_json(text)
    for format_name in ("ballast-risk/1", "x"):
        with pytest.raises(WeightsError, match="expected 'ballast-risk/2'"):
            weights_from_json(json.dumps(json.loads(weights_to_json(SMALL)) | {"format": format_name}))


def test_shipped_weights_leave_out_the_replayed_crash_and_name_their_data() -> None:
    meta = WEIGHTS.metadata
    ((first, end),) = meta["excluded_ranges"]
    assert first <= "2020-03-05T00:00:00+00:00"
    assert end >= "2020-03-21T00:00:00+00:00"
    for start, last, count in meta["train_ranges"].values():
        assert count > 0
        assert start <= last <= meta["train_end"]
    assert all(len(digest) == 64 for digest in meta["data_sha256"].values())
    assert {"config", "seed", "scores", "epochs"} <= set(meta)
