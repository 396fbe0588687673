"""Named shocks, of the past and imagined, and the market of the simulation, as they ship with the package."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np

from ballast.risk.exact import I32, PPM_ONE
from ballast.risk.paths import Garch, Market

_PERCENT_PPM = 10_000
_STABLE = frozenset({"USDC", "USDT", "DAI", "USD"})


@dataclass(frozen=True, slots=True)
class Event:
    """One shock: new price over old by family in ppm; families that it does not name keep their price.

    ``frozen_seconds``: how long the oracle shows the old price before all of it comes at once.
    """

    name: str
    kind: str
    source: str
    frozen_seconds: int
    factors_ppm: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Families of assets by symbol in lower case, events in order, and the simulated market's figures."""

    family_of: Mapping[str, str]
    families: tuple[str, ...]
    events: tuple[Event, ...]
    market: Mapping[str, Any]


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """What ships with the package."""
    text = resources.files("ballast.risk").joinpath("shock_events.json").read_text("utf-8")
    document = json.loads(text)
    family_of = {
        symbol.lower(): family for family, symbols in document["families"].items() for symbol in symbols
    }
    events = tuple(_event(one) for one in document["events"])
    return Catalogue(family_of, tuple(document["families"]), events, document["market"])


def factors_of(events: Sequence[Event], families: Sequence[str]) -> I32:
    """Price factors in ppm, int32 [A, S], for assets of the given families and one scenario an event."""
    rows = [[event.factors_ppm.get(family, PPM_ONE) for event in events] for family in families]
    return np.asarray(rows, np.int32).reshape(len(families), len(events))


def market_of(families: Sequence[str]) -> Market:
    """The simulated market of assets of the given families; two assets of one family move almost as one."""
    figures = catalogue().market
    volatility = np.asarray([figures["volatility_percent"][family] / 100 for family in families])
    correlation = np.asarray([[_correlation(a, b, figures) for b in families] for a in families])
    np.fill_diagonal(correlation, 1)
    return Market(volatility, correlation, Garch())


def _correlation(one: str, other: str, figures: Mapping[str, Any]) -> float:
    both = {one, other}
    if both <= {"ETH", "LST"} or (one == other and one not in _STABLE and one != "ALT"):
        return float(figures["lst_correlation_percent"]) / 100
    if both <= _STABLE:
        return float(figures["stable_correlation_percent"]) / 100
    return 0.0 if both & _STABLE else float(figures["crypto_correlation_percent"]) / 100


def _event(entry: Mapping[str, Any]) -> Event:
    factors = {family: percent * _PERCENT_PPM for family, percent in entry["factors_percent"].items()}
    return Event(entry["name"], entry["kind"], entry["source"], entry.get("frozen_seconds", 0), factors)
