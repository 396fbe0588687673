"""``ballast data``: pull market data into a store, look at it, check it."""

# ruff: noqa: PLC0415 - heavy imports happen inside of the commands, so that --help answers at once

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, ParamSpec

import typer

from ballast.domain.errors import BallastError, ExtraMissing

if TYPE_CHECKING:
    from ballast.data.pull import Pulled

P = ParamSpec("P")

app = typer.Typer(help="Market data: pull, status, check.", no_args_is_help=True)
pull = typer.Typer(help="Fetch data into the store; run again to go on after a cut.", no_args_is_help=True)
app.add_typer(pull, name="pull")

StoreOption = Annotated[Path, typer.Option("--store", help="Folder of the store.")]
WicksOption = Annotated[
    str, typer.Option("--wicks", help="A bar with a wick: refuse the file, exclude the bar, or keep it.")
]
DEFAULT_STORE = Path("out/data")
_ROW = "{:14} {:>8} {:22} {:>7} {:16} {:16} {:>11} {:>6} {}"


def told(command: Callable[P, None]) -> Callable[P, None]:
    """Turns every error of Ballast into one sentence and exit status 1; names the extra that is missing."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except ModuleNotFoundError as error:
            if error.name not in ("duckdb", "httpx"):
                raise
            _fail(str(ExtraMissing("research", f"the package {error.name} is not installed")))
        except (BallastError, OSError) as error:
            _fail(str(error))

    return wrapped


@pull.command("recorded")
@told
def pull_recorded_files(
    folder: Annotated[Path, typer.Option("--from", help="Folder with prices/ and chainlink/.")],
    names: Annotated[list[str] | None, typer.Argument(help="Markets by name; all without any.")] = None,
    store: StoreOption = DEFAULT_STORE,
    wicks: WicksOption = "refuse",
) -> None:
    """Recorded files of the data folder."""
    from ballast.data.pull import pull_recorded
    from ballast.data.recorded import RECORDED
    from ballast.data.store import Store
    from ballast.data.wicks import wicks_of

    pull_recorded(Store(store), folder, names or list(RECORDED), wicks_of(wicks), _tell)


@pull.command("binance")
@told
def pull_binance(  # noqa: PLR0917 (one parameter per option)
    symbol: Annotated[str, typer.Option(help="Symbol such as ETHUSDT.")],
    first: Annotated[str, typer.Option("--first", help="First month, YYYY-MM.")],
    last: Annotated[str, typer.Option("--last", help="Last month, YYYY-MM.")],
    interval: Annotated[str, typer.Option(help="1m, 5m, 15m, 30m or 1h.")] = "1h",
    market: Annotated[str, typer.Option(help="spot or perp.")] = "spot",
    base_url: Annotated[str | None, typer.Option(help="Another archive than Binance's public one.")] = None,
    store: StoreOption = DEFAULT_STORE,
    wicks: WicksOption = "refuse",
) -> None:
    """Monthly archives of Binance, each held against the checksum beside it."""
    from ballast.data.archive import BASE_URL, Archive, months
    from ballast.data.pull import PARTIAL, pull_month
    from ballast.data.store import Store
    from ballast.data.wicks import wicks_of

    wanted, treatment = months(symbol, market, interval, first, last), wicks_of(wicks)
    archive = Archive(store / PARTIAL, base_url or BASE_URL)
    try:
        for month in wanted:
            _tell(month.name, pull_month(Store(store), archive, month, treatment, _progress(month.name)))
    finally:
        archive.close()


@pull.command("chainlink")
@told
def pull_chainlink(
    feed: Annotated[str, typer.Option(help="Address of the feed's proxy.")],
    name: Annotated[str, typer.Option(help="Name to store it under, such as ETH-USD.")],
    rpc: Annotated[str, typer.Option(help="Node, http:// or https://.")],
    rounds: Annotated[int, typer.Option(help="How many of the newest rounds.")] = 1_000,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Rounds of a Chainlink feed out of a node."""
    from ballast.data.feed import FeedPull, pull_rounds
    from ballast.data.store import Store
    from ballast.ingest.rpc import HttpRpc

    node = HttpRpc(rpc, 30.0)

    def progress(part: str, count: int) -> None:
        print(f"{name} {part}: {f'{count} rounds' if count else 'there already'}")

    try:
        print(f"{pull_rounds(Store(store), node, FeedPull(feed, name, rounds), progress)} rounds are new")
    finally:
        node.close()


