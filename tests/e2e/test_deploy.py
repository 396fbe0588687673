"""`ape run deploy`, and what it refuses."""

import copy
import json
import os
import re
import subprocess
from pathlib import Path

import ape
import click
import pytest
from script import deploy

from ballast.replica import addresses

ROOT = Path(__file__).resolve().parents[2]
NETWORK = "ethereum:mainnet-fork:foundry"


def test_script_deploys_from_the_command_line():
    command = ["ape", "run", "deploy", "--network", NETWORK, "--account", "TEST::0"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    written = json.loads((ROOT / "script/output/1.local.json").read_text())
    planes = ["configurator", "rescuer", "custodian", "borrower", "mover", "implementation"]
    assert list(written) == ["adapter", *planes, "factory", "vault"]
    for name, address in written.items():
        assert re.search(rf"^{name} +{address}$", done.stdout, re.MULTILINE)


def test_vault_is_what_the_file_says(deployment, parameters, owner):
    vault = deployment.vault
    status = vault.status(1)

    assert (vault.owner(), vault.curator(), vault.guardian()) == (owner, owner, owner)
    assert vault.timelockSeconds() == parameters["timelockSeconds"]
    assert (status.state, status.configEpoch, status.upkeep) == (0, 1, 0)
    assert (status.collateralWad, status.debtWad, status.healthWad) == (0, 0, 2**256 - 1)
    assert [vault.isModelApproved(model) for model in deploy.approved_models()] == [True, True]
    assert not vault.isModelApproved(b"\1" * 32)
    assert deploy.routers_of(vault) == parameters["swapRouters"]


def test_vault_is_a_clone_that_cannot_be_configured_twice(deployment, parameters, owner):
    parties = deploy.Parties(owner.address, owner.address, owner.address, deploy.NOBODY)
    config = deploy.initial_config(parameters, parties, deployment.adapter.address, [])

    for vault in (deployment.vault, deploy.instance(deployment.implementation.address, "IRebalanceVault")):
        with ape.reverts(vault.AlreadyInitialized):
            vault.initialize(config, sender=owner)
    assert len(ape.chain.provider.get_code(deployment.vault.address)) < 50


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (("chainId",), 2, "chain id is 1, allowed is 2"),
        (("aave", "pool"), addresses.WETH, "the addresses provider's pool is"),
        (("uniswapV3Factory",), "0x" + "99" * 20, "has no code on this chain"),
        (("swapRouters",), ["0x" + "99" * 20], "has no code on this chain"),
        (("sequencer",), {"feed": "0x" + "99" * 20, "graceSeconds": 1}, "has no code on this chain"),
        (("sequencer",), {"feed": addresses.ETH_USD_FEED, "graceSeconds": 1}, "sequencer's feed"),
        (("assets", 0, "feedDecimals"), 18, "is 8, allowed is 18"),
        (("assets", 1, "maxPriceWad"), "1", "(wad), allowed are"),
        (("assets", 1, "minPriceWad"), str(10**24), "(wad), allowed are"),
    ],
)
def test_wrong_world_is_refused_before_the_first_transaction(
    deployment, parameters, owner, path, value, reason
):
    wrong = copy.deepcopy(parameters)
    at = wrong
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    parties = deploy.Parties(owner.address, owner.address, owner.address, deploy.NOBODY)
    nonce = owner.nonce

    with pytest.raises(click.ClickException, match=re.escape(reason)):
        deploy.deploy(owner, parties, wrong, salt=b"\1" * 32)

    assert owner.nonce == nonce


def test_stale_feed_is_refused_and_the_last_fresh_second_is_not(deployment, parameters, chain):
    feed = parameters["assets"][1]
    allowed = feed["maxAgeSeconds"]
    latest = deploy.instance(feed["feed"], "IAggregatorV3").latestRoundData().updatedAt

    chain.mine(timestamp=latest + allowed)
    deploy.require_world(parameters)

    chain.mine(timestamp=latest + allowed + 1)
    with pytest.raises(click.ClickException, match=f"is {allowed + 1} s old, allowed are 0 to {allowed} s"):
        deploy.require_world(parameters)


def test_other_deployment_than_asked_for_is_noticed(deployment, parameters, owner):
    other = deploy.Parties(owner.address, owner.address, owner.address, addresses.WETH)

    with pytest.raises(click.ClickException, match="signer is"):
        deploy.require_deployed(deployment, other, parameters)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Runtime bytecode by name, from Ape and from forge.

    How solc lays out code depends on what it compiles together: both get all of contracts/ and nothing else.
    """
    out = tmp_path_factory.mktemp("forge")
    places = ["--out", out / "out", "--cache-path", out / "cache"]
    product = {**os.environ, "FOUNDRY_PROFILE": "product"}
    subprocess.run(["forge", "build", "contracts", "--quiet", *places], cwd=ROOT, env=product, check=True)
    by_ape = ape.project.load_contracts(use_cache=False)

    def of(name):
        artifact = json.loads((out / f"out/{name}.sol/{name}.json").read_text())
        return by_ape[name].contract_type.runtime_bytecode.bytecode, artifact["deployedBytecode"]["object"]

    return of


@pytest.mark.parametrize(
    "name",
    [
        "RebalanceVault",
        "VaultCustodian",
        "VaultRescuer",
        "VaultBorrower",
        "VaultMover",
        "VaultConfigurator",
        "SwapProxy",
        "VaultFactory",
        "AaveV3Adapter",
    ],
)
def test_ape_and_forge_compile_to_the_same_bytecode(compiled, name):
    """Apart from the metadata trailer, which forge is told to leave out and Ape always appends."""
    by_ape, by_forge = compiled(name)
    assert without_metadata(by_ape) == by_forge.removesuffix("fe")


def without_metadata(code: str) -> str:
    """Code without Solidity's CBOR trailer, whose length is in the last two bytes, and INVALID before it."""
    raw = bytes.fromhex(code.removeprefix("0x"))
    end = len(raw) - 2 - int.from_bytes(raw[-2:])
    assert raw[end : end + 6] == b"\xa2\x64ipfs"
    return "0x" + raw[:end].removesuffix(b"\xfe").hex()
