from __future__ import annotations

import pytest

from ballast.domain.errors import ConfigError
from ballast.domain.observation import VaultState
from ballast.domain.report import RiskCode, RiskReport
from ballast.domain.snapshot import join
from ballast.domain.units import UINT256_MAX, WAD
from ballast.domain.verdict import Act, Alert, Hold
from ballast.oracle.aggregate import aggregate
from ballast.strategies._common import rule_id
from ballast.strategies.registry import build, model_ids
from support import core

MODEL = b"\x01" * 32


def report(
    p1h: int = 1, p6h: int = 1, *, code: RiskCode = RiskCode.OK, target: int = 14 * WAD // 10
) -> RiskReport:
    return RiskReport(code, MODEL, p1h, p6h, 0, 0, 0, 0, 0, 0, 0, 0, target)


def decide(name, parameters, risk=None, **position):
    terms = core.terms(strategy=name, strategy_parameters=parameters)
    observed = core.observation(core.position(**position))
    snapshot = join(observed, terms, aggregate(observed, terms), "0x00")
    return build(name, parameters).decide(snapshot, terms, risk or report())


def static(**position):
    return decide("static_rule", core.STATIC, **position)


def gated(risk, **position):
    return decide("forecast_gated", core.FORECAST, risk, **position)


def test_static_rule_acts_below_its_trigger_and_holds_at_it() -> None:
    at = static(venue_health_wad=125 * WAD // 100)
    below = static(venue_health_wad=125 * WAD // 100 - 1)
    assert isinstance(at, Hold)
    assert isinstance(below, Act)
    assert below.model_id == rule_id("static_rule")
    assert (below.probability_ppm, below.horizon_seconds) == (0, 0)


def test_every_verdict_has_a_reason() -> None:
    for verdict in (static(health=1.4), static(health=1.1), static(state=VaultState.HALTED)):
        assert verdict.reason


def test_halted_vault_full_nonces_and_new_epoch_alert() -> None:
    assert isinstance(static(state=VaultState.HALTED), Alert)
    assert "nonces" in static(nonce_bitmap=UINT256_MAX).reason
    assert "epoch" in static(config_epoch=4).reason


def test_reducing_vault_is_repaired() -> None:
    assert isinstance(static(state=VaultState.REDUCING), Act)


def test_no_debt_holds_and_a_mute_venue_alerts() -> None:
    assert isinstance(static(debt=0, venue_debt_wad=0, venue_health_wad=UINT256_MAX), Hold)
    assert isinstance(static(venue_debt_wad=0, venue_health_wad=0), Alert)


@pytest.mark.parametrize(
    ("risk", "kind"),
    [
        (report(19_999, 79_999), Alert),
        (report(20_000, 20_000), Act),
        (report(1, 80_000), Act),
        (report(1, 39_999), Hold),
        (report(1, 40_000), Alert),
    ],
)
def test_forecast_gated_acts_at_its_thresholds(risk: RiskReport, kind: type) -> None:
    assert isinstance(gated(risk, health=1.2), kind)


def test_forecast_gated_names_model_probability_and_horizon() -> None:
    one, six = gated(report(30_000, 90_000)), gated(report(1, 90_000))
    assert (one.model_id, one.probability_ppm, one.horizon_seconds) == (MODEL, 30_000, 3_600)
    assert (six.probability_ppm, six.horizon_seconds) == (90_000, 21_600)


@pytest.mark.parametrize(("target", "reached"), [(12, 13), (14, 14), (30, 20)])
def test_target_stays_between_its_bounds(target: int, reached: int) -> None:
    act = gated(report(1, 90_000, target=target * WAD // 10), health=1.1)
    assert act.expected_health_wad == pytest.approx(reached * WAD // 10, rel=1e-6)


@pytest.mark.parametrize("code", [code for code in RiskCode if code is not RiskCode.OK])
def test_unknown_risk_falls_back_to_the_static_rule_and_says_so(code: RiskCode) -> None:
    risk = report(1_000_000, 1_000_000, code=code)
    act, hold = gated(risk, health=1.2), gated(risk, health=1.3)
    assert isinstance(act, Act)
    assert isinstance(hold, Hold)
    assert act.model_id == rule_id("static_rule")
    assert code.name in act.reason
    assert code.name in hold.reason


def test_backstop_acts_whatever_the_forecast_says() -> None:
    parameters = (*core.FORECAST, ("backstop_health_wad", 115 * WAD // 100))
    assert isinstance(decide("forecast_gated", parameters, report(), health=1.14), Act)
    assert isinstance(decide("forecast_gated", parameters, report(), health=1.16), Hold)


def test_target_already_reached_alerts() -> None:
    assert "already" in gated(report(1, 90_000), health=1.45).reason


def without(parameters, name):
    return tuple(pair for pair in parameters if pair[0] != name)


def with_value(parameters, name, value):
    return (*without(parameters, name), (name, value))


@pytest.mark.parametrize(
    ("name", "parameters", "sentence"),
    [
        ("static", core.STATIC, "strategy is 'static', allowed are"),
        ("static_rule", (*core.STATIC, ("gain", 1)), "has no parameter gain"),
        ("static_rule", core.STATIC[:1], "needs the parameter target_health_wad"),
        ("static_rule", with_value(core.STATIC, "trigger_health_wad", WAD - 1), "trigger_health_wad is 99"),
        (
            "static_rule",
            with_value(core.STATIC, "target_health_wad", 125 * WAD // 100),
            "target_health is 1.2500",
        ),
        ("static_rule", core.STATIC + core.STATIC, "given twice"),
        ("forecast_gated", with_value(core.FORECAST, "act_p1h_ppm", 0), "act_p1h_ppm is 0"),
        ("forecast_gated", with_value(core.FORECAST, "alert_p6h_ppm", 80_001), "alert_p6h_ppm is 80001"),
        ("forecast_gated", with_value(core.FORECAST, "max_target_health_wad", WAD), "min_target_health_wad"),
    ],
)
def test_bad_configuration_is_refused_with_one_sentence(name, parameters, sentence) -> None:
    with pytest.raises(ConfigError, match=sentence) as caught:
        build(name, parameters)
    assert "\n" not in str(caught.value)


def test_target_one_above_the_trigger_is_allowed() -> None:
    assert build("static_rule", with_value(core.STATIC, "target_health_wad", 125 * WAD // 100 + 1))


def test_model_ids_name_what_the_vault_must_approve() -> None:
    assert model_ids("static_rule", MODEL) == (rule_id("static_rule"),)
    assert model_ids("forecast_gated", MODEL) == (MODEL, rule_id("static_rule"))
