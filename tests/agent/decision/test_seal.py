from __future__ import annotations

from dataclasses import replace

import pytest
from eth_account import Account

from ballast.decision import eip712
from ballast.decision.seal import attach, require_lane, require_timely, seal_inputs
from ballast.domain.errors import SealRefused
from ballast.domain.observation import BlockRef, VaultState
from ballast.domain.snapshot import join
from ballast.domain.units import UINT256_MAX
from ballast.oracle.aggregate import aggregate
from ballast.strategies.registry import build
from support import core

KEY = "0x" + "07" * 32
SIGNER = Account.from_key(KEY).address
HEAD = b"\x11" * 32
CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def planned(terms=None, **position):
    terms = terms or core.terms()
    observed = core.observation(core.position(**position))
    snapshot = join(observed, terms, aggregate(observed, terms), "0x00")
    act = build("static_rule", core.STATIC).decide(join_of_default(), core.terms(), None)
    return snapshot, terms, act


def join_of_default():
    observed = core.observation()
    return join(observed, core.terms(), aggregate(observed, core.terms()), "0x00")


def sealed_decision(terms=None, **position):
    snapshot, terms, act = planned(terms, **position)
    return seal_inputs(snapshot, terms, act, HEAD)


def signature_of(decision, key=KEY) -> bytes:
    return bytes(Account.unsafe_sign_hash(eip712.digest(decision, 1, core.VAULT), key).signature)


def test_a_decision_carries_snapshot_head_nonce_and_window() -> None:
    snapshot, terms, act = planned(nonce_bitmap=0b111)
    decision = seal_inputs(snapshot, terms, act, HEAD)
    assert decision.snapshot_hash == snapshot.hash()
    assert decision.snapshot_block == snapshot.block.number
    assert decision.journal_head == HEAD
    assert decision.nonce == 3
    assert decision.valid_after == snapshot.block.timestamp
    assert decision.valid_until == snapshot.block.timestamp + terms.limits.max_lifetime_seconds
    assert (decision.max_in, decision.min_out) == (act.max_in, act.min_out)


@pytest.mark.parametrize(("wanted", "life"), [(60, 60), (900, 900), (901, 900)])
def test_lifetime_is_the_parameter_within_the_vaults_limit(wanted: int, life: int) -> None:
    decision = sealed_decision(core.terms(strategy_parameters=(*core.STATIC, ("lifetime_seconds", wanted))))
    assert decision.valid_until - decision.valid_after == life


@pytest.mark.parametrize(
    ("position", "terms", "sentence"),
    [
        ({"state": VaultState.HALTED}, core.terms(), "HALTED"),
        ({"nonce_bitmap": UINT256_MAX}, core.terms(), "all 256 nonces"),
        ({"config_epoch": 4}, core.terms(), "epoch is 4, the terms' is 3"),
        ({}, core.terms(chain_id=5), "chain id is 1, the terms' is 5"),
        ({}, core.terms(limits=core.limits(max_lifetime_seconds=0)), "lifetime is 0 s"),
    ],
)
def test_what_must_not_be_signed_is_refused(position, terms, sentence: str) -> None:
    with pytest.raises(SealRefused, match=sentence):
        sealed_decision(terms, **position)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_journal_head_must_have_32_bytes(length: int) -> None:
    snapshot, terms, act = planned()
    with pytest.raises(SealRefused, match="exactly 32"):
        seal_inputs(snapshot, terms, act, bytes(length))


def test_attach_accepts_the_signers_signature_only() -> None:
    decision = sealed_decision()
    sealed = attach(decision, 1, core.VAULT, signature_of(decision), SIGNER)
    assert sealed.signer == SIGNER.lower()
    assert sealed.digest == eip712.digest(decision, 1, core.VAULT)
    with pytest.raises(SealRefused, match="allowed is"):
        attach(decision, 1, core.VAULT, signature_of(decision, "0x" + "08" * 32), SIGNER)
    with pytest.raises(SealRefused, match="allowed is"):
        attach(replace(decision, nonce=9), 1, core.VAULT, signature_of(decision), SIGNER)


def high_s(signature: bytes) -> bytes:
    s = CURVE_ORDER - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda signature: signature[:64], "64 bytes"),
        (lambda _: b"", "0 bytes"),
        (lambda signature: signature + b"\0", "66 bytes"),
        (lambda signature: signature[:64] + b"\0", "v is 0"),
        (lambda signature: signature[:64] + b"\x1d", "v is 29"),
        (high_s, "upper half"),
        (lambda _: bytes(64) + b"\x1b", "recovers to no key"),
    ],
)
def test_signatures_in_a_form_that_the_vault_rejects_are_refused(change, sentence: str) -> None:
    decision = sealed_decision()
    with pytest.raises(SealRefused, match=sentence):
        attach(decision, 1, core.VAULT, change(signature_of(decision)), SIGNER)


def block(number: int, timestamp: int) -> BlockRef:
    return BlockRef(1, number, "0x", timestamp, 0)


def test_a_decision_is_timely_until_the_last_block_that_can_execute_it() -> None:
    decision, terms = sealed_decision(), core.terms()
    start, number = decision.valid_after, decision.snapshot_block
    require_timely(decision, block(number + 19, decision.valid_until - 1), terms)
    with pytest.raises(SealRefused, match="latest block's time"):
        require_timely(decision, block(number, decision.valid_until), terms)
    with pytest.raises(SealRefused, match="latest block's time"):
        require_timely(decision, block(number, start - 1), terms)
    with pytest.raises(SealRefused, match="21 blocks old"):
        require_timely(decision, block(number + 20, start), terms)


def test_a_decision_takes_the_nonce_of_every_other_that_may_still_execute_or_is_refused() -> None:
    decision = sealed_decision(nonce_bitmap=0b111)
    require_lane(decision, [])
    require_lane(decision, [3, 3])
    for open_nonces in ([2], [4], [3, 4]):
        with pytest.raises(SealRefused, match="the decision's nonce is 3, allowed is"):
            require_lane(decision, open_nonces)
