"""All rivals of a release, cheapest first."""

from __future__ import annotations

from ballast.evaluation.baselines.boosted import BoostedCox, BoostedHits
from ballast.evaluation.baselines.climatology import Climatology
from ballast.evaluation.baselines.ewma import Ewma
from ballast.evaluation.baselines.garch import Garch, Kind
from ballast.evaluation.baselines.log_har import LogHar, LogHarRatio
from ballast.evaluation.baselines.lstm import Lstm
from ballast.risk.forecaster import Forecaster


def cheap_rivals() -> list[Forecaster]:
    """B0 to B5: seconds to fit."""
    return [
        Climatology(),
        Ewma("ewma_reflection", "squared"),
        Ewma("ewma_range_reflection", "ranged"),
        Garch(Kind.GARCH_T),
        Garch(Kind.GJR_T),
        Garch(Kind.EGARCH_SKEWT),
        Ewma("asymmetric_ewma_t", "squared", asymmetric_t=True),
        LogHar(),
        LogHarRatio(),
        Garch(Kind.HISTORICAL),
    ]


def all_rivals() -> list[Forecaster]:
    """B0 to B8."""
    return [*cheap_rivals(), BoostedHits(), BoostedCox(), Lstm()]
