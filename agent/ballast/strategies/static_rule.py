"""Repair to a target whenever the health factor is below a trigger; the yardstick of all other rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, final

from ballast.domain.errors import ConfigError
from ballast.domain.report import RiskReport
from ballast.domain.snapshot import Snapshot
from ballast.domain.terms import PositionTerms
from ballast.domain.units import WAD
from ballast.domain.verdict import Hold, Verdict
from ballast.strategies._common import COMMON_PARAMETERS, Ground, act_or_alert, rule_id, standing_answer
from ballast.strategies._text import health_text
from ballast.strategies.base import AbstractStrategy, Parameter

_MOST_HEALTH = 100 * WAD

HEALTH_PARAMETERS = (
    Parameter("trigger_health_wad", WAD, _MOST_HEALTH),
    Parameter("target_health_wad", WAD, _MOST_HEALTH),
)


@final
class StaticRule(AbstractStrategy):
    """HF < trigger: repair to target. Uses no forecast."""

    name: ClassVar[str] = "static_rule"
    parameters: ClassVar[tuple[Parameter, ...]] = (*HEALTH_PARAMETERS, *COMMON_PARAMETERS)

    def __init__(self, values: Mapping[str, int]) -> None:
        self._values = dict(values)
        self._trigger, self._target = values["trigger_health_wad"], values["target_health_wad"]
        require_target_above_trigger(self._trigger, self._target)

    def decide(self, snapshot: Snapshot, terms: PositionTerms, report: RiskReport) -> Verdict:
        """See the class."""
        del report  # the rule is the same whatever the forecast says
        standing = standing_answer(snapshot)
        if standing is not None:
            return standing
        health = snapshot.position.venue_health_wad
        text = f"health {health_text(health)}, trigger {health_text(self._trigger)}"
        if health >= self._trigger:
            return Hold(text)
        ground = Ground(text, 0, 0, rule_id(self.name))
        return act_or_alert(snapshot, terms, self._values, self._target, ground)


def require_target_above_trigger(trigger_wad: int, target_wad: int) -> None:
    """Refuses a pair that would act without end.

    Raises:
        ConfigError: the target is not above the trigger.
    """
    if target_wad <= trigger_wad:
        allowed = f"more than the trigger, {health_text(trigger_wad)}"
        raise ConfigError(f"target_health is {health_text(target_wad)}, allowed is {allowed}")
