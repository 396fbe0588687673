from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from ballast.decision.records import SupersededRecord
from ballast.domain.canonical import MalformedMessage, canonical_bytes, canonical_hash, from_plain, to_plain
from ballast.domain.decision import Decision
from ballast.domain.journal import JournalEntry, entry_hash
from ballast.domain.observation import Observation, PositionReading, VaultState
from ballast.domain.report import RiskCode, RiskReport
from ballast.domain.snapshot import Snapshot
from ballast.domain.terms import PositionTerms
from ballast.domain.verdict import Act, ActionKind, Alert, Hold, RouteKind, Verdict
from support import core

VECTORS = json.loads((Path(__file__).resolve().parents[2] / "vectors" / "messages.json").read_text("utf-8"))
TYPES = {
    "observation": Observation,
    "terms": PositionTerms,
    "snapshot": Snapshot,
    "decision": Decision,
    "journal_entry": JournalEntry,
    "superseded": SupersededRecord,
    "superseded_entry": JournalEntry,
}


@pytest.mark.parametrize("vector", VECTORS["messages"], ids=lambda vector: vector["name"])
def test_recorded_messages_round_trip_to_the_same_bytes_and_hash(vector) -> None:
    message = from_plain(TYPES[vector["name"]], json.loads(vector["canonical"]))
    assert canonical_bytes(message).decode() == vector["canonical"]
    assert "0x" + canonical_hash(message).hex() == vector["hash"]


def test_recorded_world_is_the_present_one() -> None:
    recorded = {vector["name"]: vector["canonical"] for vector in VECTORS["messages"]}
    assert canonical_bytes(core.observation()).decode() == recorded["observation"]
    assert canonical_bytes(core.terms()).decode() == recorded["terms"]


def test_entry_hash_is_the_hash_of_its_documented_preimage() -> None:
    payload = '{"a":1}'
    preimage = (
        bytes(32) + b"\0\1" + (5).to_bytes(8, "big") + b"tick" + b"\0" + b"77" + b"\0" + payload.encode()
    )
    assert entry_hash(bytes(32), 5, "tick", 77, payload) == keccak(preimage)
    assert entry_hash(bytes(32), 5, "tick", None, payload) != keccak(preimage)


@dataclass(frozen=True)
class ForgottenRecord:
    """A message of a single field."""

    only: object


integers = st.integers(-(2**300), 2**300)


@given(st.builds(PositionReading, *[st.text()] * 2, integers, st.sampled_from(VaultState), *[integers] * 14))
def test_any_reading_survives_the_round_trip(reading: PositionReading) -> None:
    plain = json.loads(canonical_bytes(reading))
    assert from_plain(PositionReading, plain) == reading


anything = st.recursive(
    st.none() | st.booleans() | integers | st.text() | st.binary() | st.sampled_from(VaultState),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(), inner)
        | st.builds(Hold, inner)
        | st.builds(ForgottenRecord, inner)
    ),
    max_leaves=12,
)


@given(anything)
def test_canonical_bytes_are_what_json_makes_of_the_plain_form(value: object) -> None:
    form = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False, "allow_nan": False}
    assert canonical_bytes(value) == json.dumps(to_plain(value), **form).encode()


INTEGER_FIELDS = (
    "max_in",
    "min_out",
    "expected_out",
    "expected_health_wad",
    "health_floor_wad",
    "health_ceiling_wad",
    "max_loss_bps",
    "probability_ppm",
    "horizon_seconds",
)
acts = st.builds(
    Act,
    reason=st.text(),
    kind=st.sampled_from(ActionKind),
    route=st.sampled_from(RouteKind),
    path=st.binary(max_size=100),
    model_id=st.binary(min_size=32, max_size=32),
    urgent=st.booleans(),
    verdict=st.just("act"),
    **dict.fromkeys(INTEGER_FIELDS, integers),
)
simple = st.one_of(st.text().map(Hold), st.text().map(Alert))


@given(st.one_of(acts, simple))
def test_any_verdict_comes_back_as_its_own_kind(verdict: Verdict) -> None:
    again = from_plain(Verdict, json.loads(canonical_bytes(verdict)))
    assert again == verdict
    assert type(again) is type(verdict)


def test_enums_and_bytes_of_a_report_come_back() -> None:
    report = RiskReport(RiskCode.COLD, b"\xab" * 32, *range(11))
    assert from_plain(RiskReport, json.loads(canonical_bytes(report))) == report


@pytest.mark.parametrize("value", [1.5, {1, 2}, object(), {1: 2}, [0.0]])
def test_values_without_a_canonical_form_are_refused(value) -> None:
    with pytest.raises(TypeError, match="no canonical form"):
        canonical_bytes(value)


def changed(**changes):
    return {**to_plain(core.position()), **changes}


@pytest.mark.parametrize(
    ("plain", "sentence"),
    [
        (changed(debt="1"), "PositionReading.debt is '1', allowed is int"),
        (changed(debt=True), "debt is True, allowed is int"),
        (changed(debt=1.0), "debt is 1.0, allowed is int"),
        (changed(state="BROKEN"), "state is 'BROKEN', allowed are"),
        (changed(extra=1), "allowed are exactly"),
        ({}, "allowed are exactly"),
        ([], "allowed are exactly"),
    ],
)
def test_malformed_messages_are_refused_by_field(plain, sentence: str) -> None:
    with pytest.raises(MalformedMessage, match=sentence):
        from_plain(PositionReading, plain)


@pytest.mark.parametrize("text", ["ab", "0xAB", "0xabc", "0xzz", 5])
def test_bytes_must_be_lower_case_hex(text) -> None:
    plain = {**to_plain(RiskReport(RiskCode.OK, b"", *range(11))), "model_id": text}
    with pytest.raises(MalformedMessage, match="model_id"):
        from_plain(RiskReport, plain)


@pytest.mark.parametrize(("name", "value"), [("version", 2), ("kind", "terms")])
def test_another_version_or_kind_of_message_is_refused(name: str, value) -> None:
    plain = {**to_plain(core.observation()), name: value}
    with pytest.raises(MalformedMessage, match=name):
        from_plain(Observation, plain)


def test_a_changed_field_changes_the_hash() -> None:
    observed = core.observation()
    assert canonical_hash(observed) == canonical_hash(core.observation())
    assert canonical_hash(replace(observed, agreeing_sources=2)) != canonical_hash(observed)
