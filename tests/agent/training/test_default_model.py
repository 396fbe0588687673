"""The model in the repository is what its own metadata says how to make: bit for bit, from recorded bars."""

from __future__ import annotations

from pathlib import Path

import jax
import pytest

from ballast.risk.fit import Training
from ballast.risk.network import Shape
from ballast.risk.parameters import load_default_weights
from ballast.training.forecaster import Job, run_job
from ballast.training.markets import SOURCES, Window, day_seconds, load_recorded
from ballast.training.registry import Registry

WEIGHTS = load_default_weights()


@pytest.mark.deep
@pytest.mark.data
@pytest.mark.timeout(3_600)
def test_training_again_gives_the_shipped_model(market_data: Path) -> None:
    meta = WEIGHTS.metadata
    if meta["jax"] != jax.__version__:
        pytest.skip(f"made by JAX {meta['jax']}, here is {jax.__version__}")
    windows = tuple(Window(day_seconds(first), day_seconds(end)) for first, end in meta["excluded_ranges"])
    shape, training = Shape(**meta["config"]["shape"]), Training(**meta["config"]["training"])
    job = Job(day_seconds(meta["train_end"]), meta["seed"], shape, training, windows)
    recorded = load_recorded(market_data / "prices", SOURCES, windows)
    assert recorded.sha256 == meta["data_sha256"]
    assert run_job(job, recorded, None, lambda _: None).model_id == WEIGHTS.model_id


def test_the_shipped_model_is_the_last_one_promoted() -> None:
    folder = Path(__file__).parents[3] / "agent/ballast/risk/weights"
    assert Registry(folder).champion() == WEIGHTS.model_id
