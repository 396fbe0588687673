"""``ballast shocks``: what named shocks and simulated paths would do to positions."""

# ruff: noqa: PLC0415 - heavy imports happen inside of the command

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ballast.domain.errors import ConfigError

if TYPE_CHECKING:
    from ballast.app.shocking import ShockReport

_SHOWN = 3


def shocks(
    positions: Annotated[
        Path | None, typer.Option("--positions", help="CSV or JSON of legs; without it, the configuration's.")
    ] = None,
    config: Annotated[Path, typer.Option("--config", "-c", help="Configuration file.")] = Path(
        "ballast.toml"
    ),
    scenarios: Annotated[int, typer.Option(help="Simulated paths.")] = 10_000,
    hours: Annotated[int, typer.Option(help="Hours that they last.")] = 6,
    seed: Annotated[int, typer.Option(help="Seed of the paths.")] = 1,
    bonus_bps: Annotated[int, typer.Option(help="Liquidation bonus of the configuration's positions.")] = 500,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
) -> None:
    """Show which shocks would liquidate what, how far each position is, and the quantiles of the loss."""
    if not 0 <= bonus_bps <= 10_000:
        raise ConfigError(f"--bonus-bps is {bonus_bps}, allowed are 0 to 10000")
    from ballast.app.shock_book import book_of, legs_on_chain, read_legs
    from ballast.app.shocking import shock_report

    if positions is not None:
        legs = read_legs(positions)
    else:
        from ballast.app.assembly import open_chain
        from ballast.app.config import load

        chain = open_chain(load(config))
        try:
            legs = legs_on_chain(chain, bonus_bps)
        finally:
            chain.close()
    if not legs:
        raise ConfigError("no configured position has both collateral and debt: there is nothing to shock")
    report = shock_report(book_of(legs), scenarios, hours, seed)
    print(json.dumps(asdict(report)) if as_json else _text(report))


def _text(report: ShockReport) -> str:
    lines = [f"{'position':24}{'health':>9}{'bears a fall of':>17}{'P(liq) 1 h':>12}{f'{report.hours} h':>9}"]
    for one in report.positions:
        chances = f"{one.hit_first_hour_ppm / 1e4:>10.2f} %{one.hit_ppm / 1e4:>7.2f} %"
        lines.append(f"{one.name[:24]:24}{one.health:>9.4f}{one.distance_percent:>15.1f} %{chances}")
    lines += ["", f"{'shock':62}{'liquidates':>11}{'bonus paid, USD':>17}"]
    for line in report.events:
        more = len(line.liquidated) - _SHOWN
        names = ", ".join(line.liquidated[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
        mark = "" if line.event.kind == "historical" else " (imagined)"
        title = f"{line.event.name}{mark}"
        lines.append(f"{title[:62]:62}{len(line.liquidated):>11}{line.loss_usd:>17,.0f}  {names}".rstrip())
    lines += ["", f"{'bonus paid, USD':24}{'mean':>12}{'VaR 95':>12}{'ES 95':>12}{'VaR 99':>12}{'ES 99':>12}"]
    for name, loss in report.quantiles:
        figures = "".join(f"{value:>12,.0f}" for value in asdict(loss).values())
        lines.append(f"{name[:24]:24}{figures}")
    lines.append(
        f"{report.scenarios:,} simulated paths of {report.hours} h, seed {report.seed}: a model with assumed"
        " volatilities (GJR-GARCH with fat tails), not a forecast"
    )
    return "\n".join(lines)
