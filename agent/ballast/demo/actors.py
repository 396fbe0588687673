"""Keys of one run.

The owner signs in this process, signer and sender live in keystores that open on a replica only.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address

from ballast.simulate.calls import NodeRpc
from ballast.tx.signers import create_replica_keystore

PASSWORD_ENV = "BALLAST_DEMO_PASSWORD"  # noqa: S105 (name of a variable)
_PURSE_WEI = 10**26
_GAS = 16_000_000
_BID_WEI = 10**15


@dataclass
class Owner:
    """The positions' owner: a key in memory and its next nonce."""

    account: LocalAccount = field(default_factory=Account.create)
    nonce: int = 0

    @property
    def address(self) -> str:
        """Lower-case address."""
        return str(self.account.address).lower()

    def send(self, node: NodeRpc, to: str | None, data: str, value: int = 0) -> str:
        """Hands a signed transaction to the node and returns its hash; it is mined when somebody mines."""
        fields: dict[str, Any] = {
            "chainId": 1, "nonce": self.nonce, "value": value, "data": data, "gas": _GAS, "type": 2,
            "maxFeePerGas": _BID_WEI, "maxPriorityFeePerGas": 10**8,
        }  # fmt: skip
        if to is not None:
            fields["to"] = to_checksum_address(to)
        self.nonce += 1
        return str(
            node.call(
                "eth_sendRawTransaction",
                "0x" + bytes(self.account.sign_transaction(fields).raw_transaction).hex(),
            )
        )


@dataclass(frozen=True, slots=True)
class AgentKeys:
    """Where the agent finds its keys.

    The password exists in this process and in the agent's environment only.
    """

    signer: str
    sender: str
    signer_file: Path
    sender_file: Path
    password: str

    def environment(self) -> Mapping[str, str]:
        """What the agent's process needs to open them."""
        return {PASSWORD_ENV: self.password}


def make_agent_keys(folder: Path) -> AgentKeys:
    """Fresh keystores in ``folder``, which must exist; files of an earlier run are replaced."""
    password = secrets.token_hex(16)
    signer_file, sender_file = folder / "signer.json", folder / "sender.json"
    for file in (signer_file, sender_file):
        file.unlink(missing_ok=True)
    signer, sender = (
        create_replica_keystore(signer_file, password),
        create_replica_keystore(sender_file, password),
    )
    return AgentKeys(signer, sender, signer_file, sender_file, password)


def fund(node: NodeRpc, addresses: list[str]) -> None:
    """Gives every address ether for gas."""
    node.batch([("anvil_setBalance", [address, hex(_PURSE_WEI)]) for address in addresses])
