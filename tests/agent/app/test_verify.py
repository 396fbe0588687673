from __future__ import annotations

import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ballast.app.verify import VerifyReport, verify
from ballast.decision.carry import initial_carry
from ballast.domain.journal import GENESIS_HASH
from ballast.journal.journal import Journal, journal_url
from support import core, recorded
from support.recorded import WEIGHTS, FakeChain, HeedlessBook, Scribe


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


def check(path: Path, chain=None, **options) -> VerifyReport:
    with Journal.read(journal_url(path)) as journal:
        return verify(journal, WEIGHTS, chain, **options)


def execute(path: Path, statement: str, *values) -> None:
    with sqlite3.connect(path) as database:
        assert database.execute(statement, values).rowcount >= 1
    database.close()


def named(report: VerifyReport) -> list[int | None]:
    assert not report.ok
    return [finding.seq for finding in report.findings]


def test_an_honest_journal_verifies_against_itself_and_the_chain(path: Path) -> None:
    chain = recorded.write_run(path)
    report = check(path, chain, require_stop=True)
    assert report.findings == ()
    assert (report.ok, report.closed, report.checked_on_chain) == (True, True, True)
    assert report.ticks == 8
    (decision,) = report.decisions
    assert decision.verified
    assert decision.tx == chain.events[0][1].tx_hash
    assert decision.block == 1_006
    assert report.entries == report.head.seq


def test_several_positions_and_strategies_verify(path: Path) -> None:
    gated = recorded.terms_of("b", strategy="forecast_gated", strategy_parameters=core.FORECAST)
    chain = recorded.write_run(path, [recorded.terms_of("a"), gated])
    report = check(path, chain)
    assert report.findings == ()
    assert len(report.decisions) == 2


COLUMNS = [
    ("payload", "UPDATE entries SET payload = replace(payload, '1', '2') WHERE seq = ?"),
    ("kind", "UPDATE entries SET kind = 'alert' WHERE seq = ?"),
    ("block", "UPDATE entries SET block = block + 1 WHERE seq = ?"),
    ("hash", "UPDATE entries SET hash = x'00' WHERE seq = ?"),
    ("prev_hash", "UPDATE entries SET prev_hash = x'00' WHERE seq = ?"),
]


@pytest.mark.parametrize(("column", "statement"), COLUMNS)
@pytest.mark.parametrize("seq", [1, 4, 9])
def test_a_changed_byte_names_its_entry(path: Path, column: str, statement: str, seq: int) -> None:
    recorded.write_run(path)
    execute(path, statement, seq)
    assert named(check(path))[0] == seq


@pytest.mark.parametrize("seq", range(1, 16))
def test_one_changed_character_of_any_payload_names_its_entry(path: Path, seq: int) -> None:
    recorded.write_run(path)
    middle = "length(payload) / 2"
    other = f"CASE substr(payload, {middle}, 1) WHEN '5' THEN '6' ELSE '5' END"
    changed = f"substr(payload, 1, {middle} - 1) || {other} || substr(payload, {middle} + 1)"
    execute(path, f"UPDATE entries SET payload = {changed} WHERE seq = ?", seq)
    assert named(check(path))[0] == seq


@pytest.mark.parametrize("seq", [2, 8])
def test_a_missing_entry_is_named(path: Path, seq: int) -> None:
    recorded.write_run(path)
    execute(path, "DELETE FROM entries WHERE seq = ?", seq)
    assert named(check(path)) == [seq]


def test_a_dropped_tail_is_named_by_the_head_row(path: Path) -> None:
    recorded.write_run(path)
    execute(path, "DELETE FROM entries WHERE seq > 9")
    report = check(path)
    assert named(report) == [10]
    assert "missing" in report.findings[0].reason


def test_a_dropped_tail_with_a_mended_head_row_is_named_by_what_is_known_elsewhere(path: Path) -> None:
    chain = recorded.write_run(path)
    head = check(path).head.hash
    signed = recorded.payload_with(path, "signed")
    recorded.drop_tail(path, signed - 1)
    assert check(path).ok
    assert named(check(path, expected_head=head)) == [signed]
    assert named(check(path, require_stop=True)) == [signed]
    by_chain = check(path, chain)
    assert named(by_chain) == [signed]
    assert "which the journal does not hold" in by_chain.findings[0].reason


def test_a_head_noted_earlier_is_met_on_the_way(path: Path) -> None:
    recorded.write_run(path)
    with Journal.read(journal_url(path)) as journal:
        third = list(journal.entries())[2].hash
    assert check(path, expected_head=third).ok
    assert not check(path, expected_head=GENESIS_HASH).ok


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"verdict":"hold"', '"verdict":"alert"', "verdict runs again to"),
        ('"sigma_1h_bps":', '"sigma_1h_bps":1', "report runs again to"),
        ('"price_fault":null', '"price_fault":"none"', "price_fault runs again to"),
        ('"liquidity":3', '"liquidity":4', ""),
    ],
)
def test_a_rewritten_tick_with_mended_hashes_is_named(path: Path, old: str, new: str, sentence: str) -> None:
    chain = recorded.write_run(path)
    recorded.rewrite(path, 4, old, new)
    report = check(path, chain)
    signed = recorded.payload_with(path, "signed")
    if sentence:
        assert named(report)[0] == 4
        assert sentence in report.findings[0].reason
    # Whatever the rewriting hides from a re-run, the next signed decision still carries the old head.
    assert signed in named(report)
    assert any("journal_head is" in finding.reason for finding in report.findings)
    assert not report.decisions[0].verified


