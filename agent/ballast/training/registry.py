"""Registry of trained models: a document per model, a champion, and a log of everything that was decided.

Training adds; it never changes the champion. Only `promote` does, with a reason. An evaluation is counted,
and a second one of the same model for the same release is refused, since looking twice is tuning.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ballast.domain.errors import ConfigError
from ballast.risk.parameters import Weights, WeightsError, weights_from_json, weights_to_json

_LOG = "registry.json"


@dataclass(frozen=True, slots=True)
class Promotion:
    """Who became champion, after whom, why, and when (ISO 8601, UTC)."""

    model_id: str
    replaced: str | None
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One look at held-out data: of which model, for which release, on which data, with what outcome."""

    model_id: str
    release: str
    data_sha256: Mapping[str, str]
    scores: Mapping[str, Any]
    at: str


class Registry:
    """A folder: `<model id>.json` per model and `registry.json` with champion, promotions and evaluations."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, weights: Weights) -> Path:
        """Store a model; the same model again changes nothing.

        Raises ConfigError if its metadata lacks what a registered model must say of itself.
        """
        missing = {"data_sha256", "train_end", "config", "seed", "scores"} - set(weights.metadata)
        if missing:
            raise ConfigError(f"model {weights.model_id} does not state {', '.join(sorted(missing))}")
        path = self._path(weights.model_id)
        if not path.exists():
            _write(path, weights_to_json(weights))
        return path

    def get(self, model_id: str) -> Weights:
        """A stored model. Raises ConfigError where there is none of this id, or a damaged one."""
        path = self._path(model_id)
        if not path.is_file():
            raise ConfigError(f"the registry '{self.folder}' holds no model {model_id}")
        try:
            return weights_from_json(path.read_text("ascii"))
        except WeightsError as error:
            raise ConfigError(f"{path}: {error}") from error

    def models(self) -> list[str]:
        """Ids of all stored models, sorted."""
        return sorted(path.stem for path in self.folder.glob("0x*.json"))

    def champion(self) -> str | None:
        """Id of the model that ships, None before the first promotion."""
        promotions = self._log()["promotions"]
        return str(promotions[-1]["model_id"]) if promotions else None

    def promote(self, model_id: str, reason: str, at: str) -> Promotion:
        """Make a stored model the champion. Raises ConfigError without a reason or for an unknown model."""
        if not reason.strip():
            raise ConfigError("a promotion needs a reason")
        self.get(model_id)
        log, promotion = self._log(), Promotion(model_id, self.champion(), reason.strip(), at)
        log["promotions"].append(asdict(promotion))
        self._save(log)
        return promotion

    def count_evaluation(self, evaluation: Evaluation) -> int:
        """Log a look at held-out data and return how many this model has had.

        Raises ConfigError if the model was evaluated for this release already.
        """
        log = self._log()
        looks = [one for one in log["evaluations"] if one["model_id"] == evaluation.model_id]
        if any(one["release"] == evaluation.release for one in looks):
            raise ConfigError(
                f"model {evaluation.model_id} was evaluated for release {evaluation.release} already; "
                "one look per release is allowed"
            )
        log["evaluations"].append(asdict(evaluation))
        self._save(log)
        return len(looks) + 1

    def evaluations(self, model_id: str) -> int:
        """How often a model was evaluated on held-out data."""
        return sum(one["model_id"] == model_id for one in self._log()["evaluations"])

    def _path(self, model_id: str) -> Path:
        if not (model_id.startswith("0x") and model_id[2:].isalnum()):
            raise ConfigError(f"model id is '{model_id}', allowed is 0x and hexadecimal digits")
        return self.folder / f"{model_id}.json"

    def _log(self) -> dict[str, Any]:
        path = self.folder / _LOG
        if not path.exists():
            return {"promotions": [], "evaluations": []}
        log: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return log

    def _save(self, log: Mapping[str, Any]) -> None:
        _write(self.folder / _LOG, json.dumps(log, indent=1, sort_keys=True) + "\n")


def _write(path: Path, text: str) -> None:
    """All or nothing: a reader never sees half a document."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".tmp")
    beside.write_text(text, "utf-8")
    beside.replace(path)
