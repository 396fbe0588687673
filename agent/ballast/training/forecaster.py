"""One training of the forecaster, from recorded bars to a model that can be registered; resumable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import numpy as np

from ballast.domain.errors import ConfigError
from ballast.risk.fit import Checkpoint, Progress, Training, begin, prepare, train
from ballast.risk.forecaster import HORIZON_SECONDS, Market, hits
from ballast.risk.network import Network, Shape
from ballast.risk.neural import NeuralForecaster
from ballast.risk.parameters import Weights, make_weights
from ballast.risk.samples import Split, everything
from ballast.risk.scores import scores_of
from ballast.risk.state import Limits
from ballast.training.markets import Recorded, Window


@dataclass(frozen=True, slots=True)
class Job:
    """What is trained: everything that, with the data, decides the weights."""

    train_end: int
    seed: int = 20_261_128
    shape: Shape = field(default_factory=Shape)
    training: Training = field(default_factory=Training)
    excluded: tuple[Window, ...] = ()


def run_job(
    job: Job, recorded: Recorded, checkpoint: Path | None, told: Callable[[Progress], None]
) -> Weights:
    """Trains to the end, from `checkpoint` where that file exists, writing it after every epoch.

    Raises:
        ConfigError: the checkpoint belongs to another job or other data, or there are too few bars.
    """
    try:
        split = prepare(job.shape, job.training, recorded.markets, job.train_end)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    here = begin(job.shape, job.training, split, job.seed)
    if checkpoint is not None and checkpoint.exists():
        here = _read(checkpoint, _fingerprint(job, recorded.sha256), here)
    for reached, progress in train(job.shape, job.training, split, job.seed, here):
        here = reached
        told(progress)
        if checkpoint is not None:
            _write(checkpoint, _fingerprint(job, recorded.sha256), here)
    return make_weights(here.networks, job.shape, Limits(), _metadata(job, recorded, split, here))


def held_out_scores(networks: Network, shape: Shape, market: Market, window: Window) -> dict[str, Any]:
    """Scores of one market's rows in a window, by horizon, with and without a market price."""
    rows, found = market.scored_rows(window.start, window.end), {}
    for label, knows in (("market price known", True), ("oracle alone", False)):
        p = NeuralForecaster(shape, networks=networks, knows_market=knows).predict(market, rows)
        hit = hits(market.drop[rows])
        found[label] = {
            f"{horizon // 3_600}h": asdict(scores_of(p[:, column], hit[:, column]))
            for column, horizon in enumerate(HORIZON_SECONDS)
        }
    return found


def stamp(seconds: int) -> str:
    """Unix seconds as ISO 8601 UTC."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


def _metadata(job: Job, recorded: Recorded, split: Split, here: Checkpoint) -> dict[str, Any]:
    """Where the numbers come from; not part of the model id."""
    ranges = {}
    for market in recorded.markets:
        known = market.known_at[market.known_at <= job.train_end]
        if known.size:
            ranges[market.name] = [stamp(known[0]), stamp(known[-1]), int(known.size)]
    return {
        "seed": job.seed,
        "jax": jax.__version__,
        "train_end": stamp(job.train_end),
        "tail_from": stamp(split.cut),
        "config": {"shape": asdict(job.shape), "training": asdict(job.training)},
        "train_ranges": ranges,
        "excluded_ranges": [[stamp(window.start), stamp(window.end)] for window in job.excluded],
        "data_sha256": dict(sorted(recorded.sha256.items())),
        "epochs": int(here.best_epoch),
        "feature_ranges": {"variance_per_second": _variance_ranges(split)},
        "scores": {"tail_loss": round(float(here.best_loss), 6)},
    }


def _variance_ranges(split: Split) -> list[list[float]]:
    """Least and greatest variance per second of each half-life in training: beyond is unknown ground."""
    variance = everything(split).state.variance
    variance = variance.reshape(-1, variance.shape[-1])
    pairs = np.stack([variance.min(axis=0), variance.max(axis=0)], axis=1)
    found: list[list[float]] = pairs.astype(np.float64).tolist()
    return found


def _fingerprint(job: Job, sha256: Mapping[str, str]) -> str:
    document = json.dumps([asdict(job), sorted(sha256.items())], sort_keys=True)
    return hashlib.sha256(document.encode()).hexdigest()


def _write(path: Path, fingerprint: str, here: Checkpoint) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".tmp")
    with beside.open("wb") as file:
        file.write(fingerprint.encode("ascii") + b"\n")
        eqx.tree_serialise_leaves(file, here)
    beside.replace(path)


def _read(path: Path, fingerprint: str, like: Checkpoint) -> Checkpoint:
    with path.open("rb") as file:
        if file.readline().strip() != fingerprint.encode("ascii"):
            raise ConfigError(
                f"checkpoint '{path}' belongs to another job or other data; remove it or use --out"
            )
        here: Checkpoint = eqx.tree_deserialise_leaves(file, like)
    return here
