"""``ballast evaluate``: forecasters held against each other and against what happened."""

# ruff: noqa: PLC0415 - heavy imports inside of the commands, as in `ballast.cli.main`

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec

import typer

from ballast.cli.one_order import sum_in_one_order
from ballast.domain.errors import BallastError, ConfigError, ExtraMissing

if TYPE_CHECKING:
    from ballast.evaluation.procedures import Field
    from ballast.risk.forecaster import Market

P = ParamSpec("P")

evaluate = typer.Typer(
    help="Hold forecasters against each other and against what happened.", no_args_is_help=True
)

DataOption = Annotated[Path, typer.Option("--data", help="Folder that holds prices/ and events/.")]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for reports and finished pieces.")]
JsonOption = Annotated[Path | None, typer.Option("--json", help="Write the document here too.")]
JobsOption = Annotated[int, typer.Option("--jobs", help="Processes that forecast.")]
# What fits a bar length of five minutes over years in minutes.
_CEILING_RIVALS = "climatology,ewma_reflection,gjr_t,log_har,log_har_ratio"
_LIQUIDATION_RIVALS = "ewma_reflection,log_har_ratio"
# Hours before a liquidation that the page shows; the table in --out has more.
_PAGE_LEADS = (1, 6, 24)
PageOption = Annotated[
    Path | None, typer.Option("--page", help="Documentation page whose tables are renewed.")
]
_DATA, _OUT = Path("../shared/data"), Path("out/evaluate")


