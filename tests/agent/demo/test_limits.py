import pytest
from eth_abi.abi import encode

from ballast.app.config import parse
from ballast.demo.actors import AgentKeys
from ballast.demo.contestants import GuardedSet, agent_config, strategy_parameters
from ballast.demo.limits import INITIAL_CONFIG, VaultParties, initial_config, load_limits, opening
from ballast.domain.units import WAD
from ballast.risk.thresholds import load_default_thresholds

ADDRESSES = ["0x" + f"{n:02x}" * 20 for n in range(1, 9)]
START = opening(load_limits(), 194_00000000, 8300)


def test_the_opening_has_the_stated_health_factor_at_the_oracles_price():
    health = START.collateral_wad * 8300 // 10_000 * WAD // (START.debt_usdc * 10**12)
    assert 0 <= health - 145 * WAD // 100 < 10**10
    assert START.collateral_weth == 100 * 10**18
    assert START.equity_wad == pytest.approx(START.collateral_wad - START.debt_usdc * 10**12, rel=1e-9)


def test_limits_encode_as_the_vaults_configuration_and_scale_with_the_position():
    config = initial_config(load_limits(), VaultParties(*ADDRESSES), START, (bytes(32),))
    encode([INITIAL_CONFIG], [config])
    limits = config[3]
    assert limits[7] == START.equity_wad * 5 // 100
    assert limits[8] == 2 * START.collateral_wad
    assert limits[9] == START.collateral_wad // 2


def test_every_limit_stands_beside_its_reason():
    rows = {
        k: v
        for k, v in load_limits().items()
        if k not in ("about", "assets", "collateral_weth", "health_factor")
    }
    for asset in load_limits()["assets"].values():
        rows |= {f"asset {key}": value for key, value in asset.items()}
    assert all(isinstance(row, list) and len(row) == 2 and len(row[1]) > 10 for row in rows.values()), rows


def test_the_forecast_gates_thresholds_are_the_trained_ones():
    parameters, trained = strategy_parameters("ballast"), load_default_thresholds()
    assert parameters["act_p1h_ppm"] == trained.act_p1h_ppm
    assert parameters["act_p6h_ppm"] == trained.act_p6h_ppm


@pytest.mark.parametrize("swapped", [False, True])
def test_the_agents_configuration_is_accepted_and_names_both_positions(tmp_path, swapped):
    keys = AgentKeys(ADDRESSES[0], ADDRESSES[1], tmp_path / "a", tmp_path / "b", "secret")
    world = GuardedSet(
        "http://127.0.0.1:1",
        tmp_path / "j",
        {"static_rule": ADDRESSES[2], "ballast": ADDRESSES[3]},
        *ADDRESSES[4:7],
    )
    text = agent_config(world, keys, "crash", swapped=swapped)
    config = parse(text, "test")
    labels = [section.label for section in config.position]
    assert labels == (["crash-static_rule", "crash-ballast"][:: -1 if swapped else 1])
    assert "secret" not in text
