"""The evaluation as one HTML file: the tables, reliability diagrams, skills with their intervals."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any

import plotly.graph_objects as go

_STYLE = (
    "body{font:14px system-ui;max-width:1100px;margin:2em auto;padding:0 1em}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:3px 8px;text-align:right}td:nth-child(2),th{text-align:left}"
)


def page(title: str, parts: Iterable[str]) -> str:
    """A whole document."""
    body = "\n".join(parts)
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{html.escape(title)}</title>"
        f"<style>{_STYLE}</style></head><body><h1>{html.escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def table(lines: Iterable[str]) -> str:
    """A Markdown table as HTML."""
    rows = [line.strip("|").split("|") for line in lines if not line.startswith("|---")]
    cells = [
        "<tr>" + "".join(f"<{tag}>{_inline(cell)}</{tag}>" for cell in row) + "</tr>"
        for row, tag in zip(rows, ["th", *["td"] * (len(rows) - 1)], strict=True)
    ]
    return "<table>" + "".join(cells) + "</table>"


def _inline(cell: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(cell.strip()))


def reliability(horizon: dict[str, Any], names: Iterable[str], title: str, *, first: bool) -> str:
    """CORP reliability diagram; on logarithmic axes, since hits are rare. `first` brings the script along."""
    figure = go.Figure()
    figure.add_scatter(x=[1e-3, 1], y=[1e-3, 1], mode="lines", name="perfect", line={"dash": "dot"})
    for name in names:
        points = horizon["reliability"][name]
        figure.add_scatter(
            x=[p[0] for p in points], y=[p[1] for p in points], mode="lines+markers", name=name
        )
    figure.update_xaxes(type="log", title="forecast")
    figure.update_yaxes(type="log", title="recalibrated frequency")
    figure.update_layout(title=title, height=480)
    return _div(figure, first=first)


def skills(horizon: dict[str, Any], title: str) -> str:
    """Our Brier skill over every rival with its interval."""
    rows = [(name, row) for name, row in horizon["skill_vs"].items() if row["lo"] is not None]
    figure = go.Figure()
    figure.add_scatter(
        x=[100 * row["brier"] for _, row in rows],
        y=[name for name, _ in rows],
        mode="markers",
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [100 * (row["hi"] - row["brier"]) for _, row in rows],
            "arrayminus": [100 * (row["brier"] - row["lo"]) for _, row in rows],
        },
    )
    figure.add_vline(x=0)
    figure.update_layout(title=title, height=80 + 22 * len(rows), xaxis_title="Brier skill, %")
    return _div(figure, first=False)


def _div(figure: go.Figure, *, first: bool) -> str:
    text: str = figure.to_html(full_html=False, include_plotlyjs=first)
    return text
