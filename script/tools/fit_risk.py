"""Fit the risk model, score it on bars it has not seen, choose the forecast-gated rule's thresholds.

    .venv/bin/python script/tools/fit_risk.py --data ../shared/data

Writes agent/ballast/risk/weights/default.json, agent/ballast/risk/weights/policy.json and the tables of
docs/risk-model.md. Recorded bars are read and never written. The same seed, data and machine give the same
model id.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import Any

import jax
import numpy as np
import numpy.typing as npt

from ballast.data.bars import Bars, load_bars
from ballast.risk import policy_tuning as policy
from ballast.risk import scores
from ballast.risk.dataset import Samples, Stretch, join, sample, states_along, warm_state
from ballast.risk.fit import FitSettings, fit, prior_variance_of
from ballast.risk.oracle_view import OracleRule, observe
from ballast.risk.parameters import Limits, Parameters, Weights, make_weights, weights_to_json
from ballast.risk.report import Horizon
from ballast.risk.state import RiskState

ROOT = FilePath(__file__).resolve().parents[2]
WEIGHTS = ROOT / "agent" / "ballast" / "risk" / "weights"
PAGE = ROOT / "docs" / "risk-model.md"
TABLES_BEGIN, TABLES_END = "<!-- tables: begin -->", "<!-- tables: end -->"

ORACLE = OracleRule()
SETTINGS = FitSettings()
# Wider than the model's own set, so that the single-average rivals are tuned over a real choice.
GRID_HALF_LIVES = (900.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 28_800.0, 86_400.0, 172_800.0, 604_800.0)
HOLD_OUT_SHARE = 0.25
EMBARGO_SECONDS = int(Horizon.SIX_HOURS)
HISTORY_SECONDS = 28 * 86_400
# 70 % a year: where averages start before the fit has chosen the shipped prior.
PROVISIONAL_PRIOR = 0.7**2 / 31_536_000
EXCLUDED = (datetime(2020, 3, 5, tzinfo=UTC), datetime(2020, 3, 21, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Source:
    """One file, the hourly file that warms its slow averages, bar length, spacing, weight of a day."""

    file: str
    history: str
    interval_seconds: int
    every_bars: int
    weight_per_day: float


# A coarse bar sees less of what a 60 s tick sees, so days of 30-minute bars count for less.
SOURCES = (
    Source("ethusdt_5m_binance_spot_events", "ethusdt_1h_binance_spot", 300, 3, 1.0),
    Source("btcusdt_5m_binance_spot_events", "btcusdt_1h_binance_spot", 300, 3, 1.0),
    Source("ethusdt_30m_binance_perp", "ethusdt_1h_binance_spot", 1_800, 1, 0.25),
    Source("btcusdt_30m_binance_perp", "btcusdt_1h_binance_spot", 1_800, 1, 0.25),
)
ACT_1H_PPM = (1_000, 10_000, 30_000, 60_000, 150_000, 250_000, 1_000_000)
ACT_6H_PPM = (3_000, 10_000, 30_000, 100_000, 250_000, 400_000, 1_000_000)
TARGET_6H_PPM = (1_000, 3_000, 10_000, 30_000)
# A health factor of 1 is no backstop at all.
BACKSTOPS_BPS = (10_000, 10_400, 10_600, 10_800, 11_000, 11_200, 11_400)
# Calm days outnumber crisis days by about this much in the months that the event files are drawn from.
EVENT_DAY_SHARE = 1 / 8

RuleMaker = Callable[[npt.NDArray[np.float32]], policy.Rules]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=FilePath, required=True, help="folder that holds prices/")
    parser.add_argument("--steps", type=int, default=SETTINGS.steps, help="gradient steps")
    arguments = parser.parse_args()
    bars = load_all(arguments.data / "prices")
    provisional = provisional_weights()
    cutoff = min(hold_out_start(bars[source.file]) for source in SOURCES)
    train, held = build_samples(bars, provisional, cutoff)
    pooled = join(list(train.values()))
    held_count = sum(map(len, held.values()))
    print(f"training samples {len(pooled)}, known before {stamp(cutoff)}; held out {held_count}")
    settings = FitSettings(steps=arguments.steps)
    columns = [GRID_HALF_LIVES.index(h) for h in settings.half_life_seconds]
    narrowed = Samples(pooled.known_at, pooled.variance[:, columns], pooled.drop, pooled.weight)
    parameters, losses = fit(settings, prior_variance_of(pooled), narrowed)
    print(f"loss {losses[0]:.5f} -> {losses[-1]:.5f} in {len(losses)} steps")
    skill_rows = held_out_skill(parameters, pooled, held, columns)
    weights = make_weights(
        parameters._asdict(), Limits(), metadata(bars, train, cutoff, settings, losses, skill_rows)
    )
    (WEIGHTS / "default.json").write_text(weights_to_json(weights), "ascii")
    print("model id", weights.model_id)
    chosen, policy_rows = choose_policy(bars, weights, cutoff)
    (WEIGHTS / "policy.json").write_text(json.dumps(chosen, indent=1, sort_keys=True) + "\n", "ascii")
    write_page(weights, skill_rows, policy_rows)


def load_all(folder: FilePath) -> dict[str, Bars]:
    """Every file that the fit reads, by name, with the replayed window cut out."""
    lengths = {source.file: source.interval_seconds for source in SOURCES}
    lengths |= {source.history: 3_600 for source in SOURCES}
    return {name: without_excluded(load_bars(folder / f"{name}.csv.gz", s)) for name, s in lengths.items()}


def without_excluded(bars: Bars) -> Bars:
    """The bars that do not touch the excluded window."""
    first, end = (int(moment.timestamp()) for moment in EXCLUDED)
    return bars.select((bars.known_at <= first) | (bars.ts >= end))


def provisional_weights() -> Weights:
    """Weights whose only purpose is to run the averages at every half-life of the grid."""
    k = len(GRID_HALF_LIVES)
    values = {
        "half_life_seconds": GRID_HALF_LIVES,
        "prior_variance": PROVISIONAL_PRIOR,
        "floor_variance": [PROVISIONAL_PRIOR] * k,
        "level": [0, 0],
        "mix": np.zeros((2, k)),
        "share": [1],
        "scale": np.ones((2, 1)),
        "shift": 0,
    }
    return make_weights(values, Limits(), {})


def hold_out_start(bars: Bars) -> int:
    """When the last quarter of a file's bars begins, Unix seconds."""
    return int(bars.ts[int(len(bars) * (1 - HOLD_OUT_SHARE))])


