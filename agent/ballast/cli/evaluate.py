"""``ballast evaluate``: forecasters held against each other and against what happened."""

# ruff: noqa: PLC0415 - heavy imports inside of the commands, as in `ballast.cli.main`

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ballast.domain.errors import ExtraMissing

evaluate = typer.Typer(
    help="Hold forecasters against each other and against what happened.", no_args_is_help=True
)

DataOption = Annotated[Path, typer.Option("--data", help="Folder that holds prices/ and events/.")]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for reports and finished pieces.")]
_DATA, _OUT = Path("../shared/data"), Path("out/evaluate")


@evaluate.command()
def forecaster(
    data: DataOption = _DATA,
    out: OutOption = _OUT,
    as_json: Annotated[Path | None, typer.Option("--json", help="Write the document here too.")] = None,
) -> None:
    """Score our forecaster and every rival in one run."""
    _need_research()
    from ballast.evaluation.forecasts import Cache
    from ballast.evaluation.ours import LogLinear
    from ballast.evaluation.procedures import Field, evaluate_procedure
    from ballast.evaluation.report import write
    from ballast.evaluation.rivals import cheap_rivals

    field = Field(LogLinear(), cheap_rivals())
    document = evaluate_procedure(data, field, Cache(out / "cache"), _say)
    write(document, out)
    _write_json(as_json, document)


def _need_research() -> None:
    """Say which extra is missing before anything is computed."""
    try:
        import arch  # noqa: F401
        import lightgbm  # noqa: F401
        import plotly  # noqa: F401
        import scipy  # noqa: F401
    except ModuleNotFoundError as error:
        raise ExtraMissing("research", f"the package {error.name} is not installed") from error


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _write_json(path: Path | None, document: dict[str, Any]) -> None:
    if path is not None:
        path.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
