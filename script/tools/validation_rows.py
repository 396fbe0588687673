"""Rows of docs/forecaster-log.md: a year forecast by fits that know nothing after its first day.

    .venv/bin/python script/tools/validation_rows.py --data ../shared/data/prices --year 2022 \
        log_har_ratio gru:1:5 mlp:4:12+log_har_ratio

A forecaster is the name of a rival, or VARIANT:MEMBERS:EPOCHS of the network; a plus averages forecasts.
Recorded bars are read and never written.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from ballast.domain.errors import BallastError, ConfigError
from ballast.evaluation.rivals import all_rivals
from ballast.risk.fit import Training
from ballast.risk.forecaster import F32, Forecaster, hits
from ballast.risk.network import Shape
from ballast.risk.neural import NeuralForecaster
from ballast.risk.scores import scores_of
from ballast.training.markets import SOURCES, Recorded, Window, load_recorded

SEED = 20_261_128
LEFT_OUT = "2020-03-05..2020-03-21"
# What comes later is held out, and no choice may look at it.
YEARS = (2021, 2022)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of recorded bars")
    parser.add_argument("--year", type=int, required=True, choices=YEARS)
    parser.add_argument("forecasters", nargs="+")
    arguments = parser.parse_args()
    try:
        recorded = load_recorded(arguments.data, SOURCES[:2], [Window.parse(LEFT_OUT)])
        year = Window.parse(f"{arguments.year}-01-01..{arguments.year + 1}-01-01")
        print_rows(recorded, year, arguments.forecasters)
    except BallastError as error:
        sys.exit(str(error))


def print_rows(recorded: Recorded, year: Window, texts: list[str]) -> None:
    """One row per forecaster: Brier and log score of each market at both horizons."""
    forecasts = Forecasts(recorded, year)
    print("| forecast | ETH Brier 1 h | 6 h | log 1 h | 6 h | BTC Brier 1 h | 6 h | log 1 h | 6 h |")
    print("|---|---|---|---|---|---|---|---|---|")
    for text in texts:
        cells = []
        for number in range(len(recorded.markets)):
            found = forecasts.scores(text, number)
            cells += [f"{value:.5f}".removeprefix("0") for value in found]
        print(f"| {text} | {' | '.join(cells)} |", flush=True)


class Forecasts:
    """Forecasts of one year, each made once."""

    def __init__(self, recorded: Recorded, year: Window) -> None:
        self._markets, self._year = recorded.markets, year
        self._made: dict[str, list[F32]] = {}

    def scores(self, text: str, number: int) -> list[float]:
        """Brier 1 h, 6 h, log score 1 h, 6 h of the mean of what `text` names, on one market."""
        parts = [self._chances(name)[number] for name in text.split("+")]
        p, market = np.mean(parts, axis=0), self._markets[number]
        hit = hits(market.drop[market.scored_rows(self._year.start, self._year.end)])
        both = [scores_of(p[:, column], hit[:, column]) for column in range(hit.shape[1])]
        return [*(one.brier for one in both), *(one.log_score for one in both)]

    def _chances(self, name: str) -> list[F32]:
        if name not in self._made:
            fitted = forecaster(name).fit(list(self._markets), self._year.start, SEED)
            rows = [market.scored_rows(self._year.start, self._year.end) for market in self._markets]
            pairs = zip(self._markets, rows, strict=True)
            self._made[name] = [fitted.predict(market, chosen) for market, chosen in pairs]
        return self._made[name]


def forecaster(name: str) -> Forecaster:
    """A rival by its name, or a network. Raises ConfigError for what is neither."""
    rivals = {one.name: one for one in all_rivals()}
    if name in rivals:
        return rivals[name]
    try:
        variant, members, epochs = name.split(":")
        return NeuralForecaster(Shape(variant=variant, members=int(members)), Training(epochs=int(epochs)))
    except ValueError as error:
        allowed = f"VARIANT:MEMBERS:EPOCHS or one of {', '.join(rivals)}"
        raise ConfigError(f"forecaster is '{name}', allowed is {allowed}") from error


if __name__ == "__main__":
    main()
