"""Repair when the forecast says that liquidation is likely enough, to the health at which it no longer is.

P(HF < 1) within one hour at or above ``act_p1h_ppm``, or within six hours at or above ``act_p6h_ppm``: repair
to the smallest health whose six-hour probability is within ``target_p6h_ppm``, but never below
``min_target_health_wad`` nor above ``max_target_health_wad``. Below ``backstop_health_wad`` the rule repairs
whatever the forecast says. Without a usable forecast the risk is unknown and the static rule decides, by
``trigger_health_wad`` and ``target_health_wad``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import ClassVar, final

from ballast.domain.errors import ConfigError
from ballast.domain.report import RiskCode, RiskReport
from ballast.domain.snapshot import Snapshot
from ballast.domain.terms import PositionTerms
from ballast.domain.units import PPM, WAD
from ballast.domain.verdict import Alert, Hold, Verdict
from ballast.strategies._common import COMMON_PARAMETERS, Ground, act_or_alert, standing_answer
from ballast.strategies._text import health_text, percent_text
from ballast.strategies.base import AbstractStrategy, Parameter
from ballast.strategies.static_rule import HEALTH_PARAMETERS, StaticRule, require_target_above_trigger

_ONE_HOUR, _SIX_HOURS = 3_600, 21_600
_MOST_HEALTH = 100 * WAD

_OWN_PARAMETERS = (
    Parameter("act_p1h_ppm", 1, PPM),
    Parameter("act_p6h_ppm", 1, PPM),
    Parameter("alert_p6h_ppm", 1, PPM),
    Parameter("target_p6h_ppm", 1, PPM),
    Parameter("min_target_health_wad", WAD, _MOST_HEALTH),
    Parameter("max_target_health_wad", WAD, _MOST_HEALTH),
    Parameter("backstop_health_wad", WAD, _MOST_HEALTH, WAD),
)


@final
class ForecastGated(AbstractStrategy):
    """See the module."""

    name: ClassVar[str] = "forecast_gated"
    parameters: ClassVar[tuple[Parameter, ...]] = (*HEALTH_PARAMETERS, *_OWN_PARAMETERS, *COMMON_PARAMETERS)

    def __init__(self, values: Mapping[str, int]) -> None:
        self._values = dict(values)
        _require_rising(values, ("target_p6h_ppm", "alert_p6h_ppm", "act_p6h_ppm"))
        _require_rising(values, ("backstop_health_wad", "min_target_health_wad", "max_target_health_wad"))
        require_target_above_trigger(values["trigger_health_wad"], values["target_health_wad"])
        self._fallback = StaticRule(values)

    def decide(self, snapshot: Snapshot, terms: PositionTerms, report: RiskReport) -> Verdict:
        """See the module."""
        standing = standing_answer(snapshot)
        if standing is not None:
            return standing
        if report.code is not RiskCode.OK:
            return _explained(
                self._fallback.decide(snapshot, terms, report), f"risk unknown ({report.code.name})"
            )
        text = _forecast_text(snapshot.position.venue_health_wad, report)
        ground = self._ground(snapshot, report, text)
        if ground is None:
            worrying = report.p_liquidation_6h_ppm >= self._values["alert_p6h_ppm"]
            return Alert(text) if worrying else Hold(text)
        target = self._target(report)
        health = snapshot.position.venue_health_wad
        if health >= target:
            return Alert(f"{ground.reason}; health is at its target {health_text(target)} already")
        return act_or_alert(snapshot, terms, self._values, target, ground)

    def _ground(self, snapshot: Snapshot, report: RiskReport, text: str) -> Ground | None:
        """Why to act; None where there is no reason to. ``text`` says what the forecast is."""
        health = snapshot.position.venue_health_wad
        within_one, within_six = report.p_liquidation_1h_ppm, report.p_liquidation_6h_ppm
        if within_one >= self._values["act_p1h_ppm"]:
            return Ground(f"{text}: one hour is above its limit", within_one, _ONE_HOUR, report.model_id)
        if within_six >= self._values["act_p6h_ppm"]:
            return Ground(f"{text}: six hours are above their limit", within_six, _SIX_HOURS, report.model_id)
        if health < self._values["backstop_health_wad"]:
            return Ground(f"{text}: health is below the backstop", within_six, _SIX_HOURS, report.model_id)
        return None

    def _target(self, report: RiskReport) -> int:
        lifted = max(report.target_health_wad, self._values["min_target_health_wad"])
        return min(lifted, self._values["max_target_health_wad"])


def _forecast_text(health_wad: int, report: RiskReport) -> str:
    chances = _chances_text(report.p_liquidation_1h_ppm, report.p_liquidation_6h_ppm)
    return f"health {health_text(health_wad)}, P(liquidation) {chances}"


# Far positions of one ratio have the same few probabilities at every block.
@lru_cache(maxsize=4_096)
def _chances_text(within_one: int, within_six: int) -> str:
    return f"{percent_text(within_one)} within 1 h, {percent_text(within_six)} within 6 h"


def _explained(verdict: Verdict, why: str) -> Verdict:
    return replace(verdict, reason=f"{why}: {verdict.reason}")


def _require_rising(values: Mapping[str, int], names: tuple[str, ...]) -> None:
    for lower, upper in pairwise(names):
        if values[lower] > values[upper]:
            raise ConfigError(f"{lower} is {values[lower]}, allowed is at most {upper}, {values[upper]}")