def test_a_rewritten_decision_is_named_by_digest_and_signature(path: Path) -> None:
    recorded.write_run(path)
    signed = recorded.payload_with(path, "signed")
    recorded.rewrite(path, signed, '"max_loss_bps":200', '"max_loss_bps":201')
    report = check(path)
    assert set(named(report)) == {signed}


def test_a_signature_of_another_key_is_named(path: Path) -> None:
    terms = [recorded.terms_of()]
    with Journal.open(journal_url(path)) as journal:
        scribe = Scribe(journal, FakeChain(), terms, initial_carry(WEIGHTS, terms))
        scribe.signer = recorded.THIEF
        scribe.start()
        scribe.tick(1_000, 190.0, health=1.2)
    report = check(path)
    assert named(report) == [recorded.payload_with(path, "signed")]
    assert "is signed by" in report.findings[0].reason


def test_acting_on_a_gated_tick_is_named(path: Path) -> None:
    recorded.write_run(path)
    acting = recorded.payload_with(path, "signed") - 1
    recorded.rewrite(path, acting, '"gated_by":null', '"gated_by":"an intent is live"')
    assert any("was gated" in finding.reason for finding in check(path).findings)


def test_two_live_intents_of_one_position_are_named(path: Path) -> None:
    terms = [recorded.terms_of()]
    with Journal.open(journal_url(path)) as journal:
        scribe = Scribe(journal, FakeChain(), terms, initial_carry(WEIGHTS, terms))
        scribe.execute = lambda *_: None
        journal._book = HeedlessBook()
        scribe.start()
        scribe.tick(1_000, 190.0, health=1.2)
        scribe.tick(1_001, 189.0, health=1.19)
    report = check(path)
    assert any("has a live intent already" in finding.reason for finding in report.findings)


def replanned_run(path: Path, first: str, second: str) -> FakeChain:
    """Two plans on one nonce, the first superseded; ``first`` and ``second`` are what became of them."""
    terms = [recorded.terms_of()]
    with Journal.open(journal_url(path)) as journal:
        scribe = Scribe(journal, FakeChain(), terms, initial_carry(WEIGHTS, terms))
        scribe.execute = lambda *_: None
        scribe.start()
        scribe.tick(1_000, 190.0, health=1.2)
        old = journal.live_intents()[0].sealed
        journal.append("superseded", {"digest": old.digest, "reason": "preview reverted"}, 1_001)
        scribe.tick(1_001, 180.0, health=1.15)
        new = journal.live_intents()[0].sealed
        assert old.decision.nonce == new.decision.nonce
        journal._book = HeedlessBook()
        for sealed, result in ((old, first), (new, second)):
            if result == "executed":
                scribe.include(sealed, 1_002, "0x" + "77" * 32)
            else:
                where = {"tx_hash": None, "block_number": 1_002, "block_hash": "0x"}
                journal.append("settled", {"digest": sealed.digest, "result": result, **where}, 1_002)
        journal.append("stop", {"reason": "test"}, 1_002)
    return scribe.chain


def test_a_superseded_decision_and_the_one_after_it_are_both_run_again_and_verify(path: Path) -> None:
    chain = replanned_run(path, "overtaken", "executed")
    report = check(path, chain, require_stop=True)
    assert report.findings == ()
    old, new = report.decisions
    assert (old.superseded, old.tx, old.verified) == (True, None, True)
    assert (new.superseded, new.block, new.verified) == (False, 1_002, True)


def test_a_superseded_decision_that_was_rewritten_is_named(path: Path) -> None:
    replanned_run(path, "overtaken", "executed")
    signed = recorded.payload_with(path, "signed")
    recorded.rewrite(path, signed, '"max_loss_bps":200', '"max_loss_bps":201')
    assert named(check(path))[0] == signed


def test_two_executions_on_one_nonce_are_named(path: Path) -> None:
    replanned_run(path, "executed", "executed")
    reasons = [finding.reason for finding in check(path).findings]
    assert any("executes on a nonce that entry" in reason for reason in reasons)


def test_a_plan_on_another_nonce_beside_a_superseded_one_is_named(path: Path) -> None:
    replanned_run(path, "overtaken", "executed")
    with sqlite3.connect(path) as database:
        second = database.execute("SELECT max(seq) FROM entries WHERE kind = 'signed'").fetchone()[0]
    database.close()
    recorded.rewrite(path, second, '"nonce":0', '"nonce":1')
    reasons = [finding.reason for finding in check(path).findings if finding.seq == second]
    assert any("is signed on nonce 1, while entry 4 of treasury is open on nonce 0" in one for one in reasons)


