"""A training job: from files of bars to a registered model, interrupted or not, never shipping by itself."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ballast.domain.errors import ConfigError
from ballast.risk.fit import Progress, Training
from ballast.risk.network import Shape
from ballast.training.forecaster import Job, held_out_scores, run_job
from ballast.training.markets import Recorded, Source, Window, load_recorded

START = 1_600_000_200 // 3_600 * 3_600
BARS = 500
JOB = Job(START + 3_600 * 400, 1, Shape(width=4, components=2, members=2), Training(epochs=2, batch=256))


class Interrupted(Exception):
    pass


def write_bars(folder: Path) -> None:
    generator = np.random.default_rng(1)
    close = 2_000 * np.exp(np.cumsum(generator.standard_normal(BARS)) * 0.005)
    rows = ["ts,open,high,low,close,volume"]
    for number, price in enumerate(close):
        when = datetime.fromtimestamp(START + 3_600 * number, UTC).isoformat()
        rows.append(f"{when},{price},{price * 1.004},{price * 0.996},{price},1")
    (folder / "made.csv.gz").write_bytes(gzip.compress("\n".join(rows).encode()))


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    write_bars(tmp_path)
    return load_recorded(tmp_path, [Source("made", 3_600)], ())


def test_an_interrupted_job_goes_on_where_it_was_and_ends_with_the_same_model(
    tmp_path: Path, recorded: Recorded
) -> None:
    straight, told = run_job(JOB, recorded, None, lambda _: None), []

    def interrupt(progress: Progress) -> None:
        told.append(progress)
        if len(told) == 2:
            raise Interrupted

    checkpoint = tmp_path / "job.checkpoint"
    with pytest.raises(Interrupted):
        run_job(JOB, recorded, checkpoint, interrupt)
    # What was told last was not written yet: its epoch is done again.
    resumed = run_job(JOB, recorded, checkpoint, told.append)
    assert resumed.model_id == straight.model_id
    assert resumed.metadata["config"]["training"]["epochs"] == 2
    with pytest.raises(ConfigError, match="another job"):
        run_job(Job(JOB.train_end, 2, JOB.shape, JOB.training), recorded, checkpoint, lambda _: None)


def test_scores_after_the_cut_off_count_every_row_whose_outcome_is_recorded(recorded: Recorded) -> None:
    weights = run_job(JOB, recorded, None, lambda _: None)
    (market,) = recorded.markets
    found = held_out_scores(weights.parameters, weights.shape, market, Window(JOB.train_end, 2**40))
    assert set(found) == {"market price known", "oracle alone"}
    # 500 bars are known from hour 1 on; the cut-off is hour 400; the last six have no outcome.
    assert found["oracle alone"]["1h"]["samples"] == BARS - 400 + 1 - 6
    assert 0 < found["oracle alone"]["1h"]["brier"] < 0.25


def test_a_window_is_cut_out_of_the_bars(tmp_path: Path) -> None:
    write_bars(tmp_path)
    window = Window(START + 3_600 * 10 + 1, START + 3_600 * 20)
    (market,) = load_recorded(tmp_path, [Source("made", 3_600)], [window]).markets
    assert len(market) == BARS - 10
    assert market.segment[[0, 9, 10]].tolist() == [0, 0, 1]


def test_a_missing_file_and_too_few_bars_are_named(tmp_path: Path, recorded: Recorded) -> None:
    with pytest.raises(ConfigError, match=r"--data has no other.csv.gz"):
        load_recorded(tmp_path, [Source("other", 3_600)], ())
    with pytest.raises(ConfigError, match="no samples on one side"):
        run_job(Job(START + 3_600), recorded, None, lambda _: None)


@pytest.mark.parametrize("text", ["2020-03-05", "2020-03-21..2020-03-05", "a..b", "2020-03-05..2020-03-05"])
def test_a_window_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="window is"):
        Window.parse(text)
