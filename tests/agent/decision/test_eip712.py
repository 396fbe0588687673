from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast.decision import eip712
from ballast.decision.seal import recover
from ballast.domain.decision import Decision, Route
from ballast.domain.errors import SealRefused
from ballast.domain.verdict import ActionKind, RouteKind
from support import core

VECTORS = json.loads((Path(__file__).resolve().parents[2] / "vectors" / "decisions.json").read_text("utf-8"))

addresses = st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())
words = st.binary(min_size=32, max_size=32)


def uint(bits: int):
    return st.one_of(st.sampled_from([0, 1, 2**bits - 1]), st.integers(0, 2**bits - 1))


decisions = st.builds(
    Decision,
    position_id=uint(256),
    venue=addresses,
    action=st.sampled_from(ActionKind),
    route=st.builds(Route, st.sampled_from(RouteKind), st.binary(max_size=200), addresses),
    token_in=addresses,
    token_out=addresses,
    max_in=uint(256),
    min_out=uint(256),
    health_floor_wad=uint(256),
    health_ceiling_wad=uint(256),
    max_loss_bps=uint(16),
    probability_ppm=uint(32),
    horizon_seconds=uint(32),
    model_id=words,
    snapshot_hash=words,
    snapshot_block=uint(64),
    journal_head=words,
    config_epoch=uint(64),
    nonce=uint(256),
    valid_after=uint(48),
    valid_until=uint(48),
    target_venue=addresses,
    target_position_id=uint(256),
    keeper_fee_max_wei=uint(256),
    version=uint(16),
)


@settings(max_examples=300, deadline=None)
@given(decisions, uint(64), addresses)
def test_digest_is_the_one_of_an_independent_implementation(
    decision: Decision, chain_id: int, vault: str
) -> None:
    message = encode_typed_data(full_message=eip712.typed_data(decision, chain_id, vault))
    assert message.body == eip712.struct_hash(decision)
    assert message.header == eip712.domain_separator(chain_id, vault)
    assert keccak(b"\x19\x01" + message.header + message.body) == eip712.digest(decision, chain_id, vault)


def decision_of(plain) -> Decision:
    route = Route(
        RouteKind(int(plain["route"]["kind"])),
        bytes.fromhex(plain["route"]["path"][2:]),
        plain["route"]["flashSource"],
    )
    solidity_names = {
        "version": "version", "position_id": "positionId", "venue": "venue", "token_in": "tokenIn",
        "token_out": "tokenOut", "max_in": "maxIn", "min_out": "minOut", "target_venue": "targetVenue",
        "target_position_id": "targetPositionId", "health_floor_wad": "healthFloorWad",
        "health_ceiling_wad": "healthCeilingWad", "max_loss_bps": "maxLossBps",
        "keeper_fee_max_wei": "keeperFeeMaxWei", "probability_ppm": "probabilityPpm",
        "horizon_seconds": "horizonSeconds", "model_id": "modelId", "snapshot_hash": "snapshotHash",
        "snapshot_block": "snapshotBlock", "journal_head": "journalHead", "config_epoch": "configEpoch",
        "nonce": "nonce", "valid_after": "validAfter", "valid_until": "validUntil",
    }  # fmt: skip
    values = {name: value_of(plain[solidity]) for name, solidity in solidity_names.items()}
    return Decision(action=ActionKind(int(plain["kind"])), route=route, **values)


def value_of(text: str):
    if not text.startswith("0x"):
        return int(text)
    return text if len(text) == 42 else bytes.fromhex(text[2:])


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_recorded_digests_and_signatures_hold(vector) -> None:
    domain = VECTORS["domain"]
    decision = decision_of(vector["decision"])
    assert "0x" + eip712.struct_hash(decision).hex() == vector["structHash"]
    signed = eip712.digest(decision, domain["chainId"], domain["verifyingContract"])
    assert "0x" + signed.hex() == vector["digest"]
    assert recover(signed, bytes.fromhex(vector["signature"][2:])) == vector["signer"].lower()
    assert Account.from_key(vector["privateKey"]).address == vector["signer"]


def test_there_are_at_least_twelve_recorded_decisions() -> None:
    assert len(VECTORS["vectors"]) >= 12


def a_decision() -> Decision:
    return decision_of(VECTORS["vectors"][0]["decision"])


OTHER = {
    int: lambda value: value + 1,
    bytes: lambda value: bytes([value[0] ^ 1]) + value[1:],
    str: lambda _: "0x" + "77" * 20,
}


@pytest.mark.parametrize(
    "name", [name for name in Decision.__dataclass_fields__ if name not in ("kind", "route", "action")]
)
def test_every_field_is_part_of_the_digest(name: str) -> None:
    decision = a_decision()
    value = getattr(decision, name)
    other = replace(decision, **{name: OTHER[type(value)](value)})
    assert eip712.digest(other, 1, core.VAULT) != eip712.digest(decision, 1, core.VAULT)


def test_kind_route_chain_and_vault_are_part_of_the_digest() -> None:
    decision = a_decision()
    signed = eip712.digest(decision, 1, core.VAULT)
    path = replace(decision.route, path=decision.route.path[:-1] + b"\0")
    others = {
        eip712.digest(replace(decision, action=ActionKind.MOVE), 1, core.VAULT),
        eip712.digest(replace(decision, route=path), 1, core.VAULT),
        eip712.digest(replace(decision, route=replace(path, flash_source=core.WETH)), 1, core.VAULT),
        eip712.digest(decision, 2, core.VAULT),
        eip712.digest(decision, 1, core.ADAPTER),
    }
    assert len(others) == 5
    assert signed not in others


@pytest.mark.parametrize(
    ("name", "limit"),
    [("max_loss_bps", 2**16), ("probability_ppm", 2**32), ("valid_until", 2**48), ("nonce", 2**256)],
)
def test_a_value_at_its_types_limit_passes_and_one_more_is_refused(name: str, limit: int) -> None:
    assert eip712.struct_hash(replace(a_decision(), **{name: limit - 1}))
    with pytest.raises(SealRefused, match="does not fit"):
        eip712.struct_hash(replace(a_decision(), **{name: limit}))
    with pytest.raises(SealRefused, match="does not fit"):
        eip712.struct_hash(replace(a_decision(), **{name: -1}))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_hash_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(SealRefused, match="exactly 32"):
        eip712.struct_hash(replace(a_decision(), model_id=bytes(length)))
