"""Choose the forecast-gated rule's thresholds for the shipped model, and score it after its cut-off.

    .venv/bin/python script/tools/choose_thresholds.py --data ../shared/data/prices --release 0.2

Thresholds come from bars before the model's cut-off alone. Writes agent/ballast/risk/weights/policy.json and
the tables of docs/risk-model.md, and counts the look at what came after the cut-off in registry.json, once a
release. Recorded bars are read and never written.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import Any

import numpy as np
import numpy.typing as npt

from ballast.data.bars import Bars, load_bars
from ballast.domain.errors import ConfigError
from ballast.risk import policy_tuning as policy
from ballast.risk.fit import without_gap
from ballast.risk.model import initial_state, load_default_weights
from ballast.risk.oracle_view import OracleRule, observe
from ballast.risk.parameters import Weights
from ballast.risk.state import RiskState
from ballast.risk.stream import scan, sights
from ballast.training.forecaster import held_out_scores, stamp
from ballast.training.markets import Window, day_seconds, market_of, without
from ballast.training.registry import Evaluation, Registry

ROOT = FilePath(__file__).resolve().parents[2]
WEIGHTS = ROOT / "agent" / "ballast" / "risk" / "weights"
PAGE = ROOT / "docs" / "risk-model.md"
TABLES_BEGIN, TABLES_END = "<!-- tables: begin -->", "<!-- tables: end -->"

ORACLE = OracleRule()
SEED = 20_261_123
HISTORY_SECONDS = 56 * 86_400


@dataclass(frozen=True, slots=True)
class Source:
    """One file, the hourly file that warms its slow averages, and the length of its bars."""

    file: str
    history: str
    interval_seconds: int


SOURCES = (
    Source("ethusdt_5m_binance_spot_events", "ethusdt_1h_binance_spot", 300),
    Source("btcusdt_5m_binance_spot_events", "btcusdt_1h_binance_spot", 300),
    Source("ethusdt_30m_binance_perp", "ethusdt_1h_binance_spot", 1_800),
    Source("btcusdt_30m_binance_perp", "btcusdt_1h_binance_spot", 1_800),
)
ACT_1H_PPM = (1_000, 10_000, 30_000, 60_000, 150_000, 250_000, 1_000_000)
ACT_6H_PPM = (3_000, 10_000, 30_000, 100_000, 250_000, 400_000, 1_000_000)
TARGET_6H_PPM = (1_000, 3_000, 10_000, 30_000)
# A health factor of 1 is no backstop at all.
BACKSTOPS_BPS = (10_000, 10_400, 10_600, 10_800, 11_000, 11_200, 11_400)
# Calm days outnumber crisis days by about this much in the months that the event files are drawn from.
EVENT_DAY_SHARE = 1 / 8

RuleMaker = Callable[[RiskState], policy.Rules]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=FilePath, required=True, help="folder of recorded bars")
    parser.add_argument("--release", required=True, help="what the look at held-out bars is for")
    arguments = parser.parse_args()
    weights = load_default_weights()
    try:
        count_look(weights, arguments.release)
    except ConfigError as error:
        sys.exit(str(error))
    bars = load_all(arguments.data, weights)
    cutoff = day_seconds(weights.metadata["train_end"])
    chosen, policy_rows = choose_policy(bars, weights, cutoff)
    (WEIGHTS / "policy.json").write_text(json.dumps(chosen, indent=1, sort_keys=True) + "\n", "ascii")
    write_page(weights, score_rows(bars, weights, cutoff), policy_rows)


def count_look(weights: Weights, release: str) -> None:
    """Log the look before it is taken: one that fails half way was one. Raises ConfigError for a second."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    sha256 = weights.metadata["data_sha256"]
    look = Evaluation(weights.model_id, release, sha256, {"page": str(PAGE.relative_to(ROOT))}, now)
    Registry(WEIGHTS).count_evaluation(look)


def load_all(folder: FilePath, weights: Weights) -> dict[str, Bars]:
    """Every file by name, without the windows that the model's training left out."""
    lengths = {source.file: source.interval_seconds for source in SOURCES}
    lengths |= {source.history: 3_600 for source in SOURCES}
    windows = [Window(day_seconds(a), day_seconds(b)) for a, b in weights.metadata["excluded_ranges"]]
    return {name: without(load_bars(folder / f"{name}.csv.gz", s), windows) for name, s in lengths.items()}