def stretches(bars: Bars) -> Iterator[Stretch]:
    """A file's contiguous runs that hold at least one day."""
    for run in bars.segments():
        if len(run) * run.interval_seconds >= 86_400:
            prices = np.stack([run.open, run.high, run.low, run.close], axis=1)
            yield Stretch(bars.name, run.interval_seconds, run.ts, prices)


def warmed(weights: Weights, bars: dict[str, Bars], source: Source, stretch: Stretch) -> RiskState:
    """State at a stretch's start, from the hourly bars of the four weeks before it."""
    start = int(stretch.ts[0])
    past = bars[source.history].between(start - HISTORY_SECONDS, start)
    return warm_state(weights, ORACLE, list(stretches(past)) if len(past) else [])


def build_samples(
    bars: dict[str, Bars], weights: Weights, cutoff: int
) -> tuple[dict[str, Samples], dict[str, Samples]]:
    """Training samples whose outcome was known before `cutoff`, and each file's last quarter, by file."""
    train, held = {}, {}
    for source in SOURCES:
        parts = []
        for stretch in stretches(bars[source.file]):
            start = warmed(weights, bars, source, stretch)
            parts.append(sample(weights, ORACLE, stretch, start, source.every_bars, source.weight_per_day))
        everything = join(parts)
        train[source.file] = everything.select(everything.known_at + EMBARGO_SECONDS <= cutoff)
        held[source.file] = everything.select(everything.known_at >= hold_out_start(bars[source.file]))
    return train, held


def held_out_skill(
    parameters: Parameters, train: Samples, held: dict[str, Samples], columns: list[int]
) -> list[dict[str, Any]]:
    """One row per file, horizon and rival."""
    rivals = {
        "EWMA + reflection": scores.tune_reflection(train, calibrated=False),
        "EWMA + reflection, calibrated": scores.tune_reflection(train, calibrated=True),
    }
    for name, rule in rivals.items():
        half_life = GRID_HALF_LIVES[rule.column] / 3600
        print(f"{name}: half-life {half_life:g} h, scale {rule.scale}, shift {rule.shift}")
    rows = []
    for file, samples in held.items():
        ours = scores.model_forecast(parameters, samples, columns)
        forecasts = {"climatology": scores.climatology(train, len(samples))}
        forecasts |= {name: scores.reflection_forecast(rule, samples) for name, rule in rivals.items()}
        for index, horizon in enumerate(("1h", "6h")):
            for name, theirs in forecasts.items():
                skill = scores.compare(ours, theirs, samples, index, SETTINGS.seed)
                rows.append(
                    {
                        "file": file,
                        "horizon": horizon,
                        "rival": name,
                        "brier_skill": round(skill.brier, 4),
                        "interval_95": [round(skill.low, 4), round(skill.high, 4)],
                        "log_score_change": round(skill.log_score, 4),
                    }
                )
                print(rows[-1])
    return rows


