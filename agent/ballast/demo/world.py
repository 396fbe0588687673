"""The stage: a replica, its market and Ballast's contracts, ready for positions."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ballast.demo import deployment
from ballast.demo.actors import AgentKeys, Owner, fund
from ballast.demo.contestants import LABELS
from ballast.demo.deployment import Contracts, Venue
from ballast.demo.limits import Opening, VaultParties, initial_config, load_limits, opening
from ballast.domain.errors import ExtraMissing
from ballast.replica import addresses as at
from ballast.replica.checkout import find_forge, find_root
from ballast.replica.node import ReplicaNode
from ballast.risk.adapter import model_id_bytes
from ballast.risk.parameters import load_default_weights
from ballast.simulate.calls import NodeRpc, latest_block, view
from ballast.simulate.market import BlockResult, MarketAddresses, MarketDriver, MarketRules
from ballast.simulate.path import MarketPath
from ballast.simulate.watch import VenueAddresses, Watch
from ballast.strategies.registry import model_ids

VENUE = VenueAddresses(
    at.MULTICALL3,
    at.AAVE_POOL,
    at.WETH,
    at.USDC,
    at.AAVE_WETH_ATOKEN,
    at.AAVE_USDC_DEBT_TOKEN,
    at.UNISWAP_USDC_WETH_POOL,
)
MARKET = MarketAddresses(
    VENUE, at.ETH_USD_FEED, at.AAVE_ETH_USD_FEED, at.USDC_USD_FEED,
    at.UNISWAP_SWAP_ROUTER, at.LIQUIDATOR, at.ARBITRAGEUR, at.USDC_MINTER,
)  # fmt: skip
POOL_FEE_PPM = 500
EXIT_PATH = bytes.fromhex(at.WETH[2:]) + POOL_FEE_PPM.to_bytes(3) + bytes.fromhex(at.USDC[2:])
# Before a path begins the market stands still for half an hour, so that time-weighted prices know its first
# price.
_STILL_BLOCKS = 30
_OPENING_SECONDS = 60
# Old states are read by nobody: the agent asks at the newest block.
_NODE_ARGUMENTS = ("--prune-history", "16")


@dataclass(frozen=True, slots=True)
class Positions:
    """Vaults by label, as they stand at the path's first price."""

    vaults: dict[str, str]
    first: BlockResult
    opening: Opening


class World:
    """One chain with its driver and contracts; plays any number of paths one after the other."""

    def __init__(self, node: ReplicaNode, artifacts: Path, rules: MarketRules) -> None:
        self.url = node.url
        self.rpc: NodeRpc = node.rpc
        self.owner = Owner()
        self.driver = MarketDriver(self.rpc, MARKET, rules, Watch(VENUE, {}))
        self.driver.fund()
        fund(self.rpc, [self.owner.address])
        venue = Venue(at.AAVE_ADDRESSES_PROVIDER, at.AAVE_POOL, at.UNISWAP_FACTORY)
        self.contracts: Contracts = deployment.deploy(self.rpc, self.owner, venue, artifacts)
        self._salt = 0

    def open(self, path: MarketPath, signer: str) -> Positions:
        """Moves the market to the path's first price and opens the same position for everybody."""
        self._align_clock(path)
        start = path.start + self.driver.clock_offset
        price, fee = path.price_e8[0], path.base_fee_wei[0]
        still = range(start - _STILL_BLOCKS * path.step_seconds, start - _OPENING_SECONDS, path.step_seconds)
        settled = self.driver.settle(price, fee, still)
        begin = opening(load_limits(), settled.oracle_e8, self._threshold_bps())
        vaults = {label: self._vault(begin, signer) for label in LABELS}
        deployment.open_positions(self.rpc, self.owner, list(vaults.values()), (at.WETH, at.USDC), begin)
        self.driver.retarget(Watch(VENUE, vaults))
        return Positions(vaults, self.driver.settle(price, fee, [start]), begin)

    def exit_at_first_block(self, vault: str) -> str:
        """Owner's own exit, mined with the next block."""
        return deployment.exit_position(self.rpc, self.owner, vault, EXIT_PATH)

    def _align_clock(self, path: MarketPath) -> None:
        """Chain time is the path's own time where the chain is not past it already."""
        now = int(latest_block(self.rpc)["timestamp"], 16)
        earliest = now + 2 * _STILL_BLOCKS * path.step_seconds
        self.driver.clock_offset = max(0, earliest - path.start)

    def _vault(self, begin: Opening, signer: str) -> str:
        weights = model_id_bytes(load_default_weights())
        models = tuple(
            dict.fromkeys(m for name in ("static_rule", "forecast_gated") for m in model_ids(name, weights))
        )
        parties = VaultParties(
            self.owner.address, signer, self.contracts.adapter, at.WETH, at.USDC, at.ETH_USD_FEED,
            at.USDC_USD_FEED, at.UNISWAP_USDC_WETH_POOL,
        )  # fmt: skip
        self._salt += 1
        config = initial_config(load_limits(), parties, begin, models)
        return deployment.create_vault(
            self.rpc, self.owner, self.contracts.factory, self._salt.to_bytes(32), config
        )

    def _threshold_bps(self) -> int:
        returns = (
            "uint256",
            "uint256",
            "uint256",
            "uint256",
            "uint256",
            "bool",
            "bool",
            "bool",
            "bool",
            "bool",
        )
        reserve = view(
            self.rpc, at.AAVE_DATA_PROVIDER, "getReserveConfigurationData(address)", returns, at.WETH
        )
        return int(reserve[2])


@contextmanager
def world(rules: MarketRules) -> Iterator[World]:
    """A fresh world."""
    artifacts = compiled_contracts()
    with ReplicaNode(mining=False, order="fees", anvil_arguments=_NODE_ARGUMENTS) as node:
        yield World(node, artifacts, rules)


def compiled_contracts() -> Path:
    """Folder of forge's artifacts, brought up to date (a moment where nothing changed).

    Raises:
        ExtraMissing: the contracts do not compile here.
    """
    root = find_root()
    # The profile has a folder of its own: other commands of forge leave artifacts without bytecode there.
    profile = {**os.environ, "FOUNDRY_PROFILE": "product"}
    command = [str(find_forge()), "build", "contracts", "--quiet"]
    done = subprocess.run(  # noqa: S603 (this checkout's own tool)
        command, cwd=root, env=profile, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ExtraMissing(
            "demo", f"the contracts do not compile: {(done.stderr or done.stdout).strip()[-500:]}"
        )
    return root / "build" / "product"


def guard_keys(rpc: NodeRpc, keys: AgentKeys) -> None:
    """Ether for the account that pays for the agent's transactions."""
    fund(rpc, [keys.sender])
