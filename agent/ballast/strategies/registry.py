"""Strategies by name, built from integer parameters that were checked one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from ballast.domain.errors import ConfigError
from ballast.strategies._common import rule_id
from ballast.strategies.base import AbstractStrategy, Parameter
from ballast.strategies.forecast_gated import ForecastGated
from ballast.strategies.static_rule import StaticRule

STRATEGIES: Mapping[str, type[AbstractStrategy]] = {
    strategy.name: strategy for strategy in (StaticRule, ForecastGated)
}
TARGET_PROBABILITY = "target_p6h_ppm"


def build(name: str, parameters: Iterable[tuple[str, int]]) -> AbstractStrategy:
    """The strategy ``name`` with ``parameters``, as a position's terms hold them.

    Raises:
        ConfigError: an unknown name or parameter, a missing or repeated one, one out of its range, or a
        contradiction.
    """
    return _build(name, tuple(parameters))


def model_ids(name: str, weights_id: bytes) -> tuple[bytes, ...]:
    """Model ids that decisions of this strategy carry; the vault must have approved all of them.

    Raises:
        ConfigError: an unknown name.
    """
    fallback = rule_id(StaticRule.name)
    return (weights_id, fallback) if strategy_class(name) is ForecastGated else (fallback,)


def strategy_class(name: str) -> type[AbstractStrategy]:
    """Class of the strategy ``name``; errors as `model_ids`."""
    if name not in STRATEGIES:
        raise ConfigError(f"strategy is {name!r}, allowed are {sorted(STRATEGIES)}")
    return STRATEGIES[name]


@lru_cache(maxsize=256)
def _build(name: str, parameters: tuple[tuple[str, int], ...]) -> AbstractStrategy:
    strategy = strategy_class(name)
    given = dict(parameters)
    if len(given) != len(parameters):
        raise ConfigError(
            f"strategy {name}: a parameter is given twice among {[key for key, _ in parameters]}"
        )
    known = {parameter.name for parameter in strategy.parameters}
    for key in given:
        if key not in known:
            raise ConfigError(f"strategy {name} has no parameter {key}, allowed are {sorted(known)}")
    return strategy({parameter.name: _value(name, parameter, given) for parameter in strategy.parameters})


def _value(name: str, parameter: Parameter, given: Mapping[str, int]) -> int:
    value = given.get(parameter.name, parameter.default)
    if value is None:
        raise ConfigError(f"strategy {name} needs the parameter {parameter.name}")
    if not parameter.minimum <= value <= parameter.maximum:
        allowed = f"{parameter.minimum} to {parameter.maximum}"
        raise ConfigError(f"strategy {name}: {parameter.name} is {value}, allowed are {allowed}")
    return value
