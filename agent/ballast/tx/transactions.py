"""Transactions to a vault: the one that carries a sealed decision, and any other call."""

from __future__ import annotations

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from ballast.decision.eip712 import to_abi_tuple
from ballast.domain.decision import SealedDecision
from ballast.ingest.abi import load
from ballast.tx.fees import Bid
from ballast.tx.signers import AbstractSigner

_VAULT = load("IRebalanceVault")
_BASE_GAS = 21_000
_ZERO_BYTE_GAS, _BYTE_GAS = 10, 40  # EIP-7623's floor, which is above the older 4 and 16
_SIGNATURE_GAS = 15_000
_HEADROOM_PERCENT = 140


def execute_calldata(sealed: SealedDecision) -> bytes:
    """Calldata of the vault's ``execute``."""
    return _VAULT.call("execute", to_abi_tuple(sealed.decision), sealed.signature)


def gas_limit(vault_gas: int, calldata: bytes) -> int:
    """Limit for an execution that the preview measured at ``vault_gas``.

    The preview's figure leaves out the transaction's base cost and the signature check. The headroom covers
    state that moves before inclusion, and the 1/64 that each of the nested calls holds back.
    """
    zeros = calldata.count(0)
    base = _BASE_GAS + _ZERO_BYTE_GAS * zeros + _BYTE_GAS * (len(calldata) - zeros)
    return (vault_gas + _SIGNATURE_GAS) * _HEADROOM_PERCENT // 100 + base


def build(
    sender: AbstractSigner, sealed: SealedDecision, tx_nonce: int, offer: Bid, gas: int
) -> tuple[str, str]:
    """Signed EIP-1559 transaction of a decision as hex, and its hash."""
    return build_call(sender, sealed.chain_id, sealed.vault, execute_calldata(sealed), tx_nonce, offer, gas)


def build_call(
    sender: AbstractSigner, chain_id: int, vault: str, calldata: bytes, tx_nonce: int, offer: Bid, gas: int
) -> tuple[str, str]:
    """Signed EIP-1559 transaction of any call of a vault as hex, and its hash."""
    raw = sender.sign_transaction(
        {
            "type": 2,
            "chainId": chain_id,
            "nonce": tx_nonce,
            "to": to_checksum_address(vault),
            "value": 0,
            "data": calldata,
            "gas": gas,
            "maxFeePerGas": offer.max_fee_wei,
            "maxPriorityFeePerGas": offer.tip_wei,
        }
    )
    return "0x" + raw.hex(), "0x" + keccak(raw).hex()
