"""Evaluation documents as Markdown tables: the same for terminal and docs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ballast.evaluation.summary import (
    BEST_CALIBRATED_GOAL,
    CHRISTOFFERSEN_GOAL,
    CHRISTOFFERSEN_LEVEL,
    GOALS,
    MISCALIBRATION_GOAL,
    NOT_WORSE_GOAL,
)


def skill_text(row: dict[str, Any]) -> str:
    """Brier skill in percent with its interval."""
    if row["lo"] is None:
        return f"{100 * row['brier']:.1f} [too few days]"
    return f"{100 * row['brier']:.1f} [{100 * row['lo']:.1f}, {100 * row['hi']:.1f}]"


def period_table(horizons: dict[str, Any], ours: str) -> Iterator[str]:
    """All rivals at both horizons: our skill over them, and their own scores."""
    yield (
        "| horizon | against | Brier skill % [95 %] | log score % | DM p | Brier e-3 | log e-2 | CRPS e-4 "
        "| miscalibration % | AUC |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for name, horizon in horizons.items():
        yield _score_line(name, f"(ours: {ours})", "", "", "", horizon["scores"][ours])
        for rival, row in horizon["skill_vs"].items():
            equal = "" if row["p_equal"] is None else f"{row['p_equal']:.3f}"
            mark = " **best calibrated**" if rival == horizon["best_calibrated"] else ""
            log_gain = f"{100 * row['log_score']:.1f}"
            yield _score_line(name, rival + mark, skill_text(row), log_gain, equal, horizon["scores"][rival])


def _score_line(name: str, who: str, skill: str, log_gain: str, equal: str, own: dict[str, Any]) -> str:
    losses = f"{1e3 * own['brier']:.2f} | {1e2 * own['log']:.2f}"
    area = "" if own["auc"] is None else f"{own['auc']:.3f}"
    return (
        f"| {name} | {who} | {skill} | {log_gain} | {equal} | {losses} "
        f"| {1e4 * own['crps']:.2f} | {100 * own['miscalibration_share']:.1f} | {area} |"
    )


def stress_table(months: dict[str, Any]) -> Iterator[str]:
    """Ours against the best calibrated rival of each month; a one-sided p below 5 % means worse."""
    yield (
        "| month | horizon | hits | best calibrated rival | Brier skill % [95 %] | P(not worse) "
        "| miscalibration % |"
    )
    yield "|---|---|---|---|---|---|---|"
    for month, horizons in months.items():
        for name, horizon in horizons.items():
            rival = horizon["best_calibrated"]
            row = horizon["skill_vs"][rival]
            p = "" if row["p_not_worse"] is None else f"{row['p_not_worse']:.3f}"
            yield (
                f"| {month} | {name} | {horizon['hits']} | {rival} | {skill_text(row)} | {p} "
                f"| {100 * horizon['miscalibration_share']:.1f} |"
            )


def goal_table(horizons: dict[str, Any]) -> Iterator[str]:
    """Each goal, what was reached, and by how much it was missed."""
    yield "| horizon | goal | asked % | reached % | verdict |"
    yield "|---|---|---|---|---|"
    for name, horizon in horizons.items():
        rival = horizon["best_calibrated"]
        skill = horizon["skill_vs"][rival]["brier"]
        yield _goal_line(name, f"Brier skill over best calibrated ({rival})", BEST_CALIBRATED_GOAL, skill)
        for other, goal in GOALS[name].items():
            row = horizon["skill_vs"].get(other)
            if row is None:
                continue
            yield _goal_line(name, f"Brier skill over {other}", goal.brier, row["brier"])
            if goal.log_score is not None:
                yield _goal_line(name, f"log score over {other}", goal.log_score, row["log_score"])
        share = horizon["miscalibration_share"]
        gap = share - MISCALIBRATION_GOAL
        verdict = "reached" if gap <= 0 else f"missed by {100 * gap:.1f}"
        asked = f"{100 * MISCALIBRATION_GOAL:.0f}"
        yield f"| {name} | miscalibration, at most | {asked} | {100 * share:.1f} | {verdict} |"


def _goal_line(horizon: str, what: str, asked: float, reached: float) -> str:
    gap = asked - reached
    verdict = "reached" if gap <= 0 else f"missed by {100 * gap:.1f}"
    return f"| {horizon} | {what} | {100 * asked:.0f} | {100 * reached:.1f} | {verdict} |"


def stress_goal_table(document: dict[str, Any]) -> Iterator[str]:
    """Each goal about crises and the tails outside of them, what was reached, and whether that is enough."""
    yield "| procedure | horizon | goal | asked | reached | verdict |"
    yield "|---|---|---|---|---|---|"
    for procedure, horizons in document["stress_goals"].items():
        for name, one in horizons.items():
            share = one["miscalibration_share"]
            reached = f"{100 * share:.1f}, resampled below {100 * one['hi']:.1f}"
            enough = share <= MISCALIBRATION_GOAL
            what = f"miscalibration %, {one['n_days']} days pooled"
            yield _stress_goal(
                procedure, name, what, f"at most {100 * MISCALIBRATION_GOAL:.0f}", reached, enough
            )
            reached = f"{one['p_not_worse']:.3f} ({one['month']}, {one['rival']})"
            enough = one["p_not_worse"] >= NOT_WORSE_GOAL
            what = "P(not worse) in the month that speaks most against"
            yield _stress_goal(procedure, name, what, f"at least {NOT_WORSE_GOAL}", reached, enough)
    for period, horizons in document["calm_coverage"].items():
        for name, by_name in horizons.items():
            (row,) = (r for r in next(iter(by_name.values())) if r["level"] == CHRISTOFFERSEN_LEVEL)
            p = row["christoffersen"]
            reached, enough = ("too few", False) if p is None else (f"{p:.3f}", p > CHRISTOFFERSEN_GOAL)
            what = f"Christoffersen p at 1 % outside of crises, {period}"
            yield _stress_goal("walk-forward", name, what, f"above {CHRISTOFFERSEN_GOAL}", reached, enough)


def _stress_goal(procedure: str, name: str, what: str, asked: str, reached: str, enough: bool) -> str:  # noqa: FBT001
    return (
        f"| {procedure} | {name} | {what} | {asked} | {reached} | {'reached' if enough else '**missed**'} |"
    )


def coverage_table(horizons: dict[str, Any], names: list[str]) -> Iterator[str]:
    """Violations and p-values on non-overlapping windows; rows by horizon and forecaster."""
    yield (
        "| horizon | forecaster | level % | windows | violations | expected | Kupiec p | Christoffersen p "
        "| DQ p |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for name, by_name in horizons.items():
        for who in names:
            for row in by_name.get(who, []):
                tests = [row["kupiec"], row["christoffersen"], row["dynamic_quantile"]]
                shown = " | ".join("" if p is None else f"{p:.3f}" for p in tests)
                expected = row["level"] * row["windows"]
                yield (
                    f"| {name} | {who} | {100 * row['level']:g} | {row['windows']} | {row['violations']} "
                    f"| {expected:.0f} | {shown} |"
                )


def ceiling_table(studies: list[dict[str, Any]]) -> Iterator[str]:
    """Skill over climatology, share of the gap between EWMA + reflection and the truth, by bar length.

    Climatology itself is left away: its skill is nothing by definition.
    """
    yield "| bars | horizon | forecaster | skill over climatology % | share of the reachable gap % |"
    yield "|---|---|---|---|---|"
    for study in studies:
        for name, horizon in study["horizons"].items():
            shown = {who: row for who, row in horizon.items() if not who.startswith("climatology")}
            for who, row in sorted(shown.items(), key=lambda item: float(item[1]["brier"])):
                share, skill = 100 * row["share_of_gap"], 100 * row["skill_vs_climatology"]
                yield f"| {study['interval_seconds']} s | {name} | {who} | {skill:.1f} | {share:.0f} |"


def liquidation_table(document: dict[str, Any], leads_hours: Sequence[int] | None = None) -> Iterator[str]:
    """Mean forecast before liquidations and before matched hours without, by lead; all leads if None."""
    yield (
        "| hours with at least | horizon | forecaster | lead h | events (days) | before % | controls % "
        "| ratio [95 %] | AUC |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for key, rows in document["rises"].items():
        least, horizon, who = key.split("|")
        for row in rows:
            if leads_hours is not None and row["lead_hours"] not in leads_hours:
                continue
            yield (
                f"| {least} | {horizon} | {who} | {row['lead_hours']} | {row['events']} ({row['days']}) "
                f"| {100 * row['before']:.2f} | {100 * row['controls']:.2f} "
                f"| {row['ratio']:.2f} [{row['lo']:.2f}, {row['hi']:.2f}] | {row['auc']:.2f} |"
            )
