"""The registry: training adds, only a promotion with a reason changes the champion, every look is counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ballast.domain.errors import ConfigError
from ballast.risk.network import Shape, build
from ballast.risk.parameters import Weights, make_weights
from ballast.risk.state import Limits
from ballast.training.registry import Evaluation, Registry

SHAPE = Shape(variant="linear", components=2, members=1)
META: dict[str, Any] = {"data_sha256": {}, "train_end": "then", "config": {}, "seed": 1, "scores": {}}
NOW = "2026-01-01T00:00:00+00:00"


def model(seed: int, metadata: dict[str, Any] = META) -> Weights:
    return make_weights(build(SHAPE, seed), SHAPE, Limits(), metadata)


def test_a_registered_model_is_found_again_and_is_no_champion(tmp_path: Path) -> None:
    registry, one = Registry(tmp_path), model(1)
    registry.add(one)
    registry.add(one)
    assert registry.models() == [one.model_id]
    assert registry.get(one.model_id).model_id == one.model_id
    assert registry.champion() is None


@pytest.mark.parametrize("field", sorted(META))
def test_a_model_that_hides_its_origin_is_refused(tmp_path: Path, field: str) -> None:
    meta = {name: value for name, value in META.items() if name != field}
    with pytest.raises(ConfigError, match=f"does not state {field}"):
        Registry(tmp_path).add(model(1, meta))


def test_only_a_promotion_changes_the_champion_and_its_reason_is_kept(tmp_path: Path) -> None:
    registry, first, second = Registry(tmp_path), model(1), model(2)
    for one in (first, second):
        registry.add(one)
    registry.promote(first.model_id, "first", NOW)
    promotion = registry.promote(second.model_id, " lower score ", NOW)
    assert (promotion.replaced, promotion.reason) == (first.model_id, "lower score")
    assert Registry(tmp_path).champion() == second.model_id
    registry.add(model(3))
    assert registry.champion() == second.model_id


def test_a_promotion_without_reason_or_model_is_refused(tmp_path: Path) -> None:
    registry, one = Registry(tmp_path), model(1)
    registry.add(one)
    with pytest.raises(ConfigError, match="needs a reason"):
        registry.promote(one.model_id, "  ", NOW)
    with pytest.raises(ConfigError, match="holds no model"):
        registry.promote(model(2).model_id, "better", NOW)
    with pytest.raises(ConfigError, match="allowed is 0x"):
        registry.promote("../x", "better", NOW)
    assert registry.champion() is None


def test_one_look_per_release_is_counted_and_a_second_one_refused(tmp_path: Path) -> None:
    registry, one = Registry(tmp_path), model(1)
    registry.add(one)
    assert registry.count_evaluation(Evaluation(one.model_id, "1.0", {}, {}, NOW)) == 1
    with pytest.raises(ConfigError, match="one look per release"):
        registry.count_evaluation(Evaluation(one.model_id, "1.0", {}, {}, NOW))
    assert registry.count_evaluation(Evaluation(one.model_id, "1.1", {}, {}, NOW)) == 2
    assert registry.evaluations(one.model_id) == 2


def test_a_damaged_document_is_named(tmp_path: Path) -> None:
    registry, one = Registry(tmp_path), model(1)
    path = registry.add(one)
    path.write_text(path.read_text().replace("cold_seconds", "warm_seconds"))
    with pytest.raises(ConfigError, match="malformed"):
        registry.get(one.model_id)
