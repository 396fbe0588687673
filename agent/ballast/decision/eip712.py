"""EIP-712 hash of a decision, as `RebalanceVault.hashDecision` computes it, and of a heartbeat.

digest = keccak256(0x1901 ++ domainSeparator ++ structHash). Dynamic members (the route's path) enter as their
keccak256, nested structs as their struct hash, everything else as one 32-byte word in the order of the
Solidity struct.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from eth_abi.abi import encode
from eth_abi.exceptions import EncodingError
from eth_utils.crypto import keccak

from ballast.domain.decision import Decision, Route
from ballast.domain.errors import SealRefused

DOMAIN_NAME = "Ballast RebalanceVault"
DOMAIN_VERSION = "1"

ROUTE_TYPE = "Route(uint8 kind,bytes path,address flashSource)"
DECISION_TYPE = (
    "Decision(uint16 version,uint256 positionId,address venue,uint8 kind,Route route,address tokenIn,"
    "address tokenOut,uint256 maxIn,uint256 minOut,address targetVenue,uint256 targetPositionId,"
    "uint256 healthFloorWad,uint256 healthCeilingWad,uint16 maxLossBps,uint256 keeperFeeMaxWei,"
    "uint32 probabilityPpm,uint32 horizonSeconds,bytes32 modelId,bytes32 snapshotHash,uint64 snapshotBlock,"
    "bytes32 journalHead,uint64 configEpoch,uint256 nonce,uint48 validAfter,uint48 validUntil)" + ROUTE_TYPE
)
HEARTBEAT_TYPE = "Heartbeat(uint256 positionId,uint48 seenAt)"
DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"

ROUTE_TYPEHASH = keccak(text=ROUTE_TYPE)
DECISION_TYPEHASH = keccak(text=DECISION_TYPE)
HEARTBEAT_TYPEHASH = keccak(text=HEARTBEAT_TYPE)
DOMAIN_TYPEHASH = keccak(text=DOMAIN_TYPE)

# Vaults of one agent, and decisions of a few blocks.
_REMEMBERED = 4_096

_ROUTE_WORDS = ("bytes32", "uint8", "bytes32", "address")
_DECISION_MEMBERS = tuple(
    (member.split()[1], member.split()[0])
    for member in DECISION_TYPE[len("Decision(") :].split(")")[0].split(",")
)
_WORD_OF = {"Route": "bytes32"}
_DECISION_WORDS = ("bytes32", *(_WORD_OF.get(type_, type_) for _, type_ in _DECISION_MEMBERS))


@lru_cache(maxsize=_REMEMBERED)
def digest(decision: Decision, chain_id: int, vault: str) -> bytes:
    """32 bytes that the signer signs, valid for one chain and one vault.

    Remembered for a while by value: whoever previews, signs, attaches and sends asks for the same one again.

    Raises:
        SealRefused: a field does not fit its Solidity type.
    """
    return keccak(b"\x19\x01" + domain_separator(chain_id, vault) + struct_hash(decision))


def heartbeat_digest(position_id: int, seen_at: int, chain_id: int, vault: str) -> bytes:
    """32 bytes that the signer signs to say that the position was watched at ``seen_at`` (unix seconds).

    Raises:
        SealRefused: a field does not fit its Solidity type.
    """
    members = _encode(("bytes32", "uint256", "uint48"), (HEARTBEAT_TYPEHASH, position_id, seen_at))
    return keccak(b"\x19\x01" + domain_separator(chain_id, vault) + keccak(members))


def struct_hash(decision: Decision) -> bytes:
    """EIP-712 struct hash; errors as `digest`."""
    values = to_abi_tuple(decision)
    words = [route_hash(decision.route) if type_ == "Route" else value for value, type_ in _typed(values)]
    return keccak(_encode(_DECISION_WORDS, (DECISION_TYPEHASH, *words)))


def route_hash(route: Route) -> bytes:
    """EIP-712 struct hash of a route; errors as `digest`."""
    return keccak(
        _encode(_ROUTE_WORDS, (ROUTE_TYPEHASH, int(route.kind), keccak(route.path), route.flash_source))
    )


@lru_cache(maxsize=_REMEMBERED)
def domain_separator(chain_id: int, vault: str) -> bytes:
    """Hash of name, version, chain and vault; errors as `digest`."""
    names = (DOMAIN_TYPEHASH, keccak(text=DOMAIN_NAME), keccak(text=DOMAIN_VERSION))
    return keccak(_encode(("bytes32", "bytes32", "bytes32", "uint256", "address"), (*names, chain_id, vault)))


def to_abi_tuple(decision: Decision) -> tuple[Any, ...]:
    """Values in the order of the Solidity struct, the route nested; argument of `execute` and `preview`."""
    d = decision
    route = (int(d.route.kind), d.route.path, d.route.flash_source)
    head = (
        d.version,
        d.position_id,
        d.venue,
        int(d.action),
        route,
        d.token_in,
        d.token_out,
        d.max_in,
        d.min_out,
    )
    bounds = (d.target_venue, d.target_position_id, d.health_floor_wad, d.health_ceiling_wad, d.max_loss_bps)
    forecast = (d.keeper_fee_max_wei, d.probability_ppm, d.horizon_seconds, d.model_id)
    record = (d.snapshot_hash, d.snapshot_block, d.journal_head, d.config_epoch)
    return (*head, *bounds, *forecast, *record, d.nonce, d.valid_after, d.valid_until)


def typed_data(decision: Decision, chain_id: int, vault: str) -> dict[str, Any]:
    """The same decision as the JSON document of `eth_signTypedData_v4`, for wallets and hardware signers."""
    route_members = [{"name": "kind", "type": "uint8"}, {"name": "path", "type": "bytes"}]
    route_members.append({"name": "flashSource", "type": "address"})
    values = dict(zip((name for name, _ in _DECISION_MEMBERS), to_abi_tuple(decision), strict=True))
    values["route"] = dict(zip(("kind", "path", "flashSource"), values["route"], strict=True))
    domain_members = [member.split() for member in DOMAIN_TYPE[len("EIP712Domain(") : -1].split(",")]
    return {
        "types": {
            "EIP712Domain": [{"name": name, "type": type_} for type_, name in domain_members],
            "Decision": [{"name": name, "type": type_} for name, type_ in _DECISION_MEMBERS],
            "Route": route_members,
        },
        "primaryType": "Decision",
        "domain": {
            "name": DOMAIN_NAME,
            "version": DOMAIN_VERSION,
            "chainId": chain_id,
            "verifyingContract": vault,
        },
        "message": values,
    }


def _typed(values: tuple[Any, ...]) -> list[tuple[Any, str]]:
    return [(value, type_) for value, (_, type_) in zip(values, _DECISION_MEMBERS, strict=True)]


def _encode(types: tuple[str, ...], values: tuple[Any, ...]) -> bytes:
    for type_, value in zip(types, values, strict=True):
        # The ABI pads short bytes silently; a short hash would be signed as another one.
        if type_ == "bytes32" and len(value) != 32:
            raise SealRefused(f"a hash has {len(value)} bytes, allowed are exactly 32")
    try:
        return encode(types, values)
    except EncodingError as error:
        raise SealRefused(f"a field does not fit its Solidity type: {error}") from error