@app.command()
@told
def status(
    store: StoreOption = DEFAULT_STORE,
    as_json: Annotated[bool, typer.Option("--json", help="The manifest's parts as JSON.")] = False,
) -> None:
    """What the store holds: rows, range, gaps and hash of every series."""
    from dataclasses import asdict

    from ballast.data.check import series_gaps
    from ballast.data.store import Store

    opened = Store(store)
    if as_json:
        print(json.dumps([asdict(part) for part in opened.parts()], indent=1))
        return
    print(_ROW.format("market", "interval", "source", "rows", "from", "to", "gaps", "out", "sha256"))
    for series, missing in series_gaps(opened).items():
        parts = [part for part in opened.parts() if part.series == series]
        holes = f"{len(missing)} ({sum(gap.count for gap in missing)})"
        print(
            _ROW.format(
                series.market,
                f"{series.interval_seconds} s",
                series.source,
                sum(part.rows for part in parts),
                _minute(min(part.first for part in parts)),
                _minute(max(part.last for part in parts)),
                holes if series.interval_seconds else "points",
                sum(part.excluded for part in parts),
                parts[0].sha256[:12] if len(parts) == 1 else f"{len(parts)} parts",
            )
        )


@app.command("check")
@told
def check_store(
    store: StoreOption = DEFAULT_STORE,
    list_gaps: Annotated[bool, typer.Option("--gaps", help="List every gap.")] = False,
    no_gaps: Annotated[bool, typer.Option("--no-gaps", help="A gap is a fault, too.")] = False,
) -> None:
    """Hold every file against the manifest and every bar against the rules; exit status 1 for any fault."""
    from ballast.data.check import check, series_gaps
    from ballast.data.store import Store

    opened = Store(store)
    faults = list(check(opened))
    for fault in faults:
        print(f"FAULT {fault.where}: {fault.what}")
    if faults:
        _fail(f"{len(faults)} faults in {len(opened.parts())} files")
    found = [(series, gap) for series, missing in series_gaps(opened).items() for gap in missing]
    for series, gap in found if list_gaps or no_gaps else ():
        where = f"{series.market} {series.interval_seconds} s {series.source}"
        print(f"gap {where}: {gap.count} bars from {_minute(gap.first)}")
    print(f"{len(opened.parts())} files, no faults, {len(found)} gaps, which stay open")
    if no_gaps and found:
        _fail(f"{len(found)} gaps, allowed are none")


def _tell(name: str, pulled: Pulled) -> None:
    part, left_out = pulled.part, f", {pulled.part.excluded} rows left out" if pulled.part.excluded else ""
    if pulled.fresh:
        print(f"{name}: {part.rows} rows, {_minute(part.first)} to {_minute(part.last)}{left_out}")
    else:
        print(f"{name}: there already{left_out}")


def _progress(name: str) -> Callable[[int, int | None], None]:
    """A line on a terminal that is written over; silent elsewhere."""

    def show(had: int, total: int | None) -> None:
        if sys.stderr.isatty():
            of = f" of {total / 1e6:.1f}" if total else ""
            print(f"\r{name}: {had / 1e6:.1f}{of} MB", end="" if had != total else "\n", file=sys.stderr)

    return show


def _minute(stamp: int) -> str:
    return datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%dT%H:%M")


def _fail(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)
