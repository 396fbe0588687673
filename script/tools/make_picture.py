"""Draw docs/images/run.svg, the health factors of a demo run, from report.html and summary.json in out/demo.

Another folder may be given as the argument.

Only the built-in reconstruction may be drawn: a picture of recorded bars would carry their data into the
repository.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs/images/run.svg"
PATH = "crash"
EVERY_MINUTES = 4
WIDTH, LEFT, RIGHT = 960, 56, 150
COLOURS = {
    "unprotected": "#c0392b",
    "closed_at_start": "#7f8c8d",
    "static_rule": "#d68910",
    "ballast": "#1a5fb4",
}
TEXT = 'font-family="system-ui,sans-serif" font-size="13" fill="#333"'


@dataclass(frozen=True)
class Panel:
    """One diagram: where it stands in the picture and what its axis spans."""

    title: str
    top: int
    height: int
    low: float
    high: float
    marks: Sequence[float]

    def y(self, value: float) -> float:
        """Height in the picture, kept inside the panel."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(self.top + self.height * (1 - share), 1)


def traces(report: str, figure: str) -> list[dict[str, Any]]:
    """Curves of one figure, as the report's own script holds them.

    Raises:
        ValueError: the report has no such figure.
    """
    start = report.find(f'"figure-{figure}"', report.find("Plotly.newPlot"))
    if start < 0:
        raise ValueError(f"the report has no figure of the path {figure}")
    found: list[dict[str, Any]] = json.JSONDecoder().raw_decode(report, report.index("[", start))[0]
    return found


def curve(panel: Panel, values: Sequence[float | None], colour: str) -> str:
    """One polyline for each stretch without a gap, one point every few minutes."""
    step = (WIDTH - LEFT - RIGHT) / max(len(values) - 1, 1)
    pieces: list[list[str]] = [[]]
    for at in range(0, len(values), EVERY_MINUTES):
        value = values[at]
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{LEFT + at * step:.1f},{panel.y(value)}")
    style = f'fill="none" stroke="{colour}" stroke-width="1.8"'
    return "".join(f'<polyline {style} points="{" ".join(piece)}"/>' for piece in pieces if len(piece) > 1)


def frame(panel: Panel) -> str:
    """Title, horizontal lines and their figures."""
    parts = [f'<text x="{LEFT}" y="{panel.top - 10}" {TEXT} font-weight="600">{escape(panel.title)}</text>']
    for mark in panel.marks:
        y = panel.y(mark)
        line = "#c0392b" if mark == 1.0 else "#ddd"
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="{line}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" {TEXT} text-anchor="end">{mark:g}</text>')
    return "".join(parts)


def hours(times: Sequence[str], bottom: int) -> str:
    """Clock under the diagrams, every six hours."""
    step = (WIDTH - LEFT - RIGHT) / max(len(times) - 1, 1)
    marks = [
        (at, time) for at, time in enumerate(times) if time.endswith(("00:00", "06:00", "12:00", "18:00"))
    ]
    return "".join(
        f'<text x="{LEFT + at * step:.1f}" y="{bottom}" {TEXT} text-anchor="middle">{escape(time[5:])}</text>'
        for at, time in marks
    )


def events(panel: Panel, found: Iterable[dict[str, Any]], times: Sequence[str]) -> str:
    """Repairs as dots and liquidations as crosses, in their position's colour."""
    step = (WIDTH - LEFT - RIGHT) / max(len(times) - 1, 1)
    parts = []
    for trace in found:
        label, _, kind = trace["name"].partition(": ")
        for time, value in zip(trace["x"], trace["y"], strict=True):
            if value is None or kind not in ("action", "liquidation"):
                continue
            x, y, colour = LEFT + times.index(time) * step, panel.y(value), COLOURS.get(label, "#444")
            dot = f'<circle cx="{x:.1f}" cy="{y}" r="4.5" fill="{colour}"/>'
            ends = f"M{x - 6:.1f},{y - 6:.1f}l12,12m0,-12l-12,12"
            cross = f'<path d="{ends}" stroke="{colour}" stroke-width="3"/>'
            parts.append(dot if kind == "action" else cross)
    return "".join(parts)


def legend(labels: Iterable[str], top: int) -> str:
    """Names beside the health factors, and what the marks mean."""
    x = WIDTH - RIGHT + 14
    rows = [
        f'<rect x="{x}" y="{top + 22 * at - 9}" width="12" height="4" fill="{COLOURS[label]}"/>'
        f'<text x="{x + 18}" y="{top + 22 * at}" {TEXT}>{escape(label)}</text>'
        for at, label in enumerate(labels)
    ]
    notes = ("● repair", "✕ liquidation")
    bottom = top + 22 * len(rows)
    rows += [f'<text x="{x}" y="{bottom + 22 * at}" {TEXT}>{note}</text>' for at, note in enumerate(notes)]
    return "".join(rows)


def draw(found: Sequence[dict[str, Any]], caption: str) -> str:
    """The whole picture."""
    lines = {trace["name"]: trace for trace in found if trace.get("mode") == "lines"}
    times, price = lines["market"]["x"], lines["market"]["y"]
    healths = {label: lines[label]["y"] for label in COLOURS if label in lines}
    above = Panel("ETH, USD", 40, 120, min(price) * 0.95, max(price) * 1.05, (100, 150, 200))
    top = max(value for values in healths.values() for value in values if value is not None)
    scale = [1 + step / 4 for step in range(int((top - 1) * 4) + 1)]
    below = Panel("Health factor (below 1: liquidatable)", 206, 250, 0.9, max(top, 1.5), scale)
    marked = [
        trace for trace in found if trace.get("mode") == "markers" and trace["name"].split(":")[0] in healths
    ]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} 516" role="img">',
        f"<title>{escape(caption)}</title>",
        f'<rect width="{WIDTH}" height="516" fill="#fff"/>',
        frame(above),
        curve(above, price, "#333"),
        frame(below),
        *(curve(below, values, COLOURS[label]) for label, values in healths.items()),
        events(below, marked, times),
        legend(healths, 226),
        hours(times, 478),
        f'<text x="{LEFT}" y="504" {TEXT}>{escape(caption)}</text></svg>',
    ]
    return "\n".join(parts) + "\n"


def main(folder: Path) -> int:
    """Draw the run of the demo whose results are in ``folder``."""
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    if summary["scenario"] == "recorded" or summary.get("excerpt"):
        sys.exit(
            "only a full run of the built-in reconstruction is drawn: run `ballast demo` without options"
        )
    found = traces((folder / "report.html").read_text("utf-8"), PATH)
    caption = f"Black Thursday, 12-13 March 2020 (UTC), a reconstruction; seed {summary['seed']}"
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(draw(found, caption), "utf-8")
    print(f"written: {PICTURE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "out/demo"))
