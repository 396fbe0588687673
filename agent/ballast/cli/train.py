"""The commands ``ballast train ...``: they make models and compare them; nothing ships by itself."""

# ruff: noqa: PLC0415 - heavy imports happen inside of the commands, as in `main`

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ballast.cli.one_order import sum_in_one_order
from ballast.cli.told import told
from ballast.domain.errors import ConfigError

if TYPE_CHECKING:
    from ballast.risk.fit import Progress
    from ballast.training.markets import Window

train = typer.Typer(help="Train forecasters and decide which one ships.", no_args_is_help=True)

RegistryOption = Annotated[Path, typer.Option("--registry", help="Folder of the model registry.")]
DataOption = Annotated[Path, typer.Option("--data", help="Folder of recorded bars, prices/ of the data set.")]
ExcludeOption = Annotated[
    list[str] | None, typer.Option("--exclude-window", help="DAY..DAY that is left out; may be repeated.")
]
VariantOption = Annotated[str, typer.Option("--variant", help="mlp, gru, lstm, mingru or linear.")]
SeedOption = Annotated[int, typer.Option("--seed", help="Decides the weights, with data and configuration.")]
DEFAULT_REGISTRY = Path("out/models")
DEFAULT_TRAIN_END = "2024-07-20T12:20:00+00:00"
DEFAULT_SEED = 20_261_128


@train.command()
@told
def forecaster(  # noqa: PLR0917 (one parameter per option)
    data: DataOption,
    variant: VariantOption = "mlp",
    members: Annotated[int, typer.Option(help="Networks whose forecasts are averaged.")] = 4,
    train_end: Annotated[str, typer.Option(help="Moment after which nothing is known.")] = DEFAULT_TRAIN_END,
    exclude_window: ExcludeOption = None,
    seed: SeedOption = DEFAULT_SEED,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the checkpoint in --out.")] = False,
    out: Annotated[Path, typer.Option(help="Folder of checkpoints.")] = Path("out/train"),
    registry: RegistryOption = DEFAULT_REGISTRY,
) -> None:
    """Train one forecaster on recorded bars and register it. The champion stays what it is."""
    sum_in_one_order()
    from ballast.risk.network import Shape
    from ballast.training.forecaster import Job, run_job
    from ballast.training.markets import SOURCES, load_recorded
    from ballast.training.registry import Registry

    try:
        shape = Shape(variant=variant, members=members)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    windows = _windows(exclude_window)
    job = Job(_moment("--train-end", train_end), seed, shape, excluded=windows)
    checkpoint = out / f"{variant}-{seed}.checkpoint"
    if checkpoint.exists() and not resume:
        raise ConfigError(f"checkpoint '{checkpoint}' exists: add --resume, or remove it")
    recorded = load_recorded(data, SOURCES, windows)
    weights = run_job(job, recorded, checkpoint, _progress())
    path = Registry(registry).add(weights)
    checkpoint.unlink()
    print(f"model {weights.model_id}, knows nothing after {weights.metadata['train_end']}")
    print(f"registered in {path}; it does not ship before `ballast train promote`")


@train.command()
@told
def validate(
    data: DataOption,
    variant: Annotated[list[str] | None, typer.Option("--variant", help="May be repeated.")] = None,
    fold: Annotated[
        list[str] | None, typer.Option("--fold", help="DAY..DAY, scored after a fit to DAY.")
    ] = None,
    exclude_window: ExcludeOption = None,
    seed: SeedOption = DEFAULT_SEED,
) -> None:
    """Compare variants by rolling validation: each fold is forecast by a model that ends where it begins."""
    sum_in_one_order()
    from ballast.training.markets import SOURCES, Window, load_recorded
    from ballast.training.validation import rolling, table

    folds = [Window.parse(text) for text in fold or ["2021-01-01..2022-01-01", "2022-01-01..2023-01-01"]]
    recorded = load_recorded(data, SOURCES[:2], _windows(exclude_window))
    results = {name: rolling(name, recorded.markets, folds, seed) for name in variant or ["linear", "mlp"]}
    for line in table(results):
        print(line)


@train.command("list")
@told
def list_models(registry: RegistryOption = DEFAULT_REGISTRY) -> None:
    """Models of the registry; the champion is marked."""
    from ballast.training.registry import Registry

    found = Registry(registry)
    champion = found.champion()
    for model_id in found.models():
        meta = found.get(model_id).metadata
        shape, looks = meta["config"]["shape"], found.evaluations(model_id)
        mark = "champion  " if model_id == champion else "          "
        tail = meta["scores"]["tail_loss"]
        print(f"{mark}{model_id} {shape['variant']} to {meta['train_end']}, tail {tail}, evaluated {looks} x")


@train.command()
@told
def promote(
    model_id: Annotated[str, typer.Argument(help="Id of a registered model.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; is logged.")],
    ship: Annotated[Path | None, typer.Option(help="Weights file to replace with the champion.")] = None,
    registry: RegistryOption = DEFAULT_REGISTRY,
) -> None:
    """Make a registered model the champion. The thresholds of the rule must be chosen anew for it."""
    from ballast.risk.parameters import weights_to_json
    from ballast.training.registry import Registry

    found = Registry(registry)
    weights = found.get(model_id)
    promotion = found.promote(model_id, reason, datetime.now(UTC).isoformat(timespec="seconds"))
    if ship is not None:
        ship.write_text(weights_to_json(weights), "ascii")
    print(f"champion {promotion.model_id}, before {promotion.replaced or 'none'}: {promotion.reason}")


def _windows(texts: list[str] | None) -> tuple[Window, ...]:
    from ballast.training.markets import Window

    return tuple(Window.parse(text) for text in texts or [])


def _moment(name: str, text: str) -> int:
    from ballast.training.markets import day_seconds

    try:
        return day_seconds(text)
    except ValueError as error:
        raise ConfigError(f"{name} is '{text}', allowed is an ISO 8601 moment") from error


def _progress() -> Callable[[Progress], None]:
    begin = time.monotonic()

    def show(progress: Progress) -> None:
        run = "all data" if progress.again else "tail held out"
        tail = "" if progress.again else f", tail {progress.tail_loss:.5f}, best epoch {progress.best_epoch}"
        seconds = time.monotonic() - begin
        print(
            f"{seconds:6.0f} s  {run}: epoch {progress.epoch}, train {progress.train_loss:.5f}{tail}",
            flush=True,
        )

    return show
