"""Named shocks are data with sources; losses are sums over what they hit, and quantiles of these."""

from __future__ import annotations

import numpy as np
import pytest

from ballast.risk.events import catalogue, factors_of, market_of
from ballast.risk.exact import PPM_ONE
from ballast.risk.losses import bonus_loss, hit_matrix, loss_by_scenario, loss_quantiles
from ballast.risk.passage import first_passage
from ballast.risk.paths import simulate_factors

EVENTS = {event.name: event for event in catalogue().events}


def test_every_event_names_known_families_a_plausible_price_and_its_source() -> None:
    known = set(catalogue().families)
    for event in EVENTS.values():
        assert set(event.factors_ppm) <= known
        assert all(300_000 <= factor <= 1_200_000 for factor in event.factors_ppm.values())
        assert event.kind in ("historical", "hypothetical")
        assert len(event.source) > 20


@pytest.mark.parametrize(
    "start", ["2020-03-12", "2021-05-19", "2022-05", "2022-11", "2023-03-11", "2024-08-05", "2025-10-10"]
)
def test_the_great_crashes_are_there(start: str) -> None:
    assert [event.kind for name, event in EVENTS.items() if name.startswith(start)] == ["historical"]


def test_imagined_shocks_cover_correlation_peg_staking_and_oracle() -> None:
    imagined = " ".join(name for name, event in EVENTS.items() if event.kind == "hypothetical")
    for word in ("all crypto -30 %", "stablecoin", "staked ether", "oracle frozen"):
        assert word in imagined
    assert [event.frozen_seconds for event in EVENTS.values() if "frozen" in event.name] == [3_600]


def test_a_family_that_a_shock_does_not_name_keeps_its_price() -> None:
    events = [EVENTS["all crypto -30 %"], EVENTS["2023-03-11 USDC depeg"]]
    assert factors_of(events, ["ETH", "USDC"]).tolist() == [[700_000, 960_000], [PPM_ONE, 880_000]]


def test_simulated_staked_ether_follows_ether_and_dollars_stay_apart() -> None:
    paths = simulate_factors(market_of(["ETH", "LST", "LST", "ALT", "ALT", "USDC"]), 30, 4_000, 60.0, 1)
    seen = np.corrcoef(np.log(paths[-1] / PPM_ONE))
    assert min(seen[0, 1], seen[1, 2]) > 0.97
    assert 0.6 < seen[0, 3] < 0.9
    assert 0.6 < seen[3, 4] < 0.9
    assert abs(seen[0, 5]) < 0.1


def test_the_matrix_that_losses_come_from_counts_as_first_passage_does() -> None:
    paths = simulate_factors(market_of(["ETH", "USDC"]), 60, 200, 3_600.0, 2)
    weights = np.asarray([[10_300, -10_000], [10_900, -10_000], [-10_000, 10_300]], np.int64)
    hit = hit_matrix(weights, paths)
    assert hit.sum(axis=1).tolist() == first_passage(weights, paths, (60,)).hits[:, 0].tolist()
    assert 0 < hit[1].sum() < hit[0].sum()


def test_a_loss_is_the_bonus_on_half_of_the_debt_of_whoever_is_hit() -> None:
    loss = bonus_loss(np.asarray([1_000.0, 200.0]), np.asarray([500, 1_000]))
    assert loss.tolist() == [25.0, 10.0]
    hit = np.asarray([[True, False, True], [False, False, True]])
    assert loss_by_scenario(hit, loss).tolist() == [25.0, 0.0, 35.0]


def test_quantiles_of_a_hundred_losses_are_the_ones_that_one_can_count() -> None:
    found = loss_quantiles(np.arange(1, 101.0)[::-1])
    assert (found.mean, found.var_95, found.es_95, found.var_99, found.es_99) == (50.5, 95, 98, 99, 100)
    one = loss_quantiles(np.asarray([7.0]))
    assert (one.var_95, one.es_99) == (7, 7)
    with pytest.raises(ValueError, match="0 scenarios"):
        loss_quantiles(np.zeros(0))
