"""Thresholds: those shipped belong to the weights shipped; contradictions are refused."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest

from ballast.risk.model import load_default_weights
from ballast.risk.thresholds import ThresholdsError, load_default_thresholds, thresholds_from_json


def document(**changes: Any) -> str:
    return json.dumps(asdict(load_default_thresholds()) | changes)


def test_shipped_thresholds_were_chosen_for_the_shipped_weights() -> None:
    assert load_default_thresholds().model_id == load_default_weights().model_id


def test_document_round_trip_ignores_its_origin() -> None:
    assert thresholds_from_json(document(train_end="then")) == load_default_thresholds()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"act_p1h_ppm": 0}, "act_p1h_ppm is 0"),
        ({"act_p6h_ppm": 1_000_001}, "act_p6h_ppm is 1000001"),
        ({"act_p1h_ppm": 0.5}, "act_p1h_ppm is 0.5"),
        ({"act_health_factor_bps": 9_999}, "must rise"),
        ({"act_health_factor_bps": 13_001}, "must rise"),
        ({"target_health_factor_max_bps": 12_999}, "must rise"),
        ({"target_p6h_ppm": 100_000, "act_p6h_ppm": 100_000}, "target_p6h_ppm below"),
        ({"alert_p1h_ppm": 10_001, "act_p1h_ppm": 10_000}, "alert_p1h_ppm at most"),
        ({"alert_p6h_ppm": 100_001, "act_p6h_ppm": 100_000}, "alert_p6h_ppm at most"),
        (
            {"target_p6h_ppm": 30_001, "alert_p6h_ppm": 30_000, "act_p6h_ppm": 100_000},
            "target_p6h_ppm at most",
        ),
    ],
)
def test_refuses_a_contradiction_naming_it(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ThresholdsError, match=reason):
        thresholds_from_json(document(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"act_health_factor_bps": 10_000},
        {"act_health_factor_bps": 13_000},
        {"target_p6h_ppm": 99_999, "alert_p6h_ppm": 100_000, "act_p6h_ppm": 100_000},
        {"target_p6h_ppm": 30_000, "alert_p6h_ppm": 30_000, "act_p6h_ppm": 100_000},
        {"alert_p1h_ppm": 10_000, "act_p1h_ppm": 10_000},
    ],
)
def test_accepts_values_on_the_limit(changes: dict[str, Any]) -> None:
    thresholds_from_json(document(**changes))


@pytest.mark.parametrize("text", ["", "[]", "{}", "1"])
def test_refuses_text_that_is_no_document(text: str) -> None:
    with pytest.raises(ThresholdsError, match="malformed"):
        thresholds_from_json(text)