def metadata(
    bars: dict[str, Bars],
    train: dict[str, Samples],
    cutoff: int,
    settings: FitSettings,
    losses: Sequence[float],
    skill_rows: list[dict[str, Any]],
) -> dict[str, Any]:
    """Where the numbers come from; not part of the model id."""
    return {
        "seed": settings.seed,
        "steps": settings.steps,
        "jax": jax.__version__,
        "final_loss": round(losses[-1], 6),
        "train_end": stamp(cutoff),
        "train_ranges": {
            name: [stamp(s.known_at[0]), stamp(s.known_at[-1]), len(s)] for name, s in train.items()
        },
        "excluded_ranges": [[moment.isoformat() for moment in EXCLUDED]],
        "oracle": {"deviation": ORACLE.deviation, "heartbeat_seconds": ORACLE.heartbeat_seconds},
        "data_sha256": {name: file.sha256 for name, file in sorted(bars.items())},
        "held_out": skill_rows,
    }


def stamp(seconds: int) -> str:
    """Unix seconds as ISO 8601 UTC."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


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
            states = states_along(weights, ORACLE, stretch, warmed(weights, bars, source, stretch))
            event = source.interval_seconds == 300
            path = policy.Path(
                observe(ORACLE, stretch.interval_seconds, stretch.prices),
                stretch.prices[:, 3],
                86_400 // stretch.interval_seconds,
                1 if event else 0,
                policy.trailing_mean(
                    stretch.prices, stretch.interval_seconds, policy.VaultLimits().mean_seconds
                ),
            )
            rules = make(np.asarray(states.variance))
            for first in range(0, len(rules.trigger), batch):
                part = policy.Rules(rules.trigger[first : first + batch], rules.target[first : first + batch])
                result = policy.simulate(unit_costs(stretch), path, part, 2 if event else 1, SETTINGS.seed)
                figures = np.stack([result.cost_usd, 100 * result.liquidations, 100 * result.actions])
                figures /= policy.Costs().episode_days
                groups[event].append((first, figures))
    return combine(groups)


def unit_costs(stretch: Stretch) -> policy.Costs:
    """100 units of ETH; for BTC as many as are worth about as much."""
    return policy.Costs(collateral_units=100.0 if stretch.source.startswith("eth") else 6.0)


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
    return name, lambda variance: policy.forecast_rules(weights, variance, [gate])


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
    gated = policy_cost(bars, weights, train, lambda v: policy.forecast_rules(weights, v, grid), 160)
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


def write_page(weights: Weights, skill_rows: list[dict[str, Any]], policy_rows: list[list[Any]]) -> None:
    """Replace the tables between the markers of the page; the prose around them stays."""
    lines = [
        f"Model id `{weights.model_id}`, trained on what was known before {weights.metadata['train_end']}.",
        "",
    ]
    lines += [
        "| held out | horizon | against | Brier skill % [95 % interval] | log score % |",
        "|---|---|---|---|---|",
    ]
    for row in skill_rows:
        low, high = (100 * bound for bound in row["interval_95"])
        skill, logs = 100 * row["brier_skill"], 100 * row["log_score_change"]
        lines.append(
            f"| {row['file'].split('_binance')[0]} | {row['horizon']} | {row['rival']} |"
            f" {skill:.1f} [{low:.1f}, {high:.1f}] | {logs:+.1f} |"
        )
    lines += [
        "",
        "| rule | USD a day | liquidations / 100 d | actions / 100 d | held out: USD | liq. | actions |",
    ]
    lines += ["|---|---|---|---|---|---|---|"]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in policy_rows]
    page = PAGE.read_text("utf-8")
    before, after = page.split(TABLES_BEGIN)[0], page.split(TABLES_END)[1]
    PAGE.write_text(before + TABLES_BEGIN + "\n" + "\n".join(lines) + "\n" + TABLES_END + after, "utf-8")


if __name__ == "__main__":
    main()
