"""Deploys adapter, implementation, factory and one vault: `ape run deploy --network ...`.

Parameters are those of script/input/<chain id>.json, addresses are written to script/output/. The world is
checked before the first transaction and the vault after the last: a deployment that is not what the file says
ends with an error.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from ape import chain, networks, project
from ape.api import AccountAPI
from ape.cli import ConnectedProviderCommand, account_option
from ape.contracts import ContractInstance

from ballast.risk.adapter import model_id_bytes
from ballast.risk.parameters import load_default_weights
from ballast.strategies.registry import model_ids

FOLDER = Path(__file__).resolve().parent
NOBODY = "0x" + "00" * 20
COLLATERAL, DEBT = 1, 2
FEED = 3
ASSET_FIELDS = (
    "feed",
    "maxAgeSeconds",
    "maxJumpBps",
    "tokenDecimals",
    "feedDecimals",
    "secondSource",
    "minPriceWad",
    "maxPriceWad",
    "second",
    "secondSeconds",
    "idlePerWindow",
)
LIMIT_FIELDS = (
    "windowSeconds",
    "maxLossBps",
    "maxSlippageBps",
    "agreeBps",
    "disagreeBps",
    "maxLifetimeSeconds",
    "maxSnapshotAgeBlocks",
    "lossPerWindowWad",
    "notionalPerWindowWad",
    "maxActionWad",
)
HEALTH_FIELDS = ("healthFloorWad", "healthCeilingWad", "emergencyHealthWad", "minHealthGainWad")


@dataclass(frozen=True)
class Parties:
    """Who gets which role. No signer means that no agent may act until the owner sets one."""

    owner: str
    curator: str
    guardian: str
    signer: str


@dataclass(frozen=True)
class Deployment:
    """What was deployed. ``vault`` has the functions of `IRebalanceVault`."""

    adapter: ContractInstance
    configurator: ContractInstance
    rescuer: ContractInstance
    custodian: ContractInstance
    borrower: ContractInstance
    mover: ContractInstance
    implementation: ContractInstance
    factory: ContractInstance
    vault: ContractInstance

    def addresses(self) -> dict[str, str]:
        """Name to address."""
        return {name: contract.address for name, contract in vars(self).items()}


def load_parameters(chain_id: int) -> dict[str, Any]:
    """Reviewed parameters for one chain.

    Raises:
        click.ClickException: there are none.
    """
    path = FOLDER / f"input/{chain_id}.json"
    if not path.is_file():
        raise click.ClickException(f"chain {chain_id} has no parameters: {path.name} is not in script/input")
    return dict(json.loads(path.read_text()))


def approved_models() -> list[bytes]:
    """Ids of the shipped forecaster and of the rule behind it: all that decisions of the agent can carry."""
    return list(model_ids("forecast_gated", model_id_bytes(load_default_weights())))


def initial_config(
    parameters: Mapping[str, Any], parties: Parties, adapter: str, models: list[bytes]
) -> tuple[Any, ...]:
    """The ``InitialConfig`` tuple in the order of contracts/types/Config.sol."""
    position = parameters["position"]
    config = (adapter, True, bytes.fromhex(position["venueRef"][2:]), *_integers(position, HEALTH_FIELDS))
    tokens = [(position["collateral"], COLLATERAL), (position["debt"], DEBT)]
    assets = [(asset["token"], _asset(asset)) for asset in parameters["assets"]]
    return (
        parties.owner,
        (parties.curator, parties.guardian, parties.signer),
        int(parameters["timelockSeconds"]),
        _integers(parameters["limits"], LIMIT_FIELDS),
        assets,
        [(int(position["positionId"]), config, tokens)],
        models,
    )


def instance(address: str, interface: str) -> ContractInstance:
    """The contract at ``address`` as one of this project's interfaces.

    Asks neither Ape's cache of contract types, which forks share with mainnet, nor a clone for its code.
    """
    return ContractInstance(address, getattr(project, interface).contract_type)


def require_world(parameters: Mapping[str, Any]) -> None:
    """Every address of the file has code here, and every feed is fresh and within its bounds.

    Raises:
        click.ClickException: one sentence about the first thing that is wrong.
    """
    _require("chain id", chain.chain_id, parameters["chainId"])
    pool = instance(parameters["aave"]["addressesProvider"], "IAaveV3AddressesProvider").getPool()
    _require("the addresses provider's pool", pool, parameters["aave"]["pool"])
    if "sequencer" in parameters:
        _require_sequencer(parameters["sequencer"]["feed"])
    tokens = (asset["token"] for asset in parameters["assets"])
    for address in (parameters["uniswapV3Factory"], *parameters.get("swapRouters", ()), *tokens):
        _require_code(address)
    for asset in parameters["assets"]:
        _require_feed(asset)


def deploy(
    account: AccountAPI, parties: Parties, parameters: Mapping[str, Any], salt: bytes = bytes(32)
) -> Deployment:
    """Deploys everything from ``account``, which needs no role, and checks it; errors as `require_world`."""
    require_world(parameters)
    adapter = account.deploy(
        project.AaveV3Adapter, parameters["aave"]["addressesProvider"], parameters["aave"]["pool"]
    )
    wiring = (
        [adapter.address],
        parameters["uniswapV3Factory"],
        parameters["aave"]["pool"],
        parameters.get("freeFlashLender", NOBODY),
        swap_proxy(account, parameters),
    )
    configurator = account.deploy(project.VaultConfigurator, wiring)
    rescuer = account.deploy(project.VaultRescuer, configurator, wiring)
    custodian = account.deploy(project.VaultCustodian, rescuer, wiring)
    borrower = account.deploy(project.VaultBorrower, wiring)
    mover = account.deploy(project.VaultMover, wiring)
    implementation = account.deploy(project.RebalanceVault, custodian, borrower, mover, wiring)
    factory = account.deploy(project.VaultFactory, implementation)
    read = sequenced(account, parameters)
    config = initial_config(read, parties, adapter.address, approved_models())
    factory.createVault(salt, config, sender=account)
    vault = instance(factory.vaultOf(account, salt), "IRebalanceVault")
    deployment = Deployment(
        adapter, configurator, rescuer, custodian, borrower, mover, implementation, factory, vault
    )
    require_deployed(deployment, parties, read)
    return deployment


def swap_proxy(account: AccountAPI, parameters: Mapping[str, Any]) -> str:
    """A proxy for the file's routers; nobody where it has none, and then no route of that kind."""
    routers = parameters.get("swapRouters", [])
    return account.deploy(project.SwapProxy, routers).address if routers else NOBODY


