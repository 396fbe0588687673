"""Writes an evaluation's document, its HTML page and its tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ballast.evaluation import html_report, text_tables


def ours_of(horizons: dict[str, Any]) -> str:
    """The name under test: the one that is scored and is nobody's rival."""
    first = next(iter(horizons.values()))
    ours: str = next(name for name in first["scores"] if name not in first["skill_vs"])
    return ours


def sections(document: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Titles and Markdown tables in reading order; the causal and the other procedure have their own."""
    periods = document.get("walk_forward") or {"all bars": document["horizons"]}
    for name, horizons in periods.items():
        ours = ours_of(horizons)
        best = [h["best_calibrated"] for h in horizons.values()]
        yield f"Goals, {name}", list(text_tables.goal_table(horizons))
        yield f"Strictly causal, {name}", list(text_tables.period_table(horizons, ours))
        names = list(dict.fromkeys([ours, *best]))
        tails = {horizon: one["coverage"] for horizon, one in horizons.items()}
        yield f"Coverage on non-overlapping windows, {name}", list(text_tables.coverage_table(tails, names))
    if document.get("stress_goals"):
        yield "Goals about crises", list(text_tables.stress_goal_table(document))
    for name, calm in document.get("calm_coverage", {}).items():
        lines = text_tables.coverage_table(calm, list(next(iter(calm.values()))))
        yield f"Coverage outside of the stress months, {name}", list(lines)
    if document.get("walk_forward_stress"):
        stress = document["walk_forward_stress"]
        yield "Stress months, strictly causal walk-forward", list(text_tables.stress_table(stress))
    if document.get("leave_window_out"):
        left = document["leave_window_out"]
        yield (
            "Stress months, leave-window-out (fits know what came later)",
            list(text_tables.stress_table(left)),
        )


def markdown(document: dict[str, Any]) -> str:
    """All tables as Markdown."""
    return "\n\n".join(f"**{title}**\n\n" + "\n".join(lines) for title, lines in sections(document)) + "\n"


def write(document: dict[str, Any], out: Path) -> None:
    """`report.json`, `tables.md` and `report.html` below `out`."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    (out / "tables.md").write_text(markdown(document), "utf-8")
    (out / "report.html").write_text(html_report.page("Forecaster evaluation", _parts(document)), "utf-8")


def _parts(document: dict[str, Any]) -> Iterator[str]:
    yield f"<p>Model: {document['model_id']}; trained until: {document['train_end'] or 'each fold'}</p>"
    for title, lines in sections(document):
        yield f"<h2>{title}</h2>{html_report.table(lines)}"
    first = True
    for name, horizon in document["horizons"].items():
        shown = [ours_of(document["horizons"]), horizon["best_calibrated"], "ewma_reflection", "gjr_t"]
        names = [n for n in dict.fromkeys(shown) if n in horizon["reliability"]]
        yield html_report.skills(horizon, f"Brier skill, {name}") if not first else ""
        yield html_report.reliability(horizon, names, f"Reliability, {name}", first=first)
        first = False