def test_an_execution_that_the_journal_calls_overtaken_is_named(path: Path) -> None:
    chain = replanned_run(path, "executed", "overtaken")
    assert check(path, chain).ok
    settled = recorded.payload_with(path, "settled")
    recorded.rewrite(path, settled, '"result":"executed"', '"result":"overtaken"')
    assert settled in named(check(path, chain))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"journal_head": bytes(32)}, "it on head"),
        ({"nonce": 5}, "with nonce 5"),
        ({"block_number": 1_007}, "says block 1006"),
        ({"digest": bytes(32)}, "does not hold"),
    ],
)
def test_an_execution_that_differs_from_the_journal_is_named(path: Path, changes, sentence: str) -> None:
    chain = recorded.with_event(recorded.write_run(path), **changes)
    report = check(path, chain)
    assert not report.ok
    assert any(sentence in finding.reason for finding in report.findings)
    assert all(finding.seq is not None for finding in report.findings)


def test_a_settlement_without_its_execution_is_named(path: Path) -> None:
    recorded.write_run(path)
    report = check(path, FakeChain())
    assert named(report) == [recorded.payload_with(path, "settled")]


def test_an_execution_that_the_journal_calls_expired_is_named(path: Path) -> None:
    chain = recorded.write_run(path)
    settled = recorded.payload_with(path, "settled")
    recorded.rewrite(path, settled, '"result":"executed"', '"result":"expired"')
    report = check(path, chain)
    assert named(report) == [settled]


def test_a_restart_continues_the_carry_or_begins_afresh_and_nothing_else(path: Path) -> None:
    terms = [recorded.terms_of()]
    recorded.write_run(path)
    with Journal.open(journal_url(path)) as journal:
        last = journal.last("tick").data()["carry_after"]
        fresh = initial_carry(WEIGHTS, terms)
        scribe = Scribe(journal, FakeChain(), terms, fresh)
        scribe.start()
        scribe.tick(1_010, 200.0)
        pair = replace(fresh.pairs[0], ratio_num=1, ratio_den=1, timestamp=1)
        scribe.start(replace(fresh, pairs=(pair,)))
        seq = journal.head().seq - 1
    assert last["pairs"]
    assert named(check(path))[0] == seq


def test_another_models_journal_says_so(path: Path) -> None:
    recorded.write_run(path)
    other = replace(WEIGHTS, model_id="0x" + "00" * 32)
    with Journal.read(journal_url(path)) as journal:
        report = verify(journal, other)
    assert named(report)[0] == 1
    assert "ran model" in report.findings[0].reason


def test_an_unreadable_entry_is_a_finding_and_no_crash(path: Path) -> None:
    recorded.write_run(path)
    recorded.rewrite(path, 4, '"agreeing_sources":1', '"agreeing_sources":"1"')
    report = check(path)
    assert named(report)[0] == 4
    assert "agreeing_sources" in report.findings[0].reason


def test_an_empty_journal_verifies_unless_something_is_expected_of_it(path: Path) -> None:
    Journal.open(journal_url(path)).close()
    assert check(path).ok
    assert named(check(path, expected_head=b"\1" * 32)) == [1]


def test_verifying_is_fast_enough_for_a_long_run(path: Path) -> None:
    labels = ["a", "b", "c"]
    terms = [
        recorded.terms_of(label, strategy="forecast_gated", strategy_parameters=core.FORECAST)
        for label in labels
    ]
    with Journal.open(journal_url(path)) as journal:
        scribe = Scribe(journal, FakeChain(), terms, initial_carry(WEIGHTS, terms))
        scribe.start()
        for step in range(300):
            scribe.tick(1_000 + step, 200.0 + step % 7 / 10)
    started = time.process_time()
    report = check(path)
    assert report.ok
    # 4,400 ticks must take well under a minute; counted in CPU time, since the machine may be busy.
    assert (time.process_time() - started) / 300 < 0.015


FOLLOWS = '"loss_budget_wad"'  # the field after a position's label, but not after a verdict's


@pytest.mark.parametrize(
    ("kind", "old", "new", "sentence"),
    [
        ("tick", '"carry_before_hash":"0x', '"carry_before_hash":"0xab', "its carry is not the one"),
        ("tick", '"ratio_num":2', '"ratio_num":3', "the carry that it left"),
        ("tick", f'"label":"treasury",{FOLLOWS}', f'"label":"hidden",{FOLLOWS}', "observed ['hidden']"),
        ("sending", '"raw_tx":"0x02', '"raw_tx":"0x03', "its transaction hashes to"),
    ],
)
def test_each_recorded_part_is_held_against_its_re_run(
    path: Path, kind: str, old: str, new: str, sentence: str
) -> None:
    recorded.write_run(path)
    seq = recorded.payload_with(path, kind)
    recorded.rewrite(path, seq, old, new)
    findings = [finding for finding in check(path).findings if sentence in finding.reason]
    assert [finding.seq for finding in findings][:1] == [seq]