def routers_of(vault: ContractInstance) -> list[str]:
    """Routers that may sell the vault's collateral; none where it has no proxy."""
    proxy = vault.swapProxy()
    return [] if proxy == NOBODY else list(instance(proxy, "ISwapProxy").routers())


def sequenced(account: AccountAPI, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same parameters with every feed behind the rollup's sequencer; unchanged on a chain without one."""
    if "sequencer" not in parameters:
        return parameters
    sequencer, grace = parameters["sequencer"]["feed"], int(parameters["sequencer"]["graceSeconds"])
    assets = []
    for asset in parameters["assets"]:
        names = ("feed", "second") if int(asset["secondSource"]) == FEED else ("feed",)
        wrapped = {
            name: account.deploy(project.SequencedFeed, asset[name], sequencer, grace).address
            for name in names
        }
        assets.append({**asset, **wrapped})
    return {**parameters, "assets": assets}


def require_deployed(deployment: Deployment, parties: Parties, parameters: Mapping[str, Any]) -> None:
    """The vault is what was asked for, and its position empty; errors as `require_world`."""
    vault, limits = deployment.vault, parameters["limits"]
    for role in ("owner", "curator", "guardian", "signer"):
        _require(role, getattr(vault, role)(), getattr(parties, role))
    _require("routers", routers_of(vault), list(parameters.get("swapRouters", ())))
    status = vault.status(parameters["position"]["positionId"])
    _require("state", status.state, 0)
    _require("health without debt", status.healthWad, 2**256 - 1)
    # A fresh budget holds its burst, which is half of what a window may see.
    _require("loss budget", vault.lossBudget(), int(limits["lossPerWindowWad"]) // 2)
    _require("notional budget", vault.notionalBudget(), int(limits["notionalPerWindowWad"]) // 2)
    _require("portfolio value", vault.getPortfolioValue(), 0)
    for asset in parameters["assets"]:
        _require(f"feed of {asset['token']}", vault.assetToPriceFeed(asset["token"]), asset["feed"])
    for model in approved_models():
        _require(f"approval of model {model.hex()}", str(vault.isModelApproved(model)), "True")


@click.command(cls=ConnectedProviderCommand)
@account_option()
@click.option("--owner", help="Owner of the vault; the deploying account if not given.")
@click.option("--curator", help="Curator; the owner if not given.")
@click.option("--guardian", help="Guardian; the owner if not given.")
@click.option("--signer", default=NOBODY, help="The agent's signing key; nobody if not given.")
def cli(
    account: AccountAPI, owner: str | None, curator: str | None, guardian: str | None, signer: str
) -> None:
    """Deploy Ballast's contracts and one vault from script/input/<chain id>.json."""
    holder = owner or account.address
    parties = Parties(holder, curator or holder, guardian or holder, signer)
    deployment = deploy(account, parties, load_parameters(chain.chain_id))
    path = output_path()
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(deployment.addresses(), indent=2) + "\n")
    for name, address in deployment.addresses().items():
        click.echo(f"{name:15}{address}")
    click.echo(f"written to script/output/{path.name}")


def output_path() -> Path:
    """Forks and local chains share chain ids with real ones: their file is one that git ignores."""
    network = networks.provider.network
    suffix = ".local.json" if network.is_fork or network.is_local else ".json"
    return FOLDER / f"output/{chain.chain_id}{suffix}"


def _asset(asset: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(asset[name] if name in ("feed", "second") else int(asset[name]) for name in ASSET_FIELDS)


def _integers(row: Mapping[str, Any], names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(int(row[name]) for name in names)


def _require(name: str, observed: object, allowed: object) -> None:
    if observed != allowed:
        raise click.ClickException(f"{name} is {observed}, allowed is {allowed}")


def _require_code(address: str) -> None:
    if not chain.provider.get_code(address):
        raise click.ClickException(f"{address} has no code on this chain, allowed is a contract")


def _require_sequencer(address: str) -> None:
    _require_code(address)
    answer = instance(address, "IAggregatorV3").latestRoundData().answer
    _require(f"the answer of the sequencer's feed {address}", answer, 0)


def _require_feed(asset: Mapping[str, Any]) -> None:
    feed = instance(asset["feed"], "IAggregatorV3")
    _require(f"decimals of the feed {asset['feed']}", feed.decimals(), asset["feedDecimals"])
    latest = feed.latestRoundData()
    age, price_wad = (
        chain.blocks.head.timestamp - latest.updatedAt,
        latest.answer * 10 ** (18 - asset["feedDecimals"]),
    )
    if not 0 <= age <= asset["maxAgeSeconds"]:
        raise click.ClickException(
            f"the feed {asset['feed']} is {age} s old, allowed are 0 to {asset['maxAgeSeconds']} s"
        )
    if not int(asset["minPriceWad"]) <= price_wad <= int(asset["maxPriceWad"]):
        allowed = f"{asset['minPriceWad']} to {asset['maxPriceWad']}"
        raise click.ClickException(f"the feed {asset['feed']} says {price_wad} (wad), allowed are {allowed}")
