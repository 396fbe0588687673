"""`ballast shocks`: which named shocks liquidate what, and what simulated paths would cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ballast.app.shock_book import ShockBook
from ballast.domain.errors import ConfigError
from ballast.risk.events import Event, catalogue, factors_of, market_of
from ballast.risk.exact import negative_matrix
from ballast.risk.losses import (
    LossQuantiles,
    bonus_loss,
    hit_matrix,
    loss_by_scenario,
    loss_quantiles,
)
from ballast.risk.passage import first_passage
from ballast.risk.paths import simulate_factors

STEP_SECONDS = 60
_HOUR_STEPS = 3_600 // STEP_SECONDS
MOST_HOURS, MOST_PATH_POINTS = 48, 2**27


@dataclass(frozen=True, slots=True)
class PositionLine:
    """One position: health, the fall of its collateral that it bears, and chances on simulated paths, ppm."""

    name: str
    health: float
    distance_percent: float
    hit_first_hour_ppm: int
    hit_ppm: int


@dataclass(frozen=True, slots=True)
class EventLine:
    """One shock: the positions that it liquidates, and the bonus that they would pay, in US dollars."""

    event: Event
    liquidated: tuple[str, ...]
    loss_usd: float


@dataclass(frozen=True, slots=True)
class ShockReport:
    """Everything that the command prints."""

    positions: tuple[PositionLine, ...]
    events: tuple[EventLine, ...]
    quantiles: tuple[tuple[str, LossQuantiles], ...]
    scenarios: int
    hours: int
    seed: int


def shock_report(book: ShockBook, scenarios: int, hours: int, seed: int) -> ShockReport:
    """Applies all named shocks, and simulates ``scenarios`` paths of ``hours`` with a price a minute.

    Raises:
        ConfigError: more paths than fit, or no scenario.
    """
    points = scenarios * (hours * _HOUR_STEPS + 1) * len(book.families)
    if not (scenarios > 0 and 0 < hours <= MOST_HOURS and points <= MOST_PATH_POINTS):
        allowed = f"1 to {MOST_HOURS} hours, and {MOST_PATH_POINTS} prices in all"
        raise ConfigError(
            f"{scenarios} scenarios of {hours} h and {len(book.families)} assets are {points} prices;"
            f" allowed are {allowed}"
        )
    loss = bonus_loss(book.debt_usd, book.bonus_bps)
    paths = simulate_factors(market_of(book.families), hours * _HOUR_STEPS, scenarios, STEP_SECONDS, seed)
    horizons = (_HOUR_STEPS,) if hours == 1 else (_HOUR_STEPS, hours * _HOUR_STEPS)
    chances = np.ceil(first_passage(book.weights, paths, horizons).hits * 1e6 / scenarios).astype(int)
    positions = tuple(
        PositionLine(name, float(health), max(1 - 1 / health, 0) * 100, int(chance[0]), int(chance[-1]))
        for name, health, chance in zip(book.names, book.health, chances, strict=True)
    )
    hit = hit_matrix(book.weights, paths)
    return ShockReport(positions, _events(book, loss), _quantiles(book, hit, loss), scenarios, hours, seed)


def _events(
    book: ShockBook, loss: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> tuple[EventLine, ...]:
    events = catalogue().events
    hit = negative_matrix(book.weights, factors_of(events, book.families))
    lines = []
    for column, event in enumerate(events):
        names = tuple(name for name, one in zip(book.names, hit[:, column], strict=True) if one)
        lines.append(EventLine(event, names, float(loss @ hit[:, column])))
    return tuple(lines)


def _quantiles(
    book: ShockBook,
    hit: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    loss: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> tuple[tuple[str, LossQuantiles], ...]:
    owner = np.asarray(book.portfolios)
    names = list(dict.fromkeys(book.portfolios))
    found = [
        (name, loss_quantiles(loss_by_scenario(hit[owner == name], loss[owner == name]))) for name in names
    ]
    return tuple(found)
