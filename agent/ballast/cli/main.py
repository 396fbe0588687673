"""The command ``ballast``.

Heavy imports happen inside of the commands, so that ``ballast --help`` answers at once.
Exit status: 0 done, 1 refused or failed with one sentence on standard error, 2 wrong usage.
"""

# ruff: noqa: PLC0415 - see above

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, ParamSpec

import typer

from ballast import __version__
from ballast.cli.data import app as data_app
from ballast.cli.evaluate import evaluate
from ballast.cli.told import told
from ballast.cli.train import train
from ballast.domain.errors import ConfigError, ExtraMissing

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

P = ParamSpec("P")

app = typer.Typer(
    help="Keeps leveraged DeFi positions upright: forecasts, proposes a signed repair, proves what it did.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
replica = typer.Typer(help="Mainnet on your desk.", no_args_is_help=True)
app.add_typer(replica, name="replica")
app.add_typer(data_app, name="data")
app.add_typer(evaluate, name="evaluate")
app.add_typer(train, name="train")

ConfigOption = Annotated[Path, typer.Option("--config", "-c", help="Configuration file.")]
DEFAULT_CONFIG = Path("ballast.toml")


@app.callback(invoke_without_command=True)
def main(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    """Entry of all commands."""
    if version:
        print(__version__)
        raise typer.Exit


@app.command()
@told
def run(
    config: ConfigOption = DEFAULT_CONFIG,
    paper: Annotated[bool, typer.Option("--paper", help="Neither sign nor send. The default.")] = False,
    live: Annotated[bool, typer.Option("--live", help="Sign and send on a real chain.")] = False,
    on_replica: Annotated[bool, typer.Option("--replica", help="Sign and send on a replica.")] = False,
    log_format: Annotated[str, typer.Option("--log-format", help="json or text.")] = "text",
    crash_at: Annotated[str | None, typer.Option("--crash-at", hidden=True)] = None,
) -> None:
    """Watch the positions and act."""
    if paper + live + on_replica > 1:
        raise ConfigError("--paper, --live and --replica exclude each other")
    if crash_at is not None and not on_replica:
        raise ConfigError("--crash-at is for tests and needs --replica")
    from ballast.app.config import load
    from ballast.app.crash import crash_point
    from ballast.app.modes import Mode

    settings, log, crash = load(config), _log(log_format), crash_point(crash_at)
    mode = Mode.LIVE if live else Mode.REPLICA if on_replica else Mode.PAPER
    # After everything that can be refused without it: the forecaster takes seconds to import.
    from ballast.app.run import Options
    from ballast.app.run import run as run_agent

    run_agent(settings, Options(mode, crash, _password if sys.stdin.isatty() else None), log)


@app.command()
@told
def watch(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a block.")] = False,
    once: Annotated[bool, typer.Option("--once", help="Show one block and end.")] = False,
) -> None:
    """Show health, forecast and what would be done. Needs no key and changes nothing."""
    from ballast.app.assembly import open_chain
    from ballast.app.config import load
    from ballast.app.watch import watch as follow

    chain = open_chain(load(config))
    try:
        follow(chain, _shower(as_json), _complain, _stop_event(), once=once)
    finally:
        chain.close()


@app.command()
@told
def doctor(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Look at everything that a run needs; say what is wrong and how to mend it."""
    from ballast.app.assembly import open_chain
    from ballast.app.config import key_address, load
    from ballast.app.doctor import examine

    settings = load(config)
    chain = open_chain(settings)
    failed = 0
    try:
        sender, signer = key_address("sender", settings.sender), key_address("signer", settings.signer)
        for check in examine(chain, sender, signer):
            print(f"{'ok  ' if check.ok else 'FAIL'}  {check.name}: {check.detail}")
            if not check.ok:
                failed += 1
                print(f"      fix: {check.fix}")
    finally:
        chain.close()
    if failed:
        _fail(f"{failed} check{'s' if failed > 1 else ''} failed")


@app.command()
@told
def verify(
    journal: Annotated[str, typer.Option("--journal", help="SQLite file or database URL.")],
    show_all: Annotated[bool, typer.Option("--all", help="List every decision.")] = False,
    rpc: Annotated[list[str] | None, typer.Option("--rpc", help="Node to hold the journal against.")] = None,
    chain_id: Annotated[int, typer.Option("--chain-id", help="Chain that --rpc serves.")] = 1,
    head: Annotated[str | None, typer.Option("--head", help="A head that you noted elsewhere.")] = None,
    closed: Annotated[bool, typer.Option("--closed", help="Require that the agent ended in order.")] = False,
) -> None:
    """Run every tick and decision of a journal again, bit for bit, and hold it against the chain."""
    from ballast.app.verifying import Question, answer

    with _nodes(journal, rpc or []) as urls:
        lines, ok = answer(Question(journal, urls, chain_id, head, closed), show_all=show_all)
    for line in lines:
        print(line)
    if not ok:
        _fail("the journal does not verify")


@app.command()
@told
def config() -> None:
    """Print a commented configuration to start from."""
    from importlib import resources

    print(resources.files("ballast.app").joinpath("example.toml").read_text("utf-8"), end="")


@app.command()
@told
def demo(  # noqa: PLR0917 (one parameter per option)
    seed: Annotated[int, typer.Option(help="Seed of the path between the recorded hours.")] = 1,
    seeds: Annotated[int, typer.Option(help="How many paths to play, from --seed on.")] = 1,
    data: Annotated[
        Path | None, typer.Option(help="Recorded bars (CSV) instead of the built-in path.")
    ] = None,
    start: Annotated[int | None, typer.Option(help="First second of --data to play.")] = None,
    hours: Annotated[int, typer.Option(help="Hours of --data to play.")] = 36,
    base_fee: Annotated[str | None, typer.Option(help="Base fee in gwei for --data.")] = None,
    headless: Annotated[bool, typer.Option("--headless", help="No live view.")] = False,
    excerpt: Annotated[bool, typer.Option("--excerpt", help="Three hours of each path only.")] = False,
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("out/demo"),
) -> None:
    """Play March 2020 on the replica: unprotected, closed, static rule and Ballast side by side."""
    from ballast.replica.errors import ReplicaError

    try:
        import plotly  # noqa: F401 (drawn with at the end, missed at the beginning)

        from ballast.demo.main import DemoSettings, run_demo
        from ballast.simulate.recorded import Recording
    except ModuleNotFoundError as error:
        raise _missing("demo", error) from error
    fee = None if base_fee is None else _decimal("--base-fee", base_fee)
    recording = None if data is None else Recording(data, start, hours)
    settings = DemoSettings(out, seed, seeds, recording, fee, headless, excerpt)
    try:
        result = run_demo(settings)
    except (ReplicaError, ValueError) as error:
        _fail(str(error))
    if not result.verified:
        _fail("a journal of the demo does not verify")


@replica.command("up")
@told
def replica_up(
    port: Annotated[int, typer.Option(help="TCP port on the loopback interface.")] = 8545,
    block_time: Annotated[int | None, typer.Option(help="Seconds between blocks.")] = None,
    timestamp: Annotated[int | None, typer.Option(help="Second at which chain time starts.")] = None,
) -> None:
    """Serve the replica until Ctrl-C."""
    from ballast.replica.errors import ReplicaError, ReplicaUnavailableError
    from ballast.replica.node import serve

    try:
        serve(port, block_time, timestamp)
    except ReplicaUnavailableError as error:
        raise ExtraMissing("replica", str(error)) from error
    except ReplicaError as error:
        _fail(str(error))


def _shower(as_json: bool) -> Callable[..., None]:
    from ballast.app.lines import tick_fields
    from ballast.app.watch import View, table

    if as_json:
        log = _log("json")
        return lambda view: log.info(
            "tick", **tick_fields(view.block, view.observation, view.evaluations, ())
        )
    from rich.console import Console

    console = Console()

    def show(view: View) -> None:
        console.print(table(view))

    return show


def _stop_event() -> threading.Event:
    """Set by Ctrl-C and SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _signal, _frame: stop.set())
    return stop


def _log(style: str) -> FilteringBoundLogger:
    from ballast.monitor.log import open_log

    try:
        return open_log(style)
    except ValueError as error:
        raise ConfigError(str(error)) from error


@contextmanager
def _nodes(journal: str, rpc: list[str]) -> Iterator[tuple[str, ...]]:
    """The given nodes; without any, the chain that a demo has left beside its journal, served again."""
    from ballast.demo.archive import ARCHIVE, served_chain
    from ballast.replica.errors import ReplicaError

    archive = Path(journal).parent / ARCHIVE
    if rpc or "://" in journal or not archive.is_file():
        yield tuple(rpc)
        return
    try:
        with served_chain(archive) as url:
            yield (url,)
    except ReplicaError as error:
        raise ExtraMissing("replica", f"{archive} cannot be served: {error}") from error


def _decimal(name: str, text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ConfigError(f"{name} is '{text}', allowed is a decimal number") from error


def _missing(extra: str, error: ModuleNotFoundError) -> ExtraMissing:
    return ExtraMissing(extra, f"the package {error.name} is not installed")


def _complain(reason: str) -> None:
    print(reason, file=sys.stderr)


def _password(question: str) -> str:
    return str(typer.prompt(question, hide_input=True, prompt_suffix="", err=True))


def _fail(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
