"""The ceiling study at every bar length, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

from ballast.evaluation.aloud import aloud
from ballast.evaluation.ceiling import INTERVALS, ceiling
from ballast.evaluation.forecasts import Cache
from ballast.risk.forecaster import Forecaster


def ceilings(forecasters: Sequence[Forecaster], cache: Cache, jobs: int) -> list[dict[str, Any]]:
    """`ceiling` of each bar length in `INTERVALS`, by `jobs` processes."""
    one = partial(_one, forecasters=forecasters, cache=cache)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        # The shortest bars take longest, so they are begun first.
        return list(pool.map(one, sorted(INTERVALS)))[::-1]


def _one(interval_seconds: int, forecasters: Sequence[Forecaster], cache: Cache) -> dict[str, Any]:
    return ceiling(interval_seconds, forecasters, cache, aloud)