def researched(command: Callable[P, None]) -> Callable[P, None]:
    """Says which extra is missing before anything is computed; ends errors as one sentence, status 1."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        from ballast.data.bars import BarsError

        sum_in_one_order()
        try:
            _need_research()
            command(*args, **kwargs)
        except (BallastError, BarsError) as error:
            print(error, file=sys.stderr)
            raise typer.Exit(1) from error

    return wrapped


@evaluate.command()
@researched
def forecaster(  # noqa: PLR0917 (one parameter per option)
    bars: Annotated[
        list[str] | None, typer.Option("--bars", help="NAME=FILE, bars as CSV; may be given several times.")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="First day to score, like 2025-07-01.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Day to stop before.")] = None,
    procedure: Annotated[
        bool, typer.Option("--walk-forward", help="Score the training procedure, not the shipped model.")
    ] = False,
    wicks: Annotated[
        str, typer.Option("--wicks", help="A bar with a wick: refuse the file, exclude the bar, or keep it.")
    ] = "refuse",
    only: Annotated[str | None, typer.Option("--only", help="Rivals to run, by name, with commas.")] = None,
    short: Annotated[
        bool, typer.Option("--short", help="The hourly walk-forward alone, of the standing evaluation.")
    ] = False,
    jobs: JobsOption = 2,
    data: DataOption = _DATA,
    out: OutOption = _OUT,
    as_json: JsonOption = None,
    page: PageOption = None,
) -> None:
    """Score our forecaster and every rival in one run.

    Without --bars: the training procedure over the recorded data, walk-forward and crisis by crisis. With
    --bars: the shipped model on bars after its training, or with --walk-forward the procedure on them.
    """
    from ballast.evaluation.page import evaluation_text, insert
    from ballast.evaluation.report import markdown, write

    field = _field(only)
    if page is not None and bars is not None:
        raise ConfigError("--page is for the standing evaluation: leave --bars away")
    if bars is None:
        document = _standing(data, out, field, short, jobs, start, end)
    else:
        markets = [_market(argument, wicks) for argument in bars]
        document = _on_bars(markets, _moment("--from", start), _moment("--to", end), field, out, procedure)
    write(document, out)
    print(markdown(document))
    if as_json is not None:
        as_json.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    if page is not None:
        insert(page, "evaluation", evaluation_text(document))


@evaluate.command()
@researched
def ceiling(
    jobs: JobsOption = 2, out: OutOption = _OUT, as_json: JsonOption = None, page: PageOption = None
) -> None:
    """Hold forecasters against one that knows the true volatility, in a simulated market."""
    from ballast.evaluation import text_tables
    from ballast.evaluation.ceilings import ceilings
    from ballast.evaluation.forecasts import Cache

    studies = ceilings(_field(_CEILING_RIVALS).all, Cache(out / "cache"), _some(jobs))
    lines = list(text_tables.ceiling_table(studies))
    _deliver({"studies": studies}, lines, lines, out / "ceiling", as_json, page)


@evaluate.command()
@researched
def liquidations(
    data: DataOption = _DATA, out: OutOption = _OUT, as_json: JsonOption = None, page: PageOption = None
) -> None:
    """Ask whether forecasts rose before the liquidations that Aave V2 recorded."""
    from ballast.evaluation import text_tables
    from ballast.evaluation.forecasts import Cache
    from ballast.evaluation.procedures import liquidation_check

    document = liquidation_check(data, _field(_LIQUIDATION_RIVALS), Cache(out / "cache"), _say)
    lines, shown = (list(text_tables.liquidation_table(document, leads)) for leads in (None, _PAGE_LEADS))
    _deliver(document, lines, shown, out / "liquidations", as_json, page)


def _deliver(
    document: dict[str, Any],
    lines: list[str],
    shown: list[str],
    stem: Path,
    as_json: Path | None,
    page: Path | None,
) -> None:
    """Print the table; keep it and the document beside each other, and what is `shown` of it on the page."""
    from ballast.evaluation.page import insert

    stem.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, indent=1) + "\n"
    for path in (stem.with_suffix(".json"), *([as_json] if as_json else [])):
        path.write_text(text, "utf-8")
    stem.with_suffix(".md").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))
    if page is not None:
        insert(page, stem.name, "\n".join(shown))


def _standing(
    data: Path, out: Path, field: Field, short: bool, jobs: int, start: str | None, end: str | None
) -> dict[str, Any]:
    from ballast.evaluation.forecasts import Cache
    from ballast.evaluation.procedures import PARTS, evaluate_procedure, fill

    if start is not None or end is not None:
        raise ConfigError("--from and --to need --bars: the standing evaluation has fixed periods")
    if not (data / "prices").is_dir():
        raise ConfigError(f"--data is {data}: it holds no folder prices")
    parts, cache = frozenset() if short else PARTS, Cache(out / "cache")
    fill(data, field, cache, _say, parts, _some(jobs))
    return evaluate_procedure(data, field, cache, _say, parts, jobs)


def _some(jobs: int) -> int:
    if jobs < 1:
        raise ConfigError(f"--jobs is {jobs}, at least 1 is needed")
    return jobs


def _on_bars(
    markets: list[Market], start: int | None, end: int | None, field: Field, out: Path, procedure: bool
) -> dict[str, Any]:
    from ballast.evaluation.forecasts import Cache
    from ballast.evaluation.new_bars import score_new_bars, scored_range
    from ballast.evaluation.ours import shipped
    from ballast.evaluation.procedures import procedure_on_bars

    if procedure:
        return procedure_on_bars(markets, start, end, field, Cache(out / "cache"), _say)
    model = shipped()
    window = scored_range(markets, start, end, model.train_end)
    return score_new_bars(markets, window, model, field.rivals, _say)


def _field(only: str | None) -> Field:
    from ballast.evaluation.ours import procedure
    from ballast.evaluation.procedures import Field
    from ballast.evaluation.rivals import all_rivals

    rivals = all_rivals()
    if only is None:
        return Field(procedure(), rivals)
    names = only.split(",")
    known = {rival.name: rival for rival in rivals}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ConfigError(f"--only names {unknown[0]}, known are {', '.join(known)}")
    return Field(procedure(), [known[name] for name in names])


def _market(argument: str, wicks: str) -> Market:
    from ballast.data.wicks import wicks_of
    from ballast.evaluation.bar_files import read_market

    name, separator, path = argument.partition("=")
    if not (separator and name and path):
        raise ConfigError(f"--bars is '{argument}', allowed is NAME=FILE")
    return read_market(name, Path(path), wicks_of(wicks))


def _moment(option: str, text: str | None) -> int | None:
    """Unix seconds of a day or an ISO 8601 moment; UTC where no zone is named."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"{option} is '{text}', allowed is a day like 2025-07-01") from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _need_research() -> None:
    try:
        import arch  # noqa: F401
        import lightgbm  # noqa: F401
        import plotly  # noqa: F401
        import scipy  # noqa: F401
    except ModuleNotFoundError as error:
        raise ExtraMissing("research", f"the package {error.name} is not installed") from error


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
