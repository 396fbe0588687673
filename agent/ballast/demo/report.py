"""``report.html``: one file that shows the whole run without a network."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ballast.demo.contestants import BALLAST
from ballast.demo.series import Series
from ballast.demo.view import MODELLED
from ballast.domain.errors import ExtraMissing

COLOURS = {
    "unprotected": "#c0392b",
    "closed_at_start": "#7f8c8d",
    "static_rule": "#d68910",
    "ballast": "#1a5fb4",
}
_MARKS = {"action": ("triangle-up", 12), "liquidation": ("x", 12), "reverted": ("circle-open", 9)}
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:1180px;padding:24px;color:#1c1c1c}
h1{font-size:28px;margin:0 0 4px}
h2{font-size:21px;margin:40px 0 4px;border-top:1px solid #ddd;padding-top:24px}
p.note{color:#555;margin:4px 0 16px}table{border-collapse:collapse;margin:12px 0;font-size:14px;width:100%}
th,td{padding:6px 10px;border-bottom:1px solid #e5e5e5;text-align:right}
th:nth-child(-n+2),td:nth-child(-n+2){text-align:left}
td.hash{font:12px ui-monospace,monospace;word-break:break-all;text-align:left}
details{margin:12px 0}pre{background:#f6f6f6;padding:12px;overflow:auto;font-size:12px}
.dot{display:inline-block;width:10px;height:10px;border-radius:50%;margin-right:8px}
@media(max-width:700px){body{padding:12px}table{display:block;overflow-x:auto}}
"""
_COLUMNS = (
    "",
    "position",
    "equity start $",
    "equity end $",
    "lowest health",
    "liquidations",
    "actions",
    "swap $",
    "gas $",
    "liquidation $",
)


def write_report(
    file: Path, summary: Mapping[str, Any], series: Mapping[str, Series], config: Mapping[str, str]
) -> None:
    """Writes the page; ``config`` holds titles and texts shown at its end.

    Raises:
        ExtraMissing: plotly is not installed.
    """
    library = drawing_library()
    sections = [_section(name, summary["paths"][name], series[name]) for name in summary["paths"]]
    body = [
        _head(summary),
        *sections,
        _decisions(summary["decisions"]),
        *(_details(*item) for item in config.items()),
    ]
    title = html.escape(f"Ballast: {summary['scenario']}")
    page = '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    page += (
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{_STYLE}</style>'
    )
    page += f"<script>{library}</script></head><body>{''.join(body)}</body></html>"
    file.write_text(page, "utf-8")


def drawing_library() -> str:
    """Plotly's code for the page; asked for before a run, so that its absence is told before and not after.

    Raises:
        ExtraMissing: plotly is not installed.
    """
    try:
        from plotly.offline import get_plotlyjs  # noqa: PLC0415 (optional extra)
    except ImportError as error:
        raise ExtraMissing("demo", "the report is drawn with plotly") from error
    return str(get_plotlyjs())


def _head(summary: Mapping[str, Any]) -> str:
    verified = sum(row["verified"] for row in summary["decisions"])
    facts = f"Seed {summary['seed']}, {summary['blocks']} blocks, "
    facts += f"{len(summary['decisions'])} decisions executed, {verified} verified."
    return (
        f"<h1>Ballast: {html.escape(str(summary['scenario']))}</h1><p>{html.escape(facts)}</p>"
        f'<p class="note">{html.escape(MODELLED)} All contestants start with 100 WETH of collateral and the '
        "same USDC debt. <b>unprotected</b>: nobody acts. <b>closed_at_start</b>: the owner sells all in "
        "the first block. <b>static_rule</b>: repaired to 1.5 below a health factor of 1.25. <b>ballast</b>: "
        "repaired when the forecast says so. Gas is charged to the position it was spent for.</p>"
    )


def _section(name: str, path: Mapping[str, Any], series: Series) -> str:
    missed = path["missed_acknowledgements"]
    late = f" The agent missed {missed} of {path['blocks']} blocks." if missed else ""
    return (
        f"<h2>Path: {html.escape(name)}</h2><p class='note'>{html.escape(path['label'])}. "
        f"Source: {html.escape(path['data_source'])}.{late}</p>"
        f"{_table(path)}{_figure(name, series)}"
    )


