"""A vault with a real position on a running replica, and a configuration that guards it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ballast.demo import deployment
from ballast.demo.actors import AgentKeys, Owner, fund, make_agent_keys
from ballast.demo.deployment import Venue
from ballast.demo.limits import POSITION_ID, VaultParties, initial_config, load_limits, opening
from ballast.demo.world import compiled_contracts
from ballast.replica import addresses as at
from ballast.replica.node import ReplicaNode
from ballast.risk.adapter import model_id_bytes
from ballast.risk.model import load_default_weights
from ballast.simulate.calls import calldata
from ballast.strategies.registry import model_ids
from ballast.tx.receipts import executions

PASSWORD_ENV = "BALLAST_DEMO_PASSWORD"
BLOCK_SECONDS = 60
THRESHOLD_BPS = 8_300
ETH_USD8 = 3_000 * 10**8
LABEL = "weth-usdc"
CALM_PARAMETERS = {"trigger_health": "1.25", "target_health": "1.5", "lifetime_seconds": 300}
ACTING_PARAMETERS = {"trigger_health": "1.6", "target_health": "1.7", "lifetime_seconds": 300}


@dataclass
class Guarded:
    """One guarded position, its health factor near 1.45: `ACTING_PARAMETERS` ask for a repair at once."""

    node: ReplicaNode
    vault: str
    keys: AgentKeys
    owner: Owner

    def mine(self, blocks: int = 1, seconds: int = BLOCK_SECONDS) -> None:
        for _ in range(blocks):
            self.node.rpc.call("evm_increaseTime", seconds)
            self.node.rpc.call("evm_mine")

    def owner_calls(self, signature: str, *values: Any) -> None:
        """A transaction of the vault's owner, in a block of its own."""
        self.owner.nonce = int(
            self.node.rpc.call("eth_getTransactionCount", self.owner.address, "latest"), 16
        )
        sent = self.owner.send(self.node.rpc, self.vault, calldata(signature, *values))
        deployment.mined(self.node.rpc, [sent])

    def head(self) -> int:
        return int(self.node.rpc.call("eth_blockNumber"), 16)

    def now(self) -> int:
        return int(self.node.rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def pending(self) -> int:
        """Transactions that wait in the node's pool."""
        return int(self.node.rpc.call("txpool_status")["pending"], 16)

    def config(self, folder: Path, **changes: Any) -> str:
        """TOML; every name that is given here may be changed."""
        given = {
            "urls": [self.node.url], "quorum": 1, "parameters": ACTING_PARAMETERS,
            "strategy": "static_rule", "vault": self.vault, "chain_id": 1,
            "journal": folder / "journal.sqlite", "swap_pool": at.UNISWAP_USDC_WETH_POOL,
            "replace_after_blocks": 2, "max_replacements": 1, "max_replans": 16, "private_urls": [],
            "timeout_ms": 5_000, "poll_ms": 2, "confirmations": 1,
        } | changes  # fmt: skip
        return "\n\n".join(
            [
                f"chain_id = {given['chain_id']}",
                table(
                    "rpc",
                    {"urls": given["urls"], "quorum": given["quorum"], "timeout_ms": given["timeout_ms"]},
                ),
                table("journal", {"url": f"sqlite:///{given['journal']}"}),
                table("signer", {"keystore": str(self.keys.signer_file), "password_env": PASSWORD_ENV}),
                table("sender", {"keystore": str(self.keys.sender_file), "password_env": PASSWORD_ENV}),
                table(
                    "fees",
                    {
                        name: given[name]
                        for name in ("replace_after_blocks", "max_replacements", "max_replans")
                    },
                ),
                table("send", {"private_urls": given["private_urls"], "public_after_blocks": 2}),
                table("run", {"poll_ms": given["poll_ms"], "confirmations": given["confirmations"]}),
                table("[position]", self._position(given)),
                table("position.parameters", given["parameters"]),
            ]
        )

    def executed(self, quorum: Any) -> list[Any]:
        """All `Executed` events of the vault."""
        return list(executions(quorum, self.vault, POSITION_ID, 0, self.head()))

    def _position(self, given: dict[str, Any]) -> dict[str, Any]:
        return {
            "label": LABEL, "vault": given["vault"], "position_id": POSITION_ID, "collateral": at.WETH,
            "debt": at.USDC, "swap_pool": given["swap_pool"], "strategy": given["strategy"],
        }  # fmt: skip


def table(name: str, fields: dict[str, Any]) -> str:
    """A TOML table; JSON's texts, integers and lists of texts are TOML's too."""
    return "\n".join([f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in fields.items())])


def build_guarded(node: ReplicaNode, folder: Path) -> Guarded:
    """Deploys the contracts and opens the position; the node must mine on request only."""
    artifacts = compiled_contracts()
    owner, keys = Owner(), make_agent_keys(folder)
    fund(node.rpc, [owner.address, keys.sender])
    venue = Venue(at.AAVE_ADDRESSES_PROVIDER, at.AAVE_POOL, at.UNISWAP_FACTORY)
    contracts = deployment.deploy(node.rpc, owner, venue, artifacts)
    limits = load_limits()
    start = opening(limits, ETH_USD8, THRESHOLD_BPS)
    parties = VaultParties(
        owner.address,
        keys.signer,
        contracts.adapter,
        at.WETH,
        at.USDC,
        at.ETH_USD_FEED,
        at.USDC_USD_FEED,
        at.UNISWAP_USDC_WETH_POOL,
    )
    config = initial_config(limits, parties, start, _models())
    vault = deployment.create_vault(node.rpc, owner, contracts.factory, bytes(32), config)
    deployment.open_positions(node.rpc, owner, [vault], (at.WETH, at.USDC), start)
    guarded = Guarded(node, vault, keys, owner)
    guarded.mine(3, 300)
    return guarded


def _models() -> tuple[bytes, ...]:
    weights = model_id_bytes(load_default_weights())
    names = ("static_rule", "forecast_gated")
    return tuple(dict.fromkeys(model for name in names for model in model_ids(name, weights)))
