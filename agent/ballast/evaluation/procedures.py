"""The standing evaluation: strictly causal walk-forward, and crises left out one at a time; never mixed."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from ballast.domain.errors import ConfigError
from ballast.evaluation.aloud import aloud
from ballast.evaluation.bar_files import read_market
from ballast.evaluation.folds import STRESS_MONTHS, Fold, left_out, month_window, quarters, seconds
from ballast.evaluation.forecasts import Cache, Forecasts, Say, calibrated_name, collect, layered
from ballast.evaluation.liquidations import BARRIER, BURST, liquidated_hours, rise
from ballast.evaluation.stress import calm_coverage, pooled, stress_summary
from ballast.evaluation.summary import HORIZON_NAMES, summarise
from ballast.risk.forecaster import BARRIER_HEALTH_FACTORS, Forecaster, Market

# The first fold of the hourly walk-forward: from here on there are four years to learn from.
LEAST_PAST_SECONDS = 365 * 86_400
HOURLY_START, HALF_HOURLY_START, RECORD_END = seconds(2022, 4), seconds(2024, 1), seconds(2025, 7)
CAUSAL_STRESS = tuple(month for month in STRESS_MONTHS if month_window(month)[0] >= HOURLY_START)


@dataclass(frozen=True, slots=True)
class Period:
    """One table of the walk-forward."""

    name: str
    start: int
    end: int


HOURLY_PERIODS = (
    Period("hourly 2023-01..2024-08", seconds(2023, 1), seconds(2024, 9)),
    Period("hourly 2024-09..2025-06", seconds(2024, 9), RECORD_END),
)
HALF_HOURLY_PERIODS = (Period("half-hourly 2024-01..2025-06", HALF_HOURLY_START, RECORD_END),)
LIQUIDATIONS = "aave_v2_liquidations_2020-12_2022-04.csv.gz"
LIQUIDATIONS_START, LIQUIDATIONS_END = seconds(2021, 1), seconds(2022, 4)
HOURLY, HALF_HOURLY, LEFT_OUT = "hourly", "half-hourly", "left-out"
PARTS = frozenset({HALF_HOURLY, LEFT_OUT})
MAIN_PERIOD = HOURLY_PERIODS[0].name


@dataclass(frozen=True, eq=False)
class Field:
    """Ours and its rivals; everybody is forecast bare and behind the same online layer."""

    ours: Forecaster
    rivals: Sequence[Forecaster]

    @property
    def all(self) -> list[Forecaster]:
        """Everybody, ours first."""
        return [self.ours, *self.rivals]

    @property
    def names(self) -> list[str]:
        """Names of everybody in both forms."""
        raw = [layered(one).inner.name for one in self.all]
        return [form for name in raw for form in (name, calibrated_name(name))]

    @property
    def our_name(self) -> str:
        """Ours as it runs: without the layer, which gained nothing in validation."""
        return layered(self.ours).inner.name

    def summarise(self, forecasts: Forecasts) -> dict[str, Any]:
        """Ours, calibrated, against all other forms."""
        return summarise(forecasts, self.our_name, [name for name in self.names if name != self.our_name])


def recorded_markets(data: Path, kind: str) -> list[Market]:
    """ETH and BTC of one kind of file, like `1h_binance_spot`."""
    return [
        read_market(name, data / "prices" / f"{name.lower()}usdt_{kind}.csv.gz") for name in ("ETH", "BTC")
    ]


def walk_forward(
    markets: list[Market], folds: Sequence[Fold], field: Field, cache: Cache, say: Say
) -> Forecasts:
    """Every fold fitted on its own past alone."""
    return collect(markets, folds, lambda _: markets, field.all, cache, say)


def leave_window_out(markets: list[Market], month: str, field: Field, cache: Cache, say: Say) -> Forecasts:
    """A stress month forecast by fits on everything but it and a week around it, later data too."""
    end = max(int(market.known_at[-1]) for market in markets) + 1
    start, stop = month_window(month)
    train = [left_out(market, start, stop) for market in markets]
    return collect(
        markets, [Fold(f"without-{month}", end, start, stop)], lambda _: train, field.all, cache, say
    )


@dataclass(frozen=True, eq=False)
class Standing:
    """What the standing run forecasts; `left_out` by month, `half_hourly` None and empty in a short run."""

    hourly: Forecasts
    half_hourly: Forecasts | None
    left_out: dict[str, Forecasts]


def forecast_all(data: Path, field: Field, cache: Cache, say: Say, parts: frozenset[str]) -> Standing:
    """Every fold of every forecaster of the field, taken from the cache where it was made before."""

    def made(portion: str) -> Forecasts:
        return forecast_portion(data, portion, field, cache, say)

    finer = made(HALF_HOURLY) if HALF_HOURLY in parts else None
    left = {month: made(month) for month in STRESS_MONTHS} if LEFT_OUT in parts else {}
    return Standing(made(HOURLY), finer, left)


def forecast_portion(data: Path, portion: str, field: Field, cache: Cache, say: Say) -> Forecasts:
    """What can be forecast by itself: the hourly or the half-hourly walk-forward, or a month left out."""
    if portion == HALF_HOURLY:
        return walk_forward(_kept(data, "30m_binance_perp"), half_hourly_folds(), field, cache, say)
    hourly = _kept(data, "1h_binance_spot")
    if portion == HOURLY:
        return walk_forward(hourly, hourly_folds(), field, cache, say)
    return leave_window_out(hourly, portion, field, cache, say)


@lru_cache(maxsize=2)
def _kept(data: Path, kind: str) -> list[Market]:
    """Read once a process, so that features are averaged once, too."""
    return recorded_markets(data, kind)


def fill(data: Path, field: Field, cache: Cache, say: Say, parts: frozenset[str], jobs: int) -> None:
    """Put everything into the cache, one portion of one forecaster at a time, our own and the slow first."""
    alone = [Field(one, ()) for one in (field.ours, *reversed(field.rivals))]
    portions = [HOURLY, *([HALF_HOURLY] if HALF_HOURLY in parts else [])]
    portions += STRESS_MONTHS if LEFT_OUT in parts else ()
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        waiting = {
            pool.submit(_fill_one, data, portion, one, cache): f"{one.our_name}, {portion}"
            for one in alone
            for portion in portions
        }
        try:
            for done in as_completed(waiting):
                done.result()
                say(f"{waiting[done]}: finished")
        except BaseException:
            # What waits would otherwise be forecast to the end before the error is told.
            pool.shutdown(cancel_futures=True)
            raise


def _fill_one(data: Path, portion: str, field: Field, cache: Cache) -> None:
    forecast_portion(data, portion, field, cache, aloud)


def hourly_folds() -> list[Fold]:
    """Quarters of the hourly walk-forward."""
    return list(quarters(HOURLY_START, RECORD_END))


def half_hourly_folds() -> list[Fold]:
    """Quarters of the half-hourly walk-forward."""
    return list(quarters(HALF_HOURLY_START, RECORD_END))


def evaluate_procedure(
    data: Path, field: Field, cache: Cache, say: Say, parts: frozenset[str] = PARTS, jobs: int = 1
) -> dict[str, Any]:
    """Everything of the standing run as one document; `parts` leaves sections away."""
    standing = forecast_all(data, field, cache, say, parts)
    spans = [(p, standing.hourly) for p in HOURLY_PERIODS]
    if standing.half_hourly is not None:
        spans += [(p, standing.half_hourly) for p in HALF_HOURLY_PERIODS]
    parted = {p.name: forecasts.between(p.start, p.end) for p, forecasts in spans}
    causal = {month: standing.hourly.between(*month_window(month)) for month in CAUSAL_STRESS}
    periods, crises, left = _summarise_all(field, [parted, causal, standing.left_out], jobs)
    goals = {
        name: stress_summary(pooled(each.values()), months, field.our_name)
        for name, each, months in (
            ("walk-forward", causal, crises),
            ("leave-window-out", standing.left_out, left),
        )
        if months
    }
    return {
        "model_id": f"procedure {field.our_name}",
        "train_end": None,
        "fold_ids": [fold.id for fold in hourly_folds()],
        "half_hourly_fold_ids": [fold.id for fold in half_hourly_folds()] if standing.half_hourly else [],
        "horizons": periods[MAIN_PERIOD],
        "walk_forward": periods,
        "walk_forward_stress": crises,
        "leave_window_out": left,
        "stress_goals": goals,
        "calm_coverage": {
            name: calm_coverage(forecasts, STRESS_MONTHS, _shown(field, periods[name]))
            for name, forecasts in parted.items()
        },
    }


def _summarise_all(
    field: Field, tables: list[dict[str, Forecasts]], jobs: int
) -> list[dict[str, dict[str, Any]]]:
    """Every table's summaries by name, side by side."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        waiting = [
            {name: pool.submit(field.summarise, one) for name, one in table.items()} for table in tables
        ]
        return [{name: one.result() for name, one in table.items()} for table in waiting]


