"""Ballast's own contracts on the replica, from forge's artifacts.

Adapter, implementation, factory, one vault a contestant.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_abi.abi import encode

from ballast.demo.actors import Owner
from ballast.demo.limits import INITIAL_CONFIG, POSITION_ID, Opening
from ballast.domain.errors import ExtraMissing
from ballast.replica.errors import ReplicaError, RpcError
from ballast.simulate.calls import NodeRpc, calldata, latest_block, view

CREATE_VAULT = f"createVault(bytes32,{INITIAL_CONFIG})"
# Lending adapters, Uniswap V3 factory, two flash lenders, swap proxy.
WIRING = "(address[],address,address,address,address)"
NOBODY = "0x" + "00" * 20
MAX = 2**256 - 1


@dataclass(frozen=True, slots=True)
class Venue:
    """Mainnet contracts that the vaults are built on."""

    aave_provider: str
    aave_pool: str
    uniswap_factory: str


@dataclass(frozen=True, slots=True)
class Contracts:
    """Deployed once for all vaults, lower-case addresses."""

    adapter: str
    implementation: str
    factory: str


def creation_code(artifacts: Path, name: str, types: list[str], values: list[Any]) -> str:
    """Bytecode of ``name`` with constructor arguments.

    Raises:
        ExtraMissing: the contracts are not compiled.
    """
    file = artifacts / f"{name}.sol" / f"{name}.json"
    try:
        bytecode = str(json.loads(file.read_text("utf-8"))["bytecode"]["object"])
    except OSError as error:
        raise ExtraMissing(
            "demo", f"{file} cannot be read ({error.strerror}); run `make setup` in a checkout"
        ) from error
    return bytecode + encode(types, values).hex()


def deploy(node: NodeRpc, owner: Owner, venue: Venue, artifacts: Path) -> Contracts:
    """Adapter, the six planes of the vault's code, and factory; every receipt is checked."""
    adapter_code = creation_code(
        artifacts, "AaveV3Adapter", ["address"] * 2, [venue.aave_provider, venue.aave_pool]
    )
    adapter = _create(node, owner, adapter_code)
    wiring = ([adapter], venue.uniswap_factory, venue.aave_pool, NOBODY, NOBODY)
    configurator = _create(node, owner, creation_code(artifacts, "VaultConfigurator", [WIRING], [wiring]))
    rescuer = _create(
        node, owner, creation_code(artifacts, "VaultRescuer", ["address", WIRING], [configurator, wiring])
    )
    custodian_code = creation_code(artifacts, "VaultCustodian", ["address", WIRING], [rescuer, wiring])
    custodian = _create(node, owner, custodian_code)
    borrower = _create(node, owner, creation_code(artifacts, "VaultBorrower", [WIRING], [wiring]))
    mover = _create(node, owner, creation_code(artifacts, "VaultMover", [WIRING], [wiring]))
    planes = [custodian, borrower, mover, wiring]
    vault_code = creation_code(artifacts, "RebalanceVault", ["address"] * 3 + [WIRING], planes)
    implementation = _create(node, owner, vault_code)
    factory = _create(node, owner, creation_code(artifacts, "VaultFactory", ["address"], [implementation]))
    return Contracts(adapter, implementation, factory)


def create_vault(node: NodeRpc, owner: Owner, factory: str, salt: bytes, config: tuple[Any, ...]) -> str:
    """A vault configured as ``config`` says; returns its lower-case address."""
    mined(node, [owner.send(node, factory, calldata(CREATE_VAULT, salt, config))])
    return str(view(node, factory, "vaultOf(address,bytes32)", ("address",), owner.address, salt)[0]).lower()


def open_positions(
    node: NodeRpc, owner: Owner, vaults: list[str], tokens: tuple[str, str], start: Opening
) -> None:
    """Wraps ether, supplies it and borrows to the owner, the same in every vault and in one block."""
    weth, usdc = tokens
    hashes = [owner.send(node, weth, calldata("deposit()"), start.collateral_weth * len(vaults))]
    for vault in vaults:
        hashes.append(
            owner.send(node, weth, calldata("approve(address,uint256)", vault, start.collateral_weth))
        )
        supply = calldata("supply(uint256,address,uint256)", POSITION_ID, weth, start.collateral_weth)
        hashes.append(owner.send(node, vault, supply))
    mined(node, hashes)
    borrow = calldata(
        "borrow(uint256,address,uint256,address)", POSITION_ID, usdc, start.debt_usdc, owner.address
    )
    mined(node, [owner.send(node, vault, borrow) for vault in vaults])


def exit_position(node: NodeRpc, owner: Owner, vault: str, path: bytes) -> str:
    """Sells all collateral through the deleverage route, repays and keeps the rest as idle dollars.

    Not mined here.
    """
    return owner.send(
        node, vault, calldata("flashExit(uint256,bytes,uint256,uint256)", POSITION_ID, path, MAX, 1)
    )


def mined(node: NodeRpc, hashes: list[str]) -> list[dict[str, Any]]:
    """Mines a block and returns the receipts.

    Raises:
        ReplicaError: a transaction failed or was left out.
    """
    latest = latest_block(node)
    # One second a block, whatever the clock on the wall says: a run has the same interest every time.
    node.call("evm_setNextBlockTimestamp", hex(int(latest["timestamp"], 16) + 1))
    node.call("evm_mine")
    receipts: list[dict[str, Any] | None] = node.batch([("eth_getTransactionReceipt", [tx]) for tx in hashes])
    done = [receipt for receipt in receipts if receipt is not None and receipt["status"] == "0x1"]
    if len(done) != len(hashes):
        bad = [
            tx
            for tx, receipt in zip(hashes, receipts, strict=True)
            if receipt is None or receipt["status"] != "0x1"
        ]
        raise ReplicaError(
            f"{len(bad)} of {len(hashes)} set-up transactions failed; the first: {_reason(node, bad[0])}"
        )
    return done


def _reason(node: NodeRpc, tx_hash: str) -> str:
    """What the node says when the same call is made again."""
    tx = node.call("eth_getTransactionByHash", tx_hash)
    call = {
        "from": tx["from"],
        "to": tx.get("to"),
        "data": tx["input"],
        "value": tx["value"],
        "gas": tx["gas"],
    }
    try:
        node.call("eth_call", {key: value for key, value in call.items() if value}, "latest")
    except RpcError as error:
        return f"{tx_hash}: {error}"
    return f"{tx_hash}: no reason; it may have run out of gas or have been left out"


def _create(node: NodeRpc, owner: Owner, code: str) -> str:
    (receipt,) = mined(node, [owner.send(node, None, code)])
    return str(receipt["contractAddress"]).lower()