def stretches(bars: Bars) -> Iterator[Bars]:
    """A file's contiguous runs that hold at least one day."""
    return (run for run in bars.segments() if len(run) * run.interval_seconds >= 86_400)


def states_along(weights: Weights, history: Bars, stretch: Bars) -> RiskState:
    """States at the ends of a stretch's bars, warmed by the hours before it; the oracle alone is seen."""
    start = initial_state(weights)
    past = history.between(int(stretch.ts[0]) - HISTORY_SECONDS, int(stretch.ts[0]))
    for bars in (past, stretch):
        if len(bars):
            states = scan(weights.limits, weights.parameters, start, sights(market_of(bars.name, bars)))
            start = RiskState(*(leaf[-1] for leaf in states))
    return without_gap(states)


def score_rows(bars: dict[str, Bars], weights: Weights, cutoff: int) -> list[list[Any]]:
    """Per file and horizon: scores of the time after the cut-off, market price known and not."""
    rows = []
    for file in dict.fromkeys(name for source in SOURCES for name in (source.history, source.file)):
        market = market_of(file, bars[file])
        window = Window(cutoff, int(market.known_at[-1]) + 1)
        for label, found in held_out_scores(weights.parameters, weights.shape, market, window).items():
            for horizon, scores in found.items():
                figures = (scores["brier"], scores["log_score"], 100 * scores["miscalibration"])
                rows.append([file.split("_binance")[0], label, horizon, scores["samples"], *figures])
                print(rows[-1])
    return rows


def policy_cost(
    bars: dict[str, Bars], weights: Weights, window: tuple[int, int], make: RuleMaker, batch: int
) -> npt.NDArray[np.float64]:
    """Per rule: cost per position-day in dollars, liquidations and actions per 100 position-days: [R, 3].

    Costs are spread over an episode's days. Event files and the rest of time are averaged apart and weighted
    by `EVENT_DAY_SHARE`.
    """
    groups: dict[bool, list[tuple[int, policy.F64]]] = {True: [], False: []}
    for source in SOURCES:
        for stretch in stretches(bars[source.file].between(*window)):
            event = source.interval_seconds == 300
            prices = np.stack([stretch.open, stretch.high, stretch.low, stretch.close], axis=1)
            path = policy.Path(
                observe(ORACLE, stretch.interval_seconds, prices),
                stretch.close,
                86_400 // stretch.interval_seconds,
                1 if event else 0,
                policy.trailing_mean(prices, stretch.interval_seconds, policy.VaultLimits().mean_seconds),
            )
            rules = make(states_along(weights, bars[source.history], stretch))
            for first in range(0, len(rules.trigger), batch):
                part = policy.Rules(rules.trigger[first : first + batch], rules.target[first : first + batch])
                result = policy.simulate(unit_costs(stretch), path, part, 2 if event else 1, SEED)
                figures = np.stack([result.cost_usd, 100 * result.liquidations, 100 * result.actions])
                figures /= policy.Costs().episode_days
                groups[event].append((first, figures))
    return combine(groups)


def unit_costs(stretch: Bars) -> policy.Costs:
    """100 units of ETH; for BTC as many as are worth about as much."""
    return policy.Costs(collateral_units=100.0 if stretch.name.startswith("eth") else 6.0)


def combine(groups: dict[bool, list[tuple[int, policy.F64]]]) -> npt.NDArray[np.float64]:
    """Means over episodes by group, weighted; a missing group leaves its weight to the other."""
    means, shares = [], []
    for event, share in ((True, EVENT_DAY_SHARE), (False, 1 - EVENT_DAY_SHARE)):
        firsts = sorted({first for first, _ in groups[event]})
        rows = [
            np.concatenate([f for g, f in groups[event] if g == first], axis=2).mean(axis=2)
            for first in firsts
        ]
        if rows:
            means.append(np.concatenate(rows, axis=1).T)
            shares.append(share)
    result: npt.NDArray[np.float64] = np.average(means, axis=0, weights=shares)
    return result


def fixed(label: str, pair: tuple[float, float]) -> tuple[str, RuleMaker]:
    """A named static rule."""
    return f"{label}: {pair[0]:g} -> {pair[1]:g}", lambda _: policy.static_rules([pair])