def _shown(field: Field, horizons: dict[str, Any]) -> list[str]:
    """Ours and the best calibrated rivals of a period."""
    return list(dict.fromkeys([field.our_name, *(one["best_calibrated"] for one in horizons.values())]))


def procedure_on_bars(
    markets: list[Market], start: int | None, end: int | None, field: Field, cache: Cache, say: Say
) -> dict[str, Any]:
    """The walk-forward over any bars, refitted every quarter.

    Raises ConfigError for less than a year of past.
    """
    begin, last = (edge(int(m.known_at[i]) for m in markets) for edge, i in ((min, 0), (max, -1)))
    earliest = begin + LEAST_PAST_SECONDS
    start, end = start or earliest, min(end or last + 1, last + 1)
    if start < earliest or start >= end:
        raise ConfigError(
            f"the walk-forward would start at {start} and end at {end} (Unix seconds): it needs a year of "
            f"bars before it, that is {earliest} or later, and bars after it"
        )
    folds = list(quarters(start, end))
    forecasts = walk_forward(markets, folds, field, cache, say)
    return {
        "model_id": f"procedure {field.our_name}",
        "train_end": None,
        "fold_ids": [fold.id for fold in folds],
        "horizons": field.summarise(forecasts),
    }


def liquidation_check(data: Path, field: Field, cache: Cache, say: Say) -> dict[str, Any]:
    """Forecasts of quarters from 2021 on, each fitted on its past, before liquidations and without."""
    hours = liquidated_hours(data / "events" / LIQUIDATIONS)
    market = recorded_markets(data, "1h_binance_spot")
    folds = list(quarters(LIQUIDATIONS_START, LIQUIDATIONS_END))
    forecasts = walk_forward(market, folds, field, cache, say)
    eth = np.flatnonzero(forecasts.market == 0)
    eth = eth[np.argsort(forecasts.known_at[eth])]
    rises = {}
    names = [field.our_name, *(calibrated_name(layered(one).inner.name) for one in field.rivals)]
    for least in (1, BURST):
        for column, horizon in enumerate(HORIZON_NAMES):
            for name in names:
                chance = forecasts.chance[name][eth, column, BARRIER].astype(np.float64)
                rises[f"{least}|{horizon}|{name}"] = rise(forecasts.known_at[eth], chance, hours, least)
    return {
        "liquidated_hours": len(hours),
        "liquidations": sum(hours.values()),
        "fold_ids": [fold.id for fold in folds],
        "health_factor": BARRIER_HEALTH_FACTORS[BARRIER],
        "rises": rises,
    }
