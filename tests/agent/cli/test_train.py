"""`ballast train`: says what it needs, and never ships by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ballast.risk.network import Shape, build
from ballast.risk.parameters import load_default_weights, make_weights, weights_from_json, weights_to_json
from ballast.risk.state import Limits
from ballast.training.registry import Registry

SHAPE = Shape(variant="linear", components=2, members=1)
META = {
    "data_sha256": {},
    "train_end": "then",
    "config": {"shape": {"variant": "linear"}},
    "seed": 1,
    "scores": {"tail_loss": 0.2},
}


def train(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ballast.cli.main", "train", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False, timeout=120)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("forecaster", "--data", "none"), "--data has no ethusdt_1h_binance_spot.csv.gz in 'none'"),
        (("forecaster", "--data", ".", "--exclude-window", "x"), "window is 'x', allowed is DAY..DAY"),
        (("promote", "0x12", "--reason", "better"), "the registry 'out/models' holds no model 0x12"),
    ],
)
def test_failures_are_one_sentence(arguments: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    done = train(*arguments, folder=tmp_path)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_promotion_ships_the_registered_model_and_the_list_marks_it(tmp_path: Path) -> None:
    model = make_weights(build(SHAPE, 1), SHAPE, Limits(), META)
    Registry(tmp_path / "out/models").add(model)
    shipped = tmp_path / "default.json"
    shipped.write_text(weights_to_json(load_default_weights()))
    assert "champion" not in train("list", folder=tmp_path).stdout
    done = train("promote", model.model_id, "--reason", "a trial", "--ship", "default.json", folder=tmp_path)
    assert done.stdout == f"champion {model.model_id}, before none: a trial\n"
    assert weights_from_json(shipped.read_text()).model_id == model.model_id
    assert f"champion  {model.model_id} linear to then" in train("list", folder=tmp_path).stdout
