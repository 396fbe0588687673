"""Keeps the tables of a documentation page what the last run measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ballast.domain.errors import ConfigError
from ballast.evaluation import text_tables
from ballast.evaluation.report import ours_of

# Raw forms that the goals name; everybody else is shown as calibrated.
_RAW_SHOWN = ("ewma_reflection", "gjr_t", "log_har")


def insert(page: Path, mark: str, text: str) -> None:
    """Replace what stands between `<!-- mark: begin -->` and `<!-- mark: end -->`.

    Raises ConfigError for a page that lacks the markers.
    """
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    try:
        before, rest = page.read_text("utf-8").split(begin)
        _, after = rest.split(end)
    except (OSError, ValueError) as error:
        raise ConfigError(f"--page is {page}: it holds no '{begin}' and '{end}', once each") from error
    page.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}", "utf-8")


def evaluation_text(document: dict[str, Any]) -> str:
    """The standing evaluation, short: calibrated rivals and the raw ones that goals name."""
    return "\n\n".join(f"**{title}**\n\n" + "\n".join(lines) for title, lines in _sections(document))


def _sections(document: dict[str, Any]) -> Iterator[tuple[str, Iterable[str]]]:
    for name, horizons in document["walk_forward"].items():
        ours = ours_of(horizons)
        yield f"Goals, {name}", text_tables.goal_table(horizons)
        short = {key: _shortened(horizon) for key, horizon in horizons.items()}
        yield f"Strictly causal walk-forward, {name}", text_tables.period_table(short, ours)
    yield "Goals about crises", text_tables.stress_goal_table(document)
    for period, calm in document["calm_coverage"].items():
        title = f"Tails outside of the stress months, non-overlapping windows, {period}"
        yield title, text_tables.coverage_table(calm, list(next(iter(calm.values()))))
    stress = document["walk_forward_stress"]
    yield "Stress months, strictly causal walk-forward", text_tables.stress_table(stress)
    if document["leave_window_out"]:
        left = document["leave_window_out"]
        yield "Stress months, leave-window-out: fits know what came later", text_tables.stress_table(left)


def _shortened(horizon: dict[str, Any]) -> dict[str, Any]:
    kept = {
        name: row
        for name, row in horizon["skill_vs"].items()
        if name.endswith("_calibrated") or name in _RAW_SHOWN
    }
    return {**horizon, "skill_vs": kept}
