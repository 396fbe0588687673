"""A bad configuration is refused with one clear sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from ballast.app.config import Config, parse
from ballast.app.modes import Mode
from ballast.domain.errors import ConfigError, RefusedToRun
from ballast.replica import addresses as at
from support.agent import running
from support.guarded import ACTING_PARAMETERS, Guarded

RULE = "position 'p': strategy static_rule"
VAULT = "0x" + "ab" * 20
GOOD = f"""
chain_id = 1
[rpc]
urls = ["http://one.example", "http://two.example", "http://three.example"]
quorum = 2
[journal]
url = "sqlite:///journal.sqlite"
[[position]]
label = "p"
vault = "{VAULT}"
position_id = 1
collateral = "{at.WETH}"
debt = "{at.USDC}"
swap_pool = "{at.UNISWAP_USDC_WETH_POOL}"
strategy = "static_rule"
[position.parameters]
trigger_health = "1.25"
target_health = "1.5"
"""


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


def test_good_configuration_is_read_with_integers_only() -> None:
    config = parse(GOOD, "ballast.toml")
    assert isinstance(config, Config)
    parameters = (("target_health_wad", 15 * 10**17), ("trigger_health_wad", 125 * 10**16))
    assert config.position[0].strategy_parameters() == parameters


BAD = {
    "unknown key": (
        changed("quorum = 2", "quorum = 2\nretries = 3"),
        "ballast.toml: unknown key 'rpc.retries'",
    ),
    "missing quorum": (
        changed("quorum = 2\n", ""),
        "ballast.toml: 'rpc.quorum' is missing; it has no default",
    ),
    "quorum below a majority": (
        changed("quorum = 2", "quorum = 1"),
        "rpc.quorum is 1, allowed are 2 to 3 for 3 rpc.urls",
    ),
    "quorum above all": (
        changed("quorum = 2", "quorum = 4"),
        "rpc.quorum is 4, allowed are 2 to 3 for 3 rpc.urls",
    ),
    "one provider twice": (
        changed("http://two.example", "http://one.example"),
        "rpc.urls names one provider twice; a quorum counts different ones",
    ),
    "threshold below 1": (
        changed('trigger_health = "1.25"', 'trigger_health = "0.99"'),
        f"{RULE}: trigger_health_wad is {99 * 10**16}, allowed are {10**18} to {10**20}",
    ),
    "target below trigger": (
        changed('target_health = "1.5"', 'target_health = "1.2"'),
        "position 'p': target_health is 1.2000, allowed is more than the trigger, 1.2500",
    ),
    "unknown strategy": (
        changed('"static_rule"', '"hope"'),
        "position 'p': strategy is 'hope', allowed are ['forecast_gated', 'static_rule']",
    ),
    "no number": (
        changed('"1.25"', '"high"'),
        'position \'p\': trigger_health is "high", allowed is a decimal number such as "1.25"',
    ),
    "finer than a wad": (
        changed('"1.25"', '"1.0000000000000000001"'),
        f"position 'p': trigger_health is \"1.0000000000000000001\", which is finer than 1/{10**18}",
    ),
    "a float": (
        changed('trigger_health = "1.25"', "trigger_health = 1.25"),
        "ballast.toml: 'position[0].parameters.trigger_health.int' is 1.25: Input should be a valid integer",
    ),
    "no address": (
        changed(f'vault = "{VAULT}"', 'vault = "0x12"'),
        "ballast.toml: 'position[0].vault' is '0x12': an address is 0x and 40 hexadecimal digits",
    ),
    "no TOML": ("chain_id = ", "ballast.toml is not TOML: Invalid value (at end of document)"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file_is_refused_in_one_sentence(name: str) -> None:
    text, sentence = BAD[name]
    with pytest.raises(ConfigError) as refusal:
        parse(text, "ballast.toml")
    assert str(refusal.value) == sentence


def refusal_of(text: str, mode: Mode = Mode.REPLICA) -> str:
    with pytest.raises((RefusedToRun, ConfigError)) as refusal, running(text, mode=mode):
        pass
    return str(refusal.value)


def test_address_without_code_is_named(guarded: Guarded, folder: Path) -> None:
    empty = "0x" + "12" * 20
    said = refusal_of(guarded.config(folder, vault=empty))
    assert said == f"position 'weth-usdc': vault {empty} has no code on chain 1"
    said = refusal_of(guarded.config(folder, swap_pool=empty))
    assert said == f"position 'weth-usdc': swap_pool {empty} has no code on chain 1"


def test_wrong_chain_id_is_refused(guarded: Guarded, folder: Path) -> None:
    said = refusal_of(guarded.config(folder, chain_id=5))
    assert said == "chain_id is 5, but rpc.urls serve chain id 1"


def test_stale_feed_is_refused_at_the_first_start_at_the_limit_plus_one(
    guarded: Guarded, folder: Path
) -> None:
    rpc = guarded.node.rpc
    raw = rpc.call("eth_call", {"to": at.ETH_USD_FEED, "data": "0xfeaf968c"}, "latest")
    updated = int(raw[2 + 3 * 64 : 2 + 4 * 64], 16)
    rpc.call("evm_setNextBlockTimestamp", updated + 4_200)
    rpc.call("evm_mine")
    with running(guarded.config(folder, journal=folder / "fresh.sqlite", parameters=ACTING_PARAMETERS)):
        pass
    rpc.call("evm_setNextBlockTimestamp", updated + 4_201)
    rpc.call("evm_mine")
    said = refusal_of(guarded.config(folder))
    assert said == f"the feed of WETH at {at.ETH_USD_FEED.lower()} is 4201 s old, allowed are 0 to 4200 s"


def test_stale_feed_does_not_keep_an_agent_that_ran_before_from_coming_back(
    guarded: Guarded, folder: Path
) -> None:
    text = guarded.config(folder)
    with running(text) as agent:
        agent.tick()
    guarded.mine(1, 10_000)
    with running(text) as agent:
        assert agent.tick()


def test_key_of_another_vault_is_refused(guarded: Guarded, folder: Path) -> None:
    text = guarded.config(folder).replace(str(guarded.keys.signer_file), str(guarded.keys.sender_file), 1)
    keys = guarded.keys
    expected = (
        f"position 'weth-usdc': the vault's signer is {keys.signer}, signer.keystore holds {keys.sender}"
    )
    assert refusal_of(text) == expected