def gated_by(label: str, weights: Weights, gate: policy.Gate) -> tuple[str, RuleMaker]:
    """A named forecast-gated rule: limits to act within 1 h and 6 h, target within 6 h, backstop."""
    shown = "/".join(f"{p / 10_000:g} %" for p in (gate.act_p1h_ppm, gate.act_p6h_ppm, gate.target_p6h_ppm))
    name = f"{label}: {shown}, backstop {gate.backstop_bps / 10_000:g}"
    return name, lambda states: policy.forecast_rules(weights, states, [gate])


def gates() -> list[policy.Gate]:
    """The grid of forecast-gated rules: those without a backstop first."""
    return [
        policy.Gate(one, six, target, backstop)
        for backstop in BACKSTOPS_BPS
        for one in ACT_1H_PPM
        for six in ACT_6H_PPM
        for target in TARGET_6H_PPM
        if one <= six and target < six
    ]


def choose_policy(
    bars: dict[str, Bars], weights: Weights, cutoff: int
) -> tuple[dict[str, Any], list[list[Any]]]:
    """Thresholds chosen on training bars, and the comparison table."""
    train = (int(bars[SOURCES[0].file].ts[0]), cutoff)
    held = (cutoff, int(max(bars[source.file].known_at[-1] for source in SOURCES)))
    grid = gates()
    alone = [gate for gate in grid if gate.backstop_bps == BACKSTOPS_BPS[0]]
    pairs = [
        (trigger, round(trigger + gap, 3))
        for trigger in np.arange(1.02, 1.42, 0.02).round(2)
        for gap in (0.05, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5)
    ]
    gated = policy_cost(
        bars, weights, train, lambda states: policy.forecast_rules(weights, states, grid), 160
    )
    static = policy_cost(bars, weights, train, lambda _: policy.static_rules(pairs), 160)
    contestants: list[tuple[str, RuleMaker]] = [
        ("do nothing", lambda _: policy.static_rules([(1e-9, 1.5)])),
        ("static 1.25 -> 1.5", lambda _: policy.static_rules([(1.25, 1.5)])),
    ]
    for aim, pick in (("least cost", policy.cheapest), ("fewest liquidations, then cost", policy.safest)):
        contestants.append(fixed(f"static, {aim}", pairs[pick(static)]))
        contestants.append(gated_by(f"forecast alone, {aim}", weights, alone[pick(gated[: len(alone)])]))
        contestants.append(gated_by(f"forecast + backstop, {aim}", weights, grid[pick(gated)]))
    rows = []
    for name, make in contestants:
        figures = [policy_cost(bars, weights, window, make, 1)[0] for window in (train, held)]
        rows.append([name, *figures[0].round(2).tolist(), *figures[1].round(2).tolist()])
        print(rows[-1])
    best = grid[policy.safest(gated)]
    chosen = {
        "model_id": weights.model_id,
        "act_p1h_ppm": best.act_p1h_ppm,
        "act_p6h_ppm": best.act_p6h_ppm,
        "act_health_factor_bps": best.backstop_bps,
        "target_p6h_ppm": best.target_p6h_ppm,
        "target_health_factor_min_bps": 13_000,
        "target_health_factor_max_bps": 22_000,
        "alert_p1h_ppm": best.act_p1h_ppm // 4,
        # A repair that may leave more risk than an alert begins at would be followed by alerts for ever.
        "alert_p6h_ppm": max(best.act_p6h_ppm // 4, best.target_p6h_ppm),
        "train_end": stamp(cutoff),
        "event_day_share": EVENT_DAY_SHARE,
    }
    return chosen, rows


def write_page(weights: Weights, scores: list[list[Any]], policy_rows: list[list[Any]]) -> None:
    """Replace the tables between the markers of the page; the prose around them stays."""
    lines = [
        f"Model id `{weights.model_id}`, trained on what was known before {weights.metadata['train_end']}.",
        "",
        "| after the cut-off | sees | horizon | samples | Brier | log score | miscalibration, % |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {file} | {label} | {horizon} | {count} | {brier:.4f} | {logs:.4f} | {off:.1f} |"
        for file, label, horizon, count, brier, logs, off in scores
    ]
    lines += [
        "",
        "| rule | USD a day | liquidations / 100 d | actions / 100 d | held out: USD | liq. | actions |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in policy_rows]
    page = PAGE.read_text("utf-8")
    before, after = page.split(TABLES_BEGIN)[0], page.split(TABLES_END)[1]
    PAGE.write_text(before + TABLES_BEGIN + "\n" + "\n".join(lines) + "\n" + TABLES_END + after, "utf-8")


if __name__ == "__main__":
    main()