def _table(path: Mapping[str, Any]) -> str:
    head = "".join(f"<th>{html.escape(column)}</th>" for column in _COLUMNS)
    rows = []
    for label, place in path["places"].items():
        row = path["contestants"][label]
        cost = row["cost_usd"]
        dot = f'<span class="dot" style="background:{COLOURS.get(label, "#444")}"></span>'
        cells = [
            row["equity_start_usd"],
            row["equity_end_usd"],
            row["min_health_factor"] or "no debt",
            row["liquidations"],
            row["actions"],
        ]
        cells += [cost["swap"], cost["gas"], cost["liquidation"]]
        shown = "".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells)
        rows.append(f"<tr><td>{place}</td><td>{dot}{html.escape(label)}</td>{shown}</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _figure(name: str, series: Series) -> str:
    from plotly.graph_objects import Figure  # noqa: PLC0415 (optional extra)
    from plotly.subplots import make_subplots  # noqa: PLC0415 (optional extra)

    titles = (
        "Price of ether, USD",
        "Health factor at the venue",
        "Forecast: probability of liquidation (ballast)",
        "Base fee, gwei",
    )
    figure: Figure = make_subplots(
        4, 1, shared_xaxes=True, vertical_spacing=0.05, row_heights=[3, 4, 2, 2], subplot_titles=titles
    )
    _line(figure, 1, series.times, series.price, "market", "#333")
    _line(figure, 1, series.times, series.oracle, "oracle", "#2a9d8f", shape="hv")
    for label, values in series.health.items():
        if any(value is not None for value in values[1:]):
            _line(figure, 2, series.times, values, label, COLOURS.get(label, "#444"))
    for level, dash in ((1.0, "solid"), (1.25, "dot")):
        figure.add_hline(level, row=2, col=1, line={"color": "#999", "width": 1, "dash": dash})
    _marks(figure, series)
    for horizon, chances, dash in (("1 h", series.p1h, "solid"), ("6 h", series.p6h, "dot")):
        values, title = chances.get(BALLAST, []), f"P within {horizon}"
        _line(figure, 3, series.times, values, title, COLOURS[BALLAST], dash=dash)
    _line(figure, 4, series.times, series.base_fee, "base fee", "#8e44ad")
    highest = max((value or 0.0 for value in series.p6h.get(BALLAST, [])), default=0.0)
    figure.update_yaxes(tickformat=".0%", range=[0, max(0.05, 1.05 * highest)], row=3, col=1)
    layout = {
        "height": 980,
        "margin": {"l": 60, "r": 20, "t": 40, "b": 40},
        "hovermode": "x unified",
        "template": "plotly_white",
    }
    figure.update_layout(**layout, legend={"orientation": "h", "y": -0.05}, uirevision=name)
    return str(
        figure.to_html(
            full_html=False,
            include_plotlyjs=False,
            div_id=f"figure-{name}",
            config={"displayModeBar": False, "responsive": True},
        )
    )


def _line(
    figure: Any,  # noqa: ANN401 (optional extra)
    row: int,
    x: Sequence[str],
    y: Sequence[Any],
    name: str,
    colour: str,
    **line: str,
) -> None:
    trace = {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "name": name,
        "line": {"color": colour, "width": 1.6, **line},
    }
    figure.add_trace(trace, row=row, col=1)


def _marks(figure: Any, series: Series) -> None:  # noqa: ANN401 (optional extra)
    """What happened, on the health factor that it led to."""
    for kind, (symbol, size) in _MARKS.items():
        for label, colour in COLOURS.items():
            notes = [
                note
                for note in series.notes
                if (note.kind, note.contestant) == (kind, label) and note.step > 0
            ]
            if not notes:
                continue
            steps = [note.step - 1 for note in notes]
            # Whoever has no debt left afterwards is marked where liquidation began.
            healths = [1.0 if value is None else value for value in series.health[label]]
            trace = {
                "type": "scatter", "mode": "markers", "name": f"{label}: {kind}",
                "text": [note.text for note in notes],
                "x": [series.times[step] for step in steps], "y": [healths[step] for step in steps],
                "marker": {"symbol": symbol, "size": size, "color": colour, "line": {"color": "#fff"}},
            }  # fmt: skip
            figure.add_trace(trace, row=2, col=1)


def _decisions(decisions: Sequence[Mapping[str, Any]]) -> str:
    if not decisions:
        return "<h2>Decisions</h2><p>None was executed.</p>"
    rows = "".join(
        f"<tr><td>{html.escape(row['path'])}</td><td>{html.escape(row['contestant'])}</td><td>{row['block']}</td>"
        f"<td>{'yes' if row['verified'] else 'no'}</td><td class=hash>{row['digest']}</td>"
        f"<td class=hash>{row['tx']}</td></tr>"
        for row in decisions
    )
    head = "".join(
        f"<th>{column}</th>"
        for column in ("path", "position", "block", "verified", "decision digest", "transaction")
    )
    return f"<h2>Decisions</h2><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _details(title: str, text: str) -> str:
    return f"<details><summary>{html.escape(title)}</summary><pre>{html.escape(text)}</pre></details>"


def pretty(value: Any, *, sort: bool = True) -> str:  # noqa: ANN401 (JSON)
    """Indented JSON."""
    return json.dumps(value, indent=1, sort_keys=sort)
