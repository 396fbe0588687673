"""The whole demo: both paths on one chain, verification, summary, report."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console

from ballast.demo.actors import make_agent_keys
from ballast.demo.archive import ARCHIVE, save_chain
from ballast.demo.checking import Verified, verify_run
from ballast.demo.contestants import GUARDED, strategy_parameters
from ballast.demo.limits import load_limits
from ballast.demo.play import Backstage, play_path, process_guard
from ballast.demo.report import drawing_library, pretty, write_report
from ballast.demo.seeds import write_seeds
from ballast.demo.series import Series
from ballast.demo.summary import PathOutcome, summarise
from ballast.demo.view import MODELLED, AbstractView, LiveView, PlainView
from ballast.demo.world import guard_keys, world
from ballast.risk.parameters import Weights, load_default_weights
from ballast.simulate.market import MarketRules
from ballast.simulate.path import MarketPath, build_path
from ballast.simulate.recorded import Recording, recorded_path
from ballast.simulate.scenario import load_scenario

DEFAULT_OUT = Path("out/demo")
EXCERPT_HOURS = (9, 12)
_PLAIN_WIDTH = 170
_RESULTS = ("report.html", "summary.json", "journal.sqlite", ARCHIVE, "agent.log")
_OWN_FILES = (*_RESULTS, "journal.sqlite-wal", "journal.sqlite-shm")


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """What a user may choose.

    ``data`` replaces the reconstruction by recorded bars; ``excerpt`` plays three hours of each path.
    """

    out: Path = DEFAULT_OUT
    seed: int = 1
    seeds: int = 1
    data: Recording | None = None
    base_fee_gwei: Decimal | None = None
    headless: bool = False
    excerpt: bool = False
    keep_chain: bool = True
    rules: MarketRules = field(default_factory=MarketRules)


@dataclass(frozen=True, slots=True)
class DemoResult:
    """Summary of the first seed, and whether every journal verified."""

    summary: dict[str, Any]
    verified: bool


def run_demo(settings: DemoSettings, console: Console | None = None) -> DemoResult:
    """Plays the demo for one seed, or for several in a row, and writes its results below ``settings.out``.

    Raises:
        ExtraMissing: a part of the demo is not installed.
        ReplicaError: the replica cannot be had.
        ValueError: the data or the number of seeds cannot be played.
    """
    if settings.seeds < 1:
        raise ValueError(f"seeds is {settings.seeds}, allowed is at least 1")
    drawing_library()
    shown = console or _console(headless=settings.headless)
    view = PlainView(shown) if settings.headless or not shown.is_terminal else LiveView(shown)
    if settings.seeds == 1:
        return _run_once(settings, view)
    results = []
    for seed in range(settings.seed, settings.seed + settings.seeds):
        folder = settings.out / "seeds" / f"seed-{seed}"
        results.append(_run_once(replace(settings, seed=seed, out=folder, keep_chain=False), view))
    table = write_seeds(settings.out, [result.summary for result in results])
    shown.print(table, markup=False, highlight=False)
    return DemoResult(results[0].summary, all(result.verified for result in results))


def told_model(weights: Weights) -> str:
    """Which model plays, and what it cannot know: the window that the demo replays is not in its training."""
    left_out = ", ".join(f"{first[:10]} to {end[:10]}" for first, end in weights.metadata["excluded_ranges"])
    known = weights.metadata["train_end"]
    return f"forecaster {weights.model_id}, trained to {known[:16]}, without {left_out}"


def paths_of(settings: DemoSettings) -> list[MarketPath]:
    """The two paths in the order in which they are played."""
    crash = load_scenario("black_thursday")
    if settings.data is not None:
        table = Decimal(median(gwei for _, gwei in crash.base_fee_gwei))
        first = recorded_path(settings.data, settings.base_fee_gwei or table, settings.seed)
    else:
        first = build_path(crash, settings.seed)
    second = build_path(load_scenario("calm"), settings.seed)
    if not settings.excerpt:
        return [first, second]
    begin, end = (hour * 60 for hour in EXCERPT_HOURS)
    return [first.excerpt(min(begin, first.steps - 1), min(end, first.steps)), second.excerpt(0, end - begin)]


def _run_once(settings: DemoSettings, view: AbstractView) -> DemoResult:
    folder = _fresh_folder(settings.out)
    journal = folder / "journal.sqlite"
    view.stage(MODELLED)
    view.stage(told_model(load_default_weights()))
    keys = make_agent_keys(folder / "keys")
    try:
        with world(settings.rules) as stage_world:
            guard_keys(stage_world.rpc, keys)
            stage = Backstage(
                stage_world, keys, journal, folder, process_guard(keys, folder / "agent.log"), view
            )
            played = [play_path(stage, path) for path in paths_of(settings)]
            view.stage("verifying the journal: every tick and decision again, and the heads on chain")
            verified = verify_run(folder / f"agent-{played[-1][0].path.name}.toml", journal)
            if settings.keep_chain:
                save_chain(stage_world.rpc, folder / ARCHIVE)
    finally:
        # Throw-away keys of a chain that is gone: nobody should find key files and wonder.
        shutil.rmtree(folder / "keys", ignore_errors=True)
    return _write(settings, view, folder, played, verified)


def _write(
    settings: DemoSettings,
    view: AbstractView,
    folder: Path,
    played: list[tuple[PathOutcome, Series]],
    verified: Verified,
) -> DemoResult:
    outcomes = [outcome for outcome, _ in played]
    scenario = "recorded" if settings.data else "black-thursday"
    extra = {
        "excerpt": settings.excerpt,
        "modelled": MODELLED,
        "journal": {"entries": verified.entries, "head": verified.head, "findings": list(verified.findings)},
        "strategies": {label: strategy_parameters(label) for label in GUARDED},
        "market": {
            "venue_lag_blocks": settings.rules.venue_lag_blocks,
            "feed_lag_seconds": settings.rules.eth.lag_seconds,
        },
    }
    summary = summarise(scenario, outcomes, verified.digests, extra)
    (folder / "summary.json").write_text(pretty(summary, sort=False) + "\n", "utf-8")
    if settings.seeds == 1:
        config = (folder / f"agent-{outcomes[0].path.name}.toml").read_text("utf-8")
        texts = {"Agent's configuration on the first path": config, "Owner's limits": pretty(load_limits())}
        series = {outcome.path.name: one for outcome, one in played}
        write_report(folder / "report.html", summary, series, texts)
    _tell_end(view, folder, summary, verified)
    return DemoResult(summary, not verified.findings)


def _tell_end(view: AbstractView, folder: Path, summary: dict[str, Any], verified: Verified) -> None:
    total, good = len(summary["decisions"]), sum(row["verified"] for row in summary["decisions"])
    missed = sum(path["missed_acknowledgements"] for path in summary["paths"].values())
    view.stage(
        f"{total} decisions executed, {good} verified; "
        f"journal of {verified.entries} entries, head {verified.head}"
    )
    if missed:
        view.stage(f"the agent missed {missed} blocks")
    for finding in verified.findings:
        view.stage(f"NOT VERIFIED: {finding}")
    written = [name for name in _RESULTS if (folder / name).exists()]
    view.stage(f"written to {folder}: {', '.join(written)}")


def _fresh_folder(folder: Path) -> Path:
    """The folder without what an earlier run has left in it; other files in it are nobody's business."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _OWN_FILES:
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "keys", ignore_errors=True)
    (folder / "keys").mkdir(mode=0o700)
    return folder


def _console(*, headless: bool) -> Console:
    """Lines on a pipe are as wide as they are; a terminal knows its own width."""
    console = Console()
    return Console(width=_PLAIN_WIDTH) if headless or not console.is_terminal else console
